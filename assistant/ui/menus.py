"""Menus that close when what they offer is done: Streamlit leaves them open, over what changed."""

from __future__ import annotations

import streamlit as st

_CLOSED = "menus_closed"
"""How often menus of this session were closed."""


def menu_key(name: str) -> str:
    """The key of a menu (``st.popover``): a new one after ``close_menus``, so that it is drawn anew
    and closed."""
    return f"{name}-{st.session_state.get(_CLOSED, 0)}"


def close_menus() -> None:
    """Close the menus with a ``menu_key`` when the page is drawn next."""
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1
