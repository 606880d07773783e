"""What a document says now, asked about words that were cited from an earlier version of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from assistant.domain import Chunk, Epic, SourceDocument, TestCase, Value
from assistant.errors import LibraryError
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.knowledge.chunks.chunking import split
from assistant.library import DocumentState
from assistant.workflow.review.sentences import PAIRED, closest, paired, plain_words, sentences

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.workflow.deployment.memo import Memo


@dataclass(frozen=True)
class Wording:
    """All that one version of a document says: its text and the texts composed of its tables."""

    text: str
    composed: tuple[str, ...] = ()

    @cached_property
    def whole(self) -> str:
        """Everything, with single spaces."""
        return " ".join(map(plain_words, (self.text, *self.composed)))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences and composed rows, each once."""
        found = (*sentences(self.text), *map(plain_words, self.composed))
        return tuple(dict.fromkeys(found))

    def count(self, words: str) -> int:
        """How often these words stand in it, as whole words."""
        wanted = plain_words(words)
        if wanted not in self._counts:
            self._counts[wanted] = 0
            if wanted in self.whole:  # found at once, where the pattern takes ten milliseconds
                pattern = rf"(?<!\w){re.escape(wanted)}(?!\w)"
                self._counts[wanted] = len(re.findall(pattern, self.whole))
        return self._counts[wanted]

    @cached_property
    def _counts(self) -> dict[str, int]:
        return {}


GONE = Wording("")


@dataclass(frozen=True)
class Replacement:
    """Sentences that a version says and the next does not, those it says instead, and which for
    which; ``is_paired`` is not so where they are too many to be compared."""

    gone: frozenset[str]
    fresh: tuple[str, ...]
    twins: Mapping[str, str]
    is_paired: bool


REPLACEMENTS_HELD = 64
"""Pairs of versions that were compared and are remembered: every look at stale cases asks."""


def _replaced(then: Wording, now: Wording) -> Replacement:
    held, kept = set(then.sentences), set(now.sentences)
    gone = [one for one in then.sentences if one not in kept]
    fresh = [one for one in now.sentences if one not in held]
    is_paired = len(gone) * len(fresh) <= PAIRED
    pairs = paired(gone, fresh) if is_paired else {}
    twins = {gone[old]: fresh[new] for old, new in pairs.items()}
    return Replacement(frozenset(gone), tuple(fresh), twins, is_paired)


class NextVersion(Value):
    """A version of a document with what it holds: one that is kept, or what a text would be as the
    next one."""

    document: SourceDocument
    epics: tuple[Epic, ...] = ()
    cases: tuple[TestCase, ...] = ()

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks that would be indexed of it."""
        return split(self.document, epics=self.epics, cases=self.cases)

    @cached_property
    def wording(self) -> Wording:
        """All that it says."""
        composed = tuple(chunk.text for chunk in self.chunks if chunk.start < 0)
        return Wording(self.document.text, composed)


def in_one_alone(
    before: Sequence[Chunk], after: Sequence[Chunk]
) -> tuple[list[Chunk], list[Chunk]]:
    """The chunks whose text only the earlier version of a document has, and those of the later."""
    old, new = ({one.text for one in chunks} for chunks in (before, after))
    gone = [one for one in before if one.text not in new]
    return gone, [one for one in after if one.text not in old]


@dataclass
class PresentWords:
    """The documents of a project as they are, looked up once each; follows renamed ones."""

    library: Library
    project_id: str
    memo: Memo
    expected: str = ""
    """The document for which it answers as of a version that is not kept."""
    _states: dict[str, DocumentState | None] = field(default_factory=dict)
    _versions: dict[tuple[str, int], NextVersion] = field(default_factory=dict)
    _instead: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def expect(self, upcoming: NextVersion) -> None:
        """Answer from now on as if ``upcoming`` were its document's present version."""
        document = upcoming.document
        self.expected = document.id
        state = self._state(document.id)
        if state is not None:
            changed = {"version": document.version, "removed_at": None}
            self._states[document.id] = state.model_copy(update=changed)
        self._versions[document.id, document.version] = upcoming

    def say(self, chunk: Chunk, quote: str) -> bool:
        """Whether the source of a chunk is there and its present version has words of the chunk."""
        state = self.state(chunk.document_id)
        if state is None:
            return True
        if state.id == chunk.document_id and state.version == chunk.version:
            return state.removed_at is None
        now = self.now(chunk.document_id).whole
        return stands_in(quote, folded(now.replace("**", "")))

    def state(self, document_id: str) -> DocumentState | None:
        """What became of a document: itself, or the one that took its place."""
        seen: set[str] = set()
        while document_id not in seen:
            seen.add(document_id)
            found = self._state(document_id)
            if found is None or found.removed_at is None or not found.successor_id:
                return found
            document_id = found.successor_id
        return found

    def now(self, document_id: str) -> Wording:
        """What the document says now; ``GONE`` where it was removed."""
        held = self.present(document_id)
        return held.wording if held is not None else GONE

    def then(self, chunk: Chunk) -> Wording:
        """What the document said when ``chunk`` was cut from it; the chunk itself where unknown."""
        try:
            return self.wording(chunk.document_id, chunk.version)
        except LibraryError:
            return Wording(chunk.text)

    def stands(self, quote: str, sentence: str, chunk: Chunk) -> bool:
        """Whether cited words stand unchanged in the document, wherever they moved.

        Words that it says more than once must still be said as often, or in the cited sentence.
        """
        now = self.now(chunk.document_id)
        count = now.count(quote)
        if not count:
            return False
        return count >= self.then(chunk).count(quote) or bool(now.count(sentence))

    def instead(self, sentence: str, chunk: Chunk) -> str:
        """The sentence that has taken the place of a cited one, or "" where none has."""
        key = (sentence, chunk.document_id, chunk.version)
        if key not in self._instead:
            found = self.replacement(chunk)
            known = sentence in found.gone and found.is_paired
            self._instead[key] = (
                found.twins.get(sentence, "") if known else closest(sentence, found.fresh)
            )
        return self._instead[key]

    def replacement(self, chunk: Chunk) -> Replacement:
        """The sentences of the version that ``chunk`` was cut from that the document says no more,
        and those that it says instead."""
        return self._replaced(self.then(chunk), self.now(chunk.document_id))

    def next_forms(self, document_id: str, then: Wording) -> Mapping[str, str]:
        """By sentence of a version that the document says no more, the one in its place."""
        return self._replaced(then, self.now(document_id)).twins

    def _replaced(self, then: Wording, now: Wording) -> Replacement:
        make = partial(_replaced, then, now)
        return self.memo.get(
            "replacements", self.project_id, (then, now), make, most=REPLACEMENTS_HELD
        )

    def wording(self, document_id: str, version: int) -> Wording:
        """All that a version says; ``LibraryError`` where it is not kept."""
        return self.version(document_id, version).wording

    def version(self, document_id: str, version: int) -> NextVersion:
        """A version with what it holds; ``LibraryError`` where it is not kept."""
        key = (document_id, version)
        if key not in self._versions:
            document, epics, cases = self.library.document_parts(
                self.project_id, document_id, version
            )
            self._versions[key] = NextVersion(document=document, epics=epics, cases=cases)
        return self._versions[key]

    def present(self, document_id: str) -> NextVersion | None:
        """The document as it is, or the one in its place; ``None`` where it was removed."""
        state = self.state(document_id)
        if state is None or state.removed_at is not None:
            return None
        return self.version(state.id, state.version)

    def _state(self, document_id: str) -> DocumentState | None:
        if document_id not in self._states:
            found = self.library.lineage.states(self.project_id, [document_id])
            self._states[document_id] = found.get(document_id)
        return self._states[document_id]


def present_epics(
    library: Library, project_id: str, upcoming: NextVersion | None = None
) -> tuple[tuple[Epic, ...], Mapping[str, str]]:
    """The project's epics and the document that each is in, as they are or would be."""
    instead = (upcoming.document.id, upcoming.epics) if upcoming is not None else None
    held = library.held_epics(project_id, instead).values()
    return tuple(epic for _, epic in held), {epic.key: ids[0] for ids, epic in held}
