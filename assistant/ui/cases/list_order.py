"""The order in which the cases of the open run are listed, which stays while the run is open."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

ORDER = "case_order"
"""The run, whether it is being written, and the ids of its cases as they are listed."""


def put_below(case_id: str, above: str) -> None:
    """List a new case of the open run below another one of it."""
    of_run, ids = st.session_state.get(ORDER, (None, ()))
    if above in ids:
        place = ids.index(above) + 1
        st.session_state[ORDER] = (of_run, (*ids[:place], case_id, *ids[place:]))


def last_of(case_ids: Collection[str]) -> str:
    """The one of some cases that the open run's list has last; empty where it has none."""
    _, ids = st.session_state.get(ORDER, (None, ()))
    return next((one for one in reversed(ids) if one in case_ids), "")


def beside(case_id: str) -> str:
    """The case above one of the open run's list, or below it where it is the first."""
    _, ids = st.session_state.get(ORDER, (None, ()))
    place = ids.index(case_id) if case_id in ids else 0
    others = [*reversed(ids[:place]), *ids[place + 1 :]]
    return others[0] if others else ""
