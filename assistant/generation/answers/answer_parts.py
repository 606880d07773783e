"""What an answer to a question is made of; stored as JSON, so new fields need defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.domain import (
    Chunk,
    Citation,
    ModelSpec,
    RetrievedChunk,
    Standing,
    Value,
    utc_now,
)

AnswerState = Literal[
    "waiting", "writing", "answered", "not said", "passages", "failed", "cancelled"
]
"""``not said``: no source answers. ``passages``: asked without a model."""

PARTIAL = "The model says that the sources it was given answer only a part of the question."
CUT_OFF = (
    "The model's answer broke off before its end: what was not finished is left out, and the "
    "sources may say more. Ask for less at once."
)


UNWORKED = "not from these sentences and their numbers alone"
"""Of what a conclusion names by itself."""


class AnswerSentence(Value):
    """A sentence that a model wrote, with the words of the sources that say it.

    ``is_paraphrase``: the words stand there, and the sentence says in the model's own what it
    reads in them; else it repeats them. Where there are none, ``missing`` are its words that stand
    in none of the sources it names, and ``denied`` says which words of a source contradict it, or
    that none that stand there were given for it.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    is_paraphrase: bool = False
    missing: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is part of the answer: a paraphrase beside its quotations."""
        return bool(self.citations)

    @property
    def missing_places(self) -> tuple[tuple[int, int], ...]:
        """Where its missing words stand in it, as start and end; whole words, not parts of them."""
        return tuple(
            match.span()
            for word in self.missing
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", self.text)
        )


class AnswerSource(Value):
    """A source of an answer: ``number`` is its ``[n]``; ``fetched_at`` says how fresh it is."""

    number: int = Field(ge=1)
    chunk: Chunk
    score: float = 0.0
    fetched_at: datetime | None = None
    standing: Standing = Standing()

    @property
    def hit(self) -> RetrievedChunk:
        """The source as retrieval found it."""
        return RetrievedChunk(
            chunk=self.chunk, score=self.score, rank=self.number, standing=self.standing
        )


class AnswerPassage(Value):
    """A source that bears on the question, or is only near to it; ``start`` and ``end`` are the
    nearest sentence in it."""

    number: int
    start: int
    end: int
    bears: bool = True


class SourceConflict(Value):
    """Two sources that state different numbers for the same thing, word for word."""

    ours: Citation
    theirs: Citation


def numbers_naming(chunk: Chunk, sources: Iterable[tuple[int, Chunk]]) -> tuple[int, ...]:
    """The numbers of sources of other documents that name a chunk by its key, as a change request
    and a decision do that change it; what they say of it is for their reader."""
    if not re.search(r"\d", chunk.key):
        return ()
    named = re.compile(rf"(?<![\w.-]){re.escape(chunk.key)}(?![\w-]|\.\d)")
    return tuple(
        number
        for number, other in sources
        if other.document_id != chunk.document_id
        and chunk.key in other.text  # soon told, and seldom so
        and named.search(other.text)
    )


class Answer(Value):
    """A question and what came of it. ``sentences`` are the answer, ``unproved`` are not.

    ``sources`` are all that were found, ``shown`` the numbers of those that the model was given.
    ``cut_off``: the model's answer ended before its end, so there may have been more to say;
    ``broken``: why it could not be read on behind its last sentence; ``partial``: the model says
    that the sources answer only a part. ``queries``: other wordings that were searched as well.
    ``nearest``: where no passage clearly bears on the question, those that were found first.
    ``conclusion``: what the model says follows from its sentences, by itself no source's;
    ``calculation``: lines that come to what it computed; ``unworked``: what it names that neither
    its sentences nor such a line gives.
    """

    id: str
    thread_id: str
    question: str
    at: datetime = Field(default_factory=utc_now)
    by: str = ""
    writer: str = ""
    model: ModelSpec | None = None
    prompt_version: str = ""
    state: AnswerState = "waiting"
    sentences: tuple[AnswerSentence, ...] = ()
    unproved: tuple[AnswerSentence, ...] = ()
    sources: tuple[AnswerSource, ...] = ()
    shown: tuple[int, ...] = ()
    passages: tuple[AnswerPassage, ...] = ()
    nearest: tuple[AnswerPassage, ...] = ()
    conflicts: tuple[SourceConflict, ...] = ()
    cut_off: bool = False
    broken: str = ""
    partial: bool = False
    conclusion: str = ""
    calculation: tuple[str, ...] = ()
    unworked: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    searched_documents: int = 0
    searched_chunks: int = 0
    notes: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "writing")

    @property
    def unfinished(self) -> str:
        """What is to be said of an answer that has sentences and is not the whole."""
        told = CUT_OFF if self.cut_off else self.broken
        return told or (PARTIAL if self.partial and self.sentences else "")

    @property
    def silence(self) -> str:
        """What is told where no answer is shown; it claims no more than was looked at."""
        if self.model is None:
            return "No passage was found that clearly bears on the question."
        if self.unproved:
            return "Nothing of the model's answer was found in the sources."
        return "The model found no answer in the passages that it was given."

    @property
    def also_searched(self) -> str:
        """What was searched with beside the question, if anything, in a sentence."""
        if not self.queries:
            return ""
        told = ", ".join(f"“{one}”" for one in self.queries)
        return f"Searched with the question, and with the model's wordings of it: {told}"

    @property
    def text(self) -> str:
        """The sentences of the answer, one after the other."""
        return " ".join(sentence.text for sentence in self.sentences)

    def source(self, number: int) -> AnswerSource | None:
        """The source ``[number]``, if there is one."""
        return next((one for one in self.sources if one.number == number), None)

    def stages_of(self, sentence: AnswerSentence) -> tuple[str, ...]:
        """What the sources of a sentence are that rests on drafts and older editions alone."""
        sources = map(self.source, dict.fromkeys(one.source for one in sentence.citations))
        told = [one.standing.stage for one in sources if one is not None]
        return tuple(dict.fromkeys(told)) if all(told) else ()

    def named_sources(self, passages: int | None = None) -> tuple[AnswerSource, ...]:
        """Those that its sentences, conflicts and first ``passages`` (``None``: all) name."""
        named = {c.source for one in self.sentences for c in one.citations}
        named |= {c.source for one in self.conflicts for c in (one.ours, one.theirs)}
        named |= {one.number for one in self.passages[:passages]}
        return tuple(one for one in self.sources if one.number in named)

    def naming(self, number: int) -> tuple[int, ...]:
        """The sources of other documents that name the source ``[number]`` by its key."""
        mine = self.source(number)
        every = [(one.number, one.chunk) for one in self.sources]
        return () if mine is None else numbers_naming(mine.chunk, every)

    def quotations(self, number: int) -> tuple[Citation, ...]:
        """The words of the source ``[number]`` that are quoted, or that are nearest."""
        cited = [c for s in self.sentences for c in s.citations if c.source == number]
        return (*cited, *self._words(number, self.passages))

    def nearest_words(self, number: int) -> tuple[Citation, ...]:
        """The words of the source ``[number]`` that are nearest to a question that no passage
        clearly bears on."""
        return self._words(number, self.nearest)

    def _words(self, number: int, passages: tuple[AnswerPassage, ...]) -> tuple[Citation, ...]:
        source = self.source(number)
        return tuple(
            Citation(
                chunk_id=source.chunk.id,
                source=number,
                quote=source.chunk.text[one.start : one.end],
                start=one.start,
                end=one.end,
            )
            for one in passages
            if source is not None and one.number == number
        )
