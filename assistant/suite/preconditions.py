"""The preconditions of cases, each once with the cases that need it: what has to be prepared.

Whoever prepares the environment would else open each case for the records to be made. Code gathers
and counts, word for word. What a record is, whether a source lists it and whether a case changes it
is not known here: a line is told from another by the mark that writers put before what has to be
made, and all others are listed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.domain import TestCase, Value

SET_UP = "To be set up"
"""How a precondition begins that somebody has to make: writers are asked for these words."""

_MARK = re.compile(rf"{SET_UP}\b(?P<alone>\s*:)?\s*", re.IGNORECASE)


class Precondition(Value):
    """The words of a precondition, as first written, without the mark, and who needs it.

    Words between mark and colon ("To be set up on 27 April: ...") stay, with the mark.
    """

    text: str
    to_set_up: bool
    cases: tuple[TestCase, ...]

    @property
    def criterion_ids(self) -> tuple[str, ...]:
        """The criteria of its cases, each once."""
        return tuple(dict.fromkeys(name for case in self.cases for name in case.criterion_ids))


def preconditions(cases: Iterable[TestCase]) -> tuple[Precondition, ...]:
    """What is to be set up, in the order of the cases; then the others, those of most cases first.

    The same words are one line, however they are spaced.
    """
    words: dict[tuple[bool, str], str] = {}
    needed: dict[tuple[bool, str], dict[str, TestCase]] = {}
    for case in cases:
        for line in filter(str.strip, case.preconditions):
            key = same_words(line)
            words.setdefault(key, without_mark(line)[1])
            needed.setdefault(key, {})[case.id] = case
    found = [
        Precondition(text=words[key], to_set_up=key[0], cases=tuple(by_id.values()))
        for key, by_id in needed.items()
    ]
    others = (one for one in found if not one.to_set_up)
    return (
        *(one for one in found if one.to_set_up),
        *sorted(others, key=lambda one: -len(one.cases)),
    )


def without_mark(line: str) -> tuple[bool, str]:
    """Whether a precondition is to be set up, and its words without the mark that says so."""
    text = line.strip()
    marked = _MARK.match(text)
    if marked is None:
        return False, text
    return True, (text[marked.end() :] if marked["alone"] else "") or text


def same_words(line: str) -> tuple[bool, str]:
    """What preconditions have in common that differ in their spaces alone."""
    to_set_up, text = without_mark(line)
    return to_set_up, " ".join(text.split())
