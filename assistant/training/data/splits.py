"""Which stories a model is trained on, and which are kept back to measure it.

A story is never divided: its cases are siblings that give each other away.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from assistant.domain import StoryCases
from assistant.training.data.pairs import Split

SplitBy = Literal["story", "epic", "time"]


def split_stories(
    stories: Sequence[StoryCases],
    *,
    by: SplitBy,
    seed: int,
    held_out: float,
    validation: float,
) -> dict[str, Split]:
    """The split of each story, by its key.

    "story" and "epic" draw whole stories or epics with the seed until ``held_out`` and
    ``validation`` (shares of all cases) are reached; the order of ``stories`` does not matter.
    "time" keeps back the last stories in the order given, the newest ones, for a case is only
    useful in a release that comes after it was learnt.
    """
    sizes: dict[str, int] = {}
    group_of: dict[str, str] = {}
    for one in stories:
        key = one.story.key
        group = (one.epic.key or key) if by == "epic" else key
        group_of[key] = group
        sizes[group] = sizes.get(group, 0) + len(one.cases)
    if by == "time":
        order = list(reversed(sizes))
    else:
        order = sorted(sizes)
        random.Random(seed).shuffle(order)
    total = sum(sizes.values())
    parts: dict[str, Split] = {}
    taken = 0
    for group in order:
        if taken < held_out * total:
            parts[group] = "held-out"
        elif taken < (held_out + validation) * total:
            parts[group] = "validation"
        else:
            parts[group] = "train"
        taken += sizes[group]
    return {key: parts[group] for key, group in group_of.items()}
