"""Who waits for thousands of criteria sees how far they are."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page(leave: bool) -> None:
    from assistant.ui.job_progress import comparison_progress

    with comparison_progress() as tell:
        tell(1000, 6000)
        tell(2000, 6000)
        if leave:
            import streamlit as st

            st.stop()


def test_the_bar_says_how_many_of_how_many() -> None:
    bar = AppTest.from_function(_page, args=(True,)).run().get("progress")[0]
    assert "2000 of 6000" in str(bar.proto)


def test_the_bar_goes_when_all_are_compared() -> None:
    assert not AppTest.from_function(_page, args=(False,)).run().get("progress")
