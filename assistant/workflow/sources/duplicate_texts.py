"""Texts of a project that are no longer current, and searches that put them last.

Such are a page that says of itself that it is no longer in force, and the older of two copies or
editions of a text. Copies come in by different ways: by hand and through a connection, or through
two connections. Of one origin there are no copies: a folder that holds two files has two. Copies
have the same name or title and nearly the same words, or are known to be one file; editions have
another number in their name or opening, and the same criteria in like words or nearly the same
words in all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations, permutations
from pathlib import Path
from typing import TypeVar

from assistant.domain import Chunk, RetrievalConfig, RetrievedChunk, Value
from assistant.knowledge.knowledge_base import KnowledgeBase, SearchTrace
from assistant.language.document_heads import (
    head_edition,
    head_words,
    plain_name,
    undated_name,
)
from assistant.language.validity import EDITION_OPENING
from assistant.library import StoredDocument
from assistant.workflow.deployment.workspace import Workspace

SAME_WORDS = 0.8
"""Share of words that two texts have in common, from which on they are copies of one text."""

MOST_ALIKE = 20
"""A name that more documents than this share ("Untitled") tells nothing of what is in them."""

SAME_PLACE = 0.5
"""Share of words from which on a piece of the newer copy is what became of a piece of the older."""

Row = TypeVar("Row", bound=Value)


def _older_copies(
    workspace: Workspace, project_id: str, documents: Sequence[StoredDocument]
) -> dict[str, str]:
    """Ids of the documents of which a newer copy is held, each with that of the newest copy.

    The newer is the one whose text came in last, and of two editions the one with the higher number
    in its name.
    """
    editions = {
        **_numbered_texts(workspace, project_id, documents),
        **workspace.library.older_editions(project_id),
    }
    if len({one.connection_id for one in documents}) < 2:
        return editions
    alike: dict[tuple[str, str], list[StoredDocument]] = defaultdict(list)
    for document in documents:
        for name in _names(document):
            alike[name].append(document)
    words = cache(lambda name: _counted(workspace.library.document(project_id, name).text))
    found: dict[str, StoredDocument] = {}
    for group in alike.values():
        if len(group) > MOST_ALIKE or len({one.connection_id for one in group}) < 2:
            continue
        group.sort(key=lambda one: one.stored_at)
        for older, newer in combinations(group, 2):
            known = found.get(older.id)
            if older.connection_id == newer.connection_id:
                continue
            if known is not None and known.stored_at >= newer.stored_at:
                continue
            if (
                older.content_hash == newer.content_hash
                or _shared(words(older.id), words(newer.id)) >= SAME_WORDS
            ):
                found[older.id] = newer
    return {name: newer.id for name, newer in found.items()} | editions


def _numbered_texts(
    workspace: Workspace, project_id: str, documents: Sequence[StoredDocument]
) -> dict[str, str]:
    """Ids of the documents of which another has nearly the same words, the same file's name or
    title but for a date at its end and a higher number of edition at its head, each with the id of
    the highest.

    So wikis and folders keep what was: "Rules (2025)" with "v9" beside "Rules" with "v14". Two of
    one title may be of two countries.
    """
    groups: dict[str, dict[str, bool]] = defaultdict(dict)
    for one in documents:
        if one.kind not in ("table", "test_cases"):
            file = (one.metadata.file or one.id.partition(":")[2]).rpartition("/")[2]
            for name in (one.title, file):
                if called := undated_name(name):
                    is_dated = called != plain_name(name)
                    groups[called][one.id] = groups[called].get(one.id, False) or is_dated
    alike = [group for group in groups.values() if 1 < len(group) <= MOST_ALIKE]
    if not alike:
        return {}
    library = workspace.library
    openings = library.openings(project_id, set[str]().union(*alike), EDITION_OPENING)
    heads = {name: head_edition(head_words(text)) for name, text in openings.items()}
    words = cache(lambda name: _counted(library.document(project_id, name).text))
    found: dict[str, str] = {}
    for group in alike:
        for older, newer in permutations(sorted(name for name in group if heads[name][0]), 2):
            (low, then), (high, now) = heads[older], heads[newer]
            known = heads[found[older]][0] if older in found else ()
            if low >= high or high <= known or (then and now and now < then):
                continue
            if not (group[older] or group[newer]):
                continue
            if _shared(words(older), words(newer)) >= SAME_WORDS:
                found[older] = newer
    return found


def _names(document: StoredDocument) -> Iterable[tuple[str, str]]:
    yield "title", " ".join(document.title.casefold().split())
    last = document.id.rpartition(":")[2].rpartition("/")[2].casefold()
    if Path(last).suffix:
        yield "file", last


def _counted(text: str) -> Counter[str]:
    return Counter(text.casefold().split())


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """The share of words that two texts have in common."""
    return 2 * (one & other).total() / max(1, one.total() + other.total())


class CurrentTexts:
    """A project's knowledge in which the newer of two copies stands where the older was found, and
    pages that are no longer in force come last."""

    def __init__(
        self, knowledge: KnowledgeBase, newer: Mapping[str, str], outdated: Collection[str] = ()
    ) -> None:
        self._knowledge = knowledge
        self._newer = newer
        self._outdated = frozenset(outdated)

    def retrieve(
        self,
        queries: Sequence[str],
        config: RetrievalConfig,
        *,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """See ``KnowledgeBase.retrieve``; without older copies and pages out of force."""
        left_out = {*exclude_documents, *self._outdated}
        found = self._knowledge.retrieve(queries, config, exclude_documents=left_out)
        rows = [(one, one.chunk) for one in found]
        return _numbered(self._current(rows, exclude_documents))

    def is_older(self, chunk: Chunk) -> bool:
        """Whether a newer copy of the text that it stands in is held, or its page says that it is
        no longer in force."""
        return chunk.document_id in self._newer or chunk.document_id in self._outdated

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """See ``KnowledgeBase.chunks``."""
        return self._knowledge.chunks(document_id)

    def search(
        self,
        query: str,
        config: RetrievalConfig,
        *,
        limit: int = 10,
        exclude_documents: Collection[str] = (),
    ) -> tuple[RetrievedChunk, ...]:
        """See ``KnowledgeBase.search``; what is no longer current stands behind all else."""
        found = self._knowledge.search(
            query, config, limit=limit, exclude_documents=exclude_documents
        )
        rows = [(one, one.chunk) for one in found]
        ordered = [*self._current(rows, exclude_documents), *self._older(rows)]
        return _numbered(ordered[:limit])

    def explain(self, query: str, config: RetrievalConfig, *, limit: int = 10) -> SearchTrace:
        """See ``KnowledgeBase.explain``; what is no longer current stands behind all else."""
        trace = self._knowledge.explain(query, config, limit=limit)
        rows = [(one, one.chunk) for one in trace.rows]
        ordered = [*self._current(rows), *self._older(rows)]
        return trace.model_copy(update={"rows": _numbered(ordered[:limit])})

    def _current(
        self, rows: Sequence[tuple[Row, Chunk]], left_out: Collection[str] = ()
    ) -> list[tuple[Row, Chunk]]:
        """The rows in their order, each text in its newest copy and none twice."""
        found: dict[str, tuple[Row, Chunk]] = {}
        for row, chunk in rows:
            if chunk.document_id in self._outdated:
                continue
            if chunk.document_id not in self._newer:
                found.setdefault(chunk.id, (row, chunk))
            elif self._newer[chunk.document_id] not in left_out:
                for there in self._same_place(chunk):
                    found.setdefault(there.id, (row, there))
        return list(found.values())

    def _older(self, rows: Sequence[tuple[Row, Chunk]]) -> list[tuple[Row, Chunk]]:
        return [pair for pair in rows if self.is_older(pair[1])]

    def _same_place(self, chunk: Chunk) -> list[Chunk]:
        """The chunk of the newest copy that says most nearly the same; empty where none does."""
        words = _counted(chunk.text)
        there = self._knowledge.chunks(self._newer[chunk.document_id])
        shares = [(_shared(words, _counted(one.text)), one) for one in there]
        best = max(shares, key=lambda each: each[0], default=None)
        return [best[1]] if best is not None and best[0] >= SAME_PLACE else []


def _numbered(ordered: Iterable[tuple[Row, Chunk]]) -> tuple[Row, ...]:
    """The rows with the chunks that stand in them now, ranked by their order."""
    return tuple(
        row.model_copy(update={"chunk": chunk, "rank": rank})
        for rank, (row, chunk) in enumerate(ordered, 1)
    )


def current_texts(
    workspace: Workspace, project_id: str, knowledge: KnowledgeBase | None = None
) -> CurrentTexts:
    """The project's knowledge (``knowledge`` where it is open), in which nothing that is no longer
    current outranks what is."""
    newer, outdated = _not_current(workspace, project_id)
    return CurrentTexts(knowledge or workspace.knowledge(project_id), newer, outdated)


def known_copies(workspace: Workspace, project_id: str) -> Mapping[str, str]:
    """See ``_older_copies``; looked for once until a document changes."""
    return _not_current(workspace, project_id)[0]


def _not_current(
    workspace: Workspace, project_id: str
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Older copies, each with the newest one, and pages out of force: read once until a document
    changes, because each search and question needs them."""

    def read() -> tuple[Mapping[str, str], tuple[str, ...]]:
        documents = workspace.library.documents(project_id)
        outdated = tuple(one.id for one in documents if one.metadata.outdated)
        return _older_copies(workspace, project_id, documents), outdated

    stamp = workspace.library.documents_stamp(project_id)
    return workspace.memo.get("older copies", project_id, stamp, read)
