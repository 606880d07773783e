"""The questions of a run: answered in place, and the cases that waited for the answer written."""

from __future__ import annotations

import streamlit as st

from assistant.ui.home.questions_panel import answer_given, notices_list, question_to_answer
from assistant.ui.home.writing_progress import write_again_button, writing_progress
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import answers, write_again
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
            write_again_button(
                opened,
                record,
                [one.id for one in waiting],
                reason=REASON,
                key=f"again-{answer.document_id}",
                help="The cases that carry this question, from the present sources",
            )


def _waits(stored: StoredCase, criterion_id: str, asked: str) -> bool:
    """Whether a case was written while the question was open."""
    case = stored.case
    return (
        criterion_id in case.criterion_ids
        and asked in case.open_questions
        and stored.status != "rejected"
        and write_again.can_be_written(stored)
    )
