"""The cases of a run: list, open case and sources side by side, each to be folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.errors import AssistantError
from assistant.ui.browser_scripts import from_the_top
from assistant.ui.cases.case_bar import case_bar, open_case
from assistant.ui.cases.case_editor import CaseEditor
from assistant.ui.cases.case_list import case_list, counts_line, ordered_rows
from assistant.ui.cases.case_undo import DECIDED, EDITING, note_decision
from assistant.ui.cases.case_view import (
    case_view,
    findings_panel,
    template_faults,
    told_by_needs,
)
from assistant.ui.cases.chain_line import chain_line
from assistant.ui.cases.existing_verdicts import case_against_existing, chosen_verdicts
from assistant.ui.cases.proposals_panel import conflict_panel, has_conflict, proposals_panel
from assistant.ui.cases.rewritten_panel import rewritten_panel
from assistant.ui.cases.sources_panel import open_wanted_source, sources_panel
from assistant.ui.cases.stale_panel import stale_bar, stale_of_run, stale_panel
from assistant.ui.home.quality_panel import VIEW_KEY
from assistant.ui.plain_text import plain
from assistant.ui.presses import pressed
from assistant.ui.state import Session, keep_address, show_done, show_problem
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template, lineage, stale
from assistant.workflow.review.review import BulkOutcome
from assistant.workflow.writing import runs
from assistant.workflow.writing.runs import ACTIVE, RunView, StoredCase

PANES = {
    "list": ":material/list: List",
    "case": ":material/article: Case",
    "sources": ":material/menu_book: Sources",
}
WIDTHS = {"list": 1.0, "case": 1.7, "sources": 0.9}
SHOWN_PANES = "panes_shown"
PANE_HEIGHT = 690
"""In pixels, where the browser does not stretch the panes to its window."""


def run_cases(
    opened: Workspace,
    record: Session,
    view: RunView,
    shown: Sequence[str],
    counts: DeltaGenerator,
) -> None:
    """The list, the open case, and its sources beside it; ``counts`` is where they are counted."""
    if st.session_state.pop(DECIDED, False):
        st.rerun()  # what is accepted is counted above the cases too
    show_done()
    open_wanted_source(opened)
    active = view.summary.status in ACTIVE
    if active:  # more sources may have come since the page was drawn
        view = runs.view(opened, record.project_id, view.run.id)
    else:
        summary = runs.summary(opened, record.project_id, record.run_id)
        counts.markdown(counts_line(summary), width="content")
    found = {} if active else stale_of_run(opened, record)
    stale_bar(opened, record, found)
    places = st.columns([WIDTHS[name] for name in shown], gap="small", wrap=False)
    columns = dict(zip(shown, places, strict=True))
    # The list comes first: it says which case is open.
    if "list" in columns:
        with columns["list"], _pane("list"):
            case_list(opened, record, active=active)
    elif not record.case_id:
        rows = ordered_rows(opened, record, active=active)
        record.case_id = rows[0].id if rows else ""
    stored = _open_case(opened, record)
    if stored is None:
        return
    if "case" in columns:
        with columns["case"], st.container(gap="xsmall"):
            drawer = partial(_sources_drawer, opened, record, view, stored)
            case_bar(opened, record, view, stored, None if "sources" in columns else drawer)
            show_problem()  # above the pane, which may be scrolled
            if has_conflict(opened, record, stored):
                with _pane("conflict"):
                    conflict_panel(opened, record, stored)
            else:
                with _pane("case"):
                    _case(opened, record, view, stored, found)
                    from_the_top("pane-case", stored.id)
    if "sources" in columns:
        with columns["sources"], _pane("sources"):
            _sources(opened, record, view, stored)
            from_the_top("pane-sources", stored.id)
    keep_address(record, "run", "view")


def _pane(name: str) -> DeltaGenerator:
    return st.container(height=PANE_HEIGHT, border=True, key=f"pane-{name}")


def _open_case(opened: Workspace, record: Session) -> StoredCase | None:
    if not record.case_id:
        return None
    try:
        return opened.library.case(record.project_id, record.case_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return None


def _case(
    opened: Workspace,
    record: Session,
    view: RunView,
    stored: StoredCase,
    found: Mapping[str, stale.StaleCase],
) -> None:
    """The case to read, or its fields; what the checks found; what else belongs to it."""
    stale_panel(opened, record, stored, found)
    rewritten_panel(opened, record, stored)
    proposals_panel(opened, record, stored, taken=_note_taken)
    editor = CaseEditor(opened, record, stored)
    if st.session_state.get(EDITING) == stored.id:
        editor.fields()
        findings_panel(stored.case, editor.apply_fix)
    else:
        criteria = runs.criteria_texts(opened, record.project_id, view, stored)
        replies = runs.replies_on(opened, record.project_id, stored)
        rows = runs.case_rows(opened, record.project_id, record.run_id)
        chains = lineage.chains(opened, record.project_id, record.run_id, rows)
        case_view(
            stored.case, criteria, replies, view.how_to_run(stored.case), chains.needs(stored.id),
            partial(chain_line, stored.id, chains, open_case), runs.waiting_on(rows),
            _show_questions,
        )  # fmt: skip
        findings_panel(stored.case, editor.apply_fix, told=told_by_needs(stored.case))
    faults = company_template.faults(opened, record.project_id, [stored.case]) or {}
    template_faults(faults.get(stored.id, ()))
    if view.summary.status not in ACTIVE:
        filtered = bool(chosen_verdicts(view.summary.id))
        case_against_existing(opened, record.project_id, view.summary, stored, expanded=filtered)


def _show_questions() -> None:
    st.session_state[VIEW_KEY] = "questions"


def _note_taken(stored: StoredCase) -> None:
    note_decision(BulkOutcome(changed=((stored.id, stored.row_version),)))


def _sources(opened: Workspace, record: Session, view: RunView, stored: StoredCase) -> None:
    origins = lineage.lineage(opened, record.project_id, stored.id)
    source = runs.source_view(opened, record.project_id, view, stored)
    run = source.run
    sources_panel(record.project_id, run.retrieved, stored.case, origins, run.rejected)


def _sources_drawer(opened: Workspace, record: Session, view: RunView, stored: StoredCase) -> None:
    """A button that opens the sources over the page, where there is no room beside the case."""
    if pressed(
        "Sources", icon=":material/menu_book:", shortcut="S", type="tertiary", key="sources_drawer",
        help="The sources of this case. Key S",
    ):  # fmt: skip
        _drawer(opened, record, view, stored)


@st.dialog("Sources", width="medium", position="right", icon=":material/menu_book:")
def _drawer(opened: Workspace, record: Session, view: RunView, stored: StoredCase) -> None:
    _sources(opened, record, view, stored)


def panes_shown(*, narrow: bool) -> list[str]:
    """Which panes are open, in their order; the sources are a drawer in a narrow window."""
    offered = [name for name in PANES if name != "sources" or not narrow]
    chosen = st.pills(
        "Panes",
        offered,
        selection_mode="multi",
        default=offered,
        format_func=PANES.__getitem__,
        key=f"{SHOWN_PANES}-{'narrow' if narrow else 'wide'}",
        label_visibility="collapsed",
        persist_state="session",
    )
    return [name for name in offered if name in chosen] or ["case"]
