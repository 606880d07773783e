"""A sentence that the chosen writer reads: the button, and what it chose."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assistant.ui.job_progress import job_progress
from assistant.ui.plain_text import label, visible
from assistant.ui.presses import pressed
from assistant.ui.state import CHOSEN_WRITER, Session, page_action
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import request_choice, usage
from assistant.workflow.writing.request_choice import ChoiceJob, ModelChoice
from assistant.workflow.writing.requests import Asked

CHOICE = "asked_choice"
ADDED = "asked_added"
MODEL_ICON = ":material/smart_toy:"
"""Stands where code's own reading has a tick: nobody has looked at a model's choice yet."""


@dataclass(frozen=True)
class ModelLook:
    """What there is of a model's choice while the page is drawn once: it is looked at once, as
    the job may end meanwhile. What is made is seen when the job has ended."""

    job: ChoiceJob | None
    active: bool
    made: ModelChoice | None
    added: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What stands over the parts that a model chose; empty where none has."""
        return f"Read by {label(self.made.title)}: check it" if self.made else ""

    def read(self, by_code: Asked) -> Asked:
        """The sentence as the model and the person chose; as code read it where no model has."""
        return by_code.with_choice(self.made.choice, self.added) if self.made else by_code


def look_at_choice(opened: Workspace, record: Session, by_code: Asked) -> ModelLook:
    """The choice for this sentence in this project, if a person asked for one."""
    job = st.session_state.get(CHOICE)
    same = (record.project_id, by_code.reading.text)
    if not isinstance(job, ChoiceJob) or (job.project_id, job.text) != same:
        return ModelLook(job=None, active=False, made=None)
    active = opened.jobs.is_active(job.id)
    added = tuple(st.session_state.get(_added(job), ()))
    return ModelLook(job=job, active=active, made=None if active else job.made, added=added)


def model_choice(opened: Workspace, record: Session, by_code: Asked, look: ModelLook) -> None:
    """Offer to let the writer read, follow it, and show which words it read as what."""
    job = look.job
    if job is not None and look.made is not None:
        _made(opened, job, look.made, by_code)
        return
    if job is not None:
        job_progress(
            opened,
            job.id,
            lambda _: f"{label(job.title)} reads what the sentence asks for…",
            active=look.active,
            stop="stop_choice",
        )
    if not look.active and request_choice.is_open(by_code):
        _offer(opened, record, by_code)


def _offer(opened: Workspace, record: Session, by_code: Asked) -> None:
    writer = st.session_state.get(CHOSEN_WRITER) or models.OUTLINE_WRITER
    if not request_choice.can_choose(opened, writer):
        able = [models.writer(opened, name).title for name in models.readers(opened)]
        if able:
            st.caption(
                f"{MODEL_ICON} A model can read the sentence where it is the writer: "
                f"{label(', '.join(able))}."
            )
        return
    choice = models.writer(opened, writer)
    if pressed(
        f"Let {label(choice.title)} read it",
        icon=MODEL_ICON,
        key="let_model_read",
        help="It gets the sentence and the keys, titles, releases, teams and labels of the "
        f"project's epics and stories. This text {label(choice.destination)}.",
    ):
        with page_action():
            st.session_state[CHOICE] = request_choice.start(
                opened, record.project_id, by_code, writer=writer
            )


def _made(opened: Workspace, job: ChoiceJob, made: ModelChoice, by_code: Asked) -> None:
    lines = request_choice.choice_lines(made, by_code)
    spent = usage.usage_of_run(opened.settings, made.writer, made.spent).text
    lines += [spent] if spent else []
    st.caption("  \n".join(label(line, limit=400) for line in lines))
    titles = request_choice.titles_of(by_code)
    chosen = {key for row in made.choice.write for key in row.keys}
    st.multiselect(
        "Add epics or stories",
        [key for key in titles if key not in chosen],
        format_func=lambda key: visible(f"{key} {titles.get(key, '')}"),
        key=_added(job),
        placeholder="Add epics or stories",
        label_visibility="collapsed",
        persist_state="session",
    )
    st.button(
        "Back to the reading without a model",
        icon=":material/undo:",
        type="tertiary",
        key="without_model",
        on_click=lambda: st.session_state.pop(CHOICE, None),
    )


def _added(job: ChoiceJob) -> str:
    return f"{ADDED}-{job.id}"
