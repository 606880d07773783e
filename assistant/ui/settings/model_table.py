"""The models: what there is, how each writes, the default, and what can be done with one.

How far the work with a model is: fetching, adding, probing, for whoever looks on.
"""

from __future__ import annotations

import streamlit as st

from assistant.ui.counts import date_time
from assistant.ui.job_progress import Words, job_progress
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.state import CHOSEN_WRITER, Session, errors_shown, page_action
from assistant.workflow.deployment import model_jobs, models, ways_of_writing
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.models import WriterChoice
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.deployment.writer_list import WriterRow, writer_list


def model_work(opened: Workspace) -> bool:
    """Whether a model is being worked on; shows how far that is, or why the last one failed."""
    told: dict[str, Words] = {
        model_jobs.FETCH: lambda state: f"Fetching: {_megabytes(state)}",
        model_jobs.ADD: lambda state: f"Adding: {_megabytes(state)}",
        model_jobs.PROBE: _probed,
    }
    for job, words in told.items():
        job_progress(opened, job, words, stop="stop_model_work")
    return model_jobs.is_busy(opened)


def _probed(state: JobState) -> str:
    tasks = f"{state.done} of {state.total} tasks" if state.total else "waiting for its turn"
    return f"Probing: {tasks}"


def _megabytes(state: JobState) -> str:
    return f"{state.done / 1e6:,.0f} of {state.total / 1e6:,.0f} MB" if state.total else "reading"


CHOSEN, GIVEN, FORM = "settings_writer", "settings_model", "settings_chat_format"
WAY_CELLS = {"story": "a story", "item": "one item"}
AS_PROBED = "auto"
WAY_TITLES = {
    AS_PROBED: "As probed",
    "story": "A story in one answer",
    "item": "One item of the checklist an answer",
}


def model_table(opened: Workspace, record: Session) -> None:
    """Every writer in a table, and the actions on the chosen one."""
    st.subheader("Models", icon=":material/memory:")
    rows = writer_list(opened, record.project_id)
    st.dataframe(
        {
            "Default": ["★" if row.is_default else "" for row in rows],
            "Writer": [visible(row.choice.title) for row in rows],
            "Text": [visible(row.choice.destination) for row in rows],
            "State": [row.state for row in rows],
            "One answer": [WAY_CELLS[row.way] if row.way else "" for row in rows],
            "Known from": [_known_from(row) for row in rows],
            "Size": [_size(row) for row in rows],
            "Licence": [visible(row.licence) for row in rows],
        },
        hide_index=True,
        placeholder="",
        alt="Models and how they write",
    )
    active = model_work(opened)
    _actions(opened, {row.choice.id: row for row in rows}, busy=active)
    _add(opened, busy=active)


def _known_from(row: WriterRow) -> str:
    if row.why == "probed" and row.probe is not None:
        passed = sum(task.passed for task in row.probe.tasks)
        return f"probe, {passed} of {len(row.probe.tasks)} passed"
    return {None: "", "chosen": "your choice"}.get(row.why, "its kind, not probed")


def _size(row: WriterRow) -> str:
    return f"{row.choice.size_bytes / 1e6:,.0f} MB" if row.choice.size_bytes else ""


def _actions(opened: Workspace, rows: dict[str, WriterRow], *, busy: bool) -> None:
    """What can be done with one writer."""
    locked = opened.settings.lock_settings
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Writer",
            list(rows),
            index=next((n for n, row in enumerate(rows.values()) if row.is_default), 0),
            format_func=lambda name: visible(rows[name].choice.title) if name in rows else name,
            key=CHOSEN,
            width=280,
        )
        row = rows[chosen]
        with errors_shown():
            if st.button(
                "Make default",
                icon=":material/star:",
                key="make_default",
                disabled=locked or row.is_default or not row.choice.usable,
                help="Projects start with it, but one with an adapter of its own as the default.",
            ):
                ways_of_writing.choose_first_writer(opened.settings, chosen)
                st.session_state.pop(CHOSEN_WRITER, None)
                st.rerun()
            if row.choice.state in ("absent", "partial"):
                if st.button(
                    "Fetch", icon=":material/download:", key="fetch", disabled=busy or locked
                ):
                    model_jobs.start_fetch(opened, chosen)
                    st.rerun()
            elif chosen != models.OUTLINE_WRITER and st.button(
                "Probe",
                icon=":material/science:",
                key="probe",
                disabled=busy or locked,
                help="Six small tasks find out whether it can write a story in one answer. Minutes "
                "for an embedded model. Texts of ours are sent, nothing of yours.",
            ):
                model_jobs.start_probe(opened, chosen)
                st.rerun()
        if row.way is not None and not locked:
            _way(opened, row)
        if row.added and not locked:
            _remove(opened, row)
    if row.choice.rating:
        st.warning(
            f"{rated_words(row.choice)} Each is marked to be read line by line.",
            icon=":material/science:",
        )
    if row.choice.problem:
        st.warning(plain(row.choice.problem), icon=":material/warning:")
    _last_probe(row)


def rated_words(choice: WriterChoice) -> str:
    """What readers said of a writer's cases, in a sentence."""
    found = choice.blind_rating
    if found is None or choice.rating != "poor":
        return "Nobody has rated the cases of this model."
    usable = "none" if not found.usable else f"{found.usable}"
    return f"In a blind rating {usable} of {found.cases} cases of this model could be used as is."


def _way(opened: Workspace, row: WriterRow) -> None:
    writer_id = row.choice.id
    before = ways_of_writing.chosen_way(opened.settings, writer_id) or AS_PROBED
    with st.popover("How it writes", icon=":material/tune:"):
        chosen = st.radio(
            "How it writes",
            list(WAY_TITLES),
            index=list(WAY_TITLES).index(before),
            format_func=WAY_TITLES.__getitem__,
            key=f"way_{writer_id}",
            label_visibility="collapsed",
        )
        if st.button("Keep", type="primary", key="keep_way", disabled=chosen == before):
            with page_action():
                wanted = next((way for way in ways_of_writing.WAYS if way == chosen), None)
                ways_of_writing.choose_way(opened.settings, writer_id, wanted)


def _remove(opened: Workspace, row: WriterRow) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(f"Forget {label(row.choice.title)}? Its file stays where it is.")
        if st.button("Forget it", type="primary", key="remove_model"):
            with page_action():
                model_jobs.remove(opened, row.choice.id)


def _last_probe(row: WriterRow) -> None:
    if row.probe is None:
        return
    with st.expander(f"Probed {date_time(row.probe.at)}", icon=":material/science:"):
        for task in row.probe.tasks:
            mark = ":green[:material/check:]" if task.passed else ":orange[:material/close:]"
            detail = f" :gray[{label(task.detail, limit=200)}]" if task.detail else ""
            st.markdown(f":small[{mark} {label(task.name)}{detail}]")


def _add(opened: Workspace, *, busy: bool) -> None:
    """A model of one's own: a file, or one of the hub."""
    settings = opened.settings
    if settings.lock_settings or not settings.added_models:
        name = "UAT_LOCK_SETTINGS=1" if settings.lock_settings else "UAT_ADDED_MODELS=0"
        st.caption(f":material/lock: Models cannot be added here ({name}).")
        return
    with st.expander("Add a model of your own", icon=":material/add:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = st.text_input(
                "File or hub id",
                key=GIVEN,
                placeholder="ours.gguf or OWNER/NAME:FILE.gguf",
                width="stretch",
            )
            form = st.selectbox(
                "Form of conversations",
                ["", *model_jobs.CHAT_FORMATS],
                format_func=lambda name: name or "as the file says",
                key=FORM,
                width=200,
            )
            added = st.button(
                "Add", icon=":material/add:", key="add_model", disabled=busy or not given
            )
        st.caption(
            ":material/fingerprint: A GGUF file on the computer that runs this app, or one of the "
            "Hugging Face hub, which is asked for it. Its SHA-256 is recorded now, and it is "
            "opened only while it has it."
        )
        if added:
            with page_action():
                model_jobs.start_add(opened, given.strip(), form or "")
