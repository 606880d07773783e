"""The test execution schedule of a run: how many cases each day has, then day by day which, in what
order, from what they go on and what is to be set up before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import streamlit as st

from assistant.domain import TestCase
from assistant.ui.cases.case_editor import FIRST_DATE, LAST_DATE
from assistant.ui.cases.case_undo import note_decision, undo_button, undo_of_person
from assistant.ui.cases.chain_line import REMARKS
from assistant.ui.cases.depth_matrix import case_button
from assistant.ui.counts import counted, date_time, weekday_date
from assistant.ui.home.downloads import selection_choice
from assistant.ui.home.quality_panel import open_in_run
from assistant.ui.plain_text import cut, label, visible
from assistant.ui.state import Session, error_kept, note_done, show_problem
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import lineage, preconditions
from assistant.workflow.review.lineage import REJECTED, CaseChains, SuiteTrace
from assistant.workflow.review.preconditions import SET_UP, TestDay
from assistant.workflow.writing.runs import RunView

CHARACTERS = 2_000
"""Of a precondition: whoever makes the record reads all of it."""
LISTED = 200
"""Cases on the page, and lines to be set up of a day; of more cases one day is shown at a time."""
STORY_HEX = (
    "#4a86c5", "#3c9d63", "#e5b93c", "#8a63c4", "#e8833a", "#2fa3a0", "#9db8d9", "#a9cfb4",
    "#c6b3e3",
)  # fmt: skip
"""No red: it is the color of what is wrong. More colors can nobody tell apart."""
GRAY = "#9aa1ab"
PLOTTED_DAYS, FEW_DAYS, STORY = 40, 15, 48
"""Bars, how many of them may be high, and characters of a story's name."""
NOT_ACCEPTED = " :orange[(not accepted)]"
OTHERS, NO_STORY = "other stories", "no story"
ANY_DAY = "On any day"
ALL, NONE = "All", "None"
TICKED_AT_ONCE = "schedule-tick-several"
DAY_WIDTH, DATE_WIDTH, GROUP_WIDTH = 260, 150, 330
GROUP_STORY = 28
"""Characters of a story's name among what can be ticked at once: how many it has stands behind."""
OTHER_DAY = "Another day"
NO_DATES = (
    "None of these cases has a test date, the day on which it is run. A model that writes whole "
    "stories plans it where the request or a source names the days of the test. You can set it "
    "yourself: tick cases and choose a day, or open a case, press *Edit* (key E)."
)


def schedule_view(opened: Workspace, record: Session, view: RunView) -> None:
    """The days of the chosen cases: a plot, then each day with its cases."""
    selection = selection_choice(view.summary, key="schedule-what", horizontal=True)
    days, chains = preconditions.schedule_of_run(opened, record.project_id, view.run.id, selection)
    fullest = preconditions.fullest(days)
    if not fullest:
        accepted = selection == "accepted" and not view.summary.accepted
        st.info("No case is accepted yet." if accepted else NO_DATES, icon=":material/event:")
        if not days:
            return
    else:
        st.markdown(_sum(days, fullest))
    reading = lineage.last_suite_reading(opened, record.project_id, view.run.id)
    if reading is not None and reading.order:
        st.markdown(f":small[{_order_of(reading)}]")
    if fullest:
        _plot_of(days, _story_names(view))
    listed = {case.id: case for one in days for case in one.cases}
    shown = _shown(days)
    _mover(opened, record, view, days, shown)
    for number, one in enumerate(shown):
        _day(number, one, chains, listed, reading.other_days if reading else {}, view.run.id)


def _mover(
    opened: Workspace,
    record: Session,
    view: RunView,
    days: Sequence[TestDay],
    shown: Sequence[TestDay],
) -> None:
    """Give the ticked cases another day; take it back."""
    ticks = {_tick(record.run_id, case): case for one in shown for case in one.cases[:LISTED]}
    ticked = {key: case for key, case in ticks.items() if st.session_state.get(key)}
    counts = {_name(one.day): one for one in days if one.day}
    with st.container(key="schedule-move"):
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        told = f"**{counted(len(ticked), 'case')} ticked**" if ticked else "Tick cases to move them"
        row.markdown(f":small[{told}]", width="content")
        groups = _groups(shown, _story_names(view), record.run_id)
        row.selectbox(
            "Tick", [*groups, NONE], index=None, placeholder="tick several…",
            format_func=lambda name: (
                f"{name} ({counted(len(groups[name]), 'case')})" if name in groups else name
            ),
            key=TICKED_AT_ONCE, on_change=_tick_group, args=(groups, list(ticks)),
            label_visibility="collapsed", width=GROUP_WIDTH,
        )  # fmt: skip
        row.selectbox(
            "Day",
            [*counts, OTHER_DAY],
            index=None,
            format_func=lambda name: (
                f"{name} ({counted(len(counts[name].cases), 'case')})" if name in counts else name
            ),
            placeholder="to which day?",
            key=f"schedule-to-{record.run_id}",
            label_visibility="collapsed",
            disabled=not ticked,
            width=DAY_WIDTH,
        )
        if st.session_state.get(f"schedule-to-{record.run_id}") == OTHER_DAY:
            row.date_input(
                OTHER_DAY, value=None, min_value=FIRST_DATE, max_value=LAST_DATE,
                format="YYYY-MM-DD", key=f"schedule-other-{record.run_id}",
                label_visibility="collapsed", width=DATE_WIDTH,
            )  # fmt: skip
        with row:
            st.button(
                "Move", type="primary", icon=":material/event:", key="move-now",
                disabled=not ticked or not _wanted_day(record, counts), on_click=_move,
                args=(opened, record, ticked, counts),
            )  # fmt: skip
            undo_button(opened, record, undo_of_person(opened, record), key="move-undo")
        show_problem()


def _groups(
    shown: Sequence[TestDay], stories: Mapping[str, str], run_id: str
) -> dict[str, list[str]]:
    """What can be ticked at once, by name: all cases, those of a day, those of a story."""
    groups: dict[str, list[str]] = {ALL: []}
    for one in shown:
        for case in one.cases[:LISTED]:
            story = cut(stories.get(case.story_key) or case.story_key or NO_STORY, GROUP_STORY)
            for name in (ALL, _name(one.day), story):
                groups.setdefault(name, []).append(_tick(run_id, case))
    return groups


def _tick_group(groups: Mapping[str, Sequence[str]], every: Sequence[str]) -> None:
    name = st.session_state.pop(TICKED_AT_ONCE, None)
    ticked = name != NONE
    for key in groups.get(name, ()) if ticked else every:
        st.session_state[key] = ticked


def _wanted_day(record: Session, counts: Mapping[str, TestDay]) -> date | None:
    """The day that the fields name at this moment: a date that is typed and left by the press of
    the button is newer than what the page was drawn with."""
    chosen: str = st.session_state.get(f"schedule-to-{record.run_id}", "")
    if chosen in counts:
        return counts[chosen].day
    other: date | None = st.session_state.get(f"schedule-other-{record.run_id}")
    return other if chosen == OTHER_DAY else None


def _move(
    opened: Workspace, record: Session, ticks: Mapping[str, TestCase], counts: Mapping[str, TestDay]
) -> None:
    day = _wanted_day(record, counts)
    if day is None:  # the date was emptied by then
        return
    with error_kept():
        ids = (opened, record.project_id, record.run_id)
        outcome = preconditions.move(*ids, [*ticks.values()], day, by=record.user)
        note_decision(outcome)
        st.session_state.update(dict.fromkeys(ticks, False))
        left = len(outcome.skipped)
        skipped = f", {counted(left, 'case')} changed by someone else" if left else ""
        accepted = {case.id for case in ticks.values() if case.status == "accepted"}
        held = opened.library.cases(record.project_id, run_id=record.run_id) if accepted else ()
        drafts = sum(one.id in accepted and one.status == "draft" for one in held)
        skipped += f"; to be accepted again, as marks changed: {drafts}" * bool(drafts)
        note_done(f"{counted(len(outcome.changed), 'case')} moved to {_name(day)}{skipped}")


def _tick(run_id: str, case: TestCase) -> str:
    return f"schedule-tick-{run_id}-{case.id}"


def _sum(days: Sequence[TestDay], fullest: Sequence[TestDay]) -> str:
    dated = [one for one in days if one.day]
    many, most = sum(len(one.cases) for one in dated), len(fullest[0].cases)
    names = ", ".join(_name(one.day) for one in fullest[:3])
    more = f" and {len(fullest) - 3} more" if len(fullest) > 3 else ""
    said = f"**{counted(many, 'case')} on {counted(len(dated), 'day')}**"
    if len(dated) > 1:
        each = " each" if len(fullest) > 1 else ""
        said += f" · most on {names}{more}: **{counted(most, 'case')}**{each}"
    left = sum(len(one.cases) for one in days if not one.day)
    return f"{said} · {left} without a date" if left else said


def _order_of(reading: SuiteTrace) -> str:
    """Whose order the cases of a day stand in."""
    return (
        f":material/visibility: Each day in the order of {label(reading.title)}, which read all "
        f"cases together, {date_time(reading.at)}. What it would stop at stands under *needs you*."
    )


def _name(day: date | None) -> str:
    return weekday_date(day) if day else ANY_DAY


def _story_names(view: RunView) -> dict[str, str]:
    """Key and title of each story of the run, by key."""
    stories = (one for epic in view.run.epics for one in epic.stories)
    return {one.key: cut(visible(f"{one.key} {one.title}"), STORY) for one in stories}


def _plot_of(days: Sequence[TestDay], titles: Mapping[str, str]) -> None:
    """A bar a day, its parts the stories of its cases."""
    dated = [one for one in days if one.day]
    shown = dated[:PLOTTED_DAYS]
    of_stories = Counter(case.story_key for one in shown for case in one.cases)
    named = {name for name, _ in of_stories.most_common(len(STORY_HEX))}
    legend = {
        key: titles.get(key, cut(visible(key or NO_STORY), STORY))
        for key in (*titles, *of_stories)
        if key in named
    }
    bars: Counter[tuple[str, str]] = Counter(
        (_name(one.day), legend.get(case.story_key, OTHERS)) for one in shown for case in one.cases
    )
    stories = [*dict.fromkeys(legend.values()), *[OTHERS] * (len(of_stories) > len(named))]
    told = "; ".join(f"{day}, {story}: {n}" for (day, story), n in bars.items())
    plot = _plot(bars, [_name(one.day) for one in shown], stories)
    st.vega_lite_chart(plot, width="stretch", alt=f"Cases of each test day by story: {told}")
    if len(dated) > len(shown):
        st.caption(f"The plot has the first {len(shown)} of {len(dated)} days.")


def _plot(
    bars: Mapping[tuple[str, str], int], days: Sequence[str], stories: Sequence[str]
) -> dict[str, object]:
    values = [{"day": day, "story": story, "cases": n} for (day, story), n in bars.items()]
    y = {"field": "day", "type": "nominal", "sort": days,
         "axis": {"title": None, "labelLimit": 320}}  # fmt: skip
    x = {"field": "cases", "type": "quantitative", "aggregate": "sum", "stack": "zero",
         "axis": {"title": "Cases", "tickMinStep": 1, "format": "d"}}  # fmt: skip
    return {
        "data": {"values": values},
        "height": {"step": 26 if len(days) <= FEW_DAYS else 15},
        "encoding": {"y": y, "x": x},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {
                    "color": {"field": "story", "type": "nominal", "sort": stories,
                              "scale": {"domain": stories,
                                        "range": [*STORY_HEX[: len(stories)], GRAY]},
                              "legend": {"title": None, "orient": "bottom", "columns": 2,
                                         "labelLimit": 400}},
                    "tooltip": [{"field": "day", "title": "Day"},
                                {"field": "story", "title": "Story"},
                                {"field": "cases", "aggregate": "sum", "title": "Cases"}],
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": "#808495"},
                "encoding": {"x": {**x, "stack": None},
                             "text": {"field": "cases", "aggregate": "sum"}},
            },
        ],
    }  # fmt: skip


def _shown(days: Sequence[TestDay]) -> Sequence[TestDay]:
    """All days, or the chosen one where they have more cases than a page can hold."""
    if sum(len(one.cases) for one in days) <= LISTED:
        return days
    named = {_name(one.day): one for one in days}
    chosen = st.selectbox(
        "Day",
        list(named),
        format_func=lambda name: f"{name} ({counted(len(named[name].cases), 'case')})",
        key="schedule-day",
        width=320,
    )
    return [named.get(chosen, days[0])]


def _day(
    number: int,
    one: TestDay,
    chains: CaseChains,
    listed: Mapping[str, TestCase],
    other_days: Mapping[str, date],
    run_id: str,
) -> None:
    st.subheader(f"{_name(one.day)} ({len(one.cases)})")
    if one.to_set_up:
        when = " before this day" if one.day else ""
        lines = []
        for line in one.to_set_up[:LISTED]:
            ids = label(", ".join(case.id for case in line.cases), limit=CHARACTERS)
            lines.append(f"- {label(line.text, limit=CHARACTERS)} :small[:gray[{ids}]]")
        st.markdown(f":small[:gray[:material/inventory_2: {SET_UP}{when}]]\n\n" + "\n".join(lines))
        _more(one.to_set_up)
    with st.container(gap=None):
        for case in one.cases[:LISTED]:
            before = chains.before.get(case.id, {})
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.checkbox(
                    f"Move {visible(case.id)}", key=_tick(run_id, case),
                    label_visibility="collapsed", width="content",
                )  # fmt: skip
                case_button(case.id, case.title, f"schedule-{number}", open_in_run)
                if before:
                    said = ", ".join(_goes_on(case, *each, listed) for each in before.items())
                    st.markdown(f":small[:gray[:material/link: goes on from {said}]]",
                                width="content")  # fmt: skip
                if (day := other_days.get(case.id, one.day)) != one.day:
                    st.markdown(f":small[:gray[:material/event: better on {_name(day)}, says the "
                                "reader]]", width="content")  # fmt: skip
    _more(one.cases)


def _goes_on(case: TestCase, name: str, remark: str, listed: Mapping[str, TestCase]) -> str:
    """The case that one goes on from: its day where that is another one, and what has become of
    it."""
    other = listed.get(name)
    if other is None:
        return f"{label(name)}{REMARKS[remark]}{NOT_ACCEPTED if remark != REJECTED else ''}"
    day = f" ({_name(other.test_date)})" if other.test_date not in (None, case.test_date) else ""
    return f"{label(name)}{day}{REMARKS[remark]}"


def _more(all_of_them: Collection[object]) -> None:
    if len(all_of_them) > LISTED:
        st.caption(f"and {len(all_of_them) - LISTED} more")
