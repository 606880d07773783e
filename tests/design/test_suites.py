"""Conditions of a criterion with several conditions: variables, results, techniques, depth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.design.conditions import derive_conditions
from assistant.domain import AcceptanceCriterion, Depth, TestCondition, UserStory

STORY = UserStory(key="S-1", title="A story")


def derive(text: str, depth: Depth = "standard") -> tuple[TestCondition, ...]:
    return derive_conditions(STORY, AcceptanceCriterion(id="S-1-AC1", text=text), depth=depth)


def table(text: str, depth: Depth = "standard") -> dict[str, str]:
    """Expected result by the values of the variables in the order they are named in."""
    return {
        "".join(value[0].upper() for value in c.variables.values()): c.expected
        for c in derive(text, depth)
        if c.technique != "boundary"
    }


def test_if_and_unless_otherwise() -> None:
    found = table(
        "If the account is open and the customer is verified, unless the card is blocked, the "
        "payment is made; otherwise the payment is held."
    )
    held = "The payment is held"
    assert found == {
        "TTF": "The payment is made", "FTF": held, "TFF": held, "TTT": held}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("If the name or the address is missing, the form is rejected.",
         ["the name is missing", "the address is missing"]),
        ("If the account is frozen or closed, the payment is rejected.",
         ["the account is frozen", "the account is closed"]),
        ("If the damage is caused by storm, flood or fire, the excess is waived.",
         ["the damage is caused by storm", "the damage is caused by flood",
          "the damage is caused by fire"]),
        ("If neither the phone nor the address is verified, the order is held.",
         ["the phone is verified", "the address is verified"]),
        ("If the voucher has not expired and has not been used, it is accepted.",
         ["the voucher has expired", "the voucher has been used"]),
        ("The account is locked when the plan is Business or Enterprise and the user has left.",
         ["the plan is Business", "the plan is Enterprise", "the user has left"]),
    ],
)  # fmt: skip
def test_variables_are_single_positive_facts(text: str, names: list[str]) -> None:
    found = [c for c in derive(text) if c.variables]
    assert found
    assert all(list(c.variables) == names for c in found)


def test_the_sides_of_a_limit_within_several_conditions() -> None:
    found = derive("If the customer is a member or the order is over £50, delivery is free.")
    tried = {
        c.data: (c.variables["the customer is a member"], c.valid)
        for c in found
        if c.technique == "boundary"
    }
    assert tried == {
        "£49.99": ("false", False), "£50": ("false", False), "£50.01": ("false", True)}  # fmt: skip


def test_combinations_that_cannot_occur_are_left_out() -> None:
    text = "If the age is over 65 or the age is under 16, entry is free."
    assert set(table(text)) == {"TF", "FT", "FF"}
    assert set(table(text, "thorough")) == {"TF", "FT", "FF"}


def test_depth() -> None:
    text = "If fan A is on, fan B is on and fan C is on, the pump starts."
    smoke, standard, thorough = (derive(text, d) for d in ("smoke", "standard", "thorough"))
    assert [c.technique for c in smoke] == ["positive", "negative"]
    assert {c.id for c in smoke} < {c.id for c in standard} < {c.id for c in thorough}
    assert {c.id: c for c in thorough}.items() >= {c.id: c for c in standard}.items()
    assert len(table(text, "thorough")) == 8


def test_pairwise_covers_every_pair_with_fewer_cases() -> None:
    found = derive(
        "Reports can be filtered by region (EMEA, APAC, AMER), period (month, quarter, year) and "
        "format (PDF, CSV, XLSX)."
    )
    rows = [c.variables for c in found if c.technique == "pairwise"]
    assert 9 <= len(rows) < 27
    for one, other in (("region", "period"), ("period", "format"), ("region", "format")):
        assert len({(row[one], row[other]) for row in rows}) == 9


def test_stated_changes_and_those_that_are_not() -> None:
    found = derive("Order status: New → Paid → Shipped")
    changes = {
        (c.variables["from state"], c.variables["to state"]): c.valid
        for c in found
        if c.technique == "state transition"
    }
    assert changes[("New", "Paid")]
    assert changes[("Paid", "Shipped")]
    assert not changes[("New", "Shipped")]
    assert not changes[("Shipped", "New")]


WORDS = (
    "if when unless only either neither nor both and or , ; the a account customer order is not "
    "has been closed frozen over £5 14 days otherwise paid it they may must should"
)


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_mixture_of_conditions_is_survived(words: list[str]) -> None:
    text = " ".join(words)
    for condition in derive(text, "thorough"):
        assert all(text[e.start : e.end] == e.quote for e in condition.evidence)
        assert all(name for name in condition.variables)
