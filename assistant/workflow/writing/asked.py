"""What a sentence asks for: its parts, the epics and stories they select, what names nothing."""

from __future__ import annotations

from collections.abc import Collection

from assistant.domain import Depth, Epic, Value
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import RequestPart as RequestPart
from assistant.knowledge.request_parts import RequestReading, Vocabulary
from assistant.knowledge.selection import Selection, Told, select
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.search_sources import vocabulary


class Asked(Value):
    """A sentence as it was read with the names that the project had (``known``).

    ``parts`` are all that it names and that have an effect, ``reading`` those that a person did not
    take out (``taken_out``), ``selection`` what is left to write for.
    """

    known: Vocabulary
    parts: tuple[RequestPart, ...]
    taken_out: tuple[str, ...] = ()
    reading: RequestReading
    selection: Selection

    def without(self, ids: Collection[str]) -> Asked:
        """The same sentence, of a reading that is whole, with these parts left aside."""
        reading = self.reading.without(ids)
        return self.model_copy(
            update={
                "taken_out": tuple(ids),
                "reading": reading,
                "selection": select(reading, self.known),
            }
        )

    @property
    def told(self) -> tuple[Told, ...]:
        """What names nothing or is not among what is selected, with what is known instead."""
        return self.selection.told

    @property
    def depths(self) -> tuple[Depth, ...]:
        """The depths that the sentence does not leave out."""
        return self.reading.depths

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


def read_asked(workspace: Workspace, project_id: str, text: str) -> Asked:
    """Read a sentence with the names of a project."""
    known = vocabulary(workspace, project_id)
    reading = parse_request(text, known)
    idle = {part.id for part in reading.without_effect}
    parts = {part.id: part for part in reading.parts if part.known and part.id not in idle}
    return Asked(
        known=known,
        parts=tuple(parts.values()),
        reading=reading,
        selection=select(reading, known),
    )


def part_title(part: RequestPart) -> str:
    """A part in words: what it is, its name, and whether it is left out."""
    named = f"{part.kind} {part.name}" if part.kind != "topic" else f"titles with “{part.name}”"
    return f"{'without ' if part.excluded else ''}{named}"


def nothing_selected(asked: Asked) -> str:
    """Why a sentence selects nothing, and what there is to name."""
    known = asked.known
    if not known.epics:
        return "This project holds no epic yet. Import some, or paste one."
    told = "; ".join(one.note for one in asked.told)
    named = ", ".join(part_title(part) for part in asked.reading.parts if part.known)
    why = told or (f"nothing is left of: {named}" if named else "no epic is named")
    return (
        f"Nothing is selected: {why}. Releases: {', '.join(known.releases) or 'none'}. "
        f"Teams: {', '.join(known.teams) or 'none'}. "
        f"Epics: {', '.join(epic.key for epic in known.epics)}."
    )
