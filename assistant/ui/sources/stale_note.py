"""What keeping a source made stale, or sets otherwise than cases do: said where it was kept, with
the way to these cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import streamlit as st

from assistant.ui.cases.case_list import list_only
from assistant.ui.cases.stale_panel import stale_now
from assistant.ui.counts import counted, with_verb
from assistant.ui.library.library_view import open_in_library
from assistant.ui.plain_text import label
from assistant.ui.state import Session, note_done
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import page_change
from assistant.workflow.review import stale
from assistant.workflow.review.duplicates import EXISTING
from assistant.workflow.review.stale import StaleCase

NOTE = "stale_note"
"""What was kept last and made cases stale, until its cases are opened or something else is kept."""
IMPORTED = 6
"""Imported cases that are named, each by a button."""


@dataclass(frozen=True)
class StaleNote:
    """``place`` is the document's id where it was kept by its preview, else empty; ``said`` what
    was kept; ``runs`` are the cases that went stale by it, by run in their order; ``silent`` how
    many cases that were there cite nothing."""

    project_id: str
    place: str
    said: str
    runs: dict[str, tuple[str, ...]]
    silent: int = 0


@contextmanager
def stale_noted(
    opened: Workspace, record: Session, said: str, *, place: str = ""
) -> Iterator[None]:
    """Keep a source within it; then ``said`` and how many cases went stale are noted."""
    before = stale.stale_cases(opened, record.project_id)
    silent = opened.library.lineage.count_uncited(record.project_id, EXISTING)
    yield
    gone = stale.gone_stale(before, stale.stale_cases(opened, record.project_id))
    st.session_state.pop(NOTE, None)
    if not gone:
        # Of these it says little: only numbers that a change names are looked for in them.
        cite = f"; {with_verb(silent, 'cite')} no source" if silent else ""
        note_done(f"{said}: no case went stale{cite}")
        return
    note_done(_sentence(said, gone), icon=":material/update:")
    runs: dict[str, tuple[str, ...]] = {}
    for one in gone:
        runs[one.run_id] = (*runs.get(one.run_id, ()), one.case_id)
    st.session_state[NOTE] = StaleNote(record.project_id, place, said, runs, silent)


def _sentence(said: str, cases: Iterable[StaleCase]) -> str:
    """What was kept, how many cases are stale, and than how many a new source sets otherwise."""
    changed = Counter(one.has_changes for one in cases)
    parts = []
    if changed[True]:
        parts.append(
            f"{counted(changed[True], 'case')} {'is' if changed[True] == 1 else 'are'} stale"
        )
    if changed[False]:
        rests = with_verb(changed[False], "rest")
        parts.append(f"a newer source sets another limit than {rests} on")
    return f"{said}: {'; '.join(parts)}"


def stale_note(opened: Workspace, record: Session, *, place: str = "") -> None:
    """What was noted of this place, with a button for each run that lists its stale cases and one
    for each imported case; nothing once none of these cases is stale any more."""
    note: StaleNote | None = st.session_state.get(NOTE)
    if note is None or (note.project_id, note.place) != (record.project_id, place):
        return
    found = stale_now(opened, record.project_id)
    held = {run: [one for one in ids if one in found] for run, ids in note.runs.items()}
    runs = {run: ids for run, ids in held.items() if ids}
    if not runs:
        st.session_state.pop(NOTE)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="stale-note"):
        said = _sentence(note.said, [found[one] for ids in runs.values() for one in ids])
        st.markdown(f":orange[:material/update:] {label(said)}", width="stretch")
        imported = runs.pop("", [])
        for case_id in imported[:IMPORTED]:
            if st.button(
                label(case_id, limit=40), icon=":material/open_in_new:",
                key=f"stale-imported-{case_id}", help="An imported case: open it",
            ):  # fmt: skip
                _leave(note, "", case_id)
                open_in_library(case_id)
                st.switch_page("pages/review_cases.py")
        if len(imported) > IMPORTED:
            st.markdown(f":small[and {counted(len(imported) - IMPORTED, 'more imported case')}]")
        for run_id, case_ids in runs.items():
            named = "Show them"
            if len(runs) > 1:
                request = opened.library.run(record.project_id, run_id).request
                named = f"{label(request, limit=40)} ({len(case_ids)})"
            if st.button(named, icon=":material/open_in_new:", key=f"stale-of-{run_id}"):
                _leave(note, run_id, *case_ids)
                record.open_run(run_id)
                record.case_id = case_ids[0]
                list_only(run_id, "stale")
                st.switch_page("pages/generate_test_cases.py")
    if note.silent:
        cite = with_verb(note.silent, "cite")
        way = "A model can read them beside all that changed: see below."
        able = (
            not place and models.readers(opened) and page_change.arrivals(opened, record.project_id)
        )
        st.caption(f"{cite} no source: little tells what touches them. {way if able else ''}")


def _leave(note: StaleNote, run_id: str, *case_ids: str) -> None:
    """The note without cases that are opened: the others are still to be looked at."""
    left = tuple(one for one in note.runs[run_id] if one not in case_ids)
    st.session_state[NOTE] = replace(note, runs=note.runs | {run_id: left})
