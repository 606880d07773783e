"""The way through the stories of an epic: positive conditions, each started by those before it.

The walk is greedy and short. It opens what has a status first, then takes what needs no more than
what holds, then moves the status on. A step back (reopen, withdraw, "changes back to") and a
failure are no main path. Nothing is taken that no earlier step leads to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.design.processes.flows import Stage
from assistant.design.processes.handovers import (
    STOP,
    Fact,
    after,
    before,
    gives,
    key_of,
    meets,
    needs,
    same_attribute,
)
from assistant.design.questions.conflicts import stem
from assistant.domain import AcceptanceCriterion, TestCondition, UserStory
from assistant.reading.narratives import read_narrative
from assistant.reading.outcomes import is_restrictive

MAX_LEGS = 8
"""Longest walk; a case of more is not run in one sitting."""

MAX_OFFERED = 120
"""Positive conditions of one epic that are looked at."""

_FAILS = re.compile(
    r"\b(?:fail(?:s|ed|ure)?|broken|reject(?:s|ed)?|refus(?:e|es|ed)|den(?:y|ied)|invalid"
    r"|at risk|on hold|overdue|expire[sd]?|lock(?:ed|s)?|block(?:ed|s)?|cannot|error|missed|missing"
    r"|hidden|disabled|displac\w+|overrid\w+|nobody|none is|not|without one"
    r"|no (?!later|more|less|fewer|earlier|charge)\w+)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:re(?:open|instate|activate|assign|store|vert|do)s?|withdraw\w*|undo|roll(?:ed)? back)"
    r"\b",
    re.IGNORECASE,
)
_RETURNS = re.compile(r"\b(?:changes?|moves?|goes|switches) back\b", re.IGNORECASE)
_COUNTS = re.compile(r"(?:No more than|At most|No fewer than|At least)\b")
_ZERO = re.compile(r"[£$€]0(?:\.00)?\b(?![.,]?\d)")
_CANCELS = re.compile(r"\bcancel\w*|\bclos\w+|\bdelet\w+|\bremov\w+", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Leg:
    """A positive condition on offer, with what it needs and gives."""

    place: int
    story: UserStory
    criterion: AcceptanceCriterion
    condition: TestCondition
    opens: bool
    gives: tuple[Fact, ...]
    needs: tuple[Fact, ...]

    @cached_property
    def states(self) -> tuple[Fact, ...]:
        """The values of a status that it starts from."""
        return tuple(one for one in self.needs if one.kind == "status")

    @cached_property
    def asks(self) -> frozenset[tuple[str, str]]:
        """Keys of what it needs."""
        return frozenset(map(key_of, self.needs))

    @cached_property
    def offers(self) -> frozenset[tuple[str, str]]:
        """Keys of what it gives; what is done can be named as an event too."""
        done = (("event", one.value[:3]) for one in self.gives if one.kind == "done")
        return frozenset((*map(key_of, self.gives), *done))


@dataclass
class Walk:
    """Legs in the order in which they are gone, and what holds after them."""

    legs: list[Leg] = field(default_factory=list)
    held: list[tuple[Fact, Leg]] = field(default_factory=list)
    left: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    """Values of a status that were left behind."""
    links: list[tuple[Leg, Leg, Fact]] = field(default_factory=list)
    offered: set[tuple[str, str]] = field(default_factory=set)
    """Keys of all that was ever given."""

    @property
    def stories(self) -> tuple[str, ...]:
        """The stories it goes through, by when they come first."""
        return tuple(dict.fromkeys(leg.story.key for leg in self.legs))

    def add(self, leg: Leg) -> None:
        """Go on with a leg: what it brings about holds, the status it changes holds no longer."""
        for needed in leg.needs:
            giver = self.giver(needed, leg)
            if giver is not None:
                self.links.append((giver[1], leg, needed))
        new = [one for one in leg.gives if one.kind == "status"]
        kept = []
        for fact, owner in self.held:
            if any(same_attribute(fact, one) and fact.value != one.value for one in new):
                self.left.add((fact.name, fact.value))
            else:
                kept.append((fact, owner))
        for state in leg.states:
            self.left.add((state.name, state.value))
        self.held = [*kept, *((fact, leg) for fact in leg.gives)]
        self.legs.append(leg)
        self.offered |= leg.offers

    def giver(self, needed: Fact, leg: Leg) -> tuple[Fact, Leg] | None:
        """What holds and is needed, and the leg that brought it about."""
        if key_of(needed) not in self.offered:
            return None
        for fact, owner in reversed(self.held):
            if meets(fact, needed, same_story=owner.story.key == leg.story.key):
                return fact, owner
        return None

    def current(self, state: Fact) -> Fact | None:
        """How the status that a state is one of stands now."""
        return next((f for f, _ in reversed(self.held) if same_attribute(f, state)), None)


def offered(
    stories: Sequence[UserStory], planned: dict[str, tuple[TestCondition, ...]]
) -> tuple[Leg, ...]:
    """The positive conditions that can be part of a main path, in source order."""
    found: list[Leg] = []
    for story in stories:
        good = [
            (criterion, condition)
            for criterion in story.criteria
            for condition in planned.get(criterion.id, ())
            if _on_main_path(story, criterion, condition)
        ]
        main = _standing_for(story, [condition for _, condition in good])
        for criterion, condition in good:
            opens = condition is main
            found.append(
                Leg(
                    len(found), story, criterion, condition, opens,
                    gives(condition, story, opens=opens), needs(condition, story, opens=opens),
                )
            )  # fmt: skip
    return tuple(found[:MAX_OFFERED])


def _on_main_path(
    story: UserStory, criterion: AcceptanceCriterion, condition: TestCondition
) -> bool:
    if read_narrative(criterion.text):
        return False  # says what somebody wants, not what follows
    said = after(condition)
    if condition.technique != "positive" or not condition.valid or not said:
        return False
    told = f"{before(condition)}\n{said}"
    if _BACK.search(told) or _ZERO.search(said) or is_restrictive(said):
        return False
    if any(value == "false" for value in condition.variables.values()):
        return False
    if _RETURNS.search(criterion.text) or _COUNTS.match(said):
        return False
    return not _FAILS.search(_states_only(told)) and not re.search(r"\bother than\b", told)


def _states_only(text: str) -> str:
    """A text without messages and brackets: a message may warn of what does not happen."""
    return re.sub(r"[\"“][^\"”\n]*[.!?][\"”]|\([^()\n]*\)", "", text)


def _standing_for(story: UserStory, conditions: Sequence[TestCondition]) -> TestCondition | None:
    """The condition that tells most of the story's title; else the first that does something."""
    title = {stem(w) for w in re.findall(r"[A-Za-z]{3,}", story.title) if w.lower() not in STOP}

    def shared(one: TestCondition) -> int:
        words = re.findall(r"[A-Za-z]{3,}", after(one))
        return len(title & set(map(stem, words)))

    best = max(conditions, key=shared, default=None)
    return best if best is not None and shared(best) > 1 else next(iter(conditions), None)


def walk_from(start: Leg, legs: Sequence[Leg], flow: Sequence[Stage] = ()) -> Walk:
    """The walk that begins with ``start``."""
    walk = Walk()
    walk.add(start)
    while len(walk.legs) < MAX_LEGS:
        options = [
            (rank, leg.place, leg, first)
            for leg in legs
            if leg not in walk.legs
            for rank, first in _way_to(walk, leg, legs, flow)
            if len(walk.legs) + len(first) < MAX_LEGS
        ]
        if not options:
            break
        _, _, leg, first = min(options, key=lambda one: one[:2])
        for each in (*first, leg):
            walk.add(each)
    return walk


def _way_to(
    walk: Walk, leg: Leg, legs: Sequence[Leg], flow: Sequence[Stage]
) -> list[tuple[int, tuple[Leg, ...]]]:
    """How soon a leg comes, and what must go before it; empty where nothing leads there."""
    if _next_in(flow, walk, leg):
        return [(0, ())]
    visited = leg.story.key in walk.stories
    if not visited and walk.offered.isdisjoint(leg.asks):
        return []
    links = [(one, found) for one in leg.needs if (found := walk.giver(one, leg)) is not None]
    moves = [one for one in leg.gives if one.kind == "status" and walk.current(one) is not None]
    if not links and not (moves and visited):
        return []
    if any((one.name, one.value) in walk.left for one in leg.gives if one.kind == "status"):
        return []
    opening = False
    for state in leg.states:
        now = walk.current(state)
        if now is None:
            opening = True
        elif now.value != state.value:
            return []
    first = _before(walk, leg, legs)
    if first is None:
        return []
    if visited and leg.criterion.form == "table":
        return []  # the rows of a table are alternatives
    strong = [
        (needed, owner)
        for needed, (_, owner) in links
        if not needed.weak and (needed.kind != "field" or owner.story.key != leg.story.key)
    ]
    if visited and not (strong or moves):
        return []
    if opening and links:
        return [(1, first)]
    changing = bool(moves or leg.states)
    ends = changing and bool(_CANCELS.search(after(leg.condition)))
    return [(2 + bool(first) + 2 * changing + ends, first)]


def _next_in(flow: Sequence[Stage], walk: Walk, leg: Leg) -> bool:
    """Whether the epic's own text puts a leg next, after those of the walk."""
    here = len(walk.legs)
    return (
        here < len(flow)
        and all(_is_stage(one, stage) for one, stage in zip(walk.legs, flow, strict=False))
        and _is_stage(leg, flow[here])
    )


def _is_stage(leg: Leg, stage: Stage) -> bool:
    if stage.criterion_id:
        return leg.criterion.id == stage.criterion_id
    return leg.opens and leg.story.key == stage.story_key


def _before(walk: Walk, leg: Leg, legs: Sequence[Leg]) -> tuple[Leg, ...] | None:
    """Legs of the same story that must bring about what the leg needs; ``None`` where what it
    needs comes of another story that has not been gone through."""
    wanted = [
        one for one in leg.needs
        if one.kind in ("done", "thing") and walk.giver(one, leg) is None
        and (one.kind == "done" or one.value != "a") and one.value != "an"
    ]  # fmt: skip
    first: list[Leg] = []
    for needed in wanted:
        givers = [
            one for one in legs
            if one is not leg and one not in walk.legs and not one.states
            and any(
                meets(fact, needed, same_story=one.story.key == leg.story.key)
                for fact in one.gives
                if not needed.is_state or fact.is_state
            )
        ]  # fmt: skip
        own = [one for one in givers if one.story.key == leg.story.key]
        if own and own[0] not in first:
            first.append(own[0])
        elif givers and not own:
            return None
    return tuple(first)
