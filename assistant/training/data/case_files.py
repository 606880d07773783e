"""Files of existing cases with their stories: one JSON object a line, to ``StoryCases``.

A line holds a case (``id``, ``title``, ``preconditions``, ``steps``) and its story
(``requirement_id``, ``requirement_title``, ``requirement``; ``story_key``, ``story_title`` and
``story`` are taken too). ``steps`` are Gherkin lines, or objects with ``action`` and ``expected``.
Cases without a story are kept under a story without a key, so that they can be counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import (
    TECHNIQUES,
    CaseOrigin,
    Epic,
    StoryCases,
    TestCase,
    TestStep,
    UserStory,
)
from assistant.errors import TrainingError
from assistant.language.sentences import KEYWORD

_STORY_KEY = ("requirement_id", "story_key", "story_id")
_STORY_TITLE = ("requirement_title", "story_title")
_STORY_TEXT = ("requirement", "story", "narrative")
_EPIC_KEY = ("epic_key", "epic_id", "epic")
_ACTION = ("action", "step", "description")
_EXPECTED = ("expected_result", "expected", "result")
_DATA = ("test_data", "data")


@dataclass
class _Story:
    epic: Epic
    story: UserStory
    cases: list[TestCase] = field(default_factory=list)


def read_case_file(path: Path) -> tuple[StoryCases, ...]:
    """The stories of a file in the order in which they come first, each with its cases.

    Raises ``TrainingError`` naming the line that is no case and what it should hold.
    """
    stories: dict[str, _Story] = {}
    seen: dict[str, int] = {}
    for number, row in _rows(path):
        place = f"Line {number} of {path.name}"
        case = _case(row, number, place)
        if case.id in seen:
            raise TrainingError(
                f"{place} has the case id '{case.id}' of line {seen[case.id]}. Give every case "
                f"an id of its own."
            )
        seen[case.id] = number
        title, text = _text(row, _STORY_TITLE, place), _text(row, _STORY_TEXT, place)
        key = _text(row, _STORY_KEY, place) or title or text
        entry = stories.setdefault(key, _Story(*_epic_and_story(row, key, title, text, place)))
        epic_key, story_key = entry.epic.key, entry.story.key
        linked = case.model_copy(update={"epic_key": epic_key, "story_key": story_key})
        entry.cases.append(linked)
    if not seen:
        raise TrainingError(
            f"{path.name} holds no cases. Each line should be a JSON object with a title, steps "
            f"and the story they belong to."
        )
    return tuple(
        StoryCases(epic=entry.epic, story=entry.story, cases=tuple(entry.cases))
        for entry in stories.values()
    )


def gherkin_parts(
    lines: Sequence[str], *, title: str = ""
) -> tuple[tuple[str, ...], tuple[TestStep, ...]]:
    """Preconditions and steps of Gherkin lines, in the words of the lines.

    Given lines are preconditions, each When line an action, and the Then lines after it the
    expected result of the last action, a line each. Without any action the last Given is one, and
    ``title`` where there is none either. Lines without a keyword are actions.
    """
    before: list[str] = []
    steps: list[tuple[str, list[str]]] = []
    mode = ""
    for line in (" ".join(line.split()) for line in lines):
        if not line:
            continue
        keyword = KEYWORD.match(line)
        word = keyword.group(1).lower() if keyword else "when"
        mode = (mode or "given") if word in ("and", "but", "*") else word
        if mode == "given" and not steps:
            before.append(line)
        elif mode == "then":
            if not steps:
                steps.append((before.pop() if before else title or line, []))
            steps[-1][1].append(line)
        else:
            steps.append((line, []))
    return tuple(before), tuple(
        TestStep(number=number, action=action, expected_result="\n".join(results))
        for number, (action, results) in enumerate(steps, start=1)
    )


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise TrainingError(
                        f"Line {number} of {path.name} is no JSON ({error}). Write one JSON "
                        f"object a line."
                    ) from error
                if not isinstance(row, dict):
                    raise TrainingError(
                        f"Line {number} of {path.name} is no JSON object. Write one case a line."
                    )
                yield number, row
    except OSError as error:
        raise TrainingError(
            f"{path.name} cannot be read ({error.strerror}). Check the path and its rights."
        ) from error
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path.name} is not UTF-8. Save it as UTF-8.") from error


def _case(row: Mapping[str, object], number: int, place: str) -> TestCase:
    title = _text(row, ("title", "name"), place)
    given = _lines(row, "preconditions", place)
    found = row.get("steps", [])
    if not isinstance(found, list):
        raise TrainingError(f"{place}: 'steps' is no list. Write a list of lines or of objects.")
    if all(isinstance(step, str) for step in found):
        if any(KEYWORD.match(step.strip()) for step in found):
            own, steps = gherkin_parts(found, title=title)
            before = (*given, *own)
        else:
            before, steps = given, _manual([{"action": step} for step in found], place)
    else:
        before, steps = given, _manual(found, place)
    if not title and not steps:
        raise TrainingError(
            f"{place} holds no case: it has neither a title nor steps. Write one case a line, with "
            f"'title', 'steps' and its story ('requirement_id', 'requirement')."
        )
    technique = _text(row, ("technique", "type"), place).casefold()
    return TestCase(
        id=_text(row, ("id", "case_id", "key"), place) or f"line {number}",
        title=title,
        preconditions=before,
        steps=steps,
        technique=next((one for one in TECHNIQUES if one == technique), None),
        labels=tuple(_lines(row, "tags", place)),
        status="imported",
        origin=CaseOrigin(writer="import"),
    )


def _manual(steps: Sequence[object], place: str) -> tuple[TestStep, ...]:
    read = []
    for number, step in enumerate(steps, start=1):
        if not isinstance(step, dict):
            raise TrainingError(
                f"{place}: step {number} is neither a line nor an object with 'action' and "
                f"'expected'."
            )
        read.append(
            TestStep(
                number=number,
                action=_text(step, _ACTION, place),
                test_data=_text(step, _DATA, place),
                expected_result=_text(step, _EXPECTED, place),
            )
        )
    return tuple(read)


def _epic_and_story(
    row: Mapping[str, object], key: str, title: str, text: str, place: str
) -> tuple[Epic, UserStory]:
    folder = key.rpartition("/")[0]
    epic_key = _text(row, _EPIC_KEY, place) or folder
    epic_title = _text(row, ("epic_title",), place) or epic_key.rpartition("/")[2]
    story = UserStory(key=key, title=title or key.rpartition("/")[2], narrative=text)
    return Epic(key=epic_key, title=epic_title.replace("_", " ")), story


def _text(row: Mapping[str, object], names: Sequence[str], place: str) -> str:
    """The first of the named fields that is filled, as text."""
    for name in names:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise TrainingError(f"{place}: '{name}' is no text. Write it as text.")
        if value and value.strip():
            return value.strip()
    return ""


def _lines(row: Mapping[str, object], name: str, place: str) -> tuple[str, ...]:
    value = row.get(name) or []
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise TrainingError(f"{place}: '{name}' is no list of lines. Write a list of texts.")
    return tuple(" ".join(line.split()) for line in value if line.strip())
