"""What is known of the documents that passages are of: file, edition, whether a newer one is held.

Nothing is left out for it: it is told to the model and shown beside the passage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from assistant.generation.answers.answer_parts import Standing
from assistant.language.document_heads import (
    head_words,
    named_edition,
    plain_name,
    stage_words,
)
from assistant.language.validity import EDITION_OPENING
from assistant.library import StoredDocument
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.sources.read_source import file_of


def standings_of(
    workspace: Workspace, project_id: str, document_ids: Collection[str]
) -> dict[str, Standing]:
    """What is known of each of these documents; nothing of one that is gone."""
    held = {one.id: one for one in workspace.library.documents(project_id)}
    found = [held[name] for name in dict.fromkeys(document_ids) if name in held]
    told = [one.id for one in found if one.kind not in ("table", "test_cases")]
    openings = workspace.library.openings(project_id, told, EDITION_OPENING)
    known, copies = _known(held.values()), known_copies(workspace, project_id)
    standings = {
        one.id: _standing(one, openings.get(one.id, ""), held, copies, known) for one in found
    }
    return {name: standings.get(name, Standing()) for name in document_ids}


def _standing(
    document: StoredDocument,
    opening: str,
    held: Mapping[str, StoredDocument],
    copies: Mapping[str, str],
    known: KnownNames,
) -> Standing:
    file = file_of(document)
    standing = Standing(file=file, head=head_words(opening))
    if document.metadata.outdated:
        said = {"stage": "outdated", "reason": f"its page says “{document.metadata.outdated}”"}
    elif document.id in copies:
        name = _name_of(held[copies[document.id]])
        said = {"stage": "older edition", "reason": f"a newer one of the same text is {name}"}
    elif document.id in known.newer:
        name = _name_of(held[known.newer[document.id]])
        said = {"stage": "older edition", "reason": f"{name} has the same name, a higher number"}
    else:

        def is_held(name: str) -> bool:
            return any(one != document.id for one in known.ids.get(name, ()))

        stage, words = stage_words(file, document.title, opening, is_held)
        reason = f"“{words}” stands in its name or at its head"
        said = {"stage": stage, "reason": reason} if stage else {}
    return standing.model_copy(update=said)


def _name_of(document: StoredDocument) -> str:
    return f"“{file_of(document) or document.title}”"


class KnownNames(NamedTuple):
    """``newer``: ids of documents whose name another has with a higher number of edition, each with
    the id of the highest; ``ids``: those of the documents that a plain name is of."""

    newer: Mapping[str, str]
    ids: Mapping[str, Collection[str]]


def _known(documents: Iterable[StoredDocument]) -> KnownNames:
    """What the files and titles of a project's documents tell of each other."""
    highest: dict[str, tuple[tuple[int, ...], str]] = {}
    numbers: dict[str, tuple[str, tuple[int, ...]]] = {}
    ids: dict[str, set[str]] = {}
    for one in documents:
        file = file_of(one)
        for name in (file, one.title):
            ids.setdefault(plain_name(name), set()).add(one.id)
        told = named_edition(file) or named_edition(one.title)  # not both: a title may be behind
        if told is not None:
            called, number = numbers[one.id] = told
            highest[called] = max(highest.get(called, ((), "")), (number, one.id))
    newer = {
        document_id: highest[called][1]
        for document_id, (called, number) in numbers.items()
        if highest[called][0] > number
    }
    return KnownNames(newer, ids)
