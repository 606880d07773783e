"""Have a model read a project's existing cases beside the epics that are asked for: which hold,
which have words that are no longer right, and which test what is no more.

What it said is kept by the epics that it was read for, and counts for a case and an item of the
checklist as long as both say what was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from pydantic import Field

from assistant.domain import (
    Epic,
    GenerationConfig,
    RetrievedChunk,
    SearchFilter,
    TestCase,
    TestCondition,
    UserStory,
    Value,
    utc_now,
)
from assistant.errors import LibraryError, ModelUnavailable
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.impact_reading import (
    ANSWER_TOKENS,
    CASES_A_CALL,
    changed,
    read_impact,
    updated,
)
from assistant.generation.impact_reading import IMPACTS as IMPACTS
from assistant.generation.impact_reading import CaseImpact as CaseImpact
from assistant.generation.impact_reading import Impact as Impact
from assistant.generation.numbering import Numbering
from assistant.generation.prompts import in_parts
from assistant.generation.run_plan import query_of, stories_of, story_sources
from assistant.generation.second_reading import ReadingGround
from assistant.generation.writers.story_prompt import case_lines, prompt_characters
from assistant.library import SavedKind
from assistant.suite.reuse import ConditionVerdict, ReuseReport
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.models import cannot_read, readers
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.duplicates import EXISTING, existing
from assistant.workflow.review.suite_basis import search_of
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.sources.read_source import sources_stamp
from assistant.workflow.sources.reindex import basis_chunks, index_pending
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.answers import answered_chunks

KIND: SavedKind = "impact"
READ_WHOLE = 150
"""A suite of so many cases is read whole; of a larger one those that the search finds."""
MOST_READ = 400
NEAR_CRITERION, NEAR_SOURCE = 25, 8
"""Cases that the search gives for a criterion, and for a passage of a source."""
QUERY_CHARACTERS = 1_000
RELEASE_SHARE = 0.35
"""Of the prompt, that criteria with their items may fill before the stories are read in parts."""


class ImpactReading(Value):
    """What a model said of a project's existing cases.

    ``read`` are those that it was shown, by id with a mark of their words, ``then`` such marks of
    cases with the changes in them; ``items`` what of the checklist was read for, with its words,
    ``criteria`` the criterion of each item; ``held`` how many cases the project held, ``dropped``
    what of the answers did not hold.
    """

    title: str
    epics: tuple[str, ...]
    items: dict[str, str] = Field(default_factory=dict)
    criteria: dict[str, str] = Field(default_factory=dict)
    read: dict[str, str] = Field(default_factory=dict)
    then: dict[str, str] = Field(default_factory=dict)
    held: int = 0
    found: tuple[CaseImpact, ...] = ()
    dropped: int = 0
    sources: str = ""
    at: datetime = Field(default_factory=utc_now)

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


def job_of(project_id: str, epics: Sequence[Epic]) -> str:
    """The job that reads for these epics; one at a time."""
    return f"impact-{project_id}-{_name(epics)}"


def last(workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> ImpactReading | None:
    """The latest reading for these epics, where there is one."""
    kept = workspace.library.saved.find(project_id, KIND, _name(epics))
    return ImpactReading.model_validate_json(kept.body) if kept and kept.body else None


def stamp(workspace: Workspace, project_id: str) -> int:
    """Changes with every reading of the project; 0 where there is none."""
    return max((one.seq for one in workspace.library.saved.names(project_id, KIND)), default=0)


def sources_changed(workspace: Workspace, project_id: str, reading: ImpactReading) -> bool:
    """Whether a source of the project changed since."""
    return reading.sources != _sources(workspace, project_id)


def cases_to_read(workspace: Workspace, project_id: str) -> tuple[int, int]:
    """How many cases the project holds, and in how many requests at the least they are read."""
    held = workspace.memo.get(
        "existing cases counted",
        project_id,
        workspace.library.cases_stamp(project_id, statuses=EXISTING),
        lambda: len(existing(workspace, project_id)),
    )
    return held, -(-min(held, MOST_READ) // CASES_A_CALL)


def as_read(
    reading: ImpactReading,
    report: ReuseReport,
    conditions: Sequence[TestCondition],
    cases: Sequence[TestCase],
) -> ReuseReport:
    """A comparison by words with what the reading says in its place, for the items that it was made
    for and that still have their words: *reuse* or *update* by a case that it names, else *new*,
    unless words found a case that the reading was not shown as it is now."""
    same = {one.id for one in conditions if reading.items.get(one.id) == one.statement}
    named: dict[str, ConditionVerdict] = {}
    by_id = {case.id: case for case in cases}
    for case in cases:
        said = reading.now(case)
        for name in same.intersection(said.condition_ids) if said else ():
            if said is None or (name in named and named[name].verdict == "reuse"):
                continue
            named[name] = ConditionVerdict(
                condition_id=name,
                verdict="reuse" if said.impact == "keep" else "update",
                reason=f"{reading.title}: {said.because}",
                case_id=case.id,
                changes=changed(case, said.changes),
                read=True,
            )

    def now(one: ConditionVerdict) -> ConditionVerdict:
        if one.condition_id not in same or one.condition_id in named:
            return named.get(one.condition_id, one)
        if one.case_id and not reading.has_read(by_id[one.case_id]):
            return one
        told = f"{reading.title} names none of {len(reading.read)} existing cases"
        return ConditionVerdict(
            condition_id=one.condition_id, verdict="new", reason=told, read=True
        )

    return report.model_copy(update={"verdicts": tuple(now(one) for one in report.verdicts)})


def cases_for(
    workspace: Workspace, project_id: str, epics: Sequence[Epic], conditions: Collection[str]
) -> tuple[TestCase, ...]:
    """The existing cases that do for these conditions by the reading for the epics, with the words
    that it gives those that change, traced to the criteria that they test."""
    reading = last(workspace, project_id, epics) if conditions else None
    if reading is None:
        return ()
    found = []
    for case in existing(workspace, project_id):
        said = reading.now(case)
        own = [name for name in (said.condition_ids if said else ()) if name in conditions]
        if said is None or not own:
            continue
        ids = dict.fromkeys(reading.criteria[name] for name in own if name in reading.criteria)
        traced = {"criterion_ids": tuple(ids), "condition_ids": tuple(own)}
        found.append(updated(case, said.changes).model_copy(update=traced))
    return tuple(found)


def start(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    reader: str,
    by: str,
) -> str:
    """Read in a worker thread; returns the job. Raises as ``read_now`` before it starts."""
    _check(workspace, project_id, reader)
    job = job_of(project_id, epics)

    def read(report: Progress, stop: StopCheck) -> None:
        read_now(
            workspace, project_id, epics, conditions, reader=reader, by=by, report=report,
            cancelled=stop,
        )  # fmt: skip

    workspace.jobs.start_counted(job, read)
    return job


def read_now(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    reader: str,
    by: str,
    report: Progress = lambda done, total: None,
    cancelled: CancelCheck = never_cancelled,
) -> ImpactReading:
    """Read the existing cases that may bear on these epics, and keep what was said in place of an
    earlier reading for them; ``report`` gets cases read and in all. Stopped or failed, what was
    read is kept where there is no earlier reading.

    Raises ``LibraryError`` where the project holds no case, ``ModelUnavailable`` where ``reader``
    cannot read or does not answer.
    """
    _check(workspace, project_id, reader)
    choices = GenerationConfig(writer=reader, max_tokens=ANSWER_TOKENS, temperature=0.0)
    asked = [one for one in conditions if not one.legs]
    held = existing(workspace, project_id)
    reading = ImpactReading(
        title=known_writer(workspace, reader).title,
        epics=tuple(epic.key for epic in epics),
        held=len(held),
        sources=_sources(workspace, project_id),
    )
    before = last(workspace, project_id, epics)
    with workspace.jobs.model_turn(job_of(project_id, epics), cancelled) as mine:
        if not mine:
            return reading
        endpoint = workspace.endpoints.open(reader, choices)
        characters = prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS)
        release = _Release(workspace, project_id, epics)
        by_criterion: dict[str, int] = {}
        for one in asked:
            of = one.criterion_id
            by_criterion[of] = by_criterion.get(of, 0) + len(one.statement)
        room = int(characters * RELEASE_SHARE)
        parts = list(in_parts(release.stories, partial(_length, by_criterion), room))
        cases = release.near(held)
        total, done = len(cases) * len(parts), 0
        report(0, total)
        try:
            for stories in parts:
                own = {one.id for _, story in stories for one in story.criteria}
                items = [one for one in asked if one.criterion_id in own]
                ground = release.ground(stories)
                for part, said in read_impact(ground, items, cases, endpoint, cancelled=cancelled):
                    done += len(part)
                    report(done, total)
                    reading = _with(reading, part, said.found, said.dropped)
                    if done % len(cases) == 0:  # these stories have been read for with all cases
                        reading = _read_for(reading, items)
                    if before is None or done == total:
                        _keep(workspace, project_id, epics, reading, by)
        except Cancelled:
            pass
    return reading


def _check(workspace: Workspace, project_id: str, reader: str) -> None:
    if reader not in readers(workspace):
        raise ModelUnavailable(cannot_read(workspace, reader))
    if not existing(workspace, project_id):
        raise LibraryError(
            "The project holds no accepted or imported case to read. Import the existing suite "
            "under Import sources first."
        )


def _keep(
    workspace: Workspace, project_id: str, epics: Sequence[Epic], reading: ImpactReading, by: str
) -> None:
    workspace.library.saved.replace(project_id, KIND, _name(epics), reading, by=by)


def _read_for(reading: ImpactReading, items: Sequence[TestCondition]) -> ImpactReading:
    """A reading with items of the checklist for which all of its cases were read."""
    return reading.model_copy(
        update={
            "items": reading.items | {one.id: one.statement for one in items},
            "criteria": reading.criteria | {one.id: one.criterion_id for one in items},
        }
    )


def _with(
    reading: ImpactReading, part: Sequence[TestCase], found: Sequence[CaseImpact], dropped: int
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
        places = {(c.line, c.start, c.end): c for c in (*second.changes, *first.changes)}
        both = {"condition_ids": tuple(items), "changes": tuple(places.values())}
        known[one.case_id] = first.model_copy(update=both)
    return reading.model_copy(
        update={
            "read": reading.read | {case.id: _mark(case) for case in part},
            "then": reading.then | _then(part, known),
            "found": tuple(known.values()),
            "dropped": reading.dropped + dropped,
        }
    )


def _then(part: Sequence[TestCase], known: Mapping[str, CaseImpact]) -> dict[str, str]:
    """A mark of the words of each case that changes, with the changes in it."""
    changing = ((case, known[case.id]) for case in part if case.id in known)
    return {case.id: _mark(updated(case, one.changes)) for case, one in changing if one.changes}


Stories = Sequence[tuple[Epic, UserStory]]


def _length(items: Mapping[str, int], one: tuple[Epic, UserStory]) -> int:
    """How many characters the criteria of a story have, with those of their ``items``."""
    return sum(len(each.text) + items.get(each.id, 0) for each in one[1].criteria)


class _Release:
    """The stories of a request with what the project's sources say of them; for one thread."""

    def __init__(self, workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> None:
        library = workspace.library
        index_pending(library, workspace.knowledge(project_id), project_id)
        self.stories = [one for one in stories_of(epics) if one[1].criteria]
        self._config = search_of(workspace, project_id)
        self._texts = current_texts(workspace, project_id)
        held_by = library.documents_of_epics(project_id)
        documents = dict.fromkeys(name for epic in epics for name in held_by.get(epic.key, ()))
        held = basis_chunks(library, project_id, list(documents))
        basis = answered_chunks(workspace, project_id, epics, held)
        numbering = Numbering((), standings(workspace, project_id).of)
        self._sources = {
            story.key: story_sources(
                epic, story, basis, self._texts, self._config, numbering, self._texts.chunks
            )
            for epic, story in self.stories
        }

    def ground(self, stories: Stories) -> ReadingGround:
        """What existing cases are held against: criteria, and sources, the nearest first."""
        found: dict[int, RetrievedChunk] = {}
        for _, story in stories:
            for one in self._sources[story.key]:
                known = found.get(one.rank)
                if known is None or known.score < one.score:
                    found[one.rank] = one
        context = [
            text
            for epic, story in stories
            for text in (epic.title, epic.description, story.title, story.narrative)
        ]
        return ReadingGround(
            context=tuple(dict.fromkeys(filter(None, context))),
            criteria=tuple(one for _, story in stories for one in story.criteria),
            sources=tuple(sorted(found.values(), key=lambda one: -one.score)),
        )

    def near(self, held: Sequence[TestCase]) -> list[TestCase]:
        """Of the existing cases those to be read: all of a small suite, else those that name a key
        of the stories, then those that the search finds for a criterion, the nearest to any of them
        first (``benchmarks/RESULTS.md``), then those that it finds for a source."""
        if len(held) <= READ_WHOLE:
            return list(held)
        keys = {story.key for _, story in self.stories}
        ids = {one.id for _, story in self.stories for one in story.criteria}
        named = [one for one in held if one.story_key in keys or ids & {*one.criterion_ids}]
        places = {case.id: -1 for case in named}
        config = self._config.model_copy(
            update={"filter": SearchFilter(kinds=("case",)), "both_ways": False}
        )
        stories = ((story, one) for _, story in self.stories for one in story.criteria)
        queries = [(query_of(story, one.text), NEAR_CRITERION, 0) for story, one in stories]
        queries += [(text, NEAR_SOURCE, NEAR_CRITERION) for text in self._passages()]
        for query, limit, behind in queries:
            rows = self._texts.explain(query[:QUERY_CHARACTERS], config, limit=limit).rows
            for place, row in enumerate(rows, behind):
                places[row.chunk.key] = min(place, places.get(row.chunk.key, place))
        by_id = {case.id: case for case in held}
        found = sorted(places, key=lambda name: places[name])
        return [by_id[name] for name in found if name in by_id][:MOST_READ]

    def _passages(self) -> Iterator[str]:
        chunks = {one.chunk.id: one.chunk for held in self._sources.values() for one in held}
        for chunk in chunks.values():
            if chunk.kind not in ("case", "criterion", "story"):
                yield chunk.text


def _name(epics: Sequence[Epic]) -> str:
    keys = "\n".join(sorted(epic.key for epic in epics))
    return hashlib.sha256(keys.encode("utf-8", "replace")).hexdigest()[:24]


def _sources(workspace: Workspace, project_id: str) -> str:
    return hashlib.sha256(sources_stamp(workspace, project_id).encode()).hexdigest()[:16]


def _mark(case: TestCase) -> str:
    return hashlib.sha256(case_lines(case).encode("utf-8", "replace")).hexdigest()[:16]
