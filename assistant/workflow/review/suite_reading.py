"""A second reader of a checked suite: a model that doubts results beside criteria and sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.domain import GenerationConfig, LintFinding, TestCase
from assistant.errors import ModelUnavailable
from assistant.generation.cancellation import CancelCheck, Cancelled
from assistant.generation.proof import Ground
from assistant.generation.second_reading import ANSWER_TOKENS, ReadingGround, read_again
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.second_reading import cannot_read, readers

if TYPE_CHECKING:
    from assistant.generation.models.chat_models import ChatEndpoint

Doubted = dict[int, tuple[LintFinding, ...]]
"""Doubts by the number of their case in the suite."""


def check_reader(workspace: Workspace, reader: str) -> None:
    """Raises ``ModelUnavailable``, with those that are able to, where the reader is not."""
    if reader not in readers(workspace):
        raise ModelUnavailable(cannot_read(workspace, reader))


def doubts_on(
    workspace: Workspace,
    grounded: Sequence[tuple[int, TestCase, Ground]],
    reader: str,
    *,
    progress: Progress | None,
    cancelled: CancelCheck,
) -> tuple[Doubted, int]:
    """What the reader doubts in the cases, and how many it has read; those held against the same
    are read together.

    Raises as ``read_again``, but where ``cancelled`` said so: what was read before is told.
    """
    groups: dict[tuple[object, ...], list[tuple[int, TestCase, Ground]]] = {}
    for number, case, ground in grounded:
        if case.steps:
            named = tuple(one.id for one in ground.criteria)
            groups.setdefault(named or (number,), []).append((number, case, ground))
    choices = GenerationConfig(writer=reader, max_tokens=ANSWER_TOKENS)
    endpoint: ChatEndpoint | None = None
    found: Doubted = {}
    read = 0
    for group in groups.values():
        if cancelled():
            break
        endpoint = endpoint or workspace.endpoints.open(reader, choices)
        cases = [case.model_copy(update={"id": str(number)}) for number, case, _ in group]
        try:
            for part, doubts in read_again(
                _ground(group[0][2]), cases, endpoint, cancelled=cancelled
            ):
                found |= {int(name): findings for name, findings in doubts.found.items()}
                read += len(part)
                if progress is not None:
                    progress(read, len(grounded))
        except Cancelled:
            break
    return found, read


def _ground(ground: Ground) -> ReadingGround:
    sources = sorted((one.source for one in ground.sources.passages), key=lambda s: -s.score)
    return ReadingGround(
        context=tuple(text for text in ground.context if text),
        criteria=tuple(ground.criteria),
        sources=tuple(sources),
    )
