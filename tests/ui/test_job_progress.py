"""Following a job in the background, under AppTest."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant.workflow.deployment.jobs import Jobs

JOB = "measure-1"


class Open:
    """An open workspace, as far as a job is followed; one job is ended by the test."""

    def __init__(self) -> None:
        self.jobs = Jobs()
        self.start()

    def start(self) -> None:
        self.end, self.stopped = threading.Event(), threading.Event()
        end, stopped = self.end, self.stopped

        def work(stop: Any) -> None:
            while not end.wait(0.01):
                if stop():
                    stopped.set()
                    return

        self.jobs.start(JOB, work)

    def finish(self) -> None:
        self.end.set()
        assert self.jobs.wait(JOB, 10)


def _page(opened, job: str, ends_meanwhile: bool) -> None:
    import streamlit as st

    from assistant.ui.job_progress import job_progress

    if opened.jobs.is_active(job):
        if ends_meanwhile:
            opened.finish()
        job_progress(opened, job, lambda state: "Measuring", active=True, stop="stop")
    else:
        st.write("measured")


@pytest.fixture
def opened() -> Any:
    running = Open()
    yield running
    running.finish()


def test_a_job_that_ends_while_the_page_is_drawn_is_seen_to_have_ended(opened: Open) -> None:
    app = AppTest.from_function(_page, args=(opened, JOB, True)).run()
    assert [one.value for one in app.markdown] == ["measured"]


def test_stop_stops_the_job_that_it_stands_beside(opened: Open) -> None:
    app = AppTest.from_function(_page, args=(opened, JOB, False)).run()
    app.button(key="stop").click().run()
    assert opened.stopped.wait(10)


def test_a_press_as_the_job_ends_does_not_stop_the_next_one(opened: Open) -> None:
    app = AppTest.from_function(_page, args=(opened, JOB, False)).run()
    app.button(key="stop").click()
    opened.finish()
    app.run()
    opened.start()
    app.run()
    assert not opened.stopped.wait(0.3)
