"""One case, editable in place. Every change is saved when a field is left, as a new version."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import streamlit as st

from assistant.domain import CaseStatus, LintFinding, Priority, TestCase, TestStep
from assistant.errors import AssistantError
from assistant.ui.case_list import listed_rows
from assistant.ui.compose import TECHNIQUE_COLORS
from assistant.ui.existing_verdicts import case_against_existing, chosen_verdicts
from assistant.ui.findings_panel import findings_panel
from assistant.ui.plain import label, plain, visible
from assistant.ui.state import CASE_PROBLEM, RECORD, Session
from assistant.ui.write_again_menu import write_again_menu
from assistant.workflow import review, runs
from assistant.workflow.review import StepEdit
from assistant.workflow.runs import ACTIVE, RunView, StoredCase
from assistant.workflow.workspace import Workspace

STATUS_COLORS: dict[CaseStatus, str] = {
    "draft": "gray",
    "accepted": "green",
    "rejected": "red",
    "imported": "violet",
}
SUPPORT_SIGNS = {"supported": "✓", "derived": "≈", "unsupported": "⚠ none"}
PRIORITIES: tuple[Priority, ...] = ("High", "Medium", "Low")
ACTION, DATA, EXPECTED, SOURCES = "Action", "Test data", "Expected result", "Sources"
STEP_COLUMNS = {ACTION: 148, DATA: 84, EXPECTED: 158, SOURCES: 72}
LINE_HEIGHT, LETTER_WIDTH, MOST_LINES = 19, 6.6, 9
SHOWN, EPOCH = "case_shown", "case_epoch"
DECIDED = "case_decided"
"""Set when the status of the case has changed, which is counted outside of it too."""


def case_editor(opened: Workspace, record: Session, view: RunView) -> StoredCase | None:
    """The chosen case with its decisions and fields; returns it as stored."""
    try:
        stored = runs.case(opened, record.project_id, record.case_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return None
    editor = CaseEditor(opened, record, stored)
    editor.header(view)
    editor.decisions(view)
    problem = st.session_state.pop(CASE_PROBLEM, "")
    if problem:
        st.error(plain(problem), icon=":material/error:")
    if view.summary.status not in ACTIVE:
        filtered = bool(chosen_verdicts(view.summary.id))
        case_against_existing(opened, record.project_id, view.summary, stored, expanded=filtered)
    editor.fields()
    editor.steps()
    findings_panel(editor.case, editor.apply_fix)
    editor.more_fields()
    return stored


class CaseEditor:
    """The widgets of one case. Their keys stay the same over versions, so that focus stays too."""

    def __init__(self, opened: Workspace, record: Session, stored: StoredCase) -> None:
        self.opened = opened
        self.record = record
        self.stored = stored
        self.case = stored.case
        shown = (stored.id, stored.row_version)
        if st.session_state.get(SHOWN) != shown:
            # Another case, or a version that this session did not write: take its values over.
            st.session_state[SHOWN] = shown
            st.session_state[EPOCH] = st.session_state.get(EPOCH, 0) + 1
            for field, value in self._field_values().items():
                st.session_state[self._key(field)] = value

    def _key(self, field: str) -> str:
        return f"case-{field}-{self.stored.id}"

    def _field_values(self) -> dict[str, str]:
        case = self.case
        return {
            "title": visible(case.title),
            "priority": case.priority,
            "objective": visible(case.objective),
            "preconditions": visible("\n".join(case.preconditions)),
            "postconditions": visible("\n".join(case.postconditions)),
        }

    # --- Header and decisions -------------------------------------------------------------------

    def header(self, view: RunView) -> None:
        """Id, place among the cases, and what is to be known about it."""
        case = self.case
        badges = [f":{STATUS_COLORS[case.status]}-badge[{case.status}]"]
        if case.technique:
            badges.append(f":{TECHNIQUE_COLORS[case.technique]}-badge[{case.technique}]")
        writer = case.origin.model_id or case.origin.writer
        badges.append(f":gray-badge[:material/draw: {label(writer)}]")
        if case.origin.edited_by:
            badges.append(f":gray-badge[:material/edit: {label(case.origin.edited_by)}]")
        if case.unsupported_steps:
            badges.append(":orange-badge[:material/warning: unsupported]")
        if any(finding.severity == "error" for finding in case.findings):
            badges.append(":red-badge[:material/error: contradicts a source]")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{label(case.id)}**", width="stretch")
            ids = [row.id for row in listed_rows(self.opened, self.record, view.summary)]
            self._go(ids, "Previous", ":material/arrow_upward:", "Alt+Up", -1)
            self._go(ids, "Next", ":material/arrow_downward:", "Alt+Down", 1)
        st.markdown(" ".join(badges))
        project_id = self.record.project_id
        criteria = runs.criteria_texts(self.opened, project_id, view, self.stored)
        for criterion_id in case.criterion_ids:
            text = label(criteria.get(criterion_id, ""), limit=400)
            st.caption(f"**{label(criterion_id)}** {text}")
        for question in case.open_questions:
            st.caption(f":orange[:material/contact_support:] Open: {label(question, limit=240)}")
        if case.origin.replaces:
            st.caption(f":material/swap_horiz: {label(case.origin.replaces, limit=240)}")
        if case.status == "rejected" and case.status_reason:
            st.caption(f":red[:material/block:] Rejected: {label(case.status_reason, limit=240)}")

    def decisions(self, view: RunView) -> None:
        """Accept, reject with a reason, undo, write again."""
        accepted, rejected = self.case.status == "accepted", self.case.status == "rejected"
        with st.container(horizontal=True, gap="xsmall", key="decisions"):
            st.button(
                "Accepted" if accepted else "Accept",
                type="secondary" if accepted else "primary",
                icon=":material/check:",
                disabled=accepted,
                shortcut="Alt+A",
                key="accept",
                on_click=self._set_status,
                args=("accepted",),
            )
            with st.popover("Reject", icon=":material/close:", disabled=rejected):
                st.selectbox(
                    "Reason",
                    review.REJECTION_REASONS,
                    accept_new_options=True,
                    index=None,
                    placeholder="Choose or type a reason",
                    key=self._key("reason"),
                )
                st.button("Reject this case", type="primary", on_click=self._reject, key="reject")
            st.button(
                "Undo",
                icon=":material/undo:",
                help="Take the last change of this case back",
                disabled=self.stored.row_version < 2,
                on_click=self._undo,
                key="undo",
            )
            write_again_menu(self.opened, self.record, self.stored, view)

    def _go(self, ids: Sequence[str], name: str, icon: str, shortcut: str, step: int) -> None:
        place = ids.index(self.case.id) + step if self.case.id in ids else -1

        def go() -> None:
            st.session_state[RECORD].case_id = ids[place]

        st.button(
            name,
            icon=icon,
            type="tertiary",
            shortcut=shortcut,
            key=name.lower(),
            disabled=not 0 <= place < len(ids),
            on_click=go,
        )

    # --- Fields ---------------------------------------------------------------------------------

    def fields(self) -> None:
        """Title, priority and preconditions."""
        title, priority = st.columns([4, 1])
        title.text_input("Title", key=self._key("title"), on_change=self._save_fields)
        priority.selectbox(
            "Priority", PRIORITIES, key=self._key("priority"), on_change=self._save_fields
        )
        st.text_area(
            "Preconditions, one a line",
            key=self._key("preconditions"),
            height=68,
            on_change=self._save_fields,
        )

    def steps(self) -> None:
        """The steps as a table; ``[n]`` names the source beside it."""
        editor = f"case-steps-{self.stored.id}-{st.session_state[EPOCH]}"
        st.data_editor(
            self._step_table(),
            key=editor,
            hide_index=True,
            row_height=_row_height(self.case),
            num_rows="fixed",
            on_change=self._save_steps,
            args=(editor,),
            column_config={
                "#": st.column_config.NumberColumn(disabled=True, width=32),
                ACTION: st.column_config.TextColumn(required=True, width=STEP_COLUMNS[ACTION]),
                DATA: st.column_config.TextColumn(width=STEP_COLUMNS[DATA]),
                EXPECTED: st.column_config.TextColumn(required=True, width=STEP_COLUMNS[EXPECTED]),
                SOURCES: st.column_config.TextColumn(
                    disabled=True,
                    width=STEP_COLUMNS[SOURCES],
                    help="✓ stands in the source [n], ≈ follows from it, ⚠ no source supports it",
                ),
            },
            alt="Steps of this test case",
        )
        with st.container(horizontal=True):
            st.button(
                "Add a step",
                icon=":material/add:",
                type="tertiary",
                key="add_step",
                on_click=self._add_step,
            )
            if len(self.case.steps) > 1:
                st.button(
                    "Remove the last step",
                    icon=":material/remove:",
                    type="tertiary",
                    key="remove_step",
                    on_click=self._remove_step,
                )

    def _step_table(self) -> dict[str, list[str] | list[int]]:
        steps = self.case.steps
        return {
            "#": [step.number for step in steps],
            ACTION: [visible(step.action) for step in steps],
            DATA: [visible(step.test_data) for step in steps],
            EXPECTED: [visible(step.expected_result) for step in steps],
            SOURCES: [_sources(step) for step in steps],
        }

    def more_fields(self) -> None:
        """Objective and postconditions, which are seldom changed."""
        st.text_area(
            "Objective", key=self._key("objective"), height=70, on_change=self._save_fields
        )
        st.text_area(
            "Postconditions, one a line",
            key=self._key("postconditions"),
            height=70,
            on_change=self._save_fields,
        )

    # --- Changes: each is one call into the workflow --------------------------------------------

    def _save_fields(self) -> None:
        state = st.session_state
        before = self._field_values()
        given = {field: state[self._key(field)] for field in before if self._key(field) in state}
        changed = {field: value for field, value in given.items() if value != before[field]}
        update: dict[str, object] = {}
        for field, value in changed.items():
            lines = field in ("preconditions", "postconditions")
            update[field] = _lines(value) if lines else value
        if update:
            self._save(self.case.model_copy(update=update))

    def _save_steps(self, editor: str) -> None:
        edits = st.session_state[editor]["edited_rows"]
        fields = {ACTION: "action", DATA: "test_data", EXPECTED: "expected_result"}
        steps = []
        for place, step in enumerate(self.case.steps):
            values = step.model_dump(include=set(fields.values()))
            for column, value in edits.get(place, {}).items():
                values[fields[column]] = value or ""
            steps.append(StepEdit(**values))
        self._save(self.case.model_copy(update={"steps": review.edited_steps(self.case, steps)}))

    def _add_step(self) -> None:
        self._save_step_count(len(self.case.steps) + 1)

    def _remove_step(self) -> None:
        self._save_step_count(len(self.case.steps) - 1)

    def _save_step_count(self, count: int) -> None:
        edits = [
            StepEdit(action=s.action, test_data=s.test_data, expected_result=s.expected_result)
            for s in self.case.steps[:count]
        ]
        if count > len(edits):
            edits.append(StepEdit(action="New action", expected_result="New expected result"))
        self._save(
            self.case.model_copy(update={"steps": review.edited_steps(self.case, edits)}),
            redraw=True,
        )

    def _save(self, case: TestCase, *, redraw: bool = False) -> None:
        try:
            saved = review.save(
                self.opened,
                self.record.project_id,
                case,
                seen_version=self.stored.row_version,
                by=self.record.user,
            )
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)
            st.session_state.pop(SHOWN, None)
            return
        if not redraw:
            st.session_state[SHOWN] = (saved.id, saved.row_version)

    def apply_fix(self, finding: LintFinding) -> None:
        """Put a finding's fix into the case, as a new version."""
        try:
            review.apply_fix(
                self.opened,
                self.record.project_id,
                self.case,
                finding,
                seen_version=self.stored.row_version,
                by=self.record.user,
            )
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)
            st.session_state.pop(SHOWN, None)

    def _set_status(self, status: CaseStatus, reason: str = "") -> None:
        st.session_state[DECIDED] = True
        try:
            review.set_status(
                self.opened,
                self.record.project_id,
                self.case.id,
                status,
                reason=reason,
                seen_version=self.stored.row_version,
                seen_text=self.stored.text_hash,
                by=self.record.user,
            )
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)

    def _reject(self) -> None:
        self._set_status("rejected", st.session_state.get(self._key("reason")) or "")

    def _undo(self) -> None:
        st.session_state[DECIDED] = True
        try:
            review.undo(
                self.opened,
                self.record.project_id,
                self.case.id,
                seen_version=self.stored.row_version,
                by=self.record.user,
            )
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)


def _sources(step: TestStep) -> str:
    """Whether a source supports the result, and the numbers of those that the step cites."""
    numbers = dict.fromkeys(citation.source for citation in step.citations)
    return " ".join([SUPPORT_SIGNS[step.support], *(f"[{number}]" for number in numbers)])


def _row_height(case: TestCase) -> int:
    """Pixels for the longest text of the steps; all rows of the table share one height."""
    lines = 1.0
    for step in case.steps:
        texts = {ACTION: step.action, DATA: step.test_data, EXPECTED: step.expected_result}
        for column, text in texts.items():
            letters = (STEP_COLUMNS[column] - 16) / LETTER_WIDTH
            lines = max(lines, sum(ceil(len(part) / letters) for part in text.split("\n")))
    return 18 + LINE_HEIGHT * int(min(lines + 0.5, MOST_LINES))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
