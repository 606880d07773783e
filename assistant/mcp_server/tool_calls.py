"""What the tools about sources do: search, ask, check a case, an epic's checklist and questions."""

from __future__ import annotations

from collections import defaultdict

from assistant.domain import CaseOrigin, TestCase, TestStep
from assistant.errors import SourceError
from assistant.mcp_server import arguments as takes
from assistant.mcp_server.tool_scope import Json, ToolScope, limited, quotations
from assistant.workflow.ask import ask_sources
from assistant.workflow.deployment import models
from assistant.workflow.review import case_checks, check_suite
from assistant.workflow.sources import search_sources
from assistant.workflow.sources.mask_sources import masked_cases
from assistant.workflow.writing import requests as epic_requests
from assistant.workflow.writing.requests import GenerateRequest, Understanding, understand

SHOWN_CHARACTERS = 4_000
"""Of a source's text in an answer."""


def search(scope: ToolScope, given: takes.SearchArguments) -> Json:
    """Passages, best first."""
    hits = search_sources.search(scope.workspace, scope.project_id, given.query, limit=given.limit)
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


def ask(scope: ToolScope, given: takes.AskArguments) -> Json:
    """Proved sentences with their quotations, or passages."""
    wanted = ask_sources.NO_WRITER if given.writer == "none" else given.writer
    answer = ask_sources.ask(
        scope.workspace,
        scope.project_id,
        given.question,
        writer=models.writer(scope.workspace, wanted).id,
        thread_id=given.talk,
        by=scope.by,
    )
    return {
        "state": answer.state,
        "sentences": [
            {"text": one.text, "quotations": quotations(one.citations)} for one in answer.sentences
        ],
        "not_proved": [
            {"text": one.text, "missing": list(one.missing), "denied": list(one.denied)}
            for one in answer.unproved
        ],
        "passages": [
            quoted for one in answer.passages
            for quoted in quotations(answer.quotations(one.number))
        ],
        "conflicts": [quotations((one.ours, one.theirs)) for one in answer.conflicts],
        "sources": [
            {
                "number": one.number, "key": one.chunk.key, "title": one.chunk.title,
                "heading": one.chunk.heading, "version": one.chunk.version,
                "fetched_at": one.fetched_at.isoformat() if one.fetched_at else "",
            }
            for one in answer.named_sources()
        ],
        "says": answer.silence if answer.state == "not said" else "",
        "cut_off": answer.cut_off,
        "searched": {"sources": answer.searched_documents, "passages": answer.searched_chunks},
        "notes": list(answer.notes),
        "talk": answer.thread_id,
    }  # fmt: skip


def check(scope: ToolScope, given: takes.CheckArguments) -> Json:
    """What was found of a case, step by step."""
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
    basis = check_suite.present_basis(scope.workspace, scope.project_id)
    (checked,) = check_suite.check_cases(
        scope.workspace,
        scope.project_id,
        masked_cases(scope.workspace, scope.project_id, [case]),
        basis=basis,
        reader=given.read_by,
    ).cases
    answer = checked.model_dump(mode="json", include={"verdict", "steps", "findings"})
    return answer | {
        "means": case_checks.VERDICTS[checked.verdict],
        "held_against": list(checked.link.criterion_ids),
        "linked": checked.link.says,
        "read_by": given.read_by,
    }


def analyse(scope: ToolScope, given: takes.EpicArguments) -> Json:
    """Checklist and open questions, criterion by criterion."""
    found = _understood(scope, given)
    return {
        "epics": [{"key": epic.key, "title": epic.title} for epic in found.epics],
        **_criteria(found),
        "not_understood": [one.text[:400] for one in found.unread],
        "notices": [one.text for one in found.notices],
    }


def _criteria(found: Understanding) -> Json:
    held = [
        (story, criterion)
        for epic in found.epics
        for story in epic.stories
        for criterion in story.criteria
    ]
    checklist: dict[str, list[Json]] = defaultdict(list)
    for one in found.conditions:
        checklist[one.criterion_id].append(
            {"id": one.id, "technique": one.technique, "says": one.statement,
             "expected": one.expected}
        )  # fmt: skip
    questions: dict[str, list[Json]] = defaultdict(list)
    for asked in found.questions:
        questions[asked.criterion_id].append({"kind": asked.kind, "text": asked.text})
    rows = [
        {
            "id": criterion.id,
            "story": story.key,
            "text": criterion.text,
            "checklist": checklist[criterion.id],
            "open_questions": questions[criterion.id],
        }
        for story, criterion in held
    ]
    return limited("criteria", rows)


def _understood(scope: ToolScope, given: takes.EpicArguments) -> Understanding:
    if bool(given.epic_key) == bool(given.text.strip()):
        raise SourceError("Give either epic_key or text.")
    keys = (given.epic_key,) if given.epic_key else ()
    request = GenerateRequest(text=given.text, epic_keys=keys, most_criteria=takes.MOST_CRITERIA)
    return understand(scope.workspace, scope.project_id, request)


def open_questions(scope: ToolScope, given: takes.EpicArguments) -> Json:
    """The open questions by id, and the answers given."""
    found = _understood(scope, given)
    questions = [
        {"id": name, "criterion": one.criterion_id, "kind": one.kind, "text": one.text,
         "evidence": [words.quote for words in one.evidence]}
        for name, one in found.keyed_questions.items()
    ]  # fmt: skip
    given_answers = [
        {"criterion": one.criterion_id, "question": one.question, "answer": one.text, "by": one.by}
        for one in found.answers
    ]
    return {**limited("questions", questions), "answers": given_answers}


def answer_question(scope: ToolScope, given: takes.AnswerArguments) -> Json:
    """The answer as it is kept."""
    found = _understood(scope, takes.EpicArguments(epic_key=given.epic_key))
    kept = epic_requests.answer_question(
        scope.workspace, scope.project_id, found, given.question_id, given.answer, by=scope.by
    )
    return {"source": kept.document_id, "criterion": kept.criterion_id, "by": kept.by}
