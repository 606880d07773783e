"""One local file is one source: it keeps its name, whichever folder is named to reach it.

A file is known by its whole path. One that is not known yet (of a library from before places were
noted, or of a folder that was moved) is recognised by its bytes and the end of its path.

Local files that a connected folder holds: the same file is one document, however it is reached.

A sync goes on with the document that was made of a file by hand, and importing a file by hand goes
on with the document that a connected folder made of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain import FILE
from assistant.library import Connection
from assistant.sources.files.clean import clean_text
from assistant.sources.files.folder_source import FOLDER, INSIDE, inner_names
from assistant.sources.reading import FileOutcome, Reading

if TYPE_CHECKING:
    from assistant.library import Library


class FilePlaces:
    """Gives the files of one import their names: a path from some folder down, with ``/``."""

    def __init__(self, library: Library, project_id: str) -> None:
        self._library = library
        self._project_id = project_id
        self._kept = library.file_places.names(project_id)
        self._claimed = dict[str, set[str]]()
        for path, name in self._kept.items():
            self._claimed.setdefault(name, set()).add(path)
        self._roots = {root for path, name in self._kept.items() if (root := _root(path, name))}
        self._used = dict[str, str]()
        self._new = dict[str, str]()

    def name_of(self, path: Path, below: str, data: bytes) -> str:
        """The name to keep a file under; ``below`` is its path below the folder that was named.

        Two files of one import never share a name, and a known file keeps its own.
        """
        place = whole_path(path)
        known = self.known_name(path, below, hashlib.sha256(data).hexdigest())
        name = known or self._wanted(place, below)
        if self._used.get(name, place) != place or self._is_anothers(name, place, below):
            taken = {*self._used, *self._claimed}
            name = next((end for end in _ends(place) if end not in taken), place)
        self._used[name] = place
        return name

    def known_name(self, path: Path, below: str, content_hash: str) -> str:
        """The name that this very file is kept under, by its place or its bytes; empty for none."""
        place = whole_path(path)
        return self._kept.get(place) or self._recognised(place, below, content_hash)

    def remember(self, path: Path, name: str) -> None:
        """Note that a file was kept under a name."""
        place = whole_path(path)
        before = self._kept.get(place)
        if before != name:
            self._claimed.get(before or "", set()).discard(place)
            self._kept[place] = self._new[place] = name
            self._claimed.setdefault(name, set()).add(place)
            if root := _root(place, name):
                self._roots.add(root)

    def save(self) -> None:
        """Write down what is new."""
        if self._new:
            self._library.file_places.keep(self._project_id, self._new)
            self._new = {}

    def _is_anothers(self, name: str, place: str, below: str) -> bool:
        """Whether another file of the same tree is kept under a name that this one has not had.

        A file of another tree may be the next version of what came from the first.
        """
        if self._kept.get(place) == name:
            return False
        own = _root(place, below)
        return any(
            (_lies_in(path, own) or _lies_in(place, _root(path, name))) and Path(path).exists()
            for path in self._claimed.get(name, ())
            if path != place
        )

    def _recognised(self, place: str, below: str, content_hash: str) -> str:
        """The name under which the project holds these bytes already, where it ends the path."""
        same = self._library.documents_of_bytes(self._project_id, content_hash)
        held = {one.id for one in same if one.id.startswith(FILE)}
        for end in (below, *reversed(list(_ends(place)))) if held else ():
            is_held = f"{FILE}{clean_text(end).text}" in held
            if is_held and end not in self._used and not self._is_there(end, place):
                return end
        return ""

    def _is_there(self, name: str, place: str) -> bool:
        """Whether another file that is kept under this name is still where it was."""
        others = self._claimed.get(name, set()) - {place}
        return any(Path(path).exists() for path in others)

    def _wanted(self, place: str, below: str) -> str:
        """The path below the folder named now or one that was named before, whichever is longer."""
        document_id = f"{FILE}{clean_text(below).text}"
        if below not in self._claimed and self._library.find_document(
            self._project_id, document_id
        ):
            return below  # a library from before places were noted: its next version
        inside = [place[len(root) + 1 :] for root in self._roots if _lies_in(place, root)]
        return max([below, *inside], key=len)


def in_folder(reading: Reading, folder: str) -> Reading:
    """The reading as a document of the folder it lies in: files of one name are told apart."""
    document_id = reading.document.id
    if not folder or not document_id.startswith(FILE):
        return reading
    return with_id(reading, f"{FILE}{clean_text(folder).text}/{document_id.removeprefix(FILE)}")


def with_id(reading: Reading, document_id: str) -> Reading:
    """The same reading as a document of another id."""
    document = reading.document.model_copy(update={"id": document_id})
    return reading.model_copy(update={"document": document})


def whole_path(path: Path) -> str:
    """Where a file lies, links of its folders followed: what it is known by."""
    return path.absolute().parent.resolve().joinpath(path.name).as_posix()


def _root(path: str, name: str) -> str:
    """The folder that a file's name begins in; empty where the name is no end of its path."""
    return path.removesuffix(f"/{name}") if path.endswith(f"/{name}") else ""


def _lies_in(path: str, root: str) -> bool:
    return bool(root) and path.startswith(f"{root}/")


def _ends(path: str) -> Iterator[str]:
    """The ends of a path, from the file's own name to all of it."""
    parts = path.strip("/").split("/")
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[-count:])


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
