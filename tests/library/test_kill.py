"""Process kills: whatever was acknowledged is there, whole, and the database is sound.

A child writes cases and edits and acknowledges each on a pipe after the call has returned; the
parent kills it at a random moment. The same database goes through all rounds. (Process kills, not
power cuts: those need a file system that loses unsynced writes.)
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, Column, GenerationRun, TestCase, TestStep
from assistant.library import Library

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


def case_of(case_id: str, revision: int) -> TestCase:
    """A case whose every field tells its revision, so that a torn write shows."""
    step = TestStep(number=1, action=f"{case_id} r{revision} " * 40, expected_result=str(revision))
    return TestCase(
        id=case_id,
        title=f"{case_id} r{revision}",
        objective=str(revision),
        steps=(step,),
        condition_ids=(case_id,),
    )


def write_until_killed(path: Path, project_id: str, round_number: int, acks: Connection) -> None:
    """What the child does: a run with cases, each edited once, each acknowledged once stored."""
    library = Library.open(path)
    run_id = f"run-{round_number}"
    library.start_run(project_id, GenerationRun(id=run_id, request="r", status="running"))
    acks.send(("run", run_id, 0))
    for number in range(1_000_000):
        case_id = f"R{round_number}-{number}"
        stored = library.add_case(project_id, run_id, case_of(case_id, 0))
        acks.send(("case", case_id, 0))
        library.update_case(
            project_id,
            case_of(case_id, 1),
            expected_version=stored.row_version,
            by="child",
        )
        acks.send(("case", case_id, 1))


def kill_loop(path: Path, rounds: int, longest: float) -> None:
    """Kill ``rounds`` children, and more until four writes for each have been acknowledged: on a
    busy machine many are killed before their first."""
    library = Library.open(path)
    project = library.create_project("P", template=TEMPLATE)
    library.close()
    chance = random.Random(rounds)
    context = multiprocessing.get_context("fork")
    acknowledged: dict[str, int] = {}
    runs: set[str] = set()
    total = round_number = 0
    while round_number < rounds or total <= 4 * rounds:
        assert round_number < 10 * rounds, "hardly anything was ever acknowledged"
        reader, writer = context.Pipe(duplex=False)
        child = context.Process(
            target=write_until_killed, args=(path, project.id, round_number, writer)
        )
        child.start()
        writer.close()
        time.sleep(chance.uniform(0.01, longest))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        while True:
            try:
                kind, name, revision = reader.recv()
            except EOFError:
                break
            total += 1
            if kind == "run":
                runs.add(name)
            else:
                acknowledged[name] = revision
        reader.close()

        check(path, project.id, acknowledged, runs, everything=round_number % 25 == 0)
        round_number += 1
    check(path, project.id, acknowledged, runs, everything=True)


def check(
    path: Path, project_id: str, acknowledged: dict[str, int], runs: set[str], *, everything: bool
) -> None:
    """Every acknowledged write is there; all that is there is whole, with history and events.

    Contents are read for the newest run, or for all of them where ``everything`` is asked.
    """
    library = Library.open(path)
    library.interrupt_orphans()
    with library._database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
        if everything:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    summaries = library.runs(project_id)
    assert runs <= {summary.id for summary in summaries}
    assert {summary.status for summary in summaries} <= {"interrupted"}
    stored = {item.id: item for item in library.cases(project_id)}
    for case_id, revision in acknowledged.items():
        assert stored[case_id].row_version >= revision + 1
    newest = summaries[0].id if summaries else ""
    changed = Counter(one.subject_id for one in library.events(project_id, limit=1_000_000))
    for item in stored.values():
        if not everything and item.run_id != newest:
            continue
        revision = item.row_version - 1
        wanted = case_of(item.id, revision)
        assert (item.case.title, item.case.objective, item.case.steps) == (
            wanted.title,
            wanted.objective,
            wanted.steps,
        )
        history = library.history(project_id, item.id)
        assert [line.version for line in history] == list(range(1, revision + 2))
        assert history[-1].body == item.body
        assert changed[item.id] == revision + 1
    library.close()


needs_fork = pytest.mark.skipif(
    sys.platform == "win32" or "fork" not in multiprocessing.get_all_start_methods(),
    reason="forks children so that a round takes milliseconds",
)


@needs_fork
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_kills_lose_nothing(tmp_path: Path, kill_times: int) -> None:
    kill_loop(tmp_path / "l.sqlite3", rounds=40 * kill_times, longest=0.3)
