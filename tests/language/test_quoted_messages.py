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
    ],
)
def test_an_inch_mark_opens_no_quotation(text: str, said: list[str]) -> None:
    assert [message.text for message in find_messages(text)] == said
    assert mask_quotes(text).count("\x00") == sum(len(one) + 2 for one in said)
