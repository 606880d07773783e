"""From epics to cases, as LangChain runnables: conditions, retrieve, write, cite, ground, lint.

The same chain serves the rule-based writer and the models. What exists is decided here, by code:
the conditions first, then the sources of each story, and one case for each condition. Cases leave
one by one, so that a person can read the first while the others are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from assistant.domain import (
    Chunk,
    Epic,
    GenerationConfig,
    Question,
    RetrievalConfig,
    RetrievedChunk,
    TestCase,
    TestCondition,
    Timings,
    Value,
)
from assistant.generation.cancelling import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.citations import verified
from assistant.generation.grounding import RULES, Grounder
from assistant.generation.house_rules import HouseRules
from assistant.generation.lint import lint
from assistant.generation.numbering import Numbering
from assistant.generation.planning import (
    Item,
    Request,
    Retriever,
    planning,
    stories_of,
    story_sources,
)
from assistant.generation.structured import untraced
from assistant.generation.writer import CaseBrief, Writer, WrittenCase, case_ids

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

In = TypeVar("In")
Out = TypeVar("Out")

STYLE_CASES = 40
"""Existing cases that the writers learn the company's style from."""


class Planned(Value):
    """What will be written, and from which sources; the first event of a run."""

    conditions: tuple[TestCondition, ...]
    questions: tuple[Question, ...]
    retrieved: tuple[RetrievedChunk, ...]


class CaseReady(Value):
    """One case, complete."""

    written: WrittenCase


class Finished(Value):
    """The end of a run: how long it took, and which criteria have no condition at all."""

    timings: Timings
    uncovered_criteria: tuple[str, ...]


Event = Planned | CaseReady | Finished


def generate(
    epics: Sequence[Epic],
    basis_chunks: Sequence[Chunk],
    retriever: Retriever,
    writer: Writer,
    retrieval: RetrievalConfig,
    generation: GenerationConfig,
    *,
    style: Sequence[TestCase] = (),
    existing_case_ids: Sequence[str] = (),
    cancelled: CancelCheck = never_cancelled,
    done_conditions: Collection[str] = (),
    questions: Sequence[Question] | None = None,
    house: HouseRules | None = None,
) -> Iterator[Event]:
    """Write a case for every condition of the epics: ``Planned``, ``CaseReady``..., ``Finished``.

    ``basis_chunks`` are the chunks of the epics themselves; their documents are not searched.
    ``style`` are existing cases of the company. ``done_conditions`` have their cases already, so
    that a run which was cut off goes on with the others under the same case ids. ``questions`` are
    those still open; without them they are raised against what is retrieved. Each case carries
    the open questions on its criterion. ``house`` are the company's rules of style to check.

    Raises ``Cancelled`` where the user cancels, and passes on ``RetrievalError`` and
    ``GenerationError`` (the model is gone, for example); cases that were yielded stay as they are.
    """
    started = perf_counter()
    plan = _invoke(
        planning(retriever, retrieval, generation, cancelled),
        Request(
            epics=tuple(epics),
            basis=tuple(basis_chunks),
            asked=None if questions is None else tuple(questions),
        ),
    )
    conditions = tuple(item.condition for item in plan.items)
    yield Planned(conditions=conditions, questions=plan.questions, retrieved=plan.retrieved)
    asked: dict[str, list[str]] = {}
    for question in plan.questions:
        asked.setdefault(question.criterion_id, []).append(question.text)
    ids = case_ids(conditions, existing_case_ids)
    chain = _writing(writer, cancelled, house)
    first_case = 0.0
    prompt = cached = generated = 0
    writing = perf_counter()
    for item in plan.items:
        if item.condition.id in done_conditions:
            continue
        raise_if_cancelled(cancelled, "Writing cases")
        written = _invoke(chain, _brief(item, _sources_of(item, plan), style))
        case = written.case.model_copy(
            update={
                "id": ids[item.condition.id],
                "open_questions": tuple(
                    text for name in item.condition.criterion_ids for text in asked.get(name, ())
                ),
            }
        )
        first_case = first_case or perf_counter() - started
        prompt += written.prompt_tokens
        cached += written.cached_tokens
        generated += written.generated_tokens
        yield CaseReady(written=written.model_copy(update={"case": case}))
    ended = perf_counter()
    covered = {condition.criterion_id for condition in conditions}
    yield Finished(
        timings=Timings(
            retrieve=plan.seconds,
            first_case=first_case,
            generate=ended - writing,
            total=ended - started,
            prompt_tokens=prompt,
            cached_tokens=cached,
            generated_tokens=generated,
        ),
        uncovered_criteria=tuple(
            criterion.id
            for epic in epics
            for criterion in epic.criteria
            if criterion.id not in covered
        ),
    )


def read_ahead(
    epics: Sequence[Epic],
    basis_chunks: Sequence[Chunk],
    retriever: Retriever,
    writer: Writer,
    retrieval: RetrievalConfig,
    *,
    cancelled: CancelCheck = never_cancelled,
) -> None:
    """Let the writer read what the first story of a request shares, before it is asked to write.

    Worth calling from a worker thread while a person still looks at the epic: a model on a small
    machine reads for seconds. Raises as ``generate``.
    """
    for epic, story in stories_of(epics)[:1]:
        sources = story_sources(epic, story, basis_chunks, retriever, retrieval, Numbering())
        raise_if_cancelled(cancelled, "Reading ahead")
        writer.read_ahead(epic, story, sources, cancelled=cancelled)


def _sources_of(item: Item, plan: Request) -> tuple[RetrievedChunk, ...]:
    """The sources of the story of a condition, or of all the stories that it walks through."""
    if len(item.places) == 1:
        return plan.sources[item.places[0]]
    found = {one.rank: one for place in item.places for one in plan.sources[place]}
    return tuple(found.values())


def _brief(item: Item, sources: tuple[RetrievedChunk, ...], style: Sequence[TestCase]) -> CaseBrief:
    return CaseBrief(
        epic=item.epic,
        story=item.story,
        criterion=item.criterion,
        condition=item.condition,
        sources=sources,
        style=tuple(style[:STYLE_CASES]),
    )


# --- The runnables --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Written:
    """A case with the brief that it was written for."""

    brief: CaseBrief
    written: WrittenCase

    def with_case(self, case: TestCase) -> _Written:
        return replace(self, written=self.written.model_copy(update={"case": case}))


def _writing(
    writer: Writer, cancelled: CancelCheck, house: HouseRules | None
) -> Runnable[CaseBrief, WrittenCase]:
    """write (prompt | model | parse | citations for a model) | verify | ground | lint"""
    from langchain_core.runnables import RunnableLambda

    grounder = Grounder()

    def write(brief: CaseBrief) -> _Written:
        return _Written(brief, writer.write(brief, cancelled=cancelled))

    def verify(item: _Written) -> _Written:
        return item.with_case(verified(item.written.case, item.brief.sources))

    def ground(item: _Written) -> _Written:
        return item.with_case(grounder.check(item.written.case, item.brief))

    def check(item: _Written) -> WrittenCase:
        case = item.written.case
        marked = tuple(one for one in case.findings if one.rule in RULES)
        return item.with_case(
            case.model_copy(update={"findings": (*lint(case, house), *marked)})
        ).written

    return (
        RunnableLambda(write, name="write")
        | RunnableLambda(verify, name="verify")
        | RunnableLambda(ground, name="ground")
        | RunnableLambda(check, name="lint")
    )


def _invoke(runnable: Runnable[In, Out], value: In) -> Out:
    """Run a chain with LangChain's tracing off: it would send texts elsewhere if the environment
    of the machine happened to ask for it."""
    with untraced():
        return runnable.invoke(value)
