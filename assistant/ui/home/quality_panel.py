"""The quality of a run: figures with their rules; each opens the cases behind it.

Coverage of a run at a glance and in depth, and what closes its gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.ui.cases.depth_matrix import (
    NO_CASE,
    UNREAD,
    UNSEEN,
    case_button,
    depth_matrix,
    item_list,
)
from assistant.ui.counts import counted, date_time
from assistant.ui.home.second_reading_menu import second_reading_menu, second_reading_note
from assistant.ui.home.write_again_menu import writer_choice
from assistant.ui.home.writing_progress import follow, writing_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import RECORD, Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage
from assistant.workflow.review.lineage import SuiteTrace
from assistant.workflow.writing import coverage, follow_up_runs, runs, second_reading, suite_reading
from assistant.workflow.writing.coverage import DepthReport
from assistant.workflow.writing.requests import conditions_of
from assistant.workflow.writing.runs import ACTIVE, Figure, Quality, RunView

VIEW_KEY = "run_view"
SAID = 400
"""Characters of what a reader says, and of the words that it is about."""


def coverage_table(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """Figures, then one row per criterion: how deeply, by which cases, and what is missing.

    ``stamp`` is that of the project (``review_library.stamp``) before the run was read.
    """
    report = _report(opened, record.project_id, view, record.run_id, stamp)
    left_out = report.by_level["Left out"]
    figures = {
        "Criteria": len(report.criteria),
        "Case or outline": sum(bool(row.case_ids) for row in report.criteria),
        "With one accepted": sum(bool(row.accepted) for row in report.criteria),
        "Cases": sum(case.status != "rejected" for case in view.run.cases),
        "Items left": len(report.missing),
        "Open questions": view.open_count,
    }
    with st.grid(len(figures), min_column_width=150):
        for name, value in figures.items():
            st.metric(
                name, value, f"{left_out} left out" if left_out and name == "Criteria" else None,
                delta_color="off", delta_arrow="off", border=True, height="stretch",
            )  # fmt: skip
    _gaps(opened, record, view, report)
    titles = {case.id: case.title for case in view.run.cases}
    reading = lineage.last_suite_reading(opened, record.project_id, view.run.id)
    if reading is not None and reading.untested:
        _untested(opened, record, view, reading)
    depth_matrix(report, key="run-depth", open_case=open_in_run, titles=titles)


def _untested(opened: Workspace, record: Session, view: RunView, reading: SuiteTrace) -> None:
    """What no case shows, as the reader of the whole suite says, with the words of the text; a
    button that has cases written for it, where nobody asked for them yet."""
    titles = {one.chunk.id: one.chunk.title for one in view.run.retrieved}
    many = counted(len(reading.untested), "thing")
    with st.expander(
        f"{many} that no case showed, says {label(reading.title)}", icon=":material/visibility:"
    ):
        asked = suite_reading.asked_for(opened, record.project_id, view.run.id, reading.at)
        since = (
            f"Cases for it were asked for, {date_time(asked)}." if asked else "Nothing was written "
            "for it yet."
        )  # fmt: skip
        st.caption(
            f"It read all cases together, {date_time(reading.at)}, and overlooks things. {since}"
        )
        st.markdown(
            "\n".join(
                f"- {label(one.because, limit=SAID)} :small[:gray[“{label(one.words, limit=SAID)}” "
                f"{label(titles.get(one.chunk_id, ''))}]]"
                for one in reading.untested
            )
        )
        able = second_reading.can_read(opened, view.run.generation.writer) and any(
            one.criterion_id for one in reading.untested
        )
        is_busy = view.summary.status in ACTIVE or follow_up_runs.active(opened, record.run_id)
        if (
            able
            and not asked
            and not is_busy
            and pressed("Write cases for it", icon=":material/playlist_add:", key="write_lacking")
        ):
            with page_action():
                jobs = suite_reading.start_lacking(
                    opened, record.project_id, view.run.id, by=record.user
                )
                follow(record, jobs)


def _gaps(opened: Workspace, record: Session, view: RunView, report: DepthReport) -> None:
    """What the items that are left lack, kind by kind, and a menu that writes for them."""
    if view.summary.status in ACTIVE or writing_progress(opened, record):
        return
    unread = report.items(lambda row: row.unread)
    if not report.missing and not unread:
        return
    gaps = coverage.gaps(opened, record.project_id, view.run, view.change)
    left = report.items(lambda row: row.missing)
    unseen = report.items(lambda row: row.unseen)
    ids = view.change.present_ids if view.change is not None else {}
    refused = {coverage.condition_now(name, ids) for name in gaps.rejected} - set(unseen)
    kinds = {
        NO_CASE: {n: w for n, w in left.items() if n not in unseen and n not in refused},
        REFUSED: {name: words for name, words in left.items() if name in refused},
        UNSEEN: unseen,
        UNREAD: unread,
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_sum(kinds), width="stretch")
        with st.popover("Which items", icon=":material/rule:", type="tertiary"):
            for title, items in kinds.items():
                if items:
                    item_list(f"{title}:", list(items.values()))
        if gaps.untouched or gaps.rejected:
            _fill_menu(opened, record, view, gaps)


REFUSED = "Somebody rejected its case"
SHORT = {
    NO_CASE: "without a case", REFUSED: "whose case was rejected", UNSEEN: "claimed, not seen",
}  # fmt: skip


def _sum(kinds: Mapping[str, Mapping[str, str]]) -> str:
    """The items that are left as a sum of kinds; beside it those that only a reader can judge."""
    counts = {short: len(kinds[kind]) for kind, short in SHORT.items() if kinds[kind]}
    left = sum(counts.values())
    parts = []
    if left:
        said = ", ".join(f"{count} {short}" for short, count in counts.items())
        parts.append(f":orange-badge[:material/rule: {counted(left, 'item')} left] :small[{said}]")
    if kinds[UNREAD]:
        many = counted(len(kinds[UNREAD]), "item")
        parts.append(
            f":blue-badge[:material/visibility: {many} not read] :small[claimed, in a language of "
            "which code reads no rules: look yourself]"
        )
    return " ".join(parts)


def _words_of_new(view: RunView, new: Sequence[str]) -> dict[str, str]:
    """What the items say that the criteria call for now and did not when the run began."""
    if view.change is None or not new:
        return {}
    choices = view.run.generation
    present = conditions_of(view.change.now, choices.techniques, choices.depth)
    return {one.id: f"{one.criterion_id} {one.statement}" for one in present if one.id in new}


def _fill_menu(opened: Workspace, record: Session, view: RunView, gaps: coverage.Gaps) -> None:
    """A menu that writes for the items that are left, and says which they are."""
    planned_items = coverage.planned_conditions(view.run)
    words = {one.id: f"{one.criterion_id} {one.statement}" for one in planned_items}
    words |= _words_of_new(view, gaps.new)
    refused = f"{counted(len(gaps.rejected), 'item')} whose case was rejected"
    with st.popover(
        "Write the missing cases", icon=":material/playlist_add:", key=menu_key("gaps_menu")
    ):
        if gaps.untouched:
            item_list(
                f"Cases are written for {counted(len(gaps.untouched), 'item')}:",
                [words[name] for name in gaps.untouched],
            )
        again = bool(gaps.rejected) and st.checkbox(
            f"Write for {refused}, too",
            key=menu_key("gaps_rejected"),
            help="A model that writes whole stories is shown the rejected cases with the reason.",
        )
        if gaps.asked:
            many = counted(len(gaps.asked), "item")
            st.caption(f"Not for {many} claimed, not seen, and asked for once more already.")
        if gaps.rejected:
            item_list(
                f"{refused[0].upper()}{refused[1:]}:", [words[name] for name in gaps.rejected]
            )
        writer = writer_choice(opened, view.run.generation.writer, "gaps-writer")
        if pressed(
            "Write", type="primary", icon=":material/playlist_add:", key="fill_gaps",
            disabled=not gaps.untouched and not again,
        ):  # fmt: skip
            with page_action():
                planned, filling = coverage.begin(
                    opened, record.project_id, view.run.id, by=record.user, writer=writer,
                    rejected=again,
                )  # fmt: skip
                jobs = follow_up_runs.start(opened, record.project_id, [planned])
                reasons = [one.reason for one in filling.left_open]
                follow(record, jobs, left_open=reasons)
                close_menus()


@st.cache_data(show_spinner="Looking at the coverage…", max_entries=8)
def _report(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> coverage.DepthReport:
    """Kept until anything in the project changes; ``stamp`` says so."""
    return coverage.of_view(_opened, project_id, _view)


def open_in_run(case_id: str) -> None:
    """Show a case of the open run among its cases."""
    st.session_state[RECORD].case_id = case_id
    st.session_state[VIEW_KEY] = "cases"


LISTED = 40
FIGURES_A_ROW, FIGURE_WIDTH = 5, 180
"""Ten figures in one row would be too narrow to read; the longest name is shown whole in so many
pixels."""


def quality_panel(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """The figures, the smells as a chart, and the cases behind the figure that was chosen;
    ``stamp`` as for ``coverage_table``."""
    if not view.run.cases:
        st.caption("Nothing to check yet.")
        return
    found = _quality(opened, record.project_id, view, record.run_id, stamp)
    with st.grid(FIGURES_A_ROW, min_column_width=FIGURE_WIDTH):
        for figure in found.figures:
            st.metric(
                figure.name,
                f"{figure.share:.0%}",
                f"{figure.count} of {figure.total}"
                + f", {figure.left_out} left out" * bool(figure.left_out),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=figure.rule,
            )
    titles = {case.id: case.title for case in view.run.cases}
    second_reading_note(opened, record, view.run.cases, open_in_run)
    second_reading_menu(opened, record)
    chosen = st.pills(
        "Cases behind a figure",
        [figure.name for figure in found.figures if figure.case_ids],
        key="quality-figure",
    )
    for figure in found.figures:
        if figure.name == chosen:
            _behind(figure, titles)
    if len(found.findings) > 1:
        st.markdown("**Smells by kind**")
        st.vega_lite_chart(_smells(found.findings), width="stretch")
    for name, count in found.findings.items() if len(found.findings) == 1 else ():
        st.caption(f"Smells: {label(name)}, found {counted(count, 'time')}")


def _smells(findings: Mapping[str, int]) -> dict[str, object]:
    """Bars, the most frequent smell first, whose names are shown whole."""
    return {
        "data": {"values": [{"smell": name, "count": n} for name, n in findings.items()]},
        "mark": {"type": "bar"},
        "height": {"step": 26},
        "encoding": {
            "y": {"field": "smell", "type": "nominal", "sort": "-x",
                  "axis": {"title": None, "labelLimit": 320}},
            "x": {"field": "count", "type": "quantitative",
                  "axis": {"title": "Times found", "tickMinStep": 1, "format": "d"}},
            "tooltip": [{"field": "smell", "title": "Smell"},
                        {"field": "count", "title": "Times found"}],
        },
    }  # fmt: skip


@st.cache_data(show_spinner="Checking the cases…", max_entries=8)
def _quality(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> Quality:
    """Kept until anything in the project changes; ``stamp`` says so."""
    return runs.quality_of(_opened, project_id, _view.run)


def _behind(figure: Figure, titles: Mapping[str, str]) -> None:
    with st.container(border=True, gap=None):
        st.caption(figure.rule)
        for case_id in figure.case_ids[:LISTED]:
            case_button(case_id, titles[case_id], "quality", open_in_run)
        if len(figure.case_ids) > LISTED:
            st.caption(f"and {len(figure.case_ids) - LISTED} more")
