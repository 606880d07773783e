"""What a chat model is able to, found out by six small tasks whose answers code can decide.

They are what writing the cases of a whole story in one answer takes: several cases under a schema,
both sides of a limit, the right outcome for each of several items, a message to the letter, the
language that was asked for, a prompt as long as a story with its sources. The texts are ours and
of no domain that is measured elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from assistant.domain import GenerationConfig, ModelSpec, Value, utc_now
from assistant.errors import InvalidOutput, ModelTimeout, ModelUnavailable
from assistant.generation.models.chat_models import ChatEndpoint, invoke_structured
from assistant.generation.models.structured import object_schema
from assistant.generation.prompts import Message
from assistant.language.languages import language_of

PROBE_VERSION = 1
"""Counts up whenever a task changes: results of different versions are not compared."""

PROBE_CONFIG = GenerationConfig(max_tokens=1200)
LONG_SENTENCES = 220
"""About 5,000 tokens: a story with its sources and examples."""


class ProbeTask(Value):
    """How a task went; ``detail`` says what was wrong, empty where it was passed."""

    name: str
    passed: bool
    detail: str = ""
    seconds: float = 0.0
    prompt_tokens: int = 0
    generated_tokens: int = 0


class ModelProbe(Value):
    """The tasks that a model was given, in their order."""

    version: int = PROBE_VERSION
    at: datetime = Field(default_factory=utc_now)
    model: ModelSpec
    tasks: tuple[ProbeTask, ...]

    @property
    def way(self) -> Literal["story", "item"]:
        """A story a call where every task but the language was passed, else an item a call."""
        needed = {task.name for task in TASKS} - {LANGUAGE}
        passed = {task.name for task in self.tasks if task.passed}
        return "story" if needed <= passed else "item"


@dataclass(frozen=True)
class Task:
    """What is asked; ``check`` says what is wrong with an answer, or nothing."""

    name: str
    question: str
    schema: Mapping[str, Any]
    check: Callable[[Mapping[str, Any]], str]


def probe(
    endpoint: ChatEndpoint, *, on_task: Callable[[ProbeTask], None] = lambda _: None
) -> ModelProbe:
    """Give a model every task, each in a call of its own; minutes on a small machine.

    The long prompt comes last, and only where it can still decide: a small machine reads it for
    minutes. An answer that is none, or not in time, is a task not passed. Raises
    ``ModelUnavailable`` where the model cannot be reached at all.
    """
    done: list[ProbeTask] = []
    for task in TASKS:
        failed = [one.name for one in done if not one.passed and one.name != LANGUAGE]
        if task.name == LONG and failed:
            why = f"not asked, since it decides nothing after “{failed[0]}”"
            done.append(ProbeTask(name=task.name, passed=False, detail=why))
        else:
            done.append(_asked(endpoint, task))
        on_task(done[-1])
    return ModelProbe(model=endpoint.spec, tasks=tuple(done))


def _asked(endpoint: ChatEndpoint, task: Task) -> ProbeTask:
    messages: tuple[Message, ...] = (("system", _SYSTEM), ("user", task.question))
    started = time.monotonic()
    try:
        reply = invoke_structured(endpoint, messages, task.schema)
    except (InvalidOutput, ModelTimeout) as error:
        spent = time.monotonic() - started
        return ProbeTask(name=task.name, passed=False, detail=str(error), seconds=spent)
    except ModelUnavailable as error:
        if task.name != LONG:  # a prompt that is too long for it is an answer to this one
            raise
        spent = time.monotonic() - started
        return ProbeTask(name=task.name, passed=False, detail=str(error), seconds=spent)
    try:
        wrong = task.check(reply.data)
    except (KeyError, TypeError, AttributeError, ValueError):
        wrong = "the answer does not have the form of the schema"
    return ProbeTask(
        name=task.name,
        passed=not wrong,
        detail=wrong,
        seconds=reply.seconds,
        prompt_tokens=reply.prompt_tokens,
        generated_tokens=reply.generated_tokens,
    )


_SYSTEM = (
    "You are a test analyst who writes acceptance test cases. Answer with one JSON object of the "
    "given form and nothing else."
)
_TEXT: Mapping[str, Any] = {"type": "string", "maxLength": 300}
_STEPS = {
    "type": "array", "minItems": 1, "maxItems": 4,
    "items": object_schema(action=_TEXT, expected=_TEXT),
}  # fmt: skip


def _schema(title: str, most: int, /, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with a list of objects that have these properties."""
    rows = {"type": "array", "minItems": 1, "maxItems": most, "items": object_schema(**properties)}
    return {
        "title": title,
        "description": "The answer to the task.",
        **object_schema(rows=rows),
    }


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


# --- The tasks ----------------------------------------------------------------------------------

LIBRARY = """\
Story: As a librarian, I want loans to be checked so that the shelves stay full.
R1: A member has at most 5 books at once.
R2: A book that is reserved by another member cannot be borrowed.
R3: A member whose card has expired cannot borrow a book.
"""


def _one_case_each(data: Mapping[str, Any]) -> str:
    rows: Sequence[Mapping[str, Any]] = data["rows"]
    named = sorted(row["criterion"].strip() for row in rows)
    if named != ["R1", "R2", "R3"]:
        return f"cases for {', '.join(named)} instead of R1, R2, R3"
    if len({row["title"].strip().casefold() for row in rows}) < len(rows):
        return "two cases have the same title"
    empty = any(
        not step[part].strip() for row in rows for step in row["steps"] for part in step
    )  # fmt: skip
    return "a step is empty" if empty else ""


def _both_sides(data: Mapping[str, Any]) -> str:
    wanted = {199: False, 200: False, 201: True, 350: True}
    found = {row["amount"]: row["needs_manager"] for row in data["rows"]}
    wrong = [str(amount) for amount in wanted if found.get(amount) is not wanted[amount]]
    return f"wrong or missing: {', '.join(wrong)}" if wrong else ""


def _each_outcome(data: Mapping[str, Any]) -> str:
    wanted = {"I1": "borrowed", "I2": "refused", "I3": "refused", "I4": "borrowed", "I5": "refused"}
    found = {row["item"].strip(): row["outcome"] for row in data["rows"]}
    wrong = [item for item in wanted if found.get(item) != wanted[item]]
    return f"wrong or missing: {', '.join(wrong)}" if wrong else ""


MESSAGE = "Seat 14-C can't be changed: check-in closes 2 h before departure (see §7)."


def _verbatim(data: Mapping[str, Any]) -> str:
    told = [step["expected"] for row in data["rows"] for step in row["steps"]]
    return (
        "" if any(MESSAGE in text for text in told) else "the message is not quoted to the letter"
    )


def _in_german(data: Mapping[str, Any]) -> str:
    rows: Sequence[Mapping[str, Any]] = data["rows"]
    steps = [f"{step['action']} {step['expected']}" for row in rows for step in row["steps"]]
    found = language_of(" ".join([*(row["title"] for row in rows), *steps]))
    return "" if found == "German" else f"written in {found}"


_WORD = "TERRACOTTA-58"


def _planted(data: Mapping[str, Any]) -> str:
    told = " ".join(row["code"] for row in data["rows"])
    return "" if _WORD in told else "what stood at the beginning was not found"


def _long_text() -> str:
    """A long text of plain sentences, with the code of one room near its beginning."""
    lines = [
        f"Room {number} has {number % 7 + 2} windows, {number % 5 + 1} doors and a floor of "
        f"{number * 3 % 40 + 12} square metres."
        for number in range(1, LONG_SENTENCES)
    ]
    lines.insert(6, f"The key of the archive room has the code {_WORD}.")
    return "\n".join(lines)


LANGUAGE = "the language asked for"
LONG = "a long prompt"
TASKS: tuple[Task, ...] = (
    Task(
        "several cases under a schema",
        LIBRARY + "\nWrite exactly one test case for each of R1, R2 and R3.",
        _schema("Cases", 6, criterion=_one_of("R1", "R2", "R3"), title=_TEXT, steps=_STEPS),
        _one_case_each,
    ),
    Task(
        "both sides of a limit",
        "R1: Orders of more than 200 euros need the approval of a manager; all others are approved "
        "automatically.\n\nFor orders of 199, 200, 201 and 350 euros, in this order: is a manager "
        "needed?",
        _schema("Orders", 6, amount={"type": "integer"}, needs_manager={"type": "boolean"}),
        _both_sides,
    ),
    Task(
        "the outcome of each item",
        LIBRARY
        + """
What happens in each of these situations? The member wants one more book.
I1: the member has 4 books, the card is valid, nobody reserved the book.
I2: the member has 5 books, the card is valid, nobody reserved the book.
I3: the member has 1 book, the card is valid, another member reserved the book.
I4: the member has no book, the card is valid, nobody reserved the book.
I5: the member has 2 books, the card expired yesterday, nobody reserved the book.
""",
        _schema(
            "Outcomes",
            8,
            item=_one_of("I1", "I2", "I3", "I4", "I5"),
            outcome=_one_of("borrowed", "refused"),
        ),
        _each_outcome,
    ),
    Task(
        "a message to the letter",
        f'R1: From 2 hours before departure a seat cannot be changed any more; the message "'
        f'{MESSAGE}" is shown.\n\nWrite one test case for R1. Quote the message in the expected '
        f"result exactly as it is.",
        _schema("Cases", 1, title=_TEXT, steps=_STEPS),
        _verbatim,
    ),
    Task(
        LANGUAGE,
        "R1: Ein Gutschein kann bis zu zwei Jahre nach dem Kauf eingelöst werden; danach wird er "
        "abgelehnt.\n\nSchreibe einen Testfall für R1 auf Deutsch.",
        _schema("Cases", 2, title=_TEXT, steps=_STEPS),
        _in_german,
    ),
    Task(
        LONG,
        f"{_long_text()}\n\nWhich code does the key of the archive room have?",
        _schema("Codes", 1, code=_TEXT),
        _planted,
    ),
)
