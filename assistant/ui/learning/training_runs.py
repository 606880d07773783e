"""Training runs: how far each is, its loss so far, and what can be done with it.

Trained adapters: which there are, which is the project's default, and what to do with one.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.counts import counted, date_time
from assistant.ui.job_progress import progress_bar
from assistant.ui.learning.base_choices import base_choices
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.state import Session, errors_shown, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import train_adapter
from assistant.workflow.learning.train_adapter import DataSheet, TrainingRun

POLL_SECONDS = 2.0
BADGES = {
    "queued": ":gray-badge[:material/schedule: starting]",
    "running": ":blue-badge[:material/progress_activity: training]",
    "done": ":green-badge[:material/check: done]",
    "cancelled": ":orange-badge[:material/cancel: cancelled]",
    "failed": ":red-badge[:material/error: failed]",
    "interrupted": ":orange-badge[:material/power_off: interrupted]",
}


def training_runs(opened: Workspace, record: Session) -> None:
    """The project's runs, the newest open; looked at again every two seconds while one works."""
    job = train_adapter.preparing_job(record.project_id)
    runs = train_adapter.runs(opened, record.project_id)
    active = opened.jobs.is_active(job) or any(run.state.active for run in runs)
    st.fragment(_runs, run_every=POLL_SECONDS if active else None)(opened, record, active)


def _runs(opened: Workspace, record: Session, was_active: bool) -> None:
    job = opened.jobs.state(train_adapter.preparing_job(record.project_id))
    runs = train_adapter.runs(opened, record.project_id)
    active = job.active or any(run.state.active for run in runs)
    if was_active and not active:
        st.rerun()
    if not runs and not job.active and not job.error:
        return
    st.subheader("Training runs", icon=":material/monitoring:")
    if job.active:
        progress_bar(job.done, job.total, f"Making the dataset: {job.done} of {job.total}")
    elif job.error:
        st.error(plain(job.error), icon=":material/error:")
    for place, run in enumerate(runs[:6]):
        with st.container(border=True):
            _run(opened, record, run, opened_up=place == 0)


def _run(opened: Workspace, record: Session, run: TrainingRun, *, opened_up: bool) -> None:
    lines = train_adapter.progress(opened, record.project_id, run.name)
    base = base_choices(opened).get(run.config.base, run.config.base)
    # Counted when the base is loaded.
    pairs = f" · {counted(run.state.train_pairs, 'pair')}" if run.state.train_pairs else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{label(run.name)}** {BADGES[run.state.name]} "
            f":small[:gray[{label(base)}{pairs}{_cut_short(run)}]]",
            width="stretch",
        )
        _actions(opened, record, run)
    if run.state.error:
        st.error(plain(run.state.error), icon=":material/error:")
    if not opened_up:
        return
    if lines:
        last = lines[-1]
        held = [line.validation_loss for line in lines if line.validation_loss is not None]
        figures = {
            "Step": f"{last.step} of {last.total_steps}",
            "Loss": f"{last.loss:.3f}",
            "Held-out loss": f"{held[-1]:.3f}" if held else "–",
            "Tokens a second": f"{last.tokens_per_second:.0f}",
            "Time left": _minutes(last.seconds_left) if run.state.active else "–",
            "Memory": f"{last.memory_mb / 1000:.1f} GB",
        }
        with st.grid(len(figures), min_column_width=120):
            for name, value in figures.items():
                st.metric(name, value)
        if len(lines) > 1:
            st.line_chart(
                {
                    "Step": [line.step for line in lines],
                    "Training": [line.loss for line in lines],
                    "Held out": _carried([line.validation_loss for line in lines]),
                },
                x="Step",
                y=["Training", "Held out"],
                y_label="Loss",
                height=220,
            )
    elif run.state.active:
        st.caption("The base model is being loaded; the first step takes a while.")
    if run.dataset is not None:
        with st.expander("Data sheet", icon=":material/description:"):
            _data_sheet(train_adapter.data_sheet(opened, record.project_id, run.name))
    if run.state.name in ("failed", "interrupted"):
        with st.expander("Log", icon=":material/terminal:"):
            st.text(visible(train_adapter.log_of(opened, record.project_id, run.name)))


def _cut_short(run: TrainingRun) -> str:
    """Why a run that is done did not take all its steps."""
    stopped = next((one.stopped for one in reversed(run.state.stages)), "")
    return "" if stopped in ("", "finished", "cancelled") else f" · {stopped}"


def _data_sheet(sheet: DataSheet) -> None:
    """What was trained on and what was kept back."""
    st.table(
        {
            "Split": [one.split for one in sheet.splits],
            "Stories": [str(one.stories) for one in sheet.splits],
            "Cases": [str(one.cases) for one in sheet.splits],
            "Pairs": [str(one.pairs) for one in sheet.splits],
            "With sources": [str(one.with_context) for one in sheet.splits],
        },
        hide_index=True,
    )
    for reason, count in sheet.left_out_by_reason:
        st.markdown(f"- Left out, {label(reason)}: {counted(count, 'case')}")
    for reason, count in sheet.kept_from_context:
        st.markdown(f"- Not among the sources, {label(reason)}: {count}")
    st.markdown(f"- Near-duplicates across the split: {len(sheet.near_duplicates)}")


def _actions(opened: Workspace, record: Session, run: TrainingRun) -> None:
    if run.state.active:
        if pressed("Cancel", icon=":material/stop_circle:", key=f"cancel-{run.name}"):
            with errors_shown():
                train_adapter.cancel(opened, record.project_id, run.name)
                st.toast("The run stops after this step; what it learned is kept.")
        return
    if run.state.name != "done" and pressed(
        "Continue", icon=":material/resume:", key=f"continue-{run.name}"
    ):
        with page_action():
            train_adapter.resume(opened, record.project_id, run.name)
    with st.popover("Delete", icon=":material/delete:", key=f"delete-{run.name}"):
        st.markdown(
            f"Delete the run “{label(run.name)}” with its checkpoints and log? An adapter that "
            "came of it stays."
        )
        if pressed("Delete the run", type="primary", key=f"delete-now-{run.name}"):
            with page_action():
                train_adapter.remove(opened, record.project_id, run.name)


def _carried(values: Sequence[float | None]) -> list[float | None]:
    """The values with gaps filled by the last known one: it is measured every few steps only."""
    filled: list[float | None] = []
    for value in values:
        filled.append(value if value is not None or not filled else filled[-1])
    return filled


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


TABLE, CHOSEN = "adapters_table", "adapter_chosen"


def adapters_table(opened: Workspace, record: Session) -> None:
    """The registry as a table; the chosen row can be promoted, renamed, deleted, exported."""
    registry = train_adapter.adapters(opened)
    sheets = [one.sheet for one in registry.list()]
    st.subheader(f"Adapters ({len(sheets)})", icon=":material/extension:")
    if not sheets:
        st.caption("None yet. A finished training run puts its adapter here, ready to write with.")
        return
    default = registry.default_of(record.project_id)
    bases = base_choices(opened)
    st.dataframe(
        {
            "Adapter": [visible(sheet.name) for sheet in sheets],
            "Default": ["★" if sheet.name == default else "" for sheet in sheets],
            "Base": [visible(bases.get(sheet.base.id, sheet.base.id)) for sheet in sheets],
            "Pairs": [sheet.train_pairs for sheet in sheets],
            "Held-out loss": [sheet.metrics.get("sft_best_loss") for sheet in sheets],
            "Created": [date_time(sheet.created) for sheet in sheets],
            "By": [visible(sheet.author) for sheet in sheets],
        },
        hide_index=True,
        placeholder="",
        on_select=choice_handler(TABLE, CHOSEN, [sheet.name for sheet in sheets]),
        selection_mode="single-row",
        key=TABLE,
        column_config={"Held-out loss": st.column_config.NumberColumn(format="%.3f")},
        alt="Adapters",
    )
    with st.container(horizontal=True), errors_shown():
        _adapter_actions(opened, record, chosen(CHOSEN), default)
    st.caption(
        "Tick one to change it. Write with it on *Generate test cases*, or measure what it gives "
        "on *Compare models*."
    )


def _adapter_actions(opened: Workspace, record: Session, name: str, default: str) -> None:
    registry = train_adapter.adapters(opened)
    if st.button("Make default", icon=":material/star:", disabled=not name or name == default):
        registry.promote(name, record.project_id)
        st.rerun()
    if st.button("Roll back default", icon=":material/undo:", disabled=not default):
        registry.roll_back(record.project_id)
        st.rerun()
    with st.popover("Rename", icon=":material/edit:", disabled=not name):
        wanted = st.text_input("New name", value=name, max_chars=48, key=f"rename-{name}")
        if st.button("Rename it", type="primary"):
            fresh = train_adapter.safe_name(wanted or "")
            registry.rename(name, fresh)
            st.session_state[CHOSEN] = fresh
            opened.endpoints.forget()
            st.rerun()
    with st.popover("Delete", icon=":material/delete:", disabled=not name):
        st.markdown(f"Delete **{label(name)}**? Cases that it wrote stay.")
        if st.button("Delete it", type="primary"):
            registry.delete(name)
            opened.endpoints.forget()
            st.rerun()
    with st.popover("Export", icon=":material/ios_share:", disabled=not name):
        _export(opened, name)


def _export(opened: Workspace, name: str) -> None:
    st.markdown(
        "Merged into the base, for Ollama and llama-server (GGUF) or vLLM (safetensors); or the "
        "LoRA alone, for llama.cpp."
    )
    form = st.radio("Format", ["gguf", "safetensors", "lora"], horizontal=True, key="export_form")
    if st.button("Write it", type="primary"):
        with st.spinner("Writing…" if form == "lora" else "Merging…"):
            try:
                target = opened.settings.data_dir / "exports"
                st.code(train_adapter.export(opened, name, target, form or "gguf"), language=None)
            except AssistantError as error:
                st.error(label(str(error), limit=400))
