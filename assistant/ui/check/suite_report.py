"""What was found of a suite: the figures, what changed since, the table of its cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from assistant.ui.cases.case_list import table_height
from assistant.ui.check.checked_case import COLORS, NAMED
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import choice_handler, chosen
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.case_checks import (
    VERDICTS,
    CaseCheck,
    Older,
    SuiteCheck,
    Verdict,
    verdict_of,
)

TABLE, CHOSEN = "suite_table", "suite_case"
TABLE_HEIGHT = 400
SHOWN = 2000
"""Rows of the table; the report has all of them."""


def older_note(report: SuiteCheck, older: Older, again: Callable[[Collection[int]], None]) -> None:
    """That sources changed since verdicts were made: which, and a way to check them again."""
    if not older.changes:
        return
    names = ", ".join(label(one.says, limit=80) for one in older.changes[:NAMED])
    more = len(older.changes) - NAMED
    names += f" and {more} more" if more > 0 else ""
    of = f"{len(older.numbers)} of {counted(len(report.cases), 'verdict')} made before that."
    if older.searched:
        held = "Another search may find another criterion or passage for each."
    elif older.touched:
        held = (
            f"{counted(len(older.touched), 'case')} held against what changed; it may bear on the "
            "others too."
        )
    else:
        held = "No case was held against it; it may bear on them all the same."
    with st.container(border=True, key="suite_older"):
        st.markdown(
            f":orange[:material/update:] **Changed since**: {names}  \n:small[:gray[{of} {held}]]"
        )
        with st.container(horizontal=True, gap="xsmall"):
            if older.touched and older.others and pressed(
                f"Check {counted(len(older.touched), 'case')} again",
                icon=":material/refresh:", key="check_touched", type="primary",
            ):  # fmt: skip
                again(older.touched)
            if pressed(
                f"Check {'all ' if len(older.numbers) > 1 else ''}"
                f"{counted(len(older.numbers), 'case')} again",
                icon=":material/refresh:", key="check_older",
                type="tertiary" if older.touched and older.others else "primary",
            ):  # fmt: skip
                again(older.numbers)


def writer_title(opened: Workspace, writer: str) -> str:
    """What a model is called."""
    return label(models.writer(opened, writer).title)


def figures(opened: Workspace, report: SuiteCheck) -> None:
    """How many cases have which verdict, what these mean, and how many a model has read."""
    badges = " ".join(
        f":{COLORS[name]}-badge[{count} {name}]" for name, count in report.counts.items() if count
    )
    checked = counted(len(report.cases), "case")
    of = checked if len(report.cases) == report.total else f"{checked} of {report.total}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{of} checked** {badges}", width="stretch")
        with st.popover("What the verdicts mean", icon=":material/help:", type="tertiary"):
            st.markdown("\n".join(f"- **{name}**: {said}" for name, said in VERDICTS.items()))
    if report.read_by:
        read = (
            f"{report.read} of {len(report.cases)} read by {writer_title(opened, report.read_by)}"
        )
        st.caption(f":material/person_search: {read}")


def case_table(
    report: SuiteCheck, rows: Sequence[CaseCheck], key: str, older: Older
) -> CaseCheck | None:
    """The cases of the suite with this key, worst first; the one that is chosen, else the first."""
    shown = {f"{key} {one.number}": one for one in rows[:SHOWN]}
    numbers = [one.number for one in shown.values()]
    in_part = 0 < len(older.numbers) < len(report.cases)
    st.dataframe(
        {
            "Verdict": [one.verdict for one in shown.values()],
            "Case": [visible(one.case.id) for one in shown.values()],
            "Title": [visible(one.case.title) for one in shown.values()],
            "Held against": [visible(_held_in_table(report, one)) for one in shown.values()],
            **(
                {"Older": ["yes" if number in older.numbers else "" for number in numbers]}
                if in_part
                else {}
            ),
            "First finding": [_first(one) for one in shown.values()],
        },
        key=TABLE,
        on_select=choice_handler(TABLE, CHOSEN, list(shown)),
        selection_mode="single-row",
        hide_index=True,
        placeholder="",
        height=table_height(len(shown), TABLE_HEIGHT),
        column_config={
            "Verdict": st.column_config.TextColumn(width=140),
            "Case": st.column_config.TextColumn(width=104),
            "Title": st.column_config.TextColumn(width=230),
            "Held against": st.column_config.TextColumn(
                width=112,
                help="? is not sure: the case does not say which criterion it is about; +1: one "
                "more is as near",
            ),
            "Older": st.column_config.TextColumn(
                width=60, help="Its verdict is older than the sources"
            ),
            "First finding": st.column_config.TextColumn(width=400),
        },
        alt="Checked cases, worst first",
    )
    if len(rows) > len(shown):
        st.caption(f"and {len(rows) - len(shown)} more; the reports have all of them")
    return shown.get(chosen(CHOSEN)) or next(iter(shown.values()), None)


def _held_in_table(report: SuiteCheck, checked: CaseCheck) -> str:
    """The criteria; of those that are not sure the likeliest, with a question mark."""
    ids = checked.link.criterion_ids
    if checked.link.is_sure or not ids:
        return ", ".join(ids)
    near = report.near(checked)
    return f"? {near[0]}" + (f" +{len(near) - 1}" if len(near) > 1 else "")


def _first(checked: CaseCheck) -> str:
    """The finding that decided the verdict."""
    order: list[Verdict] = list(VERDICTS)
    ranked = sorted(checked.case.findings, key=lambda one: order.index(verdict_of([one])))
    return visible(ranked[0].message) if ranked else ""
