"""Comparisons of columns and the ratings that people gave in them.

A comparison and a rating sheet are documents (JSON text) of the evaluation room: the library keeps
them whole, with the few fields that a list shows. Ratings can only be added; the latest of a rater
counts, and the earlier ones stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library.case_rows import CaseRow as Row
from assistant.library.projects import lock_project, record
from assistant.library.storage.database import Store
from assistant.library.storage.records import StoredComparison, StoredRating
from assistant.library.storage.rows import matching, next_seq, plain, read_row
from assistant.library.storage.schema import comparison_ratings, comparisons


class ComparisonStore(Store):
    """Reads and writes comparisons and ratings; one transaction a call."""

    def save(
        self,
        project_id: str,
        comparison_id: str,
        body: str,
        *,
        name: str,
        columns: Sequence[str] = (),
        complete: bool = True,
        by: str = "",
    ) -> None:
        """Store a comparison, or put its further state in its place. ``body`` is a JSON object.

        Raises ``LibraryError`` where the body is no JSON object, or the id is another project's.
        """
        _check_object(body, "comparison")
        values = {
            "name": plain(name),
            "columns": json.dumps([plain(column) for column in columns]),
            "complete": int(complete),
            "body": plain(body),
            "updated_at": utc_now().isoformat(),
            "actor": plain(by),
        }
        with self._database.write() as connection:
            lock_project(connection, project_id)
            query = select(comparisons.c.project_id).where(comparisons.c.id == comparison_id)
            owner = connection.execute(query).scalar()
            if owner is None:
                connection.execute(
                    insert(comparisons).values(
                        id=comparison_id,
                        project_id=project_id,
                        seq=next_seq(connection, comparisons, project_id),
                        created_at=values["updated_at"],
                        **values,
                    )
                )
            elif owner != project_id:
                raise LibraryError(
                    f"The comparison “{comparison_id}” exists already. Give it a new id."
                )
            else:
                connection.execute(
                    update(comparisons).where(comparisons.c.id == comparison_id).values(**values)
                )
            action = "compared" if complete else "comparing"
            record(connection, project_id, "comparison", comparison_id, action, by, name)

    def all(self, project_id: str) -> tuple[StoredComparison, ...]:
        """The comparisons of a project, newest first, without their bodies."""
        listed = [column for column in comparisons.c if column.name != "body"]
        query = select(*listed).where(comparisons.c.project_id == project_id)
        return tuple(map(_stored, self._all(query.order_by(comparisons.c.seq.desc()))))

    def get(self, project_id: str, comparison_id: str) -> StoredComparison:
        """A comparison with its body. Raises ``LibraryError`` where there is none."""
        with self._database.read() as connection:
            row = _fetch(connection, project_id, comparison_id)
        return _stored(row)

    def remove(self, project_id: str, comparison_id: str, *, by: str = "") -> None:
        """Delete a comparison with its ratings."""
        with self._database.write() as connection:
            row = _fetch(connection, project_id, comparison_id)
            of_it = comparison_ratings.c.comparison_id == comparison_id
            connection.execute(delete(comparison_ratings).where(of_it))
            connection.execute(delete(comparisons).where(comparisons.c.id == comparison_id))
            record(connection, project_id, "comparison", comparison_id, "removed", by, row.name)

    def add_rating(
        self, project_id: str, comparison_id: str, sheet_id: str, body: str, *, by: str = ""
    ) -> None:
        """Store a rating of an item of a sheet. ``body`` is a JSON object."""
        _check_object(body, "rating")
        with self._database.write() as connection:
            _fetch(connection, project_id, comparison_id)
            connection.execute(
                insert(comparison_ratings).values(
                    comparison_id=comparison_id,
                    sheet_id=plain(sheet_id),
                    at=utc_now().isoformat(),
                    actor=plain(by),
                    body=plain(body),
                )
            )

    def ratings(
        self, project_id: str, comparison_id: str, sheet_id: str
    ) -> tuple[StoredRating, ...]:
        """The ratings of a sheet of a comparison in the order they were given."""
        self.get(project_id, comparison_id)
        here = matching(comparison_ratings, comparison_id=comparison_id, sheet_id=sheet_id)
        query = select(comparison_ratings).where(here).order_by(comparison_ratings.c.seq)
        return self._values(StoredRating, query)


def _fetch(connection: Connection, project_id: str, comparison_id: str) -> Row:
    here = matching(comparisons, id=comparison_id, project_id=project_id)
    row = connection.execute(select(comparisons).where(here)).first()
    if row is None:
        raise LibraryError(
            f"There is no comparison “{comparison_id}” in this project. Reload the list of them."
        )
    return row


def _stored(row: Row) -> StoredComparison:
    return read_row(StoredComparison, row, columns=tuple(json.loads(row.columns)))


def _check_object(body: str, what: str) -> None:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise LibraryError(f"The {what} is not JSON ({error}) and was not stored.") from error
    if not isinstance(parsed, dict):
        raise LibraryError(f"The {what} is not a JSON object and was not stored.")
