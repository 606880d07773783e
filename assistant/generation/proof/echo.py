"""Echoes: a result that says no more than its own action, or than the criterion as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from assistant.domain import AcceptanceCriterion, TestStep
from assistant.generation.proof.proof_faults import ECHO, Mark, shown
from assistant.generation.sentence_words import sentences
from assistant.language.quoted_messages import find_messages

REPEATED = 0.85
"""Share of a result's words that stand in one run in its action, or of the words of result and
criterion that they have in common in order."""

FEWEST = 3
"""Words of a result from which on a repetition is told: "The PIN is accepted" may be said twice."""


def echoes(step: TestStep, criteria: Sequence[AcceptanceCriterion]) -> Iterator[Mark]:
    """The mark of a step whose result repeats its action or a criterion."""
    result = _said(step.expected_result)
    if len(result) < FEWEST:
        return
    action = _said(step.action)
    run = SequenceMatcher(None, action, result, autojunk=False).find_longest_match()
    if run.size >= REPEATED * len(result):
        message = f"The result only repeats its action: {shown(step.expected_result)}."
        yield Mark(ECHO, step.expected_result, message)
        return
    for criterion in criteria:
        for text in _rules_of(criterion):
            if SequenceMatcher(None, _said(text), result, autojunk=False).ratio() >= REPEATED:
                message = f"The result only repeats {criterion.id}: {shown(text)}."
                yield Mark(ECHO, step.expected_result, message)
                return


def _rules_of(criterion: AcceptanceCriterion) -> Iterator[str]:
    """The criterion and its sentences; one that only tells what is shown, or what is then so, may
    be said again."""
    yield (text := criterion.text)
    found = sentences(text)
    if len(found) > 1 and criterion.form not in ("flow", "gherkin"):
        yield from (text[start:end] for start, end in found if not find_messages(text[start:end]))


def _said(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
