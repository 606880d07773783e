"""Pages saved with all that they show in one MIME file: Confluence's "Export to Word", MHT, MHTML.

The page is the root of ``multipart/related`` (RFC 2387 and 2557), or the message itself where that
is HTML; it is read as every page of HTML is. Pictures and style sheets beside it are left.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message

from assistant.sources.readers.documents.html import read as read_page
from assistant.sources.readers.documents.mail import text_of_part
from assistant.sources.readers.refusals import Refused

CHARSET = re.compile(rb"<meta[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
"""What a page says of its own encoding, for a part that does not say it."""

_CUT = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The page in ``data``, as ``html.read`` gives it; a note where the file ends too early.

    Raises ``Refused`` where no part of it is HTML.
    """
    message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n \t"),
                                       policy=email.policy.default)  # fmt: skip
    page = _page(message)
    if page is None:
        raise Refused("damaged", "it is a page saved as one file, and the page itself is not in it")
    if any(isinstance(one, _CUT) for one in message.defects):
        yield {"note": "The file ends before its last part does: the end of the page may be "
                       "missing."}  # fmt: skip
    yield from read_page(_html(page).encode("utf-8", "replace"), options)


def _page(message: Message) -> Message | None:
    """The HTML that the message is about: its root or, failing that, the first there is."""
    start = str(message.get_param("start") or "").strip("<> ")
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    named = (page for page in pages if start and _name(page) == start)
    return next(named, pages[0] if pages else None)


def _name(part: Message) -> str:
    return str(part.get("Content-ID", "")).strip("<> ")


def _html(page: Message) -> str:
    content = page.get_payload(decode=True)
    stated = CHARSET.search(content[:4000]) if isinstance(content, bytes) else None
    return text_of_part(page, stated[1].decode("ascii") if stated else "utf-8")
