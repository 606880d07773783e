"""Which cases the open one goes on from, and which go on from it: one line, each to be opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.plain_text import label, visible
from assistant.ui.state import RECORD, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage
from assistant.workflow.review.lineage import LATER, OTHER_TITLE, REJECTED, CaseChains
from assistant.workflow.writing.runs import StoredCase

SHOWN = 3
"""Cases that are shown open, or named in the result of an action; more are folded, or counted."""
REMARKS = {
    "": "",
    REJECTED: " :orange[(rejected)]",
    OTHER_TITLE: " :orange[(has another title now)]",
    LATER: " :orange[(run on a later day)]",
}


def chain_line(case_id: str, chains: CaseChains, open_case: Callable[[str], None]) -> None:
    """Nothing where the case stands alone."""
    before, after = chains.before.get(case_id, {}), chains.after.get(case_id, ())

    def button(name: str, direction: str, title: str = "") -> None:
        remark = REMARKS[before[name]] if direction == "from" else ""
        st.button(
            f":small[{label(name)}{title and f' {label(title)}'}{remark}]",
            key=f"chain-{direction}-{name}",
            type="tertiary",
            help=label(chains.titles[name], limit=300),
            on_click=open_case,
            args=(name,),
        )

    def links(words: str, ids: Sequence[str], direction: str) -> None:
        st.markdown(f":small[:gray[:material/link: {words}]]", width="content")
        for name in ids[:SHOWN]:
            button(name, direction)
        if len(ids) > SHOWN:
            with st.popover(f":small[{len(ids) - SHOWN} more]", type="tertiary"):
                for name in ids[SHOWN:]:
                    button(name, direction, chains.titles[name])

    if before or after:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if before:
                links("goes on from", [*before], "from")
            if after:
                links(f"{_go_on(len(after))} from it:", after, "to")


def successors_said(
    opened: Workspace, project_id: str, run_ids: Iterable[str], case_ids: Collection[str]
) -> str:
    """Which cases go on from these, as a sentence behind another one; empty where none does."""
    found = lineage.successors(opened, project_id, run_ids, case_ids)
    if not found:
        return ""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    what = "it" if len(case_ids) == 1 else "them"
    return f". {_go_on(len(found))} from {what}: {', '.join(map(visible, found[:SHOWN]))}{more}"


def note_successors(opened: Workspace, stored: StoredCase, action: str) -> None:
    """Say, after an ``action`` on a case of the open project, which others go on from it."""
    project_id = st.session_state[RECORD].project_id
    said = successors_said(opened, project_id, [stored.run_id or ""], [stored.id])
    if said:
        note_done(f"{visible(stored.id)} {action}{said}", icon=":material/link:")


def _go_on(many: int) -> str:
    return f"{counted(many, 'case')} {'goes' if many == 1 else 'go'} on"
