"""Check cases that any tool or person wrote: what a source says of each, and what none does.

Every expected result is proved as those of written cases are. A verdict says no more than its check
knows: where nothing was found it says "no automatic finding", never that a case is right. What is
kept of it, and how it runs in the background, is in ``kept_suites``.

A second reader of a checked suite: a model that doubts results beside criteria and sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.domain import (
    Citation,
    GenerationConfig,
    LintFinding,
    RetrievedChunk,
    TestCase,
    TestStep,
    utc_now,
)
from assistant.errors import ModelUnavailable, SourceError
from assistant.generation.cancellation import CancelCheck, Cancelled
from assistant.generation.house_rules import HouseRules, learn_rules
from assistant.generation.lint import lint
from assistant.generation.proof import Ground, grounded, situated
from assistant.generation.proof.proof_faults import REPETITION
from assistant.generation.second_reading import ANSWER_TOKENS, ReadingGround, read_again
from assistant.suite.duplicates import find_duplicates
from assistant.suite.step_marks import denies
from assistant.workflow.deployment.jobs import Progress, StopCheck
from assistant.workflow.deployment.models import cannot_read, readers
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_checks import (
    CaseCheck,
    Older,
    Quotation,
    SourcesState,
    StepCheck,
    SuiteCheck,
    state_of,
    verdict_of,
)
from assistant.workflow.review.case_lists import bytes_of, cases_in_bytes
from assistant.workflow.review.duplicates import EXISTING, embedding
from assistant.workflow.review.suite_basis import LINKS as LINKS
from assistant.workflow.review.suite_basis import Link, SuiteBasis, search_of
from assistant.workflow.review.suite_basis import present_basis as present_basis
from assistant.workflow.sources.import_sources import MAX_UPLOAD_BYTES
from assistant.workflow.sources.map_columns import saved as saved_mappings
from assistant.workflow.sources.mask_sources import masked_cases

if TYPE_CHECKING:
    from assistant.generation.models.chat_models import ChatEndpoint

Doubted = dict[int, tuple[LintFinding, ...]]
"""Doubts by the number of their case in the suite."""


def check_reader(workspace: Workspace, reader: str) -> None:
    """Raises ``ModelUnavailable``, with those that are able to, where the reader is not."""
    if reader not in readers(workspace):
        raise ModelUnavailable(cannot_read(workspace, reader))


def doubts_on(
    workspace: Workspace,
    grounded: Sequence[tuple[int, TestCase, Ground]],
    reader: str,
    *,
    progress: Progress | None,
    cancelled: CancelCheck,
) -> tuple[Doubted, int]:
    """What the reader doubts in the cases, and how many it has read; those held against the same
    are read together. ``progress`` goes on from cases that are checked: each counts twice.

    Raises as ``read_again``, but where ``cancelled`` said so: what was read before is told.
    """
    groups: dict[tuple[object, ...], list[tuple[int, TestCase, Ground]]] = {}
    for number, case, ground in grounded:
        if case.steps:
            named = tuple(one.id for one in ground.criteria)
            groups.setdefault(named or (number,), []).append((number, case, ground))
    choices = GenerationConfig(writer=reader, max_tokens=ANSWER_TOKENS)
    endpoint: ChatEndpoint | None = None
    found: Doubted = {}
    read = 0
    for group in groups.values():
        if cancelled():
            break
        endpoint = endpoint or workspace.endpoints.open(reader, choices)
        cases = [case.model_copy(update={"id": str(number)}) for number, case, _ in group]
        try:
            for part, doubts in read_again(
                _ground(group[0][2]), cases, endpoint, cancelled=cancelled
            ):
                found |= {int(name): findings for name, findings in doubts.found.items()}
                read += len(part)
                if progress is not None:
                    progress(len(grounded) + read, 2 * len(grounded))
        except Cancelled:
            break
    return found, read


def _ground(ground: Ground) -> ReadingGround:
    sources = sorted((one.source for one in ground.sources.passages), key=lambda s: -s.score)
    return ReadingGround(
        context=tuple(text for text in ground.context if text),
        criteria=tuple(ground.criteria),
        sources=tuple(sources),
    )


NONE_CHOSEN: Mapping[int, Sequence[str]] = MappingProxyType({})
"""Nobody chose a criterion for a case."""

MOST_CASES = 20_000
"""Cases of one file that are checked."""


def read_suite(
    workspace: Workspace, project_id: str, name: str, data: bytes
) -> tuple[TestCase, ...]:
    """The cases of a file, by whatever reader of the import knows it.

    Raises ``SourceError`` where it is empty, too large, no table of cases, or has columns that are
    not known for certain.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise SourceError(
            f"'{name}' has {len(data) / 1e6:.0f} MB; at most {MAX_UPLOAD_BYTES / 1e6:.0f} MB are "
            "read. Split it."
        )
    mappings = saved_mappings(workspace, project_id)
    cases = tuple(cases_in_bytes(name, data, mappings=mappings))
    if not cases:
        raise SourceError(
            f"'{name}' holds no test cases. Give a table of cases (CSV, Excel, the export of a "
            "test tool) or a feature file."
        )
    if len(cases) > MOST_CASES:
        raise SourceError(
            f"'{name}' holds {len(cases):,} cases; at most {MOST_CASES:,} are checked at once. "
            "Split it."
        )
    return masked_cases(workspace, project_id, cases)


def imported_cases(workspace: Workspace, project_id: str) -> tuple[TestCase, ...]:
    """The imported cases of the project that nobody rejected, to be checked like those of a file.

    Raises ``SourceError`` where there are none, or more than are checked at once.
    """
    held = workspace.library.lineage.uncited_cases(project_id)
    cases = tuple(one.case for one in held if one.case.status in EXISTING)
    if not cases:
        raise SourceError("This project holds no imported case. Import your cases, or give a file.")
    if len(cases) > MOST_CASES:
        raise SourceError(
            f"This project holds {len(cases):,} imported cases; at most {MOST_CASES:,} are "
            "checked at once. Check their files one by one."
        )
    return cases


def check_file(
    workspace: Workspace,
    project_id: str,
    path: Path | None,
    *,
    progress: Progress | None = None,
    reader: str = "",
) -> SuiteCheck:
    """The cases of a file, or without one the project's imported cases, checked against the
    project. Raises as ``read_suite`` and ``imported_cases``."""
    if path is None:
        cases, name = imported_cases(workspace, project_id), ""
    else:
        cases, name = read_suite(workspace, project_id, path.name, bytes_of(path)), path.name
    return check_cases(workspace, project_id, cases, file=name, progress=progress, reader=reader)


def check_cases(
    workspace: Workspace,
    project_id: str,
    cases: Sequence[TestCase],
    *,
    file: str = "",
    progress: Progress | None = None,
    cancelled: StopCheck = lambda: False,
    basis: SuiteBasis | None = None,
    reader: str = "",
    chosen: Mapping[int, Sequence[str]] = NONE_CHOSEN,
) -> SuiteCheck:
    """Cases checked against the project; those checked before ``cancelled`` said so.

    ``basis`` is what they are held against, where the caller keeps it (``present_basis``);
    ``chosen`` are the criteria that a person chose for cases, by their number.
    ``progress`` gets cases checked and in all; with a ``reader``, a model that reads the cases too
    and doubts, each counts twice: checked, and read. Raises ``SourceError`` where the project holds
    nothing to check against, and ``ModelUnavailable`` where the reader is not able to or does not
    answer.
    """
    if reader:
        check_reader(workspace, reader)
    state = _sources_held(workspace, project_id)
    basis = basis or SuiteBasis(workspace, project_id)
    checked, read = _held(
        workspace, cases, range(1, len(cases) + 1), basis, chosen,
        progress=progress, cancelled=cancelled, reader=reader,
    )  # fmt: skip
    found = _with_repetitions(workspace, project_id, checked)
    return SuiteCheck(
        file=file,
        total=len(cases),
        cases=found,
        sources=basis.sources,
        read_by=reader,
        read=read,
        states=(state,),
        criteria=basis.criteria,
        chosen=with_choices({}, chosen),
    )


def check_again(
    workspace: Workspace,
    project_id: str,
    report: SuiteCheck,
    cases: Sequence[TestCase],
    numbers: Collection[int],
    *,
    progress: Progress | None = None,
    cancelled: StopCheck = lambda: False,
    chosen: Mapping[int, Sequence[str]] = NONE_CHOSEN,
) -> SuiteCheck:
    """The report with the cases of these numbers checked anew against the sources as they are now,
    by the same reader; the other verdicts stay as they are, with the state that they were made on.

    ``cases`` are all of the file. What a person chose before stays chosen, unless it is ``chosen``
    anew; chosen to be none, what the case names or is nearest to counts again. Raises as
    ``check_cases``.
    """
    if report.read_by:
        check_reader(workspace, report.read_by)
    state = _sources_held(workspace, project_id)
    choices = with_choices(report.chosen, chosen)
    basis = SuiteBasis(workspace, project_id, report.sources)
    anew, read = _held(
        workspace, cases, sorted(numbers), basis, choices,
        progress=progress, cancelled=cancelled, reader=report.read_by,
    )  # fmt: skip
    before = {one.number: one for one in report.cases}
    for one in anew:
        # Another criterion or source changes nothing about what two cases of the file say.
        told = [f for f in before[one.number].case.findings if f.rule == REPETITION]
        one = one.model_copy(update={"state": len(report.states)})
        before[one.number] = reduce(CaseCheck.with_finding, told, one)
    found, states = _of_used(list(before.values()), (*report.states, state))
    # Which ones a stopped reader had come to is not known: at least so many are read.
    read += max(0, report.read - len(anew)) if report.read_by else 0
    return SuiteCheck(
        file=report.file,
        total=report.total,
        cases=found,
        sources=basis.sources,
        read_by=report.read_by,
        read=read,
        states=states,
        criteria=basis.criteria,
        chosen=with_choices(
            report.chosen,
            {one.number: chosen[one.number] for one in anew if one.number in chosen},
        ),
    )


def with_choices(
    before: Mapping[int, Sequence[str]], chosen: Mapping[int, Sequence[str]]
) -> dict[int, tuple[str, ...]]:
    """What was chosen with what is chosen now, by the number of the case; none takes it back."""
    both = {**before, **chosen}
    return {number: tuple(ids) for number, ids in both.items() if ids}


def _of_used(
    cases: Sequence[CaseCheck], states: Sequence[SourcesState]
) -> tuple[tuple[CaseCheck, ...], tuple[SourcesState, ...]]:
    """The cases with the states that their verdicts were made on: one of those that are the same,
    and none that no verdict is of any more."""
    first = [
        next(place for place, other in enumerate(states) if not other.changes(one))
        for one in states
    ]
    used = sorted({first[one.state] for one in cases})
    places = {place: number for number, place in enumerate(used)}
    found = (one.model_copy(update={"state": places[first[one.state]]}) for one in cases)
    return tuple(found), tuple(states[place] for place in used)


def _sources_held(workspace: Workspace, project_id: str) -> SourcesState:
    """The project's sources as they are now. Raises ``SourceError`` where there are none: every
    case would pass."""
    state = present_state(workspace, project_id)
    if not state.sources:
        raise SourceError(
            "The project holds no sources to check cases against. Import its epics, rules and "
            "pages first."
        )
    return state


def present_state(workspace: Workspace, project_id: str) -> SourcesState:
    """The project's sources as they are now, and how it searches them."""
    search = search_of(workspace, project_id)
    return state_of(workspace.library.documents(project_id), utc_now(), search)


def older(workspace: Workspace, project_id: str, report: SuiteCheck) -> Older:
    """Which verdicts of a report are older than the project's sources, and what changed since."""
    return report.older(present_state(workspace, project_id))


def _held(
    workspace: Workspace,
    cases: Sequence[TestCase],
    numbers: Sequence[int],
    basis: SuiteBasis,
    chosen: Mapping[int, Sequence[str]],
    *,
    progress: Progress | None,
    cancelled: StopCheck,
    reader: str,
) -> tuple[list[CaseCheck], int]:
    """The cases of these numbers held against a basis, and how many of them the reader has read."""
    house = learn_rules(cases)
    checked: list[CaseCheck] = []
    grounds: list[Ground] = []
    for done, number in enumerate(numbers, start=1):
        if cancelled():
            break
        case = cases[number - 1]
        link = basis.link(case, chosen.get(number, ()))
        grounds.append(basis.ground(case, link))
        checked.append(_checked(number, case, link, grounds[-1], house))
        if progress is not None:
            progress(done, len(numbers) * (2 if reader else 1))
    read = 0
    if reader:
        rows = [
            (one.number, one.case, basis.with_whole_epic(ground))
            for one, ground in zip(checked, grounds, strict=True)
        ]
        doubts, read = doubts_on(workspace, rows, reader, progress=progress, cancelled=cancelled)
        checked = [reduce(CaseCheck.with_finding, doubts.get(c.number, ()), c) for c in checked]
    return checked, read


def _checked(
    number: int, case: TestCase, link: Link, ground: Ground, house: HouseRules
) -> CaseCheck:
    case = case.model_copy(
        update={
            "criterion_ids": link.criterion_ids,
            "findings": (),
            "citations": (),
            "steps": tuple(one.model_copy(update={"citations": ()}) for one in case.steps),
        }
    )
    case = case.model_copy(update={"condition_ids": situated(case, ground.conditions)})
    proved = grounded(case, ground)
    proved = proved.model_copy(update={"findings": (*proved.findings, *lint(proved, house))})
    by_rank = {one.source.rank: one.source for one in ground.sources.passages}
    return CaseCheck(
        number=number,
        case=proved,
        link=link,
        verdict=verdict_of(proved.findings),
        steps=tuple(_step(step, proved.findings, by_rank) for step in proved.steps),
        findings=tuple(
            one
            for one in proved.findings
            if one.step is None and not any(denies(one, step) for step in proved.steps)
        ),
        sources=tuple(by_rank),
    )


def _step(
    step: TestStep, findings: Sequence[LintFinding], sources: dict[int, RetrievedChunk]
) -> StepCheck:
    own = tuple(one for one in findings if one.step == step.number or denies(one, step))
    return StepCheck(
        number=step.number,
        verdict=verdict_of(own),
        expected_result=step.expected_result,
        quotations=tuple(_quotation(one, sources) for one in step.citations),
        findings=own,
    )


def _quotation(citation: Citation, sources: dict[int, RetrievedChunk]) -> Quotation:
    chunk = sources[citation.source].chunk
    return Quotation(
        source=citation.source,
        name=" ".join(filter(None, (chunk.key, chunk.title))),
        quote=citation.quote,
        place=" · ".join(filter(None, (chunk.heading, chunk.place))),
    )


def _with_repetitions(
    workspace: Workspace, project_id: str, checked: Sequence[CaseCheck]
) -> tuple[CaseCheck, ...]:
    """The cases with a finding for each that says what another one of the suite says."""
    cases = [one.case.model_copy(update={"id": str(one.number)}) for one in checked]
    report = find_duplicates(cases, embed=embedding(workspace, project_id))
    told: dict[int, LintFinding] = {}
    by_number = {one.number: one for one in checked}
    for cluster in report.clusters:
        kept = by_number[int(cluster.keep)].case
        for name in cluster.surplus:
            reasons = [p.reason for p in cluster.pairs if name in (p.left, p.right)]
            message = f"It says what {kept.id} “{kept.title}” says. {reasons[0] if reasons else ''}"
            told[int(name)] = LintFinding(rule=REPETITION, message=message.strip())
    return tuple(
        one.with_finding(told[one.number]) if one.number in told else one for one in checked
    )
