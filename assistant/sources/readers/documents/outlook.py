"""Messages that Outlook saves (MSG): made a message of the standard library, read as EML is.

Of a text that is kept as RTF alone and of an object of another program nothing is read, which the
report says.

Source of the format: Microsoft, [MS-OXMSG] (streams are named by a property's number and type) and
[MS-OXPROPS] (the numbers).
"""

from __future__ import annotations

import email
import email.policy
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from io import BytesIO
from typing import TYPE_CHECKING

from assistant.sources.readers.documents.mail import DEPTH, header_of, read_message
from assistant.sources.readers.documents.web_archive import CHARSET

if TYPE_CHECKING:
    from olefile import OleFileIO

_SUBJECT, _HEADERS, _BODY, _HTML, _RTF = "0037", "007D", "1000", "1013", "1009"
_SENDER, _SENDER_ADDRESSES = "0C1A", ("5D01", "0C1F")
_NAME, _ADDRESSES, _KIND = "3001", ("39FE", "3003"), 0x0C15
_FILE_NAMES, _FILE, _INNER = ("3707", "3704", "3001"), "3701", "3701000D"
_SENT, _RECEIVED = 0x0039, 0x0E06
_TEXT_PAGE, _INTERNET_PAGE = 0x3FFD, 0x3FDE
"""The code pages of text in 8 bits and of the HTML."""
_RECIPIENTS = {"To": 1, "Cc": 2}
_FIXED = {"message": 32, "inner": 24, "part": 8}
"""Bytes before the first of the properties of fixed length."""
_CODECS = {
    65001: "utf-8", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso2022_jp",
    51932: "euc_jp", 54936: "gb18030", 28605: "iso-8859-15",
    **{28590 + part: f"iso-8859-{part}" for part in range(1, 10)},
}  # fmt: skip


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The message in ``data``, as ``mail.read`` yields it."""
    from olefile import OleFileIO

    with OleFileIO(BytesIO(data)) as ole:
        unread = list[str]()
        message = _message(_Part(ole, [], "message"), unread, 1)
        yield from read_message(message, unread)


class _Part:
    """A message, a recipient or an attachment: a storage with a stream for each property."""

    def __init__(
        self, ole: OleFileIO, path: list[str], kind: str, within: _Part | None = None
    ) -> None:
        self._ole, self.path, self._within = ole, path, within
        self.numbers = dict[int, int]()
        fixed = self._stream("__properties_version1.0")[_FIXED[kind] :]
        for tag, value in struct.iter_unpack("<I4xQ", fixed[: len(fixed) // 16 * 16]):
            self.numbers[tag >> 16] = value

    def _codecs(self, *numbers: int) -> list[str]:
        """The encodings by these properties of its own, or else of the message that it is in."""
        found = [self.numbers[number] & 0xFFFFFFFF for number in numbers if number in self.numbers]
        if not found and self._within is not None:
            return self._within._codecs(*numbers)
        return [_CODECS.get(page, f"cp{page}") for page in found]

    def _stream(self, name: str) -> bytes:
        path = [*self.path, name]
        return self._ole.openstream(path).read() if self._ole.exists(path) else b""

    def has(self, name: str) -> bool:
        """Whether it has a stream or storage for a property with this number and type."""
        return bool(self._ole.exists([*self.path, f"__substg1.0_{name}"]))

    def binary(self, number: str) -> bytes:
        """A property that is no text."""
        return self._stream(f"__substg1.0_{number}0102")

    def text(self, *numbers: str) -> str:
        """The first of these properties that says something."""
        codecs = self._codecs(_TEXT_PAGE, _INTERNET_PAGE) or ["cp1252"]
        for number in numbers:
            wide = self._stream(f"__substg1.0_{number}001F").decode("utf-16-le", "replace")
            if words := wide or _decoded(self._stream(f"__substg1.0_{number}001E"), codecs):
                return words.rstrip("\0")
        return ""

    def html(self) -> str:
        """The text as HTML, in the encoding that the message or else the HTML states."""
        data = self.binary(_HTML)
        own = [found[1].decode("ascii", "replace")] if (found := CHARSET.search(data)) else []
        codecs = [*self._codecs(_INTERNET_PAGE), *own, *self._codecs(_TEXT_PAGE)] or ["cp1252"]
        return _decoded(data, codecs) or self.text(_HTML)

    def is_message(self) -> bool:
        """Whether the storage that is attached is a message, and no object of another program."""
        inner = f"__substg1.0_{_INNER}"
        return bool(self._ole.exists([*self.path, inner, "__properties_version1.0"]))

    def below(self, begin: str) -> list[_Part]:
        """Its recipients or attachments, in their order."""
        depth = len(self.path) + 1
        names = {path[depth - 1] for path in self._ole.listdir(streams=True, storages=True)
                 if path[: depth - 1] == self.path and len(path) >= depth}  # fmt: skip
        own = sorted(name for name in names if name.startswith(begin))
        return [_Part(self._ole, [*self.path, name], "part", self) for name in own]

    def inner(self) -> _Part:
        """The message that an attachment is."""
        return _Part(self._ole, [*self.path, f"__substg1.0_{_INNER}"], "inner", self)


def _decoded(data: bytes, codecs: Sequence[str]) -> str:
    """Text in the first of these encodings that it can be in, or as it looks."""
    for codec in (*codecs, "utf-8"):
        with suppress(LookupError, UnicodeDecodeError):
            return data.decode(codec)
    return data.decode("cp1252", "replace")


def _message(part: _Part, unread: list[str], depth: int) -> Message:
    texts = list[Message]()
    if (plain := part.text(_BODY)).strip():
        texts.append(MIMEText(plain.replace("\r\n", "\n"), "plain", "utf-8"))
    if (html := part.html()).strip():
        texts.append(MIMEText(html, "html", "utf-8"))
    if not texts and part.has(f"{_RTF}0102"):
        unread.append("text in RTF")
    message = MIMEMultipart("mixed")
    message.attach(MIMEMultipart("alternative", _subparts=texts or [MIMEText("")]))
    for name, words in _heads(part):
        message[name] = " ".join(words.split())
    for attached in part.below("__attach_version1.0_"):
        name = attached.text(*_FILE_NAMES).replace("\n", " ")
        if not attached.has(_INNER):
            inner: Message = MIMEApplication(attached.binary(_FILE))
            inner.add_header("Content-Disposition", "attachment", filename=name or "attachment")
        elif not attached.is_message():
            unread.append(f"embedded object {name}".rstrip())
            continue
        elif depth < DEPTH:
            inner = Message()
            inner["Content-Type"] = "message/rfc822"
            inner.attach(_message(attached.inner(), unread, depth + 1))
        else:
            unread.append(f"attachment {name} (too deep)")
            continue
        message.attach(inner)
    return message


def _heads(part: _Part) -> Iterator[tuple[str, str]]:
    """Subject, sender, recipients and date: as the mail's own headers said, or else as Outlook
    keeps them."""
    written = email.message_from_string(part.text(_HEADERS), policy=email.policy.default)
    kept = {"From": _person(part, _SENDER, *_SENDER_ADDRESSES), "Date": _date(part)}
    people = part.below("__recip_version1.0_")
    for name, kind in _RECIPIENTS.items():
        own = [each for each in people if each.numbers.get(_KIND, 0) & 0xFF == kind]
        kept[name] = ", ".join(_person(each, _NAME, *_ADDRESSES) for each in own)
    yield "Subject", part.text(_SUBJECT)
    for name, words in kept.items():
        yield name, header_of(written, name) or words


def _person(part: _Part, name: str, *addresses: str) -> str:
    """Who, with the address where that is one of the Internet."""
    shown, found = part.text(name), (part.text(each) for each in addresses)
    address = next((one for one in found if "@" in one), "")
    return f"{shown} <{address}>" if address and shown != address else shown or address


def _date(part: _Part) -> str:
    ticks = part.numbers.get(_SENT) or part.numbers.get(_RECEIVED) or 0
    with suppress(OverflowError):
        moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        return format_datetime(moment) if ticks else ""
    return ""
