"""The fields of one case: saved when a field is left, taken back as one edit."""

from __future__ import annotations

from datetime import date

import streamlit as st

from assistant.domain import PRIORITIES, LintFinding, TestCase, TestStep
from assistant.errors import AssistantError, EditConflict
from assistant.ui.browser_scripts import ask_before_leaving
from assistant.ui.cases.case_undo import note_edit
from assistant.ui.cases.case_view import mark
from assistant.ui.cases.chain_line import note_successors
from assistant.ui.cases.own_saves import Places, note_save, saved_since
from assistant.ui.cases.proposals_panel import note_conflict
from assistant.ui.plain_text import visible
from assistant.ui.state import CASE_PROBLEM, Session, error_kept, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals, review
from assistant.workflow.review.review import StepEdit
from assistant.workflow.writing.runs import StoredCase

STEP_FIELDS = {
    "action": "Action",
    "test_data": "Test data",
    "expected_result": "Expected result",
}
PRIORITY_WIDTH, DATE_WIDTH = 120, 150
"""In pixels: the longest of them, whole."""
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)
"""What the calendar offers, if the case has no other date."""
Typed = str | date | None


class CaseEditor:
    """The widgets of one case. Their keys stay the same over versions, so that focus stays too."""

    def __init__(self, opened: Workspace, record: Session, stored: StoredCase) -> None:
        self.opened = opened
        self.record = record
        self.stored = stored
        self.case = stored.case
        self._saved_values: dict[str, Typed] = {}

    def _key(self, field: str) -> str:
        return f"case-{field}-{self.stored.id}"

    def _field_values(self) -> dict[str, Typed]:
        case = self.case
        values: dict[str, Typed] = {
            "title": visible(case.title),
            "priority": case.priority,
            "test_date": case.test_date,
            "objective": visible(case.objective),
            "preconditions": visible("\n".join(case.preconditions)),
            "postconditions": visible("\n".join(case.postconditions)),
        }
        for step in case.steps:
            for name in STEP_FIELDS:
                values[f"{name}-{step.number}"] = visible(str(getattr(step, name)))
        return values

    def fields(self) -> None:
        """Every field of the case, its steps in the middle, as the library has it.

        What was typed is stored before the page is drawn. So a value that differs is of an earlier
        version: Streamlit brings back what a field began with once it was not drawn for a while.
        One that does not differ is left alone, or it would replace what is being typed.
        """
        for field, value in self._field_values().items():
            if st.session_state.get(self._key(field)) != value:
                st.session_state[self._key(field)] = value
        ask_before_leaving("pane-case")
        if self.case.status == "accepted":
            st.caption(
                ":material/info: This case is accepted. With a change of its words it is a draft "
                "again; Undo brings back both."
            )
        with st.container(horizontal=True, gap="small"):
            st.text_input("Title", key=self._key("title"), on_change=self._save_fields)
            st.selectbox(
                "Priority",
                PRIORITIES,
                key=self._key("priority"),
                on_change=self._save_fields,
                width=PRIORITY_WIDTH,
            )
            own = self.case.test_date or FIRST_DATE
            st.date_input(
                "Test date",
                value=None,
                min_value=min(own, FIRST_DATE),
                max_value=max(own, LAST_DATE),
                format="YYYY-MM-DD",
                key=self._key("test_date"),
                on_change=self._save_fields,
                width=DATE_WIDTH,
            )
        self._lines("Preconditions, one a line", "preconditions")
        for step in self.case.steps:
            self._step(step)
        self._lines("Objective", "objective")
        self._lines("Postconditions, one a line", "postconditions")

    def _lines(self, title: str, field: str) -> None:
        st.text_area(title, key=self._key(field), height="content", on_change=self._save_fields)

    def _step(self, step: TestStep) -> None:
        """The fields of one step, and what can be done with it as a whole."""
        number, last = step.number, len(self.case.steps)
        with st.container(border=True, gap="xsmall", key=f"step-{number}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                said = mark(step, self.case.findings)
                st.markdown(f"**Step {number}** {said}", width="stretch")
                self._step_button("up", "Move up", "arrow_upward", number, number == 1)
                self._step_button("down", "Move down", "arrow_downward", number, number == last)
                self._step_button("insert", "Insert a step below", "add", number, False)
                self._step_button("remove", "Remove this step", "delete", number, last == 1)
            columns = st.columns(3, gap="small", wrap=False)
            for column, (name, title) in zip(columns, STEP_FIELDS.items(), strict=True):
                column.text_area(
                    title,
                    key=self._key(f"{name}-{number}"),
                    height="content",
                    on_change=self._save_fields,
                )

    def _step_button(self, name: str, says: str, icon: str, number: int, disabled: bool) -> None:
        st.button(
            "",
            icon=f":material/{icon}:",
            help=says,
            type="tertiary",
            key=f"step-{name}-{number}",
            disabled=disabled,
            on_click=self._change_steps,
            args=(name, number),
        )

    # --- Changes: each is one call into the workflow --------------------------------------------

    def _save_fields(self) -> None:
        """Save what was typed since this drawing, in the case as this session has it by now."""
        state = st.session_state
        before = self._field_values() | self._saved_values
        given = {field: state[self._key(field)] for field in before if self._key(field) in state}
        changed = {field: value for field, value in given.items() if value != before[field]}
        present, places = saved_since(self.stored)
        update: dict[str, object] = {}
        for field, value in changed.items():
            if field in ("preconditions", "postconditions"):
                update[field] = _lines(str(value))
            elif field in ("title", "priority", "objective", "test_date"):
                update[field] = value
        steps = _step_edits(present.case, places, changed)
        if steps != [_edit_of(step) for step in present.case.steps]:
            update["steps"] = review.edited_steps(present.case, steps)
        if update and self._save(present, present.case.model_copy(update=update)):
            self._saved_values |= changed

    def _change_steps(self, name: str, drawn_number: int) -> None:
        present, places = saved_since(self.stored)
        number = places.get(drawn_number)
        if number is None:
            return  # a press just before removed it
        count = len(present.case.steps)
        moved = {one: one for one in range(1, count + 1)}
        with error_kept():
            if name == "insert":
                case = review.with_step(present.case, number)
                moved |= {one: one + 1 for one in moved if one > number}
            elif name == "remove":
                case = review.without_step(present.case, number)
                moved = {one: one - (one > number) for one in moved if one != number}
            else:
                by = -1 if name == "up" else 1
                other = min(max(number + by, 1), count)
                case = review.with_step_moved(present.case, number, by)
                moved |= {other: number, number: other}
            self._save(present, case, moved)

    def _save(self, seen: StoredCase, case: TestCase, moved: Places | None = None) -> bool:
        """Keep the case that was made of ``seen``, with its steps ``moved``."""
        try:
            saved = review.save(
                self.opened,
                self.record.project_id,
                case,
                seen_version=seen.row_version,
                by=self.record.user,
            )
        except EditConflict:
            note_conflict(case, seen.row_version)
            return False
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)
            return False
        note_save(seen.row_version, saved, moved)
        self._note_edit(seen, saved)
        return True

    def _note_edit(self, seen: StoredCase, saved: StoredCase) -> None:
        note_edit(saved.id, seen.row_version, saved.row_version)
        if seen.title != saved.title:
            note_successors(self.opened, saved, "has another title now")
        if seen.status == "accepted" and saved.status == "draft":
            note_done(
                f"{visible(saved.id)} is a draft again: other words than these were accepted. Undo "
                "brings back both.",
                icon=":material/edit_note:",
            )

    def apply_fix(self, finding: LintFinding) -> None:
        """Put a finding's fix into the case, as a new version."""
        with error_kept():
            present, _ = saved_since(self.stored)
            saved = review.apply_fix(
                self.opened,
                self.record.project_id,
                present.case,
                finding,
                seen_version=present.row_version,
                by=self.record.user,
            )
            if proposals.same_places(present.case, saved.case):
                note_save(present.row_version, saved)
            self._note_edit(present, saved)


def _step_edits(case: TestCase, places: Places, changed: dict[str, Typed]) -> list[StepEdit]:
    """The steps with what was typed where they were drawn; ``places`` says where that is now."""
    drawn = {place: number for number, place in places.items()}
    return [
        _edit_of(step).model_copy(
            update={
                name: changed[f"{name}-{drawn[step.number]}"] or ""
                for name in STEP_FIELDS
                if step.number in drawn and f"{name}-{drawn[step.number]}" in changed
            }
        )
        for step in case.steps
    ]


def _edit_of(step: TestStep) -> StepEdit:
    return StepEdit(
        action=step.action, test_data=step.test_data, expected_result=step.expected_result
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
