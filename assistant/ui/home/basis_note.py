"""That a run's criteria read otherwise now than when it was written, and a press that writes what
is new in them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.home.writing_progress import NO_WRITER, follow
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.models import is_usable
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import coverage, follow_up_runs, runs
from assistant.workflow.writing.runs import ACTIVE, BasisChange, RunView

IDS = 160
"""Characters of ids in the note."""


def present_view(opened: Workspace, record: Session, view: RunView, stamp: str) -> RunView:
    """The view with what became of its criteria and questions; kept until anything in the project
    changes."""
    if view.summary.status in ACTIVE:
        return view
    change = _change(opened, record.project_id, view, view.run.id, stamp)
    held = (view.summary.model_dump_json(), *(one.question.text for one in view.asked))
    return _present(opened, record.project_id, view, change, view.run.id, stamp, held)


@st.cache_data(show_spinner=False, max_entries=8)
def _change(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> BasisChange:
    return runs.change_of_basis(_opened, project_id, _view)


@st.cache_data(show_spinner=False, max_entries=8)
def _present(
    _opened: Workspace,
    project_id: str,
    _view: RunView,
    _change: BasisChange,
    run_id: str,
    stamp: str,
    held: tuple[str, ...],
) -> RunView:
    """``held`` is what a run itself adds to the view, which is no event of the project."""
    return runs.with_present_text(_opened, project_id, _view, _change)


def basis_note(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """Which criteria are new, changed or gone since the run; nothing where they read as then."""
    change = view.change
    if change is None:
        return
    read = (epic.key for epic in change.now if epic.key not in change.removed)
    keys = label(", ".join(read), limit=IDS)
    parts = [
        _part(ids, word)
        for word, ids in (("new", change.new), ("changed", change.changed), ("gone", change.gone))
        if ids
    ]
    missing = _missing(opened, record.project_id, view, view.run.id, stamp)
    without = f"; {counted(len(missing), 'case')} to write for them" if missing else ""
    with st.container(horizontal=True, vertical_alignment="center", key="basis-note"):
        st.markdown(
            f":orange-badge[:material/edit_document: {keys} reads otherwise now] "
            f":small[criteria since this run: {', '.join(parts)}{without}]",
            width="stretch",
        )
        if missing and not follow_up_runs.active(opened, view.run.id):
            possible = is_usable(opened, view.run.generation.writer)
            if pressed(
                f"Write {counted(len(missing), 'case')} for what is new",
                icon=":material/playlist_add:",
                key="write_new",
                disabled=not possible,
                help="For what the criteria say since this run; the other cases stay as they are"
                if possible
                else NO_WRITER,
            ):
                with page_action():
                    again, _ = coverage.begin(
                        opened, record.project_id, view.run.id, by=record.user, only_new=True
                    )
                    jobs = follow_up_runs.start(opened, record.project_id, [again])
                    follow(record, jobs)


def _part(ids: Sequence[str], word: str) -> str:
    return f"**{len(ids)} {word}** ({label(', '.join(ids), limit=IDS)})"


@st.cache_data(show_spinner=False, max_entries=8)
def _missing(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> tuple[str, ...]:
    if _view.change is None:
        return ()
    return coverage.gaps(_opened, project_id, _view.run, _view.change, only_new=True).untouched
