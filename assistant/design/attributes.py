"""What a value or a field must be: mandatory, unique, valid, of a length, one of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.design.casing import one_line
from assistant.design.clauses import Clause
from assistant.design.people import is_person, is_system, without_article
from assistant.design.trials import is_entered

_MANDATORY = re.compile(
    r"^(?:all |both |always |also )*(?:mandatory|required|compulsory|obligatory|not optional)(?:"
    r" fields?)?(?P<rest>\W.*)?$",
    re.IGNORECASE,
)
_FILLED = re.compile(
    r"^(?:always )?(?:entered|provided|filled(?: in| out)?|completed|supplied|specified|given"
    r"|populated)(?P<rest>\W.*)?$",
    re.IGNORECASE,
)
_GIVEN = re.compile(r" (?:an?|the|their|its|at least|up to|no|access|notice)\b", re.IGNORECASE)
""" "trainees must be given (a break)": what they get, not what is filled in."""
_ONE_OF = re.compile(
    r"^(?:(?:always |either |only |set to |be )*)(?:one of(?: the following| these)?:? |either"
    r" )?(?P<list>.+)$",
    re.IGNORECASE,
)
_FORMAT_WORDS = re.compile(
    r"\b(?:valid|unique|numeric|alphanumeric|alphabetic|positive|negative|format|formatted|integer"
    r"|number|whole|decimal"
    r"|uppercase|lowercase|letters?|digits?|characters?|blank|empty|future|past|today|special"
    r"|match(?:es)?|identical"
    r"|same(?! (?:(?:working|business|calendar) )?(?:day|week|month|year|time)\b)"
    r"|different|equal|correct|complete)\b",
    re.IGNORECASE,
)
_PRONOUNS = frozenset(("it", "this", "that", "there", "they", "these", "those", "which"))
_MORE = re.compile(
    r"(?:be |contain |have )?(?:more|less|longer|shorter|greater|fewer|older|younger|larger"
    r"|smaller|higher|lower) than\b"
)
_VALUE_VERBS = frozenset(
    (
        "be",
        "have",
        "contain",
        "include",
        "match",
        "start",
        "end",
        "consist",
        "equal",
        "begin",
        "comply",
        "conform",
        "follow",
    )
)


@dataclass(frozen=True, slots=True)
class Mandatory:
    """Fields that must be filled in, one by one, and the circumstances that the words add."""

    fields: tuple[str, ...]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """The values that ``name`` may take."""

    name: str
    values: tuple[str, ...]


_NO_FIELD = frozenset(("it", "they", "this", "that", "these", "those", "there", "he", "she"))
"""Subjects that name no field."""


def find_mandatory(clause: Clause | None) -> Mandatory | None:
    """Mandatory fields of a clause ("First Name and Last Name are mandatory"), else ``None``."""
    if (
        clause is None
        or clause.negated
        or clause.subject.lower() in _NO_FIELD
        or (is_person(clause.subject) and not clause.subject[:1].isupper())
    ):
        return None
    tail = one_line(clause.tail)
    match = None
    if clause.form == "be" or (clause.form == "modal" and clause.verb == "be"):
        match = _MANDATORY.match(tail)
        if (
            match is None
            and clause.form == "modal"
            and clause.auxiliary in ("must", "shall", "should")
        ):
            match = _FILLED.match(tail)
            if match and (not _names_field(clause) or _GIVEN.match(match["rest"] or "")):
                match = None
    if match is None or re.match(r"\s+(?:to|that|which|as(?! well))\b", match["rest"] or ""):
        return None
    return Mandatory(listed(clause.subject), (match["rest"] or "").strip())


def find_optional(clause: Clause | None) -> tuple[str, ...]:
    """Fields that a clause lets be left empty ("Middle Name is optional"), else ``()``."""
    if clause is None or clause.subject.lower() in _NO_FIELD or not _names_field(clause):
        return ()
    tail = one_line(f"{clause.verb} {clause.tail}" if clause.form == "modal" else clause.tail)
    if clause.form == "be":
        free = _NOT_ASKED.fullmatch(tail) if clause.negated else _OPTIONAL.fullmatch(tail)
    elif clause.form == "modal" and clause.negated:  # "does not have to be entered"
        asked = tail.removeprefix("be ")
        free = _FILLED.match(asked) if clause.auxiliary == "must" else None
        free = None if free and free["rest"] else free
    else:
        free = _LEFT_EMPTY.fullmatch(tail) if clause.form == "modal" else None
    return listed(clause.subject) if free else ()


_OPTIONAL = re.compile(r"(?:always )?optional(?: fields?)?\W*", re.IGNORECASE)
_NOT_ASKED = re.compile(
    r"(?:mandatory|required|compulsory|obligatory)(?: fields?)?\W*", re.IGNORECASE
)
_LEFT_EMPTY = re.compile(r"(?:be )?(?:left )?(?:empty|blank|unfilled)\W*", re.IGNORECASE)


def _names_field(clause: Clause) -> bool:
    words = without_article(clause.subject).split()
    return (
        is_entered(clause.subject)
        or words[-1:] == ["field"]
        or all(word[:1].isupper() or word in ("and", "or", "of") for word in words)
    )


def listed(words: str) -> tuple[str, ...]:
    """The items of a list: "First Name, Last Name and Date of Birth"."""
    parts = re.split(r",\s+(?:and |or )?|\s+and\s+|\s+or\s+|\s*/\s*", words.strip())
    return tuple(part.strip(" .") for part in parts if part.strip(" ."))


def find_options(clause: Clause | None) -> Options | None:
    """The values a clause allows ("status is New, In Progress or Closed"), else ``None``."""
    if clause is None or clause.negated or is_person(clause.subject):
        return None
    if clause.subject.lower() in _NO_FIELD:
        return None
    if clause.form not in ("be", "modal") or (clause.form == "modal" and clause.verb != "be"):
        return None
    tail = one_line(clause.tail)
    marked = re.search(r"\b(?:one of|either)\b", tail, re.IGNORECASE)
    lead = re.match(
        r"(?P<skip>.*?\b(?:one of(?: the following(?: \w+)?| these(?: \w+)?)?|either)\b:?"
        r" )(?P<list>.*)",
        tail,
        re.IGNORECASE,
    )
    words = lead["list"] if lead else re.sub(r"^(?:set to|be) ", "", tail)
    if not re.search(r"\s(?:or|and)\s", words) or (not re.search(r"\sor\s", words) and not marked):
        return None
    values = listed(re.split(r"[;(.]", words)[0])
    named = all(_is_value(value) for value in values)
    if not 2 <= len(values) <= 12 or not (
        named or (marked and all(len(v.split()) <= 4 for v in values))
    ):
        return None
    return Options(clause.subject, values)


def _is_value(value: str) -> bool:
    first = value.split()[0] if value.split() else ""
    return (first[:1].isupper() or first[:1] in "\"“'‘") and len(value.split()) <= 5


def is_value_rule(clause: Clause | None, *, with_length: bool = False) -> bool:
    """Whether a clause says what an entered value must be like, not what the system does."""
    if clause is None or is_person(clause.subject) or clause.subject.lower() in _PRONOUNS:
        return False
    if re.match(r"(?:no|none of) ", clause.subject, re.IGNORECASE):
        return False
    if clause.negated or clause.verb == "exceed":
        limiting = clause.verb == "exceed" or _MORE.match(f"{clause.verb} {clause.tail}".strip())
        return (
            bool(limiting)
            and with_length
            and (is_entered(clause.subject) or not is_system(clause.subject))
        )
    duty = clause.form == "modal" and clause.auxiliary in ("must", "shall", "should")
    stated = clause.form == "present" and clause.verb in ("have", "contain", "match", "consist")
    if clause.form == "be":
        words = without_article(clause.subject).split()
        field = len(words) > 1 and all(word[:1].isupper() for word in words)
        stated = with_length or bool(_FORMAT_WORDS.search(clause.tail))
        return (is_entered(clause.subject) or field) and stated and not clause.passive
    placed = clause.verb in ("start", "begin", "end")
    if placed and not re.match(r"(?:with|in|by)\b", clause.tail):
        return False  # "access should end when ..."
    if not (duty or stated) or clause.verb not in _VALUE_VERBS:
        return False
    if clause.verb == "be" and clause.passive:
        return False
    if is_entered(clause.subject) or with_length:
        return True
    if is_system(clause.subject):
        return False
    named = all(word[:1].isupper() for word in without_article(clause.subject).split())
    return bool(_FORMAT_WORDS.search(clause.tail)) or (named and duty)
