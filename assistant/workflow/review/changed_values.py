"""Numbers that a source said and no longer says, looked for in cases that do not cite the sentence.

A changed sentence is held against what a case says, not only against what it cites: a case on
"fourteen days" may rest on a criterion alone ("too far in the past") whose number stands in a rule.
Told are the case's own words that say the earlier number, or a number that the two limits put on
different sides, where the words around it are those of the sentence. How often that is right:
``benchmarks/new_sources.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING

from assistant.design.questions.conflicts import content_words, equal, keyless, unit_key
from assistant.domain import Chunk, TestCase
from assistant.language.amounts import Quantity, in_words
from assistant.language.comparisons import Comparison
from assistant.language.quantities import find_quantities
from assistant.language.units import in_base_unit
from assistant.library import StoredCase
from assistant.workflow.review.current_citations import PresentWords, Wording
from assistant.workflow.review.newer_sources import KINDS, STATING
from assistant.workflow.review.sentences import plain_words

if TYPE_CHECKING:
    from assistant.library import Library

LEAST_SHARED = 0.4
"""Share of the words of the earlier sentence that the case says, somewhere."""
NEAR = 2
"""Words of the sentence beside the number, in the same line of the case. Of the very limit one of
them may stand in the title alone, which says of what every line is."""
SHARED_FOR_A_SIDE, NEAR_FOR_A_SIDE = 0.6, 3
"""Both where the case says another number than the sentence: it may be one of its own."""
_ROW = re.compile(r"[^:;.]{1,60}: (?P<first>[^;]+); [^:;.]+: ")
"""A row of a table, as it is composed: its first cell says of what it is."""


@dataclass(frozen=True)
class ChangedNumber:
    """A number of the sentence ``old`` that its next form ``new`` does not say, and which it says
    in its place."""

    old: str
    new: str
    mine: Quantity
    theirs: Quantity

    @property
    def spelled(self) -> tuple[str, str]:
        """The earlier number in digits and in words: a case that says it holds one of them."""
        value = self.mine.value
        return self.mine.digits, in_words(value) if isinstance(value, Decimal) else ""

    @cached_property
    def words(self) -> frozenset[str]:
        """What the earlier sentence is about, its amounts and its key left out."""
        return _words_of(keyless(self.old))

    @cached_property
    def matter(self) -> frozenset[str]:
        """Of what a row is; nothing of a sentence."""
        row = _ROW.match(self.old)
        return _words_of(row["first"]) if row else frozenset()

    def is_gone(self, said: Quantity) -> bool:
        """Whether a number is the earlier one, which is not the later one too."""
        return equal(said, self.mine) and not equal(said, self.theirs)

    def is_limit(self, said: Quantity) -> bool:
        """Whether a number limits as the earlier one does, by a word of its own."""
        return self.mine.comparison == said.comparison != "none"

    def parts(self, said: Quantity) -> bool:
        """Whether a number lies on another side of the limit than before."""
        if said.kind != self.mine.kind or unit_key(said) != unit_key(self.mine):
            return False
        before, after = (_holds(said, limit) for limit in (self.mine, self.theirs))
        return None not in (before, after) and before != after


@dataclass(frozen=True)
class SaidNumber:
    """Where a case says a number that changed: the step, the part of it, and its words.

    ``is_gone``: it is the earlier number itself, not another one that changes its side.
    """

    step: int | None
    part: str
    said: str
    change: ChangedNumber
    is_gone: bool


def numbers_changed(old: str, new: str) -> tuple[ChangedNumber, ...]:
    """The numbers of a sentence that its next form says otherwise, in their order."""
    before, after = _amounts(old), _amounts(new)
    gone = [one for one in before if not any(_same_limit(one, other) for other in after)]
    come = [one for one in after if not any(_same_limit(one, other) for other in before)]
    found = []
    for mine in gone:
        alike = [o for o in come if o.kind == mine.kind and unit_key(o) == unit_key(mine)]
        theirs = next((o for o in alike if o.comparison == mine.comparison), *alike[:1] or (None,))
        if theirs is not None:
            come.remove(theirs)
            found.append(ChangedNumber(old, new, mine, theirs))
    return tuple(found)


def numbers_said(case: TestCase, changes: Iterable[ChangedNumber]) -> Iterator[SaidNumber]:
    """Where a case says an earlier number, or one that changes its side, of the same matter."""
    lines = tuple(lines_of(case))
    about = frozenset[str]().union(*(_words_of(text) for _, _, text in lines))
    titled = _words_of(case.title)
    for change in changes:
        shared = len(change.words & about) / max(1, len(change.words))
        if shared < LEAST_SHARED or (change.matter and not change.matter & about):
            continue
        for step, part, text in lines:
            words = change.words & _words_of(text)
            near, told = len(words), len(words | (change.words & titled))
            if not near or told < NEAR:
                continue
            sided = shared >= SHARED_FOR_A_SIDE and near >= NEAR_FOR_A_SIDE
            for said in _amounts(text):
                gone = change.is_gone(said) and (near >= NEAR or change.is_limit(said))
                if gone or (sided and change.parts(said)):
                    yield SaidNumber(step, part, said.text, change, gone)


def says_earlier(case: TestCase, old: str, new: str, step: int | None = None) -> bool:
    """Whether a case that rests on a sentence, or one step of it, says the number that its next
    form says otherwise."""
    said = [one for at, _, text in lines_of(case) if step in (None, at) for one in _amounts(text)]
    return any(change.is_gone(one) for change in numbers_changed(old, new) for one in said)


@dataclass(frozen=True)
class NumberGone:
    """A number that a version of a document said, and what its present one says instead."""

    document_id: str
    title: str
    version: int
    change: ChangedNumber


@dataclass
class _OfDocument:
    """The numbers that earlier versions of a document said, by how they are spelled, and by case
    that no run wrote which of them its text, kept beside them, says."""

    gone: dict[tuple[str, str], list[NumberGone]] | None = None
    said: dict[str, tuple[str, tuple[tuple[NumberGone, SaidNumber], ...]]] = field(
        default_factory=dict
    )

    def said_by(self, stored: StoredCase) -> tuple[tuple[NumberGone, SaidNumber], ...]:
        body, found = self.said.get(stored.id, ("", ()))
        if body != stored.body:
            found = tuple(self._said(stored))
            self.said[stored.id] = stored.body, found
        return found

    def _said(self, stored: StoredCase) -> Iterator[tuple[NumberGone, SaidNumber]]:
        folded = stored.body.casefold()
        by_change = {
            one.change: one
            for (digits, word), gone in (self.gone or {}).items()
            if digits in stored.body or (word and word in folded)
            for one in gone
        }
        if by_change:
            for said in numbers_said(stored.case, by_change):
                if said.is_gone:
                    yield by_change[said.change], said


DOCUMENTS_HELD = 4096
"""Documents of which it is remembered what their earlier versions said."""


class NumbersGone:
    """The numbers that the sources of a project said and say no more, held against its cases.

    ``read`` are, by run, the chunks of changed documents that it read; ``words`` says what stands
    there now.
    """

    def __init__(
        self,
        library: Library,
        project_id: str,
        words: PresentWords,
        read: Mapping[str, Sequence[Chunk]],
    ) -> None:
        self._library, self._project_id, self._words = library, project_id, words
        self._of_run = cache(lambda run_id: tuple(self._of_chunks(read.get(run_id, ()))))

    def said_by(self, stored: StoredCase) -> Iterator[tuple[NumberGone, SaidNumber]]:
        """Where a case says such a number: of what its run read, save of its own criteria, whose
        cases are stale anyhow. One that no run wrote has to say the very number, of any source."""
        run_id = stored.source_run_id
        if run_id is None:
            for document in self.of_all:
                yield from document.said_by(stored)
            return
        gone = [one for key, one in self._of_run(run_id) if key not in stored.case.criterion_ids]
        by_change = {one.change: one for one in gone}
        for said in numbers_said(stored.case, by_change):
            yield by_change[said.change], said

    @cached_property
    def of_all(self) -> tuple[_OfDocument, ...]:
        """Those of every earlier version that is kept: a case that cites nothing may be of any
        time."""
        times = self._library.lineage.version_times(self._project_id)
        found = []
        for document in self._library.documents(self._project_id):
            if document.kind not in (*KINDS, "epic"):
                continue
            is_kept = document.id != self._words.expected
            state = document if is_kept else self._words.state(document.id)
            if state is None or state.version < 2:
                continue
            held = _OfDocument()
            if is_kept:
                # As long as nothing of it changes: most events of a project change no document.
                key = (document.id, document.title, document.version, *times.get(document.id, ()))
                held = self._words.memo.get(
                    "numbers gone", self._project_id, key, _OfDocument, most=DOCUMENTS_HELD
                )
            if held.gone is None:
                held.gone = self._of_document(document.id, document.title, state.version)
            found.append(held)
        return tuple(one for one in found if one.gone)

    def _of_document(
        self, document_id: str, title: str, present: int
    ) -> dict[tuple[str, str], list[NumberGone]]:
        found = dict[ChangedNumber, NumberGone]()
        for kept in self._library.lineage.versions(self._project_id, document_id):
            if kept.version != present:
                then = self._words.wording(document_id, kept.version)
                for change in self._changes(document_id, then):
                    found[change] = NumberGone(document_id, title, kept.version, change)
        spelled: dict[tuple[str, str], list[NumberGone]] = {}
        for one in found.values():
            spelled.setdefault(one.change.spelled, []).append(one)
        return spelled

    def _of_chunks(self, chunks: Sequence[Chunk]) -> Iterator[tuple[str, NumberGone]]:
        """Those of what a run read, each with the id of the criterion that said it."""
        for chunk in chunks:
            if chunk.is_comment or chunk.kind not in (*STATING, "criterion"):
                continue
            said = plain_words(chunk.text)
            for change in self._changes(chunk.document_id, self._words.then(chunk)):
                if change.old in said:
                    key = chunk.key if chunk.kind == "criterion" else ""
                    yield key, NumberGone(chunk.document_id, chunk.title, chunk.version, change)

    def _changes(self, document_id: str, then: Wording) -> Iterator[ChangedNumber]:
        for old, new in self._words.next_forms(document_id, then).items():
            yield from numbers_changed(old, new)


def _same_limit(one: Quantity, other: Quantity) -> bool:
    return equal(one, other) and one.comparison == other.comparison


def lines_of(case: TestCase) -> Iterator[tuple[int | None, str, str]]:
    """What a case says: the step, the part of it, and its text."""
    yield None, "title", case.title
    for text in case.preconditions:
        yield None, "precondition", text
    for step in case.steps:
        for part in ("action", "test_data", "expected_result"):
            if text := getattr(step, part):
                yield step.number, part, text


def _amounts(text: str) -> tuple[Quantity, ...]:
    """The numbers that can be compared: with a unit, or of things that are counted."""
    return tuple(
        one
        for one in find_quantities(text)
        if isinstance(one.value, Decimal) and one.kind not in ("date", "number")
    )


def _words_of(text: str) -> frozenset[str]:
    """What a text is about, without its amounts: "3 stops" has no word in common with "8 stops"."""
    left, at = [], 0
    for one in _amounts(text):
        left.append(text[at : one.start])
        at = one.end
    return content_words(" ".join((*left, text[at:])))


def _holds(said: Quantity, limit: Quantity) -> bool | None:
    """Whether a number is within a limit; ``None`` where no side of it is set."""
    value, at = _base(said), _base(limit)
    sides: Mapping[Comparison, bool] = {
        "at most": value <= at, "less than": value < at, "at least": value >= at,
        "more than": value > at,
    }  # fmt: skip
    return sides.get(limit.comparison)


def _base(one: Quantity) -> Decimal:
    assert isinstance(one.value, Decimal)
    return in_base_unit(one.value, one.unit)[0]
