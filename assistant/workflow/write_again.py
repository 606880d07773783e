"""Write stale cases again: the same conditions, with the same writer, from the present sources.

The words come in as the next version of the case, as a draft: what stood before is in its history,
and undo brings it back with its sources.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    GenerationRun,
    TestCase,
    Timings,
    UserStory,
)
from assistant.errors import LibraryError
from assistant.generation.chain import CaseReady, Finished, Planned, generate
from assistant.library import StoredCase
from assistant.sources.pasted import story_as_criterion
from assistant.workflow import generate_cases
from assistant.workflow.answers import answered_chunks, answers_to, with_answers
from assistant.workflow.generate_cases import OnCase, opened_writer, prompt_version, style_cases
from assistant.workflow.models import model_spec
from assistant.workflow.questions import open_questions
from assistant.workflow.reindex import basis_chunks, index_pending
from assistant.workflow.requests import conditions_of
from assistant.workflow.runs import AGAIN
from assistant.workflow.sentences import plain_words
from assistant.workflow.workspace import Workspace


class WritingAgain:
    """One run that writes some cases again: the run, and which condition is for which case."""

    def __init__(self, run: GenerationRun, cases: dict[str, StoredCase]) -> None:
        self.run = run
        self.cases = cases


def start(workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str) -> list[str]:
    """Write the cases again in worker threads; returns the ids of the jobs. Raises as ``begin``."""
    jobs = []
    for again in begin(workspace, project_id, case_ids, by=by):
        _start(workspace, project_id, again)
        jobs.append(again.run.id)
    return jobs


def write_now(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str
) -> tuple[StoredCase, ...]:
    """Write the cases again in this thread and return them as they are now. Raises as ``begin``,
    and the error that ended the writing."""
    for again in begin(workspace, project_id, case_ids, by=by):
        generate_cases.write(
            workspace, project_id, again.run, lambda: False, reraise=True, body=_body(again)
        )
    return tuple(workspace.library.case(project_id, case_id) for case_id in case_ids)


def begin(
    workspace: Workspace, project_id: str, case_ids: Sequence[str], *, by: str
) -> tuple[WritingAgain, ...]:
    """The runs that write these cases again, one for each run that wrote them, kept as queued.

    Raises ``LibraryError`` where a case was not generated, or what it was derived from is gone.
    """
    workspace.take_folder()
    library = workspace.library
    by_run: dict[str, list[StoredCase]] = {}
    for case_id in dict.fromkeys(case_ids):
        stored = library.case(project_id, case_id)
        if not stored.source_run_id or not stored.case.condition_ids:
            raise LibraryError(
                f"{case_id} was not written from a condition, so it cannot be written again. "
                "Edit it instead."
            )
        by_run.setdefault(stored.source_run_id, []).append(stored)
    index_pending(library, workspace.knowledge(project_id), project_id)
    stored_epics = library.epics(project_id)
    given = answers_to(workspace, project_id, stored_epics)
    current = {epic.key: with_answers(epic, given) for epic in stored_epics}
    planned = []
    for run_id, cases in by_run.items():
        again = _planned(workspace, library.run(project_id, run_id), cases, current, by)
        again.run = again.run.model_copy(
            update={"questions": open_questions(workspace, project_id, again.run.epics, given)}
        )
        planned.append(again)
    for again in planned:
        library.start_run(project_id, again.run)
    return tuple(planned)


def _planned(
    workspace: Workspace,
    source: GenerationRun,
    cases: Sequence[StoredCase],
    current: dict[str, Epic],
    by: str,
) -> WritingAgain:
    """A run over the stories of these cases, as they are now."""
    epics: dict[str, Epic] = {}
    wanted: dict[str, StoredCase] = {}
    kept: set[str] = set()
    for stored in cases:
        for condition_id in stored.case.condition_ids:
            old_epic, old = _criterion_of(source.epics, stored, condition_id)
            epic = epics.get(old_epic.key) or current.get(old_epic.key)
            if epic is None:
                raise _gone(stored, f"the epic {old_epic.key} is")
            epic = _with_story_as_criterion(epic, old_epic.story_of(old.id).key)
            now = _same(epic, old)
            if now is None:
                raise _gone(stored, f"the acceptance criterion {old.id} is")
            epics[epic.key] = epic
            kept.add(epic.story_of(now.id).key)
            wanted[now.id + condition_id.removeprefix(old.id)] = stored
    limited = tuple(_limited(epic, kept) for epic in epics.values())
    choices = source.generation
    derived = {one.id for one in conditions_of(limited, choices.techniques, choices.depth)}
    for condition_id, stored in wanted.items():
        if condition_id not in derived:
            raise _gone(stored, f"the condition {condition_id} is")
    writer = source.generation.writer
    run = GenerationRun(
        id=f"{AGAIN}{uuid.uuid4().hex[:12]}",
        by=by,
        request=f"Written again: {source.request}",
        model=model_spec(workspace, writer),
        prompt_version=prompt_version(writer),
        retrieval=source.retrieval,
        generation=source.generation,
        epics=limited,
    )
    return WritingAgain(run, wanted)


def _criterion_of(
    epics: Sequence[Epic], stored: StoredCase, condition_id: str
) -> tuple[Epic, AcceptanceCriterion]:
    """The criterion that a condition was derived from, as it was then."""
    found = [
        (epic, criterion)
        for epic in epics
        for criterion in epic.criteria
        if condition_id.startswith(f"{criterion.id}-")
    ]
    if not found:
        raise _gone(stored, "what it was derived from is")
    return max(found, key=lambda each: len(each[1].id))


def _same(epic: Epic, old: AcceptanceCriterion) -> AcceptanceCriterion | None:
    """The criterion with the same words, wherever it stands now, or else with the same id."""
    for criterion in epic.criteria:
        if plain_words(criterion.text) == plain_words(old.text):
            return criterion
    return next((criterion for criterion in epic.criteria if criterion.id == old.id), None)


def _with_story_as_criterion(epic: Epic, story_key: str) -> Epic:
    story = next((one for one in epic.stories if one.key == story_key), None)
    if story is not None and not story.criteria and story.narrative.strip():
        return story_as_criterion(epic, story_key)
    return epic


def _limited(epic: Epic, story_keys: Collection[str]) -> Epic:
    stories: tuple[UserStory, ...] = tuple(s for s in epic.stories if s.key in story_keys)
    return epic.model_copy(update={"stories": stories})


def _gone(stored: StoredCase, what: str) -> LibraryError:
    return LibraryError(
        f"{stored.id} cannot be written again: {what} no longer there. Reject the case, edit it, "
        "or generate the epic anew."
    )


# --- Writing ------------------------------------------------------------------------------------


def _start(workspace: Workspace, project_id: str, again: WritingAgain) -> None:
    workspace.jobs.start(
        again.run.id,
        lambda stop: generate_cases.write(
            workspace, project_id, again.run, stop, body=_body(again)
        ),
    )


def _body(again: WritingAgain) -> generate_cases.Body:
    """What a run of ``generate_cases`` does with its cases: put each in its old one's place."""

    def write_cases(
        workspace: Workspace,
        project_id: str,
        run: GenerationRun,
        cancelled: Callable[[], bool],
        on_case: OnCase | None,
    ) -> None:
        library = workspace.library
        held_by = library.documents_of_epics(project_id)
        documents = list(dict.fromkeys(i for e in run.epics for i in held_by.get(e.key, ())))
        choices = run.generation
        every = {one.id for one in conditions_of(run.epics, choices.techniques, choices.depth)}
        ended = Finished(timings=Timings(), uncovered_criteria=())
        rewritten = {stored.id for stored in again.cases.values()}
        for event in generate(
            run.epics,
            answered_chunks(
                workspace, project_id, run.epics, basis_chunks(library, project_id, documents)
            ),
            workspace.knowledge(project_id),
            opened_writer(workspace, run.generation),
            run.retrieval,
            run.generation,
            style=[c for c in style_cases(workspace, project_id) if c.id not in rewritten],
            cancelled=cancelled,
            done_conditions=every - set(again.cases),
            questions=run.questions,
        ):
            match event:
                case Planned():
                    wanted = [one for one in event.conditions if one.id in again.cases]
                    library.record_plan(run.id, wanted, event.questions, event.retrieved)
                case CaseReady():
                    case: TestCase = event.written.case
                    stored = again.cases[case.condition_ids[0]]
                    kept = library.rewrite_case(
                        project_id,
                        case.model_copy(update={"id": stored.id}),
                        run.id,
                        rejected=event.written.rejected,
                        expected_version=stored.row_version,
                    )
                    if on_case is not None:
                        on_case(kept.case)
                case Finished():
                    ended = event
        library.finish_run(
            run.id, status="cancelled" if cancelled() else "done", timings=ended.timings
        )

    return write_cases
