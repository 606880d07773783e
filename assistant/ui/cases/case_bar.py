"""What can be done with the open case, each with one key: decide and go on, walk, edit, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from assistant.domain import CaseStatus
from assistant.ui.browser_scripts import was_narrow
from assistant.ui.cases.case_additions import duplicate_button
from assistant.ui.cases.case_list import listed_rows
from assistant.ui.cases.case_undo import (
    EDITING,
    led_to,
    next_undo,
    note_decision,
    open_fields,
    undo_button,
)
from assistant.ui.cases.chain_line import note_successors
from assistant.ui.cases.own_saves import saved_since
from assistant.ui.home.write_again_menu import write_again_menu
from assistant.ui.plain_text import label
from assistant.ui.state import RECORD, Session, error_kept, note_done
from assistant.ui.technique_colors import TECHNIQUE_COLORS
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review
from assistant.workflow.review.review import BulkOutcome
from assistant.workflow.writing.runs import CaseRow, RunView, StoredCase

STATUS_COLORS: dict[CaseStatus, str] = {
    "draft": "gray",
    "accepted": "green",
    "rejected": "red",
    "imported": "violet",
}
REASON = "reject_reason"
WRITER = 18
"""Characters of a model's name beside the case; the run's head has it whole."""


def case_bar(
    opened: Workspace,
    record: Session,
    view: RunView,
    stored: StoredCase,
    beside: Callable[[], None] | None = None,
) -> None:
    """The case's name and badges with the way to its neighbours, and the decisions below.

    ``beside`` draws one more button beside the name.
    """
    bar = CaseBar(opened, record, view, stored)
    bar.name(beside)
    bar.decisions()


class CaseBar:
    """The buttons above one case."""

    def __init__(
        self, opened: Workspace, record: Session, view: RunView, stored: StoredCase
    ) -> None:
        self.opened = opened
        self.record = record
        self.view = view
        self.stored = stored
        self.case = stored.case
        self.rows: Sequence[CaseRow] = listed_rows(opened, record, view.summary)
        ids = [row.id for row in self.rows]
        self.place = ids.index(stored.id) if stored.id in ids else -1

    def name(self, beside: Callable[[], None] | None) -> None:
        """Id and badges; previous and next."""
        case = self.case
        badges = [f":{STATUS_COLORS[case.status]}-badge[{case.status}]"]
        if case.technique:
            badges.append(f":{TECHNIQUE_COLORS[case.technique]}-badge[{case.technique}]")
        writer = models.model_title(case.origin.model_id) or case.origin.writer
        badges.append(f":gray-badge[:material/draw: {label(writer, limit=WRITER)}]")
        if case.origin.edited_by:
            badges.append(f":gray-badge[:material/edit: {label(case.origin.edited_by)}]")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{label(case.id)}** {' '.join(badges)}", width="stretch")
            if beside is not None:
                beside()
            self._go("Previous", ":material/arrow_upward:", "P", -1)
            self._go("Next", ":material/arrow_downward:", "N", 1)

    def _go(self, name: str, icon: str, shortcut: str, step: int) -> None:
        place = self.place + step if self.place >= 0 else -1
        there = 0 <= place < len(self.rows)
        st.button(
            "" if was_narrow() else name,  # its word would be on a second row
            icon=icon,
            type="tertiary",
            shortcut=shortcut,
            key=name.lower(),
            disabled=not there,
            help=f"{name}. Key {shortcut}",
            on_click=open_case,
            args=(self.rows[place].id if there else "",),
        )

    def decisions(self) -> None:
        """Accept and reject, each going on to the next draft; undo, edit, write again."""
        accepted, rejected = self.case.status == "accepted", self.case.status == "rejected"
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", key="decisions"
        ):
            st.button(
                "Accepted" if accepted else "Accept",
                type="secondary" if accepted else "primary",
                icon=":material/check:",
                disabled=accepted,
                shortcut="A",
                key="accept",
                help="Accept and go on to the next draft. Key A",
                on_click=self._decide,
                args=("accepted",),
            )
            st.button(
                "Rejected" if rejected else "Reject",
                icon=":material/close:",
                disabled=rejected,
                shortcut="X",
                key="reject",
                help=f"Reject as “{label(self._reason())}” and go on to the next draft. Key X",
                on_click=self._decide,
                args=("rejected",),
            )
            with st.popover(
                "Reason", type="tertiary", help="Why the next rejected cases are rejected"
            ):
                st.selectbox(
                    "Reason of the next rejections",
                    review.REJECTION_REASONS,
                    accept_new_options=True,
                    index=None,
                    placeholder=review.NO_REASON,
                    key=REASON,
                    persist_state="session",
                )
            following = next_undo(self.opened, self.record, self.case.id)
            undo_button(self.opened, self.record, following, key="undo", shortcut="U")
            editing = st.session_state.get(EDITING) == self.case.id
            st.button(
                "Done" if editing else "Edit",
                type="secondary" if editing else "tertiary",
                icon=":material/done:" if editing else ":material/edit:",
                shortcut="E",
                key="edit",
                help="Close the fields. Key E" if editing else "Edit this case. Key E",
                on_click=open_fields,
                args=("" if editing else self.case.id,),
            )
            duplicate_button(self.opened, self.record, self.stored, self.view)
            write_again_menu(self.opened, self.record, self.stored, self.view)

    # --- What the buttons do --------------------------------------------------------------------

    def _reason(self) -> str:
        return str(st.session_state.get(REASON) or review.NO_REASON)

    def _next_draft(self) -> str:
        """The next undecided case of the list, from this one on and then from its beginning."""
        after = [*self.rows[self.place + 1 :], *self.rows[: max(self.place, 0)]]
        return next((row.id for row in after if row.status == "draft"), self.case.id)

    def _decide(self, status: CaseStatus) -> None:
        following = self._next_draft()
        seen, _ = saved_since(self.stored)  # what was typed just before is decided on too
        with error_kept():
            stored = review.set_status(
                self.opened,
                self.record.project_id,
                self.case.id,
                status,
                reason=self._reason() if status == "rejected" else "",
                seen_version=seen.row_version,
                seen_text=seen.text_hash,
                by=self.record.user,
            )
            note_decision(BulkOutcome(changed=((stored.id, stored.row_version),)))
            lacks = review.left_open(stored.case) if status == "accepted" else ""
            if lacks:
                note_done(f"{stored.id} accepted, though {lacks}", icon=":material/edit_note:")
            if status == "rejected":
                note_successors(self.opened, stored, "rejected")
            led_to(following)
            open_fields("")


def open_case(case_id: str) -> None:
    """Show a case of the open run beside its list, to be read."""
    st.session_state[RECORD].case_id = case_id
    open_fields("")
