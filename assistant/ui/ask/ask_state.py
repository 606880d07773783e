"""What a session looks at while it asks, and a question carried over from another page."""

from __future__ import annotations

import streamlit as st

from assistant.ui.state import Session

CARRIED = "ask_carried"
"""A question that is to be asked when the page is drawn."""
SHOWN = "ask_shown"
"""The answer whose sources are looked at, where it is not the last."""
WRITER = "ask_writer"
EXAMPLES = "ask_examples"
"""Headings to ask of, with the state of the sources that they were read from."""


def open_thread(record: Session) -> str:
    """The talk that is open; empty for a new one."""
    return str(st.session_state.get(_key(record), ""))


def open_talk(record: Session, thread_id: str) -> None:
    """Look at a talk, or begin a new one."""
    st.session_state[_key(record)] = thread_id
    st.session_state.pop(SHOWN, None)


def _key(record: Session) -> str:
    return f"ask_talk-{record.project_id}"
