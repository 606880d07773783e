"""Have the writer that a person chose read what a request asks for.

Asked only where code's own reading selects nothing or has not used every word that says something,
and only a writer able to write a whole story. What it chooses is shown with the words that it read,
to be looked at before anything is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping

from assistant.domain import GenerationConfig, Timings, Value
from assistant.errors import ModelUnavailable
from assistant.generation.cancellation import CancelCheck, Cancelled, never_cancelled
from assistant.generation.request_choice import (
    ANSWER_TOKENS,
    KeysOfWords,
    RequestChoice,
    choose_keys,
)
from assistant.knowledge.request_entries import criterion_entries, entries_of
from assistant.workflow.deployment.models import writer as known_writer
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.mask_sources import masked_text
from assistant.workflow.writing.requests import LISTED_STORIES, Asked, read_asked
from assistant.workflow.writing.second_reading import can_read, with_tokens

JOB = "request-choice-"


class ModelChoice(Value):
    """What a model chose for a request: by which ``writer``, under which ``title``."""

    writer: str
    title: str
    choice: RequestChoice
    spent: Timings = Timings()


def can_choose(workspace: Workspace, writer: str) -> bool:
    """Whether a writer is able to choose: one that writes a whole story, ready to be asked."""
    return can_read(workspace, writer) and known_writer(workspace, writer).usable


def is_open(asked: Asked) -> bool:
    """Whether code's reading leaves something to a model: nothing selected, words that name nothing
    it knows, or words of which it read nothing."""
    missed = bool(asked.unread) or any(not one.understood for one in asked.told)
    return bool(asked.known.epics) and (missed or not asked.selection.chosen)


def read_request(
    workspace: Workspace,
    project_id: str,
    text: str,
    *,
    writer: str,
    taken_out: Collection[str] = (),
    before: Callable[[], None] = lambda: None,
) -> tuple[Asked, ModelChoice | None]:
    """A sentence as code reads it or, where that leaves something open and the writer is able, as
    both do, without the parts ``taken_out``; ``before`` is called before a model is asked.

    Raises what ``choose`` does.
    """
    asked = read_asked(workspace, project_id, text).without(taken_out)
    if not is_open(asked) or not can_choose(workspace, writer):
        return asked, None
    before()
    made = choose(workspace, project_id, asked, writer=writer)
    asked = asked.with_choice(made.choice)
    return asked.without((*taken_out, *asked.set_aside)), made


def choose(
    workspace: Workspace,
    project_id: str,
    asked: Asked,
    *,
    writer: str,
    cancelled: CancelCheck = never_cancelled,
) -> ModelChoice:
    """Ask a writer what the request asks for; the request is masked where that is on.

    Raises ``ModelUnavailable`` where the writer is not able, cannot be reached or reads nothing
    that holds, ``InvalidOutput`` where nothing readable came back, and ``Cancelled``.
    """
    title = known_writer(workspace, writer).title
    if not can_choose(workspace, writer):
        raise ModelUnavailable(
            f"'{writer}' cannot read a request: that needs a model able to write a whole story. "
            "Choose one, or set up an endpoint under Settings."
        )
    config = GenerationConfig(writer=writer, max_tokens=ANSWER_TOKENS, temperature=0.0)
    with workspace.jobs.model_turn(f"{JOB}{uuid.uuid4().hex[:12]}", cancelled) as mine:
        if not mine:
            raise Cancelled("Reading the request was stopped.")
        choice, reply = choose_keys(
            masked_text(workspace, project_id, asked.reading.text),
            entries_of(asked.known.epics),
            workspace.endpoints.open(writer, config),
            criteria=criterion_entries(asked.known.epics),
            cancelled=cancelled,
        )
    if not choice.rows and not choice.unknown:
        why = "; ".join(choice.dropped)
        raise ModelUnavailable(
            f"{title} read nothing in this request{f' ({why})' if why else ''}. Name epics or "
            "stories by key or title, or pick them."
        )
    return ModelChoice(
        writer=writer, title=title, choice=choice, spent=with_tokens(Timings(), reply)
    )


def choice_lines(made: ModelChoice, asked: Asked) -> list[str]:
    """What was chosen for which words: "“Schools stories”: ABC-1 Fees, ABC-2 Trips"; what is left
    out, and what of the answer did not hold. The rest stands on the parts of the sentence."""
    titles = titles_of(asked)
    choice = made.choice
    lines = [_line(row, titles) for row in choice.write]
    lines += [f"left out, {_line(row, titles)}" for row in choice.leave_out]
    lines += [f"not taken: {one}" for one in choice.dropped]
    if choice.listed < choice.entries:
        lines.append(
            f"it saw the {choice.listed} epics and stories nearest to the request, of "
            f"{choice.entries}"
        )
    return lines


def titles_of(asked: Asked) -> dict[str, str]:
    """The epics, stories and criteria that there are to choose from: title by key."""
    epics = asked.known.epics
    return {one.key: one.title for one in (*entries_of(epics), *criterion_entries(epics))}


def _line(row: KeysOfWords, titles: Mapping[str, str]) -> str:
    named = [f"{key} {titles.get(key, '')}".strip() for key in row.keys[:LISTED_STORIES]]
    more = len(row.keys) - LISTED_STORIES
    return f"“{row.words}”: {', '.join(named)}" + (f" and {more} more" if more > 0 else "")


class ChoiceJob:
    """A request that a writer reads in the background, for the page that waits for it."""

    def __init__(self, project_id: str, text: str, title: str) -> None:
        self.id = f"{JOB}job-{uuid.uuid4().hex[:12]}"
        self.project_id = project_id
        self.text = text
        self.title = title
        self.made: ModelChoice | None = None


def start(workspace: Workspace, project_id: str, asked: Asked, *, writer: str) -> ChoiceJob:
    """Ask in a worker thread; what it made stands on the job when that has ended.

    Raises ``ModelUnavailable`` where there is no such writer.
    """
    job = ChoiceJob(project_id, asked.reading.text, known_writer(workspace, writer).title)

    def work(stop: CancelCheck) -> None:
        job.made = choose(workspace, project_id, asked, writer=writer, cancelled=stop)

    workspace.jobs.start(job.id, work)
    return job
