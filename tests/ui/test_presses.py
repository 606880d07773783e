"""A press is handled once, also where the page is drawn again before its button is reached."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from assistant.ui.presses import forget_presses, forget_unreached, pressed

    state = st.session_state
    forget_presses((state.get("page", "one"),))
    if state.pop("drawn_again", False):
        st.rerun()  # as Streamlit does where a choice is made while the page is drawn
    if state.get("shown", True):
        state.plain = state.get("plain", 0) + st.button("Plain", key="plain-button")
        state.kept = state.get("kept", 0) + pressed("Kept", key="kept-button")
        with st.form("form"):
            state.sent = state.get("sent", 0) + pressed("Send", button=st.form_submit_button)
    forget_unreached()


def count(app: AppTest) -> tuple[int, int, int]:
    state = app.session_state
    return state["plain"], state["kept"], state["sent"]


def test_a_press_is_heard_once_also_where_the_page_is_drawn_again_first() -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    app.button("kept-button").click().run()
    app.run()
    assert count(app) == (0, 1, 0)
    for key in ("plain-button", "kept-button", "Send"):
        app.session_state["drawn_again"] = True
        app.button(key).click().run()
    assert count(app) == (0, 2, 1)  # Streamlit's own button was not heard


def test_what_was_pressed_elsewhere_is_forgotten() -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    app.session_state["page"] = "two"
    app.button("kept-button").click().run()
    assert count(app) == (0, 0, 0)


def test_a_press_that_a_whole_drawing_did_not_reach_does_not_act_when_its_button_comes_back() -> (
    None
):
    app = AppTest.from_function(page, default_timeout=30).run()
    app.session_state["shown"] = False
    app.button("kept-button").click().run()
    app.session_state["shown"] = True
    app.run()
    assert count(app) == (0, 0, 0)
    app.button("kept-button").click().run()
    assert count(app) == (0, 1, 0)
