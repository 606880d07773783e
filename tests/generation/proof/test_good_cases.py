"""Good cases that were once refused, each beside a wrong one of its kind that is still told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.domain import Fact, TestCase
from assistant.generation.proof.amounts import is_balance, numbers
from assistant.generation.proof.calculations import calculations
from assistant.generation.proof.condition_sides import is_sentence

Prove = Callable[..., TestCase]


def limit(quote: str, value: str, *, holds: bool) -> list[Fact]:
    return [Fact(kind="limit", quote=quote, holds=holds, value=value)]


def told(case: TestCase) -> set[str]:
    return {finding.rule for finding in case.findings}


@pytest.mark.parametrize(
    ("count", "wrong"), [("1 day", False), ("1 working day", False), ("2 days", True)]
)
def test_what_begins_and_ends_on_one_day_lasts_a_day(prove: Prove, count: str, wrong: bool) -> None:
    step = ("Request leave.", f"Start: 1 June 2026; End: 1 June 2026 ({count})", "It is granted.")
    given = ["Today is 28 May 2026."]
    case = prove("Leave of up to 30 days is granted.", [step], given=given)
    assert ("inconsistent data" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(("entry", "wrong"), [("0 m²", False), ("0", False), ("5 m²", True)])
def test_the_value_tried_may_have_a_unit_that_the_limit_does_not_name(
    prove: Prove, entry: str, wrong: bool
) -> None:
    step = ("Go to step 1 and enter the area, from 1 to 200.", entry, "The entry is refused.")
    case = prove(
        "The area is from 1 to 200.", [step], facts=limit("from 1 to 200", "0", holds=False)
    )
    assert ("wrong side" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("running", "action", "wrong"),
    [
        ("2 running options", "Reserve a third option.", False),
        ("1 running option", "Reserve an option.", True),
        ("2 running options", "Go to the third page.", True),
    ],
)
def test_the_third_of_a_thing_follows_two_that_there_are(
    prove: Prove, running: str, action: str, wrong: bool
) -> None:
    case = prove(
        "A customer has at most 2 running options.",
        [(action, "Room A", "The option is refused.")],
        given=[f"Ann Lee has {running}."],
        facts=limit("at most 2 running options", "3 running options", holds=False),
    )
    assert ("wrong side" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("sent", "wrong"), [("31 January 2027, 23:59", False), ("2 February 2027, 10:00", True)]
)
def test_a_day_of_each_year_is_that_day_of_one_year(prove: Prove, sent: str, wrong: bool) -> None:
    case = prove(
        "Claims can be made until 31 January 23:59 CET.",
        [("Send the claim.", sent, "The claim is made.")],
        facts=limit("until 31 January 23:59 CET", "31 January", holds=True),
    )
    assert ("wrong side" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The booking costs 2 x 80 € = 160 €.", False),
        ("The booking costs 160 € (2 × 80 €).", False),
        ("The booking costs 2 x 80 € = 170 €.", True),
        ("The booking costs 2 x 90 € = 180 €.", True),
        ("The booking costs 3 x 80 € + 80 € = 320 €.", False),
        ("The booking costs 400 € (3 x 80 € + 2 x 80 €).", False),
        ("The booking costs 80 € - 80 € = 80 €.", True),
        ("The booking costs 80 € ÷ 0.", False),
    ],
)
def test_a_calculation_that_is_written_out_follows(prove: Prove, result: str, wrong: bool) -> None:
    case = prove("A night costs 80 €.", [("Book it for Ann Lee and Ben Otto.", "", result)])
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    "result",
    ["The household has 4 parcels of this month.", "The parcels of the household weigh 2.5 kg."],
)
def test_a_value_within_a_limit_contradicts_it_not(prove: Prove, result: str) -> None:
    given = ["The household has 3 parcels of this month"]
    text = (
        "A household gets up to 5 parcels a month; the parcels of a household weigh at most 10 kg."
    )
    case = prove(text, [("Hand out one more parcel.", "", result)], given=given)
    assert "contradiction" not in told(case), case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The deposit is EUR 50.00, not EUR 25.00.", False),
        ("The booking is of 7 wagons, not 10.", False),
        ("The booking is made. The deposit is not EUR 25.00.", True),
    ],
)
def test_a_number_instead_of_another_is_what_is_claimed(
    prove: Prove, result: str, wrong: bool
) -> None:
    step = ("Book 7 wagons.", "7 wagons", result)
    case = prove("A booking needs a deposit of EUR 50.00.", [step])
    assert bool(told(case)) is wrong, case.findings


def test_what_a_rate_comes_to_contradicts_it_not(prove: Prove) -> None:
    text = "The harbour charges EUR 2.40 per started metre of length and night."
    step = ("Settle the stay.", "9 metres, 2 nights", "The harbour charges EUR 43.20 for the stay.")
    assert not told(prove(text, [step]))
    other = (
        "Settle the stay.",
        "9 metres, 2 nights",
        "The harbour charges EUR 44.00 for the stay.",
    )
    assert told(prove(text, [other])) == {"not in the sources"}


def test_number_words_of_the_data_are_factors(prove: Prove) -> None:
    step = ("Book the room for two guests.", "", "The booking costs 160 €.")
    assert not prove("A guest costs 80 €.", [step]).findings


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('The status is "To be completed".', False),
        ('The field "Discretionary discount %" is open.', False),
        ('The form says "To be completed".', True),
        ('"The form is full." stands above it.', True),
    ],
)
def test_the_name_of_a_field_or_a_status_is_no_other_message(
    prove: Prove, said: str, wrong: bool
) -> None:
    text = (
        'A late form shows "The form is late."; others get the status "To be completed", '
        'the field "Discretionary discount %" or "The form is full."'
    )
    case = prove(
        text,
        [("Send the form.", "", said)],
        outcomes=['A late form shows "The form is late."'],
    )
    assert ("contradiction" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("words", "is_message"),
    [
        ("Claim has been received", True), ("Late claim, see review", True), ("Call us!", True),
        ("Refused", False), ("Pending Approval", False),
    ],
)  # fmt: skip
def test_a_message_has_a_verb_or_a_mark(words: str, is_message: bool) -> None:
    assert is_sentence(words) is is_message


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("200 EUR - 10 % = 180 EUR", False),
        ("10 days + 1 = 11 days", False),
        ("10 EUR ÷ 3 = 3.33 EUR", False),
        ("2 weeks + 1 day = 15 days", False),
        ("3 x 70 EUR + 17 x 110 EUR = 2,080 EUR", False),
        ("3 x 70 EUR + 17 x 110 EUR = 2,090 EUR", True),
        ("5,000 EUR - 5,000 EUR = 500 EUR", True),
        ("2.515 kg − 115,69 kg = 2.399,31 kg", False),
        ("El peso neto de la partida es de 2.500 kg − 100 kg = 2.400 kg.", False),
        ("El peso neto de la partida es de 2.500 kg − 100 kg = 2.300 kg.", True),
        ("0.415 kg × 3 = 1,245 kg", True),
    ],
)
def test_a_total_is_wrong_only_where_it_can_be_read_in_one_way(text: str, wrong: bool) -> None:
    found = list(calculations(text))
    assert found
    assert any(one.wrong_total is not None for one in found) is wrong


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The bill lists 43.20 EUR, 5 EUR for power, less 20 EUR: 28.20 EUR.", False),
        ("The bill lists 43.20 EUR, 5 EUR for power, less 20 EUR: 29.20 EUR.", True),
        ("The boat pays for 9 metres.", False),
        ("The boat pays for 10 metres.", True),
    ],
)
def test_a_balance_and_a_rounded_length_follow(prove: Prove, result: str, wrong: bool) -> None:
    given = ["The boat is 8.4 m long and has booked 2 nights"]
    text = "A night costs 2.40 EUR per started metre, power 5 EUR a night; 20 EUR are deducted."
    case = prove(text, [("Print the bill.", "", result)], given=given)
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("A refund for a late parcel is 15 % of the postage.", True),
        ("A member of the library gets 15 % off the fee for a late book.", False),
    ],
)
def test_a_number_follows_from_a_source_on_the_same_matter_only(
    prove: Prove, source: str, wrong: bool
) -> None:
    text = "The fee for a late book is EUR 8.00."
    steps = [("Return the late book as a member.", "", "A fee of EUR 6.80 is due.")]
    assert bool(told(prove(text, steps, sources=[source]))) is wrong


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The portal counts 18 of 160 records as late (11.25 %).", False),
        ("The portal counts 18 of 160 records as late (11 %).", False),
        ("The portal counts 18 of 160 records as late (12.25 %).", True),
        ("The portal counts 160 of 160 weeks (100 %).", False),
        ("The portal counts 150 of 160 weeks (100 %).", True),
    ],
)
def test_a_share_of_the_counts_before_it_follows(prove: Prove, result: str, wrong: bool) -> None:
    given = ["160 records of 160 weeks are there; 18 records are late, 150 weeks are signed"]
    case = prove(
        "The portal counts late records and weeks.", [("Open it.", "", result)], given=given
    )
    assert ("not in the sources" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("A fee of €18.94 is charged (40 % of €47.36 = €18.944).", False),
        ("A fee of €18.95 is charged (40 % of €47.36 = €18.944).", True),
        ("A fee of €18.94 is charged (40 % of €47.36 = €18.954).", True),
        ("EUR 1.250 are charged (2 × EUR 500 + EUR 250 = EUR 1.250).", False),
        ("EUR 1.260 are charged (2 × EUR 500 + EUR 250 = EUR 1.260).", True),
    ],
)
def test_money_passes_through_three_decimals(prove: Prove, result: str, wrong: bool) -> None:
    given = ["The consultation costs €47.36", "Two nights at EUR 500 and a fee of EUR 250"]
    text = "A fee of 40 % of the price is charged, rounded to the nearest cent."
    case = prove(text, [("Cancel the booking.", "", result)], given=given)
    assert bool(told(case) - {"unsupported"}) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The slot is 20 + 2 × 10 = 40 minutes long.", False),
        ("The slot is 20 + 10 × 2 = 40 minutes long.", False),
        ("The slot is 20 + 2 × 10 = 50 minutes long.", True),
        ("The slot is 15 + 2 × 10 = 35 minutes long.", True),
    ],
)
def test_a_calculation_may_name_its_unit_once(prove: Prove, result: str, wrong: bool) -> None:
    text = "A slot is 20 minutes for the first pet, plus 10 minutes for each additional pet."
    case = prove(text, [("Book a slot for 3 pets.", "", result)])
    assert bool(told(case) - {"unsupported"}) is wrong, case.findings


RENT = (
    "Unused rent is the rent for the days after the last one, rounded to the nearest penny. "
    "The late fee is at least £8.00."
)


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The line shows £90.00 (£155.00 × 18 days from 25 March to 11 April ÷ 31 days).", False),
        ("The line shows £91.00 (£155.00 × 18 days from 25 March to 11 April ÷ 31 days).", True),
        ("The line shows £149.83 (£155.00 × 29 days from 13 April to 11 May ÷ 30 days).", False),
        ("The line shows £149.93 (£155.00 × 29 days from 13 April to 11 May ÷ 30 days).", True),
        ("It is £330.00 (£150.00 rent of INV-1 + £150.00 rent + £15.00 + £15.00 fee).", False),
        ("It is £340.00 (£150.00 rent of INV-1 + £150.00 rent + £15.00 + £15.00 fee).", True),
    ],
)
def test_a_calculation_names_its_amounts(prove: Prove, result: str, wrong: bool) -> None:
    given = [
        "The rent is £155.00 for 31 days from 12 March to 11 April, then for a period of 30 days",
        "The last day is 24 March; unused are the days from 25 March",
        "Two invoices, INV-1 and INV-2, of £150.00 rent with a late fee of £15.00 each are overdue",
    ]
    case = prove(RENT, [("Open the late fee.", "", result)], given=given)
    assert bool(told(case) - {"unsupported"}) is wrong, case.findings


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("Unit 0307 has £110.00 overdue. Pay it first.", False),
        ("Unit 0307 has £120.00 overdue. Pay it first.", True),
        ("Unit 0307 has £110.00 open. Pay it first.", True),
    ],
)
def test_a_message_has_the_numbers_of_the_case(prove: Prove, message: str, wrong: bool) -> None:
    quote = "Message: “Unit 0214 has £86.50 overdue. Pay it first.”"
    steps = [("Complete the move-out.", "", f"The message “{message}” appears.")]
    given = ["Unit 0307 is overlocked; £110.00 is overdue"]
    case = prove(f"It is refused. {quote}", steps, given=given, outcomes=[quote])
    assert bool(told(case)) is wrong, case.findings


CHARGES = (
    "A night costs 2.40 EUR per started metre, power 5 EUR a night; 20 EUR are deducted. The berth "
    "is set to Free only if the balance is 0.00 EUR."
)


@pytest.mark.parametrize(
    ("result", "balance", "wrong"),
    [
        ("4 nights are charged: 86.40 EUR.", "The balance is 66.40 EUR.", ""),
        ("4 nights are charged: 86.40 EUR.", "The balance is 65.40 EUR.", "65.40 EUR"),
        ("4 nights are charged: 84.70 EUR.", "The receipt is sent.", "84.70 EUR"),
    ],
)
def test_a_balance_follows_from_a_result_before_it(
    prove: Prove, result: str, balance: str, wrong: str
) -> None:
    steps = [("Register the departure.", "", result), ("Open the bill.", "", balance)]
    given = ["The boat is 9 m long, has booked 3 nights, stays 1 night longer and has paid 20 EUR"]
    case = prove(CHARGES, steps, given=given)
    numbers = [one.words for one in case.findings if one.rule != "unsupported"]
    assert numbers == ([wrong] if wrong else [])
    denied = [one.message for one in case.findings if one.rule == "contradiction"]
    assert not any("0.00 EUR" in message for message in denied), "it is what another action asks"


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The account is still locked (14 min 30 s after 10:00:00).", False),
        ("The account is still locked (13 min 30 s after 10:00:00).", True),
        ("Ben still has 4 loans (5 − 1).", False),
        ("Ben still has 3 loans (5 − 1).", True),
    ],
)
def test_clock_times_have_seconds_and_one_less_follows(
    prove: Prove, result: str, wrong: bool
) -> None:
    given = ["The account was locked at 10:00:00", "Ben has 5 loans"]
    text = "An account stays locked for 15 minutes. A return takes a loan off the list."
    case = prove(text, [("Sign in at 10:14:30.", "", result)], given=given)
    assert bool(told(case) - {"unsupported"}) is wrong, case.findings


def test_a_double_negation_of_the_text_is_a_refusal(prove: Prove) -> None:
    text = "Do not allow creating a new request without a start date."
    case = prove(
        text, [("Leave the start date empty and save.", "", "The request is not created.")]
    )
    assert not told(case), case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("1 notice for Cleaning is listed.", False),
        ("Exactly 1 notice for Cleaning is listed.", False),
        ("7 notices for Cleaning are listed.", True),
        ("Cleaning has 1 reminder.", True),  # the text says 3
        ("The share is 11.5 days (28 days × 2 ÷ 5 = 11.2 days, rounded up to half a day).", False),
        ("The share is 11 days (28 days × 2 ÷ 5 = 11.2 days, rounded up to half a day).", False),
        ("The share is 12.5 days (28 days × 2 ÷ 5 = 11.2 days, rounded up).", True),
        ("The share is 11.5 days (28 days × 2/5 = 11.2, rounded up to the next half day).", False),
        ("The share is 12.5 days (28 days × 2/5 = 11.2, rounded up to the next half day).", True),
        ("The notice is the same as in steps 1 and 2.", False),
        ("The notice is the same as in steps 1 and 4.", True),
    ],
)
def test_one_thing_a_rounded_total_and_the_steps_of_a_case_are_no_claims(
    prove: Prove, result: str, wrong: bool
) -> None:
    text = "A notice is sent; Cleaning has 3 reminders. Part-timers get a share of the 28 days."
    given = ["Ben Roth works 2 of 5 days a week"]
    steps = [("Look.", "", ""), ("Look again.", "", ""), ("Open the list.", "", result)]
    case = prove(text, steps, given=given)
    found = told(case) - {"unsupported"}
    assert bool(found) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The mail names a number of the form SV-26-NNNN.", False),
        ("The mail names a number of the form SV-26-NNN.", True),
        ("The mail names the number SV-26-0318.", True),
        ("The mail names the number SV-26-0412.", False),
        ("The counter reads “Swaps used: 0 of 3”.", False),
        ("The counter reads “Swaps used: 2 of 3”.", True),
        ("The page says “Booking A/1 is done.”", False),
        ("The page shows a reference of “COL-” and six digits.", False),
        ("The page shows a reference of “COL-” and five digits.", True),
        ("The page shows the reference of six bookings.", True),
        ("The page shows a reference of the form COL-nnnnnn.", False),
    ],
)
def test_a_form_is_filled_in_with_what_the_case_knows(
    prove: Prove, result: str, wrong: bool
) -> None:
    sources = [
        'Bookings are numbered SV-YY-NNNN. The counter reads "Swaps used: 1 of 3".',
        'The page says "Booking {number} is done."',
        "The page shows a reference, COL-nnnnnn.",
    ]
    case = prove(
        "A booking gets a number; its page and its counter are shown.",
        [("Book a berth.", "", result)],
        given=["The last booking has the number SV-26-0411"],
        sources=sources,
    )
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The application has the number AFF-25307-2025-0001.", False),
        ("The application has the number AFF-25307-2025-0417.", True),
        ("The application has the number AFF-2025-25307.", True),
        ("A file named PV-25307-20251103 opens.", False),
        ("A file named PV-25307-20251104 opens.", True),
    ],
)
def test_a_number_of_named_places_is_filled_in_with_what_the_texts_and_the_case_say(
    prove: Prove, result: str, wrong: bool
) -> None:
    case = prove(
        "An application gets a number.",
        [("Send the application.", "", result)],
        given=["The town 25307 has no application of 2025 yet.", "Date of the test: 2025-11-03"],
        sources=[
            "The number has the form AFF-<code of the town>-<year>-<rank of 4 digits>.",
            "The rank begins with 0001 in each town. The file is PV-<code>-<YYYYMMDD>.pdf.",
        ],
    )
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(("digits", "wrong"), [("five", False), ("six", True)])
def test_an_auto_number_has_as_many_digits_as_its_form(
    prove: Prove, digits: str, wrong: bool
) -> None:
    steps = [
        ("Save the claim.", "", f"The claim has a number of the form RC- and {digits} digits.")
    ]
    sources = ["Record name: Claim Number, AutoNumber RC-{00000}"]
    case = prove("A saved claim has a number.", steps, sources=sources)
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("The note “Typo” of four characters is shown.", False),
        ("The other four values of the note are shown.", False),
        ("The note is shown for four days.", True),
    ],
)
def test_what_a_tester_counts_is_no_claim(prove: Prove, result: str, wrong: bool) -> None:
    text = "A note of at most 90 characters is shown for 7 days."
    case = prove(text, [("Enter the note.", "Typo", result)])
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "outcome", "wrong"),
    [
        ("The doses carry no red padlock.", "not: Blocked doses carry a red padlock", False),
        ("The doses carry a red padlock.", "not: Blocked doses carry a red padlock", True),
        ("The request shows the status Arrived.", "not: status Sent back, by the night run", False),
    ],
)
def test_a_result_contradicts_where_it_turns_most_of_what_the_text_says(
    prove: Prove, result: str, outcome: str, wrong: bool
) -> None:
    text = "Blocked doses carry a red padlock. The night run sets the status Sent back."
    case = prove(text, [("Open the list of doses and requests.", "", result)], outcomes=[outcome])
    assert ("contradiction" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        ("Her share is 28 days × 2 ÷ 5 = 11.2 days, so she gets 11.5 days.", False),
        ("Her share is 28 days × 2 ÷ 5 = 11.2 days, so she gets 12.5 days.", True),
    ],
)
def test_a_share_that_is_rounded_follows(prove: Prove, result: str, wrong: bool) -> None:
    text = "Part-timers get a share of the 28 days rounded up to the next half day."
    given = ["Ann Lee works 2 of 5 days"]
    case = prove(text, [("Open her account.", "", result)], given=given)
    assert bool(told(case)) is wrong, case.findings


@pytest.mark.parametrize(("total", "is_one"), [("150", True), ("110", True), ("130", False)])
def test_a_balance_takes_every_amount_before_it(total: str, is_one: bool) -> None:
    *terms, said = numbers(f"The bill lists 100 EUR, 30 EUR and 20 EUR: {total} EUR.")
    assert is_balance(said, terms) is is_one


@pytest.mark.parametrize(
    ("text", "result", "wrong"),
    [
        ("A loan is closed only if the fee due is EUR 0.00.", "The fee due is EUR 5.00.", False),
        ("A fee of EUR 5.00 is due before the film is lent.", "A fee of EUR 7.00 is due.", True),
        ("A fee of EUR 5.00 or EUR 9.00 is due for a film.", "A fee of EUR 7.00 is due.", True),
    ],
)
def test_a_value_behind_a_condition_alone_is_contradicted_by_no_other(
    prove: Prove, text: str, result: str, wrong: bool
) -> None:
    case = prove(text, [("Lend the film.", "", result)])
    assert ("contradiction" in told(case)) is wrong, case.findings


@pytest.mark.parametrize(("line", "wrong"), [("-45.00", False), ("45.00", False), ("-54.00", True)])
def test_an_amount_that_is_taken_off_stands_with_its_sign(
    prove: Prove, line: str, wrong: bool
) -> None:
    step = ("Prepare the final account.", "", f"The line Cleaning shows {line}.")
    case = prove("Cleaning is charged at 45.00 and taken off the deposit.", [step])
    assert bool(case.findings) is wrong, case.findings


@pytest.mark.parametrize(
    ("first", "wrong"), [("“Renew loan” is shown.", False), ("The loan is open.", True)]
)
def test_what_is_shown_first_may_be_missing_at_another_record(
    prove: Prove, first: str, wrong: bool
) -> None:
    criterion = 'The button "Renew loan" is shown on the loan.'
    steps = [
        ("Open loan A-1, which is open.", "A-1", first),
        ("Open loan A-2, which is closed.", "A-2", "There is no button “Renew loan” on the loan."),
    ]
    case = prove(criterion, steps, technique="positive", outcomes=[criterion])
    denied = [one for one in case.findings if one.rule == "contradiction"]
    assert bool(denied) is wrong, case.findings


@pytest.mark.parametrize(("paid", "wrong"), [("975.00", False), ("957.00", True)])
def test_the_sum_of_a_calculation_may_stand_in_the_message(
    prove: Prove, paid: str, wrong: bool
) -> None:
    said = f"It shows “Please pay {paid} EUR.” (EUR 780.00 × 25 % × 5 months)."
    lines = [["EUR 780.00 * 25% * 5 months = EUR 975.00"]]
    text = "A guest who leaves early pays 25 % of EUR 780.00 a month."
    case = prove(text, [("Open the statement.", "5 months", said)], calculations=lines)
    assert any(one.rule == "inconsistent data" for one in case.findings) is wrong, case.findings


def test_a_german_verb_with_an_umlaut_is_no_form_of_the_one_without(prove: Prove) -> None:
    case = prove(
        "Coupon: ab 50 EUR Einkaufswert. Bücher zählen beim Einkaufswert nicht mit.",
        [("Coupon scannen.", "50,00 EUR", "Der Abzug ist 5,00 EUR; zu zahlen sind 45,00 EUR.")],
        facts=limit("ab 50 EUR Einkaufswert", "50,00 EUR", holds=True),
        outcomes=["ab 50 EUR Einkaufswert"],
    )
    assert "wrong side" not in told(case), case.findings
