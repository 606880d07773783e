"""Existing test cases from rows: one row per step, or one row per case with its steps in a cell.

A cell that holds several steps has them numbered, in Gherkin, or as actions and results by turns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import date

from assistant.domain import (
    CASE_PARTS,
    HOW_TO_RUN,
    TECHNIQUES,
    CaseOrigin,
    Priority,
    Technique,
    TestCase,
    TestStep,
    Unread,
)
from assistant.language.dates_and_times import clear_days
from assistant.sources.grids.case_groups import RESULT_LINES, CaseRows, grouped
from assistant.sources.grids.grids import Grid
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import cell_of, field_of, normalised
from assistant.sources.pasted.lines import step_word
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

STATUS = "Status in the file: "
"""How the reason for the status of a case begins that has one in its file."""


def read_cases(grid: Grid, taken: Taken) -> tuple[list[TestCase], list[Unread]]:
    """The test cases in ``grid``, in order, with status "imported".

    A row belongs to the case above it when its id and title are empty or the same, and nothing else
    that is said of the case differs. Rows that belong to no case are ``Unread``, and so is what
    rows of one case say otherwise than its first. Ids are kept where the file has them; others are
    made from the title and steps. A test date is taken where its cell is a clear day.
    """
    cases, unread = list[TestCase](), list[Unread]()
    days = _days(grid)
    for rows in grouped(grid, unread):
        case = _case(rows, taken, days)
        cases.append(case)
        unread.extend(_contradictions(rows, case.id, days))
    if unclear := [cell for cell, found in days.items() if not found]:
        reason = "These are no clear days: the test dates of their cases were left empty."
        unread.append(Unread(text=shortened(", ".join(unclear), 300), reason=reason))
    return cases, unread


Days = Mapping[str, Sequence[date]]
"""The clear days in the cells of test dates, by these cells as they stand joined in their row."""


def _days(grid: Grid) -> Days:
    """The days that the test dates of each row name, each column of them read for itself."""
    assert grid.columns is not None
    found = {grid.columns.cell(row, "test_date"): list[date]() for row in grid.rows}
    found.pop("", None)
    for number in grid.columns.fields.get("test_date", ()):
        cells = list(dict.fromkeys(cell_of(row, number) for row in grid.rows))
        days = dict(zip(cells, clear_days(cells), strict=True))
        for row in grid.rows:
            day = days[cell_of(row, number)]
            known = found.get(grid.columns.cell(row, "test_date"), [])
            if day and day not in known:
                known.append(day)
    return found


def _days_of(rows: CaseRows, days: Days) -> list[str]:
    """The clear days among the test dates of a case, each once, as ISO writes them."""
    named = (day for cell in _values(rows, "test_date") for day in days.get(cell, ()))
    return list(dict.fromkeys(map(str, named)))


def _case(rows: CaseRows, taken: Taken, days: Days) -> TestCase:
    first = rows.first
    steps, given, ahead = _steps(rows)
    objectives, told = _values(rows, "objective"), dict[str, str]()
    (day, *_) = (*_days_of(rows, days), "")
    if not rows.is_own:
        numbers = {step.number + ahead for step in steps}
        objectives, told = _parts_apart(objectives, _in_columns(rows, day), numbers)
    said = [*objectives, *_values(rows, "title")]
    title = first.get("title", "") or next(iter(said), "") or first.get("id", "")
    wanted = " ".join((first.get("id", "") or told.get("id", "")).split())
    if not wanted:
        words = "\n".join([title, *(step.action for step in steps)])
        wanted = f"TC-{digest(words, 8).upper()}"
    everything = {
        name: _joined(rows, name) or told.get(name, "") for name in ("story", "epic", "criteria")
    }
    story = everything["story"]
    status = "; ".join(_values(rows, "status"))
    before = _items(rows, "preconditions")
    if not rows.is_own and not day:
        # Above the preconditions, in their column or in a first step that states them.
        day, before = _day_apart(before)
        if not day:
            day, given = _day_apart(given)
    preconditions = [*before, *_lines(told.get("preconditions", "")), *given]
    asked = _lines(told.get("questions", ""))
    day = day or told.get("test_date", "")
    labels = (*rows.section, *_labels(_joined(rows, "labels")))
    return TestCase(
        id=taken.claim(wanted),
        title=title if rows.is_own else shortened(title, 500),
        objective="\n".join(words for words in said if words != title),
        test_date=date.fromisoformat(day) if day else None,
        preconditions=tuple(dict.fromkeys(preconditions)),
        steps=_with_calculations(steps, _lines(told.get("calculations", "")), ahead),
        postconditions=tuple(
            _items(rows, "postconditions") or _lines(told.get("postconditions", ""))
        ),
        priority=priority_of(_first(rows, "priority") or told.get("priority", "")),
        technique=technique_of(_first(rows, "type")),
        release=", ".join(_values(rows, "release")),
        team=_joined(rows, "team").replace("\n", ", "),
        epic_key=find_key(everything["epic"]) or everything["epic"].split("\n")[0],
        story_key=find_key(story) or _LIST.split(story)[0],
        criterion_ids=tuple(dict.fromkeys(x for x in _LIST.split(everything["criteria"]) if x)),
        labels=tuple(dict.fromkeys(labels)),
        open_questions=tuple(one for one in asked if not one.startswith(HOW_TO_RUN)),
        running_questions=tuple(
            one.removeprefix(HOW_TO_RUN) for one in asked if one.startswith(HOW_TO_RUN)
        ),
        status="imported",
        status_reason=f"{STATUS}{status}" if status else "",
        origin=CaseOrigin(writer="import"),
    )


_LISTED = re.compile(r"(?P<name>[^\n:]+):(?P<words>(?:\n- [^\n]*)+)")
_VALUED = re.compile(r"(?P<name>[^\n:]+): (?P<words>[^\n]+)")
_PART_OF = {name: field for field, name in CASE_PARTS.items()}
_LISTS = frozenset({"preconditions", "postconditions", "calculations", "questions"})
_OF_STEP = re.compile(r"Step (\d{1,4}): (.+)")
_KEY = r"(?:\d+-)?[^\W\d_](?=\S*\d)(?:[\w./:-]*\w)?"
_OUR_VALUES = {
    "test_date": re.compile(r"\d{4}-\d\d-\d\d"),
    "story": re.compile(rf"#?\d+|{_KEY}"),
    "criteria": re.compile(rf"{_KEY}(?:, {_KEY})*"),
    "priority": re.compile("High|Medium|Low"),
    "id": re.compile(r"(?=\S*\d)[^\s,;]+"),
}
"""What our exports write for a part that has one line: keys and ids are a word with a number."""


def _day_apart(lines: list[str]) -> tuple[str, list[str]]:
    """The test date that stands above the preconditions in our exports for tools without a place
    for it, and the lines below it."""
    found = _VALUED.fullmatch(lines[0]) if lines else None
    is_day = found and _PART_OF.get(found["name"]) == "test_date"
    if found and is_day and _is_ours("test_date", found["words"], frozenset()):
        return found["words"], lines[1:]
    return "", lines


def _in_columns(rows: CaseRows, day: str) -> dict[str, str]:
    """What columns of their own say of the parts of a case of which there is one only."""
    own = {name: _joined(rows, name) for name in ("postconditions", "story", "criteria")}
    one = {"priority": _first(rows, "priority"), "id": rows.first.get("id", "")}
    return {**own, **one, "test_date": day}


def _parts_apart(
    texts: Sequence[str], columns: Mapping[str, str], numbers: Set[int]
) -> tuple[list[str], dict[str, str]]:
    """What an objective says besides the parts of a case that a tool has no column for, and these
    parts by field, a line each: our exports write them there as paragraphs under their names.

    A paragraph that has not the form of ours stays in the objective, and so does one that says
    otherwise than the column for it in ``columns``, or has a calculation of a step that is not
    among ``numbers``.
    """
    left, told = list[str](), dict[str, str]()
    for text in texts:
        others = list[str]()
        for paragraph in re.split(r"\n{2,}", text):
            listed = _LISTED.fullmatch(paragraph)
            match = listed or _VALUED.fullmatch(paragraph)
            field = _PART_OF.get(match["name"], "") if match else ""
            words = match["words"].replace("\n- ", "\n").strip() if match else ""
            known = field not in {"", *told} and (field in _LISTS) == bool(listed)
            free = columns.get(field, "") in {"", words}
            if known and free and _is_ours(field, words, numbers):
                told[field] = words
            else:
                others.append(paragraph)
        left.append("\n\n".join(others))
    return [text for text in left if text], told


def _is_ours(field: str, words: str, numbers: Set[int]) -> bool:
    """Whether a part has the form in which our exports write it."""
    if field == "calculations":
        found = list(map(_OF_STEP.fullmatch, words.split("\n")))
        return all(match is not None and int(match[1]) in numbers for match in found)
    if field == "test_date" and None in clear_days([words]):
        return False
    return field not in _OUR_VALUES or bool(_OUR_VALUES[field].fullmatch(words))


def _with_calculations(
    steps: Sequence[TestStep], lines: Sequence[str], ahead: int
) -> tuple[TestStep, ...]:
    """The steps with the calculations that name them by number; ``ahead`` rows were no steps."""
    found: dict[int, list[str]] = {}
    for match in filter(None, map(_OF_STEP.fullmatch, lines)):
        found.setdefault(int(match[1]) - ahead, []).append(match[2])
    return tuple(
        step.model_copy(update={"calculation": tuple(found.get(step.number, ()))}) for step in steps
    )


def _contradictions(rows: CaseRows, case_id: str, days: Days) -> list[Unread]:
    """What the rows of a case say differently, and of which it can hold one only."""
    told = {name: _values(rows, name) for name in ("priority", "type")}
    return [
        Unread(
            text=", ".join(values),
            reason=f"The rows of {case_id} name more than one {name}. The first was taken.",
        )
        for name, values in {**told, "test date": _days_of(rows, days)}.items()
        if len(values) > 1
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


def _steps(rows: CaseRows) -> tuple[list[TestStep], list[str], int]:
    """The steps of a case, preconditions found in Gherkin or in a first step, and whether there was
    such a first step (1, or 0)."""
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
    stated = _stated_first(*filled[0]) if filled and not rows.is_own else []
    if stated:
        given, filled = [*stated, *given], filled[1:]
    read = _own_step if rows.is_own else _step
    read_steps = [read(number, *parts) for number, parts in enumerate(filled, 1)]
    return read_steps, given, int(bool(stated))


def _stated_first(action: str, data: str, expected: str) -> list[str]:
    """The preconditions that a first step lists under their name: some tools have no other place
    for them. Empty for any other step."""
    name, *lines = action.split("\n")
    if data or expected or not name.endswith(":"):
        return []
    if field_of(normalised(name)) != "preconditions":
        return []
    return [words for line in lines if (words := _BULLET.sub("", line).strip())]


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


_NUMBERED = re.compile(
    r"^[^\S\n]*(?:step\s*)?(\d{1,3})\s*[.):-](?!\d)\s*", re.IGNORECASE | re.MULTILINE
)
"""A number in front of a step; in "1.5 litres" and "10:30" it is none."""
_EXPECTED = re.compile(
    r"(?:^|\n)[^\S\n]*(?:[-*]\s*)?(?:expected(?: results?| outcome)?\s*:|=>|->|→)\s*", re.IGNORECASE
)
_DATA = re.compile(r"(?:^|\n)[^\S\n]*(?:[-*]\s*)?(?:test )?data\s*:\s*", re.IGNORECASE)
_MONTH = r"(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b"
_FIRST = re.compile(rf"\s*1[.)](?!\s*{_MONTH})", re.IGNORECASE)
_MARK = re.compile(
    rf"(?:[-–—*•]\s+(?!\d)|(?P<number>\d{{1,3}})[.)]\s+(?!{_MONTH}))(?=\S)", re.IGNORECASE
)
"""What a list puts before an item; no minus sign, and not the first of a month."""
_TURN = re.compile(r"^[ \t]*Expected Result:[ \t]*$", re.MULTILINE)
"""TestRail's line between an action and its result in the column "Steps" of a CSV export."""


def split_steps(action: str, data: str, expected: str) -> list[tuple[str, str, str]]:
    """The steps in one row's cells: numbered lines become steps, paired with numbered results."""
    if not expected and len(runs := [_lines(run) for run in _TURN.split(action)]) > 1:
        # Without the other two columns, the last line before a result is taken for its action.
        return _steps_of(runs, [len(run) - 1 for run in runs[1:-1]] + [len(runs[-1])])
    actions = _numbered(action)
    if len(actions) < 2:
        lines, results = action.split("\n"), expected.split("\n")
        if len(lines) > 1 and len(lines) == len(results) and all(map(str.strip, lines)):
            return [
                (a.strip(), data if n == 0 else "", r.strip())
                for n, (a, r) in enumerate(zip(lines, results, strict=True))
            ]
        if actions and _FIRST.match(action):  # one step that is numbered all the same
            results = _numbered(expected)
            action, expected = actions[0], results[0] if len(results) == 1 else expected
        return [(action, data, expected.strip())]
    told, inputs = _results(expected, len(actions)), _numbered(data)
    end = max((number for number, words in enumerate(actions) if words), default=0)
    split = []
    for number, words in enumerate(actions):
        result = told.get(number + 1, "") if told else (expected.strip() if number == end else "")
        value = inputs[number] if len(inputs) == len(actions) else (data if number == 0 else "")
        words, inner_result = _cut(words, _EXPECTED)
        words, inner_data = _cut(words, _DATA)
        split.append((words, value or inner_data, result or inner_result))
    return split


def single_steps(cells: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The steps in cells of one step each ("step_action 2", "step_expected 2"), blank ones out."""
    found: dict[int, dict[str, str]] = {}
    for name, cell in cells.items():
        field, _, number = name.partition(" ")
        if cell and number.isdecimal():
            found.setdefault(int(number), {})[field] = cell
    names = ("step_action", "step_data", "step_expected")
    return [
        (step.get(names[0], ""), step.get(names[1], ""), step.get(names[2], ""))
        for _, step in sorted(found.items())
    ]


def with_the_rest(
    single: list[tuple[str, str, str]], together: tuple[str, str, str]
) -> list[tuple[str, str, str]]:
    """Steps of a cell each, with what stands beside them in the columns for all of them.

    Actions together that say nothing else than the single ones are left out; data belong to the
    first step, a result to the last where it has no numbers.
    """
    action, data, expected = together
    steps = list(single)
    if expected:
        told = _results(expected, len(steps))
        lines = expected.split("\n")
        if not told and len(lines) == len(steps) and not any(r for _, _, r in steps):
            told = dict(enumerate(map(str.strip, lines), 1))
        told = told or {len(steps): expected}
        steps = [
            (a, d, "\n".join(filter(None, (r, told.get(number, "")))))
            for number, (a, d, r) in enumerate(steps, 1)
        ]
    if data:
        a, d, r = steps[0]
        steps[0] = (a, "\n".join(filter(None, (d, data))), r)
    acts = [a for a, _, _ in single if a]
    if action and not (acts and all(a in action for a in acts)):
        steps = [*split_steps(action, "", ""), *steps]
    return steps


def unmarked(number: int, action: str, expected: str) -> tuple[str, str]:
    """A step without the list mark of its only line: "- ", "1. ", or its own ``number``.

    The result loses its number with the action; its "- " may be the one of a list in it.
    """
    mark = None if "\n" in action else _MARK.match(action)
    if mark is None:
        return action, expected
    given = mark["number"]
    if given is None:
        return action[mark.end() :], expected
    if int(given) not in {1, number}:
        return action, expected
    same = None if "\n" in expected else _MARK.match(expected)
    if same is not None and same["number"] == given:
        expected = expected[same.end() :]
    return action[mark.end() :], expected


def _results(cell: str, steps: int) -> dict[int, str]:
    """Numbered results by the number of their step; empty where they name no steps."""
    marks = list(_NUMBERED.finditer(cell))
    numbers = [int(mark.group(1)) for mark in marks]
    rising = numbers == sorted(set(numbers)) and bool(numbers) and numbers[0] >= 1
    if not rising or numbers[-1] > steps or cell[: marks[0].start()].strip():
        parts = _numbered(cell)
        return dict(enumerate(parts, 1)) if len(parts) == steps else {}
    ends = [mark.start() for mark in marks[1:]] + [len(cell)]
    return {
        number: cell[mark.end() : end].strip()
        for number, mark, end in zip(numbers, marks, ends, strict=True)
    }


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
    least = min(indents, default=0)
    marks = [mark for mark, indent in zip(marks, indents, strict=True) if indent == least]
    if not marks or [int(m.group(1)) for m in marks] != list(range(1, len(marks) + 1)):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(cell)]
    return [cell[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]


def is_script(action: str) -> bool:
    """Whether a cell of steps is Gherkin: each line begins with a step word, and a result is in it.

    A row per Gherkin step has one line only and stays a step.
    """
    lines = [line.strip() for line in action.split("\n")]
    lines = [line for line in lines if line and not line.startswith(("|", '"""'))]
    words = [step_word(line) for line in lines]
    return len(lines) > 1 and "then" in words and sum(map(bool, words)) * 10 >= len(words) * 9


def gherkin_steps(script: str) -> tuple[list[tuple[str, str, str]], list[str]]:
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


def data_apart(action: str) -> tuple[str, str]:
    """An action without its line "Test data: ...", and that data."""
    match = _DATA.search(action)
    if match is None or not match.start():
        return action, ""
    return action[: match.start()].strip(), action[match.end() :].strip()


def by_turns(both: str, actions: str, results: str) -> list[tuple[str, str, str]]:
    """The steps (action, no data, result) in ``both``, told apart by the two other cells.

    A result and the next action stand in one run of lines in ``both``; the lines of ``actions`` and
    ``results`` say where it parts. Empty where the three cells do not agree.
    """
    runs = [_lines(run) for run in _TURN.split(both)]
    wanted, given = _lines(actions), _lines(results)
    if len(runs) < 2 or wanted[: len(runs[0])] != runs[0]:
        return []
    # How many lines of actions and results are used up -> where each run up to there was parted.
    reached: dict[tuple[int, int], tuple[int, ...]] = {(len(runs[0]), 0): ()}
    for number, run in enumerate(runs[1:], 2):
        onward: dict[tuple[int, int], tuple[int, ...]] = {}
        for (a, r), cuts in reached.items():
            for cut in range(len(run) + 1) if number < len(runs) else (len(run),):
                if given[r : r + cut] == run[:cut] and wanted[a : a + len(run) - cut] == run[cut:]:
                    onward.setdefault((a + len(run) - cut, r + cut), (*cuts, cut))
        reached = onward
    cuts = reached.get((len(wanted), len(given)), ())
    return _steps_of(runs, cuts)


def _steps_of(runs: list[list[str]], cuts: Sequence[int]) -> list[tuple[str, str, str]]:
    """The first ``cuts`` lines of each run after the first are a result, the others an action."""
    steps, action = [], runs[0]
    for run, cut in zip(runs[1:], cuts, strict=False):
        steps.append(("\n".join(action), "", "\n".join(run[:cut])))
        action = run[cut:]
    return steps


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
