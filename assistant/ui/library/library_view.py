"""The library on screen: a filtered table with bulk decisions, the matrix, and the duplicates.

One case of the library to read: its steps, what a check found, and how it came to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.domain import TECHNIQUES, LintFinding
from assistant.errors import AssistantError
from assistant.ui.browser_scripts import is_narrow
from assistant.ui.cases.case_bar import STATUS_COLORS
from assistant.ui.cases.case_list import (
    TEST_DATE,
    common_columns,
    existing_column,
    proposals_column,
    table_height,
    test_date_column,
)
from assistant.ui.cases.case_view import (
    findings_panel,
    steps_table,
    template_faults,
    test_date_line,
)
from assistant.ui.cases.chain_line import chain_line, successors_said
from assistant.ui.cases.depth_matrix import depth_matrix
from assistant.ui.cases.existing_verdicts import (
    COLUMN,
    COLUMN_HELP,
    COLUMN_WIDTH,
    case_against_existing,
    library_verdicts,
)
from assistant.ui.cases.proposals_panel import proposals_panel
from assistant.ui.cases.stale_panel import stale_now, stale_panel
from assistant.ui.counts import counted
from assistant.ui.home.downloads import (
    file_button,
    left_out,
    mapping_downloads,
    target_choice,
    test_data_button,
    with_stale,
)
from assistant.ui.home.existing_panel import SIGNS
from assistant.ui.library.library_duplicates import library_duplicates
from assistant.ui.menus import menu_when_open
from assistant.ui.plain_text import label, plain
from assistant.ui.row_selection import selected_rows, tick_handler
from assistant.ui.state import (
    LIBRARY_CASE,
    Session,
    error_kept,
    library_last,
    note_done,
    page_action,
    show_problem,
    view_chosen,
)
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import (
    company_template,
    export_cases,
    lineage,
    preconditions,
    review,
    review_library,
)
from assistant.workflow.review.review_library import BulkOutcome, CaseFilter, LibraryRow
from assistant.workflow.writing import coverage, recheck_case, runs
from assistant.workflow.writing.reuse import VERDICTS, Verdict
from assistant.workflow.writing.runs import ACTIVE, StoredCase


def library_case(
    opened: Workspace, record: Session, case_id: str, listed: Sequence[LibraryRow]
) -> None:
    """The case as it stands, and under it every earlier version with what changed; ``listed`` are
    all cases of the library."""
    try:
        stored = opened.library.case(record.project_id, case_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return
    case = stored.case
    badges = f":{STATUS_COLORS[case.status]}-badge[{case.status}]"
    if case.technique:
        badges += f" :gray-badge[{case.technique}]"
    st.markdown(f"**{label(case.id)}** {badges}  \n{label(case.title, limit=300)}")
    trace = " · ".join(label(x) for x in (case.epic_key, case.story_key, *case.criterion_ids) if x)
    if trace:
        st.caption(trace)
    test_date_line(case)
    if case.status_reason:
        st.caption(f":material/info: {label(case.status_reason, limit=240)}")
    show_problem()
    if not stored.run_id:
        stale_panel(opened, record, stored, stale_now(opened, record.project_id))
    proposals_panel(opened, record, stored, taken=partial(_note_taken, record))
    for text in case.preconditions:
        st.caption(f"Precondition: {label(text, limit=300)}")
    run_id = stored.run_id or ""
    run = [row for row in listed if row.run_id == run_id]
    chains = lineage.chains(opened, record.project_id, run_id, run)
    chain_line(case_id, chains, partial(_open_alone, record))
    steps_table(case, marks=case.origin.writer != "import")
    _against_existing(opened, record, stored)
    checked = recheck_case.case_with_findings(opened, record.project_id, stored)

    def apply(finding: LintFinding) -> None:
        with error_kept():
            review.apply_fix(
                opened, record.project_id, checked, finding,
                seen_version=stored.row_version, by=record.user,
            )  # fmt: skip

    findings_panel(checked, apply)
    faults = company_template.faults(opened, record.project_id, [case]) or {}
    template_faults(faults.get(case.id, ()))
    if stored.run_id and st.button(
        "Open beside its sources", icon=":material/open_in_new:", key=f"open-{case.id}"
    ):
        record.open_run(stored.run_id)
        record.case_id = case.id
        st.switch_page("pages/generate_test_cases.py")
    _history(opened, record, case_id)


def _open_alone(record: Session, case_id: str) -> None:
    """Show a case; one that is ticked would stay open instead."""
    st.session_state.pop(_ticks_key(record), None)
    open_in_library(case_id)


def _note_taken(record: Session, stored: StoredCase) -> None:
    """The page's undo takes it back."""
    st.session_state[library_last(record)] = BulkOutcome(changed=((stored.id, stored.row_version),))


def _against_existing(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """The verdict on a generated case that is still to be decided on."""
    if not stored.run_id or stored.status != "draft":
        return
    run = runs.summary(opened, record.project_id, stored.run_id)
    if run.status not in ACTIVE:
        case_against_existing(opened, record.project_id, run, stored)


def _history(opened: Workspace, record: Session, case_id: str) -> None:
    changes = review_library.history(opened, record.project_id, case_id)
    with st.expander(f"History ({len(changes)})", icon=":material/history:"):
        for change in changes:
            reason = f": {label(change.reason, limit=200)}" if change.reason else ""
            by = f" · {label(change.by)}" if change.by else ""
            st.markdown(f":small[**{change.version}** {change.action}{by} · {change.at}{reason}]")
            for sign, color, lines in (("−", "red", change.removed), ("+", "green", change.added)):
                for line in lines:
                    st.caption(f":{color}[{sign}] {label(line, limit=300)}")


TABLE, VIEW = "library_table", "library_view"
NAMED = 100
DOWNLOAD = "library_download"
"""Cases that an action names one by one; it counts the others."""
VIEWS = {
    "cases": ":material/list_alt: Cases",
    "matrix": ":material/grid_on: Traceability",
    "duplicates": ":material/content_copy: Duplicates",
}
TABLE_HEIGHT, NARROW_HEIGHT = 420, 270
"""Where the case does not fit beside the table, it begins below it, and has to be seen there."""
CASE_WIDTH, FILTER_WIDTH = 460, 124
ROOM, TITLE_LEAST = 976, 420
"""Pixels of the table in a window of 1440, and of its titles at the least: a title of 65 characters
is read whole, what can also be filtered for is scrolled to."""
WIDTHS = {
    "Status": 92, "Case": 140, "Technique": 112, "Criterion": 96, TEST_DATE: 118,
    COLUMN: COLUMN_WIDTH, "Writer": 64, "Support": 66, "Proposed": 76, "Findings": 72,
}  # fmt: skip


def library_view(opened: Workspace, record: Session) -> None:
    """Choose what to look at; an empty library says where cases come from."""
    listed = _rows(opened, record.project_id, review_library.stamp(opened, record.project_id))
    if not listed:
        st.info(
            "No test case yet. Generate some on the first page, or import your existing cases.",
            icon=":material/inbox:",
        )
        return
    shown = view_chosen(record, VIEWS, VIEW)
    if shown == "matrix":
        stamp = review_library.stamp(opened, record.project_id)
        depth_matrix(
            _matrix(opened, record.project_id, stamp),
            key="library-depth",
            open_case=open_in_library,
            titles={row.id: row.title for row in listed},
        )
    elif shown == "duplicates":
        library_duplicates(opened, record, listed)
    else:
        _cases(opened, record, listed)


def open_in_library(case_id: str) -> None:
    """Show one case in the table of the library."""
    st.session_state[LIBRARY_CASE] = case_id
    st.session_state[VIEW] = "cases"


@st.cache_data(show_spinner=False, max_entries=4)
def _rows(_opened: Workspace, project_id: str, stamp: str) -> tuple[LibraryRow, ...]:
    """Read once per change of the project: a library of thousands is parsed once."""
    return review_library.rows(_opened, project_id)


@st.cache_data(show_spinner="Making the checklists…", max_entries=4)
def _matrix(_opened: Workspace, project_id: str, stamp: str) -> coverage.DepthReport:
    return coverage.of_library(_opened, project_id)


def _cases(opened: Workspace, record: Session, listed: Sequence[LibraryRow]) -> None:
    verdicts = library_verdicts(opened, record.project_id, listed)
    rows = review_library.chosen(listed, _filter(listed, verdicts))
    picked = _ticked(record, rows)
    _actions(opened, record, rows, picked)
    shown = st.session_state.get(LIBRARY_CASE)
    if len(picked) == 1:
        shown = picked[0].id
    if shown is None:
        _table(record, rows, verdicts)
        if rows:
            st.caption(":material/touch_app: Tick one case to read it, several to decide on them.")
        return
    grid = st.grid(2, min_column_width=CASE_WIDTH, gap="medium")
    with grid.cell():
        _table(record, rows, verdicts)
    with grid.cell():
        library_case(opened, record, str(shown), listed)


def _filter(listed: Sequence[LibraryRow], verdicts: Mapping[str, Verdict]) -> CaseFilter:
    def values(name: str) -> list[str]:
        return sorted({str(getattr(row, name)) for row in listed} - {""})

    waiting = sum(bool(row.proposals) for row in listed)
    proposed = bool(waiting) and st.toggle(
        f"Changes proposed ({waiting})", key="library-proposed",
        help="Cases for which another program proposes a change that nobody has decided on",
    )  # fmt: skip
    grid = st.grid(6 + bool(verdicts), min_column_width=FILTER_WIDTH)
    text = grid.text_input(
        "Find", key="library-text", placeholder="Words of the case", icon=":material/search:"
    )
    choices: dict[str, list[str]] = {
        "Status": values("status"),
        "Epic": values("epic_key"),
        "Story": values("story_key"),
        "Technique": [*(one for one in TECHNIQUES if any(r.technique == one for r in listed))],
        "Writer": values("writer"),
    }
    picked = [
        grid.multiselect(title, options, key=f"library-{title}", placeholder="Any")
        for title, options in choices.items()
    ]
    statuses, epics, stories, techniques, writers = map(tuple, picked)
    wanted = _wanted_verdicts(grid, verdicts) if verdicts else ()
    return CaseFilter.model_validate(
        {"text": text or "", "statuses": statuses, "epics": epics, "stories": stories,
         "techniques": techniques, "writers": writers, "proposed": proposed,
         "ids": tuple(name for name, verdict in verdicts.items() if verdict in wanted)}
    )  # fmt: skip


def _wanted_verdicts(grid: DeltaGenerator, verdicts: Mapping[str, Verdict]) -> Sequence[Verdict]:
    present = [name for name in VERDICTS if name in verdicts.values()]
    return grid.multiselect(
        COLUMN,
        present,
        format_func=SIGNS.__getitem__,
        key="library-existing",
        placeholder="Any",
        help=COLUMN_HELP,
    )


def _ticked(record: Session, rows: Sequence[LibraryRow]) -> list[LibraryRow]:
    """The ticked cases. What the filters do not show loses its tick: nobody decides on a case
    that is not in sight."""
    names = selected_rows(_ticks_key(record))
    picked = [row for row in rows if row.id in names]
    if len(picked) < len(names):
        st.session_state[_ticks_key(record)] = tuple(row.id for row in picked)
        gone = counted(len(names) - len(picked), "tick")
        st.toast(f"{gone} cleared: not among the cases shown now", icon=":material/filter_alt:")
    return picked


def _ticks_key(record: Session) -> str:
    return f"library-ticked-{record.project_id}"


def _table(record: Session, rows: Sequence[LibraryRow], verdicts: Mapping[str, Verdict]) -> None:
    follow = tick_handler(TABLE, _ticks_key(record), [row.id for row in rows])

    def tick() -> None:
        follow()
        st.session_state.pop(LIBRARY_CASE, None)

    with st.sidebar:  # it takes no room there
        height = NARROW_HEIGHT if is_narrow() else TABLE_HEIGHT
    common = common_columns(rows)
    table: dict[str, Sequence[object]] = {
        **{name: common.pop(name) for name in ("Status", "Case", "Title")},
        **proposals_column(rows),
        "Support": ["⚠ none" if row.unsupported else "" for row in rows],
        "Findings": [row.findings or None for row in rows],
        **common,
        **test_date_column(rows),
        **existing_column(rows, verdicts),
        "Writer": [row.writer for row in rows],
    }
    # A column in which nothing stands takes its room from the titles.
    table = {name: cells for name, cells in table.items() if name == "Title" or any(cells)}
    others = sum(WIDTHS[name] for name in table if name != "Title")
    widths = {**WIDTHS, "Title": max(TITLE_LEAST, ROOM - others)}
    st.dataframe(
        table,
        key=TABLE,
        placeholder="",
        on_select=tick,
        selection_mode="multi-row",
        hide_index=True,
        height=table_height(len(rows), height),
        column_config={
            **{name: st.column_config.Column(width=width) for name, width in widths.items()},
            TEST_DATE: st.column_config.DateColumn(
                width=WIDTHS[TEST_DATE], format="ddd D MMM YYYY"
            ),
            COLUMN: st.column_config.TextColumn(width=COLUMN_WIDTH, help=COLUMN_HELP),
        },
        alt="Test cases of this project",
    )


def _actions(
    opened: Workspace, record: Session, rows: Sequence[LibraryRow], picked: Sequence[LibraryRow]
) -> None:
    """Decide on the ticked cases, or on all that are shown where none is ticked."""
    target = list(picked) or list(rows)
    what = f"{counted(len(target), 'case')} {'ticked' if picked else 'shown'}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        heading = f"**{what}** of {len(rows)} shown" if picked else f"**{what}**"
        st.markdown(heading)
        if picked:
            st.button(
                "Untick all", type="tertiary", key="library-untick",
                on_click=st.session_state.pop, args=(_ticks_key(record), None),
            )  # fmt: skip
        st.space("stretch")
        with st.popover("Accept", icon=":material/check:", disabled=not target):
            _named(target)
            if st.button(f"Accept {what}", type="primary", key="library-accept"):
                _decide(opened, record, target, "accepted", "")
        with st.popover("Reject", icon=":material/close:", disabled=not target):
            _named(target)
            reason = st.selectbox(
                "Reason", review.REJECTION_REASONS, accept_new_options=True, index=None,
                placeholder="Choose or type a reason", key="library-reason",
            )  # fmt: skip
            if st.button(f"Reject {what}", type="primary", key="library-reject"):
                _decide(opened, record, target, "rejected", reason or "")
        last: BulkOutcome | None = st.session_state.get(library_last(record))
        if st.button(
            f"Undo ({len(last.changed)})" if last else "Undo",
            icon=":material/undo:",
            disabled=not last,
            help="Take the last decision of this page back",
            key="library-undo",
        ):
            _undo(opened, record)
        _download(opened, record, target)


def _download(opened: Workspace, record: Session, target: Sequence[LibraryRow]) -> None:
    """Which cases the file holds, and for which tool: looked up when the menu is opened, since all
    cases of the project are judged for the stale ones."""
    menu = menu_when_open(
        "Download CSV", icon=":material/download:", disabled=not target, key=DOWNLOAD
    )
    if menu is None:
        return
    with menu:
        _named(target)
        tool = target_choice(opened, record.project_id, key="library-target")
        stale = stale_now(opened, record.project_id)
        key = f"library-download-stale-{record.project_id}"
        ids = with_stale([row.id for row in target], stale, key=key)
        name = export_cases.file_name("library", "cases", tool.profile, tool.template)
        file_button(opened, record.project_id, ids, tool, name, key="library-download")
        stamp = review_library.stamp(opened, record.project_id)
        test_data_button(
            _test_data(opened, record.project_id, tuple(ids), stamp), "library", key="library-data"
        )
        left_out(opened, record.project_id, ids, tool)
        mapping_downloads(opened, record.project_id, tool, key="library-download")


@st.cache_data(show_spinner=False, max_entries=8)
def _test_data(_opened: Workspace, project_id: str, case_ids: tuple[str, ...], stamp: str) -> bytes:
    return preconditions.file_of(_opened, project_id, case_ids)


def _named(target: Sequence[LibraryRow]) -> None:
    """The very cases that an action is about, by name."""
    lines = [f":small[**{label(row.id)}** {label(row.title, limit=90)}]" for row in target[:NAMED]]
    if len(target) > NAMED:
        lines.append(f":small[and {len(target) - NAMED} more]")
    with st.container(height=180 if len(lines) > 5 else "content", border=False):
        st.markdown("  \n".join(lines))


def _decide(
    opened: Workspace,
    record: Session,
    target: Sequence[LibraryRow],
    status: Literal["accepted", "rejected"],
    reason: str,
) -> None:
    with page_action():
        outcome = review_library.decide(
            opened, record.project_id, target, status, reason=reason, by=record.user
        )
        st.session_state[library_last(record)] = outcome if outcome.changed else None
        st.session_state.pop(_ticks_key(record), None)
        skipped = f", {len(outcome.skipped)} changed by someone else" if outcome.skipped else ""
        if outcome.empty:
            skipped += f", {len(outcome.empty)} lack what a tester does or sees: complete "
            skipped += "(Edit) or reject them"
        done = f"{counted(len(outcome.changed), 'case')} {status}{skipped}"
        if status == "rejected":
            ids = [name for name, _ in outcome.changed]
            done += successors_said(opened, record.project_id, [row.run_id for row in target], ids)
        note_done(done)


def _undo(opened: Workspace, record: Session) -> None:
    last = st.session_state.pop(library_last(record))
    done = review.undo_all(opened, record.project_id, last, by=record.user)
    note_done(f"Taken back on {counted(done, 'case')}")
    st.rerun()
