"""What a comparison is made of: a pinned set, a score for every case, and figures over them.

A ``Comparison`` is one JSON document. Every figure in it can be computed again from its scores and
references, and leads back to the cases it came from.

Scores on disk as they come, so that a killed comparison goes on where it was.

One JSON line a score, written through to the disk; the last line of a killed program may be torn
and is then written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.domain import ModelSpec, StoryCases, TestCase, TestCondition, Value, utc_now
from assistant.errors import AssistantError
from assistant.evaluation.statistics import Difference, Figure


class EvaluationSet(Value):
    """What was compared on, pinned: a second run with equal fields must give equal conditions.

    ``file_sha256`` is the hash of the file the cases came from, ``models`` the hash of every model
    file by name, ``limit`` the number of stories drawn with ``seed`` (0: all of them).
    """

    name: str
    file_sha256: str = ""
    split: str = ""
    seed: int = 7
    limit: int = 0
    prompt_version: str = ""
    models: dict[str, str] = Field(default_factory=dict)


class Match(Value):
    """A reference case that a written case stands for, with the cosine of their meanings."""

    case_id: str
    similarity: float


class CaseScore(Value):
    """One condition in one column: the case as written and everything measured on it.

    ``matched`` holds the reference case assigned to it where their similarity reaches the
    threshold, ``nearest`` the assigned one whether or not it does. ``expected`` counts expected
    results, ``grounded`` those that a source supports; ``templates`` the case's sentences and
    ``known_templates`` those that the company has too, data masked. ``marked`` are items of
    ``bleed`` that carry a mark on the case, ``memorised`` those of them that stand in the training
    texts, with the sentences copied from there word for word. ``replaced`` says why a rule wrote it
    in the model's place. ``sources`` are the chunks of the prompt, ``left_out`` retrieved ones that
    were kept from it because they hold a reference case of the same story.
    """

    column: str
    story_key: str
    condition: TestCondition
    case: TestCase
    matched: tuple[Match, ...] = ()
    nearest: Match | None = None
    valid: bool = True
    problems: tuple[str, ...] = ()
    expected: int = 0
    grounded: int = 0
    bleed: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    memorised: tuple[str, ...] = ()
    smells: tuple[str, ...] = ()
    duplicate_of: str = ""
    templates: int = 0
    known_templates: int = 0
    refused_drafts: int = 0
    replaced: str = ""
    sources: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0
    memory_bytes: int = 0
    text: str = ""

    @property
    def grounded_share(self) -> float | None:
        """Share of its expected results that a source supports; ``None`` where it has none."""
        return self.grounded / self.expected if self.expected else None

    @property
    def place(self) -> tuple[str, str, str]:
        """Column, story and condition: what makes two scores the same item."""
        return (self.column, self.story_key, self.condition.id)


class CaseLoss(Value):
    """How a column's model takes one reference case: tokens, and their summed loss in nats."""

    case_id: str
    story_key: str
    tokens: int = Field(ge=0)
    nll: float


class StoryReferences(Value):
    """A story with the existing cases that the columns' cases are compared to."""

    epic_key: str
    story_key: str
    title: str
    narrative: str = ""
    cases: tuple[TestCase, ...]


class ColumnResult(Value):
    """A column with its figures by metric id; ``metrics.py`` names and explains the metrics."""

    column: str
    title: str
    uses_retrieval: bool = False
    uses_adapter: bool = False
    model: ModelSpec | None = None
    stories: int = 0
    cases: int = 0
    figures: dict[str, Figure] = Field(default_factory=dict)


class Comparison(Value):
    """Columns side by side on the same stories and conditions.

    ``complete`` is false where it was cancelled: its figures then hold for what was scored, and
    ``scores`` can be given to ``compare`` to go on. ``company`` are the figures of the company's
    own reference cases where they can be measured (style, smells, lengths): what a perfect writer
    would reach. ``format`` is the version of the document; another one is refused.
    """

    format: Literal[1] = 1
    id: str
    created_at: datetime = Field(default_factory=utc_now)
    evaluation_set: EvaluationSet
    columns: tuple[ColumnResult, ...]
    scores: tuple[CaseScore, ...]
    references: tuple[StoryReferences, ...]
    losses: dict[str, tuple[CaseLoss, ...]] = Field(default_factory=dict)
    company: dict[str, Figure] = Field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    threshold: float
    complete: bool = True

    def column(self, column: str) -> ColumnResult:
        """The result of a column; ``KeyError`` where it was not compared."""
        for result in self.columns:
            if result.column == column:
                return result
        raise KeyError(column)

    def has(self, column: str) -> bool:
        """Whether this column was compared."""
        return any(result.column == column for result in self.columns)

    def value(self, column: str, metric: str) -> float | None:
        """A column's figure without its interval; ``None`` where it was not measured."""
        if not self.has(column):
            return None
        found = self.column(column).figures.get(metric)
        return found.value if found else None

    def difference(self, metric: str, column: str, against: str) -> Difference | None:
        """``column`` minus ``against``, whichever way round it was computed."""
        for one in self.differences:
            if one.metric != metric:
                continue
            if (one.column, one.against) == (column, against):
                return one
            if (one.column, one.against) == (against, column):
                return _reversed(one)
        return None

    def scores_of(self, column: str) -> tuple[CaseScore, ...]:
        """The scored cases of a column."""
        return tuple(score for score in self.scores if score.column == column)


def _reversed(one: Difference) -> Difference:
    def negative(value: float | None) -> float | None:
        return None if value is None else -value

    return one.model_copy(
        update={
            "column": one.against,
            "against": one.column,
            "value": negative(one.value),
            "low": negative(one.high),
            "high": negative(one.low),
        }
    )


class ScoreLog:
    """The scores of one comparison, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def scores(self) -> tuple[CaseScore, ...]:
        """What is there so far; a torn last line is cut off.

        Raises ``AssistantError`` where any other line is not a score: another file, or damaged.
        """
        if not self._path.exists():
            return ()
        data = self._path.read_bytes()
        whole, _, torn = data.rpartition(b"\n")
        if torn:
            with self._path.open("r+b") as file:
                file.truncate(len(data) - len(torn))
        found = []
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                found.append(CaseScore.model_validate_json(line))
            except ValidationError as error:
                raise AssistantError(
                    f"Line {number} of {self._path.name} is not a score of a comparison. Remove "
                    "the file and compare again."
                ) from error
        return tuple(found)

    def add(self, score: CaseScore) -> None:
        """Append a score; when this returns, it survives a crash."""
        line = score.model_dump_json().encode("utf-8") + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise AssistantError(
                f"The score could not be written to {self._path} ({error}). Free some space, or "
                "make the folder writable, and start again: what was scored is kept."
            ) from error


def losses_of(
    stories: Iterable[StoryCases], measured: Iterable[tuple[str, int, float]]
) -> tuple[CaseLoss, ...]:
    """Losses with their stories, from ``(case id, tokens, summed loss in nats)``.

    Raises ``AssistantError`` for a case that none of the stories has.
    """
    story_of = {case.id: item.story.key for item in stories for case in item.cases}
    found = []
    for case_id, tokens, nll in measured:
        if case_id not in story_of:
            raise AssistantError(
                f"There is a loss of case “{case_id}”, which none of the compared stories has. "
                "Measure the losses on the same stories."
            )
        found.append(CaseLoss(case_id=case_id, story_key=story_of[case_id], tokens=tokens, nll=nll))
    return tuple(found)
