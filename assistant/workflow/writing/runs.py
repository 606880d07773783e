"""Look at runs, their cases and their quality: what pages show and the command line prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from assistant.design.questions.notices import find_notices
from assistant.domain import (
    SECOND_READER,
    CaseStatus,
    GenerationRun,
    Notice,
    Question,
    Technique,
    TestCase,
    Value,
)
from assistant.errors import LibraryError
from assistant.generation.proof import RULES
from assistant.library import RunSummary as RunSummary
from assistant.library import StoredCase as StoredCase
from assistant.suite.quality import Figure as Figure
from assistant.suite.quality import Quality as Quality
from assistant.suite.quality import quality
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template, duplicates, lineage, stale
from assistant.workflow.review.review import (
    NONE_ANSWERED,
    OF_CHAIN,
    QUESTION,
    STALE,
    needs_of,
    worst_first,
)
from assistant.workflow.review.review_library import words_of
from assistant.workflow.sources.source_standing import with_standings
from assistant.workflow.writing.answers import Asked, asked_of
from assistant.workflow.writing.changed_basis import (
    BasisChange as BasisChange,
)
from assistant.workflow.writing.changed_basis import (
    basis_change,
    cases_now,
    questions_now,
)
from assistant.workflow.writing.left_out import left_out
from assistant.workflow.writing.replies import Replies, as_answered_now, replies_in

ACTIVE = ("queued", "running")
"""Statuses of a run that is still to be written or being written."""

ROWS_HELD = 1024
"""Lines of case lists that are remembered: a page reads its list on every click, and reading a
case's body takes long."""

AGAIN = "again-"
"""How the ids of runs begin that write cases of earlier runs again; they have no list of cases."""


class RunView(Value):
    """A run with its place in the list of runs, and its questions with what people answered."""

    summary: RunSummary
    run: GenerationRun
    asked: tuple[Asked, ...] = ()
    change: BasisChange | None = None
    """How its criteria read now, where ``with_present_text`` found that they have changed."""
    raised: tuple[Asked, ...] = ()
    """What is asked of its changed and new criteria, and of those that a source denies now."""
    earlier: tuple[Asked, ...] = ()
    """What was asked of words that stand no more, and is not asked of those of now."""
    left_out: Mapping[str, str] = {}
    """``left_out``: of its criteria, by their present ids."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Those on what holds that neither a source nor a person has answered, but what is asked
        beside the test."""
        return tuple(one.question for one in self._open)

    @property
    def open_count(self) -> int:
        """How many these are, the same asked of several criteria counted once."""
        return len({one.once for one in self._open})

    @property
    def _open(self) -> tuple[Asked, ...]:
        both = (*self.asked, *self.raised)
        return tuple(one for one in both if one.is_open and not self.is_beside(one))

    def is_beside(self, one: Asked) -> bool:
        """Whether it asks something of a criterion that is left out, and not whether it is."""
        ids = self.change.present_ids if self.change and not self.is_raised(one) else {}
        name = one.question.criterion_id
        return one.question.kind != "out of scope" and ids.get(name, name) in self.left_out

    def is_raised(self, one: Asked) -> bool:
        """Whether it is one of ``raised``, on a criterion by its present id: one of ``asked`` on
        another criterion may read the same, its id of then."""
        return any(one is other for other in self.raised)

    def how_to_run(self, case: TestCase) -> tuple[Asked, ...]:
        """What its writer asked that only says how a tester runs and sees the case: it waits for
        none of that, and whoever runs it wants it. What a source answers is left out.

        Where no case of the run carries any (an earlier version kept none with its cases), it is
        what was asked of the case's criteria.
        """
        asked = [one for one in self.asked if one.question.is_on_running and one.question.is_open]
        if any(one.running_questions for one in self.run.cases):
            mine = [one for one in asked if one.question.text in case.running_questions]
        else:
            mine = [one for one in asked if one.question.criterion_id in case.criterion_ids]
        # Two stories may ask the same; the answer to one stands for both.
        given = sorted(mine, key=lambda one: one.answer is None)
        texts = {one.question.text: one for one in reversed(given)}
        return tuple(one for one in mine if texts[one.question.text] is one)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Other languages in its epics, and words in its epics and in the sources found for them
        that read like instructions to the assistant."""
        sources = (one.chunk for one in self.run.retrieved if one.stage != "basis")
        found = find_notices(self.run.epics, sources)
        return tuple(one for one in found if one.kind != "left out")


class CaseRow(Value):
    """A case as a line of a list."""

    id: str
    title: str
    status: CaseStatus
    technique: Technique | None
    criterion_ids: tuple[str, ...]
    condition_ids: tuple[str, ...] = ()
    source_run_id: str = ""
    needs: tuple[str, ...] = ()
    """Why a person has to look at it first, as fixed phrases; see ``review.needs_of``."""
    preconditions: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    test_date: date | None = None
    words: str = ""
    """Its text in lower case, for searching."""
    proposals: int = 0
    """Changes that other programs propose and nobody has decided on."""

    @property
    def is_stale(self) -> bool:
        """Whether what it rests on has changed since it was written."""
        return STALE in self.needs

    @property
    def needs_you(self) -> bool:
        """Whether a person has to look at it: undecided with a need, or, whatever was decided,
        stale or without the case that it goes on from."""
        return bool(self.needs if self.status == "draft" else {STALE, *OF_CHAIN} & {*self.needs})


def runs(workspace: Workspace, project_id: str) -> tuple[RunSummary, ...]:
    """The project's runs, newest first."""
    listed = workspace.library.runs(project_id)
    return tuple(run for run in listed if not run.id.startswith(AGAIN))


def endpoint_models(
    workspace: Workspace, project_id: str, listed: Sequence[RunSummary]
) -> dict[str, str]:
    """Which model the endpoint served then, by run, for the runs that it wrote."""
    asked = [run.id for run in listed if run.writer == ENDPOINT_WRITER]
    models = workspace.library.models_of(project_id, asked) if asked else {}
    return {run_id: model.model for run_id, model in models.items()}


def summary(workspace: Workspace, project_id: str, run_id: str) -> RunSummary:
    """How far a run is; ``LibraryError`` where this project has no such run."""
    for row in workspace.library.runs(project_id):
        if row.id == run_id:
            return row
    raise LibraryError("This run is not in this project. Choose its project, or start a new run.")


def view(workspace: Workspace, project_id: str, run_id: str) -> RunView:
    """A run with its plan, sources, questions and refused drafts.

    A source answers a question as long as it says so: one that was removed, or whose present
    version lacks the words, answers none until they are there again.
    """
    listed = summary(workspace, project_id, run_id)
    run = workspace.library.run(project_id, run_id)
    chunks = {one.chunk.id: one.chunk for one in run.retrieved}
    questions = as_answered_now(workspace, project_id, run.questions, chunks)
    return RunView(
        summary=listed,
        run=run.model_copy(update={"questions": questions}),
        asked=asked_of(workspace, project_id, run.epics, questions),
        left_out=left_out(workspace, project_id, run),
    )


def change_of_basis(workspace: Workspace, project_id: str, view: RunView) -> BasisChange:
    """Which criteria of its epics are new, read otherwise or are gone since the run."""
    return basis_change(workspace, project_id, view.run)


def with_present_text(
    workspace: Workspace, project_id: str, view: RunView, change: BasisChange | None = None
) -> RunView:
    """The view with what became of its criteria, and with the questions of the present text and of
    what sources say now. Takes as long as comparing the criteria does, where they or a source have
    changed. ``change`` is ``change_of_basis`` where it is known already."""
    if change is None:
        change = change_of_basis(workspace, project_id, view)
    found = questions_now(workspace, project_id, view.run, view.asked, change)
    return view.model_copy(
        update={
            "change": change or None,
            "asked": found.standing,
            "raised": found.raised,
            "earlier": found.earlier,
            "left_out": left_out(workspace, project_id, view.run, change or None),
        }
    )


def source_view(
    workspace: Workspace, project_id: str, view: RunView, stored: StoredCase
) -> RunView:
    """The run that found the sources of a case's present words, with what is known of them:
    ``view`` unless written again."""
    if stored.source_run_id in (None, view.run.id):
        run = with_standings(workspace, project_id, view.run)
        return view.model_copy(update={"run": run})
    run = workspace.library.run(project_id, stored.source_run_id or "")
    return RunView(summary=view.summary, run=with_standings(workspace, project_id, run))


def criteria_texts(
    workspace: Workspace, project_id: str, view: RunView, stored: StoredCase
) -> dict[str, str]:
    """The acceptance criteria by id, as they read when a case's present words were written."""
    epics = view.run.epics
    if stored.source_run_id not in (None, view.run.id):
        epics = workspace.library.run_epics(project_id, stored.source_run_id or "")
    return {criterion.id: criterion.text for epic in epics for criterion in epic.criteria}


def replies_on(workspace: Workspace, project_id: str, stored: StoredCase) -> Replies:
    """What is known to the questions that a case carries, or whose answer it cites."""
    found = replies_in(workspace, project_id, stored.run_id or "", [stored]).get(stored.id)
    if found is None or not found.answers:
        return found or Replies()
    written = summary(workspace, project_id, stored.source_run_id or stored.run_id or "")
    carried = [one.at for text, one in found.answers.items() if text in stored.case.open_questions]
    late = bool(carried) and written.created_at < min(carried)
    return found.model_copy(update={"come_later": late})


def case_rows(
    workspace: Workspace, project_id: str, run_id: str, *, stale: Collection[str] = ()
) -> tuple[CaseRow, ...]:
    """The cases of a run as lines of a list; ``stale`` are the ids of those that are."""
    waiting = workspace.library.proposals.counts(project_id)
    cases = workspace.library.cases(project_id, run_id=run_id)
    rows: Sequence[CaseRow] = [
        workspace.memo.get(
            "case rows",
            project_id,
            (stored, is_stale),
            partial(_row, stored, is_stale),
            most=ROWS_HELD,
        )
        for stored in cases
        for is_stale in (stored.id in stale,)
    ]
    asking = [one for one, row in zip(cases, rows, strict=True) if QUESTION in row.needs]
    replies = replies_in(workspace, project_id, run_id, asking)
    given = {name: one.standing for name, one in replies.items()}
    chains = lineage.chains(workspace, project_id, run_id, rows)

    def needs(one: StoredCase, stale: bool) -> tuple[str, ...]:
        standing = given.get(one.id, NONE_ANSWERED)
        return needs_of(one.case, standing, stale=stale, chain=chains.needs(one.id))

    def still_open(row: CaseRow) -> tuple[str, ...]:
        return tuple(asked for asked in row.open_questions if asked not in given.get(row.id, ()))

    rows = [
        row.model_copy(
            update={"needs": needs(one, row.is_stale), "open_questions": still_open(row)}
        )
        if one.id in given or chains.needs(one.id)
        else row
        for one, row in zip(cases, rows, strict=True)
    ]
    return tuple(
        row.model_copy(update={"proposals": waiting[row.id]}) if row.id in waiting else row
        for row in rows
    )


def waiting_on(rows: Iterable[CaseRow]) -> dict[str, int]:
    """How many cases that are not rejected carry each open question, by its text."""
    return Counter(q for row in rows if row.status != "rejected" for q in row.open_questions)


def _row(stored: StoredCase, stale: bool) -> CaseRow:
    return CaseRow(
        id=stored.id,
        title=stored.title,
        status=stored.status,
        technique=stored.technique,
        criterion_ids=stored.case.criterion_ids,
        condition_ids=stored.case.condition_ids,
        source_run_id=stored.source_run_id or "",
        needs=needs_of(stored.case, stale=stale),
        preconditions=stored.case.preconditions,
        open_questions=stored.case.open_questions,
        test_date=stored.case.test_date,
        words=words_of(stored.case),
    )


def needs_first(rows: Sequence[CaseRow]) -> tuple[CaseRow, ...]:
    """The rows with those first that need a person, the worst need first; else as written."""
    return tuple(sorted(rows, key=lambda row: worst_first(row.needs)))


def quality_of(workspace: Workspace, project_id: str, run: GenerationRun) -> Quality:
    """Count what the checks say about the cases of a run; takes seconds for a hundred cases."""
    report = duplicates.in_run(workspace, project_id, run.id)
    change = basis_change(workspace, project_id, run)
    cases = cases_now(workspace, project_id, run, change) if change else run.cases
    whole = [one for one in cases if one.status != "rejected" and not one.is_outline]
    traced = {name for one in whole for name in one.criterion_ids}
    epics = change.now if change else run.epics
    not_asked = change.left_out if change else run.generation.criteria_left_out
    asked = [one.id for epic in epics for one in epic.criteria if one.id not in not_asked]
    out = left_out(workspace, project_id, run, change or None)
    criteria = [one for one in asked if one not in out]
    return quality(
        run.cases,
        duplicates={
            *report.within,
            *(case.id for case in run.cases if duplicates.repetition_of(case)),
        },
        existing=report.existing,
        criteria=len(criteria),
        left_out=len(asked) - len(criteria),
        covered=[name for name in criteria if name in traced],
        problems=company_template.faults(workspace, project_id, run.cases),
        stale=stale.by_case(stale.stale_cases(workspace, project_id, run_id=run.id)),
        proposed=workspace.library.proposals.counts(project_id),
        no_smells=RULES | {SECOND_READER},
    )
