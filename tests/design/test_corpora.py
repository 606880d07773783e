"""Invariants of conditions derived from real stories, requirements and scenarios."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.design.conditions import derive_conditions
from assistant.design.techniques.boundaries import points, step
from assistant.design.techniques.limit_items import is_further
from assistant.domain import AcceptanceCriterion, CriterionForm, TestCondition
from assistant.language.amounts import all_amounts
from assistant.language.quantities import find_quantities

SETS = ("dronology", "dronology_feature_req", "cm1", "warc", "gannt", "modis", "sylius",
        "trusted_tester", "masvs_mastg", "xray_bookstore", "asvs_req_scenario")  # fmt: skip


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _texts(folder: Path) -> Iterator[tuple[str, CriterionForm]]:
    for row in _lines(folder / "data/stories/dalpiaz.jsonl"):
        yield str(row["story"]), "text"
    for row in _lines(folder / "data/stories/asvs_user_stories.jsonl"):
        yield str(row["requirement"]), "rule"
        yield from ((str(scenario), "gherkin") for scenario in row["gherkin"])  # type: ignore[attr-defined]
    for name in ("dvsa_mot_features", "openshift_console_features"):
        for row in _lines(folder / f"data/stories/{name}.jsonl"):
            yield str(row["narrative"] or row["title"]), "text"
    for name in SETS:
        for row in _lines(folder / f"data/trace/{name}/sources.jsonl"):
            yield str(row["text"]), "text"


def check(text: str, found: tuple[TestCondition, ...]) -> None:
    """What must hold of the conditions of any criterion."""
    assert found, text
    assert len({c.id for c in found}) == len(found), text
    for condition in found:
        assert condition.statement
        assert condition.facts
        assert not condition.action
        assert "\n" not in condition.statement + condition.expected
        assert condition.evidence
        for evidence in condition.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
            assert evidence.quote.strip()
        for quote in (*condition.facts, *condition.outcomes):
            assert quote.quote.strip()
            assert quote.quote in text
    assert numbers_of(found) <= allowed_numbers(text), (
        text,
        numbers_of(found) - allowed_numbers(text),
    )


def numbers_of(found: tuple[TestCondition, ...]) -> set[str]:
    fields = " ".join(
        f"{c.statement} {c.precondition} {c.action} {c.data} {c.expected}" for c in found
    )
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", fields)}


def allowed_numbers(text: str) -> set[str]:
    """Numbers of the text, the values of its number words, and the boundary values next to both."""
    allowed = set(re.findall(r"\d+(?:\.\d+)?", text))
    allowed |= {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    for quantity in (*find_quantities(text), *all_amounts(text)):
        written = [point.text for point in points(quantity)] + [quantity.text]
        if isinstance(quantity.value, Decimal):
            written += [str(quantity.value + offset * step(quantity)) for offset in (-1, 0, 1)]
        for words in written:
            allowed |= {n.replace(",", "") for n in re.findall(r"\d[\d,]*(?:\.\d+)?", words)}
    return allowed


@pytest.mark.long
def test_invariants_on_public_stories_and_requirements(shared_dir: Path) -> None:
    count = 0
    for number, (text, form) in enumerate(_texts(shared_dir)):
        if not re.search(r"\w", text):
            continue
        criterion = AcceptanceCriterion(id=f"X-{number}", text=text, form=form)
        check(text, derive_conditions(criterion))
        count += 1
    assert count > 1500


@pytest.mark.long
@pytest.mark.parametrize("cases", ["sylius", "dvsa_mot", "openshift_console"])
def test_invariants_on_public_scenarios(shared_dir: Path, cases: str) -> None:
    rows = list(_lines(shared_dir / f"data/cases/{cases}.jsonl"))[::7]
    for number, row in enumerate(rows):
        text = "\n".join([*row["preconditions"], *row["steps"]])  # type: ignore[misc]
        found = derive_conditions(AcceptanceCriterion(id=f"G-{number}", text=text, form="gherkin"))
        check(text, found)


@pytest.mark.long
def test_every_limit_of_the_sample_epics_has_its_points(project_root: Path) -> None:
    from assistant.sources.pasted.pasted import read_pasted

    limits = 0
    for path in sorted((project_root / "sample_data/epics").glob("*.md")):
        for epic in read_pasted(path.read_text(encoding="utf-8")).epics:
            for criterion in epic.criteria:
                found = derive_conditions(criterion, depth="thorough")
                check(criterion.text, found)
                tested = {f.value for c in found for f in c.facts if f.kind == "limit"}
                for quantity in find_quantities(criterion.text):
                    near = {p.text for p in points(quantity) if not is_further(quantity, p)}
                    limits += len(near)
                    assert not near or near & tested, (criterion.text, near)
    assert limits > 60
