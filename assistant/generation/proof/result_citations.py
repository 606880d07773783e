"""Citations: the words of the sources that are nearest to what a case says, verbatim.

Nobody names a source in free text: what is stored is cut out of the chunk, so that ``quote ==
chunk.text[start:end]``. A citation speaks of the same thing as the line: it shares a word with
meaning or a quotation with it. A number alone supports nothing: "2." of a list is no "2
appointments".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.domain import Citation, RetrievedChunk, TestCase
from assistant.generation.proof.amounts import MEASURED, Number, alike, numbers
from assistant.generation.proof.passages import Passage, Sources, Supports
from assistant.generation.proof.source_sentences import Sentence, pairs_of
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.quoted_messages import find_messages
from assistant.language.sentences import sentences as statements

CARRIED = 0.6
"""Share of a result's words that its citations must hold for it to stand in them."""

LEAST = 0.3
"""Share of the words of a result that a sentence must hold to bear on it."""

ADDED = 0.2
"""Share that words must hold beside better ones to be shown with them, two of them at least."""

ALONE = 0.6
"""Share from which on words are shown beside better ones, whatever these hold; so are words that
hold as much of the title, for they are what the case is about."""

PAIR = 0.25
"""What two words that stand together are worth more than apart."""

NUMBER = 3.0
"""What a number with a unit is worth; the commonest word is worth 1."""

USUAL = 0.3
"""What is left of the worth of a word that any test uses ("shown", "new")."""

TITLE, DONE = 0.4, 0.2
"""What a word of the title, and one of the action and its data, is worth beside a result's."""

LENGTH = 12
"""Words by which each sentence counts as longer: few words more or less make no difference."""


def with_sources(
    result: str,
    source_numbers: Sequence[int],
    sources: Sources,
    *,
    action: str = "",
    title: str = "",
) -> tuple[Citation, ...]:
    """The words of the numbered sources that a result rests on, one run of sentences from each.

    ``result`` is the text of a step's expected result, ``source_numbers`` the ``[n]`` that a writer
    named for it, ``action`` what is done, with its data, ``title`` the case's. ``quote ==
    chunk.text[start:end]`` for each. Left out are numbers that no source has, sources of which no
    sentence bears on the result, and words that add nothing to better ones.
    """
    asked = _Asked(result, sources, action, title)
    found = [
        one for number in dict.fromkeys(source_numbers)
        if (passage := sources.ranked(number)) is not None
        and (one := asked.nearest(passage)) is not None and one.bears
    ]  # fmt: skip
    held: frozenset[_Item] = frozenset()
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: -one.worth):
        alone = kept and one.stands_alone and not (asked.few and 2 * one.worth < kept[0].worth)
        if not kept or alone or asked.adds(one.held - held):
            kept.append(one)
            held |= one.held
    return tuple(one.citation for one in found if one in kept)


def cited(line: str, sources: Sources, supports: Supports) -> tuple[Citation, ...]:
    """The words that hold most of a precondition or an action; none where no source does."""
    found = best_of(line, sources.passages, sources)
    if found is None or not carries(line, [found.quote]):
        return ()
    return (found.model_copy(update={"supports": supports}),)


def best_of(
    line: str, passages: Iterable[Passage], sources: Sources, *, action: str = "", title: str = ""
) -> Citation | None:
    """The words of these passages that are nearest to a line: those that bear on it before others,
    the first among equals; ``None`` where none shares a word with meaning."""
    asked = _Asked(line, sources, action, title)
    found = [one for p in passages if (one := asked.nearest(p)) is not None]
    best = max(found, key=lambda one: (one.bears, one.worth), default=None)
    return best.citation if best is not None else None


_Item = str | tuple[str, str] | Number
"""Something that a result says: a word, two words that stand together, a message in quotation
marks, a number."""


@dataclass(frozen=True)
class _Found:
    """Words of a source with what they hold of a result."""

    citation: Citation
    held: frozenset[_Item]
    worth: float
    bears: bool
    stands_alone: bool


@dataclass(frozen=True)
class _Held:
    """What a sentence holds of a result, what that is worth with the words beside it, and the share
    that it holds of the title."""

    items: frozenset[_Item] = frozenset()
    worth: float = 0.0
    of_title: float = 0.0
    score: float = 0.0


class _Asked:
    """A result whose words are looked for, each worth what it tells among the sources."""

    def __init__(self, result: str, sources: Sources, action: str, title: str) -> None:
        self._forms = sources.forms
        words, done, about = all_content(result), all_content(action), all_content(title)
        self._messages, self._numbers = _messages(result), numbers(result)
        self._pairs = pairs_of(result)
        self._usual = _usual(result)
        worth = {
            word: sources.telling(word) * (USUAL if word in self._usual else 1.0)
            for word in words | done | about
        }
        self._words = {word: worth[word] for word in words}
        self._title = {word: worth[word] for word in about}
        self._beside = {word: DONE * worth[word] for word in done - words}
        self.few = _says_little(result)
        self._beside |= {word: TITLE * worth[word] for word in about - words}
        self._values = {one.value: one for one in (*numbers(action), *numbers(title))}.values()
        self._worth: dict[_Item, float] = dict(self._words.items())
        self._worth |= {one: NUMBER if _is_measured(one) else 1.0 for one in self._numbers}
        self._worth |= {p: PAIR * (worth[p[0]] + worth[p[1]]) for p in self._pairs}
        self._worth |= {m: sum(worth[word] for word in all_content(m)) for m in self._messages}
        self._done = meeting(words, done) | _messages(action)
        texts = (result, *(one.text for one in statements(result)))
        self._parts = tuple(self._part(one) for one in texts if all_content(one) - self._usual)

    def _part(self, text: str) -> tuple[frozenset[_Item], float]:
        words = all_content(text)
        counted = (one for one in self._numbers if one.words in text)
        return frozenset((*words, *counted)), sum(self._words[word] for word in words)

    def nearest(self, passage: Passage) -> _Found | None:
        """The sentence of a source that is nearest, with those next to it that add to it; ``None``
        where none shares a word with meaning, a message, or a number and its matter."""
        read = [self._read(one) for one in passage.sentences]
        best = max(read, key=lambda one: one.score, default=_Held())
        if not best.score:
            return None
        first = last = read.index(best)
        items = best.items
        while self._goes_on(passage, last + 1) and self._adds_to(items, read[last + 1]):
            last += 1
            items |= read[last].items
        while self._goes_on(passage, first) and self._adds_to(items, read[first - 1]):
            first -= 1
            items |= read[first].items
        start, end = passage.sentences[first].start, passage.sentences[last].end
        bears, alone = self._rates(items, best.of_title)
        worth = best.worth
        if self._is_of_other_dates(passage.sentences[first : last + 1]):
            worth, alone = worth / 2, False  # an example is shown where nothing better is
        return _Found(passage.citation(start, end), items, worth, bears, alone)

    def _rates(self, items: frozenset[_Item], of_title: float) -> tuple[bool, bool]:
        """Whether a source that holds these bears on the result, and whether it does so much that
        it is shown whatever others hold."""
        share, new = self._share(items), items - self._done
        about_it = of_title >= ALONE
        tells = bool(new) or about_it or self.few or self._words.keys() <= self._done
        bears = (share >= LEAST and tells) or (about_it and self.few)
        if about_it:
            return bears, self.few or share >= ALONE or self._several(items)
        return bears, self._share(new) >= ALONE

    def _adds_to(self, items: frozenset[_Item], other: _Held) -> bool:
        """Whether the sentence next to others is to be shown with them."""
        about_it = other.of_title >= ALONE and self._share(other.items) >= LEAST
        return about_it or self.adds(other.items - items)

    def _is_of_other_dates(self, sentences: Sequence[Sentence]) -> bool:
        """Whether these are an example with dates of its own."""
        theirs = _dates(number for one in sentences for number in one.numbers)
        own = _dates(self._numbers)
        return bool(theirs and own) and theirs.isdisjoint(own)

    @staticmethod
    def _goes_on(passage: Passage, place: int) -> bool:
        """Whether a sentence stands in one paragraph or scenario with the one before it; an item of
        a list and a row stand for themselves."""
        sentences, text = passage.sentences, passage.source.chunk.text
        if not 0 < place < len(sentences):
            return False
        between = text[sentences[place - 1].end : sentences[place].start]
        return between.isspace() and "\n\n" not in between

    def adds(self, items: frozenset[_Item]) -> bool:
        """Whether these are enough to be shown beside what is shown already."""
        return self._several(items) and self._share(items) >= ADDED

    def _several(self, items: Iterable[_Item]) -> bool:
        """Whether these are two words with meaning, or more than a word: a message, a number."""
        telling = self._telling(items)
        return len(telling) > 1 or not telling <= self._words.keys()

    def _telling(self, items: Iterable[_Item]) -> frozenset[_Item]:
        """Words with meaning, messages, and numbers with a unit among these."""
        return frozenset(
            one for one in items
            if (isinstance(one, str) and one not in self._usual)
            or (isinstance(one, Number) and _is_measured(one))
        )  # fmt: skip

    def _share(self, items: frozenset[_Item]) -> float:
        """The share of the result's words, or of those of one of its sentences, that these are;
        numbers stand in for words."""
        shares = (sum(self._worth[one] for one in items & p) / total for p, total in self._parts)
        return max(shares, default=0.0)

    def _read(self, sentence: Sentence) -> _Held:
        """What a sentence holds of the result."""
        shared = self._shared(self._words, sentence)
        beside = sum(self._beside[word] for word in self._shared(self._beside, sentence))
        of_title = sum(self._title[word] for word in self._shared(self._title, sentence))
        of_title /= sum(self._title.values()) or 1.0
        items: set[_Item] = {*shared, *(self._messages & sentence.messages)}
        items.update(n for n in self._numbers if any(alike(n, one) for one in sentence.numbers))
        matter = shared or beside or of_title
        if not (matter and self._telling(items)) and not (self.few and of_title >= ALONE):
            return _Held()
        items.update(
            (one, two) for one, two in self._pairs
            if one in shared and two in shared
            and any(a in self._forms(one) and b in self._forms(two) for a, b in sentence.pairs)
        )  # fmt: skip
        worth = sum(self._worth[one] for one in items) + beside
        worth += DONE * sum(any(alike(n, one) for one in sentence.numbers) for n in self._values)
        return _Held(frozenset(items), worth, of_title, worth / (len(sentence.words) + LENGTH))

    def _shared(self, words: Iterable[str], sentence: Sentence) -> list[str]:
        return [one for one in words if not self._forms(one).isdisjoint(sentence.words)]


def _is_measured(number: Number) -> bool:
    """Whether a number says what it is of: an amount, a duration, a date, a time; no count."""
    return number.kind in MEASURED or not isinstance(number.value, Decimal)


def _dates(numbers: Iterable[Number]) -> frozenset[date]:
    """The dates with a year among numbers."""
    values = (one.value for one in numbers)
    return frozenset(day for day in values if isinstance(day, date) and day.year != NO_YEAR)


def _messages(text: str) -> frozenset[str]:
    return frozenset(f"“{one.text.casefold()}”" for one in find_messages(text))


def _usual(result: str) -> frozenset[str]:
    """The words of any test, but for those that a result quotes: "Accepted" is a status."""
    return NEUTRAL.difference(*map(all_content, _messages(result)))


def _says_little(result: str) -> bool:
    """Whether a result has one word with meaning at most: what it is about, its title says."""
    return len(all_content(result) - _usual(result)) < 2


def speaks_of(result: str, quote: str, title: str) -> bool:
    """Whether a citation is about what a result says: a word with meaning, or a quotation."""
    said = all_content(f"{result}\n{title}" if _says_little(result) else result)
    return bool(meeting(said - NEUTRAL, all_content(quote) - NEUTRAL)) or not _messages(
        result
    ).isdisjoint(_messages(quote))


def carries(result: str, quotes: Iterable[str], data: frozenset[str] = frozenset()) -> bool:
    """Whether most of what a result says stands in the words cited for it.

    ``data`` are words of the case's own data, which nobody cites.
    """
    words = all_content(result) - NEUTRAL
    words = (words - data) or words
    return len(meeting(words, all_content("\n".join(quotes)))) >= CARRIED * len(words)


def verified(case: TestCase, sources: Iterable[RetrievedChunk]) -> TestCase:
    """The case without any citation that is not a substring of a source of this run.

    The last door before a case is shown: a step that loses its only citation for the expected
    result becomes ``unsupported``.
    """
    texts = {(source.chunk.id, source.rank): source.chunk.text for source in sources}

    def kept(citations: Iterable[Citation]) -> tuple[Citation, ...]:
        return tuple(
            citation
            for citation in citations
            if citation.quote
            and texts.get((citation.chunk_id, citation.source), "")[citation.start : citation.end]
            == citation.quote
        )

    steps = []
    for step in case.steps:
        citations = kept(step.citations)
        backed = any(citation.supports == "expected_result" for citation in citations)
        support = step.support if backed else "unsupported"
        steps.append(step.model_copy(update={"citations": citations, "support": support}))
    return case.model_copy(update={"citations": kept(case.citations), "steps": tuple(steps)})
