"""What issues are filed under: releases, sprints, teams or components, and labels.

A name stands in another field of each issue, in another spelling: it is looked for in all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from assistant.domain import Epic, UserStory
from assistant.knowledge.name_matching import Unit, name_key, names_in

FIELDS = ("release", "sprint", "team", "label")
"""Where a name stands, in the order in which it is told."""

Units = frozenset[Unit]


class FiledNames:
    """The names of all fields of a project's epics and stories."""

    def __init__(self, epics: Iterable[Epic]) -> None:
        self._issues: dict[Unit, tuple[Epic, UserStory | None]] = {
            (epic.key, story.key if story else ""): (epic, story)
            for epic in epics
            for story in epic.stories or (None,)
        }
        carrying: dict[str, dict[str, set[Unit]]] = {}
        for unit, (epic, story) in self._issues.items():
            for field, names in _filed(epic, story).items():
                for key in map(name_key, names):
                    carrying.setdefault(key, {}).setdefault(field, set()).add(unit)
        self._carrying = {
            key: {field: frozenset(units) for field, units in fields.items()}
            for key, fields in carrying.items()
        }

    def units(self, name: str) -> dict[str, Units]:
        """What carries a name, in whichever spelling, field by field."""
        return self._carrying.get(name_key(name), {})

    def names(self, unit: Unit, fields: Collection[str]) -> tuple[str, ...]:
        """The names in the first of these fields that is filled."""
        filed = _filed(*self._issues[unit])
        return next(filter(None, (filed[field] for field in fields)), ())


def _filed(epic: Epic, story: UserStory | None) -> dict[str, tuple[str, ...]]:
    """The names that a story is filed under, field by field.

    Those of its epic count for it too, but for the release where it names its own.
    """
    story = story or UserStory(key="", title="")
    return {
        "release": names_in(story.release or epic.release),
        "sprint": names_in(story.sprint),
        "team": (*names_in(epic.team), *names_in(story.team)),
        "label": (*epic.labels, *story.labels),
    }
