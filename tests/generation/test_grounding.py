"""Grounding: what stands in no source is marked, what a source denies is an error."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Evidence,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.grounding import CONTRADICTION, Ground, grounded
from assistant.generation.passages import Sources

TEXT = (
    "A refund of up to £250.00 is paid within 5 working days; a higher one is refused with the "
    'message "Ask a team leader."'
)
RULE = "BR-9 A paid refund is shown on the Payments tab with the status Posted on 3 March 2026."
CRITERION = AcceptanceCriterion(id="PAY-71-AC1", text=TEXT)
CONDITION = TestCondition(
    id="PAY-71-AC1-B1",
    criterion_id=CRITERION.id,
    technique="boundary",
    statement="A refund of £250.01 is refused",
    action="Request a refund of £250.01",
    data="£250.01",
    expected='The refund of £250.01 is refused with the message "Ask a team leader."',
    valid=False,
    evidence=(Evidence(source_id=CRITERION.id, quote="up to £250.00", start=12, end=25),),
)


def chunk(rank: int, text: str, kind: str, key: str) -> RetrievedChunk:
    made = Chunk.model_validate(
        {"id": f"c{rank}", "document_id": f"d{kind}", "ordinal": rank, "text": text, "kind": kind,
         "key": key}
    )  # fmt: skip
    stage = "basis" if kind == "criterion" else "fused"
    return RetrievedChunk.model_validate({"chunk": made, "score": 1, "rank": rank, "stage": stage})


GROUND = Ground(
    sources=Sources([chunk(1, TEXT, "criterion", CRITERION.id), chunk(2, RULE, "rule", "BR-9")]),
    criteria=(CRITERION,),
    conditions=(CONDITION,),
    context=("Refund a payment", "As a billing agent I want to refund a payment."),
)


def checked(
    expected: str, action: str = "Request a refund of £250.01.", ground: Ground = GROUND
) -> TestCase:
    step = TestStep(number=1, action=action, test_data="£250.01", expected_result=expected)
    case = TestCase(
        id="TC-1",
        title="Verify that a refund of £250.01 is refused",
        steps=(step,),
        technique="boundary",
        story_key="PAY-71",
        criterion_ids=(CRITERION.id,),
        condition_ids=(CONDITION.id,),
    )
    return grounded(case, ground)


@pytest.mark.parametrize(
    "expected",
    [
        CONDITION.expected,
        "The refund of GBP 250.01 is rejected with the message “ask a team leader”.",
        "THE REFUND OF £250.01 IS REFUSED.",
        "The refund is paid within five working days.",
        "The paid refund is shown on the Payments tab.",
        "The paid refund is shown with the status Posted on 2026-03-03.",
        "The tester sees that the refund of £250.01 isn't paid.",
    ],
)
def test_what_a_source_carries_is_backed_and_has_no_finding(expected: str) -> None:
    case = checked(expected)
    assert not case.findings
    assert case.steps[0].support in ("supported", "derived")
    assert any(c.supports == "expected_result" for c in case.steps[0].citations)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("The refund of £250.01 is refused after 17 months.", "17 months"),
        ("The refund of £250.01 is refused by the Regional Auditor.", "Regional Auditor"),
        ("The refund of £250.01 is refused in Hubspot.", "Hubspot"),
        ("The refund of £250.01 is refused and the loyalty tier field is filled.", "loyalty tier"),
        ("The refund of £250.01 is refused; its status is set to parked.", "parked"),
        (
            "The refund of £250.01 is refused. The warehouse prints a packing slip.",
            "The warehouse prints a packing slip.",
        ),
        ("The background turns green.", "The background turns green."),
    ],
)
def test_what_stands_nowhere_is_told_with_its_words(expected: str, words: str) -> None:
    case = checked(expected)
    assert words in {finding.words for finding in case.findings}
    assert {finding.severity for finding in case.findings} == {"warning"}
    assert case.unsupported_steps == (1,)
    assert not [c for c in case.steps[0].citations if c.supports == "expected_result"]


@pytest.mark.parametrize(
    ("expected", "theirs"),
    [
        ("The refund of £900.00 is refused.", "£250.0"),
        ("The refund of £250.01 is not refused.", "is refused"),
        ("The refund of £250.01 is accepted.", "is refused"),
        ('The refund of £250.01 is refused with the message "Call us."', "Ask a team leader."),
        ("A refund is paid within 9 working days.", "5 working days"),
        ("The paid refund is shown on the Payments tab on 4 March 2026.", "3 March 2026"),
    ],
)
def test_what_a_source_denies_is_an_error_that_names_both(expected: str, theirs: str) -> None:
    errors = [f for f in checked(expected).findings if f.severity == "error"]
    assert errors, checked(expected).findings
    assert all(finding.rule == CONTRADICTION for finding in errors)
    assert any(theirs in finding.message for finding in errors)
    assert any(finding.words in expected for finding in errors)


def test_an_action_that_is_about_something_else_is_told_and_the_result_stands() -> None:
    case = checked(CONDITION.expected, "Water the office plants and feed the goldfish.")
    assert [finding.step for finding in case.findings] == [1]
    assert "plants" in case.findings[0].message
    assert case.unsupported_steps == ()


def test_the_testers_own_words_count() -> None:
    said = "The refund of £250.01 is refused in Hubspot."
    own = GROUND.__class__(
        sources=GROUND.sources, criteria=GROUND.criteria, conditions=GROUND.conditions,
        context=GROUND.context, own=("Refunds are refused in Hubspot",),
    )  # fmt: skip
    assert checked(said).unsupported_steps == (1,)
    assert checked(said, ground=own).unsupported_steps == ()


def test_a_source_that_sets_another_limit_is_told_on_the_case() -> None:
    text = "A refund of up to £250.00 to the original card is paid at once."
    rule = "BR-4 A refund of up to £200.00 to the original card is paid at once."
    ground = Ground(
        sources=Sources(
            [chunk(1, text, "criterion", CRITERION.id), chunk(2, rule, "rule", "BR-4")]
        ),
        criteria=(CRITERION.model_copy(update={"text": text}),),
        conditions=(CONDITION.model_copy(update={"data": "£250.00"}),),
    )
    case = checked("A refund of £250.00 to the original card is paid at once.", ground=ground)
    told = [finding for finding in case.findings if finding.step is None]
    assert len(told) == 1
    assert told[0].severity == "error"
    assert "BR-4" in told[0].message
    assert "£200.00" in told[0].message


def test_checking_again_changes_nothing() -> None:
    once = checked("The refund of £900.00 is refused. The background turns green.")
    assert grounded(once, GROUND) == once


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """benchmarks/grounding.py, which plants the faults."""
    path = Path(__file__).resolve().parents[2] / "benchmarks/grounding.py"
    spec = importlib.util.spec_from_file_location("benchmark_grounding", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_planted_faults_are_found_and_nothing_else_is_marked(benchmark: ModuleType) -> None:
    found = benchmark.measure(list(benchmark.sample_briefs()), every=11)
    untouched = found.harmless.pop("as written")
    assert found.cases > 40
    assert found.backed >= 0.95 * found.results
    assert found.total(found.planted).share >= 0.95
    assert untouched.share <= 0.05
    assert found.total(found.harmless).share >= 0.95
    for kind in ("amount", "number", "message"):
        row = found.planted[kind]
        assert row.reported >= 0.8 * row.made, kind
