"""Which of two documents is the older edition of the other, by their numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations

from assistant.domain import Epic

_SHARED = 0.5
"""Share of the criteria of an edition that stand, under the same ids, in the newer one."""

_LIKE = 0.5
"""Share of these that have like words, and of words from which on two criteria have like words."""

_MOST_HOLDERS = 20
"""An id that more documents than this hold ("REQ-1") tells nothing of what is in them."""

_WORD = re.compile(r"[^\W\d_]{4,}")
"""Shorter words, and the numbers of steps, are alike in any two texts."""


def older_editions(
    editions: Mapping[str, str], epics: Mapping[str, Sequence[Epic]]
) -> dict[str, str]:
    """Ids of the documents of which a newer edition is there, each with that of the newest.

    ``editions`` are their numbers ("1.2"; empty where there is none), ``epics`` what those hold
    that have one, by document. A newer edition has a higher number, and at least half of the older
    one's criteria under the same ids, most of them in like words: two specifications may both
    count their use cases from 1.
    """
    numbers = {name: _number(said) for name, said in editions.items() if said}
    if len(set(numbers.values())) < 2:
        return {}
    criteria = {name: _criteria(epics[name]) for name in numbers}
    holders = defaultdict[str, list[str]](list)
    for name, texts in criteria.items():
        for criterion_id in texts:
            holders[criterion_id].append(name)
    shared = Counter(
        pair
        for held in holders.values()
        if len(held) <= _MOST_HOLDERS
        for pair in permutations(held, 2)
        if numbers[pair[0]] < numbers[pair[1]]
    )
    found: dict[str, str] = {}
    for (older, newer), count in shared.items():
        if count < _SHARED * len(criteria[older]):
            continue
        known = found.get(older)
        if known is not None and numbers[known] >= numbers[newer]:
            continue
        if _are_alike(criteria[older], criteria[newer]):
            found[older] = newer
    return found


def _number(said: str) -> tuple[int, ...]:
    """The parts of a number, without zeros at its end: 1 and 1.0 are the same edition."""
    parts = list(map(int, said.split(".")))
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _criteria(epics: Sequence[Epic]) -> dict[str, str]:
    """What each criterion says, under the title of its story."""
    return {
        one.id: f"{story.title} {one.text}"
        for epic in epics
        for story in epic.stories
        for one in story.criteria
    }


def _are_alike(older: Mapping[str, str], newer: Mapping[str, str]) -> bool:
    """Whether most of the criteria that two documents share have like words."""
    both = older.keys() & newer.keys()
    return sum(_have_like_words(older[one], newer[one]) for one in both) >= _LIKE * len(both)


def _have_like_words(one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = (Counter(_WORD.findall(text.casefold())) for text in (one, other))
    return 2 * (first & second).total() >= _LIKE * max(1, first.total() + second.total())
