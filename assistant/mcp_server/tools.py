"""The tools: what each takes, within which limits, and the one call of workflow that it makes.

None of them accepts, approves, changes or deletes anything, and none names a project: the server
works on the one it was started for. Unknown parameters are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import CaseOrigin, TestCase, TestStep
from assistant.errors import SourceError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import case_checks, check_suite
from assistant.workflow.sources import search_sources
from assistant.workflow.writing import coverage
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand

Json = dict[str, Any]

SHOWN_CHARACTERS = 4_000
"""Of a source's text in an answer."""
NAME_CHARACTERS = 120
"""Of the name of an argument that is refused."""
MOST_ROWS = 500
"""Criteria in an answer; how many are left out is told."""
INDEXES = "Sources that are not in the search index yet are indexed first; nothing else is written."

Line = Annotated[str, Field(max_length=2_000)]
Text = Annotated[str, Field(max_length=4_000)]
Key = Annotated[str, Field(max_length=120)]


class Arguments(BaseModel):
    """Base of what tools take: no unknown parameter, no silent change of a type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Taken = TypeVar("Taken", bound=Arguments)


class SearchArguments(Arguments):
    """A search in the project's sources."""

    query: Annotated[str, Field(min_length=1, max_length=400, description="A few words or a "
                                "sentence to look for")]  # fmt: skip
    limit: Annotated[int, Field(ge=1, le=20, description="How many sources at most")] = 8


class StepArguments(Arguments):
    """A step of a case."""

    action: Text
    expected_result: Text = ""
    test_data: Text = ""


class CheckArguments(Arguments):
    """A case to be checked, whoever wrote it."""

    title: Annotated[str, Field(max_length=400)]
    steps: Annotated[list[StepArguments], Field(min_length=1, max_length=50)]
    preconditions: Annotated[list[Line], Field(max_length=50)] = []
    criterion_ids: Annotated[
        list[Key],
        Field(max_length=20, description="Keys of the criteria or stories that the case is about; "
              "without them the nearest criterion is searched for"),
    ] = []  # fmt: skip


class EpicArguments(Arguments):
    """An epic: exactly one of both."""

    epic_key: Annotated[Key, Field(description="Key of an epic that the project holds")] = ""
    text: Annotated[str, Field(max_length=60_000, description="The epic as text")] = ""


class CoverageArguments(Arguments):
    """Which criteria are told of."""

    epic_key: Annotated[Key, Field(description="Only this epic; all without it")] = ""


@dataclass(frozen=True)
class ToolSpec(Generic[Taken]):
    """A tool: its name, what it says of itself, what it takes, and what it does.

    One that works with the search index brings it in step first (``indexes``), which is a change.
    """

    name: str
    says: str
    takes: type[Taken]
    does: Callable[[Workspace, str, Taken], Json]
    indexes: bool = True

    @property
    def description(self) -> str:
        """What it says of itself, with what it may write."""
        return f"{self.says} {INDEXES}" if self.indexes else self.says

    def call(self, workspace: Workspace, project_id: str, given: Mapping[str, Any]) -> Json:
        """The answer. Raises ``SourceError`` naming each argument that is unknown or wrong, and
        ``AssistantError`` as the use case does."""
        try:
            # As JSON, so that strict means JSON's types: a list is a list and "3" is no number.
            taken = self.takes.model_validate_json(json.dumps(dict(given)))
        except ValidationError as error:
            raise SourceError(f"{self.name}: {_told(error)}") from error
        return self.does(workspace, project_id, taken)


def _told(error: ValidationError) -> str:
    """What is wrong with arguments, without the values that were given."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))[:NAME_CHARACTERS]}: {one['msg']}"
        for one in error.errors()[:5]
    )


def _search(workspace: Workspace, project_id: str, given: SearchArguments) -> Json:
    hits = search_sources.search(workspace, project_id, given.query, limit=given.limit)
    return {
        "sources": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 4),
                "key": hit.chunk.key,
                "title": hit.chunk.title,
                "place": " · ".join(filter(None, (hit.chunk.heading, hit.chunk.place))),
                "kind": hit.chunk.kind,
                "text": hit.chunk.text[:SHOWN_CHARACTERS],
                "uri": hit.chunk.uri,
            }
            for hit in hits
        ]
    }


def _check(workspace: Workspace, project_id: str, given: CheckArguments) -> Json:
    case = TestCase(
        id="case",
        title=given.title,
        preconditions=tuple(given.preconditions),
        criterion_ids=tuple(given.criterion_ids),
        steps=tuple(
            TestStep(
                number=number,
                action=step.action,
                test_data=step.test_data,
                expected_result=step.expected_result,
            )
            for number, step in enumerate(given.steps, start=1)
        ),
        origin=CaseOrigin(writer="import"),
    )
    basis = check_suite.present_basis(workspace, project_id)
    (checked,) = check_suite.check_cases(workspace, project_id, [case], basis=basis).cases
    answer = checked.model_dump(mode="json", include={"verdict", "steps", "findings"})
    return answer | {
        "means": case_checks.VERDICTS[checked.verdict],
        "held_against": list(checked.link.criterion_ids),
        "linked": checked.link.says,
    }


def _analyse(workspace: Workspace, project_id: str, given: EpicArguments) -> Json:
    if bool(given.epic_key) == bool(given.text.strip()):
        raise SourceError("Give either epic_key or text.")
    keys = (given.epic_key,) if given.epic_key else ()
    request = GenerateRequest(text=given.text, epic_keys=keys)
    found = understand(workspace, project_id, request)
    return {
        "epics": [{"key": epic.key, "title": epic.title} for epic in found.epics],
        **_limited("criteria", _criteria(found)),
        "not_understood": [one.text[:400] for one in found.unread],
        "notices": [one.text for one in found.notices],
    }


def _criteria(found: Understanding) -> list[Json]:
    return [
        {
            "id": criterion.id,
            "story": story.key,
            "text": criterion.text,
            "checklist": [
                {"id": one.id, "technique": one.technique, "says": one.statement,
                 "expected": one.expected}
                for one in found.conditions if one.criterion_id == criterion.id
            ],
            "open_questions": [
                {"kind": one.kind, "text": one.text}
                for one in found.questions if one.criterion_id == criterion.id
            ],
        }
        for epic in found.epics
        for story in epic.stories
        for criterion in story.criteria
    ]  # fmt: skip


def _coverage(workspace: Workspace, project_id: str, given: CoverageArguments) -> Json:
    report = coverage.of_library(workspace, project_id)
    rows = [one for one in report.by_risk if given.epic_key in ("", one.epic_key)]
    if given.epic_key and not rows:
        raise SourceError(f"The project holds no criterion of the epic '{given.epic_key}'.")
    told = [
        {"criterion": one.criterion_id, "level": one.level, "why": one.why,
         "cases": list(one.case_ids), "missing": list(one.missing)}
        for one in rows
    ]  # fmt: skip
    counts = {level: sum(one.level == level for one in rows) for level in coverage.RULES}
    return {"levels": counts, **_limited("criteria", told)}


def _limited(name: str, rows: Sequence[Json]) -> Json:
    return {name: list(rows[:MOST_ROWS]), "left_out": max(0, len(rows) - MOST_ROWS)}


TOOLS: tuple[ToolSpec[Any], ...] = (
    ToolSpec(
        "search_sources",
        "Search the project's criteria, rules, pages and cases; gives the passages, best first.",
        SearchArguments,
        _search,
    ),
    ToolSpec(
        "check_case",
        "Hold a test case against the project's sources, step by step: quotations that support an "
        "expected result, sentences that deny it, words and numbers that stand in no source. "
        "'No automatic finding' does not mean that the case is right.",
        CheckArguments,
        _check,
    ),
    ToolSpec(
        "analyse_epic",
        "The checklist of an epic (what has to be tested of each criterion, by technique) and the "
        "questions to ask before cases are written.",
        EpicArguments,
        _analyse,
    ),
    ToolSpec(
        "coverage",
        "How deeply the project's cases cover each criterion, and which checklist items have none.",
        CoverageArguments,
        _coverage,
        indexes=False,
    ),
)
