"""Finds e-mail addresses, account, card and telephone numbers, and given names, in a text.

What is found is certain by its form: check digits (IBAN, cards), a numbering plan (telephone
numbers), or the very words that a person or the source gave (names). A telephone number without
its country is taken only with a 0 in front and behind a word that announces one, since order
numbers, amounts and versions look alike. What no form tells is not found: other names, addresses,
birthdays, tax and insurance numbers, account numbers without check digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from assistant.language.units import CURRENCY_SYMBOLS, UNIT_PATTERN
from assistant.language.word_lists import read_patterns

Kind = Literal["e-mail", "account number", "card number", "phone", "name"]

SAID: dict[Kind, tuple[str, str]] = {
    "e-mail": ("e-mail address", "e-mail addresses"),
    "account number": ("account number", "account numbers"),
    "card number": ("card number", "card numbers"),
    "phone": ("telephone number", "telephone numbers"),
    "name": ("name", "names"),
}
"""What one and several of a kind are called, in the order in which they are told."""

PLACEHOLDER = re.compile(rf"\[({'|'.join(SAID)}) (\d{{1,9}})\]")

REGIONS = (
    "DE", "AT", "CH", "FR", "BE", "NL", "LU", "GB", "IE", "US", "PL", "CZ", "ES", "IT", "PT", "DK",
    "SE", "NO", "FI",
)  # fmt: skip
"""Whose numbering plans a number without its country is held against."""


NamePattern = tuple[str, re.Pattern[str]]
"""A name by its key, and what finds it."""


class Found(NamedTuple):
    """A value in a text: ``value`` is the same for all spellings of it."""

    start: int
    end: int
    kind: Kind
    value: str


_MAIL = re.compile(
    r"(?<![\w.%+@-])[\w%+-](?:[\w.%+'-]{0,62}[\w%+-])?@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![^\W_]|@|\.\w)"
)
_SCALED_PICTURE = re.compile(r"@\dx\.")
_IN_ADDRESS = re.compile(r"://[^\s/?#]*$")
_IBAN_HEAD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \u00a0-]?[A-Za-z0-9])")
_POLISH_ACCOUNT = re.compile(r"(?<![\w.,+-])\d{2}(?:[ \u00a0]?\d{4}){6}(?![\w]|[.,-]\d)")
_CARD = re.compile(
    r"(?<![\w+]|[.,/-])(?:"
    r"(?:4\d|5[0-8]|6\d|2[2-7]|35)\d\d(?P<by>[ \u00a0-])\d{4}(?P=by)\d{4}(?P=by)\d{4}"
    r"|3[47]\d\d(?P<amex>[ \u00a0-]?)\d{6}(?P=amex)\d{5}"
    r"|3[0689]\d\d(?P<diners>[ \u00a0-])\d{6}(?P=diners)\d{4}"
    r"|(?:4\d|5[1-5]|22[2-9]|2[3-6]|27[01]|6011|64[4-9]|65|62|35[2-8])\d{10,14}"
    r")(?!\w|[.,/-]\d)"
)
_BETWEEN = r"(?:[ \u00a0]?[()./\u2010-\u2013-]{0,2}[ \u00a0]?)"
_WITH_COUNTRY = re.compile(rf"(?<![\w+])(?:\+|00(?=[1-9]))\d(?:{_BETWEEN}\d){{6,16}}(?!\w)")
_AMERICAN = re.compile(r"(?<![\w+])(?:1[ .-])?\(\d{3}\) ?\d{3}[-. ]\d{4}(?!\w|[.,-]\d)")
_DATE = re.compile(r"\d{1,2}([-./])\d{1,2}\1(?:\d{4}|\d{2})(?!\1?\d)")
_DASH = re.compile(r"[ \u00a0]*[\u2010-\u2013-][ \u00a0]*")
_UNIT = re.compile(
    rf"[ \u00a0]?(?:(?:{UNIT_PATTERN})(?!\w)|[%{''.join(CURRENCY_SYMBOLS)}])", re.IGNORECASE
)
_LABEL = read_patterns(__file__)["phone_label"]
_NATIONAL = re.compile(rf"\(?0\d(?:{_BETWEEN}\d){{5,12}}(?!\w|[.,]\d)")


def find(text: str, names: Sequence[NamePattern] = ()) -> tuple[Found, ...]:
    """Every value in a text, in order; no two overlap, and none lies in a placeholder."""
    return without_overlaps(text, _candidates(text, names))


def without_overlaps(text: str, candidates: Iterable[Found]) -> tuple[Found, ...]:
    """Of candidates that overlap each other the first, of those in a placeholder none; in order."""
    taken, kept = bytearray(len(text)), list[Found]()
    for match in PLACEHOLDER.finditer(text):
        taken[match.start() : match.end()] = b"x" * len(match.group())
    for one in candidates:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"x" * (one.end - one.start)
            kept.append(one)
    return tuple(sorted(kept))


def names_of(names: Iterable[str]) -> tuple[NamePattern, ...]:
    """What finds these names as whole words, the longest first.

    A name of several words is found in capitals, over a line's end and as "Last, First" too; one
    of a single word only as it is spelled.
    """
    given = sorted({" ".join(name.split()) for name in names}, key=lambda one: (-len(one), one))
    return tuple((name_key(one), _name(one)) for one in given if name_key(one))


def name_key(name: str) -> str:
    """What "Anna Meier", "ANNA MEIER" and "Meier, Anna" have in common."""
    return " ".join(sorted(re.findall(r"\w[\w'’.-]*", name.casefold())))


def _name(name: str) -> re.Pattern[str]:
    last, comma, first = name.partition(", ")
    if not comma and " " not in name:
        return re.compile(rf"(?<!\w)(?:{re.escape(name)})(?!\w|-\w)")
    if comma:
        ways = (name, f"{first} {last}")
    else:
        first, _, last = name.rpartition(" ")
        ways = (name, f"{last}, {first}")
    said = "|".join(r"\s{1,3}".join(map(re.escape, way.split())) for way in ways)
    return re.compile(rf"(?<!\w)(?:{said})(?!\w|-\w)", re.IGNORECASE)


def _candidates(text: str, names: Sequence[NamePattern]) -> Iterator[Found]:
    """What may be masked, the most certain first."""
    if "@" in text:
        yield from _mails(text)
    if re.search(r"\d{4}", text):
        yield from _ibans(text)
        yield from _cards(text)
    if re.search(r"\d\D{0,3}\d", text):
        yield from _phones(text)
    for name, pattern in names:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), "name", name)


def _mails(text: str) -> Iterator[Found]:
    for match in _MAIL.finditer(text):
        before = text[max(0, match.start() - 300) : match.start()]
        if not _SCALED_PICTURE.search(match.group()) and not _IN_ADDRESS.search(before):
            start, said = match.start(), match.group()
            if text.startswith("_", match.end()) and not said.startswith("_@"):  # "_a@b.de_"
                said = said.lstrip("_")
                start = match.end() - len(said)
            yield Found(start, match.end(), "e-mail", said.casefold())


# --- Numbers with check digits -------------------------------------------------------------------


def _ibans(text: str) -> Iterator[Found]:
    from stdnum import iban

    for match in _IBAN_HEAD.finditer(text):
        for end in _ends(text, match.start(), most=34):
            if iban.is_valid(text[match.start() : end].replace("\u00a0", " ")):
                value = re.sub(r"\W", "", text[match.start() : end]).upper()
                yield Found(match.start(), end, "account number", value)
                break
    for match in _POLISH_ACCOUNT.finditer(text):
        value = "PL" + re.sub(r"\D", "", match.group())
        if iban.is_valid(value):
            yield Found(match.start(), match.end(), "account number", value)


def _ends(text: str, start: int, *, most: int) -> list[int]:
    """Where a number of at most so many letters and digits may end, the farthest first."""
    ends, count, place = [], 0, start
    while place < len(text) and count < most:
        here = text[place]
        if here.isascii() and here.isalnum():
            count += 1
            if not text[place + 1 : place + 2].isalnum():
                ends.append(place + 1)
        elif here not in " \u00a0-" or not text[place - 1].isalnum():
            break
        place += 1
    return [end for end in reversed(ends) if end - start >= 15]


def _cards(text: str) -> Iterator[Found]:
    from stdnum import luhn

    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        solid = digits == match.group()
        lengths = (15,) if digits[:2] in ("34", "37") else (16,) if solid else (14, 16)
        if len(digits) in lengths and luhn.is_valid(digits):
            yield Found(match.start(), match.end(), "card number", digits)


# --- Telephone numbers ---------------------------------------------------------------------------


def _phones(text: str) -> Iterator[Found]:
    for match in _WITH_COUNTRY.finditer(text):
        if match.group().startswith("00") and not re.search(r"[ \u00a0/-]", match.group()):
            continue  # "0049…" in one piece could be any number
        yield from _longest(match.start(), match.group(), None)
    for match in _AMERICAN.finditer(text):
        yield from _longest(match.start(), match.group(), ("US",))
    for label in _LABEL.finditer(text):
        national = _NATIONAL.match(text, label.end())
        if national and not _counts(national.group()) and not _UNIT.match(text, national.end()):
            yield from _longest(national.start(), national.group(), REGIONS)


def _counts(said: str) -> bool:
    """Whether what could be a telephone number is a date, a range or a version by its form."""
    sides = [re.sub(r"\D", "", side) for side in _DASH.split(said)]
    is_range = len(sides) == 2 and len(sides[0]) == len(sides[1])
    mixed = "." in said and re.search(r"[^\d.]", said)
    return bool(is_range or mixed or _DATE.match(said))


def _longest(start: int, said: str, regions: Sequence[str] | None) -> Iterator[Found]:
    """The longest beginning of ``said``, cut between groups of digits, that is a number."""
    cuts = [match.end() for match in re.finditer(r"\d+", said)]
    for cut in reversed(cuts):
        value = _number(said[:cut], regions)
        if value:
            yield Found(start, start + cut, "phone", value)
            return


def _number(said: str, regions: Sequence[str] | None) -> str:
    """A telephone number with its country, if it is one of these regions; ``None``: of any, and
    the text says which."""
    import phonenumbers

    if len(re.sub(r"\D", "", said)) < 7:
        return ""
    if regions is None:
        said, regions = re.sub(r"^00", "+", said), ("ZZ",)
    for region in regions:
        try:
            number = phonenumbers.parse(said, None if region == "ZZ" else region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ""
