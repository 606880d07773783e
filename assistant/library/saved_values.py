"""What a project saves under a name: column mappings of imports, states of its case template,
hashes of the tokens for its tools, checked suites; and under which name each file of this computer
is kept.

Values are JSON text of other rooms. Each saving is a row of its own and none is changed: the
latest of a name counts, the earlier ones are the way back, and an empty one says "removed". What is
kept without a way back (``replace``) has one row a name, which goes when it is dropped. A file has
one name, so that it is one source however reached.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, literal, select

from assistant.domain import Value, utc_now
from assistant.errors import LibraryError
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import SavedKind, SavedValue
from assistant.library.storage.rows import dump, matching, plain, read_row
from assistant.library.storage.schema import file_places, projects, saved_values

MAX_NAME = 120


class SavedValueStore(Store):
    """Reads and writes saved values; one transaction a call."""

    def save(
        self, project_id: str, kind: SavedKind, name: str, value: Value, *, by: str = ""
    ) -> None:
        """Save ``value`` under ``name``, in place of an earlier one of that name.

        Raises ``LibraryError`` where the name is empty or too long.
        """
        self._add(project_id, kind, _shown(kind, name), dump(value), "saved", by)

    def replace(
        self, project_id: str, kind: SavedKind, name: str, value: Value, *, by: str = ""
    ) -> None:
        """Keep ``value`` under ``name`` so that nothing is left of an earlier one, and the log says
        nothing of it: for what changes often and is no decision. Raises as ``save``."""
        shown, body = _shown(kind, name), dump(value)
        mine = matching(saved_values, project_id=project_id, kind=kind, name=shown)
        row = {"project_id": project_id, "kind": kind, "name": shown, "body": body}
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(delete(saved_values).where(mine))
            connection.execute(
                insert(saved_values).values(row | {"at": utc_now().isoformat(), "actor": plain(by)})
            )

    def drop(
        self, project_id: str, kinds: Collection[SavedKind], name: str, *, by: str = ""
    ) -> None:
        """Delete what is kept of these kinds under ``name``, with all earlier ones."""
        mine = matching(saved_values, project_id=project_id, name=name)
        with self._database.write() as connection:
            lock_project(connection, project_id)
            found = delete(saved_values).where(mine, saved_values.c.kind.in_(kinds))
            for row in connection.execute(found.returning(saved_values.c.kind)).all():
                record(
                    connection, project_id, "project", project_id, f"removed {row.kind}", by, name
                )

    def drop_before(self, project_id: str, kinds: Collection[SavedKind], limit: datetime) -> None:
        """Delete the names of these kinds under which nothing was kept since a point in time."""
        mine = (saved_values.c.project_id == project_id) & saved_values.c.kind.in_(kinds)
        young = select(saved_values.c.name).where(mine, saved_values.c.at >= limit.isoformat())
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(delete(saved_values).where(mine, saved_values.c.name.not_in(young)))

    def names(self, project_id: str, kind: SavedKind) -> tuple[SavedValue, ...]:
        """What is kept of a kind with one row a name (``replace``), by name, without the bodies."""
        listed = [column for column in saved_values.c if column.name != "body"]
        query = select(*listed, literal("").label("body"))
        query = query.where(matching(saved_values, project_id=project_id, kind=kind))
        return self._values(SavedValue, query.order_by(saved_values.c.name))

    def find(self, project_id: str, kind: SavedKind, name: str) -> SavedValue | None:
        """The current value of a name, where there is one."""
        mine = matching(saved_values, project_id=project_id, kind=kind, name=name)
        query = select(saved_values).where(mine).order_by(saved_values.c.seq.desc()).limit(1)
        found = self._values(SavedValue, query)
        return found[0] if found and found[0].body else None

    def remove(self, project_id: str, kind: SavedKind, name: str, *, by: str = "") -> None:
        """Forget what is saved under ``name``; nothing happens where there is nothing."""
        if any(saved.name == name for saved in self.latest(project_id, kind)):
            self._add(project_id, kind, name, "", "removed", by)

    def latest(self, project_id: str, kind: SavedKind) -> tuple[SavedValue, ...]:
        """The current value of each name, by name."""
        newest = {saved.name: saved for saved in reversed(self.history(project_id, kind))}
        return tuple(newest[name] for name in sorted(newest) if newest[name].body)

    def latest_everywhere(self, kind: SavedKind) -> tuple[tuple[str, SavedValue], ...]:
        """The current values of this kind in all projects that are not erased, with the project's
        id; one query."""
        query = select(saved_values).join(projects, projects.c.id == saved_values.c.project_id)
        query = query.where(saved_values.c.kind == kind, projects.c.erased_at.is_(None))
        found = self._all(query.order_by(saved_values.c.seq))
        newest = {(row.project_id, row.name): row for row in found}.values()
        return tuple((row.project_id, read_row(SavedValue, row)) for row in newest if row.body)

    def history(self, project_id: str, kind: SavedKind) -> tuple[SavedValue, ...]:
        """Every saving and removal of this kind, newest first."""
        query = select(saved_values).where(matching(saved_values, project_id=project_id, kind=kind))
        return self._values(SavedValue, query.order_by(saved_values.c.seq.desc()))

    def _add(
        self, project_id: str, kind: SavedKind, name: str, body: str, action: str, by: str
    ) -> None:
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(
                insert(saved_values).values(
                    project_id=project_id,
                    kind=kind,
                    name=name,
                    at=utc_now().isoformat(),
                    actor=plain(by),
                    body=body,
                )
            )
            record(connection, project_id, "project", project_id, f"{action} {kind}", by, name)


def _shown(kind: SavedKind, name: str) -> str:
    shown = " ".join(plain(name).split())
    if not shown or len(shown) > MAX_NAME:
        raise LibraryError(
            f"A saved {kind} needs a name of 1 to {MAX_NAME} characters. Type another one."
        )
    return shown


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
