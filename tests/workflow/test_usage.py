"""Tokens and cost: an estimate before a run, what was counted after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, Column, GenerationConfig, GenerationRun, Timings
from assistant.settings import Settings
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand
from assistant.workflow.writing.usage import (
    READ_AGAIN_TOKENS,
    Usage,
    expected_usage,
    money,
    usage_of_run,
)

EPIC = """# PAY-7 Refunds

## PAY-71 Refund
As an agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
- A refund of more than £250.00 needs the approval of a supervisor.
"""
TIMINGS = Timings(prompt_tokens=2_000_000, cached_tokens=500_000, generated_tokens=100_000)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(
        data_dir=tmp_path, endpoint_provider="openai", endpoint_model="m", price_input=2,
        price_output=10,
    )  # fmt: skip
    with Workspace.open(settings, exclusive=False) as opened:
        template = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))
        opened.library.create_project("P", template=template)
        yield opened


@pytest.fixture
def found(workspace: Workspace) -> Understanding:
    project = workspace.project("P").id
    return understand(workspace, project, GenerateRequest(text=EPIC))


def test_what_a_run_used_has_its_price(workspace: Workspace) -> None:
    spent = usage_of_run(workspace.settings, "endpoint", TIMINGS)
    assert spent.cost == pytest.approx(2_000_000 * 2e-6 + 100_000 * 10e-6)
    assert spent.text == "2,000,000 tokens read (500,000 from the cache), 100,000 written, 5.00 USD"
    cheaper = workspace.settings.model_copy(update={"price_cached": 0.2, "price_currency": "EUR"})
    assert usage_of_run(cheaper, "endpoint", TIMINGS).cost == pytest.approx(3 + 0.1 + 1)
    assert usage_of_run(cheaper, "endpoint", TIMINGS).text.endswith("4.10 EUR")


def test_without_a_price_or_an_endpoint_there_is_no_cost(workspace: Workspace) -> None:
    free = workspace.settings.model_copy(update={"price_output": None})
    for settings, writer in ((free, "endpoint"), (workspace.settings, "qwen")):
        spent = usage_of_run(settings, writer, TIMINGS)
        assert spent.cost is None
        assert spent.text.endswith("100,000 written")


def test_a_writer_that_is_no_model_uses_nothing(workspace: Workspace, found: Understanding) -> None:
    assert usage_of_run(workspace.settings, "outline", Timings()).text == ""
    assert expected_usage(workspace, workspace.project("P").id, found, "outline") == Usage()


def test_an_estimate_without_earlier_runs_is_called_rough(
    workspace: Workspace, found: Understanding
) -> None:
    guess = expected_usage(workspace, workspace.project("P").id, found, "endpoint")
    assert guess.estimated == 0
    once_more = READ_AGAIN_TOKENS * len(found.conditions)
    assert guess.prompt_tokens == 36_000 + once_more, "one story, one call, and read again"
    assert guess.text.startswith(f"about {guess.prompt_tokens:,} tokens read")
    assert guess.text.endswith("(rough: no earlier run to go by)")


def test_an_estimate_rests_on_earlier_runs_with_the_same_writer(
    workspace: Workspace, found: Understanding
) -> None:
    project = workspace.project("P").id
    for writer, tokens in (("endpoint", 1_000), ("endpoint", 3_000), ("qwen", 900_000)):
        run = GenerationRun(
            id=f"{writer}{tokens}", request="r", generation=GenerationConfig(writer=writer)
        )
        workspace.library.start_run(project, run)
        workspace.library.record_plan(run.id, found.conditions, (), ())
        timings = Timings(prompt_tokens=tokens, generated_tokens=tokens // 10)
        workspace.library.finish_run(run.id, status="done", timings=timings)
    guess = expected_usage(workspace, project, found, "endpoint")
    assert (guess.prompt_tokens, guess.generated_tokens, guess.estimated) == (2_000, 200, 2)
    assert guess.text == "about 2,000 tokens read, 200 written, 0.0060 USD (from 2 earlier runs)"


@pytest.mark.parametrize(("amount", "text"), [(0, "0.00"), (0.00234, "0.0023"), (1.005, "1.00")])
def test_small_amounts_keep_their_digits(amount: float, text: str) -> None:
    assert money(amount) == text
