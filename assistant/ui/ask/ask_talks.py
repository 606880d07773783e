"""Earlier talks of the project: open one again, or delete it.

What a session looks at while it asks, and a question carried over from another page.
"""

from __future__ import annotations

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.menus import close_menus, menu_key, menu_when_open
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.ask.ask_talks import StoredTalk, delete_talk
from assistant.workflow.deployment.workspace import Workspace

CARRIED = "ask_carried"
"""A question that is to be asked when the page is drawn."""
SHOWN = "ask_shown"
"""The answer whose sources are looked at, where it is not the last."""
WRITER = "ask_writer"
EXAMPLES = "ask_examples"
"""Headings to ask of, with the state of the sources that they were read from."""


def open_thread(record: Session) -> str:
    """The talk that is open; empty for a new one."""
    return record.talks.get(record.project_id, "")


def open_talk(record: Session, thread_id: str) -> None:
    """Look at a talk, or begin a new one."""
    record.talks[record.project_id] = thread_id
    st.session_state.pop(SHOWN, None)


LISTED = 30
RECENT = 5
MENU = "ask_talks"


def history_menu(opened: Workspace, record: Session) -> None:
    """The talks of the project in a menu, the latest first; they are drawn when it is opened."""
    count = opened.library.asked.count_talks(record.project_id)
    menu = menu_when_open(
        f"Talks ({count})",
        icon=":material/history:",
        kind="tertiary",
        disabled=not count,
        key=menu_key(MENU),
    )
    if menu is None:
        return
    with menu:
        for one in opened.library.asked.talks(record.project_id, LISTED):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                _open_button(record, one, "menu")
                if pressed(
                    "", icon=":material/delete:", type="tertiary", key=f"delete-{one.id}",
                    help="Delete this talk",
                ):  # fmt: skip
                    with page_action():
                        delete_talk(opened, record.project_id, one.id, by=record.user)
                        if open_thread(record) == one.id:
                            open_talk(record, "")
        if count > LISTED:
            older = counted(count - LISTED, "older talk")
            st.caption(f"and {older}: delete some of these to reach them")


def earlier_talks(opened: Workspace, record: Session) -> None:
    """The latest talks as a list; nothing where there is none."""
    found = opened.library.asked.talks(record.project_id, RECENT)
    if found:
        st.markdown("**Earlier talks**")
    with st.container(gap="xsmall"):
        for one in found:
            _open_button(record, one, "list")


def _open_button(record: Session, one: StoredTalk, place: str) -> None:
    facts = f"{one.at.astimezone():%d %b}, {counted(one.count, 'question')}"
    st.button(
        f"{label(one.question, limit=70)} :small[:gray[{facts}]]",
        type="tertiary",
        key=f"talk-{place}-{one.id}",
        on_click=_open_from_list,
        args=(record, one.id),
    )


def _open_from_list(record: Session, talk_id: str) -> None:
    open_talk(record, talk_id)
    close_menus()
