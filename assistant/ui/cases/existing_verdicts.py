"""Generated cases against what exists: a verdict beside each, the list by verdict, the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.home.existing_panel import COLORS, NOT_SEEN, SIGNS, changes_lines, where
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import LIBRARY_CASE
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review.review_library import LibraryRow
from assistant.workflow.writing import reuse, runs
from assistant.workflow.writing.reuse import VERDICTS, ConditionVerdict, ReuseReport, Verdict
from assistant.workflow.writing.runs import ACTIVE, CaseRow, RunSummary, StoredCase

COLUMN = "Existing"
COLUMN_HELP = "; ".join(f"{SIGNS[name]}: {meaning}" for name, meaning in VERDICTS.items())
COLUMN_WIDTH = 76
LIBRARY_PAGE = "pages/review_cases.py"
MOST_RUNS = 6
"""Runs whose cases the library compares: the newest with a draft still to be decided on."""


def run_verdicts(
    opened: Workspace,
    project_id: str,
    run: RunSummary,
    rows: Sequence[CaseRow] | Sequence[LibraryRow],
) -> dict[str, Verdict]:
    """The verdict of each case of a run by the case's id; empty without existing cases."""
    by_source: dict[str, dict[str, Sequence[str]]] = {}
    for row in rows:
        by_source.setdefault(row.source_run_id or run.id, {})[row.id] = row.condition_ids
    repeats = _repeats(opened, project_id, run.id)
    verdicts: dict[str, Verdict] = {}
    for source_run_id, conditions_of in by_source.items():
        report = _report(opened, project_id, run, source_run_id)
        contrary = _contrary(opened, project_id, run.id, source_run_id, report)
        verdicts |= reuse.case_verdicts(report, conditions_of, repeats, contrary)
    return verdicts


def library_verdicts(
    opened: Workspace, project_id: str, rows: Sequence[LibraryRow]
) -> dict[str, Verdict]:
    """The same for the library's cases, as far as their runs have a draft to decide on."""
    undecided = {row.run_id for row in rows if row.run_id and row.status == "draft"}
    if not undecided:
        return {}
    written = [one for one in runs.runs(opened, project_id) if one.status not in ACTIVE]
    verdicts: dict[str, Verdict] = {}
    for run in [one for one in written if one.id in undecided][:MOST_RUNS]:
        own = [row for row in rows if row.run_id == run.id]
        verdicts |= run_verdicts(opened, project_id, run, own)
    return verdicts


def chosen_verdicts(run_id: str) -> frozenset[Verdict]:
    """The verdicts whose cases alone are listed; none chosen means all."""
    return frozenset(st.session_state.get(_filter_key(run_id)) or ())


def verdict_filter(
    opened: Workspace,
    project_id: str,
    run: RunSummary,
    found: Mapping[str, Verdict],
    on_change: Callable[[], None],
) -> None:
    """How many cases of the run have which verdict; a click lists these alone."""
    if not found:
        return
    counts = {name: list(found.values()).count(name) for name in VERDICTS}
    existing = _report(opened, project_id, run, run.id).existing
    st.markdown(f":small[Against {counted(existing, 'existing case')}]", width="content")
    st.pills(
        "Against existing cases",
        [name for name, count in counts.items() if count],
        selection_mode="multi",
        format_func=lambda name: f"{SIGNS[name]} ({counts[name]})",
        key=_filter_key(run.id),
        label_visibility="collapsed",
        on_change=on_change,
    )


def case_against_existing(
    opened: Workspace,
    project_id: str,
    run: RunSummary,
    stored: StoredCase,
    *,
    expanded: bool = False,
) -> None:
    """A generated case's verdict: the existing case that checks the same, why, what to change."""
    case = stored.case
    report = _report(opened, project_id, run, stored.source_run_id or run.id)
    repeats = _repeats(opened, project_id, run.id)
    contrary = _contrary(opened, project_id, run.id, stored.source_run_id or run.id, report)
    conditions_of = {case.id: case.condition_ids}
    verdict = reuse.case_verdicts(report, conditions_of, repeats, contrary).get(case.id)
    if verdict is None:
        return
    known = report.by_condition
    found = [known[name] for name in case.condition_ids if name in known]
    same = repeats.get(case.id)
    title = f"Says what {label(same.right)} says" if same else _title(verdict, found)
    with st.expander(
        f":{COLORS[verdict]}[{SIGNS[verdict]}] {title}",
        expanded=expanded,
        icon=":material/compare_arrows:",
        # An expander keeps what it was; another key is another one, opened or not as given.
        key=f"existing-{case.id}-{'opened' if expanded else 'folded'}",
    ):
        if same:
            st.markdown(f":small[{label(same.reason, limit=400)}]")
        for one in found:
            st.markdown(f":small[{label(one.reason, limit=400)}]")
            if one.changes:
                st.markdown(changes_lines(one.changes))
        if verdict == "new":
            st.caption(NOT_SEEN)
        others = [one.case_id for one in found if one.case_id]
        for case_id in dict.fromkeys([same.right, *others] if same else others):
            if pressed(
                f"Open {label(case_id)}",
                key=f"open-existing-{case.id}-{case_id}",
                type="tertiary",
                icon=":material/open_in_new:",
                help="Read the existing case in the library",
            ):
                st.session_state[LIBRARY_CASE] = case_id
                st.switch_page(LIBRARY_PAGE)


def _title(verdict: Verdict, found: Sequence[ConditionVerdict]) -> str:
    places = dict.fromkeys(where(one) for one in found if one.verdict == verdict and one.case_id)
    return (
        label("; ".join(places), limit=60)
        if places
        else "No existing case was seen to say the same"
    )


def _filter_key(run_id: str) -> str:
    return f"existing-of-{run_id}"


def _report(opened: Workspace, project_id: str, run: RunSummary, source_run_id: str) -> ReuseReport:
    """Of the run, or of one that wrote cases of its list again, maybe for other words."""
    stamp = reuse.existing_stamp(opened, project_id, run.id)
    if source_run_id != run.id and _same_basis(opened, project_id, run.id, source_run_id):
        source_run_id = run.id
    return _compared(opened, project_id, run.id, source_run_id, run.conditions, stamp)


def _repeats(opened: Workspace, project_id: str, run_id: str) -> Mapping[str, reuse.DuplicatePair]:
    stamp = reuse.existing_stamp(opened, project_id, run_id)
    return _repeated(opened, project_id, run_id, stamp, _texts(opened, project_id, run_id))


def _contrary(
    opened: Workspace, project_id: str, run_id: str, source_run_id: str, report: ReuseReport
) -> frozenset[str]:
    stamp = reuse.existing_stamp(opened, project_id, run_id)
    texts = _texts(opened, project_id, run_id)
    return _expecting_otherwise(opened, project_id, run_id, source_run_id, report, stamp, texts)


def _texts(opened: Workspace, project_id: str, run_id: str) -> tuple[str, ...]:
    return tuple(row.words for row in runs.case_rows(opened, project_id, run_id))


@st.cache_data(show_spinner=False, max_entries=64)
def _expecting_otherwise(
    _opened: Workspace,
    project_id: str,
    run_id: str,
    source_run_id: str,
    _report: ReuseReport,
    stamp: str,
    texts: tuple[str, ...],
) -> frozenset[str]:
    """Kept as ``_repeated`` is."""
    return reuse.contrary_cases(_opened, project_id, run_id, _report)


@st.cache_data(show_spinner="Comparing with existing cases…", max_entries=64)
def _repeated(
    _opened: Workspace, project_id: str, run_id: str, stamp: str, texts: tuple[str, ...]
) -> Mapping[str, reuse.DuplicatePair]:
    """Kept until the run's cases have other words, or a case changes that is compared with."""
    return reuse.repeats_of_run(_opened, project_id, run_id)


@st.cache_data(show_spinner=False, max_entries=512)
def _same_basis(_opened: Workspace, project_id: str, run_id: str, source_run_id: str) -> bool:
    """Comparing takes long where there are many cases, and most are written again as they were."""
    return reuse.same_basis(_opened, project_id, run_id, source_run_id)


@st.cache_data(show_spinner="Comparing with existing cases…", max_entries=64)
def _compared(
    _opened: Workspace,
    project_id: str,
    run_id: str,
    source_run_id: str,
    conditions: int,
    stamp: str,
) -> ReuseReport:
    """Kept until the run has more conditions, or a case changes that is compared with."""
    return reuse.of_run(_opened, project_id, run_id, source_run_id=source_run_id)
