"""Messages to a chat model, and untrusted text made safe to stand in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Role = Literal["system", "user", "assistant"]
Message = tuple[Role, str]
"""A role and what it says."""


def neutralise(text: str, special_tokens: Sequence[str]) -> str:
    """``text`` in which none of ``special_tokens`` is left whole, and little else has changed.

    A chunk that holds ``<|im_start|>system`` would otherwise open a real turn of the conversation.
    Each occurrence is broken by a space after its first character, which stays readable.
    """
    # One-character tokens cannot be broken; blank ones are ordinary white space in some
    # vocabularies and open no turn.
    breakable = sorted({t for t in special_tokens if len(t.strip()) > 1}, key=len, reverse=True)
    if not breakable:
        return text
    pattern = re.compile("|".join(map(re.escape, breakable)))
    # Breaking one token can complete no other that has no space inside; those that have one need
    # another round, and each round makes the text longer where it matches.
    while pattern.search(text):
        text = pattern.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
    return text
