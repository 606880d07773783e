"""Values in a text that no allowed text states: the check on what a model wrote.

Numbers compare by value, so "14", "fourteen" and "14 days" agree, as do "£1,000", "1000" and
"GBP 1000", "5pm" and "17:00", "24 hours" and "1 day". Step numbers, ordinals, labels such as
"level 2" in the allowed text, and quoted names of buttons or fields are no values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from assistant.language.amounts import Quantity, all_amounts
from assistant.language.dates_and_times import NO_YEAR, find_moments
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.units import in_base_unit
from assistant.language.word_lists import read_patterns

_Key = tuple[str, object]

_CODE = re.compile(r"\b(?:[A-Z]{2,}\d*[-_])+\d+(?:[-_][A-Z]*\d+)*\b|\b[A-Z]{1,4}-[A-Z]+-\d+\b")
_PATTERNS = read_patterns(__file__)
_LABELLED = _PATTERNS["labelled"]
_STEP = _PATTERNS["step"]
_TELLS = _PATTERNS["tells"]
_SMALL_WORDS = frozenset(("two", "both", "once", "twice", "a", "an"))


def foreign_values(text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Numbers, dates, times, codes and quoted messages of ``text`` that no allowed text holds.

    Returned as they stand in ``text``, in order, each once; empty where everything is supported.
    """
    known: set[_Key] = set()
    for source in allowed:
        known.update(_keys_of_source(source))
    plain = [_plain(source) for source in allowed]
    found = [
        *_foreign_amounts(text, known),
        *_foreign_codes(text, plain),
        *_foreign_quotes(text, plain, known),
    ]
    seen: dict[str, int] = {}
    for place, words in sorted(found):
        seen.setdefault(words, place)
    return tuple(seen)


@lru_cache(maxsize=4096)  # the same sources are asked for every statement of a story
def _plain(text: str) -> str:
    said = text.casefold().replace("’", "'").replace("‘", "'")
    return re.sub(r"\s+", " ", re.sub(r"[.!,;:]+(?=\s|$|[\"”'»])", "", said)).strip(" \"“”'«»")


@lru_cache(maxsize=4096)
def _keys_of_source(source: str) -> frozenset[_Key]:
    return frozenset(_read_keys(source))


def _read_keys(source: str) -> Iterator[_Key]:
    for quantity in all_amounts(source):
        yield from _keys(quantity)
    for moment in find_moments(source):
        yield from _moment_keys(moment.value)
        if isinstance(moment.value, date):
            yield ("number", Decimal(moment.value.day))
    for digits in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", source):
        yield ("number", Decimal(digits.replace(",", "")).normalize())


def _keys(quantity: Quantity) -> tuple[_Key, ...]:
    """All keys a quantity of an allowed text supports; with its unit first, then the number."""
    if not isinstance(quantity.value, Decimal):
        return tuple(_moment_keys(quantity.value))
    value = quantity.value.normalize()
    keys: list[_Key] = [("number", value)]
    if quantity.kind in ("money", "percent", "duration", "size", "measure", "age"):
        amount, unit = in_base_unit(quantity.value, quantity.unit)
        keys.append((f"{_family(quantity)} {unit}", amount.normalize()))
        if amount != quantity.value:
            keys.append(("number", amount.normalize()))
    else:
        keys.append(("bare", value))
    return tuple(keys)


def _family(quantity: Quantity) -> str:
    return "duration" if quantity.kind == "age" else quantity.kind


def _moment_keys(value: date | time) -> Iterator[_Key]:
    if isinstance(value, time):
        yield ("time", (value.hour, value.minute))
        return
    yield ("date", (value.year, value.month, value.day))
    yield ("date", (NO_YEAR, value.month, value.day))
    if value.year != NO_YEAR:
        yield ("number", Decimal(value.year))


def _foreign_amounts(text: str, known: set[_Key]) -> Iterator[tuple[int, str]]:
    masked = mask_quotes(text)
    steps = [match.span() for match in _STEP.finditer(masked)]
    for quantity in all_amounts(masked):
        if any(low <= quantity.start < high for low, high in steps):
            continue
        if not _supported(quantity, known):
            yield quantity.start, quantity.text.strip(" \x00")


def _supported(quantity: Quantity, known: set[_Key]) -> bool:
    value = quantity.value
    if isinstance(value, time):
        return ("time", (value.hour, value.minute)) in known or (
            value.minute == 0 and ("bare", Decimal(value.hour)) in known
        )
    if isinstance(value, date):
        return ("date", (value.year, value.month, value.day)) in known
    if (
        quantity.digits.lower() in _SMALL_WORDS
        and not quantity.is_limit
        and quantity.kind == "count"
    ):
        return True
    if (
        value == 1
        and not quantity.digits[:1].isdigit()
        and quantity.kind in ("count", "number", "length")
    ):
        return True
    number = value.normalize()
    if quantity.kind in ("money", "percent", "duration", "size", "measure", "age"):
        amount, unit = in_base_unit(value, quantity.unit)
        if (f"{_family(quantity)} {unit}", amount.normalize()) in known:
            return True
        return ("bare", number) in known
    return ("number", number) in known


def _foreign_codes(text: str, plain: list[str]) -> Iterator[tuple[int, str]]:
    masked = mask_quotes(text)
    for match in _CODE.finditer(masked):
        if not any(match.group().casefold() in source for source in plain):
            yield match.start(), match.group()
    for match in _LABELLED.finditer(masked):
        number = match["number"].rstrip(".").casefold()
        if not any(
            re.search(rf"(?<![\w.]){re.escape(number)}(?![\w])", source) for source in plain
        ):
            yield match.start("number"), match["number"].rstrip(".")


def _foreign_quotes(text: str, plain: list[str], known: set[_Key]) -> Iterator[tuple[int, str]]:
    """Quoted messages that stand nowhere; of quoted labels only the numbers in them count."""
    for quoted in find_messages(text):
        said = _plain(quoted.text)
        if not said or any(said in source for source in plain):
            continue
        is_message = len(said.split()) >= 4 or _TELLS.search(
            text[max(0, quoted.start - 60) : quoted.start - 1]
        )
        if is_message:
            yield quoted.start, quoted.text
        else:
            for quantity in all_amounts(quoted.text):
                if not _supported(quantity, known):
                    yield quoted.start + quantity.start, quantity.text
