"""The library as the rest of the program sees it: one class, one call per thing a person does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from assistant.domain import Question, RejectedDraft, SourceAnswer, TestCase
from assistant.library.cases import CaseStore
from assistant.library.comparisons import ComparisonStore
from assistant.library.connections import ConnectionStore
from assistant.library.documents import DocumentStore
from assistant.library.erasure import ErasingStore
from assistant.library.lineage import LineageStore
from assistant.library.projects import TOOL, ProjectStore, record
from assistant.library.proposals import ProposalStore
from assistant.library.request_drafts import RequestDraftStore
from assistant.library.runs import RunStore
from assistant.library.saved_values import FilePlaceStore, SavedValueStore
from assistant.library.storage.database import Database
from assistant.library.storage.records import BearsOn, Event, RestsOn
from assistant.library.storage.schema import events
from assistant.library.talks import AskedStore


def _never(_case: TestCase, _answer: SourceAnswer) -> bool:
    return False


class Library(ProjectStore, DocumentStore, RunStore, CaseStore):
    """Projects, documents, runs and cases; safe to share between threads.

    Each call that changes something is one transaction, unless it says otherwise, together with its
    lines in the history and in the log of events: when it returns, the change survives a crash.
    ``by`` names who did it.
    Every call raises ``LibraryError`` for things that do not exist and for a database that refuses.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
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
        self.proposals = ProposalStore(database)
        """Changes of cases that other programs propose, with calls of their own."""
        self.request_drafts = RequestDraftStore(database)
        """Requests that were begun and not sent, with calls of their own."""
        self.saved = SavedValueStore(database)
        """What a project saves under names: column mappings, earlier case templates, tokens."""
        self.lineage = LineageStore(database)
        """Which words rest on which versions of which documents, with calls of its own."""

    @classmethod
    def open(cls, url_or_path: str | Path) -> Library:
        """Open the library in an SQLite file (created where missing) or at a database URL.

        Migrates an older one, after copying it beside itself; refuses a newer one.
        """
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

    def events(self, project_id: str, *, limit: int = 200, calls: bool = True) -> tuple[Event, ...]:
        """The latest ``limit`` changes in a project, newest first; with ``calls`` what other
        programs called too."""
        query = select(events).where(events.c.project_id == project_id)
        if not calls:
            query = query.where(events.c.subject != TOOL)
        return self._values(Event, query.order_by(events.c.seq.desc()).limit(limit))

    def note_tool_call(self, project_id: str, tool: str, outcome: str, *, by: str) -> None:
        """Keep that somebody's program called a tool, and how that ended."""
        with self._database.write() as connection:
            record(
                connection, project_id, by=by, action="called", subject=TOOL, subject_id=tool,
                detail=outcome,
            )  # fmt: skip

    def add_questions(
        self,
        run_id: str,
        questions: Sequence[Question],
        *,
        rejected: Sequence[RejectedDraft] = (),
        bears_on: BearsOn,
        rests_on: RestsOn = _never,
    ) -> None:
        """Store questions that came up while a run was written, each once, and refused drafts that
        no case came of. The run's cases carry the questions that bear on them, and cite the sources
        that answer one where they rest on what these say.

        Up to three transactions, one after the other.
        """
        if questions:
            asked = self._store_questions(run_id, questions)
            self._ask(run_id, asked, bears_on, rests_on)
        if rejected:
            self._store_rejected(run_id, rejected)
