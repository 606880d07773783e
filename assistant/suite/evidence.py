"""What a text tries out, shows and denies: the facts by which a condition and a case are compared.

Small readings of English sentences: quantities with what they count, calendar words as days, the
sense of a result (something is shown or granted, or it is refused or missing), messages, roles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.language.word_lists import read_patterns, word_lists
from assistant.suite.amounts import NUMBER_WORDS, placed_amounts
from assistant.suite.case_words import (
    STOP_WORDS,
    content,
    quoted_with_rest,
    stem,
    without_quotes,
    words,
)

_WORDS = word_lists("words", Path(__file__).parent)["evidence"]
_NUMBERS = NUMBER_WORDS | {"single": 1, "sixth": 6, "no": 0}
_COUNT = re.compile(
    r"(?<![\w.,£$€/:-])(?P<number>\d{1,3}(?:,\d{3})+|\d{1,5})(?:st|nd|rd|th)?(?![\w%]|[.:,/]\d)"
    r"|\b(?P<word>" + "|".join(_NUMBERS) + r")\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\bwithout (?:an? |any |the )?([^\W\d_]+)", re.IGNORECASE)
_SIDES = {
    "<": "less than|fewer than|below|under|before|lower than|shorter than|younger than",
    "<=": "at most|up to|within|no more than|not more than|no later than|until",
    ">": "more than|over|above|after|exceeding|beyond|longer than|higher than|older than|past",
    ">=": "at least|no less than|no earlier than|from",
}
_SIDE = re.compile(
    "|".join(rf"(?P<side{place}>\b(?:{listed})(?: the)?\s*[£$€]?$)"
             for place, listed in enumerate(_SIDES.values())),
    re.IGNORECASE,
)  # fmt: skip
_AFTER = re.compile(r"[^\W\d_]+")
_MEASURED = re.compile(r"([^\W\d_]{3,})(?: of|:| =)? ?$")
"""The word before a number that says what it is of: "group size 9", "a quantity of 3"."""
_UNIT_STEMS = frozenset(map(stem, _WORDS["units"]))
_SHARED_UNIT = re.compile(
    r"\b(?P<one>[\d.,]*\d) (?P<join>to|and|or|and of|or of|–) (?P<other>[\d.,]*\d)"
    r" (?P<unit>(?!of\b|or\b|and\b|to\b|in\b|on\b|at\b)[a-z]+)"
)
_NEXT_DAY = re.compile(r"\bnext (?:working |business |calendar )?day\b", re.IGNORECASE)
_NUMBERED_DAY = re.compile(r"\bday (\d{1,3})\b", re.IGNORECASE)
_PATTERNS = read_patterns(__file__)
_ORDINAL_DAY = _PATTERNS["ordinal_day"]
_TODAY = _PATTERNS["today"]
_TOMORROW = re.compile(r"\btomorrow(?:['’]s date)?\b", re.IGNORECASE)
MESSAGE_WORDS = 3
NOT_SHOWN = re.compile(
    r"\W*(?:(?:message|error|hint) )?(?:(?:is|are|was|does) (?:not|no longer)|isn)\b"
)
_CLAUSE_END = re.compile(r"[.;,]|\b(?:and|but)\b")
_TELLS = re.compile(r"\b(?:message|error|hint|text|says?|reads?|shows?)\s*:?\s*$")
_DENIED = re.compile(r"\b(?:not|no|never|neither|nor|without|instead)\b|n['’]t\b")
_TOLD = re.compile(r"[.!]*(?:$|\s*[.;,]|\s+(?:and\b|(?:is|are) (?:shown|displayed)\b|appears\W*$))")
_DENIES = frozenset(map(stem, _WORDS["denies"]))
_REFUSING = _PATTERNS["refusing"]
_NOTHING = re.compile(r"[£$€]\s?0(?:\.00?)?(?![\d.,]*\d)|\b(?:free of charge|without charge)\b")
_TOO = re.compile(
    r"(?P<granted>\bnot )?\btoo (?:late|early|long|short|many|few|high|low|big|small)\b"
)
_NOT_THE_MESSAGE = re.compile(
    r"(?:,? ?(?:and|but) )?(?:[Tt]he |[Nn]o )?(?:message|error|hint)? ?…[^.;,]*?"
    r"\b(?:is|are) (?:not|no longer) (?:displayed|shown|visible)[^.;,]*"
)
_ACTOR = re.compile(
    r"\b(?:[Ll]og(?:ged|s)?|[Ss]ign(?:ed|s)?) (?:in|on)(?: to [^.;]{1,40}?)? as (?:an? |the )?"
    r"((?:[A-Z][\w-]*)(?: (?:or |and )?[A-Z][\w-]*)*)"
    r"|\b[Aa]s (?:an? |the )?((?:[A-Z][\w-]*)(?: [A-Z][\w-]*)*)"
)


@dataclass(frozen=True)
class Quantity:
    """A number, the unit it has where that is a common one, and stems of what it counts.

    ``side`` is empty for the number itself, else a comparison: "<" for "less than 30 minutes".
    """

    value: float
    unit: str
    counts: frozenset[str] = frozenset()
    side: str = ""

    def same(self, other: Quantity, *, loosely: bool = False) -> bool:
        """Whether both are one quantity. ``loosely``: one of them may leave open what it counts."""
        return abs(self.value - other.value) < 1e-9 and self.alike(other, loosely=loosely)

    def alike(self, other: Quantity, *, loosely: bool = False) -> bool:
        """Whether both count or measure the same thing, whatever their values."""
        if self.unit and other.unit:
            return self.unit == other.unit
        if self.counts & other.counts:
            return True
        if loosely:
            return not (self.unit or self.counts) or not (other.unit or other.counts)
        return False


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in order: measured amounts and plain counts.

    Calendar words are days from today: "tomorrow" is 1 day, "day 60" is 60 days. "Without a
    digit" is 0 digits.
    """
    plain = _WITHOUT.sub(r"0 \1", _calendar(without_quotes(text)))
    plain = _SHARED_UNIT.sub(r"\g<one> \g<unit> \g<join> \g<other> \g<unit>", plain)
    found: list[tuple[int, Quantity]] = []
    for value, unit, start in placed_amounts(plain):
        if unit:
            found.append((start, Quantity(value, unit, side=_side(plain[:start]))))
    for match in _COUNT.finditer(plain):
        rest = plain[match.end() : match.end() + 60]
        rest = _CLAUSE_END.split(rest, maxsplit=1)[0]
        following = [stem(word) for word in _AFTER.findall(rest)[:4]]
        if following and following[0] in _UNIT_STEMS and match["number"]:
            continue
        number = match["number"]
        value = float(number.replace(",", "")) if number else _NUMBERS[match["word"].lower()]
        if not number and value == 0 and not following:
            continue
        before = _MEASURED.search(plain[: match.start()]) if number else None
        counted = frozenset(content([*(stem(before[1]),), *following] if before else following))
        counted -= _UNIT_STEMS
        side = _side(plain[: match.start()])
        found.append((match.start(), Quantity(float(value), "", counted, side)))
    found.sort(key=lambda one: one[0])
    return list(dict.fromkeys(one for _, one in found))


def _side(before: str) -> str:
    match = _SIDE.search(before[-24:])
    if not match:
        return ""
    return next(side for place, side in enumerate(_SIDES) if match[f"side{place}"])


def _calendar(text: str) -> str:
    text = _NEXT_DAY.sub("1 day", text)
    text = _NUMBERED_DAY.sub(r"\1 days", text)
    text = _ORDINAL_DAY.sub(lambda found: f"{_NUMBERS[found[1].lower()]} days", text)
    text = _TODAY.sub("0 days", text)
    return _TOMORROW.sub("1 day", text)


def messages(text: str, *, denied: bool = False) -> dict[str, str]:
    """Quoted sentences that a result says are shown (or ``denied``), by their folded form."""
    return {
        _folded(found): found
        for found, after in quoted_with_rest(text)
        if bool(NOT_SHOWN.match(after)) == denied and len(found.split()) >= MESSAGE_WORDS
    }


def shows(text: str, message: str) -> bool:
    """Whether a result says that a message (folded, as ``messages`` gives it) is shown: quoted, or
    word for word behind "the message", "says" and the like, as people write it who set no
    quotation marks. What is denied, or only part of a longer sentence, is not shown."""
    if message in messages(text):
        return True
    if len(message.split()) < MESSAGE_WORDS or message in messages(text, denied=True):
        return False
    before, found, after = " ".join(text.casefold().split()).partition(message)
    clause = _CLAUSE_END.split(before)[-1]
    told = not clause.strip() or _TELLS.search(clause)
    return bool(found and told and not _DENIED.search(clause) and _TOLD.match(after))


def _folded(text: str) -> str:
    return text.casefold().rstrip(".!")


def refuses(text: str) -> bool:
    """Whether a result is a refusal or an absence: denied, hidden, disabled, a fee of nothing, or
    nothing but a message that says what is wrong."""
    bare = _NOT_THE_MESSAGE.sub("", " ".join(without_quotes(text).split()))
    judged = _TOO.search(bare)
    if judged:
        return not judged["granted"]
    if _DENIES & set(words(bare)) or _NOTHING.search(bare):
        return True
    shown = messages(text)
    return any(_REFUSING.search(message) for message in shown.values())


def denied_parts(text: str) -> list[frozenset[str]]:
    """For each negation of a text, the stems that follow it within its clause."""
    parts = []
    for clause in re.split(r"[.;:\n]|, ", without_quotes(text)):
        stems = words(clause)
        for place, one in enumerate(stems):
            if one == "empty":
                parts.append(frozenset(content(stems)))
            elif one in ("no", "without", "other", "nobody", "none", "lack"):
                parts.append(frozenset(content(stems[place + 1 :])[:3]))
    return parts


def actors(text: str) -> set[str]:
    """Roles that a text says somebody acts in: "logged in ... as Team Leader"."""
    found = set()
    for match in _ACTOR.finditer(text):
        found.add((match[1] or match[2]).casefold())
    return found


def meaningful_stems(text: str) -> frozenset[str]:
    """Stems that carry meaning, numbers' names among the stop words."""
    return frozenset(content(words(without_quotes(text)))) - _SMALL


_SMALL = frozenset(
    stem(word)
    for word in (*_NUMBERS, *STOP_WORDS, "someone", "anything", "neither", "nor", "cannot", "least")
)
