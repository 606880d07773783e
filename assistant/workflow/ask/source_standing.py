"""What is known of the documents that passages are of: file, edition, whether a newer one is held.

Nothing is left out for it: it is told to the model and shown beside the passage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from assistant.domain import FILE
from assistant.generation.answers.answer_parts import Standing
from assistant.language.document_heads import head_words, named_edition, stage_words
from assistant.library import StoredDocument
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import known_copies

Names = Mapping[str, str]


def standings_of(
    workspace: Workspace, project_id: str, document_ids: Collection[str]
) -> dict[str, Standing]:
    """What is known of each of these documents; nothing of one that is gone."""
    stamp = workspace.library.documents_stamp(project_id)
    newer, copies = _newer(workspace, project_id, stamp), known_copies(workspace, project_id)
    held = {one.id: one for one in workspace.library.documents(project_id)}
    return {
        name: _standing(workspace, project_id, held[name], held, copies, newer)
        if name in held
        else Standing()
        for name in document_ids
    }


def _standing(
    workspace: Workspace,
    project_id: str,
    document: StoredDocument,
    held: Mapping[str, StoredDocument],
    copies: Names,
    newer: Names,
) -> Standing:
    file, table = file_of(document), document.kind in ("table", "test_cases")
    text = "" if table else workspace.library.document(project_id, document.id).text
    standing = Standing(file=file, head=head_words(text))
    if document.metadata.outdated:
        said = {"stage": "outdated", "reason": f"its page says “{document.metadata.outdated}”"}
    elif document.id in copies:
        name = _name_of(held[copies[document.id]])
        said = {"stage": "older edition", "reason": f"a newer one of the same text is {name}"}
    elif document.id in newer:
        name = _name_of(held[newer[document.id]])
        said = {"stage": "older edition", "reason": f"{name} has the same name, a higher number"}
    else:
        stage, words = stage_words(file, document.title, text)
        reason = f"“{words}” stands in its name or at its head"
        said = {"stage": stage, "reason": reason} if stage else {}
    return standing.model_copy(update=said)


def file_of(document: StoredDocument) -> str:
    """The name of the file that a document was read from; empty where it came another way."""
    if document.id.startswith(FILE):
        return document.id.removeprefix(FILE)
    return document.metadata.file


def _name_of(document: StoredDocument) -> str:
    return f"“{file_of(document) or document.title}”"


@lru_cache(maxsize=8)
def _newer(workspace: Workspace, project_id: str, _stamp: str) -> Names:
    """Ids of documents whose name another has with a higher number of edition, each with that of
    the highest: looked for once until a document changes."""
    highest: dict[str, tuple[tuple[int, ...], str]] = {}
    numbers: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for document in workspace.library.documents(project_id):
        for name in {file_of(document), document.title}:
            if (told := named_edition(name)) is not None:
                called, number = told
                numbers.setdefault(document.id, []).append(told)
                highest[called] = max(highest.get(called, ((), "")), (number, document.id))
    found: dict[str, str] = {}
    for name, several in numbers.items():
        for called, number in several:
            most, newest = highest[called]
            if most > number:
                found[name] = newest
    return found
