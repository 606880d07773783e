"""E-mail messages (EML, MBOX) by the standard library: headers, text and attachments.

Records: the title and author, a part with the text, and ``{"attachment": name, "data": base64}``
for each file in the message. Of alternatives the plain text is read, or the HTML where that has
headings, lists or tables. A forwarded message stands under a heading, with its own headers. Of a
mailbox with several mails each is a part, the oldest first.

Source of the mailbox: RFC 4155, and what programs make of it: Thunderbird's line between two mails
is "From " alone and its flags are in X-Mozilla-Status; a line "From ..." in a text has a ">" before
it. The module ``mailbox`` wants a file that it may write, and takes each line "From " for a mail.
"""

from __future__ import annotations

import base64
import email
import email.policy
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.fences import without_open_fence
from assistant.sources.readers.refusals import Refused

_HEADERS = ("From", "To", "Cc", "Date")
_STRUCTURE = re.compile(r"^(?:#{1,6} |[ ]*- |[ ]*\d+\. |\|.*\w.*\|.*\w.*\|$)", re.MULTILINE)
"""Lines of Markdown that a plain text of the same words would lack."""

DEPTH = 20
"""How deep messages lie in each other at most."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|svg|ico|webp|emz|wmz)$", re.IGNORECASE)
"""What a mail holds for its look and its signature: counted, not read as a file of its own."""

_MOST_MAILS = 5_000
_BETWEEN = re.compile(
    rb"^(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?:(?>[^\n]*?\d\d:\d\d)[^\n]*|[ \r-]*)\n(?=[!-9;-~]+:)",
    re.MULTILINE,
)
"""The line before a mail of a mailbox: below an empty line, above a header. Of times of day
in it the first is enough: a line full of them would else be read anew for each."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_DELETED = 0x0008
_FENCED = re.compile(r"(^```.*?^```)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)
_BROKEN = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""How the standard library fails at what breaks the rules of mail."""

Attachments = list[tuple[str, bytes]]


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The message in ``data``, or those of a mailbox, called by the option ``name``."""
    mails = _mails(data)
    if len(mails) > 1:
        yield from _read_mailbox(mails, str(options.get("name", "")))
    else:
        yield from read_message(_parsed(data))


def read_message(message: Message, lost: Sequence[str] = ()) -> Iterator[object]:
    """The records of a message; ``lost`` are parts of it that could not be read before."""
    subject = header_of(message, "Subject")
    yield {"title": subject, "author": header_of(message, "From")}
    attachments: Attachments = []
    body = "\n\n".join(_body(message, attachments, 1))
    if not body.strip() and not attachments and not subject:
        raise Refused("damaged", "the message is empty")
    heading = f"# {subject}\n\n" if subject else ""
    yield {"part": "", "text": heading + "\n".join(_head(message)) + "\n\n" + body}
    yield from _files(attachments, lost, 1)


def _files(attachments: Attachments, lost: Sequence[str], mails: int) -> Iterator[object]:
    """The files in messages, one that is attached twice once, and the report."""
    unread, names, pictures = list(lost), set[str](), 0
    for name, content in dict.fromkeys(attachments):
        if _PICTURE.search(name):
            pictures += 1
        elif content:
            name = _free(name, names)
            yield {"attachment": name, "data": base64.b64encode(content).decode("ascii")}
        else:
            unread.append(f"attachment {name} (empty)")
    if pictures:
        unread.append(f"{pictures} pictures")
    yield {"report": {"reader": "email", "parts": mails + len(attachments), "unread_parts": unread}}


def _parsed(data: bytes) -> Message:
    return email.message_from_bytes(data, policy=email.policy.default)


# --- Mailboxes --------------------------------------------------------------------------------


def _mails(data: bytes) -> list[bytes]:
    """The mails of a mailbox, as they lie in it; empty for what is none."""
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    lines = list(_BETWEEN.finditer(data)) if _BETWEEN.match(data) else []
    if len(lines) > _MOST_MAILS:
        raise Refused("size", f"it holds {len(lines):,} mails; at most {_MOST_MAILS:,} are read")
    ends = [line.start() for line in lines[1:]]
    return [_QUOTED_FROM.sub(rb"\1", data[line.end() : end].rstrip(b"\r\n") + b"\n")
            for line, end in zip(lines, [*ends, len(data)], strict=False)]  # fmt: skip


def _read_mailbox(mails: Sequence[bytes], name: str) -> Iterator[object]:
    """The records of several mails: a document that is a page, whatever one of them holds."""
    yield {"title": name, "kind": "page"}
    yield {"part": "", "text": f"# {name}"}
    kept, deleted = _by_date(mails)
    attachments, unread = list[tuple[str, bytes]](), list[str]()
    for number, (at, data) in enumerate(kept, 1):
        label = f"mail of {at.day} {at:%B %Y, %H:%M}" if at else f"mail {number}"
        files: Attachments = []
        try:
            text = _text(_parsed(data), files)
        except _BROKEN:
            unread.append(f"{label} (damaged)")
            continue
        attachments.extend(files)
        yield {"part": label, "text": text}
    if len(unread) == len(kept):
        raise Refused("damaged", "none of its mails can be read, or all are marked as deleted")
    if deleted:
        yield {"note": f"Mails that are marked as deleted were left out: {deleted}."}
    yield from _files(attachments, unread, len(kept))


def _text(message: Message, files: Attachments) -> str:
    """A mail under its subject, with the headings in it below that."""
    head = "\n".join(_head(message))
    pieces = _FENCED.split("\n\n".join(_body(message, files, 1)))
    pieces[::2] = [_HEADING.sub(_two_lower, piece) for piece in pieces[::2]]
    subject = header_of(message, "Subject") or "Mail without a subject"
    return f"## {subject}\n\n{head}\n\n{''.join(pieces)}"


def _two_lower(heading: re.Match[str]) -> str:
    return f"{'#' * min(len(heading[1]) + 2, 6)} "


def _by_date(mails: Sequence[bytes]) -> tuple[list[tuple[datetime | None, bytes]], int]:
    """Mails by the dates that they state, and how many are marked as deleted: Thunderbird keeps
    those in the file. One without a date stays behind the one before it."""
    found, last, deleted = list[tuple[datetime, datetime | None, bytes]](), _FIRST, 0
    for data in mails:
        head = _EMPTY_LINE.search(data)
        message = email.message_from_bytes(data[: head.end()] if head else data)
        if _is_deleted(header_of(message, "X-Mozilla-Status")):
            deleted += 1
            continue
        at = _date(header_of(message, "Date"))
        if at:
            last = at if at.tzinfo else at.replace(tzinfo=UTC)
        found.append((last, at, data))
    return [(at, data) for _, at, data in sorted(found, key=lambda one: one[0])], deleted


_FIRST = datetime.min.replace(tzinfo=UTC)


def _is_deleted(status: str) -> bool:
    return bool(re.fullmatch(r"[0-9A-Fa-f]{4}", status) and int(status, 16) & _DELETED)


def _date(words: str) -> datetime | None:
    try:
        return parsedate_to_datetime(words)
    except (ValueError, TypeError, OverflowError):
        return None


# --- Messages ---------------------------------------------------------------------------------


def _head(message: Message) -> list[str]:
    return [f"{name}: {words}" for name in _HEADERS if (words := header_of(message, name))]


def header_of(message: Message, name: str) -> str:
    """A header on one line; empty where it is broken."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):  # broken headers, by many ways
        return ""


def _free(name: str, names: set[str]) -> str:
    """``name``, or with a number where the message holds two files of that name."""
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{stem} ({number}){dot}{suffix}"
    names.add(free)
    return free


def _body(part: Message, attachments: Attachments, depth: int) -> list[str]:
    """The texts of a message or of a part of one; files in it are added to ``attachments``."""
    kind, payload = part.get_content_type(), part.get_payload()
    inner = [each for each in payload if isinstance(each, Message)] if part.is_multipart() else []
    if depth > DEPTH or (inner and kind == "message/delivery-status"):
        return ["\n".join(str(each) for each in inner)] if inner else []
    if inner and kind.startswith("message/"):
        return [text for each in inner for text in _forwarded(each, attachments, depth)]
    if inner and kind == "multipart/alternative":
        return _alternative(inner, attachments, depth)
    if inner:
        return [text for each in inner for text in _body(each, attachments, depth + 1)]
    name, content = part.get_filename() or "", part.get_payload(decode=True)
    if not name and part.get_content_maintype() in {"text", "multipart"}:
        words = _unflowed(text_of_part(part), part)
        words = to_markdown(words) if kind == "text/html" else words
        return [without_open_fence(words)] if words.strip() else []
    subtype = part.get_content_subtype()
    attachments.append((name or f"attachment.{subtype}",
                        content if isinstance(content, bytes) else b""))  # fmt: skip
    return []


def _forwarded(message: Message, attachments: Attachments, depth: int) -> list[str]:
    head = "\n".join(_head(message))
    subject = header_of(message, "Subject")
    title = f"{'#' * min(depth + 1, 6)} Message: {subject}" if subject else ""
    texts = _body(message, attachments, depth + 1)
    return [text for text in (title, head, *texts) if text]


def _alternative(inner: list[Message], attachments: Attachments, depth: int) -> list[str]:
    """The one of several forms of the same text that says most, and all files beside them."""
    plain, rich = list[str](), list[str]()
    for each in inner:
        html = any(part.get_content_type() == "text/html" for part in each.walk())
        (rich if html else plain).extend(_body(each, attachments, depth + 1))
    structured = sum(len(_STRUCTURE.findall(text)) for text in rich) > 1
    return rich if rich and (structured or not plain) else plain


_QUOTE = re.compile(r"(?:> ?)+| ?")
"""The marks of a quoted line; of any other the one blank that is no part of it."""


def _unflowed(text: str, part: Message) -> str:
    """A text with the lines joined that its mail program broke, where the part says that a blank at
    the end of a line tells so (RFC 3676, ``format=flowed``)."""
    flowed, del_sp = (str(part.get_param(name, "")).lower() for name in ("format", "delsp"))
    if flowed != "flowed" or part.get_content_subtype() != "plain":
        return text
    lines = list[str]()
    depth, goes_on = 0, False
    for line in text.splitlines():
        mark = _QUOTE.match(line)
        assert mark is not None
        words, quoted = line[mark.end() :], mark[0].count(">")
        if goes_on and quoted == depth and words != "-- ":
            lines[-1] += words
        else:
            depth = quoted
            lines.append("> " * depth + words)
        goes_on = words.endswith(" ") and words != "-- "
        if goes_on and del_sp == "yes":
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def text_of_part(part: Message, encoding: str = "utf-8") -> str:
    """The text of a part in the encoding that it states, or else in ``encoding`` or as it looks."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return str(part.get_payload())
    for charset in (part.get_content_charset(encoding), "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):  # a name with a zero byte in it, too
            continue
    text = content.decode("utf-8", "replace")  # a few broken letters, or another code page
    few = text.count("\ufffd") * 20 < sum(not letter.isascii() for letter in text)
    return text if few else content.decode("cp1252", "replace")
