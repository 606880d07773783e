"""What cases of any origin may rest on: the criteria that each is about, and the sources of these.

A case that names a criterion or a story is held against these; another one against the criteria
that the project's search finds for its words; one for which none is found, against what the search
finds at all. The cases that the project holds are no source: a suite must not support itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Literal

from assistant.domain import (
    TECHNIQUES,
    Chunk,
    Epic,
    RetrievalConfig,
    RetrievedChunk,
    SearchFilter,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.generation.numbering import Numbering, each_once
from assistant.generation.proof import Ground, Sources
from assistant.generation.run_plan import story_sources
from assistant.suite.case_words import content, words
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import CurrentTexts, current_texts
from assistant.workflow.sources.read_source import sources_stamp
from assistant.workflow.sources.reindex import basis_chunks, index_pending
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.answers import answered_chunks, answers_to, with_answers
from assistant.workflow.writing.requests import conditions_of

LinkedBy = Literal["key", "person", "story", "search", "unknown key", "nothing"]
LINKS: dict[LinkedBy, str] = {
    "key": "the case names it",
    "person": "a person chose it",
    "story": "the case names its story; which of its criteria it is about, it does not say",
    "search": "not sure: the case names none; nearest in the project's criteria",
    "unknown key": "the project does not hold what it names; held against what the search found",
    "nothing": "no criterion of the project is near; held against what the search found",
}
"""How a case was linked to its criteria."""

EPIC_CHARACTERS = 8_000
"""Of an epic's other criteria that a second reader gets beside those of the case's story."""

NEAREST = 3
"""Criteria that a search may give a case which names none: those of the story found best."""

AS_NEAR = 0.9
"""Share of the best one's score from which on a criterion of another story is about as near. Of the
sample's 60 cases without their keys, the nearest story is the right one for 49."""

WORDS_SHOWN = 6
"""Words that a case and its nearest criterion have in common."""

_WORD = re.compile(r"\w[\w.-]*\w")
_PART = re.compile(r"(?<![\w-])AC[ -]?0*(\d+)(?![\w-])", re.IGNORECASE)
"""A criterion by its number within its story: "AC2", "AC 2"."""


class HeldCriterion(Value):
    """A criterion of the project, with the story and the epic that it is of."""

    id: str
    text: str
    story_key: str
    story_title: str
    epic_key: str


class Link(Value):
    """The criteria that a case was held against, and how they were found.

    ``named`` are the keys that are named and the project does not hold, ``places`` where a key was
    found if not in a column of keys, ``words`` those that the nearest criterion has in common with
    the case, ``as_near`` criteria of other stories that the search found about as near.
    """

    by: LinkedBy
    criterion_ids: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    as_near: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the case or a person says which criteria it is about."""
        return bool(self.criterion_ids) and (
            self.by in ("key", "person") or (self.by == "story" and len(self.criterion_ids) == 1)
        )

    @property
    def says(self) -> str:
        """How the criteria were found, with the keys that the project does not hold."""
        keys = ", ".join(self.named)
        if self.by == "unknown key":
            return f"{LINKS[self.by]} ({keys})"
        said = LINKS[self.by]
        if self.by == "story" and len(self.criterion_ids) == 1:
            said = "the case names its story, which has this criterion alone"
        if self.places:
            said += f" (in {' and '.join(self.places)})"
        if self.words:
            said += f"; words in both: {', '.join(self.words)}"
        if self.as_near:
            said += f"; about as near: {', '.join(self.as_near)}"
        return said + (f"; the project does not hold {keys}" if keys else "")


class SuiteBasis:
    """The test basis of a project, read once for all cases of a suite; for one thread."""

    def __init__(
        self, workspace: Workspace, project_id: str, numbered: Sequence[RetrievedChunk] = ()
    ) -> None:
        """``numbered`` are sources that keep the numbers they have."""
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        self._workspace, self._project_id = workspace, project_id
        epics = workspace.library.epics(project_id)
        given = answers_to(workspace, project_id, epics)
        self._epics = tuple(with_answers(epic, given) for epic in epics)
        self._held_by = workspace.library.documents_of_epics(project_id)
        self._config = search_of(workspace, project_id)
        self._texts = current_texts(workspace, project_id)
        self._retriever = _WithoutCases(
            self._texts,
            {one.id for one in workspace.library.documents(project_id) if one.kind == "test_cases"},
        )
        self._numbering = Numbering(numbered, standings(workspace, project_id).of)
        self._of_story = cache(self._story_ground)
        self._chunks_of = cache(self._epic_chunks)
        self._conditions_of = cache(self._epic_conditions)

    @property
    def sources(self) -> tuple[RetrievedChunk, ...]:
        """Every source that a case was held against so far, by number."""
        return self._numbering.all

    @cached_property
    def criteria(self) -> tuple[HeldCriterion, ...]:
        """All criteria of the project, in the order of its epics."""
        return tuple(
            HeldCriterion(
                id=criterion.id,
                text=criterion.text,
                story_key=story.key,
                story_title=story.title,
                epic_key=epic.key,
            )
            for epic in self._epics
            for story in epic.stories
            for criterion in story.criteria
        )

    # --- Links ------------------------------------------------------------------------------------

    def link(self, case: TestCase, chosen: Sequence[str] = ()) -> Link:
        """The criteria that a case is about: those ``chosen`` by a person that are still held, else
        what the case names or is near to."""
        held = tuple(one for one in dict.fromkeys(chosen) if one in self._stories)
        gone = tuple(one for one in dict.fromkeys(chosen) if one not in self._stories)
        if held:
            return Link(by="person", criterion_ids=held, named=gone)
        found = self._link(case)
        return found.model_copy(update={"named": (*found.named, *gone)})

    def _link(self, case: TestCase) -> Link:
        keys = tuple(dict.fromkeys(key for key in (*case.criterion_ids, case.story_key) if key))
        texts = tuple(text for _, text in _places(case))
        parts = self._parts(keys, (*keys, *texts))
        in_columns = (*keys, *parts)
        in_texts = tuple(
            word
            for text in texts
            for said in (_WORD.findall(text),)
            for word in (*said, *self._parts(said, (text,)))
        )
        decides = in_columns if self._named(in_columns) else in_texts
        named = self._named(decides)
        if named:
            unknown = tuple(
                key for key in keys
                if key.casefold() not in self._held and not (parts and _PART.fullmatch(key))
            )  # fmt: skip
            own = any(word.casefold() in self._own_keys for word in decides)
            by: LinkedBy = "key" if own else "story"
            if decides is in_columns:  # a number beside a story's column may stand in a text
                there = {word.casefold() for word in (*keys, *self._parts(keys, keys))}
                sought = tuple(one for one in parts if one.casefold() not in there)
            else:
                sought = named if own else tuple(self._stories[one][1].key for one in named)
            places = self._places_of(sought, keys, case)
            return Link(by=by, criterion_ids=named, named=unknown, places=places)
        if keys:
            return Link(by="unknown key", named=keys)
        return self._nearest(case)

    def _places_of(
        self, sought: Sequence[str], columns: Sequence[str], case: TestCase
    ) -> tuple[str, ...]:
        """Where the texts of a case name these keys, or the number of a criterion of a story that
        the same text or the ``columns`` name."""
        keys = {name.casefold() for name in sought}
        found: dict[str, None] = {}
        for place, text in _places(case):
            said = _WORD.findall(text)
            parts = self._parts((*columns, *said), (text,))
            if keys.intersection(word.casefold() for word in (*said, *parts)):
                found.setdefault(place)
        return tuple(found)

    @cached_property
    def _stories(self) -> dict[str, tuple[Epic, UserStory]]:
        """Each criterion's epic and story, by the criterion's id."""
        return {
            criterion.id: (epic, story)
            for epic in self._epics
            for story in epic.stories
            for criterion in story.criteria
        }

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        """The criteria that a key stands for, in one case: itself, or all those of a story."""
        found: dict[str, tuple[str, ...]] = {}
        for name, (_, story) in self._stories.items():
            found[story.key.casefold()] = tuple(one.id for one in story.criteria)
            found[name.casefold()] = (name,)
        return found

    @cached_property
    def _own_keys(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in self._stories)

    @cached_property
    def _held(self) -> frozenset[str]:
        """The keys of all epics, stories and criteria, in one case."""
        epics = (epic.key.casefold() for epic in self._epics)
        stories = (story.key.casefold() for epic in self._epics for story in epic.stories)
        return self._own_keys.union(epics, stories)

    def _named(self, words: Iterable[str]) -> tuple[str, ...]:
        """The criteria that these words are keys of; those named themselves go before a story's."""
        folded = [word.casefold() for word in words]
        found = [self._keys[word] for word in folded if word in self._keys]
        own = [self._keys[word] for word in folded if word in self._own_keys]
        return tuple(dict.fromkeys(name for ids in own or found for name in ids))

    def _parts(self, words: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
        """The ids of the criteria that "AC2" means beside the key of their story."""
        stories = [word for word in words if self._keys.get(word.casefold())]
        numbers = [found[1] for text in texts for found in _PART.finditer(text)]
        ids = (f"{story}-AC{number}" for story in stories for number in numbers)
        return tuple(one for one in ids if one.casefold() in self._own_keys)

    def _nearest(self, case: TestCase) -> Link:
        """The criteria that the search finds for what a case says, all of the best one's story;
        beside them those of other stories that it finds about as near."""
        wanted = {"filter": SearchFilter(kinds=("criterion",)), "both_ways": False}
        config = self._config.model_copy(update=wanted)
        said = _text_of(case)
        if not said or not self._stories:
            return Link(by="nothing")
        trace = self._texts.explain(said, config, limit=NEAREST)
        rows = [row for row in trace.rows if row.relevant and not self._texts.is_older(row.chunk)]
        scores: dict[str, float] = {}
        for row in rows:
            if row.chunk.key in self._stories:
                scores.setdefault(row.chunk.key, row.score)
        if not scores:
            return Link(by="nothing")
        best = next(iter(scores))
        story = self._stories[best][1].key
        own = tuple(name for name in scores if self._stories[name][1].key == story)
        near = (one for one, score in scores.items() if score >= AS_NEAR * scores[best])
        return Link(
            by="search",
            criterion_ids=own,
            words=self._words_in_both(best, said),
            as_near=tuple(one for one in near if one not in own),
        )

    def _words_in_both(self, criterion_id: str, said: str) -> tuple[str, ...]:
        """Words of a criterion, as it has them, that a case has as well in whatever form."""
        _, story = self._stories[criterion_id]
        text = next(one.text for one in story.criteria if one.id == criterion_id)
        theirs = set(content(words(said)))
        found: dict[str, str] = {}
        for word in _WORD.findall(text):
            for one in content(words(word)):
                if one in theirs:
                    found.setdefault(one, word)
        return tuple(dict.fromkeys(found.values()))[:WORDS_SHOWN]

    # --- What a case may rest on ------------------------------------------------------------------

    def ground(self, case: TestCase, link: Link) -> Ground:
        """What a case may rest on; its conditions are those that its situation sets.

        The situation alone decides: what the case expects is to be proved by it.
        """
        if not link.criterion_ids:
            config = self._config.model_copy(update={"both_ways": False})
            found = self._retriever.retrieve([_text_of(case)], config) if _text_of(case) else ()
            return Ground(sources=Sources(self._numbering.retrieved(found)))
        stories = dict.fromkeys(
            (epic.key, story.key)
            for epic, story in (self._stories[name] for name in link.criterion_ids)
        )
        grounds = [self._of_story(*keys) for keys in stories]
        return grounds[0] if len(grounds) == 1 else _joined(grounds)

    def with_whole_epic(self, ground: Ground) -> Ground:
        """The ground of a story with the other criteria of its epic behind its own, as far as
        ``EPIC_CHARACTERS`` go: a case may rest on them, and its story was perhaps found."""
        own = {one.id for one in ground.criteria}
        epics = {self._stories[name][0].key: self._stories[name][0] for name in own}
        others = []
        left = EPIC_CHARACTERS
        for criterion in (one for epic in epics.values() for one in epic.criteria):
            if criterion.id not in own and len(criterion.text) <= left:
                left -= len(criterion.text)
                others.append(criterion)
        return replace(ground, criteria=(*ground.criteria, *others))

    def _story_ground(self, epic_key: str, story_key: str) -> Ground:
        epic, story = next(
            (epic, story)
            for epic, story in self._stories.values()
            if (epic.key, story.key) == (epic_key, story_key)
        )
        sources = story_sources(
            epic, story, self._chunks_of(epic_key), self._retriever, self._config,
            self._numbering, self._retriever.chunks,
        )  # fmt: skip
        own = {one.id for one in story.criteria}
        return Ground(
            sources=Sources(sources),
            criteria=story.criteria,
            conditions=tuple(
                one for one in self._conditions_of(epic_key) if own & set(one.criterion_ids)
            ),
            context=(epic.title, epic.description, story.title, story.narrative),
        )

    def _epic_chunks(self, epic_key: str) -> list[Chunk]:
        epic = next(one for one in self._epics if one.key == epic_key)
        workspace, project_id = self._workspace, self._project_id
        held = basis_chunks(workspace.library, project_id, self._held_by[epic_key])
        return answered_chunks(workspace, project_id, [epic], held)

    def _epic_conditions(self, epic_key: str) -> tuple[TestCondition, ...]:
        return conditions_of([one for one in self._epics if one.key == epic_key], TECHNIQUES)


def search_of(workspace: Workspace, project_id: str) -> RetrievalConfig:
    """How a project searches for what cases are held against: as it does, but for no cases."""
    config = workspace.project(project_id).retrieval
    return config.model_copy(update={"top_k": config.top_k.model_copy(update={"case": 0})})


def present_basis(workspace: Workspace, project_id: str) -> SuiteBasis:
    """The basis as the project's sources stand now: that of the call before until one changes.

    For a caller whose calls come one after the other.
    """
    index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    stamp = sources_stamp(workspace, project_id)
    return workspace.memo.get(
        "suite basis", project_id, stamp, lambda: SuiteBasis(workspace, project_id), most=1
    )


class _WithoutCases:
    """A project's knowledge without the documents that hold existing cases."""

    def __init__(self, knowledge: CurrentTexts, cases: Collection[str]) -> None:
        self._knowledge = knowledge
        self._cases = frozenset(cases)

    def retrieve(
        self,
        queries: Sequence[str],
        config: RetrievalConfig,
        *,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """See ``KnowledgeBase.retrieve``."""
        left_out = self._cases.union(exclude_documents)
        return self._knowledge.retrieve(queries, config, exclude_documents=left_out)

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """See ``KnowledgeBase.chunks``."""
        return self._knowledge.chunks(document_id)


def _places(case: TestCase) -> tuple[tuple[str, str], ...]:
    """The texts of a case that may name a criterion beside its columns of keys, with what they
    are."""
    labels = tuple(("a label", text) for text in case.labels)
    return (*labels, ("its title", case.title), ("its objective", case.objective))


def _text_of(case: TestCase) -> str:
    """What a case is about, for a search: its title and what it expects."""
    results = (step.expected_result for step in case.steps)
    return " ".join(" ".join((case.title, *results)).split())[:2000]


def _joined(grounds: Sequence[Ground]) -> Ground:
    """What a case of several stories may rest on."""
    return Ground(
        sources=Sources(each_once(p.source for one in grounds for p in one.sources.passages)),
        criteria=tuple(dict.fromkeys(c for one in grounds for c in one.criteria)),
        conditions=tuple({c.id: c for one in grounds for c in one.conditions}.values()),
        context=tuple(dict.fromkeys(text for one in grounds for text in one.context)),
    )
