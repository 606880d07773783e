"""The small shape that a model fills, its JSON schema, and how it is read.

The model words steps and nothing else; ids, types, titles, test data, preconditions and
traceability are filled by code. Keys are one letter long, since every token written costs time:
``s`` steps, each with ``a`` action, ``e`` expected result and ``n`` the number of the source that
says so. The sources that were offered are an enum in the schema, so a constrained model cannot name
another, and the reader checks it again for those that are not constrained.

Lengths are checked after reading, not in the schema: a ``maxLength`` makes llama.cpp's grammar
many times slower, and ``max_tokens`` bounds the output anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from pydantic import Field, ValidationError

from assistant.domain import Value
from assistant.errors import InvalidOutput

MIN_STEPS = 1
MAX_ACTION = 300
MAX_EXPECTED = 400


class DraftStep(Value):
    """A step as a model writes it; ``n`` is the ``[n]`` of its source."""

    a: str = Field(max_length=MAX_ACTION)
    e: str = Field(max_length=MAX_EXPECTED)
    n: int

    @property
    def texts(self) -> tuple[str, str]:
        """Action and expected result."""
        return self.a, self.e


class TestCaseDraft(Value):
    """What a model returns for one condition."""

    __test__: ClassVar[bool] = False

    s: tuple[DraftStep, ...] = Field(min_length=MIN_STEPS)


def draft_schema(sources: Collection[int], *, max_steps: int) -> dict[str, object]:
    """JSON schema of a draft that may cite ``sources`` and has at most ``max_steps`` steps.

    The properties stand in the order in which a constrained engine writes them.
    """
    number: dict[str, object] = {"type": "integer"}
    if sources:
        number["enum"] = sorted(set(sources))
    text = {"type": "string"}
    step = {
        "type": "object",
        "properties": {"a": text, "e": text, "n": number},
        "required": ["a", "e", "n"],
        "additionalProperties": False,
    }
    return {
        "title": "TestCaseDraft",
        "type": "object",
        "properties": {
            "s": {"type": "array", "items": step, "minItems": MIN_STEPS, "maxItems": max_steps}
        },
        "required": ["s"],
        "additionalProperties": False,
    }


def read_draft(
    data: Mapping[str, object], *, sources: Collection[int], max_steps: int, raw: str = ""
) -> TestCaseDraft:
    """The draft in a model's answer.

    Raises ``InvalidOutput`` whose message tells the model what to correct.
    """
    try:
        draft = TestCaseDraft.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise InvalidOutput(f"{place}: {first['msg']}", raw_output=raw) from error
    if len(draft.s) > max_steps:
        raise InvalidOutput(f"s: {len(draft.s)} steps, at most {max_steps} allowed", raw_output=raw)
    unknown = sorted({step.n for step in draft.s} - set(sources))
    if sources and unknown:
        offered = ", ".join(str(number) for number in sorted(set(sources)))
        raise InvalidOutput(f"n: {unknown[0]} is no source; use one of {offered}", raw_output=raw)
    return draft
