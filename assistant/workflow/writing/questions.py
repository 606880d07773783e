"""The questions worth asking before cases are written, compared with what the project holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from assistant.design.questions.similar_criteria import Progress
from assistant.domain import Chunk, Epic, Question, TopK
from assistant.library import StoredDocument
from assistant.reading.references import find_references
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import current_texts, older_copies
from assistant.workflow.sources.reindex import chunks_of
from assistant.workflow.writing.answers import PREFIX, Answer, question_key
from assistant.workflow.writing.compare_criteria import Comparison

MAX_COMPARED = 800
"""Chunks of rules and pages that are all compared; of a larger project, those found by search."""
MAX_SEARCHED = 60
"""Criteria that a larger project is searched for; the run itself searches for all of them."""
_KINDS = frozenset({"rules", "page", "table"})


def open_questions(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    given: Mapping[str, tuple[Answer, ...]],
    *,
    exclude_documents: Collection[str] = (),
    progress: Progress | None = None,
) -> tuple[Question, ...]:
    """What is to be asked on these epics and has not been answered, criterion by criterion.

    Each criterion is compared with the rules and pages of the project, with its story and with the
    other criteria. ``exclude_documents`` are those that hold the epics themselves.
    ``progress`` gets criteria compared and in all, where there are thousands. Raises
    ``SourceError`` where comparing ends early.
    """
    left_out = {*exclude_documents, *older_copies(workspace, project_id)}
    stored = [
        one
        for one in workspace.library.documents(project_id)
        if one.kind in _KINDS and one.id not in left_out and not one.id.startswith(PREFIX)
    ]
    known: list[str] = []
    if sum(one.chunk_count or 1 for one in stored) <= MAX_COMPARED:
        sources = [c for one in stored for c in chunks_of(workspace.library, project_id, one.id)]
    else:
        sources = _searched(workspace, project_id, epics, stored, exclude_documents)
        known = _mentions(workspace, project_id, epics)
    answered = {one.document_id for several in given.values() for one in several}
    found = []
    compared = Comparison(epics=tuple(epics), sources=tuple(sources), known=tuple(known))
    raised = workspace.comparisons.questions(compared, progress)
    for epic, questions in zip(epics, raised, strict=True):
        by_id = {criterion.id: criterion for criterion in epic.criteria}
        for question in questions:
            if question_key(by_id[question.criterion_id], question) not in answered:
                found.append(question)
    return tuple(found)


def _searched(
    workspace: Workspace,
    project_id: str,
    epics: Sequence[Epic],
    stored: Sequence[StoredDocument],
    exclude: Collection[str],
) -> list[Chunk]:
    """The rules and pages of a large project that are nearest to the criteria."""
    queries = [one.text for epic in epics for one in epic.criteria][:MAX_SEARCHED]
    config = workspace.project(project_id).retrieval.model_copy(
        update={"top_k": TopK(rule=5, criterion=0, case=0, table_row=3, prose=3)}
    )
    wanted = {one.id for one in stored}
    hits = current_texts(workspace, project_id).retrieve(queries, config, exclude_documents=exclude)
    return [hit.chunk for hit in hits if hit.chunk.document_id in wanted]


def _mentions(workspace: Workspace, project_id: str, epics: Sequence[Epic]) -> list[str]:
    """Texts of a large project that hold the rules which the criteria refer to."""
    config = workspace.project(project_id).retrieval.model_copy(update={"both_ways": False})
    names = {ref.name for e in epics for c in e.criteria for ref in find_references(c.text)}
    texts = current_texts(workspace, project_id)
    return [
        f"{hit.chunk.key} {hit.chunk.title}\n{hit.chunk.text}"
        for name in sorted(names)
        for hit in texts.search(name, config, limit=5)
    ]
