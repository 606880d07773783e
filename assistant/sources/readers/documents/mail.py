"""E-mail messages (EML) by the standard library: headers, text and attachments.

Records: the title and author, one part with the text, and ``{"attachment": name, "data": base64}``
for each file in the message. Of alternatives the plain text is read, or the HTML where that has
headings, lists or tables. A forwarded message stands under a heading, with its own headers.
"""

from __future__ import annotations

import base64
import email
import email.policy
import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message

from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.refusals import Refused

_HEADERS = ("From", "To", "Cc", "Date")
_STRUCTURE = re.compile(r"^(?:#{1,6} |[ ]*- |[ ]*\d+\. |\|.*\w.*\|.*\w.*\|$)", re.MULTILINE)
"""Lines of Markdown that a plain text of the same words would lack."""

DEPTH = 20
"""How deep messages lie in each other at most."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|svg|ico|webp|emz|wmz)$", re.IGNORECASE)
"""What a mail holds for its look and its signature: counted, not read as a file of its own."""


Attachments = list[tuple[str, bytes]]


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The message in ``data``."""
    yield from read_message(email.message_from_bytes(data, policy=email.policy.default))


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
    unread, names, pictures = list(lost), set[str](), 0
    for name, content in attachments:
        if _PICTURE.search(name):
            pictures += 1
        elif content:
            name = _free(name, names)
            yield {"attachment": name, "data": base64.b64encode(content).decode("ascii")}
        else:
            unread.append(f"attachment {name} (empty)")
    if pictures:
        unread.append(f"{pictures} pictures")
    yield {"report": {"reader": "email", "parts": 1 + len(attachments), "unread_parts": unread}}


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
        words = text_of_part(part)
        words = to_markdown(words) if kind == "text/html" else words
        return [words] if words.strip() else []
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


def text_of_part(part: Message, encoding: str = "utf-8") -> str:
    """The text of a part in the encoding that it states, or else in ``encoding`` or as it looks."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return str(part.get_payload())
    for charset in (part.get_content_charset(encoding), "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    text = content.decode("utf-8", "replace")  # a few broken letters, or another code page
    few = text.count("\ufffd") * 20 < sum(not letter.isascii() for letter in text)
    return text if few else content.decode("cp1252", "replace")
