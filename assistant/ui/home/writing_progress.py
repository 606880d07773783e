"""What is being written for the list of a run now: how far it is, cancel, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from assistant.errors import LibraryError
from assistant.ui.cases.case_undo import note_made
from assistant.ui.cases.chain_line import successors_said
from assistant.ui.counts import counted
from assistant.ui.job_progress import progress_bar, waits_for_model
from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import follow_up_runs, generate_cases, write_again
from assistant.workflow.writing.follow_up_runs import Underway

_FOLLOWED = "writing_followed"
"""By project and run, what was started for the list of that run and is to be shown there."""
POLL_SECONDS = 0.7
NAMED = 300
"""Characters of the names of cases on a button."""
NO_WRITER = "No model is set up to write. Settings > Models, or change the case by hand."
"""Why cases cannot be written again, where the writer that they had is not there any more."""


@dataclass(frozen=True)
class _Followed:
    """Jobs, the versions that the cases had before, and why some cases cannot be written."""

    jobs: Sequence[str] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    left_open: Sequence[str] = ()


def writing_progress(opened: Workspace, record: Session) -> bool:
    """Whether something is being written for the open run; shows it until it has ended."""
    active = bool(follow_up_runs.active(opened, record.run_id))
    st.fragment(_written, run_every=POLL_SECONDS if active else None)(opened, record, active)
    return active


def follow(
    record: Session,
    jobs: Sequence[str],
    versions: Mapping[str, int] | None = None,
    left_open: Sequence[str] = (),
    run_id: str | None = None,
) -> None:
    """Show once, on the page of the run whose list these jobs write for (``run_id``, else the open
    one), what comes of them. ``versions`` are those of the cases written again before;
    ``left_open`` says why some cases cannot be written."""
    followed = _Followed(jobs, versions or {}, tuple(dict.fromkeys(left_open)))
    st.session_state.setdefault(_FOLLOWED, {})[record.project_id, run_id or record.run_id] = (
        followed
    )


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
            listed = opened.library.cases(record.project_id, run_id=record.run_id)
            before = {one.id: one.row_version for one in listed if one.id in case_ids}
            jobs, left_open = write_again.start_where_possible(
                opened, record.project_id, case_ids, by=record.user, reason=reason
            )
            follow(record, jobs, before, left_open=left_open)


def _written(opened: Workspace, record: Session, was_active: bool) -> None:
    now = follow_up_runs.underway(opened, record.run_id)
    if now is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            progress_bar(now.done, now.total, _told(opened, record, now))
            if pressed(
                "Cancel writing again" if now.case_ids else "Cancel the missing cases",
                icon=":material/stop_circle:",
                key="cancel_again",
                help=label(", ".join(now.case_ids), limit=NAMED) if now.case_ids else None,
            ):
                for job in now.jobs:
                    generate_cases.cancel(opened, job)
        return
    if was_active:
        st.rerun()
    every: dict[tuple[str, str], _Followed] = st.session_state.get(_FOLLOWED, {})
    here = record.project_id, record.run_id
    if any(map(opened.jobs.is_active, every.get(here, _Followed()).jobs)):
        return  # a job that was started since this looked what is underway
    # Once: whatever is done next, here or on another page, draws this anew without them.
    followed = every.pop(here, _Followed())
    jobs, left_open = followed.jobs, followed.left_open
    errors = [*filter(None, dict.fromkeys(opened.jobs.state(job).error for job in jobs))]
    if errors or left_open:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                _problems(errors, left_open)
            st.button("Dismiss", icon=":material/close:", type="tertiary", key="dismiss_written")
    unchanged = _note_written(opened, record, followed.versions)
    cancelled = any(map(opened.library.is_cancelled, jobs))
    if not (errors or left_open or cancelled) and unchanged:
        stay = "stays as it was" if len(unchanged) == 1 else "stay as they were"
        st.info(
            f"{label(', '.join(unchanged), limit=400)} {stay}: the same words came out.",
            icon=":material/check:",
        )


def _told(opened: Workspace, record: Session, now: Underway) -> str:
    """What is written, or what that waits for."""
    is_again = now.total == len(now.case_ids)  # else missing cases are among them
    many = counted(now.total, "case" if now.case_ids else "missing case")
    name = label(now.case_ids[0]) if is_again and now.total == 1 else ""
    again = " again" if is_again else ""
    if now.waits_for:
        waits = waits_for_model(opened, record.project_id, now.waits_for)
        return f"{waits}. Then {name or many} {'is' if now.total == 1 else 'are'} written{again}…"
    return f"Writing {name or f'{now.done} of {many}'}{again} from present sources…"


def why_not_now(opened: Workspace, run_id: str) -> str:
    """Why no case of the list can be written again at this moment; empty where one can."""
    now = follow_up_runs.underway(opened, run_id)
    if now is None:
        return ""
    what = "Missing cases are to be written"
    if now.total > len(now.case_ids) > 0:
        what = f"{counted(now.total, 'case')} are to be written"
    elif len(now.case_ids) == 1:
        what = f"{label(now.case_ids[0])} is to be written again"
    elif now.case_ids:
        what = f"{counted(len(now.case_ids), 'case')} are to be written again"
    return f"{what} first. Wait for that, or cancel it above."


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


def _note_written(opened: Workspace, record: Session, before: Mapping[str, int]) -> list[str]:
    """What came of a press of this session is a deed of it, which an undo takes back. Returns the
    cases of which nothing came: nothing on screen would say so."""
    unchanged = []
    for case_id, version in before.items():
        try:
            history = opened.library.history(record.project_id, case_id)
        except LibraryError:  # gone for good meanwhile: nothing of it stayed, nothing can be undone
            continue
        made = [
            one.version
            for one in history
            if one.version > version and one.action == "written again" and one.by == record.user
        ]
        note_made(*((case_id, one) for one in made))
        if not made:
            unchanged.append(case_id)
        elif said := successors_said(opened, record.project_id, [record.run_id], [case_id]):
            st.info(f"{label(case_id)} was written again{label(said, limit=400)}")
    return unchanged
