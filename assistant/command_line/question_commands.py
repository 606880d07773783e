"""``questions``: what to ask before cases are written, and the answers to it.

``ask``: a question to the project's sources, answered with citations or by the passages.
"""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import (
    open_workspace,
    reading_project,
    request_of,
    understood,
)
from assistant.errors import SourceError
from assistant.workflow.ask import ask_sources
from assistant.workflow.ask.ask_sources import UNWORKED, Answer
from assistant.workflow.deployment import models
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


WRITERS = {"none": ask_sources.NO_WRITER, "embedded": models.DEFAULT_CHAT}
NEAREST, PASSAGES = 3, 5
"""Passages printed where nothing is said, and without a model; ``--json`` has all of them."""


def ask(options: Namespace, terminal: Terminal) -> None:
    """Ask, and print the answer, what was not found in the sources, conflicts and sources."""
    with open_workspace(options, terminal) as workspace:
        project_id = reading_project(workspace, options, terminal)
        writer = options.writer or ask_sources.answer_writers(workspace, project_id).first
        answer = ask_sources.ask(
            workspace,
            project_id,
            options.question,
            writer=models.writer(workspace, WRITERS.get(writer, writer)).id,
            thread_id=options.talk,
            by=options.by,
        )
    if terminal.document(answer):
        return
    for note in answer.notes:
        terminal.note(note)
    _print_answer(answer, terminal)
    for conflict in answer.conflicts:
        terminal.line("\nThe sources disagree:")
        for side in (conflict.ours, conflict.theirs):
            terminal.line(f"  [{side.source}] “{_line(side.quote)}”")
    _sources(answer, terminal)
    terminal.note(f"Go on with this talk: --talk {answer.thread_id}")


def _print_answer(answer: Answer, terminal: Terminal) -> None:
    if answer.conclusion:
        by = "".join(f"; {line}" for line in answer.calculation)
        own = f"; {UNWORKED}: {'; '.join(answer.unworked)}" if answer.unworked else ""
        terminal.line(f"{answer.conclusion}  (the model's conclusion from what follows{by}{own})")
    for sentence in answer.sentences:
        numbers = "".join(f"[{one}]" for one in dict.fromkeys(c.source for c in sentence.citations))
        old = f"  ({' / '.join(stages)})" if (stages := answer.stages_of(sentence)) else ""
        terminal.line(f"{sentence.text} {numbers}{old}")
        if sentence.is_paraphrase:
            read = " … ".join(f"“{_line(one.quote)}”" for one in sentence.citations)
            terminal.line(f"    in the model's words, read from {read}")
    if answer.state == "passages":
        for passage in answer.passages[:PASSAGES]:
            terminal.line(f"[{passage.number}] “{_quoted(answer, passage.number)}”")
    if answer.state == "not said":
        terminal.line(
            f"{answer.silence} Searched: {answer.searched_documents} sources, "
            f"{answer.searched_chunks} passages." + (" Nearest:" if answer.sources else "")
        )
        bearing = [one for one in answer.sources if answer.quotations(one.number)]
        for source in (bearing or answer.sources)[:NEAREST]:
            words = answer.nearest_words(source.number)
            said = words[0].quote if words else source.chunk.text
            terminal.line(f"  [{source.number}] {_line(said)[:200]}")
    if answer.also_searched:
        terminal.line(f"\n{answer.also_searched}")
    if answer.unfinished:
        terminal.line(f"\n{answer.unfinished}")
    if answer.unproved:
        terminal.line("\nWritten by the model, not found in the sources:")
    for sentence in answer.unproved:
        why = [*sentence.denied, *(f"“{word}”" for word in sentence.missing)]
        terminal.line(
            f"  {sentence.text}  ({'; '.join(why) or 'no source was found to say just this'})"
        )


def _quoted(answer: Answer, number: int) -> str:
    return " … ".join(_line(one.quote) for one in answer.quotations(number))


def _sources(answer: Answer, terminal: Terminal) -> None:
    for source in answer.named_sources(PASSAGES):
        chunk = source.chunk
        at = source.fetched_at
        fetched = f"fetched {at.astimezone():%d %b %Y}" if at else ""
        where = chunk.heading or chunk.title
        facts = (chunk.key, where, chunk.place, f"version {chunk.version}", fetched)
        terminal.line(f"\n[{source.number}] " + " · ".join(filter(None, facts)))
        known = source.standing
        if told := " · ".join(filter(None, (known.status, known.file, known.head))):
            terminal.line(f"    {told}")
        if answer.sentences:
            terminal.line(f"    “{_quoted(answer, source.number)}”")


def _line(text: str) -> str:
    return " ".join(text.replace("**", "").split())
