"""Ask the sources of a project: an answer whose every sentence is proved, or the passages.

With a model the sentences come one by one, each proved against the sources it names; without one
the passages found stand for themselves. What is asked is kept from the start, so that the page and
a later process see how far the answer is.

What a question to the sources must be, and what is to be said of it.

Other wordings of a question from the configured endpoint; without them it is searched alone.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from assistant.domain import OUTLINE_WRITER, GenerationConfig, Value
from assistant.errors import (
    AnswerCutOff,
    AssistantError,
    CollectionMissing,
    GenerationError,
    InvalidOutput,
    ModelUnavailable,
    RetrievalError,
)
from assistant.generation.answers.answer_parts import UNWORKED as UNWORKED
from assistant.generation.answers.answer_parts import Answer as Answer
from assistant.generation.answers.answer_parts import AnswerPassage as AnswerPassage
from assistant.generation.answers.answer_parts import AnswerSentence as AnswerSentence
from assistant.generation.answers.answer_parts import AnswerSource as AnswerSource
from assistant.generation.answers.answer_prompt import (
    ANSWER_PROMPT_VERSION,
    ANSWER_TOKENS,
    QUESTION_CHARACTERS,
)
from assistant.generation.answers.answer_writer import (
    AnswerEnd,
    answer_request,
    answer_sentences,
)
from assistant.generation.answers.passage_choice import bearing_passages
from assistant.generation.answers.query_rewriting import rewritten
from assistant.generation.answers.quoted_words import concluded
from assistant.generation.cancellation import Cancelled
from assistant.generation.proof.statement_words import all_content
from assistant.knowledge.query import sense_of as sense_of
from assistant.language.languages import ENGLISH, language_of
from assistant.workflow.ask.ask_talks import talk
from assistant.workflow.ask.passage_search import sources_of, with_conflicts
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, split_writer
from assistant.workflow.deployment.jobs import StopCheck
from assistant.workflow.deployment.models import (
    OUTLINE,
    WriterChoice,
    default_writer,
    writers,
)
from assistant.workflow.deployment.ways_of_writing import writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import current_texts
from assistant.workflow.writing import answers, read_ahead

MAX_WORDS, MAX_CHARACTERS = 400, QUESTION_CHARACTERS


def check_question(question: str, *, follows: bool) -> None:
    """Raises ``RetrievalError`` for a question that is empty, too long, or has no word to search
    with; one that ``follows`` another may leave that to it ("Why?")."""
    if not question:
        raise RetrievalError("The question is empty. Type what you want to know.")
    words = len(question.split())
    if words > MAX_WORDS or len(question) > MAX_CHARACTERS:
        raise RetrievalError(
            f"The question has {words:,} words and {len(question):,} characters; at most "
            f"{MAX_WORDS} and {MAX_CHARACTERS:,} are read. Ask for one thing in a sentence or two, "
            "or import a long text as a source."
        )
    if not follows and not is_telling(question):
        raise RetrievalError(
            f"There is no word to search with in “{question[:80]}”. Name the thing, rule or "
            "process that you want to know about."
        )


def is_telling(question: str) -> bool:
    """Whether a question has a word or a number of its own to search with."""
    return bool(all_content(question)) or any(map(str.isdigit, question))


def language_notes(question: str) -> tuple[str, ...]:
    """What is to be said of the language of a question: nothing of one in English."""
    language = language_of(question)
    if language == ENGLISH:
        return ()
    return (
        f"The question seems to be in {language}. The search by meaning reads English: where "
        "little is found, ask in English or in the words of the sources.",
    )


WAIT_SECONDS = 60.0
"""How long other wordings are waited for, at most: nothing that was found is shown before."""


def rewritten_queries(
    workspace: Workspace,
    project_id: str,
    answer: Answer,
    earlier: Sequence[Answer],
    stop: Callable[[], bool],
) -> tuple[str, ...]:
    """What the question is searched with beside itself; nothing where the endpoint does not tell.

    The embedded models are not asked: one more prompt takes them longer than a search is worth.
    Raises ``Cancelled``.
    """
    if split_writer(answer.writer)[0] != ENDPOINT_WRITER:
        return ()
    titles = sorted({one.title for one in workspace.library.documents(project_id)})
    settings = workspace.settings
    limit = settings.endpoint_timeout or settings.model_timeout or WAIT_SECONDS
    config = GenerationConfig(
        writer=answer.writer, max_tokens=ANSWER_TOKENS, timeout_seconds=min(limit, WAIT_SECONDS)
    )
    read_ahead.stop(workspace)
    with workspace.jobs.model_turn(answer.id, stop) as mine:
        if not mine:
            raise Cancelled("The answer was cancelled before it was searched for.")
        try:
            endpoint = workspace.endpoints.open(answer.writer, config)
            asked = [one.question for one in earlier]
            found = rewritten(answer.question, titles, endpoint, asked, cancelled=stop)
        except GenerationError:
            return ()  # the answer's own request tells what is wrong
    return tuple(one for one in found if is_telling(one))


NO_WRITER = OUTLINE_WRITER
"""Asking without a model: the passages themselves."""

EARLIER = 3
"""Questions of the same talk that a question is understood with."""

CANCELLED = "The answer was cancelled. Ask again to go on."
EXAMPLES, EXAMPLES_FROM = 3, 12
WRITING = {"state": "writing", "prompt_version": ANSWER_PROMPT_VERSION}


class AnswerWriters(Value):
    """What can answer, by id, and which of them does unless another is chosen."""

    choices: dict[str, WriterChoice]
    first: str


def answer_writers(workspace: Workspace, project_id: str) -> AnswerWriters:
    """What can answer: no adapter, which was trained to write cases only, and no model of whose
    cases readers would use few (the embedded one takes minutes, and answered no question).

    First comes the project's writer where it can answer, else none.
    """
    every = writers(workspace)
    able = (one for one in every if one.usable and one.rating != "poor")
    found = {one.id: one for one in able if not split_writer(one.id)[1]}
    found[NO_WRITER] = OUTLINE.model_copy(update={"title": "Passages (no model)"})
    wanted = default_writer(workspace, project_id, every)
    return AnswerWriters(choices=found, first=wanted if wanted in found else NO_WRITER)


def begin(
    workspace: Workspace,
    project_id: str,
    question: str,
    *,
    writer: str = NO_WRITER,
    thread_id: str = "",
    by: str = "",
) -> Answer:
    """Keep a question that is to be answered, in a new talk or behind those of ``thread_id``.

    Raises ``RetrievalError`` for a question that cannot be searched with or a talk that is not
    there, ``ModelUnavailable`` for an adapter and ``CollectionMissing`` where the project has no
    sources, before anything is kept.
    """
    asked = " ".join(question.split())
    if thread_id and not talk(workspace, project_id, thread_id):
        raise RetrievalError(
            f"There is no talk '{thread_id[:40]}' in this project. Ask without it to begin one."
        )
    check_question(asked, follows=bool(thread_id))
    if split_writer(writer)[1]:
        raise ModelUnavailable(
            f"'{writer}' was trained to write test cases and answers no question. Ask "
            f"'{split_writer(writer)[0]}', or ask without a model."
        )
    knowledge = workspace.knowledge(project_id)
    if not knowledge.count():
        raise CollectionMissing(
            "This project has no indexed source to search yet. Import rules, pages or epics, or "
            "wait until they are indexed, then ask again."
        )
    answer = Answer(
        id=uuid.uuid4().hex[:12],
        thread_id=thread_id or uuid.uuid4().hex[:12],
        question=asked,
        by=by,
        writer=writer,
        searched_documents=len(knowledge.documents()),
        searched_chunks=knowledge.count(),
        notes=language_notes(asked),
    )
    workspace.library.asked.add(
        project_id, answer.id, answer.thread_id, answer.question, answer.model_dump_json(), by=by
    )
    return answer


def start(workspace: Workspace, project_id: str, answer: Answer) -> None:
    """Answer a kept question in a worker thread; the library shows how far it is."""

    def work(stop: StopCheck) -> None:
        _run(workspace, project_id, answer, stop)

    workspace.jobs.start(answer.id, work)


def ask(
    workspace: Workspace,
    project_id: str,
    question: str,
    *,
    writer: str = NO_WRITER,
    thread_id: str = "",
    by: str = "",
) -> Answer:
    """Answer a question in this thread.

    Raises as ``begin``, and the error that ended it where the model failed.
    """
    answer = begin(workspace, project_id, question, writer=writer, thread_id=thread_id, by=by)
    return _run(workspace, project_id, answer, lambda: False, reraise=True)


def example_headings(workspace: Workspace, project_id: str) -> tuple[str, ...]:
    """What the project's own sources are about, to ask of first: of up to three documents, rules
    and pages before others, the heading under which most stands. Not the title, nor what criteria
    stand under: that is "Acceptance criteria" in every story. Not of answers to questions either:
    the question stands there as the heading."""
    order = ("rules", "page", "epic", "table", "test_cases")
    documents = sorted(
        (
            one
            for one in workspace.library.documents(project_id)
            if not one.id.startswith(answers.PREFIX)
        ),
        key=lambda one: order.index(one.kind),
    )
    found: list[str] = []
    for document in documents[:EXAMPLES_FROM]:
        under: Counter[str] = Counter()
        for chunk in workspace.knowledge(project_id).chunks(document.id):
            last = chunk.heading.split(" > ")[-1]
            if chunk.kind != "criterion" and last != document.title and len(last.split()) > 1:
                under[last] += len(chunk.text)
        found += [name for name, _ in under.most_common(1) if name not in found]
    return tuple(found[:EXAMPLES])


def _run(
    workspace: Workspace,
    project_id: str,
    answer: Answer,
    stop: StopCheck,
    *,
    reraise: bool = False,
) -> Answer:
    """Answer, keeping each state; an error is kept with the answer."""
    started, kept = time.monotonic(), workspace.library.asked
    try:
        for state in _states(workspace, project_id, answer, stop):
            answer = state
            if not kept.update(project_id, answer.id, answer.model_dump_json()):
                raise Cancelled("The talk was deleted while the answer was written.")
    except Cancelled:
        answer = answer.model_copy(update={"state": "cancelled"})
    except AssistantError as error:
        answer = answer.model_copy(update={"state": "failed", "error": str(error)})
        if reraise:
            raise
    except KeyboardInterrupt:
        answer = answer.model_copy(update={"state": "cancelled"})
        raise
    except BaseException:
        answer = answer.model_copy(
            update={"state": "failed", "error": "An internal error ended this answer."}
        )
        raise
    finally:
        answer = answer.model_copy(update={"seconds": round(time.monotonic() - started, 2)})
        kept.update(project_id, answer.id, answer.model_dump_json())
    return answer


def _states(
    workspace: Workspace, project_id: str, answer: Answer, stop: StopCheck
) -> Iterator[Answer]:
    """The answer as it grows: with its sources, then sentence by sentence."""
    before = talk(workspace, project_id, answer.thread_id)
    earlier = [one for one in before if one.id != answer.id and not one.is_open][-EARLIER:]
    if answer.writer != NO_WRITER:
        answer = answer.model_copy(update=WRITING)
        yield answer
    queries = rewritten_queries(workspace, project_id, answer, earlier, stop)
    knowledge = workspace.knowledge(project_id)  # to open it may take long, and holds up nobody
    with _search_turn(workspace, answer, stop):
        texts = current_texts(workspace, project_id, knowledge)
        sources = sources_of(
            workspace, project_id, texts, answer.question, earlier, queries,
            for_model=answer.writer != NO_WRITER,
        )  # fmt: skip
        answer = answer.model_copy(update={"sources": sources, "queries": queries})
        if answer.writer == NO_WRITER:
            found = _bearing(workspace, answer, earlier)
            said = "passages" if found["passages"] else "not said"
            answer = answer.model_copy(update={**found, "state": said})
            answer = with_conflicts(workspace, project_id, texts, answer)
    yield answer
    if answer.writer == NO_WRITER:
        return
    if sources:
        for state in _written(workspace, answer, earlier, stop):
            answer = state
            yield answer
    with _search_turn(workspace, answer, stop):
        if answer.sentences:
            answer = answer.model_copy(update={"state": "answered"})
        else:
            found = _bearing(workspace, answer, earlier)
            answer = answer.model_copy(update={**found, "state": "not said"})
        answer = with_conflicts(workspace, project_id, texts, answer)
    yield answer


@contextmanager
def _search_turn(workspace: Workspace, answer: Answer, stop: StopCheck) -> Iterator[None]:
    with workspace.jobs.search_turn(answer.id, stop) as mine:
        if not mine:
            raise Cancelled(CANCELLED)
        yield


def _bearing(
    workspace: Workspace, answer: Answer, earlier: Sequence[Answer]
) -> dict[str, tuple[AnswerPassage, ...]]:
    """The passages that bear on the question, or the nearest, as fields of the answer; embeds the
    sentences that are new to it."""
    asked = answer.question
    if earlier and not is_telling(asked):  # "Why?": only what it goes on from can be looked for
        asked = f"{earlier[-1].question} {asked}"
    hits = [one.hit for one in answer.sources]
    found = bearing_passages(asked, hits, workspace.sentence_embedder())
    bearing = tuple(one for one in found if one.bears)
    return {"passages": bearing, "nearest": () if bearing else found}


def _written(
    workspace: Workspace, answer: Answer, earlier: Sequence[Answer], stop: StopCheck
) -> Iterator[Answer]:
    """The answer with the model's sentences as they come."""
    config = GenerationConfig(writer=answer.writer, max_tokens=ANSWER_TOKENS)
    read_ahead.stop(workspace)
    with workspace.jobs.model_turn(answer.id, stop) as mine:
        if not mine:
            raise Cancelled(CANCELLED)
        endpoint = workspace.endpoints.open(answer.writer, config)
        answer = answer.model_copy(update={"model": endpoint.spec})
        said = [(one.question, one.text) for one in earlier]
        request = answer_request(answer.question, answer.sources, endpoint, said)
        trusted = endpoint.engine is None and writes_stories(workspace, answer.writer)
        answer = answer.model_copy(update={"shown": tuple(one.number for one in request.sources)})
        yield answer
        try:
            for sentence in answer_sentences(request, endpoint, is_trusted=trusted, cancelled=stop):
                if isinstance(sentence, AnswerEnd):
                    shown = [one.text for one in answer.sentences]
                    drawn, lines, own = concluded(
                        sentence.conclusion, sentence.calculation, answer.question, shown,
                        is_trusted=trusted,
                    )  # fmt: skip
                    ended = {
                        "partial": sentence.partial, "conclusion": drawn, "calculation": lines,
                        "unworked": own,
                    }  # fmt: skip
                    yield answer.model_copy(update=ended)
                    return
                place = "sentences" if sentence.is_shown else "unproved"
                answer = answer.model_copy(update={place: (*getattr(answer, place), sentence)})
                yield answer
        except InvalidOutput as error:
            if not (answer.sentences or answer.unproved):
                raise
            cut_off = isinstance(error, AnswerCutOff)
            broken = "" if cut_off else f"The rest of the answer could not be read: {error}"
            yield answer.model_copy(update={"cut_off": cut_off, "broken": broken})
