"""Generation runs: their plan, progress, end, and the run put together again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from assistant.domain import (
    Chunk,
    Epic,
    GenerationRun,
    ModelSpec,
    Question,
    RejectedDraft,
    RetrievedChunk,
    RunStatus,
    TestCase,
    TestCondition,
    Timings,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as RunRow
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.owner import current_owner, is_alive, is_local
from assistant.library.storage.records import PlannedRun, RunSummary
from assistant.library.storage.rows import (
    cleaned,
    dump,
    dump_all,
    load_all,
    next_seq,
    plain,
    read_row,
    rows_in_parts,
)
from assistant.library.storage.schema import cases, rejected_drafts, run_chunks, runs


class RunStore(Store):
    """Reads and writes generation runs."""

    def start_run(self, project_id: str, run: GenerationRun, *, owner: str | None = None) -> None:
        """Store a run before it begins, with the status it has, for this process to carry out.

        A run that is stored already starts again: its status and owner are set anew, its cases
        stay. ``owner`` is ``current_owner()`` unless given.
        """
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
                _change(connection, run.id, **state)
            else:
                seq = next_seq(connection, runs, project_id)
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
            record(connection, project_id, "run", run.id, action, run.by)

    def record_plan(
        self,
        run_id: str,
        conditions: Sequence[TestCondition],
        questions: Sequence[Question],
        retrieved: Sequence[RetrievedChunk],
        *,
        left_out: int = 0,
    ) -> None:
        """Store what the run is going to write cases for, and from which sources.

        No case is written for ``left_out`` of the conditions. A queued run is running from here
        on. A second plan takes the first one's place; chunks of the first can still be found by
        ``chunks``.
        """
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            _change(
                connection,
                run_id,
                status="running" if row.status == "queued" else row.status,
                plan=row.plan + 1,
                condition_count=len(conditions) - left_out,
                conditions=dump_all(conditions),
                questions=dump_all(questions),
            )
            insert_chunks(connection, row.project_id, run_id, row.plan + 1, retrieved)
            detail = f"{len(conditions)} conditions, {len(retrieved)} sources"
            record(connection, row.project_id, "run", run_id, "planned", row.actor, detail)

    def _store_questions(self, run_id: str, questions: Sequence[Question]) -> tuple[Question, ...]:
        """Add questions to those of a run, each once; what sources say to one is kept with it, and
        the cases that it is put beside. Returns them as they are kept."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            held = load_all(Question, row.questions)
            merged = {(one.criterion_id, one.text): one for one in held}
            for one in questions:
                key = one.criterion_id, one.text
                before = merged.setdefault(key, one)
                named = dict.fromkeys((*before.case_titles, *one.case_titles))
                answers = one.source_answers or before.source_answers
                update = {"source_answers": answers, "case_titles": tuple(named)}
                merged[key] = before.model_copy(update=update)
            _change(connection, run_id, questions=dump_all(merged.values()))
        return tuple(merged[key] for key in {(one.criterion_id, one.text): 0 for one in questions})

    def finish_run(
        self,
        run_id: str,
        *,
        status: RunStatus,
        error: str = "",
        timings: Timings | None = None,
        uncovered_criteria: Sequence[str] = (),
    ) -> None:
        """Store how a run ended."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            _change(
                connection,
                run_id,
                status=status,
                error=plain(error),
                timings=dump(timings or Timings()),
                uncovered=json.dumps([plain(text) for text in uncovered_criteria]),
                finished_at=utc_now().isoformat(),
            )
            record(connection, row.project_id, "run", run_id, status, row.actor, error)

    def run(self, project_id: str, run_id: str) -> GenerationRun:
        """A run with its plan, its cases as they are now, and its rejected drafts."""
        with self._database.read() as connection:
            return assembled(connection, _of_project(connection, project_id, run_id))

    def project_of_run(self, run_id: str) -> str:
        """The id of the project that a run belongs to. Raises ``LibraryError`` for no run."""
        project_id = self._scalar(select(runs.c.project_id).where(runs.c.id == run_id))
        if project_id is None:
            raise LibraryError(f"There is no run “{run_id}”. `generate --json` prints its id.")
        return str(project_id)

    def run_epics(self, project_id: str, run_id: str) -> tuple[Epic, ...]:
        """The epics of a run as they were when it began."""
        with self._database.read() as connection:
            row = _of_project(connection, project_id, run_id)
            return GenerationRun.model_validate_json(row.body).epics

    def run_questions(self, project_id: str, run_id: str) -> tuple[Question, ...]:
        """The questions that came up in a run, without the run."""
        with self._database.read() as connection:
            row = _of_project(connection, project_id, run_id)
            return load_all(Question, row.questions)

    def models_of(self, project_id: str, run_ids: Collection[str]) -> dict[str, ModelSpec]:
        """The models that wrote these runs, by run; an outline has none."""
        query = select(runs.c.id, runs.c.body).where(
            runs.c.project_id == project_id, runs.c.id.in_(list(run_ids))
        )
        found = {
            row.id: GenerationRun.model_validate_json(row.body).model for row in self._all(query)
        }
        return {run_id: model for run_id, model in found.items() if model is not None}

    def runs(self, project_id: str, *, limit: int | None = None) -> tuple[RunSummary, ...]:
        """The runs of a project with their progress, newest first."""
        here = and_(cases.c.project_id == runs.c.project_id, cases.c.run_id == runs.c.id)

        counted = select(func.count()).select_from(cases).where(here)

        query: Select[Any] = (
            select(
                runs.c.id, runs.c.created_at, runs.c.finished_at, runs.c.actor, runs.c.request,
                runs.c.status, runs.c.error, runs.c.writer, runs.c.epic_keys,
                runs.c.condition_count.label("conditions"), runs.c.timings,
                counted.scalar_subquery().label("cases"),
                counted.where(cases.c.given_key.is_not(None)).scalar_subquery().label("written"),
                counted.where(cases.c.status == "accepted").scalar_subquery().label("accepted"),
                counted.where(cases.c.status == "rejected").scalar_subquery().label("rejected"),
            )
            .where(runs.c.project_id == project_id)
            .order_by(runs.c.seq.desc())
            .limit(limit)
        )  # fmt: skip
        return tuple(map(summary, self._all(query)))

    def planned_runs(self, project_id: str, *, prefix: str) -> tuple[PlannedRun, ...]:
        """The runs whose ids begin with ``prefix``, in the order they began; one query."""
        query = (
            select(runs.c.id, runs.c.request, runs.c.status, runs.c.conditions)
            .where(runs.c.project_id == project_id, runs.c.id.startswith(prefix, autoescape=True))
            .order_by(runs.c.seq)
        )
        return tuple(
            PlannedRun(
                id=row.id,
                request=row.request,
                status=row.status,
                condition_ids=tuple(one["id"] for one in json.loads(row.conditions)),
            )
            for row in self._all(query)
        )

    def request_cancel(self, run_id: str) -> None:
        """Ask whoever carries out the run to stop; nothing where it has ended."""
        with self._database.write() as connection:
            row = fetch(connection, run_id)
            if row.cancel_requested or row.status not in ("queued", "running"):
                return
            _change(connection, run_id, cancel_requested=1)
            record(connection, row.project_id, "run", run_id, "cancel requested", "")

    def is_cancelled(self, run_id: str) -> bool:
        """Whether somebody asked to stop the run."""
        return bool(self._scalar(select(runs.c.cancel_requested).where(runs.c.id == run_id)))

    def interrupt_orphans(self) -> tuple[str, ...]:
        """Mark runs whose process has died as interrupted; returns their ids."""
        going = runs.c.status.in_(("queued", "running"))
        interrupted = []
        with self._database.write() as connection:
            for row in connection.execute(select(runs).where(going).order_by(runs.c.seq)).all():
                # A library that nobody else works on has no living runs of other computers.
                unknown = not self._database.is_held and not is_local(row.owner)
                if is_alive(row.owner) or unknown:
                    continue
                _change(
                    connection,
                    row.id,
                    status="interrupted",
                    error="The program ended while this run was going on. The cases written "
                    "until then are kept; run it again for the rest.",
                    finished_at=utc_now().isoformat(),
                )
                record(connection, row.project_id, "run", row.id, "interrupted", row.actor)
                interrupted.append(row.id)
        return tuple(interrupted)

    def chunks(self, project_id: str, chunk_ids: Collection[str]) -> Mapping[str, Chunk]:
        """Chunks that runs have retrieved, by id, as the latest run saw them; unknown ids lack."""
        query = (
            select(run_chunks.c.chunk_id, run_chunks.c.chunk)
            .join(runs, runs.c.id == run_chunks.c.run_id)
            .where(run_chunks.c.project_id == project_id)
            .order_by(runs.c.seq, run_chunks.c.plan)
        )
        wanted = dict.fromkeys(chunk_ids)
        with self._database.read() as connection:
            rows = rows_in_parts(connection, query, run_chunks.c.chunk_id, wanted)
            found = {row.chunk_id: row.chunk for row in rows}
        return {chunk_id: Chunk.model_validate_json(text) for chunk_id, text in found.items()}


STORED_APART = {
    "conditions", "questions", "retrieved", "cases", "rejected", "timings", "uncovered_criteria",
    "status", "error",
}  # fmt: skip
"""Fields of ``GenerationRun`` that have columns or tables of their own."""


def fetch(connection: Connection, run_id: str) -> RunRow:
    """The row of a run, locked for the caller. Raises ``LibraryError`` where there is none."""
    row = connection.execute(select(runs).where(runs.c.id == run_id).with_for_update()).first()
    if row is None:
        raise no_run(run_id)
    return row


def _of_project(connection: Connection, project_id: str, run_id: str) -> RunRow:
    row = fetch(connection, run_id)
    if row.project_id != project_id:
        raise no_run(run_id)
    return row


def _change(connection: Connection, run_id: str, **values: object) -> None:
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def no_run(run_id: str) -> LibraryError:
    """The error for an unknown run."""
    return LibraryError(f"There is no run “{run_id}” in this project. Reload the list of runs.")


def insert_chunks(
    connection: Connection,
    project_id: str,
    run_id: str,
    plan: int,
    retrieved: Sequence[RetrievedChunk],
) -> None:
    """Store the chunks of one plan of a run; ranks are unique in it."""
    if not retrieved:
        return
    rows = [
        {
            "run_id": run_id,
            "plan": plan,
            "rank": item.rank,
            "project_id": project_id,
            "chunk_id": item.chunk.id,
            "score": item.score,
            "stage": item.stage,
            "chunk": dump(item.chunk),
            "document_id": item.chunk.document_id,
            "document_version": item.chunk.version,
        }
        for item in map(cleaned, retrieved)
    ]
    connection.execute(insert(run_chunks), rows)


def assembled(connection: Connection, row: RunRow) -> GenerationRun:
    """The whole run: its latest plan, its cases as they are now, its rejected drafts."""
    chunks = connection.execute(
        select(run_chunks)
        .where(run_chunks.c.run_id == row.id, run_chunks.c.plan == row.plan)
        .order_by(run_chunks.c.rank)
    ).all()
    drafts = connection.execute(
        select(rejected_drafts.c.draft)
        .where(rejected_drafts.c.run_id == row.id)
        .order_by(rejected_drafts.c.seq)
    ).scalars()
    bodies = connection.execute(
        select(cases.c.body)
        .where(cases.c.project_id == row.project_id, cases.c.run_id == row.id)
        .order_by(cases.c.seq)
    ).scalars()
    return GenerationRun.model_validate_json(row.body).model_copy(
        update={
            "status": row.status,
            "error": row.error,
            "timings": Timings.model_validate_json(row.timings),
            "uncovered_criteria": tuple(json.loads(row.uncovered)),
            "conditions": load_all(TestCondition, row.conditions),
            "questions": load_all(Question, row.questions),
            "retrieved": tuple(
                read_row(RetrievedChunk, item, chunk=Chunk.model_validate_json(item.chunk))
                for item in chunks
            ),
            "cases": tuple(TestCase.model_validate_json(text) for text in bodies),
            "rejected": tuple(RejectedDraft.model_validate_json(text) for text in drafts),
        }
    )


def summary(row: RunRow) -> RunSummary:
    """A run without its contents, from a row of the listing."""
    return read_row(
        RunSummary,
        row,
        epic_keys=tuple(json.loads(row.epic_keys)),
        timings=Timings.model_validate_json(row.timings),
    )
