"""Under which name each file of this computer is kept, so that it is one source however reached."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from assistant.library.projects import lock_project
from assistant.library.storage.database import Store
from assistant.library.storage.rows import matching
from assistant.library.storage.schema import file_places


class FilePlaceStore(Store):
    """Reads and writes places of files; one transaction a call."""

    def names(self, project_id: str) -> dict[str, str]:
        """The name that each known file is kept under, by its whole path."""
        query = select(file_places.c.path, file_places.c.name)
        rows = self._all(query.where(file_places.c.project_id == project_id))
        return {row.path: row.name for row in rows}

    def keep(self, project_id: str, names: Mapping[str, str]) -> None:
        """Note names of files, in place of earlier ones."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            for path, name in names.items():
                row = {"project_id": project_id, "path": path}
                connection.execute(delete(file_places).where(matching(file_places, **row)))
                connection.execute(insert(file_places).values(row | {"name": name}))
