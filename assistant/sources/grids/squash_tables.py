"""Existing cases of Squash TM, whose export keeps their steps in a table of their own.

Source of the columns: Squash TM, export of test cases ("TEST_CASES", "STEPS", "PARAMETERS" and
"DATASETS", the sheets of a workbook). The steps name the path of their case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.sources.grids.grids import Grid, make_grid

Cells = Mapping[str, str]

_CASES = frozenset({"TC_PATH", "TC_ID", "TC_NAME"})
_STEPS = frozenset({"TC_OWNER_PATH", "TC_STEP_NUM", "TC_STEP_ACTION", "TC_STEP_EXPECTED_RESULT"})
_OWN = "TC_CUF_"
"""How the columns of a company's own fields begin."""
_HEADER = (
    "Test Case ID", "Title", "Objective", "Preconditions", "Priority", "Release", "Labels",
    "Status", "Gherkin", "Step No", "Step Action", "Test Data", "Expected Result",
)  # fmt: skip
_CALL = re.compile(r"CALL (\d+)")
_NO_DATA_SET = frozenset({"", "INHERIT", "NONE"})
_PARTS = re.compile(r"(?<!\\)/")


def squash_cases(grids: Sequence[Grid]) -> tuple[list[Grid], list[str]]:
    """``grids`` with Squash TM's tables of cases and of steps as one table, and notes.

    Steps alone are cases all the same, named by their paths. Cases alone stay the table that they
    are: their steps would be missing.
    """
    names = [{cell.strip() for cell in grid.header} for grid in grids]
    cases = next((g for g, has in zip(grids, names, strict=True) if has >= _CASES), None)
    steps = next((g for g, has in zip(grids, names, strict=True) if has >= _STEPS), None)
    if steps is None:
        note = ("Squash TM keeps the steps of these cases in the table STEPS, which is not in the "
                "file: put both in one workbook to have them as cases.")  # fmt: skip
        return list(grids), [] if cases is None else [note]
    told = [] if cases is None else _rows(cases)
    own = [name.strip() for name in (cases.header if cases else ()) if name.startswith(_OWN)]
    whole = make_grid("Test cases", [(*_HEADER, *own), *_joined(told, _rows(steps), own)])
    others = [grid for grid in grids if grid is not cases and grid is not steps]
    return [*([replace(whole, first_row=0)] if whole else ()), *others], []


def _rows(grid: Grid) -> list[Cells]:
    header = [name.strip() for name in grid.header]
    return [
        {name: row[n].strip() if n < len(row) else "" for n, name in enumerate(header)}
        for row in grid.rows
        if any(cell.strip() for cell in row)
    ]


def _joined(
    cases: Sequence[Cells], steps: Sequence[Cells], own: Sequence[str]
) -> list[tuple[str, ...]]:
    """A row for each step of each case, and one for a case without any."""
    by_path = {path: list(found) for path, found in groupby(
        sorted(steps, key=lambda step: step["TC_OWNER_PATH"]), key=lambda s: s["TC_OWNER_PATH"],
    )}  # fmt: skip
    known = {case["TC_PATH"]: case for case in cases}
    paths = dict.fromkeys([*known, *(step["TC_OWNER_PATH"] for step in steps)])
    alone = {path: {"TC_ID": found[0].get("TC_OWNER_ID", "")} for path, found in by_path.items()}
    every = {path: known.get(path) or alone[path] for path in paths}
    titles = {case.get("TC_ID", ""): _title(path, case) for path, case in every.items()}
    rows = list[tuple[str, ...]]()
    for path, case in every.items():
        first = (*_case(path, case), case.get("TC_SCRIPT", ""))
        extra = tuple(case.get(name, "") for name in own)
        blank = (*first[:2], *[""] * (len(first) - 2))
        lines = [_step(step, titles) for step in sorted(by_path.get(path, []), key=_number)]
        for number, line in enumerate(lines or [("",) * 4]):
            rows.append((*(blank if number else first), *line, *(() if number else extra)))
    return rows


def _number(step: Cells) -> int:
    digits = re.match(r"\d{1,6}", step["TC_STEP_NUM"])
    return int(digits[0]) if digits else 0


def _folders(path: str) -> list[str]:
    return [part.replace("\\/", "/") for part in _PARTS.split(path) if part.strip()]


def _title(path: str, case: Cells) -> str:
    """The name as Squash TM shows it, behind the reference."""
    name = case.get("TC_NAME") or next(reversed(_folders(path)), "")
    reference = case.get("TC_REFERENCE", "")
    return f"{reference} - {name}" if reference else name


def _case(path: str, case: Cells) -> tuple[str, ...]:
    return (
        case.get("TC_ID", ""), _title(path, case), case.get("TC_DESCRIPTION", ""),
        case.get("TC_PRE_REQUISITE", ""), case.get("TC_WEIGHT", "").replace("_", " "),
        case.get("TC_MILESTONE", "").replace("|", ", "),
        " > ".join(_folders(path)[1:-1]), case.get("TC_STATUS", "").replace("_", " "),
    )  # fmt: skip


def _step(step: Cells, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Number, action, data and result; of a step that calls a case, what that is called."""
    action, data = step["TC_STEP_ACTION"], step.get("TC_STEP_CALL_DATASET", "")
    called = step.get("TC_STEP_IS_CALL_STEP", "").casefold() in {"1", "1.0", "true"}
    if called:
        number = _CALL.fullmatch(action)
        name = titles.get(number[1], "") if number else next(reversed(_folders(action)), action)
        action = " ".join(filter(None, ("Test case", number[1] if number else "", name)))
    return (
        str(_number(step) or ""), action, "" if data in _NO_DATA_SET or not called else data,
        step["TC_STEP_EXPECTED_RESULT"],
    )  # fmt: skip
