"""Files that share a name: versions of one source, or sources of their own.

A file has no other identity than its name. One that comes in later under the name of a source is
its next version, unless a person says otherwise; different files that come in together are told
apart at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.import_sources import FILE, Preview, preview_of, with_id


def separate_files(
    workspace: Workspace, project_id: str, previews: Sequence[Preview]
) -> tuple[Preview, ...]:
    """Different files that came in together under one name, each as a source of its own.

    A file whose bytes the project holds under that name already is that source, whatever else
    came in. Of the others the first has the name, see ``beside``; the next ones get a number.
    """
    found = list(previews)
    ids: dict[tuple[str, str], str] = {}
    for preview in previews:
        held = _held(workspace, project_id, preview)
        if held:
            ids[_same(preview)] = held
    for place, preview in enumerate(previews):
        document = preview.reading.document
        if not document.id.startswith(FILE):
            continue
        if _same(preview) not in ids:
            taken = set(ids.values())
            free = document.id not in taken
            ids[_same(preview)] = (
                document.id if free else _free(workspace, project_id, document.id, taken)
            )
        if ids[_same(preview)] != document.id:
            reading = with_id(preview.reading, ids[_same(preview)])
            found[place] = preview_of(workspace, project_id, preview.name, reading)
    return tuple(found)


def _same(preview: Preview) -> tuple[str, str]:
    document = preview.reading.document
    return document.id, document.content_hash


def _held(workspace: Workspace, project_id: str, preview: Preview) -> str:
    """Id of the source of this name that was read from the same bytes; empty where none was.

    One that was imported with its folders counts too, and one that a connection holds.
    """
    document = preview.reading.document
    if not document.id.startswith(FILE):
        return ""
    same = workspace.library.documents_of_bytes(project_id, document.content_hash)
    numbered, inner = f"{document.id} (", f"/{document.id.removeprefix(FILE)}"
    alike = [
        one.id for one in same
        if one.id == document.id or one.id.startswith(numbered)
        or ((one.id.startswith(FILE) or one.connection_id) and one.id.endswith(inner))
    ]  # fmt: skip
    return document.id if document.id in alike else next(iter(alike), "")


def _free(workspace: Workspace, project_id: str, document_id: str, taken: Collection[str]) -> str:
    """The first of "NAME (2)", "NAME (3)"... that no source has."""
    number = 2
    while True:
        other = f"{document_id} ({number})"
        if other not in taken and workspace.library.find_document(project_id, other) is None:
            return other
        number += 1


def is_named_alike(preview: Preview) -> bool:
    """Whether only its name says that a file is a new version of a source."""
    return preview.change == "changed" and preview.reading.document.id.startswith(FILE)


def beside(workspace: Workspace, project_id: str, preview: Preview) -> Preview:
    """The same file as a source of its own, beside the one that has its name."""
    other = _free(workspace, project_id, preview.reading.document.id, ())
    return preview_of(workspace, project_id, preview.name, with_id(preview.reading, other))
