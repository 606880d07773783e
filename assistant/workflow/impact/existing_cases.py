"""Have a model read a project's existing cases beside the epics that are asked for: which hold,
which have words that are no longer right, and which test what is no more.

What it said is kept by the epics that it was read for, and counts for a case and an item of the
checklist as long as both say what was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from assistant.domain import Epic, RetrievedChunk, TestCase, TestCondition, UserStory
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.impact_reading import changed, updated
from assistant.generation.numbering import Numbering
from assistant.generation.prompts import in_parts
from assistant.generation.run_plan import query_of, stories_of, story_sources
from assistant.generation.second_reading import ReadingGround
from assistant.suite.reuse import ConditionVerdict, ReuseReport
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import impact_job
from assistant.workflow.impact.impact_job import ImpactReading, Part
from assistant.workflow.impact.impact_job import sources_changed as sources_changed
from assistant.workflow.impact.impact_job import stamp as stamp
from assistant.workflow.review.duplicates import existing
from assistant.workflow.review.suite_basis import search_of
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.sources.reindex import basis_chunks, index_pending
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.answers import answered_chunks

NEAR_CRITERION, NEAR_SOURCE = 25, 8
"""Cases that the search gives for a criterion, and for a passage of a source."""
RELEASE_SHARE = 0.35
"""Of the prompt, that criteria with their items may fill before the stories are read in parts."""


def job_of(project_id: str, epics: Sequence[Epic]) -> str:
    """The job that reads for these epics; one at a time."""
    return impact_job.job_of(project_id, _name(epics))


def last(workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> ImpactReading | None:
    """The latest reading for these epics, where there is one."""
    return impact_job.last(workspace, project_id, _name(epics))


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
    every: bool = False,
) -> str:
    """Read in a worker thread; returns the job. Raises as ``read_now`` before it starts."""

    def read(report: Progress, stop: StopCheck) -> None:
        read_now(
            workspace, project_id, epics, conditions, reader=reader, by=by, every=every,
            report=report, cancelled=stop,
        )  # fmt: skip

    return impact_job.start(workspace, project_id, _name(epics), read, reader=reader)


def read_now(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    conditions: Sequence[TestCondition],
    *,
    reader: str,
    by: str,
    every: bool = False,
    report: Progress = lambda done, total: None,
    cancelled: CancelCheck = never_cancelled,
) -> ImpactReading:
    """Read the existing cases that may bear on these epics, or ``every`` one (see
    ``impact_job.read``)."""
    items = [one for one in conditions if not one.legs]

    def asked(
        held: Sequence[TestCase], characters: int, cancelled: CancelCheck
    ) -> tuple[Sequence[Part], Sequence[TestCase]]:
        release = _Release(workspace, project_id, epics)
        return release.parts(items, int(characters * RELEASE_SHARE)), release.near(
            held, every, cancelled
        )

    return impact_job.read(
        workspace, project_id, _name(epics), asked, epics=[epic.key for epic in epics],
        reader=reader, by=by, report=report, cancelled=cancelled,
    )  # fmt: skip


Stories = Sequence[tuple[Epic, UserStory]]


def _length(items: Mapping[str, int], one: tuple[Epic, UserStory]) -> int:
    """How many characters the criteria of a story have, with those of their ``items``."""
    return sum(len(each.text) + items.get(each.id, 0) for each in one[1].criteria)


class _Release:
    """The stories of a request with what the project's sources say of them; for one thread."""

    def __init__(self, workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> None:
        self._workspace, self._project_id = workspace, project_id
        library = workspace.library
        index_pending(library, workspace.knowledge(project_id), project_id)
        self.stories = [one for one in stories_of(epics) if one[1].criteria]
        texts, config = current_texts(workspace, project_id), search_of(workspace, project_id)
        held_by = library.documents_of_epics(project_id)
        documents = dict.fromkeys(name for epic in epics for name in held_by.get(epic.key, ()))
        held = basis_chunks(library, project_id, list(documents))
        basis = answered_chunks(workspace, project_id, epics, held)
        numbering = Numbering((), standings(workspace, project_id).of)
        self._sources = {
            story.key: story_sources(epic, story, basis, texts, config, numbering, texts.chunks)
            for epic, story in self.stories
        }

    def parts(self, conditions: Sequence[TestCondition], room: int) -> list[Part]:
        """The stories with what is to be tested of them, as many together as have room."""
        by_criterion: dict[str, int] = {}
        for one in conditions:
            of = one.criterion_id
            by_criterion[of] = by_criterion.get(of, 0) + len(one.statement)
        parts = []
        for stories in in_parts(self.stories, partial(_length, by_criterion), room):
            own = {one.id for _, story in stories for one in story.criteria}
            items = tuple(one for one in conditions if one.criterion_id in own)
            parts.append(Part(self.ground(stories), items))
        return parts

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

    def near(self, held: Sequence[TestCase], every: bool, cancelled: CancelCheck) -> list[TestCase]:
        """Of the existing cases those to be read, by the stories' keys, then for each criterion,
        then for each source."""
        keys = {story.key for _, story in self.stories}
        ids = {one.id for _, story in self.stories for one in story.criteria}
        named = [one.id for one in held if one.story_key in keys or ids & {*one.criterion_ids}]
        stories = ((story, one) for _, story in self.stories for one in story.criteria)
        queries = [(query_of(story, one.text), NEAR_CRITERION, 0) for story, one in stories]
        queries += [(text, NEAR_SOURCE, NEAR_CRITERION) for text in self._passages()]
        return impact_job.near(
            self._workspace, self._project_id, held, named, queries, every=every,
            cancelled=cancelled,
        )  # fmt: skip

    def _passages(self) -> Iterator[str]:
        chunks = {one.chunk.id: one.chunk for held in self._sources.values() for one in held}
        for chunk in chunks.values():
            if chunk.kind not in ("case", "criterion", "story"):
                yield chunk.text


def _name(epics: Sequence[Epic]) -> str:
    return impact_job.name_of(sorted(epic.key for epic in epics))
