"""Two people saved one case: both versions side by side, word by word; take, keep or merge."""

from __future__ import annotations

import streamlit as st

from assistant.domain import TestCase
from assistant.errors import AssistantError, EditConflict
from assistant.ui.plain_text import EMPTY, label, marked_words
from assistant.ui.state import CASE_PROBLEM, Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals
from assistant.workflow.review.proposals import FieldConflict, Side
from assistant.workflow.writing.runs import StoredCase

CONFLICTS = "case_conflicts"
"""By case id: the case that could not be saved, and the version that it began with."""
SIDES: dict[Side, str] = {"theirs": "Theirs", "mine": "Mine"}
AS_ONE = ":orange[some were moved, put in or taken out: all of them are taken from one side]"
WHO = {"theirs": "changed by them", "mine": "changed by you", "both": "changed by both"}
WAYS = {"merge": "Save the merge", "mine": "Keep mine", "theirs": "Take theirs"}


def note_conflict(mine: TestCase, seen_version: int) -> None:
    """Keep the words that could not be saved until they are taken, merged or given up."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state.setdefault(CONFLICTS, {})
    kept[mine.id] = (mine, seen_version)


def has_conflict(opened: Workspace, record: Session, stored: StoredCase) -> bool:
    """Whether this session holds words of the case that are neither saved nor given up."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state.get(CONFLICTS, {})
    if stored.id in kept and not _found(opened, record, stored):
        kept.pop(stored.id)
    return stored.id in kept


def _found(opened: Workspace, record: Session, stored: StoredCase) -> tuple[FieldConflict, ...]:
    mine, seen = st.session_state[CONFLICTS][stored.id]
    return proposals.conflicts(opened, record.project_id, mine, seen)


def conflict_panel(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """The stored case and the one of this session, field by field; what is to be kept of each."""
    found = _found(opened, record, stored)
    who = label(stored.updated_by or "Someone")
    st.markdown(
        f":red-badge[:material/call_split: Two versions] {who} saved this case while you had "
        "it open. Your words are not lost: take one version, or choose field by field."
    )
    with st.container(horizontal=True, gap="xsmall"):
        for way, title in WAYS.items():
            st.button(
                title,
                key=f"conflict-{way}",
                type="primary" if way == "merge" else "secondary",
                on_click=_settle,
                args=(way, opened, record, stored, found),
            )
    for one in found:
        _field(stored.id, one)


def _field(case_id: str, one: FieldConflict) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        as_one = f" · {AS_ONE}" if one.field == proposals.STEPS else ""
        st.markdown(
            f"**{one.field}** :small[:gray[{WHO[one.changed_by]}]{as_one}]", width="stretch"
        )
        st.segmented_control(
            f"Which {one.field}",
            list(SIDES),
            format_func=SIDES.__getitem__,
            default=one.proposed,
            required=True,
            key=_key(case_id, one),
            label_visibility="collapsed",
        )
    theirs, mine = st.columns(2, gap="small", wrap=False)
    theirs.markdown(marked_words(one.words, "out") or EMPTY)
    mine.markdown(marked_words(one.words, "in") or EMPTY)


def _key(case_id: str, one: FieldConflict) -> str:
    return f"conflict-{case_id}-{one.field}"


def _settle(
    way: str,
    opened: Workspace,
    record: Session,
    stored: StoredCase,
    found: tuple[FieldConflict, ...],
) -> None:
    """Save what was chosen, and let go of the other version."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state[CONFLICTS]
    mine, _ = kept[stored.id]
    taken: dict[str, Side] = {}
    for one in found:
        chosen = st.session_state.get(_key(stored.id, one)) or one.proposed
        taken[one.field] = (
            "mine" if way == "mine" or (way == "merge" and chosen == "mine") else "theirs"
        )
    if way != "theirs":
        try:
            proposals.save_merged(
                opened, record.project_id, mine, taken,
                theirs_version=stored.row_version, by=record.user,
            )  # fmt: skip
        except EditConflict:
            return  # saved once more meanwhile: both versions are shown anew
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)
            return
    kept.pop(stored.id)
    for one in found:
        st.session_state.pop(_key(stored.id, one), None)
