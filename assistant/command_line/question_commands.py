"""``questions``: what to ask before cases are written, and the answers to it."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace, request_of, understood
from assistant.domain import Question
from assistant.errors import SourceError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import answers
from assistant.workflow.writing.requests import Understanding


def questions(options: Namespace, terminal: Terminal) -> None:
    """List the open questions of an epic, keep an answer to one, or take an answer back."""
    if options.answer and options.text is None:
        raise SourceError("An answer needs words: --answer ID --text TEXT.")
    with open_workspace(options, terminal) as workspace:
        project_id, request = request_of(workspace, options, terminal)
        found = understood(workspace, project_id, request, options, terminal)
        if options.answer:
            _answer(workspace, project_id, found, options)
        elif options.withdraw:
            _withdraw(workspace, project_id, found, options)
        if options.answer or options.withdraw:
            found = understood(workspace, project_id, request, options, terminal)
    if terminal.json:
        terminal.plain_document(
            {
                "questions": [
                    {"id": key} | question.model_dump(mode="json")
                    for key, question in _keyed(found).items()
                ],
                "answers": [answer.model_dump(mode="json") for answer in found.answers],
            }
        )
        return
    terminal.notices(found.notices)
    for key, question in _keyed(found).items():
        terminal.line(f"{key}  {question.criterion_id}  {question.text}")
        if question.suggestion:
            terminal.line(f"    would read: {question.suggestion}")
    for answer in found.answers:
        terminal.line(f"{answer.document_id}  {answer.criterion_id}  answered: {answer.text}")
    terminal.line(f"{len(found.questions)} open, {len(found.answers)} answered")


def _keyed(found: Understanding) -> dict[str, Question]:
    """The open questions by the id under which an answer is kept."""
    criteria = {one.id: one for epic in found.epics for one in epic.criteria}
    return {
        answers.question_key(criteria[question.criterion_id], question): question
        for question in found.questions
    }


def _answer(
    workspace: Workspace, project_id: str, found: Understanding, options: Namespace
) -> None:
    question = _keyed(found).get(options.answer)
    if question is None:
        raise SourceError(
            f"No open question has the id {options.answer!r}. List them with the same command "
            f"without --answer."
        )
    epic = next(
        epic
        for epic in found.epics
        if any(one.id == question.criterion_id for one in epic.criteria)
    )
    answers.answer(
        workspace,
        project_id,
        epic,
        question,
        options.text,
        by=options.settings.user or "command line",
        replaces=options.replaces,
    )


def _withdraw(
    workspace: Workspace, project_id: str, found: Understanding, options: Namespace
) -> None:
    if all(answer.document_id != options.withdraw for answer in found.answers):
        raise SourceError(f"No answer on this epic has the id {options.withdraw!r}.")
    answers.withdraw(
        workspace, project_id, options.withdraw, by=options.settings.user or "command line"
    )
