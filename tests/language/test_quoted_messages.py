"""Quoted messages: found in all marks, apostrophes and inch marks left alone."""

from __future__ import annotations

import pytest

from assistant.language.quoted_messages import find_messages, mask_quotes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rims of 20" in black, tyres of 17"', []),
        ('a 20" rim is shown as "Rim 20" or "Big"', ["Rim 20", "Big"]),
        ('"20" is entered for rims of 20" and 17"', ["20"]),
        ('17" wheels and 18" wheels, `24" or 27"`', []),
        ('"Max. 20" and "Min. 5"', ["Max. 20", "Min. 5"]),
        ('a 20"x30" panel, 20"W x 30"D, 24"er und 27"er', []),
        ('rims of 20"as shown in "Big"', ["Big"]),
    ],
)
def test_an_inch_mark_opens_no_quotation(text: str, said: list[str]) -> None:
    assert [message.text for message in find_messages(text)] == said
    assert mask_quotes(text).count("\x00") == sum(len(one) + 2 for one in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Fields 1"First name", 2"Last name"', ["First name", "Last name"]),
        ('Code 5"Not found" is shown', ["Not found"]),
        ('1"Step 2", 2"Étape 3", rims of 20" and 17"', ["Step 2", "Étape 3"]),
    ],
)
def test_a_quotation_may_begin_right_behind_a_digit(text: str, said: list[str]) -> None:
    assert [message.text for message in find_messages(text)] == said
