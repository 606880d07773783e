"""How far raters agree: the share of equal ratings, Cohen's kappa, Krippendorff's alpha.

Ratings are places on an ordered scale, 0 being the best. Kappa (Cohen 1960) compares two raters;
with ``weighted`` it counts how far apart they are (linear weights, Cohen 1968). Alpha (Krippendorff
2011) takes any number of raters and missing ratings, with the ordinal distance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def share_equal(first: Sequence[int], second: Sequence[int], *, within: int = 0) -> float | None:
    """Share of the pairs that are at most ``within`` apart; ``None`` where there is no pair."""
    pairs = list(zip(first, second, strict=True))
    return sum(abs(a - b) <= within for a, b in pairs) / len(pairs) if pairs else None


def kappa(first: Sequence[int], second: Sequence[int], *, weighted: bool = False) -> float | None:
    """Cohen's kappa of two raters over the same items, in the same order.

    ``None`` where it is not defined: no item, or both gave one and the same rating to all.
    """
    count = len(first)
    if not count:
        return None

    def apart(a: int, b: int) -> float:
        return abs(a - b) if weighted else float(a != b)

    seen = sum(apart(a, b) for a, b in zip(first, second, strict=True)) / count
    ones, others = Counter(first), Counter(second)
    chance = sum(
        ones[a] * others[b] * apart(a, b) for a in ones for b in others
    ) / (count * count)  # fmt: skip
    return 1 - seen / chance if chance else None


def alpha(items: Sequence[Sequence[int]]) -> float | None:
    """Krippendorff's alpha with the ordinal distance; each item holds the ratings it was given.

    Items with one rating say nothing about agreement and are left out. ``None`` where it is not
    defined: nothing was rated twice, or all ratings are the same.
    """
    rated = [Counter(item) for item in items if len(item) > 1]
    totals: Counter[int] = sum(rated, Counter())
    count = totals.total()
    if len(totals) < 2:
        return None

    def distance(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(number for value, number in totals.items() if low <= value <= high)
        return (between - (totals[a] + totals[b]) / 2) ** 2

    seen = sum(
        item[a] * item[b] * distance(a, b) / (item.total() - 1)
        for item in rated
        for a in item
        for b in item
        if a != b
    )
    chance = sum(
        totals[a] * totals[b] * distance(a, b) for a in totals for b in totals if a != b
    )  # fmt: skip
    return 1 - (count - 1) * seen / chance
