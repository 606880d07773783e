"""``questions``: what to ask before cases are written, and the answers to it."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace, request_of, understood
from assistant.errors import SourceError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import answers
from assistant.workflow.writing.requests import Understanding, answer_question


def questions(options: Namespace, terminal: Terminal) -> None:
    """List the open questions of an epic, keep an answer to one, or take an answer back."""
    if options.answer and options.text is None:
        raise SourceError("An answer needs words: --answer ID --text TEXT.")
    with open_workspace(options, terminal) as workspace:
        project_id, request = request_of(workspace, options, terminal)
        found = understood(workspace, project_id, request, options, terminal)
        if options.answer:
            answer_question(
                workspace, project_id, found, options.answer, options.text,
                by=options.by, replaces=options.replaces,
            )  # fmt: skip
        elif options.withdraw:
            _withdraw(workspace, project_id, found, options)
        if options.answer or options.withdraw:
            found = understood(workspace, project_id, request, options, terminal)
    if terminal.json:
        terminal.document(
            {
                "questions": [
                    {"id": key} | question.model_dump(mode="json")
                    for key, question in found.keyed_questions.items()
                ],
                "answers": [answer.model_dump(mode="json") for answer in found.answers],
            }
        )
        return
    terminal.notices(found.notices)
    for key, question in found.keyed_questions.items():
        terminal.line(f"{key}  {question.criterion_id}  {question.text}")
        if question.suggestion:
            terminal.line(f"    would read: {question.suggestion}")
    for answer in found.answers:
        terminal.line(f"{answer.document_id}  {answer.criterion_id}  answered: {answer.text}")
    terminal.line(f"{len(found.questions)} open, {len(found.answers)} answered")


def _withdraw(
    workspace: Workspace, project_id: str, found: Understanding, options: Namespace
) -> None:
    if all(answer.document_id != options.withdraw for answer in found.answers):
        raise SourceError(f"No answer on this epic has the id {options.withdraw!r}.")
    answers.withdraw(workspace, project_id, options.withdraw, by=options.by)
