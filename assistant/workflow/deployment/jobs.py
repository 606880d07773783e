"""Worker threads of this process: long work outside the pages, one model run at a time.

What a job produces is kept in the library, where every session and a later process can see it; here
is only what a progress bar shows.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from assistant.errors import AssistantError

Progress = Callable[[int, int], None]
"""Gets what is done, and all there is."""
StopCheck = Callable[[], bool]
log = logging.getLogger(__name__)

SEARCHES_AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
"""Questions to the sources that are searched for at the same time. All compute under one
interpreter: more of them end no sooner, and a page would get its turn after each of them."""
CANCEL_SECONDS = 0.2
"""How often a question that waits for its search looks whether it was cancelled."""


@dataclass(frozen=True)
class JobState:
    """How far a job is. ``error`` is empty unless the last job of this id failed."""

    active: bool = False
    done: int = 0
    total: int = 0
    error: str = ""


class Jobs:
    """Running jobs by id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self._reports: dict[str, JobState] = {}
        self._latest: dict[str, str] = {}
        self._aside: set[str] = set()
        self._turns = threading.Condition()
        self._queue: list[str] = []
        self._searching = threading.Semaphore(SEARCHES_AT_ONCE)

    def start(self, job_id: str, work: Callable[[StopCheck], None]) -> None:
        """Run ``work`` in a thread of its own; it is told through its argument when to stop."""
        stop = threading.Event()

        def body() -> None:
            try:
                work(stop.is_set)
            except AssistantError as error:
                self._note(job_id, JobState(error=str(error)))
            except Exception:  # a bug, not an outcome: it surfaces in the log
                log.exception("job %s failed", job_id)
                self._note(job_id, JobState(error="An internal error ended this work."))
            finally:
                with self._lock:
                    self._threads.pop(job_id, None)
                    self._stops.pop(job_id, None)

        thread = threading.Thread(target=body, name=f"job-{job_id}", daemon=True)
        with self._lock:
            self._threads[job_id] = thread
            self._stops[job_id] = stop
            self._reports[job_id] = JobState()
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
        self._note(job_id, JobState(done=done, total=total))

    def state(self, job_id: str) -> JobState:
        """How far a job is; of a job that never ran: not active, nothing done."""
        with self._lock:
            known = self._reports.get(job_id, JobState())
            return replace(known, active=job_id in self._threads)

    def _note(self, job_id: str, state: JobState) -> None:
        with self._lock:
            self._reports[job_id] = state

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
            with self._turns:
                self._turns.notify_all()

    def wait(self, job_id: str, timeout: float | None = None) -> bool:
        """Wait for a job to end; False where it still runs after ``timeout`` seconds."""
        with self._lock:
            thread = self._threads.get(job_id)
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    @contextmanager
    def model_turn(self, job_id: str, cancelled: StopCheck) -> Iterator[bool]:
        """Wait for the model, first come first served; False where cancelled while waiting."""
        with self._turns:
            self._queue.append(job_id)
            self._turns.wait_for(lambda: self._queue[0] == job_id or cancelled())
            mine = self._queue[0] == job_id
        try:
            yield mine and not cancelled()
        finally:
            with self._turns:
                self._queue.remove(job_id)
                self._turns.notify_all()

    @contextmanager
    def search_turn(self, cancelled: StopCheck) -> Iterator[bool]:
        """Wait for a place among the questions that are searched for (``SEARCHES_AT_ONCE``);
        False where cancelled while waiting."""
        mine = False
        while not (mine or cancelled()):
            mine = self._searching.acquire(timeout=CANCEL_SECONDS)
        try:
            yield mine and not cancelled()
        finally:
            if mine:
                self._searching.release()

    def waiting_before(self, job_id: str) -> int:
        """How many runs the model serves before this one; work of a role (``start_latest``), such
        as reading ahead, is no run: it is asked to stop as soon as somebody wants the model."""
        with self._turns:
            place = self._queue.index(job_id) if job_id in self._queue else 0
            return sum(one not in self._aside for one in self._queue[:place])

    def close(self, *, timeout: float = 5.0) -> None:
        """Ask every job to stop and wait a little; what they wrote is already in the library."""
        with self._lock:
            threads = list(self._threads.items())
        for job_id, _ in threads:
            self.cancel(job_id)
        for _, thread in threads:
            thread.join(timeout)
