"""Cases as a writer left them, made alike for raters (used by ``rating.py``).

A file holds a JSON list of ``{title, preconditions, steps: [{action, data, expected}]}``, the same
below ``"cases"``, or what ``python -m assistant generate --json`` prints. Which epic a case is for
says its field ``epic``, the name of its file, or the one epic that there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


class RatingError(Exception):
    """Something given cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Step:
    """What the tester does, with which data, and what must be seen."""

    action: str
    data: str
    expected: str


@dataclass(frozen=True)
class Case:
    """A case in the form that every rater sees; ``items`` are ids of the checklist it covers."""

    title: str
    preconditions: tuple[str, ...]
    steps: tuple[Step, ...]
    items: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The case on paper, the same for every writer."""
        lines = [f"Title: {self.title}", "Preconditions:"]
        lines += [f"  - {one}" for one in self.preconditions] or ["  - none"]
        lines.append("Steps:")
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"  {number}. Action:   {step.action or '(none)'}")
            if step.data:
                lines.append(f"     Data:     {step.data}")
            lines.append(f"     Expected: {step.expected or '(none)'}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Written:
    """What a writer wrote for one epic. ``checklist`` is empty where the file holds none."""

    cases: tuple[Case, ...]
    checklist: tuple[str, ...] = ()


_KEY = (
    r"(?:(?i:test[ -]?case|case|scenario|tc|ac|us)[ #_-]?\d[\w.-]*"
    r"|(?=[\w-]*\d)[A-Z][A-Z0-9]*(?:[-_][A-Za-z0-9]+)+)"
)
_LEADING = re.compile(rf"^(?:\[{_KEY}\]|\({_KEY}\)|{_KEY}\s*[:|]|{_KEY}\s+-(?=\s))\s*")
"""An id before a title. It is taken off where most titles of a list have one."""

_NUMBER = re.compile(r"^(?:step\s+)?(\d{1,2})[.):]\s+(?=\S)", re.I)
_CITATION = re.compile(r"\s*\[(?:\d+(?:\s*[,;]\s*\d+)*|sources?[^\]]*|unsupported|derived)\]", re.I)
_ALIKE = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "..."})


def cases_by_epic(path: Path, epics: Mapping[str, str]) -> dict[str, Written]:
    """The cases of one writer's file, or of a folder of such files, by the name of their epic.

    ``epics`` maps the name of each epic to its text. Raises ``RatingError``.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise RatingError(f"{path} holds no .json file with cases.")
    found: dict[str, Written] = {}
    for file in files:
        for epic, written in _of_file(file, epics).items():
            if epic in found:
                raise RatingError(f"{file}: there are cases for {epic} in another file already.")
            found[epic] = written
    return found


def _of_file(file: Path, epics: Mapping[str, str]) -> dict[str, Written]:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise RatingError(f"{file} is not readable JSON ({error}).") from error
    if isinstance(document, dict) and document and set(document) <= set(epics):
        return {epic: _written(rows, file) for epic, rows in document.items()}
    rows = document.get("cases") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise RatingError(f"{file}: no list of cases, neither as a whole nor below “cases”.")
    by_epic: dict[str, list[object]] = {}
    if not rows and file.stem in epics:
        by_epic[file.stem] = []  # it wrote none for this epic
    whole = document if isinstance(document, dict) else {}
    for row in rows:
        by_epic.setdefault(_epic_of(row, file, epics), []).append(row)
    checklist = [str(one["id"]) for one in whole.get("conditions") or ()]
    if checklist and len(by_epic) > 1:
        raise RatingError(f"{file}: a run over several epics has one checklist. Give one each.")
    return {epic: _written(own, file, checklist) for epic, own in by_epic.items()}


def _epic_of(row: object, file: Path, epics: Mapping[str, str]) -> str:
    """The name of the epic that a case is for."""
    given = str(row.get("epic") or "") if isinstance(row, dict) else ""
    for name in (given, file.stem):
        if name in epics:
            return name
    if given:
        raise RatingError(f"{file}: a case is for “{given}”. Epics: {', '.join(epics)}.")
    if len(epics) == 1:
        return next(iter(epics))
    raise RatingError(
        f"{file}: which epic are its cases for? Name the file like the epic "
        f"({', '.join(f'{name}.json' for name in epics)}) or give each case a field “epic”."
    )


def _written(rows: object, file: Path, checklist: Sequence[str] = ()) -> Written:
    if not isinstance(rows, list):
        raise RatingError(f"{file}: the cases of an epic are a JSON list.")
    cases = [_case(row, f"{file}: case {number}") for number, row in enumerate(rows, start=1)]
    if 2 * sum(_LEADING.match(case.title) is not None for case in cases) > len(cases):
        cases = [replace(case, title=_LEADING.sub("", case.title)) for case in cases]
    return Written(tuple(cases), tuple(checklist))


def _case(row: Any, where: str) -> Case:
    if not isinstance(row, dict) or not alike(row.get("title")):
        raise RatingError(f"{where} has no title.")
    steps = row.get("steps")
    if not isinstance(steps, list) or not steps:
        raise RatingError(f"{where} (“{row['title']}”) has no list of steps.")
    before = row.get("preconditions") or []
    before = before.splitlines() if isinstance(before, str) else before
    return Case(
        title=alike(row["title"]).rstrip("."),
        preconditions=tuple(filter(None, (alike(one, n) for n, one in enumerate(before, 1)))),
        steps=tuple(_step(step, number, where) for number, step in enumerate(steps, start=1)),
        items=tuple(str(one) for one in row.get("condition_ids") or ()),
    )


def _step(step: Any, number: int, where: str) -> Step:
    if not isinstance(step, dict):
        raise RatingError(f"{where} has a step that is not an object with “action”.")
    return Step(
        action=alike(step.get("action"), number),
        data=alike(step.get("data") or step.get("test_data")),
        expected=alike(step.get("expected") or step.get("expected_result"), number),
    )


def alike(value: object, number: int = 0) -> str:
    """A text without what tells its writer apart: marks, citations, typography, its ``number``.

    No word of the text itself is changed.
    """
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {one}" for name, one in value.items())
    text = " ".join(str(value or "").translate(_ALIKE).replace("**", "").replace("`", "").split())
    text = re.sub(r"^[-*•]\s+", "", _CITATION.sub("", text))
    found = _NUMBER.match(text)
    return text[found.end() :] if found and int(found[1]) == number else text
