"""The app with its index on a Qdrant server that is down: it says where chunks go, and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

EPIC = """# PAY-7 Refund a payment

## PAY-71 Refund within the limit
As a billing agent I want to refund a payment so that the customer is not out of pocket.

Acceptance criteria:
- A refund of up to £250.00 is paid at once.
"""


@pytest.mark.slow
def test_with_the_server_down_the_app_says_so_and_goes_on(
    open_app: Callable[..., AppTest], qdrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_QDRANT_URL", qdrant.url)
    qdrant.stop()
    app = open_app()
    shown = text_of(app)
    assert f"chunks of the sources are kept at :orange[{qdrant.host}]" in shown
    assert "stay on this computer" not in shown
    app.text_area(key="compose_text").set_value(EPIC).run()
    app.button(key="generate").click().run()
    deadline = time.monotonic() + 240
    while f"The Qdrant server at {qdrant.host} cannot be reached" not in text_of(app):
        assert time.monotonic() < deadline, text_of(app)
        time.sleep(0.2)
        app.run()
        assert not app.exception
    app.switch_page("pages/configure_retrieval.py").run()
    app.text_input(key="trial_query").set_value("how long is a voucher valid").run()
    assert not app.exception
    assert "searching and generating do not" in text_of(app)
    app.switch_page("pages/import_sources.py").run()
    assert not app.exception
    assert len(app.dataframe[0].value) > 5, "sources are still listed"


def test_a_server_that_is_refused_is_a_readable_error(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_QDRANT_URL", "http://10.255.0.7:6333")
    app = open_app()
    assert "UAT_QDRANT_INSECURE=1" in text_of(app)


def test_pasted_text_is_not_said_to_stay_when_its_chunks_leave(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is there at this address, and nothing needs to be."""
    monkeypatch.setenv("UAT_QDRANT_URL", "https://qdrant.invalid:6333")
    monkeypatch.setenv("UAT_QDRANT_API_KEY", "a-key")
    shown = text_of(open_app())
    assert "Your text is written here; its chunks are kept at qdrant.invalid:6333." in shown
    assert "stays on this computer" not in shown
