"""An uploaded table: what it holds, what each column is read as, and the first rows as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.domain import Epic, TestCase, UserStory
from assistant.errors import SourceError
from assistant.ui.counts import counted, with_verb
from assistant.ui.plain_text import label, plain, visible, with_tables, without_emphasis
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import map_columns
from assistant.workflow.sources.map_columns import (
    ColumnField,
    ColumnMapping,
    Holds,
    MappableTable,
    Reading,
    RowsForm,
)

HOLDS_WORDS: dict[Holds, str] = {
    "cases": "Test cases",
    "stories": "User stories",
    "facts": "Rows of facts",
}
CASE_WORDS: dict[ColumnField, str] = {
    "ignore": "– not read –",
    "id": "Case id",
    "title": "Title",
    "step_action": "Step: action",
    "step_data": "Step: test data",
    "step_expected": "Step: expected result",
    "step_number": "Step: number",
    "test_date": "Test date",
    "preconditions": "Preconditions",
    "postconditions": "Postconditions",
    "objective": "Objective",
    "priority": "Priority",
    "type": "Type (technique)",
    "story": "Story key",
    "criteria": "Acceptance criteria",
    "epic": "Epic key",
    "release": "Release",
    "team": "Team",
    "labels": "Labels",
    "status": "Status",
    "gherkin": "Script in Gherkin",
    "plain": "Script in plain text",
}
STORY_WORDS: dict[ColumnField, str] = {
    "ignore": "– not read –",
    "key": "Story key",
    "title": "Title",
    "narrative": "Story or description",
    "criteria": "Acceptance criteria",
    "epic": "Epic key",
    "epic_title": "Epic title",
    "release": "Release",
    "team": "Team",
    "sprint": "Sprint",
    "labels": "Labels",
    "type": "Type (epic or story)",
    "role": "As a …",
    "want": "I want …",
    "benefit": "So that …",
    "criterion_id": "Criterion: id",
    "given": "Criterion: given",
    "when": "Criterion: when",
    "then": "Criterion: then",
}
FIELD_WORDS: dict[Holds, dict[ColumnField, str]] = {"cases": CASE_WORDS, "stories": STORY_WORDS}
ROWS_WORDS: dict[RowsForm, str] = {
    "auto": "Rows with the same or no id and title belong together",
    "row": "Each row is a case",
    "id": "Rows with the same id are a case",
    "title": "A case begins where the title is filled",
}
TABLES = "mapping_tables"
CHANGED = "mapping_changed"
"""What was changed and not saved, by file and sheet: one sheet is on the screen at a time."""
READ = "import_read"
"""What uploaded files hold, as they were read with the saved mappings."""
CASES_SHOWN = 3
STORIES_SHOWN = 8
CRITERIA_SHOWN = 12
FACTS_SHOWN = 1_500
"""Characters of a table that stays one."""
FORM_HEIGHT = 430
ROW_HEIGHT = 72


@dataclass(frozen=True)
class Columns:
    """What the form of a file shows: how a table is read, and the name it would be saved under.

    ``is_chosen``: a person changed it, and did not save that.
    """

    file: str
    name: str
    mapping: ColumnMapping
    is_chosen: bool


def mapping_form(
    opened: Workspace, record: Session, file_id: str, name: str, data: bytes, *, unsure: bool
) -> tuple[Columns, ...]:
    """Correct and save how a file's tables are read. The page is drawn anew once that was saved,
    or what was saved removed.

    Returns what is unsaved: what was changed in any sheet, and where the program is ``unsure`` what
    the form shows unchanged.
    """
    tables = _tables(opened, record, file_id, name, data)
    if not tables:
        return ()
    table = tables[0]
    if len(tables) > 1:
        sheets = {f"{visible(one.sheet)} ({counted(one.row_count, 'row')})": one for one in tables}
        table = sheets[st.selectbox("Sheet", list(sheets), key=f"map-sheet-{file_id}")]
    key = f"map-{file_id}-{table.sheet}-{table.saved_as}-"
    holds: Holds = st.segmented_control(
        "This table holds",
        list(HOLDS_WORDS),
        format_func=HOLDS_WORDS.__getitem__,
        default=table.mapping.holds,
        required=True,
        key=f"{key}holds",
        persist_state="page",
    )
    key += f"{holds}-"
    suggested = map_columns.suggested(table, holds)
    if holds == "facts":
        mapping = suggested
        _found(table, mapping)
    else:
        left, right = st.columns([1, 1], gap="medium")
        with left:
            mapping = _columns(suggested, FIELD_WORDS[holds], key)
        with right:
            _found(table, mapping)
    many = f": {visible(table.sheet)}" if len(tables) > 1 else ""
    fresh = f"{visible(name).rsplit('.', 1)[0]}{many}"[:100]
    chosen = _save(opened, record, table.saved_as, fresh, mapping, key)
    changed: dict[str, Columns] = st.session_state.setdefault(CHANGED, {}).setdefault(file_id, {})
    shown = Columns(name, chosen, mapping, is_chosen=not _reads_alike(mapping, table.mapping))
    changed.pop(table.sheet, None)
    if shown.is_chosen:
        changed[table.sheet] = shown
    elif unsure and not table.saved_as and holds != "facts" and not mapping.problems:
        return (shown, *changed.values())
    return tuple(changed.values())


def _reads_alike(one: ColumnMapping, other: ColumnMapping) -> bool:
    return (one.holds, one.rows_form, [column.field for column in one.columns]) == (
        other.holds, other.rows_form, [column.field for column in other.columns],
    )  # fmt: skip


def keep_columns(opened: Workspace, record: Session, shown: Sequence[Columns]) -> tuple[str, ...]:
    """Save what forms show and nobody saved; the names it is saved under.

    Of tables with the same headers, what a person chose counts. Raises ``SourceError`` where two
    were chosen otherwise, or one gives nothing.
    """
    wanted: dict[tuple[str, ...], Columns] = {}
    for one in sorted(shown, key=lambda columns: not columns.is_chosen):
        if one.mapping.problems:
            raise SourceError(
                f"“{one.file}”: {' '.join(one.mapping.problems)} Nothing was kept: correct its "
                "columns, or say that it holds rows of facts."
            )
        headers = tuple(column.header for column in one.mapping.columns)
        first = wanted.setdefault(headers, one)
        if one.is_chosen and not _reads_alike(first.mapping, one.mapping):
            raise SourceError(
                f"“{first.file}” and “{one.file}” have the same columns and are to be read in two "
                "ways. Nothing was kept: read both in one way, or keep one after the other."
            )
    for one in wanted.values():
        map_columns.save(opened, record.project_id, one.name, one.mapping, by=record.user)
    return tuple(one.name for one in wanted.values())


def forget_readings() -> None:
    """Let uploaded files and their tables be read anew, as what is saved has changed."""
    for kept in (READ, TABLES, CHANGED):
        st.session_state.pop(kept, None)


def _tables(
    opened: Workspace, record: Session, file_id: str, name: str, data: bytes
) -> Sequence[MappableTable]:
    """The tables of a file, read once: every click on the page asks again."""
    read: dict[str, Sequence[MappableTable]] = st.session_state.setdefault(TABLES, {})
    key = f"{record.project_id} {file_id}"
    if key not in read:
        read[key] = map_columns.tables(opened, record.project_id, name, data)
    return read[key]


def _columns(suggested: ColumnMapping, words_of: dict[ColumnField, str], key: str) -> ColumnMapping:
    """A row for each column: its header, a cell of it, and what it is read as."""
    fields: list[ColumnField] = []
    if any(column.is_guess for column in suggested.columns):
        st.caption(":orange-badge[guess] by the words in the column's cells: check it.")
    height = min(FORM_HEIGHT, 24 + ROW_HEIGHT * len(suggested.columns))
    with st.container(height=height, border=False, gap="xsmall"):
        for column in suggested.columns:
            words, choice = st.columns([2, 3], vertical_alignment="center", gap="small")
            shown = column.header.strip() or f"Column {column.number + 1}"
            guess = " :orange-badge[guess]" if column.is_guess else ""
            words.markdown(
                f"**{label(shown, limit=60)}**{guess}  \n"
                f":small[:gray[{label(column.sample, limit=50) or 'empty'}]]"
            )
            fields.append(
                choice.selectbox(
                    f"Read {visible(shown)} as",
                    list(words_of),
                    index=list(words_of).index(column.field),
                    format_func=words_of.__getitem__,
                    key=f"{key}{column.number}",
                    persist_state="page",
                    label_visibility="collapsed",
                )
            )
    rows_form = suggested.rows_form
    if suggested.holds == "cases":
        rows_form = st.selectbox(
            "How rows form cases",
            list(ROWS_WORDS),
            index=list(ROWS_WORDS).index(rows_form),
            format_func=ROWS_WORDS.__getitem__,
            key=f"{key}rows",
            persist_state="page",
        )
    return map_columns.corrected(suggested, fields, rows_form)


def _found(table: MappableTable, mapping: ColumnMapping) -> None:
    """What the first rows become under a mapping, or what it lacks."""
    for problem in mapping.problems:
        st.warning(plain(problem), icon=":material/rule:")
    if mapping.problems:
        return
    found = map_columns.preview(table, mapping)
    first = "" if table.row_count <= len(table.rows) else f" in the first {len(table.rows)} rows"
    if mapping.holds == "facts":
        st.markdown("**Each row stays a row of a table** in the text: no test case, no story")
        st.markdown(with_tables(*without_emphasis(found.document.text[:FACTS_SHOWN], ())))
        return
    if mapping.holds == "stories":
        stories = sum(len(epic.stories) for epic in found.epics)
        criteria = sum(len(epic.criteria) for epic in found.epics)
        st.markdown(f"**{counted(stories, 'story')}** with {counted(criteria, 'criterion')}{first}")
    else:
        steps = sum(len(case.steps) for case in found.cases)
        st.markdown(
            f"**{counted(len(found.cases), 'test case')}** with {counted(steps, 'step')}{first}"
        )
    if found.unread:
        st.caption(
            f":orange[:material/report:] {with_verb(len(found.unread), 'belong', 'row')} "
            "to no case: "
            f"{label(found.unread[0].reason)}"
        )
    with st.container(height=FORM_HEIGHT, border=True, gap="xsmall"):
        _rows(found)


def _rows(found: Reading) -> None:
    for case in found.cases[:CASES_SHOWN]:
        _case(case)
    left = STORIES_SHOWN
    for epic in found.epics:
        for story in epic.stories[:left]:
            _story(epic, story)
        left -= min(left, len(epic.stories))


def _story(epic: Epic, story: UserStory) -> None:
    meta = [f"Epic {epic.key} {epic.title}", story.release, story.team, story.sprint]
    meta += story.labels
    st.markdown(
        f"**{label(story.key)}** {label(story.title)}  \n"
        f":small[:gray[{label(' · '.join(part for part in meta if part))}]]"
    )
    if story.narrative:
        st.caption(label(story.narrative, limit=300))
    if not story.criteria:
        st.caption(":orange[:material/report:] no criteria")
    for criterion in story.criteria[:CRITERIA_SHOWN]:
        st.markdown(f":small[**{label(criterion.id)}** {label(criterion.text, limit=300)}]")
    if len(story.criteria) > CRITERIA_SHOWN:
        st.caption(f"and {len(story.criteria) - CRITERIA_SHOWN} more criteria")


def _case(case: TestCase) -> None:
    meta = [case.priority, case.technique or "", case.story_key, case.release, *case.labels]
    st.markdown(
        f"**{label(case.id)}** {label(case.title)}  \n"
        f":small[:gray[{label(' · '.join(part for part in meta if part))}]]"
    )
    if case.preconditions:
        st.caption(label(f"Preconditions: {'; '.join(case.preconditions)}", limit=300))
    if not case.steps:
        st.caption(":orange[:material/report:] no steps")
        return
    cells = {
        "Action": [plain(step.action[:300]) for step in case.steps[:6]],
        "Test data": [plain(step.test_data[:200]) for step in case.steps[:6]],
        "Expected result": [plain(step.expected_result[:300]) for step in case.steps[:6]],
    }
    st.table({name: column for name, column in cells.items() if any(column)}, hide_index=True)
    if len(case.steps) > 6:
        st.caption(f"and {len(case.steps) - 6} more steps")


def _save(
    opened: Workspace,
    record: Session,
    saved_as: str,
    fresh: str,
    mapping: ColumnMapping,
    key: str,
) -> str:
    """The name and the buttons; the name as it stands."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.text_input(
            "Save as", saved_as or fresh, key=f"{key}name", width=320,
            help="The next file with these columns is read this way, without asking.",
        )  # fmt: skip
        name = chosen or ""
        if pressed(
            "Save and use", type="primary", icon=":material/save:", key=f"{key}save",
            disabled=bool(mapping.problems),
        ):  # fmt: skip
            with page_action():
                map_columns.save(opened, record.project_id, name, mapping, by=record.user)
                note_done("Columns saved with the project")
                forget_readings()
        if saved_as and pressed(
            "Forget these columns", type="tertiary", icon=":material/delete:", key=f"{key}forget"
        ):
            with page_action():
                map_columns.forget(opened, record.project_id, saved_as, by=record.user)
                forget_readings()
    return name
