"""Rows of runs, and a run put together from its parts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from assistant.domain import (
    Chunk,
    GenerationRun,
    Question,
    RejectedDraft,
    RetrievedChunk,
    TestCase,
    TestCondition,
    Timings,
)
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as RunRow
from assistant.library.storage.records import RunSummary
from assistant.library.storage.rows import read_row
from assistant.library.storage.schema import cases, rejected_drafts, run_chunks, runs
from assistant.library.storage.stored_json import cleaned, dump, load_all

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
