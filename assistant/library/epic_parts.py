"""An epic whose stories came in as documents of their own, put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.domain import Epic, UserStory


class EpicPart(NamedTuple):
    """What one document holds of an epic; ``source`` is its connection, where it is an issue's.

    ``own``: the document is the epic's, not that of one of its stories.
    """

    document_id: str
    stored_at: str
    source: str
    own: bool
    epic: Epic


def whole_epic(parts: Sequence[EpicPart]) -> tuple[tuple[str, ...], Epic]:
    """The epic of ``parts`` (one at least, in the order of their documents), and its documents.

    The part stored last decides: where it is an issue's, all parts of its connection belong to it.
    """
    last = max(parts, key=lambda part: part.stored_at)
    together = [part for part in parts if last.source and part.source == last.source]
    if len(together) < 2:
        return (last.document_id,), last.epic
    head = next((part for part in together if part.own), together[0])
    stories = dict[str, UserStory]()
    for part in sorted(together, key=lambda part: not part.own):
        for story in part.epic.stories:
            stories.setdefault(story.key, story)
    ids = [head.document_id, *(part.document_id for part in together if part is not head)]
    epic = head.epic.model_copy(
        update={
            "stories": tuple(stories.values()),
            "release": head.epic.release or _only(part.epic.release for part in together),
            "team": head.epic.team or _only(part.epic.team for part in together),
        }
    )
    return tuple(ids), epic


def _only(values: Iterable[str]) -> str:
    """The one value that all that have one agree on; empty where they differ."""
    found = {value for value in values if value}
    return found.pop() if len(found) == 1 else ""
