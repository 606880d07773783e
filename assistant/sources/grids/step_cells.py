"""Cells that hold several steps: numbered, in Gherkin, or actions and results by turns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.sources.pasted.lines import step_word

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
