"""What the project holds: every source, how fresh it is, and whether it can be found.

One source looked into: its versions, what changed sentence by sentence, the cases on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.ui.cases.case_list import table_height
from assistant.ui.cases.sources_panel import source_reader
from assistant.ui.counts import counted, date_time, listed, with_verb
from assistant.ui.erase_panel import erase_documents
from assistant.ui.job_progress import job_progress
from assistant.ui.plain_text import label, safe_link, visible
from assistant.ui.row_selection import selected_rows, tick_handler
from assistant.ui.sources.arrivals_panel import arrivals_panel
from assistant.ui.sources.change_preview import change_preview, page_impact, previewing
from assistant.ui.sources.removed_sources import earlier_version, remove_sources, removed_bar
from assistant.ui.sources.stale_note import stale_note
from assistant.ui.state import Session, page_action
from assistant.ui.two_texts import beside
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import page_change
from assistant.workflow.review import lineage
from assistant.workflow.review.lineage import VersionChange
from assistant.workflow.sources import duplicate_texts, import_sources, read_source
from assistant.workflow.sources.import_sources import StoredDocument

CHANGES_SHOWN, CASES_SHOWN = 40, 60


def document_details(
    opened: Workspace, record: Session, document: StoredDocument, connections: Mapping[str, str]
) -> None:
    """Versions on the left, the cases that rest on the document on the right; or its preview.

    ``connections`` are the names of the project's, by id.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            label(document.title, limit=90),
            icon=":material/history:",
            anchor=False,
            width="stretch",
        )
        if st.button("Read it", icon=":material/menu_book:", key="read_document"):
            source_reader(opened, record.project_id, document.id)
        looks_ahead = previewing(record, document)
    if file := read_source.file_name(document):
        st.caption(f":material/draft: {label(file, limit=160)}")
    stale_note(opened, record, place=document.id)
    if document.metadata.outdated:
        st.caption(
            f":orange[:material/history_toggle_off:] It says of itself that it is no longer in "
            f"force: “{label(document.metadata.outdated, limit=300)}” Cases and answers do not "
            "rest on it, and a search finds it last."
        )
    for sentence in read_source.extraction(opened, record.project_id, document.id):
        st.caption(f":orange[:material/report:] {label(sentence, limit=400)}")
    if looks_ahead:
        with st.container(border=True):
            change_preview(opened, record, document)
        return
    versions = lineage.document_versions(opened, record.project_id, document.id)
    resting = lineage.cases_resting_on(opened, record.project_id, document.id)
    if versions and document.kind != "test_cases":
        _impact(opened, record, document, [one.version for one in versions[1:]])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**{counted(len(versions), 'version')}**")
        for version in versions:
            with _version(version, expanded=version is versions[0]):
                if version is not versions[0]:
                    connection = connections.get(document.connection_id, "")
                    earlier_version(opened, record, document, version, connection)
                _changes(version)
    with right:
        if resting:
            st.markdown(f"**{with_verb(len(resting), 'rest')} on it**")
        else:
            st.caption("No case cites this source.")
        for case in resting[:CASES_SHOWN]:
            parts = ", ".join(case.parts)
            st.markdown(
                f":small[**{label(case.case_id)}** {label(case.title)}]  \n"
                f":small[:gray[{label(parts, limit=160)}]]"
            )
        if len(resting) > CASES_SHOWN:
            st.caption(f"and {len(resting) - CASES_SHOWN} more")


def _impact(
    opened: Workspace, record: Session, document: StoredDocument, earlier: Sequence[int]
) -> None:
    """What its last change makes of existing cases, or all that changed since a chosen version: two
    syncs may lie between two looks at it."""
    since = earlier[0] if earlier else None
    if len(earlier) > 1 and models.readers(opened):
        since = st.selectbox(
            "What it makes of existing cases, since",
            earlier,
            format_func=lambda number: f"version {number}",
            key=f"since_{record.project_id}_{document.id}_{document.version}",
            width=280,
        )
    page = page_change.present(opened, record.project_id, document.id, since=since)
    if page.changes or page.is_new:
        page_impact(opened, record, [page])


def _version(version: VersionChange, *, expanded: bool) -> DeltaGenerator:
    since = date_time(version.since)
    who = f", {label(version.by)}" if version.by else ""
    what = counted(len(version.changes), "changed sentence") if version.version > 1 else "first"
    return st.expander(
        f"Version {version.version} · since {since}{who} · {label(version.system)} · {what}",
        expanded=expanded and bool(version.changes),
    )


def _changes(version: VersionChange) -> None:
    if not version.changes:
        st.caption("As it first came in." if version.version == 1 else "The words are the same.")
    for change in version.changes[:CHANGES_SHOWN]:
        beside(change.old, change.new, gone="no sentence like it")
    if len(version.changes) > CHANGES_SHOWN:
        st.caption(f"and {len(version.changes) - CHANGES_SHOWN} more")


TABLE, TABLE_HEIGHT = "documents_table", 620
TIME_WIDTH, HOLDS_WIDTH = 125, 165
"""In pixels: a day with its time, and an epic with its stories and criteria, whole."""


def ticks_key(project_id: str) -> str:
    """Where the session keeps which sources of a project are ticked."""
    return f"documents-ticked-{project_id}"


def documents_table(opened: Workspace, record: Session) -> None:
    """The sources as a table; chosen rows can be removed, and the index built anew."""
    job_progress(
        opened,
        import_sources.indexing_job(record.project_id),
        _indexed,
    )
    documents = opened.library.documents(record.project_id)
    head = st.container(horizontal=True, vertical_alignment="center")
    title = f"In this project ({len(documents)})"
    head.subheader(title, icon=":material/inventory_2:", width="stretch")
    removed_bar(opened, record, head)
    if not documents:
        st.caption("Nothing yet. Upload or paste sources above, or load the sample project.")
        return
    names = {one.id: one.name for one in opened.library.connections.list(record.project_id)}
    table: dict[str, object] = {
        "Title": [_titled(row) for row in documents],
        "Kind": [row.kind.replace("_", " ") for row in documents],
        **_holdings(documents),
        "Version": [row.version for row in documents],
        "Fetched": [date_time(row.fetched_at) for row in documents],
        "Indexed": [
            date_time(row.indexed_at) if row.is_indexed else "not yet" for row in documents
        ],
        **_files(documents),
    }
    if names:
        table["From"] = [visible(names.get(row.connection_id, "by hand")) for row in documents]
    if older := duplicate_texts.known_copies(opened, record.project_id):
        newer = set(older.values())
        table["Copies"] = [
            "older of two" if row.id in older else "newer of two" if row.id in newer else ""
            for row in documents
        ]
    if any(safe_link(row.uri) for row in documents):
        table["Link"] = [safe_link(row.uri) or None for row in documents]
    held = ticks_key(record.project_id)
    st.dataframe(
        table,
        key=TABLE,
        hide_index=True,
        on_select=tick_handler(TABLE, held, [row.id for row in documents]),
        selection_mode="multi-row",
        placeholder="",
        height=table_height(len(documents), TABLE_HEIGHT),
        column_config={
            "Title": st.column_config.TextColumn(width=300),
            "Holds": st.column_config.TextColumn(width=HOLDS_WIDTH),
            "Version": st.column_config.NumberColumn(width=70),
            "Fetched": st.column_config.TextColumn(width=TIME_WIDTH),
            "Indexed": st.column_config.TextColumn(width=TIME_WIDTH),
            "Link": st.column_config.LinkColumn(display_text="Open"),
        },
        alt="Sources of this project",
    )
    kept = selected_rows(held)
    picked = [row for row in documents if row.id in kept]
    chosen = [row.id for row in picked]
    with head:
        _remove(opened, record, picked)
        erase_documents(opened, record, chosen)
        if st.button("Index again", icon=":material/refresh:", key="reindex"):
            import_sources.index_in_background(opened, record.project_id, everything=True)
            st.rerun()
    if len(chosen) == 1:
        document_details(opened, record, picked[0], names)
    else:
        st.caption(
            "Choose one source to see its versions and the cases that rest on it, or what a new "
            "version of it would change."
        )
        arrivals_panel(opened, record, chosen)


def _remove(opened: Workspace, record: Session, picked: Sequence[StoredDocument]) -> None:
    if not picked:  # a popover of nothing would stay open after a removal, over its undo
        st.button("Remove", icon=":material/delete:", disabled=True, key="remove_nothing")
        return
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(
            f"Remove {counted(len(picked), 'source')} from this project? What is removed can be "
            "restored until it is erased. Cases that cite it keep their quotes; imported cases go "
            "along, unless somebody edited or decided on them."
        )
        st.caption("  \n".join(label(row.title) for row in picked))
        if st.button("Remove them", type="primary", key="remove_documents"):
            with page_action():
                remove_sources(opened, record, picked)
                st.session_state.pop(ticks_key(record.project_id), None)


def _indexed(state: JobState) -> str:
    if not state.total:
        return "Indexing: getting ready…"
    return f"Indexing: {state.done:,} of about {state.total:,} pieces"


def _titled(row: StoredDocument) -> str:
    """Whether the page says of itself that it is no longer in force, and its title, which may be
    cut."""
    return ("(no longer in force) " if row.metadata.outdated else "") + visible(row.title)


def _files(rows: Sequence[StoredDocument]) -> dict[str, list[str]]:
    """The files that sources were read from, as a column; none where every title says it."""
    if not any(map(read_source.file_name, rows)):
        return {}
    return {"File": [visible(read_source.file_of(row)) for row in rows]}


def _holdings(rows: Sequence[StoredDocument]) -> dict[str, list[str]]:
    """The epics and cases that sources hold, as a column; none where no source holds any."""
    found = list(map(_holds, rows))
    return {"Holds": found} if any(found) else {}


def _holds(row: StoredDocument) -> str:
    return listed(
        {
            "epic": row.epic_count,
            "story": row.story_count,
            "criterion": row.criterion_count,
            "case": row.case_count,
        }
    )
