"""An empty library with one project: in SQLite, and in PostgreSQL where a server is given (see
``postgres_url`` in ``tests/conftest.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, Column
from assistant.library import Library, Project

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    if request.param == "sqlite":
        opened = Library.open(tmp_path / "data" / "library.sqlite3")
    else:
        opened = Library.open(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def project(library: Library) -> Project:
    return library.create_project("Energy", template=TEMPLATE)
