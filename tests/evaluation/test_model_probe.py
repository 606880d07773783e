"""The tasks of a probe: what passes and what does not, and which way of writing follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from assistant.domain import ModelSpec
from assistant.errors import ModelUnavailable
from assistant.evaluation.model_probe import LANGUAGE, LONG, MESSAGE, TASKS, ModelProbe, probe
from assistant.generation.models.chat_models import ChatEndpoint

STEP = [{"action": "Do it", "expected": "Done"}]
GERMAN = [
    {
        "action": "Den Gutschein nach zwei Jahren an der Kasse einlösen und die Bestellung senden",
        "expected": "Der Gutschein wird abgelehnt, weil er nicht mehr gültig ist",
    }
]
RIGHT: dict[str, Any] = {
    "several cases under a schema": [
        {"criterion": f"R{n}", "title": f"Case {n}", "steps": STEP} for n in (1, 2, 3)
    ],
    "both sides of a limit": [
        {"amount": amount, "needs_manager": amount > 200} for amount in (199, 200, 201, 350)
    ],
    "the outcome of each item": [
        {"item": item, "outcome": "borrowed" if item in ("I1", "I4") else "refused"}
        for item in ("I1", "I2", "I3", "I4", "I5")
    ],
    "a message to the letter": [
        {"title": "t", "steps": [{"action": "a", "expected": f"It says: {MESSAGE}"}]}
    ],
    LANGUAGE: [{"title": "Einlösen eines Gutscheins nach zwei Jahren", "steps": GERMAN}],
    LONG: [{"code": "TERRACOTTA-58"}],
}
WRONG: dict[str, Any] = {
    "several cases under a schema": RIGHT["several cases under a schema"][:2],
    "both sides of a limit": [
        {"amount": amount, "needs_manager": amount >= 200} for amount in (199, 200, 201, 350)
    ],
    "the outcome of each item": [
        {"item": item, "outcome": "borrowed"} for item in ("I1", "I2", "I3", "I4", "I5")
    ],
    "a message to the letter": [
        {"title": "t", "steps": [{"action": "a", "expected": MESSAGE.replace("'", "’")}]}
    ],
    LANGUAGE: [{"title": "Redeem a voucher", "steps": STEP}],
    LONG: [{"code": "TERRACOTTA-85"}],
}
Answer = Callable[[str], str]


class Chat:
    """A chat model that answers each task as it is told."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[str] = []

    def with_structured_output(self, *_: object, **__: object) -> Chat:
        return self

    def invoke(self, messages: Sequence[tuple[str, str]], **_: object) -> dict[str, AIMessage]:
        name = next(task.name for task in TASKS if task.question == messages[-1][1])
        self.asked.append(name)
        return {"raw": AIMessage(self._answer(name), response_metadata={"finish_reason": "stop"})}


def probed(answer: Answer) -> tuple[ModelProbe, Chat]:
    chat = Chat(answer)
    spec = ModelSpec(id="m", provider="openai", model="m")
    endpoint = ChatEndpoint(chat=chat, spec=spec, destination="x", timeout=20)  # type: ignore[arg-type]
    return probe(endpoint), chat


def answering(**changed: Any) -> Answer:
    """Right answers, save for the tasks named by their number (``t3``)."""
    rows = dict(RIGHT)
    for key, value in changed.items():
        rows[TASKS[int(key[1:])].name] = value
    return lambda name: json.dumps({"rows": rows[name]})


@pytest.mark.long
def test_a_model_that_passes_writes_a_story_at_once() -> None:
    found, chat = probed(answering())
    assert [task.detail for task in found.tasks] == [""] * 6
    assert chat.asked == [task.name for task in TASKS]
    assert found.way == "story"


@pytest.mark.parametrize("place", range(len(TASKS)), ids=[task.name for task in TASKS])
def test_a_wrong_answer_fails_its_task(place: int) -> None:
    name = TASKS[place].name
    found, _ = probed(answering(**{f"t{place}": WRONG[name]}))
    assert not found.tasks[place].passed
    assert found.tasks[place].detail
    assert all(task.passed for task in found.tasks if task.name not in (name, LONG))
    assert found.way == ("story" if name == LANGUAGE else "item")


def test_the_long_prompt_is_spared_where_it_decides_nothing() -> None:
    _, chat = probed(answering(t1=WRONG["both sides of a limit"]))
    assert LONG not in chat.asked
    _, chat = probed(answering(t4=WRONG[LANGUAGE]))
    assert LONG in chat.asked


@pytest.mark.parametrize("text", ["", "no JSON", '{"rows": 7}', '{"rows": [{}]}', "[]"])
def test_an_answer_that_is_none_fails_and_the_rest_is_asked(text: str) -> None:
    found, chat = probed(lambda name: text if name == TASKS[0].name else answering()(name))
    assert not found.tasks[0].passed
    assert found.tasks[0].detail
    assert len(chat.asked) == 5


def test_a_prompt_that_is_too_long_for_the_model_is_a_task_not_passed() -> None:
    def answer(name: str) -> str:
        if name == LONG:
            raise ModelUnavailable("The prompt is longer than it can read.")
        return answering()(name)

    found, _ = probed(answer)
    assert "longer" in found.tasks[-1].detail
    assert found.way == "item"


def test_a_model_that_cannot_be_reached_is_an_error() -> None:
    def answer(_: str) -> str:
        raise ModelUnavailable("cannot be reached")

    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        probed(answer)
