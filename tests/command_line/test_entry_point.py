"""``uat-assistant`` is the same as ``python -m assistant``; the Makefile's commands are there."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

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
    assert said == made == {"install", "test", "check", "run"}
