"""The page Ask: a question, its answer with sources, earlier talks; a question where cases are."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from endpoint_server import endpoint_server, streams
from on_page import text_of
from streamlit.testing.v1 import AppTest

from assistant.domain import Citation, GenerationConfig, GenerationRun, Standing
from assistant.generation.answers.answer_parts import Answer, AnswerSentence
from assistant.generation.models.chat_models import ChatEndpoint
from assistant.ui import state
from assistant.ui.ask import ask_page, ask_talks
from assistant.ui.ask.ask_talks import MENU
from assistant.workflow.ask import ask_sources
from assistant.workflow.deployment.endpoints import Endpoints

QUESTION = "What is the cooling-off period for a domestic contract?"


def opened(app: AppTest) -> AppTest:
    app.switch_page("pages/ask_sources.py").run()
    assert not app.exception
    return app


def asked(app: AppTest, question: str) -> AppTest:
    app.chat_input(key="ask_question").set_value(question).run()
    return answered(app)


def asked_without_model(app: AppTest) -> Answer:
    """An answer that the page did not ask for."""
    return ask_sources.ask(state.workspace(), app.query_params["project"], QUESTION)


def answered(app: AppTest) -> AppTest:
    """The page when it can be asked again."""
    assert not app.exception
    deadline = time.monotonic() + 60
    while app.chat_input(key="ask_question").disabled:
        assert time.monotonic() < deadline, text_of(app)
        time.sleep(0.2)
        app.run()
    return app


def test_a_question_that_is_too_long_is_there_to_be_shortened(app: AppTest) -> None:
    question = "What is the fee? " * 250
    asked(opened(app), question)
    assert "4,249 characters; at most 400 and 3,000 are read" in text_of(app)
    assert app.code[0].value == question


@pytest.mark.long
def test_examples_are_offered_and_answered(app: AppTest) -> None:
    opened(app)
    example = app.button(key="example-0")
    assert "What do the sources say about" in example.label
    example.click().run()
    assert "fetched" in text_of(answered(app))


@pytest.mark.long
def test_a_question_that_waits_says_how_far_the_run_before_it_is(
    environment: Path, open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint_server() as server:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "m1")
        app = opened(open_app())
        workspace = state.workspace()
        run = GenerationRun(id="run-1", request="r", generation=GenerationConfig())
        workspace.library.start_run(app.query_params["project"], run)
        app.selectbox(key="ask_writer").select("endpoint").run()
        with workspace.jobs.model_turn(run.id, lambda: False):
            app.chat_input(key="ask_question").set_value(QUESTION).run()
            app.run()
            said = text_of(app)
            (cancel,) = [one for one in app.button if str(one.key).startswith("cancel-")]
            cancel.click().run()
        assert "1 run before this one (0 cases so far for 0 items)" in said
        answered(app)


@pytest.mark.long
def test_what_has_not_changed_is_read_once_for_a_page(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()

    def counts(module: ModuleType, name: str) -> None:
        real = getattr(module, name)

        def counted(*given: object) -> object:
            read[name] += 1
            return real(*given)

        monkeypatch.setattr(module, name, counted)

    opened(app)
    counts(ask_sources, "writers")
    counts(ask_sources, "example_headings")
    app.run()
    assert read == {"writers": 1}
    asked(app, QUESTION)
    counts(ask_page, "talk")
    read.clear()
    app.run()
    assert not app.exception
    assert read == {"writers": 1, "talk": 1}


@pytest.mark.long
def test_passages_stand_with_their_sources_and_where_they_disagree(app: AppTest) -> None:
    asked(opened(app), QUESTION)
    said = text_of(app)
    assert "14 days" in said
    assert "The sources disagree" in said
    assert "version 1" in said
    assert any(button.label == "Read it whole" for button in app.button)


@pytest.mark.long
def test_what_the_sources_do_not_say_is_told_with_what_was_searched(app: AppTest) -> None:
    asked(opened(app), "What is the capital of Portugal?")
    assert "No passage was found that clearly bears on the question." in text_of(app)
    assert "passages" in text_of(app)


@pytest.mark.long
def test_a_sentence_in_the_models_words_stands_above_those_it_was_read_from(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    with endpoint_server() as server:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "m1")
        app = opened(open_app())
        project_id = app.query_params["project"]
        found = ask_sources.ask(state.workspace(), project_id, QUESTION)
        number = next(one.number for one in found.sources if "BR-CC-08" in one.chunk.text)
        sentences = [
            {"text": text, "quotes": [{"source": number, "words": "cooling-off period of 14 days"}]}
            for text in ("Regrets are heard in the period of 14 days.", "Regrets cost £9.00.")
        ]
        answer = {"sentences": sentences, "conclusion": "Yes, 14 days.", "whole": True}
        server.answer = streams(json.dumps(answer))
        app.selectbox(key="ask_writer").select("endpoint").run()
        said = text_of(asked(app, QUESTION)).replace("\\", "")
        shown, _, aside = said.partition("Written by the model, not found in the sources")
        assert "Regrets are heard in the period of 14 days." in shown
        assert "in the model's words, read from “" in shown
        assert "within the cooling-off period of 14 days, counted from" in shown
        assert "**Yes, 14 days.**" in shown
        assert "Regrets cost" not in shown
        assert "9.00" in aside


@pytest.mark.long
def test_passages_are_said_to_be_read_once_the_model_is_open(
    open_app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    rewording, reword, opening, open_it, reading, read_it = (threading.Event() for _ in range(6))
    real = Endpoints.open

    def waits(*given: Any) -> ChatEndpoint:
        if rewording.is_set():
            opening.set()
            open_it.wait(60)
        return real(*given)

    def reads(request: Any) -> None:
        if not rewording.is_set():
            rewording.set()
            reword.wait(60)
            streams('{"queries": ["Length of the withdrawal period"]}')(request)
            return
        reading.set()
        read_it.wait(60)
        streams('{"sentences": []}')(request)

    monkeypatch.setattr(Endpoints, "open", waits)
    with endpoint_server() as server:
        for name, value in (("PROVIDER", "openai"), ("URL", server.url), ("MODEL", "m")):
            monkeypatch.setenv(f"UAT_ENDPOINT_{name}", value)
        server.answer = reads
        app = opened(open_app())
        app.selectbox(key="ask_writer").select("endpoint").run()
        app.chat_input(key="ask_question").set_value(QUESTION).run()
        try:
            assert rewording.wait(60)
            assert "other words to search with" in text_of(app.run())
            reword.set()
            assert opening.wait(60)
            assert "Opening the model" in text_of(app.run())
            assert "Reading" not in text_of(app)
            open_it.set()
            assert reading.wait(60)
            assert re.search(r"Reading \d+ passages", text_of(app.run()))
            folded = [one.value for panel in app.expander for one in panel.caption]
            assert any("“Length of the withdrawal period”" in one for one in folded)
        finally:
            reword.set()
            open_it.set()
            read_it.set()
        while app.chat_input(key="ask_question").disabled:
            time.sleep(0.2)
            app.run()


def test_a_question_that_cannot_be_searched_with_shows_the_next_step(app: AppTest) -> None:
    app = opened(app)
    app.chat_input(key="ask_question").set_value("What is it?").run()
    assert "Name the thing" in app.error[0].value


@pytest.mark.long
def test_a_talk_can_be_opened_again_and_deleted(
    app: AppTest, open_app: Callable[..., AppTest]
) -> None:
    asked(opened(app), QUESTION)
    asked(app, "And for business customers?")
    other = opened(open_app())
    (again,) = [one for one in other.button if (one.key or "").startswith("talk-list-")]
    assert "2 questions" in again.label
    again.click().run()
    assert QUESTION in text_of(other).replace("\\", "")
    reloaded = opened(open_app(**other.query_params))
    assert QUESTION in text_of(reloaded).replace("\\", ""), "the address names the talk"
    assert not [one for one in other.button if (one.key or "").startswith("delete-")]
    other.session_state[f"{MENU}-1"] = True  # one of its own since a talk was chosen
    other.run()
    (delete,) = [one for one in other.button if (one.key or "").startswith("delete-")]
    delete.click().run()
    assert not other.exception
    assert not [one for one in other.button if (one.key or "").startswith("talk-")]


@pytest.mark.long
def test_more_talks_than_the_menu_lists_are_counted(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_talks, "LISTED", 1)
    app = opened(app)
    for question in (QUESTION, "Who pays the exit fee?", "What is a meter?"):
        app.button(key="new_talk").click().run()
        asked(app, question)
    app.session_state[f"{MENU}-0"] = True
    app.run()
    assert not app.exception
    assert any("and 2 older talks" in one.value for one in app.caption)


def test_an_answer_is_saved_as_a_rule(app: AppTest) -> None:
    asked(opened(app), QUESTION)
    next(one for one in app.text_input if one.label == "Name of the rule").set_value("Cooling off")
    next(one for one in app.button if one.label == "Save").click().run()
    assert not app.exception
    assert "Cooling off" in app.success[0].value


@pytest.mark.parametrize("are_all", [False, True])
def test_what_is_left_out_of_a_rule_and_of_cases_is_told(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, are_all: bool
) -> None:
    app = opened(app)
    found = asked_without_model(app)
    texts = {"A loan lasts 9 days.": "draft", "A loan is free.": "draft" if are_all else ""}
    sources = tuple(
        one.model_copy(update={"standing": Standing(stage=stage)})
        for one, stage in zip(found.sources, texts.values(), strict=False)
    )
    sentences = tuple(
        AnswerSentence(
            text=text, citations=(Citation(chunk_id="c", source=n, quote="q", start=0, end=1),)
        )
        for n, text in enumerate(texts, 1)
    )
    update = {"state": "answered", "sentences": sentences, "sources": sources, "passages": ()}
    answer = found.model_copy(update=update)
    monkeypatch.setattr(ask_page, "talk", lambda *_, **__: (answer,))
    asked(app, QUESTION)
    told = [one.value.replace("\\", "") for one in app.caption if "a rule" in one.value]
    told += [one.value for one in app.caption if "No rule" in one.value]
    assert len(told) == 1
    assert "draft" in told[0]
    offered = [one for one in app.button if one.key == "to_cases"]
    if are_all:
        assert "No rule and no test cases are offered" in told[0]
        assert not offered
    else:
        assert "A loan lasts 9 days." in told[0]
        assert "A loan is free." not in told[0]
        (text,) = [one.value for one in app.text_area if one.label == "Text"]
        assert text == "- A loan is free."
        assert offered


@pytest.mark.long
@pytest.mark.parametrize("question", ["What is the cooling-off period?", "Wie lange gilt das?"])
def test_a_question_typed_where_cases_are_ordered_is_asked_instead(
    app: AppTest, question: str
) -> None:
    app.segmented_control(key="compose_way").set_value("ask").run()
    app.text_input(key="compose_asked").set_value(question).run()
    assert "reads as a question" in text_of(app)
    assert "checklist" not in text_of(app)
    app.button(key="generate").click().run()
    assert not app.exception
    assert "run" not in app.query_params
    app.button(key="ask_instead").click().run()
    assert not app.exception
    assert question in text_of(app)


def test_cases_for_a_question_can_be_wanted_all_the_same(app: AppTest) -> None:
    app.segmented_control(key="compose_way").set_value("ask").run()
    app.text_input(key="compose_asked").set_value("CC-200?").run()
    app.button(key="write_instead").click().run()
    assert not app.exception
    assert "checklist" in text_of(app)


@pytest.mark.long
def test_an_order_typed_where_questions_are_goes_to_the_cases(app: AppTest) -> None:
    asked(opened(app), "Generate test cases for CC-200")
    app.button(key="to_order").click().run()
    assert not app.exception
    assert app.text_input(key="compose_asked").value == "Generate test cases for CC-200"
