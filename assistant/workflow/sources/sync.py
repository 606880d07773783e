"""Bring a project up to date with a connected source: only what changed is kept and indexed.

A sync goes page by page. Each document is kept, the page is indexed, and only then is it noted how
far the sync is, so that one that dies at any moment is gone on with and ends the same. A document
is found as it was or as it is now, never half; what vanished from the source is removed at the end,
after everything else was seen.
"""

from __future__ import annotations

import hashlib
import re
import time
from array import array
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from assistant.domain import Value, utc_now
from assistant.errors import AssistantError, ManyVanished
from assistant.failpoints import reach
from assistant.library import Connection, FetchedFrom
from assistant.sources.reading import Reading
from assistant.sources.synced import FetchedDocument, SourcePage, SyncSource
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.connections import open_source
from assistant.workflow.sources.import_sources import put
from assistant.workflow.sources.local_files import HandImports
from assistant.workflow.sources.reindex import index_documents, index_pending

OVERLAP = timedelta(minutes=5)
"""How far before the last sync changes are asked for: clocks differ, and the content decides."""

LISTED_CHANGES = 500
GONE_AT_ONCE = 10
"""From this many documents on, a source that lists none at all is not believed."""

MANY, MOST = 20, 0.8
"""From this many documents on, a source that no longer lists this share of them is not either."""

_ASKS = re.compile(r"no longer lists (\d+) of the \d+ documents")


class SyncChange(Value):
    """What a sync did with one thing of the source."""

    external_id: str
    outcome: Literal["new", "changed", "removed", "failed"]
    document_id: str = ""
    title: str = ""
    version: int = 0
    error: str = ""


class SyncReport(Value):
    """What a sync did. ``complete`` is false where it was cancelled; the next one goes on.

    ``changes`` lists the first of them; the counts are of all. ``notes`` say what belongs to a
    document that was read, and could not be fetched.
    """

    connection_id: str
    name: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    indexed: int = 0
    complete: bool = True
    seconds: float = 0.0
    changes: tuple[SyncChange, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Tally:
    """What was done so far."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("new", "changed", "removed", "failed"), 0)
    )
    changes: list[SyncChange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    indexed: int = 0
    fetched: int = 0

    @property
    def told(self) -> str:
        """The counts in words; empty where nothing changed."""
        return ", ".join(f"{count} {what}" for what, count in self.counts.items() if count)

    def add(self, change: SyncChange) -> None:
        self.counts[change.outcome] += 1
        if len(self.changes) < LISTED_CHANGES:
            self.changes.append(change)

    def note(self, sentences: Sequence[str]) -> None:
        self.notes.extend(sentences[: LISTED_CHANGES - len(self.notes)])


def sync(
    workspace: Workspace,
    project_id: str,
    connection_id: str,
    *,
    by: str = "",
    full: bool = False,
    remove_up_to: int = 0,
    source: SyncSource | None = None,
    progress: Progress | None = None,
    cancelled: StopCheck = lambda: False,
) -> SyncReport:
    """Fetch what changed since the last sync, keep it, index it, and remove what vanished.

    ``full`` reads everything again, whatever is known of it. Where most of what is held vanished,
    ``ManyVanished`` is raised and nothing removed, unless a person said that as many as
    ``remove_up_to`` are gone. ``source`` is opened from the
    connection unless given, and closed in any case; ``progress`` gets documents fetched and in all
    (0 where the source does not tell). Raises ``SourceError`` where the source fails; what was
    fetched until then is kept, and the next sync goes on from there.
    """
    started = time.monotonic()
    workspace.take_folder()
    store = workspace.library.connections
    connection = store.begin(project_id, connection_id, anew=full)
    tally = _Tally()
    run = _Sync(workspace, connection, by, tally, cancelled, remove_up_to)
    try:
        if source is None:
            known = () if full else store.stamps(project_id, connection_id)
            source = open_source(workspace, connection, known=known, stopped=cancelled)
        complete = run.pages(source, progress, anew=full) and run.vanished(source)
    except AssistantError as error:
        if not cancelled():
            store.fail(project_id, connection_id, str(error))
            raise
        complete = False
    finally:
        if source is not None:
            source.close()
    if complete:
        reach("before_finish")
        store.finish(project_id, connection_id, by=by, detail=tally.told)
    counts, held = tally.counts, store.count(project_id, connection_id)
    return SyncReport(
        connection_id=connection.id,
        name=connection.name,
        unchanged=max(0, held - counts["new"] - counts["changed"] - counts["failed"]),
        indexed=tally.indexed,
        complete=complete,
        seconds=time.monotonic() - started,
        changes=tuple(tally.changes),
        notes=tuple(tally.notes),
        **counts,
    )


@dataclass
class _Sync:
    """One sync under way. What is known of the source stays in the library, page by page."""

    workspace: Workspace
    connection: Connection
    by: str
    tally: _Tally
    cancelled: StopCheck
    remove_up_to: int = 0

    def __post_init__(self) -> None:
        self._cursor = self.connection.cursor
        self._by_hand = HandImports(self.workspace.library, self.connection)

    @property
    def project_id(self) -> str:
        return self.connection.project_id

    def pages(self, source: SyncSource, progress: Progress | None, *, anew: bool) -> bool:
        """Everything that changed, page by page; false where it was cancelled."""
        last = None if anew else self.connection.last_synced_at
        since = None if last is None else last - OVERLAP
        reach("before_fetch")
        for page in source.fetch(since=since, cursor=self.connection.cursor):
            reach("after_fetch")
            if not self._page(page):
                return False
            self.tally.fetched += len(page.documents)
            if progress is not None:
                progress(self.tally.fetched, page.total or 0)
        # What an earlier sync kept and could not index any more.
        self.tally.indexed += index_pending(
            self.workspace.library,
            self.workspace.knowledge(self.project_id),
            self.project_id,
            cancelled=self.cancelled,
        )
        return not self.cancelled()

    def _page(self, page: SourcePage) -> bool:
        known = self.workspace.library.connections.fetched(
            self.project_id, self.connection.id, {one.external_id for one in page.documents}
        )
        noted: list[FetchedFrom] = []
        changed: list[str] = []
        for fetched in page.documents:
            if self.cancelled():
                break
            one, is_changed = self._keep(fetched, known.get(fetched.external_id))
            noted.append(one)
            if is_changed:
                changed.append(one.document_id)
            reach("after_store", fetched.external_id)
        self.tally.note(page.notes)
        whole = len(noted) == len(page.documents)
        if changed:
            self.tally.indexed += index_documents(
                self.workspace.library,
                self.workspace.knowledge(self.project_id),
                self.project_id,
                changed,
                cancelled=self.cancelled,
            )
            reach("after_index")
        self.workspace.library.connections.advance(
            self.project_id,
            self.connection.id,
            page.cursor if whole else self._cursor,
            noted,
        )
        if whole:
            self._cursor = page.cursor
        reach("after_cursor")
        return whole

    def _keep(
        self, fetched: FetchedDocument, before: FetchedFrom | None
    ) -> tuple[FetchedFrom, bool]:
        """Keep one document; what is noted of it, and whether it is to be indexed."""
        document_id = before.document_id if before else ""
        error = fetched.error
        is_changed = False
        self.tally.note(fetched.notes)
        if fetched.reading is not None:
            error = " ".join(fetched.notes)
            document_id = document_id or self._new_id(fetched.external_id, fetched.reading)
            document = fetched.reading.document.model_copy(update={"id": document_id})
            reading = fetched.reading.model_copy(update={"document": document})
            stored = put(
                self.workspace,
                self.project_id,
                reading,
                by=self.by,
                connection_id=self.connection.id,
            )
            if stored.outcome != "unchanged":
                is_changed = True
                self.tally.add(
                    SyncChange(
                        external_id=fetched.external_id,
                        outcome=stored.outcome,
                        document_id=document_id,
                        title=stored.title,
                        version=stored.version,
                    )
                )
        elif error:
            self.tally.add(
                SyncChange(
                    external_id=fetched.external_id,
                    outcome="failed",
                    document_id=document_id,
                    error=error,
                )
            )
        elif before is not None:
            error = before.error
        note = FetchedFrom(
            connection_id=self.connection.id,
            external_id=fetched.external_id,
            document_id=document_id,
            changed_at=fetched.changed_at,
            stamp=fetched.stamp,
            error=error,
            fetched_at=utc_now(),
        )
        return note, is_changed

    def _new_id(self, external_id: str, reading: Reading) -> str:
        """The document that was made of it by hand, which goes on, or one of this connection."""
        by_hand = self._by_hand.document_of(external_id, reading)
        return by_hand or f"{self.connection.id}/{external_id}"

    def vanished(self, source: SyncSource) -> bool:
        """Remove what the source no longer has; false where it was cancelled."""
        listed = source.present()
        if listed is None:
            return True
        there = array("Q", sorted({_short_hash(name) for name in listed}))
        stamps = self.workspace.library.connections.stamps(self.project_id, self.connection.id)
        gone = [name for name, _ in stamps if not _holds(there, _short_hash(name))]
        self._check_believable(gone)
        for external_id in gone:
            if self.cancelled():
                return False
            self._remove(external_id)
        return True

    def _check_believable(self, gone: Collection[str]) -> None:
        held = self.workspace.library.connections.count(self.project_id, self.connection.id)
        all_gone = len(gone) == held >= GONE_AT_ONCE
        most_gone = held >= MANY and len(gone) >= held * MOST
        if (all_gone or most_gone) and len(gone) > self.remove_up_to:
            raise ManyVanished(
                f"{self.connection.name} no longer lists {len(gone)} of the {held} documents that "
                "came from it, so nothing was removed. Check that it can still be read. If they "
                "are really gone, confirm that and sync again (command line: sync NAME "
                f"--remove-up-to {len(gone)}).",
                gone=len(gone),
            )

    def _remove(self, external_id: str) -> None:
        library, title = self.workspace.library, ""
        known = library.connections.fetched(self.project_id, self.connection.id, [external_id])
        document_id = known[external_id].document_id
        if document_id:
            title = library.remove_document(
                self.project_id, document_id, by=self.by, missing_ok=True
            )
            reach("after_remove", external_id)
            self.workspace.knowledge(self.project_id).remove(document_id)
            reach("after_forget", external_id)
        library.connections.advance(self.project_id, self.connection.id, "", gone=[external_id])
        self.tally.add(
            SyncChange(
                external_id=external_id, outcome="removed", document_id=document_id, title=title
            )
        )


def asked_to_remove(error: str) -> int:
    """How many documents a sync that stopped asks about; 0 where it stopped for another reason."""
    found = _ASKS.search(error)
    return int(found[1]) if found else 0


def _short_hash(external_id: str) -> int:
    """64 bits that stand for an id, so that those of a large source fit in memory.

    Two of 100,000 ids share theirs with a chance of one in three billion; then a thing that
    vanished would be kept, and nothing would be lost.
    """
    made = hashlib.blake2b(external_id.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(made.digest(), "big")


def _holds(ordered: array[int], wanted: int) -> bool:
    place = bisect_left(ordered, wanted)
    return place < len(ordered) and ordered[place] == wanted
