"""Connections as people use them: connect a folder, sync by click or schedule, disconnect."""

from __future__ import annotations

import logging
import math
import time
from datetime import datetime, timedelta
from pathlib import Path

from assistant.domain import Value, utc_now
from assistant.errors import AssistantError, SourceError
from assistant.library import Connection as Connection
from assistant.sources.files.folder_source import FOLDER
from assistant.workflow.deployment.erase import keep_limits
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.index_jobs import GraphJobs
from assistant.workflow.sources.sync import asked_to_remove, sync

SCHEDULE = "sync-schedule"
SCHEDULED_BY = "schedule"
SECONDS_BETWEEN_LOOKS = 30.0
SECONDS_BETWEEN_LIMITS = 6 * 3600.0
"""How often a running app looks for what is older than its project's limit."""
log = logging.getLogger(__name__)


class ConnectionState(Value):
    """A connection, how many documents came from it, how many could not be read, and its job."""

    connection: Connection
    documents: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    active: bool = False
    done: int = 0
    total: int = 0
    asks: int = 0
    """How many vanished documents the last sync asked about before it removes them."""


def connect_folder(
    workspace: Workspace,
    project_id: str,
    folder: Path,
    *,
    name: str = "",
    by: str = "",
) -> Connection:
    """The connection of a folder, made where there is none; nothing is read yet.

    Raises ``SourceError`` where it is no folder of this computer.
    """
    path = folder.expanduser().resolve()
    if not path.is_dir():
        raise SourceError(f"'{folder}' is not a folder. Check the path and try again.")
    store = workspace.library.connections
    held = store.list(project_id)
    for connection in held:
        if connection.kind == FOLDER and connection.options.get("folder") == str(path):
            return connection
    taken = {connection.name.casefold() for connection in held}
    shown = name or path.name or str(path)
    return store.add(
        project_id,
        kind=FOLDER,
        name=str(path) if shown.casefold() in taken and not name else shown,
        options={"folder": str(path)},
        by=by,
    )


def connections(workspace: Workspace, project_id: str) -> tuple[ConnectionState, ...]:
    """The project's connections with what came through each, and how far a running sync is."""
    states = []
    for connection in workspace.library.connections.list(project_id):
        store = workspace.library.connections
        job = workspace.jobs.state(job_of(connection))
        states.append(
            ConnectionState(
                connection=connection,
                documents=store.count(project_id, connection.id, only_documents=True),
                failed=store.failed(project_id, connection.id),
                active=job.active,
                done=job.done,
                total=job.total,
                asks=asked_to_remove(connection.last_error),
            )
        )
    return tuple(states)


def start(
    workspace: Workspace,
    connection: Connection,
    *,
    by: str = "",
    full: bool = False,
    remove_up_to: int = 0,
) -> None:
    """Sync in a worker thread, one a connection (``job_of``), in documents; cancelled, it stops
    after the document in hand, and the next one goes on there.

    ``remove_up_to`` is what a person confirmed of ``ConnectionState.asks``.
    """

    def work(report: Progress, stop: StopCheck) -> None:
        sync(
            workspace,
            connection.project_id,
            connection.id,
            by=by,
            full=full,
            remove_up_to=remove_up_to,
            progress=report,
            cancelled=stop,
        )

    workspace.jobs.start_counted(job_of(connection), work)


def set_interval(workspace: Workspace, connection: Connection, minutes: int, *, by: str) -> None:
    """Sync every so many minutes while the app runs; 0 for never."""
    workspace.library.connections.update(
        connection.project_id, connection.id, every_minutes=minutes, by=by
    )


def disconnect(workspace: Workspace, connection: Connection, *, by: str) -> None:
    """Forget a connection; what came in through it stays."""
    workspace.jobs.cancel(job_of(connection))
    workspace.jobs.wait(job_of(connection))
    workspace.library.connections.remove(connection.project_id, connection.id, by=by)


# --- The schedule -----------------------------------------------------------------------------


def start_schedule(workspace: Workspace) -> None:
    """From now on sync what is due, erase what is too old and build graphs of large indexes, in a
    worker thread; for the app, which stays open."""
    if not workspace.jobs.is_active(SCHEDULE):
        workspace.jobs.start(SCHEDULE, lambda stop: _keep_schedule(workspace, stop))


def _keep_schedule(workspace: Workspace, stop: StopCheck) -> None:
    tried: dict[tuple[str, str], datetime] = {}
    graphs = GraphJobs(workspace)
    looked = limited = -math.inf
    while not stop():
        if time.monotonic() - limited >= SECONDS_BETWEEN_LIMITS:
            limited = time.monotonic()
            keep_limits(workspace)
        if time.monotonic() - looked >= SECONDS_BETWEEN_LOOKS:
            looked = time.monotonic()
            try:
                sync_due(workspace, tried)
            except AssistantError as error:  # a busy database: looked at again the next time
                log.warning("the schedule could not be read: %s", error)
            graphs.look()
        time.sleep(0.5)


def sync_due(
    workspace: Workspace, tried: dict[tuple[str, str], datetime], *, now: datetime | None = None
) -> tuple[Connection, ...]:
    """Start the sync of every connection whose interval has passed; ``tried`` remembers when.

    A sync that fails is tried again only after another interval.
    """
    moment = now or utc_now()
    started = []
    for connection in workspace.library.connections.list():
        key = (connection.project_id, connection.id)
        last = max(filter(None, (connection.last_synced_at, tried.get(key))), default=None)
        interval = timedelta(minutes=connection.every_minutes)
        if not interval or (last is not None and moment - last < interval):
            continue
        tried[key] = moment
        start(workspace, connection, by=SCHEDULED_BY)
        started.append(connection)
    return tuple(started)


def job_of(connection: Connection) -> str:
    """Id of the job that syncs a connection."""
    return f"sync-{connection.project_id}-{connection.id}"
