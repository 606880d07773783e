"""Sources made ready to be searched for the words that support a statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Literal

from assistant.domain import Citation, RetrievedChunk
from assistant.generation.sentence_words import QUOTED, Token, clauses, content_stems, tokens

Supports = Literal["precondition", "action", "expected_result"]

DERIVED = 0.3
"""Share of a statement's weight that a source's words must cover where the statement was computed
from the source and its words were changed for it."""

MAX_CLAUSES = 6
"""Longest run of clauses quoted for one statement."""

NEAR_PREFIX = 5
"""Two words with as many equal first letters count as near (extend, extension)."""

_NO_BASIS = frozenset({"story", "case"})


def _content(text: str) -> tuple[Token, ...]:
    return tuple(token for token in tokens(text) if token.content)


def _unquoted(text: str) -> tuple[Token, ...]:
    quoted = [match.span() for match in QUOTED.finditer(text)]
    return tuple(word for word in _content(text) if not any(a <= word.start < b for a, b in quoted))


@dataclass(frozen=True)
class Passage:
    """A source with its words and clauses found once, for many statements."""

    source: RetrievedChunk
    is_basis: bool = True
    """Whether it says what has to happen: a narrative says what somebody wants, a comment what
    somebody thought, an existing case (and any row of the document it stands in) what somebody
    tested."""

    @cached_property
    def words(self) -> tuple[Token, ...]:
        """Content words in order."""
        return _content(self.source.chunk.text)

    @cached_property
    def said(self) -> tuple[Token, ...]:
        """Content words outside quotations: a message shown is not what the source says."""
        return _unquoted(self.source.chunk.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Distinct content stems."""
        return content_stems(self.source.chunk.text)

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """First letters of the longer stems, for near matches."""
        return frozenset(word[:NEAR_PREFIX] for word in self.stems if len(word) >= NEAR_PREFIX)

    @cached_property
    def spans(self) -> tuple[tuple[int, int, int], ...]:
        """Clauses as ``(sentence number, start, end)``."""
        return clauses(self.source.chunk.text)


@dataclass(frozen=True)
class Window:
    """Words of a passage: offsets, and the share of a statement that they cover (0..1)."""

    passage: Passage
    start: int
    end: int
    coverage: float

    @property
    def text(self) -> str:
        """The words themselves."""
        return self.passage.source.chunk.text[self.start : self.end]

    def citation(self, supports: Supports) -> Citation:
        """The window as a citation; the quote is cut out of the chunk."""
        return Citation(
            chunk_id=self.passage.source.chunk.id,
            source=self.passage.source.rank,
            quote=self.text,
            start=self.start,
            end=self.end,
            supports=supports,
        )


class Sources:
    """The sources of one story, ready to be searched for supporting words."""

    def __init__(self, sources: Iterable[RetrievedChunk]) -> None:
        found = [source for source in sources if source.chunk.text]
        of_cases = {source.chunk.document_id for source in found if source.chunk.kind == "case"}
        self.passages = tuple(
            Passage(
                source,
                source.chunk.kind not in _NO_BASIS
                and not source.chunk.is_comment
                and source.chunk.document_id not in of_cases,
            )
            for source in found
        )
        self._by_rank = {passage.source.rank: passage for passage in self.passages}
        counts: dict[str, int] = {}
        for passage in self.passages:
            for word in passage.stems:
                counts[word] = counts.get(word, 0) + 1
        self._counts = counts

    def ranked(self, rank: int) -> Passage | None:
        """The source that is ``[rank]``, or ``None`` where there is none."""
        return self._by_rank.get(rank)

    def of_id(self, chunk_id: str) -> Passage | None:
        """The source with this chunk id."""
        return next((p for p in self.passages if p.source.chunk.id == chunk_id), None)

    def of_key(self, key: str) -> Passage | None:
        """The first source that holds the item with this key (a criterion id, for example)."""
        return next((p for p in self.passages if key and p.source.chunk.key == key), None)

    def weight(self, word: str) -> float:
        """How telling a word is among these sources: rare words and numbers weigh more."""
        share = len(self.passages) + 1
        weight = 1.0 + log(share / (self._counts.get(word, share - 1) + 1.0))
        return weight * (1.5 if word.isdigit() else 1.0)

    def find(self, statement: str) -> list[Window]:
        """The best window of each passage that shares words with a statement, best first."""
        weights = {word: self.weight(word) for word in content_stems(statement)}
        total = sum(weights.values())
        if not total:
            return []
        quoting = QUOTED.search(statement) is not None
        found = []
        for passage in self.passages:
            near = {w for w in weights if w in passage.stems or w[:NEAR_PREFIX] in passage.prefixes}
            if sum(weights[word] for word in near) / total >= DERIVED * 0.8:
                window = best_window(passage, weights, total, quoting=quoting)
                if window is not None:
                    found.append(window)
        return sorted(found, key=lambda window: (-window.coverage, window.passage.source.rank))


def best_window(
    passage: Passage, weights: dict[str, float], total: float, *, quoting: bool
) -> Window | None:
    """The shortest run of clauses that covers most of the weighted words."""
    prefixes = {w[:NEAR_PREFIX]: w for w in weights if len(w) >= NEAR_PREFIX}
    hits: list[dict[str, float]] = []
    sizes: list[int] = []
    words = iter([*(passage.words if quoting else passage.said), None])
    word = next(words)
    for _, _, end in passage.spans:
        hit: dict[str, float] = {}
        size = 0
        while word is not None and word.start < end:
            size += 1
            if word.stem in weights:
                hit[word.stem] = weights[word.stem]
            elif len(word.stem) >= NEAR_PREFIX and word.stem[:NEAR_PREFIX] in prefixes:
                twin = prefixes[word.stem[:NEAR_PREFIX]]
                hit[twin] = max(hit.get(twin, 0.0), 0.8 * weights[twin])
            word = next(words)
        hits.append(hit)
        sizes.append(size)
    best: tuple[float, int, int, float] | None = None
    for first, hit in enumerate(hits):
        if not hit:
            continue
        covered: dict[str, float] = {}
        size = 0
        for last in range(first, min(first + MAX_CLAUSES, len(hits))):
            if passage.spans[last][0] - passage.spans[first][0] > 1:
                break
            size += sizes[last]
            for key, value in hits[last].items():
                covered[key] = max(covered.get(key, 0.0), value)
            if not hits[last]:
                continue
            coverage = sum(covered.values()) / total
            value = coverage + 0.2 * len(covered) / max(size, 1)
            if len(covered) >= min(2, len(weights)) and (best is None or value > best[0]):
                best = (value, first, last, coverage)
    if best is None:
        return None
    _, first, last, coverage = best
    start, end = _trimmed(
        passage.source.chunk.text, passage.spans[first][1], passage.spans[last][2]
    )
    return Window(passage, start, end, coverage) if start < end else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets without list marks in front and separators behind."""
    while start < end and text[start] in " \t\r\n-*•|#>,;:–—":
        start += 1
    while end > start and text[end - 1] in " \t\r\n|,;:–—":
        end -= 1
    return start, end


def quoted(passage: Passage, quote: str, supports: Supports) -> Citation | None:
    """A citation of exactly these words, where the passage holds them."""
    words = quote.strip()
    start = passage.source.chunk.text.find(words) if words else -1
    if start < 0:
        return None
    start, end = _trimmed(passage.source.chunk.text, start, start + len(words))
    return Window(passage, start, end, 1.0).citation(supports) if start < end else None
