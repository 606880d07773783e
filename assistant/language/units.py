"""Units of measurement and the spans of text that look like numbers but are names.

A unit has a canonical name, so that "days", "day" and "calendar days" compare equal, and a kind.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from assistant.language.word_lists import WORDS, read_table

QuantityKind = Literal[
    "count", "money", "percent", "duration", "length", "size", "date", "time", "age", "measure",
    "number",
]  # fmt: skip

CURRENCY_SYMBOLS = {"£": "GBP", "$": "USD", "€": "EUR", "¥": "JPY", "₹": "INR"}
_CURRENCY_WORDS = {
    "pound": "GBP", "pounds": "GBP", "euro": "EUR", "euros": "EUR", "dollar": "USD",
    "dollars": "USD", "pence": "GBX", "p": "GBX", "penny": "GBX", "cents": "cent", "cent": "cent",
    "centime": "cent", "centimes": "cent", "rappen": "cent",
    "rupee": "INR", "rupees": "INR", "zł": "PLN", "kč": "CZK",
}  # fmt: skip
CURRENCY_CODES_PATTERN = (
    "GBP|USD|EUR|INR|AUD|CAD|CHF|JPY|SEK|NOK|DKK|PLN|NZD|SGD|HKD|ZAR|AED|CNY|KRW|CZK|HUF|BRL|MXN"
    "|THB|MYR|IDR|SAR|BGN|ILS|ISK"
)
"""Without those that are words too: "try 5 times"."""

_UNITS: dict[str, tuple[QuantityKind, str]] = {
    **{code.lower(): ("money", code) for code in CURRENCY_CODES_PATTERN.split("|")},
    **{word: ("money", code) for word, code in _CURRENCY_WORDS.items()},
    "€": ("money", "EUR"), "£": ("money", "GBP"), "$": ("money", "USD"),
    "%": ("percent", "%"), "percent": ("percent", "%"), "per cent": ("percent", "%"),
    "percentage points": ("percent", "%"), "prozent": ("percent", "%"),
    "prozentpunkte": ("percent", "%"), "pour cent": ("percent", "%"),
}  # fmt: skip
_SPELLINGS = read_table(WORDS / "units.toml", dict[QuantityKind, dict[str, str]])
for _kind, _names in _SPELLINGS.items():
    for _canonical, _spellings in _names.items():
        _UNITS |= dict.fromkeys(_spellings.split("|"), (_kind, _canonical))
UNITS_OF_TIME = frozenset(
    word for names in _SPELLINGS["duration"].values() for word in re.split(r"[| ]", names)
)
"""Words of units of time, in the languages that they are read in."""

_UNITS |= dict.fromkeys(("kmh", "kph"), ("measure", "km/h")) | {"mbps": ("measure", "mbit/s")}
_PER = r"/(?:min|sec|s|hr|h|days?|d|week|month|year|100 ?km|km|m[²³23]?|ml|dl|l|kg|ha)"
"""Of what a rate is told: "m/s", "g/km", "mg/l"."""
RATE = re.compile(r"\s*(?:/|(?:per|an?|each|every|pro|je|par|por|za|op)\b)", re.IGNORECASE)
"""Behind an amount of money: "EUR 2.40 per started metre"; more than one cost another amount."""

_RATED = [name for name, (kind, _) in _UNITS.items() if kind in ("measure", "size")] + ["mmol"]

UNIT_PATTERN = "|".join(
    (
        rf"(?:{'|'.join(map(re.escape, sorted(_RATED, key=len, reverse=True)))}){_PER}",
        *(re.escape(name) for name in sorted(_UNITS, key=len, reverse=True) if len(name) > 1),
    )
)
GLUED_UNIT_PATTERN = r"(?:[%°smhpglt]|°[CF]|(?-i:[VW]))"
"""Units of one character where they touch the number ("30s", "50p", "10%")."""

LETTER_UNIT_PATTERN = r"(?-i:[ \xa0](?:[hsglwtLWV]))(?![\w'’/-])"
"""Units of one letter behind a space, in the case they are written in ("2 h", "3.5 t", "5 V")."""

_DURATION_IN_SMALLER: dict[str, tuple[str, int]] = {
    "second": ("millisecond", 1000), "minute": ("millisecond", 60_000),
    "hour": ("millisecond", 3_600_000), "day": ("millisecond", 86_400_000),
    "week": ("millisecond", 604_800_000), "year": ("month", 12),
}  # fmt: skip


def unit_of(word: str) -> tuple[QuantityKind, str] | None:
    """Kind and canonical name of a unit word, or ``None`` where it is an ordinary noun."""
    name = re.sub(r"\s+", " ", word.lower())
    if re.fullmatch(rf"[^/]+{_PER}", name):
        return "measure", name
    return _UNITS.get(name)


def in_base_unit(number: Decimal, unit: str) -> tuple[Decimal, str]:
    """The same amount in the smallest unit of its family, so that 24 hours equal 1 day."""
    base, factor = _DURATION_IN_SMALLER.get(unit, (unit, 1))
    if unit == "GBX":
        return number / 100, "GBP"
    return number * factor, base


_LABEL = (
    r"version|release|step|drop|section|chapter|page|table|figure|fig\.?|appendix|annex|phase|"
    r"stage|level|tier|option|paragraph|rule|error(?: code)?|status(?: code)?|code|http|port|iso|"
    r"rfc|ref(?:erence)?|ticket|sprint|iteration|build|windows|article|clause|question|"
    r"scenario|criterion|quarter|no\.|nr\.?|task|wcag|priority|severity|dose|zone|band|gate|"
    r"platform|room|floor|lane|part|team|"
    r"p(?:age|hase)s"
)
_NUMBERED = (
    r"(?:order|invoice|account|case|policy|contract|customer|reference|number|line|row|item)"
)
_IDENTIFIERS = re.compile(
    "|".join(
        (
            r"https?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+",
            # No letter class holds a separator: with "_" in both, a long name takes for ever.
            rf"\b(?!(?:{CURRENCY_CODES_PATTERN})[\s\d])_*[A-Za-z]+(?:[-_/]+[A-Za-z]+)*[-_/]*\d\w*"
            r"(?:[-_.]\d+)*\b",
            r"\b(?:line|lane|row|column)s \d+(?: ?(?:to|and|-|–) ?\d+)?\b",
            rf"\b(?:{_LABEL})\s*[#:]?\s*v?\d[\w.]*(?!\s*(?:times\b|%|or more|or less"
            r"|(?:and|or) (?:above|over|below|higher|lower|under)))",
            rf"\b{_NUMBERED}(?: (?:number|no\.?|id))?\s*[#:]?\s*\d{{4,}}\b",
            r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b",
            r"#\d+\b|\bv\d+(?:\.\d+)*\b",
            r"(?<![\w.])\d+(?:\.\d+){2,}(?![\w])",
            r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}\b",
            r"(?<!\w)\+\d[\d ()-]{7,}\d|(?<!\w)\(?0\d{2,5}\)?[ -]\d{3,4}[ -]?\d{3,4}\b",
            r"(?<![\w,.£$€])\d{7,}\b|(?<![\w,.:/-])0\d+\b(?![:.,/-]\d)",
            r"(?<![\w.])\d+(?:st|nd|rd|th)\b(?! (?:of )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct"
            r"|Nov|Dec))",
            r"(?<![\w/])\d{1,2}/\d{1,2}(?![\w/])",
            r"(?m:^\s*(?:[-*•]\s+)?\(?\d{1,3}[.)](?=\s))",
            r"\b[2-6]G(?:/[2-6]G)*\b|\b\d+[A-Za-z]{2,}\d\w*|\b\d+XX\b|\b\d+x\d+\b",
        )
    ),
    re.IGNORECASE,
)


_HINT = re.compile(r"\d|@|https?://", re.IGNORECASE)
"""One of these is in each identifier; the texts that have none are most, and are read at once."""


def find_identifiers(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of names that hold digits: keys, codes, versions, labels, telephone numbers."""
    if _HINT.search(text) is None:
        return ()
    return tuple(match.span() for match in _IDENTIFIERS.finditer(text))
