"""Connected sources on the import page: how fresh each is, sync now, cancel, and by schedule."""

from __future__ import annotations

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.job_progress import progress_bar
from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, error_kept, show_problem
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import sync_jobs
from assistant.workflow.sources.connections import KINDS
from assistant.workflow.sources.sync_jobs import Connection, ConnectionState

POLL_SECONDS = 0.7
KIND_TITLES: dict[str, str] = {kind.kind: kind.title for kind in KINDS}
INTERVALS = {0: "by hand only", 15: "every 15 minutes", 60: "every hour", 1440: "every day"}
FAILED_SHOWN = 20
INTERVAL_PROBLEM = "interval_problem"


def sync_panel(opened: Workspace, record: Session) -> None:
    """A row for each connection; nothing where there is none."""
    states = sync_jobs.connections(opened, record.project_id)
    if not states:
        return
    active = any(state.active for state in states)
    st.subheader(f"Connected ({len(states)})", icon=":material/sync:")
    st.fragment(_rows, run_every=POLL_SECONDS if active else None)(opened, record, active)


def _rows(opened: Workspace, record: Session, was_active: bool) -> None:
    states = sync_jobs.connections(opened, record.project_id)
    show_problem(INTERVAL_PROBLEM)
    for state in states:
        with st.container(border=True, gap="xsmall"):
            _row(opened, record, state)
    if was_active and not any(state.active for state in states):
        st.rerun()


def _row(opened: Workspace, record: Session, state: ConnectionState) -> None:
    connection = state.connection
    key = connection.id
    facts, interval, actions = st.columns([4, 2, 2], vertical_alignment="center")
    kind = KIND_TITLES.get(connection.kind, connection.kind)
    where = connection.options.get("folder") or connection.options.get("url", "")
    facts.markdown(
        f"**{label(connection.name)}** :blue-badge[{label(kind)}] "
        f":small[{label(where, limit=90)}]  \n"
        f":small[:gray[{counted(state.documents, 'document')} · last sync "
        f"{date_time(connection.last_synced_at, never='never')}]]"
    )
    with interval:
        _interval(opened, record, connection)
    if state.active:
        if actions.button("Cancel", icon=":material/stop_circle:", key=f"cancel-{key}"):
            opened.jobs.cancel(sync_jobs.job_of(connection))
        total = f" of {state.total}" if state.total else ""
        progress_bar(state.done, state.total, f"Fetching: {state.done}{total} documents")
    elif actions.button("Sync now", icon=":material/sync:", key=f"sync-{key}"):
        sync_jobs.start(opened, connection, by=record.user)
        st.rerun()
    if connection.last_error and not state.active:
        st.error(plain(connection.last_error), icon=":material/error:")
        if state.asks:
            _ask(opened, record, state)
    if state.failed:
        with st.expander(
            f"Not read, or not all of it ({len(state.failed)})", icon=":material/report:"
        ):
            for name, error in state.failed[:FAILED_SHOWN]:
                st.markdown(f":small[**{label(name)}** {label(error, limit=300)}]")


def _interval(opened: Workspace, record: Session, connection: Connection) -> None:
    """How often it syncs: what the library has, which only a choice made here changes. Else the
    choice of another project's connection of the same id, or an older one, would be written."""
    key = f"every-{connection.id}"

    def choose() -> None:
        with error_kept(INTERVAL_PROBLEM):
            minutes = int(st.session_state[key])
            sync_jobs.set_interval(opened, connection, minutes, by=record.user)

    st.session_state[key] = connection.every_minutes
    st.selectbox(
        "Sync",
        list(dict.fromkeys([*INTERVALS, connection.every_minutes])),
        format_func=lambda minutes: INTERVALS.get(minutes, f"every {minutes} minutes"),
        key=key,
        on_change=choose,
        label_visibility="collapsed",
    )


def _ask(opened: Workspace, record: Session, state: ConnectionState) -> None:
    """Whether so many documents are really gone: only a person can know."""
    what = counted(state.asks, "document")
    with st.popover(f"They are gone: remove {what}", icon=":material/delete:"):
        st.markdown(f"Remove {what} from this project? Cases that cite them keep their quotes.")
        if pressed("Remove them", type="primary", key=f"gone-{state.connection.id}"):
            sync_jobs.start(opened, state.connection, by=record.user, remove_up_to=state.asks)
            st.rerun()
