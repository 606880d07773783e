"""Small forms of words: one line, capitals, names of records."""

from __future__ import annotations

import re

from assistant.language.amounts import all_amounts
from assistant.language.nouns import COMMON, is_person, is_plural
from assistant.language.word_lists import read_patterns

SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")


_PATTERNS = read_patterns(__file__)
FUNCTION_WORD = _PATTERNS["function_word"]

_CODE = r"(?=(?:[A-Z_/.-]{0,9}\d){3})[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+|[/.]\d+)*(?![\w-])"
"""Of three digits and more: "RC-00151", "SO10023", where "Gate D-7" is a place."""
_NUMBER = r"(?<![.,:/])\d{5,10}(?![\w:/-]|[.,]\d)"
"""As long as those of customers and orders."""
_NAME = re.compile(rf"(?<![\w-])(?:{_CODE}|{_NUMBER})")
_DIGITS = re.compile(r"\d{4,}")
_YEAR_OR_DAY = re.compile(r"(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?")
"""As in the name of a period or of a file: "FY2026", "20260314"."""


def one_line(text: str) -> str:
    """Text on one line without the full stop at its end."""
    line = SPACE.sub(" ", text).strip(" ,;:")
    return line[:-1].rstrip() if line.endswith(".") and not line.endswith("..") else line


def bare_words(text: str) -> str:
    """The words alone, in one case, a space between two."""
    return " ".join(_WORD.findall(text.casefold()))


def capital(text: str) -> str:
    """First letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def lower_start(text: str) -> str:
    """First word in lower case where that is safe: never a name, an acronym or a quoted word."""
    first, _, rest = text.partition(" ")
    following = rest[:1]
    if re.match(r"(?:of|and|or|to|the|for) [A-Z]", rest) and not FUNCTION_WORD.match(first):
        return text
    if first == "I" or not first[:1].isupper() or (not first[1:].islower() and len(first) > 1):
        return text
    common = FUNCTION_WORD.match(first) or first in ("A",)
    plain = (
        (first.endswith(("ed", "ing")) and len(first) > 5)
        or is_plural(first)
        or is_person(first)
        or first.lower() in COMMON
    ) and not following.isupper()
    return first.lower() + text[len(first) :] if common or plain else text


def record_names(text: str) -> tuple[str, ...]:
    """The names of records in a text, each once: "RC-00151", "supplier 40311"; no quantity."""
    found = [one for one in _NAME.finditer(text) if _counts_up(one.group())]
    if any(one.group().isdigit() for one in found):
        amounts = [(one.start, one.end) for one in all_amounts(text) if one.unit]
        found = [one for one in found if not any(a <= one.start() < b for a, b in amounts)]
    return tuple(dict.fromkeys(one.group() for one in found))


def _counts_up(name: str) -> bool:
    """Whether a code has a hyphen, or a number longer than those of methods and answers ("SHA256",
    "HTTP404") that is no time."""
    long = _DIGITS.findall(name)
    return "-" in name or any(not _YEAR_OR_DAY.fullmatch(one) for one in long)
