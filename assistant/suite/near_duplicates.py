"""Texts that say nearly the same: Jaccard similarity of runs of words, found without comparing all.

Two texts can only be alike to a threshold where they share one of their rarest runs (prefix
filtering, Bayardo et al., "Scaling up all pairs similarity search"), so that only such pairs are
compared: 2,000 cases take about a second.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from math import ceil

SHINGLE_WORDS = 3

_WORDS = re.compile(r"\w+")

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """Runs of ``SHINGLE_WORDS`` words, case ignored; a shorter text is one run."""
    words = _WORDS.findall(text.casefold())
    if len(words) <= SHINGLE_WORDS:
        return frozenset([tuple(words)]) if words else frozenset()
    return frozenset(
        tuple(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1)
    )


def similarity(left: Shingles, right: Shingles) -> float:
    """Shared runs among all runs of both, 0 to 1 (Jaccard)."""
    if not left or not right:
        return 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def held_share(part: Shingles, whole: Shingles) -> float:
    """Share of the runs of ``part`` that stand in ``whole``, 0 to 1."""
    return len(part & whole) / len(part) if part else 0.0


def near_duplicates(
    left: Mapping[str, Shingles], right: Mapping[str, Shingles], threshold: float
) -> list[tuple[str, str, float]]:
    """Pairs ``(left id, right id, similarity)`` at or above ``threshold`` (above 0), in order."""
    counts = Counter(run for texts in (left, right) for text in texts.values() for run in text)
    index: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, text in left.items():
        for run in _prefix(text, counts, threshold):
            index[run].append(name)
    found: list[tuple[str, str, float]] = []
    for name, text in right.items():
        candidates = {
            other: None for run in _prefix(text, counts, threshold) for other in index.get(run, ())
        }
        for other in candidates:
            value = similarity(left[other], text)
            if value >= threshold:
                found.append((other, name, value))
    return sorted(found)


def _prefix(
    text: Shingles, counts: Mapping[tuple[str, ...], int], threshold: float
) -> list[tuple[str, ...]]:
    """The rarest runs, of which a text alike to the threshold must share one."""
    ordered = sorted(text, key=lambda run: (counts[run], run))
    # The allowance keeps a pair right at the threshold from being lost to rounding.
    return ordered[: len(ordered) - ceil(threshold * len(ordered) - 1e-9) + 1]
