"""Lineage: from each step of a case to chunk, document version, source system, person and time.

And back: which cases rest on a document. And from case to case: which goes on from which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from assistant.domain import Chunk, Value
from assistant.errors import LibraryError
from assistant.generation.suite_reading import SuiteTrace as SuiteTrace
from assistant.library import CaseVersion, DocumentVersion
from assistant.suite.case_chains import LATER as LATER
from assistant.suite.case_chains import OTHER_TITLE as OTHER_TITLE
from assistant.suite.case_chains import REJECTED as REJECTED
from assistant.suite.case_chains import Case, case_chains
from assistant.suite.case_chains import CaseChains as CaseChains
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.current_citations import PresentWords
from assistant.workflow.review.sentences import SentenceChange, changes, sentences_at
from assistant.workflow.review.stale import NamedCase, cited_parts, named

UPLOADED = "imported by hand"


class StepSource(Value):
    """Where one part of a case comes from.

    ``version`` is the version of the document that was cited, ``current_version`` the one that the
    project has now (0 where it was removed), and ``stands`` whether the cited words stand in that
    unchanged. ``system`` is the connection it came through, or that it was imported by hand. Words
    that the run alone holds, as those of a story taken as its own criterion, have version 0.
    """

    chunk_id: str
    version: int
    current_version: int = 0
    stands: bool = True
    system: str = UPLOADED
    external_id: str = ""
    by: str = ""
    fetched_at: datetime | None = None


class RestingCase(NamedCase):
    """A case that cites a document, and in which of its parts."""

    parts: tuple[str, ...]


class VersionChange(Value):
    """One version of a document: since when, who brought it, and what changed to it."""

    version: int
    since: datetime
    by: str = ""
    system: str = UPLOADED
    changes: tuple[SentenceChange, ...] = ()


def lineage(workspace: Workspace, project_id: str, case_id: str) -> tuple[StepSource, ...]:
    """Where every cited part of a case comes from, in the order of the case."""
    library = workspace.library
    stored = library.case(project_id, case_id)
    parts = list(cited_parts(stored.case))
    chunks = library.chunks(project_id, {citation.chunk_id for citation, _, _ in parts})
    words = PresentWords(library, project_id, workspace.memo)
    names = _systems(workspace, project_id)
    origins: dict[tuple[str, int], tuple[str, str, str, datetime | None]] = {}
    found = []
    for citation, _, _ in parts:
        chunk = chunks.get(citation.chunk_id)
        if chunk is None:
            continue
        key = (chunk.document_id, chunk.version)
        if key not in origins:
            origins[key] = _origin(workspace, project_id, chunk, names)
        system, external_id, by, fetched_at = origins[key]
        state = words.state(chunk.document_id)
        sentence = sentences_at(chunk.text, citation.start, citation.end)
        current = 0 if state is None or state.removed_at else state.version
        typed = state is None
        found.append(
            StepSource(
                chunk_id=chunk.id,
                version=0 if typed else chunk.version,
                current_version=current,
                stands=typed
                or current == chunk.version
                or words.stands(citation.quote, sentence, chunk),
                system=system,
                external_id=external_id,
                by=by,
                fetched_at=fetched_at,
            )
        )
    return tuple(found)


def cases_resting_on(
    workspace: Workspace, project_id: str, document_id: str
) -> tuple[RestingCase, ...]:
    """The cases that cite a document, in their order."""
    used = workspace.library.lineage.used_chunks(project_id, document_id)
    ids = {run_id: {chunk.id for chunk in chunks} for run_id, chunks in used.items()}
    found = []
    for stored in workspace.library.lineage.cases_of_runs(project_id, used):
        cited = ids[stored.source_run_id or ""]
        parts = dict.fromkeys(
            where for citation, where, _ in cited_parts(stored.case) if citation.chunk_id in cited
        )
        if parts:
            found.append(RestingCase(**named(stored), parts=tuple(parts)))
    return tuple(found)


def document_versions(
    workspace: Workspace, project_id: str, document_id: str
) -> tuple[VersionChange, ...]:
    """Every version of a document, newest first, with what changed to it sentence by sentence."""
    names = _systems(workspace, project_id)
    kept = workspace.library.lineage.versions(project_id, document_id)
    return tuple(
        VersionChange(
            version=one.version,
            since=one.stored_at,
            by=one.by,
            system=names.get(one.connection_id, UPLOADED),
            changes=tuple(_changes(workspace, project_id, document_id, one, kept)),
        )
        for one in reversed(kept)
    )


def _changes(
    workspace: Workspace,
    project_id: str,
    document_id: str,
    one: DocumentVersion,
    kept: tuple[DocumentVersion, ...],
) -> Iterator[SentenceChange]:
    before = [other for other in kept if other.version < one.version]
    if before:
        library = workspace.library
        old = library.document(project_id, document_id, before[-1].version)
        yield from changes(old.text, library.document(project_id, document_id, one.version).text)


def _systems(workspace: Workspace, project_id: str) -> dict[str, str]:
    """Names of the project's connections by id, with their kind."""
    return {
        connection.id: f"{connection.name} ({connection.kind.replace('_', ' ')})"
        for connection in workspace.library.connections.list(project_id)
    }


def _origin(
    workspace: Workspace, project_id: str, chunk: Chunk, names: dict[str, str]
) -> tuple[str, str, str, datetime | None]:
    """Source system, id in it, person and time of the fetch of a cited version."""
    library = workspace.library
    versions = library.lineage.versions(project_id, chunk.document_id)
    brought = next((one for one in versions if one.version == chunk.version), None)
    if brought is None:
        return (UPLOADED, "", "", None)
    try:
        fetched_at = library.document(project_id, chunk.document_id, chunk.version).fetched_at
    except LibraryError:
        fetched_at = brought.stored_at
    origin = library.connections.origin(project_id, chunk.document_id)
    external_id = origin.external_id if origin else ""
    return (names.get(brought.connection_id, UPLOADED), external_id, brought.by, fetched_at)


def chains(
    workspace: Workspace, project_id: str, run_id: str, cases: Sequence[Case] | None = None
) -> CaseChains:
    """Which case of a run goes on from which; ``cases`` are all of its list, where they are known,
    or those of no run, whose earlier titles do not count."""
    if cases is None:
        held = workspace.library.cases(project_id, run_id=run_id) if run_id else ()
        cases = [one.case for one in held]
    return case_chains(cases, earlier_titles(workspace, project_id, run_id))


def last_suite_reading(workspace: Workspace, project_id: str, run_id: str) -> SuiteTrace | None:
    """The latest reading of a run's cases together; ``None`` where there was none."""
    kept = workspace.library.saved.find(project_id, "suite reading", run_id)
    return SuiteTrace.model_validate_json(kept.body) if kept else None


def earlier_titles(
    workspace: Workspace, project_id: str, run_id: str
) -> Mapping[str, Sequence[str]]:
    """By case of a run: the titles that it had and has no more, whether somebody gave it another
    one or took one back; none where there is no run.

    Only such as a case of the run came to name while they stood, or before the case was there:
    words that read like a title of another time mean something else.
    """
    if not run_id:
        return {}
    library = workspace.library

    def titles() -> dict[str, list[str]]:
        gone: list[tuple[str, str, datetime | None, datetime]] = []
        for name, kept in library.lineage.case_histories(project_id, run_id, edited=True).items():
            first, now = kept[0].case.title, kept[-1].case.title
            for one, after in pairwise(kept):
                title = one.case.title
                if title != now:
                    gone.append((name, title, None if title == first else one.at, after.at))
        if not gone:
            return {}
        histories = library.lineage.case_histories(project_id, run_id)
        lines = [(name, *line) for name, kept in histories.items() for line in _new_lines(kept)]
        found: dict[str, list[str]] = {}
        for name, title, since, until in gone:
            words = " ".join(title.split())
            if title not in found.get(name, ()) and any(
                words in line
                for other, at, line in lines
                if other != name and (since is None or since <= at) and at <= until
            ):
                found.setdefault(name, []).append(title)
        return found

    key = (run_id, *(one.seq for one in library.events(project_id, limit=1, calls=False)))
    return workspace.memo.get("titles", project_id, key, titles)


def _new_lines(history: Iterable[CaseVersion]) -> Iterator[tuple[datetime, str]]:
    """The preconditions that each version of a case brought, with its time."""
    old: tuple[str, ...] = ()
    for one in history:
        for line in one.case.preconditions:
            if line not in old:
                yield one.at, " ".join(line.split())
        old = one.case.preconditions


def successors(
    workspace: Workspace, project_id: str, run_ids: Iterable[str], case_ids: Collection[str]
) -> list[str]:
    """The cases that are not rejected and go on from these of some runs, and are none of these."""
    lists = dict.fromkeys(run_ids) if case_ids else ()
    after = [chains(workspace, project_id, run_id).after for run_id in lists]
    found = [one for held in after for name in case_ids for one in held.get(name, ())]
    return [name for name in dict.fromkeys(found) if name not in case_ids]
