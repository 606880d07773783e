"""Comments on an issue, written below it: each under its author and date, and as nobody's rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain import COMMENT
from assistant.sources.reading import Place, Reading

HEADING = "Comments"
_NAME_CHARACTERS = 80
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+")
_FENCE_OR_LINE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}|=+[ \t]*$|-{2,}[ \t]*$)")


def with_comments(reading: Reading, comments: Sequence[tuple[str, str, str]]) -> Reading:
    """The reading with ``comments`` (author, date, Markdown) at the end of its document.

    They come after all that was read as test basis, which stays as it is; each is a place of its
    own, so that whatever is cited from it names who said it and when.
    """
    text, places = reading.document.text.rstrip("\n") + "\n", list(reading.places)
    for author, date, words in comments:
        body = _contained(words)
        if not any(character.isalnum() for character in body):
            continue
        if len(places) == len(reading.places):
            text += f"\n### {HEADING}\n"
        who = _said_by(author, date)
        section = f"#### Comment by {who}\n\n{body}\n"
        start = len(text) + 1
        places.append(Place(start=start, end=start + len(section), label=f"{COMMENT}{who}"))
        text += f"\n{section}"
    if len(places) == len(reading.places):
        return reading
    report = reading.report.model_copy(update={"characters": len(text)})
    document = reading.document.model_copy(update={"text": text})
    return reading.model_copy(
        update={"document": document, "places": tuple(places), "report": report}
    )


def _said_by(author: str, date: str) -> str:
    name = " ".join(author.split())[:_NAME_CHARACTERS] or "somebody unknown"
    return f"{name}, {date}" if _DATE.fullmatch(date) else name


def _contained(words: str) -> str:
    """A comment's text without the marks by which it could end its own section."""
    lines = re.split(r"\r\n|\r|\n", words)
    kept = [_HEADING.sub("", line) for line in lines if not _FENCE_OR_LINE.match(line)]
    return "\n".join(kept).strip("\n")
