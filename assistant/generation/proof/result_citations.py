"""Citations: the words of the sources that are nearest to what a case says, verbatim.

Nobody names a source in free text: what is stored is cut out of the chunk, so that ``quote ==
chunk.text[start:end]``. A citation speaks of the same thing as the line: it shares a word with
meaning, a quotation or an amount with it. A bare number supports nothing: "2." of a list is no "2
appointments".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import log

from assistant.domain import Citation, RetrievedChunk, TestCase
from assistant.generation.proof.amounts import MEASURED, Number, alike, numbers
from assistant.generation.proof.passages import Passage, Sources, Supports
from assistant.generation.proof.source_sentences import Sentence, pairs_of
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.generation.sentence_words import tokens
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.languages import language_of, leans_to, little_words
from assistant.language.quoted_messages import find_messages

CARRIED = 0.6
"""Share of a result's words that its citations must hold for it to stand in them."""

FEW = 4
"""Sentences of a source that its number names as a whole: of a longer one it names only a part."""

ASIDE = 0.3
"""What a word is worth that stands in the title or the action alone, or that any test uses
("shown", "new"), beside a word of the result: it decides among sentences that are equal else."""

LENGTH = 1.44
"""Average sentences by which each counts as longer, so that a short one does not win by a word:
what the usual constants of BM25 (k1 1.2, b 0.75) come to where a word counts once."""


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
    chunk.text[start:end]`` for each. First stand the short sources that bear on the result, for
    the writer chose them; then those that add to what is shown: a criterion, which is named with
    any result, a long source, one that only tells how the step is done; last, whole, those in
    another language, of which nothing can be compared. Left out are numbers that no source has, and
    sources that share nothing with the result or its title.
    """
    query = _Query(result, sources, action, title)
    passages = [p for n in dict.fromkeys(source_numbers) if (p := sources.ranked(n)) is not None]
    nearest = [(passage, query.nearest(passage)) for passage in passages]
    named = [one for _, one in nearest if one is not None]
    trusted = [one for one in named if query.trusts(one)]
    kept = list(trusted)
    for one in sorted(named, key=lambda one: (one.is_example, -one.score)):
        if one not in kept and (more := query.addition(one, kept) if kept else one) is not None:
            kept.append(more)
    said = "\n".join((title, action, result))
    others = [
        passage.citation(0, len(text)).model_copy(update={"compared": False})
        for passage, one in nearest
        if one is None and is_in_another_language(text := passage.source.chunk.text, said)
    ]
    return (*(query.citation(one, whole=one in trusted) for one in kept), *others)


def is_in_another_language(quote: str, said: str) -> bool:
    """Whether words of a source are in another language than a case, as far as both tell theirs:
    no word of one can meet one of the other."""
    theirs, own = language_of(quote), language_of(said)
    return theirs != own and (not little_words(theirs) or leans_to(quote, theirs, rather_than=own))


def cited(line: str, sources: Sources, supports: Supports) -> tuple[Citation, ...]:
    """The words that hold most of a precondition or an action; none where no source does."""
    found = best_of(line, sources.passages, sources)
    if found is None or not carries(line, [found.quote]):
        return ()
    return (found.model_copy(update={"supports": supports}),)


def best_of(
    line: str, passages: Iterable[Passage], sources: Sources, *, action: str = "", title: str = ""
) -> Citation | None:
    """The words of these passages that are nearest to a line, the first among equals; ``None``
    where none shares a word with meaning."""
    query = _Query(line, sources, action, title)
    found = [one for p in passages if (one := query.nearest(p)) is not None]
    best = max(found, key=lambda one: (not one.is_example, one.worth), default=None)
    return query.citation(best) if best is not None else None


_Item = str | tuple[str, str] | Number
"""Something that a case says: a word, two words that stand together, a message in quotation marks,
a number."""


@dataclass(frozen=True)
class _Overlap:
    """What a sentence shares with a case, what that is worth, and what it is worth for its
    length."""

    items: frozenset[_Item] = frozenset()
    worth: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, eq=False)
class _Excerpt:
    """The sentence of a source that is nearest to a result, by its place, with all the others."""

    passage: Passage
    place: int
    overlaps: tuple[_Overlap, ...]
    is_example: bool
    """Whether it has dates of its own: it shows a rule and does not state it."""

    @property
    def items(self) -> frozenset[_Item]:
        return self.overlaps[self.place].items

    @property
    def worth(self) -> float:
        return self.overlaps[self.place].worth

    @property
    def score(self) -> float:
        return self.overlaps[self.place].score


class _Query:
    """A result whose words are looked for, each worth what it tells among the sources."""

    def __init__(self, result: str, sources: Sources, action: str, title: str) -> None:
        self._forms = sources.forms
        self._sentences = [one for p in sources.passages for one in p.sentences]
        total = sum(len(one.words) for one in self._sentences)
        self._padding = LENGTH * total / (len(self._sentences) or 1)
        usual = NEUTRAL.difference(*map(all_content, _messages(result)))
        own = all_content(result) - usual
        about, done = all_content(title), all_content(action)
        self._messages, self._numbers = _messages(result), _numbers(result, title, action)
        self._pairs = pairs_of(result) | pairs_of(title)
        self._words = {
            word: sources.telling(word) * (1.0 if word in own else ASIDE)
            for word in all_content(result) | about | done
        }
        said = _numbers(result)
        self._worth: dict[_Item, float] = dict(self._words.items())
        self._worth |= {n: self._rarity(n) * (1.0 if n in said else ASIDE) for n in self._numbers}
        # Both are as rare as the rarest of their words at least.
        self._worth |= {pair: max(self._words[word] for word in pair) for pair in self._pairs}
        self._worth |= {
            m: max((self._words[w] for w in all_content(m)), default=1.0) for m in self._messages
        }
        measured = frozenset(n for n in said if _is_measured(n))
        self._counts = {one: number for number in said for one in _counts((number,))}
        self._worth |= {one: self._rarity(number) for one, number in self._counts.items()}
        self._telling: frozenset[_Item] = (
            own | (about - NEUTRAL) | self._pairs | self._messages | measured | set(self._counts)
        )
        self._done: frozenset[_Item] = meeting(own, done) | _messages(action)
        self._action, self._point = _written(action), _written(f"{result}\n{title}")

    def _rarity(self, number: Number) -> float:
        """How much a number tells one sentence of the sources from another, from 1."""
        holds = (any(alike(number, n) for n in one.numbers) for one in self._sentences)
        return 1.0 + log((len(self._sentences) + 1.0) / (sum(holds) + 1.0))

    def nearest(self, passage: Passage) -> _Excerpt | None:
        """The sentence of a source that is nearest; ``None`` where none shares a word with meaning,
        a message, or an amount."""
        overlaps = tuple(self._overlap(one) for one in passage.sentences)
        best = max(overlaps, key=lambda one: one.score, default=_Overlap())
        if not best.score:
            return None
        place = overlaps.index(best)
        theirs, own = _dates(passage.sentences[place].numbers), _dates(self._numbers)
        others = bool(theirs and own) and theirs.isdisjoint(own)
        # Of a comment the day is that on which it was said.
        is_example = others and not passage.source.chunk.is_comment
        return _Excerpt(passage, place, overlaps, is_example)

    def trusts(self, one: _Excerpt) -> bool:
        """Whether a source that the writer named stands beside the result whatever others hold."""
        passage = one.passage
        chosen = passage.is_basis and passage.source.chunk.kind != "criterion"
        if not chosen or one.is_example or len(passage.sentences) > FEW:
            return False
        return self._several(one.items) and not self._is_way(passage)

    def addition(self, one: _Excerpt, others: Sequence[_Excerpt]) -> _Excerpt | None:
        """What a source tells that others do not: of a criterion the nearest sentence that adds a
        word, of any other its nearest, where that adds two that the action does not say."""
        if one.is_example:
            return None
        held = frozenset[_Item]().union(*(other.items for other in others))
        if one.passage.source.chunk.kind != "criterion":
            return one if self._several(one.items - held - self._done) else None
        adding = [
            place
            for place, overlap in enumerate(one.overlaps)
            if not self._telling.isdisjoint(overlap.items - held)
        ]
        place = max(adding, key=lambda place: one.overlaps[place].score, default=None)
        return None if place is None else replace(one, place=place)

    def citation(self, one: _Excerpt, *, whole: bool = False) -> Citation:
        """The nearest sentence with those next to it that add to it; ``whole``: with its paragraph,
        and with the items of its list that nothing tells from it."""
        first = last = one.place
        items = one.items
        while self._goes_on(one, last + 1) and (whole or self._adds_at(one, last + 1, items)):
            last += 1
            items |= one.overlaps[last].items
        while self._goes_on(one, first) and (whole or self._adds_at(one, first - 1, items)):
            first -= 1
            items |= one.overlaps[first].items
        while whole and last + 1 < len(one.overlaps) and one.overlaps[last + 1].items >= one.items:
            last += 1
        while whole and first and one.overlaps[first - 1].items >= one.items:
            first -= 1
        sentences = one.passage.sentences
        return one.passage.citation(sentences[first].start, sentences[last].end)

    def _adds_at(self, one: _Excerpt, place: int, items: frozenset[_Item]) -> bool:
        return self._several(one.overlaps[place].items - items)

    @staticmethod
    def _goes_on(one: _Excerpt, place: int) -> bool:
        """Whether a sentence stands in one paragraph or scenario with the one before it; an item of
        a list and a row stand for themselves."""
        sentences, text = one.passage.sentences, one.passage.source.chunk.text
        if not 0 < place < len(sentences):
            return False
        between = text[sentences[place - 1].end : sentences[place].start]
        return between.isspace() and "\n\n" not in between

    def _several(self, items: frozenset[_Item]) -> bool:
        """Whether these are two words with meaning, or more than a word: a message, an amount."""
        telling = items & self._telling
        return len(telling) > 1 or any(
            isinstance(one, Number) or one in self._messages for one in telling
        )

    def _is_way(self, passage: Passage) -> bool:
        """Whether a source tells how the step is done, so that its action repeats words of it in
        their order ("My Farm > Statements") and its result does not."""
        theirs = _written(passage.source.chunk.text)
        return _run(self._action, theirs) > max(1, _run(self._point, theirs))

    def _overlap(self, sentence: Sentence) -> _Overlap:
        words = {w for w in self._words if not self._forms(w).isdisjoint(sentence.words)}
        items: set[_Item] = {*words, *(self._messages & sentence.messages)}
        items.update(n for n in self._numbers if any(alike(n, one) for one in sentence.numbers))
        items.update(_counts(sentence.numbers) & self._counts.keys())
        items.update(
            (one, two) for one, two in self._pairs
            if one in words and two in words
            and any(a in self._forms(one) and b in self._forms(two) for a, b in sentence.pairs)
        )  # fmt: skip
        telling = items & self._telling
        amount = any(isinstance(one, Number) and one.kind in MEASURED for one in telling)
        if not telling or not (words or amount):
            return _Overlap()
        worth = sum(self._worth[one] for one in items)
        score = worth / (len(sentence.words) + self._padding)
        return _Overlap(frozenset(items), worth, score)


def _written(text: str) -> list[str]:
    """The words of a text that carry meaning, as they are written, in small letters."""
    words = (text[one.start : one.end].casefold() for one in tokens(text) if one.content)
    return [word for word in words if not word.isdigit()]


def _run(words: Sequence[str], others: Sequence[str]) -> int:
    """The length of the longest run of words that stands in both."""
    longest = 0
    before: dict[int, int] = {}
    for word in words:
        here = {at: before.get(at - 1, 0) + 1 for at, other in enumerate(others) if word == other}
        longest = max(longest, *here.values(), 0)
        before = here
    return longest


def _numbers(*texts: str) -> tuple[Number, ...]:
    """The numbers of texts, each once."""
    return tuple({one.words: one for text in reversed(texts) for one in numbers(text)}.values())


def _is_measured(number: Number) -> bool:
    """Whether a number says what it is of: an amount, a duration, a date, a time; no count."""
    return number.kind in MEASURED or not isinstance(number.value, Decimal)


def _counts(numbers: Iterable[Number]) -> frozenset[str]:
    """Counts with what is counted ("36 set"), which say more than a bare number."""
    return frozenset(
        f"{n.value:f} {n.unit}"
        for n in numbers
        if n.kind == "count" and n.unit and isinstance(n.value, Decimal)
    )


def _dates(numbers: Iterable[Number]) -> frozenset[date]:
    """The dates with a year among numbers."""
    values = (one.value for one in numbers)
    return frozenset(day for day in values if isinstance(day, date) and day.year != NO_YEAR)


def _messages(text: str) -> frozenset[str]:
    return frozenset(f"“{one.text.casefold()}”" for one in find_messages(text))


def speaks_of(result: str, quote: str, title: str) -> bool:
    """Whether a citation is about what a result or its title says: a word with meaning, a
    quotation, an amount."""
    said = all_content(f"{result}\n{title}") - NEUTRAL
    amounts = [one for one in numbers(result) if one.kind in MEASURED]
    return (
        bool(meeting(said, all_content(quote) - NEUTRAL))
        or not _messages(result).isdisjoint(_messages(quote))
        or any(alike(one, other) for one in amounts for other in numbers(quote))
    )


def still_cited(
    before: str, after: str, citations: Iterable[Citation], title: str
) -> tuple[Citation, ...]:
    """The citations of a result that a person changed whose matter stayed as it was: all words with
    meaning, messages and amounts that the old result shares with the quotation are in the new."""
    words, numbers_left, messages = all_content(after), numbers(after), _messages(after)

    def stays(quote: str) -> bool:
        theirs = numbers(quote)
        shared = [one for one in numbers(before) if any(alike(one, other) for other in theirs)]
        told = meeting(all_content(before) - NEUTRAL, all_content(quote))
        return (
            speaks_of(before, quote, title)
            and told == meeting(told, words)
            and _messages(before) & _messages(quote) <= messages
            and all(any(alike(one, other) for other in numbers_left) for one in shared)
        )

    return tuple(one for one in citations if stays(one.quote))


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
