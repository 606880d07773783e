"""What is being written for the list of a run now: how far it is, cancel, what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.cases.case_undo import note_made
from assistant.ui.counts import counted
from assistant.ui.job_progress import progress_bar
from assistant.ui.plain_text import plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import follow_up_runs, generate_cases, write_again

JOBS, BEFORE, LEFT_OPEN = "writing_again", "written_before", "gaps_left_open"
POLL_SECONDS = 0.7
NO_WRITER = "No model is set up to write. Settings > Models, or change the case by hand."
"""Why cases cannot be written again, where the writer that they had is not there any more."""


def writing_progress(opened: Workspace, record: Session) -> bool:
    """Whether something is being written for the open run; shows it until it has ended."""
    active = bool(follow_up_runs.active(opened, record.run_id))
    st.fragment(_written, run_every=POLL_SECONDS if active else None)(opened, record, active)
    return active


def follow(
    jobs: list[str], versions: dict[str, int] | None = None, left_open: Sequence[str] = ()
) -> None:
    """Show once what comes of these jobs. ``versions`` are those of the cases written again before;
    ``left_open`` says why some cases cannot be written."""
    st.session_state[LEFT_OPEN] = list(dict.fromkeys(left_open))
    st.session_state[JOBS] = jobs
    st.session_state[BEFORE] = versions or {}


def write_again_button(
    opened: Workspace, record: Session, case_ids: Sequence[str], *, reason: str, key: str, help: str
) -> None:
    """A button that writes those of the cases again that can be; ``reason`` says why."""
    possible = write_again.has_writer(opened, record.project_id, record.run_id, case_ids)
    if pressed(
        f"Write {counted(len(case_ids), 'case')} again",
        icon=":material/refresh:",
        key=key,
        disabled=not case_ids or not possible,
        help=help if possible else NO_WRITER,
    ):
        with page_action():
            jobs, left_open = write_again.start_where_possible(
                opened, record.project_id, case_ids, by=record.user, reason=reason
            )
            follow(jobs, left_open=left_open)


def _written(opened: Workspace, record: Session, was_active: bool) -> None:
    active = follow_up_runs.active(opened, record.run_id)
    if active:
        states = [opened.jobs.state(job) for job in active]
        done, total = sum(one.done for one in states), sum(one.total for one in states)
        with st.container(horizontal=True, vertical_alignment="center"):
            share = f"{done} of {counted(total, 'case')}" if total > 1 else "one case"
            progress_bar(done, total, f"Writing {share} from present sources…")
            if pressed("Cancel", icon=":material/stop_circle:", key="cancel_again"):
                for job in active:
                    generate_cases.cancel(opened, job)
        return
    if was_active:
        st.rerun()
    # Once: whatever is done next, here or on another page, draws this anew without them.
    jobs, left_open = st.session_state.pop(JOBS, []), st.session_state.pop(LEFT_OPEN, [])
    errors = [*filter(None, dict.fromkeys(opened.jobs.state(job).error for job in jobs))]
    if errors or left_open:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                _problems(errors, left_open)
            st.button("Dismiss", icon=":material/close:", type="tertiary", key="dismiss_written")
    before: dict[str, int] = st.session_state.pop(BEFORE, {})
    if not errors:
        _note_written(opened, record, before)
        _unchanged(opened, record, before)


def _problems(errors: Sequence[str], left_open: Sequence[str]) -> None:
    for error in errors:
        st.error(plain(error), icon=":material/error:")
    if left_open:
        reasons = ".  \n".join(map(plain, left_open))
        st.warning(
            f"Left open: {reasons}. Open an accepted case to write it again; for what is gone, "
            "generate the epic anew.",
            icon=":material/rule:",
        )


def _note_written(opened: Workspace, record: Session, before: dict[str, int]) -> None:
    """What came of a press of this session is a deed of it, which an undo takes back."""
    for case_id, version in before.items():
        for one in opened.library.history(record.project_id, case_id):
            if one.version == version + 1 and one.action == "written again":
                note_made((case_id, one.version))


def _unchanged(opened: Workspace, record: Session, before: dict[str, int]) -> None:
    """Say so where the same words came as before: nothing on screen would."""
    for case_id, version in before.items():
        try:
            same = opened.library.case(record.project_id, case_id).row_version == version
        except AssistantError:
            continue
        if same:
            st.info(
                f"{plain(case_id)} stays as it was: the same words came out.",
                icon=":material/check:",
            )
