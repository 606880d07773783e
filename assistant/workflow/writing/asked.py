"""What a sentence asks for: its parts, the epics and stories they select, what names nothing."""

from __future__ import annotations

from collections.abc import Collection

from assistant.domain import Epic, Value
from assistant.knowledge.query import LONGEST as LONGEST
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import RequestPart as RequestPart
from assistant.knowledge.request_parts import RequestReading
from assistant.knowledge.selection import Selection, select
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.search_sources import vocabulary


class Asked(Value):
    """A sentence as it was read. ``parts`` are all that it names, ``reading`` without those that a
    person took out (``taken_out``), ``selection`` what is left to write for."""

    parts: tuple[RequestPart, ...]
    taken_out: tuple[str, ...] = ()
    reading: RequestReading
    selection: Selection

    @property
    def told(self) -> tuple[str, ...]:
        """What names nothing, each with what is known instead."""
        return tuple(one.note for one in self.selection.told)

    @property
    def unread(self) -> tuple[str, ...]:
        """Words that stand where nothing is named."""
        return self.reading.unread

    def narrowed(self, epic: Epic) -> Epic:
        """An epic with the stories that were asked for."""
        wanted = next((c.stories for c in self.selection.chosen if c.epic == epic.key), ())
        if not wanted:
            return epic
        stories = tuple(story for story in epic.stories if story.key in wanted)
        return epic.model_copy(update={"stories": stories})


def read_asked(
    workspace: Workspace, project_id: str, text: str, taken_out: Collection[str] = ()
) -> Asked:
    """Read a sentence with the names of a project. ``taken_out`` are ids of parts left aside."""
    known = vocabulary(workspace, project_id)
    reading = parse_request(text, known)
    counting = reading.without(taken_out)
    parts = {part.id: part for part in reading.parts if part.known}
    return Asked(
        parts=tuple(parts.values()),
        taken_out=tuple(taken_out),
        reading=counting,
        selection=select(counting, known),
    )


def part_title(part: RequestPart) -> str:
    """A part in words: what it is, its name, and whether it is left out."""
    named = f"{part.kind} {part.name}" if part.kind != "topic" else f"titles with “{part.name}”"
    return f"{'without ' if part.excluded else ''}{named}"


def nothing_selected(workspace: Workspace, project_id: str, asked: Asked) -> str:
    """Why a sentence selects nothing, and what there is to name."""
    known = vocabulary(workspace, project_id)
    if not known.epics:
        return "This project holds no epic yet. Import some, or paste one."
    told = "; ".join(asked.told)
    named = ", ".join(part_title(part) for part in asked.reading.parts if part.known)
    why = told or (f"nothing is left of: {named}" if named else "no epic is named")
    return (
        f"Nothing is selected: {why}. Releases: {', '.join(known.releases) or 'none'}. "
        f"Teams: {', '.join(known.teams) or 'none'}. "
        f"Epics: {', '.join(epic.key for epic in known.epics)}."
    )
