"""Sources that are read again and again: what another system holds, page by page.

A connector implements ``SyncSource``; so does ``folder_source``. It hands over readings and says
nothing about storing: what is new, changed or gone is decided by whoever keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from assistant.domain import Value
from assistant.sources.reading import Reading


class FetchedDocument(Value):
    """One thing of the other system, as it is there now.

    ``external_id`` is stable in that system ("jira:CC-12", "confluence:123") and decides which
    document of the project this is, whatever id the reading's document carries. ``reading`` is
    ``None`` where the thing could not be read; ``error`` then says why. With neither, nothing about
    it has changed. ``notes`` say what belongs to it and could not be fetched, though it was read.
    ``stamp`` is the source's own note of what it saw (size, time and hash of a file), kept for its
    next run.
    """

    external_id: str
    changed_at: datetime | None = None
    reading: Reading | None = None
    error: str = ""
    notes: tuple[str, ...] = ()
    stamp: str = ""


class SourcePage(Value):
    """Some documents, and where to go on after them.

    ``cursor`` is opaque: passing it to ``fetch`` goes on after this page. It is empty after the
    last. ``total`` is the number of documents of all pages where the system tells it. ``notes``
    say what could not be fetched and belongs to no single document.
    """

    documents: tuple[FetchedDocument, ...] = ()
    cursor: str = ""
    total: int | None = None
    notes: tuple[str, ...] = ()


class SyncSource(Protocol):
    """A system that documents are fetched from. Every call raises ``SourceError`` where it fails;
    a single document that cannot be read is no failure."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        """Pages of what changed since then (all of it where ``None``), going on after ``cursor``.

        Handing over more than what changed is allowed: the content decides.
        """
        ...

    def present(self) -> Iterator[str] | None:
        """The external ids that exist now, to notice deletions; ``None`` where it cannot tell.

        Asked after the last page of ``fetch``. Must raise rather than list less than there is.
        """
        ...

    def close(self) -> None:
        """Release what it holds open; a second call does nothing."""
        ...
