"""Numbers in the text of a case, with their units, as values that can be compared."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.language.word_lists import word_lists

_WORDS = word_lists("words", Path(__file__).parent)
NUMBER_WORDS = {word: int(value) for value, words in _WORDS["numbers"].items() for word in words}
_CURRENCIES = {word: sign for sign, words in _WORDS["currencies"].items() for word in words}
_UNITS = {word: unit for unit, words in _WORDS["units"].items() for word in words}
_AMOUNT = re.compile(
    r"(?P<currency>[£$€])?\s?(?P<minus>(?<![\w-])-)?(?<![\w.,#/-])"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.:]\d+)?)(?:st|nd|rd|th)?(?![\w/-]*[\w/])"
    r"(?:\s?(?P<sign>%)|\s?(?:working |business |calendar )?(?P<unit>[A-Za-z]+))?"
    r"|\b(?P<word>" + "|".join(NUMBER_WORDS) + r")\b(?:\s(?P<wordunit>[A-Za-z]+))?",
    re.IGNORECASE,
)
_WORDS_OF_ONE = frozenset({"one", "first", "second", "once"})
_LIMIT = re.compile(
    r"\b(?:than|over|above|below|under|exceed\w*|beyond|up to|at (?:least|most)|within|"
    r"limit\w*(?: of)?|(?:min|max)imum(?: of)?|until|from|between|no (?:more|later|earlier) than|"
    r"to|and|within the)"
    r"(?:\s(?:the|a|of|last))?\s*$",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\s*(?:[A-Za-z%]+\s+)?(?:to|-|–)\s*[£$€]?\d"
    r"|.{0,20}?\bor (?:more|less|fewer|over|under)\b"
)
_TIMES = frozenset({"minute", "hour", "day", "week", "month", "year"})
_LONGEST = 5

Amount = tuple[float, str]
"""Value and unit; the unit is empty for a plain count."""


def amounts(text: str, *, exact: bool = False) -> list[Amount]:
    """The amounts of a text in order: ``14 days``, ``£30.00``, ``three attempts``, ``17:00``.

    Long bare numbers are ids of test data (an account, an order) and are left out. "one", "first"
    and "second" count only with a unit of time, because they are mostly no numbers. ``exact``
    leaves out limits ("more than 5 MB", "up to 14 days"): what is tried out is the other amount.
    """
    return [(value, unit) for value, unit, _ in placed_amounts(text, exact=exact)]


def placed_amounts(text: str, *, exact: bool = False) -> list[tuple[float, str, int]]:
    """The same amounts, each with the offset at which it begins."""
    found: list[tuple[float, str, int]] = []
    for match in _AMOUNT.finditer(text):
        number_end = match.end("number") if match["number"] else match.end()
        before, after = text[max(0, match.start() - 24) : match.start()], text[number_end:]
        if exact and (_LIMIT.search(before) or _RANGE.match(after)):
            continue
        unit = (match["unit"] or match["wordunit"] or "").lower()
        unit = unit if unit in _UNITS or unit in _CURRENCIES else unit.removesuffix("s")
        known = _CURRENCIES.get(match["currency"] or unit) or _UNITS.get(match["sign"] or unit, "")
        if match["word"]:
            word = match["word"].lower()
            if word in _WORDS_OF_ONE and known not in _TIMES:
                continue
            found.append((float(NUMBER_WORDS[word]), known, match.start()))
            continue
        number = match["number"].replace(",", "")
        if not known and "." not in number and ":" not in number and len(number) > _LONGEST:
            continue
        if ":" in number:
            hours, minutes = number.split(":")
            found.append((float(hours) + float(minutes) / 100, "o'clock", match.start()))
            continue
        value = float(number)
        found.append((-value if match["minus"] else value, known, match.start()))
    return found


def amount_text(amount: Amount) -> str:
    """An amount as people write it."""
    value, unit = amount
    number = f"{value:,.2f}" if unit in "£$€" and unit else f"{value:g}"
    if unit == "o'clock":
        return f"{int(value):02d}:{round(value % 1 * 100):02d}"
    if unit in ("£", "$", "€"):
        return f"{unit}{number}"
    if not unit or unit == "%":
        return number + unit
    return f"{number} {unit}" if value == 1 or len(unit) <= 2 else f"{number} {unit}s"


def unlike(left: list[Amount], right: list[Amount]) -> list[tuple[Amount, Amount]]:
    """Amounts of one kind that only one side has, paired with those that only the other has.

    Empty where one side merely says more: a case that also names the second attempt is no other
    case for it.
    """
    pairs: list[tuple[Amount, Amount]] = []
    only_left = [one for one in dict.fromkeys(left) if one not in right]
    only_right = [one for one in dict.fromkeys(right) if one not in left]
    for one in only_left:
        twin = next((other for other in only_right if other[1] == one[1]), None)
        if twin is not None:
            only_right.remove(twin)
            pairs.append((one, twin))
    return pairs
