"""``ask`` from a shell: the passages with their sources, JSON alone on stdout, one-line errors."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from assistant.command_line.options import main


@pytest.fixture(autouse=True)
def here(data_dir: object, models_dir: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample project in a data folder of the test's own."""
    monkeypatch.setenv("UAT_DATA_DIR", str(data_dir))
    monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))


@pytest.mark.long
def test_passages_and_sources_are_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "What is the cooling-off period for a domestic contract?"]) == 0
    said = capfd.readouterr().out
    assert "14 days" in said
    assert "The sources disagree" in said
    assert "fetched" in said
    quoted = [line for line in said.splitlines() if line.startswith("[") and line.endswith("”")]
    assert 0 < len(quoted) <= 5
    for number in (line.partition("]")[0] + "] " for line in quoted):
        assert any(line.startswith(number) and "version" in line for line in said.splitlines())


@pytest.mark.long
def test_json_is_one_document_and_a_talk_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who may reopen a closed complaint?", "--writer", "none", "--json"]) == 0
    first: Mapping[str, str] = json.loads(capfd.readouterr().out)
    assert main(["ask", "Until when?", "--talk", first["thread_id"], "--json"]) == 0
    second = json.loads(capfd.readouterr().out)
    assert second["thread_id"] == first["thread_id"]
    assert any("28 days" in source["chunk"]["text"] for source in second["sources"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["  "], "empty"),
        (["Who?"], "no word"),
        (["Why 5?", "--writer", "nobody"], "no writer"),
        (["Why 5?", "--talk", "none"], "no talk"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    words: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *words]) == 2
    assert told in capfd.readouterr().err
