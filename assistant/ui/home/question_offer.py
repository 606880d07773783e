"""A question where cases are ordered: asked of the sources instead, or written for all the same."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from assistant.ui.ask.ask_history import CARRIED, open_talk
from assistant.ui.presses import pressed
from assistant.ui.state import Session
from assistant.workflow.ask.ask_sources import sense_of

ALL_THE_SAME = "write_all_the_same"
"""The question that a person wants cases for although it is one."""


def is_asked(text: str) -> bool:
    """Whether a sentence is a question to the sources, unless a person said otherwise."""
    return sense_of(text) == "question" and st.session_state.get(ALL_THE_SAME) != text


def question_offer(record: Session, text: str) -> None:
    """Offer to ask the sources, with the question carried over."""
    st.info("This reads as a question, not as an order for test cases.", icon=":material/forum:")
    with st.container(horizontal=True, gap="small"):
        _ask_button(record, text, "Ask the sources", kind="primary")
        st.button(
            "Write test cases all the same",
            type="tertiary",
            key="write_instead",
            on_click=lambda: st.session_state.update({ALL_THE_SAME: text}),
        )


def ask_instead(record: Session, text: str) -> None:
    """A way to ask, where nobody can tell whether a sentence asks or orders; else nothing."""
    if sense_of(text) != "order" and text.strip():
        _ask_button(record, text, "Ask the sources instead", kind="tertiary")


def _ask_button(
    record: Session, text: str, title: str, *, kind: Literal["primary", "tertiary"]
) -> None:
    if pressed(title, type=kind, icon=":material/forum:", key="ask_instead"):
        st.session_state[CARRIED] = text
        open_talk(record, "")
        st.switch_page("pages/ask_sources.py")
