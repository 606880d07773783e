"""When the app has graphs of large indexes built, and what a failure leads to."""

from __future__ import annotations

import logging
import threading

import pytest

from assistant.errors import RetrievalError
from assistant.workflow.deployment.jobs import Jobs
from assistant.workflow.sources import index_jobs
from assistant.workflow.sources.index_jobs import GraphJobs


class Knowledge:
    """What is asked of a knowledge base here; the real one is in ``tests/knowledge``."""

    where = "in a folder"

    def __init__(self) -> None:
        self.changes = self.built = 0
        self.fails = False
        self.may_end = threading.Event()
        self.may_end.set()

    def build_graph(self, *, stopped: object) -> bool:
        self.built += 1
        assert self.may_end.wait(10)
        if self.fails:
            raise RetrievalError("no room")
        return True


class Open:
    """An open workspace with a project."""

    def __init__(self) -> None:
        self.jobs = Jobs()
        self.knowledge = Knowledge()
        self.others: dict[str, Knowledge] = {}

    def open_knowledge(self) -> dict[str, Knowledge]:
        return {"p": self.knowledge, **self.others}


def look(graphs: GraphJobs, workspace: Open) -> int:
    """Look, wait for the job, and say how often a build was begun so far."""
    graphs.look()
    workspace.jobs.wait("graph-p", 10)
    return workspace.knowledge.built


def test_a_graph_waits_until_nothing_changes() -> None:
    workspace = Open()
    graphs = GraphJobs(workspace)  # type: ignore[arg-type]
    assert look(graphs, workspace) == 0, "the project has only just been opened"
    workspace.knowledge.changes += 1
    assert look(graphs, workspace) == 0, "something is read in"
    assert look(graphs, workspace) == 1


def test_a_failure_is_logged_and_tried_again_later(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Open()
    workspace.knowledge.fails = True
    graphs = GraphJobs(workspace)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING):
        assert [look(graphs, workspace) for _ in range(3)] == [0, 1, 1]
    assert "no room" in caplog.text
    assert not workspace.jobs.state("graph-p").error, "people need do nothing"
    monkeypatch.setattr(index_jobs, "SECONDS_BETWEEN_TRIES", 0.0)
    assert look(graphs, workspace) == 2


def test_one_graph_is_built_at_a_time() -> None:
    workspace, other = Open(), Knowledge()
    workspace.others["q"] = other
    every = (workspace.knowledge, other)
    for one in every:
        one.may_end.clear()
    graphs = GraphJobs(workspace)  # type: ignore[arg-type]
    for _ in range(2):
        graphs.look()
    assert not workspace.jobs.wait("graph-p", 0.3)
    assert not workspace.jobs.wait("graph-q", 0.3)
    assert sum(one.built for one in every) == 1
    for one in every:
        one.may_end.set()
    assert workspace.jobs.wait("graph-p", 10)
    assert workspace.jobs.wait("graph-q", 10)
    assert [one.built for one in every] == [1, 1]
