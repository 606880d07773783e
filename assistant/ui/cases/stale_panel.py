"""A stale case: what it cites and what stands there now, side by side, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from assistant.ui.counts import counted, date_time
from assistant.ui.home.write_again_menu import BESIDE, not_written
from assistant.ui.home.writing_progress import (
    NO_WRITER,
    follow,
    why_not_now,
    write_again_button,
    writing_progress,
)
from assistant.ui.plain_text import label, without_emphasis
from assistant.ui.state import Session, page_action
from assistant.ui.two_texts import beside
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review_library, stale
from assistant.workflow.review.next_proof import NewFault
from assistant.workflow.review.stale import StaleCase, StaleFinding
from assistant.workflow.writing import follow_up_runs, write_again
from assistant.workflow.writing.runs import StoredCase

SHOWN = 12


def stale_of_run(opened: Workspace, record: Session) -> Mapping[str, StaleCase]:
    """The stale cases of the open run by their ids."""
    return stale_now(opened, record.project_id, record.run_id)


def stale_now(
    opened: Workspace, project_id: str, run_id: str | None = None
) -> Mapping[str, StaleCase]:
    """The stale cases of a project, or of one run, by their ids."""
    stamp = review_library.stamp(opened, project_id)
    return stale.by_case(_found(opened, project_id, run_id, stamp))


@st.cache_data(show_spinner=False, max_entries=16)
def _found(
    _opened: Workspace, project_id: str, run_id: str | None, stamp: str
) -> tuple[StaleCase, ...]:
    """Judged once per change of the project: list, case and what is above them ask for it."""
    return stale.stale_cases(_opened, project_id, run_id=run_id)


def stale_bar(opened: Workspace, record: Session, found: Mapping[str, StaleCase]) -> None:
    """How many cases of the run are stale, and a click that writes all of them again."""
    if writing_progress(opened, record) or not found:
        return
    stamp = review_library.stamp(opened, record.project_id)
    written = _written(opened, record.project_id, record.run_id, stamp)
    gone = _without_item(opened, record.project_id, tuple(found), stamp)
    written -= gone.keys()
    open_cases = [n for n, one in found.items() if n in written and one.status != "accepted"]
    accepted = sum(n in written and one.status == "accepted" for n, one in found.items())
    stay = "case stays as it is: open it" if accepted == 1 else "cases stay as they are: open one"
    kept = f"; {accepted} accepted {stay} to write it again" if accepted else ""
    if gone:
        kept += f"; {len(gone)} of what is no longer on the checklist: open one to decide on it"
    others = len(found) - len(open_cases) - accepted - len(gone)
    kept += f"; {others} to be edited, written by a person" if others else ""
    with st.container(horizontal=True, vertical_alignment="center", key="stale-bar"):
        st.markdown(
            f":orange-badge[:material/update: {counted(len(found), 'stale case')}] "
            f":small[{_why(found.values())}{kept}]",
            width="stretch",
        )
        if open_cases:
            write_again_button(
                opened,
                record,
                open_cases,
                reason=write_again.CHANGED,
                key="all_again",
                help="The stale cases that nobody has accepted, from the present sources",
            )


@st.cache_data(show_spinner=False, max_entries=16)
def _without_item(
    _opened: Workspace, project_id: str, case_ids: tuple[str, ...], stamp: str
) -> Mapping[str, str]:
    """Looked up once per change of the project."""
    return write_again.without_item(_opened, project_id, case_ids)


@st.cache_data(show_spinner=False, max_entries=16)
def _written(_opened: Workspace, project_id: str, run_id: str, stamp: str) -> frozenset[str]:
    """Ids of the cases of a run that can be written again; read once per change of the project."""
    listed = _opened.library.cases(project_id, run_id=run_id)
    return frozenset(one.id for one in listed if write_again.can_be_written(one))


def _why(cases: Iterable[StaleCase]) -> str:
    changed = [one.has_changes for one in cases]
    if all(changed):
        return "their sources changed since they were written"
    newer = "a newer source sets another limit than they rest on"
    return f"their sources changed, or {newer}" if any(changed) else newer


def stale_panel(
    opened: Workspace, record: Session, stored: StoredCase, found: Mapping[str, StaleCase]
) -> None:
    """Old and new words of the chosen case; or who found it still right."""
    case_id = stored.id
    case = found.get(case_id)
    if case is None:
        _kept_right(opened, record, case_id)
        return
    stamp = review_library.stamp(opened, record.project_id)
    gone = _without_item(opened, record.project_id, tuple(found), stamp).get(case_id, "")
    help: str | None = not_written(stored) or why_not_now(opened, record.run_id) or gone or None
    if not help and not write_again.has_writer(opened, record.project_id, record.run_id, [case_id]):
        help = NO_WRITER
    denied = stale.says_otherwise(stored.case, case)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":orange-badge[:material/update: stale] {label(_headline(case))}", width="stretch"
            )
            if case.status == "accepted":
                _ask_first(opened, record, case_id, help)
            elif st.button(
                "Write again", icon=":material/refresh:", key="again", type="primary",
                disabled=bool(help), help=help,
            ):  # fmt: skip
                _start(opened, record, case_id)
            if denied:
                with st.popover("Still right", icon=":material/check:", key="right_denied"):
                    st.markdown(
                        "The new text says otherwise than this case. Keep it as right all the same?"
                    )
                    if st.button("Still right all the same", type="primary", key="still_right"):
                        _keep_right(opened, record, case)
            elif st.button("Still right", icon=":material/check:", key="still_right"):
                _keep_right(opened, record, case)
        if gone:
            st.markdown(f":small[:orange[:material/link_off:] {label(gone, limit=500)}]")
        for fault in (fault for one in case.findings for fault in one.faults):
            st.markdown(f":small[{fault_line(fault)}]")
        above = ""
        for places, one in _together(case)[:SHOWN]:
            above = _finding(places, one, above)


def _ask_first(opened: Workspace, record: Session, case_id: str, hindered: str | None) -> None:
    """Somebody accepted these words: they are not replaced by a single press. ``hindered`` says why
    nothing can be written."""
    with st.popover(
        "Write again", icon=":material/refresh:", key="again_accepted",
        disabled=bool(hindered), help=hindered,
    ):  # fmt: skip
        st.markdown(f"{label(case_id)} is accepted. Written again, it is a draft. {BESIDE}")
        if st.button("Replace the accepted case", type="primary", key="again"):
            _start(opened, record, case_id)


def _keep_right(opened: Workspace, record: Session, case: StaleCase) -> None:
    with page_action():
        keys = [one.key for one in case.findings]
        stale.still_right(opened, record.project_id, case.case_id, seen=keys, by=record.user)


def fault_line(fault: NewFault) -> str:
    """What the proof finds against a newer text, as Markdown."""
    where = f"step {fault.finding.step}" if fault.finding.step else "the case"
    why = label(without_emphasis(fault.finding.message)[0], limit=900)
    if not fault.denied:
        return f"{where}, not in what its run read: {why}"
    expects = f" The step expects: {label(fault.said, limit=400)}" if fault.said else ""
    return f":red[:material/error: {where}, {fault.finding.rule}:] {why}{expects}"


def _finding(places: list[str], one: StaleFinding, above: str) -> str:
    """Old and new words below where they stand, which is returned and not said twice in a row."""
    since = f" since {date_time(one.since)}" if one.since else ""
    by = f", {label(one.by)}" if one.by else ""
    title = label(one.title)
    if one.change == stale.ANOTHER_LIMIT:
        title = f"{label(one.cited_title)} (left), {title} (right)"
    said = f"{label('; '.join(places), limit=200)} · {title} · {one.change}{since}{by}"
    if said != above:
        st.caption(said)
    removed = one.change == "document removed"
    beside(one.old, one.new, gone="The source was removed." if removed else "Gone.")
    return said


def _together(case: StaleCase) -> list[tuple[list[str], StaleFinding]]:
    """Findings of the same words together, with the places that cite them."""
    grouped: dict[tuple[str, str], tuple[list[str], StaleFinding]] = {}
    for one in case.findings:
        if not (one.old or one.new):
            continue  # the line of the proof says it
        places, _ = grouped.setdefault((one.old, one.new), ([], one))
        if one.where not in places:
            places.append(one.where)
    return list(grouped.values())


def _headline(case: StaleCase) -> str:
    if not case.has_changes:
        return "A newer source sets another limit than this case rests on. Which is in force?"
    if all(one.change == stale.NUMBER_CHANGED for one in case.findings):
        return "It says a number that a source said and says no more."
    kinds = {one.change for one in case.findings}
    if kinds == {stale.RULE_CHANGED}:
        names = ", ".join(dict.fromkeys(one.quote for one in case.findings))
        return f"It, or its criterion, names {names}: what stands there has changed."
    if kinds <= stale.OF_PROOF:
        if stale.DENIES in kinds:
            return "What its run read says otherwise now than this case."
        return "What it expects stands no more in what its run read."
    if case.steps:
        steps = ", ".join(map(str, case.steps))
        return f"What step {steps} rests on has changed."
    return "What this case rests on has changed."


def _kept_right(opened: Workspace, record: Session, case_id: str) -> None:
    kept = stale.last_kept(opened, record.project_id, case_id)
    if kept is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f":green[:material/verified:] A source changed; found still right by {label(kept.by)}, "
            f"{date_time(kept.at)}",
            width="stretch",
        )
        if st.button("Take back", icon=":material/undo:", key="undo_right", type="tertiary"):
            with page_action():
                stale.undo_still_right(opened, record.project_id, case_id, by=record.user)


def _start(opened: Workspace, record: Session, case_id: str) -> None:
    """Write the open case again, an accepted one too: it was asked about."""
    with page_action():
        planned = write_again.begin(
            opened, record.project_id, [case_id], by=record.user, accepted=True
        )
        stored = opened.library.case(record.project_id, case_id)
        jobs = follow_up_runs.start(opened, record.project_id, planned)
        follow(record, jobs, {case_id: stored.row_version}, run_id=stored.run_id)
