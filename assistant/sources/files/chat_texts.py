"""Chats that WhatsApp exports as text: each message by somebody on a day, as a comment.

Source of the form: "How to export your chat history" (WhatsApp Help Center) and its files. iOS
writes ``[11/08/2025, 09:31:08] Name: words``, Android ``11/08/2025, 09:31 - Name: words``, the date
and the time as the phone shows them; words of the program itself begin with U+200E, or are one name
in angle brackets behind somebody's. Other lines that name nobody are kept as they stand: Android
does not mark what the program says, and a list of dates may look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

_DATE = r"(?P<date>\d{1,4}(?P<sign>[./-])[ ]?\d{1,2}(?P=sign)[ ]?\d{1,4})\.?"
_CLOCK = r"\d{1,2}[:.]\d{2}"
_STAMP = re.compile(
    r"[\u200e\u200f]*(?:"
    rf"\[{_DATE}(?P<time>[^\d\n\[\]]{{1,16}}{_CLOCK}[:.]\d{{2}}[^\d\n\[\]]{{0,12}})\][ ]"
    rf"|{_DATE.replace('date', 'day').replace('sign', 'mark')}"
    rf"(?P<clock>[^\d\n\[\]]{{1,16}}{_CLOCK}[^\d\n\[\]:-]{{0,12}}) - )"
    r"(?P<rest>.*)"
)
"""Of logs, which look alike, those in ISO form have no comma between date and time."""
_LOG = re.compile(r"\[?\d{4}-\d{2}-\d{2}[ T]")
_OWN = "\u200e"
_REMARK = re.compile(r"\u200e?<[^<>\n]+>")
_MARKED_REMARK = re.compile(r"[ ]?\u200e<[^<>\n]+>")
_FILE = re.compile(r"<[^<>:\n]+: (?P<name>[^<>\n]+\.\w{2,5})>")
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PERSON = re.compile(r"\+\d[\d ().‐‑-]{6,}$|\D*[^\W\d_]")
"""A name, or the number of who is not in the phone's contacts. What begins with a digit is a time
or an item of a list."""
_LONGEST_NAME = 80
_FEWEST = 2


@dataclass(slots=True)
class _Message:
    """What a stamp stands before; ``author`` is empty where the line names nobody."""

    date: str
    """As it stands there."""
    time: str
    author: str
    lines: list[str]


def is_chat(text: str) -> bool:
    """Whether a text is such a chat and no list of what happens when.

    It begins with a stamp, and each third line has one; the program's mark stands on some, or
    most name somebody, who speaks again (in two lines, two people may).
    """
    lines = [line for line in text.lstrip("\ufeff\n").split("\n")[:300] if line.strip()]
    if not lines or not _stamped(lines[0]):
        return False
    rests = [match["rest"] for match in map(_stamped, lines) if match]
    if len(rests) < max(_FEWEST, len(lines) // 3):
        return False
    said = [_author_and_words(rest) for rest in rests]
    if any(words.startswith(_OWN) for _, words in said):
        return True
    names = [author for author, _ in said if author]
    again = len(set(names)) < len(names) or len(names) == _FEWEST
    return again and len(names) * 2 > len(said)


def chat_records(text: str, name: str) -> Iterator[dict[str, object]]:
    """The records of a chat, as ``exports.read_export`` takes them; ``name`` is its file's."""
    found = list(_messages(text.lstrip("\ufeff\n")))
    order = _order([one.date for one in found]) if found else ""
    said = [one for one in found if _words(one)]
    if left_out := len(found) - len(said):
        yield {"note": "Lines of the program (who joined, a picture or file, a deleted message) "
               f"were left out: {left_out}."}  # fmt: skip
    if said and not order:
        yield {"note": "The dates leave open which number is the day and which the month: they "
               "stand as they were written, and no message has a day."}  # fmt: skip
    if said:
        yield {"document": {
            "id": "", "title": _title(name), "kind": "page",
            "text": "# WhatsApp messages, times of the phone that exported them",
            "comments": [_comment(one, order) for one in said],
            "authors": list(dict.fromkeys(one.author for one in said if one.author)),
        }}  # fmt: skip
    files = [match["name"] for one in found for match in map(_FILE.search, one.lines) if match]
    yield {"report": {"reader": "WhatsApp", "parts": len(said),
                      "unread_parts": [f"attached file {file}" for file in files]}}  # fmt: skip


def _title(name: str) -> str:
    """The name of the archive that the chat lies in as "_chat.txt"; "" for a file by itself."""
    *above, last = name.split(" > ")
    return above[-1].rpartition(".")[0] if above and last.startswith("_chat") else ""


def _stamped(line: str) -> re.Match[str] | None:
    plain = line.lstrip("\u200e\u200f")
    return None if _LOG.match(plain) else _STAMP.match(line)


def _messages(text: str) -> Iterator[_Message]:
    current: _Message | None = None
    for line in re.split(r"\r\n|\r|\n", text):
        match = _stamped(line)
        if match is None:
            if current is not None:
                current.lines.append(line)
            continue
        if current is not None:
            yield current
        written = match["date"] or match["day"]
        author, words = _author_and_words(match["rest"])
        time = " ".join(_UNSEEN.sub("", match["time"] or match["clock"]).strip(", ").split())
        current = _Message(written, time, author, [words])
    if current is not None:
        yield current


def _author_and_words(rest: str) -> tuple[str, str]:
    """Who says what behind a stamp; "" for who where that is no name of a person."""
    author, colon, words = rest.partition(":")
    author = " ".join(_UNSEEN.sub("", author).lstrip("~ ").split())
    named = colon and len(author) <= _LONGEST_NAME and _PERSON.match(author)
    if not named or rest.startswith(_OWN):
        return "", rest.strip(" ")
    return author, words.lstrip(" ")


def _words(one: _Message) -> str:
    """What somebody wrote, without what the program says there; empty where that is all."""
    first, *more = one.lines
    remark = first.startswith(_OWN) or bool(one.author and _REMARK.fullmatch(first.strip()))
    if remark and not "".join(more).strip():
        return ""
    lines = (_MARKED_REMARK.sub("", line) for line in one.lines)
    return "\n".join(_UNSEEN.sub("", line) for line in lines).strip()


def _comment(one: _Message, order: str) -> list[str]:
    day = _day(one.date, order) if order else None
    shown = f"{day.day} {day:%B %Y}" if day else one.date
    who = f", {one.author}" if one.author else ""
    return [one.author, day.isoformat() if day else "",
            f"{shown}, {one.time}{who}: {_words(one)}"]  # fmt: skip


# --- The order of day, month and year ------------------------------------------------------------


def _order(written: Sequence[str]) -> str:
    """The order of day, month and year in which all dates are days; empty where that is open.

    Where they fit two orders, time tells them apart, which goes on from message to message. A year
    in front has four digits, and only "/" stands between a month in front and its day (CLDR).
    """
    fitting = dict[str, list[date]]()
    for order in ("ymd",) if re.match(r"\d{4}", written[0]) else ("dmy", "mdy"):
        days = [_day(each, order) for each in dict.fromkeys(written)]
        if all(days) and (order != "mdy" or "/" in written[0]):
            fitting[order] = [day for day in days if day]
    rising = [order for order, days in fitting.items() if days == sorted(days)]
    return next(iter(orders)) if len(orders := rising or [*fitting]) == 1 else ""


def _day(written: str, order: str) -> date | None:
    """The day in this order; ``None`` where there is none such."""
    parts = dict(zip(order, map(int, re.findall(r"\d+", written)), strict=True))
    year = parts["y"]
    try:
        return date(year if year > 99 else 2000 + year, parts["m"], parts["d"])
    except ValueError:
        return None
