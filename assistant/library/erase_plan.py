"""What goes when something is erased: all that was made of it, found by ids and by words.

Words: stored texts in which a long run of words, or an id, of the erased one stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection, func, or_, select

from assistant.domain import Epic, GenerationRun
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as Row
from assistant.library.storage.records import Erasure, Wanted
from assistant.library.storage.rows import first_in_parts, load_all, matching, rows_in_parts
from assistant.library.storage.schema import (
    case_versions,
    cases,
    comparisons,
    document_versions,
    documents,
    events,
    run_chunks,
    runs,
)


@dataclass(frozen=True)
class Plan:
    """What goes; ``traces`` recognise what was made of it in what stays.

    ``ended`` are removed cases whose id another case may have by now, with the version they ended
    at.
    """

    erasure: Erasure
    traces: Traces
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def whole_cases(self) -> tuple[str, ...]:
        """Cases that go with their whole history."""
        return tuple(name for name in self.erasure.cases if name not in self.ended)


def planned(connection: Connection, wanted: Wanted) -> Plan:
    """What goes when these things go. Raises ``LibraryError`` for what is not there."""
    _check(connection, wanted)
    traces = _traces(connection, wanted) if wanted.documents else Traces((), ())
    emptied = tuple(
        row.id
        for row in (runs_of(connection, wanted.project_id) if wanted.documents else ())
        if row.id not in wanted.runs
        and not without_erased_epics(row, traces).epics
        and json.loads(row.epic_keys)
    )
    gone_runs = (*wanted.runs, *emptied)
    ended = _ended_with(connection, wanted)
    gone = {
        *wanted.cases,
        *(_traced_cases(connection, wanted, traces) if wanted.documents else ()),
        *first_in_parts(
            connection,
            select(cases.c.id).where(cases.c.project_id == wanted.project_id),
            cases.c.run_id,
            gone_runs,
        ),
    }
    return Plan(
        Erasure(
            documents=wanted.documents,
            cases=tuple(sorted({*gone, *ended})),
            runs=gone_runs,
            comparisons=_compared(connection, wanted, traces),
            chunks=_pieces(connection, wanted, gone_runs),
            also_in=_also_in(connection, wanted, traces) if wanted.documents else (),
        ),
        traces,
        {name: version for name, version in ended.items() if name not in gone},
    )


def runs_of(connection: Connection, project_id: str) -> Sequence[Row]:
    """The rows of a project's runs."""
    return connection.execute(select(runs).where(runs.c.project_id == project_id)).all()


def without_erased_epics(row: Row, traces: Traces) -> GenerationRun:
    """A run without the epics that are erased; without its request and
    the sentence that asked for it where it loses one."""
    run = GenerationRun.model_validate_json(row.body)
    epics = tuple(one for one in run.epics if not traces.in_json(one.model_dump_json()))
    typed = (run.request, run.generation.asked)
    if len(epics) == len(run.epics) and not any(map(traces.in_text, typed)):
        return run.model_copy(update={"epics": epics})
    choices = run.generation.model_copy(update={"asked": ""})
    return run.model_copy(update={"epics": epics, "request": "", "generation": choices})


def _check(connection: Connection, wanted: Wanted) -> None:
    for kind, project, key, ids in (
        ("source", documents.c.project_id, documents.c.id, wanted.documents),
        ("test case", case_versions.c.project_id, case_versions.c.case_id, wanted.cases),
        ("run", runs.c.project_id, runs.c.id, wanted.runs),
    ):
        query = select(key).where(project == wanted.project_id)
        if lacking := sorted(set(ids) - set(first_in_parts(connection, query, key, ids))):
            raise LibraryError(f"There is no {kind} “{lacking[0]}” in this project. Check its id.")


def _traces(connection: Connection, wanted: Wanted) -> Traces:
    """The ids and the words of the documents, without what others of the project hold as well.

    Removed documents are not of the project any more: what they hold as well is a trace too.
    """
    ours = document_versions.c.project_id == wanted.project_id
    mine: list[Row] = []
    others: list[Row] = []
    gone = _removed(connection, wanted.project_id)
    query = select(document_versions).where(ours)
    for row in connection.execute(query):
        if row.document_id in wanted.documents:
            mine.append(row)
        elif row.document_id not in gone:
            others.append(row)
    chunks = tuple(
        first_in_parts(
            connection,
            select(run_chunks.c.chunk).where(run_chunks.c.project_id == wanted.project_id),
            run_chunks.c.document_id,
            wanted.documents,
        )
    )
    marks = _keys(mine) - _keys(others)
    marks |= {str(json.loads(chunk)["id"]) for chunk in chunks}
    return Traces(marks, chain(_texts(mine), *map(json_texts, chunks)), _texts(others))


def _removed(connection: Connection, project_id: str) -> Mapping[str, str]:
    """The titles of the documents that were removed from a project, by id."""
    query = select(documents.c.id, documents.c.title).where(
        documents.c.project_id == project_id, documents.c.removed_at.is_not(None)
    )
    return {row.id: row.title for row in connection.execute(query)}


def _also_in(connection: Connection, wanted: Wanted, traces: Traces) -> tuple[str, ...]:
    """Titles of the removed documents that stay and hold words of the erased ones."""
    gone = _removed(connection, wanted.project_id)
    versions = select(document_versions).where(document_versions.c.project_id == wanted.project_id)
    staying = [name for name in gone if name not in wanted.documents]
    rows = rows_in_parts(connection, versions, document_versions.c.document_id, staying)
    holding = {row.document_id for row in rows if any(map(traces.in_text, _texts([row])))}
    return tuple(gone[name] for name in staying if name in holding)


def _texts(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        for body in (row.document, row.epics, row.cases):
            yield from json_texts(body)


def _keys(rows: Iterable[Row]) -> set[str]:
    """Keys of epics, stories and criteria in versions of documents."""
    found: set[str] = set()
    for row in rows:
        for epic in load_all(Epic, row.epics):
            found.add(epic.key)
            found |= {story.key for story in epic.stories}
            found |= {criterion.id for criterion in epic.criteria}
    return found


def _traced_cases(connection: Connection, wanted: Wanted, traces: Traces) -> set[str]:
    """Cases that came with the documents, and those of which any version has to do with them."""
    ours = select(cases.c.id).where(cases.c.project_id == wanted.project_id)
    found = set(first_in_parts(connection, ours, cases.c.document_id, wanted.documents))
    query = select(case_versions.c.case_id, case_versions.c.body).where(
        case_versions.c.project_id == wanted.project_id
    )
    for row in connection.execute(query):
        if row.case_id not in found and traces.in_json(row.body):
            found.add(row.case_id)
    return found


def _ended_with(connection: Connection, wanted: Wanted) -> dict[str, int]:
    """Cases that went when one of the documents was removed, and the version they ended at."""
    if not wanted.documents:
        return {}
    removals = {"project_id": wanted.project_id, "subject": "document", "action": "removed"}
    log = select(events.c.detail).where(matching(events, **removals))
    reasons = {
        f"{title} was removed"
        for title in first_in_parts(connection, log, events.c.subject_id, wanted.documents)
    }
    query = (
        select(case_versions.c.case_id, func.max(case_versions.c.version).label("version"))
        .where(matching(case_versions, project_id=wanted.project_id, action="removed"))
        .group_by(case_versions.c.case_id, case_versions.c.reason)
        .having(case_versions.c.reason.in_(reasons))
    )
    ended: dict[str, int] = {}
    for row in connection.execute(query):
        ended[row.case_id] = max(row.version, ended.get(row.case_id, 0))
    return ended


def _compared(connection: Connection, wanted: Wanted, traces: Traces) -> tuple[str, ...]:
    if not wanted.documents:
        return ()
    query = select(comparisons.c.id, comparisons.c.body).where(
        comparisons.c.project_id == wanted.project_id
    )
    return tuple(row.id for row in connection.execute(query) if traces.in_json(row.body))


def _pieces(connection: Connection, wanted: Wanted, gone_runs: Collection[str]) -> int:
    query = select(run_chunks.c.run_id, run_chunks.c.plan, run_chunks.c.rank).where(
        run_chunks.c.project_id == wanted.project_id,
        or_(run_chunks.c.document_id.in_(wanted.documents), run_chunks.c.run_id.in_(gone_runs)),
    )
    return len(connection.execute(query).all())


RUN_OF_WORDS = 8
"""So many words in the same order are taken from the text and not found by chance."""
_WORD = re.compile(r"\w+")


class Traces:
    """``marks`` are ids (of chunks, epics, criteria); ``texts`` the erased words.

    Words that ``kept`` texts hold too are no trace: they stay anyway.
    """

    def __init__(
        self, marks: Iterable[str], texts: Iterable[str], kept: Iterable[str] = ()
    ) -> None:
        self.marks = frozenset(mark for mark in marks if mark)
        self._runs = {run for text in texts for run in _runs_of_words(text)}
        for text in kept:
            if not self._runs:
                break
            self._runs.difference_update(_runs_of_words(text))

    def in_text(self, text: str) -> bool:
        """Whether a plain text is one of the marks or holds words of the erased text."""
        if text in self.marks:
            return True
        return bool(self._runs) and any(run in self._runs for run in _runs_of_words(text))

    def in_json(self, text: str) -> bool:
        """Whether any text within a JSON document does."""
        return any(map(self.in_text, json_texts(text)))


def json_texts(text: str) -> Iterator[str]:
    """Every text in a JSON document, names of fields included; the whole where it is no JSON."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        yield text
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]


def _runs_of_words(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    for start in range(len(words) - RUN_OF_WORDS + 1):
        yield tuple(words[start : start + RUN_OF_WORDS])
