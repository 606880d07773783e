"""People, records and moments that cases use, told to the writer of the next story of their run.

A story's writer sees no case of the others: two cases that book one slot of one day cannot both be
run, and a tester takes "Clerk A" of two stories for one person. What the writer made up is told:
roles with a letter and names in quotation marks that stand in no source, the numbers of records,
also of those that a source lists for the test, with the titles of the cases that use them, and
dates with a time of day. A record may go on from case to case: a claim that one registers another
assesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time
from textwrap import shorten

from assistant.domain import TestCase
from assistant.generation.proof.amounts import numbers
from assistant.language.casing import FUNCTION_WORD, bare_words, record_names
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.function_words import articles_of
from assistant.language.nouns import is_person
from assistant.language.quoted_messages import find_messages
from assistant.suite.preconditions import without_mark

MOST_CHARACTERS = 9_000
"""Of all that is told; the latest are kept."""

MOST_TITLES = 4
"""Cases that are named behind a record: the latest, in whose state it is."""

PERSON_CHARACTERS = 160
"""Of the words that are to set somebody up: role and place, no whole record."""

MOST_WORDS = 4
"""Words of a name."""

_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+(?![\w-])")
"""The number of a record or the name of a place: "RC-00151", "Gate D-7"."""

_NAMED = r"[^\W\d_a-z][\w-]*[^\W\d_] "
_PERSON = re.compile(
    rf"(?<![\w-])(?:(?:{_NAMED})+|{_NAMED}[a-z][\w-]* )(?!I\b)[A-Z]{{1,2}}(?![\w-])"
)
"""A role and a letter or two: "Line Manager A", "Network planner BC"; not "Shall I"."""
_LETTERED = re.compile(r"((?:[^\W\d_][\w’'-]* ){1,4})([A-Z]{1,2})(?![\w-])")
"""Up to four words and a letter, of which the last may be a role: "la secrétaire de mairie A"."""
_OWNER = re.compile(r"[’']s\b")
"""Of "the clerk's" no clerk S is left."""
_ELISION = re.compile(r"^[^\W\d_]{1,2}[’']")
"""A short word that is joined to the next: "l'agent"."""


def used_records(cases: Iterable[TestCase], texts: Iterable[str]) -> tuple[str, ...]:
    """What the data of cases name that no text gives, each once, a record with the titles of its
    cases, somebody with the first words that are to set him up; people behind the rest, and the
    latest as far as they go."""
    text = _OWNER.sub("", " ".join(texts))
    given = f" {bare_words(text)} "
    people: list[str] = []
    others: list[str] = []
    titles: dict[str, list[str]] = {}
    made: dict[str, str] = {}
    for case in cases:
        data = (*case.preconditions, *(step.test_data for step in case.steps))
        names = list(dict.fromkeys(name for line in data for name in _records(line)))
        others += names
        for line in data:
            here = list(_people(line, given))
            people += here
            to_set_up, words = without_mark(line)
            if to_set_up:
                made |= {name: words for name in here if name not in made}
        if case.status in ("rejected", "imported"):
            continue  # nothing can go on from it
        for name in names:
            titles.setdefault(name, []).append(f"“{case.title}”")
    somebody = frozenset(people)
    found = [
        name
        for name in dict.fromkeys((*others, *people))
        if _is_record(name)
        or f" {bare_words(name)} " not in given
        or (name in somebody and not _is_called(name, text))
    ]
    kept: list[str] = []
    left = MOST_CHARACTERS
    for name in reversed(found):
        used_in = titles.get(name, []) if _is_record(name) else []
        told = f"{name} ({', '.join(used_in[-MOST_TITLES:])})" if used_in else name
        if name in made:
            told = f"{name} (“{shorten(made[name], PERSON_CHARACTERS, placeholder=' …')}”)"
        left -= len(told) + 2
        if left < 0:
            break
        kept.append(told)
    return tuple(reversed(kept))


def titles_by_day(cases: Iterable[TestCase]) -> tuple[str, ...]:
    """How many cases each test date has, in one line, then their titles day by day; those without
    a date last."""
    days: dict[date, list[str]] = {}
    for case in cases:
        if case.status not in ("rejected", "imported") and not case.is_outline:
            days.setdefault(case.test_date or date.max, []).append(f"“{case.title}”")
    named = {
        "no date" if day == date.max else str(day): titles for day, titles in sorted(days.items())
    }
    counts = ", ".join(f"{day}: {len(titles)}" for day, titles in named.items())
    lines = (f"{day}: {'; '.join(titles)}" for day, titles in named.items())
    return (counts, *lines) if named else ()


def _people(line: str, given: str) -> Iterator[str]:
    """Who is called by a role and a letter: the longest role that the texts name (``given``, their
    bare words), else words with a capital."""
    for match in _LETTERED.finditer(line):
        words = [_ELISION.sub("", word) for word in match[1].split()]
        roles = (words[at:] for at in range(len(words)) if not FUNCTION_WORD.fullmatch(words[at]))
        role = next((one for one in roles if f" {bare_words(' '.join(one))} " in given), None)
        if role and (len(match[2]) == 1 or is_person(role[-1])):
            yield " ".join((*role, match[2]))
            continue
        for name in _PERSON.findall(match[0]):
            *words, letters = name.split()
            if len(letters) == 1 and words[0].casefold() in articles_of(line):
                words = words[1:]
            if (
                words
                and not FUNCTION_WORD.fullmatch(words[0])
                and (len(letters) == 1 or is_person(words[-1]))  # "Customer ID", "Size XL"
            ):
                yield " ".join((*words, letters))


def _is_called(name: str, text: str) -> bool:
    """Whether a text has somebody's role and letter: "by the Area Manager. A reason" has none."""
    role, _, letters = name.rpartition(" ")
    words = r"\s+".join(map(re.escape, role.split()))
    return re.search(rf"(?<!\w)(?i:{words})\s+{letters}(?!\w)", text) is not None


def _is_record(name: str) -> bool:
    """A number, or a code with a hyphen: of others that a source gives too many are no records."""
    return (name.isdigit() or "-" in name) and record_names(name) == (name,)


def _records(line: str) -> Iterator[str]:
    yield from _CODE.findall(line)
    yield from (one.text for one in find_messages(line) if len(one.text.split()) <= MOST_WORDS)
    yield from record_names(line)
    yield from _moments(line)


def _moments(line: str) -> Iterator[str]:
    """Each time of day with the date before it: "Day: 14 January; start: 11:00". Midnight is where
    a day begins and no time that a test takes."""
    day: date | None = None
    for one in numbers(line):
        if isinstance(one.value, date):
            day = one.value
        elif one.value == time():
            continue
        elif isinstance(one.value, time) and day is not None and day.year != NO_YEAR:
            yield f"{day} {one.value:%H:%M}"
