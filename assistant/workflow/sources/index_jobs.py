"""Indexing in the background: one job a project, while people search what is in already.

Graphs of large indexes, built in the background when nothing is read in, one at a time.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from assistant.errors import RetrievalError
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.sources.reindex import index_pending

if TYPE_CHECKING:
    from assistant.workflow.deployment.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 15.0


def index_in_background(workspace: Workspace, project_id: str, *, everything: bool = False) -> None:
    """Index what is not indexed yet (or all of it again) in a worker thread, one a project.

    What is left is looked at anew every so many seconds, so that a small document that comes in
    meanwhile is not kept waiting.
    """

    def work(tell: Progress, stop: StopCheck) -> None:
        before = done = 0

        def report(now: int, total: int) -> None:
            nonlocal done
            done = now
            tell(before + now, before + total)

        knowledge = workspace.knowledge(project_id)
        anew = everything
        while index_pending(
            workspace.library, knowledge, project_id, everything=anew, progress=report,
            cancelled=stop, seconds=None if anew else SECONDS_BETWEEN_LOOKS,
        ):  # fmt: skip
            anew = False  # what is left, and what came in meanwhile
            before, done = before + done, 0

    workspace.jobs.start_counted(indexing_job(project_id), work)


def indexing_job(project_id: str) -> str:
    """The job that indexes a project in the background; it counts chunks."""
    return f"index-{project_id}"


SECONDS_BETWEEN_TRIES = 3600.0
"""How long a build that failed is not tried again."""
log = logging.getLogger(__name__)


class GraphJobs:
    """Builds of graphs in one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._seen: dict[str, int] = {}
        self._failed: dict[str, float] = {}
        self._building = threading.Lock()

    def look(self) -> None:
        """Start the build of each open project whose index is as it was at the last look; that
        ends at once where no graph is due."""
        for project_id, knowledge in self._workspace.open_knowledge().items():
            before = self._seen.get(project_id)
            self._seen[project_id] = changes = knowledge.changes
            failed = self._failed.get(project_id)
            waits = failed is not None and time.monotonic() - failed < SECONDS_BETWEEN_TRIES
            job = f"graph-{project_id}"
            if changes == before and not waits and not self._workspace.jobs.is_active(job):
                self._start(job, project_id, knowledge)

    def _start(self, job: str, project_id: str, knowledge: KnowledgeBase) -> None:
        def work(stop: StopCheck) -> None:
            while not self._building.acquire(timeout=0.5):  # each takes a core and memory
                if stop():
                    return
            started = time.monotonic()
            try:
                built = knowledge.build_graph(stopped=stop)
            except RetrievalError as error:
                self._failed[project_id] = time.monotonic()
                log.warning("%s", error)
                return
            finally:
                self._building.release()
            if built:
                seconds = time.monotonic() - started
                log.info("the graph of the search index %s took %.0f s", knowledge.where, seconds)

        self._workspace.jobs.start(job, work)
