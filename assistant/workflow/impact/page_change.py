"""Have a model read a project's existing cases beside what changes in a page: a version that is
looked at before it is kept, the latest one that was, or a new page.

Comparing sentences (``workflow/review/preview_change.py``) finds the cases that cite what changes;
an imported case cites nothing, and says the same in other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.domain import Chunk, TestCase, Value
from assistant.errors import LibraryError
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.impact_reading import PageChange, TextChange
from assistant.generation.numbering import Numbering
from assistant.generation.prompts import in_parts
from assistant.generation.run_plan import rest_of_pages
from assistant.generation.second_reading import ReadingGround
from assistant.suite.case_words import words
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import impact_job
from assistant.workflow.impact.impact_job import ImpactReading, Part
from assistant.workflow.impact.impact_job import sources_changed as sources_changed
from assistant.workflow.review.current_citations import NextVersion
from assistant.workflow.review.lineage import cases_resting_on
from assistant.workflow.review.preview_change import ChangePreview
from assistant.workflow.review.sentences import PAIRED, SentenceChange, text_changes
from assistant.workflow.review.suite_basis import search_of
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.sources.import_sources import document_of
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.sources.source_standing import standings

CHANGES_SHARE = 0.3
"""Of the prompt, that changes may fill before they are read in parts."""
NEAR_CHANGE = 25
"""Cases that the search gives for a sentence that changes."""


class ChangedPage(Value):
    """A version of a document with what changes in it; one that is new is read whole."""

    version: NextVersion
    changes: tuple[TextChange, ...]
    is_new: bool = False

    @property
    def name(self) -> str:
        """What its reading is kept by: the text, and what it changes from."""
        document = self.version.document
        sides = (text for one in self.changes for text in (one.old, one.new))
        return impact_job.name_of((document.id, document.text, *sides))


def previewed(preview: ChangePreview) -> ChangedPage:
    """The next version that a preview holds."""
    reading = preview.source.reading
    upcoming = NextVersion(document=document_of(reading), epics=reading.epics, cases=reading.cases)
    return ChangedPage(version=upcoming, changes=_texts(preview.changes))


def present(
    workspace: Workspace, project_id: str, document_id: str, *, since: int | None = None
) -> ChangedPage:
    """The version that the project holds, with what changed to it, as a preview has it: from the
    one before, or ``since`` an earlier one. Raises ``LibraryError`` where that is none, and for a
    table of test cases."""
    library = workspace.library
    document, epics, cases = library.document_parts(project_id, document_id)
    if document.kind == "test_cases":
        raise LibraryError(f"“{document.title}” holds test cases, and says nothing of others.")
    kept = (one.version for one in library.lineage.versions(project_id, document_id))
    earlier = [version for version in kept if version < document.version]
    if since is not None and since not in earlier:
        told = ", ".join(map(str, earlier)) or "none"
        raise LibraryError(f"“{document.title}” has no earlier version {since} (it has: {told}).")

    def changes() -> tuple[TextChange, ...]:
        if not earlier:
            return ()
        old = library.document(project_id, document_id, since or earlier[-1])
        return _texts(text_changes(old.text, document.text)[0])

    key = (document_id, document.version, since)
    found = workspace.memo.get("changes of a page", project_id, key, changes)
    version = NextVersion(document=document, epics=epics, cases=cases)
    return ChangedPage(version=version, changes=found, is_new=not earlier)


def _texts(changes: Iterable[SentenceChange]) -> tuple[TextChange, ...]:
    return tuple(TextChange(old=one.old, new=one.new) for one in changes)


def job_of(project_id: str, page: ChangedPage) -> str:
    """The job that reads for this text of a page; one at a time."""
    return impact_job.job_of(project_id, page.name)


def last(workspace: Workspace, project_id: str, page: ChangedPage) -> ImpactReading | None:
    """The latest reading for this text of the page, where there is one."""
    return impact_job.last(workspace, project_id, page.name)


def start(
    workspace: Workspace,
    project_id: str,
    page: ChangedPage,
    *,
    reader: str,
    by: str,
    every: bool = False,
) -> str:
    """Read in a worker thread; returns the job. Raises as ``read_now`` before it starts."""

    def read(report: Progress, stop: StopCheck) -> None:
        read_now(
            workspace, project_id, page, reader=reader, by=by, every=every, report=report,
            cancelled=stop,
        )  # fmt: skip

    return impact_job.start(workspace, project_id, page.name, read, reader=reader)


def read_now(
    workspace: Workspace,
    project_id: str,
    page: ChangedPage,
    *,
    reader: str,
    by: str,
    every: bool = False,
    report: Progress = lambda done, total: None,
    cancelled: CancelCheck = never_cancelled,
) -> ImpactReading:
    """Read the existing cases that what changes in the page may make wrong, or ``every`` one (see
    ``impact_job.read``). Raises ``LibraryError`` where nothing changes, and as that."""
    if not (page.changes or page.is_new):
        title = page.version.document.title
        raise LibraryError(f"No sentence of “{title}” changes: there is nothing to read for.")

    def asked(
        held: Sequence[TestCase], characters: int, cancelled: CancelCheck
    ) -> tuple[Sequence[Part], Sequence[TestCase]]:
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        texts, config = current_texts(workspace, project_id), search_of(workspace, project_id)
        numbering = Numbering((), standings(workspace, project_id).of)
        document, chunks = page.version.document, page.version.chunks
        changed = _read_as(page)
        parts = []
        for changes in in_parts(changed, _length, int(characters * CHANGES_SHARE)):
            if cancelled():
                raise Cancelled
            told = [one.new or one.old for one in changes]
            found = texts.retrieve(
                impact_job.thinned(told), config, exclude_documents={document.id}
            )
            others = (*found, *rest_of_pages(found, texts.chunks, config))
            sources = (*numbering.basis(_nearest(chunks, told)), *numbering.retrieved(others))
            change = PageChange(document.title, tuple(changes), chunks)
            parts.append(Part(ReadingGround((), (), sources), page=change))
        resting = [one.case_id for one in cases_resting_on(workspace, project_id, document.id)]
        near = [(one.old or one.new, NEAR_CHANGE, 0) for one in changed]
        cases = impact_job.near(
            workspace, project_id, held, resting, near, every=every, cancelled=cancelled
        )
        return parts, cases

    return impact_job.read(
        workspace, project_id, page.name, asked, document_id=page.version.document.id,
        reader=reader, by=by, report=report, cancelled=cancelled,
    )  # fmt: skip


def _read_as(page: ChangedPage) -> Sequence[TextChange]:
    """What a reader is told of it: of a new page every sentence, and so of one that changed so much
    that its sentences were not compared (``PAIRED``), where what was only worded otherwise would
    seem to go away."""
    gone = sum(not one.new for one in page.changes)
    come = sum(not one.old for one in page.changes)
    if not page.is_new and gone * come <= PAIRED:
        return page.changes
    return _texts(text_changes("", page.version.document.text)[0])


def _length(change: TextChange) -> int:
    return len(change.old) + len(change.new)


def _nearest(chunks: Sequence[Chunk], sentences: Sequence[str]) -> list[Chunk]:
    """The passages of a page, those first that have most words of one of the sentences: tables are
    read cell by cell and lines are wrapped, so that sentences seldom stand in them verbatim."""
    wanted = [set(words(one)) for one in impact_job.thinned(sentences)]

    def share(chunk: Chunk) -> float:
        held = set(words(chunk.text))
        return max((len(held & one) / len(one) for one in wanted if one), default=0.0)

    return sorted(chunks, key=lambda chunk: -share(chunk))
