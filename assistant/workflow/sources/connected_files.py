"""Local files that a connected folder holds: the same file is one document, however it is reached.

A sync goes on with the document that was made of a file by hand, and importing a file by hand goes
on with the document that a connected folder made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.library import Connection
from assistant.sources.files.folder_source import FOLDER, INSIDE, inner_names
from assistant.sources.reading import FileOutcome, Reading
from assistant.workflow.sources.local_files import FILE, FilePlaces, in_folder, whole_path

if TYPE_CHECKING:
    from assistant.library import Library


class ConnectedFiles:
    """The documents that connected folders made of local files, by the whole path of the file."""

    def __init__(self, library: Library, project_id: str) -> None:
        self._documents = dict[str, dict[str, str]]()
        store = library.connections
        for connection in store.list(project_id):
            if connection.kind != FOLDER:
                continue
            for external_id, fetched in store.fetched(project_id, connection.id).items():
                path, _, inner = external_id.partition(INSIDE)
                if fetched.document_id:
                    place = _place(connection, path)
                    self._documents.setdefault(place, {})[inner] = fetched.document_id

    def ids(self, path: Path, outcomes: Sequence[FileOutcome]) -> list[str]:
        """For each outcome of a file the document it is already; empty where it is none."""
        held = self._documents.get(whole_path(path), {})
        return [held.get(inner, "") for inner in inner_names(outcomes)]


class HandImports:
    """The documents that came in by hand, for the sync of a connection that meets them again."""

    def __init__(self, library: Library, connection: Connection) -> None:
        self._library = library
        self._connection = connection
        self._places: FilePlaces | None = None

    def document_of(self, external_id: str, reading: Reading) -> str:
        """Id of the document that was made by hand of what a connection fetched; empty for none.

        A file is known by its whole path, or by its bytes where no place was noted; an epic, an
        issue and a page by the id that every reader gives them.
        """
        document = reading.document
        wanted = document.id
        if wanted.startswith(FILE):
            name = self._name(external_id, document.content_hash)
            if not name:
                return ""
            wanted = in_folder(reading, name.rpartition("/")[0]).document.id
        held = self._library.find_document(self._connection.project_id, wanted)
        return "" if held is None or held.connection_id else held.id

    def _name(self, external_id: str, content_hash: str) -> str:
        if self._connection.kind != FOLDER:
            return ""
        if self._places is None:
            self._places = FilePlaces(self._library, self._connection.project_id)
        path = external_id.partition(INSIDE)[0]
        place = Path(self._connection.options.get("folder", "")) / path
        return self._places.known_name(place, path, content_hash)


def _place(connection: Connection, path: str) -> str:
    return whole_path(Path(connection.options.get("folder", "")) / path)
