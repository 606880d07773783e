"""Reading a criterion: conditions, effect, the other case, scenarios, tables and stories."""

from __future__ import annotations

import pytest

from assistant.reading.certainty import is_sure
from assistant.reading.criteria import read_rules
from assistant.reading.narratives import read_narrative, role_of
from assistant.reading.outcomes import is_restrictive
from assistant.reading.rules import Rule
from assistant.reading.tables.rows import read_rows


def parts(rule: Rule) -> tuple[list[tuple[str, str]], str]:
    """Conditions and effect of a rule, as words."""
    return [(c.keyword, c.words.text) for c in rule.conditions], rule.effect.text


@pytest.mark.parametrize(
    ("text", "conditions", "effect"),
    [
        ("If the total is over £50, delivery is free.",
         [("if", "the total is over £50")], "delivery is free"),
        ("Delivery is free when the total is over £50.",
         [("when", "the total is over £50")], "Delivery is free"),
        ("When a UAV is selected  the _UI_ shall display its plans.",
         [("when", "a UAV is selected")], "the _UI_ shall display its plans"),
        ("If the user is active and has a card, Pay is shown.",
         [("if", "the user is active"), ("if", "has a card")], "Pay is shown"),
        ("If the owner pays or renews it, the proposal and its fee are dropped, the set is freed.",
         [("if", "the owner pays"), ("if", "renews it")],
         "the proposal and its fee are dropped, the set is freed"),
        ("When a loan is granted, the system shall set the date to the month's end, or to the day"
         " of the last payment, whichever is earlier.", [("when", "a loan is granted")],
         "the system shall set the date to the month's end, or to the day of the last payment,"
         " whichever is earlier"),
        ("If the card is lost, it is blocked and replaced, the holder is told.",
         [("if", "the card is lost")], "it is blocked and replaced, the holder is told"),
        ("If the owner pays, the tenant agrees and the clerk signs, the lease is closed.",
         [("if", "the owner pays"), ("if", "the tenant agrees"), ("if", "the clerk signs")],
         "the lease is closed"),
        ("If the owner pays, renews or returns the set, the fee is dropped and a mail is sent.",
         [("if", "the owner pays"), ("if", "renews"), ("if", "returns the set")],
         "the fee is dropped and a mail is sent"),
        ("Only if the user is a member and the seat is the last one is the fee waived.",
         [("only if", "the user is a member"), ("only if", "the seat is the last one")],
         "is the fee waived"),
        ("Verify that a code is sent once the user has logged in.",
         [("once", "the user has logged in")], "a code is sent"),
        ("- BR-12: A plan can be agreed for a debt of £50.", [],
         "A plan can be agreed for a debt of £50"),
        ("The first collection is at least 10 days after the instruction is set up.", [],
         "The first collection is at least 10 days after the instruction is set up"),
    ],
)  # fmt: skip
def test_conditions_and_effect(text: str, conditions: list[tuple[str, str]], effect: str) -> None:
    assert parts(read_rules(text)[0]) == (conditions, effect)


def test_an_aside_in_brackets_is_no_sentence_and_no_effect_begins_within_one() -> None:
    aside = (
        "A list holds open claims (Exception: if the claim is old, then it is hidden), and new ones"
    )
    (rule,) = read_rules(aside)
    assert parts(rule) == ([], aside)
    torn = "If the counter is idle it is reset (eg. if I wait twice, then do nothing, it is 0)"
    (rule,) = read_rules(torn)
    assert rule.whole.text == torn
    assert not is_sure(rule), "the effect would begin within the brackets"


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ('Refunds take 5 days; otherwise the message "Late" is shown.',
         'the message "Late" is shown.'),
        ("Reopen within 28 days of closure; after that a new case is needed.",
         "a new case is needed."),
        ("A clerk may waive £75; a higher amount needs approval.",
         "a higher amount needs approval."),
        ("The password has 8 characters. If it is shorter, an error is shown.",
         "an error is shown"),
    ],
)  # fmt: skip
def test_the_other_case_is_found(text: str, otherwise: str) -> None:
    rules = read_rules(text)
    assert len(rules) == 1
    assert rules[0].otherwise is not None
    assert rules[0].otherwise.text == otherwise


def test_scenarios_split_on_a_new_given_and_join_their_ands() -> None:
    text = "Given a\nAnd b\nWhen I do c\nThen d is shown\nAnd e is shown\nGiven f\nWhen g\nThen h"
    first, second = read_rules(text)
    assert [c.keyword for c in first.conditions] == ["given", "given", "when"]
    assert " ".join(first.effect.text.split()) == "d is shown And e is shown"
    assert second.effect.text == "h"
    assert text[second.whole.start : second.whole.end] == second.whole.text


def test_a_scenario_in_one_sentence() -> None:
    rule = read_rules("Given an active plan, when it is paid, then the status is Closed.")[0]
    assert [c.keyword for c in rule.conditions] == ["given", "when"]
    assert read_rules("When it fails, it is retried twice and then stops.")[0].scenario is None


@pytest.mark.parametrize(
    ("effect", "restricts"),
    [
        ("the request is rejected", True), ("the button is disabled", True),
        ("a visitor cannot post", True), ("an error message is shown", True),
        ("the change is not saved", True), ("details stay hidden", True),
        ("the amount must not exceed £5", False), ("a manager may approve or reject it", False),
        ("Waiver Reason is one of Moving Home or Our Error", False), ("no fee is charged", False),
        ("no new order can be placed", True), ("nobody may enter the hall", True),
        ("no error message is shown", False), ("no ward may hold more than 12 beds", True),
        ("no order may exceed £5", False), ("no more than 5 files may be sent", False),
    ],
)  # fmt: skip
def test_what_restricts(effect: str, restricts: bool) -> None:
    assert is_restrictive(effect) is restricts


def test_stories_are_read_from_their_wish_on() -> None:
    text = "As a camp administrator I want to be able to add parents so that they can enrol kids"
    rule = read_narrative(text)
    assert rule is not None
    assert rule.effect.text == "I want to be able to add parents"
    assert "enrol" not in rule.whole.text
    prevented = read_narrative("As a Visitor\nI want to be prevented from adding empty reviews")
    assert prevented is not None
    assert prevented.effect.text == "I want to be prevented from adding empty reviews"
    assert role_of(text) == "camp administrator"
    assert read_narrative("The page loads within 3 seconds.") is None


def test_table_rows_keep_their_values() -> None:
    (row,) = read_rows("Tariff: Fix 12; Days: More than 49 days; Exit fee: £50.00", table=True)
    assert [(cell.name, cell.value.text) for cell in row.inputs] == [
        ("Tariff", "Fix 12"), ("Days", "More than 49 days")]  # fmt: skip
    assert [cell.value.text for cell in row.outcomes] == ["£50.00"]
    rows = read_rows("| Role | Access |\n|---|---|\n| Agent | Yes |\n| Guest | No |")
    assert len(rows) == 2
    assert read_rows("Only a verified caller may cancel: the button is hidden.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "If no approver is found, the request goes to the office. If the deadline has passed, the "
        "request is closed.",
        "A claim is opened if the parcel is damaged. If it is not insured, the customer is told.",
        "If the size is out of stock, the customer may wait. When the maximum waiting time is "
        "over, somebody must call.",
        "When a card is lost, it is blocked. If it is late, a letter is sent.",
        "If a comment is entered, it is shown. If it is missing, the ticket goes back.",
        "Items are sent by post. If the limit is exceeded, the request is closed.",
    ],
)
def test_a_condition_on_something_else_is_no_other_side(text: str) -> None:
    first, second = read_rules(text)
    assert first.otherwise is None
    assert len(second.conditions) == 1


@pytest.mark.parametrize(
    ("text", "otherwise"),
    [
        ("If the parcel is damaged, it is kept. If it is not, it is handed over.",
         "it is handed over"),
        ("If the parcel is damaged, it is kept. If it is not damaged, it is handed over.",
         "it is handed over"),
        ("If the e-mail is valid, a code is sent. If it is invalid, an error is shown.",
         "an error is shown"),
        ("If the total is up to £50, it is paid. If it is more, a manager is asked.",
         "a manager is asked"),
        ("If a file comes before the deadline, it is marked. If the deadline has passed, it is "
         "refused.", "it is refused"),
        ("If applicants exceed places, a list is drawn up. If they do not, all are taken.",
         "all are taken"),
        ("Items are kept for 8 days. If they are not collected, they go back.", "they go back"),
    ],
)  # fmt: skip
def test_the_same_condition_denied_is_the_other_side(text: str, otherwise: str) -> None:
    (rule,) = read_rules(text)
    assert rule.otherwise is not None
    assert rule.otherwise.text == otherwise
