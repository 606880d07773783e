"""What a case claims is proved; what its writer chose as data is free."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import FLOW, Fact, TestCase

Prove = Callable[..., TestCase]

LEAVE = (
    "Requests for more than 10 consecutive working days need the approval of both the line manager "
    "and HR; all others need that of the line manager only."
)
LONG = Fact(kind="limit", quote="more than 10 consecutive working days", value="11 working days")
SHORT = LONG.model_copy(update={"holds": False, "value": "10 working days"})
BOTH = "need the approval of both the line manager and HR"
REFUND = (
    "A refund of up to £250.00 is paid within 5 working days; a higher one is refused with the "
    'message "Ask a team leader."'
)


def errors(case: TestCase) -> list[str]:
    return [one.rule for one in case.findings if one.severity == "error"]


def rules(case: TestCase) -> set[str]:
    return {one.rule for one in case.findings}


def good(case: TestCase) -> bool:
    return not errors(case) and not case.unsupported_steps


# --- Data are free --------------------------------------------------------------------------------


def test_people_dates_and_counts_that_a_writer_chooses_are_data(prove: Prove) -> None:
    case = prove(
        LEAVE,
        [
            (
                "As Ann Lee, request leave for 11 consecutive working days, 1 to 15 June 2026.",
                "1 to 15 June 2026 (11 working days)",
                "The request of Ann Lee for 1 to 15 June 2026 waits for the approval of both the "
                "line manager and HR.",
            )
        ],
        given=["Ann Lee is full-time and has 28 days of leave left", "Her line manager is Bo Falk"],
        facts=[LONG],
        outcomes=[BOTH],
        cited=[1],
    )
    assert good(case), case.findings
    assert case.steps[0].support == "supported"
    assert case.steps[0].citations[0].quote in LEAVE


@pytest.mark.parametrize(
    ("result", "is_good"),
    [
        ("The balance of Tom Berg is now 130.00 EUR.", True),  # 100 + 30
        ("The balance of Tom Berg is now 70.00 EUR.", True),  # 100 - 30
        ("The fee of 3.00 EUR is charged to Tom Berg.", True),  # 10 % of 30
        ("The balance of Tom Berg is now 171.00 EUR.", False),
        ("The payment is paid out on 8 June 2026.", True),  # 1 June + 5 working days
        ("The payment is paid out on 9 July 2026.", False),
    ],
)
def test_what_is_computed_from_the_data_follows(prove: Prove, result: str, is_good: bool) -> None:
    case = prove(
        "A payment goes into the balance, is paid out within 5 working days and costs a fee of "
        "10 %.",
        [("Enter a payment for Tom Berg.", "30.00 EUR, 1 June 2026", result)],
        given=["Tom Berg has a balance of 100.00 EUR"],
    )
    assert good(case) is is_good, case.findings


@pytest.mark.parametrize(
    ("result", "is_good"),
    [
        ("Verification is locked for 30 minutes.", True),
        ("Verification is locked for 45 minutes.", False),  # no 30 + 15
        ("Verification is locked for 90 minutes.", False),  # no 3 x 30
        ("Verification is locked for 24 hours.", False),  # no 1 hour x 24 months
        ("Verification is locked; it ends 10 minutes after it was asked for.", True),  # 30 - 20
    ],
)
def test_what_rules_alone_come_to_is_said_by_none(prove: Prove, result: str, is_good: bool) -> None:
    case = prove(
        "After 3 failed attempts verification is locked for 30 minutes. A verified session ends "
        "after 15 minutes. Verification is logged for 1 hour and kept for 24 months.",
        [("Fail the last attempt, and ask for the end 20 minutes later.", "", result)],
    )
    assert good(case) is is_good, case.findings


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("1 to 15 June 2026 (11 working days)", False),
        ("1 to 15 June 2026 (10 working days)", False),  # a public holiday may lie between
        ("1 to 15 June 2026 (10 bank days)", False),
        ("1 to 15 June 2026 (12 working days)", True),
        ("1 June 2026 to 15 June 2026 (11 working days)", False),
        ("1 to 5 June 2026 (5 days); 1 to 6 June 2026 (6 days)", False),
        ("1 to 5 June 2026 (6 days); 1 to 6 June 2026 (6 days)", True),
        ("1 February 2026 to 31 July 2026, the first 6 months.", False),
    ],
)
def test_a_wrong_count_of_days_is_told_where_it_is_certain(
    prove: Prove, data: str, wrong: bool
) -> None:
    case = prove(LEAVE, [("Request leave.", data, "")])
    assert ("inconsistent data" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(("count", "wrong"), [(8, False), (9, False), (11, True)])
def test_holidays_may_lie_between_two_days(prove: Prove, count: int, wrong: bool) -> None:
    """From 18 to 29 May 2026 there are nine or ten days from Monday to Friday."""
    given = [f"Withdrawn on 2026-05-18, {count} working days before the first day of 2026-05-29"]
    case = prove("The refund follows the scale.", [("Withdraw.", "", "")], given=given)
    assert ("inconsistent data" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("2026-11-26 + 7 days = 2026-12-03", False), ("2026-11-26 + 6 days = 2026-12-02", True)],
)
def test_a_count_may_lead_to_a_day_that_is_worked_out(prove: Prove, line: str, wrong: bool) -> None:
    given = ["The invoice has the date 2026-11-26; today is 2026-12-02",
             "A reminder is due 7 days after the date of invoice."]  # fmt: skip
    steps = [("Look for a reminder.", "", "No reminder has been mailed.")]
    case = prove("A reminder is mailed on day 7.", steps, given=given, calculations=[[line]])
    assert ("inconsistent data" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("told", "wrong"),
    [("so she turns 18 today", False), ("still 17", True), ("turns 19 today", True)],
)
def test_an_age_that_the_dates_do_not_give_is_told(prove: Prove, told: str, wrong: bool) -> None:
    given = ["The test date is 14 March 2025", f"Lea Novak was born on 14 March 2007, {told}"]
    case = prove("Applicants under 18 are blocked.", [("Apply.", "", "")], given=given)
    assert ("inconsistent data" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    "told",
    [
        "The fee is 10.50 EUR a month",
        "The offer is one day less than 6 months before the end",
        "To pay: 10.50 EUR × 7 months, March to September 2026; it is paid on 2 March 2026",
        "240.00 EUR is paid for 12 months. It began on 1 May 2026 and ends on 20 June 2026.",
    ],
)
def test_a_rate_a_factor_and_a_comparison_are_no_distance_between_dates(
    prove: Prove, told: str
) -> None:
    given = ["Today is 17 March 2026; the offer was made on 16 September 2025", told]
    case = prove("The fee is paid month by month.", [("Pay.", "", "")], given=given)
    assert "inconsistent data" not in errors(case), case.findings


# --- The side of a limit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "data", "wrong"),
    [
        (LONG, "1 to 15 June: more than 10 consecutive working days", False),  # the limit
        (LONG, "11 working days", False),
        (LONG, "12 working days", False),
        (LONG, "10 working days", True),
        (SHORT, "10 working days", False),
        (SHORT, "11 working days", True),
        (SHORT, "9 working days", False),
        (LONG, "30 June", False),  # no count: nothing is certain
    ],
)
def test_data_of_the_other_side_of_a_limit_are_an_error(
    prove: Prove, fact: Fact, data: str, wrong: bool
) -> None:
    case = prove(LEAVE, [("Request leave.", data, "")], facts=[fact])
    assert ("wrong side" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("quote", "value", "line", "wrong"),
    [
        ("up to £250.00", "£250.00", "A refund of £250.01", True),
        ("<18", "17 years", "Born on 14 March 2007, test date 14 March 2025", True),
        ("<18", "17 years", "Born on 15 March 2007, test date 14 March 2025", False),
        ("within 5 working days after the close", "5 working days",
         "Closed on 4 April 2025, today is 11 April 2025", False),
        ("within 5 working days after the close", "5 working days",
         "Closed on 4 April 2025, today is 14 April 2025, the sixth working day", True),
        ("bis einschließlich 800 EUR netto", "800,00 EUR netto", "Notebook, 800,00 EUR", False),
        ("bis einschließlich 800 EUR netto", "800,00 EUR netto", "Notebook, 800,01 EUR", True),
        ("unter 25 Jahren", "24 Jahre", "geboren am 11. Juli 2000, heute ist der 10. Juli 2025",
         False),
        ("unter 25 Jahren", "24 Jahre", "geboren am 10. Juli 2000, heute ist der 10. Juli 2025",
         True),
        ("dépasse 50 000 €", "50 001 €", "valeur d'assurance 50 000 €", True),
        ("dépasse 50 000 €", "50 001 €", "valeur d'assurance 50 001 €", False),
        ("ab 20:00 Uhr", "20:00 Uhr", "Die Uhr steht auf 19:59", True),
        # what was done before, and the step does it once more
        ("more than 2 times", "3 times", "The appointment was moved 2 times already", False),
        ("more than 2 boxes", "3 boxes", "2 boxes", True),
    ],
)  # fmt: skip
def test_limits_are_read_in_dates_money_and_other_languages(
    prove: Prove, quote: str, value: str, line: str, wrong: bool
) -> None:
    fact = Fact(kind="limit", quote=quote, value=value)
    case = prove(quote, [("Do it.", "", "")], given=[line], facts=[fact])
    assert ("wrong side" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("sentence", "quote", "data", "wrong"),
    [
        ("{} before the slot.", "until 30 minutes", "33 minutes", False),
        ("{} before the slot.", "until 30 minutes", "27 minutes", True),
        ("{} after the slot.", "until 30 minutes", "27 minutes", False),
        ("{} after the slot.", "until 30 minutes", "33 minutes", True),
        ("{} vor dem Termin.", "bis 30 Minuten", "33 Minuten", False),
        ("{} vor dem Termin.", "bis 30 Minuten", "27 Minuten", True),
    ],
)
def test_the_sentence_tells_to_which_side_a_limit_lies(
    prove: Prove, sentence: str, quote: str, data: str, wrong: bool
) -> None:
    german = "Minuten" in quote
    begun = "Der Rückruf kann verschoben werden" if german else "A callback can be moved"
    text = f"{begun} {sentence.format(quote)}"
    fact = Fact(kind="limit", quote=quote, value=quote.split(maxsplit=1)[1], holds=True)
    case = prove(text, [("Move it.", data, "")], facts=[fact])
    assert ("wrong side" in errors(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("received", "line", "wrong"),
    [
        ("2026-05-11", "2026-05-11 - 2026-04-10 = 31 days", False),
        ("2026-05-11", "2026-04-10 - 2026-04-02 = 8 days", True),
        ("2026-04-15", "2026-04-15 - 2026-04-10 = 5 days", True),
        ("2026-04-15", "2026-05-11 - 2026-04-10 = 31 days", True),  # 2026-05-11 is not given
    ],
)
def test_what_a_calculation_counts_is_the_length_meant_and_not_two_other_dates(
    prove: Prove, received: str, line: str, wrong: bool
) -> None:
    quote = "later than 14 days after the end"
    fact = Fact(kind="limit", quote=quote, value="15 days")
    case = prove(
        f"A complaint {quote} of the interruption brings no claim.",
        [("Save the complaint.", f"Received on {received}", "No claim is there.")],
        given=["The interruption lasted from 2026-04-02 to 2026-04-10."],
        facts=[fact],
        calculations=[[line]],
    )
    assert ("wrong side" in errors(case)) is wrong, case.findings


# --- Claims ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "result",
    [
        "The refund of £250.01 is refused with the message “ask a team leader”.",
        "The refund of GBP 250.01 is rejected.",
        "The refund is paid within five working days.",
    ],
)
def test_what_text_and_data_carry_is_backed(prove: Prove, result: str) -> None:
    case = prove(REFUND, [("Request a refund.", "£250.01", result)])
    assert good(case), case.findings
    assert case.steps[0].support in ("supported", "derived")
    assert [c for c in case.steps[0].citations if c.quote in REFUND]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("The refund of £250.01 is refused after 17 months.", "17 months"),
        ("The refund of £250.01 is refused; the code is 4711.", "4711"),
        ('The refund of £250.01 is refused and "Call the office at once" is shown.',
         "Call the office at once"),
        ("The refund of £250.01 is refused. The warehouse prints a packing slip.",
         "The warehouse prints a packing slip."),
    ],
)  # fmt: skip
def test_what_stands_nowhere_is_told_with_its_words(prove: Prove, result: str, words: str) -> None:
    case = prove(REFUND, [("Request a refund.", "£250.01", result)])
    assert words in {finding.words for finding in case.findings}
    assert case.unsupported_steps == (1,)
    assert not case.steps[0].citations


def test_two_words_that_stand_nowhere_are_let_pass_among_known_ones(prove: Prove) -> None:
    known = "The refund is refused by the gentle payments system."
    case = prove(REFUND, [("Request a refund.", "", known)])
    assert good(case), case.findings
    strange = "The refund triggers a colourful warehouse fanfare."
    case = prove(REFUND, [("Request a refund.", "", strange)])
    assert case.unsupported_steps == (1,)


@pytest.mark.parametrize(
    "language",
    [
        ("Ein Rentenantrag kann zurückgenommen werden, solange kein Bescheid erstellt ist.",
         "Den Antrag öffnen und zurücknehmen.", "Der Antrag ist zurückgenommen."),
        ("Le contribuable peut modifier sa déclaration tant qu'elle n'est pas traitée.",
         "Ouvrir la déclaration et la modifier.", "La déclaration modifiée est enregistrée."),
        ("Klanten kunnen een bestelling annuleren zolang die niet is verzonden.",
         "Annuleer de bestelling.", "De bestelling is geannuleerd."),
    ],
)  # fmt: skip
def test_other_languages_are_not_marked_for_their_stems(
    prove: Prove, language: tuple[str, str, str]
) -> None:
    criterion, action, result = language
    case = prove(criterion, [(action, "", result)])
    assert good(case), case.findings


@pytest.mark.parametrize(
    ("source", "is_good"),
    [
        ("Changes of prices are effective within 1 hour.", False),
        ("A refund is shown on the statement within 1 hour.", True),
        ("1. Open the page. 2. Save.", False),
    ],
)
def test_a_number_of_a_source_counts_where_it_speaks_of_the_same_thing(
    prove: Prove, source: str, is_good: bool
) -> None:
    result = "The refund is shown on the statement within 1 hour."
    case = prove(REFUND, [("Request a refund.", "", result)], sources=[source])
    assert good(case) is is_good, case.findings


PAID = "The refund of £20.00 is paid within 5 working days."


@pytest.mark.parametrize(
    ("sentence", "said", "support"),
    [
        ("A team leader is asked.", "", "supported"),
        ("The refund can be printed.", "“printed” stands in no source", "derived"),
        ("The moon shines bright.", "", "unsupported"),
    ],
)
def test_a_sentence_that_a_person_puts_in_is_proved_by_itself(
    prove: Prove, sentence: str, said: str, support: str
) -> None:
    """What the others rest on stays, and the step does not stand in it as a whole."""
    step = ("Request a refund of £20.00.", "", f"{PAID} {sentence}")
    case = prove(REFUND, [step], added=[sentence], cited=[1])
    told = "\n".join(one.message for one in case.findings)
    assert said in told
    assert case.steps[0].support == support
    if support != "unsupported":
        assert case.steps[0].citations


def test_a_sentence_that_a_person_puts_in_cites_what_holds_it(prove: Prove) -> None:
    sentence = "A parcel is collected on the next day."
    step = ("Request a refund of £20.00.", "", f"{PAID} {sentence}")
    case = prove(REFUND, [step], added=[sentence], cited=[1], sources=[f"Always: {sentence}"])
    assert [one.source for one in case.steps[0].citations] == [1, 2]


def test_a_short_sentence_that_stands_in_nothing_cited_is_not_lost_in_a_long_result(
    prove: Prove,
) -> None:
    assert prove(REFUND, [("Pay.", "£20.00", PAID)], cited=[1]).steps[0].support == "supported"
    longer = prove(
        REFUND, [("Pay.", "£20.00", f"{PAID} The refund lowers the balance.")], cited=[1]
    )
    assert longer.steps[0].support == "derived"


QUEUE = (
    'Handler may approve a payment up to £2,500. Above that the payment goes to status "Awaiting '
    "approval\" and appears in the Team Leader's queue."
)


@pytest.mark.parametrize(
    ("criterion", "given", "result", "support"),
    [
        (QUEUE, "", "The payment is in the Team Leader's queue.", "supported"),
        (QUEUE, "", "The payment is not in the Team Leader's queue.", "derived"),
        (QUEUE, "A payment that is in no queue", "The payment is in no queue.", "supported"),
        ("A late payment is not put into the queue.", "", "The payment is not put into the queue.",
         "supported"),
        ("Eine späte Zahlung kommt in die Liste.", "", "Die Zahlung kommt nicht in die Liste.",
         "derived"),
    ],
)  # fmt: skip
def test_what_a_result_denies_is_in_its_sources_only_where_they_deny_it(
    prove: Prove, criterion: str, given: str, result: str, support: str
) -> None:
    steps = [("Open the claim.", "", "The claim is open."), ("Look.", "", result)]
    case = prove(criterion, steps, given=[given] if given else [], cited=[1])
    assert case.steps[1].support == support, case.findings


COVERED = "The vehicle is covered from 00:00 of the effective date."


@pytest.mark.parametrize(
    ("kind", "data", "is_good"),
    [
        ("criterion", "effective date 2027-02-08", True),
        ("criterion", "8 February 2027", False),
        ("rule", "effective date 2027-02-08", False),
    ],
)
def test_a_number_of_another_criterion_of_the_story_counts_where_the_data_are_on_its_matter(
    prove: Prove, kind: str, data: str, is_good: bool
) -> None:
    """The result says it in few words, and the data tell what it is about."""
    case = prove(
        "A change that is too far in the past is refused.",
        [("Add the car.", data, "The car is covered from 00:00.")],
        sources=[COVERED],
        kind=kind,
    )
    assert good(case) is is_good, case.findings


def test_a_number_that_a_source_says_of_something_else_is_told_with_the_source(
    prove: Prove,
) -> None:
    """It stands in a source: to say that it stands in none would be untrue."""
    case = prove(REFUND, [("Pay.", "", "The refund comes within 3 hours.")], sources=[
        "A parcel is collected within 3 hours."
    ])  # fmt: skip
    (mark,) = [one for one in case.findings if one.words == "3 hours"]
    assert "stands in [2]" in mark.message
    assert "in no source" not in mark.message


@pytest.mark.parametrize(
    ("row", "is_good"),
    [
        ("Title: Resident permit, first; Zones: Zone A; Amount: £68.00; Status: Current", True),
        ("Title: Boat licence; Berths: Harbour; Amount: £68.00; Status: Current", False),
        ("Title: Resident permit, first; Zones: Zone A; Amount: £54.00; Status: Current", False),
    ],
)
def test_an_amount_of_a_row_counts_where_the_row_is_on_the_matter_of_the_case(
    prove: Prove, row: str, is_good: bool
) -> None:
    """The cell alone does not say what it is an amount of."""
    given = ["Ann Lee lives in zone A; nobody at this address holds a resident permit."]
    steps = [("Enter the registration.", "AB12 CDE", "The fee of £68.00 is shown.")]
    case = prove("The fee is shown.", steps, given=given, sources=[row], kind="table_row")
    assert good(case) is is_good, case.findings


def test_a_list_number_supports_no_count(prove: Prove) -> None:
    text = "Citizens see their appointments:\n1. the next one\n2. the others"
    case = prove(text, [("Open the page.", "", "The citizen sees 7 appointments.")])
    assert case.unsupported_steps == (1,)


def test_a_source_that_sets_another_limit_is_told_with_both_sentences(prove: Prove) -> None:
    text = "A refund of up to £250.00 to the original card is paid at once."
    rule = "BR-4 A refund of up to £200.00 to the original card is paid at once."
    result = "A refund of £250.00 to the original card is paid at once."
    case = prove(text, [("Request a refund of £250.00.", "", result)], sources=[rule])
    told = [one for one in case.findings if one.rule == "contradiction" and one.step is None]
    assert len(told) == 1
    assert "BR-4" in told[0].message
    assert "£200.00" in told[0].message


@pytest.mark.parametrize(("paid", "contested"), [("£200.00", True), ("£260.00", False)])
def test_data_that_keep_the_number_of_another_source_are_told_with_both_sentences(
    prove: Prove, paid: str, contested: bool
) -> None:
    text = "A refund of up to £150.00 to the original card is paid at once."
    rule = "BR-4 A refund of up to £200.00 to the original card is paid at once."
    fact = Fact(kind="limit", quote="up to £150.00", value="£150.00", holds=True)
    result = "The refund to the original card is paid at once."
    step = (f"Request a refund of {paid}.", "", result)
    case = prove(text, [step], facts=[fact], sources=[rule])
    told = [one.message for one in case.findings if one.rule == "contradiction"]
    assert bool(told) is contested, case.findings
    assert ("wrong side" in errors(case)) is not contested, "one of them is right"
    assert not contested or ("BR-4" in told[0] and "£150.00" in told[0])


@pytest.mark.parametrize(
    ("data", "fee", "is_known"),
    [
        ("20 days overdue", "10.00 EUR", True),
        ("60 days overdue", "15.00 EUR", True),
        ("60 days overdue", "30.00 EUR", False),
        ("3 items, 60 days overdue each", "45.00 EUR", True),
    ],
)
def test_a_rate_comes_to_no_amount_above_the_cap_beside_it(
    prove: Prove, data: str, fee: str, is_known: bool
) -> None:
    text = "The fee is 0.50 EUR per day overdue, at most 15.00 EUR per item."
    rule = "BR-2 Fees: 0.50 EUR per day, capped at 15.00 EUR per item."
    case = prove(text, [("Return it.", data, f"The fee is {fee}.")], sources=[rule])
    assert (case.steps[0].support == "supported") is is_known


@pytest.mark.parametrize(("fee", "is_told"), [("20.00 EUR", True), ("120.00 EUR", False)])
def test_a_contested_limit_is_not_found_inside_a_longer_number(
    prove: Prove, fee: str, is_told: bool
) -> None:
    text = "A member with fees above 20.00 EUR is blocked from loans."
    rule = "BR-3 A member with fees above 25.00 EUR is blocked from loans."
    case = prove(text, [("Open the member.", "a loan", f"The fee is {fee}.")], sources=[rule])
    assert any("BR-3" in one.message for one in case.findings) == is_told


def test_a_contested_limit_does_not_excuse_data_wrong_on_another(prove: Prove) -> None:
    text = (
        "A refund of up to £150.00 to the original card is paid at once. "
        "The customer is at least 18 years old."
    )
    rule = "BR-4 A refund of up to £200.00 to the original card is paid at once."
    facts = [
        Fact(kind="limit", quote="up to £150.00", value="£150.00", holds=True),
        Fact(kind="limit", quote="at least 18 years old", value="18 years", holds=True),
    ]
    step = ("Request a refund of £200.00.", "a customer of 17 years", "It is paid at once.")
    case = prove(text, [step], facts=facts, sources=[rule])
    assert {one.rule for one in case.findings if one.step is None} == {"wrong side"}


def test_another_source_on_another_limit_of_the_criterion_acquits_nothing(prove: Prove) -> None:
    text = (
        "A member may cancel a course within 14 days of the booking. "
        "A member returns a hired umbrella within 14 days of the loan."
    )
    rule = "BR-4 A member returns a hired umbrella within 30 days of the loan."
    fact = Fact(kind="limit", quote="within 14 days of the booking", value="14 days", holds=True)
    step = ("Cancel the course.", "20 days after the booking", "The course is cancelled.")
    assert errors(prove(text, [step], facts=[fact], sources=[rule])) == ["wrong side"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("AC6: reopen only by team leads, and 21 calendar days after Closed.", True),
        ("A closed claim is reopened up to day 21.", True),
        ("To reopen it: see mockup 25.", False),
        ("Invoices are kept for 21 days.", False),
        ("A claim is reopened up to 7 days after Closed.", False),
    ],
)
def test_data_that_keep_the_number_of_what_the_case_cites_are_told_with_its_words(
    prove: Prove, said: str, told: bool
) -> None:
    text = "A closed claim can be reopened within 14 days."
    fact = Fact(kind="limit", quote="within 14 days", value="14 days", holds=True)
    case = prove(
        text, [("Reopen the claim closed 21 days ago.", "", "The claim is reopened.")],
        facts=[fact], sources=[said], cited=[2],
    )  # fmt: skip
    (found,) = [one for one in case.findings if one.rule in ("wrong side", "other limit")]
    assert (found.rule, found.severity) == (
        ("other limit", "warning") if told else ("wrong side", "error")
    )
    assert case.needs_you
    assert not told or ("“within 14 days”" in found.message and said[:8] in found.message)


@pytest.mark.parametrize(
    ("source", "data", "result", "rules"),
    [
        ("", "", "“Ask your manager first.” is shown.", {"contradiction"}),
        ("Build “Ask your manager first.”, agreed.", "", "“Ask your manager first.” is shown.",
         {"other limit"}),
        ("Build “Ask your manager again.”, agreed.", "", "“Ask your manager first.” is shown.",
         {"contradiction"}),
        ("", "Reason: Road closed, rang at noon", "The reason “Road closed, rang at noon” is kept.",
         set()),
        ("", "Reason: Road closed", "The reason “Road closed, rang at noon” is kept.",
         {"contradiction"}),
    ],
)  # fmt: skip
def test_another_message_is_told_as_what_it_is(
    prove: Prove, source: str, data: str, result: str, rules: set[str]
) -> None:
    text = "Then the message “You cannot waive this charge. Please ask.” is shown."
    case = prove(
        text, [("Waive the charge.", data, result)], outcomes=[text],
        sources=[source] if source else [], cited=[2] if source else [], kind="prose",
    )  # fmt: skip
    held = {"contradiction", "other limit"}
    assert {one.rule for one in case.findings} & held == rules, case.findings
    assert case.needs_you or not rules
    told = [one.message for one in case.findings if one.rule == "other limit"]
    assert all("Build “Ask" in one and "You cannot waive" in one for one in told)


@pytest.mark.parametrize(
    ("said", "heading", "told"),
    [
        ("Decision: from June on it is 21 days.", "Reopening of closed claims", True),
        ("Decision: from June on it is 21 days.", "Invoices of suppliers", False),
        ("Decision: from June on it is 7 days.", "Reopening of closed claims", False),
        ("Minutes of 12 May. Item 4. Decision: 21 days instead of 14.", "", True),
        ("Minutes of 12 May. Item 4. Decision: 21 days instead of 10.", "", False),
        ("AC-1: now 21 days.", "", True),
        ("AC-12: now 21 days.", "", False),
        ("AC-1.2: now 21 days.", "", False),
        ("Documents are kept for 21 days.", "Closed claims, reopening", False),
        ("Letters are answered within 60 days.", "Closed claims, reopening", False),
        ("Minutes: 10 days instead of 14; invoices are kept 21 days.", "", False),
    ],
)
def test_data_that_keep_a_decision_which_moves_the_limit_are_on_no_wrong_side(
    prove: Prove, said: str, heading: str, told: bool
) -> None:
    fact = Fact(kind="limit", quote="within 14 days", value="14 days", holds=True)
    case = prove(
        "A closed claim can be reopened within 14 days.",
        [("Reopen the claim closed 21 days ago.", "", "After 21 days and not 7 it is reopened.")],
        facts=[fact], sources=[said], headings=[heading], cited=[2],
    )  # fmt: skip
    (found,) = [one for one in case.findings if one.rule in ("wrong side", "other limit")]
    assert found.rule == ("other limit" if told else "wrong side"), found
    assert (said[-12:-1] in found.message) is told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Minutes: the fee is charged above 100 dollars.", True),
        ("Minutes: the fee that is charged is 100 dollars.", False),
        ("Minutes: the fee is charged above EUR 55.00.", False),
        ("Minutes: the fee is charged above EUR 65.00.", True),
        ("The fee charged to staff is posted above 100 dollars.", False),
    ],
)
def test_data_are_not_judged_by_the_criterion_where_a_cited_limit_cannot_judge_them(
    prove: Prove, said: str, told: bool
) -> None:
    fact = Fact(kind="limit", quote="above EUR 50.00", value="EUR 50.00", holds=False)
    case = prove(
        "The fee is charged above EUR 50.00.",
        [("Order for EUR 60.00.", "", "No fee is charged.")],
        facts=[fact], sources=[said], cited=[2],
    )  # fmt: skip
    rules = [one.rule for one in case.findings if one.rule in ("wrong side", "other limit")]
    assert rules == ["other limit" if told else "wrong side"]


@pytest.mark.parametrize(
    ("said", "line", "told"),
    [
        ("Term: invoices are payable 21 days from the invoice date.",
         "2027-04-12 + 21 days = 2027-05-03", True),
        ("Term: invoices are payable 21 days from the invoice date.",
         "2027-05-04 - 2027-04-12 = 22 days", False),
        ("Files are kept for 21 days.", "2027-04-12 + 21 days = 2027-05-03", False),
        ("The archive deletes the scan of an invoice 21 days from the scan date.",
         "2027-04-12 + 21 days = 2027-05-03", False),
        ("", "60 days + 40 days = 100 days", False),
        ("", "2027-05-04 - 2027-01-01 = 123 days", False),
    ],
)  # fmt: skip
def test_a_limit_that_the_case_calculates_with_is_told_where_a_source_states_it(
    prove: Prove, said: str, line: str, told: bool
) -> None:
    fact = Fact(kind="limit", quote="within 30 days", value="31 days", holds=False)
    case = prove(
        "Invoices are payable within 30 days of the invoice date.",
        [("Open the invoice on 2027-05-04.", "", "It is overdue.")],
        given=["The invoice of 2027-04-12 is not paid; the contract began on 2027-01-01. It is "
               "stored for 60 days and 40 days."],
        facts=[fact], sources=[said],
        calculations=[[line]],
    )  # fmt: skip
    (found,) = [one for one in case.findings if one.rule in ("wrong side", "other limit")]
    assert found.rule == ("other limit" if told else "wrong side")
    assert (f"says “{said[:-1]}”" in found.message) is told
    assert "cites" not in found.message


def test_a_value_moves_with_the_limit_that_takes_the_place_of_the_criterions(prove: Prove) -> None:
    fact = Fact(kind="limit", quote="Ten days", value="9 days", holds=False)
    case = prove(
        "Ten days after the due date the reminder M-207 is sent with a fee of 3.50.",
        [("Start the job on 2027-05-16.", "", "No reminder is sent."),
         ("Start the job on 2027-05-17, a holiday.", "", "No reminder is sent.")],
        given=["The invoice is due on 2027-05-03."], facts=[fact],
        sources=["Reminder: 14 days after the due date, 5.00 EUR. Households with a Pass get the "
                 "reminder but without the fee."], cited=[2],
        calculations=[["2027-05-16 - 2027-05-03 = 13 days"], []],
    )  # fmt: skip
    (both,) = [one for one in case.findings if one.severity == "error"]
    assert both.rule == "contradiction", case.findings
    assert "“Ten days”" in both.message
    assert "14 days" in both.message


def test_the_right_side_of_another_limit_acquits_nothing(prove: Prove) -> None:
    facts = [
        Fact(kind="limit", quote="above 500 EUR", value="501 EUR", holds=True),
        Fact(kind="limit", quote="at least 18 years", value="18 years", holds=True),
    ]
    case = prove(
        "An order above 500 EUR of a customer of at least 18 years is shown with a message.",
        [("Order.", "400 EUR, a customer of 30 years", "The order is shown with a message.")],
        facts=facts, sources=["An order of a customer is shown with a fee of 5 EUR."], cited=[2],
    )  # fmt: skip
    assert "wrong side" in errors(case), case.findings


def test_the_testers_own_words_count(prove: Prove) -> None:
    step = ("Request a refund.", "£250.01", "The refund is refused after 17 months.")
    assert prove(REFUND, [step]).unsupported_steps == (1,)
    assert not prove(REFUND, [step], own=["Refunds are refused after 17 months"]).unsupported_steps


def test_a_placeholder_in_a_message_takes_the_data(prove: Prove) -> None:
    text = 'The parents get the text "<first name> has not arrived at school today."'
    result = 'The text "Zoe has not arrived at school today." has arrived.'
    assert good(prove(text, [("Look at the phone.", "", result)]))


@pytest.mark.parametrize("said", ["4 days", "3 days"])
def test_a_letter_in_a_message_takes_the_number(prove: Prove, said: str) -> None:
    text = 'It is refused with the message "Insufficient balance. Requested: X days, left: Y days."'
    result = f'The message "Insufficient balance. Requested: {said}, left: 3 days." is shown.'
    case = prove(text, [("Ask for 4 days.", "", result)], given=["Ann has 3 days left"])
    assert not [one for one in case.findings if "Insufficient" in one.words], case.findings


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Press Y to confirm or N to abort.", "Press 1 to confirm or 2 to abort."),
        ("Gate Z is closed.", "Gate B is closed."),
        ("Upload of x failed.", "Upload of your order was fine but payment failed."),
    ],
)
def test_other_letters_and_other_words_fill_no_place(prove: Prove, text: str, result: str) -> None:
    case = prove(f'The message "{text}" is shown.', [("Look.", "", f'"{result}" is shown.')])
    assert [one for one in case.findings if one.rule != "unsupported"], case.findings


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("A locked account is unlocked after 3 hours. Open 09:00 to 14:00.",
         "The account is unlocked after 5 hours."),
        ("The order gets the priority 2.", "The order has the priority 1."),
        ("The list shows at most 5 loans.", "The list shows 6 loans (5 + 1)."),
        ("The booking is saved.", "The booking is saved (it cannot be saved without a photo)."),
    ],
)  # fmt: skip
def test_what_no_text_says_is_marked_still(prove: Prove, text: str, result: str) -> None:
    case = prove(text, [("Look.", "", result)])
    assert case.findings or case.unsupported_steps, case


def test_checking_again_changes_nothing(prove: Prove) -> None:
    case = prove(REFUND, [("Request it.", "", "It is refused after 9 years.")])
    again = prove(REFUND, [("Request it.", "", "It is refused after 9 years.")])
    assert case == again


# --- The other side -------------------------------------------------------------------------------

SUPERVISOR = "Only supervisors may override a failed credit check."
DRAFT = '"Please attach a receipt." is shown and the claim stays in draft'


@pytest.mark.parametrize(
    ("outcomes", "result", "rule"),
    [
        (["the request goes to calculation"], "The request does not go to calculation.",
         "contradiction"),
        (["the request goes to calculation"], "The request goes to calculation.", ""),
        (["not: the request goes to calculation"], "The request goes to calculation.",
         "contradiction"),
        (["the posting is refused"], "The posting is accepted.", "contradiction"),
        (["the posting is refused"], "The posting is refused.", ""),
        (["not: the posting is refused"], "The posting is refused.", "contradiction"),
        ([f"not: {DRAFT}"], '"Please attach a receipt." is shown.', "wrong side"),
        ([f"not: {DRAFT}"], '"Please attach a receipt." is not shown.', ""),
        ([DRAFT], '"Please attach a receipt." is not shown.', "contradiction"),
        ([DRAFT], '"Please attach a receipt." is shown; the claim stays in draft.', ""),
    ],
)  # fmt: skip
def test_a_result_that_speaks_for_the_other_side_is_an_error(
    prove: Prove, outcomes: list[str], result: str, rule: str
) -> None:
    text = (
        f"A member who is at least 63 has claims: {DRAFT}. the request goes to calculation; "
        "the posting is refused."
    )
    case = prove(text, [("Do it.", "", result)], outcomes=outcomes)
    assert rule in errors(case) if rule else not errors(case), case.findings


def test_what_is_shown_only_from_a_day_on_may_be_denied_before_it(prove: Prove) -> None:
    rule = 'The button "Renew permit" is shown only from the day the window opens.'
    result = 'The button "Renew permit" is not shown.'
    for text, is_error in ((rule, False), (rule.replace("only from", "on"), True)):
        facts = [Fact(kind="main flow", quote=text, holds=True)]
        case = prove(text, [("Open it.", "", result)], facts=facts, outcomes=[text[:-1]])
        assert ("contradiction" in errors(case)) is is_error, case.findings


def test_another_message_than_that_of_this_side_is_an_error(prove: Prove) -> None:
    text = 'Late claims show "Late claim, see review"; others show "Claim has been received".'
    case = prove(
        text,
        [("Send the claim.", "", '"Claim has been received" is shown.')],
        outcomes=['Late claims show "Late claim, see review"'],
    )
    assert "contradiction" in errors(case)
    assert any("Late claim, see review" in one.message for one in case.findings)


@pytest.mark.parametrize(
    ("value", "given", "wrong"),
    [
        ("supervisor", "Ben Otto, supervisor, is logged in", False),
        ("supervisor", "Ben Otto, clerk, is logged in", True),
        ("another", "Ben Otto, clerk, is logged in", False),
        ("another", "Ben Otto is a clerk and not a supervisor", False),
        ("another", "Ben Otto, supervisor, is logged in", True),
    ],
)
def test_the_one_who_acts_has_the_role_that_the_condition_claims(
    prove: Prove, value: str, given: str, wrong: bool
) -> None:
    fact = Fact(kind="role", quote="Only supervisors may override", holds=value != "another",
                value=value)  # fmt: skip
    case = prove(SUPERVISOR, [("Override the check.", "", "")], given=[given], facts=[fact])
    assert ("wrong side" in errors(case)) is wrong, case.findings


def test_what_is_only_tried_does_not_go_through_on_a_side_that_refuses(prove: Prove) -> None:
    step = "As Ben Otto, open the loan and try to override the credit check."
    refused = ["not: override a failed credit check"]
    result = "Ben Otto can override the credit check."
    assert "wrong side" in errors(prove(SUPERVISOR, [(step, "", result)], outcomes=refused)) or (
        "contradiction" in errors(prove(SUPERVISOR, [(step, "", result)], outcomes=refused))
    )
    result = "Ben Otto cannot override the credit check."
    assert not errors(prove(SUPERVISOR, [(step, "", result)], outcomes=refused))


def test_a_denial_that_no_text_gives_for_this_side_is_unsupported(prove: Prove) -> None:
    text = "A return of the car is recorded with its time and costs nothing extra."
    outcomes = ["costs nothing extra", "A return of the car is recorded with its time"]
    step = "Enter the return of the car."
    good_one = prove(text, [(step, "", "The return is recorded.")], outcomes=outcomes[1:])
    assert good(good_one), good_one.findings
    bad = prove(text, [(step, "", "The kilometres are not filed.")], outcomes=outcomes[1:])
    assert bad.unsupported_steps == (1,)


# --- Echoes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "result", "is_echo"),
    [
        (f"Check whether {LEAVE}", LEAVE, True),
        ("Open the request.", LEAVE, True),
        ("Check that the request waits for HR.", "The request waits for HR.", True),
        ("Open the request.", "The request waits for both the line manager and HR.", False),
        ("Enter the correct PIN.", "The PIN is accepted.", False),
    ],
)
def test_a_result_that_only_repeats_is_an_error(
    prove: Prove, action: str, result: str, is_echo: bool
) -> None:
    case = prove(LEAVE + " The PIN of the card is accepted.", [(action, "", result)])
    assert ("echo" in errors(case)) is is_echo, case.findings


def test_what_is_then_so_may_be_said_again(prove: Prove) -> None:
    text = "Given a line beyond his limit\nWhen the clerk opens it\nThen the buttons are greyed out"
    steps = [("The clerk opens the line.", "", "The buttons are greyed out.")]
    assert "echo" not in errors(prove(text, steps, form="gherkin"))
    assert "echo" in errors(prove(text, [("Look.", "", text)], form="gherkin"))


def test_a_counter_check_may_deny_what_the_main_flow_shows(prove: Prove) -> None:
    text = 'The driver chooses a reason and the stop is shown as "Handed over unsigned".'
    said = 'the stop is shown as "Handed over unsigned"'
    step = ("Finish without a reason.", "", 'The stop is not shown as "Handed over unsigned".')
    flow = {"technique": "positive", "outcomes": [said]}
    assert not errors(prove(text, [step], written_as="negative", **flow))
    assert "contradiction" in errors(prove(text, [step], written_as="positive", **flow))


# --- What changes, what is drawn from several things ----------------------------------------------


@pytest.mark.parametrize(
    ("result", "is_good"),
    [
        ("A surcharge of EUR 50.00 is paid.", True),  # 10 hours x EUR 20.00 x 25 %
        ("A surcharge of EUR 57.00 is paid.", False),
        ("A surcharge is paid to the account ending 3000.", True),
        ("A surcharge is paid to the account ending 3001.", False),
        ("The surcharge is paid on 1 May 2025.", True),  # the 1st of next month
        ("The surcharge is paid on 7 May 2025.", False),
    ],
)
def test_products_ends_of_numbers_and_turns_of_months_follow(
    prove: Prove, result: str, is_good: bool
) -> None:
    case = prove(
        "A surcharge of 25 % is paid on the 1st of next month.",
        [("Run the payroll.", "IBAN DE89 3704 0044 0532 0130 00", result)],
        given=["EUR 20.00 an hour, 10 overtime hours", "The test date is 25 April 2025"],
    )
    assert good(case) is is_good, case.findings


def test_what_changes_from_step_to_step_is_left_alone(prove: Prove) -> None:
    text = "The request goes to calculation."
    last = ("Send the request.", "", "The request goes to calculation.")
    first = ("Save the request.", "", "The request does not go to calculation.")
    outcomes = ["The request goes to calculation"]
    assert "contradiction" in errors(prove(text, [first], outcomes=outcomes))
    assert "contradiction" not in errors(prove(text, [first, last], outcomes=outcomes))


def test_messages_count_at_the_last_step_alone(prove: Prove) -> None:
    denied = ['not: "Please attach a receipt." is shown']
    step = ("Submit the claim.", "", '"Please attach a receipt." is shown.')
    other = ("Attach the receipt.", "", "The receipt is attached to the claim.")
    text = 'Without a receipt "Please attach a receipt." is shown.'
    assert "wrong side" in errors(prove(text, [other, step], outcomes=denied))
    assert "wrong side" not in errors(prove(text, [step, other], outcomes=denied))


def test_an_outline_quotes_and_is_no_echo(prove: Prove) -> None:
    case = prove(LEAVE, [("Open the request.", "", LEAVE)])
    assert "echo" in errors(case)


@pytest.mark.parametrize(("data", "wrong"), [("90 %", True), ("240 %", False), ("49 %", False)])
def test_a_value_far_from_the_limit_tells_no_side(prove: Prove, data: str, wrong: bool) -> None:
    fact = Fact(kind="limit", quote="battery at 50 % or more", holds=False, value="48 %")
    case = prove("Start only with battery at 50 % or more.", [("Start.", data, "")], facts=[fact])
    assert ("wrong side" in errors(case)) is wrong, case.findings


def test_a_clause_of_the_other_side_is_an_error_where_all_its_words_are_there(prove: Prove) -> None:
    text = "Applicants under 18 are blocked. All others get a reference number on confirmation."
    outcomes = ["Applicants under 18 are blocked"]
    facts = [Fact(kind="condition", quote="under 18")]
    said = [("Apply.", "", "A reference number is shown.")]
    wrong = prove(text, said, outcomes=outcomes, facts=facts)
    assert "wrong side" in errors(wrong)
    for result in (
        "Somebody notes the reference number.",
        "The applicant of 12 years is blocked (17 + 1 = 18; a reference number on confirmation).",
    ):
        free = prove(text, [("Apply.", "", result)], outcomes=outcomes, facts=facts)
        assert "wrong side" not in errors(free), "an aside says how a value comes about"


@pytest.mark.parametrize("value", ["22:30", "06:30"])
def test_a_range_over_midnight_holds_on_both_sides_of_it(prove: Prove, value: str) -> None:
    fact = Fact(kind="limit", quote="between 22:00 and 07:00", value="23:00")
    case = prove("Quiet between 22:00 and 07:00.", [("Send.", value, "")], facts=[fact])
    assert "wrong side" not in errors(case)
    case = prove("Quiet between 22:00 and 07:00.", [("Send.", "07:30", "")], facts=[fact])
    assert "wrong side" in errors(case)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("valid until 31 June 2026", True), ("gültig bis 30. Februar 2026", True),
     ("valid until 30 June 2026", False)],
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_told(prove: Prove, line: str, wrong: bool) -> None:
    case = prove("A permit is valid.", [("Open it.", "", "")], given=[line])
    assert ("inconsistent data" in errors(case)) is wrong


@pytest.mark.parametrize(
    ("name", "is_good"), [("Regional Auditor", False), ("Refund Auditor", True)]
)
def test_a_name_of_which_most_stands_nowhere_is_told(
    prove: Prove, name: str, is_good: bool
) -> None:
    result = f"The refund of £250.01 is refused by the {name}."
    assert good(prove(REFUND, [("Request a refund.", "£250.01", result)])) is is_good


def test_a_step_that_shows_another_message_is_not_marked_as_carried_by_the_text(
    prove: Prove,
) -> None:
    text = (
        "A household may hold at most 2 permits at the same time; a third application is refused "
        'with the message "Your household already holds 2 permits."'
    )
    case = prove(
        text,
        [("Fill in an application for the third car and submit it.", "licence plate B-TB 3",
          'The application is refused with the message "Your household already holds 3 permits."')],
        given=["The household of Tom Berg holds 2 valid permits", "His third car is B-TB 3"],
        facts=[Fact(kind="main flow", quote=text)],
        outcomes=[text],
        cited=[1],
    )  # fmt: skip
    assert "contradiction" in errors(case)
    assert case.steps[0].support == "unsupported"


@pytest.mark.parametrize(
    ("result", "stands"),
    [
        ("The request waits for Petra Nowak, not for Claudia Renz.", True),
        ("The request waits for Petra Nowak and not for Dr. Claudia Renz.", True),
        ("The request waits for Petra Nowak, not for Jens Falk.", False),
        ("The request waits for Petra Nowak, not for approval.", False),
        ("Petra Nowak is asked. Claudia Renz is not.", False),
        ("The request is submitted and Claudia Renz is not.", False),
        ("Wartet auf Petra Nowak, nicht auf Claudia Renz.", True),
    ],
)
def test_who_is_not_meant_is_no_claim_of_its_own(prove: Prove, result: str, stands: bool) -> None:
    case = prove(
        "A request up to EUR 250 waits for the Warranty Specialist.",
        [("Submit the request.", "EUR 250", result)],
        given=["Petra Nowak is Warranty Specialist, Dr. Claudia Renz is Team Lead."],
        facts=[Fact(kind="limit", quote="up to EUR 250", value="EUR 250")],
        outcomes=["waits for the Warranty Specialist"],
    )
    assert bool(case.findings) is not stands


@pytest.mark.parametrize(
    ("result", "stands"),
    [
        ("EUR 180 is charged, the repair cost, and not EUR 50 (the minimum with waiver).", True),
        ("EUR 180 is charged, the repair cost, and not the minimum with waiver.", False),
        ("EUR 180 is charged, the repair cost, and no invoice is sent for EUR 50.", False),
    ],
)
def test_what_a_wrong_amount_would_be_is_no_claim(prove: Prove, result: str, stands: bool) -> None:
    text = "The repair cost is charged. Otherwise at least EUR 50 are charged."
    step = ("Enter the repair cost.", "EUR 180", result)
    assert bool(prove(text, [step], outcomes=[text[:26]]).findings) is not stands


def test_a_word_within_the_name_of_a_field_denies_nothing(prove: Prove) -> None:
    field = "No_Signatory_Reason__c"
    sources = [f"Field {field}: the reason is kept with the visit."]
    result = "The reason Ill is kept with the visit of Ann Lee."
    step = ("Save the visit of Ann Lee.", f"{field} = Ill", result)
    case = prove("The reason is kept with the visit.", [step], sources=sources)
    assert good(case), case.findings


def test_a_number_that_a_comment_alone_holds_is_told_as_one(prove: Prove) -> None:
    steps = [("Hand the van back after 340 miles.", "", "The charge starts at 300 miles.")]
    talk = "Agreed: the charge starts at 300 miles."
    place = "comment by Ann Lee, 2026-05-19"
    case = prove("Miles beyond the allowance are charged.", steps, sources=[talk], places=[place])
    (finding,) = [one for one in case.findings if one.rule == "not in the sources"]
    assert (
        finding.message
        == "“300 miles” stands in a comment by Ann Lee, 2026-05-19 alone: is it what holds?"
    )
    case = prove("Miles beyond the allowance are charged.", steps, sources=[talk])
    assert "not in the sources" not in rules(case)


def test_words_of_the_heading_of_a_source_stand_somewhere(prove: Prove) -> None:
    steps = [("Try to submit.", "", 'The yellow banner "Your registration has expired." is shown.')]
    said = ['"Your registration has expired."']
    text = "An expired registration is refused with a warning."
    assert "unsupported" in rules(prove(text, steps, sources=said))
    under = ["Texts > Expired registration (yellow banner)"]
    assert "unsupported" not in rules(prove(text, steps, sources=said, headings=under))


FEES = tuple(
    f"Days before departure: {days}; Fee (% of total price): {fee} %; Message: “Cancellation fee: "
    f"{fee} %”"
    for days, fee in (("30 days or more", 10), ("29 to 15 days", 40), ("14 to 7 days", 60))
)


@pytest.mark.parametrize(
    ("result", "is_good"),
    [
        ("Message “Cancellation fee: 40 %” and 320.00 EUR are shown.", True),
        ("Message “Cancellation fee: 40 %” and 340.00 EUR are shown.", False),
        ("Message “Cancellation fee: 45 %” and 360.00 EUR are shown.", False),
        ("The fee of 40 % (320.00 EUR) is shown.", True),
        ("The fee of 40 % (340.00 EUR) is shown.", False),
        ("The fee of 45 % (360.00 EUR) is shown.", False),
    ],
)
def test_a_share_that_a_message_or_a_row_states_is_computed_with(
    prove: Prove, result: str, is_good: bool
) -> None:
    case = prove(
        "The fee depends on the days before departure and is shown before it is confirmed.",
        [("Press Cancel booking.", "", result)],
        given=["A booking with a total price of 800.00 EUR, departure in 20 days"],
        sources=FEES, kind="table_row",
    )  # fmt: skip
    assert good(case) is is_good, case.findings


@pytest.mark.parametrize(
    ("result", "contradicts"),
    [
        ("The deposit is 30 % = 207.00 EUR.", False),
        ("The deposit = 207.00 EUR.", False),
        ("The deposit = 83.00 EUR.", True),
        ("The deposit is at least 207.00 EUR.", True),
    ],
)
def test_a_value_that_keeps_a_limit_does_not_contradict_it(
    prove: Prove, result: str, contradicts: bool
) -> None:
    case = prove(
        "The deposit is a share of the total price, but at least 100.00 EUR.",
        [("Open the payment page.", "", result)],
        given=["A booking with a total price of 690.00 EUR"],
    )
    said = [one.words for one in case.findings if one.rule == "contradiction"]
    assert any("EUR" in words for words in said) is contradicts, case.findings


def test_a_button_of_a_flows_last_step_is_no_message_that_others_contradict(prove) -> None:
    flow = "1. The clerk scans the bag.\n2. The clerk chooses “Receive complete” and a shelf."
    message = "Bag {bagNo} has been received with {n} items."
    case = prove(
        flow,
        [("Choose “Receive complete”", "",
          "The message “Bag <number of the bag> has been received with 2 items.” is shown.")],
        given=["2 items are in the bag."],
        facts=[Fact(kind="main flow", quote=flow, value=FLOW)],
        outcomes=["The clerk chooses “Receive complete” and a shelf."],
        sources=[message],
        form="flow",
    )  # fmt: skip
    assert not [one.message for one in case.findings if "contradicts" in one.message]
    assert not [one.message for one in case.findings if "stands in no source" in one.message]


@pytest.mark.parametrize("filling", ["<12.50 EUR>", "<Card refused>", "<anything>"])
def test_a_place_left_open_names_what_its_message_speaks_of(prove, filling: str) -> None:
    case = prove(
        "The bag is received.",
        [("Scan the bag", "", f"The message “Bag {filling} has been received today.” is shown.")],
        sources=["Bag {bagNo} has been received today."],
    )
    assert [one.message for one in case.findings if "stands in no source" in one.message], (
        case.findings
    )
