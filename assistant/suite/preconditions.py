"""The preconditions of cases, each once with the cases that need it: what has to be prepared.

Whoever prepares the environment would else open each case for the records to be made. Code gathers
and counts, word for word. What a record is, whether a source lists it and whether a case changes it
is not known here: a line is told from another by the mark that writers put before what has to be
made, and all others are listed too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from assistant.domain import TestCase, Value
from assistant.suite.export.csv_file import encodable, mark

SET_UP = "To be set up"
"""How a precondition begins that somebody has to make: writers are asked for these words."""

_MARK = re.compile(rf"{SET_UP}\b(?P<alone>\s*:)?\s*", re.IGNORECASE)

CSV_HEADERS = (SET_UP, "Precondition", "Number of cases", "Cases", "Criteria")


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
            to_set_up, text = _read(line)
            key = (to_set_up, " ".join(text.split()))
            words.setdefault(key, text)
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


def _read(line: str) -> tuple[bool, str]:
    text = line.strip()
    marked = _MARK.match(text)
    if marked is None:
        return False, text
    return True, (text[marked.end() :] if marked["alone"] else "") or text


def preconditions_csv(rows: Iterable[Precondition]) -> bytes:
    """A line each, as CSV for a spreadsheet: UTF-8 with a signature, formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_HEADERS)
    for row in rows:
        values = (
            "yes" if row.to_set_up else "",
            row.text,
            str(len(row.cases)),
            "\n".join(f"{case.id} {case.title}" for case in row.cases),
            ", ".join(row.criterion_ids),
        )
        writer.writerow([mark(encodable(value)) for value in values])
    return out.getvalue().encode("utf-8-sig")
