"""Generation runs: their plan, progress, end, and the run put together again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from assistant.domain import (
    Chunk,
    Epic,
    GenerationRun,
    Question,
    RetrievedChunk,
    RunStatus,
    TestCondition,
    Timings,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.library.events import record
from assistant.library.projects import lock_project
from assistant.library.run_rows import (
    STORED_APART,
    assembled,
    fetch,
    insert_chunks,
    no_run,
    summary,
)
from assistant.library.storage.database import Database
from assistant.library.storage.owner import current_owner, is_alive, is_local
from assistant.library.storage.records import RunSummary
from assistant.library.storage.schema import cases, run_chunks, runs
from assistant.library.storage.stored_json import cleaned, dump, dump_all, load_all, plain


class RunStore:
    """Reads and writes generation runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, project_id: str, run: GenerationRun, owner: str | None) -> None:
        """See ``Library.start_run``."""
        run = cleaned(run)
        state = {
            "status": run.status,
            "error": run.error,
            "owner": plain(owner if owner is not None else current_owner()),
            "cancel_requested": 0,
            "finished_at": None,
        }
        with self._database.write() as connection:
            lock_project(connection, project_id)
            held = connection.execute(select(runs).where(runs.c.id == run.id)).first()
            if held is not None:
                if held.project_id != project_id:
                    raise LibraryError(f"The run “{run.id}” exists already. Give it a new id.")
                connection.execute(update(runs).where(runs.c.id == run.id).values(state))
            else:
                top = select(func.coalesce(func.max(runs.c.seq), 0) + 1)
                seq = connection.execute(top.where(runs.c.project_id == project_id)).scalar_one()
                connection.execute(
                    insert(runs).values(
                        id=run.id,
                        project_id=project_id,
                        seq=seq,
                        created_at=run.created_at.isoformat(),
                        actor=run.by,
                        request=run.request,
                        writer=run.generation.writer,
                        epic_keys=json.dumps([epic.key for epic in run.epics]),
                        body=run.model_dump_json(exclude=STORED_APART),
                        plan=0,
                        condition_count=len(run.conditions),
                        conditions=dump_all(run.conditions),
                        questions=dump_all(run.questions),
                        uncovered=json.dumps(run.uncovered_criteria),
                        timings=dump(run.timings),
                        **state,
                    )
                )
                insert_chunks(connection, project_id, run.id, 0, run.retrieved)
            action = "started" if held is None else "started again"
            _record(connection, project_id, run.id, action, run.by)

    def record_plan(
        self,
        run_id: str,
        conditions: Sequence[TestCondition],
        questions: Sequence[Question],
        retrieved: Sequence[RetrievedChunk],
        left_out: int = 0,
    ) -> None:
        """See ``Library.record_plan``."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    status="running" if row.status == "queued" else row.status,
                    plan=row.plan + 1,
                    condition_count=len(conditions) - left_out,
                    conditions=dump_all(conditions),
                    questions=dump_all(questions),
                )
            )
            insert_chunks(connection, row.project_id, run_id, row.plan + 1, retrieved)
            detail = f"{len(conditions)} conditions, {len(retrieved)} sources"
            _record(connection, row.project_id, run_id, "planned", row.actor, detail)

    def add_questions(self, run_id: str, questions: Sequence[Question]) -> None:
        """See ``Library.add_questions``."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            held = load_all(Question, row.questions)
            known = {(one.criterion_id, one.text) for one in held}
            new = [one for one in questions if (one.criterion_id, one.text) not in known]
            connection.execute(
                update(runs).where(runs.c.id == run_id).values(questions=dump_all((*held, *new)))
            )

    def finish(
        self,
        run_id: str,
        status: RunStatus,
        error: str,
        timings: Timings,
        uncovered: Sequence[str],
    ) -> None:
        """See ``Library.finish_run``."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    status=status,
                    error=plain(error),
                    timings=dump(timings),
                    uncovered=json.dumps([plain(text) for text in uncovered]),
                    finished_at=utc_now().isoformat(),
                )
            )
            _record(connection, row.project_id, run_id, status, row.actor, error)

    def get(self, project_id: str, run_id: str) -> GenerationRun:
        """See ``Library.run``."""
        with self._database.read() as connection:
            row = fetch(connection, run_id)
            if row.project_id != project_id:
                raise no_run(run_id)
            return assembled(connection, row)

    def project_of(self, run_id: str) -> str:
        """See ``Library.project_of_run``."""
        with self._database.read() as connection:
            found = connection.execute(select(runs.c.project_id).where(runs.c.id == run_id))
            project_id = found.scalar_one_or_none()
        if project_id is None:
            raise LibraryError(f"There is no run “{run_id}”. `generate --json` prints its id.")
        return str(project_id)

    def epics(self, project_id: str, run_id: str) -> tuple[Epic, ...]:
        """See ``Library.run_epics``."""
        with self._database.read() as connection:
            row = fetch(connection, run_id)
            if row.project_id != project_id:
                raise no_run(run_id)
            return GenerationRun.model_validate_json(row.body).epics

    def all(self, project_id: str, limit: int | None) -> tuple[RunSummary, ...]:
        """See ``Library.runs``."""
        here = and_(cases.c.project_id == runs.c.project_id, cases.c.run_id == runs.c.id)

        counted = select(func.count()).select_from(cases).where(here)

        query: Select[Any] = (
            select(
                runs.c.id, runs.c.created_at, runs.c.finished_at, runs.c.actor, runs.c.request,
                runs.c.status, runs.c.error, runs.c.writer, runs.c.epic_keys,
                runs.c.condition_count, runs.c.cancel_requested, runs.c.timings,
                counted.scalar_subquery().label("case_count"),
                counted.where(cases.c.status == "accepted").scalar_subquery().label("accepted"),
                counted.where(cases.c.status == "rejected").scalar_subquery().label("rejected"),
            )
            .where(runs.c.project_id == project_id)
            .order_by(runs.c.seq.desc())
            .limit(limit)
        )  # fmt: skip
        with self._database.read() as connection:
            return tuple(summary(row) for row in connection.execute(query))

    def request_cancel(self, run_id: str, by: str) -> None:
        """See ``Library.request_cancel``."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            if row.cancel_requested or row.status not in ("queued", "running"):
                return
            connection.execute(update(runs).where(runs.c.id == run_id).values(cancel_requested=1))
            _record(connection, row.project_id, run_id, "cancel requested", by)

    def is_cancelled(self, run_id: str) -> bool:
        """See ``Library.is_cancelled``."""
        query = select(runs.c.cancel_requested).where(runs.c.id == run_id)
        with self._database.read() as connection:
            return bool(connection.execute(query).scalar())

    def interrupt_orphans(self, owner: str) -> tuple[str, ...]:
        """See ``Library.interrupt_orphans``."""
        going = runs.c.status.in_(("queued", "running"))
        interrupted = []
        with self._database.write() as connection:
            for row in connection.execute(select(runs).where(going).order_by(runs.c.seq)).all():
                # A library that nobody else works on has no living runs of other computers.
                unknown = not self._database.is_held and not is_local(row.owner)
                if row.owner == owner or is_alive(row.owner) or unknown:
                    continue
                connection.execute(
                    update(runs)
                    .where(runs.c.id == row.id)
                    .values(
                        status="interrupted",
                        error="The program ended while this run was going on. The cases written "
                        "until then are kept; run it again for the rest.",
                        finished_at=utc_now().isoformat(),
                    )
                )
                _record(connection, row.project_id, row.id, "interrupted", row.actor)
                interrupted.append(row.id)
        return tuple(interrupted)

    def chunks(self, project_id: str, chunk_ids: Collection[str]) -> dict[str, Chunk]:
        """See ``Library.chunks``."""
        wanted = list(dict.fromkeys(chunk_ids))
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), 500):
                query = (
                    select(run_chunks.c.chunk_id, run_chunks.c.chunk)
                    .join(runs, runs.c.id == run_chunks.c.run_id)
                    .where(
                        run_chunks.c.project_id == project_id,
                        run_chunks.c.chunk_id.in_(wanted[start : start + 500]),
                    )
                    .order_by(runs.c.seq, run_chunks.c.plan)
                )
                found.update((row.chunk_id, row.chunk) for row in connection.execute(query))
        return {chunk_id: Chunk.model_validate_json(text) for chunk_id, text in found.items()}


def _record(
    connection: Connection, project_id: str, run_id: str, action: str, by: str, detail: str = ""
) -> None:
    record(
        connection, project_id, by=by, action=action, subject="run", subject_id=run_id,
        detail=detail,
    )  # fmt: skip
