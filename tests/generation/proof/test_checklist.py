"""Which items a case covers is decided by code: by values, roles, states, messages and words."""

from __future__ import annotations

import pytest

from assistant.domain import (
    Citation,
    Evidence,
    Fact,
    FactKind,
    Outcome,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.proof import covered_conditions


def item(
    kind: FactKind, quote: str, *, holds: bool = True, value: str = "", outcome: str = ""
) -> TestCondition:
    outcomes = ()
    if outcome:
        happens = not outcome.startswith("not: ")
        quoted = outcome.removeprefix("not: ")
        outcomes = (Outcome(source_id="AC-1", quote=quoted, happens=happens),)
    return TestCondition(
        id="AC-1-X",
        criterion_id="AC-1",
        technique="positive",
        statement=quote,
        facts=(Fact(kind=kind, quote=quote, holds=holds, value=value),),
        outcomes=outcomes,
    )


def case(result: str, *, given: str = "", do: str = "Send it.", data: str = "") -> TestCase:
    return TestCase(
        id="TC-1",
        title="",
        preconditions=(given,) if given else (),
        steps=(TestStep(number=1, action=do, test_data=data, expected_result=result),),
        criterion_ids=("AC-1",),
    )


def covers(one: TestCase, condition: TestCondition) -> bool:
    return covered_conditions(one, [condition]) == (condition.id,)


LONG = item("limit", "more than 100 words", value="101 words", outcome="the text is refused")
SHORT = item("limit", "more than 100 words", holds=False, value="100 words")


@pytest.mark.parametrize(
    ("data", "long", "short"),
    [
        ("A text of 101 words", True, False),
        ("A text of 100 words", False, True),
        ("A text of 109 words", True, False),  # close to the limit
        ("A text of 150 words", False, False),  # on the side, but no test of the limit
        ("A text of 91 words", False, True),
        ("A text of 50 words", False, False),
        ("A text", False, False),
    ],
)
def test_a_limit_needs_a_value_of_its_side_at_the_limit(data: str, long: bool, short: bool) -> None:
    one = case("", data=data)
    assert (covers(one, LONG), covers(one, SHORT)) == (long, short)


def test_values_of_both_sides_cover_both() -> None:
    one = case("", data="Texts of 100 words and of 101 words")
    assert covers(one, LONG)
    assert covers(one, SHORT)


def test_a_limit_is_not_covered_where_the_result_is_that_of_the_other_side() -> None:
    assert covers(case("The text is refused.", data="101 words"), LONG)
    assert not covers(case("The text is accepted.", data="101 words"), LONG)


DEPOSIT = item(
    "limit",
    "at least 100.00 EUR",
    value="100.00 EUR",
    outcome="The deposit is 20 % of the price, but at least 100.00 EUR",
)


@pytest.mark.parametrize(
    ("price", "result", "lines", "covered"),
    [
        ("490.00", "The deposit is right.", ("20% * 490 = 98", "max(100, 98) = 100 EUR"), True),
        ("500.00", "The deposit is right.", ("500.00 EUR * 20% = 100.00 EUR",), True),
        ("500.00", "The deposit is right.", ("500.00 EUR * 30% = 100.00 EUR",), False),
        ("490.00", "The deposit is 100.00 EUR, not 98.00 EUR.", (), True),
        ("501.00", "The deposit is 100.20 EUR, not 100.00 EUR.", (), True),
        ("980.00", "The deposit is 196.00 EUR, not 100.00 EUR.", (), False),
        ("980.00", "The deposit is at least 100.00 EUR.", (), False),
    ],
)
def test_a_limit_of_what_the_system_works_out_is_tried_by_what_the_case_comes_to(
    price: str, result: str, lines: tuple[str, ...], covered: bool
) -> None:
    one = case(result, given=f"A booking of {price} EUR")
    step = one.steps[0].model_copy(update={"calculation": lines})
    assert covers(one.model_copy(update={"steps": (step,)}), DEPOSIT) is covered


def test_a_result_that_names_how_long_something_lasts_tries_nothing() -> None:
    held = item("limit", "held for 10 days", value="10 days", outcome="It is held for 10 days")
    one = case("Its ten days have ended.", given="Reserved 11 days before the test")
    assert not covers(one, held)


def test_an_age_is_reached_by_dates() -> None:
    minor = item("limit", "<18", value="17 years")
    born = "The test date is 14 March 2025; Lea Novak was born on {} March 2007"
    assert covers(case("", given=born.format(15)), minor)
    assert not covers(case("", given=born.format(14)), minor)


EMAIL = "the customer has no email address"


@pytest.mark.parametrize(
    ("given", "holds", "covered"),
    [
        ("Ann Lee, a customer, has no email address", True, True),
        ("The customer Ann Lee is without an email address", True, True),
        ("The customer Ann Lee has the email address ann@lee.example", True, False),
        ("The customer Ann Lee has the email address ann@lee.example", False, True),
        ("Ann Lee, a customer, has no email address", False, False),
        ("The basket is empty", True, False),
    ],
)
def test_a_condition_is_covered_on_the_side_that_is_said(
    given: str, holds: bool, covered: bool
) -> None:
    assert covers(case("", given=given), item("condition", EMAIL, holds=holds)) is covered


@pytest.mark.parametrize(
    ("given", "value", "covered"),
    [
        ("Team leader Rita Sommer is logged in", "team leader", True),
        ("Clerk Rita Sommer is logged in", "team leader", False),
        ("Clerk Rita Sommer is logged in", "another", True),
        ("Rita Sommer, team leader, is logged in", "another", False),
    ],
)
def test_a_role_is_covered_by_somebody_who_has_it(given: str, value: str, covered: bool) -> None:
    quote = "only a team leader may approve the payment"
    condition = item("role", quote, holds=value != "another", value=value)
    assert covers(case("", given=given, do="Approve the payment."), condition) is covered


def test_a_change_of_state_needs_both_states() -> None:
    condition = item("transition", "Suspended", value="Active")
    given = "The policy has the status Suspended"
    assert covers(case("", given=given, do="Change the status to Active."), condition)
    assert not covers(case("", given=given, do="Open the policy."), condition)


@pytest.mark.parametrize(
    ("value", "data", "covered"),
    [
        ("empty", "Reason: (empty)", True),
        ("empty", "Reason: ill", False),
        ("9 characters", "Reason: ill today", True),
        ("9 characters", "Reason: ill", False),
    ],
)
def test_a_field_is_covered_by_its_entry(value: str, data: str, covered: bool) -> None:
    condition = item("field", "Reason", value=value)
    assert covers(case("", data=data), condition) is covered


def test_a_message_of_this_side_must_be_shown() -> None:
    told = 'the message "Please choose another date" is shown'
    condition = item("main flow", "appointment in the past", outcome=told)
    do = "Book an appointment in the past."
    assert covers(case('"Please choose another date" is shown.', do=do), condition)
    assert not covers(case("A message is shown.", do=do), condition)
    assert not covers(case('"Please choose another date" is not shown.', do=do), condition)


def test_a_flow_needs_enough_of_its_words() -> None:
    condition = item("main flow", "the agent grants an extension of the deadline")
    assert covers(case("The extension is granted.", do="Extend the deadline."), condition)
    assert not covers(case("The customer is shown.", do="Search for the customer."), condition)


def test_items_of_other_criteria_are_not_covered() -> None:
    other = LONG.model_copy(update={"criterion_id": "AC-2"})
    assert covered_conditions(case("", data="101 words"), [other]) == ()
    free = case("", data="101 words").model_copy(update={"criterion_ids": ()})
    assert covered_conditions(free, [other]) == (other.id,)


def test_a_walk_is_covered_by_all_of_its_legs() -> None:
    email = item("condition", EMAIL)
    walk = TestCondition(
        id="W", criterion_id="AC-1", technique="end-to-end", statement="", legs=(LONG, email)
    )
    assert covers(case("", given="The customer has no email address", data="101 words"), walk)
    assert not covers(case("", data="101 words"), walk)


@pytest.mark.parametrize("criterion", ["AC-1", "AC-2"])
def test_a_main_flow_is_not_covered_by_a_claim_and_a_source_in_other_words(criterion: str) -> None:
    flow = item("main flow", "Our service charges are handled as usual.")
    quoted = "The booking fee of EUR 9.00 is never paid back."
    citation = Citation(chunk_id=criterion, source=2, quote=quoted, start=0, end=len(quoted))
    [step] = (one := case("The payout is EUR 120.00, EUR 9.00 is kept.")).steps
    steps = (step.model_copy(update={"citations": (citation,)}),)
    one = one.model_copy(update={"condition_ids": (flow.id,), "steps": steps})
    assert not covers(one, flow)


DRIVER = "A driver under 23 pays more."
AGES = {
    name: item("limit", "under 23", holds=name == "22", value=name).model_copy(
        update={"evidence": (Evidence(source_id="AC-1", quote=DRIVER, start=0, end=len(DRIVER)),)}
    )
    for name in ("22", "23")
}


@pytest.mark.parametrize(
    ("given", "data", "covered"),
    [
        ("", "Ann, born 2003-12-22; cover begins 2026-12-21", {"22"}),
        ("", "Ann, born 2003-12-21; cover begins 2026-12-21", {"23"}),
        ("", "Ann, date of birth: 21/12/2003; cover begins 21/12/2026", {"23"}),
        ("", "Ann (geboren am 22.12.2003), Beginn 21.12.2026", {"22"}),
        ("Date of the test: 2026-12-21.", "Ann, born 2003-12-22", {"22"}),
        # The day beside the date of birth counts, not each day of the case.
        ("Date of the test: 2026-12-10.", "Ann, born 2003-12-21; cover begins 2026-12-21", {"23"}),
        # Two dates of birth are 23 years apart, and nobody is that old.
        ("", "Ann, born 2003-12-22, and Uwe, born 1980-04-02; cover begins 2026-12-21", {"22"}),
        ("", "Ann, born 2003-12-22, turns 23 tomorrow; cover begins 2026-12-21", {"22"}),
        ("", "1 driver under 23: Ann, born 2003-12-22; cover begins 2026-12-21", {"22"}),
        ("", "Uwe, born 1980-04-02; cover begins 2026-12-21", set()),
        ("", "a driver aged 22", {"22"}),
    ],
)
def test_an_age_follows_from_a_date_of_birth(given: str, data: str, covered: set[str]) -> None:
    one = case("The premium is shown.", given=given, data=f"A driver: {data}")
    assert {name for name, condition in AGES.items() if covers(one, condition)} == covered
