"""The tools: what each says of itself, what it takes, and which call it makes.

None of them accepts, approves, edits or deletes anything, and none names a project: whoever calls
has one. What a tool adds (a draft, an answer, a talk, a proposal, a text as a new source) stands in
its description; a source that is there already gets no other version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from assistant.errors import SourceError
from assistant.mcp_server import arguments, tool_calls
from assistant.mcp_server.arguments import Arguments
from assistant.mcp_server.tool_scope import Json, ToolScope
from assistant.workflow.deployment import tool_tokens

NAME_CHARACTERS = 120
"""Of the name of an argument that is refused."""
INDEXES = "Sources that are not in the search index yet are indexed first; nothing else is written."

Taken = TypeVar("Taken", bound=Arguments)


@dataclass(frozen=True)
class ToolSpec(Generic[Taken]):
    """A tool: its name, what it says of itself, what it takes, and what it does.

    ``writes`` says what it adds; one that works with the search index brings it in step first,
    which is a change.
    """

    name: str
    says: str
    takes: type[Taken]
    does: Callable[[ToolScope, Taken], Json]
    writes: str = INDEXES
    repeatable: bool = True

    @property
    def description(self) -> str:
        """What it says of itself, with what it may write."""
        return f"{self.says} {self.writes}".strip()

    def call(self, scope: ToolScope, given: Mapping[str, Any]) -> Json:
        """The answer. Raises ``SourceError`` naming each argument that is unknown or wrong, and
        ``AssistantError`` as the use case does."""
        # As JSON, so that strict means JSON's types: a list is a list and "3" is no number.
        said = json.dumps(dict(given))
        if tool_tokens.holds_token(said):
            raise SourceError(
                f"{self.name}: a token stands in the arguments, and would be kept or shown. Leave "
                "it out, and revoke it: tokens revoke NAME."
            )
        try:
            taken = self.takes.model_validate_json(said)
        except ValidationError as error:
            raise SourceError(f"{self.name}: {_told(error)}") from error
        return self.does(scope, taken)


def _told(error: ValidationError) -> str:
    """What is wrong with arguments, without the values that were given."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))[:NAME_CHARACTERS]}: {one['msg']}"
        for one in error.errors()[:5]
    )


TOOLS: tuple[ToolSpec[Any], ...] = (
    ToolSpec(
        "search_sources",
        "Search the project's criteria, rules, pages and cases; gives the passages, best first.",
        arguments.SearchArguments,
        tool_calls.search,
    ),
    ToolSpec(
        "ask",
        "Ask the project's sources. Gives sentences with the words of the sources that say them "
        "('wording': the source's, compared word for word, or the model's, to be read beside its "
        "quotations), 'conclusion' (what the model says follows from them; 'unworked': what of it "
        "stands in none of them and is not computed), apart from them what "
        "was not found there, where sources disagree, or the "
        "passages that bear on the question. 'partial': the model says that the sources answer a "
        "part; 'cut_off', 'broken': there may have been more; 'queries': the model's wordings that "
        "were searched beside the question.",
        arguments.AskArguments,
        tool_calls.ask,
        writes="Question and answer are kept as a talk of the project.",
        repeatable=False,
    ),
    ToolSpec(
        "analyse_epic",
        "The checklist of an epic (what has to be tested of each criterion, by technique) and the "
        "questions to ask before cases are written.",
        arguments.EpicArguments,
        tool_calls.analyse,
    ),
    ToolSpec(
        "open_questions",
        "The questions on an epic that nobody has answered, each with its id, and the answers "
        "given.",
        arguments.EpicArguments,
        tool_calls.open_questions,
    ),
    ToolSpec(
        "answer_question",
        "Keep a person's answer to an open question. Pass on what a person said; make nothing up.",
        arguments.AnswerArguments,
        tool_calls.answer_question,
        writes="The answer becomes a source of the project, with the name of whoever calls; a "
        "person can withdraw it in the app.",
        repeatable=False,
    ),
    ToolSpec(
        "generate_cases",
        "Begin a run that writes test cases; gives its id at once. get_run says how far it is.",
        arguments.GenerateArguments,
        tool_calls.generate,
        writes="The cases are drafts until a person accepts them; an epic given as text becomes a "
        "new source of the project; one whose key is there already is refused.",
        repeatable=False,
    ),
    ToolSpec(
        "get_run",
        "How far a run is, its cases, and why a person has to look at each.",
        arguments.RunArguments,
        tool_calls.get_run,
        writes="",
    ),
    ToolSpec(
        "get_case",
        "A case with its proofs: the quotation for each step, findings, and what needs a person.",
        arguments.CaseArguments,
        tool_calls.get_case,
        writes="",
    ),
    ToolSpec(
        "check_case",
        "Hold a test case against the project's sources, step by step: quotations that support an "
        "expected result, sentences that deny it, words and numbers that stand in no source. "
        "'No automatic finding' does not mean that the case is right.",
        arguments.CheckArguments,
        tool_calls.check,
    ),
    ToolSpec(
        "propose_edit",
        "Propose another title or test date, other preconditions or other steps for a stored case, "
        "with the reason and the version that get_case gave; tells support and findings made anew.",
        arguments.ProposalArguments,
        tool_calls.propose_edit,
        writes="The proposal waits beside the case, in place of an earlier one by whoever calls; "
        "the case stays as it is until a person takes it in the app. With only_check nothing is "
        "kept.",
    ),
    ToolSpec(
        "coverage",
        "How deeply the project's cases cover each criterion, and which checklist items have none.",
        arguments.CoverageArguments,
        tool_calls.coverage_of,
        writes="",
    ),
    ToolSpec(
        "stale",
        "The cases whose cited sources changed or vanished, with the old and the new words.",
        arguments.StaleArguments,
        tool_calls.stale_of,
        writes="",
    ),
)
