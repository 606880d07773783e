"""What to compare, on which held-out cases; how far a comparison is; the earlier ones."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import streamlit as st

from assistant.ui.job_progress import progress_bar
from assistant.ui.learning.base_choices import base_choices
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import compare_models, train_adapter
from assistant.workflow.learning.compare_models import COLUMN_TITLES, COLUMN_USES, CompareRequest

POLL_SECONDS = 1.5
RUNNING, CHOSEN = "comparison_running", "comparison_chosen"
SAME, PROJECT, OTHER = "What the adapter held out", "This project's cases", "A file"


def comparison_form(opened: Workspace, record: Session) -> None:
    """Columns, adapter, cases and how many; one button."""
    registry = train_adapter.adapters(opened)
    sheets = {one.sheet.name: one.sheet for one in registry.list()}
    with st.expander(
        "New comparison",
        icon=":material/add_chart:",
        expanded=not opened.library.comparisons.all(record.project_id),
    ):
        grid = st.grid(2, min_column_width=360, gap=("small", "large"))
        with grid.cell():
            names = list(sheets)
            default = registry.default_of(record.project_id)
            adapter = st.selectbox(
                "Adapter",
                ["", *names],
                index=names.index(default) + 1 if default in names else min(1, len(names)),
                format_func=lambda name: visible(name) or "no adapter",
                key="compare_adapter",
                help="What it was trained on is never measured.",
            )
            own = sheets[adapter].base.id if adapter else ""
            titles = base_choices(opened)
            base = st.selectbox(
                "Base model",
                [own] if own else list(titles),
                format_func=lambda name: visible(titles.get(name) or name or ""),
                disabled=bool(own),
                key=f"compare_base_{own}",
            )
            usable = [column for column in COLUMN_TITLES if adapter or column not in ("ft", "both")]
            if not opened.settings.endpoint_provider:
                usable = [column for column in usable if column != "endpoint"]
            columns = st.pills(
                "Columns",
                usable,
                # An outline is no case yet, and its figures say so; an endpoint costs.
                default=[column for column in usable if column not in ("rules", "endpoint")],
                selection_mode="multi",
                format_func=COLUMN_TITLES.__getitem__,
                key=f"compare_columns_{bool(adapter)}",
                help="  \n".join(f"{COLUMN_TITLES[name]}: {COLUMN_USES[name]}" for name in usable),
            )
        with grid.cell():
            file, given = _cases(opened, adapter or "")
            limit = st.number_input(
                "Stories", 1, 1000, 20, 5, key="compare_limit",
                help="Drawn from those held out. Twenty give a hint, a hundred an answer.",
            )  # fmt: skip
            computed = st.checkbox(
                "Take the items of the checklist",
                key="compare_computed",
                help="Otherwise each column writes for what the held-out cases stand for, so "
                "that the wording alone is measured.",
            )
        st.caption(
            ":material/schedule: A case takes seconds to minutes in each column. You can leave "
            "the page; the comparison goes on."
        )
        if pressed(
            "Compare", type="primary", icon=":material/play_arrow:", key="compare",
            disabled=not given,
        ):  # fmt: skip
            with page_action():
                request = CompareRequest(
                    base=own or base or compare_models.SMALL_CHAT,
                    adapter=adapter or "",
                    columns=tuple(columns or ()),
                    cases_file=file,
                    limit=int(limit or 20),
                    conditions="computed" if computed else "titles",
                )
                st.session_state[RUNNING] = compare_models.begin(
                    opened, record.project_id, request, by=record.user
                )
    running = compare_models.running(opened, record.project_id)
    st.fragment(_progress, run_every=POLL_SECONDS if running else None)(opened, record, running)


def _cases(opened: Workspace, adapter: str) -> tuple[Path | None, bool]:
    """The file that held-out cases come from (``None``: the project itself), and whether what was
    chosen is there."""
    dataset = train_adapter.dataset_of(opened, adapter) if adapter else None
    own = Path(dataset.source_path) if dataset and dataset.source_path else None
    ways = [SAME, OTHER] if own and own.is_file() else [PROJECT, OTHER]
    way = st.segmented_control(
        "Held-out cases from", ways, default=ways[0], required=True, key=f"compare_{ways[0]}"
    )
    if way != OTHER:
        return (own if way == SAME else None), True
    upload = st.file_uploader("JSON lines of cases with their story", type=["jsonl"])
    file: Path | None = None
    if upload is not None:
        with errors_shown():
            file = train_adapter.keep_upload(opened, upload.name, upload.getvalue())
    elif files := train_adapter.uploads(opened):
        file = st.selectbox("or an earlier file", files, format_func=_uploaded)
    return file, file is not None


def _uploaded(file: Path) -> str:
    at = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
    return f"{visible(file.stem)} · {at:%d %b %Y, %H:%M}"


def _wanted(opened: Workspace, record: Session, comparison_id: str) -> str:
    """What a comparison was asked for."""
    request = compare_models.request_of(opened, record.project_id, comparison_id)
    model = base_choices(opened).get(request.base, request.base)
    columns = ", ".join(COLUMN_TITLES.get(name, name) for name in request.columns)
    return label(" · ".join(filter(None, (columns, model, request.adapter))))


def _progress(opened: Workspace, record: Session, was_running: tuple[str, ...]) -> None:
    running = compare_models.running(opened, record.project_id)
    if was_running != running:
        if was_running:
            st.session_state[CHOSEN] = was_running[0]
        st.rerun()
    for comparison_id in running:
        state = opened.jobs.state(compare_models.job_of(comparison_id))
        with st.container(horizontal=True, vertical_alignment="center"):
            text = (
                f"{state.done} of {state.total} cases written"
                if state.total
                else "Reading the cases, and measuring perplexity…"
            )
            progress_bar(state.done, state.total, text)
            if pressed("Cancel", icon=":material/stop_circle:", key=f"stop-{comparison_id}"):
                opened.jobs.cancel(compare_models.job_of(comparison_id))
    for comparison_id in compare_models.unfinished(opened, record.project_id):
        state = opened.jobs.state(compare_models.job_of(comparison_id))
        if state.error:
            st.error(plain(state.error), icon=":material/error:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f":material/pause_circle: Not complete: {_wanted(opened, record, comparison_id)}"
            )
            if pressed("Continue", icon=":material/resume:", key=f"go-{comparison_id}"):
                with page_action():
                    compare_models.resume(opened, record.project_id, comparison_id, by=record.user)
            if pressed("Drop", icon=":material/delete:", key=f"drop-{comparison_id}"):
                compare_models.drop(opened, record.project_id, comparison_id)
                st.rerun()
