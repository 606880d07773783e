"""Numbers as people write them: digits, thousands separators, number words."""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.language.word_lists import word_list

_SMALL = word_list(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
)
_TENS = word_list("twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = {"thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_WORDS = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * (number + 2) for number, word in enumerate(_TENS)
}

_ONES = "|".join(_SMALL[1:10])
_UNDER_20 = "|".join(sorted(_SMALL, key=len, reverse=True))
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_ONES}))?|{_UNDER_20})"
_UNDER_1000 = rf"(?:(?:{_ONES}|a) hundred(?: and {_UNDER_100})?|{_UNDER_100})"
WORDS_PATTERN = (
    rf"(?:{_UNDER_1000} (?:thousand|million|billion)(?:(?: and|,)? {_UNDER_1000})?|{_UNDER_1000})"
    r"(?: and a half\b)?"
)
DIGITS_PATTERN = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{2}(?!\d)|\d{1,3}(?:\.\d{3}){2,}"
    r"(?!\d)|\d+,\d{2}(?=\s?(?:€|(?:EUR|CHF|PLN|SEK|NOK|DKK|CZK|HUF)\b))|\d+(?:\.\d+)?)"
)
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{2})?|\d+,\d{2}")
SCALE_PATTERN = r"(?: ?(?:thousand|million|billion|bn|k|m)\b(?!/))"

_SCALE_SHORT = {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000, **_SCALES}


def words_to_number(words: str) -> Decimal | None:
    """The number that English number words spell ("twenty-four"), or ``None`` for other words."""
    total = current = 0
    seen = False
    whole, half, _ = words.lower().strip().partition(" and a half")
    for word in re.split(r"[-\s,]+", whole):
        if word in ("and", "a", ""):
            current = 1 if word == "a" else current
        elif word in _WORDS:
            current += _WORDS[word]
            seen = True
        elif word == "hundred":
            current = max(current, 1) * 100
            seen = True
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
            seen = True
        else:
            return None
    return Decimal(total + current) + (Decimal("0.5") if half else 0) if seen else None


def digits_to_number(digits: str, scale: str = "") -> Decimal:
    """The number that digits with thousands separators and an optional scale word stand for."""
    dots = digits.count(".")
    if dots > 1 or re.search(r"(?:^|\.)\d+,\d{2}$", digits):
        digits = english(digits)
    number = Decimal(digits.replace(",", ""))
    factor = _SCALE_SHORT.get(scale.strip().lower(), 1)
    return number * factor


def english(digits: str) -> str:
    """ "25.000" and "1.250,50" as they are written in English: "25,000", "1,250.50"."""
    if _CONTINENTAL.fullmatch(digits) is None:
        return digits
    return digits.translate(str.maketrans(".,", ",."))


def step_of(number: Decimal) -> Decimal:
    """The smallest step that a number's own decimals show: 1 for 14, 0.1 for 2.5."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return Decimal(1).scaleb(-places)


def format_number(number: Decimal, *, thousands: bool = False) -> str:
    """Plain notation, never an exponent, with separators where the source had them."""
    return f"{number:,f}" if thousands else f"{number:f}"
