"""What a model returns for a story: whole cases and the questions it has; read while it writes.

The model fills neither ids nor marks of proof: criteria, checklist items and sources are numbers or
ids that were offered to it, and whatever it names beside those is dropped or refused here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.domain import TECHNIQUES, Technique
from assistant.errors import InvalidOutput, first_problem
from assistant.generation.models.structured import list_schema, object_schema

MAX_CASES = 60
"""Cases of one answer; a model that writes more of them is not writing cases."""

RULE, RUNNING = ABOUT = ("rule", "running")
"""What a question is about: what holds, or only how a tester runs and sees it."""

MAX_TEXT = 1_200
MAX_STEPS = 15
MAX_LINES = 30
"""Of the calculation of a step."""


_ISO_DAY = re.compile(r"20\d\d-\d\d-\d\d")


def _lines(value: object) -> object:
    """A calculation as lines; one that is no text or list of texts proves nothing, and is none."""
    lines = value.replace(";", "\n").split("\n") if isinstance(value, str) else value
    if not isinstance(lines, list):
        return ()
    kept = [line.strip() for line in lines if isinstance(line, str) and len(line) <= MAX_TEXT]
    return tuple(line for line in kept if line)[:MAX_LINES]


def _day(value: object) -> object:
    """A date such as "2027-02-15"; any other words name no day, and the case counts still."""
    text = value.strip() if isinstance(value, str) else ""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _places(value: object) -> object:
    """Places of cases; what is no list of numbers says nothing, and the question counts still."""
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else None


class _Draft(BaseModel):
    """What a model wrote; what it adds beside our fields is left aside, not held against it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class DraftStep(_Draft):
    """One action and what is seen after it; ``sources`` are the ``[n]`` the result rests on,
    ``calculation`` how its computed values come about."""

    action: str = Field(min_length=1, max_length=MAX_TEXT)
    data: str = Field(default="", max_length=MAX_TEXT)
    expected: str = Field(default="", max_length=MAX_TEXT)
    calculation: Annotated[tuple[str, ...], BeforeValidator(_lines)] = ()
    sources: tuple[int, ...] = ()


class StoryCaseDraft(_Draft):
    """A whole case as the model wrote it. ``covers`` are the checklist items that it claims,
    ``test_date`` is the day on which it is run, ``aim`` is why a case written again no longer
    proves what its title said."""

    __test__: ClassVar[bool] = False

    criteria: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    technique: Technique = "positive"
    title: str = Field(min_length=1, max_length=300)
    aim: str = Field(default="", max_length=MAX_TEXT)
    test_date: Annotated[date | None, BeforeValidator(_day)] = None
    preconditions: tuple[str, ...] = Field(default=(), max_length=12)
    steps: tuple[DraftStep, ...] = Field(min_length=1, max_length=MAX_STEPS)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of the draft, in order."""
        parts = [self.title, *self.preconditions]
        for step in self.steps:
            parts += [step.action, step.data, step.expected]
        return tuple(parts)


class QuestionDraft(_Draft):
    """A question of the model with the words that it is about.

    ``cases`` are the places, from 1, of those cases of the same answer whose results follow one of
    the possible answers to it; None where the model says nothing of them.
    """

    criterion: str = ""
    words: str = ""
    about: str = ""
    question: str = Field(min_length=1, max_length=MAX_TEXT)
    cases: Annotated[tuple[int, ...] | None, BeforeValidator(_places)] = None


DraftT = TypeVar("DraftT", bound=_Draft)


class AnswerDraft(_Draft):
    """The words of source ``[source]`` that answer the open question with this number."""

    question: int
    source: int
    words: str = Field(min_length=1, max_length=MAX_TEXT)


class WithdrawnDraft(_Draft):
    """The words of source ``[source]`` by which a criterion is no part of the release any more."""

    criterion: str
    source: int
    words: str = Field(min_length=1, max_length=MAX_TEXT)


def step_schema() -> dict[str, object]:
    """JSON schema of an answer that is one step."""
    return {"title": "CaseStep", "description": "One step of a test case.", **_step_fields()}


def _step_fields() -> dict[str, object]:
    text = {"type": "string"}
    return object_schema(
        action=text,
        data=text,
        expected=text,
        calculation=list_schema(text),
        sources=list_schema({"type": "integer"}),
    )


def story_schema(
    criteria: Collection[str], items: Collection[str], *, again: bool = False
) -> dict[str, object]:
    """JSON schema of an answer about these criteria and checklist items.

    What is withdrawn is decided first; cases stand before questions, so that they can be shown
    while the answer is still written. One that is written ``again`` says why its aim had to change.
    """
    text = {"type": "string"}
    case = object_schema(
        criteria=list_schema(_one_of(criteria)),
        covers=list_schema(_one_of(items)),
        technique=_one_of(TECHNIQUES),
        title=text,
        **({"aim": text} if again else {}),
        preconditions=list_schema(text),
        test_date=text,
        steps=list_schema(_step_fields()),
    )
    number = {"type": "integer"}
    question = object_schema(
        criterion=_one_of(criteria),
        words=text,
        about=_one_of(ABOUT),
        question=text,
        cases=list_schema(number),
    )
    answer = object_schema(question=number, source=number, words=text)
    withdrawn = object_schema(criterion=_one_of(criteria), source=number, words=text)
    whole = object_schema(
        withdrawn=list_schema(withdrawn),
        cases=list_schema(case),
        questions=list_schema(question),
        answers=list_schema(answer),
    )
    return {"title": "StoryCases", "description": "The test cases of the story.", **whole}


def _one_of(names: Collection[str]) -> dict[str, object]:
    return {"type": "string", "enum": list(names)} if names else {"type": "string"}


class ObjectStream:
    """Finds whole objects of the list ``name`` in an answer that is still being written.

    ``feed`` takes all text received so far and returns the objects completed since the last call,
    parsed, in their order; nothing is repaired or guessed.
    """

    def __init__(self, name: str = "cases") -> None:
        self._start = json.dumps(name)
        self._at = -1
        self._decoder = json.JSONDecoder()

    def feed(self, text: str) -> list[dict[str, Any]]:
        """The objects that are complete now and were not before."""
        if self._at < 0:
            start = text.find(self._start)
            opening = text.find("[", start) if start >= 0 else -1
            if opening < 0:
                return []
            self._at = opening + 1
        found: list[dict[str, Any]] = []
        while True:
            at = self._at
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
            if at >= len(text) or text[at] != "{" or "}" not in text[at:]:
                return found
            try:
                value, end = self._decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                return found  # not complete yet; the whole answer is judged at its end
            self._at = end
            found.append(value)


def read_case(
    data: Mapping[str, object],
    *,
    criteria: Collection[str],
    items: Collection[str],
    sources: Collection[int],
) -> StoryCaseDraft:
    """One case of an answer.

    Ids and source numbers that were never offered are dropped: an endpoint without schema support
    may name them, and they mean nothing. Raises ``InvalidOutput`` whose message tells what is
    wrong, in words for the model's next attempt.
    """
    draft = _checked(StoryCaseDraft, data, "the case")
    return draft.model_copy(
        update={
            "criteria": tuple(dict.fromkeys(one for one in draft.criteria if one in criteria)),
            "covers": tuple(dict.fromkeys(one for one in draft.covers if one in items)),
            "steps": tuple(_with_offered(step, sources) for step in draft.steps),
        }
    )


def read_step(data: Mapping[str, object], *, sources: Collection[int]) -> DraftStep:
    """The one step of an answer; raises as ``read_case``."""
    return _with_offered(_checked(DraftStep, data, "the step"), sources)


def _checked(kind: type[DraftT], data: Mapping[str, object], name: str) -> DraftT:
    try:
        return kind.model_validate(_tidied(data))
    except ValidationError as error:
        problem = first_problem(error, name)
        raise InvalidOutput(problem, raw_output=json.dumps(data)) from error


def _with_offered(step: DraftStep, sources: Collection[int]) -> DraftStep:
    return step.model_copy(update={"sources": tuple(n for n in step.sources if n in sources)})


def _tidied(data: Mapping[str, object]) -> dict[str, object]:
    """The data with texts without outer space, and an unknown technique left out."""
    kept = {name: _stripped(value) for name, value in data.items()}
    if kept.get("technique") not in TECHNIQUES:
        kept.pop("technique", None)
    return kept


def _stripped(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [one for one in map(_stripped, value) if one != ""]
    if isinstance(value, Mapping):
        return {key: _stripped(one) for key, one in value.items()}
    return value


def readable(kind: type[DraftT], listed: object) -> tuple[DraftT, ...]:
    """The drafts of a kind in a list of an answer; what cannot be read is left out."""
    found = []
    for one in listed if isinstance(listed, list) else ():
        try:
            found.append(kind.model_validate(one))
        except ValidationError:
            continue
    return tuple(found)
