"""What a person asked for, and what was understood of it, before anything is written.

A request names its epics in one of three ways: pasted text, keys picked from the library, or a
sentence. Understanding it costs no model call and stores nothing, so it can be shown on every
keystroke: the epics, what could not be read, the questions a tester should ask, and how many cases
of each technique would be written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from assistant.design.processes.end_to_end import conditions_of_epic
from assistant.design.questions.notices import find_notices
from assistant.domain import (
    TECHNIQUES,
    Depth,
    Epic,
    Notice,
    Question,
    SearchFilter,
    Technique,
    TestCondition,
    Unread,
    UserStory,
    Value,
)
from assistant.errors import SourceError
from assistant.knowledge.query import parse_request
from assistant.sources.pasted.pasted import read_pasted, story_as_criterion
from assistant.sources.reading import Reading
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.search_sources import vocabulary
from assistant.workflow.writing.answers import Answer, answers_to, with_answers
from assistant.workflow.writing.questions import open_questions

MEANING_HITS = 5
"""Pieces of epics that decide which epic a sentence is about where it names none."""


class GenerateRequest(Value):
    """A request: exactly one of ``text``, ``reading``, ``epic_keys`` and ``ask`` is given.

    ``reading`` is a file already read (the command line). ``stories_as_criteria`` names stories
    without a criterion whose narrative is to be taken as one.
    """

    text: str = ""
    title: str = ""
    reading: Reading | None = None
    epic_keys: tuple[str, ...] = ()
    ask: str = ""
    techniques: tuple[Technique, ...] = TECHNIQUES
    depth: Depth = "standard"
    stories_as_criteria: tuple[str, ...] = ()


class Understanding(Value):
    """A request as understood. ``reading`` is the pasted text, to be kept when the run starts."""

    request: str
    epics: tuple[Epic, ...]
    reading: Reading | None = None
    document_ids: tuple[str, ...] = ()
    techniques: tuple[Technique, ...] = TECHNIQUES
    depth: Depth = "standard"
    conditions: tuple[TestCondition, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def by_technique(self) -> dict[Technique, int]:
        """How many cases of each technique would be written, in the order of the techniques."""
        counts = Counter(condition.technique for condition in self.conditions)
        return {technique: counts[technique] for technique in TECHNIQUES if counts[technique]}

    @property
    def stories_without_criteria(self) -> tuple[UserStory, ...]:
        """Stories that nothing can be tested against, unless the story itself is taken as one."""
        return tuple(s for epic in self.epics for s in epic.stories if not s.criteria)


def understand(
    workspace: Workspace,
    project_id: str,
    request: GenerateRequest,
    *,
    comparing: Callable[[int, int], None] | None = None,
) -> Understanding:
    """Find the epics of a request and derive what would be tested.

    ``comparing`` gets criteria compared and in all, where there are thousands. Raises
    ``SourceError`` where the request is empty or names nothing that is there.
    """
    reading = request.reading
    understood: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    techniques = request.techniques
    if reading is None and request.text.strip():
        reading = read_pasted(request.text, title=request.title)
    if reading is not None:
        epics = reading.epics
        ids: tuple[str, ...] = (reading.document.id,)
        name = _name_of(epics) or reading.document.title
        if not epics:
            raise SourceError(_nothing_to_test(reading))
    elif request.ask.strip():
        parsed = parse_request(request.ask, vocabulary(workspace, project_id))
        understood, unmatched = parsed.understood, parsed.unmatched
        techniques = parsed.techniques or techniques
        keys = parsed.epic_keys or tuple(
            epic.key
            for epic in workspace.library.epics(project_id)
            if _within(epic, parsed.filter.releases, parsed.filter.teams, parsed.filter.labels)
        )
        named = bool(parsed.epic_keys or parsed.filter != SearchFilter())
        if not named and not unmatched and parsed.text:
            keys = _closest_epics(workspace, project_id, parsed.text)
        epics, ids = _stored_epics(workspace, project_id, keys)
        name = " ".join(request.ask.split())
        if not epics:
            raise SourceError(_no_such_epics(workspace, project_id, understood))
    else:
        epics, ids = _stored_epics(workspace, project_id, request.epic_keys)
        name = _name_of(epics)
        if not epics:
            raise SourceError("No epic is chosen. Paste one, pick some, or ask in a sentence.")
    epics = tuple(_with_stories_as_criteria(epic, request.stories_as_criteria) for epic in epics)
    given = answers_to(workspace, project_id, epics)
    epics = tuple(with_answers(epic, given) for epic in epics)
    return Understanding(
        request=name,
        epics=epics,
        reading=reading,
        document_ids=ids,
        techniques=techniques,
        depth=request.depth,
        conditions=conditions_of(epics, techniques, request.depth),
        questions=open_questions(
            workspace,
            project_id,
            epics,
            given,
            exclude_documents=_holding(reading, ids),
            progress=comparing,
        ),
        answers=tuple(one for several in given.values() for one in several),
        notices=find_notices(epics),
        unread=reading.unread if reading else (),
        notes=reading.notes if reading else (),
        understood=understood,
        unmatched=unmatched,
    )


def conditions_of(
    epics: Sequence[Epic], techniques: Sequence[Technique], depth: Depth = "standard"
) -> tuple[TestCondition, ...]:
    """Every test condition of these epics, in the order in which cases are written."""
    return tuple(
        condition
        for epic in epics
        for condition in conditions_of_epic(epic, techniques=techniques, depth=depth)
    )


def _holding(reading: Reading | None, ids: Sequence[str]) -> frozenset[str]:
    """The documents that hold the epics themselves: they are not compared with themselves."""
    return frozenset(ids) | ({reading.document.id} if reading is not None else frozenset())


def _stored_epics(
    workspace: Workspace, project_id: str, keys: Sequence[str]
) -> tuple[tuple[Epic, ...], tuple[str, ...]]:
    """The stored epics with these keys, in the order asked for, and the documents they are in."""
    by_key = {epic.key: epic for epic in workspace.library.epics(project_id)}
    wanted = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    held_by = workspace.library.documents_of_epics(project_id)
    held = (document_id for epic in wanted for document_id in held_by[epic.key])
    return tuple(wanted), tuple(dict.fromkeys(held))


def _within(
    epic: Epic, releases: Sequence[str], teams: Sequence[str], labels: Sequence[str]
) -> bool:
    """Whether an epic carries the metadata that a sentence names; naming none selects nothing."""
    if not (releases or teams or labels):
        return False
    return (
        (not releases or epic.release in releases)
        and (not teams or epic.team in teams)
        and (not labels or bool(set(labels) & set(epic.labels)))
    )


def _closest_epics(workspace: Workspace, project_id: str, words: str) -> tuple[str, ...]:
    """The epic whose stories and criteria are nearest in meaning to words that name none."""
    config = workspace.project(project_id).retrieval
    basis = config.model_copy(update={"filter": SearchFilter(kinds=("story", "criterion"))})
    trace = workspace.knowledge(project_id).explain(words, basis, limit=MEANING_HITS)
    held_by = workspace.library.documents_of_epics(project_id)
    votes = Counter(row.chunk.document_id for row in trace.rows if row.relevant)
    best = next((document_id for document_id, _ in votes.most_common(1)), None)
    return tuple(key for key, ids in held_by.items() if best in ids)


def _with_stories_as_criteria(epic: Epic, keys: Sequence[str]) -> Epic:
    for story in epic.stories:
        if story.key in keys and not story.criteria:
            epic = story_as_criterion(epic, story.key)
    return epic


def _name_of(epics: Sequence[Epic]) -> str:
    """A line for a list of runs: the first epic by key and title, and how many more."""
    if not epics:
        return ""
    first = f"{epics[0].key} {epics[0].title}".strip()
    return f"{first} and {len(epics) - 1} more" if len(epics) > 1 else first


def _nothing_to_test(reading: Reading) -> str:
    what = {
        "rules": "business rules",
        "page": "a wiki page",
        "test_cases": "existing test cases",
        "table": "a table",
    }.get(reading.document.kind, "text")
    return (
        f"This reads as {what}: no epic or user story was found in it. Add a line such as "
        "'As a ... I want ...' or a heading 'Acceptance criteria' with a list, or import it as a "
        "source."
    )


def _no_such_epics(workspace: Workspace, project_id: str, understood: Sequence[str]) -> str:
    known = vocabulary(workspace, project_id)
    if not known.epics:
        return "This project holds no epic yet. Import some, or paste one."
    asked = f"No epic fits ({'; '.join(understood)})" if understood else "No epic was recognised"
    return (
        f"{asked}. Releases: {', '.join(known.releases) or 'none'}. "
        f"Teams: {', '.join(known.teams) or 'none'}. "
        f"Epics: {', '.join(key for key, _ in known.epics)}."
    )
