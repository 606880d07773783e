"""One source looked into: its versions, what changed sentence by sentence, the cases on it."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.source_reader import source_reader
from assistant.ui.counts import counted, date_time
from assistant.ui.plain_text import label
from assistant.ui.sources.change_preview import change_preview, previewing
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage
from assistant.workflow.review.lineage import VersionChange
from assistant.workflow.sources import read_source
from assistant.workflow.sources.import_sources import StoredDocument

CHANGES_SHOWN, CASES_SHOWN = 40, 60


def document_details(opened: Workspace, record: Session, document: StoredDocument) -> None:
    """Versions on the left, the cases that rest on the document on the right; or its preview."""
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
    for sentence in read_source.extraction(opened, record.project_id, document.id):
        st.caption(f":orange[:material/report:] {label(sentence, limit=400)}")
    if looks_ahead:
        with st.container(border=True):
            change_preview(opened, record, document)
        return
    versions = lineage.document_versions(opened, record.project_id, document.id)
    resting = lineage.cases_resting_on(opened, record.project_id, document.id)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**{counted(len(versions), 'version')}**")
        for number, version in enumerate(versions):
            _version(version, expanded=number == 0)
    with right:
        if resting:
            rests = "rests" if len(resting) == 1 else "rest"
            st.markdown(f"**{counted(len(resting), 'case')} {rests} on it**")
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


def _version(version: VersionChange, *, expanded: bool) -> None:
    since = date_time(version.since)
    who = f", {label(version.by)}" if version.by else ""
    what = counted(len(version.changes), "changed sentence") if version.version > 1 else "first"
    with st.expander(
        f"Version {version.version} · since {since}{who} · {label(version.system)} · {what}",
        expanded=expanded and bool(version.changes),
    ):
        if not version.changes:
            st.caption(
                "As it first came in." if version.version == 1 else "The words are the same."
            )
        for change in version.changes[:CHANGES_SHOWN]:
            if change.old:
                st.markdown(f":red-background[{label(change.old, limit=600)}]")
            if change.new:
                st.markdown(f":green-background[{label(change.new, limit=600)}]")
        if len(version.changes) > CHANGES_SHOWN:
            st.caption(f"and {len(version.changes) - CHANGES_SHOWN} more")
