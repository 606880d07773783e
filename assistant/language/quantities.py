"""Numbers, amounts, durations, dates and times in text, each with the limit set on it.

``find_quantities`` reads the comparison from the words around a quantity: ranges, two-sided limits
and limits that a list carries on. Numbers in names ("BR-04", "version 2.1", "step 2") are not
quantities. ``find_messages`` and ``foreign_values`` belong to the same door: what a text states
verbatim, and what nothing allowed states.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from assistant.language.amounts import AMOUNT, Quantity, raw_amounts
from assistant.language.changed_amounts import as_change
from assistant.language.clauses import parse_clause
from assistant.language.comparisons import TURNED, Comparison, read_limit
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.line_breaks import without_quote_marks
from assistant.language.periods import lasts_so_far, unsaid_limit
from assistant.language.quoted_messages import Quoted, find_messages
from assistant.language.units import in_base_unit
from assistant.language.unsupported_values import foreign_values
from assistant.language.word_lists import read_patterns

__all__ = [
    "Quantity",
    "Quoted",
    "find_messages",
    "find_quantities",
    "foreign_values",
]


_EXAMPLE = re.compile(r"\b(?:such as|e\.g\.|for (?:example|instance))[^.;)\n]*", re.IGNORECASE)
"""What is named as an example sets no limit."""


@lru_cache(maxsize=4096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities outside quotations, in order, with the comparison their words set."""
    text = without_quote_marks(text)  # "> 30 days" of a quoted mail is no comparison
    hidden = [(message.start, message.end) for message in find_messages(text)]
    hidden = [span for span in hidden if not _only_an_amount(text[slice(*span)])]
    found = sorted(raw_amounts(text, hidden), key=lambda quantity: quantity.start)
    examples = [match.span() for match in _EXAMPLE.finditer(text)]
    return tuple(
        replace(quantity, comparison="none", word="", negated=False)
        if any(start <= quantity.start < end for start, end in examples)
        else quantity
        for quantity in _with_limits(text, found)
    )


def _only_an_amount(quoted: str) -> bool:
    match = AMOUNT.fullmatch(quoted.strip())
    return match is not None and match["digits"] is not None


MAX_GAP = 60
"""Characters between two limits across which a comparison is carried on."""

_PATTERNS = read_patterns(__file__)
_CONTINUES = _PATTERNS["continues"]
"""What stands between two limits of one comparison: "(at most 10 hours) a day and (48 hours)"."""
_IN_BRACKETS = re.compile(r"(?: [\w'’-]+){0,6} \($")
""" "within 14 days of purchase ((30 days) for members)"."""
_FOR_WHOM = re.compile(r"\s+(?:before|after|for|in|on|at|if|when|where|with)\b", re.IGNORECASE)
_ANOTHER_FOR = _PATTERNS["another_for"]
""" "held (for 7 days), furniture for (14 days)"."""
_TIMES = re.compile(r"\s?[x×]\s?|\sby\s", re.IGNORECASE)
_CARRIED = ("at least", "at most", "exactly", "more than", "less than")


_ALIKE = re.compile(r"\w+ (?:consecutive )?(?:identical|equal|repeated|repeating) ", re.IGNORECASE)


def _with_limits(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Ranges first, then single limits; a list carries its comparison on ("at least 1 x, 1 y")."""
    found = _dimensions(text, found)
    index = 0
    before: Quantity | None = None
    ready: list[Quantity] = []
    while index < len(found):
        low = found[index]
        after = found[index + 1] if index + 1 < len(found) else None
        pair = as_change(text, low, after) or _range(text, low, after) if after else None
        if pair:
            ready.extend(pair)
            before, index = pair[1], index + 2
            continue
        if _ALIKE.match(text, low.start):  # "three identical digits in a row" set no length
            ready.append(low)
            index += 1
            continue
        number_end = low.start + len(low.prefix) + len(low.digits)
        limit = read_limit(text, low.start, low.end, low.kind, number_end)
        if limit.comparison == "none" and (often := _how_often(text, low)):
            limit = replace(limit, comparison=often, negated=often == "less than")
        if limit.word.endswith(" for") and lasts_so_far(text[: low.start].rstrip()):
            limit = replace(limit, comparison="at least", start=low.start, word="")
        elif limit.comparison == "none" and not limit.word:
            limit = unsaid_limit(text, low.start, low.end, low.kind)
        quantity = replace(
            low,
            comparison=limit.comparison,
            phrase_start=limit.start,
            phrase_end=limit.end,
            word=limit.word,
            negated=limit.negated,
        )
        if (
            not quantity.is_limit
            and before is not None
            and limit.word in ("", "for")
            and _carries_on(text, before, quantity)
        ):
            quantity = replace(quantity, comparison=before.comparison, negated=before.negated)
        if before is not None and _denied_too(text, before, quantity):
            quantity = replace(quantity, comparison=TURNED[quantity.comparison], negated=True)
        bare = quantity.kind == "number" and quantity.word == "within"
        if bare and before is not None and before.kind == "duration":
            # "within 30 days, a credit note within 10"
            quantity = replace(quantity, kind="duration", unit=before.unit, suffix=before.suffix)
        joined = _two_sided(text, before, quantity)
        if joined:
            ready[-1:] = joined
        else:
            ready.append(quantity)
        index += 1
        if quantity.is_limit or quantity.digits.lower() not in ("a", "an"):  # "10 hours a day"
            before = quantity
    yield from _with_units(text, ready)


def _denied_too(text: str, before: Quantity, quantity: Quantity) -> bool:
    """Whether a denial of one limit reaches the next: "not ... less than 6 or more than 96"."""
    sides = {before.comparison, quantity.comparison}
    return (
        before.negated
        and not quantity.negated
        and sides in ({"at least", "more than"}, {"at most", "less than"})
        and re.fullmatch(r",?\s+n?or\s+", text[before.phrase_end : quantity.phrase_start])
        is not None
    )


def _dimensions(text: str, found: list[Quantity]) -> list[Quantity]:
    """Each side in the unit of the last: "55 x 40 x 23 cm"."""
    result: list[Quantity] = []
    for quantity in reversed(found):
        after = result[-1] if result else None
        if (
            after is not None
            and quantity.kind == "number"
            and after.kind == "measure"
            and _TIMES.fullmatch(text[quantity.end : after.start])
        ):
            quantity = replace(quantity, kind="measure", unit=after.unit, suffix=after.suffix)
        result.append(quantity)
    return result[::-1]


def _carries_on(text: str, before: Quantity, quantity: Quantity) -> bool:
    """Whether a comparison reaches the next quantity: "at most 10 hours a day and 48 a week"."""
    first = before.word.endswith("the first")  # "45p for the first 10,000 miles and 25p after"
    if before.comparison not in _CARRIED or before.range_end or first:
        return False
    gap = text[before.phrase_end : quantity.start]
    if _TIMES.fullmatch(gap):
        return quantity.kind == before.kind == "measure"
    if _IN_BRACKETS.fullmatch(gap):
        return quantity.kind == before.kind and bool(_FOR_WHOM.match(text, quantity.end))
    another = before.word.endswith("for") and _ANOTHER_FOR.fullmatch(gap)
    if len(gap) > MAX_GAP or not (another or _CONTINUES.fullmatch(gap)):
        return False
    if quantity.kind in ("count", "length") and before.kind in ("count", "length"):
        return True
    alike = quantity.kind == before.kind != "number"
    measured = not {quantity.kind, before.kind} & {"date", "time", "age", "number", "percent"}
    if another:
        return alike
    if not (alike or (measured and before.comparison in ("at most", "at least"))):
        return False
    return gap.endswith(" or ") or not _says_more(text[quantity.end : quantity.end + MAX_GAP * 2])


def _says_more(after: str) -> bool:
    """Whether the quantity before these words is a subject: "(up to £50 and £20) is paid back"."""
    return (
        parse_clause("things" + re.split(r"[,;.]|\b(?:and|or|if|when|unless)\b", after)[0])
        is not None
    )


def _with_units(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """A bare number takes the unit of the next limit: "below 40 or above 130 beats".

    Before "are waiting" and the like it takes that of the last thing counted.
    """
    counted: Quantity | None = None
    for quantity, after in pairwise([*found, None]):
        assert quantity is not None
        shares = (
            after is not None
            and quantity.kind == "number"
            and quantity.is_limit
            and after.is_limit
            and after.kind not in ("number", "date", "time")
            and after.suffix
            and re.fullmatch(r",? (?:or|and|but) ", text[quantity.phrase_end : after.phrase_start])
        )
        if shares and after is not None:
            quantity = replace(quantity, kind=after.kind, unit=after.unit, suffix=after.suffix)
        again = quantity.kind == "number" and quantity.is_limit and counted is not None
        if again and counted is not None and _OF_THEM.match(text, quantity.end):
            quantity = replace(quantity, kind="count", unit=counted.unit)
        if quantity.kind == "count" and quantity.unit and quantity.is_limit:
            counted = quantity
        yield quantity


_OF_THEM = _PATTERNS["of_them"]
""" "more than 20 callers are waiting; when fewer than (5) are waiting"."""


def _two_sided(text: str, low: Quantity | None, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """ "at least 1 day and no more than 28 days" as one phrase with two ends."""
    if low is not None and high.negated and low.kind in ("number", high.kind):
        return _neither_side(text, low, high)
    if low is None or low.range_end or low.negated or high.negated:
        return None
    if low.kind == "number" and high.kind not in ("number", "date", "time"):
        low = replace(low, kind=high.kind, unit=high.unit, suffix=high.suffix)
    if low.kind != high.kind:
        return None
    if low.comparison not in ("at least", "more than") or high.comparison not in (
        "at most",
        "less than",
    ):
        return None
    if not re.fullmatch(r",?\s+(?:and|but|to)\s+", text[low.phrase_end : high.phrase_start]):
        return None
    start, end = low.phrase_start, high.phrase_end
    return (
        replace(low, range_end="low", phrase_start=start, phrase_end=end, word="between"),
        replace(high, range_end="high", phrase_start=start, phrase_end=end, word="between"),
    )


def _neither_side(text: str, low: Quantity, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """ "cannot be shorter than 8 or longer than 64 characters" as one phrase with two ends."""
    sides = low.comparison, high.comparison
    if low.range_end or sides not in (("at least", "at most"), ("more than", "less than")):
        return None
    if not re.fullmatch(r",?\s+n?or\s+", text[low.phrase_end : high.phrase_start]):
        return None
    shared: dict[str, Any] = {
        "phrase_start": low.phrase_start, "phrase_end": high.phrase_end, "word": low.word,
        "negated": low.negated,
    }  # fmt: skip
    if low.kind == "number":
        low = replace(low, kind=high.kind, unit=high.unit, suffix=high.suffix)
    return replace(low, range_end="low", **shared), replace(high, range_end="high", **shared)


def _how_often(text: str, quantity: Quantity) -> Comparison | None:
    """ "can be reinstated once" and "only one flight plan at a time" set a limit of one, "must not
    be possible to refund an item twice" one below two."""
    if quantity.digits.lower() in ("once", "twice"):
        before, after = text[: quantity.start], text[quantity.end :]
        if before.endswith("at "):  # "at once"
            return None
        allowed = re.search(r"\b(?:can|may|must|only)\b[^.;,]{0,60}\s$", before)
        alone = re.match(
            r"\s*(?:[,.;]|$|(?:per|by|for|within|until|before|during|in|with|using)\b"
            r"|a \w+|only)",
            after,
        )
        if not (allowed and alone):
            return None
        denied = re.search(r"\b(?:not|never)\b", allowed.group())
        return "less than" if denied and quantity.value == 2 else "at most"
    if quantity.value != 1 or quantity.kind != "count":
        return None
    single = re.search(r"\bonly (?:\w+ )?$", text[: quantity.start]) and re.match(
        r"[^.;]{0,40}\bat (?:a|any|the same) time\b", text[quantity.end :]
    )
    return "at most" if single else None


def _range(text: str, low: Quantity, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both ends of "8 to 20 characters", "between £5 and £10", "09:00-17:00"; else ``None``."""
    gap = text[low.end : high.start]
    joined = gap.strip(" +").lower()
    if low.kind == "time":
        joined = joined.removeprefix(". ")  # "from 2 p.m. to 8 p.m."
    lead = text[max(0, low.start - 60) : low.start]
    opened = re.search(
        r"\b(?P<word>between|from|outside(?: of)?(?: the range(?: of)?)?|in the range(?: of)?"
        r"|range[sd]?(?: from| of)?|of between)\s+$",
        lead,
        re.I,
    )
    if _AROUND.fullmatch(gap) and _SINCE.match(text, high.end) and low.kind == high.kind:
        start = low.start - len("from ") if opened else low.start
        return tuple(  # type: ignore[return-value]
            replace(end, comparison="at most", phrase_start=place, phrase_end=end.end, word="from")
            for end, place in ((low, start), (high, high.start))
        )
    if joined == "and":
        if not (opened and "between" in opened["word"].lower()):
            return None
    elif joined not in ("to", "-", "–", "—", "through", "until", "till", "up to", "and up to"):
        return None
    measured = bool(low.unit and high.unit)  # each end in a unit of its own, perhaps another one
    of_time = {low.kind, high.kind} == {"duration", "age"}  # "8 weeks and 9 years old"
    if measured and low.unit != high.unit and low.kind != high.kind and not of_time:
        return None
    if joined.endswith("up to") and re.search(r"\b(?:at least|min(?:imum|\.)?) $", lead, re.I):
        return None  # "at least 2 and up to 10": two limits
    if low.kind == "number" and high.kind in ("date", "time"):
        return None
    if not (low.kind in ("number", high.kind) or high.kind == "number" or of_time):
        return None
    if not _ascending(low, high):
        return _ahead(text, low, high) if opened and opened["word"].lower() == "from" else None
    start = low.start
    if opened and re.fullmatch(
        r"(?:of )?between|from|outside.*|in the range(?: of)?", opened["word"], re.I
    ):
        start -= len(lead) - opened.start("word")
        start += 3 if opened["word"].lower().startswith("of ") else 0
    word = opened["word"].lower() if opened else "to"
    unit, kind = (high.unit or low.unit), (high.kind if high.kind != "number" else low.kind)
    suffix = low.suffix or (high.suffix if low.kind == "number" else "")
    outside = word.startswith("outside")
    excluded = re.search(r"\b(?:more than|over|above|longer than)\s+$", lead, re.IGNORECASE)
    if excluded:
        start = low.start - len(lead) + excluded.start()
    shared = replace(low, phrase_start=start, phrase_end=high.end, word=word)
    if not measured:
        shared = replace(shared, unit=unit, kind=kind)
    return (
        replace(
            shared, range_end="low", suffix=suffix,
            comparison="less than" if outside else "more than" if excluded else "at least",
        ),
        replace(
            high, unit=unit, kind=kind, phrase_start=start, phrase_end=high.end, word=word,
            comparison="more than" if outside else "at most", range_end="high",
        ),
    )  # fmt: skip


_AROUND = re.compile(r"\s(?:before|prior to)\s(?:(?:up )?to|until|and)\s", re.IGNORECASE)
_SINCE = re.compile(r"\s(?:after|following)\b", re.IGNORECASE)
""" "from (7 days before to 3 days after) the reading"."""
_AHEAD = re.compile(r"\s+(?:in advance|beforehand|ahead|before|prior to)\b", re.IGNORECASE)


def _ahead(text: str, low: Quantity, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """ "from 7 days to 1 hour in advance": counted back, the first end is the longer one."""
    if low.kind not in ("duration", "number") or high.kind != "duration":
        return None
    if not _AHEAD.match(text, high.end) or not _ascending(high, low):
        return None
    start = low.start - len("from ")
    if low.kind == "number":
        low = replace(low, kind=high.kind, unit=high.unit, suffix=high.suffix)
    shared: dict[str, Any] = {"phrase_start": start, "phrase_end": high.end, "word": "from"}
    return (
        replace(low, comparison="at most", range_end="high", **shared),
        replace(high, comparison="at least", range_end="low", **shared),
    )


def _ascending(low: Quantity, high: Quantity) -> bool:
    """Whether the first end is the lower one, units heeded: "30 minutes to 2 hours" is."""
    if isinstance(low.value, Decimal) and isinstance(high.value, Decimal):
        if not (low.unit and high.unit) or low.unit == high.unit:
            return low.value < high.value
        least, small = in_base_unit(low.value, low.unit)
        most, large = in_base_unit(high.value, high.unit)
        return least < most if small == large else low.kind != "number"
    if isinstance(low.value, time) and isinstance(high.value, time):
        return low.value != high.value  # "22:00 to 06:00" goes over midnight
    if isinstance(low.value, date) and isinstance(high.value, date):
        yearly = low.value.year == high.value.year == NO_YEAR  # "1 October to 31 March"
        return low.value < high.value or (yearly and low.value != high.value)
    return type(low.value) is type(high.value) and low.value < high.value  # type: ignore[operator]
