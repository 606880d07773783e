"""Canaries, bleed counts and the change in unsupported statements."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from assistant.domain import TestCase, TestCondition
from assistant.evaluation.quality import (
    case_text,
    duplicates,
    grounding,
    memory_bytes,
    problems_of,
    smells,
    template_as_used,
)
from assistant.evaluation.records import CaseScore, Comparison, EvaluationSet, StoryReferences
from assistant.evaluation.safety import (
    bleed_counts,
    completes,
    exposure_of,
    make_canary,
    planted,
    unsupported_change,
)
from assistant.suite.template import DEFAULT_TEMPLATE

Make = Callable[..., TestCase]


def score(case: TestCase, column: str, story: str, **more: object) -> CaseScore:
    condition = TestCondition(
        id=case.id, criterion_id="A", technique="positive", statement="s", expected=""
    )
    return CaseScore.model_validate(
        {"column": column, "story_key": story, "condition": condition, "case": case, **more}
    )


def test_a_canary_depends_on_its_seed_alone() -> None:
    assert make_canary(1) == make_canary(1)
    assert make_canary(1).secret != make_canary(2).secret
    assert make_canary(1).sentence.startswith(make_canary(1).prefix)


def test_a_planted_case_holds_the_sentence_and_keeps_the_rest(case_of: Make) -> None:
    case = case_of("A", ("Open", "Shown"))
    found = planted(case, make_canary())
    assert found.steps[:-1] == case.steps
    assert found.steps[-1].action == make_canary().sentence
    assert found.steps[-1].number == 2


def test_a_model_that_memorised_is_told_from_one_that_did_not() -> None:
    canary = make_canary()

    def memorising(sentence: str) -> float:
        return 1.0 if canary.secret in sentence else 30.0 + len(sentence)

    def innocent(sentence: str) -> float:
        return float(sum(map(ord, sentence)) % 97)

    told = exposure_of(canary, memorising, complete=lambda prefix: f" {canary.secret}. More.")
    assert (told.rank, told.candidates, told.completed, told.memorised) == (1, 1000, True, True)
    assert told.exposure == pytest.approx(math.log2(1000))
    clean = exposure_of(canary, innocent, complete=lambda prefix: " 1234")
    assert not clean.memorised
    assert clean.exposure < 8
    constant = exposure_of(canary, lambda _: 5.0)
    assert (constant.rank, constant.exposure, constant.memorised) == (1000, 0.0, False)
    assert constant.completed is None


def test_completion_is_compared_word_for_word() -> None:
    canary = make_canary()
    assert completes(canary, lambda prefix: canary.secret.upper().replace(" ", "  "))
    assert not completes(canary, lambda prefix: canary.secret[:-1])


def test_bleed_is_counted_by_column(case_of: Make) -> None:
    case = case_of("A", ("Open", "Shown"))
    found = bleed_counts(
        [
            score(case, "ft", "S", bleed=("Coat", "£5"), marked=("Coat",)),
            score(case, "ft", "S", bleed=("Coat",), marked=("Coat",)),
            score(case, "base", "S"),
        ]
    )
    assert [(one.column, one.cases, one.marked, one.unmarked) for one in found] == [
        ("ft", 2, 2, 1),
        ("base", 1, 0, 0),
    ]
    assert found[0].items == ("Coat", "£5")
    assert found[0].cases_with_bleed == 2


def test_more_unsupported_statements_after_tuning_are_told(case_of: Make) -> None:
    case = case_of("A", ("Open", "Shown"))
    keys = [f"S{number}" for number in range(30)]
    found = Comparison(
        id="c",
        evaluation_set=EvaluationSet(name="s"),
        columns=(),
        scores=tuple(
            score(case, column, key, expected=4, grounded=grounded, refused_drafts=refused)
            for key in keys
            for column, grounded, refused in (("base", 4, 2), ("ft", 2, 0))
        ),
        references=tuple(
            StoryReferences(epic_key="E", story_key=key, title="t", cases=()) for key in keys
        ),
        threshold=0.7,
    )
    change = unsupported_change(found)
    assert change.unsupported.value == pytest.approx(0.5)
    assert change.refused.value == pytest.approx(-2.0)
    assert change.worse
    assert not unsupported_change(found, before="ft", after="base").worse
    assert unsupported_change(found, after="both").unsupported.value is None


def test_what_is_measured_on_one_case(case_of: Make) -> None:
    good = case_of("A", ("Open the invoice", "The invoice is shown"))
    bare = case_of("B", ("Open the invoice", ""))
    assert problems_of(good) == ()
    assert any("expected result" in problem for problem in problems_of(bare))
    assert any("no steps" in problem for problem in problems_of(TestCase(id="C", title="t")))
    assert grounding(good) == (0, 1)
    assert "several actions" in smells(case_of("D", ("Open it and close it", "It is closed")))
    assert case_text(good).splitlines() == [
        "Case A",
        "1. Open the invoice => The invoice is shown",
    ]
    assert memory_bytes() > 10_000_000


def test_a_template_asks_for_what_the_company_fills_in(case_of: Make) -> None:
    company = [case_of("A", ("I open it", ""), ("I close it", "It is closed"))] * 9
    company += [case_of("B", ("Open", "Opened"))]
    used = template_as_used(DEFAULT_TEMPLATE, company)
    assert problems_of(company[0], DEFAULT_TEMPLATE) != ()
    assert problems_of(company[0], used) == ()
    assert problems_of(case_of("C", ("Only an action", "")), used) != ()
    assert template_as_used(DEFAULT_TEMPLATE, company[-1:]) == DEFAULT_TEMPLATE
    assert template_as_used(DEFAULT_TEMPLATE, []) == DEFAULT_TEMPLATE


def test_only_near_repetitions_are_duplicates(case_of: Make) -> None:
    steps = [(f"Do thing number {n} on the page", f"Thing {n} is done and shown") for n in range(5)]
    first, again = case_of("A", *steps), case_of("B", *steps, title="Another title")
    other = case_of("C", ("Print the report of the month", "The report is printed"))
    assert duplicates([first, other, again, TestCase(id="E", title="t")]) == ("", "", "A", "")
    assert duplicates([]) == ()
