"""Existing test cases from rows: one row per step, or one row per case with its steps in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.domain import TECHNIQUES, CaseOrigin, Priority, Technique, TestCase, TestStep, Unread
from assistant.sources.grids import Grid
from assistant.sources.ids import Taken, digest, find_key
from assistant.sources.markers import step_word
from assistant.sources.metadata import label_list
from assistant.sources.story_sentences import shortened

_HIGH = re.compile(
    r"high(?:est)?|critical|blocker|urgent|p0|p1|1|must(?: have)?|1 ?- ?.*|hoch"
    r"|very high",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"low(?:est)?|minor|trivial|p3|p4|p5|4|5|could(?: have)?|won'?t(?: have)?"
    r"|[45] ?- ?.*|niedrig|nice to have",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:step\s*)?(\d{1,3})\s*[.):-]\s*", re.IGNORECASE | re.MULTILINE)
_EXPECTED = re.compile(
    r"(?:^|\n)\s*(?:[-*]\s*)?(?:expected(?: results?| outcome)?\s*:|=>|->|→)\s*", re.IGNORECASE
)
_DATA = re.compile(r"(?:^|\n)\s*(?:[-*]\s*)?(?:test )?data\s*:\s*", re.IGNORECASE)
_LIST = re.compile(r"\s*[\n;,]\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
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
        if current is not None and _goes_on(cells, current.first, grid):
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


def _case(rows: _Rows, taken: Taken) -> TestCase | None:
    first = rows.first
    steps, given = _steps(rows)
    title = first.get("title", "") or (first.get("objective", "") or first.get("id", ""))
    wanted = " ".join(first.get("id", "").split())
    if not wanted:
        words = "\n".join([title, *(step.action for step in steps)])
        wanted = f"TC-{digest(words, 8).upper()}"
    everything = {name: _joined(rows, name) for name in ("story", "epic", "criteria", "labels")}
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
        labels=label_list(everything["labels"].replace("\n", ",")),
        status="imported",
        status_reason=f"Status in the file: {status}" if status else "",
        origin=CaseOrigin(writer="import"),
    )


def _joined(rows: _Rows, name: str) -> str:
    values = dict.fromkeys(cells.get(name, "") for cells in rows.rows)
    return "\n".join(value for value in values if value)


def _items(cell: str) -> list[str]:
    """A cell of several preconditions as one each: by line, by "1.", else whole."""
    parts = [_BULLET.sub("", part).strip() for part in cell.split("\n")]
    return [part for part in parts if part]


def _steps(rows: _Rows) -> tuple[list[TestStep], list[str]]:
    """The steps of a case, and preconditions found in its Gherkin."""
    steps: list[TestStep] = []
    given: list[str] = []
    for cells in rows.rows:
        action, expected = cells.get("step_action", ""), cells.get("step_expected", "")
        data = cells.get("step_data", "")
        if not (expected or data) and _is_script(action):
            gherkin, found = _gherkin_steps(action)
            given.extend(found)
            steps.extend(_step(len(steps) + n, *parts) for n, parts in enumerate(gherkin, 1))
        elif action or expected or data:
            for parts in (
                _split(action, data, expected)
                if len(rows.rows) == 1
                else [(action, data, expected)]
            ):
                steps.append(_step(len(steps) + 1, *parts))
        elif script := cells.get("gherkin", "") or cells.get("plain", ""):
            gherkin, found = _gherkin_steps(script)
            given.extend(found)
            for parts in gherkin or _split(script, "", ""):
                steps.append(_step(len(steps) + 1, *parts))
    return steps, given


def _step(number: int, action: str, data: str, expected: str) -> TestStep:
    if not data and (match := _DATA.search(action)) and match.start():
        action, data = action[: match.start()].strip(), action[match.end() :].strip()
    return TestStep(number=number, action=action, test_data=data, expected_result=expected)


def _split(action: str, data: str, expected: str) -> list[tuple[str, str, str]]:
    """The steps in one row's cells: numbered lines become steps, paired with numbered results."""
    actions = _numbered(action)
    if len(actions) < 2:
        lines, results = action.split("\n"), expected.split("\n")
        if len(lines) > 1 and len(lines) == len(results) and all(map(str.strip, lines)):
            return [
                (a.strip(), data if n == 0 else "", r.strip())
                for n, (a, r) in enumerate(zip(lines, results, strict=True))
            ]
        return [(action, data, expected)]
    results, inputs = _numbered(expected), _numbered(data)
    paired = len(results) == len(actions)
    split = []
    for number, words in enumerate(actions):
        last = number == len(actions) - 1
        result = results[number] if paired else (expected if last else "")
        value = inputs[number] if len(inputs) == len(actions) else (data if number == 0 else "")
        words, inner_result = _cut(words, _EXPECTED)
        words, inner_data = _cut(words, _DATA)
        split.append((words, value or inner_data, result or inner_result))
    return split


def _cut(words: str, mark: re.Pattern[str]) -> tuple[str, str]:
    match = mark.search(words)
    if not match:
        return words.strip(), ""
    return words[: match.start()].strip(), words[match.end() :].strip()


def _numbered(cell: str) -> list[str]:
    """The parts of a cell after "1.", "2.", ... where they count up from 1.

    Items further in belong to the one that they stand under.
    """
    marks = list(_NUMBERED.finditer(cell))
    indents = [mark.start(1) - cell.rfind("\n", 0, mark.start(1)) for mark in marks]
    if marks:
        marks = [
            mark for mark, indent in zip(marks, indents, strict=True) if indent == min(indents)
        ]
    if not marks or [int(m.group(1)) for m in marks] != list(range(1, len(marks) + 1)):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(cell)]
    return [cell[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]


def _is_script(action: str) -> bool:
    """Whether a cell of steps is Gherkin: each line begins with a step word, and a result is in it.

    A row per Gherkin step has one line only and stays a step.
    """
    lines = [line.strip() for line in action.split("\n")]
    lines = [line for line in lines if line and not line.startswith(("|", '"""'))]
    words = [step_word(line) for line in lines]
    return len(lines) > 1 and "then" in words and sum(map(bool, words)) * 10 >= len(words) * 9


def _gherkin_steps(script: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Gherkin to steps: "Given" to preconditions, "When" to actions, "Then" to expected results."""
    given: list[str] = []
    steps: list[list[list[str]]] = []
    mode = ""
    for line in script.split("\n"):
        if not line.strip():
            continue
        word = step_word(line.strip())
        if word in {"given", "when", "then"}:
            mode = word
            if (word == "when" and (not steps or steps[-1][1])) or (word == "then" and not steps):
                steps.append([[], []])
        if mode == "given" or not mode:
            given.append(line.strip())
        else:
            steps[-1][0 if mode == "when" else 1].append(line.strip())
    if not steps:
        return [], []
    return [("\n".join(actions), "", "\n".join(results)) for actions, results in steps], given


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
