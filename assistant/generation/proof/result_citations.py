"""Citations: the words of the sources that are nearest to what a case says, verbatim.

Nobody names a source in free text: what is stored is cut out of the chunk, so that ``quote ==
chunk.text[start:end]``. A citation speaks of the same thing as the line: it shares a word with
meaning or a quotation with it. A number alone supports nothing: "2." of a list is no "2
appointments".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.domain import Citation, RetrievedChunk, TestCase
from assistant.generation.proof.amounts import alike, numbers
from assistant.generation.proof.passages import Passage, Sources, Supports
from assistant.generation.proof.statement_words import NEUTRAL, all_content, meeting
from assistant.generation.sentence_words import clauses, sentences
from assistant.language.quoted_messages import find_messages

CARRIED = 0.6
"""Share of a result's words that its citations must hold for it to stand in them."""

_MARKS = " \t\r\n-*•|#>,;:–—"


def with_sources(
    result: str, source_numbers: Sequence[int], sources: Sources
) -> tuple[Citation, ...]:
    """One citation from each numbered source that speaks of what a result says.

    ``result`` is the text of a step's expected result, ``source_numbers`` the ``[n]`` that a writer
    named for it. ``quote == chunk.text[start:end]`` for each; numbers that no source has, sources
    that speak of something else, and repeated numbers are left out.
    """
    found = []
    for number in dict.fromkeys(source_numbers):
        passage = sources.ranked(number)
        citation = nearest(result, passage) if passage is not None else None
        if citation is not None:
            found.append(citation)
    return tuple(found)


def cited(line: str, sources: Sources, supports: Supports) -> tuple[Citation, ...]:
    """The words that hold most of a precondition or an action; none where no source does."""
    found = best_of(line, sources.passages)
    if found is None or not carries(line, [found.quote]):
        return ()
    return (found.model_copy(update={"supports": supports}),)


def best_of(line: str, passages: Sequence[Passage]) -> Citation | None:
    """The words of these passages that are nearest to a line; the first among equals."""
    found = [one for p in passages if (one := nearest(line, p)) is not None]
    return max(found, key=lambda one: closeness(line, one.quote), default=None)


def nearest(result: str, passage: Passage) -> Citation | None:
    """The sentence or clause of a source that is nearest to a result, or ``None`` where the source
    speaks of something else."""
    chunk = passage.source.chunk
    best: tuple[float, int, int] | None = None
    for start, end in _spans(chunk.text):
        score = closeness(result, chunk.text[start:end])
        if score > 0 and (best is None or score > best[0]):
            best = score, start, end
    if best is None:
        return None
    _, start, end = best
    return passage.citation(start, end)


def closeness(result: str, words: str) -> float:
    """How much of a result some words hold: shared words, messages twice, numbers of the same kind
    beside them; 0 where they share no word."""
    mine, theirs = all_content(result) - NEUTRAL, all_content(words) - NEUTRAL
    shared = len(meeting(mine, theirs))
    told = {one.text.casefold() for one in find_messages(words)}
    messages = sum(one.text.casefold() in told for one in find_messages(result))
    if not shared and not messages:
        return 0.0
    known = numbers(words)
    counted = sum(any(alike(one, other) for other in known) for one in numbers(result))
    return (shared + 2 * messages + 0.5 * counted) / (len(theirs) + 6)


def speaks_of(result: str, quote: str) -> bool:
    """Whether a citation is about what a result says."""
    return closeness(result, quote) > 0


def carries(result: str, quotes: Iterable[str], data: frozenset[str] = frozenset()) -> bool:
    """Whether most of what a result says stands in the words cited for it.

    ``data`` are words of the case's own data, which nobody cites.
    """
    words = all_content(result) - NEUTRAL
    words = (words - data) or words
    return len(meeting(words, all_content("\n".join(quotes)))) >= CARRIED * len(words)


@lru_cache(maxsize=2048)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    found = [*sentences(text), *((start, end) for _, start, end in clauses(text))]
    return tuple(span for span in (_trimmed(text, *one) for one in found) if span[0] < span[1])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _MARKS:
        start += 1
    while end > start and text[end - 1] in _MARKS:
        end -= 1
    return start, end


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
