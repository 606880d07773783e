"""The way back: a source that was removed, and an earlier version of one.

A removed source is kept until it is erased, by hand or by the project's age limit. What the project
masks is masked in what comes back, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.library import DocumentVersion as DocumentVersion
from assistant.library import RemovedDocument as RemovedDocument
from assistant.library import StoredDocument
from assistant.sources.reading import Reading
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.mask_sources import mask_source, masked_again


def removed_sources(workspace: Workspace, project_id: str) -> tuple[RemovedDocument, ...]:
    """The sources that were removed and can be restored, the one removed last first."""
    return workspace.library.removed_documents(project_id)


def restore(
    workspace: Workspace, project_id: str, document_ids: Iterable[str], *, by: str = ""
) -> tuple[StoredDocument, ...]:
    """Put removed sources back with the cases that came with them, not yet indexed.

    Raises ``LibraryError`` for one that is in the project, or was erased; those named before it
    are back then.
    """
    found = []
    config = workspace.project(project_id).masking
    for name in document_ids:
        found.append(workspace.library.restore_document(project_id, name, by=by))
        if config.enabled:
            mask_source(workspace, project_id, name, config, has_cases=True, by=by)
    return tuple(found)


def use_version(
    workspace: Workspace,
    project_id: str,
    document_id: str,
    version: int,
    *,
    seen: int | None = None,
    by: str = "",
) -> StoredDocument:
    """Make an earlier version of a source its newest one, as an import of it would, not yet
    indexed; no version is changed.

    Where its words are those of the present version, nothing happens (``outcome`` "unchanged").
    ``seen`` is the present version that a person looked at. Raises ``LibraryError`` where there is
    no such version, or the present one is another by now.
    """
    library = workspace.library
    held = library.find_document(project_id, document_id)
    document, epics, cases = library.document_parts(project_id, document_id, version)
    earlier = masked_again(
        Reading(document=document, epics=epics, cases=cases), workspace.project(project_id).masking
    )
    return library.put_document(
        project_id,
        earlier.document,
        epics=earlier.epics,
        cases=earlier.cases,
        by=by,
        connection_id=held.connection_id if held else "",
        expected_version=seen if seen is not None or held is None else held.version,
    )
