"""Fixtures of the evaluation room: the sample stories with their cases, and small comparisons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.design.conditions import derive_conditions
from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    StoryCases,
    TestCase,
    TestCondition,
    TestStep,
    UserStory,
)
from assistant.evaluation.matching import TextEmbedder
from assistant.generation.models.catalogue import DEFAULT_EMBEDDING
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.sources.files.files import read_file

SAMPLE = Path(__file__).resolve().parent.parent.parent / "sample_data"


class WordVectors:
    """Texts as unit vectors of their words: enough for tests of pairing rather than of meaning."""

    def __init__(self) -> None:
        self.asked = 0

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        """One row a text, of length 1."""
        self.asked += len(texts)
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 512] += 1
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


@pytest.fixture(scope="session")
def words() -> WordVectors:
    """Quick vectors."""
    return WordVectors()


@pytest.fixture(scope="session")
def meaning(fetched_model: Callable[[str], Path]) -> TextEmbedder:
    """The real embedding model, loaded once."""
    folder = fetched_model(DEFAULT_EMBEDDING)
    return SentenceEmbedder(folder, model_id=DEFAULT_EMBEDDING, threads=1)


@pytest.fixture(scope="session")
def sample_stories() -> tuple[StoryCases, ...]:
    """The stories of the sample epics that existing cases are linked to."""
    table = SAMPLE / "existing_cases.csv"
    cases = read_file(table.name, table.read_bytes()).cases
    epics = [
        epic
        for path in sorted((SAMPLE / "epics").glob("*.md"))
        for epic in read_file(path.name, path.read_bytes()).epics
    ]
    found = (
        StoryCases(
            epic=epic,
            story=story,
            cases=tuple(case for case in cases if case.story_key == story.key),
        )
        for epic in epics
        for story in epic.stories
    )
    return tuple(item for item in found if item.cases)


@pytest.fixture(scope="session")
def derived() -> Callable[[StoryCases], tuple[TestCondition, ...]]:
    """Gives the conditions of a story's criteria."""
    return lambda stories: tuple(
        condition
        for criterion in stories.story.criteria
        for condition in derive_conditions(criterion)
    )


@pytest.fixture(scope="session")
def case_of() -> Callable[..., TestCase]:
    """Makes a case: ``case_of(id, (action, expected result), ..., field=value)``."""
    return _case


@pytest.fixture(scope="session")
def small_stories() -> Callable[[int], tuple[StoryCases, ...]]:
    """Makes stories of one criterion and two cases each, all about different things."""
    return _stories


def _case(case_id: str, *steps: tuple[str, str], **more: object) -> TestCase:
    return TestCase.model_validate(
        {
            "id": case_id,
            "title": f"Case {case_id}",
            "steps": tuple(
                TestStep(number=number, action=action, expected_result=expected)
                for number, (action, expected) in enumerate(steps, start=1)
            ),
            **more,
        }
    )


def _stories(count: int) -> tuple[StoryCases, ...]:
    things = ("invoice", "refund", "meter", "tariff", "parcel", "voucher", "basket", "report")
    found = []
    for number in range(count):
        thing = f"{things[number % len(things)]} {number}"
        criterion = AcceptanceCriterion(
            id=f"S-{number}-AC1", text=f"The {thing} can be opened by a signed-in user."
        )
        story = UserStory(
            key=f"S-{number}",
            title=f"Open the {thing}",
            narrative=f"As a user I want to open the {thing} so that I can read it.",
            criteria=(criterion,),
        )
        epic = Epic(key="E-1", title="Reading", stories=(story,))
        cases = tuple(
            _case(
                f"R-{number}-{letter}",
                (f"Open the {thing} {letter}", f"The {thing} is shown"),
                ("Reload the page", f"The {thing} is still shown"),
                story_key=story.key,
            )
            for letter in ("a", "b")
        )
        found.append(StoryCases(epic=epic, story=story, cases=cases))
    return tuple(found)
