"""A case that was written again: what it said before and says now, side by side, and undo."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.case_undo import undo, undo_of_case
from assistant.ui.plain_text import EMPTY, label, marked_words
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.proposals import changed_words
from assistant.workflow.writing.runs import StoredCase


def rewritten_panel(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """Shown until something else is done with the case: decided, edited, or taken back."""
    last = opened.library.last_change(record.project_id, stored.id)
    if last is None or last.changed.action != "written again":
        return
    fields = changed_words(last.before.case, stored.case)
    if not fields:
        return
    with st.expander("Written again: before (left) and after (right)", expanded=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Why: {label(last.changed.reason, limit=600)}", width="stretch")
            st.button(
                "Undo this",
                icon=":material/undo:",
                key="undo_rewritten",
                help=f"{label(stored.id)} reads as before again",
                on_click=undo,
                args=(opened, record, undo_of_case(opened, record, stored.id)),
            )
        for name, words in fields:
            st.caption(name)
            before, after = st.columns(2, gap="small", wrap=False)
            before.markdown(marked_words(words, "out") or EMPTY)
            after.markdown(marked_words(words, "in") or EMPTY)
