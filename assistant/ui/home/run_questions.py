"""The questions of a run: answered in place, and the cases that waited for the answer written."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.home.questions_panel import answer_given, notices_list, question_to_answer
from assistant.ui.home.writing_progress import follow, writing_progress
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import answers, write_again
from assistant.workflow.writing.answers import Answer
from assistant.workflow.writing.runs import ACTIVE, RunView, StoredCase

REASON = "its question was answered"
"""Why cases are written again here, as their history says it."""


def run_questions(opened: Workspace, record: Session, view: RunView) -> None:
    """What was open when the cases were written: each with a form, or its answer; and notices."""
    notices_list(view.notices)
    run = view.run
    if not run.questions:
        st.caption(":material/check: No open question was found in these criteria.")
        return
    writing = view.summary.status in ACTIVE or writing_progress(opened, record)
    st.caption(
        "The cases of these criteria carry the questions. An answer becomes a source with your "
        "name and the date; the cases written again after it rest on it."
    )
    given = answers.answers_to(opened, record.project_id, run.epics)
    by_id = {one.document_id: one for several in given.values() for one in several}
    criteria = {one.id: one for epic in run.epics for one in epic.criteria}
    cases = () if writing else opened.library.cases(record.project_id, run_id=run.id)
    for question in run.questions:
        answer = by_id.get(answers.question_key(criteria[question.criterion_id], question))
        if answer is None:
            question_to_answer(opened, record, run.epics, question)
            continue
        answer_given(opened, record, answer)
        waiting = [one for one in cases if _waits(one, question.criterion_id, question.text)]
        if waiting:
            _write_again(opened, record, answer, waiting)


def _waits(stored: StoredCase, criterion_id: str, asked: str) -> bool:
    """Whether a case was written while the question was open."""
    case = stored.case
    return (
        criterion_id in case.criterion_ids
        and asked in case.open_questions
        and stored.status != "rejected"
        and write_again.can_be_written(stored)
    )


def _write_again(
    opened: Workspace, record: Session, answer: Answer, cases: Sequence[StoredCase]
) -> None:
    if pressed(
        f"Write {counted(len(cases), 'case')} again",
        icon=":material/refresh:",
        key=f"again-{answer.document_id}",
        help="The cases that carry this question, from the present sources",
    ):
        with errors_shown():
            jobs, left_open = write_again.start_where_possible(
                opened, record.project_id, [one.id for one in cases],
                by=record.user, reason=REASON,
            )  # fmt: skip
            follow(jobs, left_open=left_open)
            st.rerun()
