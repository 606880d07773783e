"""Columns of like names told apart: which of two ids, titles, steps or keys is the one.

They are told apart by what their names say beside one another, in exports of TestRail (its fields
of steps, its runs), Azure DevOps, Jira and tables that testers keep by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence


def own_steps(names: Sequence[str]) -> list[str]:
    """``names`` with a company's own field of steps under the names of TestRail's.

    Its CSV export has such a field as "X", "X (Step)", "X (Expected Result)" and so on.
    """
    if _ONLY_ACTIONS in names:
        return list(names)
    own = next((name.removesuffix(" (step)") for name in names if name.endswith(" (step)")), "")
    if not own or f"{own} (expected result)" not in names:
        return list(names)
    return [
        "steps" + name.removeprefix(own) if name == own or name.startswith(f"{own} (") else name
        for name in names
    ]


_NUMBERED = re.compile(r"(\D*)(\d{1,3})(\D*)")
_BESIDE_NUMBER = " .:#()[]"
_OF_A_STEP = frozenset({"step_action", "step_data", "step_expected"})


def numbered_columns(names: Sequence[str], field_of: Callable[[str], str]) -> dict[int, str]:
    """The columns of one step each ("Step 2", "Expected Result 2", "Step 2 Action").

    Their numbers, with the fields they are: "step_action 2". ``field_of`` tells the field of a
    name without a number. Empty where there is one such column only, or none for an action.
    """
    found = dict[int, str]()
    for at, name in enumerate(names):
        match = _NUMBERED.fullmatch(name)
        if match is None or field_of(name):
            continue
        before, number, after = match.groups()
        words = f"{before.rstrip(_BESIDE_NUMBER)} {after.strip(_BESIDE_NUMBER)}".strip()
        if (field := field_of(words)) in _OF_A_STEP:
            found[at] = f"{field} {int(number)}"
    acts = any(field.startswith("step_action") for field in found.values())
    return found if acts and len(found) > 1 else {}


def separate_cases(fields: dict[str, list[int]], names: Sequence[str]) -> None:
    """Tell columns of like names apart: "Test Step" is a number beside "Step Action"."""
    actions = fields.get("step_action", [])
    if len(actions) > 1 and any(names[n] == _ONLY_ACTIONS for n in actions):
        # TestRail: "Steps" holds a text, or actions and results by turns, beside the actions alone.
        fields.setdefault("plain", []).extend(n for n in actions if names[n] != _ONLY_ACTIONS)
        fields["step_action"] = [n for n in actions if names[n] == _ONLY_ACTIONS]
    elif len(actions) > 1:
        best = next(
            (n for n in actions if "action" in names[n] or "description" in names[n]), actions[0]
        )
        others = [n for n in actions if n != best]
        if "step_number" not in fields and others:
            fields["step_number"] = others[:1]
        fields["step_action"] = [best]
    ids = fields.get("id", [])
    if len(ids) > 1:
        best = min(ids, key=lambda n: (_ID_ORDER.get(names[n], 5), n))
        fields["id"] = [best]
        counts = [n for n in ids if n != best and names[n] in _COUNTS]
        if counts and "step_number" not in fields:
            fields["step_number"] = counts[:1]
    titles = fields.get("title", [])
    if len(titles) > 1:
        best = best_title(titles, names)
        fields.setdefault("objective", []).extend(n for n in titles if n != best)
        fields["title"] = [best]
    if "title" not in fields and "objective" in fields:
        fields["title"] = fields.pop("objective")
    labels = fields.get("labels", [])
    if any(names[n] == _WHOLE_PATH for n in labels):  # the section alone is its last part
        fields["labels"] = [n for n in labels if names[n] != "section"]


def best_title(numbers: Sequence[int], names: Sequence[str]) -> int:
    """Which of several columns named like a title is the title."""
    return min(numbers, key=lambda n: (_TITLE_ORDER.get(names[n], 5), n))


_WHOLE_PATH = "section hierarchy"
_ONLY_ACTIONS = "steps (step)"

_COUNTS = {"no", "nr", "nr."}
"""Names of a column that is an id where it is alone, and counts steps beside one."""

_ID_ORDER = {"test case id": 0, "case id": 0, "test id": 0, "issue key": 1, "key": 1, "id": 2,
             "issue id": 3}  # fmt: skip
_TITLE_ORDER = {"title": 0, "test case title": 0, "name": 0, "test case name": 0, "summary": 0,
                "test summary": 0, "test case": 2, "scenario": 3, "test scenario": 3}  # fmt: skip


def separate_requirements(fields: dict[str, list[int]], names: Sequence[str]) -> None:
    """Without a title column, a column "Requirement" or "User story" holds the text."""
    keys = fields.get("key", [])
    if len(keys) > 1:
        best = min(keys, key=lambda n: (_KEY_ORDER.get(names[n], 5), n))
        fields["key"] = [best]
    titles = fields.get("title", [])
    if len(titles) > 1:
        fields.setdefault("narrative", []).extend(titles[1:])
        fields["title"] = titles[:1]
    if "want" in fields and "role" not in fields:
        fields.setdefault("narrative", []).extend(fields.pop("want"))
        fields["narrative"].extend(fields.pop("benefit", []))


_KEY_ORDER = {"key": 0, "issue key": 0, "story id": 1, "story key": 1, "user story id": 1, "id": 2}
