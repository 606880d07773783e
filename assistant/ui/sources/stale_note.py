"""What keeping a source made stale: said where it was kept, with the way to these cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.plain_text import label
from assistant.ui.state import Session, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import stale

NOTE = "stale_note"
"""What was kept last and made cases stale, until its cases are opened or something else is kept."""


@dataclass(frozen=True)
class StaleNote:
    """``place`` is the document's id where it was kept by its preview, else empty; ``runs`` are the
    cases that went stale, by run in their order."""

    project_id: str
    place: str
    said: str
    runs: dict[str, tuple[str, ...]]


@contextmanager
def stale_noted(
    opened: Workspace, record: Session, said: str, *, place: str = ""
) -> Iterator[None]:
    """Keep a source within it; then ``said`` and how many cases went stale are noted."""
    before = stale.stale_cases(opened, record.project_id)
    yield
    gone = stale.gone_stale(before, stale.stale_cases(opened, record.project_id))
    st.session_state.pop(NOTE, None)
    if not gone:
        note_done(f"{said}: no case went stale")
        return
    sentence = f"{said}: {counted(len(gone), 'case')} {'is' if len(gone) == 1 else 'are'} stale"
    note_done(sentence, icon=":material/update:")
    runs: dict[str, tuple[str, ...]] = {}
    for one in gone:
        runs[one.run_id] = (*runs.get(one.run_id, ()), one.case_id)
    st.session_state[NOTE] = StaleNote(record.project_id, place, sentence, runs)


def stale_note(opened: Workspace, record: Session, *, place: str = "") -> None:
    """What was noted of this place, with a button for each run that opens its first stale case."""
    note: StaleNote | None = st.session_state.get(NOTE)
    if note is None or (note.project_id, note.place) != (record.project_id, place):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="stale-note"):
        st.markdown(f":orange[:material/update:] {label(note.said)}", width="stretch")
        for run_id, case_ids in note.runs.items():
            named = "Show them"
            if len(note.runs) > 1:
                request = opened.library.run(record.project_id, run_id).request
                named = f"{label(request, limit=40)} ({len(case_ids)})"
            if st.button(named, icon=":material/open_in_new:", key=f"stale-of-{run_id}"):
                st.session_state.pop(NOTE)
                record.open_run(run_id)
                record.case_id = case_ids[0]
                st.switch_page("pages/generate_test_cases.py")
