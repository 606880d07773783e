"""Against what exists: each condition as reuse, update or new, with the reason and the changes; and
what an earlier run wrote cases for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.plain_text import label, visible
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.state import Session
from assistant.workflow.deployment.models import OUTLINE_WRITER
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases
from assistant.workflow.review import review_library
from assistant.workflow.writing import generate_cases, reuse
from assistant.workflow.writing.requests import Understanding
from assistant.workflow.writing.reuse import (
    ConditionVerdict,
    EarlierCases,
    ReuseReport,
    StepChange,
    Verdict,
)

ONLY_NEW, SHOWN_VERDICTS = "compose_only_new", "compose_verdicts"
TABLE, CHOSEN = "compose_verdict_table", "compose_verdict_chosen"
COLORS: dict[Verdict, str] = {"reuse": "green", "update": "orange", "new": "blue"}
SIGNS: dict[Verdict, str] = {"reuse": "✓ reuse", "update": "✎ update", "new": "+ none seen"}
NOT_SEEN = (
    "Compared by messages, values and words: an existing case that says the same in other words, "
    "or in another language, is often not seen."
)
TABLE_HEIGHT = 180
WHAT, ONLY_WITHOUT, ALL = "compose_written", "without", "all"
RUNS_LISTED = 3


def earlier_panel(opened: Workspace, record: Session, found: Understanding, writer: str) -> str:
    """What has cases of earlier runs, the way to these, and the choice to write all again; returns
    why nothing is left to write, where that is so."""
    earlier = _earlier(opened, record, found, writer)
    if not earlier.runs:
        return ""
    items, have = len(found.conditions), len(earlier.conditions)
    st.markdown(
        f":orange[:material/content_copy:] **{len(earlier.criteria)} of "
        f"{earlier.total} criteria** have cases of an earlier run already "
        f":small[:gray[({have} of {counted(items, 'item')})]]"
    )
    with st.container(horizontal=True, gap="small"):
        for one in earlier.runs[:RUNS_LISTED]:
            st.button(
                f"{label(one.request, limit=60)}: {counted(one.cases, 'case')} "
                f":small[:gray[{date_time(one.created_at)}]]",
                key=f"earlier-{one.id}",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=record.open_run,
                args=(one.id,),
            )
        if len(earlier.runs) > RUNS_LISTED:
            st.caption(f"{len(earlier.runs) - RUNS_LISTED} more runs: see *Earlier runs*")
    st.segmented_control(
        "Write",
        [ONLY_WITHOUT, ALL],
        format_func=lambda name: (
            f"Only what has no case yet ({items - have})"
            if name == ONLY_WITHOUT
            else f"All again ({items})"
        ),
        default=ONLY_WITHOUT,
        required=True,
        key=WHAT,
        help="Nothing that exists is changed: cases that are written again stand beside the "
        "earlier ones. A rejected case counts as none, and an outline where a model writes.",
    )
    if have < items or again():
        return ""
    st.caption("Every item has a case already. Open the run to review them, or choose *All again*.")
    return generate_cases.nothing_left(found, earlier)


def items_with_case(
    opened: Workspace, record: Session, found: Understanding, writer: str | None
) -> int:
    """How many items have cases of earlier runs already, where these are not written again."""
    earlier = _earlier(opened, record, found, writer or OUTLINE_WRITER)
    return 0 if again() else len(earlier.conditions)


def again() -> bool:
    """Whether what has a case of an earlier run is to be written too."""
    return st.session_state.get(WHAT) == ALL


def existing_summary(opened: Workspace, record: Session, found: Understanding) -> None:
    """How many conditions existing cases cover, and the choice to leave these out."""
    report = _report(opened, record, found)
    if not (report.existing and report.verdicts):
        return
    badges = " ".join(
        f":{COLORS[name]}-badge[{SIGNS[name]}: {count}]"
        for name, count in report.counts.items()
        if count
    )
    st.markdown(f":small[Against {counted(report.existing, 'existing case')}:] {badges}")
    without = len(report.needs_no_case)
    if without:
        changing = without - len(report.reusable)
        also = f" ({changing} of them once the case is changed)" if changing else ""
        st.checkbox(
            "Write only what is new or changed",
            value=False,
            key=ONLY_NEW,
            help=f"Writes no case for the {counted(without, 'item')} that an existing case "
            f"checks{also}. "
            "Where a model read these cases, one that writes whole stories "
            "sees them, and writes what they leave out of an item.",
        )


def only_new() -> bool:
    """Whether conditions that existing cases cover are to be left out."""
    return bool(st.session_state.get(ONLY_NEW))


def existing_panel(opened: Workspace, record: Session, found: Understanding) -> None:
    """The verdict of each condition with its reason; changes of cases to update word by word."""
    report = _report(opened, record, found)
    if not (report.existing and report.verdicts):
        return
    with st.expander("Against existing cases", icon=":material/compare_arrows:"):
        names = [name for name, count in report.counts.items() if count]
        kinds = st.pills(
            "Show",
            names,
            selection_mode="multi",
            format_func=lambda name: f"{SIGNS[name]} ({report.counts[name]})",
            key=SHOWN_VERDICTS,
            label_visibility="collapsed",
        )
        shown = [one for one in report.verdicts if not kinds or one.verdict in kinds]
        statements = {one.id: one.statement for one in found.conditions}
        by_id = {one.condition_id: one for one in shown}
        st.dataframe(
            {
                "Verdict": [SIGNS[one.verdict] for one in shown],
                "Item": [visible(statements[one.condition_id]) for one in shown],
                "Existing case": [visible(where(one)) for one in shown],
                "Why": [visible(one.reason) for one in shown],
            },
            hide_index=True,
            height=TABLE_HEIGHT,
            on_select=choice_handler(TABLE, CHOSEN, list(by_id)),
            selection_mode=["single-row", "single-cell"],
            key=TABLE,
            column_config={
                "Verdict": st.column_config.TextColumn(width=76),
                "Item": st.column_config.TextColumn(width=190),
                "Existing case": st.column_config.TextColumn(width=140),
                "Why": st.column_config.TextColumn(width=480),
            },
            alt="Items against existing cases",
        )
        one = by_id.get(chosen(CHOSEN))
        if one is not None:
            st.markdown(
                f":{COLORS[one.verdict]}-badge[{SIGNS[one.verdict]}] "
                f":small[:gray[{label(one.condition_id)}] "
                f"{label(statements[one.condition_id], limit=300)}]  \n"
                f":small[{label(one.case_id)} {label(one.reason, limit=300)}]"
            )
        else:
            st.caption(f"Choose a row to read why. {NOT_SEEN}")
        for case_id in dict.fromkeys(one.case_id for one in shown if one.verdict == "update"):
            _update([one for one in shown if one.case_id == case_id and one.verdict == "update"])


def where(one: ConditionVerdict) -> str:
    """The existing case of a verdict, with the steps that check the condition."""
    if not one.case_id:
        return ""
    numbers = ", ".join(map(str, one.steps))
    return f"{one.case_id}, step {numbers}" if numbers else one.case_id


def _update(verdicts: Sequence[ConditionVerdict]) -> None:
    """One case to update: why, and its changed places, removed words struck out."""
    first = verdicts[0]
    with st.container(border=True):
        st.markdown(
            f":orange-badge[update] **{label(first.case_id)}** "
            f":small[:gray[for {counted(len(verdicts), 'item')}]]  \n"
            f":small[{label(first.reason, limit=300)}]"
        )
        distinct = dict.fromkeys(change for one in verdicts for change in one.changes)
        st.markdown(changes_lines(sorted(distinct, key=lambda change: change.step)))


def changes_lines(changes: Iterable[StepChange]) -> str:
    """What to change in an existing case as Markdown: a line a place, removed words struck out."""
    return "  \n".join(_change(change) for change in changes)


def _change(change: StepChange) -> str:
    place = f"Step {change.step}, {change.part}" if change.step else change.part.capitalize()
    words = []
    for kind, text in change.diff:
        safe = label(text, limit=400)
        if kind == "out":
            words.append(f":red[~~{safe}~~]")
        elif kind == "in":
            words.append(f":green[**{safe}**]")
        else:
            words.append(safe)
    return f":small[:gray[{place}:] {' '.join(words)}]"


def _report(opened: Workspace, record: Session, found: Understanding) -> ReuseReport:
    return _compared(opened, record.project_id, found, *_stamps(opened, record, found))


def _earlier(opened: Workspace, record: Session, found: Understanding, writer: str) -> EarlierCases:
    stamps = _stamps(opened, record, found)
    return _held_against_runs(opened, record.project_id, found, *stamps, writer)


def _stamps(
    opened: Workspace, record: Session, found: Understanding
) -> tuple[str, str, tuple[str, ...]]:
    """What a comparison of a request with the project's cases is kept by."""
    read = existing_cases.stamp(opened, record.project_id)
    stamp = f"{review_library.stamp(opened, record.project_id)}:{read}"
    basis = "\n".join(epic.model_dump_json() for epic in found.epics)
    return stamp, basis, tuple(one.id for one in found.conditions)


@st.cache_data(show_spinner="Comparing with existing cases…", max_entries=8)
def _held_against_runs(
    _opened: Workspace,
    project_id: str,
    _found: Understanding,
    stamp: str,
    basis: str,
    condition_ids: tuple[str, ...],
    writer: str,
) -> EarlierCases:
    """Kept until the epics, the conditions, the writer or anything in the project change."""
    return generate_cases.earlier_cases(_opened, project_id, _found, writer)


@st.cache_data(show_spinner="Comparing with existing cases…", max_entries=8)
def _compared(
    _opened: Workspace,
    project_id: str,
    _found: Understanding,
    stamp: str,
    basis: str,
    condition_ids: tuple[str, ...],
) -> ReuseReport:
    """Kept until the epics, the conditions or anything in the project change."""
    return reuse.in_project(_opened, project_id, _found.epics, _found.conditions)
