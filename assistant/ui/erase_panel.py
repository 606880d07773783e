"""Erase with everything made of it: a source, a run, a case, the project; how long it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.counts import counted
from assistant.ui.plain_text import cut, label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace

if TYPE_CHECKING:
    from assistant.workflow.deployment.erase import Erased, Wanted

DONE = "erased"
"""What was erased last, told once after the page is drawn anew."""
SHOWN = 200


def erase_button(opened: Workspace, record: Session, what: Wanted, key: str) -> None:
    """What would go, and a click that erases it."""
    # Here and below: every page draws the sidebar, and what erases would hold up the first paint.
    from assistant.workflow.deployment import erase

    try:
        what_goes = opened.library.erasing.preview(what).told
    except AssistantError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.caption(f"Goes for good, with its history: {label(what_goes)}.")
    if pressed("Erase", type="primary", icon=":material/delete_forever:", key=f"erase_{key}"):
        with page_action():
            st.session_state[DONE] = erase.erase(opened, what, by=record.user)
            st.cache_data.clear()  # what pages remember holds the words too
            record.open_run("")


def erased_note() -> None:
    """What was erased last, and what was not reached."""
    done: Erased | None = st.session_state.pop(DONE, None)
    if done is not None:
        lines = [f"Erased: {label(done.erasure.told)}.", *map(label, done.unreached)]
        st.success("  \n".join(lines), icon=":material/delete_forever:")


def erase_documents(
    opened: Workspace, record: Session, chosen: Sequence[str], *, key: str = "documents"
) -> None:
    """The chosen sources with all that was made of them; ``key`` tells its places apart."""
    with st.popover("Erase", icon=":material/delete_forever:", disabled=not chosen):
        st.markdown(
            f"Erase {counted(len(chosen), 'source')} everywhere: every version, what runs keep of "
            "it, and the cases that came with it, cite it or test its criteria."
        )
        if chosen and st.toggle("Show what goes", key=f"erase_{key}_shown"):
            from assistant.workflow.deployment import erase

            what = erase.erase_request(opened, record.project_id, document_ids=chosen)
            erase_button(opened, record, what, key)


def keep_and_erase(opened: Workspace, record: Session) -> None:
    """The age limit of the project; a run, a case or the project itself to be erased."""
    with st.popover("Keep and erase", icon=":material/delete_forever:", type="tertiary"):
        _age_limit(opened, record)
        _one_of(opened, record)


def _age_limit(opened: Workspace, record: Session) -> None:
    project = opened.project(record.project_id)
    days = st.number_input(
        "Erase what is older than so many days (0: nothing)",
        min_value=0,
        max_value=36_500,
        value=project.retention_days or 0,
        key="retention_days",
    )
    if pressed("Save", key="save_retention", disabled=days == (project.retention_days or 0)):
        with page_action():
            opened.library.save_retention(project.id, int(days) or None, by=record.user)


def _one_of(opened: Workspace, record: Session) -> None:
    kind = st.segmented_control(
        "Erase", ["A run", "A case", "What was removed", "The project"], key="erase_kind"
    )
    if kind is None:
        return
    from assistant.workflow.deployment import erase
    from assistant.workflow.writing import runs

    if kind == "A run":
        names = {one.id: one for one in runs.runs(opened, record.project_id)[:SHOWN]}
        chosen = st.selectbox(
            "Run",
            list(names),
            index=None,
            format_func=lambda name: (
                f"{names[name].created_at:%d %b %Y} {cut(visible(names[name].request), 60)}"
            ),
            key="erase_run_chosen",
        )
        if chosen:
            what = erase.erase_request(opened, record.project_id, run_ids=[chosen])
            erase_button(opened, record, what, "run")
    elif kind == "A case":
        name = st.text_input("Id of the case", key="erase_case_id").strip()
        if name:
            what = erase.erase_request(opened, record.project_id, case_ids=[name])
            erase_button(opened, record, what, "case")
    elif kind == "What was removed":
        what = erase.removed(opened, record.project_id)
        if what.documents:
            erase_button(opened, record, what, "removed")
        else:
            st.caption("No source of this project was removed.")
    elif kind == "The project":
        _project(opened, record, opened.project(record.project_id).name)


def _project(opened: Workspace, record: Session, name: str) -> None:
    typed = st.text_input(
        f"Type the project's name: {label(name, limit=200)}", key="erase_project_name"
    )
    if pressed(
        "Erase the project",
        type="primary",
        icon=":material/delete_forever:",
        disabled=typed.strip() != name,
        key="erase_project",
    ):
        with page_action():
            from assistant.workflow.deployment import erase

            st.session_state[DONE] = erase.project(opened, record.project_id, by=record.user)
            st.cache_data.clear()
            record.project_id = ""
            record.open_run("")
