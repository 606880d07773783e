"""Everything that is open while the program runs: one ``Workspace`` per process and data folder.

It owns the library, the embedding model, a knowledge base per project, the model endpoints and the
running jobs. All of them are opened on first use, once, behind locks, because every user of a
server shares them.

The library that the settings name: a file of the data folder, or a database of a server.
"""

from __future__ import annotations

import math
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.domain import CaseTemplate, RetrievalConfig
from assistant.errors import EmbeddingMismatch, SettingsError
from assistant.generation.models.catalogue import DEFAULT_EMBEDDING, find_model
from assistant.generation.models.fetch import verified_path
from assistant.knowledge.embedding import Embedder, RememberedVectors, SentenceEmbedder
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.addresses import is_loopback
from assistant.knowledge.qdrant.server import DEFAULT_PORT, QdrantServer, ServerConfig
from assistant.library import Project
from assistant.settings import Settings
from assistant.sources.connectors.outbound import OutboundLog
from assistant.suite.template import DEFAULT_TEMPLATE, UNDATED_TEMPLATE
from assistant.workflow.deployment import endpoint_file, erase_marker
from assistant.workflow.deployment.data_folder import DataFolderLock, prepare
from assistant.workflow.deployment.endpoints import Endpoints
from assistant.workflow.deployment.jobs import Jobs
from assistant.workflow.deployment.memo import Memo
from assistant.workflow.sources.index_jobs import index_in_background
from assistant.workflow.sources.reindex import forget_removed, index_pending
from assistant.workflow.writing.compare_criteria import Comparisons

if TYPE_CHECKING:
    from assistant.library import Library

OPENING_SECONDS = 3.0
"""How long opening a project may index before the rest is left to a job in the background."""


class Workspace:
    """The open data folder. Thread-safe; ``close`` releases everything it holds."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        server: QdrantServer | None = None,
        *,
        waits: bool = True,
    ) -> None:
        self._given = settings
        self.settings, self.endpoint_problem = endpoint_file.in_use(settings)
        self._waits = waits
        self.library = library
        self.endpoints = Endpoints(self.settings)
        self.jobs = Jobs()
        self.comparisons = Comparisons()
        self.memo = Memo()
        self._server = server
        self._lock = DataFolderLock(settings.data_dir, descriptor=settings.lock_descriptor)
        self._opening = threading.RLock()
        self._knowledge: dict[str, KnowledgeBase] = {}
        self._project_locks: dict[str, threading.RLock] = {}
        self._embedders: dict[str, Embedder] = {}
        self._sentences: RememberedVectors | None = None

    @classmethod
    def open(cls, settings: Settings, *, exclusive: bool = False, waits: bool = True) -> Workspace:
        """Open the data folder, creating it where it is new.

        ``exclusive`` takes the folder for this process at once (the app does); otherwise it is
        taken by whatever first needs the index. ``waits``: a project is opened when all of it is
        indexed, however long that takes, as a command wants it. Raises ``SettingsError``,
        ``LibraryError`` and, where another process has the folder, ``IndexLocked``.
        """
        prepare(settings.data_dir)
        server = _configured_server(settings)
        workspace = cls(settings, open_library(settings), server, waits=waits)
        if exclusive:
            try:
                workspace.take_folder()
            except BaseException:
                workspace.close()
                raise
        return workspace

    def take_folder(self) -> None:
        """Make this the folder's one process; runs that a dead process left are marked so."""
        with self._opening:
            if not self._lock.held:
                self._lock.acquire()
                try:
                    self.library.hold()
                except BaseException:
                    self._lock.release()
                    raise
                self.library.interrupt_orphans()
                erase_marker.finish(self.settings, self.library)

    def take_up_endpoint(self) -> None:
        """Work with the endpoint that is saved now; ``endpoint_problem`` says why it cannot be."""
        self.settings, self.endpoint_problem = endpoint_file.in_use(self._given)
        self.endpoints.use(self.settings)

    # --- Projects -----------------------------------------------------------------------------

    def projects(self) -> tuple[Project, ...]:
        """All projects by name."""
        return self.library.projects()

    def project(self, name_or_id: str) -> Project:
        """The project with this name or id; ``LibraryError`` names those that exist."""
        found = self.library.project(name_or_id)
        if found.template != UNDATED_TEMPLATE:
            return found
        if self.library.saved.history(found.id, "case template"):
            return found  # somebody took the column out
        return found.model_copy(update={"template": DEFAULT_TEMPLATE})

    def find_project(self, name: str) -> Project | None:
        """The project with exactly this name, if there is one."""
        return next((p for p in self.library.projects() if p.name == name), None)

    def ensure_project(self, name: str, *, template: CaseTemplate = DEFAULT_TEMPLATE) -> Project:
        """The project with this name, created where it does not exist."""
        with self._opening:
            return self.find_project(name) or self.library.create_project(name, template=template)

    def create_project(self, name: str) -> Project:
        """A new project with the default template; ``LibraryError`` for an empty or taken name."""
        return self.library.create_project(name.strip(), template=DEFAULT_TEMPLATE)

    # --- Knowledge ----------------------------------------------------------------------------

    @property
    def library_kept_at(self) -> str:
        """Host of the server that holds the library; empty: it is in the data folder."""
        return library_host(self.settings)

    @property
    def chunks_kept_at(self) -> str:
        """Host of the Qdrant server that holds the chunks; empty: they are in the data folder."""
        return "" if self._server is None else self._server.destination

    @property
    def chunks_leave(self) -> bool:
        """Whether chunks are sent to another computer."""
        return self._server is not None and not self._server.is_here

    def embedder(self, model_id: str = DEFAULT_EMBEDDING) -> Embedder:
        """The embedding model, loaded once per process; ``ModelUnavailable`` where absent."""
        with self._opening:
            if model_id not in self._embedders:
                model = find_model(model_id)
                self._embedders[model_id] = SentenceEmbedder(
                    verified_path(model, self.settings.models_path),
                    model_id=model_id,
                    threads=self.settings.threads,
                    weights_hash=model.weights.sha256,
                )
            return self._embedders[model_id]

    def sentence_embedder(self) -> RememberedVectors:
        """The embedding model for sentences of sources, which are looked at again and again."""
        with self._opening:
            if self._sentences is None:
                self._sentences = RememberedVectors(self.embedder())
            return self._sentences

    def knowledge(self, project_id: str) -> KnowledgeBase:
        """The project's knowledge base, with every document of the library in it.

        The index can always be made again from the library: it is, where it is missing, was built
        with another embedding model, or a killed process left documents out of it. Where the
        workspace does not wait for that, a job goes on with it.
        """
        with self._project_lock(project_id):
            base = self._knowledge.get(project_id)
            if base is None:
                base = self._open_knowledge(project_id)
                self._knowledge[project_id] = base
        return base

    def open_knowledge(self) -> dict[str, KnowledgeBase]:
        """The knowledge bases that are open, by project id; none is opened for it."""
        return dict(self._knowledge)

    def _project_lock(self, project_id: str) -> threading.RLock:
        """A lock per project, so that one project's rebuild never holds up another's search."""
        with self._opening:
            return self._project_locks.setdefault(project_id, threading.RLock())

    def _open_knowledge(self, project_id: str) -> KnowledgeBase:
        self.take_folder()
        project = self.project(project_id)
        folder = self.settings.index_path(project.id)
        place: Path | QdrantServer = self._server or folder
        embedder = self.embedder(project.retrieval.embedding_model)
        try:
            base = KnowledgeBase.open(place, embedder, project_id=project.id)
        except EmbeddingMismatch:
            KnowledgeBase.discard(place, project_id=project.id)  # a copy of the library's
            base = KnowledgeBase.open(place, embedder, project_id=project.id)
        try:
            forget_removed(self.library, base, project.id)
            # What a server holds may be older or newer than this data folder, restored or copied,
            # and what the library knows of an index may be true of another folder's.
            everything = self._server is not None or not self.library.is_file
            late = _time_limit(math.inf if self._waits else OPENING_SECONDS)
            index_pending(self.library, base, project.id, everything=everything, cancelled=late)
            if late():  # the job gets its turn when the project is open
                index_in_background(self, project.id, everything=everything)
            base.drop_older()
            if self._server is not None:
                KnowledgeBase.discard(folder, project_id=project.id)  # no second, ageing copy
        except BaseException:
            base.close()
            raise
        return base

    def forget_knowledge(self, project_id: str) -> None:
        """Delete the index of a project that is erased, wherever it is kept."""
        with self._project_lock(project_id):
            base = self._knowledge.pop(project_id, None)
            if base is not None:
                base.close()
            folder = self.settings.index_path(project_id)
            if self._server is not None:
                KnowledgeBase.discard(self._server, project_id=project_id)
            KnowledgeBase.discard(folder, project_id=project_id)
            shutil.rmtree(folder, ignore_errors=True)

    def forget_contents(self, project_id: str) -> None:
        """Drop what is remembered of a project of which something is erased."""
        self.memo.forget(project_id)
        self.comparisons.forget()

    def save_retrieval(self, project_id: str, config: RetrievalConfig) -> None:
        """Keep the project's retrieval choices; another embedding model re-opens its index."""
        with self._project_lock(project_id):
            before = self.project(project_id).retrieval.embedding_model
            self.library.save_retrieval(project_id, config)
            if config.embedding_model != before and project_id in self._knowledge:
                self._knowledge.pop(project_id).close()

    # --- Closing ------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop the jobs and release the index, the models and the library."""
        self.jobs.close()
        self.endpoints.close()
        with self._opening:
            for base in self._knowledge.values():
                base.close()
            self._knowledge.clear()
            if self._server is not None:
                self._server.close()
        self.library.close()
        self._lock.release()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _time_limit(seconds: float) -> Callable[[], bool]:
    """Says from now on whether so many seconds are over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _configured_server(settings: Settings) -> QdrantServer | None:
    """The Qdrant server of the deployment, not yet asked; ``SettingsError`` where it is refused.

    One elsewhere is noted in the log of contacted hosts.
    """
    if not settings.qdrant_url:
        return None
    server = QdrantServer(
        ServerConfig(
            url=settings.qdrant_url,
            api_key=settings.qdrant_api_key,
            timeout=settings.qdrant_timeout,
            prefix=settings.qdrant_prefix,
            replication=settings.qdrant_replication,
            write_consistency=settings.qdrant_write_consistency,
            shards=settings.qdrant_shards,
            ca_file=settings.qdrant_ca_file,
            insecure=settings.qdrant_insecure,
            offline=settings.offline,
        )
    )
    if not server.is_here:
        parts = urlsplit(settings.qdrant_url)
        log = OutboundLog(settings.outbound_log_path)
        log.note(parts.hostname or server.host, parts.port or DEFAULT_PORT, "index")
    return server


POSTGRES_PORT = 5432


def open_library(settings: Settings) -> Library:
    """Open the library. A server elsewhere is noted in the log of contacted hosts first.

    Raises ``SettingsError`` where the offline switch forbids that server, or the address is none of
    PostgreSQL, and ``LibraryError`` or ``MissingExtra`` where the library cannot be used.
    """
    from assistant.library import Library

    url = settings.library_url.get_secret_value().strip()
    if not url:
        return Library.open(settings.library_path)
    try:
        parts = urlsplit(url)
        port = parts.port or POSTGRES_PORT
    except ValueError:
        raise _unusable() from None  # its text may hold the password
    if parts.scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise _unusable()
    host = parts.hostname or ""
    if host and not is_loopback(parts):
        log = OutboundLog(settings.outbound_log_path)
        log.note(host, port, "library", refused=settings.offline)
        if settings.offline:
            raise SettingsError(
                f"UAT_OFFLINE=1 forbids the library on {host}, which is not this computer. Unset "
                "UAT_LIBRARY_URL (a file in the data folder is used then) or UAT_OFFLINE."
            )
    return Library.open(url)


def library_host(settings: Settings) -> str:
    """Host of the server that holds the library; empty: it is a file of the data folder."""
    url = settings.library_url.get_secret_value().strip()
    return (urlsplit(url).hostname or "") if url else ""


def _unusable() -> SettingsError:
    return SettingsError(
        "UAT_LIBRARY_URL is no address of a PostgreSQL database. Write "
        "postgresql://USER:PASSWORD@HOST/DATABASE, or unset it to use a file in the data folder."
    )
