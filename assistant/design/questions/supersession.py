"""Rules whose amounts another source changes: release notes that name a rule and its new value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.design.questions.conflicts import KEY, content_words, equal, name_of, unit_key
from assistant.domain import Chunk
from assistant.language.amounts import Quantity
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span

_KEYS = re.compile(r"\b[A-Z]{2,}(?:-[A-Z]+)*-\d+\b")
SHARED_WORDS = 3
"""Words that a criterion must share with both sources: a role alone ("Team Leader") has two."""

_NOWHERE = Span("", 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a rule (``older``) has and another source, which names the rule, replaces."""

    older: Chunk
    older_value: Quantity
    newer: Chunk
    newer_value: Quantity

    @property
    def older_name(self) -> str:
        """The key of the rule."""
        return _key(self.older)

    @property
    def newer_name(self) -> str:
        """What the other source is called."""
        return name_of(self.newer, _NOWHERE)

    @property
    def question(self) -> str:
        """What is asked of a criterion that it is about."""
        older, newer = self.older_value, self.newer_value
        return (
            f"{self.newer_name} says {self.newer.text[newer.start : newer.end]} where"
            f" {self.older_name} says {self.older.text[older.start : older.end]}. Which is in"
            " force for this criterion?"
        )


def changes(sources: Sequence[Chunk]) -> tuple[Change, ...]:
    """Where one source names the rule of another, repeats one of its values and gives a new one."""
    rules = {_key(chunk): chunk for chunk in sources if _key(chunk)}
    found = []
    for newer in sources:
        for name in dict.fromkeys(_KEYS.findall(newer.text)):
            older = rules.get(name)
            if older is not None and older is not newer and _key(newer) != name:
                found += list(_replaced(older, newer))
    return tuple(found)


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


def _replaced(older: Chunk, newer: Chunk) -> Iterator[Change]:
    stated, told = _values(older.text), _values(newer.text)
    for old in stated:
        if not any(equal(old, one) for one in told):
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
        if isinstance(one.value, Decimal) and one.kind in ("money", "duration", "percent", "age")
    ]


def _key(chunk: Chunk) -> str:
    match = KEY.match(chunk.text)
    name = chunk.key or (match["key"] if match else "")
    return name if _KEYS.fullmatch(name) else ""
