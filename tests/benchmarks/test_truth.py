"""The judged cases: counted by their worst verdict, and a false one without a mark fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import truth


def line(verdict: str, *marks: str, other: str = "true") -> str:
    judges = {"lead": [verdict, "step 1", "why"], "analyst": [other, "", ""]}
    return json.dumps(
        {"id": "C1", "writer": "model", "set": "fresh", "marks": marks, "judges": judges}
    )


def test_the_kept_cases_hold_no_false_one_without_a_mark(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert truth.main([]) == 0
    told = capsys.readouterr().out
    assert "| large model | all | 210 | 185 | 17 | 8 | 0 | 0 | 0 |" in told
    assert "| outline | all | 100 | 95 | 2 | 0 | 0 | 2 | 1 |" in told


@pytest.mark.parametrize("verdict", ["false", "garbled"])
def test_one_judge_is_enough_to_call_it_bad(tmp_path: Path, verdict: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(line(verdict, "open question") + "\n" + line("true", other="slip"))
    assert truth.main([str(file)]) == 0
    file.write_text(line("true", other=verdict))
    assert truth.main([str(file)]) == 1


@pytest.mark.parametrize("text", ["", "{", '{"judges": {}, "marks": []}', line("perhaps")])
def test_a_line_that_is_no_judged_case_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(text)
    with pytest.raises(SystemExit, match=r"cases\.jsonl"):
        truth.main([str(file)])
