"""Cases of the library linked to their stories, as training material."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Epic, StoryCases, TestCase, UserStory, Value
from assistant.training.data.data_sheet import UNLINKED, LeftOut


class LinkedCases(Value):
    """Stories with their cases, and the cases that belong to none, each with the reason."""

    stories: tuple[StoryCases, ...]
    left_out: tuple[LeftOut, ...]


def from_library(epics: Sequence[Epic], cases: Sequence[TestCase]) -> LinkedCases:
    """Link cases to stories by story key, or by the first criterion id that a story has.

    A case that names an epic with a single story belongs to that story. Stories stand in the order
    of the epics; those without a case are left out.
    """
    by_key: dict[str, tuple[Epic, UserStory]] = {}
    by_criterion: dict[str, str] = {}
    only_story: dict[str, str] = {}
    for epic in epics:
        if len(epic.stories) == 1:
            only_story[_folded(epic.key)] = _folded(epic.stories[0].key)
        for story in epic.stories:
            by_key.setdefault(_folded(story.key), (epic, story))
            for criterion in story.criteria:
                by_criterion.setdefault(_folded(criterion.id), _folded(story.key))
    linked: dict[str, list[TestCase]] = {}
    left_out = []
    for case in cases:
        key = _folded(case.story_key)
        if key not in by_key:
            found = (by_criterion.get(_folded(one)) for one in case.criterion_ids)
            key = next((one for one in found if one), only_story.get(_folded(case.epic_key), ""))
        if key in by_key:
            linked.setdefault(key, []).append(case)
        else:
            left_out.append(
                LeftOut(case_id=case.id, reason=_reason(case), story_key=case.story_key)
            )
    stories = tuple(
        StoryCases(epic=epic, story=story, cases=tuple(linked[key]))
        for key, (epic, story) in by_key.items()
        if key in linked
    )
    return LinkedCases(stories=stories, left_out=tuple(left_out))


def _reason(case: TestCase) -> str:
    if case.story_key:
        return "its story is not in the library"
    if case.criterion_ids:
        return "none of its criteria is in the library"
    return UNLINKED


def _folded(key: str) -> str:
    return " ".join(key.split()).casefold()
