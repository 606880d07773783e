"""The project's first cases under the template, what does not fit, and the files to take along."""

from __future__ import annotations

import streamlit as st

from assistant.domain import CaseTemplate
from assistant.ui.cases.case_list import table_height
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, visible
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template
from assistant.workflow.review.company_template import TemplatePreview

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
                key=f"mapping-{file.name}", help=file.note,
            )  # fmt: skip
        st.download_button(
            "Template as JSON", data=company_template.as_json(template),
            file_name="template.json", mime="application/json", type="tertiary",
            icon=":material/download:", on_click="ignore", key="template_json",
        )  # fmt: skip
