"""Menus that are drawn when they are opened, and menus that close when what they offer is done:
Streamlit leaves them open, over what changed."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_CLOSED = "menus_closed"
"""How often menus of this session were closed."""


def menu_key(name: str) -> str:
    """The key of a menu (``st.popover``): a new one after ``close_menus``, so that it is drawn anew
    and closed."""
    return f"{name}-{st.session_state.get(_CLOSED, 0)}"


def close_menus() -> None:
    """Close the menus with a ``menu_key`` when the page is drawn next."""
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1


def menu_when_open(
    title: str,
    *,
    icon: str,
    key: str,
    kind: Literal["secondary", "tertiary"] = "secondary",
    disabled: bool = False,
) -> DeltaGenerator | None:
    """A menu whose content is made when it is open: the place for it, or none while it is closed.

    The browser opens it at once and shows what stood there before: a line, until it is drawn.
    """
    menu = st.popover(title, icon=icon, type=kind, disabled=disabled, key=key, on_change="rerun")
    if menu.open:
        return menu
    menu.caption(":material/hourglass_empty: One moment")
    return None
