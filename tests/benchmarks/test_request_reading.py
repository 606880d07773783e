"""The benchmark of requests in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from request_reading import report, sample_vocabulary


def test_a_file_without_a_sentence_is_said_to_have_none(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="holds no sentence"):
        report(path, sample_vocabulary(), show=False)
