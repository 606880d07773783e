"""The main job in a real browser with models that write: the embedded one, and one at an address.

Without any model, which gives outlines, it is walked in ``test_main_job.py``. The model at an
address is the same small one, asked item by item: whole stories are beyond it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from canvas_tables import at_rest
from conftest import Server
from playwright.sync_api import Page, expect
from reviewing import (
    TEXT,
    accept,
    edit,
    field,
    ids,
    open_case,
    press,
    rows,
    steps,
    type_into,
)

from assistant.domain import GenerationConfig
from assistant.generation.models.catalogue import DEFAULT_CHAT, find_model
from assistant.generation.models.chat_models import open_embedded
from assistant.settings import Settings
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER
from assistant.workflow.deployment.ways_of_writing import choose_way

pytestmark = pytest.mark.slow

EPIC = """# PAY-7 Refund a payment
Release: Drop-9

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""
LONG = 900_000
"""Milliseconds: a small model on two busy cores takes up to a minute for a case."""


@pytest.fixture(params=["Qwen", "served"])
def writer(request: pytest.FixtureRequest) -> str:
    """Words of the writer's name in the list of writers."""
    return str(request.param)


@pytest.fixture
def server(
    writer: str,
    data_dir: Path,
    models_dir: Path,
    tmp_path: Path,
    fetched_model: Callable[[str], Path],
) -> Iterator[Server]:
    """The app with the embedded writer, or without it and with the address of a model."""
    path = fetched_model(DEFAULT_CHAT)
    endpoint = None
    environment: dict[str, str] = {}
    if writer == "served":
        config = GenerationConfig(timeout_seconds=LONG / 1000)
        endpoint = open_embedded(find_model(DEFAULT_CHAT), path, threads=0, config=config)
        assert endpoint.engine is not None
        environment = {
            "UAT_ENDPOINT_PROVIDER": "openai",
            "UAT_ENDPOINT_URL": endpoint.engine.base_url,
            "UAT_ENDPOINT_MODEL": writer,
            "UAT_ENDPOINT_API_KEY": endpoint.engine.api_key,
            "UAT_ENDPOINT_CONTEXT_TOKENS": str(endpoint.engine.context_tokens),
            "UAT_ENDPOINT_TIMEOUT": str(LONG // 1000),
        }
        there = Settings(data_dir=data_dir, endpoint_provider="openai", endpoint_model=writer)
        choose_way(there, ENDPOINT_WRITER, "item")
    else:
        models_dir = path.parent.parent
    running = Server(data_dir, models_dir, tmp_path / "server.log", environment)
    running.start()
    yield running
    running.kill()
    if endpoint is not None:
        endpoint.close()
    assert "Traceback" not in running.log(), running.log()


def test_a_model_writes_and_a_person_reviews(server: Server, page: Page, writer: str) -> None:
    page.goto(server.url)
    page.get_by_label(TEXT).fill(EPIC)
    page.get_by_role("combobox", name="Writer").click()
    page.get_by_role("option", name=re.compile(writer)).click()
    at_rest(page)
    page.locator(".st-key-generate button").first.click()
    expect(page.get_by_text(re.compile(r"^\d+ cases: ")).first).to_be_visible(timeout=LONG)
    expect(accept(page)).to_be_visible(timeout=LONG)
    at_rest(page)

    # What the model wrote says who wrote it; what it could not, is an outline.
    shown = [row.strip().splitlines() for row in rows(page).all_inner_texts()]
    written = [number for number, row in enumerate(shown) if "Outline" not in row[-1]]
    assert written, shown
    rows(page).nth(written[0]).click()
    chosen = ids(page)[written[0]]
    expect(open_case(page)).to_have_text(chosen)
    expect(steps(page)).not_to_contain_text("Outline")
    if writer == "Qwen":
        expect(page.get_by_text("read every line").first).to_be_visible()
    expect(page.get_by_text("Cited for ").first).to_be_visible()

    # A person words a result, accepts the case and downloads it.
    edit(page)
    type_into(page, field(page, "Expected result", 1), "The refund is paid at once.")
    press(page, "e")
    expect(steps(page)).to_contain_text("The refund is paid at once.")
    press(page, "a")
    expect(page.get_by_text(re.compile(r"cases: 1 accepted"))).to_be_visible()
    page.get_by_role("button", name="Download CSV").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download 1 case").click()
    found = list(csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
    assert {row["Test Case ID"] for row in found} == {chosen}
    assert found[0]["Expected Result"].startswith("The refund is paid at once.")
