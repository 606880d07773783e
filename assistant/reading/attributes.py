"""Fields that a clause makes mandatory, and the values that it lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.casing import one_line
from assistant.language.clauses import Clause
from assistant.language.finite_verbs import PREPOSITIONS
from assistant.language.nouns import head_noun, is_person, singular, without_article
from assistant.language.word_lists import read_patterns, word_lists

_PATTERNS = read_patterns(__file__)
_MANDATORY = _PATTERNS["mandatory"]
_FILLED = _PATTERNS["filled"]
_GIVEN = re.compile(r" (?:an?|the|their|its|at least|up to|no|access|notice)\b", re.IGNORECASE)
""" "trainees must be given (a break)": what they get, not what is filled in."""
_ENTERED = frozenset(word_lists("english")["entries"]["entered"])
"""What a person enters, uploads or submits."""


@dataclass(frozen=True, slots=True)
class Options:
    """The values that ``name`` may take."""

    name: str
    values: tuple[str, ...]


_NO_FIELD = frozenset(("it", "they", "this", "that", "these", "those", "there", "he", "she"))
"""Subjects that name no field."""


def find_mandatory(clause: Clause | None) -> tuple[str, ...]:
    """Mandatory fields of a clause ("First Name and Last Name are mandatory"), one by one."""
    if (
        clause is None
        or clause.negated
        or clause.subject.lower() in _NO_FIELD
        or clause.subject.split()[0].lower() in PREPOSITIONS
        or (is_person(clause.subject) and not clause.subject[:1].isupper())
    ):
        return ()
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
        return ()
    return list_items(clause.subject)


def _names_field(clause: Clause) -> bool:
    words = without_article(clause.subject).split()
    return (
        singular(head_noun(clause.subject)).lower() in _ENTERED
        or words[-1:] == ["field"]
        or all(word[:1].isupper() or word in ("and", "or", "of") for word in words)
    )


def list_items(words: str) -> tuple[str, ...]:
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
    marked = re.match(
        r".*?\b(?:one of(?: the following(?: \w+)?| these(?: \w+)?)?|either)\b:? (?P<list>.*)",
        tail,
        re.IGNORECASE,
    )
    words = marked["list"] if marked else re.sub(r"^(?:set to|be) ", "", tail)
    if not re.search(r"\s(?:or|and)\s" if marked else r"\sor\s", words):
        return None
    values = list_items(re.split(r"[;(.]", words)[0])
    named = all(_is_value(value) for value in values)
    if not 2 <= len(values) <= 12 or not (
        named or (marked and all(len(v.split()) <= 4 for v in values))
    ):
        return None
    return Options(clause.subject, values)


def _is_value(value: str) -> bool:
    first = value.split()[0] if value.split() else ""
    return (first[:1].isupper() or first[:1] in "\"“'‘") and len(value.split()) <= 5
