"""The proof of an answer: each sentence held against the words that it rests on.

A sentence that a source says word for word is shown as it stands there. Another is shown with the
words that its writer copied for it, where these stand in the sources that it names and bear it
(``quoted_words``). What is left is put aside with what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from assistant.design.questions.conflicts import (
    Conflict,
    clauses_of,
    find_conflicts,
    without_stages,
)
from assistant.design.questions.supersession import Change, changes
from assistant.domain import Chunk, Citation, RetrievedChunk
from assistant.generation.answers.answer_parts import AnswerSentence, SourceConflict
from assistant.generation.answers.quoted_words import (
    NOT_QUOTED,
    Quote,
    contradicted,
    contradictions,
    in_whole_sentences,
    lacking,
    repeated_sentences,
    signs,
    standing,
    words_of,
)
from assistant.language.amounts import Quantity
from assistant.language.document_heads import edition_words

SHOWN_DENIALS = 2


class AnswerProof:
    """Proves the sentences of one answer.

    ``heads`` are by number the name of a source's file and what its opening says of the edition: a
    sentence that says which source replaces which has the name and the editions and dates of them.
    Of a writer that ``is_trusted``, as a model at an endpoint that gets a whole story a call is, no
    sentence is put aside for what it seems to deny, confine or bind otherwise than the words below
    it: of 138 such sentences on two projects these comparisons stopped 8, all of them true.
    """

    def __init__(
        self,
        sources: Sequence[RetrievedChunk],
        heads: Mapping[int, tuple[str, str]] = MappingProxyType({}),
        *,
        is_trusted: bool = False,
    ) -> None:
        self._is_trusted = is_trusted
        self._chunks = {one.rank: one.chunk for one in sources}
        self._above = {
            number: (one.key, one.title, one.heading, file, edition_words(head))
            for number, one in self._chunks.items()
            for file, head in (heads.get(number, ("", "")),)
        }
        self._sentences = repeated_sentences(self._chunks)

    def prove(self, text: str, quotes: Sequence[Quote]) -> AnswerSentence:
        """The sentence with every place where it stands word for word, else with the words that its
        writer copied for it where they stand there and bear it, or with what it lacks.

        Sources that do not exist are left out.
        """
        named = [n for n in dict.fromkeys(one.source for one in quotes) if n in self._chunks]
        if same := self._sentences.get(signs(text)):
            mine = sorted(same, key=lambda one: one.source not in named)
            return AnswerSentence(text=text, citations=tuple(mine))
        quoted = standing(quotes, self._chunks)
        if not quoted:
            return self._without_quotation(text, named or list(self._chunks))
        told = "\n".join(one.quote for one in quoted)
        missing = lacking(text, told, self._lines_above(one.source for one in quoted))
        denied = () if self._is_trusted else contradictions(text, told)
        if not missing and not denied:
            whole = in_whole_sentences(quoted, self._chunks)
            return AnswerSentence(text=text, citations=whole, is_paraphrase=True)
        return AnswerSentence(text=text, missing=missing, denied=denied[:SHOWN_DENIALS])

    def _without_quotation(self, text: str, numbers: Sequence[int]) -> AnswerSentence:
        """Why it is not shown: no words were given for it that stand in these sources; its words
        that stand in none of them, and a clause of theirs that denies it."""
        texts = [self._chunks[number].text for number in numbers]
        missing = lacking(text, "\n\n".join(texts), self._lines_above(numbers), share=1)
        denied = [said for one in texts for said in contradicted(text, one)][: SHOWN_DENIALS - 1]
        return AnswerSentence(text=text, missing=missing, denied=(*denied, NOT_QUOTED))

    def _lines_above(self, numbers: Iterable[int]) -> list[str]:
        return [line for n in dict.fromkeys(numbers) for line in self._above[n]]


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
            theirs = words_of(
                by_id[one.chunk.id].rank, one.chunk, one.sentence.start, one.sentence.end
            )
            span = next(s for s in clauses_of(mine.text) if s.start <= one.quantity.start < s.end)
            ours = words_of(by_id[mine.id].rank, mine, span.start, span.end)
            found.append(SourceConflict(ours=ours, theirs=theirs))
    answered = {without_stages(one) for several in decided.values() for one in several}
    for change in changes(chunks):
        if change.question() not in answered and {change.older.id, change.newer.id} & quoted.keys():
            pair = [
                words_of(by_id[one.id].rank, one, *_stretch(change, one, value))
                for one, value in (
                    (change.older, change.older_value),
                    (change.newer, change.newer_value),
                )
            ]
            found.append(SourceConflict(ours=pair[0], theirs=pair[1]))
    return tuple(dict.fromkeys(found))


def _strongest(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """One for each limit, in the order of the limits."""
    best: dict[int, Conflict] = {}
    for one in sorted(conflicts, key=lambda each: -each.strength):
        best.setdefault(one.quantity.start, one)
    return [best[place] for place in sorted(best)]


def _stretch(change: Change, chunk: Chunk, value: Quantity) -> tuple[int, int]:
    """What of a source is quoted where another one changes it: all of it where a rule is named,
    else the sentence of the value."""
    if change.sentence:
        for one in clauses_of(chunk.text):
            if one.start <= value.start < one.end:
                return one.start, one.end
    return 0, len(chunk.text)
