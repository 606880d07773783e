"""The texts that a case may rest on, ready to be asked whether something stands in them.

What must stand in one of them: numbers, amounts, dates, times, keys, quoted messages, names (runs
of capitalised words) and the names of fields and pages. Numbers compare by value ("14 days",
"fourteen days"), messages without regard to case, marks and closing stops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from assistant.generation.sentence_words import (
    content_stems,
    names,
    sentences,
    stem,
    unknown_names,
)
from assistant.language.dates_and_times import WEEKDAYS, find_moments, weekday_of
from assistant.language.quantities import find_messages, foreign_values
from assistant.language.quoted_messages import mask_quotes
from assistant.language.units import CURRENCY_CODES_PATTERN
from assistant.language.verbs import is_base
from assistant.language.word_lists import word_lists

_WORDS = word_lists("words", Path(__file__).parent)["support_texts"]
NEUTRAL = frozenset(map(stem, _WORDS["neutral"]))
"""Words that any test step may use: what a tester does and sees, whatever the product."""

_WORD = r"[A-Z][\w’'&.-]*[\w]"
_MULTI = re.compile(rf"{_WORD}(?:\s+{_WORD})+")
_KEY = re.compile(r"\b[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)+\b|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_OPENING = frozenset(_WORDS["opening"])
"""Words that stand first in a line with a capital and belong to no name."""

_CURRENCY = re.compile(rf"\b(?:{CURRENCY_CODES_PATTERN})\b")


def folded(text: str) -> str:
    """The text in one case, with plain quotation marks and single spaces, a space at each end."""
    flat = text.casefold().translate(str.maketrans("“”„’‘", '"""\'\''))
    return " " + " ".join(flat.split()) + " "


def unquoted(text: str) -> str:
    """The text of the same length with a sign in place of every quotation."""
    return re.sub(r"\x00+", lambda run: " " + "…".center(len(run.group()) - 1), mask_quotes(text))


def stands_in(item: str, text: str) -> bool:
    """Whether the words of an item stand in a folded text, not inside other words."""
    words = folded(item).strip()
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


class Known:
    """The texts of one case."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(dict.fromkeys(text for text in texts if text.strip()))
        self._folded = " ".join(folded(text) for text in self.texts)

    def strange(self, text: str) -> list[str]:
        """Items of a text that stand in none of the texts; a part of another item is not told."""
        text = text.lower() if text.isupper() else text
        bare = _without_dates(_CURRENCY.sub("   ", unquoted(text)))
        candidates = [quoted.text.strip() for quoted in find_messages(text)]
        candidates += [match.group() for match in _KEY.finditer(bare)]
        candidates += [self._name(match, bare) for match in _MULTI.finditer(bare)]
        found = [item for item in candidates if item and not self._has(item)]
        single = unknown_names(bare, self.texts) if names(bare) else []
        for item in (*single, *foreign_values(unquoted(text), self.texts)):
            if item in _OPENING or self._names_day(item):
                continue
            if not any(item in other for other in found):
                found.append(item)
        return found

    def _has(self, item: str) -> bool:
        if stands_in(item, self._folded) or stands_in(item.rstrip(".!?,;:"), self._folded):
            return True
        words = item.split()
        return len(words) > 1 and words[-1].endswith("s") and stands_in(item[:-1], self._folded)

    def _names_day(self, item: str) -> bool:
        """Whether this is the name of a day that the texts name, in whatever form."""
        day = WEEKDAYS.get(item.casefold())
        forms = (name for name, other in WEEKDAYS.items() if other == day and len(name) > 2)
        return day is not None and any(stands_in(name, self._folded) for name in forms)

    def _name(self, match: re.Match[str], text: str) -> str:
        """A run of capitalised words without those that only open the sentence."""
        words = match.group().split()
        while words and words[0] in _OPENING:
            words.pop(0)
        opens = any(match.start() == start for start, _ in sentences(text))
        if opens and len(words) == len(match.group().split()) > 1:
            rest = " ".join(words[1:])
            if is_base(words[0].casefold()) or stem(words[0]) in NEUTRAL or self._has(rest):
                words.pop(0)
        return " ".join(words) if len(words) > 1 else ""


def _without_dates(text: str) -> str:
    """The text with its dates and times blanked: the name of a month is no name of its own, nor is
    the day of the week on which a date falls."""
    whole = text  # a date may take its year from one that is blanked already
    for moment in find_moments(whole):
        day = weekday_of(whole, moment)
        start = day[0] if day else moment.start
        text = text[:start] + " " * (moment.end - start) + text[moment.end :]
    return text


def meaning(text: str) -> frozenset[str]:
    """The stems of a text that carry meaning and are not every test's, quotations left out."""
    return content_stems(unquoted(text)) - NEUTRAL
