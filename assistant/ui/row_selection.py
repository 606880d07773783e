"""Ticks and choices of a table: they belong to what is meant, not to the row that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def selected_rows(held: str) -> set[str]:
    """The ids that are ticked, on screen or not. ``held`` is where the session keeps them."""
    return set(st.session_state.get(held, ()))


def tick_handler(table: str, held: str, ids: Sequence[str]) -> Callable[[], None]:
    """Tick the rows of the table with this key, whose rows are ``ids``; its ``on_select``.

    What is not on screen keeps its tick.
    """
    before = selected_rows(held)
    places = [place for place, name in enumerate(ids) if name in before]
    st.session_state[table] = {"selection": {"rows": places, "columns": [], "cells": []}}

    def tick() -> None:
        rows = st.session_state[table]["selection"]["rows"]
        now = {ids[place] for place in rows if place < len(ids)}
        st.session_state[held] = tuple(before - set(ids) | now)

    return tick


def chosen(held: str) -> str:
    """The id of the row that was chosen last; empty where none is."""
    return str(st.session_state.get(held, ""))


def choice_handler(table: str, held: str, ids: Sequence[str]) -> Callable[[], None]:
    """Choose one row, by a click on it or on a cell of it, as ``tick_handler`` ticks several.

    A row that is not on screen any more is chosen no more.
    """
    if chosen(held) not in ids:
        st.session_state.pop(held, None)
    before = chosen(held)
    places = [ids.index(before)] if before else []
    st.session_state[table] = {"selection": {"rows": places, "columns": [], "cells": []}}

    def choose() -> None:
        selection = st.session_state[table]["selection"]
        rows = [*(row for row, _ in selection.get("cells", ())), *selection["rows"]]
        name = next((ids[place] for place in rows if place < len(ids)), "")
        st.session_state[held] = name

    return choose
