"""The request as it was left: brought back when the page is opened again, kept as it is typed."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from assistant.ui.counts import date_time
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.search_sources import epic_choices
from assistant.workflow.writing import request_drafts
from assistant.workflow.writing.request_drafts import RequestDraft

TEXT, PICKED, ASKED, WAY = "compose_text", "compose_picked", "compose_asked", "compose_way"
"""Where the session has what is typed and chosen."""
PASTE = "paste"
"""The way that is open where none was chosen."""
_OF = "compose_draft_of"
"""The project whose draft is in the fields."""
_SEEN = "compose_draft"
"""The draft as it was brought back, kept or sent last: what differs from it is kept next."""
_LEFT = "compose_draft_left"
"""When what was brought back was left."""


def bring_back(opened: Workspace, record: Session) -> None:
    """Put what this browser left in the project into the fields, before they are drawn; keep what
    was changed in them since.

    Where nothing was left there, what stands in the fields goes along from the project looked at
    before: it is kept here from now on, and there no more.
    """
    before, here = st.session_state.get(_OF, ""), record.project_id
    if before != here:
        found = request_drafts.find(opened, here, record.browser)
        st.session_state[_OF] = here
        st.session_state[_SEEN] = found.draft if found else RequestDraft()
        st.session_state[_LEFT] = None
        if found is not None and (before or _in_fields().is_empty):
            _fill(found.draft, epic_choices(opened, here))
            st.session_state[_SEEN] = _in_fields()
            st.session_state[_LEFT] = found.at
        elif before:
            request_drafts.drop(opened, before, record.browser)
            if before not in {project.id for project in opened.projects()}:
                _fill(RequestDraft())  # it was erased
    _keep(opened, record)


def _keep(opened: Workspace, record: Session) -> None:
    now, seen = _in_fields(), st.session_state[_SEEN]
    if now == seen or (now.is_empty and seen.is_empty):
        return
    with errors_shown():
        request_drafts.keep(opened, record.project_id, record.browser, now)
    st.session_state[_SEEN], st.session_state[_LEFT] = now, None


def sent(opened: Workspace, record: Session) -> None:
    """What stands in the fields is a run now, and no draft any more."""
    st.session_state[_SEEN] = _in_fields()
    request_drafts.drop(opened, record.project_id, record.browser)


def clear_button(opened: Workspace, record: Session) -> None:
    """A button that empties the fields, and when what was brought back was left."""
    if _in_fields().is_empty:
        return

    def clear() -> None:
        request_drafts.drop(opened, record.project_id, record.browser)
        _fill(RequestDraft(way=st.session_state[WAY]))
        st.session_state[_SEEN], st.session_state[_LEFT] = RequestDraft(), None

    st.button(
        "Clear",
        icon=":material/backspace:",
        type="tertiary",
        key="clear_request",
        on_click=clear,
        help="Empty the fields. What was kept of them is deleted.",
    )
    if left := st.session_state.get(_LEFT):
        st.caption(f":material/history: As you left it on {date_time(left)}")


def _in_fields() -> RequestDraft:
    state = st.session_state
    return RequestDraft(
        way=state.get(WAY) or "",
        text=state.get(TEXT) or "",
        ask=state.get(ASKED) or "",
        epic_keys=tuple(state.get(PICKED) or ()),
    )


def _fill(draft: RequestDraft, choices: Collection[str] = ()) -> None:
    """Put a draft into the fields; of the epics that it picked, those that are there."""
    there = [key for key in draft.epic_keys if key in choices]
    fields = {TEXT: draft.text, ASKED: draft.ask, PICKED: there, WAY: draft.way or PASTE}
    st.session_state.update(fields)
