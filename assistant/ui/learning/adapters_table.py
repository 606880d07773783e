"""Trained adapters: which there are, which is the project's default, and what to do with one."""

from __future__ import annotations

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.counts import date_time
from assistant.ui.learning.base_choices import base_choices
from assistant.ui.plain_text import label, visible
from assistant.ui.row_selection import choice_handler, chosen
from assistant.ui.state import Session, errors_shown
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import train_adapter

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
        _actions(opened, record, chosen(CHOSEN), default)
    st.caption(
        "Tick one to change it. Write with it on *Generate test cases*, or measure what it gives "
        "on *Compare models*."
    )


def _actions(opened: Workspace, record: Session, name: str, default: str) -> None:
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
