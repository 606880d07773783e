"""Where a template can come from: a sample of the company's cases, a tool, an earlier state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.domain import CaseTemplate
from assistant.ui.counts import date_time
from assistant.ui.plain_text import visible
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

DRAFTS = "template_drafts"
UNSAVED = "template_unsaved"
"""Project -> the template as it was edited and not saved, for when the page is opened again."""
EPOCH = "template_epoch"
"""Counts the drafts that were put into the editor: its widgets begin anew with each."""


def template_sources(opened: Workspace, record: Session) -> None:
    """Three ways to begin; each puts a draft into the editor, and nothing is saved by it."""
    with st.container(border=True):
        sample, ready, earlier = st.columns([5, 4, 4], gap="medium")
        with sample:
            file = _sample()
        with ready:
            _ready(record)
        with earlier:
            _earlier(opened, record)
        if file is not None:
            with page_action():
                edit_anew(record, company_template.from_file(file.name, file.getvalue()))


def draft_of(opened: Workspace, record: Session) -> CaseTemplate:
    """What the editor began with: a draft, else the project's template."""
    drafts: dict[str, CaseTemplate] = st.session_state.setdefault(DRAFTS, {})
    return drafts.get(record.project_id) or opened.project(record.project_id).template


def has_draft(record: Session) -> bool:
    """Whether something other than the project's template was put into the editor."""
    return record.project_id in st.session_state.get(DRAFTS, {})


def edit_anew(record: Session, template: CaseTemplate | None) -> None:
    """Put ``template`` into the editor, or the project's own for ``None``."""
    drafts: dict[str, CaseTemplate] = st.session_state.setdefault(DRAFTS, {})
    keep_unsaved(record, None)
    if template is None:
        drafts.pop(record.project_id, None)
    else:
        drafts[record.project_id] = template
    st.session_state[EPOCH] = epoch() + 1


def keep_unsaved(record: Session, template: CaseTemplate | None) -> None:
    """Remember what was edited: the widgets forget it while another page is looked at."""
    unsaved: dict[str, CaseTemplate] = st.session_state.setdefault(UNSAVED, {})
    if template is None:
        unsaved.pop(record.project_id, None)
    else:
        unsaved[record.project_id] = template


def take_up_unsaved(record: Session) -> None:
    """Put what was edited before another page was looked at into the editor again."""
    unsaved: dict[str, CaseTemplate] = st.session_state.get(UNSAVED, {})
    if record.project_id in unsaved:
        edit_anew(record, unsaved[record.project_id])


def epoch() -> int:
    """Number of the draft in the editor, for the keys of its widgets."""
    return int(st.session_state.get(EPOCH, 0))


def _sample() -> UploadedFile | None:
    return st.file_uploader(
        "From a sample of your cases",
        type=["csv", "tsv", "xlsx", "xls", "xlsb", "ods", "json"],
        key=f"template_sample_{epoch()}",
        help="A CSV or Excel file as your company writes its cases, or a template saved here "
        "(JSON). Columns, layout and fixed words are taken over from it; nothing of it is kept.",
    )


def _ready(record: Session) -> None:
    names = {template.name: template for template in company_template.READY_TEMPLATES}
    name = st.selectbox(
        "Ready-made for a tool", list(names), index=None, placeholder="Choose a tool",
        key=f"template_ready_{epoch()}",
    )  # fmt: skip
    if name is not None:
        edit_anew(record, names[name])
        st.rerun()


def _earlier(opened: Workspace, record: Session) -> None:
    states = company_template.earlier(opened, record.project_id)
    words = {
        state.seq: f"{visible(state.template.name)} · {date_time(state.at)}"
        + (f" · {visible(state.by)}" if state.by else "")
        for state in states
    }
    chosen = st.selectbox(
        "Back to an earlier one", list(words), index=None, format_func=words.__getitem__,
        placeholder="Choose a time" if states else "None yet", disabled=not states,
        key=f"template_earlier_{epoch()}",
    )  # fmt: skip
    if chosen is not None:
        edit_anew(record, next(state.template for state in states if state.seq == chosen))
        st.rerun()
