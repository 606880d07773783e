"""How verdicts on existing cases are counted."""

from __future__ import annotations

import pytest
from impact import FOLDER, gold_of, is_right


@pytest.mark.parametrize(
    ("gold", "said", "right"),
    [
        ("holds", "keep", True), ("holds", "", False), ("holds", "change", False),
        ("change", "change", True), ("change", "keep", False), ("change", "remove", False),
        ("obsolete", "remove", True), ("obsolete", "", False),
        ("trap", "", True), ("trap", "keep", True), ("trap", "change", False),
        ("untouched", "remove", False),
    ],
)  # fmt: skip
def test_a_verdict_is_right_where_it_is_the_authors(gold: str, said: str, right: bool) -> None:
    assert is_right(gold, said) is right


def test_every_company_has_a_verdict_for_each_of_its_cases() -> None:
    folders = [one for one in FOLDER.iterdir() if one.is_dir()]
    assert folders
    for folder in folders:
        assert len(gold_of(folder)) == 70
