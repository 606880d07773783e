"""A chat model that answers from a list, for what the writers do with an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from langchain_core.messages import AIMessage

Answer = str | BaseException


class FakeChat:
    """Answers with the given texts in turn, the last one again and again; keeps the questions."""

    def __init__(self, *answers: Answer, finish: str = "stop") -> None:
        self.answers = list(answers)
        self.finish = finish
        self.questions: list[list[tuple[str, str]]] = []
        self.schemas: list[dict[str, Any]] = []

    def with_structured_output(self, schema: dict[str, Any], **_: object) -> FakeChat:
        self.schemas.append(schema)
        return self

    def invoke(self, messages: Sequence[tuple[str, str]], **_: object) -> dict[str, AIMessage]:
        self.questions.append(list(messages))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        usage = {"input_tokens": 50, "output_tokens": 9, "total_tokens": 59}
        return {
            "raw": AIMessage(
                answer,
                usage_metadata=cast(Any, usage),
                response_metadata={"finish_reason": self.finish},
            )
        }
