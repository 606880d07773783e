"""What writing costs: tokens that a model reads and writes, and money where a price is set.

Before a run the figure is an estimate: from earlier runs of the project with the same writer where
there are any, else from what the writers may send and usually get. After it, it is what the model's
server counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Timings, UserStory, Value
from assistant.generation.writers.story_prompt import MAX_PROMPT_TOKENS
from assistant.generation.writers.story_writer import ITEMS_A_CALL
from assistant.settings import Settings
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER
from assistant.workflow.deployment.models import OUTLINE_WRITER
from assistant.workflow.deployment.ways_of_writing import way_of_writing
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.requests import Understanding

RUNS_LOOKED_AT = 20
TOKENS_A_CASE = 150
"""Written for a case, in either way (measured: 95 to 150)."""

READ_AGAIN_TOKENS = 380
"""Read for a case by the second reader (measured over 122 cases of 12 stories)."""

ITEM_PROMPT_TOKENS = 1_200
"""Read for one item of the checklist, most of it from the cache."""


class Usage(Value):
    """Tokens, and their cost where the deployment knows a price.

    ``prompt_tokens`` were read, ``cached_tokens`` of them from the cache, ``generated_tokens``
    written. ``estimated`` is the number of earlier runs that an estimate rests on, 0 for a rough
    one, ``None`` for what was counted.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    cost: float | None = None
    currency: str = ""
    estimated: int | None = None

    @property
    def text(self) -> str:
        """The figures in words; empty where no model was asked."""
        if not self.prompt_tokens and not self.generated_tokens:
            return ""
        cached = f" ({self.cached_tokens:,} from the cache)" if self.cached_tokens else ""
        parts = f"{self.prompt_tokens:,} tokens read{cached}, {self.generated_tokens:,} written"
        if self.cost is not None:
            parts += f", {money(self.cost)} {self.currency}".rstrip()
        if self.estimated is None:
            return parts
        basis = (
            f"from {self.estimated} earlier run{'s' * (self.estimated > 1)}"
            if self.estimated
            else "rough: no earlier run to go by"
        )
        return f"about {parts} ({basis})"


def money(amount: float) -> str:
    """An amount with two decimals, or with more where it is below a tenth."""
    return f"{amount:.2f}" if amount >= 0.1 or not amount else f"{amount:.4f}"


def usage_of_run(settings: Settings, writer_id: str, timings: Timings) -> Usage:
    """What a run used, as counted by the model's server."""
    return _priced(
        settings,
        writer_id,
        Usage(
            prompt_tokens=timings.prompt_tokens,
            cached_tokens=timings.cached_tokens,
            generated_tokens=timings.generated_tokens,
        ),
    )


def expected_usage(
    workspace: Workspace, project_id: str, understanding: Understanding, writer_id: str
) -> Usage:
    """What writing a request is likely to use; nothing for a writer that is no model."""
    items = len(understanding.conditions)
    if writer_id == OUTLINE_WRITER or not items:
        return Usage()
    measured = _measured(workspace, project_id, writer_id, items)
    return _priced(
        workspace.settings,
        writer_id,
        measured or _rough(workspace, understanding, writer_id),
    )


def _measured(
    workspace: Workspace, project_id: str, writer_id: str, items: int
) -> Usage | None:  # fmt: skip
    """By item of the checklist, over the latest runs with this writer."""
    runs = [
        run
        for run in workspace.library.runs(project_id, limit=RUNS_LOOKED_AT)
        if run.writer == writer_id and run.status == "done" and run.conditions
        and run.timings.generated_tokens
    ]  # fmt: skip
    total = sum(run.conditions for run in runs)
    if not total:
        return None

    def scaled(counts: Sequence[int]) -> int:
        return round(sum(counts) * items / total)

    return Usage(
        prompt_tokens=scaled([run.timings.prompt_tokens for run in runs]),
        cached_tokens=scaled([run.timings.cached_tokens for run in runs]),
        generated_tokens=scaled([run.timings.generated_tokens for run in runs]),
        estimated=len(runs),
    )


def _rough(workspace: Workspace, understanding: Understanding, writer_id: str) -> Usage:
    """From what the writers may send at most and usually get."""
    items = len(understanding.conditions)
    if way_of_writing(workspace, writer_id) == "item":
        read = items * ITEM_PROMPT_TOKENS
    else:
        stories = [story for epic in understanding.epics for story in epic.stories]
        calls = sum(-(-_items_of(understanding, story) // ITEMS_A_CALL) for story in stories)
        read = max(calls, 1) * MAX_PROMPT_TOKENS + items * READ_AGAIN_TOKENS
    return Usage(prompt_tokens=read, generated_tokens=items * TOKENS_A_CASE, estimated=0)


def _items_of(understanding: Understanding, story: UserStory) -> int:
    own = {criterion.id for criterion in story.criteria}
    return sum(condition.criterion_id in own for condition in understanding.conditions)


def _priced(settings: Settings, writer_id: str, usage: Usage) -> Usage:
    """The same with its cost, where the writer is the endpoint and its price is set."""
    read, written = settings.price_input, settings.price_output
    if writer_id != ENDPOINT_WRITER or read is None or written is None:
        return usage
    again = settings.price_cached if settings.price_cached is not None else read
    fresh = max(usage.prompt_tokens - usage.cached_tokens, 0)
    cost = fresh * read + usage.cached_tokens * again + usage.generated_tokens * written
    return usage.model_copy(
        update={"cost": cost / 1_000_000, "currency": settings.price_currency.strip()}
    )
