"""The proof of an answer: each sentence held against the sources, those that it names first.

Each part of a sentence must be said by one statement of one source (``source_statements``), and
the source must not deny it or lack its numbers, quotations and names in the proof that expected
results pass (``proof.grounded``, ``turned_clauses``). A source that does not prove a part by itself
is no citation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from types import MappingProxyType

from assistant.design.questions.conflicts import Conflict, clauses_of, find_conflicts
from assistant.design.questions.supersession import changes
from assistant.domain import (
    AcceptanceCriterion,
    CaseOrigin,
    Chunk,
    Citation,
    LintFinding,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.generation.answers.answer_parts import AnswerSentence, SourceConflict
from assistant.generation.answers.quoted_words import (
    Quote,
    in_whole_sentences,
    lacking,
    standing,
)
from assistant.generation.answers.row_cells import JOINING, misplaced
from assistant.generation.answers.source_parts import said_by, statements
from assistant.generation.answers.source_statements import (
    Statement,
    verbatim,
    without_articles,
    without_mark,
)
from assistant.generation.answers.turned_clauses import denials
from assistant.generation.proof import Ground, Sources, grounded, with_sources
from assistant.generation.proof.proof_faults import CONTRADICTION, ERRORS, shown
from assistant.generation.proof.statement_words import (
    NEUTRAL,
    Lexicon,
    all_content,
    meeting,
    written,
)
from assistant.generation.proof.support_texts import Known
from assistant.language.document_heads import edition_words

SHOWN_DENIALS = 2
SAME = 0.5
"""Share of a quotation's telling words that a sentence must have for a source that the model did
not name to be cited as well."""


class _Held:
    """A source that sentences are held against."""

    def __init__(self, source: RetrievedChunk, rows: tuple[str, ...]) -> None:
        self.rows = rows
        # Whatever kind it is of, an answer says what is written.
        chunk = source.chunk.model_copy(update={"kind": "prose", "place": ""})
        self.chunk = chunk
        self.sources = Sources((source.model_copy(update={"chunk": chunk}),))
        self.number = source.rank
        self.title = " ".join(filter(None, (chunk.key, chunk.title, chunk.heading)))
        self.lexicon = Lexicon((chunk.text, self.title))
        self.known = Known((chunk.text, self.title))
        self.faults = cache(self._faults)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return statements(self.chunk.text, self.title, self.rows)

    def _faults(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names, numbers and quotations that it lacks, and what it denies, with its words."""
        text = without_articles(text, self.chunk.text)
        told = [one for one in self._findings(text) if one.words]
        denied = [one.message for one in told if one.rule in ERRORS]
        lacking = [one.words for one in told if one.rule not in ERRORS and one.words != text]
        for words, theirs in denials(text, self.chunk.text):
            denied.append(f"{shown(words)} contradicts {shown(theirs)}.")
        lacking += self.known.strange(text)
        return tuple(dict.fromkeys(lacking)), tuple(dict.fromkeys(denied))

    def other_numbers(self, text: str) -> list[str]:
        """What tells that it states another number for the same, with its words."""
        said = AcceptanceCriterion(id=self.chunk.id, text=self.chunk.text)
        return [one.message for one in self._findings(text, said) if one.rule == CONTRADICTION]

    def _findings(self, text: str, *criteria: AcceptanceCriterion) -> tuple[LintFinding, ...]:
        step = TestStep(
            number=1, action="", expected_result=text,
            citations=with_sources(text, (self.number,), self.sources),
        )  # fmt: skip
        case = TestCase(id="", title="", steps=(step,), origin=CaseOrigin(writer="model"))
        ground = Ground(sources=self.sources, criteria=criteria, context=(self.title,))
        return grounded(case, ground).findings

    def quoted(self, text: str, elsewhere: Lexicon) -> Citation | None:
        """The words that say ``text``, where this source proves it."""
        text = without_articles(text, self.chunk.text)
        for same in self.statements:
            if same.repeats(text):
                start = without_mark(self.chunk.text, same.start)
                return _words(self.number, self.chunk, start, same.end)
        found = verbatim(text, self.chunk.text, self.title, self.rows)
        if found is None:
            found = said_by(text, self.statements, elsewhere)
            if found is None or self.faults(text)[0]:
                return None
        if self.faults(text)[1]:
            return None
        start = without_mark(self.chunk.text, found.start)
        return _words(self.number, self.chunk, start, found.end)


class AnswerProof:
    """Proves the sentences of one answer.

    ``heads`` are by number the name of a source's file and what its opening says of the edition: a
    sentence that says which source replaces which has the name and the editions and dates of them.
    """

    def __init__(
        self,
        sources: Sequence[RetrievedChunk],
        heads: Mapping[int, tuple[str, str]] = MappingProxyType({}),
    ) -> None:
        self._heads = {n: (file, edition_words(head)) for n, (file, head) in heads.items()}
        texts: dict[str, list[str]] = {}
        for one in sources:
            texts.setdefault(one.chunk.document_id, []).append(one.chunk.text)
        self._held = {one.rank: _Held(one, tuple(texts[one.chunk.document_id])) for one in sources}
        self._all = Lexicon(
            text for one in self._held.values() for text in (one.chunk.text, one.title)
        )

    def prove(self, text: str, quotes: Sequence[Quote]) -> AnswerSentence:
        """The sentence with the words of every source that proves it, else with those that its
        writer copied for it where they stand there and bear it (``quoted_words``), or with what it
        lacks.

        Numbers that no source has are left out. Where none that the model named proves it, another
        that does is cited; sources that say just this are cited as well.
        """
        named = [n for n in dict.fromkeys(one.source for one in quotes) if n in self._held]
        if citations := self._proof(text, named):
            return AnswerSentence(text=text, citations=citations)
        chunks = {number: one.chunk for number, one in self._held.items()}
        quoted = standing(quotes, chunks)
        if quoted:
            numbers = dict.fromkeys(one.source for one in quoted)
            above = [
                line for n in numbers for line in (self._held[n].title, *self._heads.get(n, ()))
            ]
            missing, denied = lacking(text, quoted, above)
            if not missing and not denied:
                whole = in_whole_sentences(quoted, chunks)
                return AnswerSentence(text=text, citations=whole, is_paraphrase=True)
            return AnswerSentence(text=text, missing=missing, denied=denied[:SHOWN_DENIALS])
        return self._unproved(text, named)

    def _proof(self, text: str, named: Sequence[int]) -> tuple[Citation, ...]:
        parts = [part for part in text.split("; ") if part.strip(" .")]
        quotes: list[Citation] = []
        for part in parts:
            found = self._quotes(part, named) or self._quotes(part, self._held)
            if not found:
                return ()
            quotes += found
        if quotes and len(parts) == 1:
            also = self._quotes(text, [number for number in self._held if number not in named])
            quotes += [one for one in also if _says_the_same(text, one)]
        return tuple(dict.fromkeys(quotes))

    def _quotes(self, part: str, numbers: Iterable[int]) -> list[Citation]:
        found = (self._held[number].quoted(part, self._all) for number in numbers)
        return [one for one in found if one is not None]

    def _unproved(self, text: str, named: Sequence[int]) -> AnswerSentence:
        """Why no source proves it: the words that stand in none, and what the sources deny."""
        held = [self._held[number] for number in named] or list(self._held.values())
        missing = [
            said
            for key, said in written(text).items()
            if key not in NEUTRAL and not any(one.lexicon.knows(key) for one in held)
        ]
        rows = [misplaced(text, one.chunk.text, one.rows) for one in held]
        if any(rows):  # the verb is not what it lacks
            missing = [said for said in missing if JOINING.isdisjoint(written(said))]
            missing += [one for one in rows[0] if all(one in others for others in rows)]
        faults = [one.faults(text) for one in held]
        if faults:  # what every one of them lacks
            missing += [w for w in faults[0][0] if all(w in lacking for lacking, _ in faults)]
        denied = (
            [told for one in held for told in (*one.faults(text)[1], *one.other_numbers(text))]
            if named
            else []
        )
        return AnswerSentence(
            text=text,
            missing=tuple(dict.fromkeys(missing)),
            denied=tuple(dict.fromkeys(denied))[:SHOWN_DENIALS],
        )


def conflicts_of(
    quotations: Iterable[Citation],
    sources: Sequence[RetrievedChunk],
    others: Sequence[Chunk] = (),
    decided: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[SourceConflict, ...]:
    """Where two sources disagree, of which one is quoted: the comparisons that the house makes
    before cases are written.

    A criterion states another number than rules and pages do, unless one of them (``others`` too)
    states the criterion's own; or a note names a rule and changes its value. ``decided`` are the
    questions that a person has answered, by criterion: the amounts that they were on are no
    conflict any more.
    """
    quoted = {one.chunk_id: one for one in quotations}
    by_id = {one.chunk.id: one for one in sources}
    chunks = [one.chunk for one in sources]
    stating = {one.id: one for one in (*chunks, *others) if one.kind in ("rule", "prose")}
    found = []
    for mine in chunks:
        if mine.kind != "criterion" or mine.start < 0:
            continue
        places = {one.quantity.start for one in find_conflicts(mine.text, list(stating.values()))}
        every = [
            one
            for chunk in stating.values()
            if chunk.id in by_id
            for one in find_conflicts(mine.text, [chunk])
            if one.quantity.start in places  # another source settles the others
            and not any(one.is_asked_by(q, mine.text) for q in decided.get(mine.key, ()))
        ]
        told = [one for one in every if one.chunk.id in quoted]
        for one in _strongest(told or (every if mine.id in quoted else [])):
            theirs = _words(
                by_id[one.chunk.id].rank, one.chunk, one.sentence.start, one.sentence.end
            )
            span = next(s for s in clauses_of(mine.text) if s.start <= one.quantity.start < s.end)
            ours = _words(by_id[mine.id].rank, mine, span.start, span.end)
            found.append(SourceConflict(ours=ours, theirs=theirs))
    answered = {one for several in decided.values() for one in several}
    for change in changes(chunks):
        if change.question not in answered and {change.older.id, change.newer.id} & quoted.keys():
            pair = [
                _words(by_id[one.id].rank, one, 0, len(one.text))
                for one in (change.older, change.newer)
            ]
            found.append(SourceConflict(ours=pair[0], theirs=pair[1]))
    return tuple(dict.fromkeys(found))


def _strongest(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """One for each limit, in the order of the limits."""
    best: dict[int, Conflict] = {}
    for one in sorted(conflicts, key=lambda each: -each.strength):
        best.setdefault(one.quantity.start, one)
    return [best[place] for place in sorted(best)]


def _words(number: int, chunk: Chunk, start: int, end: int) -> Citation:
    return Citation(
        chunk_id=chunk.id, source=number, quote=chunk.text[start:end], start=start, end=end
    )


def _says_the_same(text: str, quote: Citation) -> bool:
    """Whether most of what is quoted is in the sentence too, and all of the sentence in it."""
    mine, theirs = all_content(text) - NEUTRAL, all_content(quote.quote) - NEUTRAL
    shared = len(meeting(mine, theirs))
    return shared == len(mine) and shared >= SAME * len(theirs)
