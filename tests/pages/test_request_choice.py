"""A sentence that code does not read: the chosen writer, a model over real HTTP, reads it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from endpoint_server import EndpointServer, endpoint_server, refuses, streams
from on_page import text_of
from streamlit.testing.v1 import AppTest

ASK = "Could you do the UAT for whatever Ann's people built around shouting customers?"
WORDS = "shouting customers"
CHOICE = {
    "write": [
        {"words": WORDS, "keys": ["CC-301", "CC-302"]},
        {"words": "whatever Ann's people built", "keys": ["CC-999"]},
    ],
    "leave_out": [{"words": "the UAT", "keys": ["BIL-200"]}],
    "unknown": ["Ann's people"],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", running.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "reader-9")
        running.answer = streams(json.dumps(CHOICE), tokens=(1200, 90))
        yield running


def keys(app: AppTest) -> set[str]:
    return {str(one.key) for one in app.button}


def asked(app: AppTest, sentence: str = ASK, *, writer: str = "endpoint") -> AppTest:
    """The page with a sentence and a writer."""
    app.segmented_control(key="compose_way").set_value("ask").run()
    app.selectbox(key="compose_writer").set_value(writer).run()
    app.text_input(key="compose_asked").set_value(sentence).run()
    assert not app.exception
    return app


def read(app: AppTest) -> AppTest:
    """The page after the model has read the sentence, or failed to."""
    app.button(key="let_model_read").click().run()
    deadline = time.monotonic() + 60
    while "stop_choice" in keys(app):
        assert time.monotonic() < deadline, text_of(app)
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def chips(app: AppTest) -> list[str]:
    return [str(name) for name in app.button_group(key="asked_parts").value]


def icons(app: AppTest) -> list[str]:
    return [one.content_icon for one in app.button_group(key="asked_parts").proto.options]


@pytest.mark.long
def test_the_choice_is_shown_with_its_words_to_be_checked(
    server: EndpointServer, app: AppTest
) -> None:
    asked(app)
    assert "Nothing is selected" in text_of(app)
    assert app.button(key="let_model_read").label.replace("\\", "") == "Let reader-9 read it"
    assert not server.bodies, "nothing is sent while a person types"
    writers = app.selectbox(key="compose_writer").options
    read(app)
    assert app.selectbox(key="compose_writer").options == writers, "or the chosen one is another's"
    assert len(server.bodies) == 1
    assert (
        app.button_group(key="asked_parts").label.replace("\\", "") == "Read by reader-9: check it"
    )
    assert chips(app) == ["story:CC-301", "story:CC-302"], "nothing of BIL-200 is written for"
    shown = text_of(app)
    assert f"“{WORDS}”: CC-301" in shown
    assert "left out, “the UAT”: BIL-200" in shown
    assert "Not understood: nothing is named “Ann's people”" in shown
    assert "1,200 tokens read, 90 written" in shown
    assert "“CC-999” is no key that was listed" in shown
    assert ":green[:material/check:] CC-" not in shown
    assert icons(app) == [":material/smart_toy:"] * 2
    assert "from 1 epic, 2 stories" in shown
    app.run()
    assert len(server.bodies) == 1, "drawing the page again asks nobody"


@pytest.mark.long
def test_a_person_takes_out_and_adds(server: EndpointServer, app: AppTest) -> None:
    row = {"words": "the UAT", "keys": ["CC-303"]}
    write = [{"words": WORDS, "keys": ["CC-300"]}]
    server.answer = streams(json.dumps(CHOICE | {"write": write, "leave_out": [row]}))
    read(asked(app))
    assert chips(app) == ["epic:CC-300", "-story:CC-303"]
    app.button_group(key="asked_parts").set_value(["epic:CC-300"]).run()
    assert "from 1 epic, 4 stories" in text_of(app)
    app.button_group(key="asked_parts").set_value(["epic:CC-300", "-story:CC-303"]).run()
    assert "from 1 epic, 3 stories" in text_of(app)
    (more,) = [one for one in app.multiselect if str(one.key).startswith("asked_added")]
    more.set_value(["BIL-400"]).run()
    assert not app.exception
    assert "from 2 epics" in text_of(app)
    app.button_group(key="asked_parts").set_value(["-story:CC-303"]).run()
    assert "from 1 epic," in text_of(app), "what was added stays"
    (more,) = [one for one in app.multiselect if str(one.key).startswith("asked_added")]
    more.set_value([]).run()
    assert "Nothing is selected" in text_of(app), "what is left out alone is no wish for the rest"
    app.button(key="without_model").click().run()
    assert "let_model_read" in keys(app)
    assert "Nothing is selected" in text_of(app)


@pytest.mark.long
def test_it_is_offered_where_words_are_not_understood_and_to_a_writer_that_is_able(
    server: EndpointServer, app: AppTest
) -> None:
    asked(app, "Test cases for CC-100")
    assert "let_model_read" not in keys(app)
    asked(app, "Test cases for CC-100 and Drop-9")
    assert "let_model_read" in keys(app)
    app.selectbox(key="compose_writer").set_value("outline").run()
    assert "let_model_read" not in keys(app)
    assert "A model can read the sentence where it is the writer: reader-9" in text_of(app)
    assert not server.bodies


@pytest.mark.long
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refuses(401, "wrong key"), "did not accept the key"),
        (streams("CC-301, I think"), "not valid JSON"),
        (streams('{"write": [], "leave_out": [], "unknown": []}'), "read nothing in this request"),
    ],
)
def test_what_goes_wrong_is_said_and_codes_reading_stays(
    answer: Callable[[Any], None], told: str, server: EndpointServer, app: AppTest
) -> None:
    server.answer = answer
    read(asked(app, "Test cases for CC-100 and Drop-9"))
    shown = text_of(app)
    assert told in shown
    assert "epic:CC-100" in chips(app)
    server.answer = streams(
        json.dumps(CHOICE | {"write": [{"words": "cases", "keys": ["CC-200"]}]})
    )
    read(app)
    assert chips(app) == ["epic:CC-200", "epic:CC-100"]
    shown = text_of(app)
    assert told not in shown
    assert "Read in two ways: epic CC-100: kept, though the model read nothing of it" in shown
    assert "Not understood: there is no release “Drop-9”" in shown


@pytest.mark.long
def test_depth_and_techniques_stand_on_chips_with_their_words(
    server: EndpointServer, app: AppTest
) -> None:
    more = {
        "write": [],
        "leave_out": [],
        "unknown": [],
        "depth": {"words": "regression depth", "name": "thorough"},
        "techniques": [{"words": "who may do what", "names": ["role"]}],
        "techniques_left_out": [],
    }
    server.answer = streams(json.dumps(more))
    asked(app, "CC-100 in regression depth, quick, only who may do what")
    assert "Passed over: “regression depth”" in text_of(app)
    read(app)
    group = app.button_group(key="asked_parts")
    assert [one.replace("\\", "") for one in group.options] == [
        "depth thorough (“regression depth”)",
        "technique role (“who may do what”)",
        "epic CC-100",
        "depth smoke (“quick”)",
    ]
    assert icons(app)[2] == ":material/check:", "code read the key"
    assert chips(app) == ["depth:thorough", "technique:role", "epic:CC-100"]
    assert "Read in two ways: depth smoke (“quick”): left aside" in text_of(app)
    assert "Passed over" not in text_of(app)
    assert "positive]" not in text_of(app)
    group.set_value(["epic:CC-100", "depth:smoke"]).run()
    assert not app.exception
    assert "positive]" in text_of(app)
    assert not [one for one in app.segmented_control if one.key == "compose_depth"]


@pytest.mark.long
def test_a_criterion_that_is_left_out_stands_so_on_the_checklist(
    server: EndpointServer, app: AppTest
) -> None:
    write = [{"words": WORDS, "keys": ["CC-301"]}]
    row = {"words": "the UAT", "keys": ["CC-301-AC1"]}
    server.answer = streams(json.dumps(CHOICE | {"write": write, "leave_out": [row]}))
    read(asked(app))
    lines = [line for one in app.markdown for line in str(one.value).splitlines()]
    marked = [line for line in lines if ":gray[(left out)]" in line]
    assert len(marked) == 1, "the last line of the criterion"
    assert not [line for line in lines if "no item" in line]
