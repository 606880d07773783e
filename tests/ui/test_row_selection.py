"""What is chosen in a table is a thing, not the row in which it happened to stand."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from assistant.ui.row_selection import choice_handler, chosen

    ids = st.session_state.get("ids", ["a", "b", "c"])
    handler = choice_handler("table", "held", ids)
    if "click" in st.session_state:
        rows = [st.session_state.pop("click")]
        st.session_state["table"] = {"selection": {"rows": rows, "columns": [], "cells": []}}
        handler()
    st.text(chosen("held") or "nothing")
    st.text(str(st.session_state["table"]["selection"]["rows"]))


def shown(page: AppTest) -> list[str]:
    page.run()
    assert not page.exception
    return [text.value for text in page.text]


def test_the_choice_follows_its_row_and_goes_with_it() -> None:
    page = AppTest.from_function(_page)
    assert shown(page) == ["nothing", "[]"]
    page.session_state["click"] = 1
    assert shown(page)[0] == "b"
    page.session_state["ids"] = ["c", "b2", "a", "b"]
    assert shown(page) == ["b", "[3]"]
    page.session_state["ids"] = ["c", "a"]
    assert shown(page) == ["nothing", "[]"]
    page.session_state["ids"] = ["b", "a"]
    assert shown(page) == ["nothing", "[]"], "what was gone is not chosen when it comes back"
