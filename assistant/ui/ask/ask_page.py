"""Ask: a talk of questions and answers, and the sources of one answer beside it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.errors import AssistantError
from assistant.ui.ask.answer_view import answer_sources, answer_view
from assistant.ui.ask.ask_talks import (
    CARRIED,
    EXAMPLES,
    SHOWN,
    WRITER,
    earlier_talks,
    history_menu,
    open_talk,
    open_thread,
)
from assistant.ui.cases.sources_panel import open_wanted_source
from assistant.ui.job_progress import index_note
from assistant.ui.plain_text import label, plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown
from assistant.workflow.ask import ask_sources
from assistant.workflow.ask.ask_sources import Answer
from assistant.workflow.ask.ask_talks import talk
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.read_source import sources_stamp

POLL_SECONDS = 0.7
REFUSED_HEIGHT = 160
"""Pixels of a question that was not asked."""


def ask_page(opened: Workspace, record: Session) -> None:
    """The whole page: what was asked and answered, and the place to ask on."""
    beside_writer = _header(opened, record)
    index_note(opened, record.project_id)
    answers = talk(opened, record.project_id, open_thread(record))
    wanted = st.chat_input(
        "Ask about a rule, a process, an epic or a case",
        key="ask_question",
        disabled=bool(answers and answers[-1].is_open),
    )
    wanted = wanted or st.session_state.pop(CARRIED, "")
    if wanted:
        _ask(opened, record, str(wanted), open_thread(record) if answers else "")
        answers = talk(opened, record.project_id, open_thread(record))
    with beside_writer:
        history_menu(opened, record)
    if answers:
        active = answers[-1].is_open
        shown = st.fragment(_talk, run_every=POLL_SECONDS if active else None)
        shown(opened, record, answers)
    elif not wanted:
        _nothing_asked(opened, record)
    open_wanted_source(opened)


def _header(opened: Workspace, record: Session) -> DeltaGenerator:
    """Title, who answers and where the question goes, a new talk; gives the place for the menu of
    earlier talks, among which is the one that a question now begins."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Ask", width="stretch")
        writers = ask_sources.answer_writers(opened, record.project_id)
        known = writers.choices
        st.selectbox(
            "Answered by",
            list(known),
            index=list(known).index(writers.first),
            format_func=lambda key: known[key].title if key in known else key,
            key=WRITER,
            label_visibility="collapsed",
            width=210,
            persist_state="session",
        )
        beside_writer = st.container(width="content")
        st.button(
            "New talk",
            icon=":material/add:",
            type="tertiary",
            on_click=open_talk,
            args=(record, ""),
            key="new_talk",
        )
    choice = known.get(_writer(), known[ask_sources.NO_WRITER])
    if choice.id == ask_sources.NO_WRITER:
        st.caption(":material/lock: Passages are quoted as they stand; no model is asked.")
        return beside_writer
    where = ":orange[:material/cloud_upload:]" if choice.leaves else ":material/lock:"
    st.caption(f"{where} Your text (question and passages) {label(choice.destination)}.")
    if choice.problem:
        st.warning(plain(choice.problem), icon=":material/warning:")
    return beside_writer


def _writer() -> str:
    return st.session_state.get(WRITER) or ask_sources.NO_WRITER


def _ask(opened: Workspace, record: Session, question: str, thread_id: str) -> None:
    """Keep the question and have it answered: at once without a model, else beside the page, which
    is drawn again then.

    ``thread_id`` is the talk that it goes on with; empty for a new one.
    """
    st.session_state.pop(SHOWN, None)
    with errors_shown(), st.spinner("Searching the sources…"):
        try:
            answer = ask_sources.begin(
                opened, record.project_id, question, writer=_writer(), thread_id=thread_id,
                by=record.user,
            )  # fmt: skip
        except AssistantError as error:
            st.error(plain(str(error)), icon=":material/error:")
            # The field is empty by now: what was typed can be copied from here, and shortened.
            st.code(question, language=None, wrap_lines=True, height=REFUSED_HEIGHT)
            return
        open_talk(record, answer.thread_id)
        ask_sources.start(opened, record.project_id, answer)
        if answer.writer != ask_sources.NO_WRITER or not opened.jobs.wait(answer.id, 20.0):
            st.rerun()


def _talk(opened: Workspace, record: Session, answers: tuple[Answer, ...]) -> None:
    """The questions with their answers, and beside one of them its sources.

    While the last one is being answered, it is read again each time that this is drawn.
    """
    if answers[-1].is_open:
        answers = talk(opened, record.project_id, open_thread(record))
        if not (answers and answers[-1].is_open):
            st.rerun()
    shown = _shown(answers)
    for answer in answers:
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(plain(answer.question))
        left, right = st.columns([11, 9], gap="medium")
        with left, st.chat_message("assistant", avatar=":material/menu_book:"):
            answer_view(opened, record, answer, is_last=answer is answers[-1])
        with right:
            if answer is shown:
                answer_sources(record.project_id, answer)
            elif answer.sources and pressed(
                "Its sources",
                icon=":material/menu_book:",
                type="tertiary",
                key=f"sources-{answer.id}",
            ):
                st.session_state[SHOWN] = answer.id
                st.rerun(scope="fragment")


def _shown(answers: tuple[Answer, ...]) -> Answer | None:
    """The answer whose sources are looked at: the one that was chosen, else the last."""
    chosen = st.session_state.get(SHOWN)
    return next((one for one in answers if one.id == chosen), answers[-1] if answers else None)


def _examples(opened: Workspace, record: Session) -> tuple[str, ...]:
    """The headings to ask of, read again when the sources have changed."""
    stamp = f"{record.project_id} {sources_stamp(opened, record.project_id)}"
    known: tuple[str, tuple[str, ...]] | None = st.session_state.get(EXAMPLES)
    if known is None or known[0] != stamp:
        known = stamp, ask_sources.example_headings(opened, record.project_id)
        st.session_state[EXAMPLES] = known
    return known[1]


QUOTES = frozenset('“”„"«»')
"""A heading that has such marks gets no others around it."""


def _nothing_asked(opened: Workspace, record: Session) -> None:
    """What can be asked, with examples from the project's own headings, and earlier talks."""
    if _writer() == ask_sources.NO_WRITER:
        st.markdown(
            "The passages that speak of your question are shown word for word, each with its "
            "source. A model that you set up under *Settings* writes answers of them."
        )
    else:
        st.markdown(
            "Every sentence of an answer names its sources and is held against them; what they do "
            "not say is told apart. Ask on to go deeper."
        )
    examples = _examples(opened, record)
    if not opened.library.document_ids(record.project_id):
        st.info("This project has no source to ask yet.", icon=":material/library_add:")
        st.page_link("pages/import_sources.py", label="Import sources", icon=":material/upload:")
    with st.container(gap="xsmall"):
        for number, heading in enumerate(examples):
            quoted = heading if QUOTES & set(heading) else f"“{heading}”"
            question = f"What do the sources say about {quoted}?"
            st.button(
                label(question),
                icon=":material/lightbulb:",
                key=f"example-{number}",
                on_click=lambda asked=question: st.session_state.update({CARRIED: asked}),
            )
    earlier_talks(opened, record)
