"""The proof of an answer: each sentence held against the sources that it names.

The same proof as that of an expected result (``proof.grounded``: numbers, quotations, names, words)
and of what a source denies (``contradictions``), and stricter in two things: a source that does not
prove the sentence by itself is no citation of it, and of a sentence's words nearly all must stand
in its sources, because nothing else holds it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from assistant.design.questions.conflicts import clauses_of, find_conflicts
from assistant.design.questions.supersession import changes
from assistant.domain import CaseOrigin, Chunk, Citation, RetrievedChunk, TestCase, TestStep
from assistant.generation.answers.answer_parts import AnswerSentence, SourceConflict
from assistant.generation.proof import Ground, Sources, grounded, with_sources
from assistant.generation.proof.contradictions import Reference, denials
from assistant.generation.proof.proof_faults import ERRORS, shown
from assistant.generation.proof.statement_words import NEUTRAL, Lexicon, written
from assistant.generation.proof.support_texts import Known

UNKNOWN = 0.25
"""Share of a sentence's telling words that may stand in none of its sources: other words for the
same ("have" for "are given")."""


class _Held:
    """Sources that a sentence is held against together."""

    def __init__(self, sources: Sequence[RetrievedChunk]) -> None:
        self.sources = Sources(map(_as_text, sources))
        self.titles = tuple(_title(one) for one in sources)
        self.texts = tuple(one.chunk.text for one in sources)

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon((*self.texts, *self.titles))

    @cached_property
    def known(self) -> Known:
        return Known((*self.texts, *self.titles))

    def missing(self, text: str) -> tuple[str, ...]:
        """Words, names, numbers and quotations of a sentence that stand in none of the sources."""
        words = {key: said for key, said in written(text).items() if key not in NEUTRAL}
        strange = [said for key, said in words.items() if not self.lexicon.knows(key)]
        items = self.known.strange(text)
        if len(strange) <= UNKNOWN * len(words):
            strange = []
        return tuple(dict.fromkeys((*items, *strange)))

    def denied(self, text: str) -> tuple[str, ...]:
        """What of a sentence a source denies, with its words."""
        own = [Reference(name, said) for name, said in zip(self.titles, self.texts, strict=True)]
        found = denials(text, own, ())
        return tuple(f"{shown(one.words)} contradicts {shown(one.theirs)}." for one in found)

    def held(self, text: str, numbers: Sequence[int]) -> AnswerSentence:
        """The sentence with its citations, or with why these sources do not prove it."""
        step = TestStep(
            number=1,
            action="",
            expected_result=text,
            citations=with_sources(text, numbers, self.sources),
        )
        case = TestCase(id="", title="", steps=(step,), origin=CaseOrigin(writer="model"))
        proved = grounded(case, Ground(sources=self.sources, context=self.titles))
        told = [one for one in proved.findings if one.words]
        denied = [one.message for one in told if one.rule in ERRORS]
        missing = self.missing(text)
        missing += tuple(
            one.words for one in told
            if one.rule not in ERRORS and one.words not in (*missing, text)
        )  # fmt: skip
        denied += self.denied(text)
        citations = proved.steps[0].citations
        if denied or missing or proved.steps[0].support == "unsupported" or not citations:
            return AnswerSentence(text=text, missing=missing, denied=tuple(dict.fromkeys(denied)))
        return AnswerSentence(text=text, citations=citations)


class AnswerProof:
    """Proves the sentences of one answer."""

    def __init__(self, sources: Sequence[RetrievedChunk]) -> None:
        self._by_number = {one.rank: one for one in sources}
        self._alone: dict[int, _Held] = {}

    def prove(self, text: str, numbers: Iterable[int]) -> AnswerSentence:
        """The sentence with the words of every source that proves it, or with what it lacks.

        Numbers that no source has are left out. Sources that the model did not name but that hold
        every word of a proved sentence are cited as well.
        """
        named = [number for number in dict.fromkeys(numbers) if number in self._by_number]
        if not named:
            every = _Held(tuple(self._by_number.values()))
            return AnswerSentence(text=text, missing=every.missing(text))
        found = {number: self._held(number).held(text, (number,)) for number in named}
        proving = [one for one in found.values() if one.is_proved]
        if not proving:
            together = _Held([self._by_number[number] for number in named])
            return together.held(text, named) if len(named) > 1 else found[named[0]]
        for number in self._by_number:
            if number not in found and not self._unknown(number, text):
                also = self._held(number).held(text, (number,))
                proving += [also] if also.is_proved else []
        cited = tuple(citation for one in proving for citation in one.citations)
        return AnswerSentence(text=text, citations=cited)

    def _held(self, number: int) -> _Held:
        if number not in self._alone:
            self._alone[number] = _Held((self._by_number[number],))
        return self._alone[number]

    def _unknown(self, number: int, text: str) -> bool:
        lexicon = self._held(number).lexicon
        return any(not lexicon.knows(key) for key in written(text) if key not in NEUTRAL)


def conflicts_of(
    quotations: Iterable[Citation], sources: Sequence[RetrievedChunk], others: Sequence[Chunk] = ()
) -> tuple[SourceConflict, ...]:
    """Where two sources disagree, of which one is quoted: the comparisons that the house makes
    before cases are written.

    A criterion states another number than rules and pages do, unless one of them (``others`` too)
    states the criterion's own; or a note names a rule and changes its value.
    """
    quoted = {one.chunk_id: one for one in quotations}
    by_id = {one.chunk.id: one for one in sources}
    chunks = [one.chunk for one in sources]
    stating = {one.id: one for one in (*chunks, *others) if one.kind in ("rule", "prose")}
    found = []
    for mine in chunks:
        if mine.kind != "criterion" or mine.start < 0:
            continue
        for one in find_conflicts(mine.text, list(stating.values())):
            if one.chunk.id in by_id and {mine.id, one.chunk.id} & quoted.keys():
                start, end = one.sentence.start, one.sentence.end
                theirs = _words(by_id[one.chunk.id], start, end)
                span = next(
                    s for s in clauses_of(mine.text) if s.start <= one.quantity.start < s.end
                )
                ours = _words(by_id[mine.id], span.start, span.end)
                found.append(SourceConflict(ours=ours, theirs=theirs))
    for change in changes(chunks):
        if {change.older.id, change.newer.id} & quoted.keys():
            pair = [_words(by_id[one.id], 0, len(one.text)) for one in (change.older, change.newer)]
            found.append(SourceConflict(ours=pair[0], theirs=pair[1]))
    return tuple(dict.fromkeys(found))


def _words(source: RetrievedChunk, start: int, end: int) -> Citation:
    chunk = source.chunk
    return Citation(
        chunk_id=chunk.id, source=source.rank, quote=chunk.text[start:end], start=start, end=end
    )


def _as_text(source: RetrievedChunk) -> RetrievedChunk:
    """A source of whatever kind as words that may be cited: an answer says what is written."""
    chunk = source.chunk.model_copy(update={"kind": "prose", "place": ""})
    return source.model_copy(update={"chunk": chunk})


def _title(source: RetrievedChunk) -> str:
    chunk = source.chunk
    return " ".join(filter(None, (chunk.key, chunk.title, chunk.heading)))
