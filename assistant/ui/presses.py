"""Buttons whose press is not lost while a page is drawn.

Streamlit tells a press to one drawing of the page. Whatever draws the page again before that
drawing has come to the button (a choice made meanwhile, a text read while it is typed, a list that
follows running work) ends it, and nobody hears of the press. Here the press is noted before the
drawing begins, and kept until the button is reached, or another page, project or run is looked at,
or a whole page was drawn without the button: else a second press, too late for what it was meant
for, would act when the button comes back.
Only for buttons whose key says what they act on: one that acts on whatever is chosen ("Delete it")
would act on what is chosen by then.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

_KEPT, _PLACE = "presses", "presses_place"


def pressed(
    label: str,
    *,
    key: str = "",
    button: Callable[..., object] = st.button,
    **options: object,
) -> bool:
    """Draw a button and say whether it was pressed since it was last asked.

    ``button`` is ``st.button`` or ``st.form_submit_button``; ``options`` are its own.
    """
    draw_button(label, key=key, button=button, **options)
    found = is_pressed(key or label)
    forget_press(key or label)
    return found


def draw_button(
    label: str,
    *,
    key: str = "",
    button: Callable[..., object] = st.button,
    **options: object,
) -> None:
    """Draw a button, see ``pressed``, whose press is asked for elsewhere, by its key or label."""
    # A callback that touches Streamlit's own state is ended where the next request waits already.
    button(label, key=key or label, on_click=_kept().add, args=(key or label,), **options)


def is_pressed(key: str) -> bool:
    """Whether the button was pressed and its press not forgotten yet."""
    return key in _kept()


def forget_press(key: str) -> None:
    """Drop the press of a button, which has been handled."""
    _kept().discard(key)


def forget_presses(place: tuple[str, ...]) -> None:
    """Drop what was pressed elsewhere than at ``place`` and never handled."""
    if st.session_state.get(_PLACE, place) != place:
        forget_unreached()
    st.session_state[_PLACE] = place


def forget_unreached() -> None:
    """Drop what was pressed and not handled, where a page has been drawn to its end."""
    _kept().clear()


def _kept() -> set[str]:
    """The buttons of this session that were pressed and not reached yet."""
    kept: set[str] = st.session_state.setdefault(_KEPT, set())
    return kept
