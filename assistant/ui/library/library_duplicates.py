"""Cases that say the same, in clusters: why, which one to keep, and a button to settle it."""

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
        if any(_open(one.left, by_id) and _open(one.right, by_id) for one in cluster.pairs)
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
    rows = [by_id[name] for name in cluster.case_ids if _open(name, by_id)]
    keep, surplus = duplicates.surplus_drafts(cluster, {row.id: row.status for row in rows})
    marks = dict.fromkeys(surplus, ":gray-badge[surplus] ")
    if surplus:
        marks[keep] = ":green-badge[keep] "
    with st.container(border=True):
        st.markdown(f":small[{label(cluster.reason, limit=300)}]")
        for row in rows:
            st.markdown(
                f"{marks.get(row.id, '')}**{label(row.id)}** {label(row.title, limit=150)} "
                f":gray[({row.status})]"
            )
        if surplus:
            _settle(opened, record, keep, [by_id[name] for name in surplus])
            return
        st.caption("Each was imported or accepted: which one stays is for you to say.")
        with st.container(horizontal=True):
            for row in rows:
                same = [by_id[name] for name in cluster.same_as(row.id) if _open(name, by_id)]
                _settle(opened, record, row.id, same)


def _open(case_id: str, by_id: dict[str, LibraryRow]) -> bool:
    """Whether a case that was compared is still there and not rejected since."""
    return case_id in by_id and by_id[case_id].status != "rejected"


def _settle(opened: Workspace, record: Session, keep: str, rejected: Sequence[LibraryRow]) -> None:
    """A button that rejects these cases as duplicates of the one that is kept."""
    others = label(rejected[0].id) if len(rejected) == 1 else f"{len(rejected)} others"
    if st.button(
        f"Keep {label(keep)}, reject {others}",
        icon=":material/playlist_remove:",
        key=f"settle-{keep}",
    ):
        with page_action():
            st.session_state[library_last(record)] = review_library.decide(
                opened,
                record.project_id,
                rejected,
                "rejected",
                reason=REASON.format(keep=keep),
                by=record.user,
            )
