"""A run from its start to its end, whatever it writes: the model's turn, the writer, and how it
ended. What several kinds of runs share: runs of a request, and those that write for its list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from assistant.domain import GenerationConfig, GenerationRun, TestCase, WriterRating
from assistant.errors import AssistantError
from assistant.generation.cancellation import Cancelled
from assistant.generation.chain import STYLE_CASES, Event, generate
from assistant.generation.writer import Writer, WrittenCase
from assistant.generation.writers.item_prompt import ITEM_PROMPT_VERSION
from assistant.generation.writers.item_writer import ItemWriter
from assistant.generation.writers.outline import OutlineWriter
from assistant.generation.writers.story_prompt import STORY_PROMPT_VERSION
from assistant.generation.writers.story_writer import ANSWER_TOKENS, StoryWriter
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.models import OUTLINE_WRITER
from assistant.workflow.deployment.ways_of_writing import way_of_writing
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.sources.mask_sources import masked_text
from assistant.workflow.sources.reindex import basis_chunks, index_pending
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing.answers import answered_chunks, answers_told
from assistant.workflow.writing.recheck_case import house_rules

OnCase = Callable[[TestCase], None]
Body = Callable[[Workspace, str, GenerationRun, Callable[[], bool], OnCase | None], None]
"""Writes the cases of a run and keeps them."""
Generation = partial[Iterator[Event]]


def write(
    workspace: Workspace,
    project_id: str,
    run: GenerationRun,
    stop: StopCheck,
    *,
    body: Body,
    on_case: OnCase | None = None,
    reraise: bool = False,
) -> None:
    """A run from its start to its end: wait for the writer, let ``body`` write, and record how it
    ended. Raises the error that ended it where ``reraise`` says so."""
    library = workspace.library

    def cancelled() -> bool:
        return stop() or library.is_cancelled(run.id)

    try:
        if run.generation.writer == OUTLINE_WRITER:
            body(workspace, project_id, run, cancelled, on_case)
        else:
            with workspace.jobs.model_turn(run.id, cancelled) as mine:
                if mine:
                    body(workspace, project_id, run, cancelled, on_case)
                else:
                    library.finish_run(run.id, status="cancelled")
    except Cancelled:
        library.finish_run(run.id, status="cancelled")
    except AssistantError as error:
        library.finish_run(run.id, status="failed", error=str(error))
        if reraise:
            raise
    except BaseException:
        library.finish_run(run.id, status="failed", error="An internal error ended this run.")
        raise
    else:
        index_pending(library, workspace.knowledge(project_id), project_id, cancelled=stop)


def generation_of(workspace: Workspace, project_id: str, run: GenerationRun) -> Generation:
    """What writes cases of a run, with all that the run and its project say; which cases is left to
    say."""
    library = workspace.library
    held_by = library.documents_of_epics(project_id)
    documents = dict.fromkeys(name for epic in run.epics for name in held_by.get(epic.key, ()))
    basis = basis_chunks(library, project_id, list(documents))
    return partial(
        generate,
        run.epics,
        answered_chunks(workspace, project_id, run.epics, basis),
        current_texts(workspace, project_id),
        opened_writer(workspace, run.generation, run.created_at.date()),
        run.retrieval,
        run.generation,
        questions=run.questions,
        answers=answers_told(workspace, project_id, run.questions),
        house=house_rules(workspace, project_id),
        request=masked_text(workspace, project_id, run.generation.asked),
        standing=standings(workspace, project_id).of,
    )


def prompt_version(workspace: Workspace, writer_id: str) -> str:
    """Which prompt a run's model gets; none for the outline."""
    if writer_id == OUTLINE_WRITER:
        return ""
    if way_of_writing(workspace, writer_id) == "story":
        return STORY_PROMPT_VERSION
    return ITEM_PROMPT_VERSION


def style_cases(workspace: Workspace, project_id: str) -> list[TestCase]:
    """Cases that show how the company writes: accepted ones first, then imported ones."""
    kept = [
        stored
        for status in ("accepted", "imported")
        for stored in workspace.library.cases(project_id, statuses=(status,))
    ]
    return [stored.case for stored in kept[:STYLE_CASES]]


def rated(written: WrittenCase, rating: WriterRating) -> WrittenCase:
    """A model's case with what is known of its writer; an outline says of itself what it is."""
    case = written.case
    if not rating or case.origin.writer != "model":
        return written
    origin = case.origin.model_copy(update={"rating": rating})
    return written.model_copy(update={"case": case.model_copy(update={"origin": origin})})


def opened_writer(workspace: Workspace, generation: GenerationConfig, today: date) -> Writer:
    """The writer of a run; opening a model's endpoint loads it where it is not loaded yet.

    A model that is able to design tests gets a whole story a call, with room for a longer answer,
    and is told ``today``, the day of the run.
    """
    outlines = OutlineWriter()
    if generation.writer == OUTLINE_WRITER:
        return outlines
    if way_of_writing(workspace, generation.writer) == "story":
        longer = generation.model_copy(update={"max_tokens": ANSWER_TOKENS})
        endpoint = workspace.endpoints.open(generation.writer, longer)
        return StoryWriter(endpoint, longer, outlines, today)
    endpoint = workspace.endpoints.open(generation.writer, generation)
    return ItemWriter(endpoint, generation, outlines)
