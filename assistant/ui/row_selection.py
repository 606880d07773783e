"""Ticks of a table: they belong to what is ticked, not to the rows that it happens to stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def ticked(held: str) -> set[str]:
    """The ids that are ticked, on screen or not. ``held`` is where the session keeps them."""
    return set(st.session_state.get(held, ()))


def tick_handler(table: str, held: str, ids: Sequence[str]) -> Callable[[], None]:
    """Tick the rows of the table with this key, whose rows are ``ids``; its ``on_select``.

    What is not on screen keeps its tick.
    """
    before = ticked(held)
    places = [place for place, name in enumerate(ids) if name in before]
    st.session_state[table] = {"selection": {"rows": places, "columns": [], "cells": []}}

    def tick() -> None:
        rows = st.session_state[table]["selection"]["rows"]
        now = {ids[place] for place in rows if place < len(ids)}
        st.session_state[held] = tuple(before - set(ids) | now)

    return tick
