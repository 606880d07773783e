"""What a request selects: what it names, less what it leaves out, over the stories of epics."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

from assistant.domain import UserStory, Value
from assistant.knowledge.filed_names import FIELDS, Units
from assistant.knowledge.name_matching import Unit, distinct_names, units_of
from assistant.knowledge.request_parts import (
    DIMENSION,
    SCOPE,
    PartKind,
    RequestPart,
    RequestReading,
    Vocabulary,
    alike,
)

NEAREST = 3
"""Names that are offered for one that the project does not know."""
LISTED = 8
"""Up to so many releases and teams are all named."""


class Chosen(Value):
    """An epic to write for; ``stories`` are the keys of those wanted, empty for all of them."""

    epic: str
    stories: tuple[str, ...] = ()


class Told(Value):
    """Words of a request that select nothing, or not what they say, and what is known instead.

    ``understood``: they name what is there; it only has no effect.
    """

    words: str
    note: str
    understood: bool = False


class Carriers(Value):
    """The keys of epics, and of stories of others, that carry the name of a part in a field.

    A field whose issues are all told by one before it is left aside.
    """

    part: str
    field: str
    keys: tuple[str, ...]


class Near(Value):
    """An epic, or stories of one, that all the names of a request select but for one.

    It has ``has``, but not ``lacks``; ``instead`` are the names that stand in these ``fields``.
    """

    chosen: Chosen
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    fields: tuple[str, ...]
    instead: tuple[str, ...] = ()


class Selection(Value):
    """The epics of a request in the order of the project, and what has to be told.

    ``carriers`` are the issues that each part selects or leaves out by its name; ``near`` what is
    not selected, and what has no release, team or label at all comes first.
    """

    chosen: tuple[Chosen, ...] = ()
    told: tuple[Told, ...] = ()
    carriers: tuple[Carriers, ...] = ()
    near: tuple[Near, ...] = ()
    criteria_left_out: tuple[str, ...] = ()
    """Ids of criteria that are left out of stories that are chosen."""


def select(reading: RequestReading, vocabulary: Vocabulary) -> Selection:
    """The epics and stories that a reading selects; none where it names none."""
    return _Selecting(vocabulary).select(reading)


class _Selecting:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._titles = vocabulary.titles
        self._units = {epic.key: units_of(epic) for epic in vocabulary.epics}
        self._all: Units = frozenset[Unit]().union(*self._units.values())
        self._filed = vocabulary.filed
        self._told: dict[str, Told] = {}
        self._by_key: frozenset[str] = frozenset()

    def select(self, reading: RequestReading) -> Selection:
        filters = [
            part
            for part in reading.parts
            if part.kind not in SCOPE and not (part.kind == "criterion" and part.known)
        ]
        wanted = [part for part in filters if not part.excluded]
        barred = [part for part in filters if part.excluded]
        for part in filters:
            if not part.known:
                self._add_note(part.name, self._unknown(part), understood=part.kind == "criterion")
        for part in reading.without_effect:
            note = f"“{part.name}” is not left out: nothing else is asked for"
            self._add_note(part.name, note, understood=True)
        groups = {part.group: [p for p in wanted if p.group == part.group] for part in wanted}
        if wanted:
            chosen = frozenset[Unit]().union(*map(self._group, groups.values()))
        else:
            chosen = self._all if barred or reading.everything else frozenset()
        left = chosen
        self._by_key = frozenset(one.name for one in wanted if one.kind == "epic" and one.known)
        for number in dict.fromkeys(part.group for part in barred):
            left -= self._left_out([p for p in barred if p.group == number], chosen)
        return Selection(
            chosen=tuple(self._chosen(left)),
            told=tuple(self._told.values()),
            carriers=tuple(
                each
                for part in filters
                if part.known
                for each in self._carriers(part, chosen - left if part.excluded else left)
            ),
            near=tuple(self._near(groups.values(), chosen)),
            criteria_left_out=tuple(
                part.name for part in reading.parts
                if part.kind == "criterion" and part.known and part.excluded
            ),
        )  # fmt: skip

    def _group(self, parts: list[RequestPart]) -> Units:
        """What parts have in common that hold together; topics are looked for within the others."""
        choices = self._choices_of(parts)
        pool = self._all if choices else frozenset()
        topics = [one for one in choices if any(part.kind == "topic" for part in one)]
        for alternatives in choices:
            if alternatives not in topics:
                pool &= frozenset[Unit]().union(*map(self._named, alternatives))
        if len(topics) < len(choices) and not pool:
            self._nothing_in_common(parts)
        for alternatives in topics:
            found = {part.name: self._named(part, pool) for part in alternatives}
            for part in alternatives:
                if not found[part.name]:
                    self._not_among(part.name)
                elif part.of_story:
                    self._fits(part, found[part.name], "taken")
            pool = frozenset[Unit]().union(*found.values())
        for part in (one for several in choices if len(several) > 1 for one in several):
            if pool and part.known and not self._named(part, pool):
                self._not_among(part.name)
        return pool

    def _choices_of(self, parts: list[RequestPart]) -> list[list[RequestPart]]:
        """The choices of a group. Words in one list with the title of an epic or story are a choice
        with it where some of them have nothing in common with it ("Orders, refunds and Stock")."""
        choices = _choices([part for part in parts if not self._narrows_nothing(part, parts)])
        titled = [one for one in choices if _dimension(one[0]) == "epic"]
        topics = [one for one in choices if one[0].kind == "topic"]
        listed = any(
            after.listed and {_dimension(before), _dimension(after)} == {"epic", "team"}
            and "topic" in (before.kind, after.kind)
            for before, after in pairwise(parts)
        )  # fmt: skip
        if len(titled) != 1 or len(topics) != 1 or not listed:
            return choices
        pool = frozenset[Unit]().union(*map(self._named, titled[0]))
        if all(self._named(one, pool) for one in topics[0] if self._named(one)):
            return choices
        others = [one for one in choices if one not in (titled[0], topics[0])]
        return [*others, titled[0] + topics[0]]

    def _narrows_nothing(self, part: RequestPart, parts: list[RequestPart]) -> bool:
        """Whether a name is unknown, beside a key, because the project files nothing so."""
        known = self._vocabulary
        held = {"release": known.release_names, "team": known.team_names, "label": known.labels}
        by_key = any(_dimension(one) == "epic" and one.known for one in parts)
        return by_key and not part.known and part.kind in held and not held[part.kind]

    def _left_out(self, parts: list[RequestPart], chosen: Units) -> Units:
        """The units that parts leave out together; told where these are none. Words that name
        nothing, before something known, are a part of it that nobody knows: it stays."""
        known = [part for part in parts if part.known]
        if known and parts[0].kind == "topic" and not parts[0].known:
            return frozenset()
        units = chosen if known else frozenset()
        for part in sorted(known, key=lambda each: each.kind == "topic"):
            units &= self._barred(part, units) if part.kind == "topic" else self._named(part)
        if known and chosen and not units:
            for part in known:
                self._not_among(part.name)
        for part in known:
            if part.of_story:
                self._fits(part, units, "left out")
        return units

    def _named(self, part: RequestPart, among: Units | None = None) -> Units:
        """What a name selects; nothing for one that the project does not know.

        A key selects its issue; any other name all issues that carry it in whichever field, with
        the stories of epics; words also what has them in its title.
        """
        among = self._all if among is None else among
        if not part.known:
            return frozenset()
        if part.kind in ("epic", "story"):
            return frozenset(unit for unit in among if part.name in unit)
        titled = self._titled(part, among) if part.kind == "topic" else frozenset()
        carrying = () if part.of_story else self._filed.units(part.name).values()
        return titled | (frozenset[Unit]().union(*carrying) & among)

    def _titled(self, part: RequestPart, among: Units) -> Units:
        if part.of_story:
            return self._titles.find_stories(part.name, among)
        return self._titles.find(part.name, among)

    def _carriers(self, part: RequestPart, among: Units) -> Iterable[Carriers]:
        """Where the name of a part stands in the issues of ``among``."""
        if part.kind in ("epic", "story"):
            return
        places = {} if part.of_story else dict(self._filed.units(part.name))
        if part.kind == "topic":
            places["title"] = self._titled(part, among)
        told: Units = frozenset()
        for field in (*FIELDS, "title"):
            found = places.get(field, frozenset()) & among
            if found - told:
                keys = [key for one in self._chosen(found) for key in one.stories or (one.epic,)]
                if part.of_story:
                    keys = [story.key for story in self._stories(found)]
                yield Carriers(part=part.id, field=field, keys=tuple(keys))
            told |= found

    def _near(self, groups: Iterable[list[RequestPart]], chosen: Units) -> list[Near]:
        """What all choices of a group but one select, where that one is of releases or of other
        names that issues are filed under."""
        found: list[Near] = []
        for choices in map(self._choices_of, groups):
            units = [frozenset[Unit]().union(*map(self._named, choice)) for choice in choices]
            for at, lacking in enumerate(choices):
                others = [n for n in range(len(choices)) if n != at]
                fields = self._fields_of(lacking)
                if not others or not fields:
                    continue
                near = self._all.intersection(*(units[n] for n in others)) - units[at] - chosen
                bare = frozenset(unit for unit in near if not self._filed.names(unit, fields))
                found += (
                    Near(
                        chosen=one,
                        has=tuple(" or ".join(part.name for part in choices[n]) for n in others),
                        lacks=tuple(part.name for part in lacking),
                        fields=fields,
                        instead=tuple(
                            dict.fromkeys(
                                name
                                for unit in sorted(self._units[one.epic] & those)
                                for name in self._filed.names(unit, fields)
                            )
                        ),
                    )
                    for those in (bare, near - bare)
                    for one in self._chosen(those)
                )
        return sorted(found, key=lambda one: bool(one.instead))

    def _fields_of(self, choice: list[RequestPart]) -> tuple[str, ...]:
        """The fields in which to look for what stands instead of a choice; none for mere words."""
        known = [part for part in choice if part.known]
        held = {field for part in known for field in self._filed.units(part.name)}
        if known and choice[0].kind == "release":
            return tuple(one for one in ("release", "sprint") if one in held) or ("release",)
        return ("team", "label") if held else ()

    def _barred(self, part: RequestPart, chosen: Units) -> Units:
        """What a topic leaves out: stories where it would take all that was asked for."""
        units = self._named(part, chosen)
        whole = {key for key in self._by_key if self._units[key] and self._units[key] <= units}
        if (units == chosen or whole) and not part.of_story:
            units = self._titles.find(part.name, chosen, of_epics=False)
        return units

    def _chosen(self, units: Units) -> Iterable[Chosen]:
        for epic in self._vocabulary.epics:
            kept = self._units[epic.key] & units
            if kept == self._units[epic.key]:
                yield Chosen(epic=epic.key)
            elif kept:
                stories = tuple(s.key for s in epic.stories if (epic.key, s.key) in kept)
                yield Chosen(epic=epic.key, stories=stories)

    def _stories(self, units: Units) -> list[UserStory]:
        return [
            story
            for epic in self._vocabulary.epics
            for story in epic.stories
            if (epic.key, story.key) in units
        ]

    def _fits(self, part: RequestPart, units: Units, done: str) -> None:
        """Tell and offer the stories where words for one fit several alike."""
        stories = self._stories(units)
        if len(stories) < 2:
            return
        named = ", ".join(f"{story.key} {story.title}" for story in stories[:LISTED])
        more = f" and {len(stories) - LISTED} more" if len(stories) > LISTED else ""
        note = (
            f"“{part.name}” fits {len(stories)} stories alike, all are {done}: {named}{more}. "
            "For one of them, name its key"
        )
        self._add_note(part.name, note, understood=True)

    def _add_note(self, words: str, note: str, *, understood: bool = False) -> None:
        self._told.setdefault(words, Told(words=words, note=note, understood=understood))

    def _not_among(self, name: str) -> None:
        self._add_note(name, f"nothing named “{name}” is among them", understood=True)

    def _nothing_in_common(self, parts: list[RequestPart]) -> None:
        names = [part.name for part in parts if part.known]
        if all(part.known for part in parts if part.kind != "topic"):
            at_once = f"no epic is {' and '.join(names)} at once"
            self._add_note(", ".join(names), at_once, understood=True)

    def _unknown(self, part: RequestPart) -> str:
        known = self._vocabulary
        keys = [epic.key for epic in known.epics]
        stories = [story.key for epic in known.epics for story in epic.stories]
        if part.kind == "criterion":
            done = "left out" if part.excluded else "taken"
            return f"{part.name} is a criterion: its whole story is {done}"
        names: dict[str, Collection[str]] = {
            "epic": [*keys, *stories],
            "release": known.release_names,
            "team": known.team_names,
            "label": distinct_names(known.labels),
        }
        if part.kind not in names:
            return f"nothing is named “{part.name}”"
        near = _nearest(part.name, names[part.kind])
        return f"there is no {part.kind} “{part.name}”; {near}"


def _dimension(part: RequestPart) -> PartKind:
    return DIMENSION.get(part.kind, part.kind)


def _choices(parts: list[RequestPart]) -> list[list[RequestPart]]:
    """The parts of a group as choices, all of which have to hold."""
    by_key = any(_dimension(one) == "epic" and one.known for one in parts)
    aside = ("topic", "criterion") if by_key else ("criterion",)
    choices: list[list[RequestPart]] = []
    last: list[RequestPart] | None = None
    for part in parts:
        if not part.known and part.kind in aside:
            continue
        before = next((one for one in reversed(choices) if alike(one[0].kind, part.kind)), None)
        if part.added:
            before = last
        if before is None or part.narrows:
            before = []
            choices.append(before)
        before.append(part)
        last = before
    return choices


def _nearest(name: str, known: Collection[str]) -> str:
    """All names where they are few, else the most alike."""
    if not known:
        return "the project has none"
    if len(known) <= LISTED:
        return f"there are {', '.join(known)}"
    from rapidfuzz import process

    alike = process.extract(name, known, limit=NEAREST)
    return f"the nearest are {', '.join(each[0] for each in alike)}"
