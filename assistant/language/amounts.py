"""Amounts, dates and times as they stand in a text, before any limit is read.

Numbers are read as people write them: digits, thousands separators, number words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from assistant.language.clauses import parse_clause
from assistant.language.comparisons import Comparison, read_limit
from assistant.language.dates_and_times import find_moments
from assistant.language.languages import ENGLISH, little_words
from assistant.language.nouns import is_person, is_plural, noun_after, plural
from assistant.language.units import (
    CURRENCY_CODES_PATTERN,
    CURRENCY_SYMBOLS,
    GLUED_UNIT_PATTERN,
    LETTER_UNIT_PATTERN,
    UNIT_PATTERN,
    UNITS_OF_TIME,
    QuantityKind,
    find_identifiers,
    unit_of,
)
from assistant.language.verbs import base_of_third
from assistant.language.word_lists import read_patterns, word_list, word_lists

_SMALL = word_list(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
)
_TENS = word_list("twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = {"thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_WORDS = {word: number for number, word in enumerate(_SMALL)} | {
    word: 10 * (number + 2) for number, word in enumerate(_TENS)
}
_FOREIGN = {
    name: _WORDS[number]
    for number, names in word_lists("numbers")["cardinals"].items()
    for name in names
}

_ONES = "|".join(_SMALL[1:10])
_UNDER_20 = "|".join(sorted(_SMALL, key=len, reverse=True))
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_ONES}))?|{_UNDER_20})"
_UNDER_1000 = rf"(?:(?:{_ONES}|a) hundred(?: and {_UNDER_100})?|{_UNDER_100})"
WORDS_PATTERN = (
    rf"(?:{_UNDER_1000} (?:thousand|million|billion)(?:(?: and|,)? {_UNDER_1000})?|{_UNDER_1000})"
    rf"(?: and a half\b)?|(?:{'|'.join(_FOREIGN)})"
)
DIGITS_PATTERN = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{2}(?!\d)|\d{1,3}(?:\.\d{3}){2,}"
    rf"(?!\d)|\d+,(?:\d{{2}}(?![\d,]|\.\d)|\d(?=\s?(?:[%€]|(?:{UNIT_PATTERN})\b)))|\d+(?:\.\d+)?)"
)
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{2})?|\d+,\d{1,2}")
SCALE_PATTERN = r"(?: ?(?:thousand|million|billion|bn|k|m)\b(?!/))"

_SCALE_SHORT = {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000, **_SCALES}


def words_to_number(words: str) -> Decimal | None:
    """The number that number words spell ("twenty-four", "drei"), or ``None`` for other words."""
    if (foreign := _FOREIGN.get(words.lower())) is not None:
        return Decimal(foreign)
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


def in_words(number: Decimal) -> str:
    """A whole number below a hundred as it is spelled in English; "" of any other."""
    if number != int(number) or not 0 <= number < 100:
        return ""
    tens, ones = divmod(int(number), 10)
    if number < 20:
        return _SMALL[int(number)]
    return "-".join((_TENS[tens - 2], *([_SMALL[ones]] if ones else [])))


_PLACES = {
    word: place
    for words in word_lists("numbers")["ordinals"].values()
    for place, word in enumerate(words, start=1)
}
_PLACE = re.compile(rf"\b(?P<word>{'|'.join(_PLACES)})(?:e[nmrs]?|er|ère)?\b", re.IGNORECASE)


def places_named(text: str) -> Iterator[int]:
    """The places in an order that a text names in words: 2 of "the second" and "beim zweiten"."""
    return (_PLACES[match["word"].lower()] for match in _PLACE.finditer(text))


def digits_to_number(digits: str, scale: str = "") -> Decimal:
    """The number that digits with thousands separators and an optional scale word stand for."""
    dots = digits.count(".")
    if dots > 1 or re.search(r"(?:^|\.)\d+,\d{1,2}$", digits):
        digits = english(digits)
    number = Decimal(digits.replace(",", ""))
    factor = _SCALE_SHORT.get(scale.strip().lower(), 1)
    return number * factor


def amount_as_written(amount: str) -> re.Pattern[str]:
    """Finds an amount in the words it was written with, never inside a longer number: "20.00" is
    neither in "120.00" nor in "20.005"."""
    return re.compile(rf"(?<![\w.,]){re.escape(amount)}(?!\w|[.,]\d)")


def english(digits: str) -> str:
    """ "25.000" and "1.250,50" as they are written in English: "25,000", "1,250.50"."""
    if _CONTINENTAL.fullmatch(digits) is None:
        return digits
    return digits.translate(str.maketrans(".,", ",."))


def _with_point(digits: str) -> str:
    """ "7,5" as "7.5"; what has no decimal comma as it is."""
    return english(digits) if re.search(r",\d{1,2}$", digits) else digits


def step_of(number: Decimal) -> Decimal:
    """The smallest step that a number's own decimals show: 1 for 14, 0.1 for 2.5."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return Decimal(1).scaleb(-places)


def format_number(number: Decimal, *, thousands: bool = False) -> str:
    """Plain notation, never an exponent, with separators where the source had them."""
    return f"{number:,f}" if thousands else f"{number:f}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in a text: ``text`` is ``source[start:end]``, number and unit together.

    ``unit`` is canonical ("working day", "GBP", "character", or the counted noun as written).
    ``phrase_start`` and ``phrase_end`` span the whole limit phrase ("no more than 3 attempts"),
    shared by the two ends of a range, whose ``range_end`` is "low" or "high". ``negated`` says that
    a negation apart from the phrase turned ``comparison`` round. ``prefix``, ``digits``, ``suffix``
    and ``style`` say how it was written, so that a neighbour can be written the same way.
    """

    value: Decimal | date | time
    unit: str
    kind: QuantityKind
    text: str
    start: int
    end: int
    comparison: Comparison = "none"
    phrase_start: int = 0
    phrase_end: int = 0
    word: str = ""
    negated: bool = False
    range_end: str = ""
    prefix: str = ""
    digits: str = ""
    suffix: str = ""
    style: str = ""

    @property
    def is_limit(self) -> bool:
        """Whether the words around set a limit on it."""
        return self.comparison != "none"


_OPENS_CLAUSE = (
    r"(?:(?:the|at|all|both|it|they|he|she|no|there|\d+)\b"
    rf"|an? (?!(?:{UNIT_PATTERN}|quarter|season|term|shift)\b))"
)
""" "(goes live) once at least 2 photos are uploaded": a conjunction, unlike "once a month"."""
AMOUNT = re.compile(
    r"(?P<currency>[£$€¥₹]\s?|\b(?:" + CURRENCY_CODES_PATTERN + r")\s?)?"
    r"(?<![\w.,#/@])(?P<minus>(?<![\w)])[-−](?=\d))?"
    rf"(?P<number>(?P<digits>{DIGITS_PATTERN})(?P<scale>{SCALE_PATTERN})?"
    rf"|\b(?P<words>{WORDS_PATTERN}|(?<!\bat )once(?! {_OPENS_CLAUSE})|twice"
    rf"|an?(?=[ -](?:{UNIT_PATTERN})\b))\b)"
    rf"(?P<between>(?:\+| or (?:more|fewer|less|above|over|under))(?= ))?"
    rf"(?P<unit>(?:[\s-]|(?<=\d))(?:{UNIT_PATTERN})\b(?!-)|{GLUED_UNIT_PATTERN}(?![\w])|\s%"
    rf"|{LETTER_UNIT_PATTERN}|\s?[€£$](?!\s?\d))?"
    r"(?![\d])",
    re.IGNORECASE,
)


_PATTERNS = read_patterns(__file__)
_GENERATION = _PATTERNS["generation"]
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TRIED = r"failed|wrong|incorrect|missed|unsuccessful|invalid|unanswered|rejected|unpaid|bounced"
_AGAIN = (
    r"attempt|entry|sign-?in|failure|error|warning|reminder|retry|try|mistake|offence|offense|strike|violation|report"
    r"|breach|refusal|rejection|absence|complaint"
)
_THEN = (
    r" (?:locks|blocks|leads|results|triggers|causes|suspends|disables|ends|closes|terminates"
    r"|deactivates|freezes|fails|(?:is|are) (?:refused|rejected|blocked|denied))\b"
)
"""What makes a limit of an ordinal in front of it: "the fifth failed attempt locks ..."."""
_ORDINAL = re.compile(
    rf"(?P<lead>\b(?:after|on|upon|with|at|following) (?:(?:the|an?) [\w-]+['’]s )?)?"
    rf"(?P<whole>\b(?:(?:the|an?|his|her|their) )?"
    rf"(?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:nd|rd|th))"
    rf" (?P<noun>(?!(?:working |business |calendar )?(?:day|week|month|year)s?\b)"
    rf"(?:[a-z]+ ){{0,3}}?(?:{_AGAIN})(?!s)"
    rf"|(?:{_TRIED}|consecutive|successive)(?: [a-z]+){{0,2}}? [A-Za-z]+))\b(?P<then>{_THEN})?",
    re.IGNORECASE,
)
_NTH_TIME = re.compile(
    rf"\b(?P<whole>for the (?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:nd|rd|th))"
    r" (?P<noun>time))\b",
    re.IGNORECASE,
)
""" "enters a wrong code for the third time"."""
_NTH = re.compile(
    rf"\b(?:from|as of|after|starting|beginning|by|before|until|later than(?: on)?) "
    rf"(?P<whole>(?:the|a|his|her|their) "
    rf"(?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:nd|rd|th)) "
    r"(?P<unit>(?:working |business |calendar )?(?:day|week|month|year)))\b"
    r"(?! of (?:the|each|every|a)\b)",
    re.IGNORECASE,
)
_DAY_OF_MONTH = _PATTERNS["day_of_month"]
_OF_THESE = re.compile(
    rf" of (?:the|these|those|its|their|all)? ?(?:{DIGITS_PATTERN}|{WORDS_PATTERN})\s+",
    re.IGNORECASE,
)


_SHARED_NOUN = re.compile(
    r"(?:,|,? (?:and|but|to)) (?:at most|up to|no more than|not more than|max(?:imum|\.)?"
    r"|a maximum of)"
    rf" (?:{DIGITS_PATTERN}|{WORDS_PATTERN})(?= [a-z])",
    re.IGNORECASE,
)
_LEAST = re.compile(r"\b(?:min(?:imum|\.)?|at least) $", re.IGNORECASE)
_IS_ZERO = re.compile(r"\b(?:is|are|becomes?|equals?|drops? to|falls? to) $", re.IGNORECASE)
_AGE_AFTER = re.compile(r" (?:old|of age)\b", re.IGNORECASE)


_AGE_BEFORE = re.compile(r"\b(?:ages?|aged)(?: of)?(?: [\w ]{0,24})?$", re.IGNORECASE)
_OLDER = _PATTERNS["older"]
_OR_OLDER = re.compile(r"\+? (?:or|and) (?:older|younger)\b", re.IGNORECASE)
_OF_PERSON = _PATTERNS["of_person"]
_OF_SOMEBODY = _PATTERNS["of_somebody"]
_OF_SAME_PERSON = _PATTERNS["of_same_person"]
"""A further predicate of a person: "the customer lives in Wales and is over 60"."""
_CLAUSE_START = re.compile(r"\b(?:if|when|where|that|unless|once) ", re.IGNORECASE)
_SAME_AGAIN = re.compile(r"\b(?:under|over) \d{1,3},? (?:or|and) (?:under|over) $", re.IGNORECASE)


def all_amounts(text: str) -> tuple[Quantity, ...]:
    """Quantities of the whole text, quotations included, without reading limits."""
    return tuple(sorted(raw_amounts(text, []), key=lambda quantity: quantity.start))


def raw_amounts(text: str, hidden: list[tuple[int, int]]) -> Iterator[Quantity]:
    """Quantities outside the ``hidden`` spans and outside names, without comparison."""
    taken = list(hidden)
    for moment in find_moments(text):
        if _free(moment.start, moment.end, taken):
            taken.append((moment.start, moment.end))
            kind: QuantityKind = "time" if isinstance(moment.value, time) else "date"
            words = text[moment.start : moment.end]
            yield Quantity(
                moment.value, kind, kind, words, moment.start, moment.end, style=moment.style
            )
    own = (*_generations(text), *_days_of_month(text), *_ordinals(text), *_nth_periods(text))
    for quantity in own:
        if _free(quantity.start, quantity.end, taken):
            taken.append((quantity.start, quantity.end))
            yield quantity
    taken.extend(find_identifiers(text))
    for match in AMOUNT.finditer(text):
        start = match.start("currency") if match["currency"] else match.start("number")
        if _free(start, match.end("number"), taken):
            amount = _amount(text, match, start)
            if amount is not None:
                yield amount


def _generations(text: str) -> Iterator[Quantity]:
    """ "under-12s", "the over 60s": ages in the plural, not seconds."""
    for match in _GENERATION.finditer(text):
        start, end = match.start("age"), match.end()
        yield Quantity(
            Decimal(match["age"]), "year", "age", text[start:end], start, end,
            digits=match["age"], suffix="-year-olds",
        )  # fmt: skip


def _ordinals(text: str) -> Iterator[Quantity]:
    """ "after the third failed attempt" counts three failed attempts, as their subject does too."""
    ordinals = (match for match in _ORDINAL.finditer(text) if match["lead"] or match["then"])
    for match in (*ordinals, *_NTH_TIME.finditer(text)):
        start, end, number = match.start("whole"), match.end("whole"), match["ordinal"].lower()
        value = _ORDINALS.index(number) + 2 if number in _ORDINALS else int(number[:-2])
        noun = match["noun"]
        yield Quantity(
            Decimal(value), noun, "count", text[start:end], start, end,
            digits=str(value), suffix=f" {plural(noun)}",
        )  # fmt: skip


def _nth_periods(text: str) -> Iterator[Quantity]:
    """ "from the fourth day of absence" begins with four days."""
    for match in _NTH.finditer(text):
        number = match["ordinal"].lower()
        value = _ORDINALS.index(number) + 2 if number in _ORDINALS else int(number[:-2])
        kind, unit = unit_of(match["unit"]) or ("duration", match["unit"])
        yield Quantity(
            Decimal(value), unit, kind, match["whole"], match.start("whole"), match.end("whole"),
            digits=str(value), suffix=f" {plural(match['unit'])}",
        )  # fmt: skip


def _days_of_month(text: str) -> Iterator[Quantity]:
    """ "by the 5th of the following month": a day of each month."""
    for match in _DAY_OF_MONTH.finditer(text):
        start, end = match.start("whole"), match.end("whole")
        if 1 <= int(match["digits"]) <= 31:
            yield Quantity(
                Decimal(match["digits"]), "day of the month", "date", match["whole"], start, end,
                prefix=match["lead"] or "", digits=match["digits"], suffix=match["suffix"],
            )  # fmt: skip


def _free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= low or start >= high for low, high in taken)


_COMPOUND = re.compile(r"-(?P<noun>(?!(?:to|or|and)\b)[^\W\d_]+)(?P<more>-[^\W\d_])?")
_SECOND_OF = re.compile(r"\s(?P<word>[a-z]+)")
_TO_A_SECOND = frozenset(("later", "earlier", "ago", "delay", "passes", "pass", "elapses", "per"))


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a number in words is part of a name ("four-eyes limit", "Vier-Augen-Prinzip"),
    "a second" says which one ("a second confirmation"), or "a meter" is a thing."""
    words = match["words"]
    if words is None:
        return False
    if words.lower() in ("a", "an", "one"):
        after = _SECOND_OF.match(text, match.end())
        second = (match["unit"] or "").strip().lower() == "second" and after is not None
        if second and after and after["word"] not in little_words(ENGLISH) | _TO_A_SECOND:
            return True
    if words.lower() in ("a", "an") and _is_thing(text, match):
        return True
    named = _COMPOUND.match(text, match.end("words"))
    if named is None or (match["unit"] and not named["more"]):
        return False
    return (bool(named["more"]) and unit_of(named["noun"]) is None) or is_plural(named["noun"])


def _is_thing(text: str, match: re.Match[str]) -> bool:
    """Whether "a" and a unit of measurement name a thing that is called so ("a meter is exchanged",
    "a bar with the sign"): no words beside them set a limit, as in "more than a metre"."""
    unit = unit_of((match["unit"] or "").strip(" -\t\n\xa0"))
    if unit is None or unit[0] not in ("measure", "size"):
        return False
    limit = read_limit(text, match.start("number"), match.end(), unit[0], match.end("number"))
    return limit.comparison == "none" or limit.word == "after"


def _amount(text: str, match: re.Match[str], start: int) -> Quantity | None:
    """The quantity of one match, with the noun it counts; ``None`` for words that only look so."""
    digits, words = match["digits"], match["words"]
    if _is_name(text, match):
        return None
    metres = _is_metres(text, match)
    number = _with_point(digits if metres else match["number"])
    number_end = match.start("number") + len(number)
    if digits is not None:
        value = digits_to_number(digits, "" if metres else match["scale"] or "")
    elif words.lower() in ("once", "twice"):
        value = Decimal(1 if words.lower() == "once" else 2)
    else:
        value = words_to_number(words) or Decimal(1 if words.lower() in ("a", "an") else 0)
    if match["minus"] and digits is not None:
        start, value = match.start("minus"), -value
    suffix = " times" if words and words.lower() in ("once", "twice") else ""
    prefix = text[start : match.start("digits")] if digits is not None else ""
    if (
        digits is not None
        and not metres
        and _is_money(match)
        and not _A_UNIT.match(text, match.end())
    ):
        number = english(number)  # money has no three decimals: "5.000 EUR" are five thousand
        value = -digits_to_number(number) if match["minus"] else digits_to_number(number)
    end = match.end("unit") if match["unit"] else match.end("number")
    kind: QuantityKind = "number"
    unit = ""
    if match["currency"]:
        symbol = match["currency"].strip()
        kind, unit = "money", CURRENCY_SYMBOLS.get(symbol, symbol.upper())
        end = match.end("number")
    elif metres:
        kind, unit = "measure", "m"
    elif match["unit"]:
        known = unit_of(match["unit"].strip(" -\t\n\xa0"))
        kind, unit = known if known else ("number", "")
        age = _AGE_AFTER.match(text, end)
        if unit == "year" and age:
            kind, end = "age", age.end()
    else:
        if digits is not None and re.match(r"[A-Za-z_]", text[end : end + 1]):
            return None
        if words and words.lower() in ("once", "twice"):
            kind, unit = "count", "times"
        else:
            place = match.end("between") if match["between"] else end
            of_these = _OF_THESE.match(text, place)
            noun_end, noun = noun_after(text, of_these.end() - 1 if of_these else place)
            if noun and unit_of(noun) is None and _AGE_BEFORE.search(text[:start][-40:]):
                noun = ""  # "children aged 6 to 14 travel at half price"
            elif noun and _is_the_verb(text, start, place, noun):
                noun = ""
            if noun:
                end = noun_end
                kind, unit = _unit_in(noun)
    if not unit and kind == "number":
        shared = _SHARED_NOUN.match(text, match.end("number"))
        least = _LEAST.search(text[:start][-20:]) and shared and shared.group().startswith(", ")
        alone = least or (words and value <= 1)
        noun = noun_after(text, shared.end())[1] if shared and alone else ""
        if noun:  # "at least one and up to three centres"
            (kind, unit), suffix = _unit_in(noun), f" {noun}"
    zero = words and words.lower() == "zero" and _IS_ZERO.search(text[:start][-24:])
    if words and kind in ("number", "count") and value <= 1 and not unit and not zero:
        return None
    years = kind == "duration" and unit == "year" and _OF_SOMEBODY.search(text[:start][-90:])
    if kind == "number" and _is_age(text, start, end, value):
        kind, unit = "age", "year"
    elif years and is_person(years["who"]):
        kind = "age"  # "a patient under 16 years"
    return Quantity(
        value, unit, kind, text[start:end], start, end,
        prefix=prefix, digits=number, suffix=suffix or text[number_end:end],
        word="between" if match["between"] else "",
    )  # fmt: skip


_A_UNIT = re.compile(r"\s*(?:/|per\b|an?\b)", re.IGNORECASE)
""" "1.459 € per litre", "0.312 EUR/kWh": prices of a unit do have three decimals."""


def _is_money(match: re.Match[str]) -> bool:
    unit = unit_of((match["unit"] or "").strip(" -\t\n\xa0"))
    return bool(match["currency"] or (unit and unit[0] == "money")) and not match["scale"]


def _is_metres(text: str, match: re.Match[str]) -> bool:
    """Whether the "m" after a number is metres: neither money nor, where it
    touches the number, a plural noun goes with it."""
    if (match["scale"] or "").strip() != "m" or match["currency"] or match["unit"]:
        return False
    if match["scale"] != "m":  # "750 m posés"
        return True
    return not is_plural(noun_after(text, match.end("number"))[1])


_CLAUSE_BEFORE = re.compile(
    r"[.;:,]\s|\b(?:if|when|where|that|unless|once|and|but|or)\s", re.IGNORECASE
)
_BESIDE_ITS_NOUN = re.compile(
    r"\s(?:under|over|above|below|(?:older|younger) than)\s$", re.IGNORECASE
)
""" "a driver (under) 23": behind "of" a number counts what follows, "a basket of 5 orders"."""
_A_TIME = re.compile(r"\s(?:an?|per|each|every)\s(?P<unit>[a-z]+)")


def _is_the_verb(text: str, start: int, place: int, noun: str) -> bool:
    """Whether the word behind a number is what its subject does: "a driver under 23 adds a fee"."""
    base = base_of_third(noun)
    compared = _BESIDE_ITS_NOUN.search(text, max(0, start - 30), start) if base else None
    often = _A_TIME.match(text, place + 1 + len(noun))
    if compared is None or (often and often["unit"] in UNITS_OF_TIME):
        return False
    lead = _CLAUSE_BEFORE.split(text[: compared.start()])[-1].strip()
    clause = parse_clause(f"{lead}{text[place:]}") if lead else None
    return clause is not None and (clause.subject, clause.verb) == (lead, base)


def _unit_in(noun: str) -> tuple[QuantityKind, str]:
    """Kind and unit of a counted noun, which may end in one: "consecutive working days"."""
    words = noun.split()
    for start in range(len(words)):
        known = unit_of(" ".join(words[start:]))
        if known is not None:
            return known if known[0] != "length" or start == 0 else (known[0], noun)
    return "count", noun


def _is_age(text: str, start: int, end: int, value: Decimal) -> bool:
    """Whether a bare number is an age: "aged 18", "younger than 25", "visitors under 16"."""
    before = text[max(0, start - 90) : start]
    if _AGE_BEFORE.search(before[-40:]) or _OLDER.search(before) or _OR_OLDER.match(text, end):
        return True
    if not 0 < value <= 120 or text[end : end + 1] == "%":
        return False
    again = _SAME_AGAIN.search(before)
    if again:
        before = before[: again.start()] + again.group().split()[0] + " "
    of = _OF_PERSON.search(before)
    compared = re.match(r" (?:or|and) (?:over|above|under|below)\b|\+", text[end:])
    related = re.search(r"\b(?:under|over|below|above) $", before)
    if not (compared or related):
        turned = re.search(r"\b(?P<who>[\w'’-]+)(?: who| that)? turn(?:s|ed)? $", before)
        return bool(turned and is_person(turned["who"]))
    if of and is_person(of["who"]):
        return True
    further = _OF_SAME_PERSON.search(before)
    return bool(
        further
        and any(is_person(word) for word in _CLAUSE_START.split(further["lead"])[-1].split()[:4])
    )
