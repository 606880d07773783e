"""Which of two documents is the older edition of the other, by their numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations

from assistant.domain import Epic

_SHARED = 0.5
"""Share of the criteria of an edition that stand, under the same ids, in the newer one."""


def older_editions(
    editions: Mapping[str, str], epics: Mapping[str, Sequence[Epic]]
) -> dict[str, str]:
    """Ids of the documents of which a newer edition is there, each with that of the newest.

    ``editions`` are their numbers ("1.2"; empty where there is none), ``epics`` what they hold, by
    document. A newer edition has a higher number, and at least half of the older one's criteria
    under the same ids.
    """
    numbers = {name: tuple(map(int, said.split("."))) for name, said in editions.items() if said}
    criteria = {name: {one.id for epic in epics[name] for one in epic.criteria} for name in numbers}
    holders = defaultdict[str, list[str]](list)
    for name, ids in criteria.items():
        for criterion_id in ids:
            holders[criterion_id].append(name)
    shared = Counter(pair for held in holders.values() for pair in permutations(held, 2))
    found: dict[str, str] = {}
    for (older, newer), count in shared.items():
        if numbers[older] >= numbers[newer] or count < _SHARED * len(criteria[older]):
            continue
        if older not in found or numbers[found[older]] < numbers[newer]:
            found[older] = newer
    return found
