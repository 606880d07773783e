"""The columns that can be compared, as a table, and what the writer of one gets for a condition.

The answer must never come with the context: a retrieved chunk that holds a reference case of the
same story is left out, and told in the score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.domain import (
    RetrievedChunk,
    StoryCases,
    TestCase,
    TestCondition,
)
from assistant.errors import AssistantError
from assistant.generation.numbering import Numbering, story_chunks
from assistant.generation.writer import CaseBrief, Writer
from assistant.generation.writers.existing_case import criterion_of


@dataclass(frozen=True)
class ColumnKind:
    """A column: who writes, and whether it gets retrieved sources and an adapter."""

    id: str
    title: str
    uses_retrieval: bool
    uses_adapter: bool
    about: str


COLUMNS: tuple[ColumnKind, ...] = (
    ColumnKind("base", "Base", False, False, "the model as it comes, with the story alone"),
    ColumnKind("rag", "+RAG", True, False, "the model with retrieved rules and cases"),
    ColumnKind("ft", "+FT", False, True, "the model with the adapter, with the story alone"),
    ColumnKind("both", "+Both", True, True, "the model with the adapter and retrieved sources"),
    ColumnKind("rules", "Outline", True, False, "quotations and values, without a model"),
    ColumnKind("endpoint", "Endpoint", True, False, "a connected model with retrieved sources"),
)
COLUMN_IDS = tuple(kind.id for kind in COLUMNS)
_NAMES = tuple("outline" if name == "rules" else name for name in COLUMN_IDS)
"""As people name them: kept comparisons call the outlines "rules"."""


def column_kind(column: str) -> ColumnKind:
    """The row of a column. Raises ``AssistantError`` naming the known ones.

    Several columns of one kind are told apart after a colon: "endpoint:qwen" is titled
    "Endpoint qwen".
    """
    name, _, of = column.partition(":")
    for kind in COLUMNS:
        if kind.id == name:
            return replace(kind, id=column, title=f"{kind.title} {of}".rstrip())
    raise AssistantError(f"There is no column “{column}”. Choose from: {', '.join(_NAMES)}.")


Context = Callable[[StoryCases, TestCondition], Sequence[RetrievedChunk]]
"""What retrieval finds for a condition of a story, best first; ranks are given anew."""


@dataclass(frozen=True)
class ColumnSpec:
    """A column to compare: who writes, and with what beside the story (``None``: nothing).

    ``style`` are existing cases of the company for writers that learn from examples.
    """

    writer: Writer
    context_for: Context | None = None
    style: tuple[TestCase, ...] = ()


def brief_for(
    spec: ColumnSpec, stories: StoryCases, condition: TestCondition
) -> tuple[CaseBrief, tuple[str, ...]]:
    """The brief of a condition, and the keys of retrieved chunks that were kept out of it.

    Sources are the story's own chunks and, with retrieval, what it finds; a chunk that holds a
    reference case of this story (by key or by its words) would give the answer away.
    """
    numbering = Numbering()
    own = numbering.basis(story_chunks(stories.epic, stories.story, ()))
    found = list(spec.context_for(stories, condition)) if spec.context_for else []
    kept = [hit for hit in found if not _gives_away(hit, stories.cases)]
    left_out = tuple(hit.chunk.key or hit.chunk.id for hit in found if hit not in kept)
    brief = CaseBrief(
        epic=stories.epic,
        story=stories.story,
        criterion=criterion_of(stories.story, condition),
        condition=condition,
        sources=tuple({hit.rank: hit for hit in (*own, *numbering.retrieved(kept))}.values()),
        style=spec.style,
    )
    return brief, left_out


def _gives_away(hit: RetrievedChunk, references: Sequence[TestCase]) -> bool:
    chunk = hit.chunk
    if chunk.kind == "case" and chunk.key and any(chunk.key == case.id for case in references):
        return True
    text = " ".join(chunk.text.casefold().split())
    return any(_all_stands_in(case, text) for case in references)


def _all_stands_in(case: TestCase, text: str) -> bool:
    lines = [line for step in case.steps for line in (step.action, step.expected_result)]
    lines = [" ".join(line.casefold().split()) for line in lines if line.strip()]
    return len(lines) > 1 and all(line in text for line in lines)
