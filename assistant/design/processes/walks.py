"""The way through the stories of an epic, from status to status.

One positive condition leads to another only where the text says so: the status that the outcome of
the one sets is named where the other starts, and both tell of the same thing. What sets a status
that was left before is a step back and no part of the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.design.questions.conflicts import content_words
from assistant.domain import AcceptanceCriterion, TestCondition, UserStory

MAX_LEGS = 8
"""Longest walk; a case of more is not run in one sitting."""

MAX_OFFERED = 120
"""Positive conditions of one epic that are looked at."""

_NAME = r"(?:[\"“][^\"”\n]{1,40}[\"”]|[A-Z][\w-]*(?: [A-Z][\w-]*)*)"
_STATUS_OF = r"(?:[A-Z][\w-]* )*[Ss]tat(?:us|e)|[Ss]tage"
_SETS = re.compile(
    rf"(?:\b(?:{_STATUS_OF}) (?:is|becomes|can be set to|is set to|changes (?:from {_NAME} )?to)"
    rf"|\b(?:changes|goes|moves|is set)\b[^.;\n]*? to(?: (?:the )?(?:{_STATUS_OF}))?|\bbecomes"
    rf"|(?:\bgets|[a-z]ed with)(?: the)? (?:{_STATUS_OF})) (?P<name>{_NAME})"
)
_STATUS = re.compile(r"\b(?:status|state|stage)\b", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Leg:
    """A positive condition on offer, and the status that its outcome sets; "" for none."""

    place: int
    story: UserStory
    criterion: AcceptanceCriterion
    condition: TestCondition
    sets: str

    def starts_from(self, name: str) -> str:
        """The words of the condition that start from a status; "" where none do."""
        found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        qualified = re.compile(rf"\b(?:an?|the|each|every) {re.escape(name)} [a-z]", re.IGNORECASE)
        for fact in self.condition.facts:
            pattern = qualified if fact.kind == "main flow" else found
            if pattern.search(fact.quote):
                return fact.quote
        return ""


@dataclass(frozen=True)
class Walk:
    """Legs in the order in which they are gone, and the words by which each follows."""

    legs: tuple[Leg, ...]
    links: tuple[tuple[Leg, str], ...] = ()

    @property
    def stories(self) -> tuple[str, ...]:
        """The stories it goes through, by when they come first."""
        return tuple(dict.fromkeys(leg.story.key for leg in self.legs))


def walk_legs(
    stories: Sequence[UserStory], planned: dict[str, tuple[TestCondition, ...]]
) -> tuple[Leg, ...]:
    """The positive conditions that can be part of a main path, in source order."""
    found = [
        (story, criterion, condition)
        for story in stories
        for criterion in story.criteria
        for condition in planned.get(criterion.id, ())
        if condition.valid and all(fact.holds for fact in condition.facts)
        and any(one.happens for one in condition.outcomes)
    ]  # fmt: skip
    return tuple(Leg(place, *one, _set_by(one[2])) for place, one in enumerate(found[:MAX_OFFERED]))


def _set_by(condition: TestCondition) -> str:
    """The status that a condition's outcome sets, without quotation marks."""
    told = (_SETS.search(one.quote) for one in condition.outcomes if one.happens)
    return next((one["name"].strip('"“”') for one in told if one), "")


def walk_from(start: Leg, legs: Sequence[Leg]) -> Walk:
    """The walk that begins with ``start``: what only needs a status before what moves it on."""
    walk, giver = Walk((start,)), start
    left = {start.sets.casefold()}
    while giver.sets and len(walk.legs) < MAX_LEGS:
        options = [
            (bool(leg.sets), leg.place, leg, words)
            for leg in legs
            if leg not in walk.legs
            and (leg.sets.casefold() not in left if leg.sets else leg.story.key not in walk.stories)
            for words in _leads_to(giver, leg)
        ]
        if not options:
            break
        _, _, leg, words = min(options, key=lambda one: one[:2])
        walk = Walk((*walk.legs, leg), (*walk.links, (leg, words)))
        if leg.sets:
            giver = leg
            left.add(leg.sets.casefold())
    return walk


def _leads_to(giver: Leg, leg: Leg) -> Iterator[str]:
    """The words by which a leg starts from the status that another sets, of the same thing."""
    words = leg.starts_from(giver.sets)
    before, after = giver.criterion.text, leg.criterion.text
    shared = content_words(before) & content_words(after)
    if (
        words
        and _STATUS.search(f"{before} {after}")
        and shared - content_words(f"{giver.sets} status")
    ):
        yield words
