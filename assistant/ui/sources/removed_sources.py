"""Removed sources: the last removal of this session to be taken back, and all that can be restored.

An earlier version of a source, used again.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.ui.cases.sources_panel import source_reader
from assistant.ui.counts import counted, date_time
from assistant.ui.erase_panel import erase_documents
from assistant.ui.plain_text import label, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import selected_rows, tick_handler
from assistant.ui.sources.stale_note import stale_noted
from assistant.ui.state import Session, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.lineage import VersionChange
from assistant.workflow.sources import import_sources, restore_sources
from assistant.workflow.sources.import_sources import StoredDocument
from assistant.workflow.sources.restore_sources import RemovedDocument

TABLE, TABLE_HEIGHT = "removed_table", 420
NAMED = 3
"""Sources of the last removal that are named beside its undo."""


def _last_key(project_id: str) -> str:
    """Where the session keeps the ids of the sources that it removed last, to be taken back."""
    return f"documents-removed-{project_id}"


def removed_ticks_key(project_id: str) -> str:
    """Where the session keeps which removed sources of a project are ticked."""
    return f"removed-ticked-{project_id}"


def remove_sources(opened: Workspace, record: Session, picked: Sequence[StoredDocument]) -> None:
    """Remove these sources, so that one undo takes all of it back."""
    # Before, because a click meanwhile ends this at the next touch of the session.
    st.session_state[_last_key(record.project_id)] = tuple(row.id for row in picked)
    for row in picked:
        import_sources.remove(opened, record.project_id, row.id, by=record.user)
    note_done(f"{counted(len(picked), 'source')} removed", icon=":material/delete:")


def removed_bar(opened: Workspace, record: Session, head: DeltaGenerator) -> None:
    """In the head of the table the way to all removed sources, below it an undo of what this
    session removed last."""
    removed = restore_sources.removed_sources(opened, record.project_id)
    key = _last_key(record.project_id)
    last = [one for one in removed if one.id in st.session_state.get(key, ())]
    if removed and head.button(
        f"Removed ({len(removed)})", icon=":material/restore_from_trash:", key="show_removed"
    ):
        removed_table(opened, record, removed)
    if not last:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        titles = ", ".join(label(one.title, limit=60) for one in last[:NAMED])
        more = f" and {len(last) - NAMED} more" if len(last) > NAMED else ""
        st.markdown(f":material/delete: Removed last: {titles}{more}", width="stretch")
        if pressed(f"Undo ({len(last)})", icon=":material/undo:", key="undo_removal"):
            with page_action():
                _restore(opened, record, [one.id for one in last])
                st.session_state.pop(key, None)


def _restore(opened: Workspace, record: Session, ids: Sequence[str]) -> None:
    with stale_noted(opened, record, f"{counted(len(ids), 'source')} restored"):
        try:
            restore_sources.restore(opened, record.project_id, ids, by=record.user)
        finally:
            import_sources.index_in_background(opened, record.project_id)


@st.dialog("Removed sources", width="large", icon=":material/restore_from_trash:")
def removed_table(opened: Workspace, record: Session, removed: Sequence[RemovedDocument]) -> None:
    """What was removed, by whom and when; chosen rows are restored, or erased for good."""
    held = removed_ticks_key(record.project_id)
    st.caption(
        "They are in no search, no new case and no answer. They are kept until they are erased, "
        "here or by the project's age limit. Imported cases come back with their source."
    )
    st.dataframe(
        {
            "Title": [visible(one.title) for one in removed],
            "Kind": [one.kind.replace("_", " ") for one in removed],
            "Removed": [date_time(one.removed_at) for one in removed],
            "By": [visible(one.by) for one in removed],
        },
        key=TABLE,
        hide_index=True,
        on_select=tick_handler(TABLE, held, [one.id for one in removed]),
        selection_mode="multi-row",
        height=min(TABLE_HEIGHT, 38 + 35 * len(removed)),
        column_config={"Title": st.column_config.TextColumn(width=300)},
        alt="Removed sources of this project",
    )
    ticked = selected_rows(held)
    chosen = [one.id for one in removed if one.id in ticked]
    with st.container(horizontal=True):
        if st.button(
            f"Restore {counted(len(chosen), 'source')}" if chosen else "Restore",
            type="primary",
            icon=":material/restore_from_trash:",
            disabled=not chosen,
            key="restore_removed",
        ):
            with page_action():
                _restore(opened, record, chosen)
                st.session_state.pop(held, None)
        erase_documents(opened, record, chosen, key="removed_documents")


def earlier_version(
    opened: Workspace,
    record: Session,
    document: StoredDocument,
    version: VersionChange,
    connection: str,
) -> None:
    """An earlier version of a source, to be read, and to be used again; ``connection`` is the name
    of the one that keeps the source fresh."""
    number, next_one = version.version, document.version + 1
    says = (
        f"Used again, its words become version {next_one}, and cases that rest on what changes "
        "become stale."
    )
    if connection:
        says += (
            f" Nothing is written to {label(connection)}: when the page changes there, or all of "
            "it is read again, a sync brings that text."
        )
    with st.container(horizontal=True):
        if st.button("Read", icon=":material/menu_book:", key=f"read_version_{number}"):
            source_reader(opened, record.project_id, document.id, version=number)
        if pressed(
            "Use this version again",
            icon=":material/settings_backup_restore:",
            key=f"use_version_{number}_after_{document.version}_of_{document.id}",
        ):
            with page_action():
                said = f"Version {number} is used again, as version {next_one}"
                with stale_noted(opened, record, said, place=document.id):
                    restore_sources.use_version(
                        opened, record.project_id, document.id, number,
                        seen=document.version, by=record.user,
                    )  # fmt: skip
                    import_sources.index_in_background(opened, record.project_id)
    st.caption(says)
