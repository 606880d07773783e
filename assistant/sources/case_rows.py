"""Existing test cases from rows: one row per step, or one row per case with its steps in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain import TECHNIQUES, CaseOrigin, Priority, Technique, TestCase, TestStep, Unread
from assistant.sources.grids import Grid
from assistant.sources.headers import normalised
from assistant.sources.ids import Taken, digest, find_key
from assistant.sources.metadata import label_list
from assistant.sources.step_cells import by_turns, data_apart, gherkin_steps, is_script, split_steps
from assistant.sources.story_sentences import shortened

_HIGH = re.compile(
    r"high(?:est)?|critical|blocker|urgent|p0|p1|1|must(?: have)?|1 ?- ?.*|hoch"
    r"|very high|高|высокий|критический|alta|alto|haute|élevée",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"low(?:est)?|minor|trivial|p3|p4|p5|4|5|could(?: have)?|won'?t(?: have)?"
    r"|[45] ?- ?.*|niedrig|nice to have|低|низкий|baja|baixa|bassa|basse|faible",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*[\n;,]\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_NUMBER = re.compile(r"^\s*1[.)]\s+")
_TECHNIQUE_WORDS: tuple[tuple[str, Technique], ...] = (
    ("negativ", "negative"), ("invalid", "negative"), ("error", "negative"),
    ("boundar", "boundary"), ("edge", "boundary"), ("limit", "boundary"),
    ("end-to-end", "end-to-end"), ("end to end", "end-to-end"), ("e2e", "end-to-end"),
    ("pairwise", "pairwise"), ("decision", "decision-table rule"),
    ("transition", "state transition"),
    ("role", "role"), ("permission", "role"), ("access", "role"),
    ("positiv", "positive"), ("happy", "positive"), ("valid", "positive"),
)  # fmt: skip


@dataclass(slots=True)
class _Rows:
    """The rows of one case, as dictionaries of field to cell."""

    first: dict[str, str]
    rows: list[dict[str, str]] = field(default_factory=list)


def read_cases(grid: Grid, taken: Taken) -> tuple[list[TestCase], list[Unread]]:
    """The test cases in ``grid``, in order, with status "imported".

    A row belongs to the case above it when its id and title are empty or the same. Rows that
    belong to no case are ``Unread``. Ids are kept where the file has them; others are made from
    the title and steps.
    """
    cases, unread = list[TestCase](), list[Unread]()
    for rows in _grouped(grid, unread):
        case = _case(rows, taken)
        if case is not None:
            cases.append(case)
    return cases, unread


def _grouped(grid: Grid, unread: list[Unread]) -> Iterator[_Rows]:
    columns = grid.columns
    assert columns is not None
    current: _Rows | None = None
    for number, row in enumerate(grid.rows, grid.first_row):
        cells = {name: columns.cell(row, name) for name in columns.fields}
        if not any(cell.strip() for cell in row):
            continue
        if current is not None and _is_shared(row, grid):
            words = cells.get("title", "") or cells.get("id", "")
            current.rows.append(
                {"step_action": cells.get("step_action") or f"Shared steps: {words}"}
            )
            continue
        if current is not None and (
            _goes_on(cells, current.first, grid) or _counts_on(cells, current)
        ):
            current.rows.append(cells)
            continue
        if not (cells.get("id") or cells.get("title")):
            text = " | ".join(cell for cell in row if cell.strip())
            unread.append(
                Unread(
                    text=text,
                    reason=f"Row {number} has no id and no title, and no case stands above it.",
                )
            )
            continue
        if current is not None:
            yield current
        current = _Rows(cells, [cells])
    if current is not None:
        yield current


def _is_shared(row: Sequence[str], grid: Grid) -> bool:
    """Whether a row stands for steps that cases share (Azure DevOps), and begins no case."""
    return any(
        normalised(header) == "work item type" and cell.strip().casefold().startswith("shared step")
        for header, cell in zip(grid.header, row, strict=False)
    )


def _goes_on(cells: dict[str, str], first: dict[str, str], grid: Grid) -> bool:
    """Whether a row belongs to the case that began with ``first``."""
    assert grid.columns is not None
    if grid.rows_form == "row":
        return False
    if grid.rows_form == "id":
        return cells.get("id", "") in {"", first.get("id", "")}
    if grid.rows_form == "title":
        return not cells.get("title")
    same = all(cells.get(name, "") in {"", first.get(name, "")} for name in ("id", "title"))
    if same and not cells.get("id") and cells.get("title"):
        return "id" not in grid.columns.fields or bool(first.get("id"))
    return same


def _counts_on(cells: dict[str, str], above: _Rows) -> bool:
    """Whether a row without an id counts the steps of the keyed case above it on, title or not."""
    number = cells.get("step_number", "")
    if cells.get("id") or not above.first.get("id") or not number.isdigit():
        return False
    begun = any(row.get("step_action") or row.get("step_expected") for row in above.rows)
    return int(number) > 1 if begun else int(number) == 1


def _case(rows: _Rows, taken: Taken) -> TestCase | None:
    first = rows.first
    steps, given = _steps(rows)
    title = first.get("title", "") or (first.get("objective", "") or first.get("id", ""))
    wanted = " ".join(first.get("id", "").split())
    if not wanted:
        words = "\n".join([title, *(step.action for step in steps)])
        wanted = f"TC-{digest(words, 8).upper()}"
    everything = {name: _joined(rows, name) for name in ("story", "epic", "criteria")}
    story = everything["story"]
    status = first.get("status", "")
    preconditions = [*_items(_joined(rows, "preconditions")), *given]
    return TestCase(
        id=taken.claim(wanted),
        title=shortened(title, 500),
        objective=first.get("objective", "") if first.get("title") else "",
        preconditions=tuple(dict.fromkeys(preconditions)),
        steps=tuple(steps),
        postconditions=tuple(_items(_joined(rows, "postconditions"))),
        priority=priority_of(first.get("priority", "")),
        technique=technique_of(first.get("type", "")),
        release=first.get("release", ""),
        team=first.get("team", "").replace("\n", ", "),
        epic_key=find_key(everything["epic"]) or everything["epic"].split("\n")[0],
        story_key=find_key(story) or _LIST.split(story)[0],
        criterion_ids=tuple(dict.fromkeys(x for x in _LIST.split(everything["criteria"]) if x)),
        labels=_labels(_joined(rows, "labels")),
        status="imported",
        status_reason=f"Status in the file: {status}" if status else "",
        origin=CaseOrigin(writer="import"),
    )


def _labels(cell: str) -> tuple[str, ...]:
    """Labels, and the folders of a path as one each: "Care > Fees" or "/Care/Fees"."""
    found = list[str]()
    for line in cell.split("\n"):
        if " > " in line or line.startswith("/"):
            found.extend(part.strip() for part in re.split(r" > |/", line) if part.strip())
        else:
            found.extend(label_list(line))
    return tuple(dict.fromkeys(found))


def _joined(rows: _Rows, name: str) -> str:
    values = dict.fromkeys(cells.get(name, "") for cells in rows.rows)
    return "\n".join(value for value in values if value)


def _items(cell: str) -> list[str]:
    """A cell of several preconditions as one each: by line, by "1.", else whole.

    Where they are numbered, a line without a number goes on with the one above it.
    """
    items = list[str]()
    lines = [line for line in cell.split("\n") if line.strip()]
    numbered = bool(lines) and bool(_NUMBER.match(lines[0]))
    for line in lines:
        part = _BULLET.sub("", line).strip()
        if items and numbered and not _BULLET.match(line):
            items[-1] = f"{items[-1]} {part}".strip()
        elif part:
            items.append(part)
    return items


def _steps(rows: _Rows) -> tuple[list[TestStep], list[str]]:
    """The steps of a case, and preconditions found in its Gherkin."""
    steps: list[tuple[str, str, str]] = []
    given: list[str] = []
    for cells in rows.rows:
        action, expected = cells.get("step_action", ""), cells.get("step_expected", "")
        data, plain = cells.get("step_data", ""), cells.get("plain", "")
        if not action and expected and plain:
            action, plain = plain, ""
        if not (expected or data) and is_script(action):
            gherkin, found = gherkin_steps(action)
            given.extend(found)
            steps.extend(gherkin)
        elif (action or expected or data) and len(rows.rows) > 1:
            steps.append((action, data, expected))
        elif action or expected or data:
            steps.extend(by_turns(plain, action, expected) or split_steps(action, data, expected))
        elif script := cells.get("gherkin", "") or plain:
            gherkin, found = gherkin_steps(script)
            given.extend(found)
            steps.extend(gherkin or split_steps(script, "", ""))
    return [_step(number, *parts) for number, parts in enumerate(steps, 1)], given


def _step(number: int, action: str, data: str, expected: str) -> TestStep:
    if not data:
        action, data = data_apart(action)
    return TestStep(number=number, action=action, test_data=data, expected_result=expected)


def priority_of(cell: str) -> Priority:
    """Our priority for a tool's word or number; "Medium" for one that is not known."""
    value = cell.strip()
    if _HIGH.fullmatch(value):
        return "High"
    return "Low" if _LOW.fullmatch(value) else "Medium"


def technique_of(cell: str) -> Technique | None:
    """The technique that a type of test names, or ``None``."""
    value = cell.strip().casefold()
    exact = next((technique for technique in TECHNIQUES if technique == value), None)
    return exact or next((t for word, t in _TECHNIQUE_WORDS if word in value), None)
