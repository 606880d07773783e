"""Numbers with their nouns."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import assistant
from assistant.ui.counts import counted

PACKAGE = Path(assistant.__file__).parent
TEXTS = (path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
NOUNS = sorted(
    {
        call.args[1].value
        for text in TEXTS
        if "counted(" in text  # each worker does this, and to read all trees takes seconds
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "counted"
        and isinstance(call.args[1], ast.Constant)
    }
)


@pytest.mark.parametrize("noun", NOUNS)
def test_what_the_program_counts_has_a_plural(noun: str) -> None:
    assert counted(1, noun) == f"1 {noun}"
    plural = counted(2, noun).removeprefix("2 ")
    irregular = {"criterion": "criteria", "piece not understood": "pieces not understood"}
    ends_in_ies = noun.endswith("y") and noun[-2] not in "aeiou"
    assert plural == irregular.get(noun, f"{noun[:-1]}ies" if ends_in_ies else f"{noun}s")
    assert not noun.endswith(("s", "x", "ch", "sh")), "its plural takes -es"


def test_a_vowel_keeps_its_y() -> None:
    assert counted(2, "day") == "2 days"


def test_the_nouns_that_the_program_counts_are_found() -> None:
    assert {"older talk", "time", "more imported case", "story"} <= set(NOUNS)
