"""Grounding: every statement of a case checked against what it may rest on, whoever wrote it.

A case may rest on the condition it was written for, the criterion and story, the sources it cites
and the tester's own words. Checked by rule:

* an item (number, amount, date, name, message, field, key) that stands in none of them is told with
  the very words (``not in the sources``);
* a sentence of an expected result that the condition and the cited words do not carry makes the
  step ``unsupported`` and is told with the words that stand nowhere (``unsupported``);
* a statement that a source denies is an error that names both texts (``contradiction``).

An expected result that holds is ``supported`` (it cites the words) or ``derived`` (it follows from
the words it cites by the case's technique).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.design.conflicts import Conflict, find_conflicts
from assistant.domain import (
    AcceptanceCriterion,
    Citation,
    LintFinding,
    RetrievedChunk,
    Support,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.bleed import NOT_IN_SOURCES
from assistant.generation.citations import SUPPORTED, resolve
from assistant.generation.contradictions import Denied, Reference, denials, denies_alone
from assistant.generation.known import Known, meaning, parts_of
from assistant.generation.passages import DERIVED, Passage, Sources, quoted
from assistant.generation.wording import clipped
from assistant.generation.writer import CaseBrief

UNSUPPORTED = "unsupported"
CONTRADICTION = "contradiction"
RULES = frozenset({NOT_IN_SOURCES, UNSUPPORTED, CONTRADICTION})
"""The rules of the findings made here; they are made anew whenever a case is checked."""

CARRIED = 0.6
"""Share of a sentence's telling words that condition, criterion and cited words must hold."""

NEAREST = 3
"""Sources that a statement is held against beside those it cites: those that speak of it most."""

NOVEL_ACTION = 3
"""Words of an action that stand nowhere from which on it is told; examples may need one or two."""


@dataclass(frozen=True)
class Ground:
    """What the cases of a story may rest on.

    ``context`` are titles and narratives, ``own`` the tester's own words (the request).
    """

    sources: Sources
    criteria: tuple[AcceptanceCriterion, ...] = ()
    conditions: tuple[TestCondition, ...] = ()
    context: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @cached_property
    def texts(self) -> dict[str, str]:
        """The texts of the chunks by id."""
        return {p.source.chunk.id: p.source.chunk.text for p in self.sources.passages}

    @cached_property
    def names(self) -> dict[str, str]:
        """How the chunks are named to a reader: "[3] BR-CC-04"."""
        return {
            p.source.chunk.id: f"[{p.source.rank}] {p.source.chunk.key or p.source.chunk.title}"
            for p in self.sources.passages
        }

    @cached_property
    def conflicts(self) -> tuple[tuple[AcceptanceCriterion, Conflict], ...]:
        """Limits of the criteria for which a source states another number."""
        chunks = [
            p.source.chunk
            for p in self.sources.passages
            if p.is_basis and p.source.stage != "basis"
        ]
        return tuple(
            (criterion, conflict)
            for criterion in self.criteria
            for conflict in find_conflicts(criterion.text, chunks)
        )


def ground_of(brief: CaseBrief, sources: Sources | None = None) -> Ground:
    """What the case of a brief may rest on."""
    walked = brief.condition.criterion_ids if brief.condition.legs else ()
    stories = dict.fromkeys((brief.story, *(brief.epic.story_of(name) for name in walked)))
    return Ground(
        sources=sources or Sources(brief.sources),
        criteria=tuple(one for one in brief.epic.criteria if one.id in walked)
        or (brief.criterion,),
        conditions=(brief.condition,),
        context=(
            brief.epic.title,
            brief.epic.description,
            *(text for story in stories for text in (story.title, story.narrative)),
        ),
    )


class Grounder:
    """Checks the cases of a run one after the other; the sources of a story are prepared once."""

    def __init__(self) -> None:
        self._last: tuple[tuple[RetrievedChunk, ...], Sources] | None = None

    def check(self, case: TestCase, brief: CaseBrief) -> TestCase:
        """The case of a brief with its marks and findings."""
        if self._last is None or self._last[0] is not brief.sources:
            self._last = (brief.sources, Sources(brief.sources))
        return grounded(case, ground_of(brief, self._last[1]))


def grounded(case: TestCase, ground: Ground) -> TestCase:
    """The case with the support of every step and the findings of grounding made anew.

    Findings of other rules stay. Citations are kept where the words they support stay; a result
    without support gets citations where a source carries it.
    """
    own = [one for one in ground.conditions if one.id in case.condition_ids]
    legs = tuple(leg for one in own for leg in one.legs)
    checked = _Checked(case, replace(ground, conditions=(*own, *legs)) if legs else ground)
    if legs:
        checked.conditions += legs
        checked.computed = _texts_of(checked.conditions)
        steps = tuple(_walked(case, ground, legs, checked))
    else:
        steps = tuple(checked.step(step) for step in case.steps)
    others = tuple(one for one in case.findings if one.rule not in RULES)
    return case.model_copy(update={"steps": steps, "findings": (*others, *checked.findings())})


def _walked(
    case: TestCase, ground: Ground, legs: Sequence[TestCondition], whole: _Checked
) -> Iterator[TestStep]:
    """The steps of an end-to-end case, each held against the condition that it comes from: what
    holds at the start need not hold at the end."""
    of_chunk = {
        passage.source.chunk.id: leg
        for leg in reversed(legs)
        if (passage := ground.sources.of_key(leg.criterion_id)) is not None
    }
    leg = legs[0]
    for step in case.steps:
        leg = next((of_chunk[c.chunk_id] for c in step.citations if c.chunk_id in of_chunk), leg)
        criteria = tuple(one for one in ground.criteria if one.id == leg.criterion_id)
        alone = case.model_copy(
            update={"criterion_ids": (leg.criterion_id,), "condition_ids": (leg.id,)}
        )
        one = _Checked(alone, replace(ground, criteria=criteria, conditions=(leg,)))
        yield one.step(step)
        whole.told |= one.told


def _texts_of(conditions: Sequence[TestCondition]) -> tuple[str, ...]:
    return tuple(
        text
        for one in conditions
        for text in (one.expected, one.statement, one.precondition, one.action, one.data)
        if text
    )


class _Checked:
    """One case being checked."""

    def __init__(self, case: TestCase, ground: Ground) -> None:
        self.case = case
        self.ground = ground
        own = [one for one in ground.conditions if one.id in case.condition_ids]
        self.conditions = own or list(ground.conditions)
        self.criteria = [one for one in ground.criteria if one.id in case.criterion_ids] or list(
            ground.criteria
        )
        self.computed = _texts_of(self.conditions)
        self.basis = next(
            (p for one in self.criteria if (p := ground.sources.of_key(one.id)) is not None), None
        )
        self.told: dict[tuple[int | None, str, str], LintFinding] = {}

    # --- Steps ----------------------------------------------------------------------------------

    def step(self, step: TestStep) -> TestStep:
        """The step with its support; findings are noted."""
        result = step.expected_result
        if result.strip() and step.support == "unsupported":
            step = self._with_citations(step)
        known = self._known(step.citations)
        for text in (step.action, step.test_data):
            self._items(text, known, step.number)
            self._foreign_action(text, known, step.number)
            self._denied(text, step, done=True)
        if not result.strip():
            return step
        strange = self._items(result, known, step.number)
        denied = self._denied(result, step)
        bare = self._uncarried(result, step, known)
        if not (strange or denied or bare):
            step = step if step.support != "unsupported" else self._derived(step)
            if step.support == "unsupported":
                words = clipped(" ".join(result.split()), 120)
                self._note(step.number, UNSUPPORTED, words, f"No source says “{words}”.")
            return step
        kept = tuple(c for c in step.citations if c.supports != "expected_result")
        return step.model_copy(update={"support": "unsupported", "citations": kept})

    def _with_citations(self, step: TestStep) -> TestStep:
        """A step without support, with the citations that its words find in the sources."""
        found = resolve(
            step.expected_result,
            self.ground.sources,
            basis=self.basis,
            computed=self.computed,
            evidence=self._evidence,
        )
        return _backed(step, found.support, found.citations)

    def _derived(self, step: TestStep) -> TestStep:
        """A step whose result is carried by what the case rests on, with the words it comes from.

        Those are the words of criterion or story nearest to it, or what the condition came from.
        """
        passages = [p for p in (self.basis, *self._stories) if p is not None]
        if passages:
            window = next(iter(self.ground.sources.find(step.expected_result, passages)), None)
            if window is not None and window.coverage >= DERIVED:
                return _backed(step, "derived", (window.citation("expected_result"),))
        if self.basis is not None:
            for words in self._evidence:
                citation = quoted(self.basis, words, "expected_result")
                if citation is not None:
                    return _backed(step, "derived", (citation,))
        return step

    @property
    def _evidence(self) -> list[str]:
        return [e.quote for one in self.conditions for e in one.evidence]

    @property
    def _stories(self) -> list[Passage]:
        key = self.case.story_key
        passage = self.ground.sources.of_key(key) if key else None
        return [passage] if passage is not None else []

    def _known(self, citations: Sequence[Citation]) -> Known:
        """What a step may rest on: the case's own texts and the sources that it cites."""
        cited = (*self.case.citations, *citations)
        chunks = dict.fromkeys(one.chunk_id for one in cited)
        return Known(
            (
                *self.computed,
                *(one.text for one in self.criteria),
                *self.ground.context,
                *self.ground.own,
                *(self.ground.texts.get(chunk_id, "") for chunk_id in chunks),
            )
        )

    # --- Checks ---------------------------------------------------------------------------------

    def _items(self, text: str, known: Known, number: int | None) -> bool:
        """Items that stand nowhere; whether there is one."""
        if not text.strip():
            return False
        found = [item for line in text.splitlines() for item in known.strange(line)]
        found += known.strange_places(text)
        found += known.strange_counts(text)
        for item in found:
            self._note(
                number,
                NOT_IN_SOURCES,
                item,
                f"“{item}” stands in no source of this case; check it or replace it.",
            )
        return bool(found)

    def _foreign_action(self, text: str, known: Known, number: int | None) -> None:
        """Sentences of an action or a precondition that are about something else altogether."""
        for part in parts_of(text):
            novel = known.novel(part)
            if len(novel) >= NOVEL_ACTION and len(novel) > 0.5 * len(meaning(part)):
                self._note(
                    number,
                    UNSUPPORTED,
                    part,
                    f"No source speaks of {_listed(novel)} (“{clipped(part, 100)}”).",
                )

    def _uncarried(self, result: str, step: TestStep, known: Known) -> bool:
        """Sentences of a result that the condition and the cited words do not carry."""
        found = False
        texts = (
            *self.computed,
            *(one.text for one in self.criteria),
            *self.ground.own,
            *(c.quote for c in (*self.case.citations, *step.citations)),
            *self.ground.context,
        )
        carrying = Known(texts)
        alone = denies_alone(result, texts)
        if alone:
            found = True
            said = clipped(" ".join(alone.split()), 120)
            self._note(step.number, UNSUPPORTED, alone, f"No source denies it: “{said}”.")
        for part in parts_of(result):
            words = meaning(part)
            lacking = [word for word in words if not carrying.knows(word)]
            if len(lacking) <= (1 - CARRIED) * len(words):
                continue
            found = True
            novel = known.novel(part)
            about = f"; {_listed(novel)} stands in none of them" if novel else ""
            said = clipped(" ".join(part.split()), 120)
            self._note(step.number, UNSUPPORTED, part, f"No source says “{said}”{about}.")
        return found

    def _denied(self, text: str, step: TestStep, *, done: bool = False) -> bool:
        """What the condition or a source denies, as errors; whether there is any."""
        if not text.strip():
            return False
        own = [Reference("the condition", text) for text in self.computed]
        own += [
            Reference("the story", text, whole=False)
            for text in self.ground.context
            if text.strip()
        ]
        others = [Reference(one.id, one.text) for one in self.criteria]
        ids = [c.chunk_id for c in step.citations]
        ids += [
            window.passage.source.chunk.id
            for window in self.ground.sources.find(text)[:NEAREST]
            if window.passage.is_basis and window.coverage >= SUPPORTED
        ]
        others += [
            Reference(self.ground.names[chunk_id], self.ground.texts[chunk_id])
            for chunk_id in dict.fromkeys(ids)
            if chunk_id in self.ground.texts
        ]
        found = tuple(denials(text, own, others, done=done))
        for one in found:
            self._note(step.number, CONTRADICTION, one.words, _denial(one))
        return bool(found)

    def findings(self) -> tuple[LintFinding, ...]:
        """All that was noted, with what concerns the case as a whole."""
        known = self._known([c for step in self.case.steps for c in step.citations])
        for text in (self.case.title, *self.case.preconditions, *self.case.postconditions):
            self._items(text, known, None)
        for text in self.case.preconditions:
            self._foreign_action(text, known, None)
        for _, finding in self._source_conflicts():
            self.told.setdefault((None, CONTRADICTION, finding.words), finding)
        return tuple(sorted(self.told.values(), key=lambda one: one.step or 0))

    def _source_conflicts(self) -> Iterator[tuple[str, LintFinding]]:
        """Limits that the case rests on and for which another source states another number."""
        said = "\n".join(
            (
                self.case.title,
                *self.case.preconditions,
                *(f"{s.action}\n{s.test_data}\n{s.expected_result}" for s in self.case.steps),
            )
        )
        ids = {one.id for one in self.criteria}
        for criterion, conflict in self.ground.conflicts:
            if criterion.id not in ids or conflict.quantity.text not in said:
                continue
            theirs = clipped(" ".join(conflict.sentence.text.split()), 160)
            yield (
                criterion.id,
                LintFinding(
                    rule=CONTRADICTION,
                    severity="error",
                    words=conflict.quantity.text,
                    message=f"{criterion.id} says “{conflict.quantity.text}”; "
                    f"{conflict.source_name} says “{theirs}”.",
                ),
            )

    def _note(self, number: int | None, rule: str, words: str, message: str) -> None:
        self.told.setdefault(
            (number, rule, words),
            LintFinding(
                rule=rule,
                message=message,
                step=number,
                words=words,
                severity="error" if rule == CONTRADICTION else "warning",
            ),
        )


def _backed(step: TestStep, support: Support, citations: Sequence[Citation]) -> TestStep:
    """The step with this support of its result, in place of what it had."""
    kept = tuple(c for c in step.citations if c.supports != "expected_result")
    return step.model_copy(update={"support": support, "citations": (*kept, *citations)})


def _denial(one: Denied) -> str:
    theirs = clipped(" ".join(one.theirs.split()), 160)
    return f"“{clipped(one.words, 120)}” contradicts {one.reference.name}: “{theirs}”."


def _listed(words: Sequence[str]) -> str:
    shown = [f"“{word}”" for word in words[:4]]
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)
