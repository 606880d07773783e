"""What this session saved of a case since it was drawn.

A field can be left, or a button pressed, before the page shows what came of the press before: the
browser then names the case as it was drawn. What was saved meanwhile by this very session is no
change of somebody else's, so the press goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from assistant.ui.state import RECORD
from assistant.workflow.writing.runs import StoredCase

Places = Mapping[int, int]
"""By the number that a step had, the one that it has; a step that was removed is not in it."""
_SAVES = "case_saves"
"""Of the case that was saved last: its project and id, and by the version that each save was made
of the case that came of it, with the places of its steps."""


def note_save(seen: int, saved: StoredCase, places: Places | None = None) -> None:
    """``saved`` was made of version ``seen``; ``places`` says where the steps of that stand in it,
    and is left out where each stands where it stood."""
    if saved.row_version == seen:
        return  # the library stores no edit that changes nothing
    if places is None:
        places = {step.number: step.number for step in saved.case.steps}
    name = _name(saved)
    held, saves = st.session_state.get(_SAVES, (name, {}))
    saves = saves if held == name else {}
    st.session_state[_SAVES] = (name, {**saves, seen: (saved, places)})


def saved_since(drawn: StoredCase) -> tuple[StoredCase, Places]:
    """The case as this session last saved it from what was drawn, and where the steps of the
    drawing stand in it."""
    held, saves = st.session_state.get(_SAVES, (("", ""), {}))
    present, places = drawn, {step.number: step.number for step in drawn.case.steps}
    while held == _name(drawn) and present.row_version in saves:
        present, moved = saves[present.row_version]
        places = {number: moved[place] for number, place in places.items() if place in moved}
    return present, places


def _name(stored: StoredCase) -> tuple[str, str]:
    """A case of the open project: another project may have one with the same id."""
    return st.session_state[RECORD].project_id, stored.id
