"""Measure: how well the search finds what the project's own links say, saved and on the screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assistant.domain import RetrievalConfig
from assistant.ui.counts import counted
from assistant.ui.job_progress import job_progress
from assistant.ui.plain_text import plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import measure_retrieval
from assistant.workflow.sources.measure_retrieval import (
    FEWEST_QUESTIONS,
    MOST_QUESTIONS,
    SAVED,
    SCREEN,
    Figure,
    MeasuredRow,
    MeasureWork,
    ProjectMeasure,
    WayReport,
)

WORK = "measure_work"
ABOUT = {
    "existing cases": "An imported case names the criterion or the story that it tests.",
    "cited sources": "An accepted case of one criterion cites a rule, a page or a case. It could "
    "cite only what the search of its day had found: this favours the choices of that day.",
}
TOO_FEW = {
    "existing cases": "Import test cases with a column of criteria or stories: each one that is "
    "named is a question.",
    "cited sources": "Review and accept cases that were written with sources: each criterion is a "
    "question.",
}


def measure_panel(opened: Workspace, record: Session, screen: RetrievalConfig) -> None:
    """A button, the progress, and the figures of the choices as they stand on screen."""
    st.subheader("Measure", icon=":material/straighten:")
    work: MeasureWork | None = st.session_state.get(WORK)
    if work is not None and work.project_id != record.project_id:
        work = None
    if work is not None and opened.jobs.state(work.job_id).active:
        job_progress(opened, work.job_id, _how_far, active=True, stop="stop_measure")
        return
    saved = opened.project(record.project_id).retrieval
    both = (
        "the saved choices" if screen == saved else "the choices on the screen and the saved ones"
    )
    st.caption(
        "Asks for the criteria and stories that existing or accepted cases link to a source (each "
        f"way of linking: at most {MOST_QUESTIONS}, none below {FEWEST_QUESTIONS}), under {both}, "
        "and looks how high each of those sources comes among its kind. Nothing is changed."
    )
    if pressed("Measure", icon=":material/play_arrow:", key=f"measure-{record.project_id}"):
        st.session_state[WORK] = measure_retrieval.start(opened, record.project_id, screen)
        st.rerun()
    if work is None:
        return
    if work.report is None:
        error = opened.jobs.state(work.job_id).error
        st.error(plain(error or "The measurement ended. Start it again."), icon=":material/error:")
    elif work.report.stopped:
        st.caption("Stopped before all was asked: there are no figures.")
    elif work.screen != screen:
        st.caption(":material/edit: The choices are others than those measured. Measure again.")
    else:
        if work.saved != saved == work.screen:
            st.caption(":material/check: What was measured as “on the screen” is saved now.")
        elif measure_retrieval.has_changed(opened, work):
            st.caption(":material/history: The project has changed since this was measured.")
        _report(work.report)


def _how_far(state: JobState) -> str:
    counts = f"{state.done} of {state.total} questions" if state.total else "reading the links"
    return f"Measuring: {counts}"


def _report(report: ProjectMeasure) -> None:
    for way in report.ways:
        with st.container(border=True):
            _way(way)
    rows = next((way.rows for way in report.ways if way.rows), ())
    if rows:
        with st.popover("What the figures mean", icon=":material/help:", type="tertiary"):
            st.markdown("\n".join(f"- **{row.title}**: {row.about}" for row in rows))
        st.caption(
            "A figure compares choices. It is no share of what is right: a source that nobody "
            "linked may bear on a criterion all the same and counts as a miss. Of several figures "
            "one differs by chance now and then; decide by MAP."
        )
    left_out = {reason: count for reason, count in report.left_out.items() if count}
    if left_out:
        lines = "".join(f"\n- {count} {reason}" for reason, count in left_out.items())
        st.caption(f"Links that do not count:{lines}")


def _way(way: WayReport) -> None:
    st.markdown(f"**{way.way.capitalize()}** :gray-badge[{counted(way.links, 'link')}]")
    if not way.rows:
        st.caption(
            f"Too few to measure: {counted(way.links, 'link')} of "
            f"{counted(way.questions, 'question')}. Below {FEWEST_QUESTIONS} questions one more or "
            f"less turns a figure round. {TOO_FEW[way.way]}"
        )
        return
    drawn = "" if way.asked == way.questions else f" of {way.questions}, drawn once and for all"
    st.caption(
        f"{ABOUT[way.way]} {counted(len(way.places), 'link')} of {way.asked} questions{drawn}. In "
        "brackets: where 95 % of redrawn sets of these questions lie."
    )
    both = SCREEN in way.milliseconds
    st.markdown(_table(way, both))
    st.vega_lite_chart(_plot(way.rows, both), width="stretch")
    times = ", ".join(f"{name} {time:.0f} ms" for name, time in way.milliseconds.items())
    st.caption(f"A search took (median, without embedding the question): {times}.")
    with st.expander("The links, and where each source stood among its kind"):
        _places(way, both)


def _table(way: WayReport, both: bool) -> str:
    """The rows in Markdown, whose cells wrap."""
    heads = ["", "Saved", *(["On the screen", "Difference"] if both else [])]
    lines = ["|".join(heads), "|".join(["---"] * len(heads))]
    for row in way.rows:
        cells = [f"**{row.title}**", _figure(row.saved)]
        if row.screen is not None:
            cells += [_figure(row.screen), difference_words(row, way.asked)]
        lines.append("|".join(cells))
    return "\n".join(f"|{line}|" for line in lines)


def _figure(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "–"
    return f"{_short(figure.value)} :small[{_interval(figure.low, figure.high)}]"


def difference_words(row: MeasuredRow, questions: int) -> str:
    """A difference in words: better, worse, or none that so many questions can show."""
    found = row.difference
    if found is None or found.value is None or found.low is None or found.high is None:
        return "–"
    if found.value == found.low == found.high == 0:
        return "the same"
    if found.low <= 0 <= found.high:
        within = _interval(found.low, found.high, sign="+")
        return f"no difference that {questions} questions can show :small[{within}]"
    up, down = ("better", "worse") if row.is_share else ("more", "fewer")
    low, high = sorted((abs(found.low), abs(found.high)))
    within = _interval(low, high)
    way = up if found.value > 0 else down
    return f"**{way} by {_short(abs(found.value))}** :small[{within}]"


def _interval(low: float, high: float, sign: str = "") -> str:
    return f"[{_short(low, sign)},\u00a0{_short(high, sign)}]"


def _short(value: float, sign: str = "") -> str:
    """Two decimals, without the 0 before them."""
    text = f"{value:{sign}.2f}"
    if float(text) == 0:
        return "0"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _plot(rows: tuple[MeasuredRow, ...], both: bool) -> dict[str, Any]:
    """A dot and its interval for each share: the differences, or the figures where all is saved."""
    shown = [(row.title, row.difference if both else row.saved) for row in rows if row.is_share]
    values = [
        {"Figure": title, "value": one.value, "low": one.low, "high": one.high}
        for title, one in shown
        if one is not None and one.value is not None
    ]
    title = "On the screen minus saved" if both else "Saved"
    x = {"type": "quantitative", "title": title, "axis": {"format": "+.2f" if both else ".1f"}}
    y = {"field": "Figure", "type": "nominal", "sort": None, "title": None,
         "axis": {"labelLimit": 220}}  # fmt: skip
    tooltip = [
        {"field": "Figure"},
        *({"field": name, "format": ".3f"} for name in ("value", "low", "high")),
    ]
    zero = [{
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": "gray"},
        "encoding": {"x": {"field": "zero", **x}},
    }] if both else []  # fmt: skip
    return {
        "height": {"step": 22},
        "layer": [
            *zero,
            {
                "data": {"values": values},
                "mark": {"type": "rule", "strokeWidth": 2, "color": "gray"},
                "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"},
                             "tooltip": tooltip},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 60},
                "encoding": {"y": y, "x": {"field": "value", **x}, "tooltip": tooltip},
            },
        ],
    }  # fmt: skip


def _places(way: WayReport, both: bool) -> None:
    table = {
        "Criterion": [visible(one.asked) for one in way.places],
        "Source": [visible(one.source) for one in way.places],
        SAVED.capitalize(): [_rank(one.saved) for one in way.places],
    }
    if both:
        table[SCREEN.capitalize()] = [_rank(one.screen) for one in way.places]
    st.dataframe(table, hide_index=True, alt="Every link with the rank of its source in each list")


def _rank(rank: int | None) -> str:
    return f"#{rank}" if rank else "not found"
