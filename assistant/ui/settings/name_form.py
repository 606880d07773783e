"""Under which name a person signs, where the deployment does not say it."""

from __future__ import annotations

import streamlit as st

from assistant.ui.browser_memory import MAX_NAME, tidy_name
from assistant.ui.state import DEFAULT_USER, Session, given_name, settings

NAME = "your_name"


def name_form(record: Session) -> None:
    """A field for the name; nothing where ``UAT_USER`` sets it."""
    if settings().user:
        return
    st.subheader("Your name", icon=":material/person:")

    def sign() -> None:
        record.user = tidy_name(st.session_state[NAME] or "") or DEFAULT_USER
        record.names_given += 1

    st.text_input(
        "Your name",
        given_name(record),
        max_chars=MAX_NAME,
        key=NAME,
        on_change=sign,
        placeholder=DEFAULT_USER,
        label_visibility="collapsed",
        width=420,
    )
    st.caption(
        f"Decisions, answers and changes that you make from now on carry it; without one they say "
        f"“{DEFAULT_USER}”. This browser remembers it. It is no sign-in: nobody checks it."
    )
