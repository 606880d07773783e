"""Questions: vague words, missing limits, contradictions with the rules."""

from __future__ import annotations

import re

import pytest

from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, Question, UserStory


def ask(text: str, *rules: str) -> tuple[Question, ...]:
    criterion = AcceptanceCriterion(id="A-1-AC1", text=text)
    epic = Epic(key="A", title="", stories=(UserStory(key="A-1", title="", criteria=(criterion,)),))
    chunks = [
        Chunk(id=f"c{number}", document_id="d", ordinal=number, text=rule, kind="rule")
        for number, rule in enumerate(rules)
    ]
    return raise_questions(epic, chunks)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("The page should load quickly.", "untestable", "quickly"),
        ("The form must be user friendly.", "untestable", "user friendly"),
        ("An appropriate message is shown.", "ambiguous", "appropriate"),
        ("The account is locked after too many attempts.", "missing limit", "too many"),
        ("The fee is TBD.", "missing rule", "TBD"),
        ("The session ends when the limit is exceeded.", "missing limit", "the limit"),
        ("The billing run works robustly.", "untestable", "robustly"),
        ("Discounts are applied where it makes sense.", "ambiguous", "where it makes sense"),
        ("The persons concerned are notified.", "ambiguous", "persons concerned"),
        ("Transfers of a high amount need a second TAN.", "missing limit", "high amount"),
        ("The bonus is paid as agreed with the works council.", "missing rule", "as agreed with"),
        ("An order that starts too soon is refused.", "missing limit", "too soon"),
        ("The residents are told in good time.", "untestable", "in good time"),
    ],
)
def test_vague_words_are_asked_about(text: str, kind: str, words: str) -> None:
    (question,) = ask(text)
    (evidence,) = question.evidence
    assert (question.kind, evidence.quote) == (kind, words)
    assert text[evidence.start : evidence.end] == words


def test_three_vague_words_of_a_criterion_are_asked_about_and_no_fourth() -> None:
    asked = ask(
        "It should load quickly, be user friendly, show an appropriate message and work robustly."
    )
    words = [one.evidence[0].quote for one in asked]
    assert words == ["quickly", "user friendly", "appropriate"]


@pytest.mark.parametrize(
    "text",
    [
        "A caller has no more than 3 attempts in one call.",
        "The list shows the 5 most recent orders.",
        'The message "Please try again as soon as possible" is shown.',
        "The Clear button empties the form.",
        "Letters are sent in Large Print or Braille.",
        "The conveyor stops as soon as metal is detected.",
        "The dates are changed as often as the rules allow.",
        "A household runs as many vouchers as the rules allow.",
        "A login with several farms picks the farm first.",
        "A claim is not reopened more often than the contract says.",
        "Overtime has to be confirmed by the supervisor.",
        "Before that the hint is shown and has to be confirmed.",
        "After that the regular price is shown.",
        "Passengers with a flexible ticket change their booking free of charge.",
        "The change is effective from the next billing period.",
        "A user can stream on no more than 2 devices at once.",
        "A transfer is executed if the balance is sufficient.",
        "Refunds of up to £50 are paid by the agent; a higher amount is refused.",
        "As a user I want to see my bill so that I can pay it quickly",
    ],
)
def test_exact_words_are_left_alone(text: str) -> None:
    assert ask(text) == ()


RULE = (
    "BR-CC-08 A domestic customer may cancel a contract without charge within 14 days of the "
    "contract date."
)
CRITERION = (
    "A domestic contract can be cancelled without charge up to 15 days after the contract date."
)


def test_another_number_in_a_rule_is_a_conflict() -> None:
    text = CRITERION
    (question,) = ask(text, RULE)
    assert question.kind == "conflict"
    assert "15 days" in question.text
    assert "BR-CC-08 says 14 days" in question.text
    mine, theirs = question.evidence
    assert text[mine.start : mine.end] == "15 days"
    assert RULE[theirs.start : theirs.end] == theirs.quote


@pytest.mark.parametrize(
    "rule",
    [
        RULE.replace("14 days", "15 days"),
        "BR-CC-15 A complaint is closed 14 days after it was resolved.",
        "BR-CC-01 A domestic customer must be at least 18 years old.",
    ],
)
def test_the_same_number_or_another_matter_is_none(rule: str) -> None:
    text = CRITERION
    assert ask(text, rule) == ()


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("A customer can return an article within 30 days after delivery.",
         "BR-RET-01 The return period is 14 days from delivery.", "BR-RET-01 says 14 days"),
        ("The deposit is due no later than 5 working days before the start date.",
         "BR-DEP-2 A deposit must be paid at least 10 working days before the start date.",
         "BR-DEP-2 says 10 working days"),
        ("Call recordings are deleted automatically 12 months after the call.",
         "BR-DP-14 Recorded calls are kept for 90 days and then erased.", "says 90 days"),
        ("Invoices above 5,000 EUR are released by the team lead.",
         "BR-INV-08 The release of invoices over 5,000 EUR is reserved for the head of finance.",
         "says head of finance"),
        ("The new tariff applies to all contracts that start on or after 1 March 2025.",
         "BR-TAR-06 The tariff Basic 2025 is the new tariff and is valid for contracts starting "
         "from 1 April 2025.", "says 1 April 2025"),
        ("When the dossier is complete, its status becomes \"Ready\" and the clerk gets a task.",
         "BR-DOS-02 A complete dossier is put in status \"Review\" by the system.", "says Review"),
    ],
)  # fmt: skip
def test_a_rule_in_other_words_can_be_a_conflict(text: str, rule: str, said: str) -> None:
    (question,) = ask(text, rule)
    assert question.kind == "conflict"
    assert said in question.text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Temporary parking permits cost 12.50 EUR per calendar week.",
         "BR-PRK-01 The resident parking permit costs 30.70 EUR per year."),
        ("The appointment reminder is sent 24 hours before the appointment.",
         "BR-AR-07 A reminder is sent 14 days after the due date of an invoice."),
        ("A late loan request is accepted with a request surcharge of EUR 250.00.",
         "The fee for a loan request is EUR 120.00 per object plus any request surcharge."),
        ("Orders of 50.00 EUR or more ship free.",
         "BR-SHIP-01 Express shipping of an order costs 9.90 EUR."),
        ("The rejection mail of a candidate goes out 48 hours later.",
         "BR-REC-08 Data of rejected candidates are deleted 6 months after the rejection."),
        ("The deposit is due no later than 5 working days before the start date of the quote.",
         "The start date of a quote must be at least 3 working days ahead."),
        ("The deposit of a booking is due within 3 working days.",
         "BR-BK-02 The balance of a booking is due within 5 working days."),
        ("A request is refused where the arrears are more than 4 weeks' rent.",
         "Item: Deposit; Type: Market; Amount GBP: 5 weeks' rent"),
        ("Date of Birth cannot be in the future.",
         "BR-CUS-4 Date of Birth is mandatory for every customer."),
        ("L'acheteur doit pouvoir contester un refus pendant 5 jours ouvrés après sa notification.",
         "Le litige de transport est confirmé 3 jours ouvrés après la livraison."),
    ],
)  # fmt: skip
def test_a_rule_on_a_neighbouring_matter_is_none(text: str, rule: str) -> None:
    assert [one for one in ask(text, rule) if one.kind == "conflict"] == []


HEAVY = "A trolley load of 160 kg and more needs two porters."
HEAVIER = "PT-09 A trolley load of more than 160 kg needs two porters."


def test_the_same_value_on_the_other_side_of_a_limit_is_asked_about() -> None:
    (question,) = ask(f"The desk is told. {HEAVY}", HEAVIER)
    assert question.kind == "conflict"
    assert question.text == (
        "The criterion says “160 kg and more”, but PT-09 says “more than 160 kg”. Which is right?"
    )
    mine, theirs = question.evidence
    assert (mine.quote, theirs.quote) == ("160 kg and more", HEAVIER)
    assert question.suggestion == ""


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (HEAVY, ["PT-09 A trolley load of at least 160 kg needs two porters."]),
        (HEAVY, [HEAVIER, "PT-10 A trolley load from 160 kg needs two porters."]),
        (HEAVY, ["PT-09 A trolley load of less than 160 kg needs one porter."]),
        (HEAVY, ["PT-11 The lift of the old wing stops above 160 kg."]),
        ("A session is closed automatically after 5 minutes without input.",
         ["SEC-2 A session without input for at least 5 minutes is closed automatically."]),
    ],
    ids=["agrees", "settled", "other way", "other matter", "loose words"],
)  # fmt: skip
def test_a_limit_drawn_alike_or_loosely_or_on_something_else_is_none(
    text: str, rules: list[str]
) -> None:
    assert ask(text, *rules) == ()


def test_a_source_that_agrees_settles_it() -> None:
    text = CRITERION
    assert ask(text, RULE, RULE.replace("14 days", "15 days")) == ()


def test_an_empty_criterion_is_asked_about() -> None:
    (question,) = ask("It works")
    assert question.kind == "untestable"


# --- References, contradictions in one slot, scope ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "quote"),
    [
        ("Interest follows rule BR-99.", "BR-01 Interest is calculated daily.", "BR-99"),
        ("Rounding as laid down in FIN-7.", "FIN-2 Cash is rounded to 5 cents.", "FIN-7"),
        (
            "Surcharges follow section 4.3 of the tariff handbook.",
            "BR-1 Surcharges are added to the price.",
            "section 4.3 of the tariff handbook",
        ),
        ("The fee is as per the late fee matrix.", "BR-1 A fee is due.", "late fee matrix"),
    ],
)
def test_a_rule_that_is_nowhere_is_asked_for(text: str, rule: str, quote: str) -> None:
    (question,) = ask(text, rule)
    assert question.kind == "unknown reference"
    assert question.evidence[0].quote == quote


@pytest.mark.parametrize(
    "text",
    [
        "Interest follows rule BR-01.",
        "Dates are written as in ISO-8601.",
        'The message "LEDGER-409: Duplicate posting reference." is displayed.',
    ],
)
def test_known_rules_standards_and_quoted_codes_are_none(text: str) -> None:
    assert ask(text, "BR-01 Interest is calculated daily.") == ()


def test_a_document_that_a_heading_names_is_known() -> None:
    row = Chunk(id="c", document_id="d", ordinal=0, text="Small | 5.00", heading="Late fee matrix")
    assert raise_questions(epic_of("The fee is as per the late fee matrix."), [row]) == ()


def test_references_are_not_looked_at_without_sources() -> None:
    assert ask("Interest follows rule BR-99.") == ()


@pytest.mark.parametrize(
    ("text", "rule", "mine"),
    [
        (
            "A customer may change the delivery address after dispatch.",
            "BR-DEL-2 The delivery address cannot be changed after dispatch.",
            "A customer may change the delivery address after dispatch.",
        ),
        ("Date of Birth is optional.", "BR-4 Date of Birth is mandatory.", "optional"),
        (
            "Refunds above £200.00 are approved by the Team Leader.",
            "BR-5 Refunds above £200.00 are approved by the Finance Manager.",
            "Team Leader",
        ),
        (
            "A new application gets the status Pending.",
            "BR-1 A new application gets the status Submitted.",
            "Pending",
        ),
        (
            "Orders placed before 18:00 are shipped on the same day.",
            "BR-2 Orders placed before 16:00 are shipped on the same day.",
            "18:00",
        ),
        (
            "The promotion ends on 31 March 2027.",
            "The promotion runs until 30 April 2027 in all shops.",
            "31 March 2027",
        ),
    ],
)
def test_one_thing_different_is_a_contradiction(text: str, rule: str, mine: str) -> None:
    (question,) = ask(text, rule)
    assert question.kind == "conflict"
    here, there = question.evidence
    assert here.quote == mine == text[here.start : here.end]
    assert rule[there.start : there.end] == there.quote


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A contract can be cancelled.", "BR-1 A contract cannot be cancelled after 14 days."),
        ("The refund is approved.", "The refund is not approved where the account is closed."),
        ("A gold member gets free delivery.", "A silver member does not get free delivery."),
        ("The user is signed out after 20 minutes.", "A session ends after 20 minutes."),
    ],
)
def test_exceptions_and_other_matters_are_none(text: str, rule: str) -> None:
    assert ask(text, rule) == ()


@pytest.mark.parametrize(
    ("text", "label", "statement"),
    [
        (
            "A sample on hold is not moved.",
            "From: Sample on hold; To: Released; Allowed to: Analyst",
            "Rule: a sample on hold is moved",
        ),
        ("The guest invoice is never sent.", "Guest invoice sent", "The guest invoice is sent."),
        (
            "The parcel label is printed.",
            "To: Parcel label not printed; Next: -",
            "Note: the parcel label is not printed",
        ),
        (
            "No vouchers are refunded in cash.",
            "Refund of vouchers in cash",
            "BR-3 Vouchers are refunded in cash.",
        ),
    ],
)
def test_a_label_or_a_cell_of_states_denies_nothing(text: str, label: str, statement: str) -> None:
    assert ask(text, label) == ()
    (question,) = ask(text, statement)
    assert question.kind == "conflict"
    assert "says the opposite" in question.text
    assert ask(text, statement, label) == (question,)  # nor does it settle what a statement denies


def test_a_suggestion_says_how_the_criterion_would_read() -> None:
    (question,) = ask(CRITERION, RULE)
    assert question.suggestion == CRITERION.replace("15 days", "14 days")


def test_a_suggestion_exchanges_the_amount_in_the_message_too() -> None:
    text = "The account is locked for 45 minutes and “Locked for 45 minutes” is shown."
    rule = "BR-1 After failed attempts the account is locked for 30 minutes."
    (question,) = ask(text, rule)
    assert question.suggestion == text.replace("45", "30")


def epic_of(*texts: str, narrative: str = "", description: str = "") -> Epic:
    criteria = tuple(
        AcceptanceCriterion(id=f"A-1-AC{number}", text=text)
        for number, text in enumerate(texts, start=1)
    )
    story = UserStory(key="A-1", title="", narrative=narrative, criteria=criteria)
    return Epic(key="A", title="", description=description, stories=(story,))


def test_a_criterion_against_its_story() -> None:
    narrative = "As an agent, I want to change the tariff of a customer so that the bill is right."
    epic = epic_of("An agent cannot change the tariff of a customer.", narrative=narrative)
    (question,) = raise_questions(epic)
    story = question.evidence[1]
    assert (question.kind, story.source_id) == ("conflict", "A-1")
    assert narrative[story.start : story.end] == story.quote


def test_another_amount_than_the_story_is_a_conflict() -> None:
    narrative = "As a customer, I want free shipping from 50 EUR goods value so that I buy more."
    epic = epic_of("Shipping is free for orders from 75 EUR goods value.", narrative=narrative)
    (question,) = raise_questions(epic)
    assert "75 EUR, but the story A-1 says 50 EUR" in question.text


def test_two_criteria_that_disagree_are_asked_about_once() -> None:
    epic = epic_of(
        "A customer may return an article within 14 days of delivery.",
        "A customer may return an article within 21 days of delivery.",
    )
    (question,) = raise_questions(epic)
    assert {one.source_id for one in question.evidence} == {"A-1-AC1", "A-1-AC2"}


SCOPE = """Customers buy online.

Out of scope: delivery abroad, business customers (they have a shop of their own), and exporting
the list, which follows in Drop-4."""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("A discount of 5 % is granted to business customers.", "business customers"),
        ("The delivery can go abroad.", "delivery can go abroad"),
        ("The list can be downloaded.", "list can be downloaded"),
    ],
)
def test_what_is_out_of_scope_is_asked_about(text: str, quote: str) -> None:
    (question,) = raise_questions(epic_of(text, description=SCOPE))
    mine, theirs = question.evidence
    assert (question.kind, mine.quote) == ("out of scope", quote)
    assert SCOPE[theirs.start : theirs.end] == theirs.quote


@pytest.mark.parametrize(
    "text",
    [
        "An order of a business customer is refused.",
        "The list shows the customers of the branch.",
        "The delivery takes 3 days.",
    ],
)
def test_scope_that_is_honoured_is_no_question(text: str) -> None:
    assert raise_questions(epic_of(text, description=SCOPE)) == ()


def test_two_words_with_one_complement_are_out_of_scope_with_it() -> None:
    scope = "Out of scope: sale or disposal of goods (lien process), price increases."
    assert raise_questions(epic_of("The sale of a ticket takes one step.", description=scope)) == ()
    (question,) = raise_questions(
        epic_of("The sale or disposal of goods takes one step.", description=scope)
    )
    assert question.kind == "out of scope"


# --- What the authors left open -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrative", "asked"),
    [
        ("Open question (Ann, 9 Apr): who signs the complaint?", ["who signs the complaint?"]),
        (
            "**Open questions:**\n1. Who signs the complaint?\n2. How long is it kept",
            ["Who signs the complaint?", "How long is it kept"],
        ),
        ("Questions ouvertes:\n- Qui signe ?\n\nPérimètre: le quai", ["Qui signe ?"]),
        ("- **Offene Fragen:** Wer unterschreibt?", ["Wer unterschreibt?"]),
        ("Customers open questions: a list in the portal.", []),
    ],
)
@pytest.mark.parametrize("of_epic", [True, False])
def test_questions_that_authors_list_are_asked(
    narrative: str, asked: list[str], of_epic: bool
) -> None:
    criteria = (
        AcceptanceCriterion(id="A-1-AC1", text="The list has a filter."),
        AcceptanceCriterion(id="A-1-AC2", text="A buyer signs the complaint and files it."),
    )
    story = UserStory(
        key="A-1", title="", narrative="" if of_epic else narrative, criteria=criteria
    )
    epic = Epic(key="A", title="", description=narrative if of_epic else "", stories=(story,))
    found = [one for one in raise_questions(epic) if one.kind == "left open"]
    assert [one.evidence[0].quote for one in found] == asked
    key = "A" if of_epic else "A-1"
    assert all(one.text.startswith(f"{key} leaves open: “") for one in found)
    if any("complaint" in one for one in asked):
        assert found[0].criterion_id == "A-1-AC2"


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("The remaining amount is refunded within 10 working days.", "11 working days"),
        ("The confirmation is sent within 2 weeks.", "3 weeks"),
        ("A report can be sent within 14 days after the trip.", ""),  # an item of its own
        ("The list is shown within 2 seconds.", ""),  # waited for: a failure, no rule
        ("The refund is paid within 10 days, otherwise interest is due.", ""),
        ("The refund is paid within 10 days. If it is late, interest is due.", ""),
        ("An invoice that is not paid within 14 days is reminded.", ""),
    ],
)
def test_what_happens_when_a_time_is_over_is_asked_where_nothing_says_it(text, beyond) -> None:
    asked = [one.text for one in ask(text) if one.kind == "missing rule"]
    assert len(asked) == bool(beyond)
    assert all(beyond in one for one in asked)


def _decisions(text: str, *criteria: str, rules: tuple[Chunk, ...]) -> list[str]:
    """The conflicts asked of some criteria where a mail says ``text``, each with its criterion."""
    mail = Chunk(id="m", document_id="mail", ordinal=0, text=text, kind="prose", title="Mail")
    made = tuple(AcceptanceCriterion(id=f"A-1-AC{n}", text=one) for n, one in enumerate(criteria))
    story = UserStory(key="A-1", title="", criteria=made)
    epic = Epic(key="A", title="", stories=(story,))
    found = raise_questions(epic, [mail, *rules])
    return [f"{one.criterion_id}: {one.text}" for one in found if one.kind == "conflict"]


DEPOSIT = Chunk(
    id="r", document_id="page", ordinal=0, kind="rule", key="BR-7",
    text="BR-7: The deposit must be received within 5 days after the reservation.",
)  # fmt: skip
BAND = Chunk(
    id="t", document_id="page", ordinal=1, kind="table_row", heading="Cancellation fees",
    text="Days before departure: 14 to 7 days; Fee (% of total price): 60 %", title="Rules",
)  # fmt: skip
PAID = "When the deposit is received, the status of the booking changes to Confirmed."
FEE = "The cancellation fee depends on the days between cancellation and departure."


@pytest.mark.parametrize(
    ("mail", "rules", "asked"),
    [
        ("The deposit must be received within 10 days after the reservation, not 5 (BR-7).",
         (DEPOSIT,), ["A-1-AC0: Mail says 10 days where BR-7 says 5 days"]),
        ("Cancellation 14 to 7 days before departure: 50 % instead of 60 %.",
         (BAND,), ["A-1-AC1: Mail says 50 % where Rules says 60 %"]),
        ("Cancellation 6 to 1 days before departure: 50 % instead of 60 %.", (BAND,), []),
        ("The late fee of vouchers: 50 % instead of 60 %.", (BAND,), []),
        ("The deposit must be received within 5 days after the reservation, not 10.",
         (DEPOSIT,), []),
    ],
)  # fmt: skip
def test_a_decision_that_names_both_values_is_asked_of_what_it_is_about(mail, rules, asked) -> None:
    found = _decisions(mail, PAID, FEE, rules=rules)
    assert [one.partition(". Which")[0] for one in found] == asked


MINUTES = (
    "1. Late reporting: no change, 30 days stays.\n"
    "2. **Payment authority.** Decided: from release R24.3 the limit of the claims handler goes up"
    " from £2,500 to £3,000. Team Leader stays at £10,000.\n"
    "3. Parcels from £2,500 to £3,000 of a handler are insured at payment."
)


def test_a_decision_that_changes_a_criterions_own_amount_is_asked_of_that_criterion_alone() -> None:
    handler = "Handler may approve a payment up to and including £2,500."
    others = (
        "Glass claims are paid up to £2,500.",  # one word of it
        "Payments of a handler above £3,000 are referred.",  # the new amount
        "A claim reported more than 30 days after the loss is late.",
    )
    roles = Chunk(
        id="t", document_id="table", ordinal=0, kind="table_row", title="Roles",
        text="Role: Handler; Approve a payment up to: £2,500",
    )  # fmt: skip
    found = _decisions(MINUTES, handler, *others, rules=(roles,))
    assert found == ["A-1-AC0: The criterion says £2,500, but Mail says £3,000. Which is right?"]


def test_a_passage_under_the_criterions_own_id_that_gives_another_amount_is_asked_about() -> None:
    criterion = AcceptanceCriterion(
        id="BR-7.09", text="A pallet is credited 90 days after delivery."
    )
    story = UserStory(key="S", title="Pallets", criteria=(criterion,))
    row = Chunk(
        id="cr", document_id="cr", ordinal=0, kind="table_row", key="BR-7.09", title="CR-11",
        text="Requirement: BR-7.09; Old: 90 days after delivery; New: 120 days after delivery",
    )  # fmt: skip
    listed = row.model_copy(
        update={"id": "rtm", "text": "Id: BR-7.09; Rule: credited within 90 days; Effort: 2 days"}
    )
    again = row.model_copy(update={"id": "brd", "text": criterion.text + " Priority: 2 days"})
    epic = Epic(key="E", title="Pallets", stories=(story,))
    (asked,) = [
        one for one in raise_questions(epic, [row, listed, again]) if one.kind == "conflict"
    ]
    assert asked.text == (
        "CR-11 says 120 days where BR-7.09 says 90 days. Which is in force for this criterion?"
    )


def test_two_sources_that_disagree_are_quoted_by_the_sentences_that_have_the_amounts() -> None:
    rule = "BR-7 A member may keep a borrowed book for 14 days. After 14 days a reminder goes out."
    mail = "From: Ada Byron\n\nDear all,\n\nit is cold. By BR-7 a borrowed book is kept 14 days by"
    mail += " a member. A member may keep a borrowed book for 21 days from May on. See you."
    held = Chunk(id="r-1", document_id="r", ordinal=0, text=rule, kind="rule")
    told = Chunk(id="m-1", document_id="m", ordinal=0, text=mail, title="Books")
    epic = epic_of("A member may keep a borrowed book for 14 days.")
    found = raise_questions(epic, [told, held])
    (asked,) = [one for one in found if "in force" in one.text]
    assert [one.quote for one in asked.evidence[1:]] == [
        "A member may keep a borrowed book for 21 days from May on.",
        "BR-7 A member may keep a borrowed book for 14 days.",
    ]


def test_another_document_is_called_by_its_title_and_not_by_the_criterions_own_id() -> None:
    criterion = AcceptanceCriterion(id="REQ-INT-050", text="A grade is recorded within 3 days.")
    row = Chunk(
        id="cr", document_id="cr", ordinal=0, kind="table_row", key="REQ-INT-050", title="CR-007",
        text="Id: REQ-INT-050; Text: A grade is recorded within 5 days.",
    )  # fmt: skip
    story = UserStory(key="S", title="Grades", criteria=(criterion,))
    found = raise_questions(Epic(key="E", title="Grades", stories=(story,)), [row])
    (asked,) = [one for one in found if one.kind == "conflict"]
    assert "but CR-007 says 5 days" in asked.text


EXTENDED = "The cancellation period for courses is extended from 30 to 45 days."


@pytest.mark.parametrize(
    ("criterion", "rule", "asked"),
    [
        (EXTENDED, "The cancellation period for courses is 45 days.", ""),
        (EXTENDED, "The cancellation period for courses is 30 days.", ""),
        (EXTENDED, "The cancellation period for courses is 60 days.", "45 days, 60 days"),
        (EXTENDED, EXTENDED, ""),
        ("The cancellation period for courses is 30 days.", EXTENDED, "30 days, 45 days"),
        ("The cancellation period for courses is 60 days.", EXTENDED, "60 days, 45 days"),
        ("The cancellation period for courses is 45 days.", EXTENDED, ""),
    ],
)
def test_of_a_change_the_new_amount_is_held_against_other_sources(criterion, rule, asked) -> None:
    chunk = Chunk(id="r", document_id="page", ordinal=0, kind="rule", key="BR-7", text=rule)
    found = _decisions("Nothing.", criterion, rules=(chunk,))
    mine, _, theirs = asked.partition(", ")
    told = f"A-1-AC0: The criterion says {mine}, but BR-7 says {theirs}. Which is right?"
    assert found == ([told] if asked else [])


@pytest.mark.parametrize(
    ("criterion", "kind", "said", "told"),
    [
        (
            "A member may borrow a book for at most 14 days.", "rule",
            "A member may borrow a book for at most 21 days.",
            "The criterion says 14 days, but {the draft }Terms says 21 days. Which is right?",
        ),
        (
            "The fee of a lost book is refunded by the Desk Manager.", "prose",
            "The fee of a lost book is refunded by the Branch Manager.",
            "The criterion says Desk Manager, but {the draft }Terms says Branch Manager. Which is"
            " right?",
        ),
        (
            "A member may keep a borrowed book for 14 days.", "prose",
            "A member may keep a borrowed book (BR-1) for 21 days instead of 14 days.",
            "{The draft }Terms says 21 days where BR-1 says 14 days. Which is in force for this"
            " criterion?",
        ),
    ],
)  # fmt: skip
def test_a_question_names_a_source_that_is_a_draft_as_one(
    criterion: str, kind: str, said: str, told: str
) -> None:
    text = "BR-1 A member may keep a borrowed book for 14 days."
    agreed = Chunk(id="r-1", document_id="r", ordinal=0, text=text, kind="rule")
    draft = Chunk(id="d-1", document_id="d", ordinal=0, text=said, kind=kind, title="Terms")
    epic = epic_of(criterion)
    sources = [draft, agreed] if "BR-1" in said else [draft]
    for stages, wanted in (({"d": "draft"}, told), ({}, re.sub("{.*}", "", told))):
        found = [one.text for one in raise_questions(epic, sources, stages=stages)]
        assert re.sub("[{}]", "", wanted) in found
        assert len(found) == len(raise_questions(epic, sources))
