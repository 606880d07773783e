"""Citations: which words of which source support an action or an expected result.

Nobody names a source in free text. A writer asks for the words that support what it
says; a model picks ``[n]``, and the pick counts only if chunk n really supports the words. What is
stored is always cut out of the chunk, so ``quote == chunk.text[start:end]`` by construction.

Support of an expected result is one of

* ``supported``: the words stand in a source, with every number and message, and the source does
  not say the opposite;
* ``derived``: they follow from the criterion by a test technique (the neighbour of a limit, the
  reverse of an allowed situation), and the citation shows the words they follow from;
* ``unsupported``: neither; no citation is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.domain import Citation, RetrievedChunk, Support, TestCase
from assistant.generation.proof.passages import (
    DERIVED,
    Passage,
    Sources,
    Supports,
    Window,
    best_window,
    quoted,
)
from assistant.generation.sentence_words import (
    QUOTED,
    accepts_or_refuses,
    clauses,
    content_stems,
    unknown_names,
)
from assistant.language.quantities import foreign_values

SUPPORTED = 0.6
"""Share of a statement's weight that a source's words must cover to count as support."""

REPLACE_MARGIN = 0.15
"""How much better another source must be to stand in for one that was picked and holds."""

_STAYS = re.compile(r"\b(?:stays?|remains?|keeps?|unchanged)\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:changes?|changed|becomes?|moves?|goes|switches)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Resolution:
    """The citations that hold for a statement, and how well they support it."""

    citations: tuple[Citation, ...] = ()
    support: Support = "unsupported"


def opposes(statement: str, words: str) -> bool:
    """Whether a source does not say the same about what goes through and what does not.

    A refusal needs words that refuse, a success words that tell one. A statement that says neither
    is opposed by a denial, unless it reports something quoted.
    """
    if _STAYS.search(statement) and _CHANGES.search(words) and not _STAYS.search(words):
        return True
    accepts, refuses = accepts_or_refuses(statement)
    source_accepts, source_refuses = accepts_or_refuses(words)
    if refuses and not accepts:
        return not source_refuses
    if accepts:
        return not source_accepts
    return source_refuses and not source_accepts and not QUOTED.search(statement)


def holds(statement: str, window: Window, supports: Supports = "expected_result") -> bool:
    """Whether a window supports a statement: words, every value and message, and no contradiction.

    An expected result needs a source that is a test basis (``Passage.is_basis``).
    """
    chunk = window.passage.source.chunk
    if window.coverage < SUPPORTED or _adds(statement, [chunk.text]):
        return False
    if supports != "expected_result":
        return True
    return window.passage.is_basis and not _contradicted(statement, window)


def _contradicted(statement: str, window: Window) -> bool:
    """Whether the window, or for a statement of several clauses the words that one of them finds
    in the same source, says the opposite."""
    parts = [statement[start:end] for _, start, end in clauses(statement)]
    parts = [part for part in parts if len(content_stems(part)) > 1]
    if len(parts) < 2:
        return opposes(statement, window.text)
    for part in parts:
        weights = dict.fromkeys(content_stems(part), 1.0)
        quoting = QUOTED.search(part) is not None
        found = best_window(window.passage, weights, float(len(weights)), quoting=quoting)
        if found is not None and opposes(part, found.text):
            return True
    return False


def _adds(statement: str, texts: Sequence[str]) -> bool:
    """Whether a statement holds a value, a message or a name that stands in none of the texts."""
    return bool(unknown_names(statement, texts) or foreign_values(statement, texts))


def resolve(
    statement: str,
    sources: Sources,
    *,
    picked: Sequence[int] = (),
    supports: Supports = "expected_result",
    basis: Passage | None = None,
    computed: Sequence[str] = (),
    evidence: Sequence[str] = (),
) -> Resolution:
    """Find the words that support a statement.

    ``picked`` are the ``[n]`` that a model chose; a pick that does not support the words is
    replaced by the source that does, or dropped. ``basis`` is the criterion that the statement was
    derived from, ``computed`` the texts (data, outcome) that a technique computed from its words
    ``evidence``: what says no more than these is ``derived``, and cites the words it came from.
    """
    windows = sources.find(statement)
    chosen = _choice(statement, windows, supports, picked, basis)
    if chosen is not None:
        return Resolution((chosen.citation(supports),), "supported")
    if basis is not None and computed:
        window = next((window for window in windows if window.passage is basis), None)
        texts = [basis.source.chunk.text, *computed]
        if _adds(statement, texts):
            return Resolution()
        if window and window.coverage >= DERIVED:
            found = window.citation(supports)
            limit = _limit_behind(statement, found, basis, evidence)
            return Resolution((found, limit) if limit else (found,), "derived")
        said = content_stems("\n".join(texts))
        if re.search(r"\d", statement):
            evidence = sorted(evidence, key=lambda words: not re.search(r"\d", words))
        source = next((one for quote in evidence if (one := quoted(basis, quote, supports))), None)
        if source is not None and content_stems(statement) <= said:
            return Resolution((source,), "derived")
    return Resolution()


def _limit_behind(
    statement: str, found: Citation, basis: Passage, evidence: Sequence[str]
) -> Citation | None:
    """The words with the limit that a computed value comes from, where the quote has no number."""
    if not re.search(r"\d", statement) or re.search(r"\d", found.quote):
        return None
    numbered = (words for words in evidence if re.search(r"\d", words))
    return next((q for words in numbered if (q := quoted(basis, words, found.supports))), None)


def _choice(
    statement: str,
    windows: Sequence[Window],
    supports: Supports,
    picked: Sequence[int],
    basis: Passage | None,
) -> Window | None:
    """Of the windows that hold (best first): one picked, else the criterion's, else the best.

    A picked window, or the criterion's, may be a little worse than the best one.
    """
    best: Window | None = None
    own: Window | None = None
    for window in windows:
        if window.coverage < SUPPORTED:
            break
        if best is not None and best.coverage - window.coverage > REPLACE_MARGIN:
            break
        is_picked = window.passage.source.rank in picked
        is_own = window.passage is basis
        if (best is None or is_picked or is_own) and holds(statement, window, supports):
            if is_picked:
                return window
            best = best or window
            own = window if is_own else own
    return own or best


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
