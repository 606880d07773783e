"""One checked case beside its sources: the criteria that it was held against and why these, its
steps with their marks, what was found, the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from assistant.ui.cases.case_view import findings_panel, steps_table
from assistant.ui.cases.sources_panel import sources_panel
from assistant.ui.menus import menu_key
from assistant.ui.plain_text import cut, label, plain, visible
from assistant.ui.presses import pressed
from assistant.workflow.review.case_checks import (
    VERDICTS,
    CaseCheck,
    Older,
    SuiteCheck,
    Verdict,
)

COLORS: dict[Verdict, str] = {
    "denied": "red",
    "doubted": "violet",
    "not in the sources": "orange",
    "remark": "blue",
    "no automatic finding": "gray",
}
CASE_WIDTH = 460
NAMED = 4
"""Files and cases that a line names; it counts the others."""
CRITERIA_SHOWN = 3
"""Criteria of a case that are shown with their words."""
Choose = Callable[[int, tuple[str, ...]], None]


def checked_case(
    project_id: str,
    report: SuiteCheck,
    checked: CaseCheck,
    older: Older,
    chosen: Mapping[int, tuple[str, ...]],
    choose: Choose,
) -> None:
    """The case on the left, the sources that it was held against on the right.

    ``chosen`` are the criteria that people chose, by the number of the case; ``choose`` holds the
    case with a number against others, or, for none, against what it names or is nearest to.
    """
    own = set(checked.sources)
    grid = st.grid(2, min_column_width=CASE_WIDTH, gap="medium")
    with grid.cell():
        _case(report, checked, older, chosen.get(checked.number, ()), choose)
    with grid.cell():
        sources_panel(project_id, [one for one in report.sources if one.rank in own], checked.case)


def _case(
    report: SuiteCheck,
    checked: CaseCheck,
    older: Older,
    chosen: tuple[str, ...],
    choose: Choose,
) -> None:
    case = checked.case
    st.markdown(
        f"**{label(case.id)}** :{COLORS[checked.verdict]}-badge[{checked.verdict}]  \n"
        f"{label(case.title, limit=300)}  \n:small[:gray[{VERDICTS[checked.verdict]}]]"
    )
    if checked.number in older.numbers:
        changed = ", ".join(label(one.says) for one in older.changes[:NAMED])
        held = " It was held against what changed." if checked.number in older.touched else ""
        st.caption(f":orange[:material/update:] Older than the sources: {changed}.{held}")
    _held_against(report, checked, chosen, choose)
    for text in case.preconditions:
        st.caption(f"Precondition: {plain(text)}")
    steps_table(case)
    beside = [one for one in case.findings if one.severity == "error"]
    findings_panel(case, told=beside)


def _held_against(
    report: SuiteCheck, checked: CaseCheck, chosen: tuple[str, ...], choose: Choose
) -> None:
    """The criteria, why these, and a menu to choose others."""
    link = checked.link
    badge = "" if link.is_sure else " :orange-badge[:material/help: which one is not sure]"
    if not link.criterion_ids:
        badge = " :orange-badge[:material/help: no criterion]"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**Held against**{badge}", width="stretch")
        with st.popover(
            "Choose another" if link.is_sure else "Choose its criterion",
            icon=":material/swap_horiz:", type="tertiary",
            key=menu_key(f"criterion_menu-{checked.number}"),
        ):  # fmt: skip
            _choice(report, checked, chosen, choose)
    if chosen != report.chosen.get(checked.number, ()):
        said = (
            f"{label(', '.join(chosen), limit=300)} chosen" if chosen else "The choice taken back"
        )
        st.caption(f":orange[:material/pending:] {said}; not checked since.")
    texts = {one.id: one.text for one in report.criteria}
    first = report.near(checked)
    names = [*first, *(one for one in link.criterion_ids if one not in first)]
    shown = names[:CRITERIA_SHOWN]
    lines = [f"**{label(name)}** {label(texts.get(name, ''), limit=400)}" for name in shown]
    if more := names[CRITERIA_SHOWN:]:
        lines.append(f"and {label(', '.join(more), limit=300)}")
    lines.append(f":material/link: {label(link.says, limit=400)}")
    st.caption("  \n".join(lines))


def _choice(
    report: SuiteCheck, checked: CaseCheck, chosen: tuple[str, ...], choose: Choose
) -> None:
    texts = {one.id: one.text for one in report.criteria}
    near = report.near(checked)
    names = dict.fromkeys((*near, *checked.link.as_near, *checked.link.criterion_ids, *texts))
    with st.form(menu_key(f"criterion-{checked.number}"), border=False):
        wanted = st.multiselect(
            "The criteria that this case is about",
            [name for name in names if name in texts],
            default=[
                name
                for name in chosen or (() if checked.link.is_sure else near[:1])
                if name in texts
            ],
            format_func=lambda name: visible(cut(f"{name} {texts.get(name, '')}", 90)),
            key=menu_key(f"criterion_ids-{checked.number}"),
            width=440,
        )
        st.caption("The case is checked anew against these, now and in later checks.")
        done = pressed(
            "Hold it against these",
            type="primary", icon=":material/rule:", key=f"hold-{checked.number}",
            button=st.form_submit_button,
        )  # fmt: skip
    if done and wanted:
        choose(checked.number, tuple(wanted))
    if chosen and pressed(
        "Take the choice back", type="tertiary", icon=":material/undo:",
        key=f"unchoose-{checked.number}",
        help="Held against what the case names, else what is nearest to it",
    ):  # fmt: skip
        choose(checked.number, ())
