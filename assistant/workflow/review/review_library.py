"""All cases of a project: found by their fields, decided on in bulk, with their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import ndiff
from typing import Literal

from assistant.domain import CaseStatus, Technique, TestCase, Value
from assistant.library import StoredCase as StoredCase
from assistant.library.storage.records import case_text
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.review.review import BulkOutcome as BulkOutcome

Writer = Literal["outline", "rules", "model", "person", "import"]


class LibraryRow(Value):
    """A case as a line of the library; ``words`` are its text in lower case, for searching."""

    id: str
    title: str
    status: CaseStatus
    technique: Technique | None
    epic_key: str
    story_key: str
    criterion_ids: tuple[str, ...]
    condition_ids: tuple[str, ...] = ()
    run_id: str = ""
    source_run_id: str = ""
    writer: Writer
    unsupported: bool
    findings: int
    version: int
    text_hash: str = ""
    preconditions: tuple[str, ...] = ()
    test_date: date | None = None
    words: str
    proposals: int = 0
    """Changes that other programs propose and nobody has decided on."""


class CaseFilter(Value):
    """Which cases to show; an empty field means any."""

    text: str = ""
    statuses: tuple[CaseStatus, ...] = ()
    epics: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    techniques: tuple[Technique, ...] = ()
    writers: tuple[Writer, ...] = ()
    ids: tuple[str, ...] = ()
    proposed: bool = False
    """Only those for which a change is proposed."""


class Change(Value):
    """One version of a case in its history, with the lines that it added and took away."""

    version: int
    at: str
    by: str
    action: str
    reason: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def stamp(workspace: Workspace, project_id: str) -> str:
    """Changes whenever anything in the project does: what a cached list is kept by."""
    latest = workspace.library.events(project_id, limit=1, calls=False)
    return f"{project_id}:{latest[0].seq if latest else 0}"


def rows(workspace: Workspace, project_id: str) -> tuple[LibraryRow, ...]:
    """All cases of the project in the order they came in."""
    waiting = workspace.library.proposals.counts(project_id)
    return tuple(_row(stored, waiting[stored.id]) for stored in workspace.library.cases(project_id))


def _row(stored: StoredCase, proposals: int) -> LibraryRow:
    case = stored.case
    return LibraryRow(
        id=stored.id,
        title=stored.title,
        status=stored.status,
        technique=stored.technique,
        epic_key=case.epic_key,
        story_key=case.story_key,
        criterion_ids=case.criterion_ids,
        condition_ids=case.condition_ids,
        run_id=stored.run_id or "",
        source_run_id=stored.source_run_id or "",
        writer=case.origin.writer,
        unsupported=bool(case.unsupported_steps) and case.origin.writer in ("rules", "model"),
        findings=len(case.findings),
        version=stored.row_version,
        text_hash=stored.text_hash,
        preconditions=case.preconditions,
        test_date=case.test_date,
        words=words_of(case),
        proposals=proposals,
    )


def words_of(case: TestCase) -> str:
    """The text by which a case is found, in lower case: its words and what it stands for."""
    parts = [case.id, case.title, *case.preconditions, *case.labels]
    parts += [case.epic_key, case.story_key, *case.criterion_ids]
    parts += [text for s in case.steps for text in (s.action, s.test_data, s.expected_result)]
    return " ".join(parts).casefold()


def has_words(words: str, text: str) -> bool:
    """Whether every word of ``text`` occurs in ``words_of`` a case."""
    return all(word in words for word in text.casefold().split())


def chosen(listed: Sequence[LibraryRow], wanted: CaseFilter) -> tuple[LibraryRow, ...]:
    """The rows that fit all fields of the filter; every word of its text must occur. What was
    imported, maybe thousands of cases, stands behind the others, also once it is decided on."""
    return tuple(
        row
        for row in sorted(listed, key=lambda one: one.writer == "import")
        if (not wanted.ids or row.id in wanted.ids)
        and (not wanted.proposed or row.proposals)
        and (not wanted.statuses or row.status in wanted.statuses)
        and (not wanted.epics or row.epic_key in wanted.epics)
        and (not wanted.stories or row.story_key in wanted.stories)
        and (not wanted.techniques or row.technique in wanted.techniques)
        and (not wanted.writers or row.writer in wanted.writers)
        and has_words(row.words, wanted.text)
    )


def decide(
    workspace: Workspace,
    project_id: str,
    selected: Sequence[LibraryRow],
    status: CaseStatus,
    *,
    reason: str = "",
    by: str,
) -> BulkOutcome:
    """Accept or reject many cases, each at the version that was seen.

    A case that somebody changed meanwhile is skipped and named. Raises ``LibraryError`` where a
    rejection has no reason.
    """
    seen = [
        review.SeenVersion(case_id=row.id, version=row.version, text_hash=row.text_hash)
        for row in selected
        if row.status != status
    ]
    return review.decide(workspace, project_id, seen, status, reason=reason, by=by)


def history(workspace: Workspace, project_id: str, case_id: str) -> tuple[Change, ...]:
    """The versions of a case, newest first, each with what it changed."""
    versions = workspace.library.history(project_id, case_id)
    changes: list[Change] = []
    before: list[str] = []
    for version in versions:
        now = case_text(version.case).splitlines()
        lines = list(ndiff(before, now)) if before else []
        changes.append(
            Change(
                version=version.version,
                at=f"{version.at.astimezone():%d %b %Y, %H:%M}",
                by=version.by,
                action=version.action,
                reason=version.reason,
                added=tuple(line[2:] for line in lines if line.startswith("+ ")),
                removed=tuple(line[2:] for line in lines if line.startswith("- ")),
            )
        )
        before = now
    return tuple(reversed(changes))
