"""What a request is read as: its parts, wanted or left out."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Literal

from assistant.domain import DEPTHS, TECHNIQUES, Depth, Epic, Technique, Value
from assistant.knowledge.filed_names import FiledNames
from assistant.knowledge.name_matching import TitleWords, distinct_names
from assistant.knowledge.request_entries import EntryWords

PartKind = Literal[
    "epic", "story", "criterion", "release", "team", "label", "topic", "depth", "technique"
]
SCOPE: tuple[PartKind, ...] = ("depth", "technique")
DIMENSION: dict[PartKind, PartKind] = {
    "story": "epic",
    "criterion": "epic",
    "label": "team",
    "topic": "team",
}
"""Kinds that are alternatives to others: a story is named beside an epic, not within it."""


class Vocabulary(Value):
    """The names that a project knows, as its fields hold them: one may hold several."""

    releases: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sprints: tuple[str, ...] = ()
    epics: tuple[Epic, ...] = ()

    @cached_property
    def release_names(self) -> tuple[str, ...]:
        """Each release and sprint once, in one of its spellings."""
        return distinct_names((*self.releases, *self.sprints))

    @cached_property
    def team_names(self) -> tuple[str, ...]:
        """Each team once, in one of its spellings."""
        return distinct_names(self.teams)

    @cached_property
    def filed(self) -> FiledNames:
        """What the epics and stories are filed under, read once as well."""
        return FiledNames(self.epics)

    @cached_property
    def titles(self) -> TitleWords:
        """The words of the epics' titles and labels, read once for all that look for them."""
        return TitleWords(self.epics)

    @cached_property
    def entry_words(self) -> EntryWords:
        """The words of the epics and stories, read where some are looked for that are near."""
        return EntryWords(self.epics)


class RequestPart(Value):
    """One thing that a request names. ``known`` is whether the project, or the program, has it.

    Parts of one ``group`` hold together ("Billing", "Drop-3"); groups stand beside one another.
    Within a group, what is ``alike`` is a choice ("Billing and Sales"), but for what ``narrows``
    it ("Billing, complaints"). ``listed`` is what only a comma or "and" parts from the one before,
    ``added`` what "with" adds to it ("both epics, with the mobile story"). ``of_story``: words that
    the request calls a story, looked for in titles of stories alone. ``words`` are those of
    the request; ``by_model`` is whether a model read them, and not code.
    """

    kind: PartKind
    name: str
    excluded: bool = False
    known: bool = True
    group: int = 0
    narrows: bool = False
    listed: bool = False
    added: bool = False
    of_story: bool = False
    words: str = ""
    by_model: bool = False

    @property
    def id(self) -> str:
        """What tells it from the other parts: its kind and name, "-" before what is left out."""
        return f"{'-' * self.excluded}{self.kind}:{self.name}"


class RequestReading(Value):
    """What a request says. ``everything`` is whether it asks for all, where it names nothing.

    ``unread`` are words of which nothing was read: greetings, dates, reasons, ways to say how much
    is tested that are not known.
    """

    text: str
    parts: tuple[RequestPart, ...] = ()
    unread: tuple[str, ...] = ()
    everything: bool = False

    def without(self, ids: Collection[str]) -> RequestReading:
        """The reading without the parts that a person took out."""
        kept = tuple(part for part in self.parts if part.id not in ids)
        return self.model_copy(update={"parts": kept})

    @property
    def depth(self) -> Depth | None:
        """The depth that is asked for, or the only one that is not left out; if any."""
        named = [one.name for one in self.parts if one.kind == "depth" and not one.excluded]
        left = self.depths if len(self.depths) == 1 else ()
        return next((depth for depth in DEPTHS if depth in (named[-1:] or left)), None)

    @property
    def depths(self) -> tuple[Depth, ...]:
        """The depths that are not left out; all where none would be."""
        barred = {one.name for one in self.parts if one.kind == "depth" and one.excluded}
        return tuple(each for each in DEPTHS if each not in barred) or DEPTHS

    @property
    def techniques(self) -> tuple[Technique, ...]:
        """The techniques asked for, in the order of the domain; "no boundary": all the others."""
        named = [one for one in self.parts if one.kind == "technique"]
        wanted = {one.name for one in named if not one.excluded}
        barred = {one.name for one in named if one.excluded}
        wanted = wanted or (set(TECHNIQUES) if barred else set())
        left = wanted - barred or wanted  # "negative ones, no negative ones" is no wish for all
        return tuple(each for each in TECHNIQUES if each in left)

    @property
    def without_effect(self) -> tuple[RequestPart, ...]:
        """Depths and techniques that are left out and written for, as nothing else is asked for."""
        written = {*self.techniques, self.depth or "", *(self.depths if not self.depth else ())}
        barred = (one for one in self.parts if one.kind in SCOPE and one.excluded)
        return tuple(one for one in barred if one.name in written)


def alike(one: PartKind, other: PartKind) -> bool:
    """Whether parts beside each other may be alternatives: two keys, a team and a label."""
    return DIMENSION.get(one, one) == DIMENSION.get(other, other)
