"""Download the cases of a run as CSV in the company's template."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from assistant.ui.cases.case_list import ordered_rows
from assistant.ui.counts import counted
from assistant.ui.menus import menu_when_open
from assistant.ui.plain_text import label, visible
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template, export_cases, preconditions, review_library
from assistant.workflow.review.export_cases import Target
from assistant.workflow.writing.runs import ACTIVE, RunSummary

REFUSED_SHOWN = 4
"""Cells that the tool would refuse or cut which a download names."""
SELECTIONS: dict[export_cases.Selection, str] = {
    "accepted": "Accepted cases",
    "all": "All cases but the rejected",
}


def download_menu(opened: Workspace, record: Session, summary: RunSummary) -> None:
    """Choose which cases and for which tool."""
    menu = menu_when_open("Download CSV", icon=":material/download:", key="download_menu")
    if menu is None:
        return
    with menu:
        selection = selection_choice(summary, key="download-what")
        target = target_choice(opened, record.project_id, key="download_target")
        rows = ordered_rows(opened, record, active=summary.status in ACTIVE)
        wanted = export_cases.STATUSES[selection]
        ids = [row.id for row in rows if row.status in wanted]
        stale = [row.id for row in rows if row.is_stale]
        kept = with_stale(ids, stale, key=f"download-stale-{summary.id}")
        of_run = export_cases.select(
            opened, record.project_id, run_id=summary.id, selection=selection
        )
        title = export_cases.title_of_run(summary.request, summary.created_at)
        name = export_cases.file_name(title, f"{selection} cases", target.profile, target.template)
        chosen = set(kept)
        in_order = [one.id for one in of_run if one.id in chosen]
        file_button(opened, record.project_id, in_order, target, name, key="download")
        left_out(opened, record.project_id, kept, target, run_id=summary.id)
        mapping_downloads(opened, record.project_id, target, key="download")


def selection_choice(
    summary: RunSummary, *, key: str, horizontal: bool = False
) -> export_cases.Selection:
    """Which cases of the run: at first the accepted, where there are any."""
    chosen: export_cases.Selection = st.radio(
        "Which cases",
        list(SELECTIONS),
        format_func=SELECTIONS.__getitem__,
        index=0 if summary.accepted else 1,
        # A widget of its own once there is an accepted case: a browser shows a new default
        # of an old widget, while its value here would stay.
        key=f"{key}-{summary.id}-{'some' if summary.accepted else 'none'}",
        horizontal=horizontal,
        label_visibility="collapsed" if horizontal else "visible",
    )
    return chosen


def file_button(
    opened: Workspace,
    project_id: str,
    case_ids: Sequence[str],
    target: Target,
    file_name: str,
    *,
    key: str,
) -> None:
    """Save the file of these cases, which is made here, not at the click: Streamlit drops a file
    made at a click at the second drawing of any page of the server, and where several people work
    that is before the browser has fetched it."""
    data = b""
    stamp = review_library.stamp(opened, project_id)
    with errors_shown():
        form = target.model_dump_json()
        data = _file(opened, project_id, tuple(case_ids), form, target, stamp)
    tool = f" for {visible(target.name)}" if target.name == target.template.name else ""
    st.download_button(
        f"Download {counted(len(case_ids), 'case')}{tool}",
        data=data,
        file_name=file_name,
        mime=export_cases.MIME[target.profile],
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        disabled=not case_ids or not data,
        key=key,
    )


@st.cache_data(show_spinner="Making the file", max_entries=8)
def _file(
    _opened: Workspace,
    project_id: str,
    case_ids: tuple[str, ...],
    form: str,
    _target: Target,
    stamp: str,
) -> bytes:
    """Kept until the target's ``form`` or anything in the project changes; ``stamp`` says so."""
    return export_cases.file_of(_opened, project_id, case_ids, _target) if case_ids else b""


def test_data_button(data: bytes, title: str, *, key: str) -> None:
    """Save the list of what cases start from, what is to be set up first."""
    st.download_button(
        "Test data as CSV",
        data=data,
        file_name=preconditions.file_name(title),
        mime="text/csv",
        icon=":material/inventory_2:",
        on_click="ignore",
        disabled=not data,
        help="The preconditions, each once with the cases that need it; what is to be set up first",
        key=key,
    )


def with_stale(case_ids: Sequence[str], stale: Collection[str], *, key: str) -> Sequence[str]:
    """The cases for the file, with the stale ones among them unless these are left out: their
    status in the file does not tell them from the others."""
    old = [name for name in case_ids if name in stale]
    if not old or st.checkbox(
        f"With {counted(len(old), 'stale case')}",
        value=True,
        key=key,
        help="Their sources changed since they were written, or a newer source sets another limit. "
        "Nothing in the file marks them.",
    ):
        return case_ids
    return [name for name in case_ids if name not in old]


def target_choice(opened: Workspace, project_id: str, *, key: str) -> Target:
    """What the file is for: the company's template, or a tool, in the form its importer takes."""
    targets = {one.name: one for one in export_cases.targets(opened, project_id)}
    chosen = st.selectbox(
        "For which tool",
        list(targets),
        format_func=visible,
        key=key,
        help="Safe to open in Excel: cells that could run as formulas are made harmless. The form "
        "for an import keeps every cell as it is.",
    )
    return targets.get(chosen) or next(iter(targets.values()))


def mapping_downloads(opened: Workspace, project_id: str, target: Target, *, key: str) -> None:
    """The file that tells a tool's importer its columns, where the tool takes one; what it needs to
    know of the Jira is asked for."""
    with errors_shown():
        for file in _mapping_files(opened, project_id, target, key=key):
            _mapping_download(file, key=key)


def _mapping_files(
    opened: Workspace, project_id: str, target: Target, *, key: str
) -> Sequence[company_template.MappingFile]:
    if not any(file.lost for file in company_template.mapping_files(target.template)):
        return company_template.mapping_files(target.template)
    number = st.text_input(
        "Number of the Jira link type from a test to its story",
        key=f"{key}-link-type",
        max_chars=12,
        help=label(
            f"{company_template.WHAT_LINKS_LINK} {company_template.WHERE_LINK_TYPES_ARE}",
            limit=600,
        ),
    )
    return company_template.mapping_files(
        target.template,
        project_key=company_template.guessed_project_key(opened, project_id),
        link_type_id=number or "",
    )


def _mapping_download(file: company_template.MappingFile, *, key: str) -> None:
    if file.lost:
        st.caption(f":orange[:material/link_off:] {label(file.lost, limit=500)}")
    st.download_button(
        label(file.name),
        data=file.content,
        file_name=file.name,
        icon=":material/settings:",
        type="tertiary",
        on_click="ignore",
        help=label(file.note, limit=300),
        key=f"{key}-{file.name}",
    )


def left_out(
    opened: Workspace,
    project_id: str,
    case_ids: Sequence[str],
    target: Target,
    *,
    run_id: str | None = None,
) -> None:
    """What the file would not hold of these cases, a sentence each; all of the list of ``run_id``
    where that is given."""
    stamp = review_library.stamp(opened, project_id)
    sentences = _left_out(opened, project_id, tuple(case_ids), run_id, target.name, target, stamp)
    for sentence in sentences:
        st.caption(f":orange[:material/info:] {label(sentence, limit=300)}")


@st.cache_data(show_spinner=False, max_entries=64)
def _left_out(
    _opened: Workspace,
    project_id: str,
    case_ids: tuple[str, ...],
    run_id: str | None,
    name: str,
    _target: Target,
    stamp: str,
) -> tuple[str, ...]:
    """Kept until anything in the project changes; ``stamp`` says so."""
    wanted = set(case_ids)
    cases = [s.case for s in _opened.library.cases(project_id, run_id=run_id) if s.id in wanted]
    said = export_cases.warnings(
        _opened,
        project_id,
        cases,
        profile=_target.profile,
        template=_target.template,
        run_id=run_id,
    )
    refused = export_cases.refused_cells(_opened, project_id, cases, _target)
    more = len(refused) - REFUSED_SHOWN
    return (*said, *refused[:REFUSED_SHOWN], *[f"{more} more like these"] * (more > 0))
