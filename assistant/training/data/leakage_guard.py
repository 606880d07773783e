"""Keeps the answer out of what is retrieved for a case, in training pairs and in comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from assistant.domain import RetrievedChunk, StoryCases, TestCase, TestCondition
from assistant.suite.near_duplicates import Shingles, held_share, shingles, similarity
from assistant.training.data.selection import DatasetConfig, Selection, answer_text

HELD_SHARE = 0.8
"""Share of the answer's runs of words from which on a text counts as holding the answer."""

ContextFor = Callable[[StoryCases, TestCondition], Sequence[RetrievedChunk]]
"""What is retrieved for one condition of a story, best first."""


class AnswerGuard:
    """Sorts out retrieved chunks that give a case's answer away, and counts them by reason."""

    def __init__(self, selection: Selection, config: DatasetConfig) -> None:
        self.left_out: Counter[str] = Counter()
        self._near = config.near_duplicate
        self._kept_back = {
            case.id for one in selection.of("validation", "held-out") for case in one.cases
        }

    def kept(
        self, one: StoryCases, case: TestCase, sources: Sequence[RetrievedChunk]
    ) -> tuple[RetrievedChunk, ...]:
        """The chunks that tell nothing of the answer, ranked from 1 again."""
        siblings = {sibling.id for sibling in one.cases} | {case.id}
        answer = shingles(answer_text(case))
        kept = []
        for source in sources:
            reason = self._reason(source, one, siblings, answer)
            if reason:
                self.left_out[reason] += 1
            else:
                kept.append(source)
        return tuple(
            source.model_copy(update={"rank": rank}) for rank, source in enumerate(kept, start=1)
        )

    def _reason(
        self, source: RetrievedChunk, one: StoryCases, siblings: set[str], answer: Shingles
    ) -> str:
        chunk = source.chunk
        if chunk.kind == "case" and (chunk.key in siblings or chunk.document_id == one.story.key):
            return "a case of the same story"
        if chunk.kind == "case" and chunk.key in self._kept_back:
            return "a case that is kept back"
        words = shingles(chunk.text)
        if similarity(words, answer) >= self._near:
            return "nearly the answer under another id"
        if held_share(answer, words) >= HELD_SHARE:
            return "holds the answer"
        return ""


def guard_context(
    selection: Selection, context_for: ContextFor, config: DatasetConfig
) -> ContextFor:
    """``context_for`` without the answers, for conditions made by ``condition_of_case``.

    A comparison that uses it writes from the same sources as the held-out pairs hold.
    """
    guard = AnswerGuard(selection, config)

    def found(one: StoryCases, condition: TestCondition) -> Sequence[RetrievedChunk]:
        sources = context_for(one, condition)
        case = next((case for case in one.cases if case.id == condition.id), None)
        return sources if case is None else guard.kept(one, case, sources)

    return found
