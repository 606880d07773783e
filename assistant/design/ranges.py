"""Limits of the quantities found: ranges, two-sided limits, and limits that a list carries on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.amounts import Quantity
from assistant.design.comparisons import read_limit

_CONTINUES = re.compile(
    r"(?:,| and|, and| or| &| plus)(?: (?:a|an|the|with|has|have|contains?))? $", re.IGNORECASE
)


_CHANGE_VERB = re.compile(
    r"\b(?:chang|increas|reduc|decreas|mov|go|goes|updat|rais|lower|switch|reset)\w*"
    r"(?: [\w' ]{0,30})? from $", re.IGNORECASE
)  # fmt: skip


def with_limits(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Ranges first, then single limits; a list carries its comparison on ("at least 1 x, 1 y")."""
    index = 0
    before: Quantity | None = None
    ready: list[Quantity] = []
    while index < len(found):
        low = found[index]
        pair = _range(text, low, found[index + 1]) if index + 1 < len(found) else None
        if pair:
            ready.extend(pair)
            before, index = pair[1], index + 2
            continue
        number_end = low.start + len(low.prefix) + len(low.digits)
        limit = read_limit(text, low.start, low.end, low.kind, number_end)
        if limit.comparison == "none" and _is_only_time(text, low):
            limit = replace(limit, comparison="at most")
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
            and before.comparison in ("at least", "at most", "exactly")
            and not before.range_end
            and quantity.kind in ("count", "length")
            and _CONTINUES.fullmatch(text[before.phrase_end : quantity.start])
        ):
            quantity = replace(quantity, comparison=before.comparison, negated=before.negated)
        joined = _two_sided(text, before, quantity)
        if joined:
            ready[-1:] = joined
        else:
            ready.append(quantity)
        before, index = quantity, index + 1
    yield from ready


def _two_sided(text: str, low: Quantity | None, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """ "at least 1 day and no more than 28 days" as one phrase with two ends."""
    if low is None or low.range_end or low.kind != high.kind or low.negated or high.negated:
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


def _is_only_time(text: str, quantity: Quantity) -> bool:
    """ "can be reinstated once" and "only one flight plan at a time" set a limit of one."""
    if quantity.digits.lower() in ("once", "twice"):
        before, after = text[: quantity.start], text[quantity.end :]
        allowed = re.search(r"\b(?:can|may|must|only)\b[^.;,]{0,60}\s$", before)
        return bool(allowed and re.match(r"\s*(?:[,.;]|$|per\b|a \w+|in any|only)", after))
    if quantity.value != 1 or quantity.kind != "count":
        return False
    return bool(
        re.search(r"\bonly (?:\w+ )?$", text[: quantity.start])
        and re.match(r"[^.;]{0,40}\bat (?:a|any|the same) time\b", text[quantity.end :])
    )


def _range(text: str, low: Quantity, high: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both ends of "8 to 20 characters", "between £5 and £10", "09:00-17:00"; else ``None``."""
    gap = text[low.end : high.start]
    joined = gap.strip().lower()
    lead = text[max(0, low.start - 60) : low.start]
    opened = re.search(
        r"\b(?P<word>between|from|in the range(?: of)?|range[sd]?(?: from| of)?|of between)\s+$",
        lead,
        re.I,
    )
    if joined == "and":
        if not (opened and "between" in opened["word"].lower()):
            return None
    elif joined not in ("to", "-", "–", "—", "through", "until", "till", "up to", "and up to"):
        return None
    if low.unit and high.unit and low.unit != high.unit and low.kind != high.kind:
        return None
    if _CHANGE_VERB.search(lead) or (low.kind == "number" and high.kind in ("date", "time")):
        return None
    if not (low.kind in ("number", high.kind) or high.kind == "number"):
        return None
    if type(low.value) is not type(high.value) or low.value >= high.value:  # type: ignore[operator]
        return None
    start = low.start
    if opened and re.fullmatch(r"(?:of )?between|from|in the range(?: of)?", opened["word"], re.I):
        start -= len(lead) - opened.start("word")
        start += 3 if opened["word"].lower().startswith("of ") else 0
    word = opened["word"].lower() if opened else "to"
    unit, kind = (high.unit or low.unit), (high.kind if high.kind != "number" else low.kind)
    suffix = low.suffix or (high.suffix if low.kind == "number" else "")
    shared = replace(low, unit=unit, kind=kind, phrase_start=start, phrase_end=high.end, word=word)
    return (
        replace(shared, comparison="at least", range_end="low", suffix=suffix),
        replace(
            high, unit=unit, kind=kind, phrase_start=start, phrase_end=high.end, word=word,
            comparison="at most", range_end="high",
        ),
    )  # fmt: skip
