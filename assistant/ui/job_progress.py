"""How far long work is: a bar, and for a job in the background a way to stop it and its error.

Says beside a search that not all sources can be found yet, for as long as that is so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.plain_text import plain
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources
from assistant.workflow.writing.runs import AGAIN

POLL_SECONDS = 0.7
STOP_ICON = ":material/stop_circle:"
Words = Callable[[JobState], str]


def job_progress(
    opened: Workspace,
    job_id: str,
    words: Words,
    *,
    active: bool | None = None,
    stop: str = "",
    help: str | None = None,
) -> None:
    """Follow a job, and draw the page again when it has ended; why the last one failed.

    ``active``: whether the job ran when the page looked at it, where what else the page shows hangs
    on that; it may have ended since. ``stop`` is the key of a button that stops it; without a key
    there is none.
    """
    if active is None:
        active = opened.jobs.is_active(job_id)
    shown = st.fragment(_progress, run_every=POLL_SECONDS if active else None)
    shown(opened, job_id, words, stop, help, active)


def progress_bar(done: int, total: int, words: str) -> None:
    """A bar; it stands at its beginning until it is known how much there is to do."""
    st.progress(min(1.0, done / total) if total else 0.0, words)


def waits_for_model(opened: Workspace, project_id: str, before: Sequence[str]) -> str:
    """That work waits for the runs ``before``, and how far the one is that has the model, where it
    is of this project: all that is known of how long it will take."""
    told = f"Waiting for the model: {counted(len(before), 'run')} before this one"
    row = next((one for one in opened.library.runs(project_id) if one.id == before[0]), None)
    if row is None or row.id.startswith(AGAIN):
        return told
    return f"{told} ({counted(row.written, 'case')} so far for {counted(row.conditions, 'item')})"


@contextmanager
def comparison_progress() -> Iterator[Callable[[int, int], None]]:
    """A bar that is there from the first part compared to the last; gets criteria done and in all.

    Few criteria are not taken in parts, and have no bar.
    """
    place = st.empty()

    def tell(done: int, total: int) -> None:
        place.progress(done / total, f"Comparing criteria: {done} of {total}")

    yield tell
    place.empty()


def _progress(
    opened: Workspace, job_id: str, words: Words, stop: str, help: str | None, was_active: bool
) -> None:
    state = opened.jobs.state(job_id)
    if state.active:
        with st.container(horizontal=True, vertical_alignment="center"):
            progress_bar(state.done, state.total, words(state))
            if stop:  # by a callback: a press that comes as the job ends stops no later job
                st.button(
                    "Stop", icon=STOP_ICON, key=stop, help=help,
                    on_click=opened.jobs.cancel, args=(job_id,),
                )  # fmt: skip
    elif was_active:
        st.rerun()
    elif state.error:
        st.error(plain(state.error), icon=":material/error:")


INDEX_POLL_SECONDS = 2.0


def index_note(opened: Workspace, project_id: str) -> None:
    """How far indexing is, where it is under way; nothing otherwise."""
    active = opened.jobs.is_active(import_sources.indexing_job(project_id))
    st.fragment(_note, run_every=INDEX_POLL_SECONDS if active else None)(opened, project_id)


def _note(opened: Workspace, project_id: str) -> None:
    state = opened.jobs.state(import_sources.indexing_job(project_id))
    if state.active:
        of = f"{state.done:,} of {state.total:,} pieces" if state.total else "just begun"
        st.caption(
            f":material/hourglass_top: Sources are being indexed ({of}). What is not in yet cannot "
            "be found or cited."
        )
