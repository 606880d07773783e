"""A sentence as it was read: a chip for each part, to be taken out and put back; what names nothing
and what was passed over stand apart."""

from __future__ import annotations

import streamlit as st

from assistant.ui.plain_text import label
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.asked import Asked, RequestPart, part_title, read_asked

PARTS, _OF_TEXT = "asked_parts", "asked_parts_of"
_ICONS = {
    "depth": ":material/straighten:",
    "technique": ":material/tune:",
    "topic": ":material/search:",
}


def asked_parts(opened: Workspace, record: Session, text: str) -> Asked:
    """Show the parts of a sentence, and return it as read without those that were taken out."""
    asked = read_asked(opened, record.project_id, text)
    parts = {part.id: part for part in asked.parts}
    shown = (record.project_id, text, tuple(parts))  # an epic may be imported meanwhile
    if st.session_state.get(_OF_TEXT) != shown:
        st.session_state.update({_OF_TEXT: shown, PARTS: list(parts)})
    kept = list(parts)
    if parts:
        kept = st.pills(
            "Understood",
            list(parts),
            selection_mode="multi",
            key=PARTS,
            format_func=lambda name: _chip(parts[name]),
            help="Press a part to take it out of the request, and again to put it back.",
            wrap=True,
            persist_state="session",
        )
    asked = asked.without(tuple(name for name in parts if name not in kept))
    for one in asked.told:
        lead = ":orange[:material/help:] Not understood:"
        if one.understood:
            lead = ":material/info: Understood, but"
        st.caption(f"{lead} {label(one.note, limit=300)}")
    if asked.unread:
        words = ", ".join(f"“{one}”" for one in asked.unread)
        st.caption(f":gray[:material/skip_next: Passed over: {label(words, limit=300)}]")
    return asked


def _chip(part: RequestPart) -> str:
    icon = ":material/block:" if part.excluded else _ICONS.get(part.kind, ":material/check:")
    return f"{icon} {label(part_title(part))}"
