"""Other wordings of a question from the configured endpoint; without them it is searched alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.domain import GenerationConfig
from assistant.errors import GenerationError
from assistant.generation.answers.answer_parts import Answer
from assistant.generation.answers.answer_prompt import ANSWER_TOKENS
from assistant.generation.answers.query_rewriting import rewritten
from assistant.generation.cancellation import Cancelled
from assistant.workflow.ask.question_checks import is_telling
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, split_writer
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import read_ahead

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
