"""Intervals and tests over stories: a bootstrap of whole stories, and paired tests between columns.

Cases of one story depend on each other, so the story is the unit that is drawn. Every figure is
made from sums over stories ("totals"): recall is matched over references, perplexity the
exponential of losses over tokens, a divergence a function of counts. ``Sums`` holds those numbers
per story, and a ``Measure`` turns totals into the figure, for all resamples at once. Everything is
seeded: the same numbers give the same intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain import Value

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

DRAWS = 2000
LEVEL = 0.95
SEED = 7
SIGNIFICANT = 0.05
"""Below this (after Holm's correction) a difference is called significant."""

_LARGEST_LOGARITHM = 700.0


class Figure(Value):
    """A measured value with its bootstrap interval; ``None`` where nothing could be measured.

    ``clusters`` is the number of stories behind it.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    clusters: int = 0


class Difference(Value):
    """``column`` minus ``against`` in one metric, over the stories that both columns have.

    ``p`` is the two-sided p-value of a paired permutation test, ``p_adjusted`` the same after
    Holm's correction within the metric.
    """

    metric: str
    column: str
    against: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float = 1.0
    p_adjusted: float = 1.0
    clusters: int = 0

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance, at the 5 % level, corrected."""
        return self.value is not None and self.p_adjusted < SIGNIFICANT


Measure = Callable[["Array"], "Array"]
"""Totals of shape ``(draws, k)`` to figures of shape ``(draws,)``; NaN where undefined."""


@dataclass(frozen=True)
class Sums:
    """The numbers of each story that a figure is made of: shape ``(stories, k)``."""

    keys: tuple[str, ...]
    rows: Array

    def of(self, keys: Sequence[str]) -> Array:
        """The rows of these stories, in this order."""
        place = {key: number for number, key in enumerate(self.keys)}
        rows: Array = self.rows[[place[key] for key in keys]]
        return rows


def ratio(totals: Array) -> Array:
    """First total over the second; NaN where the second is 0."""
    import numpy as np

    above, below = totals[:, 0], totals[:, 1]
    unknown = np.full(len(totals), np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below != 0))


def exponential_of_ratio(totals: Array) -> Array:
    """``exp(first / second)``: perplexity of a sum of losses over a number of tokens."""
    import numpy as np

    return np.asarray(np.exp(np.minimum(ratio(totals), _LARGEST_LOGARITHM)))


def sums(rows: Mapping[str, tuple[float, ...]]) -> Sums:
    """``Sums`` of numbers by story, in the order of the keys, so that order never matters."""
    import numpy as np

    keys = tuple(sorted(rows))
    width = len(next(iter(rows.values()))) if rows else 1
    table = np.array([rows[key] for key in keys], dtype=np.float64).reshape(len(keys), width)
    return Sums(keys, table)


def figure(
    data: Sums,
    measure: Measure,
    *,
    recentred: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Figure:
    """The figure of all stories, with the percentile interval of a bootstrap over stories.

    ``recentred`` moves the resamples so that their mean is the figure: a divergence of counts is
    biased in every resample, since fewer different stories hold fewer different words. It is for
    shares, and stays within 0 and 1. Any interval is widened to hold the figure itself, which a
    skewed bootstrap may miss.
    """
    count = len(data.keys)
    if count == 0:
        return Figure()
    value = float(measure(data.rows.sum(axis=0, keepdims=True))[0])
    if math.isnan(value):
        return Figure(clusters=count)
    drawn = measure(_weights(count, draws, seed) @ data.rows)
    low, high = _percentiles(drawn, value if recentred else None)
    if recentred:
        low, high = max(0.0, low), min(1.0, high)
    return Figure(value=value, low=min(low, value), high=max(high, value), clusters=count)


def difference(
    left: Sums,
    right: Sums,
    measure: Measure,
    *,
    metric: str = "",
    column: str = "",
    against: str = "",
    recentred: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Difference:
    """``left`` minus ``right`` over their common stories, paired.

    The interval draws the same stories for both; the p-value swaps the two within stories at
    random and asks how often a difference as large comes out (exact for few stories would need
    2^n swaps; ``draws`` random ones are used, so no p-value is below ``1 / (draws + 1)``).
    """
    import numpy as np

    keys = [key for key in left.keys if key in set(right.keys)]
    named = Difference(metric=metric, column=column, against=against, clusters=len(keys))
    if not keys:
        return named
    a, b = left.of(keys), right.of(keys)

    def between(one: Array, other: Array) -> Array:
        return measure(one) - measure(other)

    value = float(between(a.sum(axis=0, keepdims=True), b.sum(axis=0, keepdims=True))[0])
    if math.isnan(value):
        return named
    weights = _weights(len(keys), draws, seed)
    drawn = between(weights @ a, weights @ b)
    low, high = _percentiles(drawn, value if recentred else None)
    swapped = np.random.default_rng(seed + 1).integers(0, 2, size=(draws, len(keys)))
    moved = swapped.astype(np.float64) @ (a - b)
    chance = between(a.sum(axis=0) - moved, b.sum(axis=0) + moved)
    chance = chance[~np.isnan(chance)]
    # A hair's breadth of tolerance: sums in another order differ in their last digits.
    as_large = int(np.count_nonzero(np.abs(chance) >= abs(value) * (1 - 1e-9)))
    p = (1 + as_large) / (1 + len(chance))
    return named.model_copy(
        update={
            "value": value,
            "low": min(low, value),
            "high": max(high, value),
            "p": p,
            "p_adjusted": p,
        }
    )


def holm(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """The same differences with p-values corrected for their number (Holm, 1979)."""
    order = sorted(range(len(differences)), key=lambda place: differences[place].p)
    adjusted = [1.0] * len(differences)
    so_far = 0.0
    for rank, place in enumerate(order):
        so_far = max(so_far, min(1.0, differences[place].p * (len(differences) - rank)))
        adjusted[place] = so_far
    return tuple(
        one.model_copy(update={"p_adjusted": p})
        for one, p in zip(differences, adjusted, strict=True)
    )


def wilson(successes: int, total: int) -> Figure:
    """A share with its Wilson score interval (1927) of 95 %, good for small numbers too."""
    if not 0 <= successes <= total:
        raise ValueError(f"{successes} successes in {total} trials")
    if total == 0:
        return Figure()
    share = successes / total
    z = 1.959964  # of the normal distribution
    below = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / below
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / below
    return Figure(
        value=share,
        low=max(0.0, min(middle - half, share)),
        high=min(1.0, max(middle + half, share)),
        clusters=total,
    )


def _weights(count: int, draws: int, seed: int) -> Array:
    """How often each of ``count`` stories is drawn, in each of ``draws`` resamples."""
    import numpy as np

    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(count, np.full(count, 1.0 / count), size=draws)
    return drawn.astype(np.float64)


def _percentiles(drawn: Array, centre: float | None) -> tuple[float, float]:
    import numpy as np

    known = drawn[~np.isnan(drawn)]
    if centre is not None:
        known = known - known.mean() + centre
    low, high = np.percentile(known, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)
