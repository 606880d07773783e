"""Comparisons in the languages in which ``find_quantities`` reads none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from assistant.language.comparisons import Comparison
from assistant.language.word_lists import read_patterns, word_lists

_WORDS = word_lists("foreign_quantities", Path(__file__).parent)


def _comparisons(table: str) -> dict[Comparison, str]:
    return {cast(Comparison, sense): "|".join(words) for sense, words in _WORDS[table].items()}


_BEFORE = _comparisons("before")
"""What stands in front of the number of a limit."""

_PATTERNS = read_patterns(__file__)
_POINT = _PATTERNS["point"]
_COUNTED_BACK = _PATTERNS["counted_back"]
_MIRRORED: dict[Comparison, Comparison] = {"at most": "at least", "at least": "at most"}
"""Up to a time before something at least so much of it is left: "bis 24 Stunden vor Beginn"."""

_BEHIND = _comparisons("behind")


def foreign_comparison(before: str, after: str, counted: str = "") -> Comparison:
    """The comparison that the words before and behind a number set; "none" where none does.

    ``counted`` are the number and what it counts, as far as they are known.
    """
    for sense, words in _BEFORE.items():
        if re.search(rf"\b(?:{words})\s*$", before, re.IGNORECASE):
            back = _POINT.search(before) and _COUNTED_BACK.match(counted + after)
            return _MIRRORED.get(sense, sense) if back else sense
    for sense, words in _BEHIND.items():
        if re.match(rf"\s*(?:{words})\b", after, re.IGNORECASE):
            return sense
    return "none"
