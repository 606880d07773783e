"""Files attached to issues and pages: the ones with text, each a document of its own.

A file is fetched once for each version of it: what is known by its stamp is not fetched again.
A file that a system keeps on another host is fetched only where an administrator named that host
(``UAT_ALLOWED_HOSTS``). It gets no credentials: the address that the system gave says all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

import httpx

from assistant.domain import SourceMetadata
from assistant.errors import (
    ConnectorError,
    NotAuthorised,
    Unreachable,
    UnreadableFile,
    UnsupportedFile,
)
from assistant.sources.connectors.addresses import Origin, read_address
from assistant.sources.connectors.client import ApiClient, Elsewhere, Forbidden, Refused, TooLarge
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.clean import clean_text
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading
from assistant.sources.synced import FetchedDocument

READ_SUFFIXES = frozenset(
    {
        ".adoc", ".csv", ".docx", ".feature", ".htm", ".html", ".markdown", ".md", ".ods", ".pdf",
        ".pptx", ".rst", ".rtf", ".tsv", ".txt", ".xhtml", ".xls", ".xlsb", ".xlsm", ".xlsx",
    }
)  # fmt: skip
"""Files that are one document with text. Archives, mails and data files of programs are left."""

_AT = "/attachment/"
"""Between the external ids of an issue or page and of a file attached to it."""


def is_file(external_id: str) -> bool:
    """Whether this is the id of an attached file, and not of what it is attached to."""
    return _AT in external_id


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the system lists it: ``size`` in bytes, ``path`` to ask for it, ``version`` of it.

    ``at`` is the external id of what it is attached to, ``shown_at`` that thing's name, ``uri`` its
    address, ``metadata`` what the file shares with it.
    """

    id: str
    name: str
    size: int
    path: str
    version: str
    at: str
    shown_at: str
    uri: str = ""
    metadata: SourceMetadata = field(default_factory=SourceMetadata)
    changed_at: datetime | None = None

    @property
    def external_id(self) -> str:
        """The file's own id among everything that the connection brings."""
        return f"{self.at}{_AT}{self.id}"

    @property
    def shown(self) -> str:
        """The file's name and where it is attached, in a line of plain text."""
        name = " ".join(clean_text(self.name).text.split())[-150:]
        return f"{name} ({self.shown_at})"

    @property
    def stamp(self) -> str:
        """Changes with the file and with all that its document says besides."""
        parts = f"{self.version}\n{self.size}\n{self.said_besides}"
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:32]

    @property
    def said_besides(self) -> str:
        """All of its document that is not in the file."""
        return "\n".join((self.shown, self.uri, self.metadata.model_dump_json()))


class Attachments:
    """Reads attached files for one connection. ``known``: stamps of earlier syncs by external id.

    ``is_on`` is false where the connection leaves attachments out; then nothing is asked for.
    """

    def __init__(
        self, config: ConnectionConfig, client: ApiClient, known: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.is_on = config.attachments
        self._max_bytes = config.attachment_mb * 1_000_000
        self._known = {name: stamp for name, stamp in known if is_file(name)} if self.is_on else {}
        self._downloads = Downloads(client)

    def close(self) -> None:
        """Close the connections to other hosts."""
        self._downloads.close()

    def wanted(self, listed: Iterable[Attachment]) -> list[Attachment]:
        """Those that are read: files with text."""
        return [one for one in listed if one.size > 0 and _has_text(one)] if self.is_on else []

    def document(self, one: Attachment) -> FetchedDocument:
        """The file as a document, or only its stamp where it is known.

        A file that cannot be fetched or read is no failure; raises ``ConnectorError`` where the
        system as a whole fails.
        """
        stamp, error, reading = one.stamp, "", None
        if self._known.get(one.external_id) != stamp:
            try:
                reading = self._read(one)
            except DownloadFailed as failure:
                stamp, error = "", f"{one.shown} could not be fetched. {failure}"
            except (UnreadableFile, UnsupportedFile) as failure:
                error = f"{one.shown}: {failure}"
        return FetchedDocument(
            external_id=one.external_id, changed_at=one.changed_at, reading=reading, error=error,
            stamp=stamp,
        )  # fmt: skip

    def _read(self, one: Attachment) -> Reading:
        if one.size > self._max_bytes:
            raise DownloadFailed(
                f"It has {one.size / 1e6:.1f} MB, and the connection fetches files up to "
                f"{self._max_bytes / 1e6:.0f} MB. Raise that, or import the file by hand."
            )
        data = self._downloads.fetch(one.path, self._max_bytes)
        if len(data) != one.size:  # a page to sign in, perhaps
            raise DownloadFailed(
                f"It came with {len(data):,} bytes instead of {one.size:,}. Check that the token's "
                "user may download it, and sync everything again."
            )
        reading = read_file(one.name, data, limits=ReadLimits(max_bytes=self._max_bytes))
        found, shared = reading.document.metadata, one.metadata
        metadata = SourceMetadata(
            project=shared.project or found.project,
            release=found.release or shared.release,
            team=found.team or shared.team,
            labels=tuple(dict.fromkeys((*shared.labels, *found.labels))),
            author=shared.author or found.author,
            key=found.key or shared.key,
        )
        besides = one.said_besides.encode("utf-8", "replace")
        content = hashlib.sha256(data + besides).hexdigest()
        return reading.changed({
            "id": one.external_id, "title": one.shown, "uri": one.uri, "metadata": metadata,
            "content_hash": content,
        })  # fmt: skip


def _has_text(one: Attachment) -> bool:
    return PurePosixPath(one.name).suffix.lower() in READ_SUFFIXES


class DownloadFailed(ConnectorError):
    """One file could not be fetched; nothing else is wrong."""


class Downloads:
    """Fetches files for one connection, for one thread at a time."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._others = dict[Origin, ApiClient]()
        self._silent = dict[Origin, str]()

    def close(self) -> None:
        """Close the connections to other hosts."""
        for other in self._others.values():
            other.close()
        self._others.clear()

    def fetch(self, path: str, max_bytes: int) -> bytes:
        """The bytes at a path of the system.

        Raises ``DownloadFailed`` where this file cannot be had, and other ``ConnectorError`` where
        the system as a whole fails.
        """
        try:
            return self._client.download(path, max_bytes)
        except Elsewhere as moved:
            return self._from_other(moved.url, max_bytes)
        except (Forbidden, Refused, TooLarge) as error:
            raise DownloadFailed(str(error)) from error

    def _from_other(self, url: str, max_bytes: int) -> bytes:
        origin, target = _parted(url)
        guard, purpose = self._client.guard, self._client.purpose
        if not guard.is_listed(origin.host):
            guard.log.note(origin.host, origin.port, purpose, refused=True)
            raise DownloadFailed(
                f"It lies on {origin.host}, which was not asked. Ask your administrator to name "
                f"{origin.host} in UAT_ALLOWED_HOSTS, beside the hosts of all connections; then "
                "start the app again and sync everything again."
            )
        if origin in self._silent:
            raise DownloadFailed(self._silent[origin])
        try:
            return self._other(origin).download(target, max_bytes)
        except Unreachable as error:
            self._silent[origin] = str(error)
            raise DownloadFailed(str(error)) from error
        except (NotAuthorised, Refused, TooLarge, Elsewhere) as error:
            raise DownloadFailed(str(error)) from error

    def _other(self, origin: Origin) -> ApiClient:
        if origin not in self._others:
            own = self._client
            self._others[origin] = ApiClient(
                str(origin), own.guard, own.purpose, redactor=own.redactor, limits=own.limits,
                stopped=own.stopped, wait=own.wait,
            )  # fmt: skip
        return self._others[origin]


def _parted(url: str) -> tuple[Origin, str]:
    """Origin and the rest of an address that a system gave; ``DownloadFailed`` for an odd one."""
    try:
        parsed = httpx.URL(url)
        if parsed.userinfo:
            raise ConnectorError("a name or password stands in the address")
        host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
        port = "" if parsed.port is None else f":{parsed.port}"
        origin, _ = read_address(f"{parsed.scheme}://{host}{port}")
        return origin, parsed.raw_path.decode("ascii")
    except (httpx.InvalidURL, ConnectorError, UnicodeDecodeError) as error:
        raise DownloadFailed(
            "The system refers to an address that cannot be read. Download the file by hand and "
            "import it."
        ) from error
