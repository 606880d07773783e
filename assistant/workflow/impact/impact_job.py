"""Have a model read a project's existing cases in parts, as a job, and keep what it said.

What it said is kept by what it was read for (epics, or the texts of pages), and counts for a case
and an item of the checklist as long as both say what was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import Field, model_validator

from assistant.domain import (
    GenerationConfig,
    SearchFilter,
    TestCase,
    TestCondition,
    Value,
    utc_now,
)
from assistant.errors import LibraryError, ModelUnavailable
from assistant.generation.cancellation import CancelCheck, Cancelled
from assistant.generation.impact_reading import (
    ANSWER_TOKENS,
    CASES_A_CALL,
    ImpactChange,
    PageChange,
    read_impact,
    updated,
)
from assistant.generation.impact_reading import IMPACTS as IMPACTS
from assistant.generation.impact_reading import CaseImpact as CaseImpact
from assistant.generation.impact_reading import Impact as Impact
from assistant.generation.second_reading import ReadingGround
from assistant.generation.writers.story_prompt import case_lines, prompt_characters
from assistant.library import SavedKind
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.models import cannot_read, readers
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.duplicates import EXISTING, existing
from assistant.workflow.review.suite_basis import search_of
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.sources.read_source import sources_stamp

KIND: SavedKind = "impact"
READ_WHOLE = 150
"""A suite of so many cases is read whole; of a larger one those that the search finds."""
MOST_READ = 400
MOST_QUERIES = 300
"""Searches for the cases that are read, some seconds: of more, each second or third is made."""
QUERY_CHARACTERS = 1_000
EMBEDDED = 256
"""Cases that are embedded at once."""


class ImpactReading(Value):
    """What a model said of a project's existing cases.

    ``read`` are those that it was shown, by id with a mark of their words, ``then`` such marks of
    cases with the changes in them; ``items`` what of the checklist was read for, with its words,
    ``criteria`` the criterion of each item; ``held`` how many cases the project held, ``dropped``
    what of the answers did not hold, ``left`` how many cases were still to be read beside what is
    left of what was asked for. ``document_ids`` are the pages that it was read for, if any.
    """

    title: str
    epics: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    left: int = 0
    items: dict[str, str] = Field(default_factory=dict)
    criteria: dict[str, str] = Field(default_factory=dict)
    read: dict[str, str] = Field(default_factory=dict)
    then: dict[str, str] = Field(default_factory=dict)
    held: int = 0
    found: tuple[CaseImpact, ...] = ()
    dropped: int = 0
    sources: str = ""
    at: datetime = Field(default_factory=utc_now)

    @model_validator(mode="before")
    @classmethod
    def _of_one_page(cls, kept: Any) -> Any:
        """A reading kept by an earlier version names one page."""
        if isinstance(kept, dict) and "document_id" in kept:
            page = kept["document_id"]
            rest = {name: held for name, held in kept.items() if name != "document_id"}
            return rest | {"document_ids": (page,) if page else ()}
        return kept

    def now(self, case: TestCase) -> CaseImpact | None:
        """What it said of a case, as that reads now: one with all its changes in it is *keep*, of
        one that was edited otherwise nothing is said."""
        said = next((one for one in self.found if one.case_id == case.id), None)
        if said is None or _mark(case) == self.read[case.id]:
            return said
        if _mark(case) != self.then.get(case.id):
            return None
        return said.model_copy(update={"impact": "keep", "changes": ()})

    def has_read(self, case: TestCase) -> bool:
        """Whether it was shown a case with the words that this has now."""
        return self.read.get(case.id) == _mark(case)

    def by_impact(self, impact: Impact) -> tuple[CaseImpact, ...]:
        """The cases of which it said so."""
        return tuple(one for one in self.found if one.impact == impact)


Item = TypeVar("Item")


@dataclass(frozen=True)
class Part:
    """What the cases are read beside at once."""

    ground: ReadingGround
    items: tuple[TestCondition, ...] = ()
    pages: tuple[PageChange, ...] = ()


Asked = Callable[[Sequence[TestCase], int, CancelCheck], tuple[Sequence[Part], Sequence[TestCase]]]
"""What is read: from a project's existing cases and the characters of a prompt the parts, and the
cases that are read beside each."""


def job_of(project_id: str, name: str) -> str:
    """The job that reads for what has this name; one at a time."""
    return f"impact-{project_id}-{name}"


def name_of(texts: Iterable[str]) -> str:
    """What a reading is kept by: a mark of what it was read for."""
    return _hash("\n".join(texts), 24)


def last(workspace: Workspace, project_id: str, name: str) -> ImpactReading | None:
    """The latest reading of this name, where there is one."""
    kept = workspace.library.saved.find(project_id, KIND, name)
    return ImpactReading.model_validate_json(kept.body) if kept and kept.body else None


def stamp(workspace: Workspace, project_id: str) -> int:
    """Changes with every reading of the project; 0 where there is none."""
    return max((one.seq for one in workspace.library.saved.names(project_id, KIND)), default=0)


def sources_changed(workspace: Workspace, project_id: str, reading: ImpactReading) -> bool:
    """Whether a source of the project changed since, other than the pages that it was read for."""
    # Earlier versions counted the page in.
    now = (_sources(workspace, project_id, but) for but in (reading.document_ids, ()))
    return reading.sources not in now


def requests_for(cases: int) -> int:
    """In how many requests at the least so many cases are read."""
    return -(-cases // CASES_A_CALL)


def cases_held(workspace: Workspace, project_id: str) -> int:
    """How many cases the project holds that can be read."""
    return workspace.memo.get(
        "existing cases counted",
        project_id,
        workspace.library.cases_stamp(project_id, statuses=EXISTING),
        lambda: len(existing(workspace, project_id)),
    )


def start(
    workspace: Workspace,
    project_id: str,
    name: str,
    read: Callable[[Progress, StopCheck], None],
    *,
    reader: str,
) -> str:
    """Run ``read`` in a worker thread; returns the job. Raises as ``check`` before it starts."""
    check(workspace, project_id, reader)
    job = job_of(project_id, name)
    workspace.jobs.start_counted(job, read)
    return job


def check(workspace: Workspace, project_id: str, reader: str) -> None:
    """Raises ``LibraryError`` where the project holds no case, ``ModelUnavailable`` where
    ``reader`` cannot read."""
    if reader not in readers(workspace):
        raise ModelUnavailable(cannot_read(workspace, reader))
    if not existing(workspace, project_id):
        raise LibraryError(
            "The project holds no accepted or imported case to read. Import the existing suite "
            "under Import sources first."
        )


def read(
    workspace: Workspace,
    project_id: str,
    name: str,
    asked: Asked,
    *,
    epics: Sequence[str] = (),
    document_ids: Sequence[str] = (),
    reader: str,
    by: str,
    report: Progress,
    cancelled: CancelCheck,
) -> ImpactReading:
    """Read the existing cases as ``asked``, and keep what was said in place of an earlier reading
    of this name; ``report`` gets cases read and in all. Stopped or failed, what was read is kept
    where there is no earlier reading.

    Raises as ``check``, and ``ModelUnavailable`` where the reader does not answer.
    """
    check(workspace, project_id, reader)
    choices = GenerationConfig(writer=reader, max_tokens=ANSWER_TOKENS, temperature=0.0)
    held = existing(workspace, project_id)
    reading = ImpactReading(
        title=known_writer(workspace, reader).title,
        epics=tuple(epics),
        document_ids=tuple(document_ids),
        held=len(held),
    )
    before = last(workspace, project_id, name)
    with workspace.jobs.model_turn(job_of(project_id, name), cancelled) as mine:
        if not mine:
            return reading
        endpoint = workspace.endpoints.open(reader, choices)
        characters = prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS)
        try:
            parts, cases = asked(held, characters, cancelled)
            # Behind it: it brings the index in step.
            sources = _sources(workspace, project_id, document_ids)
            reading = reading.model_copy(update={"sources": sources})
            total, done = len(cases) * len(parts), 0
            report(0, total)
            for one in parts:
                replies = read_impact(
                    one.ground, one.items, cases, endpoint, pages=one.pages, cancelled=cancelled
                )
                for some, said in replies:
                    done += len(some)
                    report(done, total)
                    reading = _with(reading, some, said.found, said.dropped, total - done)
                    if done % len(cases) == 0:  # for these items all cases have been read
                        reading = _read_for(reading, one.items)
                    if before is None or done == total:
                        workspace.library.saved.replace(project_id, KIND, name, reading, by=by)
        except Cancelled:
            pass
    return reading


def thinned(queries: Sequence[Item], most: int = MOST_QUERIES) -> Sequence[Item]:
    """The queries, or each n-th where there are more than ``most``."""
    return queries[:: -(-len(queries) // most) or 1]


def near(
    workspace: Workspace,
    project_id: str,
    held: Sequence[TestCase],
    named: Collection[str],
    queries: Sequence[tuple[str, int, int]],
    *,
    every: bool,
    cancelled: CancelCheck,
) -> list[TestCase]:
    """Of the existing cases those to be read: all of a small suite, or ``every`` one, else those
    ``named`` by id, then those that the search finds. ``queries``: words, how many cases they may
    give, and behind how many places these stand; the nearest to any of them comes first
    (``benchmarks/RESULTS.md``).
    """
    if every or len(held) <= READ_WHOLE:
        return list(held)
    asked = thinned([(query[:QUERY_CHARACTERS], most, at) for query, most, at in queries])
    texts, config = current_texts(workspace, project_id), search_of(workspace, project_id)
    config = config.model_copy(update={"filter": SearchFilter(kinds=("case",)), "both_ways": False})
    found = [(name, -1) for name in named]
    for query, limit, behind in asked:
        if cancelled():
            raise Cancelled
        rows = texts.explain(query, config, limit=limit).rows
        found += [(row.chunk.key, place) for place, row in enumerate(rows, behind)]
    found += _without_document(workspace, project_id, asked, cancelled)
    places: dict[str, int] = {}
    for name, place in found:
        places[name] = min(place, places.get(name, place))
    by_id = {case.id: case for case in held}
    nearest = sorted(places, key=lambda name: places[name])
    return [by_id[name] for name in nearest if name in by_id][:MOST_READ]


def _without_document(
    workspace: Workspace,
    project_id: str,
    asked: Sequence[tuple[str, int, int]],
    cancelled: CancelCheck,
) -> Iterator[tuple[str, int]]:
    """The places of cases that a run or a person wrote: they are no passages, and no search finds
    them."""
    stored = workspace.library.cases(project_id, statuses=EXISTING)
    cases = [one.case for one in stored if one.document_id is None]
    if not (cases and asked):
        return
    embedder = workspace.embedder(workspace.project(project_id).retrieval.embedding_model)
    wanted = embedder.queries([query for query, _, _ in asked])
    scores: list[list[float]] = [[] for _ in asked]
    for start in range(0, len(cases), EMBEDDED):
        if cancelled():
            raise Cancelled
        part = embedder.documents([case_lines(one) for one in cases[start : start + EMBEDDED]])
        for row, more in zip(scores, wanted @ part.T, strict=True):
            row += more.tolist()
    for (_, limit, behind), row in zip(asked, scores, strict=True):
        nearest = sorted(range(len(cases)), key=row.__getitem__, reverse=True)[:limit]
        yield from ((cases[at].id, place) for place, at in enumerate(nearest, behind))


def _read_for(reading: ImpactReading, items: Sequence[TestCondition]) -> ImpactReading:
    """A reading with items of the checklist for which all of its cases were read."""
    return reading.model_copy(
        update={
            "items": reading.items | {one.id: one.statement for one in items},
            "criteria": reading.criteria | {one.id: one.criterion_id for one in items},
        }
    )


def _with(
    reading: ImpactReading,
    part: Sequence[TestCase],
    found: Sequence[CaseImpact],
    dropped: int,
    left: int,
) -> ImpactReading:
    """A reading with what was said of more cases; of one that was read beside other stories before,
    what asks for more holds."""
    known = {one.case_id: one for one in reading.found}
    order: Mapping[Impact, int] = {"keep": 0, "remove": 1, "change": 2}
    for one in found:
        before = known.get(one.case_id)
        if before is None:
            known[one.case_id] = one
            continue
        first, second = sorted((before, one), key=lambda each: -order[each.impact])
        items = dict.fromkeys((*first.condition_ids, *second.condition_ids))
        # What is taken out of a case that goes is no change of one that stays.
        more = second.changes if second.impact == first.impact else ()
        places: dict[tuple[int, int, int], ImpactChange] = {}
        for change in (*first.changes, *more):
            places.setdefault((change.line, change.start, change.end), change)
        both = {"condition_ids": tuple(items), "changes": tuple(places.values())}
        known[one.case_id] = first.model_copy(update=both)
    return reading.model_copy(
        update={
            "read": reading.read | {case.id: _mark(case) for case in part},
            "then": reading.then | _then(part, known),
            "found": tuple(known.values()),
            "dropped": reading.dropped + dropped,
            "left": left,
        }
    )


def _then(part: Sequence[TestCase], known: Mapping[str, CaseImpact]) -> dict[str, str]:
    """A mark of the words of each case that changes, with the changes in it."""
    changing = ((case, known[case.id]) for case in part if case.id in known)
    return {case.id: _mark(updated(case, one.changes)) for case, one in changing if one.changes}


def _sources(workspace: Workspace, project_id: str, but: Sequence[str]) -> str:
    return _hash(sources_stamp(workspace, project_id, but=but), 16)


def _mark(case: TestCase) -> str:
    return _hash(case_lines(case), 16)


def _hash(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
