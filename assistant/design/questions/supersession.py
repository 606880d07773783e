"""Rules whose amounts another source changes: release notes that name a rule and its new value, and
sentences that name the old value beside the new one ("50 % instead of 60 %")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assistant.design.questions.conflicts import (
    KEY,
    NO_STAGES,
    Stages,
    clauses_of,
    content_words,
    equal,
    moved,
    name_of,
    name_with_stage,
    unit_key,
)
from assistant.domain import AcceptanceCriterion, Chunk
from assistant.language.amounts import Quantity
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.language.value_changes import value_changes

_KEYS = re.compile(r"\b[A-Z]{2,}(?:-[A-Z]+)*-\d+\b")
_CELL = re.compile(r"(?<=;)\s|(?<=[.!?])\s")
SHARED_WORDS = 3
"""Words that a criterion must share with both sources: a role alone ("Team Leader") has two."""

LEAST_MATTER = 2
"""Words that a sentence which names both values shares with the rule, and a criterion with both."""
MOST_OF_MATTER = 0.6
_NOWHERE = Span("", 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a rule (``older``) has and another source, which names the rule, replaces."""

    older: Chunk
    older_value: Quantity
    newer: Chunk
    newer_value: Quantity
    sentence: str = ""
    """The words of ``newer`` that name both values, where it names no rule."""

    @property
    def matter(self) -> frozenset[str]:
        """The words that both sources have in common: what the change is about."""
        older, newer = f"{self.older.heading}\n{self.older.text}", self.sentence or self.newer.text
        ours, theirs = (content_words(_KEYS.sub(" ", text)) for text in (older, newer))
        return ours & theirs

    @property
    def older_name(self) -> str:
        """The key of the rule, or what its source is called."""
        return _key(self.older) or self.older.key or name_of(self.older, _NOWHERE)

    @property
    def newer_name(self) -> str:
        """What the other source is called: by its document where both have one key."""
        if self.newer.key and self.newer.key == self.older.key:
            return self.newer.title or self.newer.key
        return name_of(self.newer, _NOWHERE)

    def question(self, stages: Stages = NO_STAGES) -> str:
        """What is asked of a criterion that it is about."""
        older, newer = self.older_value, self.newer_value
        later = name_with_stage(self.newer_name, self.newer, stages)
        former = name_with_stage(self.older_name, self.older, stages)
        if later != self.newer_name:
            later = f"T{later[1:]}"
        return (
            f"{later} says {self.newer.text[newer.start : newer.end]} where"
            f" {former} says {self.older.text[older.start : older.end]}. Which is in"
            " force for this criterion?"
        )


def changes(sources: Sequence[Chunk]) -> tuple[Change, ...]:
    """Where one source names the rule of another, repeats one of its values and gives a new one;
    and where a sentence says which value stands in the place of which, and another source has the
    latter for the same."""
    rules = {_key(chunk): chunk for chunk in sources if _key(chunk)}
    found = []
    for newer in sources:
        for name in dict.fromkeys(_KEYS.findall(newer.text)):
            older = rules.get(name)
            if older is not None and older is not newer and _key(newer) != name:
                found += list(_replaced(older, newer))
    told = {(one.older.id, one.newer.id) for one in found}
    for newer in sources:
        for sentence in clauses_of(newer.text):
            for told_change in value_changes(sentence.text):
                old, new = told_change.old, moved(told_change.new, sentence.start)
                named = [rules[key] for key in _KEYS.findall(sentence.text) if key in rules]
                for older in named or sources:
                    one = Change(older, old, newer, new, sentence.text)
                    if (older.id, newer.id) not in told and _has_old(one, sentence, named):
                        stated = next(each for each in _values(older.text) if equal(each, old))
                        found.append(replace(one, older_value=stated))
    return tuple(found)


def _has_old(change: Change, sentence: Span, named: Sequence[Chunk]) -> bool:
    """Whether another document than the sentence's has the old value, and not the new one, where
    the rule is ``named``, or with the other amounts of the sentence and its words."""
    older, newer = change.older, change.newer
    stated = _values(older.text)
    if older.document_id == newer.document_id or not any(
        equal(one, change.older_value) for one in stated
    ):
        return False
    if any(equal(one, change.newer_value) for one in stated):
        return False
    if named:
        return True
    both = (change.older_value.value, change.newer_value.value)
    others = {
        one.value
        for one in find_quantities(sentence.text)
        if isinstance(one.value, Decimal) and one.value not in both
    }
    held = {one.value for one in find_quantities(older.text)}
    return others <= held and len(change.matter) >= LEAST_MATTER


def changes_about(
    criteria: Sequence[AcceptanceCriterion], known: Sequence[Change]
) -> dict[str, list[Change]]:
    """For each criterion the changes that it is about without saying an amount: it has most of
    what the sources have in common, more than any other, and none has the amount."""
    found: dict[str, list[Change]] = {}
    for change in known:
        if any(any(changes_of(one.text, [change])) for one in criteria):
            continue
        shared = [len(change.matter & content_words(one.text)) for one in criteria]
        most = max(shared, default=0)
        enough = most >= max(LEAST_MATTER, MOST_OF_MATTER * len(change.matter))
        if enough and shared.count(most) == 1:
            found.setdefault(criteria[shared.index(most)].id, []).append(change)
    return found


def changes_named(
    criteria: Sequence[AcceptanceCriterion], sources: Sequence[Chunk]
) -> dict[str, list[Change]]:
    """For each criterion the passages under its own id that repeat one of its amounts and give
    another, as a change request does ("BR-7.09 | Within 90 days | Within 120 days")."""
    found: dict[str, list[Change]] = {}
    by_id = {one.id: one for one in criteria}
    for source in sources:
        named = by_id.get(source.key)
        if named is not None and _folded(named.text) not in _folded(source.text):
            own = Chunk(id=named.id, document_id="", ordinal=0, kind="criterion", text=named.text)
            told = _replaced(own.model_copy(update={"key": named.id}), source)
            alike = (one for one in told if _say_alike(source.text, one.newer_value, named.text))
            found.setdefault(named.id, []).extend(alike)
    return found


def _say_alike(text: str, new: Quantity, criterion: str) -> bool:
    """Whether what stands around a new amount is said of the old one too, in the passage and in
    the criterion: "within 90 days of delivery | within 120 days of delivery", and no effort."""
    parts = _CELL.split(text)
    places = [sum(len(one) for one in parts[: n + 1]) for n in range(len(parts))]
    mine = parts[next((n for n, end in enumerate(places) if new.start < end), -1)]
    words = content_words(mine) & content_words(criterion)
    others = frozenset[str]().union(*(content_words(one) for one in parts if one is not mine))
    return bool(words & others)


def changes_of(text: str, known: Sequence[Change]) -> Iterator[tuple[Change, Quantity]]:
    """Changes that a criterion is about: it has the old or the new value, and their words."""
    words = content_words(text)
    ours = [one for one in find_quantities(text) if isinstance(one.value, Decimal)]
    for change in known:
        matter = content_words(change.older.text) & content_words(change.newer.text)
        if len(words & matter) < SHARED_WORDS:
            continue
        for mine in ours:
            if equal(mine, change.newer_value) or equal(mine, change.older_value):
                yield change, mine
                break


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _replaced(older: Chunk, newer: Chunk) -> Iterator[Change]:
    stated, told = _values(older.text), _values(newer.text)
    for place, old in enumerate(stated):
        # A value that stands there twice is one change.
        seen = any(equal(old, one) for one in stated[:place])
        if seen or not any(equal(old, one) for one in told):
            continue
        new = [
            one
            for one in told
            if one.kind == old.kind
            and unit_key(one) == unit_key(old)
            and not any(equal(one, other) for other in stated)
        ]
        if new:
            yield Change(older, old, newer, new[-1])


def _values(text: str) -> list[Quantity]:
    return [
        one
        for one in find_quantities(text)
        if isinstance(one.value, Decimal) and one.kind in _KINDS
    ]


_KINDS = frozenset(("money", "duration", "percent", "age"))


def _key(chunk: Chunk) -> str:
    match = KEY.match(chunk.text)
    name = chunk.key or (match["key"] if match else "")
    return name if _KEYS.fullmatch(name) else ""
