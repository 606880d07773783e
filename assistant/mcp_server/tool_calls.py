"""What the tools about sources do: search, ask, check a case, an epic's checklist and questions.

What the tools about cases do: write, look at, propose an edit, coverage, stale ones.
"""

from __future__ import annotations

from collections import defaultdict

from assistant.domain import CaseOrigin, GenerationConfig, TestCase, TestStep
from assistant.errors import SourceError
from assistant.mcp_server import arguments as takes
from assistant.mcp_server.tool_scope import Json, ToolScope, limited, quotations, without_places
from assistant.workflow.ask import ask_sources
from assistant.workflow.deployment import models
from assistant.workflow.review import case_checks, check_suite, lineage, proposals, review, stale
from assistant.workflow.review.proposals import ProposedChange
from assistant.workflow.sources import search_sources
from assistant.workflow.sources.mask_sources import masked_cases
from assistant.workflow.writing import coverage, generate_cases, recheck_case, runs, second_reading
from assistant.workflow.writing import requests as epic_requests
from assistant.workflow.writing.requests import (
    GenerateRequest,
    Understanding,
    not_taken,
    understand,
)

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
    told = {
        "state", "conclusion", "calculation", "unworked", "partial", "cut_off", "broken", "queries",
        "notes",
    }  # fmt: skip
    return answer.model_dump(mode="json", include=told) | {
        "sentences": [
            {
                "text": one.text, "wording": "the model's" if one.is_paraphrase else "the source's",
                "rests_on": list(answer.stages_of(one)),
                "quotations": quotations(one.citations),
            }
            for one in answer.sentences
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
                "file": one.standing.file, "status": one.standing.status,
                "head": one.standing.head,
                "fetched_at": one.fetched_at.isoformat() if one.fetched_at else "",
            }
            for one in answer.named_sources()
        ],
        "says": answer.silence if answer.state == "not said" else "",
        "searched": {"sources": answer.searched_documents, "passages": answer.searched_chunks},
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
    report = check_suite.check_cases(
        scope.workspace,
        scope.project_id,
        masked_cases(scope.workspace, scope.project_id, [case]),
        basis=basis,
        reader=given.read_by,
    )
    (checked,) = report.cases
    answer = checked.model_dump(mode="json", include={"verdict", "steps", "findings"})
    return answer | {
        "means": case_checks.VERDICTS[checked.verdict],
        "held_against": list(checked.link.criterion_ids),
        "linked": checked.link.says,
        "sure": checked.link.is_sure,
        "as_near": list(checked.link.as_near),
        "sources_at": report.states[0].at.isoformat(),
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


MOST_RUNS = 3
"""Of a project that wait or are written, before a tool may begin one more."""


def generate(scope: ToolScope, given: takes.GenerateArguments) -> Json:
    """The run that was begun. Raises ``SourceError`` for a text that would change a source."""
    if sum(map(bool, (given.epic_key, given.text.strip(), given.ask.strip()))) != 1:
        raise SourceError("Give one of epic_key, text and ask.")
    _check_runs(scope)
    keys = (given.epic_key,) if given.epic_key else ()
    request = GenerateRequest(
        text=given.text,
        epic_keys=keys,
        ask=given.ask,
        depth=given.depth,
        most_criteria=takes.MOST_CRITERIA,
    )
    found = understand(scope.workspace, scope.project_id, request)
    _check_new(scope, found)
    run = generate_cases.begin(
        scope.workspace,
        scope.project_id,
        found,
        GenerationConfig(
            writer=given.writer,
            read_again=second_reading.can_read(scope.workspace, given.writer),
        ),
        by=scope.by,
        only_new=given.only_new,
        again=given.again,
    )
    generate_cases.start(scope.workspace, scope.project_id, run)
    return {
        "run_id": run.id,
        "epics": [epic.key for epic in found.epics],
        "not_taken": not_taken(found.asked) if found.asked else [],
        "checklist_items": len(found.conditions) - len(run.generation.skip),
        "with_case_already": len(run.generation.skip),
        "open_questions": len(found.questions),
    }


def _check_runs(scope: ToolScope) -> None:
    held = scope.workspace.library.runs(scope.project_id)
    if sum(one.status in runs.ACTIVE for one in held) >= MOST_RUNS:
        raise SourceError(
            f"{MOST_RUNS} runs of this project are being written. Begin another one when get_run "
            "says that one of them is done."
        )


def _check_new(scope: ToolScope, found: Understanding) -> None:
    """A text may become a new source; none that is there gets another version by a tool."""
    if found.reading is None:
        return
    library = scope.workspace.library
    there = library.find_document(scope.project_id, found.reading.document.id)
    held = library.documents_of_epics(scope.project_id)
    known = [epic.key for epic in found.epics if epic.key in held]
    if known or there is not None:
        name = ", ".join(known) or found.reading.document.title
        raise SourceError(
            f"The project holds “{name}” already, and no tool changes a source. Use epic_key, or "
            "give the text another key."
        )


def get_run(scope: ToolScope, given: takes.RunArguments) -> Json:
    """How far a run is, and its cases."""
    told = runs.summary(scope.workspace, scope.project_id, given.run_id)
    found = stale.stale_cases(scope.workspace, scope.project_id, run_id=given.run_id)
    old = stale.by_case(found)
    cases = [
        {"id": one.id, "title": one.title, "status": one.status, "technique": one.technique,
         "criteria": list(one.criterion_ids), "needs": list(one.needs)}
        for one in runs.case_rows(scope.workspace, scope.project_id, given.run_id, stale=old)
    ]  # fmt: skip
    return {
        "status": told.status,
        "error": without_places(told.error, scope.workspace.settings),
        "writer": told.writer,
        "progress": round(told.progress, 3),
        **limited("cases", cases),
    }


def get_case(scope: ToolScope, given: takes.CaseArguments) -> Json:
    """A case with its proofs."""
    stored = scope.workspace.library.case(scope.project_id, given.case_id)
    case = recheck_case.case_with_findings(scope.workspace, scope.project_id, stored)
    waiting = [
        {"by": one.by, "at": one.at.isoformat(), "version": one.case_version, "reason": one.reason}
        for one in scope.workspace.library.proposals.of_case(scope.project_id, stored.id)
    ]
    replies = runs.replies_on(scope.workspace, scope.project_id, stored)
    old = stale.by_case(stale.stale_cases(scope.workspace, scope.project_id, run_id=stored.run_id))
    chain = lineage.chains(scope.workspace, scope.project_id, stored.run_id or "").needs(stored.id)
    return {
        "status": stored.status,
        "version": stored.row_version,
        **_proved(scope, case),
        "needs": list(review.needs_of(case, replies.standing, stale=stored.id in old, chain=chain)),
        "proposals": waiting,
    }


def propose_edit(scope: ToolScope, given: takes.ProposalArguments) -> Json:
    """What a case would be with other words; kept beside it for a person to decide on.

    Raises ``SourceError`` where the case is at another version.
    """
    stored = scope.workspace.library.case(scope.project_id, given.case_id)
    if given.version != stored.row_version:
        raise SourceError(
            f"“{stored.id}” is at version {stored.row_version} now. Look at it with get_case and "
            "propose the change again."
        )
    change = ProposedChange.model_validate(
        given.model_dump(include={"title", "test_date", "preconditions", "steps"})
    )
    case = proposals.changed(scope.workspace, scope.project_id, stored, change)
    if not given.only_check:
        proposals.propose(
            scope.workspace, scope.project_id, case,
            seen_version=given.version, reason=given.reason, by=scope.by,
        )  # fmt: skip
    return {"kept": not given.only_check, "version": stored.row_version, **_proved(scope, case)}


def _proved(scope: ToolScope, case: TestCase) -> Json:
    """What a case says, what supports each step, and what needs a person."""
    cited = scope.workspace.library.chunks(
        scope.project_id, {one.chunk_id for one in case.all_citations}
    )
    kept = {"id", "title", "objective", "test_date", "preconditions", "postconditions", "priority",
            "technique", "epic_key", "story_key", "criterion_ids", "open_questions",
            "origin"}  # fmt: skip
    return case.model_dump(mode="json", include=kept) | {
        "steps": [
            {"number": one.number, "action": one.action, "test_data": one.test_data,
             "expected_result": one.expected_result,
             "support": case_checks.mark_of(one, case.findings) or one.support,
             "calculation": list(one.calculation),
             "quotations": [
                 {"source": told.source, "quote": told.quote,
                  "name": f"{cited[told.chunk_id].key} {cited[told.chunk_id].title}".strip()
                  if told.chunk_id in cited else ""}
                 for told in one.citations
             ]}
            for one in case.steps
        ],
        "findings": [
            {"rule": one.rule, "message": one.message, "step": one.step, "words": one.words,
             "severity": one.severity}
            for one in case.findings
        ],
        "needs": list(review.needs_of(case)),
    }  # fmt: skip


def stale_of(scope: ToolScope, given: takes.StaleArguments) -> Json:
    """Cases whose sources changed, or for which a newer source sets another limit."""
    found = [
        {
            "case_id": one.case_id, "title": one.title, "status": one.status,
            "findings": [
                {"where": each.where, "change": each.change, "quote": each.quote,
                 "old": each.old, "new": each.new, "source": each.title}
                for each in one.findings
            ],
        }
        for one in stale.stale_cases(scope.workspace, scope.project_id)
    ]  # fmt: skip
    return limited("cases", found)


def coverage_of(scope: ToolScope, given: takes.CoverageArguments) -> Json:
    """How deeply each criterion is covered."""
    report = coverage.of_library(scope.workspace, scope.project_id)
    rows = [one for one in report.by_risk if given.epic_key in ("", one.epic_key)]
    if given.epic_key and not rows:
        raise SourceError(f"The project holds no criterion of the epic '{given.epic_key}'.")
    told = [
        {"criterion": one.criterion_id, "level": one.level, "why": one.why,
         "cases": list(one.case_ids), "missing": list(one.missing)}
        for one in rows
    ]  # fmt: skip
    counts = {level: sum(one.level == level for one in rows) for level in coverage.RULES}
    return {"levels": counts, **limited("criteria", told)}
