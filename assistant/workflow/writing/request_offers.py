"""What a person may have meant by a sentence that code did not understand whole.

Words that name nothing select nothing. So that nobody is stuck there, the epics and stories nearest
to them are offered, and what the sentence selects without them; and where words name an epic and
one of its stories alike, that story alone. Nothing is taken before a person presses it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from assistant.domain import Epic, Value
from assistant.knowledge.request_parts import SCOPE, PartKind, RequestPart
from assistant.knowledge.selection import Chosen, select
from assistant.workflow.writing.requests import Asked

MOST_OFFERS = 6
_WORDS: tuple[PartKind, ...] = ("topic", "team", "label")
"""Kinds that are named by words."""


class Offer(Value):
    """An epic or story to ``add``, a story as the ``only`` one of its epic ``of``, or the words
    that name nothing to be left ``aside``."""

    kind: Literal["add", "only", "aside"]
    key: str = ""
    title: str = ""
    of: str = ""

    @property
    def id(self) -> str:
        """What tells it from the others."""
        return f"{self.kind}:{self.key}"


def offers(asked: Asked) -> tuple[Offer, ...]:
    """What to press for a sentence as code read it whole; nothing where it was understood and names
    nothing twice. Where nothing is selected and nothing is near, the epics, if they are few."""
    found = {one.id: one for one in (*_near(asked), *_nearest(asked), *_narrower(asked))}
    barred, left = _left_out(asked), _left(asked)
    offered = [one for one in found.values() if one.key not in barred]
    if not offered and not asked.selection.chosen:
        keys = {one.epic for one in left} or {epic.key for epic in asked.known.epics}
        epics = [epic for epic in asked.known.epics if epic.key in keys - barred]
        if len(epics) < MOST_OFFERS + (not left):
            offered = [Offer(kind="add", key=epic.key, title=epic.title) for epic in epics]
    if left:
        words = dict.fromkeys(f"“{part.name}”" for part in _unknown(asked))
        offered.insert(0, Offer(kind="aside", title=", ".join(words)))
    return tuple(offered[:MOST_OFFERS])


def with_offers(asked: Asked, pressed: Collection[Offer]) -> Asked:
    """The sentence with what a person pressed of its offers."""
    if not pressed:
        return asked
    if any(one.kind == "aside" for one in pressed):
        asked = asked.without((*asked.taken_out, *(part.id for part in _unknown(asked))))
    epics = {epic.key: epic for epic in asked.known.epics}
    chosen = {one.epic: set(_stories(one, epics[one.epic])) for one in asked.selection.chosen}
    only = {one.of: {o.key for o in pressed if o.of == one.of} for one in pressed if one.of}
    chosen |= only
    for one in pressed:
        for epic in asked.known.epics:
            keys = {story.key for story in epic.stories}
            if one.kind == "add" and one.key == epic.key:
                chosen[epic.key] = keys
            elif one.kind == "add" and one.key in keys:
                chosen.setdefault(epic.key, set()).add(one.key)
    keys_pressed = {one.key for one in pressed}
    selection = asked.selection.model_copy(
        update={
            "chosen": tuple(
                Chosen(epic=key, stories=_in_order(epic, chosen[key]))
                for key, epic in epics.items()
                if key in chosen
            ),
            "near": tuple(
                one
                for one in asked.selection.near
                if keys_pressed.isdisjoint((one.chosen.epic, *one.chosen.stories))
            ),
        }
    )
    return asked.model_copy(update={"selection": selection})


def _stories(chosen: Chosen, epic: Epic) -> tuple[str, ...]:
    return chosen.stories or tuple(story.key for story in epic.stories)


def _in_order(epic: Epic, stories: Collection[str]) -> tuple[str, ...]:
    """The keys of these stories; empty for all of an epic."""
    wanted = tuple(story.key for story in epic.stories if story.key in stories)
    return wanted if len(wanted) < len(epic.stories) else ()


def _unknown(asked: Asked) -> tuple[RequestPart, ...]:
    """What names nothing and is wanted: what is to be left out is in nobody's way."""
    return tuple(part for part in asked.reading.parts if not part.known and not part.excluded)


def _left_out(asked: Asked) -> frozenset[str]:
    """The keys of all that the sentence says to leave out."""
    parts = (part for part in asked.reading.parts if part.excluded)
    wanted = {"everything": False, "parts": tuple(
        part.model_copy(update={"excluded": False, "group": n}) for n, part in enumerate(parts)
    )}  # fmt: skip
    epics = {epic.key: epic for epic in asked.known.epics}
    chosen = select(asked.reading.model_copy(update=wanted), asked.known).chosen
    stories = (key for one in chosen for key in _stories(one, epics[one.epic]))
    return frozenset((*stories, *(one.epic for one in chosen if not one.stories)))


def _left(asked: Asked) -> tuple[Chosen, ...]:
    """What the sentence selects without what names nothing, where that is something else."""
    unknown = _unknown(asked)
    left = asked.reading.without([part.id for part in unknown])
    names = any(one.known and not one.excluded and one.kind not in SCOPE for one in left.parts)
    chosen = select(left, asked.known).chosen if unknown and names else ()
    return chosen if chosen != asked.selection.chosen else ()


def _near(asked: Asked) -> Iterator[Offer]:
    """What all names but one select, where nothing is selected."""
    if not asked.selection.chosen:
        for one in asked.selection.near:
            for key in one.chosen.stories or (one.chosen.epic,):
                yield from _offer(asked, key)


def _nearest(asked: Asked) -> Iterator[Offer]:
    """The epics and stories nearest to the words that name nothing, or else to those passed over.
    Beside what is selected these are mostly a reason or a greeting: they may narrow it by the words
    of a title. A key or a number is near to nothing by its words."""
    named = _letters(part.name for part in _unknown(asked) if part.kind in _WORDS)
    passed = _letters(asked.unread)
    if not (named or passed):
        return
    stems, words = asked.known.titles.stems, asked.known.entry_words
    beside = bool(asked.selection.chosen)
    found = words.nearest(stems(named), MOST_OFFERS)
    for key in found:
        yield from _offer(asked, key)
    for key in () if found else words.nearest(stems(passed), MOST_OFFERS, in_titles=beside):
        yield from (one for one in _offer(asked, key) if one.of or not beside)


def _letters(names: Iterable[str]) -> str:
    """Their words but for numbers, which stand everywhere."""
    return " ".join(word for name in names for word in name.split() if not word.isdigit())


def _narrower(asked: Asked) -> Iterator[Offer]:
    """The one story of an epic that is taken whole whose title has the words for the epic too."""
    whole = {one.epic for one in asked.selection.chosen if not one.stories}
    for part in asked.reading.parts:
        if part.kind != "topic" or not part.known or part.excluded or part.of_story:
            continue
        for epic in (one for one in asked.known.epics if one.key in whole):
            units = {(epic.key, story.key) for story in epic.stories}
            found = asked.known.titles.find_stories(part.name, units)
            if len(found) == 1:
                yield from _offer(asked, next(iter(found))[1])


def _offer(asked: Asked, key: str) -> Iterator[Offer]:
    """An epic or story that is not taken, or not alone; nothing for any other."""
    taken = {one.epic: one.stories for one in asked.selection.chosen}
    for epic in asked.known.epics:
        if key == epic.key:
            if taken.get(key, (key,)):
                yield Offer(kind="add", key=key, title=epic.title)
            return
        story = next((one for one in epic.stories if one.key == key), None)
        if story is None:
            continue
        here = taken.get(epic.key)
        if here is None or (here and key not in here):
            yield Offer(kind="add", key=key, title=story.title)
        elif len(here or epic.stories) > 1:
            yield Offer(kind="only", key=key, title=story.title, of=epic.key)
        return
