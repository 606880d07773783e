"""``uat-assistant`` is the same as ``python -m assistant``; the Makefile's commands are there.

That the wheel has all that ``start`` needs is checked by ``.ci/wheel``.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import assistant
from assistant.workflow.deployment.data_folder import app_folder

ROOT = Path(__file__).resolve().parents[2]


def test_the_console_command_runs_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    run = EntryPoint("uat-assistant", project["scripts"]["uat-assistant"], "console_scripts").load()
    monkeypatch.setattr(sys, "argv", ["uat-assistant", "--help"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 0
    assert "generate" in capsys.readouterr().out
    assert (ROOT / project["license-files"][0]).read_text("utf-8").count("Apache License") >= 2


def test_what_contributing_names_is_in_the_makefile() -> None:
    said = set(re.findall(r"^make (\w+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M))
    made = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert said == made
    assert made == {"install", "test", "check", "run", "docs", "lock", "audit", "hooks"}


def test_what_the_wheel_carries_lies_in_the_folder_of_the_app() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    carried = build["targets"]["wheel"]["force-include"]
    samples = {f"sample_data/{path.name}" for path in (ROOT / "sample_data").glob("[!.]*")}
    assert "sample_data/pairs" in samples, "the open pairs are data of a checkout"
    assert set(carried) == {"app.py", "app_with_tools.py", "pages", ".streamlit"} | samples - {
        "sample_data/pairs"
    }
    for name, place in carried.items():
        assert (app_folder() / name).exists()
        assert place == f"assistant/app/{name}"


def test_an_installed_package_has_its_own_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant, "__file__", str(tmp_path / "assistant" / "__init__.py"))
    (tmp_path / "app.py").touch()
    (tmp_path / "assistant").mkdir()
    assert app_folder() == tmp_path
    (tmp_path / "assistant" / "app").mkdir()
    assert app_folder() == tmp_path / "assistant" / "app"


def test_no_click_waits_for_a_collection_of_garbage() -> None:
    # Streamlit hides this option: one that it drops or renames would be passed over without a word.
    from streamlit import config

    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert told["runner"]["postScriptGC"] is False
    assert config.get_option("runner.postScriptGC") is not None
    assert told["runner"]["magicEnabled"] is False
    assert config.get_option("runner.magicEnabled") is not None


def test_a_first_start_in_a_terminal_asks_for_no_address() -> None:
    """With the browser to be opened Streamlit else asks for one, and serves nothing meanwhile."""
    from streamlit import config

    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert told["server"]["showEmailPrompt"] is False
    assert config.get_option("server.showEmailPrompt") is not None


def test_no_notice_of_streamlit_lies_over_the_page() -> None:
    """Where a coding agent is installed, it offers to install files with one press."""
    from streamlit import config
    from streamlit.web.skills import nudge_suppression_reason

    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    before = config.get_option("logger.hideWelcomeMessage")
    headless = config.get_option("server.headless")
    try:
        config.set_option("server.headless", False)
        config.set_option("logger.hideWelcomeMessage", told["logger"]["hideWelcomeMessage"])
        assert nudge_suppression_reason(str(ROOT)) == "welcome_hidden"
    finally:
        config.set_option("logger.hideWelcomeMessage", before)
        config.set_option("server.headless", headless)
