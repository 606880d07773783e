"""A library on a PostgreSQL server, chosen by ``UAT_LIBRARY_URL``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.command_line.options import main
from assistant.domain import GenerationRun, TestCase
from assistant.errors import AssistantError, IndexLocked, SettingsError
from assistant.library.storage.database import _server_options, _url
from assistant.settings import Settings
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.services import services
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.outbound import outbound_guard

PAGE = "# Refunds\n\nA refund of up to £250.00 is paid at once by the cashier of the shop.\n"


def served(url: str, folder: Path, models_dir: Path | None = None) -> Settings:
    return Settings(data_dir=folder, models_dir=models_dir, library_url=SecretStr(url))


def test_the_setting_chooses_the_server(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(served(postgres_url, tmp_path / "one")) as workspace:
        project = workspace.create_project("Shared")
    with Workspace.open(served(postgres_url, tmp_path / "two")) as workspace:
        assert workspace.project("Shared").id == project.id
        (row,) = (row for row in services(workspace) if row.what == "Library")
        assert (row.name, row.where) == ("PostgreSQL", workspace.library_kept_at)
    assert not list(tmp_path.glob("*/library.sqlite3"))


def test_the_setting_comes_from_the_environment(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with Workspace.open(served(postgres_url, tmp_path / "one")) as workspace:
        project = workspace.create_project("Shared")
        workspace.library.add_case(project.id, None, TestCase(id="T-1", title="Pay"), by="ann")
    monkeypatch.setenv("UAT_LIBRARY_URL", postgres_url)
    options = ["--data-dir", str(tmp_path / "two"), "--project", "Shared"]
    assert main(["export", "--out", str(tmp_path / "x.csv"), *options]) == 0, capfd.readouterr().err
    assert "T-1" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    assert not (tmp_path / "two" / "library.sqlite3").exists()


def test_a_second_process_is_refused_until_the_first_ends(
    postgres_url: str, tmp_path: Path
) -> None:
    first = Workspace.open(served(postgres_url, tmp_path / "one"), exclusive=True)
    for _ in range(2):  # a refused one leaves nothing behind that would refuse the next
        with pytest.raises(IndexLocked, match=rf"uat-assistant .*/{os.getpid()}"):
            Workspace.open(served(postgres_url, tmp_path / "two"), exclusive=True)
    with Workspace.open(served(postgres_url, tmp_path / "three")) as reading:
        reading.projects()
    first.close()
    with Workspace.open(served(postgres_url, tmp_path / "two"), exclusive=True) as second:
        assert second.projects() == ()


def test_runs_of_another_computer_are_over_once_the_library_is_held(
    postgres_url: str, tmp_path: Path
) -> None:
    with Workspace.open(served(postgres_url, tmp_path / "one")) as workspace:
        project = workspace.create_project("P").id
        run = GenerationRun(id="r", request="r", status="running")
        workspace.library.start_run(project, run, owner="another-computer/7/7")
    with Workspace.open(served(postgres_url, tmp_path / "two")) as reading:
        assert reading.library.run(project, "r").status == "running"
    with Workspace.open(served(postgres_url, tmp_path / "two"), exclusive=True) as workspace:
        assert workspace.library.run(project, "r").status == "interrupted"


def test_what_is_erased_is_gone_from_the_server_too(
    postgres_url: str, tmp_path: Path, models_dir: Path
) -> None:
    from sqlalchemy import create_engine, inspect

    from assistant.workflow.sources.import_sources import index_paths

    page = tmp_path / "refunds.md"
    page.write_text(PAGE.replace("cashier", "quinquireme"), encoding="utf-8")
    settings = served(postgres_url, tmp_path / "one", models_dir)
    engine = create_engine(postgres_url)

    def holding() -> list[str]:
        """The tables in which the word stands."""
        with engine.connect() as connection:
            return [
                table
                for table in inspect(engine).get_table_names()
                if "quinquireme" in repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            ]

    with Workspace.open(settings, exclusive=True) as workspace:
        assert workspace.library_kept_at == "127.0.0.1"
        project = workspace.ensure_project("P").id
        index_paths(workspace, project, [page])
        assert holding() == ["document_versions"]
        erase.project(workspace, project, by="ann")
    assert holding() == []
    engine.dispose()


def test_a_killed_process_gives_the_library_back(
    postgres_url: str, tmp_path: Path, project_root: Path
) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom assistant.settings import Settings\n"
        "from assistant.workflow.deployment.workspace import Workspace\n"
        "w = Workspace.open(Settings(data_dir=Path(sys.argv[1])), exclusive=True)\n"
        "print('open', flush=True)\ntime.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "one")],
        cwd=project_root,
        env={**os.environ, "UAT_LIBRARY_URL": postgres_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    with pytest.raises(IndexLocked):
        Workspace.open(served(postgres_url, tmp_path / "two"), exclusive=True)
    child.kill()
    child.wait()
    Workspace.open(served(postgres_url, tmp_path / "two"), exclusive=True).close()


def test_an_index_of_another_folder_is_brought_up_to_date(
    postgres_url: str, tmp_path: Path, models_dir: Path
) -> None:
    """What the library knows to be indexed is in the folder of the process that did it."""
    from assistant.workflow.sources.import_sources import index_paths
    from assistant.workflow.sources.search_sources import search

    page = tmp_path / "refunds.md"
    for limit, folder in (("£250.00", "one"), ("£300.00", "two"), ("£300.00", "one")):
        page.write_text(PAGE.replace("£250.00", limit), encoding="utf-8")
        settings = served(postgres_url, tmp_path / folder, models_dir)
        with Workspace.open(settings, exclusive=True) as workspace:
            project = workspace.ensure_project("P")
            if folder == "two" or limit == "£250.00":
                index_paths(workspace, project.id, [page])
            (hit, *more) = search(workspace, project.id, "refund of the shop", limit=5)
            assert limit in hit.chunk.text
            assert more == []


# --- Without a server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@h/d", "hunter2", "postgresql://u:hunter2@h:port/d", "sqlite:///x"]
)
def test_another_address_is_refused_without_telling_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="UAT_LIBRARY_URL") as refused:
        Workspace.open(served(url, tmp_path))
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(served(url, tmp_path))


def test_offline_asks_no_server_elsewhere(tmp_path: Path) -> None:
    settings = served("postgresql://u:hunter2@db.example.com/d", tmp_path)
    with pytest.raises(SettingsError, match=r"UAT_OFFLINE.*db\.example\.com"):
        Workspace.open(settings.model_copy(update={"offline": True}))
    (noted,) = outbound_guard(settings).log.contacts()
    assert (noted.host, noted.port, noted.purpose, noted.refused) == (
        "db.example.com", 5432, "library", True,
    )  # fmt: skip


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as refused:
        Workspace.open(served("postgresql://u:hunter2@127.0.0.1:1/d", tmp_path))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://h.example.com/d", "require"),
        ("postgresql://h.example.com/d?sslmode=verify-full", None),
        ("postgresql://127.0.0.1/d", None),
        ("postgresql:///d", None),
    ],
)
def test_text_goes_to_another_computer_encrypted(url: str, mode: str | None) -> None:
    found = _url(url)
    assert found.drivername == "postgresql+psycopg"
    assert _server_options(found).get("sslmode") == mode
