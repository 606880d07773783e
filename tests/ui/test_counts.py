"""Numbers with their nouns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant
from assistant.ui.counts import counted

PACKAGE = Path(assistant.__file__).parent
NOUNS = sorted(
    {
        noun
        for path in PACKAGE.rglob("*.py")
        for noun in re.findall(r"\bcounted\([^\"\n]*\"([^\"]+)\"\)", path.read_text("utf-8"))
    }
)


def test_the_nouns_that_the_program_counts_are_found() -> None:
    assert "older talk" in NOUNS
    assert "passage" in NOUNS


@pytest.mark.parametrize("noun", NOUNS)
def test_what_the_program_counts_has_a_plural(noun: str) -> None:
    assert counted(1, noun) == f"1 {noun}"
    assert counted(3, noun) != f"3 {noun}"
