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
        ("A bin is emptied only when its level is 75 % or higher, or when it smells.",
         ["its level is 75 % or higher", "it smells"]),
        ("A form is needed whenever the place is abroad and the goods are worth more than 22 euros "
         "or contain alcohol.",
         ["the place is abroad", "the goods are worth more than 22 euros",
          "the goods contain alcohol"]),
        ("The tariff applies on condition that the plant has less than 30 kW and was registered "
         "before 1 January 2025.",
         ["the plant has less than 30 kW", "the plant was registered before 1 January 2025"]),
        ("In case of a power outage the station shall release the cable.",
         ["there is a power outage"]),
        ("The voice is muted during a phone call.", ["there is a phone call"]),
        ("Had the customer already received a bonus, no bonus is granted.",
         ["the customer has already received a bonus"]),
        ("No benefit is paid for children unless they have a disability.",
         ["the children have a disability"]),
        ("Users who have not confirmed their address cannot request a permit.",
         ["users who have confirmed their address"]),
        ("A shipment heavier than 31.5 kg must be handed over to the carrier.",
         ["shipment heavier than 31.5 kg"]),
        ("Porting is refused when the name differs or the PIN is wrong.",
         ["the name differs", "the PIN is wrong"]),
        ("Stays booked through agencies do not earn points.", ["stays booked through agencies"]),
        ("A course takes place provided at least 6 children are enrolled and a teacher is free.",
         ["at least 6 children are enrolled", "a teacher is free"]),
        ("A learner can register for the practical test if the theory test has been passed and all "
         "lessons are completed.",
         ["the theory test has been passed", "all lessons are completed"]),
        ("A ballot is sent if the application arrived by 6 May and the signature matches.",
         ["the application arrived by 6 May", "the signature matches"]),
        ("If two of the three checks fail, the order is held.",
         ["two of the three checks fail"]),
        ("Exceeding the limit results in the order being put on hold.", ["exceeding the limit"]),
        ("The account is locked when the plan is Business or Enterprise and the user has left.",
         ["the plan is Business", "the plan is Enterprise", "the user has left"]),
    ],
)  # fmt: skip
def test_variables_are_single_positive_facts(text: str, names: list[str]) -> None:
    found = [c for c in derive(text) if {*c.variables.values()} & {"true", "false"}]
    found = [c for c in found if c.technique != "boundary"]
    assert found
    assert all(list(c.variables) == names for c in found)


def test_the_first_of_rules_whose_limits_lie_in_one_another() -> None:
    found = table(
        "If the value is at least 100 dollars, shipping is free; if it is at least 50 dollars, "
        "shipping costs $2.99; otherwise shipping costs $5.99."
    )
    assert found == {
        "TT": "Shipping is free", "FT": "Shipping costs $2.99", "FF": "Shipping costs $5.99",
    }  # fmt: skip


def test_a_list_of_rules_with_an_otherwise_is_a_chain_whatever_they_are_about() -> None:
    found = table(
        "If the average is below 1.5, the applicant is admitted; if the applicant has passed the "
        "test, he is invited; otherwise the application is rejected."
    )
    assert found == {
        "TF": "The applicant is admitted", "FT": "He is invited",
        "FF": "The application is rejected"}  # fmt: skip


def test_a_chain_that_begins_with_a_refusal_has_a_positive_too() -> None:
    found = derive(
        "If a suitcase weighs more than 32 kg, it is refused; if it weighs more than 23 kg, an "
        "extra fee is due; otherwise it is accepted."
    )
    (positive,) = [c for c in found if c.technique == "positive"]
    assert positive.expected == "The extra fee is due"


def test_a_place_is_no_condition() -> None:
    text = "If nobody is at home, it is brought to a shop, where it can be collected for 7 days."
    assert table(text) == {
        "F": "It is brought to a shop, where it can be collected for 7 days",
        "T": "It is not brought to a shop, where it can be collected for 7 days"}  # fmt: skip


def test_a_further_value_of_the_same_thing_is_a_rule_of_its_own() -> None:
    found = table(
        "If the value is under 70, the app advises to eat; if it is over 250, the app advises to "
        "call; else no advice is shown."
    )
    assert found == {
        "TF": "The app advises to eat", "FT": "The app advises to call",
        "FF": "No advice is shown"}  # fmt: skip


def test_whoever_acts_first_in_time_is_not_nobody() -> None:
    made = derive("If nobody approves within 48 hours, the transfer expires.")
    late = next(c for c in made if c.data == "49 hours")
    assert late.action == "Approve after 49 hours"
    assert late.expected == "The transfer expires"


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
