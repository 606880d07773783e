"""How far the comparing of very many criteria is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def comparison_progress() -> Iterator[Callable[[int, int], None]]:
    """A bar that is there from the first part compared to the last; gets criteria done and in all.

    Few criteria are not taken in parts, and have no bar.
    """
    place = st.empty()

    def tell(done: int, total: int) -> None:
        place.progress(done / total, f"Comparing criteria: {done} of {total}")

    yield tell
    place.empty()
