"""Commands run in a data folder of the test's own, as somebody at a shell gives them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.command_line.options import main
from assistant.workflow.deployment.workspace import Workspace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflow"))

from syncing import WordEmbedder


@pytest.fixture
def run(
    tmp_path: Path,
    models_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Runs a command; gives what it wrote to stdout, or to stderr where it is to fail.

    A quick embedder stands in for the model, which these commands only hand texts to.
    """
    embedder = WordEmbedder()
    monkeypatch.setattr(Workspace, "embedder", lambda *_: embedder)
    monkeypatch.setenv("UAT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("UAT_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("UAT_USER", "Tess")

    def done(*arguments: str, status: int = 0) -> str:
        try:
            ended = main(arguments)
        except SystemExit as exited:
            ended = int(exited.code or 0)
        said = capfd.readouterr()
        assert ended == status, said.err
        return said.err if status else said.out

    return done
