"""Mask personal data: the project's switch, its names, and what that does and does not cover."""

from __future__ import annotations

import streamlit as st

from assistant.ui.job_progress import job_progress
from assistant.ui.state import Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import mask_sources

COVERED = (
    "**Masked in every source before it is stored and indexed:** e-mail addresses; account numbers "
    "with check digits (IBAN, Polish accounts); card numbers; telephone numbers with a country "
    "code, in American brackets, or with a 0 behind a word such as *Tel.*; the names given here; "
    "the fields author, reporter and commenter, and in the text a name that they write as “Meier, "
    "Anna” or “Dr. Anna Meier”. The same value has the same number in the whole project: `[e-mail "
    "482136]`. Test data is masked too, also in a criterion (“log in as `anna@example.com`”)."
)
NOT_COVERED = (
    "**Not masked:** other names (also of an author written “Anna Meier”), addresses, birthdays, "
    "national and tax numbers, account numbers without check digits, user names, file names and "
    "links, and what people type in the app: questions, sentences that ask for cases, edits. A "
    "masked source is not anonymous."
)
BEFORE = (
    "Sources that came in before stay as they were until they are masked here, with the cases that "
    "came in with them; what was edited and decided stays. Their earlier versions, what runs and "
    "cases quoted of them, changes that wait beside a case and files exported before keep the "
    "words; *erase* takes those away, except exports."
)


def masking_panel(opened: Workspace, record: Session) -> None:
    """Folded; its title says whether masking is on."""
    config = opened.project(record.project_id).masking
    job = mask_sources.job_of(record.project_id)
    with st.expander(
        f"Mask personal data: {'on' if config.enabled else 'off'}",
        icon=":material/visibility_off:" if config.enabled else ":material/visibility:",
        key="masking",
    ):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.markdown(COVERED)
            st.markdown(NOT_COVERED)
        with right:
            enabled = st.toggle(
                "Mask what comes in",
                value=config.enabled,
                key=f"mask_on_{record.project_id}",
            )
            names = st.text_area(
                "Names to mask, one a line",
                value="\n".join(config.names),
                key=f"mask_names_{record.project_id}",
                height=120,
                help="A name of several words is also found in capitals and as “Last, First”; a "
                "single word only as it is spelled here.",
            )
            given = tuple(filter(None, (" ".join(line.split()) for line in names.splitlines())))
            same = (enabled, given) == (config.enabled, config.names)
            if st.button("Save", type="primary", key="save_masking", disabled=same):
                with page_action():
                    mask_sources.save_choices(
                        opened, record.project_id, enabled=enabled, names=given, by=record.user
                    )
        if config.enabled:
            st.caption(BEFORE)
            busy = opened.jobs.is_active(job)
            if st.button("Mask what is stored", key="mask_stored", disabled=busy):
                mask_sources.mask_in_background(opened, record.project_id, by=record.user)
                st.rerun()
    job_progress(
        opened, job, lambda state: f"Masking: {state.done} of {state.total or '…'} sources"
    )
