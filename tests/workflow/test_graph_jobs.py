"""When the app has graphs of large indexes built, and what a failure leads to."""

from __future__ import annotations

import logging

import pytest

from assistant.errors import RetrievalError
from assistant.workflow.deployment.jobs import Jobs
from assistant.workflow.sources import graph_jobs
from assistant.workflow.sources.graph_jobs import GraphJobs


class Knowledge:
    """What is asked of a knowledge base here; the real one is in ``tests/knowledge``."""

    where = "in a folder"

    def __init__(self) -> None:
        self.changes = self.built = 0
        self.fails = False

    def build_graph(self, *, stopped: object) -> bool:
        self.built += 1
        if self.fails:
            raise RetrievalError("no room")
        return True


class Open:
    """An open workspace with one project."""

    def __init__(self) -> None:
        self.jobs = Jobs()
        self.knowledge = Knowledge()

    def open_knowledge(self) -> dict[str, Knowledge]:
        return {"p": self.knowledge}


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
    monkeypatch.setattr(graph_jobs, "SECONDS_BETWEEN_TRIES", 0.0)
    assert look(graphs, workspace) == 2
