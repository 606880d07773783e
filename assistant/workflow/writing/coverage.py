"""Coverage with depth: of a run, and of everything a project holds.

Fill the gaps of a run: write the cases that its conditions lack, and touch nothing else.

A condition is missing where coverage says so: its case was never written (the run was cancelled,
or cut off), is gone, or was rejected. What is written stands in the run's own list, after the
cases that are there; it is derived, worded and checked like every other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from assistant.design.description_rules import described_ids, with_described
from assistant.domain import (
    TECHNIQUES,
    Epic,
    GenerationRun,
    Question,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.errors import LibraryError
from assistant.generation.writer import WrittenCase
from assistant.library import StoredCase
from assistant.reading.references import refers_elsewhere
from assistant.suite.coverage_depth import NOWHERE, claimed_in, depth
from assistant.suite.coverage_depth import RULES as RULES
from assistant.suite.coverage_depth import STORY_RULES as STORY_RULES
from assistant.suite.coverage_depth import CriterionDepth as CriterionDepth
from assistant.suite.coverage_depth import DepthReport as DepthReport
from assistant.suite.coverage_depth import Level as Level
from assistant.suite.coverage_depth import StoryLevel as StoryLevel
from assistant.suite.coverage_depth import matrix_csv as matrix_csv
from assistant.suite.duplicates import find_duplicates
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import follow_up_runs
from assistant.workflow.writing.answers import asked_of
from assistant.workflow.writing.changed_basis import (
    BasisChange,
    basis_change,
    cases_now,
)
from assistant.workflow.writing.changed_basis import condition_now as condition_now
from assistant.workflow.writing.compare_criteria import Comparison, Comparisons
from assistant.workflow.writing.current_basis import PresentBasis
from assistant.workflow.writing.follow_up_runs import Again, planned_run
from assistant.workflow.writing.left_out import left_out, left_out_of_project
from assistant.workflow.writing.requests import conditions_of, conditions_of_run
from assistant.workflow.writing.runs import ACTIVE, RunView, view, with_present_text


def of_run(workspace: Workspace, project_id: str, run_id: str) -> DepthReport:
    """How the cases of a run cover the conditions that it planned."""
    read = view(workspace, project_id, run_id)
    return of_view(workspace, project_id, with_present_text(workspace, project_id, read))


def of_view(workspace: Workspace, project_id: str, view: RunView) -> DepthReport:
    """The same for a run that was read already: of its criteria as they are now, where the view
    says that they have changed."""
    if view.change is None or not view.change.now:
        return of_loaded_run(view.run, questions=view.open_questions, left_out=view.left_out)
    return _of_present(
        workspace, project_id, view.run, view.change, view.open_questions, view.left_out
    )


def _of_present(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    change: BasisChange,
    questions: Sequence[Question] = (),
    out: Mapping[str, str] = NOWHERE,
) -> DepthReport:
    """How the cases of a run cover its criteria as they are now."""
    cases = cases_now(workspace, project_id, run, change)
    choices = run.generation
    conditions = conditions_of(change.now, choices.techniques, choices.depth, change.left_out)
    return depth(
        _without(change.now, change.left_out),
        cases,
        conditions,
        questions=questions,
        redundant=find_duplicates(cases).surplus,
        covered_elsewhere=[condition_now(one, change.present_ids) for one in choices.skip],
        refers=_refers(change.now, conditions),
        left_out=out,
    )


def _without(epics: Sequence[Epic], criterion_ids: Collection[str]) -> tuple[Epic, ...]:
    """The epics without these criteria, and without stories of no others: what a request leaves
    out is no gap of its run."""
    if not criterion_ids:
        return tuple(epics)

    def kept(story: UserStory) -> UserStory:
        left = tuple(one for one in story.criteria if one.id not in criterion_ids)
        return story.model_copy(update={"criteria": left})

    def has_its_own(story: UserStory) -> bool:
        return not story.criteria or any(one.id not in criterion_ids for one in story.criteria)

    return tuple(
        epic.model_copy(update={"stories": tuple(map(kept, filter(has_its_own, epic.stories)))})
        for epic in epics
    )


def _refers(epics: Sequence[Epic], conditions: Sequence[TestCondition]) -> dict[str, str]:
    """By its id, the words by which a criterion refers to rules that stand in no criterion, where
    no item of it is from there."""
    of_source = {
        one.criterion_id
        for one in conditions
        if any(outcome.source_id != one.criterion_id for outcome in one.outcomes)
    }
    ids = [one.id for epic in epics for one in epic.criteria]
    ids += [epic.key for epic in epics] + [story.key for epic in epics for story in epic.stories]
    words = {
        one.id: refers_elsewhere(one.text, ids)
        for epic in epics
        for one in epic.criteria
        if one.id not in of_source
    }
    return {name: said for name, said in words.items() if said}


def missing_of_new(
    workspace: Workspace, project_id: str, run: GenerationRun, change: BasisChange
) -> tuple[str, ...]:
    """The conditions without a case that a run's criteria call for now and did not then.

    None are of an epic that no source has now.
    """
    if not change.new and not change.changed:
        return ()
    planned = {condition_now(one.id, change.present_ids) for one in planned_conditions(run)}
    choices = run.generation
    gone = {c.id for epic in change.now if epic.key in change.removed for c in epic.criteria}
    left_out = {
        one.id
        for one in conditions_of(change.now, choices.techniques, choices.depth)
        if one.legs or one.criterion_id in gone
    }
    found = _of_present(workspace, project_id, run, change).missing
    return tuple(one for one in found if one not in planned and one not in left_out)


def of_loaded_run(
    run: GenerationRun,
    *,
    questions: Sequence[Question] = (),
    left_out: Mapping[str, str] = NOWHERE,
) -> DepthReport:
    """The same with these questions still open, these criteria left out, and the cases that another
    one makes redundant: by their words alone; for the meaning too, look for duplicates."""
    same = find_duplicates(run.cases).surplus
    conditions = planned_conditions(run)
    return depth(
        _without(run.epics, run.generation.criteria_left_out),
        run.cases,
        conditions,
        questions=questions,
        redundant=same,
        covered_elsewhere=run.generation.skip,
        refers=_refers(run.epics, conditions),
        left_out=left_out,
    )


def of_library(workspace: Workspace, project_id: str) -> DepthReport:
    """How all cases of a project cover the criteria of all its epics: the traceability matrix.

    Rules of descriptions count as criteria where a case names them and they read as then.
    """
    cases = [stored.case for stored in workspace.library.cases(project_id)]
    traced = described_ids(name for case in cases for name in case.criterion_ids)
    epics = tuple(with_described(epic, traced) for epic in workspace.library.epics(project_id))
    conditions, questions = workspace.memo.get(
        "design of all epics", project_id, epics, lambda: _design(workspace.comparisons, epics)
    )
    asked = asked_of(workspace, project_id, epics, questions)
    refers = _refers(epics, conditions)
    out, on_scope = left_out_of_project(workspace, project_id, epics, cases)
    still_open = [
        one.question
        for one in asked
        if one.is_open
        and (one.question.kind == "out of scope" or one.question.criterion_id not in out)
    ]
    return depth(
        epics, cases, conditions, questions=[*still_open, *on_scope], refers=refers, left_out=out
    )


def _design(
    comparisons: Comparisons, epics: tuple[Epic, ...]
) -> tuple[tuple[TestCondition, ...], tuple[Question, ...]]:
    """Conditions and questions of epics: they follow from their text alone."""
    by_epic = comparisons.questions(Comparison(epics=epics))
    return conditions_of(epics, TECHNIQUES), tuple(chain.from_iterable(by_epic))


class LeftOpen(Value):
    """A missing condition that cannot be written for any more, and why."""

    condition_id: str
    reason: str


class Filling(Value):
    """What would be written for the gaps of a run, and what cannot be."""

    conditions: tuple[str, ...]
    left_open: tuple[LeftOpen, ...] = ()


def planned_conditions(run: GenerationRun) -> tuple[TestCondition, ...]:
    """What a run set out to write: its plan, or what follows from its epics where it has none."""
    return run.conditions or conditions_of_run(run)


def missing(run: GenerationRun, out: Mapping[str, str] = NOWHERE) -> tuple[str, ...]:
    """The conditions of a run that no case covers, in source order, but of criteria left ``out``.

    Rejected cases cover nothing; what was left to an existing case when the run began is covered.
    """
    return _planned(run, out).missing


def _planned(run: GenerationRun, out: Mapping[str, str]) -> DepthReport:
    return depth(
        run.epics, run.cases, planned_conditions(run), covered_elsewhere=run.generation.skip,
        left_out=out,
    )  # fmt: skip


def to_write(workspace: Workspace, project_id: str, run: GenerationRun) -> tuple[str, ...]:
    """Those of the missing conditions that are written next.

    One that a case claims and is not seen to show is written once more; after that it is for a
    person to look at, and asking again would only repeat the case.
    """
    found = _planned(run, left_out(workspace, project_id, run))
    names = {name for row in found.criteria for name in row.claimed}
    if not names:
        return found.missing
    claimed = [one for one in planned_conditions(run) if one.id in names]
    by: dict[str, set[str]] = {}
    for stored in workspace.library.cases(project_id, run_id=run.id):
        if stored.status != "rejected":
            for name in claimed_in(claimed, [stored.case]):
                by.setdefault(name, set()).add(stored.source_run_id or run.id)
    asked = follow_up_runs.asked_again(workspace, project_id, run.id, by)
    return tuple(one for one in found.missing if one not in asked)


class Gaps(Value):
    """The items without a case that can be asked for: ``planned`` by a run, or ``new`` since in
    its criteria. Of those in ``rejected`` somebody rejected the case, and no other claims them:
    they are written only where a person asks for them again. ``asked`` were, of those that a case
    claims, and are not asked for a third time."""

    planned: tuple[str, ...]
    new: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def untouched(self) -> tuple[str, ...]:
        """Those that nobody has decided on."""
        return tuple(one for one in (*self.planned, *self.new) if one not in self.rejected)


def gaps(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    change: BasisChange | None,
    *,
    only_new: bool = False,
) -> Gaps:
    """What can be written for a run, or for what is ``new`` since alone; ``change`` is what became
    of its criteria."""
    planned = () if only_new else to_write(workspace, project_id, run)
    new = missing_of_new(workspace, project_id, run, change) if change is not None else ()
    listed = workspace.library.cases(project_id, run_id=run.id)
    rejected = _rejected([stored.case for stored in listed], planned)
    if new and change is not None:
        rejected += _rejected(cases_now(workspace, project_id, run, change), new)
    all_missing = () if only_new else missing(run, left_out(workspace, project_id, run))
    asked = tuple(one for one in all_missing if one not in planned)
    return Gaps(planned=planned, new=new, rejected=rejected, asked=asked)


def _rejected(cases: Sequence[TestCase], names: Sequence[str]) -> tuple[str, ...]:
    """Those of these missing items that a rejected case is for, and that no other claims."""
    out = {
        name
        for case in cases
        if case.status == "rejected"
        for name in (*case.condition_ids, *case.claimed_ids)
    }
    out -= {name for case in cases if case.status != "rejected" for name in case.claimed_ids}
    return tuple(name for name in names if name in out)


def begin(
    workspace: Workspace,
    project_id: str,
    run_id: str,
    *,
    by: str,
    writer: str | None = None,
    only_new: bool = False,
    rejected: bool = False,
) -> tuple[Again, Filling]:
    """The run that writes the missing cases, not yet kept.

    The words of each criterion must be those that the run had: what changed since is left open.
    What its criteria call for only since then is written too (a new criterion's cases), or alone
    where ``only_new`` says so; what somebody rejected the case of, where ``rejected`` says so.
    Raises ``LibraryError`` where nothing is missing, nothing can be written any more, or the run
    is being written, and ``ModelUnavailable`` for an unknown writer.
    """
    workspace.take_folder()
    run = workspace.library.run(project_id, run_id)
    busy = run.status in ACTIVE and workspace.jobs.is_active(run_id)
    if busy or follow_up_runs.active(workspace, run_id):
        raise LibraryError(f"Run {run_id} is still being written. Wait for it, or cancel it.")
    change = basis_change(workspace, project_id, run)
    found = gaps(workspace, project_id, run, change, only_new=only_new)
    asked = {*found.untouched, *(found.rejected if rejected else ())}
    wanted = tuple(one for one in found.planned if one in asked)
    new = tuple(one for one in found.new if one in asked)
    if not asked and found.rejected:
        raise LibraryError(
            f"Nothing was written: of all that run {run_id} lacks somebody rejected the case. "
            "Include the rejected ones (--with-rejected) to have them written again."
        )
    if not asked:
        raise LibraryError(
            f"Run {run_id} has no gap to fill: every condition has its case, or one that claims it "
            "and was asked for again. Read those."
        )
    basis = PresentBasis(workspace, project_id)
    filling = _possible(run, basis, wanted)
    if not filling.conditions and not new:
        raise LibraryError(
            f"No missing case can be written: {filling.left_open[0].reason}. Generate the epic "
            "anew."
        )
    _, epics = basis.find(run, filling.conditions, same_words=True)
    epics = _with_stories_of(epics, change, new)
    filling = filling.model_copy(update={"conditions": (*filling.conditions, *new)})
    filler = planned_run(
        workspace, project_id, run, basis, epics,
        list_run_id=run_id, request=f"{follow_up_runs.GAPS}{run.request}", by=by, writer=writer,
    )  # fmt: skip

    def keep(written: WrittenCase) -> StoredCase:
        return workspace.library.add_case(
            project_id, run_id, written.case, rejected=written.rejected, source_run_id=filler.id
        )

    stored = workspace.library.cases(project_id)
    there = (one for one in stored if one.run_id == run_id or one.status == "imported")
    present = tuple(one.case for one in there)
    return Again(filler, frozenset(filling.conditions), keep, present=present), filling


def _with_stories_of(
    epics: Sequence[Epic], change: BasisChange, condition_ids: Collection[str]
) -> tuple[Epic, ...]:
    """These stories and those whose criteria the conditions are of, as they are now."""
    if not condition_ids:
        return tuple(epics)
    kept = {story.key for epic in epics for story in epic.stories}
    kept |= {
        story.key
        for epic in change.now
        for story in epic.stories
        for one in story.criteria
        if any(name.startswith(f"{one.id}-") for name in condition_ids)
    }
    limited = (
        epic.model_copy(update={"stories": tuple(s for s in epic.stories if s.key in kept)})
        for epic in change.now
    )
    return tuple(epic for epic in limited if epic.stories)


def _possible(run: GenerationRun, basis: PresentBasis, wanted: Collection[str]) -> Filling:
    """Which of the missing conditions still rest on the words that they were derived from."""
    possible, left_open = [], []
    for condition_id in wanted:
        try:
            basis.find(run, [condition_id], same_words=True)
        except LibraryError as error:
            left_open.append(LeftOpen(condition_id=condition_id, reason=str(error)))
        else:
            possible.append(condition_id)
    return Filling(conditions=tuple(possible), left_open=tuple(left_open))
