"""Have a model read a project's existing cases beside what changes in pages: a version that is
looked at before it is kept, the latest one that was, a new page, or all that came in since a day.

Comparing sentences (``workflow/review/preview_change.py``) finds the cases that cite what changes;
an imported case cites nothing, and says the same in other words.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from assistant.domain import Chunk, TestCase, Value
from assistant.errors import LibraryError
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.impact_reading import ANSWER_TOKENS, PageChange, TextChange
from assistant.generation.numbering import Numbering
from assistant.generation.prompts import in_parts
from assistant.generation.run_plan import rest_of_pages
from assistant.generation.second_reading import ReadingGround
from assistant.generation.writers.story_prompt import prompt_characters
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
ARRIVAL = timedelta(minutes=10)
"""Sources that come in within such a time came in together."""
NEAREST = 40
"""Passages of the pages that stand before those of others: these name records, users and dates."""
SIGNS = 4
"""Characters around a change in the prompt."""


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
    held = library.find_document(project_id, document_id)
    title = held.title if held is not None else document_id
    if held is not None and held.kind == "test_cases":
        raise LibraryError(f"“{title}” holds test cases, and says nothing of others.")
    kept = library.lineage.versions(project_id, document_id)
    earlier = [one.version for one in kept[:-1]]  # the last is the present one
    if since is not None and since not in earlier:
        told = ", ".join(map(str, earlier)) or "none"
        raise LibraryError(f"“{title}” has no earlier version {since} (it has: {told}).")
    return _changed(workspace, project_id, document_id, since or (earlier[-1] if earlier else None))


def arrivals(workspace: Workspace, project_id: str) -> tuple[datetime, ...]:
    """When sources came in or changed, latest first: the first moment of each time at which some
    did, but for the very first one, which changed nothing. A source that changes within such a time
    begins another."""

    def moments() -> tuple[datetime, ...]:
        library = workspace.library
        times = library.lineage.version_times(project_id)
        held = [one.id for one in library.documents(project_id) if one.kind != "test_cases"]
        came = sorted(
            (datetime.fromisoformat(one), name) for name in held for one in times.get(name, ())
        )
        begun: list[datetime] = []
        seen: set[str] = set()
        for moment, name in came:
            if not begun or moment - begun[-1] > ARRIVAL or name in seen:
                begun.append(moment)
                seen.clear()
            seen.add(name)
        return tuple(begun[:0:-1])

    stamp = workspace.library.documents_stamp(project_id)
    return workspace.memo.get("arrivals", project_id, stamp, moments)


def changed_since(
    workspace: Workspace, project_id: str, moment: datetime
) -> tuple[ChangedPage, ...]:
    """The sources that came in or changed at a moment or later, against what they said before it,
    the latest last: no table of test cases, and none that says the same again. What
    was removed is not among them, and what was moved is new."""

    def pages() -> tuple[ChangedPage, ...]:
        library = workspace.library
        times = library.lineage.version_times(project_id)
        last = {name: datetime.fromisoformat(held[-1]) for name, held in times.items()}
        came = [
            (last[held.id], held.id)
            for held in library.documents(project_id)
            if held.kind != "test_cases" and held.id in last and last[held.id] >= moment
        ]
        found = []
        for _, name in sorted(came):
            versions = library.lineage.versions(project_id, name)
            earlier = [one.version for one in versions if one.stored_at < moment]
            found.append(_changed(workspace, project_id, name, earlier[-1] if earlier else None))
        return tuple(one for one in found if one.changes or one.is_new)

    key = (workspace.library.documents_stamp(project_id), moment)
    return workspace.memo.get("pages changed since", project_id, key, pages, most=2)


def _changed(
    workspace: Workspace, project_id: str, document_id: str, before: int | None
) -> ChangedPage:
    """The present version of a source against the one ``before``; new where there is none."""
    library = workspace.library
    document, epics, cases = library.document_parts(project_id, document_id)

    def changes() -> tuple[TextChange, ...]:
        if before is None:
            return ()
        old = library.document(project_id, document_id, before)
        return _texts(text_changes(old.text, document.text)[0])

    key = (document_id, document.version, before)
    found = workspace.memo.get("changes of a page", project_id, key, changes)
    version = NextVersion(document=document, epics=epics, cases=cases)
    return ChangedPage(version=version, changes=found, is_new=before is None)


def _texts(changes: Iterable[SentenceChange]) -> tuple[TextChange, ...]:
    return tuple(TextChange(old=one.old, new=one.new) for one in changes)


def _name(pages: Sequence[ChangedPage]) -> str:
    names = sorted(one.name for one in pages)
    return names[0] if len(names) == 1 else impact_job.name_of(names)


def job_of(project_id: str, pages: Sequence[ChangedPage]) -> str:
    """The job that reads for these texts of pages; one at a time."""
    return impact_job.job_of(project_id, _name(pages))


def last(
    workspace: Workspace, project_id: str, pages: Sequence[ChangedPage]
) -> ImpactReading | None:
    """The latest reading for these texts of pages, where there is one."""
    return impact_job.last(workspace, project_id, _name(pages))


def start(
    workspace: Workspace,
    project_id: str,
    pages: Sequence[ChangedPage],
    *,
    reader: str,
    by: str,
    every: bool = False,
) -> str:
    """Read in a worker thread; returns the job. Raises as ``read_now`` before it starts."""

    def read(report: Progress, stop: StopCheck) -> None:
        read_now(
            workspace, project_id, pages, reader=reader, by=by, every=every, report=report,
            cancelled=stop,
        )  # fmt: skip

    return impact_job.start(workspace, project_id, _name(pages), read, reader=reader)


def read_now(
    workspace: Workspace,
    project_id: str,
    pages: Sequence[ChangedPage],
    *,
    reader: str,
    by: str,
    every: bool = False,
    report: Progress = lambda done, total: None,
    cancelled: CancelCheck = never_cancelled,
) -> ImpactReading:
    """Read the existing cases that what changes in the pages may make wrong, or ``every`` one (see
    ``impact_job.read``). Raises ``LibraryError`` where nothing changes, and as that."""
    changing = [one for one in pages if one.changes or one.is_new]
    if not changing:
        titles = " or ".join(f"“{one.version.document.title}”" for one in pages) or "any source"
        raise LibraryError(f"No sentence of {titles} changes: there is nothing to read for.")
    own = [one.version.document.id for one in changing]

    def asked(
        held: Sequence[TestCase], characters: int, cancelled: CancelCheck
    ) -> tuple[Sequence[Part], Sequence[TestCase]]:
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        texts, config = current_texts(workspace, project_id), search_of(workspace, project_id)
        known = standings(workspace, project_id)
        numbering = Numbering((), known.of)
        changed = [(at, each) for at, one in enumerate(changing) for each in _read_as(one)]
        parts = []
        for some in in_parts(changed, _length, int(characters * CHANGES_SHARE)):
            if cancelled():
                raise Cancelled
            told = [one.new or one.old for _, one in some]
            found = texts.retrieve(impact_job.thinned(told), config, exclude_documents={*own})
            others = (*found, *rest_of_pages(found, texts.chunks, config))
            own_chunks = _nearest([one.version.chunks for one in changing], told)
            sources = (
                *numbering.basis(own_chunks[:NEAREST]),
                *numbering.retrieved(others),
                *numbering.basis(own_chunks[NEAREST:]),
            )
            read = tuple(
                PageChange(
                    title=one.version.document.title,
                    changes=tuple(each for place, each in some if place == at),
                    chunks=one.version.chunks,
                    standing=known.of(one.version.document.id),
                )
                for at, one in enumerate(changing)
            )
            parts.append(Part(ReadingGround((), (), sources), pages=read))
        # No page takes the place of another: neither by its length nor by the cases that cite it.
        each = impact_job.MOST_QUERIES // len(changing) or 1
        near = [
            (one.old or one.new, NEAR_CHANGE, 0)
            for page in range(len(changing))
            for one in impact_job.thinned([one for at, one in changed if at == page], each)
        ]
        resting = _resting(workspace, project_id, own, {one.id for one in held})
        cases = impact_job.near(
            workspace, project_id, held, resting, near, every=every, cancelled=cancelled
        )
        return parts, cases

    return impact_job.read(
        workspace, project_id, _name(pages), asked, document_ids=own, reader=reader, by=by,
        report=report, cancelled=cancelled,
    )  # fmt: skip


def _read_as(page: ChangedPage) -> Sequence[TextChange]:
    """What a reader is told of it: of a new page every sentence, and so of one that changed so much
    that its sentences were not compared (``PAIRED``), where what was only worded otherwise would
    seem to go away."""
    if not _is_whole(page):
        return page.changes
    return _texts(text_changes("", page.version.document.text)[0])


def _is_whole(page: ChangedPage) -> bool:
    gone = sum(not one.new for one in page.changes)
    come = sum(not one.old for one in page.changes)
    return page.is_new or gone * come > PAIRED


def _resting(
    workspace: Workspace, project_id: str, pages: Sequence[str], held: Collection[str]
) -> list[str]:
    """Of the existing cases (``held``) those that cite the pages, of each in turn. Where there are
    several, as many as leave room for what cites none."""
    found = (
        [one.case_id for one in cases_resting_on(workspace, project_id, page)] for page in pages
    )
    turns = chain.from_iterable(zip_longest(*found))
    resting = list(dict.fromkeys(one for one in turns if one in held))
    return resting if len(pages) == 1 else resting[: impact_job.MOST_READ // 2]


def _length(change: tuple[int, TextChange]) -> int:
    return len(change[1].old) + len(change[1].new) + SIGNS


def parts_at_least(pages: Sequence[ChangedPage]) -> int:
    """In how many parts at the least what changes in the pages is read, each beside all cases."""
    room = prompt_characters(sys.maxsize, ANSWER_TOKENS) * CHANGES_SHARE
    told = sum(
        len(one.version.document.text)
        if _is_whole(one)
        else sum(_length((0, each)) for each in one.changes)
        for one in pages
    )
    return max(1, int(told / room))


def _nearest(pages: Sequence[Sequence[Chunk]], sentences: Sequence[str]) -> list[Chunk]:
    """The passages of pages in turn, of each those first that have most words of one of the
    sentences: tables are read cell by cell and lines are wrapped, so that sentences seldom stand in
    them verbatim."""
    wanted = [set(words(one)) for one in impact_job.thinned(sentences)]

    def share(chunk: Chunk) -> float:
        held = set(words(chunk.text))
        return max((len(held & one) / len(one) for one in wanted if one), default=0.0)

    ranked = [sorted(chunks, key=lambda chunk: -share(chunk)) for chunks in pages]
    return [one for one in chain.from_iterable(zip_longest(*ranked)) if one is not None]
