"""An empty library with one project: in SQLite, and in PostgreSQL where a server is given.

``UAT_TEST_POSTGRES=postgresql+psycopg://USER@HOST/DATABASE`` runs the same tests there; every test
gets an empty schema of that database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import CaseTemplate, Column
from assistant.library import Library, Project

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


@pytest.fixture(params=["sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    if request.param == "sqlite":
        opened = Library.open(tmp_path / "data" / "library.sqlite3")
    else:
        url = os.environ.get("UAT_TEST_POSTGRES")
        if url is None:
            pytest.skip("no PostgreSQL server (set UAT_TEST_POSTGRES to a database's URL)")
        _empty(url)
        opened = Library.open(url)
    yield opened
    opened.close()


@pytest.fixture
def project(library: Library) -> Project:
    return library.create_project("Energy", template=TEMPLATE)


def _empty(url: str) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
