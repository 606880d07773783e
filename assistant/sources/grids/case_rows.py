"""Existing test cases from rows: one row per step, or one row per case with its steps in a cell."""

from __future__ import annotations

import re

from assistant.domain import TECHNIQUES, CaseOrigin, Priority, Technique, TestCase, TestStep, Unread
from assistant.sources.grids.case_groups import RESULT_LINES, CaseRows, grouped
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.headers import HEADERS
from assistant.sources.grids.step_cells import (
    by_turns,
    data_apart,
    gherkin_steps,
    is_script,
    single_steps,
    split_steps,
    unmarked,
    with_the_rest,
)
from assistant.sources.pasted.metadata import label_list
from assistant.sources.pasted.names_and_ids import Taken, digest, find_key
from assistant.sources.pasted.story_sentences import shortened

_HIGH, _LOW = (
    re.compile("|".join(HEADERS["priorities"][name]), re.IGNORECASE) for name in ("high", "low")
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


def read_cases(grid: Grid, taken: Taken) -> tuple[list[TestCase], list[Unread]]:
    """The test cases in ``grid``, in order, with status "imported".

    A row belongs to the case above it when its id and title are empty or the same, and nothing else
    that is said of the case differs. Rows that belong to no case are ``Unread``, and so is what
    rows of one case say otherwise than its first. Ids are kept where the file has them; others are
    made from the title and steps.
    """
    cases, unread = list[TestCase](), list[Unread]()
    for rows in grouped(grid, unread):
        case = _case(rows, taken)
        cases.append(case)
        unread.extend(_contradictions(rows, case.id))
    return cases, unread


def _case(rows: CaseRows, taken: Taken) -> TestCase:
    first = rows.first
    steps, given = _steps(rows)
    said = [*_values(rows, "objective"), *_values(rows, "title")]
    title = first.get("title", "") or next(iter(said), "") or first.get("id", "")
    wanted = " ".join(first.get("id", "").split())
    if not wanted:
        words = "\n".join([title, *(step.action for step in steps)])
        wanted = f"TC-{digest(words, 8).upper()}"
    everything = {name: _joined(rows, name) for name in ("story", "epic", "criteria")}
    story = everything["story"]
    status = "; ".join(_values(rows, "status"))
    preconditions = [*_items(rows, "preconditions"), *given]
    labels = (*rows.section, *_labels(_joined(rows, "labels")))
    return TestCase(
        id=taken.claim(wanted),
        title=title if rows.is_own else shortened(title, 500),
        objective="\n".join(words for words in said if words != title),
        preconditions=tuple(dict.fromkeys(preconditions)),
        steps=tuple(steps),
        postconditions=tuple(_items(rows, "postconditions")),
        priority=priority_of(_first(rows, "priority")),
        technique=technique_of(_first(rows, "type")),
        release=", ".join(_values(rows, "release")),
        team=_joined(rows, "team").replace("\n", ", "),
        epic_key=find_key(everything["epic"]) or everything["epic"].split("\n")[0],
        story_key=find_key(story) or _LIST.split(story)[0],
        criterion_ids=tuple(dict.fromkeys(x for x in _LIST.split(everything["criteria"]) if x)),
        labels=tuple(dict.fromkeys(labels)),
        status="imported",
        status_reason=f"Status in the file: {status}" if status else "",
        origin=CaseOrigin(writer="import"),
    )


def _contradictions(rows: CaseRows, case_id: str) -> list[Unread]:
    """What the rows of a case say differently, and of which it can hold one only."""
    return [
        Unread(
            text=", ".join(values),
            reason=f"The rows of {case_id} name more than one {name}. The first was taken.",
        )
        for name in ("priority", "type")
        if len(values := _values(rows, name)) > 1
    ]


def _labels(cell: str) -> tuple[str, ...]:
    """Labels, and the folders of a path as one each: "Care > Fees" or "/Care/Fees"."""
    found = list[str]()
    for line in cell.split("\n"):
        if " > " in line or line.startswith("/"):
            found.extend(part.strip() for part in re.split(r" > |/", line) if part.strip())
        else:
            found.extend(label_list(line))
    return tuple(dict.fromkeys(found))


def _values(rows: CaseRows, name: str) -> list[str]:
    """What the rows of a case hold of a field, each once."""
    return list(dict.fromkeys(value for cells in rows.rows if (value := cells.get(name, ""))))


def _joined(rows: CaseRows, name: str) -> str:
    return "\n".join(_values(rows, name))


def _first(rows: CaseRows, name: str) -> str:
    return next(iter(_values(rows, name)), "")


def _items(rows: CaseRows, name: str) -> list[str]:
    """A cell of several preconditions as one each: by line, by "1.", else whole.

    Where they are numbered, a line without a number goes on with the one above it. Our own files
    have one on each line, and no marks.
    """
    items = list[str]()
    lines = [line for line in _joined(rows, name).split("\n") if line.strip()]
    if rows.is_own:
        return [line.strip() for line in lines]
    numbered = bool(lines) and bool(_NUMBER.match(lines[0]))
    for line in lines:
        part = _BULLET.sub("", line).strip()
        if items and numbered and not _BULLET.match(line):
            items[-1] = f"{items[-1]} {part}".strip()
        elif part:
            items.append(part)
    return items


def _steps(rows: CaseRows) -> tuple[list[TestStep], list[str]]:
    """The steps of a case, and preconditions found in its Gherkin."""
    steps: list[tuple[str, str, str]] = []
    given: list[str] = []
    for cells in rows.rows:
        action, expected = cells.get("step_action", ""), cells.get("step_expected", "")
        data, plain = cells.get("step_data", ""), cells.get("plain", "")
        if rows.is_own:
            steps.append((action, data, expected))
            continue
        if single := single_steps(cells):
            steps.extend(with_the_rest(single, (action, data, expected)))
            continue
        if not action and expected and plain:
            action, plain = plain, ""
        if not (expected or data) and is_script(action):
            gherkin, found = gherkin_steps(action)
            given.extend(found)
            steps.extend(gherkin)
        elif (action or expected or data) and len(rows.rows) > 1:
            steps.append((action, data, expected))
        elif action or expected or data:
            results = cells.get(RESULT_LINES, expected)
            steps.extend(by_turns(plain, action, expected) or split_steps(action, data, results))
        elif script := cells.get("gherkin", "") or plain:
            gherkin, found = gherkin_steps(script)
            given.extend(found)
            steps.extend(gherkin or split_steps(script, "", ""))
    filled = [parts for parts in steps if any(parts)]
    read = _own_step if rows.is_own else _step
    return [read(number, *parts) for number, parts in enumerate(filled, 1)], given


def _own_step(number: int, action: str, data: str, expected: str) -> TestStep:
    return TestStep(number=number, action=action, test_data=data, expected_result=expected)


def _step(number: int, action: str, data: str, expected: str) -> TestStep:
    action, expected = unmarked(number, action, expected)
    if not data:
        action, data = data_apart(action)
    return _own_step(number, action, data, expected)


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
