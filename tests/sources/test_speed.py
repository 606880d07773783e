"""Time grows with the length only: no text of the allowed size holds anything up for long."""

from __future__ import annotations

import contextlib
import time

import pytest

from assistant.errors import SourceError
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.readers.documents.html import to_markdown

EPIC = """## CC-{0} Extend a plan {0}
As a call centre agent
I want to extend a plan
so that customers stay on supply.

### Acceptance criteria
- AC1: The agent can extend by up to 14 days.
- AC2: Beyond 14 days:
  - is rejected
"""
SHAPES = [
    "a", "[", "*", "_a", "As a ", "in order to ", "- ", "1. ", "|a", "a\t", "AC1 ", "CC-1", "{{",
    "\"", "a. ", "word ", "a: ", "# a\n", "**a**\n", "a\n\n", "- a\n", "|a|b|\n", "> a\n",
    "```\nx\n", "As a\n", "1. a\n", "When x\n", "Given a\nWhen b\nThen c\n", "AC1: x\n",
    "CC-1 - t\n", "h2. a\n* b\n", "Notes: x\n", "- x:\n  - y\n", "\n",
]  # fmt: skip


def seconds(text: str) -> float:
    """Processor time that a text takes to read."""
    begin = time.process_time()
    with contextlib.suppress(SourceError):
        read_pasted(text)
    return time.process_time() - begin


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_text_takes_about_ten_times_as_long(shape: str) -> None:
    small, large = (shape * (size // len(shape)) for size in (2_000, 20_000))
    allowed = max(1.5, 25 * seconds(small))
    assert min(seconds(large), seconds(large)) < allowed


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<ac:rich-text-body>"]
)
def test_a_page_nested_ten_times_deeper_takes_about_ten_times_as_long(shape: str) -> None:
    def taken(size: int) -> float:
        begin = time.process_time()
        assert "kept" in to_markdown(shape * (size // len(shape)) + "kept")
        return time.process_time() - begin

    allowed = max(1.5, 25 * taken(10_000))
    assert min(taken(100_000), taken(100_000)) < allowed


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "# CC-1 Programme\n" + "".join(EPIC.format(number) for number in range(2, 4000)),
        "## CC-1\n" + "word\n" * 60_000,
    ],
    ids=["epics", "one story"],
)
def test_as_much_as_may_be_pasted(text: str) -> None:
    # A guard against minutes, not a measure: the machine may be busy.
    assert min(seconds(text[:1_000_000]) for _ in range(2)) < 60
