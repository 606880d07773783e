"""Cases that say the same, in clusters: why, which one to keep, and one button to settle it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.plain_text import label
from assistant.ui.state import Session, library_last, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import duplicates, review_library
from assistant.workflow.review.review_library import LibraryRow

FOUND = "library_duplicates"
REASON = "Duplicate of {keep}"
SHOWN = 30


def library_duplicates(opened: Workspace, record: Session, listed: Sequence[LibraryRow]) -> None:
    """Search on demand, because meaning takes a moment; then one box for each cluster."""
    found: tuple[str, duplicates.DuplicateReport] | None = st.session_state.get(FOUND)
    if found is not None and found[0] != record.project_id:
        found = None
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Search again" if found else "Search for duplicates",
            icon=":material/search:",
            type="secondary" if found else "primary",
            key="find-duplicates",
        ):
            with st.spinner(f"Comparing {counted(len(listed), 'case')}…"), page_action():
                found = (record.project_id, duplicates.in_library(opened, record.project_id))
                st.session_state[FOUND] = found
        if found:
            st.markdown(
                f"**{counted(len(found[1].surplus), 'case')}** of {found[1].cases} "
                "were seen to say what another one says"
            )
    if not found:
        st.caption(
            "Finds cases with the same situation and the same result in like words, or with the "
            "same message at the same values. Cases that differ in a value, a role, a state or a "
            "negation are kept apart."
        )
        return
    by_id = {row.id: row for row in listed}
    open_ones = [
        cluster
        for cluster in found[1].clusters
        if sum(name in by_id and by_id[name].status != "rejected" for name in cluster.case_ids) > 1
    ]
    if not open_ones:
        st.caption(
            "No two cases were seen to say the same. In other words, or in another language, that "
            "is mostly not noticed."
        )
    for cluster in open_ones[:SHOWN]:
        _cluster(opened, record, cluster, by_id)
    if len(open_ones) > SHOWN:
        st.caption(f"{len(open_ones) - SHOWN} more clusters appear once these are settled.")


def _cluster(
    opened: Workspace,
    record: Session,
    cluster: duplicates.DuplicateCluster,
    by_id: dict[str, LibraryRow],
) -> None:
    with st.container(border=True):
        st.markdown(f":small[{label(cluster.reason, limit=300)}]")
        for case_id in cluster.case_ids:
            row = by_id[case_id]
            mark = ":green-badge[keep]" if case_id == cluster.keep else ":gray-badge[surplus]"
            st.markdown(
                f"{mark} **{label(case_id)}** {label(row.title, limit=150)} :gray[({row.status})]"
            )
        if st.button(
            f"Keep {label(cluster.keep)}, reject the other{'s' * (len(cluster.case_ids) > 2)}",
            icon=":material/playlist_remove:",
            key=f"settle-{cluster.keep}",
        ):
            with page_action():
                st.session_state[library_last(record)] = review_library.decide(
                    opened,
                    record.project_id,
                    [by_id[name] for name in cluster.surplus],
                    "rejected",
                    reason=REASON.format(keep=cluster.keep),
                    by=record.user,
                )
