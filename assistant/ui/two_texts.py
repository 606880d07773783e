"""Two versions of a sentence of a source side by side, the words that differ marked."""

from __future__ import annotations

import streamlit as st

from assistant.ui.plain_text import label, marked_words, without_emphasis
from assistant.workflow.review.sentences import word_diff


def beside(old: str, new: str, *, gone: str) -> None:
    """The old words on the left, the new ones on the right; ``gone`` stands for new ones where
    there are none."""
    old, new = without_emphasis(old)[0], without_emphasis(new)[0]
    words = word_diff(old, new)
    left, right = st.columns(2, gap="small")
    left.markdown(
        f":small[{marked_words(words, 'out')}]" if old else ":small[:gray[no sentence like it]]"
    )
    right.markdown(
        f":small[{marked_words(words, 'in')}]" if new else f":small[:gray[{label(gone)}]]"
    )
