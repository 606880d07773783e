"""Analysing an epic: what is printed, in which time, and what is refused."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from assistant.design.analysis import analyse
from assistant.domain import AcceptanceCriterion, TestCondition
from assistant.errors import SourceError
from assistant.workflow.writing.analyse_epic import EpicAnalysis, analyse_text

EPIC = """# EP-10 Refunds

## EP-11 Ask for a refund

As a customer I want to ask for a refund so that I get my money back.

Acceptance criteria:

- {criteria}
"""


def epic(*criteria: str) -> bytes:
    return EPIC.format(criteria="\n- ".join(criteria)).encode()


@pytest.mark.long
def test_every_criterion_with_its_reading(project_root: Path) -> None:
    for path in sorted((project_root / "sample_data/epics").glob("*.md")):
        found = analyse_text(path.name, path.read_bytes())
        assert EpicAnalysis.model_validate_json(found.model_dump_json()) == found
        for story in (story for epic_ in found.epics for story in epic_.stories):
            for criterion in story.criteria:
                assert criterion.conditions
                quoted = [e for c in criterion.conditions for e in c.evidence]
                quoted += [limit.evidence for limit in criterion.analysis.limits]
                quoted += [rule.evidence for rule in criterion.analysis.rules]
                quoted += criterion.analysis.references
                for evidence in quoted:
                    assert criterion.text[evidence.start : evidence.end] == evidence.quote


def test_conditions_carry_variables_in_the_document() -> None:
    data = epic("If the order is paid and not shipped, the customer can cancel it.")
    document = json.loads(analyse_text("epic.md", data).model_dump_json())
    criterion = document["epics"][0]["stories"][0]["criteria"][0]
    rule = criterion["analysis"]["rules"][0]
    assert rule["expression"] == "[the order is paid] and [not shipped]"
    assert (rule["actor"], rule["action"], rule["object"]) == ("the customer", "cancel", "it")
    assert set(criterion["conditions"][0]) == set(TestCondition.model_fields)
    assert criterion["conditions"][0]["variables"] == {
        "the order is paid": "true", "not shipped": "true"}  # fmt: skip


def test_what_a_criterion_says() -> None:
    text = (
        "Only a Team Leader may approve a refund over £500 within 5 working days (see BR-12); "
        "the status changes from New to Approved."
    )
    found = analyse(AcceptanceCriterion(id="A", text=text))
    assert found.rules[0].roles == ("a Team Leader",)
    assert [(limit.operator, limit.value, limit.unit) for limit in found.limits] == [
        (">", "500", "GBP"), ("<=", "5", "working day")]  # fmt: skip
    assert [(c.start, c.end) for c in found.transitions] == [("New", "Approved")]
    assert [e.quote for e in found.references] == ["BR-12"]


@pytest.mark.long
def test_criteria_that_all_disagree() -> None:
    criteria = [
        f"If the order {n} is over £{n + 10} and the customer is a member, delivery is free."
        for n in range(150)
    ]

    def seconds(number: int) -> float:
        started = time.process_time()
        found = analyse_text("epic.md", epic(*criteria[:number]))
        assert len(found.epics[0].stories[0].criteria) == number
        return time.process_time() - started

    seconds(20)  # word lists are loaded
    assert seconds(150) < 18 * seconds(50), "each is compared with each: 9 times"


def test_criterion_of_two_thousand_words() -> None:
    part = "If the order is paid and the stock is low or the price has changed, "

    def seconds(parts: int) -> float:
        started = time.process_time()
        analyse_text("epic.md", epic(part * parts + "the order is held."))
        return time.process_time() - started

    seconds(2)
    few, many = (min(seconds(parts) for _ in range(3)) for parts in (35, 140))
    assert many < 8 * few, "four times the words"


def test_no_epic() -> None:
    with pytest.raises(SourceError, match="Acceptance criteria"):
        analyse_text("table.csv", b"Key,Colour\n1,red\n2,green\n")


def test_the_one_epic_beside_pages_of_an_export() -> None:
    place = {"idList": "l", "desc": "", "labels": []}
    board = {
        "lists": [{"id": "l", "name": "Backlog", "idBoard": "b"}],
        "cards": [
            {**place, "name": "EP-11: Refund", "shortLink": "a", "id": "1"},
            {**place, "name": "Buy paper", "shortLink": "b", "id": "2"},
        ],
        "checklists": [
            {"idCard": "1", "name": "Acceptance criteria", "checkItems": [{"name": "It is paid."}]}
        ],
    }
    ((story,),) = [one.stories for one in analyse_text("b.json", json.dumps(board).encode()).epics]
    assert [one.text for one in story.criteria] == ["It is paid."]


def test_json_of_an_unknown_structure_holds_no_epic() -> None:
    dump = {"zoo": {"nodeId": None, "acceptance criteria": ["It eats"]}, "on": [True]}
    with pytest.raises(SourceError, match="No epic or user story"):
        analyse_text("zoo.json", json.dumps(dump).encode())
