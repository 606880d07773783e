"""A criterion that leans on rules which stand elsewhere is told by its words."""

from __future__ import annotations

import pytest

from assistant.reading.references import refers_elsewhere


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The fee depends on the days left, as in the business rules.", "the business rules"),
        ("Warranty rules apply to items bought online.", "Warranty rules"),
        ("The usual limits apply.", "The usual limits"),
        ("The discount is granted as agreed.", "as agreed"),
        ("The fee is computed according to the price list.", "the price list"),
        ("The fee follows, see BR-7.", "BR-7"),
        ("The fee is shown as in AC-3.", ""),  # a criterion, which has a checklist of its own
        ("The case number has the form C 345/25.", ""),
        ("No rules apply.", ""),
        ("The rule is saved and shown in the list of rules.", ""),
        ("Each day costs a fee, as in the table below.", ""),
        ("The message “see the price list” is shown.", ""),
    ],
)
def test_what_stands_elsewhere_is_named_by_the_criterion_s_words(text: str, words: str) -> None:
    assert refers_elsewhere(text, ["PAY-71-AC3", "PAY-71"]) == words
