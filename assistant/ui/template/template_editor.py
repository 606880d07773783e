"""The template as a form and a table of its columns; save it, discard what was changed.

Where a template can come from: a sample of the company's cases, a tool, an earlier state.

The project's first cases under the template, what does not fit, and the files to take along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.domain import CaseTemplate, TemplateField
from assistant.errors import TemplateError
from assistant.ui.cases.case_list import table_height
from assistant.ui.counts import counted, date_time
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown, note_done, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template
from assistant.workflow.review.company_template import ColumnEdit, Layout, TemplatePreview

if TYPE_CHECKING:
    import pandas as pd
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
                template = company_template.from_sample(
                    opened, record.project_id, file.name, file.getvalue()
                )
                edit_anew(record, template)


def draft_of(opened: Workspace, record: Session) -> CaseTemplate:
    """What the editor began with: a draft, else the project's template."""
    drafts: dict[str, CaseTemplate] = st.session_state.setdefault(DRAFTS, {})
    return drafts.get(record.project_id) or opened.project(record.project_id).template


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


FIELD_WORDS: dict[TemplateField, str] = {
    "id": "Case id",
    "title": "Title",
    "objective": "Objective",
    "test_date": "Test date",
    "preconditions": "Preconditions",
    "step_number": "Step: number",
    "step_action": "Step: action",
    "step_data": "Step: test data",
    "step_expected": "Step: expected result",
    "steps": "All steps in one cell",
    "postconditions": "Postconditions",
    "priority": "Priority",
    "type": "Type (technique)",
    "status": "Status",
    "story": "Story key",
    "criteria": "Acceptance criteria",
    "epic": "Epic key",
    "release": "Release",
    "team": "Team",
    "labels": "Labels",
    "tags": "Tags",
    "description": "Description (objective, conditions, criteria)",
    "sources": "Sources of the case",
    "support": "Support of the case",
    "step_sources": "Step: sources",
    "step_support": "Step: support",
    "questions": "Open questions",
    "writer": "Writer",
    "constant": "Always this text",
}
LAYOUT_WORDS: dict[Layout, str] = {
    "step": "A row per step, the case's fields on each",
    "step, fields once": "A row per step, the case's fields on the first",
    "step, title row": "A row for the case, then a row per step",
    "case": "A row per case",
}
PLACE, HEADER, HOLDS, TEXT, REQUIRED, LONGEST, ALLOWED, RENAMES, EVERY, FILLED, JOINED = (
    "#", "Header", "Holds", "Text", "Required", "Max.", "Allowed words",
    "Our word = yours", "Each row", "If filled", "Joined by",
)  # fmt: skip


def template_editor(opened: Workspace, record: Session) -> CaseTemplate | None:
    """The template as it stands on screen, or ``None`` where it has a mistake, which is shown."""
    if f"{_key(record)}name" not in st.session_state:
        take_up_unsaved(record)
    start, key = draft_of(opened, record), _key(record)
    names = st.grid(3, min_column_width=260)
    name = names.cell().text_input("Name", start.name, key=f"{key}name", max_chars=120)
    layout: Layout = names.cell().selectbox(
        "Rows", list(LAYOUT_WORDS),
        index=list(LAYOUT_WORDS).index(company_template.layout_of(start)),
        format_func=LAYOUT_WORDS.__getitem__,
        key=f"{key}layout",
    )  # fmt: skip
    pattern = names.cell().text_input(
        "Title pattern", start.title_pattern, key=f"{key}pattern", placeholder="{title}",
        help="For example {story} - {title}. Slots: id, title, epic, story, criteria, type, "
        "priority, release, team.",
    )  # fmt: skip
    table = _table(start, key)
    with st.container(horizontal=True, vertical_alignment="center"):
        first = st.toggle(
            "Preconditions as the first step", start.preconditions_first, key=f"{key}first",
            help="For tools that have no place for preconditions.",
        )  # fmt: skip
        dated = st.toggle(
            "Test date above the preconditions", start.date_in_preconditions, key=f"{key}dated",
            help="For tools that have no field for it; not where a column has it.",
        )  # fmt: skip
        st.space("stretch")
        try:
            template = company_template.edited(
                _edits(table), name=name or "", layout=layout, title_pattern=pattern or "",
                preconditions_first=first, date_in_preconditions=dated,
            )  # fmt: skip
        except TemplateError as error:
            template, mistake = None, str(error)
        changed = template != opened.project(record.project_id).template
        keep_unsaved(record, template if changed else None)
        has_draft = record.project_id in st.session_state[DRAFTS]
        if (has_draft or changed) and pressed(
            "Discard", icon=":material/undo:", key="template_discard"
        ):
            edit_anew(record, None)
            st.rerun()
        if pressed(
            "Save template", type="primary", icon=":material/save:", key="template_save",
            disabled=template is None or not changed,
        ) and template is not None:  # fmt: skip
            with page_action():
                company_template.save(opened, record.project_id, template, by=record.user)
                edit_anew(record, None)
                note_done("Template saved; exports use it from now on")
    if template is None:
        st.error(plain(mistake), icon=":material/error:")
    return template


def _key(record: Session) -> str:
    return f"template-{record.project_id}-{epoch()}-"


def _table(start: CaseTemplate, key: str) -> pd.DataFrame:
    """The columns as an editable table; a row can be added, removed and moved by its number."""
    import pandas as pd

    before = company_template.edits_of(start)
    config = st.column_config
    shown = {
        PLACE: [edit.place for edit in before],
        HEADER: [visible(edit.header) for edit in before],
        HOLDS: [FIELD_WORDS[edit.field] if edit.field else None for edit in before],
        REQUIRED: [edit.required for edit in before],
        TEXT: [visible(edit.text) for edit in before],
        RENAMES: [visible(edit.renames) for edit in before],
        ALLOWED: [visible(edit.allowed) for edit in before],
        LONGEST: pd.array([edit.max_chars for edit in before], dtype="Int64"),
        EVERY: [edit.every_row for edit in before],
        FILLED: [edit.optional for edit in before],
    }
    return st.data_editor(
        pd.DataFrame(shown | {JOINED: [edit.separator for edit in before]}),
        key=f"{key}columns",
        hide_index=True,
        placeholder="",
        num_rows="dynamic",
        height=min(560, 76 + 35 * len(before)),
        column_order=list(shown),
        column_config={
            PLACE: config.NumberColumn(
                width=44, help="1 is the first column. 2.5 moves a column between 2 and 3."
            ),
            HEADER: config.TextColumn(required=True, width=155, max_chars=200),
            HOLDS: config.SelectboxColumn(
                options=list(FIELD_WORDS.values()), required=True, width=150
            ),
            REQUIRED: config.CheckboxColumn(width=92),
            TEXT: config.TextColumn(
                width=95, help="What stands there where the case has nothing, or always."
            ),
            RENAMES: config.TextColumn(width=165, help="High = P1; Medium = P2; Low = P3"),
            ALLOWED: config.TextColumn(width=120, help="P1; P2; P3. Anything else is reported."),
            LONGEST: config.NumberColumn(
                width=72, min_value=1, step=1, help="Characters; a longer cell is reported."
            ),
            EVERY: config.CheckboxColumn(
                width=90, help="Also where the other fields stand on the first row only."
            ),
            FILLED: config.CheckboxColumn(
                width=80, help="No column in a file in which it would be empty in all cases."
            ),
        },
        alt="Columns of the template",
    )


def _edits(table: pd.DataFrame) -> list[ColumnEdit]:
    """The rows of the table; a new row in which nothing is filled in is left out."""
    words: dict[str, TemplateField] = {shown: field for field, shown in FIELD_WORDS.items()}
    edits = []
    for position, row in enumerate(table.to_dict("records"), start=1):
        filled = {name: value for name, value in row.items() if not _missing(value)}
        if not any(str(filled.get(name, "")).strip() for name in _TELLING):
            continue
        edits.append(
            ColumnEdit(
                row=position,
                place=float(filled.get(PLACE, position)),
                header=str(filled.get(HEADER, "")),
                field=words.get(str(filled.get(HOLDS, ""))),
                required=bool(filled.get(REQUIRED, False)),
                text=str(filled.get(TEXT, "")),
                max_chars=int(filled[LONGEST]) if LONGEST in filled else None,
                allowed=str(filled.get(ALLOWED, "")),
                renames=str(filled.get(RENAMES, "")),
                every_row=bool(filled.get(EVERY, False)),
                optional=bool(filled.get(FILLED, False)),
                separator=str(filled.get(JOINED, ", ")),
            )
        )
    return edits


_TELLING = (HEADER, HOLDS, TEXT, RENAMES, ALLOWED, LONGEST)
"""The cells of a row of which one at least is filled in, unless the row is empty."""


def _missing(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value != value


PROBLEMS_SHOWN = 8


def template_preview(opened: Workspace, record: Session, template: CaseTemplate) -> None:
    """The rows as they would be exported, and downloads of the template itself."""
    title, downloads = st.columns([3, 4], vertical_alignment="bottom")
    title.subheader("As exported", icon=":material/table_view:")
    with downloads:
        _downloads(opened, record, template)
    with errors_shown():
        found = company_template.preview(opened, record.project_id, template)
        _rows(found)


def _rows(found: TemplatePreview) -> None:
    if not found.cases:
        st.caption("The project has no cases yet: generate or import some to see them here.")
        return
    if found.left_out:
        st.caption(
            f":orange[:material/visibility_off:] No column shows: {', '.join(found.left_out)}."
        )
    for problem in found.problems[:PROBLEMS_SHOWN]:
        st.caption(f":orange[:material/rule:] {label(problem, limit=250)}")
    if len(found.problems) > PROBLEMS_SHOWN:
        st.caption(f"and {len(found.problems) - PROBLEMS_SHOWN} more like these")
    if found.unset:
        names = ", ".join(label(header) for header in found.unset)
        st.caption(f":material/check_box_outline_blank: Always empty: {names}.")
    if not (found.problems or found.left_out):
        st.caption(
            ":green[:material/check_circle:] Nothing required is empty, too long or outside the "
            f"allowed words in {counted(found.cases, 'case')} shown here."
        )
    columns = zip(*found.rows, strict=True)
    st.dataframe(
        {
            visible(header): [visible(cell) for cell in cells]
            for header, cells in zip(found.headers, columns, strict=True)
        },
        hide_index=True,
        height=table_height(len(found.rows), 520),
        alt="Cases of this project in the template",
    )


def _downloads(opened: Workspace, record: Session, template: CaseTemplate) -> None:
    with st.container(horizontal=True, horizontal_alignment="right"):
        for file in company_template.mapping_files(
            template,
            project_key=company_template.guessed_project_key(opened, record.project_id),
        ):
            st.download_button(
                file.name, data=file.content, file_name=file.name, mime="application/json",
                icon=":material/settings_input_component:", on_click="ignore",
                key=f"mapping-{file.name}", help=f"{file.note} {file.lost}".strip(),
            )  # fmt: skip
        st.download_button(
            "Template as JSON", data=company_template.as_json(template),
            file_name="template.json", mime="application/json", type="tertiary",
            icon=":material/download:", on_click="ignore", key="template_json",
        )  # fmt: skip
