"""The answer to an item's question: one line of JSON with the steps of a case, and how it is read.

``{"p":["precondition",...],"s":[{"a":"action","d":"data entered","e":"expected result"},...]}``.
``p`` is asked for only where the item brings no data of its own, or the model was tuned on cases
that have preconditions. The same line is what a model is trained to write (``completion_of``).
Straight quotation marks stand in it as typographic ones, as they do in the prompt, so that no
quotation has to be escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import Field, ValidationError

from assistant.domain import TestCase, TestStep, Value
from assistant.errors import InvalidOutput, first_problem
from assistant.generation.models.structured import list_schema, object_schema
from assistant.language.quoted_messages import STRAIGHT

MAX_PRECONDITIONS = 26
MAX_STEPS = 16
PAIR_STEPS = 6
"""Most steps of an open pair, and of a model that has learned from them to write steps alone."""
MAX_LINE = 300
MAX_EXPECTED = 700
"""Longest precondition, action or data, and longest expected result (it may have several lines).
They stand in the schema too: a small model that repeats itself would not end a text otherwise."""
MIN_LINE = 40
"""Shortest limit of a line, however few tokens there are for it."""


class ItemStep(Value):
    """An action, what is entered in it, and what is seen after it; both may be empty."""

    a: str = Field(min_length=1, max_length=MAX_LINE)
    d: str = Field(default="", max_length=MAX_LINE)
    e: str = Field(default="", max_length=MAX_EXPECTED)


class ItemDraft(Value):
    """A case as a model words it."""

    p: tuple[str, ...] = ()
    s: tuple[ItemStep, ...] = Field(min_length=1)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the draft, in order."""
        return (*self.p, *(text for step in self.s for text in (step.a, step.d, step.e)))

    @property
    def results(self) -> str:
        """All expected results, a line for each step that has one."""
        return "\n".join(step.e for step in self.s if step.e.strip())


def item_schema(
    *,
    max_preconditions: int = MAX_PRECONDITIONS,
    max_steps: int = MAX_STEPS,
    max_line: int = MAX_LINE,
    max_expected: int = MAX_EXPECTED,
    results: bool = False,
) -> dict[str, object]:
    """JSON schema of a draft; without ``max_preconditions`` it has none.

    The limits end a list that a model would go on repeating. With ``results`` every step has an
    expected result: for a model that left all of them empty.
    """
    text = {"type": "string", "maxLength": max_line}
    result = {"type": "string", "maxLength": max_expected, "minLength": int(results)}
    step = object_schema(a={**text, "minLength": 1}, d=text, e=result)
    parts = {"s": list_schema(step, minItems=1, maxItems=max_steps)}
    if max_preconditions:
        parts = {"p": list_schema(text, maxItems=max_preconditions), **parts}
    return {"title": "ItemDraft", **object_schema(**parts)}


def lengths_within(max_tokens: int, *, max_preconditions: int, max_steps: int) -> dict[str, int]:
    """``max_line`` and ``max_expected`` with which no draft of so many lines is cut off.

    Every answer then ends, whatever a model repeats in it; a token is taken to hold no fewer than
    three characters, and an expected result may be twice as long as a line.
    """
    marks = 8 * max_preconditions + 24 * max_steps + 16
    line = (3 * max_tokens - marks) // (max_preconditions + 4 * max_steps)
    line = min(max(line, MIN_LINE), MAX_LINE)
    return {"max_line": line, "max_expected": min(2 * line, MAX_EXPECTED)}


def read_item_draft(
    data: Mapping[str, object],
    *,
    max_preconditions: int = MAX_PRECONDITIONS,
    max_steps: int = MAX_STEPS,
    raw: str = "",
) -> ItemDraft:
    """The draft in an answer. Raises ``InvalidOutput`` that says what to correct."""
    try:
        draft = ItemDraft.model_validate(data)
    except ValidationError as error:
        raise InvalidOutput(first_problem(error, "the answer"), raw_output=raw) from error
    if len(draft.p) > max_preconditions:
        raise InvalidOutput(f"p: at most {max_preconditions} preconditions", raw_output=raw)
    if len(draft.s) > max_steps:
        raise InvalidOutput(f"s: at most {max_steps} steps", raw_output=raw)
    return draft


def completion_of(case: TestCase) -> str:
    """The case as the line of JSON that a model is to write, without blanks between its parts."""
    return _line({"p": [_marked(line) for line in case.preconditions], "s": _steps(case)})


def steps_of(case: TestCase) -> str:
    """The answer without preconditions, which code supplies."""
    return _line({"s": _steps(case)})


def _steps(case: TestCase) -> list[dict[str, str]]:
    return [
        {"a": _marked(step.action), "d": _marked(_data(step)), "e": _marked(step.expected_result)}
        for step in case.steps
    ]


def _line(answer: Mapping[str, object]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _data(step: TestStep) -> str:
    """The test data of a step, where the action does not name them."""
    data = step.test_data.strip()
    return "" if data in step.action else data


def _marked(text: str) -> str:
    """The text as it may stand in an answer: trimmed lines, typographic quotation marks."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    flat = "\n".join(line for line in lines if line)
    return STRAIGHT.sub(r"“\1”", flat).encode("utf-8", "replace").decode()
