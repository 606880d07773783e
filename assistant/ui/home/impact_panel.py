"""What the release that is asked for makes of existing cases, read by a model."""

from __future__ import annotations

from assistant.ui.cases.impact_view import ReadFor, impact_view
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases
from assistant.workflow.writing.requests import Understanding

INTRO = (
    "It reads each beside criteria and sources, and says which is still right, which words of "
    "which are not any more, and which test what is taken away."
)


def impact_panel(opened: Workspace, record: Session, found: Understanding) -> None:
    """The reading of these epics where there is one, and the way to one."""
    reading = existing_cases.last(opened, record.project_id, found.epics)
    if not found.conditions:
        return

    def start(reader: str, every: bool) -> None:
        existing_cases.start(
            opened, record.project_id, found.epics, found.conditions, reader=reader,
            by=record.user, every=every,
        )  # fmt: skip

    stale = reading is not None and existing_cases.sources_changed(
        opened, record.project_id, reading
    )
    job = existing_cases.job_of(record.project_id, found.epics)
    impact_view(opened, record, ReadFor("release", INTRO, job, reading, start, stale))
