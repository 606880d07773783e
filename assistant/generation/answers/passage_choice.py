"""Without a model: which of the passages found bear on a question, and the sentence nearest to it.

Measured by ``benchmarks/ask.py``; the two bounds were set on its first questions and held on those
written afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.domain import RetrievedChunk
from assistant.generation.answers.answer_parts import AnswerPassage
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.generation.sentence_words import sentences
from assistant.knowledge.embedding import Embedder

NEAR = 0.6
"""Cosine of question and sentence from which on a passage bears on the question ..."""

NAMED = 0.6
"""... or the share of the question's telling words that stand in the passage and its headings."""

NEAREST = 3
"""Of eight projects' 160 questions that have an answer, 66 had no passage within these bounds, and
for most of them one of the first three found was of the document that answers."""

_MARK = re.compile(r"(?:[\s•|]|[#>](?!\s*(?:[A-Z]{3}\s*)?[\d€$£])|-+(?=[\s|])|\*\s)*")
"""What stands before a sentence in a list, a heading or a cell; ``**`` belongs to its words."""


def bearing_passages(
    question: str, sources: Sequence[RetrievedChunk], embedder: Embedder
) -> tuple[AnswerPassage, ...]:
    """The passages that bear on the question, in the order of ``sources``; where none does the
    first ``NEAREST`` of them, which are told to be near only."""
    spans = [(one, *span) for one in sources for span in _spans(one.chunk.text)]
    if not spans:
        return ()
    vectors = embedder.documents([one.chunk.text[start:end] for one, start, end in spans])
    cosines = vectors @ embedder.queries([question])[0]
    nearest: dict[int, tuple[float, int, int]] = {}
    for (one, start, end), cosine in zip(spans, cosines, strict=True):
        if one.rank not in nearest or cosine > nearest[one.rank][0]:
            nearest[one.rank] = (float(cosine), start, end)
    words = all_content(question) - NEUTRAL
    found: list[AnswerPassage] = []
    near: list[AnswerPassage] = []
    for one in sources:
        if one.rank not in nearest:
            continue
        cosine, start, end = nearest[one.rank]
        chunk = one.chunk
        there = all_content(" ".join((chunk.text, chunk.key, chunk.title, chunk.heading)))
        if cosine >= NEAR or (words and len(meeting(words, there)) >= NAMED * len(words)):
            found.append(AnswerPassage(number=one.rank, start=start, end=end))
        elif len(near) < NEAREST:
            near.append(AnswerPassage(number=one.rank, start=start, end=end, bears=False))
    return tuple(found or near)


def _spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a text without the marks around them; the whole where there is none."""
    found = []
    for start, end in sentences(text) or ((0, len(text)),):
        mark = _MARK.match(text, start)
        start = mark.end() if mark else start
        end = start + len(text[start:end].rstrip(" \t\r\n|"))
        if start < end:
            found.append((start, end))
    return found
