"""Write the open case again, whole or one of its steps, with the same writer or another."""

from __future__ import annotations

import streamlit as st

from assistant.ui.browser_scripts import was_narrow
from assistant.ui.home.writing_progress import follow, why_not_now
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import cut, label, visible
from assistant.ui.state import Session, error_kept
from assistant.workflow.deployment import models
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import follow_up_runs, write_again
from assistant.workflow.writing.runs import RunView, StoredCase

WHOLE = 0
WHAT = "Write again"
WISH_CHARACTERS = 2_000
BESIDE = "Before and after are then shown side by side, and Undo brings it back."


def not_written(stored: StoredCase) -> str:
    """Why a case is not offered to be written again; empty where it is."""
    why = write_again.why_not_written(stored)
    return f"It {why}. Edit it instead." if why else ""


def write_again_menu(opened: Workspace, record: Session, stored: StoredCase, view: RunView) -> None:
    """A menu beside the decisions; disabled where no run wrote the case."""
    hindered = not_written(stored) or why_not_now(opened, record.run_id)
    narrow = was_narrow()
    says = WHAT if narrow else None
    with st.popover(
        "" if narrow else WHAT,  # its sign alone, where its words would be on a second row
        type="tertiary",
        icon=":material/refresh:",
        key=menu_key("write_again_menu"),
        disabled=bool(hindered),
        help=hindered or says,
    ):
        part = st.selectbox(
            "What",
            [WHOLE, *(step.number for step in stored.case.steps)],
            format_func=lambda number: _part(stored, number),
            key=f"again-part-{stored.id}",
        )
        writer = writer_choice(opened, view.run.generation.writer, f"again-writer-{stored.id}")
        replaced = part == WHOLE and stored.status == "accepted"
        # A form: the wish comes in one message with the press, however soon that follows. A wish is
        # of one press: after it the menu, and all that is in it, is a new one.
        wish = menu_key(f"again-wish-{stored.id}")
        with st.form(menu_key(f"again-{stored.id}"), border=False):
            if writes_stories(opened, writer):
                st.text_area(
                    "What should be different? (optional)",
                    placeholder="The fee is wrong: schools pay no deposit",
                    max_chars=WISH_CHARACTERS,
                    height=90,
                    key=wish,
                )
            st.caption(_consequence(stored, part))
            st.form_submit_button(
                "Replace the accepted case" if replaced else "Write",
                type="primary",
                icon=":material/refresh:",
                key="write_part",
                on_click=_start,
                args=(opened, record, stored, wish),
            )


def writer_choice(opened: Workspace, before: str, key: str) -> str:
    """Which writer writes, the one that wrote ``before`` unless changed; says where text goes."""
    choices = {choice.id: choice for choice in models.writers(opened) if choice.usable}
    chosen = st.selectbox(
        "Writer",
        list(choices),
        index=list(choices).index(before if before in choices else models.OUTLINE_WRITER),
        format_func=lambda name: choices[name].title if name in choices else name,
        key=key,
    )
    if choices[chosen].leaves:
        st.caption(f":orange[:material/cloud_upload:] Text {label(choices[chosen].destination)}.")
    return chosen


def _consequence(stored: StoredCase, part: int) -> str:
    """What becomes of the case, said before it is written."""
    if stored.status == "accepted":
        what = "" if part == WHOLE else ", and everything but this step stays"
        return f"{label(stored.id)} is accepted. Written again, it is a draft{what}. {BESIDE}"
    if part == WHOLE:
        return f"The whole case becomes a draft again. {BESIDE}"
    return f"Everything but this step stays, with what was decided about the case. {BESIDE}"


def _part(stored: StoredCase, number: int) -> str:
    if number == WHOLE:
        return "The whole case"
    return f"Step {number}: {cut(visible(stored.case.steps[number - 1].action), 60)}"


def _start(opened: Workspace, record: Session, stored: StoredCase, wish_key: str) -> None:
    """What is chosen now, whether or not the page was drawn since; ``wish_key`` is that of the
    field with the wish, which a writer of outlines has not."""
    if wish_key != menu_key(f"again-wish-{stored.id}"):
        return  # the second press of a double click: the first one closed this menu
    state = st.session_state
    part, writer = state[f"again-part-{stored.id}"], state[f"again-writer-{stored.id}"]
    wish = str(state.get(wish_key) or "")
    with error_kept():
        if part == WHOLE:
            planned = write_again.begin(
                opened, record.project_id, [stored.id],
                by=record.user, writer=writer, reason=write_again.ASKED, accepted=True,
                wish=wish,
            )  # fmt: skip
        else:
            again = write_again.begin_step(
                opened, record.project_id, stored.id, part,
                by=record.user, writer=writer, wish=wish,
            )  # fmt: skip
            planned = (again,)
        jobs = follow_up_runs.start(opened, record.project_id, planned)
        close_menus()
        follow(record, jobs, {stored.id: stored.row_version})
