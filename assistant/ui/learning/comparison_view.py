"""A comparison to be looked at: advice, bars with intervals, the table, the cases, the rating.

Blind rating: two cases of one condition, and not which column wrote which.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.cases.case_list import table_height
from assistant.ui.counts import counted, date_time
from assistant.ui.learning.comparison_form import CHOSEN
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import compare_models
from assistant.workflow.learning import comparison_view as views
from assistant.workflow.learning.comparison_view import OUTCOMES, Comparison, FigureRow

VIEWS = {
    "figures": ":material/bar_chart: Figures",
    "cases": ":material/list_alt: Cases behind a figure",
    "rating": ":material/thumbs_up_down: Rate blind",
    "table": ":material/table_view: Capabilities",
}
CASES_SHOWN = 200
BAR_HEIGHT, AXIS_HEIGHT = 28, 40
INTERVAL_COLOR = "#d97706"
"""Seen on the bars, and on a light and a dark page."""


def comparison_view(opened: Workspace, record: Session) -> None:
    """The chosen comparison, the newest at first."""
    listed = opened.library.comparisons.all(record.project_id)
    if not listed:
        st.caption(
            "Nothing was compared yet. A comparison writes the same held-out cases again in each "
            "column and measures them, so that the advice comes from your own numbers."
        )
        return
    names = {one.id: one for one in listed}
    if st.session_state.get(CHOSEN) not in names:
        st.session_state[CHOSEN] = listed[0].id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        opened_id = st.selectbox(
            "Comparison",
            list(names),
            format_func=lambda key: (
                f"{visible(names[key].name)} · {date_time(names[key].created_at)}"
            ),
            key=CHOSEN,
        )
    try:
        comparison = compare_models.open_comparison(opened, record.project_id, opened_id)
    except AssistantError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if not comparison.complete:
        st.warning("This comparison was cancelled: it holds whole stories up to then.")
    shown = st.segmented_control(
        "Show", list(VIEWS), format_func=VIEWS.__getitem__, default="figures", required=True,
        key="comparison_shown", label_visibility="collapsed",
    )  # fmt: skip
    if shown == "cases":
        _cases(comparison)
    elif shown == "rating":
        rating(opened, record, comparison)
    elif shown == "table":
        _capabilities(opened, comparison)
    else:
        _advice(opened, comparison)
        rows = views.figure_rows(comparison)
        _bars(comparison, rows)
        _table(opened, comparison, rows)


def _advice(opened: Workspace, comparison: Comparison) -> None:
    st.subheader("Advice", icon=":material/lightbulb:")
    for one in compare_models.advice_of(opened, comparison):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":blue-badge[{one.kind}] {label(one.says, limit=600)}")
            figures = " · ".join(
                f"{label(figure.name)} {figure.value:.3g}"
                + ("" if figure.p is None else f" (p = {figure.p:.2g})")
                for figure in one.figures
            )
            st.caption(f"{figures}  \nRule: {label(one.rule, limit=400)}")


def _bars(comparison: Comparison, rows: tuple[FigureRow, ...]) -> None:
    """The main metrics as bars with their intervals, one small plot each."""
    main = [row for row in rows if row.main]
    if not main:
        return
    st.subheader("Main figures", icon=":material/bar_chart:")
    titles = {result.column: result.title for result in comparison.columns}
    with st.grid(3, min_column_width=300):
        for row in main:
            with st.container(border=True):
                way = {"lower": "lower is better", "higher": "higher is better"}.get(row.better, "")
                st.markdown(f"**{label(row.title)}** :small[:gray[{way}]]", help=row.about)
                st.vega_lite_chart(_chart(row, titles), width="stretch")


def _chart(row: FigureRow, titles: dict[str, str]) -> dict[str, Any]:
    """A Vega-Lite plot: a bar for each column, and its interval as a line across the bar's end."""
    values = [
        {
            "Column": titles[column],
            "Value": cell.value,
            "low": cell.low if cell.low is not None else cell.value,
            "high": cell.high if cell.high is not None else cell.value,
            "text": cell.text,
        }
        for column, cell in row.cells.items()
    ]
    order = [titles[column] for column in row.cells]
    tooltip = [{"field": "Column"}, {"field": "text", "title": row.title}]
    place = {
        "field": "Column",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelOverlap": False},
    }
    along = {"type": "quantitative", "title": None}
    return {
        "data": {"values": values},
        "height": BAR_HEIGHT * len(order) + AXIS_HEIGHT,
        "encoding": {"y": place, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "bar", "height": 16, "cornerRadiusEnd": 3, "opacity": 0.5},
                "encoding": {"x": {"field": "Value", **along}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": INTERVAL_COLOR},
                "encoding": {"x": {"field": "low", **along}, "x2": {"field": "high"}},
            },
        ],
    }


def _table(opened: Workspace, comparison: Comparison, rows: tuple[FigureRow, ...]) -> None:
    table: dict[str, list[str]] = {"Figure": [row.title for row in rows]}
    for result in comparison.columns:
        table[result.title] = [
            f"{cell.text} {cell.mark}".strip() if (cell := row.cells.get(result.column)) else "–"
            for row in rows
        ]
    if comparison.company:
        table["Your own cases"] = [row.company for row in rows]
    st.dataframe(table, hide_index=True, height="content", alt="All figures")
    first = comparison.columns[0].title
    stories = len(comparison.references)
    st.caption(
        f"{counted(stories, 'story')}, held out. In brackets the 95 % bootstrap interval over "
        f"stories. {views.BETTER} better, {views.WORSE} worse than {label(first)} (paired "
        "permutation test, 5 %, Holm). A reference case counts as found from a closeness of "
        f"{comparison.threshold:.2f}."
    )
    advice = compare_models.advice_of(opened, comparison)
    st.download_button(
        "Download the report", views.markdown(comparison, advice), f"comparison-{comparison.id}.md",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _cases(comparison: Comparison) -> None:
    rows = views.figure_rows(comparison)
    titles = {result.column: result.title for result in comparison.columns}
    with st.container(horizontal=True):
        metric = st.selectbox(
            "Figure",
            [row.metric for row in rows],
            format_func={row.metric: row.title for row in rows}.__getitem__,
            key="behind_metric",
        )
        columns = list(next(row for row in rows if row.metric == metric).cells)
        column = st.selectbox("Column", columns, format_func=titles.__getitem__)
    behind = views.cases_behind(comparison, column, metric)[:CASES_SHOWN]
    by_id = {one.id: one for one in behind}
    table = f"behind-{column}-{metric}"
    held = f"{table}-chosen"
    st.dataframe(
        {
            "Story": [visible(one.story_key.rsplit("/", 1)[-1]) for one in behind],
            "Item": [visible(one.situation) for one in behind],
            "Value": [one.value for one in behind],
            "Notes": [visible("; ".join(one.notes)) for one in behind],
        },
        hide_index=True,
        placeholder="",
        height=table_height(len(behind), 300),
        on_select=choice_handler(table, held, [one.id for one in behind]),
        selection_mode="single-row",
        column_config={"Value": st.column_config.NumberColumn(format="%.3f")},
        key=table,
        alt="The cases that the figure was made of, the worst first",
    )
    if not behind:
        return
    one = by_id.get(chosen(held), behind[0])
    with st.grid(2, min_column_width=340):
        for title, text in (("As written", one.text), ("Reference case", one.reference)):
            with st.container(border=True):
                st.markdown(f"**{title}**")
                st.text(visible(text) or "–")


def _capabilities(opened: Workspace, comparison: Comparison) -> None:
    rows = compare_models.capabilities_of(opened, comparison)
    titles = [result.title for result in comparison.columns]
    table: dict[str, list[str]] = {
        "Capability": [row.capability for row in rows],
        "Measured by": [row.measured for row in rows],
    }
    for place, title in enumerate(titles):
        table[title] = [row.cells[place] for row in rows]
    st.table(table)


PLACE = "rating_place"


def rating(opened: Workspace, record: Session, comparison: Comparison) -> None:
    """Choose two columns, rate pair after pair, and see the shares when you ask for them."""
    titles = {result.column: result.title for result in comparison.columns}
    if len(titles) < 2:
        st.caption("Blind rating needs two columns.")
        return
    chosen = st.pills(
        "Two columns", list(titles), selection_mode="multi", format_func=titles.__getitem__,
        default=list(titles)[:1] + list(titles)[3:4] if len(titles) > 3 else list(titles)[:2],
        key="rating_columns",
    )  # fmt: skip
    if len(chosen) != 2:
        st.caption("Choose exactly two.")
        return
    try:
        sheet = views.rating_sheet(comparison, chosen[0], chosen[1])
    except AssistantError as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    items = views.blind_items(comparison, sheet)
    given = {
        (one.item_id, one.side): one.outcome
        for one in views.ratings_of(opened, record.project_id, sheet)
        if one.by == record.user
    }
    rated = sum((item.id, "left") in given and (item.id, "right") in given for item in items)
    st.progress(rated / len(items), f"{rated} of {len(items)} pairs rated by {label(record.user)}")
    place = min(int(st.session_state.get(PLACE, rated)), len(items) - 1)
    item = items[place]
    st.markdown(f"**{label(item.story_title)}** — {label(item.situation, limit=300)}")
    with st.grid(2, min_column_width=340):
        sides: dict[views.Side, str] = {"left": item.left, "right": item.right}
        for side, text in sides.items():
            with st.container(border=True):
                st.text(visible(text))
                key = f"rate-{sheet.id}-{item.id}-{side}"
                outcome = st.segmented_control(
                    "This case is", list(OUTCOMES), key=key,
                    default=given.get((item.id, side)),
                )  # fmt: skip
                if outcome and given.get((item.id, side)) != outcome:
                    views.rate(
                        opened, record.project_id, sheet, item.id, side, outcome, by=record.user
                    )
                    given[item.id, side] = outcome
    with st.container(horizontal=True):
        if pressed("Previous pair", icon=":material/arrow_back:", disabled=place == 0):
            st.session_state[PLACE] = place - 1
            st.rerun()
        if pressed("Next pair", icon=":material/arrow_forward:", disabled=place + 1 >= len(items)):
            st.session_state[PLACE] = place + 1
            st.rerun()
    if st.toggle("Show which column was rated how", key="rating_reveal"):
        _summary(opened, record, comparison, sheet, titles)


def _summary(
    opened: Workspace,
    record: Session,
    comparison: Comparison,
    sheet: views.RatingSheet,
    titles: dict[str, str],
) -> None:
    summary = views.sum_up(comparison, sheet, views.ratings_of(opened, record.project_id, sheet))
    table: dict[str, list[str]] = {"Column": [titles[one.column] for one in summary.columns]}
    table["Rated"] = [str(one.rated) for one in summary.columns]
    for outcome in OUTCOMES:
        table[outcome.capitalize()] = [str(one.counts.get(outcome, 0)) for one in summary.columns]
    table["Usable or minor fix"] = [
        "–"
        if one.good.value is None or one.good.low is None or one.good.high is None
        else f"{one.good.value:.0%} ({one.good.low:.0%} to {one.good.high:.0%})"
        for one in summary.columns
    ]
    st.table(table)
    better = ", ".join(f"{titles[name]} {count}" for name, count in summary.preferred.items())
    st.caption(f"Rated better: {better}, the same {summary.ties}. Raters: {summary.raters}.")
