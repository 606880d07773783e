"""Where the sources of an answer disagree on what it quotes."""

from __future__ import annotations

from assistant.domain import TopK
from assistant.generation.answers.answer_parts import Answer
from assistant.generation.answers.sentence_proof import conflicts_of
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import CurrentTexts
from assistant.workflow.writing.answers import answers_to

RULES = TopK(rule=5, criterion=0, story=0, case=0, table_row=0, prose=3)
"""What a criterion among the sources is compared with."""


def with_conflicts(
    workspace: Workspace, project_id: str, texts: CurrentTexts, answer: Answer
) -> Answer:
    """The answer with where its sources disagree on what it quotes."""
    found = [one.hit for one in answer.sources]
    quoted = [one for hit in found for one in answer.quotations(hit.rank)]
    if not quoted:
        return answer
    given = answers_to(workspace, project_id, workspace.library.epics(project_id))
    people = {one.document_id for several in given.values() for one in several}
    replaced = {name for name, several in given.items() if any(one.replaces for one in several)}
    # What a person has answered decides: neither it nor a criterion in whose place it stands is a
    # side of a conflict.
    hits = [
        hit
        for hit in found
        if hit.chunk.document_id not in people
        and not (hit.chunk.kind == "criterion" and hit.chunk.key in replaced)
    ]
    criteria = [hit.chunk.text for hit in hits if hit.chunk.kind == "criterion"]
    config = workspace.project(project_id).retrieval.model_copy(update={"top_k": RULES})
    around = texts.retrieve(criteria, config)
    others = [hit.chunk for hit in (*found, *around)]
    decided = {name: [one.question for one in several] for name, several in given.items()}
    conflicts = conflicts_of(quoted, hits, others, decided)
    return answer.model_copy(update={"conflicts": conflicts})
