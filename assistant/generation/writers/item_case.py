"""A draft of an item as a test case: code's title and preconditions, the model's steps, cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import CaseOrigin, Citation, TestCase, TestStep
from assistant.generation.proof import Sources, best_of, cited
from assistant.generation.sentence_words import content_stems
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.case_parts import case_of, outcome_citations
from assistant.generation.writers.item_answer import ItemDraft, ItemStep
from assistant.generation.writers.item_data import Situation
from assistant.generation.writers.outline import outline_title

STATES_OUTCOME = 0.3
"""Share of the outcome's words from which on a result rests on its quotation."""


def worded_case(
    brief: CaseBrief,
    situation: Situation,
    draft: ItemDraft,
    origin: CaseOrigin,
    sources: Sources,
) -> TestCase:
    """The case of a draft: code's title and preconditions, the model's steps, each cited."""
    texts = tuple(_texts_of(brief))
    if brief.condition.facts:
        given = list(situation.lines)
    else:
        given = [brief.condition.precondition] if brief.condition.precondition.strip() else []
    given += [_as_written(line.strip(), texts) for line in draft.p]
    return case_of(
        brief,
        origin,
        sources,
        title=outline_title(brief),
        preconditions=tuple(dict.fromkeys(given)),
        steps=[
            _step(number, step, brief, sources, texts) for number, step in enumerate(draft.s, 1)
        ],
        citations=[one for line in given for one in cited(line, sources, "precondition")],
    )


def _step(
    number: int, step: ItemStep, brief: CaseBrief, sources: Sources, texts: Sequence[str]
) -> TestStep:
    action, data, expected = (_as_written(t.strip(), texts) for t in (step.a, step.d, step.e))
    return TestStep(
        number=number,
        action=action,
        test_data=data,
        expected_result=expected,
        citations=(
            *cited(action, sources, "action"),
            *_outcome(expected, brief, sources),
            *_elsewhere(expected, brief, sources),
        ),
    )


def _outcome(expected: str, brief: CaseBrief, sources: Sources) -> tuple[Citation, ...]:
    """The quoted outcome that a result states; proof finds words for any other."""
    outcomes = brief.condition.outcomes
    words = content_stems("\n".join(one.quote for one in outcomes))
    if not words or len(words & content_stems(expected)) < STATES_OUTCOME * len(words):
        return ()
    return outcome_citations(outcomes, sources)[0]


def _elsewhere(expected: str, brief: CaseBrief, sources: Sources) -> tuple[Citation, ...]:
    """Where words of a result come from that neither its criterion nor its item says, so that a
    reviewer sees it where a small model has taken them from another source."""
    item = brief.condition
    own = (brief.criterion.text, item.statement, item.data, item.expected)
    strange = content_stems(expected) - content_stems("\n".join(own))
    words = " ".join(one for one in re.findall(r"\w+", expected) if content_stems(one) & strange)
    others = [p for p in sources.passages if p.source.chunk.key != brief.criterion.id]
    found = best_of(words, others, sources) if words else None
    return () if found is None else (found,)


def _as_written(text: str, texts: Sequence[str]) -> str:
    """The text with straight quotation marks, unless one of ``texts`` has typographic ones."""
    if any("“" in other for other in texts):
        return text
    return text.replace("“", '"').replace("”", '"')


def _texts_of(brief: CaseBrief) -> Iterator[str]:
    yield from (brief.story.title, brief.story.narrative, brief.criterion.text)
    yield from (source.chunk.text for source in brief.sources)
    for case in brief.style:
        yield from (text for step in case.steps for text in (step.action, step.expected_result))
