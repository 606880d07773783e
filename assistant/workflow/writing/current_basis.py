"""What the conditions of an earlier run rest on now: the same stories, as the project has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from assistant.design.description_rules import with_described_as
from assistant.domain import (
    AcceptanceCriterion,
    Depth,
    Epic,
    GenerationRun,
    Technique,
    UserStory,
)
from assistant.errors import LibraryError
from assistant.sources.pasted.pasted import story_as_criterion
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.sentences import plain_words
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.writing.answers import Answer, answers_to, with_answers
from assistant.workflow.writing.requests import conditions_of

GONE = "no longer there"


class PresentBasis:
    """The epics of a project with the answers given on them, and conditions found in them again.

    What is asked for is collected: ``epics`` are the stories that it rests on, and no others.
    """

    def __init__(self, workspace: Workspace, project_id: str, *, searched: bool = True) -> None:
        """``searched`` says whether something is to be searched for what is found here: then the
        sources are all put into the index."""
        if searched:
            index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        stored = workspace.library.epics(project_id)
        self.answers: Mapping[str, tuple[Answer, ...]] = answers_to(workspace, project_id, stored)
        self._memo, self._project_id = workspace.memo, project_id
        self._current = {epic.key: with_answers(epic, self.answers) for epic in stored}

    def find(
        self, source: GenerationRun, condition_ids: Collection[str], *, same_words: bool = False
    ) -> tuple[dict[str, str], tuple[Epic, ...]]:
        """The present id of each condition of ``source``, and the stories that they rest on.

        With ``same_words`` a criterion that now reads otherwise, or has another id, counts as
        gone. Raises ``LibraryError`` that ends with what is gone ("the epic CC-200 is no longer
        there").
        """
        found: dict[str, str] = {}
        epics: dict[str, Epic] = {}
        kept: set[str] = set()
        walks = {one.id: one.criterion_ids for one in source.conditions if one.legs}
        for condition_id in condition_ids:
            old_epic, old = _criterion_of(source.epics, condition_id)
            epic = epics.get(old_epic.key) or self._current.get(old_epic.key)
            if epic is None:
                raise LibraryError(f"the epic {old_epic.key} is {GONE}")
            epic = _with_story_as_criterion(epic, old_epic.story_of(old.id).key)
            epic = with_described_as(epic, old_epic)
            now = _same(epic, old)
            if now is None:
                raise LibraryError(f"the acceptance criterion {old.id} is {GONE}")
            if same_words and (now.id, plain_words(now.text)) != (old.id, plain_words(old.text)):
                raise LibraryError(f"the acceptance criterion {old.id}, as it read then, is {GONE}")
            epics[epic.key] = epic
            kept.add(epic.story_of(now.id).key)
            if condition_id in walks:
                _unchanged(old_epic, epic, walks[condition_id], same_words=same_words)
                kept.update(story.key for story in epic.stories)
            found[condition_id] = now.id + condition_id.removeprefix(old.id)
        limited = tuple(_limited(epic, kept) for epic in epics.values())
        choices = source.generation
        made_of = (limited, choices.techniques, choices.depth)
        derived = self._memo.get(
            "condition ids", self._project_id, made_of, partial(_derived, *made_of), most=64
        )
        for old_id, now_id in found.items():
            if now_id not in derived:
                raise LibraryError(f"the condition {old_id} is {GONE}")
        return found, limited


def _unchanged(
    old_epic: Epic, epic: Epic, criterion_ids: Collection[str], *, same_words: bool
) -> None:
    """Raises ``LibraryError`` where a criterion that a condition walks through is gone."""
    now = {criterion.id: plain_words(criterion.text) for criterion in epic.criteria}
    for criterion in old_epic.criteria:
        if criterion.id not in criterion_ids:
            continue
        said = now.get(criterion.id)
        if said is None or (same_words and said != plain_words(criterion.text)):
            raise LibraryError(f"the acceptance criterion {criterion.id} is {GONE}")


def _derived(
    epics: tuple[Epic, ...], techniques: tuple[Technique, ...], depth: Depth
) -> frozenset[str]:
    return frozenset(one.id for one in conditions_of(epics, techniques, depth))


def _criterion_of(epics: Sequence[Epic], condition_id: str) -> tuple[Epic, AcceptanceCriterion]:
    """The criterion that a condition was derived from, as it was then."""
    found = [
        (epic, criterion)
        for epic in epics
        for criterion in epic.criteria
        if condition_id.startswith(f"{criterion.id}-")
    ]
    if not found:
        raise LibraryError(f"what it was derived from is {GONE}")
    return max(found, key=lambda each: len(each[1].id))


def _same(epic: Epic, old: AcceptanceCriterion) -> AcceptanceCriterion | None:
    """The criterion with the same words, wherever it stands now, or else with the same id."""
    for criterion in epic.criteria:
        if plain_words(criterion.text) == plain_words(old.text):
            return criterion
    return next((criterion for criterion in epic.criteria if criterion.id == old.id), None)


def _with_story_as_criterion(epic: Epic, story_key: str) -> Epic:
    story = next((one for one in epic.stories if one.key == story_key), None)
    if story is not None and not story.criteria and story.narrative.strip():
        return story_as_criterion(epic, story_key)
    return epic


def _limited(epic: Epic, story_keys: Collection[str]) -> Epic:
    stories: tuple[UserStory, ...] = tuple(s for s in epic.stories if s.key in story_keys)
    return epic.model_copy(update={"stories": stories})
