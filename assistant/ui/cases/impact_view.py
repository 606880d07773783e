"""What a release, or a page's new version, makes of existing cases, read by a model: which are
still right, which have to change, word by word, and which test what is no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.home.existing_panel import changes_lines
from assistant.ui.job_progress import job_progress
from assistant.ui.plain_text import label, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.state import LIBRARY_CASE, Session, note_done, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.jobs import JobState
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import impact_job, impact_list, proposed_updates
from assistant.workflow.impact.impact_job import IMPACTS, CaseImpact, Impact, ImpactReading
from assistant.workflow.impact.impact_list import ImpactRow
from assistant.workflow.review import review_library

READER, SHOWN, TABLE, CHOSEN = "impact_reader", "impact_shown", "impact_table", "impact_chosen"
SIGNS: dict[Impact, str] = {"keep": "✓ keep", "change": "✎ change", "remove": "− remove"}
COLORS: dict[Impact, str] = {"keep": "green", "change": "orange", "remove": "red"}
STARTED, LEFT, EVERY = "impact_started", "impact_left", "impact_every"
TABLE_HEIGHT = 260
LIBRARY_PAGE = "pages/review_cases.py"


@dataclass(frozen=True)
class ReadFor:
    """What existing cases are read for: its ``job``, the ``reading`` where there is one, and what
    starts it with a reader. ``what`` is said in headings ("release"), ``intro`` what a reading
    tells; ``stale`` where sources changed since, ``later`` why its changes are not proposed yet;
    ``parts``: how many times each case is read at the least."""

    what: str
    intro: str
    job: str
    reading: ImpactReading | None
    start: Callable[[str, bool], object]
    stale: bool = False
    later: str = ""
    parts: int = 1


def impact_view(opened: Workspace, record: Session, asked: ReadFor) -> None:
    """The reading where there is one, and the way to one where a model is set up and the project
    holds cases."""
    able, reading = models.readers(opened), asked.reading
    if not (able or reading):
        return
    held = impact_job.cases_held(opened, record.project_id)
    if not (held or reading):
        return
    active = opened.jobs.is_active(asked.job)
    started = st.session_state.get(STARTED) == asked.job
    with st.expander(
        f"Existing cases in this {asked.what}"
        if reading
        else "Have a model read the existing cases",
        icon=":material/manage_search:",
        expanded=active or started,
    ):
        if active or started:
            job_progress(opened, asked.job, _how_far, active=active, stop="stop_impact")
        if reading is not None:
            _found(opened, record, asked, reading)
        if able and held and not active:
            _start(opened, asked, able, held)


def _start(opened: Workspace, asked: ReadFor, able: Sequence[str], held: int) -> None:
    again = asked.reading is not None
    if not again:
        st.markdown(
            f":small[{asked.intro} Nothing is changed by it: what it says is proposed, and you "
            "decide.]"
        )
    most = impact_job.MOST_READ
    large = held > impact_job.READ_WHOLE
    every = large and st.toggle(
        f"Read all {held:,} cases, not only those that are nearest (at most {most})", key=EVERY
    )
    titles = {name: models.writer(opened, name).title for name in able}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        reader = able[0]
        if len(able) > 1:
            reader = (
                st.selectbox("Read by", able, format_func=lambda n: label(titles[n]), key=READER)
                or reader
            )
        if pressed(
            f"{'Read again' if again else 'Read'} with {label(titles[reader])}",
            key="read_impact",
            icon=":material/visibility:",
        ):
            with page_action():
                asked.start(reader, every)
                st.session_state[STARTED] = asked.job
    destination = models.writer(opened, reader).destination
    requests = impact_job.requests_for(held if every else min(held, most)) * asked.parts
    st.caption(
        f"{counted(held, 'case')}, {'about' if large and not every else 'at least'} "
        f"{counted(requests, 'request')}. Your text "
        f"{label(destination)}."
    )


def _found(opened: Workspace, record: Session, asked: ReadFor, reading: ImpactReading) -> None:
    read = f"{reading.at}:{len(reading.read)}:{reading.left}"
    stamp = f"{review_library.stamp(opened, record.project_id)}:{read}"
    rows = _rows(opened, record.project_id, reading, stamp)
    silent = len(reading.read) - len(reading.found)
    of = "" if len(reading.read) == reading.held else f" of {reading.held}"
    st.markdown(
        f":small[**{len(reading.read)}{of} cases** read by {label(reading.title)}, "
        f"{date_time(reading.at)}; nothing said of {silent}. It overlooks things and may be wrong: "
        "no entry does not say that a case is right.]"
    )
    if reading.left and not opened.jobs.is_active(asked.job):
        st.caption(
            ":orange[:material/report: It did not come to its end: "
            f"{counted(reading.left, 'case')} to go (a case counts for each part of a long text). "
            "Read again.]"
        )
    if asked.stale:
        st.caption(":orange[:material/history: Sources changed since. Read again.]")
    counts = Counter(row.said.impact for row in rows)
    names = [name for name in IMPACTS if counts[name]]
    if not names:
        return
    shown = st.pills(
        "Show", names, selection_mode="multi", key=SHOWN, label_visibility="collapsed",
        format_func=lambda name: f"{SIGNS[name]} ({counts[name]})",
        help="; ".join(f"{SIGNS[name]}: {IMPACTS[name]}" for name in names),
    )  # fmt: skip
    listed = [row for row in rows if not shown or row.said.impact in shown]
    st.dataframe(
        {
            "Impact": [SIGNS[row.said.impact] for row in listed],
            "Case": [visible(row.said.case_id) for row in listed],
            "Title": [visible(row.title) for row in listed],
            "Why": [visible(row.said.because) for row in listed],
        },
        hide_index=True,
        height=min(TABLE_HEIGHT, 36 * (len(listed) + 1)),
        on_select=choice_handler(TABLE, CHOSEN, [row.said.case_id for row in listed]),
        selection_mode=["single-row", "single-cell"],
        key=TABLE,
        column_config={
            "Impact": st.column_config.TextColumn(width=84),
            "Case": st.column_config.TextColumn(width=130),
            "Title": st.column_config.TextColumn(width=200),
            "Why": st.column_config.TextColumn(width=420),
        },
        alt=f"Existing cases and what the {asked.what} makes of them",
    )
    row = next((one for one in listed if one.said.case_id == chosen(CHOSEN)), None)
    if row is not None:
        _case(row)
    else:
        st.caption("Choose a row to read which words, and what says otherwise.")
    for name, why in st.session_state.pop(LEFT, {}).items():
        st.caption(f":orange[:material/warning: {label(name)}: {label(why)}]")
    _actions(opened, record, reading, rows, asked.later)


@st.cache_data(show_spinner=False, max_entries=8)
def _rows(
    _opened: Workspace, project_id: str, _reading: ImpactReading, stamp: str
) -> tuple[ImpactRow, ...]:
    """Kept until anything in the project changes."""
    return impact_list.rows(_opened, project_id, _reading)


def _case(row: ImpactRow) -> None:
    said = row.said
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f":{COLORS[said.impact]}-badge[{SIGNS[said.impact]}] **{label(said.case_id)}** "
            f"{label(row.title)}"
        )
        if said.because:
            st.markdown(f":small[{label(said.because)}]")
        if row.moved:
            st.caption(":orange[The case was changed since it was read.]")
        elif said.impact == "change":
            st.markdown(changes_lines(row.lines))
        for words, title in dict.fromkeys((one.source, one.title) for one in said.changes):
            st.markdown(f":small[:gray[{label(title or 'The epic')}:] “{label(words)}”]")
        if row.items:
            tests = "; ".join(label(one, limit=160) for one in row.items)
            st.markdown(f":small[:gray[tests:] {tests}]")
        if pressed(
            f"Open {label(said.case_id)}", key=f"open-impact-{said.case_id}", type="tertiary",
            icon=":material/open_in_new:",
        ):  # fmt: skip
            st.session_state[LIBRARY_CASE] = said.case_id
            st.switch_page(LIBRARY_PAGE)


def _actions(
    opened: Workspace,
    record: Session,
    reading: ImpactReading,
    rows: Sequence[ImpactRow],
    later: str,
) -> None:
    open_ones: list[CaseImpact] = [
        row.said
        for row in rows
        if row.said.impact == "change" and not row.moved and not row.proposed
    ]
    waiting = sum(row.proposed for row in rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if (
            open_ones
            and not later
            and pressed(
                f"Propose {counted(len(open_ones), 'change')}",
                key="propose_impact",
                icon=":material/rate_review:",
                help="Puts the new words beside each case. Nothing changes until you take them.",
            )
        ):
            with page_action():
                done = proposed_updates.propose(
                    opened, record.project_id, reading, by=record.user or reading.title,
                    only=[one.case_id for one in open_ones],
                )  # fmt: skip
                note_done(f"{counted(len(done.cases), 'change')} proposed")
                st.session_state[LEFT] = dict(done.left)
        st.download_button(
            "Download the list",
            lambda: impact_list.as_csv(rows),
            file_name="existing-cases.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="download_impact",
        )
        if open_ones and later:
            st.caption(later)
        if waiting:
            st.page_link(
                LIBRARY_PAGE, label=f"{counted(waiting, 'proposed change')} to decide on",
                icon=":material/rate_review:", width="content",
            )  # fmt: skip


def _how_far(state: JobState) -> str:
    cases = f"{state.done} of {counted(state.total, 'case')}" if state.total else "existing cases"
    return f"A model reads {cases}…"
