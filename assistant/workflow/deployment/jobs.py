"""Worker threads of this process: long work outside the pages, one model run at a time.

What a job produces is kept in the library, where every session and a later process can see it; here
is only what a progress bar shows.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from assistant.errors import AssistantError

Progress = Callable[[int, int], None]
"""Gets what is done, and all there is."""
StopCheck = Callable[[], bool]
log = logging.getLogger(__name__)

SEARCHES_AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
"""Questions to the sources that are searched for at the same time. All compute under one
interpreter: more of them end no sooner, and a page would get its turn after each of them."""


class _Line:
    """Jobs that take turns, first come, first served; so many of them have theirs at a time."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._moved = threading.Condition()
        self._jobs: list[str] = []

    @contextmanager
    def turn(self, job_id: str, cancelled: StopCheck) -> Iterator[bool]:
        """Wait for a place; False where cancelled while waiting (``look``)."""
        with self._moved:
            self._jobs.append(job_id)
            self._moved.wait_for(lambda: self._is_first(job_id) or cancelled())
            mine = self._is_first(job_id)
        try:
            yield mine and not cancelled()
        finally:
            with self._moved:
                self._jobs.remove(job_id)
                self._moved.notify_all()

    def _is_first(self, job_id: str) -> bool:
        return job_id in self._jobs[: self._places]

    def look(self) -> None:
        """Let those that wait look whether they were cancelled."""
        with self._moved:
            self._moved.notify_all()

    def before(self, job_id: str) -> list[str]:
        """The jobs that came before this one and have not ended; none where it does not wait."""
        with self._moved:
            place = self._jobs.index(job_id) if job_id in self._jobs else 0
            return self._jobs[:place]


@dataclass(frozen=True)
class JobState:
    """How far a job is. ``error`` is empty unless the last job of this id failed. ``about`` are the
    ids of what it works on, ``together`` the jobs that were started with it, where that was said.
    """

    active: bool = False
    done: int = 0
    total: int = 0
    error: str = ""
    about: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


class Jobs:
    """Running jobs by id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self._reports: dict[str, JobState] = {}
        self._latest: dict[str, str] = {}
        self._aside: set[str] = set()
        self._model = _Line(1)
        self._search = _Line(SEARCHES_AT_ONCE)

    def start(
        self, job_id: str, work: Callable[[StopCheck], None], *, known: JobState = JobState()
    ) -> None:
        """Run ``work`` in a thread of its own; it is told through its argument when to stop.

        ``known`` is what is known of it before it begins: how much there is to do, and of what.
        """
        stop = threading.Event()

        def body() -> None:
            try:
                work(stop.is_set)
            except AssistantError as error:
                self._note(job_id, error=str(error))
            except Exception:  # a bug, not an outcome: it surfaces in the log
                log.exception("job %s failed", job_id)
                self._note(job_id, error="An internal error ended this work.")
            finally:
                with self._lock:
                    self._threads.pop(job_id, None)
                    self._stops.pop(job_id, None)

        thread = threading.Thread(target=body, name=f"job-{job_id}", daemon=True)
        with self._lock:
            self._threads[job_id] = thread
            self._stops[job_id] = stop
            self._reports[job_id] = known
        thread.start()

    def start_counted(self, job_id: str, work: Callable[[Progress, StopCheck], None]) -> None:
        """Run ``work`` unless this job runs already; what it says of its progress is reported."""

        def report(done: int, total: int) -> None:
            self.report(job_id, done, total)

        if not self.is_active(job_id):
            self.start(job_id, lambda stop: work(report, stop))

    def start_latest(self, role: str, job_id: str, work: Callable[[StopCheck], None]) -> None:
        """Run ``work`` in place of the last job of this role, which is asked to stop.

        The same id again changes nothing, whether that job still runs or has ended.
        """
        with self._lock:
            before = self._latest.get(role)
            self._latest[role] = job_id
            self._aside.add(job_id)
        if before != job_id:
            if before is not None:
                self.cancel(before)
            self.start(job_id, work)

    def cancel_latest(self, role: str) -> None:
        """Ask the job of this role to stop; the next one starts whatever its id."""
        with self._lock:
            before = self._latest.pop(role, None)
        if before is not None:
            self.cancel(before)

    def report(self, job_id: str, done: int, total: int) -> None:
        """Say how far a job is, for whoever looks."""
        self._note(job_id, so_far=(done, total))

    def state(self, job_id: str) -> JobState:
        """How far a job is; of a job that never ran: not active, nothing done."""
        with self._lock:
            known = self._reports.get(job_id, JobState())
            return replace(known, active=job_id in self._threads)

    def _note(self, job_id: str, *, so_far: tuple[int, int] | None = None, error: str = "") -> None:
        with self._lock:
            known = self._reports.get(job_id, JobState())
            done, total = so_far or (known.done, known.total)
            self._reports[job_id] = replace(known, done=done, total=total, error=error)

    def is_active(self, job_id: str) -> bool:
        """Whether the job runs or waits in this process."""
        with self._lock:
            return job_id in self._threads

    def active_ids(self, prefix: str) -> tuple[str, ...]:
        """The ids of the jobs that run or wait and begin with ``prefix``, oldest first."""
        with self._lock:
            return tuple(job_id for job_id in self._threads if job_id.startswith(prefix))

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop; it does so at its next step."""
        with self._lock:
            stop = self._stops.get(job_id)
        if stop is not None:
            stop.set()
            self._model.look()
            self._search.look()

    def wait(self, job_id: str, timeout: float | None = None) -> bool:
        """Wait for a job to end; False where it still runs after ``timeout`` seconds."""
        with self._lock:
            thread = self._threads.get(job_id)
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def model_turn(self, job_id: str, cancelled: StopCheck) -> AbstractContextManager[bool]:
        """Wait for the model, first come first served; False where cancelled while waiting."""
        return self._model.turn(job_id, cancelled)

    def search_turn(self, job_id: str, cancelled: StopCheck) -> AbstractContextManager[bool]:
        """Wait for a place among the questions that are searched for (``SEARCHES_AT_ONCE``), first
        come first served; False where cancelled while waiting."""
        return self._search.turn(job_id, cancelled)

    def waiting_before(self, job_id: str) -> int:
        """How many runs the model serves before this one; work of a role (``start_latest``), such
        as reading ahead, is no run: it is asked to stop as soon as somebody wants the model."""
        return len(self.runs_before(job_id))

    def runs_before(self, job_id: str) -> tuple[str, ...]:
        """Those runs, the one first that the model serves now."""
        return tuple(one for one in self._model.before(job_id) if one not in self._aside)

    def close(self, *, timeout: float = 5.0) -> None:
        """Ask every job to stop and wait a little; what they wrote is already in the library."""
        with self._lock:
            threads = list(self._threads.items())
        for job_id, _ in threads:
            self.cancel(job_id)
        for _, thread in threads:
            thread.join(timeout)
