"""The answer of a tuned model: one line of JSON that holds a whole case, and how it is read.

``{"p":["precondition",...],"s":[{"a":"action","e":"expected result or empty"},...]}``. The same
line is what a model is trained to write (``completion_of``). Straight quotation marks stand in it
as typographic ones, as they do in the prompt, so that no quotation has to be escaped; the writer
turns them back (``company_words``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from pydantic import Field, ValidationError

from assistant.domain import TestCase, TestStep, Value
from assistant.errors import InvalidOutput

MAX_PRECONDITIONS = 26
MAX_STEPS = 16
MAX_LINE = 300
MAX_EXPECTED = 700
"""Longest precondition or action, and longest expected result (it may have several lines). They
stand in the schema too: a small model that repeats itself would not end a text otherwise."""
MIN_LINE = 40
"""Shortest limit of a line, however few tokens there are for it."""

_STRAIGHT = re.compile(r'"([^"\n]*)"')


class CompanyStep(Value):
    """An action, and what the tester sees after it; ``e`` is empty where nothing is checked."""

    a: str = Field(min_length=1, max_length=MAX_LINE)
    e: str = Field(max_length=MAX_EXPECTED)


class CompanyDraft(Value):
    """A whole case as a tuned model words it."""

    p: tuple[str, ...]
    s: tuple[CompanyStep, ...] = Field(min_length=1)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the draft, in order."""
        return (*self.p, *(text for step in self.s for text in (step.a, step.e)))


def company_schema(
    *,
    max_preconditions: int = MAX_PRECONDITIONS,
    max_steps: int = MAX_STEPS,
    max_line: int = MAX_LINE,
    max_expected: int = MAX_EXPECTED,
    results: bool = False,
) -> dict[str, object]:
    """JSON schema of a draft. The limits end a list that a model would go on repeating.

    With ``results`` every step has an expected result: for a model that left all of them empty.
    """
    text = {"type": "string", "maxLength": max_line}
    action = {**text, "minLength": 1}
    result = {"type": "string", "maxLength": max_expected, "minLength": int(results)}
    step = {
        "type": "object",
        "properties": {"a": action, "e": result},
        "required": ["a", "e"],
        "additionalProperties": False,
    }
    return {
        "title": "CompanyCaseDraft",
        "type": "object",
        "properties": {
            "p": {"type": "array", "items": text, "maxItems": max_preconditions},
            "s": {"type": "array", "items": step, "minItems": 1, "maxItems": max_steps},
        },
        "required": ["p", "s"],
        "additionalProperties": False,
    }


def lengths_within(max_tokens: int, *, max_preconditions: int, max_steps: int) -> dict[str, int]:
    """``max_line`` and ``max_expected`` with which no draft of so many lines is cut off.

    Every answer then ends, whatever a model repeats in it; a token is taken to hold no fewer than
    three characters, and an expected result may be twice as long as a line.
    """
    marks = 8 * max_preconditions + 16 * max_steps + 16
    line = (3 * max_tokens - marks) // (max_preconditions + 3 * max_steps)
    line = min(max(line, MIN_LINE), MAX_LINE)
    return {"max_line": line, "max_expected": min(2 * line, MAX_EXPECTED)}


def read_company_draft(
    data: Mapping[str, object],
    *,
    max_preconditions: int = MAX_PRECONDITIONS,
    max_steps: int = MAX_STEPS,
    raw: str = "",
) -> CompanyDraft:
    """The draft in an answer. Raises ``InvalidOutput`` that says what to correct."""
    try:
        draft = CompanyDraft.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise InvalidOutput(f"{place}: {first['msg']}", raw_output=raw) from error
    if len(draft.p) > max_preconditions:
        raise InvalidOutput(f"p: at most {max_preconditions} preconditions", raw_output=raw)
    if len(draft.s) > max_steps:
        raise InvalidOutput(f"s: at most {max_steps} steps", raw_output=raw)
    return draft


def completion_of(case: TestCase) -> str:
    """The case as the line of JSON that a model is to write, without blanks between its parts.

    Test data of a step stand in brackets behind its action, where the action does not name them.
    """
    answer = {
        "p": [_marked(line) for line in case.preconditions],
        "s": [
            {"a": _marked(_action(step)), "e": _marked(step.expected_result)} for step in case.steps
        ],
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def company_words(text: str, texts: Iterable[str]) -> str:
    """A draft's text with straight quotation marks, unless one of ``texts`` has typographic ones.

    ``texts`` are words of the company: its story, its sources, its cases.
    """
    if any("“" in other for other in texts):
        return text
    return text.replace("“", '"').replace("”", '"')


def _action(step: TestStep) -> str:
    data = step.test_data.strip()
    if not data or data in step.action:
        return step.action
    return f"{step.action} ({data})"


def _marked(text: str) -> str:
    """The text as it may stand in an answer: trimmed lines, typographic quotation marks."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    flat = "\n".join(line for line in lines if line)
    return _STRAIGHT.sub(r"“\1”", flat).encode("utf-8", "replace").decode()
