"""On which side a case is, where it covers one item of the checklist or several."""

from __future__ import annotations

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Fact,
    FactKind,
    Outcome,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.proof import Ground, Sources, grounded
from assistant.generation.proof.case_proof import claims_side, one_side
from assistant.generation.proof.condition_sides import messages_of_other_side, turned_roles
from assistant.generation.proof.limits import limits_of

TEXT = "Orders above 40 kegs are refused with “Please call us”; up to 40 kegs they are accepted."


def condition(
    name: str, value: str = "", *, holds: bool = True, kind: FactKind = "limit", outcome: str = ""
) -> TestCondition:
    quote = "above 40 kegs" if kind == "limit" else TEXT
    return TestCondition(
        id=name, criterion_id="AC1", technique="boundary", statement=name,
        facts=(Fact(kind=kind, quote=quote, holds=holds, value=value),),
        outcomes=(Outcome(source_id="AC1", quote=outcome),) if outcome else (),
    )  # fmt: skip


ABOVE = condition("B1", "41 kegs", outcome="refused with “Please call us”")
BELOW = condition("B2", "40 kegs", holds=False, outcome="they are accepted")
MAIN = condition("P1", kind="main flow", outcome=TEXT)


@pytest.mark.parametrize(
    ("conditions", "sided"),
    [
        ((ABOVE,), (ABOVE,)),
        ((MAIN,), (MAIN,)),
        ((ABOVE, MAIN), (ABOVE, MAIN)),
        ((ABOVE, BELOW), ()),
        ((ABOVE, condition("B3", "42 kegs", outcome="refused with “Please call us”")), ()),
        ((ABOVE, condition("N1", "41 kegs", outcome="another")), ()),
        ((), ()),
    ],
)
def test_a_case_of_both_sides_is_on_none(
    conditions: tuple[TestCondition, ...], sided: tuple[TestCondition, ...]
) -> None:
    assert one_side(conditions) == sided


def test_a_main_flow_claims_no_side() -> None:
    assert claims_side(ABOVE)
    assert not claims_side(MAIN)


def case(*conditions: TestCondition) -> TestCase:
    source = RetrievedChunk(
        chunk=Chunk(id="c", document_id="d", ordinal=0, text=TEXT, kind="criterion", key="AC1"),
        score=1.0, rank=1, stage="basis",
    )  # fmt: skip
    ground = Ground(
        sources=Sources([source]),
        criteria=(AcceptanceCriterion(id="AC1", text=TEXT),),
        conditions=conditions,
    )
    steps = (
        TestStep(
            number=1, action="Place an order", test_data="40 kegs",
            expected_result="The order is accepted.",
        ),
        TestStep(
            number=2, action="Place an order", test_data="41 kegs",
            expected_result="The order is refused with “Please call us”.",
        ),
    )  # fmt: skip
    ids = tuple(one.id for one in conditions)
    return grounded(
        TestCase(id="x", title="Forty kegs and one more", steps=steps, criterion_ids=("AC1",),
                 condition_ids=ids),
        ground,
    )  # fmt: skip


def test_both_sides_one_after_the_other_are_no_fault() -> None:
    assert not [one for one in case(ABOVE, BELOW).findings if one.severity == "error"]


def test_an_outline_that_quotes_who_alone_may_act_puts_nobody_in_the_role() -> None:
    quote = "Only a Team Leader may approve it"
    fact = Fact(kind="role", quote=quote, holds=False, value="another")
    one = condition("A-N1").model_copy(update={"facts": (fact,)})
    assert not list(turned_roles(one, [f"role: another; “{quote}”"], [one]))
    assert list(turned_roles(one, ["Ann Lee, Team Leader, is logged in"], [one]))


def test_a_main_flow_that_quotes_both_sides_denies_neither() -> None:
    shown = "Orders above 40 kegs show “Please call us”"
    both = condition("P1", kind="main flow", outcome=f"{shown}; smaller ones are accepted.")
    one = condition("P2", kind="main flow", outcome=shown)
    result = "The order is accepted; “Please call us” is not shown."
    assert not list(messages_of_other_side(result, [both]))
    assert list(messages_of_other_side(result, [one]))


def test_a_description_of_somebody_is_no_role_that_a_case_has_to_name() -> None:
    quote = "Only people whose role allows it can cancel"
    fact = Fact(kind="role", quote=quote, holds=True, value="people whose role allows it")
    one = condition("A-P1").model_copy(update={"facts": (fact,)})
    assert not list(turned_roles(one, ["Visits Officer A is logged in"], [one]))
    officers = fact.model_copy(update={"value": "visits officers"})
    named = one.model_copy(update={"facts": (officers,)})
    assert list(turned_roles(named, ["Teacher A is logged in"], [named]))


def test_who_acts_may_be_another_although_somebody_has_the_role() -> None:
    fact = Fact(kind="role", quote="Only a dentist can send an order", holds=False, value="another")
    one = condition("A-N1").model_copy(update={"facts": (fact,)})
    owner = "Dr. Anna Berger (dentist) has a draft"
    technician = "Petra Lang (lab technician) can sign in"
    assert not list(turned_roles(one, [owner, technician, "As Petra Lang, send the order"], [one]))
    assert list(turned_roles(one, [owner, technician, "As Dr. Anna Berger, send the order"], [one]))
    listed = "Lea Hoff, nurse, Tim Krause, reception, and Dr. Anna Weber, dentist, all sign in"
    assert not list(turned_roles(one, [listed, "As Lea Hoff, send the order"], [one]))
    assert list(turned_roles(one, [listed, "As Anna Weber, send the order"], [one]))


@pytest.mark.parametrize(
    ("quote", "value", "side"),
    [
        (">4h old", "4 h 1 min", True),
        ("longer than 5 minutes", "5 minutes 10 seconds", True),
        ("longer than 5 minutes", "4 minutes 50 seconds", False),
        ("older than 12 months", "12 months and 1 day", True),
        ("bis spätestens 24 Stunden vor Beginn", "23 Stunden", False),
        ("bis spätestens 24 Stunden vor Beginn", "25 Stunden", True),
        ("jusqu'à 3 jours avant le départ", "2 jours", False),
        ("höchstens 24 Stunden vor Beginn", "23 Stunden", True),
        ("unter 0,5 kWh", "0,4 kWh", True),
        ("unter 0,5 kWh", "0,5 kWh", False),
    ],
)
def test_a_value_lies_on_the_side_that_a_reader_sees(quote: str, value: str, side: bool) -> None:
    fact = Fact(kind="limit", quote=quote, value=value)
    one = condition("B4").model_copy(update={"facts": (fact,)})
    limit = next(limits_of(one))
    assert limit.tried is not None
    assert limit.holds_at(limit.tried.value) is side
