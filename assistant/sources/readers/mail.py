"""E-mail messages (EML) by the standard library: headers, text and attachments.

Records: the title and author, one part with the text (HTML is converted where there is no plain
text), and ``{"attachment": name, "data": base64}`` for each file in the message.
"""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator, Mapping
from email.message import EmailMessage

from assistant.sources.readers.html import to_markdown
from assistant.sources.readers.refusals import Refused


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The message in ``data``."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    subject = _header(message, "Subject")
    yield {"title": subject, "author": _header(message, "From")}
    head = [f"{name}: {words}" for name in ("From", "To", "Cc", "Date")
            if (words := _header(message, name))]  # fmt: skip
    body, attachments = _body(message)
    if not body.strip() and not attachments and not subject:
        raise Refused("damaged", "the message is empty")
    heading = f"# {subject}\n\n" if subject else ""
    yield {"part": "", "text": heading + "\n".join(head) + "\n\n" + body}
    unread = list[str]()
    for name, content in attachments:
        if content:
            yield {"attachment": name, "data": base64.b64encode(content).decode("ascii")}
        else:
            unread.append(f"attachment {name} (empty)")
    yield {"report": {"reader": "email", "parts": 1 + len(attachments), "unread_parts": unread}}


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):  # broken headers, by many ways
        return ""


def _body(message: EmailMessage) -> tuple[str, list[tuple[str, bytes]]]:
    plain, rich, attachments = list[str](), list[str](), list[tuple[str, bytes]]()
    for part in message.walk():
        if part.is_multipart():
            continue
        name = part.get_filename() or ""
        if name or part.get_content_maintype() != "text":
            content = part.get_payload(decode=True)
            kind = part.get_content_subtype()
            attachments.append(
                (name or f"attachment.{kind}", content if isinstance(content, bytes) else b"")
            )
            continue
        words = _text(part)
        (rich if part.get_content_subtype() == "html" else plain).append(words)
    if any(words.strip() for words in plain):
        return "\n\n".join(plain), attachments
    return "\n\n".join(to_markdown(words) for words in rich), attachments


def _text(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return str(part.get_payload())
    charset = part.get_content_charset("utf-8")
    try:
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return content.decode("utf-8", "replace")
