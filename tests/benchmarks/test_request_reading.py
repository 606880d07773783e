"""The benchmark of requests in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import EndpointServer, endpoint_server, refuses, streams
from request_reading import by_code, main, report, sample_vocabulary

ROW = {
    "text": "CC-100, only who is allowed to do what", "language": "en", "epics": ["CC-100"],
    "stories": [], "depth": None, "techniques": ["role"], "told": [],
}  # fmt: skip
OTHER = ROW | {"text": "Test cases for CC-100", "techniques": None}
ANSWER = {
    "write": [{"words": "CC-100", "keys": ["CC-100"]}],
    "leave_out": [],
    "unknown": [],
    "depth": {"words": "", "name": "none"},
    "techniques": [{"words": "who is allowed to do what", "names": ["role"]}],
    "techniques_left_out": [],
}


def test_a_file_without_a_sentence_is_said_to_have_none(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("\n", encoding="utf-8")
    vocabulary = sample_vocabulary()
    with pytest.raises(SystemExit, match="holds no sentence"):
        report(path, vocabulary, by_code(vocabulary), show=False)


@pytest.fixture
def measured(tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Runs the benchmark on two sentences with an endpoint that answers so; what it printed."""
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, (ROW, OTHER))), encoding="utf-8")

    def run(answer: Any, *more: str) -> tuple[str, EndpointServer]:
        with endpoint_server() as server:
            server.answer = answer
            monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))
            monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
            monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
            monkeypatch.setenv("UAT_ENDPOINT_MODEL", "reader-9")
            monkeypatch.setattr("sys.argv", ["request_reading.py", str(path), *more])
            main()
            return capsys.readouterr().out, server

    return run


@pytest.mark.long
def test_the_whole_reading_is_measured_with_what_it_costs(measured: Any) -> None:
    alone, server = measured(streams("{}"))
    assert "two: 1 of 2 exactly right" in alone
    assert not server.bodies
    both, server = measured(streams(json.dumps(ANSWER), tokens=(1200, 90)), "--read-by", "endpoint")
    assert "two: 2 of 2 exactly right" in both
    assert "1 calls of endpoint (0 not answered)" in both
    assert "1,200 tokens read, 90 written" in both
    assert len(server.bodies) == 1, "the other sentence is read whole by code"


@pytest.mark.long
def test_what_is_not_answered_is_said_and_counts_as_code_reads_it(measured: Any) -> None:
    printed, _ = measured(refuses(401, "wrong key"), "--read-by", "endpoint")
    assert "did not accept the key" in printed
    assert "two: 1 of 2 exactly right" in printed
    assert "1 calls of endpoint (1 not answered)" in printed
