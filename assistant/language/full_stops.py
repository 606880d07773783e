"""Which full stops end a sentence, in the languages that sources and cases are written in."""

from __future__ import annotations

from assistant.language.dates_and_times import MONTH_NAME
from assistant.language.word_lists import read_patterns

_PATTERNS = read_patterns(__file__)
_SHORT = _PATTERNS["short"]
_SHORT_AT_TIMES = _PATTERNS["short_at_times"]
"""They may end a sentence too, and do unless a small letter follows ..."""
_COUNTED = _PATTERNS["counted"]
"""... or, behind these, a number."""
_ORDINAL = _PATTERNS["ordinal"]
_OF_ORDER = _PATTERNS["of_order"]

NEAR = 24
"""Characters around a full stop that tell what it is."""


def ends_sentence(text: str, end: int) -> bool:
    """Whether what ends right before ``end`` ends a sentence: no full stop of a short form ("inkl.
    Gebühren"), of a day ("24. und 25.12.", "1. März") or of a place in an order ("der 2. Versuch").
    """
    said, behind = text[max(0, end - NEAR) : end], text[end : end + NEAR].lstrip()
    goes_on = behind[:1].islower()
    if _SHORT.search(said) or (goes_on and _SHORT_AT_TIMES.search(said)):
        return False
    if _ORDINAL.search(said):
        return not (goes_on or MONTH_NAME.match(behind) or _OF_ORDER.search(said))
    return not (behind[:1].isdigit() and _COUNTED.search(said))
