"""The matrix of criterion and technique: filtered, looked at, exported; a cell opens its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from assistant.domain import TECHNIQUES, Technique
from assistant.ui.browser_scripts import was_narrow
from assistant.ui.cases.case_list import table_height
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, visible
from assistant.workflow.writing import coverage
from assistant.workflow.writing.coverage import CriterionDepth, DepthReport, Level, StoryLevel

SHORT_NAMES: dict[Technique, str] = {
    "positive": "Positive",
    "negative": "Negative",
    "boundary": "Boundary",
    "decision-table rule": "Table",
    "state transition": "State",
    "role": "Role",
    "pairwise": "Pairs",
    "end-to-end": "End to end",
}
LEVEL_COLORS: dict[Level, str] = {
    "Gap": "red",
    "Shallow": "orange",
    "Partial": "yellow",
    "Claimed": "blue",
    "Underspecified": "gray",
    "Not read": "blue",
    "Well covered": "green",
    "Left out": "violet",
}
STORY_COLORS: dict[StoryLevel, str] = {"No criterion": "red", "Story only": "gray"}
LEVEL_HEX: dict[Level, str] = {
    "Gap": "#d64545",
    "Shallow": "#e8833a",
    "Partial": "#e5b93c",
    "Claimed": "#86b6dd",
    "Underspecified": "#9aa1ab",
    "Not read": "#4a86c5",
    "Well covered": "#3c9d63",
    "Left out": "#8a63c4",
}
STORY_HEX: dict[StoryLevel, str] = {"No criterion": "#a33030", "Story only": "#9aa1ab"}
_COLORS: Mapping[Level | StoryLevel, str] = dict((*LEVEL_COLORS.items(), *STORY_COLORS.items()))
FILTER_WIDTH = 124
WHY_WIDTH, TEXT_WIDTH, CELL_WIDTH = 296, 260, 74
"""In pixels, for the longest reason but the words of a source, for the beginning of a criterion,
and for names of techniques."""
MATRIX_HEIGHT = 561
"""In pixels: at most sixteen rows, so that the cases of a chosen cell are not far below them."""
FAULTS = ("no negative", "redundant cases", "open questions")


def depth_matrix(
    report: DepthReport, *, key: str, open_case: Callable[[str], None], titles: dict[str, str]
) -> None:
    """Levels as a chart, filters, the matrix, and the cases of the cell that was clicked.

    ``titles`` are the titles of the cases by id; ``open_case`` is called with the id of one.
    """
    if not report.rows:
        st.caption("There is no acceptance criterion here yet. Import an epic, or generate cases.")
        return
    rows = _filtered(report, key)
    with st.container(horizontal=True, vertical_alignment="center"):
        criteria = [row for row in rows if row.criterion_id]
        st.markdown(
            f"{_level_counts(report)} :small[:gray[{len(criteria)} of {len(report.criteria)} "
            "criteria, the most urgent first]]",
            width="stretch",
        )
        with st.popover("What the levels mean", icon=":material/help:", type="tertiary"):
            for level, rule in coverage.RULES.items():
                st.markdown(f":{LEVEL_COLORS[level]}-badge[{level}] {rule}")
            for apart, rule in coverage.STORY_RULES.items():
                st.markdown(f":{STORY_COLORS[apart]}-badge[{apart}] {rule}")
        st.download_button(
            "Matrix as CSV",
            data=coverage.matrix_csv(
                DepthReport(
                    criteria=tuple(criteria),
                    stories=tuple(row for row in rows if not row.criterion_id),
                )
            ),
            file_name="coverage-matrix.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}-csv",
        )
    if told := _apart(report):
        st.caption(f"Counted apart: {told}")
    _table(rows, key)
    _cases_of_cell(rows, key, open_case, titles)
    if len(_present(report)) > 1:
        levels(report)


def _present(report: DepthReport) -> list[Level]:
    return [level for level in LEVEL_HEX if report.by_level[level]]


def _level_counts(report: DepthReport) -> str:
    """How many criteria have each level, as badges."""
    return " ".join(
        f":{LEVEL_COLORS[one]}-badge[{report.by_level[one]} {one}]" for one in _present(report)
    )


def _apart(report: DepthReport) -> str:
    """What is counted among no criteria."""
    without = len(report.without_criterion)
    alone = len(report.untraced) - len(report.unplaced)
    said = [f"{counted(without, 'story')} without a criterion"] if without else []
    if alone:
        said.append(f"{counted(alone, 'case')} at a story only")
    if report.unplaced:
        said.append(f"{counted(len(report.unplaced), 'case')} at none of these stories")
    return ", ".join(said)


def levels(report: DepthReport) -> None:
    """How many criteria have each level, as a chart: by epic, or by story where there is one."""
    epics = list(dict.fromkeys(row.epic_key for row in report.criteria))
    by = "Epic" if len(epics) > 1 else "Story"
    counts = Counter(
        (row.epic_key if by == "Epic" else row.story_key, row.level) for row in report.criteria
    )
    bars = dict.fromkeys(bar for bar, _ in counts)
    present = _present(report)
    data = {by: [visible(bar) for bar in bars]} | {
        level: [counts[bar, level] for bar in bars] for level in present
    }
    st.markdown(f"**Levels by {by.lower()}**")
    st.bar_chart(
        data,
        x=by,
        y=list(present),
        x_label="",
        y_label="Criteria",
        color=[LEVEL_HEX[level] for level in present],
        horizontal=True,
        height=140 + 26 * len(bars),
    )


def _filtered(report: DepthReport, key: str) -> list[CriterionDepth]:
    choices: dict[str, tuple[str, list[str]]] = {
        "level": (
            "Level",
            [*_present(report), *dict.fromkeys(row.level for row in report.stories)],
        ),
        "epic_key": ("Epic", _values(report, "epic_key")),
        "story_key": ("Story", _values(report, "story_key")),
        "team": ("Team", _values(report, "team")),
        "release": ("Release", _values(report, "release")),
    }
    rows = list(report.rows)
    shown = {name: choice for name, choice in choices.items() if len(choice[1]) > 1}
    grid = st.grid(len(shown) + 1, min_column_width=FILTER_WIDTH)
    for name, (title, values) in shown.items():
        wanted = grid.multiselect(
            title, values, format_func=visible, key=f"{key}-{name}", placeholder="Any"
        )
        if wanted:
            rows = [row for row in rows if getattr(row, name) in wanted]
    if shown:
        present = [name for name in FAULTS if any(_has(row, name) for row in report.criteria)]
        faults = grid.multiselect("With", present, key=f"{key}-faults", placeholder="Anything")
        rows = [row for row in rows if all(_has(row, fault) for fault in faults)]
    return rows


def _has(row: CriterionDepth, fault: str) -> bool:
    if fault == "no negative":
        return row.no_negative
    return bool(row.redundant) if fault == "redundant cases" else row.questions > 0


def _values(report: DepthReport, name: str) -> list[str]:
    return [v for v in dict.fromkeys(getattr(row, name) for row in report.rows) if v]


def _columns(rows: Sequence[CriterionDepth]) -> list[Technique]:
    return [name for name in TECHNIQUES if any(row.cell(name) for row in rows)]


def _table(rows: Sequence[CriterionDepth], key: str) -> None:
    used = _columns(rows)

    def cell(row: CriterionDepth, technique: Technique) -> str:
        found = row.cell(technique)
        if found is None:
            return ""
        return f"{found.covered} of {found.wanted}" if found.wanted else f"{len(found.case_ids)}"

    told = all(row.criterion_id.startswith(row.story_key) for row in rows)
    stories = {} if told else {"Story": [visible(row.story_key) for row in rows]}
    table = {
        "Criterion": [visible(row.criterion_id) for row in rows],
        **stories,
        "Level": [[row.level] for row in rows],
        "Why": [visible(row.why) for row in rows],
        "Text": [visible(row.text) for row in rows],
        "Risk": [row.priority if row.missing else "" for row in rows],
        "Accepted": [
            f"{len(row.accepted)} of {len(row.case_ids)}" if row.case_ids else "" for row in rows
        ],
        **{SHORT_NAMES[name]: [cell(row, name) for row in rows] for name in used},
    }
    st.dataframe(
        table,
        key=f"{key}-matrix",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        height=table_height(len(rows), MATRIX_HEIGHT),
        column_config={
            "Criterion": st.column_config.TextColumn(width=112, pinned=True),
            "Story": st.column_config.TextColumn(width=90),
            "Level": st.column_config.MultiselectColumn(
                width=116,
                options=[*LEVEL_HEX, *STORY_HEX],
                color=[*LEVEL_HEX.values(), *STORY_HEX.values()],
            ),
            "Why": st.column_config.TextColumn(width=WHY_WIDTH),
            "Risk": st.column_config.TextColumn(
                width=68, help="Priority of the most important condition that has no case"
            ),
            "Accepted": st.column_config.TextColumn(width=76),
            "Text": st.column_config.TextColumn(width=TEXT_WIDTH),
            **{
                SHORT_NAMES[name]: st.column_config.TextColumn(
                    width=CELL_WIDTH,
                    help="Items with a case, of those that the criterion calls for",
                )
                for name in used
            },
        },
        alt="Coverage of each acceptance criterion by technique",
    )


def _cases_of_cell(
    rows: Sequence[CriterionDepth],
    key: str,
    open_case: Callable[[str], None],
    titles: dict[str, str],
) -> None:
    """The cases behind the clicked cell: of its technique, or all of its criterion."""
    cells = st.session_state.get(f"{key}-matrix", {}).get("selection", {}).get("cells", [])
    if not cells or cells[0][0] >= len(rows):
        more = " The table goes on to the right." if was_narrow() else ""
        st.caption(f":material/touch_app: Choose a cell to see its cases.{more}")
        return
    row, column = rows[cells[0][0]], cells[0][1]
    of_column = (name for name in _columns(rows) if SHORT_NAMES[name] == column)
    technique = next(of_column, None) if row.cells else None
    found = row.cell(technique) if technique else None
    ids = found.case_ids if found else () if technique else row.case_ids
    what = f" · {technique}" if technique else ""
    with st.container(border=True, gap=None):
        st.markdown(
            f":{_COLORS[row.level]}-badge[{row.level}] "
            f"**{label(row.criterion_id or row.story_key)}**{what}  \n"
            f":small[{label(row.text, limit=400)}]  \n:small[:gray[{label(row.why, limit=400)}]]"
        )
        for case_id in ids:
            case_button(case_id, titles.get(case_id, ""), key, open_case)
        if not ids:
            st.caption("No case." if not technique or found else "No such case is called for.")
        for title, names in (
            (NO_CASE, row.unclaimed), (UNSEEN, row.unseen), (UNREAD, row.unread)
        ):  # fmt: skip
            if names:
                item_list(f"{title}:", [row.words[name] for name in names])


LISTED = 40
NO_CASE = "Without a case"
UNSEEN = "Claimed by a case in which code does not see it, so read the case"
UNREAD = "Claimed by a case, in a language of which code reads no rules, so read the case"


def item_list(title: str, items: Sequence[str]) -> None:
    """Items of the checklist by their words: their ids look like those of cases."""
    lines = [f"- {label(one, limit=300)}" for one in items[:LISTED]]
    lines += [f"- and {len(items) - LISTED} more"] if len(items) > LISTED else []
    st.caption(title)
    st.markdown("\n".join(lines))


def case_button(case_id: str, title: str, key: str, open_case: Callable[[str], None]) -> None:
    """A line that opens a case; ``key`` says of which list it is."""
    st.button(
        f"{label(case_id)} {label(title, limit=110)}",
        key=f"{key}-open-{case_id}",
        type="tertiary",
        icon=":material/chevron_right:",
        on_click=open_case,
        args=(case_id,),
    )
