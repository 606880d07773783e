"""Where a later source sets another limit than an earlier one for the same thing.

Both sentences stay as they are written: which of them is in force a reader decides. Nobody asked
for this comparison, so more is asked of the sentences than where a criterion is asked about. Both
amounts are limits, in units that one clock counts; the later sentence is a clause that tells of now
and names nothing that the earlier one does not ("in Ireland"). Amounts without a word of
comparison, roles, statuses, moments, messages and denials were right too seldom to be told:
``benchmarks/new_sources.py`` counts them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.design.questions.conflicts import (
    Conflict,
    clauses_of,
    content_words,
    direction_of,
    equal,
    find_conflicts,
    keyless,
    unit_key,
)
from assistant.domain import Chunk
from assistant.language.amounts import Quantity
from assistant.language.clauses import parse_clause
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span
from assistant.language.value_changes import value_changes

LEAST_SHARED = 0.5
"""Share of the words of the shorter sentence that two sentences on one matter have in common;
``find_conflicts`` asks for as much."""
_INSIDE = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][\w'’-]+")
"""A word with a capital that begins no sentence."""
_NOT_NOW = frozenset({"was", "were", "could", "might"})
_CLOCKS = (
    frozenset(("second", "minute", "hour")),
    frozenset(("day", "week", "month", "year")),
)
"""Units of time that are counted by one clock; working days are counted by none of them."""


@dataclass(frozen=True, slots=True)
class OtherLimit:
    """``mine`` is the limit of the earlier source, in ``sentence``; ``other`` the sentence of
    ``source`` that sets another."""

    mine: Quantity
    sentence: Span
    other: str
    source: Chunk


class LaterSources:
    """Chunks of later sources, found by the words that their sentences share with a text: only
    those are compared with it."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks
        self._sentences: list[tuple[int, int]] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        for place, chunk in enumerate(chunks):
            for sentence in clauses_of(chunk.text):
                words = content_words(sentence.text)
                for word in words:
                    self._holding[word].append(len(self._sentences))
                self._sentences.append((place, len(words)))

    def other_limits(self, text: str) -> Iterator[OtherLimit]:
        """What each of the sources sets otherwise than an earlier source's ``text``."""
        sentences = clauses_of(text)
        for chunks in self._near(sentences):
            for one in find_conflicts(text, chunks):
                start = one.quantity.start
                sentence = next(each for each in sentences if each.start <= start < each.end)
                if _is_other_limit(text, one) and (_is_change(one) or _is_as_wide(one, sentence)):
                    yield OtherLimit(one.quantity, sentence, one.sentence.text, one.chunk)

    def _near(self, sentences: Sequence[Span]) -> list[list[Chunk]]:
        """The chunks that may speak of the same as one of the sentences, by document: what one
        says does not settle what another says otherwise."""
        places: set[int] = set()
        for sentence in sentences:
            words = content_words(sentence.text)
            shared = Counter(at for word in words for at in self._holding.get(word, ()))
            for at, count in shared.items():
                place, size = self._sentences[at]
                if count >= 2 and count >= LEAST_SHARED * min(size, len(words)):
                    places.add(place)
        found: dict[str, list[Chunk]] = {}
        for place in sorted(places):
            found.setdefault(self._chunks[place].document_id, []).append(self._chunks[place])
        return list(found.values())


def _is_other_limit(text: str, one: Conflict) -> bool:
    """Whether both amounts are limits that can be compared, and the earlier text, which may set
    one for each of several, does not say the later one too."""
    mine, theirs = one.quantity, one.theirs
    if not (direction_of(mine) and direction_of(theirs)):
        return False
    alike = unit_key(mine) == unit_key(theirs)
    if mine.kind == "duration":
        units = {mine.unit, theirs.unit}
        alike = len(units) == 1 or any(units <= clock for clock in _CLOCKS)
    said = (each for each in find_quantities(text) if isinstance(each.value, Decimal))
    return alike and not any(equal(each, theirs) for each in said)


def _is_change(one: Conflict) -> bool:
    """Whether the later sentence itself tells what stands in the place of the earlier amount."""
    return any(equal(each.old, one.quantity) for each in value_changes(one.sentence.text))


def _is_as_wide(one: Conflict, sentence: Span) -> bool:
    """Whether the later sentence tells of now, and names nothing that the earlier does not."""
    told = mask_quotes(one.sentence.text)
    clause = parse_clause(keyless(told))
    if clause is None or clause.form == "past" or clause.auxiliary in _NOT_NOW:
        return False
    own = {word.casefold() for word in re.findall(r"[\w'’-]+", sentence.text)}
    return {word.casefold() for word in _INSIDE.findall(told)} <= own
