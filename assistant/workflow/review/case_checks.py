"""What the check of a suite finds: of a step, of a case, of all cases; and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from assistant.domain import (
    DENYING_RULES,
    SECOND_READER,
    LintFinding,
    RetrievedChunk,
    TestCase,
    Value,
)
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.proof.proof_faults import UNSUPPORTED
from assistant.suite.step_marks import MARK_WORDS as MARK_WORDS
from assistant.suite.step_marks import StepMark as StepMark
from assistant.suite.step_marks import denies as denies
from assistant.suite.step_marks import mark_of as mark_of
from assistant.workflow.review.suite_basis import LINKS, Link, LinkedBy

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

NOWHERE = frozenset((NOT_IN_SOURCES, UNSUPPORTED))


def verdict_of(findings: Sequence[LintFinding]) -> Verdict:
    """The verdict that findings come to: that of the worst."""
    rules = {one.rule for one in findings}
    if rules & DENYING_RULES:
        return "denied"
    if SECOND_READER in rules:
        return "doubted"
    if rules & NOWHERE:
        return "not in the sources"
    return "remark" if rules else "no automatic finding"


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

    def with_finding(self, finding: LintFinding) -> StepCheck:
        """The step with one more finding."""
        findings = (*self.findings, finding)
        return self.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})


class CaseCheck(Value):
    """What was found of one case; ``number`` is its place in the file, from 1.

    ``case`` carries the citations and findings, ``sources`` are the numbers of the sources that it
    was held against; ``findings`` those that are of none of its steps.
    """

    number: int
    case: TestCase
    link: Link
    verdict: Verdict
    steps: tuple[StepCheck, ...]
    findings: tuple[LintFinding, ...] = ()
    sources: tuple[int, ...] = ()

    def with_finding(self, finding: LintFinding) -> CaseCheck:
        """The case with one more finding, of a step or of the whole."""
        findings = (*self.case.findings, finding)
        return self.model_copy(
            update={
                "case": self.case.model_copy(update={"findings": findings}),
                "findings": (*self.findings, finding) if finding.step is None else self.findings,
                "steps": tuple(
                    one.with_finding(finding) if one.number == finding.step else one
                    for one in self.steps
                ),
                "verdict": verdict_of(findings),
            }
        )


class SuiteCheck(Value):
    """What was found of a suite, case by case in its order, and the sources by their numbers.

    ``total`` are the cases of the file: more than were checked where somebody stopped it.
    ``read_by`` is the model that was to read them too, if one was, ``read`` how many it has read.
    """

    file: str
    total: int
    cases: tuple[CaseCheck, ...]
    sources: tuple[RetrievedChunk, ...]
    read_by: str = ""
    read: int = 0

    @property
    def reading(self) -> str:
        """How far a model has read the cases; empty where none was to."""
        if not self.read_by:
            return ""
        return f"{self.read} of {len(self.cases)} read by {self.read_by}"

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many cases have each verdict, worst first; none is doubted where nobody read them."""
        names = [name for name in VERDICTS if name != "doubted" or self.read]
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
