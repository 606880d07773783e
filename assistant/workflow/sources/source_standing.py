"""What is known of the documents that passages are of: file, edition, whether a newer one is held.

Nothing is left out for it: it is told to the model and shown beside the passage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from assistant.domain import GenerationRun, Standing
from assistant.language.document_heads import (
    head_words,
    named_edition,
    plain_name,
    stage_words,
)
from assistant.language.validity import EDITION_OPENING
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import known_copies
from assistant.workflow.sources.read_source import file_of

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the first page waits for in vain
    from assistant.library import Library, StoredDocument


class Standings:
    """What is known of a project's documents as they are at one time; each is looked at once."""

    def __init__(self, library: Library, project_id: str, copies: Mapping[str, str]) -> None:
        self._library, self._project_id, self._copies = library, project_id, copies
        self._held = {one.id: one for one in library.documents(project_id)}
        self._known = _known(self._held.values())
        self._told: dict[str, Standing] = {}

    def of(self, document_id: str) -> Standing:
        """What is known of this document; nothing of one that is gone."""
        if document_id not in self._told:
            self._told[document_id] = self._look_at(document_id)
        return self._told[document_id]

    def _look_at(self, document_id: str) -> Standing:
        found = self._held.get(document_id)
        if found is None:
            return Standing()
        opening = ""
        if found.kind not in ("table", "test_cases"):
            openings = self._library.openings(self._project_id, [document_id], EDITION_OPENING)
            opening = openings.get(document_id, "")
        return _standing(found, opening, self._held, self._copies, self._known)


def standings(workspace: Workspace, project_id: str) -> Standings:
    """What is known of the project's documents, read once until one of them changes: each question
    and run needs it."""
    return workspace.memo.get(
        "standings",
        project_id,
        workspace.library.documents_stamp(project_id),
        lambda: Standings(workspace.library, project_id, known_copies(workspace, project_id)),
    )


def with_standings(workspace: Workspace, project_id: str, run: GenerationRun) -> GenerationRun:
    """A stored run whose sources have what is known of their documents now: it is kept with no
    run, because a newer edition may come in."""
    known = standings(workspace, project_id)
    retrieved = tuple(
        one.model_copy(update={"standing": known.of(one.chunk.document_id)})
        for one in run.retrieved
    )
    return run.model_copy(update={"retrieved": retrieved})


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
