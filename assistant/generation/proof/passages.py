"""Sources made ready to be searched: which of them speak of a statement, and where words stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Literal

from assistant.domain import Citation, RetrievedChunk
from assistant.generation.proof.source_sentences import Sentence, sentences_of
from assistant.generation.proof.statement_words import Lexicon
from assistant.generation.sentence_words import QUOTED, Token, clauses, content_stems, tokens

Supports = Literal["precondition", "action", "expected_result"]

LEAST_SHARE = 0.24
"""Share of a statement's weight that a source must hold anywhere to be looked at."""

MAX_CLAUSES = 6
"""Longest run of clauses that is looked at together."""

NEAR_PREFIX = 5
"""Two words with as many equal first letters count as near (extend, extension)."""

_NO_BASIS = frozenset({"story", "case"})
_BETWEEN_WORDS = r"[*_]{0,3}\s+[*_]{0,3}"
"""What stands between two words: the source may emphasise some of them, the criterion read of it
does not."""


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

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Its sentences, list items and rows."""
        return sentences_of(self.source.chunk.text)

    def citation(self, start: int, end: int, supports: Supports = "expected_result") -> Citation:
        """The words between two offsets."""
        chunk = self.source.chunk
        quote = chunk.text[start:end]
        return Citation(
            chunk_id=chunk.id, source=self.source.rank, quote=quote, start=start, end=end,
            supports=supports,
        )  # fmt: skip


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
        self._forms: dict[str, frozenset[str]] = {}

    def ranked(self, rank: int) -> Passage | None:
        """The source that is ``[rank]``, or ``None`` where there is none."""
        return self._by_rank.get(rank)

    def of_id(self, chunk_id: str) -> Passage | None:
        """The source with this chunk id."""
        return next((p for p in self.passages if p.source.chunk.id == chunk_id), None)

    def of_key(self, key: str) -> Passage | None:
        """The source that holds the item with this key (a criterion id, for example): of the epic
        itself, or else the first; a page may say something under the same id."""
        held = [p for p in self.passages if key and p.source.chunk.key == key]
        return next((p for p in held if p.source.stage == "basis"), held[0] if held else None)

    def weight(self, word: str) -> float:
        """How telling a word is among these sources: rare words and numbers weigh more."""
        share = len(self.passages) + 1
        weight = 1.0 + log(share / (self._counts.get(word, share - 1) + 1.0))
        return weight * (1.5 if word.isdigit() else 1.0)

    @cached_property
    def _spoken(self) -> Counter[str]:
        """In how many sentences each word stands."""
        return Counter(word for p in self.passages for one in p.sentences for word in one.words)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon(passage.source.chunk.text for passage in self.passages)

    def forms(self, word: str) -> frozenset[str]:
        """The forms in which a word stands in these sources."""
        if word not in self._forms:
            self._forms[word] = self._lexicon.forms(word)
        return self._forms[word]

    def telling(self, word: str) -> float:
        """How much a word in any of its forms tells one sentence of these sources from another,
        from 1; one that stands nowhere tells nothing."""
        every = sum(len(passage.sentences) for passage in self.passages)
        count = sum(self._spoken[form] for form in self.forms(word)) or every
        return 1.0 + log((every + 1.0) / (min(count, every) + 1.0))

    def bearing_on(self, statement: str) -> list[Passage]:
        """The passages of which some words speak of a statement, best first."""
        weights = {word: self.weight(word) for word in content_stems(statement)}
        total = sum(weights.values())
        if not total:
            return []
        quoting = QUOTED.search(statement) is not None
        found: list[tuple[float, int, Passage]] = []
        for passage in self.passages:
            near = {w for w in weights if w in passage.stems or w[:NEAR_PREFIX] in passage.prefixes}
            if sum(weights[word] for word in near) / total >= LEAST_SHARE:
                covered = _covered(passage, weights, quoting=quoting)
                if covered:
                    found.append((-covered, passage.source.rank, passage))
        return [passage for _, _, passage in sorted(found, key=lambda one: one[:2])]


def _covered(passage: Passage, weights: dict[str, float], *, quoting: bool) -> float:
    """The share of the weight that the shortest run of clauses covers which covers most of the
    words; 0 where none covers two of them."""
    prefixes = {w[:NEAR_PREFIX]: w for w in weights if len(w) >= NEAR_PREFIX}
    total = sum(weights.values())
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
    best = (0.0, 0.0)  # what a run is worth, and the share that it covers
    for first, hit in enumerate(hits):
        covered: dict[str, float] = {}
        size = 0
        for last in range(first, min(first + MAX_CLAUSES, len(hits)) if hit else first):
            if passage.spans[last][0] - passage.spans[first][0] > 1:
                break
            size += sizes[last]
            for key, value in hits[last].items():
                covered[key] = max(covered.get(key, 0.0), value)
            share = sum(covered.values()) / total
            worth = share + 0.2 * len(covered) / max(size, 1)
            if hits[last] and len(covered) >= min(2, len(weights)) and worth > best[0]:
                best = (worth, share)
    return best[1]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets without list marks in front and separators behind."""
    while start < end and text[start] in " \t\r\n-*•|#>,;:–—":
        start += 1
    while end > start and text[end - 1] in " \t\r\n|,;:–—":
        end -= 1
    return start, end


def quoted(passage: Passage, quote: str, supports: Supports) -> Citation | None:
    """A citation of exactly these words, where the passage holds them; it may emphasise some."""
    text = passage.source.chunk.text
    words = [re.escape(word) for word in quote.split()]
    found = re.search(_BETWEEN_WORDS.join(words), text) if words else None
    if found is None:
        return None
    start, end = _trimmed(text, *found.span())
    return passage.citation(start, end, supports) if start < end else None
