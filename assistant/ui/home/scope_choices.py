"""How much is tested: the depth and the techniques, where a sentence does not set them."""

from __future__ import annotations

import streamlit as st

from assistant.domain import DEPTHS, TECHNIQUES, Depth, Technique
from assistant.workflow.writing.asked import Asked

DEPTH, CHOSEN_TECHNIQUES = "compose_depth", "compose_techniques"
DEPTH_TITLES: dict[Depth, str] = {
    "smoke": "Smoke",
    "standard": "Standard",
    "thorough": "Thorough",
}


def scope_choices(asked: Asked | None) -> dict[str, object]:
    """Depth and techniques, each chosen here unless a part of the sentence sets it."""
    chosen: dict[str, object] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if asked is None or asked.reading.depth is None:
            chosen["depth"] = _depth(DEPTHS if asked is None else asked.depths)
        if asked is None or not asked.reading.techniques:
            chosen["techniques"] = _techniques()
    return chosen


def _depth(left: tuple[Depth, ...]) -> Depth:
    """How much is to be tested, of what is ``left``; the number of cases beside it follows."""
    first: Depth = "standard" if "standard" in left else left[-1]
    chosen = st.segmented_control(
        "Depth",
        left,
        format_func=DEPTH_TITLES.__getitem__,
        default=first,
        required=True,
        key=DEPTH if left == DEPTHS else f"{DEPTH}-{'-'.join(left)}",
        help=(
            "Smoke: each criterion's positive and first negative. Standard: every rule, limit, "
            "state and role. Thorough: every combination of conditions as well, and all points of "
            "all limits."
        ),
        persist_state="session",
    )
    return next((depth for depth in left if depth == chosen), first)


def _techniques() -> tuple[Technique, ...]:
    """Which techniques cases are written for; all where none is chosen."""
    with st.popover("Techniques", icon=":material/tune:"):
        chosen = st.pills(
            "Write cases for",
            TECHNIQUES,
            default=TECHNIQUES,
            selection_mode="multi",
            key=CHOSEN_TECHNIQUES,
            help="End-to-end cases walk one process through several stories of the epic.",
            persist_state="session",
        )
    return tuple(name for name in TECHNIQUES if name in chosen) or TECHNIQUES
