"""The cases of a run as a list of two-line rows that fills while they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

import streamlit as st

from assistant.domain import CaseStatus
from assistant.ui.browser_scripts import chosen_in_view
from assistant.ui.cases.case_additions import new_case_button
from assistant.ui.cases.existing_verdicts import (
    COLUMN,
    chosen_verdicts,
    run_verdicts,
    verdict_filter,
)
from assistant.ui.cases.list_order import ORDER
from assistant.ui.cases.stale_panel import stale_of_run
from assistant.ui.counts import counted
from assistant.ui.home.existing_panel import COLORS, SIGNS
from assistant.ui.plain_text import label, visible
from assistant.ui.state import RECORD, Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.review import (
    ANSWERED,
    CONTRADICTS,
    DOUBTED,
    FAULTY,
    OF_CHAIN,
    OLD,
    OTHER,
    OUTLINE,
    QUESTION,
    RATED,
    SAID,
    STALE,
    UNSUPPORTED,
)
from assistant.workflow.review.review_library import LibraryRow, has_words
from assistant.workflow.writing import runs, second_reading
from assistant.workflow.writing.reuse import Verdict
from assistant.workflow.writing.runs import ACTIVE, CaseRow, RunSummary

POLL_SECONDS = 1.0
LIST, CHOSEN = "case_list", "case_chosen"
FILTERED = "case_filtered"
"""Set when other cases are to be listed than before: the open one stays only if it is of them."""
WAITED = "case_waited"
"""The case that the list opened while the run was written, until somebody chooses one."""
PANE = "pane-list"
ROW_HEIGHT = 33
STATUS_SIGNS: dict[CaseStatus, str] = {
    "draft": "○ draft",
    "accepted": "✓ accepted",
    "rejected": "✕ rejected",
    "imported": "⇣ imported",
}
STATUS_MARKS: dict[CaseStatus, str] = {
    "draft": "",
    "accepted": ":green[**✓**] ",
    "rejected": ":red[**✕**] ",
    "imported": ":violet[⇣] ",
}
Show = Literal["needs you", "to review", "accepted", "rejected", "stale", "proposed"]
NEEDS = {
    CONTRADICTS: "contradiction",
    FAULTY: "at odds with itself",
    OTHER: "by another source",
    DOUBTED: "doubted",
    **dict(zip(OF_CHAIN, OF_CHAIN, strict=True)),
    OUTLINE: OUTLINE,
    QUESTION: QUESTION,
    ANSWERED: ANSWERED,
    SAID: "a source on its question",
    UNSUPPORTED: "not in the sources",
    OLD: "on a draft or old source alone",
    **dict.fromkeys(RATED.values(), "read every line"),
}
SHOWS: dict[Show, Callable[[CaseRow], bool]] = {
    "needs you": lambda row: row.needs_you,
    "to review": lambda row: row.status == "draft",
    "accepted": lambda row: row.status == "accepted",
    "rejected": lambda row: row.status == "rejected",
    "stale": lambda row: row.is_stale,
    "proposed": lambda row: bool(row.proposals),
}


def case_list(opened: Workspace, record: Session, *, active: bool) -> None:
    """The list, refreshed every second while the run is being written."""
    if active:
        st.fragment(_case_list, run_every=POLL_SECONDS)(opened, record, active)
    else:
        _case_list(opened, record, active)


def _case_list(opened: Workspace, record: Session, active: bool) -> None:
    if active and st.session_state.pop(CHOSEN, False):
        st.rerun()  # the case beside the list is outside of this fragment
    summary = runs.summary(opened, record.project_id, record.run_id)
    rows = ordered_rows(opened, record, active=active)
    # While cases are written the computer has enough to do; the comparison comes with the last.
    verdicts = {} if active else run_verdicts(opened, record.project_id, summary, rows)
    progress_line(opened, summary, rows)
    if active and summary.status not in ACTIVE:
        st.rerun()
    if not rows:
        st.caption("The first case appears here in a moment." if active else "No cases yet.")
        if not active:
            new_case_button(opened, record)
        return
    kept = "" if st.session_state.pop(FILTERED, False) else record.case_id
    found = _shown(rows, verdicts, summary.id, kept)
    shown = found or rows
    ids = [row.id for row in shown]
    if not active:
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
            st.text_input(
                "Find a case",
                key=_text_key(summary.id),
                placeholder="Find a case: words, story, criterion",
                icon=":material/search:",
                label_visibility="collapsed",
                on_change=_list_changed,
            )
            name = _filter_name(summary.id) if found else "All"
            with st.popover(f"{name} ({len(shown)})", type="tertiary",
                            key=f"filter-of-{summary.id}"):  # fmt: skip
                _filter(rows, summary.id)
                verdict_filter(opened, record.project_id, summary, verdicts, _list_changed)
            new_case_button(opened, record)
        if not found:
            st.caption("No case matches all of this, so every case is listed.")
    if not active and st.session_state.pop(WAITED, "") == record.case_id:
        record.case_id = ""  # nobody chose it, and now the worst stands first
    if record.case_id not in ids:
        record.case_id = ids[0]
        if active:
            st.session_state[WAITED] = ids[0]
            st.rerun()
    _radio(shown, record.case_id, verdicts)
    chosen_in_view(PANE, ids.index(record.case_id))


def ordered_rows(opened: Workspace, record: Session, *, active: bool) -> tuple[CaseRow, ...]:
    """The cases of the open run, those that need a person first.

    The order stays while the run is open: a case that was completed or decided on keeps its place,
    so that the next one is the one below it. What is written meanwhile comes last.
    """
    stale = () if active else stale_of_run(opened, record)
    held = runs.case_rows(opened, record.project_id, record.run_id, stale=stale)
    rows = {row.id: row for row in held}
    of_run = (record.run_id, active)
    known, ids = st.session_state.get(ORDER, (None, ()))
    kept = [name for name in ids if name in rows] if known == of_run else []
    new = [row for name, row in rows.items() if name not in set(kept)]
    order = [*kept, *(row.id for row in (new if active or kept else runs.needs_first(new)))]
    st.session_state[ORDER] = (of_run, tuple(order))
    return tuple(rows[name] for name in order)


def listed_rows(opened: Workspace, record: Session, run: RunSummary) -> Sequence[CaseRow]:
    """The cases of the open run that the list shows, in its order."""
    rows = ordered_rows(opened, record, active=run.status in ACTIVE)
    verdicts: Mapping[str, Verdict] = {}
    if chosen_verdicts(run.id):
        verdicts = run_verdicts(opened, record.project_id, run, rows)
    return _shown(rows, verdicts, run.id, record.case_id) or rows


def _shown(
    rows: Sequence[CaseRow], verdicts: Mapping[str, Verdict], run_id: str, kept: str
) -> Sequence[CaseRow]:
    """The rows that the filters leave. Case ``kept`` is among them as long as it is open: a change
    of it, after which a filter would leave it out, takes it from nobody's hands."""
    show: Show | None = st.session_state.get(_filter_key(run_id))
    text = str(st.session_state.get(_text_key(run_id)) or "")
    chosen = chosen_verdicts(run_id)
    left = [
        row
        for row in rows
        if (not chosen or verdicts.get(row.id) in chosen)
        and (show is None or SHOWS[show](row))
        and has_words(row.words, text)
    ]
    names = {row.id for row in left}
    return [row for row in rows if row.id in names or row.id == kept] if left else []


def _filter(rows: Sequence[CaseRow], run_id: str) -> None:
    """How many cases need a person, are decided and undecided; a click lists these alone."""
    counts = {name: sum(map(belongs, rows)) for name, belongs in SHOWS.items()}
    st.pills(
        "Show",
        [name for name, count in counts.items() if count],
        format_func=lambda name: f"{name.capitalize()} ({counts[name]})",
        key=_filter_key(run_id),
        label_visibility="collapsed",
        on_change=_list_changed,
        help="Needs you: it contradicts a source, is an outline to complete, carries an open "
        "question, has a result that is not in the sources or rests on a draft or an old one "
        "alone, was written by a model whose cases are to be read line by line, is stale (its "
        "sources changed, or a newer one sets another limit), or goes on from a case that is "
        "rejected, has another title or is run on a later day. "
        "Proposed: another program proposes a change of it.",
    )


def _filter_name(run_id: str) -> str:
    """What the filters leave."""
    show: Show | None = st.session_state.get(_filter_key(run_id))
    return show.capitalize() if show else "Existing" if chosen_verdicts(run_id) else "All"


def _text_key(run_id: str) -> str:
    return f"found-of-{run_id}"


def _filter_key(run_id: str) -> str:
    return f"listed-of-{run_id}"


def list_only(run_id: str, show: Show) -> None:
    """Let the list of a run that is opened next begin with these cases alone."""
    st.session_state[_filter_key(run_id)] = show
    st.session_state.pop(_text_key(run_id), None)


def _list_changed() -> None:
    """The case beside the list may be another one now, and its neighbours are."""
    st.session_state[CHOSEN] = st.session_state[FILTERED] = True


def progress_line(opened: Workspace, summary: RunSummary, rows: Sequence[CaseRow]) -> None:
    """One line: what is written and still to come. Cases and items are two counts: a case may be
    for several items, or for none."""
    if summary.status in ACTIVE:
        before = opened.jobs.waiting_before(summary.id)
        own = [row for row in rows if row.source_run_id in ("", summary.id)]
        items = {item for row in own for item in row.condition_ids}
        share = min(1.0, len(items) / summary.conditions) if summary.conditions else 0.0
        text = (
            f"{counted(summary.written, 'case')} so far; "
            f"{len(items)} of {counted(summary.conditions, 'item')} have one"
        )
        if summary.status == "queued" and before:
            text = f"Waiting for the model: {counted(before, 'run')} before this one"
        elif summary.status == "queued":
            text = "Getting ready…"
        reading = opened.jobs.state(second_reading.job_of(summary.id))
        if reading.total and summary.cases:
            text = f"All written; {reading.done} of {reading.total} drafts read again"
            if reading.done == reading.total:
                text = "All written; each draft read again"
            share = reading.done / reading.total
        st.progress(share, text)


def counts_line(summary: RunSummary) -> str:
    """How many cases there are, and what was decided about them."""
    open_drafts = summary.cases - summary.accepted - summary.rejected
    return (
        f":small[{counted(summary.cases, 'case')}: {summary.accepted} accepted, "
        f"{summary.rejected} rejected, {open_drafts} to review]"
    )


def _radio(
    rows: Sequence[CaseRow],
    selected: str,
    verdicts: Mapping[str, Verdict],
) -> None:
    titles = {row.id: _title(row) for row in rows}
    times = Counter(titles.values())
    for name, title in titles.items():
        if times[title] > 1:  # the browser answers with the words of a row, not with its place
            titles[name] = f"{title} :gray[({label(name)})]"

    def choose() -> None:
        chosen = st.session_state[LIST]
        if chosen not in titles:
            return  # the words of a row before a change: nobody chose, the browser repeats itself
        st.session_state[RECORD].case_id = chosen
        st.session_state[CHOSEN] = True

    st.session_state[LIST] = selected
    st.radio(
        "Test cases of this run",
        list(titles),
        format_func=lambda name: titles.get(name, name),
        captions=[_caption(row, verdicts) for row in rows],
        key=LIST,
        on_change=choose,
        label_visibility="collapsed",
    )


def _title(row: CaseRow) -> str:
    flag = ":orange[:material/flag:] " if row.needs_you else ""
    if row.proposals:
        flag += ":blue[:material/edit_note:] "
    return f"{STATUS_MARKS[row.status]}{flag}{label(row.title, limit=240)}"


def _caption(row: CaseRow, verdicts: Mapping[str, Verdict]) -> str:
    parts = [label(row.id)]
    said = [NEEDS[need] for need in row.needs if need != STALE]
    if said:
        parts.append(f":orange[{said[0]}]")
    elif row.technique:
        parts.append(row.technique)
    verdict = verdicts.get(row.id, "new")
    if verdict != "new":  # that none was seen is the rule, and the case itself says it
        parts.append(f":{COLORS[verdict]}[{SIGNS[verdict]}]")
    if row.proposals:
        parts.append(":blue[proposed]")
    if row.is_stale:
        parts.append(":orange[⟳ stale]")
    return " · ".join(parts)


# --- The library's table has these columns too ----------------------------------------------------


def common_columns(rows: Sequence[LibraryRow]) -> dict[str, list[str]]:
    """What a case of the library is called and stands for, as columns."""
    return {
        "Status": [STATUS_SIGNS[row.status] for row in rows],
        "Case": [visible(row.id) for row in rows],
        "Title": [visible(row.title) for row in rows],
        "Technique": [row.technique or "" for row in rows],
        "Criterion": [visible(", ".join(row.criterion_ids)) for row in rows],
    }


def table_height(rows: int, most: int) -> int | Literal["content"]:
    """As high as its rows, and at most ``most`` pixels: empty lines look like missing cases."""
    return most if (rows + 1) * ROW_HEIGHT > most else "content"


def proposals_column(rows: Sequence[LibraryRow]) -> dict[str, list[int | None]]:
    """How many changes of a case are proposed, as a column; none where there are none."""
    if not any(row.proposals for row in rows):
        return {}
    return {"Proposed": [row.proposals or None for row in rows]}


TEST_DATE = "Test date"


def test_date_column(rows: Sequence[LibraryRow]) -> dict[str, list[date | None]]:
    """The day on which a case is run, as a column; none where no case has one."""
    if not any(row.test_date for row in rows):
        return {}
    return {TEST_DATE: [row.test_date for row in rows]}


def existing_column(
    rows: Sequence[LibraryRow], verdicts: Mapping[str, Verdict]
) -> dict[str, list[str]]:
    """Whether an existing case does instead, as a column; none where nothing was compared."""
    if not verdicts:
        return {}
    return {COLUMN: [SIGNS[verdicts[row.id]] if row.id in verdicts else "" for row in rows]}
