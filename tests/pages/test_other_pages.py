"""Import sources and configure retrieval; the guard; an empty and a foreign data folder."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from on_page import text_of
from streamlit.testing.v1 import AppTest

RULES = b"# Business rules\n\n- BR-90 A voucher is valid for 40 days.\n"


def test_a_file_is_previewed_before_it_is_kept(app: AppTest) -> None:
    app.switch_page("pages/import_sources.py").run()
    before = len(app.dataframe[0].value)
    app.file_uploader[0].upload("vouchers.md", RULES).run()
    assert not app.exception
    assert "vouchers" in text_of(app)
    assert len(app.dataframe[0].value) == before
    app.button(key="keep").click().run()
    deadline = time.monotonic() + 240
    while "not yet" in set(app.dataframe[0].value["Indexed"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert len(app.dataframe[0].value) == before + 1
    app.file_uploader[0].upload("another name.md", RULES).run()
    assert "has the same file already" in text_of(app)
    app.switch_page("pages/configure_retrieval.py").run()
    app.text_input(key="trial_query").set_value("how long is a voucher valid").run()
    assert not app.exception
    assert "40 days" in text_of(app)


@pytest.mark.parametrize(
    ("name", "data"),
    [("cases.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), ("a.exe", b"MZ" + bytes(400))],
)
def test_a_file_that_cannot_be_read_says_so(app: AppTest, name: str, data: bytes) -> None:
    app.switch_page("pages/import_sources.py").run()
    app.file_uploader[0].upload(name, data).run()
    assert not app.exception
    assert app.error


def test_retrieval_choices_are_saved_with_the_project(app: AppTest) -> None:
    app.switch_page("pages/configure_retrieval.py").run()
    assert app.button(key="save_retrieval").disabled
    project = app.query_params["project"]
    app.number_input(key=f"retrieval-{project}-rule").set_value(7).run()
    app.button(key="save_retrieval").click().run()
    assert not app.exception
    assert app.button(key="save_retrieval").disabled
    app.switch_page("pages/import_sources.py").run()
    app.switch_page("pages/configure_retrieval.py").run()
    assert app.number_input(key=f"retrieval-{project}-rule").value == 7
    assert app.button(key="save_retrieval").disabled


@pytest.mark.long
def test_an_empty_data_folder_welcomes(
    open_app: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_DATA_DIR", str(tmp_path / "empty"))
    app = open_app()
    assert "Welcome" in app.title[0].value
    app.button(key="create_sample").click().run()
    assert not app.exception
    assert app.title[0].value == "Generate test cases"


def test_a_data_folder_in_use_elsewhere_is_a_readable_error(
    environment: Path, open_app: Callable[..., AppTest]
) -> None:
    hold = (
        "import sys; from pathlib import Path\n"
        "from assistant.workflow.deployment.data_folder import DataFolderLock\n"
        "lock = DataFolderLock(Path(sys.argv[1])); lock.acquire(); print(1, flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(environment)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        app = open_app()
        assert str(holder.pid) in app.error[0].value
    finally:
        holder.kill()
        holder.wait()


def test_a_bare_expression_of_a_page_is_not_shown(environment: Path) -> None:
    app = AppTest.from_string("seen = 'By accident'\nseen").run()
    assert not app.exception
    assert not text_of(app)
