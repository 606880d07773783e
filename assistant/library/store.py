"""The library as the rest of the program sees it: one class, one call per thing a person does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain import (
    CaseStatus,
    CaseTemplate,
    Chunk,
    Epic,
    GenerationRun,
    Question,
    RejectedDraft,
    RetrievalConfig,
    RetrievedChunk,
    RunStatus,
    SourceDocument,
    TestCase,
    TestCondition,
    Timings,
)
from assistant.library.storage.owner import current_owner
from assistant.library.storage.records import (
    BearsOn,
    CaseVersion,
    Event,
    Project,
    RunSummary,
    StoredCase,
    StoredDocument,
    of_criterion,
)

if TYPE_CHECKING:
    from assistant.library.storage.database import Database


class Library:
    """Projects, documents, runs and cases; safe to share between threads.

    Each call that changes something is one transaction, together with its lines in the history and
    in the log of events: when it returns, the change survives a crash. ``by`` names who did it.
    Every call raises ``LibraryError`` for things that do not exist and for a database that refuses.
    """

    def __init__(self, database: Database) -> None:
        # SQLAlchemy comes in with these modules: only where a library is really opened.
        from assistant.library.cases import CaseStore
        from assistant.library.comparisons import ComparisonStore
        from assistant.library.connections import ConnectionStore
        from assistant.library.documents import DocumentStore
        from assistant.library.erasure import ErasingStore
        from assistant.library.lineage import LineageStore
        from assistant.library.local_files import FilePlaceStore
        from assistant.library.projects import ProjectStore
        from assistant.library.runs import RunStore
        from assistant.library.saved_values import SavedValueStore
        from assistant.library.talks import AskedStore

        self._database = database
        self._projects = ProjectStore(database)
        self._documents = DocumentStore(database)
        self._runs = RunStore(database)
        self._cases = CaseStore(database)
        self.comparisons = ComparisonStore(database)
        """Comparisons of writers and their ratings, with calls of their own."""
        self.asked = AskedStore(database)
        """Questions asked of the sources and their answers, with calls of their own."""
        self.connections = ConnectionStore(database)
        """Connections to other systems, with calls of their own."""
        self.erasing = ErasingStore(database)
        """Erases documents, cases, runs and projects everywhere, with calls of its own."""
        self.file_places = FilePlaceStore(database)
        """Under which names the files of this computer are kept, with calls of its own."""
        self.saved = SavedValueStore(database)
        """What a project saves under names: column mappings, earlier case templates."""
        self.lineage = LineageStore(database)
        """Which words rest on which versions of which documents, with calls of its own."""

    @classmethod
    def open(cls, url_or_path: str | Path) -> Library:
        """Open the library in an SQLite file (created where missing) or at a database URL.

        Migrates an older one, after copying it beside itself; refuses a newer one.
        """
        from assistant.library.storage.database import Database

        return cls(Database.open(url_or_path))

    @property
    def is_file(self) -> bool:
        """Whether the library is a file of this data folder, and no server's database."""
        return self._database.is_file

    def hold(self) -> None:
        """Make this process the one that works on a library of a server; see ``ProcessLock``."""
        self._database.hold()

    def close(self) -> None:
        """Close all connections to the database."""
        self._database.close()

    # --- Projects -----------------------------------------------------------------------------

    def create_project(self, name: str, *, template: CaseTemplate, by: str = "") -> Project:
        """A new project; ``LibraryError`` where the name is empty or taken."""
        return self._projects.create(name, template, by)

    def project(self, name_or_id: str) -> Project:
        """A project by id or by name (case does not count)."""
        return self._projects.get(name_or_id)

    def projects(self) -> tuple[Project, ...]:
        """All projects by name."""
        return self._projects.all()

    def save_template(self, project_id: str, template: CaseTemplate, *, by: str = "") -> None:
        """Replace the project's case template."""
        self._projects.save(project_id, "template", template, by)

    def save_retrieval(self, project_id: str, config: RetrievalConfig, *, by: str = "") -> None:
        """Replace the project's choices for retrieval."""
        self._projects.save(project_id, "retrieval", config, by)

    def save_retention(self, project_id: str, days: int | None, *, by: str = "") -> None:
        """Erase what is older than so many days from now on; ``None``: nothing."""
        self._projects.keep_for(project_id, days, by)

    def events(
        self, project_id: str, *, limit: int = 200, subject_id: str | None = None
    ) -> tuple[Event, ...]:
        """The latest changes in a project, or to one thing in it, newest first."""
        from assistant.library.events import read_events

        return read_events(self._database, project_id, limit=limit, subject_id=subject_id)

    # --- Documents and epics ------------------------------------------------------------------

    def put_document(
        self,
        project_id: str,
        document: SourceDocument,
        *,
        epics: Sequence[Epic] = (),
        cases: Sequence[TestCase] = (),
        by: str = "",
        connection_id: str = "",
    ) -> StoredDocument:
        """Store a document with the epics and existing cases that were read from it.

        The same content again changes nothing (``outcome`` "unchanged"); other content for the same
        id becomes the next version, the earlier ones being kept. Existing cases become cases with
        status *imported*: added, updated, or marked where the new version lacks them.
        """
        return self._documents.put(project_id, document, epics, cases, by, connection_id)

    def documents(self, project_id: str) -> tuple[StoredDocument, ...]:
        """The documents of a project in the order they first came in, without their text."""
        return self._documents.all(project_id)

    def document_ids(self, project_id: str) -> tuple[str, ...]:
        """The ids of the documents of a project, in the order they first came in."""
        return self._documents.ids(project_id)

    def find_document(self, project_id: str, document_id: str) -> StoredDocument | None:
        """The document with this id without its text; ``None`` where there is none."""
        return self._documents.find(project_id, document_id)

    def documents_of_bytes(self, project_id: str, content_hash: str) -> tuple[StoredDocument, ...]:
        """The documents whose current version was read from exactly these bytes."""
        return self._documents.same_bytes(project_id, content_hash)

    def document(
        self, project_id: str, document_id: str, version: int | None = None
    ) -> SourceDocument:
        """A document with its text, in its current or an earlier version."""
        return self._documents.parts(project_id, document_id, version)[0]

    def document_parts(
        self, project_id: str, document_id: str, version: int | None = None
    ) -> tuple[SourceDocument, tuple[Epic, ...], tuple[TestCase, ...]]:
        """A document with the epics and cases as they were read from it: what gets indexed."""
        return self._documents.parts(project_id, document_id, version)

    def remove_document(
        self, project_id: str, document_id: str, *, by: str = "", missing_ok: bool = False
    ) -> str:
        """Delete all versions of a document; returns its title, "" where it was not there.

        Its imported cases go with it, except those that somebody edited or decided on, which are
        marked. What an index holds beyond ``documents`` is to be taken out of it.
        """
        return self._documents.remove(project_id, document_id, by, missing_ok=missing_ok)

    def mark_indexed(
        self, project_id: str, document_id: str, version: int, chunk_count: int
    ) -> bool:
        """Note that the index holds this version. False where it is no longer the current one."""
        marks = {document_id: (version, chunk_count)}
        return self._documents.mark_indexed(project_id, marks).get(document_id) == version

    def mark_all_indexed(
        self, project_id: str, marks: Mapping[str, tuple[int, int]]
    ) -> tuple[str, ...]:
        """Note for each id the version and number of chunks in the index; returns removed ones."""
        current = self._documents.mark_indexed(project_id, marks)
        return tuple(document_id for document_id in marks if document_id not in current)

    def pending_documents(self, project_id: str, held: Collection[str] | None) -> Sequence[str]:
        """Ids of the documents that an index holding ``held`` lacks (``None``: of all documents).

        Those whose current version is not indexed, and those that have chunks and are not held.
        """
        return self._documents.pending(project_id, held)

    def document_sizes(self, project_id: str, document_ids: Sequence[str]) -> Mapping[str, int]:
        """How much is kept of the current version of each, in characters; removed ones lack."""
        return self._documents.sizes(project_id, document_ids)

    def unindexed_documents(self, project_id: str) -> tuple[StoredDocument, ...]:
        """Documents whose current version is not in the index yet."""
        return self._documents.all(project_id, unindexed=True)

    def epics(self, project_id: str) -> tuple[Epic, ...]:
        """The epics of the current documents; of two with the same key, the one stored last.

        Stories that a connection fetched one by one are put together under their epic.
        """
        return tuple(epic for _, epic in self._documents.epics(project_id).values())

    def epic_documents(self, project_id: str) -> Mapping[str, str]:
        """Key of each epic to the id of the document it is in (its own, where it is in several)."""
        found = self._documents.epics(project_id)
        return {key: ids[0] for key, (ids, _) in found.items()}

    def documents_of_epics(self, project_id: str) -> Mapping[str, tuple[str, ...]]:
        """Key of each epic to the ids of all documents it is in, its own one first."""
        return {key: ids for key, (ids, _) in self._documents.epics(project_id).items()}

    # --- Runs ---------------------------------------------------------------------------------

    def start_run(self, project_id: str, run: GenerationRun, *, owner: str | None = None) -> None:
        """Store a run before it begins, with the status it has, for this process to carry out.

        A run that is stored already starts again: its status and owner are set anew, its cases
        stay. ``owner`` is ``current_owner()`` unless given.
        """
        self._runs.start(project_id, run, owner)

    def record_plan(
        self,
        run_id: str,
        conditions: Sequence[TestCondition],
        questions: Sequence[Question],
        retrieved: Sequence[RetrievedChunk],
        *,
        left_out: int = 0,
    ) -> None:
        """Store what the run is going to write cases for, and from which sources.

        No case is written for ``left_out`` of the conditions. A queued run is running from here
        on. A second plan takes the first one's place; chunks of the first can still be found by
        ``chunks``.
        """
        self._runs.record_plan(run_id, conditions, questions, retrieved, left_out)

    def add_questions(
        self,
        run_id: str,
        questions: Sequence[Question],
        *,
        rejected: Sequence[RejectedDraft] = (),
        bears_on: BearsOn = of_criterion,
    ) -> None:
        """Store questions that came up while a run was written, each once, and refused drafts that
        no case came of. The run's cases carry the questions that bear on them."""
        if questions:
            self._runs.add_questions(run_id, questions)
            self._cases.ask(run_id, questions, bears_on)
        if rejected:
            self._cases.keep_rejected(run_id, rejected)

    def finish_run(
        self,
        run_id: str,
        *,
        status: RunStatus,
        error: str = "",
        timings: Timings | None = None,
        uncovered_criteria: Sequence[str] = (),
    ) -> None:
        """Store how a run ended."""
        self._runs.finish(run_id, status, error, timings or Timings(), uncovered_criteria)

    def run(self, project_id: str, run_id: str) -> GenerationRun:
        """A run with its plan, its cases as they are now, and its rejected drafts."""
        return self._runs.get(project_id, run_id)

    def project_of_run(self, run_id: str) -> str:
        """The id of the project that a run belongs to. Raises ``LibraryError`` for no run."""
        return self._runs.project_of(run_id)

    def run_epics(self, project_id: str, run_id: str) -> tuple[Epic, ...]:
        """The epics of a run as they were when it began."""
        return self._runs.epics(project_id, run_id)

    def runs(self, project_id: str, *, limit: int | None = None) -> tuple[RunSummary, ...]:
        """The runs of a project with their progress, newest first."""
        return self._runs.all(project_id, limit)

    def request_cancel(self, run_id: str, *, by: str = "") -> None:
        """Ask whoever carries out the run to stop; nothing where it has ended."""
        self._runs.request_cancel(run_id, by)

    def is_cancelled(self, run_id: str) -> bool:
        """Whether somebody asked to stop the run."""
        return self._runs.is_cancelled(run_id)

    def interrupt_orphans(self, owner: str | None = None) -> tuple[str, ...]:
        """Mark runs whose process has died as interrupted; returns their ids.

        Runs of ``owner`` (this process unless given) and of other living processes are left alone.
        """
        return self._runs.interrupt_orphans(owner or current_owner())

    def chunks(self, project_id: str, chunk_ids: Collection[str]) -> Mapping[str, Chunk]:
        """Chunks that runs have retrieved, by id, as the latest run saw them; unknown ids lack."""
        return self._runs.chunks(project_id, chunk_ids)

    # --- Cases --------------------------------------------------------------------------------

    def add_case(
        self,
        project_id: str,
        run_id: str | None,
        case: TestCase,
        *,
        rejected: Sequence[RejectedDraft] = (),
        by: str = "",
        source_run_id: str | None = None,
    ) -> StoredCase:
        """Store a new case of a run (or of none), with the drafts that were refused before it.

        ``source_run_id`` is another run that wrote it for this run's list. The same conditions
        again in the same run, by the same writing run, change nothing and return the stored case.
        An id that another case has gets the first free ending of ``-2``, ``-3``…; nothing is
        replaced.
        """
        return self._cases.add(project_id, run_id, case, rejected, by, source_run_id)

    def cases(
        self,
        project_id: str,
        *,
        run_id: str | None = None,
        statuses: Collection[CaseStatus] | None = None,
    ) -> tuple[StoredCase, ...]:
        """Cases in the order they came in; ``None`` means of any run, of any status."""
        return self._cases.all(project_id, run_id, statuses)

    def cases_stamp(
        self, project_id: str, *, statuses: Collection[CaseStatus], except_run: str = ""
    ) -> str:
        """Changes when a case of these statuses comes, goes or changes, save those of a run."""
        return self._cases.stamp(project_id, statuses, except_run)

    def case(self, project_id: str, case_id: str) -> StoredCase:
        """One case."""
        return self._cases.get(project_id, case_id)

    def update_case(
        self, project_id: str, case: TestCase, *, expected_version: int, by: str
    ) -> StoredCase:
        """Store a person's edit of the case with ``case.id``.

        Status and origin stay as stored, except that an accepted case becomes a draft: what was
        accepted were the old words. Raises ``EditConflict`` where the case is no longer at
        ``expected_version``. An edit that changes nothing stores nothing.
        """
        return self._cases.edit(project_id, case, expected_version, by)

    def rewrite_case(
        self,
        project_id: str,
        case: TestCase,
        run_id: str,
        *,
        rejected: Sequence[RejectedDraft] = (),
        expected_version: int,
        by: str = "",
        reason: str = "its sources changed",
        keep_status: bool = False,
    ) -> StoredCase:
        """Put words that another run wrote in the place of the case with ``case.id``, as a draft.

        The case stays in its run's list, and what stood before in its history, with ``reason``.
        With ``keep_status`` who wrote the case stays, and what was decided about it, unless it was
        accepted: then it is a draft, as after an edit.
        ``EditConflict`` where it is no longer at ``expected_version``.
        """
        return self._cases.rewrite(
            project_id, case, run_id, rejected, expected_version, by, reason, keep_status
        )

    def set_status(
        self,
        project_id: str,
        case_id: str,
        status: CaseStatus,
        *,
        reason: str = "",
        by: str,
        expected_version: int,
        seen_text: str = "",
    ) -> StoredCase:
        """Accept, reject or reopen a case; ``EditConflict`` where other words were seen.

        ``seen_text`` is ``StoredCase.text_hash`` of what was on screen; where it is left out, the
        words of ``expected_version`` are meant.
        """
        return self._cases.set_status(
            project_id, case_id, status, reason, by, expected_version, seen_text
        )

    def history(self, project_id: str, case_id: str) -> tuple[CaseVersion, ...]:
        """Every version of a case, oldest first; also of one that was removed."""
        return self._cases.history(project_id, case_id)

    def undo(self, project_id: str, case_id: str, *, by: str, expected_version: int) -> StoredCase:
        """Take back the last change, and with the next call the one before it."""
        return self._cases.undo(project_id, case_id, by, expected_version)
