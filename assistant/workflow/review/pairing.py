"""Old texts beside the new ones that took their places: each new text takes one place at most."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

LIKE = 0.55
"""Share of letters in common from which on a new text is taken for the old one, changed."""
_TRIED = 12
"""New texts that one old text is compared with exactly, the likeliest first."""
_ROUNDING = 1e-6
"""By how much a bound of single precision may lie beyond what it bounds."""


def paired(
    olds: Sequence[str], news: Sequence[str], owners: Sequence[Hashable] | None = None
) -> dict[int, int]:
    """For each old text that has a twin its position and the twin's, the likest pairs first.

    ``owners`` name to whom each new text belongs: of several forms that have one owner only one
    is taken. Without them each is its own.
    """
    if not olds or not news:
        return {}
    import numpy as np  # here: the first page that opens needs none of it

    # No more than this can be alike, and it is counted a hundred times faster.
    bounds = cdist(
        olds,
        news,
        scorer=Indel.normalized_similarity,
        dtype=np.float32,
        score_cutoff=LIKE - _ROUNDING,
    )
    rows, columns = np.nonzero(bounds)
    ranked = np.argsort(-bounds[rows, columns], kind="stable")
    names = list(owners) if owners is not None else list(range(len(news)))
    found: dict[int, int] = {}
    taken: set[Hashable] = set()
    waiting: list[tuple[float, int, int]] = []

    def settle(least: float) -> None:
        """Pair what is at least as like as anything that is still to be compared can be."""
        while waiting and -waiting[0][0] >= least:
            _, old, new = heapq.heappop(waiting)
            if old not in found and names[new] not in taken:
                found[old] = new
                taken.add(names[new])

    tried: Counter[int] = Counter()
    exact: dict[int, SequenceMatcher[str]] = {}
    for old, new in zip(rows[ranked].tolist(), columns[ranked].tolist(), strict=True):
        if old in found or tried[old] >= _TRIED or names[new] in taken:
            continue
        settle(float(bounds[old, new]) - _ROUNDING)
        if old in found or names[new] in taken:
            continue
        tried[old] += 1
        matcher = exact.setdefault(old, SequenceMatcher(None, "", olds[old], autojunk=False))
        matcher.set_seq1(news[new])
        ratio = matcher.ratio()
        if ratio >= LIKE:
            heapq.heappush(waiting, (-ratio, old, new))
    settle(LIKE)
    return found
