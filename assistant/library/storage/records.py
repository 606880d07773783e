"""What the library hands out: stored projects, documents, cases and runs, with their versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import Field

from assistant.domain import (
    CaseStatus,
    CaseTemplate,
    DocumentKind,
    GenerationConfig,
    MaskingConfig,
    Question,
    RetrievalConfig,
    RunStatus,
    SourceAnswer,
    SourceMetadata,
    Technique,
    TestCase,
    Timings,
    Value,
    WriterId,
)

PutOutcome = Literal["new", "changed", "unchanged"]
"""What storing a document did."""

CaseAction = Literal[
    "added", "edited", "accepted", "rejected", "set to draft", "set to imported", "undone",
    "imported", "imported again", "no longer in source", "in source again", "removed",
    "written again", "asked", "masked", "checked",
]  # fmt: skip
"""Why a version of a case came to be; "checked" where it changed nothing but findings."""

BearsOn = Callable[[Question, TestCase], bool]
"""Whether the answer to a question could change a case."""
RestsOn = Callable[[TestCase, SourceAnswer], bool]
"""Whether a case has what a source answers."""


class Project(Value):
    """A project: its name, the company's template and the user's choices.

    What is older than ``retention_days`` is erased; ``None``: nothing is.
    """

    id: str
    name: str
    template: CaseTemplate
    retrieval: RetrievalConfig = RetrievalConfig()
    generation: GenerationConfig = GenerationConfig()
    masking: MaskingConfig = MaskingConfig()
    created_at: datetime
    retention_days: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a person wants erased in one project, as ids."""

    project_id: str
    documents: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


class Erasure(Value):
    """What was erased, or is going to be: ids, and the pieces of sources that runs had kept.

    ``also_in`` are titles of removed documents that hold words of it and stay.
    """

    documents: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    comparisons: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    chunks: int = 0
    also_in: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What it is in numbers: "documents: 1, cases: 12, runs: 2"."""
        counts = {
            "documents": len(self.documents),
            "cases": len(self.cases),
            "runs": len(self.runs),
            "comparisons": len(self.comparisons),
            "checked suites or what was found of them": len(self.suites),
            "kept pieces of sources": self.chunks,
        }
        return ", ".join(f"{name}: {count}" for name, count in counts.items() if count) or "nothing"


SavedKind = Literal[
    "column mapping", "case template", "tool token", "second reading", "suite reading", "suite",
    "suite check", "impact",
]  # fmt: skip
"""What a project saves under names."""

SUITE_KINDS: tuple[SavedKind, ...] = ("suite", "suite check")
"""Checked suites: their cases with what people chose, and what was found. They hold words of
sources, and no earlier one of a name is kept."""

QUOTING_KINDS: tuple[SavedKind, ...] = (*SUITE_KINDS, "suite reading", "impact")
"""What holds words of sources: the above, and what a model said of the cases of a run together or
of existing ones."""


class SavedValue(Value):
    """A value as it was saved: ``body`` is its JSON, empty where the name was removed."""

    seq: int
    name: str
    at: datetime
    by: str = ""
    body: str


class StoredDocument(Value):
    """A document of the library in its current version, without its text.

    ``indexed_version`` and ``chunk_count`` tell what of it the search index holds; ``outcome`` is
    what the call that returned this did.
    """

    id: str
    kind: DocumentKind
    title: str
    uri: str = ""
    version: int
    content_hash: str
    metadata: SourceMetadata = SourceMetadata()
    connection_id: str = ""
    fetched_at: datetime
    stored_at: datetime
    indexed_at: datetime | None = None
    indexed_version: int | None = None
    chunk_count: int = 0
    epic_count: int = 0
    story_count: int = 0
    criterion_count: int = 0
    case_count: int = 0
    outcome: PutOutcome = "unchanged"

    @property
    def is_indexed(self) -> bool:
        """Whether the index holds this very version."""
        return self.indexed_version == self.version


class RemovedDocument(Value):
    """A document that was removed and can be restored: its last version, who removed it and when.

    ``connection_id`` is the connection it came through, empty where that was removed as well.
    """

    id: str
    kind: DocumentKind
    title: str
    version: int
    connection_id: str = ""
    fetched_at: datetime
    stored_at: datetime
    removed_at: datetime
    by: str = ""


class Connection(Value):
    """A connection to another system, without its secrets, and how far it was synchronised.

    ``last_synced_at`` is when the last complete sync began. ``started_at`` is set while a sync is
    going on or was cut off, and ``cursor`` is where that one goes on. ``every_minutes`` is 0 where
    it is synchronised by hand only.
    """

    id: str
    project_id: str
    kind: str
    name: str
    options: dict[str, str] = Field(default_factory=dict)
    every_minutes: int = 0
    created_at: datetime
    last_synced_at: datetime | None = None
    started_at: datetime | None = None
    cursor: str = ""
    last_error: str = ""


class FetchedFrom(Value):
    """What a connection brought: the thing of the other system and the document it became.

    ``document_id`` is empty for a thing that could never be read; ``error`` says why the latest
    reading of it failed or what it left out, ``stamp`` is the source's own note of it.
    """

    connection_id: str
    external_id: str
    document_id: str = ""
    changed_at: datetime | None = None
    stamp: str = ""
    error: str = ""
    fetched_at: datetime


class DocumentState(Value):
    """What became of a document. Of a removed one, ``version`` is the last that there was and
    ``successor_id`` a document with the same content, where the project had one."""

    id: str
    title: str = ""
    version: int
    removed_at: datetime | None = None
    successor_id: str = ""
    connection_id: str = ""


class DocumentVersion(Value):
    """One version of a document: since when, who brought it, through which connection."""

    version: int
    stored_at: datetime
    by: str = ""
    connection_id: str = ""


class StaleReview(Value):
    """Somebody's word that a case is still right although a source of it changed."""

    case_id: str
    finding: str
    at: datetime
    by: str = ""
    detail: str = ""


@dataclass(frozen=True)
class StoredCase:
    """A case with its place in the library; ``case`` is parsed from ``body`` when first asked for.

    ``row_version`` counts the versions of the case from 1 and is what an edit must name.
    ``run_id`` is set for generated cases, ``document_id`` for imported ones. ``source_run_id`` is
    the run that wrote the present words and found their sources: ``run_id`` unless written again.
    """

    id: str
    title: str
    status: CaseStatus
    technique: Technique | None
    row_version: int
    updated_at: datetime
    updated_by: str
    run_id: str | None
    document_id: str | None
    source_run_id: str | None
    body: str

    @cached_property
    def case(self) -> TestCase:
        """The test case itself."""
        return TestCase.model_validate_json(self.body)

    @cached_property
    def text_hash(self) -> str:
        """What a decision on these words names: see ``text_hash``."""
        return text_hash(self.case)


@dataclass(frozen=True)
class CaseVersion:
    """One version of a case: what it said, who made it, when and why."""

    version: int
    at: datetime
    by: str
    action: CaseAction
    reason: str
    body: str
    restores: int | None = None
    """The version that an undo brought back."""

    @cached_property
    def case(self) -> TestCase:
        """The test case as it was in this version."""
        return TestCase.model_validate_json(self.body)


@dataclass(frozen=True, slots=True)
class LastChange:
    """What an undo takes back: the version that the change made, and the one that comes back."""

    changed: CaseVersion
    before: CaseVersion


@dataclass(frozen=True, slots=True)
class StandingChange:
    """A change of a case that was not taken back. ``seen`` is the version that the case has now;
    with ``is_last`` it is the one that an undo of the case takes back."""

    case_id: str
    title: str
    version: int
    seen: int
    at: datetime
    by: str
    action: CaseAction
    is_last: bool


class PlannedRun(Value):
    """A run with the ids of the conditions that it set out to write for, without the rest."""

    id: str
    request: str
    status: RunStatus
    condition_ids: tuple[str, ...] = ()


class RunSummary(Value):
    """A generation run without its contents: it planned a case for each of ``conditions``.

    ``written`` of the ``cases`` of its list were written for it; people added the others.
    """

    id: str
    created_at: datetime
    finished_at: datetime | None = None
    by: str = ""
    request: str
    status: RunStatus
    error: str = ""
    writer: WriterId = ""
    epic_keys: tuple[str, ...] = ()
    conditions: int = 0
    cases: int = 0
    written: int = 0
    accepted: int = 0
    rejected: int = 0
    timings: Timings = Timings()

    @property
    def progress(self) -> float:
        """Share of the planned conditions that have their case, 0 to 1."""
        return min(1.0, self.written / self.conditions) if self.conditions else 0.0


class StoredComparison(Value):
    """A comparison as it is kept; ``body`` is its JSON document, empty in a list of comparisons."""

    id: str
    name: str
    columns: tuple[str, ...] = ()
    complete: bool = True
    created_at: datetime
    updated_at: datetime
    by: str = ""
    body: str = ""


class StoredAnswer(Value):
    """A question with its answer as it is kept; ``body`` is its JSON, empty in a list of them."""

    id: str
    thread_id: str
    at: datetime
    by: str = ""
    question: str
    body: str = ""


class StoredDraft(Value):
    """A request that was begun and not sent; ``body`` is its JSON."""

    at: datetime
    body: str


class StoredProposal(Value):
    """A change of a case that somebody's program proposes; ``body`` is the whole case as JSON."""

    seq: int
    case_id: str
    case_version: int
    at: datetime
    by: str
    reason: str
    body: str


class StoredTalk(Value):
    """Questions asked one after the other: the first one, how many, and when the last was asked."""

    id: str
    question: str
    count: int
    at: datetime


class StoredRating(Value):
    """One person's rating of an item of a rating sheet; ``body`` is its JSON document."""

    seq: int
    at: datetime
    by: str = ""
    body: str


class Event(Value):
    """One line of the log of changes; ``seq`` gives the order, whatever the clock said."""

    seq: int
    at: datetime
    by: str
    action: str
    subject: str
    subject_id: str
    detail: str = ""


def case_text(case: TestCase) -> str:
    """The words of a case as plain lines, for showing two versions beside each other."""
    lines = [case.title, f"Status: {case.status}", f"Priority: {case.priority}"]
    lines += [f"Objective: {case.objective}"] if case.objective else []
    lines += [f"Test date: {case.test_date}"] if case.test_date else []
    lines += [f"Precondition: {text}" for text in case.preconditions]
    for step in case.steps:
        data = f" [{step.test_data}]" if step.test_data else ""
        lines.append(f"{step.number}. {step.action}{data} => {step.expected_result}")
    lines += [f"Postcondition: {text}" for text in case.postconditions]
    return "\n".join(lines)


def text_hash(case: TestCase) -> str:
    """SHA-256 of the words of a case that a reviewer reads, whatever its status."""
    steps = [(step.action, step.test_data, step.expected_result) for step in case.steps]
    words = (case.title, case.objective, case.priority, case.preconditions, steps)
    dated = [str(case.test_date)] if case.test_date else []  # most have none, and keep their hash
    text = json.dumps([*words, case.postconditions, *dated], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
