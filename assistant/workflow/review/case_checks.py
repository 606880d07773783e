"""What the check of a suite finds: of a step, of a case, of all cases; and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import Field

from assistant.domain import (
    DENYING_RULES,
    SECOND_READER,
    LintFinding,
    RetrievalConfig,
    RetrievedChunk,
    TestCase,
    Value,
)
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.proof.proof_faults import UNSUPPORTED
from assistant.library import StoredDocument
from assistant.suite.step_marks import MARK_WORDS as MARK_WORDS
from assistant.suite.step_marks import StepMark as StepMark
from assistant.suite.step_marks import denies as denies
from assistant.suite.step_marks import mark_of as mark_of
from assistant.suite.step_marks import rests_on_old as rests_on_old
from assistant.workflow.review.suite_basis import LINKS, HeldCriterion, Link, LinkedBy
from assistant.workflow.sources.read_source import file_of

Verdict = Literal["denied", "doubted", "not in the sources", "remark", "no automatic finding"]
VERDICTS: dict[Verdict, str] = {
    "denied": "a criterion, a source or the case's own data say otherwise",
    "doubted": "a second reader, a model, doubts a result; whether it is right to, a person says",
    "not in the sources": "something in it stands in no source that was found, and follows from "
    "none",
    "remark": "how it is written, that another case says the same, or that a result rests on a "
    "draft or an old source alone",
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


class SourceVersion(Value):
    """A source as cases were held against it; ``name`` is its file's, else its title.

    The version alone does not tell two texts apart: after an erasure it begins at 1 again.
    """

    id: str
    name: str
    version: int
    content_hash: str


class SourcesState(Value):
    """The sources of a project at one time, and how it searches them then (``None``: not known, as
    with what earlier versions reported). Existing cases are no sources: they support nothing."""

    at: datetime
    sources: tuple[SourceVersion, ...] = ()
    search: RetrievalConfig | None = None

    def changes(self, now: SourcesState) -> dict[str, SourceChange]:
        """What changed from here to ``now``, by the source's id; of the search under ``SEARCH``."""
        before = {one.id: one for one in self.sources}
        present = {one.id: one for one in now.sources}
        found: dict[str, SourceChange] = {}
        for name, one in present.items():
            if name not in before:
                found[name] = SourceChange(name=one.name, what="new")
            elif (before[name].version, before[name].content_hash) != (
                one.version,
                one.content_hash,
            ):
                found[name] = SourceChange(name=one.name, what="changed")
        for name, one in before.items():
            if name not in present:
                found[name] = SourceChange(name=one.name, what="removed")
        if self.search is not None and now.search not in (None, self.search):
            found[SEARCH] = SourceChange(name="settings of the search", what="changed")
        return found


SEARCH = "search"
"""Stands for how the project searches where sources are named by their ids."""


class SourceChange(Value):
    """A source, or the settings that they are searched with, that is not what it was."""

    name: str
    what: Literal["changed", "new", "removed"]

    @property
    def says(self) -> str:
        """The name, and what became of it."""
        return f"{self.name} ({self.what})"


def state_of(
    documents: Iterable[StoredDocument], at: datetime, search: RetrievalConfig | None = None
) -> SourcesState:
    """The state that these documents of a project are, searched so."""
    return SourcesState(
        at=at,
        search=search,
        sources=tuple(
            SourceVersion(
                id=one.id,
                name=file_of(one) or one.title,
                version=one.version,
                content_hash=one.content_hash,
            )
            for one in documents
            if one.kind != "test_cases" or one.epic_count
        ),
    )


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
    was held against; ``findings`` those that are of none of its steps; ``state`` is the place in
    ``SuiteCheck.states`` of what the sources were then.
    """

    number: int
    case: TestCase
    link: Link
    verdict: Verdict
    steps: tuple[StepCheck, ...]
    findings: tuple[LintFinding, ...] = ()
    sources: tuple[int, ...] = ()
    state: int = 0

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


class Gap(Value):
    """A criterion that no case of a suite names; ``perhaps`` are the cases that may be about it all
    the same: of which only its story is named, or that the search found nearest to it."""

    criterion: HeldCriterion
    perhaps: tuple[str, ...] = ()


class Older(Value):
    """Verdicts that are older than the sources: what changed since, the numbers of the cases that
    were held against a source that changed or is gone, and those of the others. ``searched``:
    whether the project searches otherwise since."""

    changes: tuple[SourceChange, ...] = ()
    touched: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    searched: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of these cases."""
        return tuple(sorted((*self.touched, *self.others)))


class SuiteCheck(Value):
    """What was found of a suite, case by case in its order, and the sources by their numbers.

    ``total`` are the cases of the file: more than were checked where somebody stopped it.
    ``read_by`` is the model that was to read them too, if one was, ``read`` how many it has read.
    ``states`` are those of the sources that the verdicts were made on, ``criteria`` all of the
    project. ``chosen`` are the criteria that people had chosen when the cases were checked last, by
    their number, whether the project still holds them or not.

    Make a changed one anew, not by ``model_copy``: that keeps the ``gaps`` of the old one.
    """

    file: str
    total: int
    cases: tuple[CaseCheck, ...]
    sources: tuple[RetrievedChunk, ...]
    read_by: str = ""
    read: int = 0
    states: tuple[SourcesState, ...] = ()
    criteria: tuple[HeldCriterion, ...] = ()
    chosen: dict[int, tuple[str, ...]] = Field(default_factory=dict)

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

    @cached_property
    def _keys(self) -> dict[int, str]:
        """The key of each source, by its number."""
        return {one.rank: one.chunk.key for one in self.sources}

    def near(self, checked: CaseCheck) -> tuple[str, ...]:
        """The criteria that a case is most likely about: those that it names, else of those that
        it was held against the ones that its steps quote, else all."""
        link = checked.link
        if link.is_sure:
            return link.criterion_ids
        quoted = {self._keys.get(one.source) for step in checked.steps for one in step.quotations}
        return tuple(one for one in link.criterion_ids if one in quoted) or link.criterion_ids

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The criteria without a case in this suite, of the epics that its cases are about or may
        be, in the order of the project."""
        named: set[str] = set()
        perhaps: dict[str, list[str]] = {}
        for one in self.cases:
            if one.link.is_sure:
                named.update(one.link.criterion_ids)
            else:
                for name in self.near(one):
                    perhaps.setdefault(name, []).append(one.case.id)
        about = self.epic_keys
        return tuple(
            Gap(criterion=one, perhaps=tuple(perhaps.get(one.id, ())))
            for one in self.criteria
            if one.id not in named and one.epic_key in about
        )

    @property
    def epic_keys(self) -> frozenset[str]:
        """The epics that the cases are about, or may be."""
        held = {name for one in self.cases for name in one.link.criterion_ids}
        return frozenset(one.epic_key for one in self.criteria if one.id in held)

    @property
    def other_epics(self) -> tuple[str, ...]:
        """The epics of the project that none of the cases is held against."""
        keys, about = dict.fromkeys(one.epic_key for one in self.criteria), self.epic_keys
        return tuple(key for key in keys if key not in about)

    def older(self, now: SourcesState) -> Older:
        """Which verdicts are older than the sources as they are ``now``, and what changed since."""
        since = [state.changes(now) for state in self.states]
        documents = {one.rank: one.chunk.document_id for one in self.sources}
        found: dict[str, SourceChange] = {}
        touched: list[int] = []
        others: list[int] = []
        for one in self.cases:
            changes = since[one.state] if one.state < len(since) else {}
            if not changes:
                continue
            found |= changes
            held = {documents.get(rank) for rank in one.sources}
            (touched if held & changes.keys() else others).append(one.number)
        return Older(
            changes=tuple(found.values()),
            touched=tuple(touched),
            others=tuple(others),
            searched=SEARCH in found,
        )

    @property
    def unknown_keys(self) -> tuple[str, ...]:
        """The keys that cases name and the project does not hold, each once."""
        return tuple(dict.fromkeys(name for one in self.cases for name in one.link.named))

    @property
    def worst_first(self) -> tuple[CaseCheck, ...]:
        """The cases by what to look at first, else in their order."""
        order = list(VERDICTS)
        return tuple(sorted(self.cases, key=lambda one: order.index(one.verdict)))
