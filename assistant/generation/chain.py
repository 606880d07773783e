"""From epics to cases, as LangChain runnables: checklist, retrieve, write, prove, lint.

The same chain serves every writer. Code decides what has to be tested: the checklist first, then
the sources of each story. A model able to design tests writes the cases of a story at once, a
small one (or the outline) a case for each item; all go through the same proof. Cases leave one by
one, so that a person can read the first while the others are written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from assistant.design.questions.scope import is_scope_statement, left_out_in, out_of_scope
from assistant.domain import (
    Chunk,
    Epic,
    GenerationConfig,
    Question,
    RejectedDraft,
    RetrievalConfig,
    RetrievedChunk,
    TestCase,
    TestCondition,
    Timings,
    Value,
)
from assistant.generation.cancellation import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.house_rules import HouseRules
from assistant.generation.lint import lint
from assistant.generation.models.structured import untraced
from assistant.generation.numbering import StandingOf, each_once, not_known
from assistant.generation.proof import (
    RULES,
    Ground,
    bearing,
    covered_conditions,
    ground_of,
    grounded,
    verified,
)
from assistant.generation.run_plan import (
    Item,
    Request,
    Retriever,
    found_for_others,
    planning,
)
from assistant.generation.used_records import used_records
from assistant.generation.writer import (
    CaseBrief,
    CaseIds,
    Refusal,
    Revision,
    StoryBrief,
    StoryEnd,
    Writer,
    WrittenCase,
)
from assistant.generation.writers.story_writer import StoryWriter

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

In = TypeVar("In")
Out = TypeVar("Out")

NOTHING_LACKS: Mapping[str, Sequence[str]] = MappingProxyType({})

STYLE_CASES = 40
"""Existing cases that the writers learn the company's style from."""


class PlanReady(Value):
    """What will be written, and from which sources; the first event of a run."""

    conditions: tuple[TestCondition, ...]
    questions: tuple[Question, ...]
    retrieved: tuple[RetrievedChunk, ...]


class CaseReady(Value):
    """One case, complete."""

    written: WrittenCase


class CaseRefused(Value):
    """A case that was to be written again and stays as it is."""

    refusal: Refusal


class QuestionsReady(Value):
    """Questions that the model has about a story, once its cases are written."""

    questions: tuple[Question, ...]
    rejected: tuple[RejectedDraft, ...] = ()


class RunFinished(Value):
    """The end of a run: how long it took, and which criteria have no condition at all."""

    timings: Timings
    uncovered_criteria: tuple[str, ...]


Event = PlanReady | CaseReady | CaseRefused | QuestionsReady | RunFinished


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
    revisions: Sequence[Revision] = (),
    questions: Sequence[Question] | None = None,
    answers: Sequence[Chunk] = (),
    house: HouseRules | None = None,
    request: str = "",
    present: Sequence[TestCase] = (),
    earlier: Sequence[TestCase] = (),
    lacking: Mapping[str, Sequence[str]] = NOTHING_LACKS,
    standing: StandingOf = not_known,
) -> Iterator[Event]:
    """Write the cases of the epics' conditions: ``PlanReady``, ``CaseReady``..., ``RunFinished``.

    A ``StoryWriter`` is asked for all cases of a story at once, any other for one case a condition.
    ``basis_chunks`` are the chunks of the epics themselves; their documents are not searched.
    ``style`` are existing cases of the company. ``done_conditions`` have their cases already, so
    that a run which was cut off goes on with the others. ``revisions`` are cases that are
    written again under their ids, and nothing else is written then: a ``StoryWriter`` is shown each
    as it stands (``CaseRefused`` where nothing came of it), any other writes a case for its
    conditions. ``questions`` are those still
    open, and those with ``answers``, the chunks of what a person has said to them;
    without any they are raised against what is retrieved. Each case carries the open
    questions on its criteria. ``house`` are the company's rules of style to check.
    ``request`` is the sentence that asked for the cases, which a writer of stories is told, and
    ``present`` are cases that are there, of which it writes no other with the same words.
    ``earlier`` are cases that the run wrote before it was cut off. ``lacking`` is, by the key of a
    story, what no case shows: a writer of stories writes cases for it, and no other does.
    ``standing`` tells what is known of a source's document.

    Raises ``Cancelled`` where the user cancels, and passes on ``RetrievalError`` and
    ``GenerationError`` (the model is gone, for example); cases that were yielded stay as they are.
    """
    started = perf_counter()
    able = isinstance(writer, StoryWriter)
    plan = _invoke(
        planning(
            retriever, retrieval, generation, cancelled, whole_stories=able, standing=standing
        ),
        Request(
            epics=tuple(epics),
            basis=tuple(basis_chunks),
            asked=None if questions is None else tuple(questions),
            answers=tuple(answers),
        ),
    )
    conditions = tuple(item.condition for item in plan.items)
    yield PlanReady(conditions=conditions, questions=plan.questions, retrieved=plan.retrieved)
    run = _Run(plan, tuple(style[:STYLE_CASES]), house, request, cancelled)
    ids = None if revisions else CaseIds(conditions, existing_case_ids)
    spent = _Spent(started)
    todo = [item for item in plan.items if item.condition.id not in done_conditions]
    made: Iterator[WrittenCase | Refusal | StoryEnd]
    if revisions:
        made = _again(writer, revisions, run)
    elif isinstance(writer, StoryWriter):
        made = chain(
            _by_story(writer, todo, run, present, earlier),
            _lacking(writer, lacking, run, present),
        )
    else:
        made = _by_item(writer, [[item] for item in todo], run)
    for written in made:
        spent.count(written)
        if isinstance(written, StoryEnd):
            yield QuestionsReady(questions=written.questions, rejected=written.rejected)
            continue
        if isinstance(written, Refusal):
            yield CaseRefused(refusal=written)
            continue
        yield CaseReady(written=_finished_case(written, ids, plan, epics))
    yield RunFinished(
        timings=spent.timings(plan.seconds),
        uncovered_criteria=_without_condition(epics, conditions, plan.left_out),
    )


@dataclass(frozen=True)
class _Run:
    """What holds for all cases of a run."""

    plan: Request
    style: tuple[TestCase, ...]
    house: HouseRules | None
    request: str
    cancelled: CancelCheck


@dataclass
class _Spent:
    """Time and tokens of a run so far, in seconds since ``started``."""

    started: float
    first_case: float = 0.0
    prompt: int = 0
    cached: int = 0
    generated: int = 0

    def count(self, written: WrittenCase | Refusal | StoryEnd) -> None:
        if isinstance(written, WrittenCase):
            self.first_case = self.first_case or perf_counter() - self.started
        self.prompt += written.prompt_tokens
        self.cached += written.cached_tokens
        self.generated += written.generated_tokens

    def timings(self, retrieve: float) -> Timings:
        total = perf_counter() - self.started
        return Timings(
            retrieve=retrieve,
            first_case=self.first_case,
            generate=total - retrieve,
            total=total,
            prompt_tokens=self.prompt,
            cached_tokens=self.cached,
            generated_tokens=self.generated,
        )


def _finished_case(
    written: WrittenCase, ids: CaseIds | None, plan: Request, epics: Sequence[Epic]
) -> WrittenCase:
    """The case with its id (one that is written again has it) and the questions that bear on it;
    what a person has answered to one before is cited, whether or not its words follow it yet."""
    bears_on = bearing(epics)
    case = _with_answers(written.case, plan, bears_on)
    asked = tuple(dict.fromkeys(one.text for one in plan.questions if bears_on(one, case)))
    named = case.model_copy(
        update={"id": ids.of(case) if ids else case.id, "open_questions": asked}
    )
    return written.model_copy(update={"case": named})


def _with_answers(
    case: TestCase, plan: Request, bears_on: Callable[[Question, TestCase], bool]
) -> TestCase:
    """The case with the answers to the questions that bear on it among what it cites."""
    cited = dict.fromkeys(case.citations)
    for one in filter(plan.is_answered, plan.questions):
        if bears_on(one.model_copy(update={"source_answers": ()}), case):
            found = (said.citation for said in one.source_answers)
            cited.update(dict.fromkeys(citation for citation in found if citation))
    return case.model_copy(update={"citations": tuple(cited)})


def _without_condition(
    epics: Sequence[Epic], conditions: Sequence[TestCondition], left_out: Sequence[str]
) -> tuple[str, ...]:
    covered = {*left_out, *(condition.criterion_id for condition in conditions)}
    return tuple(
        criterion.id for epic in epics for criterion in epic.criteria if criterion.id not in covered
    )


# --- Two ways through the checklist, and cases written again --------------------------------------


def _by_item(writer: Writer, groups: Iterable[Sequence[Item]], run: _Run) -> Iterator[WrittenCase]:
    """One case for each group of conditions: its first, and those that go with it."""
    for items in groups:
        raise_if_cancelled(run.cancelled, "Writing cases")
        first, places = items[0], dict.fromkeys(place for item in items for place in item.places)
        brief = CaseBrief(
            epic=first.epic,
            story=first.story,
            criterion=first.criterion,
            condition=first.condition,
            sources=each_once((*_sources_of(tuple(places), run.plan), *run.plan.of_the_test)),
            style=run.style,
            also=tuple(item.condition for item in items[1:]),
            request=run.request,
        )
        yield _invoke(_writing(writer, run.cancelled, run.house), brief)


def _by_story(
    writer: StoryWriter,
    items: Sequence[Item],
    run: _Run,
    present: Sequence[TestCase],
    earlier: Sequence[TestCase],
) -> Iterator[WrittenCase | StoryEnd]:
    """All cases of a story at once; what walks through several stories comes last."""
    batches: dict[tuple[int, ...], list[Item]] = {}
    for item in items:
        batches.setdefault(item.places, []).append(item)
    written: list[TestCase] = [*earlier]
    texts = [one.chunk.text for one in run.plan.retrieved]
    for places, batch in sorted(batches.items(), key=lambda one: (len(one[0]) > 1, one[0])):
        raise_if_cancelled(run.cancelled, "Writing cases")
        brief = _story_brief(batch, places, run, present)
        elsewhere = [one for one in present if one not in brief.present]
        others = (*elsewhere, *written)
        taken = used_records(others, texts)
        brief = brief.model_copy(update={"taken": taken, "written": others})
        yield from _of_brief(writer, brief, written, run)


def _lacking(
    writer: StoryWriter,
    lacking: Mapping[str, Sequence[str]],
    run: _Run,
    present: Sequence[TestCase],
) -> Iterator[WrittenCase | StoryEnd]:
    """Cases for what a reader of the whole suite finds lacking, a story at a time."""
    written: list[TestCase] = []
    texts = [one.chunk.text for one in run.plan.retrieved]
    for key, told in lacking.items():
        raise_if_cancelled(run.cancelled, "Writing cases")
        items = [one for one in run.plan.items if one.story.key == key and len(one.places) == 1]
        if not items:
            continue
        brief = _story_brief(items, items[0].places, run, present)
        others = (*(one for one in present if one not in brief.present), *written)
        brief = brief.model_copy(
            update={
                "lacking": tuple(told),
                "taken": used_records((*present, *written), texts),
                "written": others,
            }
        )
        yield from _of_brief(writer, brief, written, run)


def _of_brief(
    writer: StoryWriter, brief: StoryBrief, written: list[TestCase], run: _Run
) -> Iterator[WrittenCase | StoryEnd]:
    """What a writer makes of a brief; its cases are added to those ``written``."""
    with untraced():
        prove = _prover(brief, run.house)
        for event in writer.write_story(brief, prove, cancelled=run.cancelled):
            if isinstance(event, WrittenCase):
                written.append(event.case)
            yield event


def _again(
    writer: Writer, revisions: Sequence[Revision], run: _Run
) -> Iterator[WrittenCase | Refusal | StoryEnd]:
    """Each case once more, under its id."""
    by_id = {item.condition.id: item for item in run.plan.items}
    for revision in revisions:
        raise_if_cancelled(run.cancelled, "Writing cases")
        items = [by_id[name] for name in revision.conditions]
        if not isinstance(writer, StoryWriter):
            for written in _by_item(writer, [items], run):
                old = revision.case
                kept = {"id": old.id, "test_date": written.case.test_date or old.test_date}
                case = written.case.model_copy(update=kept)
                yield written.model_copy(update={"case": case})
            continue
        places = tuple(dict.fromkeys(place for item in items for place in item.places))
        brief = _story_brief(items, places, run)
        with untraced():
            prove = _prover(brief, run.house)
            yield from writer.write_again(brief, revision, prove, cancelled=run.cancelled)


def _story_brief(
    items: Sequence[Item],
    places: tuple[int, ...],
    run: _Run,
    present: Sequence[TestCase] = (),
) -> StoryBrief:
    """All that a writer of stories gets for these items of one."""
    first, plan = items[0], run.plan
    names = {name for item in items for name in item.condition.criterion_ids}
    names.update(one.id for one in first.story.criteria)  # one that only asks has no item
    return StoryBrief(
        epic=first.epic,
        story=first.story,
        conditions=tuple(item.condition for item in items),
        left_out=plan.left_out,
        tested=tuple(
            one for q in plan.questions if plan.is_answered(q) for one in left_out_in(q)[1]
        ),
        sources=each_once(
            (*_sources_of(places, plan), *plan.of_the_test, *found_for_others(plan, places))
        ),
        style=run.style,
        questions=tuple(
            q for q in plan.questions if q.criterion_id in names and not plan.is_answered(q)
        ),
        out_of_scope=tuple(
            dict.fromkeys(
                one.text
                for text in (
                    first.epic.description,
                    first.story.narrative,
                    *(c.text for c in first.epic.criteria if is_scope_statement(c.text)),
                )
                for one in out_of_scope(text)
            )
        ),
        request=run.request,
        present=tuple(one for one in present if names.intersection(one.criterion_ids)),
    )


def _prover(brief: StoryBrief, house: HouseRules | None) -> Callable[[TestCase], TestCase]:
    """Puts marks and findings on a case of the brief, and the items that it covers."""
    prover = _proving(ground_of(brief), house)

    def prove(case: TestCase) -> TestCase:
        proved = _invoke(prover, case)
        if any(finding.severity == "error" for finding in proved.findings):
            return proved  # under the items that it claims, to be asked for once more
        covered = covered_conditions(proved, brief.conditions)
        return proved.model_copy(update={"condition_ids": covered})

    return prove


def _sources_of(places: Sequence[int], plan: Request) -> tuple[RetrievedChunk, ...]:
    """The sources of the stories at these places, each once."""
    if len(places) == 1:
        return plan.sources[places[0]]
    return each_once(one for place in places for one in plan.sources[place])


# --- The runnables --------------------------------------------------------------------------------


def _writing(
    writer: Writer, cancelled: CancelCheck, house: HouseRules | None
) -> Runnable[CaseBrief, WrittenCase]:
    """write (prompt | model | parse | citations, for a model) | prove"""
    from langchain_core.runnables import RunnableLambda

    def write(brief: CaseBrief) -> tuple[CaseBrief, WrittenCase]:
        return brief, writer.write(brief, cancelled=cancelled)

    def prove(pair: tuple[CaseBrief, WrittenCase]) -> WrittenCase:
        brief, written = pair
        case = _proving(ground_of(brief.as_story()), house).invoke(written.case)
        return written.model_copy(update={"case": case})

    return RunnableLambda(write, name="write") | RunnableLambda(prove, name="prove")


def _proving(ground: Ground, house: HouseRules | None) -> Runnable[TestCase, TestCase]:
    """verify (citations are words of the sources) | ground | lint"""
    from langchain_core.runnables import RunnableLambda

    sources = [passage.source for passage in ground.sources.passages]

    def verify(case: TestCase) -> TestCase:
        return verified(case, sources)

    def check(case: TestCase) -> TestCase:
        return grounded(case, ground)

    def smells(case: TestCase) -> TestCase:
        marked = tuple(one for one in case.findings if one.rule in RULES)
        return case.model_copy(update={"findings": (*lint(case, house), *marked)})

    return (
        RunnableLambda(verify, name="verify")
        | RunnableLambda(check, name="ground")
        | RunnableLambda(smells, name="lint")
    )


def _invoke(runnable: Runnable[In, Out], value: In) -> Out:
    """Run a chain with LangChain's tracing off: it would send texts elsewhere if the environment
    of the machine happened to ask for it."""
    with untraced():
        return runnable.invoke(value)
