"""The request as it was left: brought back when the page is opened again, kept as it is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from assistant.ui.counts import date_time
from assistant.ui.state import CHOSEN_WRITER, Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.search_sources import epic_choices
from assistant.workflow.writing import request_drafts
from assistant.workflow.writing.request_drafts import RequestDraft

TEXT, PICKED, ASKED, WAY = "compose_text", "compose_picked", "compose_asked", "compose_way"
"""Where the session has what is typed and chosen."""
PASTE = "paste"
"""The way that is open where none was chosen."""
_OF = "compose_draft_of"
"""The project that the fields belong to."""
_SEEN = "compose_draft"
"""The draft as it was brought back, kept or sent last: what differs from it is kept next."""
_AT = "compose_draft_at"
"""When what this tab brought back or kept was kept; ``None`` where nothing of it is kept."""
_LEFT = "compose_draft_left"
"""When what was brought back was left."""


def bring_back(opened: Workspace, record: Session) -> None:
    """Put what this browser left in the project into the fields, before they are drawn; keep what
    was changed in them since.

    The fields belong to one project: nothing of them goes along to another one.
    """
    before, here = st.session_state.get(_OF, ""), record.project_id
    if before != here:
        if before:
            st.session_state.pop(CHOSEN_WRITER, None)  # each project has its own
        if before in {project.id for project in opened.projects()}:
            _keep(opened, record, before)  # the last words came with the change of project
        found = request_drafts.find(opened, here, record.browser)
        _fill(found.draft if found else RequestDraft(), epic_choices(opened, here))
        st.session_state[_OF], st.session_state[_SEEN] = here, _in_fields()
        st.session_state[_AT] = st.session_state[_LEFT] = found.at if found else None
    _keep(opened, record, here)


def hand_over(opened: Workspace, record: Session, way: str, said: Mapping[str, str]) -> None:
    """Put words of another page into the project's request, in place of those in these fields."""
    bring_back(opened, record)
    st.session_state.update({WAY: way, **said})


def _keep(opened: Workspace, record: Session, project_id: str) -> None:
    now, seen, at = _in_fields(), st.session_state[_SEEN], st.session_state[_AT]
    if now.is_empty and seen.is_empty:
        return
    if now == seen and (
        at is None or not request_drafts.is_lost(opened, project_id, record.browser, at)
    ):
        return
    with errors_shown():
        kept = request_drafts.keep(opened, project_id, record.browser, now, before=at)
        st.session_state.update({_SEEN: now, _AT: kept, _LEFT: None})


def sent(opened: Workspace, record: Session) -> None:
    """What stands in the fields is a run now, and no draft any more."""
    request_drafts.drop(opened, record.project_id, record.browser, st.session_state[_AT])
    st.session_state.update({_SEEN: _in_fields(), _AT: None, _LEFT: None})


def clear_button(opened: Workspace, record: Session) -> None:
    """A button that empties the fields, and when what was brought back was left."""
    if _in_fields().is_empty:
        return

    def clear() -> None:
        request_drafts.drop(opened, record.project_id, record.browser, st.session_state[_AT])
        _fill(RequestDraft(way=st.session_state[WAY]))
        st.session_state.update({_SEEN: RequestDraft(), _AT: None, _LEFT: None})

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
