"""Bleed: what a tuned model says that stands in no source of the case it writes.

A model that was trained on cases of other stories may put their names, amounts, keys and quotations
into a new case. They are found by rule and marked as findings of the case; none is hidden. The
texts that count as sources are the story, the criterion, the condition and the brief's sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.domain import LintFinding, TestCase, Value
from assistant.generation.proof.support_texts import Known, folded, stands_in
from assistant.generation.sentence_words import sentences
from assistant.generation.writer import CaseBrief

NOT_IN_SOURCES = "not in the sources"
"""The rule of the findings; kept when a case is linted again."""

MIN_SENTENCE_WORDS = 3


class Memorised(Value):
    """What of a case's bleed stands word for word in training texts."""

    items: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


def bleed(case: TestCase, brief: CaseBrief) -> tuple[str, ...]:
    """Quotations, names, amounts and keys of the case that no source holds; each once, in order."""
    known = Known(brief_texts(brief))
    found = (item for _, text in _lines(case) for item in known.strange(text))
    return tuple(dict.fromkeys(found))


def bleed_findings(case: TestCase, brief: CaseBrief) -> tuple[LintFinding, ...]:
    """One finding for each strange item of each step (``step`` is ``None`` for preconditions)."""
    known = Known(brief_texts(brief))
    seen: dict[tuple[int | None, str], None] = {}
    for number, text in _lines(case):
        for item in known.strange(text):
            seen.setdefault((number, item))
    return tuple(
        LintFinding(
            rule=NOT_IN_SOURCES,
            message=f"“{item}” stands in no source of this case; check it or replace it.",
            step=number,
        )
        for number, item in seen
    )


def memorised(case: TestCase, brief: CaseBrief, training_texts: Iterable[str]) -> Memorised:
    """Which strange items, and which sentences that hold one, stand in the training texts.

    ``training_texts`` are the cases and stories that a model was trained on. The company's usual
    wording alone ("And I add it") is style and not counted: a sentence counts where it holds an
    item that no source of this case has.
    """
    trained = folded("\n".join(training_texts))
    known = Known(brief_texts(brief))
    items: dict[str, None] = {}
    lines: dict[str, None] = {}
    for _, text in _lines(case):
        for start, end in sentences(text):
            sentence = text[start:end]
            strange = [item for item in known.strange(sentence) if stands_in(item, trained)]
            items.update(dict.fromkeys(strange))
            if strange and len(sentence.split()) >= MIN_SENTENCE_WORDS:
                said = folded(sentence).strip(" .")
                if said and said in trained:
                    lines.setdefault(sentence)
    return Memorised(items=tuple(items), sentences=tuple(lines))


def brief_texts(brief: CaseBrief) -> tuple[str, ...]:
    """All texts that a case of this brief may take its words from."""
    condition = brief.condition
    return (
        brief.epic.title,
        brief.story.title,
        brief.story.narrative,
        brief.criterion.text,
        condition.statement,
        condition.precondition,
        condition.action,
        condition.data,
        condition.expected,
        *(source.chunk.text for source in brief.sources),
    )


def _lines(case: TestCase) -> Iterator[tuple[int | None, str]]:
    for line in case.preconditions:
        yield None, line
    for step in case.steps:
        for text in (step.action, step.test_data, step.expected_result):
            for line in text.splitlines():
                if line.strip():
                    yield step.number, line
