"""Projects: their names, templates and saved choices, and the log of what changes in them.

The log has one line per change, in the change's own transaction, never altered.
"""

from __future__ import annotations

import unicodedata
from uuid import uuid4

from sqlalchemy import Connection, Row, insert, or_, select, update

from assistant.domain import (
    CaseTemplate,
    GenerationConfig,
    MaskingConfig,
    RetrievalConfig,
    Value,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.library.storage.database import Store
from assistant.library.storage.records import Project
from assistant.library.storage.rows import dump, plain, read_row
from assistant.library.storage.schema import events, projects

MAX_NAME = 200
MAX_DAYS = 36_500
MAX_NAMES = 2_000


class ProjectStore(Store):
    """Reads and writes projects."""

    def create_project(self, name: str, *, template: CaseTemplate) -> Project:
        """A new project; ``LibraryError`` where the name is empty or taken."""
        shown = " ".join(plain(name).split())
        if not shown:
            raise LibraryError("A project needs a name. Type one and try again.")
        if len(shown) > MAX_NAME:
            raise LibraryError(
                f"The project's name has {len(shown)} characters; {MAX_NAME} are possible. "
                "Shorten it."
            )
        project_id = uuid4().hex
        with self._database.write() as connection:
            taken = select(projects.c.name).where(projects.c.name_key == _key(shown))
            if connection.execute(taken).first():
                raise LibraryError(
                    f"A project named “{shown}” exists already. Open it, or choose another name."
                )
            connection.execute(
                insert(projects).values(
                    id=project_id,
                    name=shown,
                    name_key=_key(shown),
                    template=dump(template),
                    retrieval=dump(RetrievalConfig()),
                    generation=dump(GenerationConfig()),
                    created_at=utc_now().isoformat(),
                )
            )
            record(connection, project_id, "project", project_id, "created", "", shown)
        return self.project(project_id)

    def project(self, name_or_id: str) -> Project:
        """A project by id or by name (case does not count)."""
        wanted = plain(name_or_id)
        query = select(projects).where(
            or_(projects.c.id == wanted, projects.c.name_key == _key(wanted)),
            projects.c.erased_at.is_(None),
        )
        found = self._all(query)
        if not found:
            known = ", ".join(f"“{project.name}”" for project in self.projects()) or "none yet"
            raise LibraryError(
                f"There is no project “{wanted}”. Create it, or use one of these: {known}."
            )
        return _project(next((row for row in found if row.id == wanted), found[0]))

    def projects(self) -> tuple[Project, ...]:
        """All projects by name."""
        query = select(projects).where(projects.c.erased_at.is_(None))
        return tuple(map(_project, self._all(query.order_by(projects.c.name_key))))

    def save_retention(self, project_id: str, days: int | None, *, by: str = "") -> None:
        """Erase what is older than so many days from now on; ``None``: nothing."""
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise LibraryError(
                f"A project is kept for 1 to {MAX_DAYS} days, or without a limit. Type another "
                "number."
            )
        with self._database.write() as connection:
            lock_project(connection, project_id)
            held = projects.c.id == project_id
            connection.execute(update(projects).where(held).values(retention_days=days))
            limit = "no limit" if days is None else f"{days} days"
            record(connection, project_id, "project", project_id, "saved retention", by, limit)

    def _save(self, project_id: str, column: str, value: Value, by: str) -> None:
        """Replace one of ``template``, ``retrieval``, ``generation`` and ``masking``."""
        with self._database.write() as connection:
            lock_project(connection, project_id)
            connection.execute(
                update(projects).where(projects.c.id == project_id).values({column: dump(value)})
            )
            record(connection, project_id, "project", project_id, f"saved {column}", by)

    def save_template(self, project_id: str, template: CaseTemplate, *, by: str = "") -> None:
        """Replace the project's case template."""
        self._save(project_id, "template", template, by)

    def save_retrieval(self, project_id: str, config: RetrievalConfig) -> None:
        """Replace the project's choices for retrieval."""
        self._save(project_id, "retrieval", config, "")

    def save_masking(self, project_id: str, config: MaskingConfig, *, by: str = "") -> None:
        """Replace the project's choices for masking; earlier lists of names are not kept.

        Raises ``LibraryError`` where there are too many names, or one is too long.
        """
        if len(config.names) > MAX_NAMES or any(len(one) > MAX_NAME for one in config.names):
            raise LibraryError(
                f"At most {MAX_NAMES:,} names of {MAX_NAME} characters are masked. Shorten the "
                "list."
            )
        self._save(project_id, "masking", config, by)


def lock_project(connection: Connection, project_id: str) -> None:
    """Make other writers of this project wait for the caller's transaction.

    SQLite has one writer anyway; elsewhere the row is locked. Raises ``LibraryError`` where there
    is no such project.
    """
    query = select(projects.c.id).where(projects.c.id == project_id, projects.c.erased_at.is_(None))
    query = query.with_for_update()
    if connection.execute(query).first() is None:
        raise LibraryError(
            f"There is no project with the id “{project_id}”. Open the project anew."
        )


def _key(name: str) -> str:
    """Names that look the same are the same: case and Unicode form do not count."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _project(row: Row[*tuple[object, ...]]) -> Project:
    return read_row(
        Project,
        row,
        template=CaseTemplate.model_validate_json(row.template),
        retrieval=RetrievalConfig.model_validate_json(row.retrieval),
        generation=GenerationConfig.model_validate_json(row.generation),
        masking=MaskingConfig.model_validate_json(row.masking or "{}"),
    )


TOOL = "tool"
"""The subject of what other programs call, which changes nothing by itself."""


def record(
    connection: Connection,
    project_id: str,
    subject: str,
    subject_id: str,
    action: str,
    by: str,
    detail: str = "",
) -> None:
    """Add one line to the log of a project, inside the caller's transaction."""
    connection.execute(
        insert(events).values(
            project_id=project_id,
            at=utc_now().isoformat(),
            actor=plain(by),
            action=action,
            subject=subject,
            subject_id=subject_id,
            detail=plain(detail),
        )
    )
