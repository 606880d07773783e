"""The session's widgets while two threads draw its page."""

from __future__ import annotations

from streamlit.runtime.state.session_state import WStates

from assistant.ui import state


def test_widgets_may_be_added_while_another_thread_walks_through_them() -> None:
    assert state
    widgets = WStates()
    widgets.set_from_value("first", 1)
    seen = []
    for name in widgets:
        widgets.set_from_value(f"{name}-again", 2)
        seen.append(name)
    assert seen == ["first"]
    assert len(widgets) == 2
