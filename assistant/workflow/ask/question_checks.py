"""What a question to the sources must be, and what is to be said of it.

Other wordings of a question from the configured endpoint; without them it is searched alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.domain import GenerationConfig
from assistant.errors import GenerationError, RetrievalError
from assistant.generation.answers.answer_parts import Answer
from assistant.generation.answers.answer_prompt import ANSWER_TOKENS, QUESTION_CHARACTERS
from assistant.generation.answers.query_rewriting import rewritten
from assistant.generation.cancellation import Cancelled
from assistant.generation.proof.statement_words import all_content
from assistant.language.languages import ENGLISH, language_of
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, split_writer
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import read_ahead

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
