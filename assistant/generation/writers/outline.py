"""The outline: what the text gives of a case, without a model and without a word of its own.

Its lines are fixed phrases, values and verbatim quotations, so that it is true to the text in any
language. A step has no action: a person completes it. Where the text gives the actions too (a
scenario, a row of a table), the case is whole.
"""

from __future__ import annotations

from assistant.domain import (
    CaseOrigin,
    Citation,
    Fact,
    RetrievedChunk,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.cancellation import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.lint import MAX_TITLE
from assistant.generation.proof.passages import Sources
from assistant.generation.sentence_words import clipped
from assistant.generation.writer import CaseBrief, WrittenCase
from assistant.generation.writers.case_parts import case_of, cited_words, outcome_citations
from assistant.generation.writers.item_words import outcome_words, quotation, situation_words
from assistant.generation.writers.source_actions import GivenAction, given_action


class OutlineWriter:
    """Writes an outline for each condition, at once.

    The sources of the last brief are kept prepared, since the briefs of a story share them; that
    is the only state, and one writer may serve many threads.
    """

    def __init__(self) -> None:
        self._prepared: tuple[tuple[RetrievedChunk, ...], Sources] | None = None

    @property
    def spec(self) -> None:
        """No model is used."""
        return None

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """The outline for the condition of the brief. Raises ``Cancelled``."""
        raise_if_cancelled(cancelled, "Writing an outline")
        return WrittenCase(case=self.outline(brief))

    def outline(self, brief: CaseBrief) -> TestCase:
        """The outline for the condition of the brief."""
        sources = self.sources(brief)
        condition = brief.condition
        forms = {one.id: one.form for one in brief.epic.criteria}
        legs = condition.legs or (condition,)
        given = [given_action(leg, table=forms.get(leg.criterion_id) == "table") for leg in legs]
        steps = [
            _step(number, leg, action, sources, alone=not condition.legs)
            for number, (leg, action) in enumerate(zip(legs, given, strict=True), start=1)
        ]
        lines: list[str] = []
        cited: list[Citation | None] = []
        if not condition.legs:
            lines = _preconditions(condition, given[0])
            passage = sources.of_key(condition.criterion_id)
            before = _before(condition, given[0])
            cited = [cited_words(passage, fact.quote, "precondition") for fact in before]
        return case_of(
            brief,
            CaseOrigin(writer="outline"),
            sources,
            title=outline_title(brief),
            preconditions=lines,
            steps=steps,
            citations=[one for one in cited if one is not None],
        )

    def sources(self, brief: CaseBrief) -> Sources:
        """The sources of a brief, ready to be searched."""
        last = self._prepared
        if last is not None and last[0] is brief.sources:
            return last[1]
        sources = Sources(brief.sources)
        self._prepared = (brief.sources, sources)
        return sources


def outline_title(brief: CaseBrief) -> str:
    """The label of the item, which is fixed words and quotations; of a scenario its own title.

    A main flow is named by its whole sentence: an outcome without "after a rejection" says more.
    """
    condition = brief.condition
    facts = condition.facts
    steps = [fact for fact in facts if fact.kind == "scenario"]
    if steps:
        title = brief.criterion.title or steps[-1].quote
        rows = situation_words([fact for fact in facts if fact.kind == "row"])
        return clipped("; ".join((" ".join(title.split()), *rows)), MAX_TITLE)
    if facts and all(fact.kind == "main flow" for fact in facts):
        words = " ".join((facts[0].quote or brief.criterion.text).split())
        return "Main flow: " + quotation(clipped(words, MAX_TITLE - len("Main flow: “”")))
    title = clipped(" ".join(condition.statement.split()), MAX_TITLE - 1)
    return title + "”" * (title.count("“") > title.count("”"))  # a quotation that is cut ends


def _preconditions(condition: TestCondition, action: GivenAction) -> list[str]:
    if not condition.facts:
        return [condition.precondition] if condition.precondition.strip() else []
    return situation_words(_before(condition, action))


def _before(condition: TestCondition, action: GivenAction) -> list[Fact]:
    return [fact for fact in condition.facts if fact not in action.facts]


def _step(
    number: int, condition: TestCondition, action: GivenAction, sources: Sources, *, alone: bool
) -> TestStep:
    """The step of a condition, its action empty unless the text gives it."""
    citations, support = outcome_citations(condition.outcomes, sources)
    passage = sources.of_key(condition.criterion_id)
    doing = [cited_words(passage, fact.quote, "action") for fact in action.facts]
    data = action.data or ("" if action.words else _values(condition))
    return TestStep(
        number=number,
        action=action.words,
        test_data=data if alone else "; ".join(situation_words(_before(condition, action))),
        expected_result=_expected(condition),
        citations=(*dict.fromkeys(one for one in doing if one is not None), *citations),
        support=support,
    )


def _values(condition: TestCondition) -> str:
    """The values that are tried, in one line."""
    if not condition.facts:
        return condition.data
    tried = [fact.value for fact in condition.facts if fact.kind in ("limit", "field")]
    return "; ".join(dict.fromkeys(value for value in tried if value))


def _expected(condition: TestCondition) -> str:
    """What the text says for this side: a scenario's own lines, else quotations."""
    if not condition.facts:
        return condition.expected
    told = [fact.kind for fact in condition.facts if fact.kind not in ("limit", "row")]
    if told and set(told) == {"scenario"} and all(one.happens for one in condition.outcomes):
        return "\n".join(" ".join(one.quote.split()) for one in condition.outcomes)
    return outcome_words(condition.outcomes)
