"""The planted faults of the benchmark of the second reader stand where its key says."""

from __future__ import annotations

import json

import pytest
import second_reading


def test_each_planted_fault_is_in_its_case_and_nothing_else_changed() -> None:
    faults = json.loads((second_reading.DATA / "planted.json").read_text(encoding="utf-8"))
    assert len(faults) == 36
    changed, read = set(), 0
    for number in second_reading.EPICS:
        file = second_reading.PACK / "for_raters" / f"epic-{number}.txt"
        text = file.read_text(encoding="utf-8")
        mine = [one for one in faults if one["case"].startswith(f"E{number}-")]
        before = list(second_reading.cases_of(text))
        after = list(second_reading.cases_of(second_reading.planted(text, mine)))
        read += len(after)
        assert all(case.steps and case.title for case in after)
        changed |= {new.id for old, new in zip(before, after, strict=True) if old != new}
    assert read == 94
    assert changed == {one["case"] for one in faults}


def test_a_fault_whose_words_are_not_there_is_told() -> None:
    with pytest.raises(SystemExit, match="does not hold"):
        second_reading.planted(
            "CASE E1-001-A (list A)\nTitle: x\n",
            [{"case": "E1-001-A", "before": "never said", "after": "said"}],
        )
