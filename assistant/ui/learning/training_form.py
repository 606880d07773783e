"""What to train on and how: the cases there are, the choices that matter, one button."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from assistant.ui.counts import counted
from assistant.ui.learning.base_choices import base_choices
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import train_adapter
from assistant.workflow.learning.train_adapter import TrainingConfig
from assistant.workflow.learning.training_data import (
    CaseStories,
    DatasetConfig,
    TrainRequest,
    case_stories,
)

FROM_PROJECT, FROM_FILE = "This project's cases", "A file of cases"
LEAST = 40
INSTALL = 'Fine-tuning needs more packages: `pip install "uat-assistant[train]"`'


def training_form(opened: Workspace, record: Session) -> None:
    """The form, and beside it what it would learn from."""
    if find_spec("peft") is None or find_spec("transformers") is None:
        st.warning(INSTALL, icon=":material/download:")
        return
    grid = st.grid(2, min_column_width=380, gap=("medium", "large"))
    with grid.cell():
        from_file = _from_file()
        file = _file(opened) if from_file else None
    if from_file and file is None:
        return
    with grid.cell():
        material = _material(opened, record, file)
    if material is None:
        return
    request = _choices(opened, record, file)
    enough = material.case_count >= LEAST
    started = pressed(
        "Train", type="primary", icon=":material/model_training:", key="train", disabled=not enough
    )
    st.caption(
        ":material/lock: Cases and adapters stay on this computer. Training runs in a process of "
        "its own, at a lower priority: you can go on working, and close the browser."
    )
    if started:
        with page_action():
            train_adapter.begin(opened, record.project_id, request())


def _from_file() -> bool:
    """Whether a file is learned from instead of the project."""
    way = st.segmented_control(
        "Learn from",
        [FROM_PROJECT, FROM_FILE],
        default=FROM_PROJECT,
        required=True,
        key="train_source",
        persist_state="session",
    )
    if way != FROM_FILE:
        st.caption(
            "Accepted cases and imported existing cases that name their story. Cases you edited "
            "while reviewing are used only if you allow it under *More choices*."
        )
    return way == FROM_FILE


def _file(opened: Workspace) -> Path | None:
    """The uploaded file, kept beside the runs; ``None`` until there is one that holds cases."""
    upload = st.file_uploader(
        "JSON lines, one case a line with its story",
        type=["jsonl"],
        key="train_file",
        help="Fields: id, title, requirement_id, requirement_title, requirement, preconditions, "
        "steps (Given/When/Then lines, or action and expected).",
    )
    if upload is not None:
        with errors_shown():
            return train_adapter.keep_upload(opened, upload.name, upload.getvalue())
    return None


def _material(opened: Workspace, record: Session, file: Path | None) -> CaseStories | None:
    st.subheader("What there is to learn from", icon=":material/menu_book:")
    found: CaseStories | None = None
    with errors_shown():
        found = case_stories(opened, record.project_id, file)
    if found is None:
        return None
    st.markdown(
        f"**{counted(found.case_count, 'case')}** linked to "
        f"**{counted(len(found.stories), 'story')}** in {label(found.name)}"
    )
    if found.case_count < LEAST:
        more = "" if file else " Import existing cases that name their story, or accept more cases."
        st.info(f"At least {LEAST} linked cases are needed.{more}", icon=":material/info:")
    if found.left_out:
        with st.expander(f"Left out ({len(found.left_out)})", icon=":material/filter_alt_off:"):
            for reason, count in Counter(one.reason for one in found.left_out).most_common():
                st.markdown(f"- {label(reason)}: {counted(count, 'case')}")
    return found


def _choices(opened: Workspace, record: Session, file: Path | None) -> Callable[[], TrainRequest]:
    """The fields; the request that they make is asked for once they are filled in, as it refuses
    some of what can be typed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the adapter", value="company", max_chars=48, key="train_name",
            persist_state="session",
        )  # fmt: skip
        titles = base_choices(opened)
        base = st.selectbox(
            "Base model", list(titles), format_func=titles.__getitem__, key="train_base"
        )
        minutes = st.number_input(
            "At most minutes", min_value=0, max_value=1440, value=45, step=5, key="train_minutes",
            help="0: no limit. The learning rate falls to zero by then.",
        )  # fmt: skip
    with st.expander("More choices", icon=":material/tune:"):
        grid = st.grid(3, min_column_width=200)
        with grid.cell():
            epochs = st.number_input("Passes over the cases", 0.1, 20.0, 2.0, 0.5)
            rank = st.select_slider("LoRA rank", [4, 8, 16, 32, 64], 16)
        with grid.cell():
            rate = st.select_slider(
                "Learning rate", [1e-4, 2e-4, 3e-4, 5e-4, 1e-3], 5e-4, format_func="{:g}".format
            )
            split_by = st.selectbox(
                "Hold out by", ["story", "epic", "time"],
                help="What is held out is never trained on; comparisons measure on it.",
            )  # fmt: skip
        with grid.cell():
            masked = st.checkbox("Mask names, numbers and keys")
            edited = st.checkbox("Learn from cases edited in review")
            pretrain = st.checkbox(
                "Read the documents first",
                help="Continued pre-training: worth it where the base does not read your "
                "language; Compare models says so.",
            )

    def request() -> TrainRequest:
        return TrainRequest(
            training=TrainingConfig(
                base=base or "",
                name=train_adapter.safe_name(name or ""),
                author=record.user,
                max_minutes=float(minutes or 0),
                epochs=float(epochs or 1),
                rank=int(rank or 16),
                alpha=2 * int(rank or 16),
                learning_rate=float(rate or 5e-4),
                pretrain_first=pretrain,
            ),
            dataset=DatasetConfig(
                rows="one",
                split_by=split_by or "story",
                masked=masked,
                include_edited=edited,
            ),
            cases_file=file,
        )

    return request
