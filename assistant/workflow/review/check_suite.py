"""Check cases that any tool or person wrote: what a source says of each, and what none does.

Every expected result is proved as those of written cases are. A verdict says no more than its check
knows: where nothing was found it says "no automatic finding", never that a case is right. Nothing
is kept: the cases stay in their file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Literal

from assistant.domain import (
    SECOND_READER,
    Citation,
    LintFinding,
    RetrievedChunk,
    TestCase,
    TestStep,
    Value,
)
from assistant.errors import SourceError
from assistant.generation.house_rules import HouseRules, learn_rules
from assistant.generation.lint import lint
from assistant.generation.proof import Ground, grounded
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.proof.proof_faults import (
    CONTRADICTION,
    INCONSISTENT,
    REPETITION,
    UNSUPPORTED,
    WRONG_SIDE,
)
from assistant.suite.duplicates import find_duplicates
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_lists import bytes_of, cases_in_bytes
from assistant.workflow.review.duplicates import embedding
from assistant.workflow.review.suite_basis import LINKS as LINKS
from assistant.workflow.review.suite_basis import Link as Link
from assistant.workflow.review.suite_basis import LinkedBy as LinkedBy
from assistant.workflow.review.suite_basis import SuiteBasis
from assistant.workflow.review.suite_basis import present_basis as present_basis
from assistant.workflow.review.suite_reading import check_reader, doubts_on
from assistant.workflow.sources.import_sources import MAX_UPLOAD_BYTES
from assistant.workflow.sources.map_columns import saved as saved_mappings

Verdict = Literal["denied", "doubted", "not in the sources", "remark", "no automatic finding"]
VERDICTS: dict[Verdict, str] = {
    "denied": "a criterion, a source or the case's own data say otherwise",
    "doubted": "a second reader, a model, doubts a result; whether it is right to, a person says",
    "not in the sources": "something in it stands in no source that was found, and follows from "
    "none",
    "remark": "how it is written, or that another case says the same",
    "no automatic finding": "the checks found nothing; whether it is right, a reader says",
}
"""What each verdict means, worst first."""

DENIED = frozenset((CONTRADICTION, WRONG_SIDE, INCONSISTENT))
NOWHERE = frozenset((NOT_IN_SOURCES, UNSUPPORTED))

MOST_CASES = 20_000
"""Cases of one file that are checked."""

Progress = Callable[[int, int], None]
StopCheck = Callable[[], bool]


class Quotation(Value):
    """Words of a source for an expected result; ``source`` is its number ``[n]`` in the report."""

    source: int
    name: str
    quote: str
    place: str = ""


class StepCheck(Value):
    """What was found of one step. ``quotations`` are the words nearest to what it expects."""

    number: int
    verdict: Verdict
    expected_result: str
    quotations: tuple[Quotation, ...] = ()
    findings: tuple[LintFinding, ...] = ()


class CaseCheck(Value):
    """What was found of one case; ``number`` is its place in the file, from 1.

    ``case`` carries the citations and findings, ``sources`` are the numbers of the sources that it
    was held against; ``findings`` those of the case as a whole.
    """

    number: int
    case: TestCase
    link: Link
    verdict: Verdict
    steps: tuple[StepCheck, ...]
    findings: tuple[LintFinding, ...] = ()
    sources: tuple[int, ...] = ()


class SuiteCheck(Value):
    """What was found of a suite, case by case in its order, and the sources by their numbers.

    ``total`` are the cases of the file: more than were checked where somebody stopped it.
    ``read_by`` is the model that read them too, if one did.
    """

    file: str
    total: int
    cases: tuple[CaseCheck, ...]
    sources: tuple[RetrievedChunk, ...]
    read_by: str = ""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many cases have each verdict, worst first; none is doubted where nobody read them."""
        names = [name for name in VERDICTS if name != "doubted" or self.read_by]
        return {name: sum(one.verdict == name for one in self.cases) for name in names}

    @property
    def rules(self) -> dict[str, int]:
        """How many findings each rule has, most first."""
        found = Counter(one.rule for checked in self.cases for one in checked.case.findings)
        return dict(found.most_common())

    @property
    def links(self) -> dict[LinkedBy, int]:
        """How many cases were linked to their criteria in each way."""
        return {name: sum(one.link.by == name for one in self.cases) for name in LINKS}

    @property
    def unknown_keys(self) -> tuple[str, ...]:
        """The keys that cases name and the project does not hold, each once."""
        return tuple(dict.fromkeys(name for one in self.cases for name in one.link.named))

    @property
    def worst_first(self) -> tuple[CaseCheck, ...]:
        """The cases by what to look at first, else in their order."""
        order = list(VERDICTS)
        return tuple(sorted(self.cases, key=lambda one: order.index(one.verdict)))


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
    return cases


def check_file(
    workspace: Workspace,
    project_id: str,
    path: Path,
    *,
    progress: Progress | None = None,
    reader: str = "",
) -> SuiteCheck:
    """The cases of a file, checked against the project. Raises as ``read_suite``."""
    cases = read_suite(workspace, project_id, path.name, bytes_of(path))
    return check_cases(
        workspace, project_id, cases, file=path.name, progress=progress, reader=reader
    )


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
) -> SuiteCheck:
    """Cases checked against the project; those checked before ``cancelled`` said so.

    ``basis`` is what they are held against, where the caller keeps it (``present_basis``).
    ``progress`` gets cases checked and in all. ``reader`` is a model that reads the cases too and
    doubts. Raises ``SourceError`` where the project holds nothing to check against, and
    ``ModelUnavailable`` where the reader is not able to or does not answer.
    """
    if reader:
        check_reader(workspace, reader)
    if not workspace.library.documents(project_id):
        raise SourceError(
            "The project holds no sources to check cases against. Import its epics, rules and "
            "pages first."
        )
    basis = basis or SuiteBasis(workspace, project_id)
    house = learn_rules(cases)
    checked: list[CaseCheck] = []
    grounds: list[Ground] = []
    for number, case in enumerate(cases, start=1):
        if cancelled():
            break
        link = basis.link(case)
        grounds.append(basis.ground(case, link))
        checked.append(_checked(number, case, link, grounds[-1], basis, house))
        if progress is not None:
            progress(number, len(cases))
    if reader:
        checked = _read_again(workspace, checked, grounds, reader, progress, cancelled)
    found = _with_repetitions(workspace, project_id, checked)
    return SuiteCheck(
        file=file, total=len(cases), cases=found, sources=basis.sources, read_by=reader
    )


def _read_again(
    workspace: Workspace,
    checked: Sequence[CaseCheck],
    grounds: Sequence[Ground],
    reader: str,
    progress: Progress | None,
    cancelled: StopCheck,
) -> list[CaseCheck]:
    """The cases with what a second reader doubts in them."""
    doubts = doubts_on(
        workspace,
        [(one.number, one.case, ground) for one, ground in zip(checked, grounds, strict=True)],
        reader,
        progress=progress or (lambda done, total: None),
        cancelled=cancelled,
    )
    return [
        reduce(_with_finding, doubts[one.number], one) if one.number in doubts else one
        for one in checked
    ]


def _checked(
    number: int, case: TestCase, link: Link, ground: Ground, basis: SuiteBasis, house: HouseRules
) -> CaseCheck:
    case = case.model_copy(
        update={
            "criterion_ids": link.criterion_ids,
            "findings": (),
            "citations": (),
            "steps": tuple(one.model_copy(update={"citations": ()}) for one in case.steps),
        }
    )
    case = case.model_copy(update={"condition_ids": basis.situated(case, ground)})
    proved = grounded(case, ground)
    proved = proved.model_copy(update={"findings": (*proved.findings, *lint(proved, house))})
    by_rank = {one.source.rank: one.source for one in ground.sources.passages}
    return CaseCheck(
        number=number,
        case=proved,
        link=link,
        verdict=verdict_of(proved.findings),
        steps=tuple(_step(step, proved.findings, by_rank) for step in proved.steps),
        findings=tuple(one for one in proved.findings if one.step is None),
        sources=tuple(by_rank),
    )


def _step(
    step: TestStep, findings: Sequence[LintFinding], sources: dict[int, RetrievedChunk]
) -> StepCheck:
    own = tuple(one for one in findings if one.step == step.number)
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


def verdict_of(findings: Sequence[LintFinding]) -> Verdict:
    """The verdict that findings come to: that of the worst."""
    rules = {one.rule for one in findings}
    if rules & DENIED:
        return "denied"
    if SECOND_READER in rules:
        return "doubted"
    if rules & NOWHERE:
        return "not in the sources"
    return "remark" if rules else "no automatic finding"


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
        _with_finding(one, told[one.number]) if one.number in told else one for one in checked
    )


def _with_finding(checked: CaseCheck, finding: LintFinding) -> CaseCheck:
    findings = (*checked.case.findings, finding)
    of_case = finding.step is None
    return checked.model_copy(
        update={
            "case": checked.case.model_copy(update={"findings": findings}),
            "findings": (*checked.findings, finding) if of_case else checked.findings,
            "steps": tuple(
                _step_with(one, finding) if one.number == finding.step else one
                for one in checked.steps
            ),
            "verdict": verdict_of(findings),
        }
    )


def _step_with(step: StepCheck, finding: LintFinding) -> StepCheck:
    findings = (*step.findings, finding)
    return step.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})
