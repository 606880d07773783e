"""One color for each test design technique, wherever it is shown."""

from __future__ import annotations

from assistant.domain import Technique

TECHNIQUE_COLORS: dict[Technique, str] = {
    "positive": "green",
    "negative": "red",
    "boundary": "blue",
    "decision-table rule": "violet",
    "state transition": "orange",
    "role": "gray",
    "pairwise": "yellow",
    "end-to-end": "primary",
}
