"""Comments of issues: passages of their own behind what is read as test basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from assistant.domain import COMMENT, Place
from assistant.sources.pasted.strikethrough import leave_out_struck
from assistant.sources.reading import Reading

Comment = tuple[str, str, str]
"""Author, date and Markdown."""

_NAME_CHARACTERS = 80
FEWEST_WORDS = 5
"""Words of a cell that says something; fewer are a person, a date, a status."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = re.compile(rf"{_DATE.pattern}(?: to {_DATE.pattern})?")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+")
_FENCE_OR_LINE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}|=+[ \t]*$|-{2,}[ \t]*$)")
_IN_A_CELL = re.compile(r"(?P<date>[^;\n]{6,40});(?P<author>[^;\n]*);(?P<text>.*)", re.DOTALL)
_DATES_OF_EXPORTS = ("%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "%Y-%m-%d %H:%M")
"""Only such whose order of day and month is plain."""


def with_comments(reading: Reading, by_issue: Iterable[tuple[str, Sequence[Comment]]]) -> Reading:
    """The reading with comments at the end of its document, below the name of each issue.

    They come after all that was read as test basis, which stays as it is; each is a place of its
    own, so that whatever is cited from it names who said it and when. An issue that is a document
    of its own has "" for a name.
    """
    text, places = reading.document.text.rstrip("\n") + "\n", list(reading.places)
    for issue, comments in by_issue:
        heading = f"\n# Comments on {issue}\n" if issue else "\n### Comments\n"
        for author, date, words in comments:
            body = _contained(words)
            if not any(character.isalnum() for character in body):
                continue
            text += heading
            heading = ""
            who = said_by(author, day_of(date))
            section = f"#### Comment by {who}\n\n{body}\n"
            start = len(text) + 1
            places.append(Place(start=start, end=start + len(section), label=f"{COMMENT}{who}"))
            text += f"\n{section}"
    if len(places) == len(reading.places):
        return reading
    return reading.changed({"text": text}, places=tuple(places))


def comments_without_struck(comments: Iterable[Comment]) -> tuple[tuple[Comment, ...], int]:
    """Comments without what they strike through, and how many passages that were."""
    kept = [(who, day, leave_out_struck(words)) for who, day, words in comments]
    number = sum(struck for *_, (_, struck) in kept)
    return tuple((who, day, words) for who, day, (words, _) in kept), number


def comment_in_cell(cell: str) -> Comment:
    """A comment as Jira's CSV export writes it: ``19/May/26 10:02 AM;author;text``.

    A cell of another shape is a text by nobody known.
    """
    match = _IN_A_CELL.fullmatch(cell.strip())
    if match is None or not any(character.isdigit() for character in match["date"]):
        return "", "", cell
    return match["author"].strip(), match["date"], match["text"]


def column_comments(
    header: Sequence[str], row: Sequence[str], unused: Iterable[int]
) -> list[Comment]:
    """What stands in a row's cells that nothing else is read from, where it is more than a name or
    a value: a discussion, a note, a remark. Who says it is the column, where the cell does not."""
    found = list[Comment]()
    for number in unused:
        cell = row[number].strip() if number < len(row) else ""
        if len(cell.split()) < FEWEST_WORDS or cell[0] in "{[<":
            continue
        author, day, words = comment_in_cell(cell)
        found.append((author or f"column {header[number].strip()}", day, words))
    return found


def day_of(date: str) -> str:
    """A date of an export as ``2026-05-19``, or "" where its form leaves the day open.

    The days of a thread (``2026-05-19 to 2026-05-21``) stay as they are.
    """
    if _DAYS.fullmatch(date):
        return date
    for form in _DATES_OF_EXPORTS:
        try:
            return datetime.strptime(date.strip(), form).date().isoformat()
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return date[:10] if _DATE.fullmatch(date[:10]) else ""


def said_by(author: str, date: str) -> str:
    """Who remarked something, and when, as a citation says it."""
    name = " ".join(author.split())[:_NAME_CHARACTERS] or "somebody unknown"
    return f"{name}, {date}" if date else name


def _contained(words: str) -> str:
    """A comment's text without the marks by which it could end its own section."""
    lines = re.split(r"\r\n|\r|\n", words)
    kept = [_HEADING.sub("", line) for line in lines if not _FENCE_OR_LINE.match(line)]
    return "\n".join(kept).strip("\n")
