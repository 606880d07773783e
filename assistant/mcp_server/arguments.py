"""What each tool takes, within which limits. Unknown parameters are refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.domain import Depth

Line = Annotated[str, Field(max_length=2_000)]
Text = Annotated[str, Field(max_length=4_000)]
Key = Annotated[str, Field(max_length=120)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
MOST_CRITERIA = 300
"""Of an epic that is given as text."""
MOST_CHARACTERS = 60_000
"""Of a case in all."""
EpicText = Annotated[str, Field(max_length=60_000, description="The epic as text")]


class Arguments(BaseModel):
    """Base of what tools take: no unknown parameter, no silent change of a type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Given = TypeVar("Given", bound=Arguments)


class SearchArguments(Arguments):
    """A search in the project's sources."""

    query: Annotated[str, Field(min_length=1, max_length=400, description="A few words or a "
                                "sentence to look for")]  # fmt: skip
    limit: Annotated[int, Field(ge=1, le=20, description="How many sources at most")] = 8


class AskArguments(Arguments):
    """A question to the project's sources."""

    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    writer: Annotated[
        Key,
        Field(description="none: the passages themselves; endpoint, or the id of a model of this "
              "program: sentences, each with the words it rests on"),
    ] = "none"  # fmt: skip
    talk: Annotated[Key, Field(description="Go on with this earlier talk")] = ""


class StepArguments(Arguments):
    """A step of a case."""

    action: Text
    expected_result: Text = ""
    test_data: Text = ""


Steps = Annotated[list[StepArguments], Field(min_length=1, max_length=50)]


def _words_of(steps: Sequence[StepArguments]) -> list[str]:
    return [text for one in steps for text in (one.action, one.expected_result, one.test_data)]


def _sized(given: Given, said: Sequence[str]) -> Given:
    """``given``; ``ValueError`` where its texts are too long together."""
    if sum(map(len, said)) > MOST_CHARACTERS:
        raise ValueError(f"a case may have {MOST_CHARACTERS:,} characters in all")
    return given


class CheckArguments(Arguments):
    """A case to be checked, whoever wrote it."""

    title: Annotated[str, Field(max_length=400)]
    steps: Steps
    preconditions: Annotated[list[Line], Field(max_length=50)] = []
    criterion_ids: Annotated[
        list[Key],
        Field(max_length=20, description="Keys of the criteria or stories that the case is about; "
              "without them the nearest criterion is searched for"),
    ] = []  # fmt: skip
    read_by: Annotated[
        Key,
        Field(description="A model that reads the case too and doubts: endpoint, or the id of one "
              "that is able to; without it only the program's own checks"),
    ] = ""  # fmt: skip

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        said = [self.title, *self.preconditions, *_words_of(self.steps)]
        return _sized(self, said)


class EpicArguments(Arguments):
    """An epic: exactly one of both."""

    epic_key: Annotated[Key, Field(description="Key of an epic that the project holds")] = ""
    text: EpicText = ""


class AnswerArguments(Arguments):
    """The answer to an open question."""

    epic_key: Name
    question_id: Annotated[Name, Field(description="An id that open_questions gave")]
    answer: Annotated[str, Field(min_length=1, max_length=4_000)]


class GenerateArguments(Arguments):
    """What to write cases for: exactly one of epic_key, text and ask."""

    epic_key: Annotated[Key, Field(description="Key of an epic that the project holds")] = ""
    text: EpicText = ""
    ask: Annotated[str, Field(max_length=400, description="A sentence that names epics, stories, "
                              "releases or teams of the project")] = ""  # fmt: skip
    writer: Annotated[
        Key, Field(description="outline, endpoint, or the id of a model of this program")
    ] = "outline"
    depth: Depth = "standard"
    only_new: Annotated[
        bool, Field(description="No case for what an existing case covers as it stands")
    ] = False
    again: Annotated[
        bool, Field(description="Also what has a case of an earlier run; else only what has none")
    ] = False


class RunArguments(Arguments):
    """A run."""

    run_id: Annotated[Name, Field(description="What generate_cases gave")]


class CaseArguments(Arguments):
    """A case of the project."""

    case_id: Name


class ProposalArguments(Arguments):
    """A case of the project with other words. What is left out stays as it is."""

    case_id: Name
    version: Annotated[int, Field(ge=1, le=1_000_000_000, description="The version that the change "
                                  "rests on; get_case gives it")]  # fmt: skip
    reason: Annotated[str, Field(min_length=1, max_length=400, description="Why, for the person "
                                 "who decides")]  # fmt: skip
    title: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    test_date: (
        Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$", description="The day on which it is "
                             "run, as 2027-02-15; empty: none")] | None
    ) = None  # fmt: skip
    preconditions: (
        Annotated[list[Line], Field(max_length=50, description="All of them, in order")] | None
    ) = None
    steps: Annotated[
        list[StepArguments],
        Field(min_length=1, max_length=50, description="All of them, in order"),
    ] | None = None  # fmt: skip
    only_check: Annotated[bool, Field(description="Prove the change and keep nothing")] = False

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        given = (self.title, self.test_date, self.preconditions, self.steps)
        if all(one is None for one in given):
            raise ValueError("give at least one of title, test_date, preconditions and steps")
        if self.test_date:
            date.fromisoformat(self.test_date)
        said = [self.title or "", *(self.preconditions or ()), *_words_of(self.steps or ())]
        return _sized(self, said)


class CoverageArguments(Arguments):
    """Which criteria are told of."""

    epic_key: Annotated[Key, Field(description="Only this epic; all without it")] = ""


class StaleArguments(Arguments):
    """Nothing to choose."""
