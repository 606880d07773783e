"""Jobs: worker threads, their progress, and the model's one queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from assistant.errors import SourceError
from assistant.workflow.deployment.jobs import SEARCHES_AT_ONCE, Jobs


def test_a_job_runs_beside_the_caller_and_can_be_waited_for() -> None:
    jobs = Jobs()
    go = threading.Event()

    def work(stop: Callable[[], bool]) -> None:
        go.wait(5)

    jobs.start("a", work)
    assert jobs.is_active("a")
    assert not jobs.wait("a", timeout=0.01)
    go.set()
    assert jobs.wait("a", timeout=180)
    assert not jobs.is_active("a")


def test_cancelling_tells_the_job() -> None:
    jobs = Jobs()
    seen = threading.Event()

    def work(stop: Callable[[], bool]) -> None:
        while not stop():
            threading.Event().wait(0.005)
        seen.set()

    jobs.start("a", work)
    jobs.cancel("a")
    assert jobs.wait("a", timeout=180)
    assert seen.is_set()


def test_progress_and_an_expected_error_can_be_seen() -> None:
    jobs = Jobs()
    reported, go_on = threading.Event(), threading.Event()

    def work(stop: Callable[[], bool]) -> None:
        jobs.report("a", 3, 10)
        reported.set()
        go_on.wait(5)
        raise SourceError("The file is gone.")

    jobs.start("a", work)
    assert reported.wait(5)
    state = jobs.state("a")
    assert (state.active, state.done, state.total) == (True, 3, 10)
    go_on.set()
    jobs.wait("a", timeout=180)
    state = jobs.state("a")
    assert state.error == "The file is gone."
    assert not state.active
    assert (state.done, state.total) == (3, 10), "so far it came"


def test_the_model_serves_one_run_at_a_time_in_order() -> None:
    jobs = Jobs()
    order: list[str] = []
    first_in, release = threading.Event(), threading.Event()

    def run(name: str) -> Callable[[Callable[[], bool]], None]:
        def work(stop: Callable[[], bool]) -> None:
            with jobs.model_turn(name, stop) as mine:
                assert mine
                order.append(name)
                first_in.set()
                release.wait(5)

        return work

    jobs.start("a", run("a"))
    assert first_in.wait(5)
    for name in ("b", "c"):
        jobs.start(name, run(name))
        while jobs.waiting_before(name) == 0:
            threading.Event().wait(0.002)
    assert (jobs.waiting_before("b"), jobs.waiting_before("c")) == (1, 2)
    assert order == ["a"]
    release.set()
    assert all(jobs.wait(name, timeout=180) for name in "abc")
    assert order == ["a", "b", "c"]


def test_reading_ahead_is_no_run_before_another() -> None:
    jobs = Jobs()
    release, entered = threading.Event(), threading.Event()

    def reading(stop: Callable[[], bool]) -> None:
        with jobs.model_turn("ahead", stop):
            entered.set()
            release.wait(5)

    def run(stop: Callable[[], bool]) -> None:
        with jobs.model_turn("run", stop):
            pass

    def second(stop: Callable[[], bool]) -> None:
        with jobs.model_turn("second", stop):
            pass

    jobs.start_latest("reader", "ahead", reading)
    assert entered.wait(5)
    jobs.start("run", run)
    while jobs._model.before("run") != ["ahead"]:
        threading.Event().wait(0.002)
    assert jobs.waiting_before("run") == 0
    jobs.start("second", second)
    while jobs._model.before("second") != ["ahead", "run"]:
        threading.Event().wait(0.002)
    assert jobs.waiting_before("second") == 1
    release.set()
    assert all(jobs.wait(name, timeout=180) for name in ("run", "second"))


def test_a_waiting_run_can_be_cancelled() -> None:
    jobs = Jobs()
    release, entered = threading.Event(), threading.Event()
    got: list[bool] = []

    def holder(stop: Callable[[], bool]) -> None:
        with jobs.model_turn("a", stop):
            entered.set()
            release.wait(5)

    def waiter(stop: Callable[[], bool]) -> None:
        with jobs.model_turn("b", stop) as mine:
            got.append(mine)

    jobs.start("a", holder)
    assert entered.wait(5)
    jobs.start("b", waiter)
    while jobs.waiting_before("b") == 0:
        threading.Event().wait(0.002)
    jobs.cancel("b")
    assert jobs.wait("b", timeout=180)
    assert got == [False]
    release.set()
    jobs.close()


def test_who_waits_for_a_search_can_be_cancelled_and_takes_no_place() -> None:
    jobs = Jobs()
    got: list[bool] = []

    def work(stop: Callable[[], bool]) -> None:
        with jobs.search_turn("a", stop) as mine:
            got.append(mine)

    with ExitStack() as held:
        for place in range(SEARCHES_AT_ONCE):
            assert held.enter_context(jobs.search_turn(f"held-{place}", lambda: False))
        jobs.start("a", work)
        assert not jobs.wait("a", timeout=0.3)
        jobs.cancel("a")
        assert jobs.wait("a", timeout=60)
    assert got == [False]
    jobs.start("b", work)
    assert jobs.wait("b", timeout=60)
    assert got == [False, True]


def test_who_has_waited_longest_for_a_search_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.workflow.deployment.jobs.SEARCHES_AT_ONCE", 1)
    jobs = Jobs()
    order: list[str] = []
    names = [f"job-{number}" for number in range(8)]

    def work(name: str) -> Callable[[Callable[[], bool]], None]:
        def taking(stop: Callable[[], bool]) -> None:
            with jobs.search_turn(name, stop) as mine:
                assert mine
                order.append(name)

        return taking

    with jobs.search_turn("held", lambda: False):
        for name in names:
            jobs.start(name, work(name))
            threading.Event().wait(0.05)  # so that who looks up now and then does so in turn
    assert all(jobs.wait(name, timeout=180) for name in names)
    assert order == names
