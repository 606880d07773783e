"""A sentence as it was read: a chip for each part, to be taken out and put back; what names nothing
and what was passed over stand apart. And how much is tested, where the sentence does not set it.

A question where cases are ordered: asked of the sources instead, or written for all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from assistant.domain import DEPTHS, TECHNIQUES, Depth, Technique
from assistant.ui.ask.ask_talks import CARRIED, open_talk
from assistant.ui.counts import listed
from assistant.ui.home.model_choice import (
    MODEL_ICON,
    look_at_choice,
    model_choice,
)
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import Session
from assistant.workflow.ask.ask_sources import sense_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing.request_offers import Offer, offers, with_offers
from assistant.workflow.writing.requests import (
    Asked,
    RequestPart,
    near_title,
    part_title,
    read_asked,
    taken_title,
    two_ways,
)

PARTS, _OF_TEXT = "asked_parts", "asked_parts_of"
OFFERS, _OFFERS_OF = "asked_offers", "asked_offers_of"
LINES_OPEN, LINES_LISTED = 5, 100
"""Up to so many lines about epics stand open below a sentence; up to so many are listed."""
_ICONS = {
    "depth": ":material/straighten:",
    "technique": ":material/tune:",
    "topic": ":material/search:",
}


def asked_parts(opened: Workspace, record: Session, text: str) -> Asked:
    """Show the parts of a sentence, and return it as read without those that were taken out."""
    by_code = read_asked(opened, record.project_id, text)
    look = look_at_choice(opened, record, by_code)
    read = look.read(by_code)
    parts = {part.id: part for part in read.parts if part.name not in look.added}
    # An epic may be imported meanwhile, and a model may read the same parts otherwise.
    shown = (record.project_id, text, tuple(parts), read.set_aside)
    if st.session_state.get(_OF_TEXT) != shown:
        first = [name for name in parts if name not in read.set_aside]
        st.session_state.update({_OF_TEXT: shown, PARTS: first})
    kept = list(parts)
    if parts:
        kept = st.pills(
            look.title or "Understood",
            list(parts),
            selection_mode="multi",
            key=PARTS,
            format_func=lambda name: _chip(parts[name], read),
            help="Press a part to take it out of the request, and again to put it back.",
            wrap=True,
            persist_state="session",
        )
    asked = read.without(tuple(name for name in parts if name not in kept))
    for line in two_ways(read):
        lead = ":orange[:material/alt_route:] Read in two ways:"
        st.caption(f"{lead} {label(line, limit=300)}. Press its part to change that.")
    missed = [label(one.note, limit=300) for one in asked.told if not one.understood]
    if missed:
        st.caption(f":orange[:material/help:] Not understood: {'; '.join(missed)}")
    for one in asked.told:
        if one.understood:
            st.caption(f":material/info: Understood, but {label(one.note, limit=300)}")
    if asked.unread:
        words = ", ".join(f"“{one}”" for one in asked.unread)
        st.caption(
            f":gray[:material/skip_next: Passed over: {label(words, limit=300)}]",
            help="They choose no epic. A model that writes whole stories is told the whole "
            "sentence.",
        )
    if look.made is None:
        asked = _with_pressed(asked, by_code, record.project_id)
    model_choice(opened, record, by_code, look)
    _scope(asked)
    return asked


def _with_pressed(asked: Asked, by_code: Asked, project_id: str) -> Asked:
    """Offer what the sentence may mean, and return it with what is pressed."""
    found = {one.id: one for one in offers(by_code)}
    shown = (project_id, by_code.reading.text, tuple(found))
    if st.session_state.get(_OFFERS_OF) != shown:
        st.session_state.update({_OFFERS_OF: shown, OFFERS: []})
    if not found:
        return asked
    pressed = st.pills(
        "Press what you mean",
        list(found),
        selection_mode="multi",
        key=OFFERS,
        format_func=lambda name: _offer_title(found[name]),
        help="What may be meant by words that name nothing for certain. Nothing here is taken "
        "before you press it.",
        wrap=True,
        persist_state="session",
    )
    return with_offers(asked, [found[name] for name in pressed])


def _offer_title(offer: Offer) -> str:
    if offer.kind == "aside":
        return f":material/block: leave {label(offer.title, limit=80)} aside"
    title = f"{label(offer.key)} {label(offer.title, limit=80)}"
    if offer.kind == "only":
        return f":material/filter_alt: of {label(offer.of)} only {title}"
    return f":material/add: {title}"


def _scope(asked: Asked) -> None:
    """What is taken, with its criteria, and what is near and is not, and why."""
    taken = [taken_title(epic) for epic in asked.taken]
    counts = {
        "epic": len(taken),
        "story": sum(len(epic.stories) for epic in asked.taken),
        "criterion": sum(len(epic.criteria) for epic in asked.taken),
    }
    lead = f"{MODEL_ICON} " if asked.by_choice else ":green[:material/check:] "
    _lines(lead, taken, f"Taken: {listed(counts)}")
    near = [near_title(one, asked) for one in asked.selection.near]
    _lines(":orange[:material/remove:] Not taken: ", near, f"Near, but not taken: {len(near)}")


def _lines(lead: str, texts: Sequence[str], title: str) -> None:
    """A line for each text, folded where they are many."""
    shown = [f"{lead}{label(text, limit=300)}" for text in texts[:LINES_LISTED]]
    if len(texts) > LINES_LISTED:
        shown.append(f"{len(texts) - LINES_LISTED} more")
    lines = "  \n".join(shown)
    if len(texts) > LINES_OPEN:
        with st.expander(title):
            st.caption(lines)
    elif lines:
        st.caption(lines)


def _chip(part: RequestPart, asked: Asked) -> str:
    usual = MODEL_ICON if part.by_model else ":material/check:"
    icon = ":material/block:" if part.excluded else _ICONS.get(part.kind, usual)
    return f"{icon} {label(part_title(part, asked))}"


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


ALL_THE_SAME = "write_all_the_same"
"""The question that a person wants cases for although it is one."""


def is_asked(text: str) -> bool:
    """Whether a sentence is a question to the sources, unless a person said otherwise."""
    return sense_of(text) == "question" and st.session_state.get(ALL_THE_SAME) != text


def question_offer(record: Session, text: str) -> None:
    """Offer to ask the sources, with the question carried over."""
    st.info("This reads as a question, not as an order for test cases.", icon=":material/forum:")
    with st.container(horizontal=True, gap="small"):
        _ask_button(record, text, "Ask the sources", kind="primary")
        st.button(
            "Write test cases all the same",
            type="tertiary",
            key="write_instead",
            on_click=lambda: st.session_state.update({ALL_THE_SAME: text}),
        )


def ask_instead(record: Session, text: str) -> None:
    """A way to ask, where nobody can tell whether a sentence asks or orders; else nothing."""
    if sense_of(text) != "order" and text.strip():
        _ask_button(record, text, "Ask the sources instead", kind="tertiary")


def _ask_button(
    record: Session, text: str, title: str, *, kind: Literal["primary", "tertiary"]
) -> None:
    if pressed(title, type=kind, icon=":material/forum:", key="ask_instead"):
        st.session_state[CARRIED] = text
        open_talk(record, "")
        st.switch_page("pages/ask_sources.py")
