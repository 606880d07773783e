"""What was asked of a project, talk by talk: list, open again, delete, save an answer as a rule."""

from __future__ import annotations

from assistant.errors import SourceError
from assistant.generation.answers.answer_parts import Answer
from assistant.library import StoredDocument
from assistant.library import StoredTalk as StoredTalk
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import import_sources

STOPPED = "The program ended before this answer was written. Ask again."


def talk(workspace: Workspace, project_id: str, thread_id: str) -> tuple[Answer, ...]:
    """The questions of a talk with their answers, in order; one that nobody writes any more is
    told as failed."""
    found = []
    for row in workspace.library.asked.thread(project_id, thread_id):
        answer = Answer.model_validate_json(row.body)
        if answer.is_open and not workspace.jobs.is_active(answer.id):
            answer = _ended(workspace, project_id, answer)
        found.append(answer)
    return tuple(found)


def _ended(workspace: Workspace, project_id: str, answer: Answer) -> Answer:
    """The answer as it is stored now: its job may have ended since it was read."""
    rows = workspace.library.asked.thread(project_id, answer.thread_id)
    body = next((row.body for row in rows if row.id == answer.id), "")
    now = Answer.model_validate_json(body) if body else answer
    return now.model_copy(update={"state": "failed", "error": STOPPED}) if now.is_open else now


def delete_talk(workspace: Workspace, project_id: str, thread_id: str, *, by: str = "") -> None:
    """Delete a talk; an answer that is being written for it is cancelled and not kept."""
    for one in talk(workspace, project_id, thread_id):
        if workspace.jobs.is_active(one.id):
            workspace.jobs.cancel(one.id)
            workspace.jobs.wait(one.id, 5.0)
    workspace.library.asked.remove(project_id, thread_id, by=by)


def save_rule(
    workspace: Workspace, project_id: str, name: str, text: str, *, by: str = ""
) -> StoredDocument:
    """Keep what a person made of an answer as a source of business rules with this name.

    Raises ``SourceError`` where the name or the text is empty or too long.
    """
    title = " ".join(name.split())
    if not title:
        raise SourceError("The rule has no name. Name what it is about, then save it again.")
    preview = import_sources.preview_text(workspace, project_id, text, title=title, as_kind="rules")
    return import_sources.store(workspace, project_id, (preview,), by=by)[0]
