"""Column headers of test-case and requirement tables, under the names that tools give them.

Sources of the names: the exports and importers of Xray, Zephyr Scale, TestRail, Azure DevOps,
qTest, Qase, Jira, Copado and Agile Accelerator. Where a header of cases fits two fields, the cells
below it tell which of them it is (``settled``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.sources.grids.header_words import HEADERS
from assistant.sources.pasted.names_and_ids import find_key

TableKind = Literal["cases", "requirements"]

_COMMENTED = re.compile(r"^# ?(?=[^\W\d_])")
"""What makes a header row a comment (TestLink's "#docid")."""
_SHORT = 6
"""Names up to this length are not looked for without their spaces: "AC ID" is no acid."""
_OWN_FIELD = "custom."
"""What Azure DevOps puts before the names of fields that a company added."""
_CUSTOM = re.compile(r"^(?:custom field|customfield|cf|v2)\s*[(.\[]\s*(.*?)\s*[)\]]?$")


def normalised(header: str) -> str:
    """A header in the form that names are compared in."""
    name = " ".join(re.sub(r"[_\-–*:↑↓]+", " ", header.replace(" - ", "\x00")).casefold().split())
    name = " ".join(name.replace("\x00", " - ").split())
    name = _COMMENTED.sub("", name)
    if match := _CUSTOM.match(name):
        name = match.group(1)
    return name.removesuffix(" (s)").strip()


_CASES = (*HEADERS["cases_in_other_languages"].items(), *HEADERS["cases"].items())
_ALIASES: dict[TableKind, dict[str, str]] = {
    "cases": {normalised(alias): name for name, aliases in _CASES for alias in aliases},
    "requirements": {
        alias: name for name, aliases in HEADERS["requirements"].items() for alias in aliases
    },
}
_GLUED: dict[TableKind, dict[str, str]] = {
    kind: {
        alias.replace(" ", ""): name
        for alias, name in aliases.items()
        if " " in alias and len(alias) > _SHORT
    }
    for kind, aliases in _ALIASES.items()
}
"""Names as the keys of JSON records write them: "expectedResult"."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header row's columns hold: for each field, the numbers of its columns.

    Columns of one step each are fields of their own: "step_action 2", "step_expected 2".
    """

    kind: TableKind
    fields: dict[str, tuple[int, ...]]
    unknown: tuple[int, ...]

    def cell(self, row: Sequence[str], name: str, joiner: str = "\n") -> str:
        """The filled cells of a field in ``row``, joined."""
        cells = [row[n].strip() for n in self.fields.get(name, ()) if n < len(row)]
        return joiner.join(cell for cell in cells if cell)

    @property
    def names(self) -> set[str]:
        """The fields, those of one step each under the name of the field for all steps."""
        return {name.partition(" ")[0] for name in self.fields}


def case_columns(header: Sequence[str]) -> Columns:
    """The columns of a table of cases by their names alone, however few are known."""
    return assigned("cases", [normalised(name) for name in header])


def field_of(name: str, kind: TableKind = "cases") -> str:
    """The field that a column with this normalised name holds, or an empty string."""
    return _ALIASES[kind].get(name) or _GLUED[kind].get(name, "")


def numbered_steps(header: Sequence[str]) -> dict[int, str]:
    """The columns of one step each by their number, as fields: "step_action 2"."""
    return _numbered([normalised(name) for name in header])


def assigned(kind: TableKind, names: Sequence[str]) -> Columns:
    """The columns of a table of this kind by their normalised names, however few are known."""
    single = dict[int, str]()
    if kind == "cases":
        names = _own_steps(names)
        single = _numbered(names)
    fields: dict[str, list[int]] = {}
    unknown, own = [], []
    for number, name in enumerate(names):
        if field := single.get(number) or field_of(name, kind):
            fields.setdefault(field, []).append(number)
        elif name.startswith(_OWN_FIELD):
            own.append(number)
        elif name:
            unknown.append(number)
    for number in own:  # a company's own field counts only where the tool has no column for it
        field = field_of(names[number].removeprefix(_OWN_FIELD), kind)
        if field and field not in fields:
            fields[field] = [number]
        else:
            unknown.append(number)
    unknown.sort()
    if kind == "cases":
        _separate_cases(fields, names)
    else:
        _separate_requirements(fields, names)
    return Columns(kind, {name: tuple(numbers) for name, numbers in fields.items()}, tuple(unknown))


# --- Columns of like names told apart ---------------------------------------------------------


def _own_steps(names: Sequence[str]) -> list[str]:
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


def _numbered(names: Sequence[str]) -> dict[int, str]:
    """The columns of one step each ("Step 2", "Expected Result 2", "Step 2 Action").

    Their numbers, with the fields they are: "step_action 2". Empty where there is one such column
    only, or none for an action.
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


def _separate_cases(fields: dict[str, list[int]], names: Sequence[str]) -> None:
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


def _separate_requirements(fields: dict[str, list[int]], names: Sequence[str]) -> None:
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


# --- What the cells say of their columns --------------------------------------------------------

Rows = Sequence[Sequence[str]]

_ID = re.compile(r"[^\W_]+(?:[-_./#:]+[^\W_]+)*")
_LONGEST_ID, _LONGEST_KEYS = 40, 200
_STEP_NUMBER = re.compile(r"(?:[^\W\d]{1,12}[ .#-]{0,3})?\d{1,3}(?:\.\d{1,3}){0,3}[^\W\d_]?[.)]?")
"""What numbers a step: "2", "Step 2", "2.1", "2a)"."""
_COUNT = re.compile(r"(?:[^\W\d]{1,12}[ .#-]{0,3})?(\d{1,3})[.)]?")


def settled(columns: Columns, header: Sequence[str], rows: Rows) -> Columns:
    """``columns`` of cases with what the cells in ``rows`` say of seven kinds of column.

    A column that is named like a title, but holds an id in each row, is the id. Of two columns of
    ids, the one with the keys of issues is taken before one that counts the cases, and one that is
    empty never. Of several columns named for a step, those with words are the action and one that
    only counts is the number. One that counts the steps ("Step 1") beside descriptions is no
    action. "Result" beside what is expected tells how a run ended, and "Test Date" beside results
    of a run when that was. One named "Ticket" is the requirement where it holds issue keys.
    Columns of requirements are returned as they are.
    """
    if columns.kind != "cases":
        return columns
    names = [normalised(name) for name in header]
    fields, unknown = dict(columns.fields), list(columns.unknown)
    _name_ids(fields, names, rows)
    _key_ids(fields, names, rows)
    _word_steps(fields, unknown, names, rows)
    _count_steps(fields, names, rows)
    _leave_results(fields, unknown, names, rows)
    _leave_run_days(fields, unknown, names, rows)
    _link_tickets(fields, unknown, names, rows)
    return Columns(columns.kind, fields, tuple(unknown))


def is_identity(rows: Rows, number: int, titles: Sequence[int]) -> bool:
    """Whether no cell of column ``number`` stands beside two different titles."""
    seen = dict[str, str]()
    for row in rows:
        cell, title = cell_of(row, number), " ".join(cell_of(row, n) for n in titles)
        if cell and title.strip() and seen.setdefault(cell, title) != title:
            return False
    return True


def _name_ids(fields: dict[str, tuple[int, ...]], names: Sequence[str], rows: Rows) -> None:
    """The id of cases in a column such as "Test Case Name" beside another title."""
    titles = [n for n, name in enumerate(names) if field_of(name) == "title"]
    if "id" in fields or len(titles) < 2:
        return
    for number in titles:
        others = [n for n in titles if n != number]
        cells = [cell for row in rows if (cell := cell_of(row, number))]
        hits = sum(map(is_id, cells))
        title = best_title(others, names)
        if cells and hits * 10 >= len(cells) * 9 and is_identity(rows, number, [title]):
            rest = {*titles, *fields.get("objective", ())} - {number, title}
            fields |= {"id": (number,), "title": (title,), "objective": tuple(sorted(rest))}
            if not rest:
                del fields["objective"]
            return


def _key_ids(fields: dict[str, tuple[int, ...]], names: Sequence[str], rows: Rows) -> None:
    """The id of cases in another column named for it: where the one that was taken by its name is
    empty, or where it counts the cases ("1") and the other has the key of an issue for each."""
    taken = {n for numbers in fields.values() for n in numbers}
    others = [n for n, name in enumerate(names) if field_of(name) == "id" and n not in taken]
    for number in others if "id" in fields else ():
        beside = dict[str, set[str]]()
        for row in rows:
            keys = beside.setdefault(cell_of(row, fields["id"][0]), set())
            keys.update(filter(None, [cell_of(row, number)]))
        unnamed = beside.pop("", set())
        found = [" ".join(keys) for keys in beside.values()]
        keyed = all(key and find_key(key) == key for key in found) and len({*found}) == len(found)
        counted = bool(beside) and not unnamed and all(map(str.isdecimal, beside))
        if (counted and keyed) or (unnamed and not beside and names[number] not in _COUNTS):
            fields["id"] = (number,)
            return


def is_id(cell: str) -> bool:
    """Whether a cell is one word with a digit, as ids are."""
    digits = any(character.isdigit() for character in cell[:_LONGEST_ID])
    return len(cell) <= _LONGEST_ID and digits and bool(_ID.fullmatch(cell))


def _word_steps(
    fields: dict[str, tuple[int, ...]], unknown: list[int], names: Sequence[str], rows: Rows
) -> None:
    """The action and the number of a step in columns that are both named for it.

    An action is words: a column that holds nothing but numbers gives way to the first that holds
    them. What is neither of the two after that is not used, and is said to be.
    """
    actions = fields.get("step_action", ())
    named = [n for n, name in enumerate(names) if field_of(name) == "step_action"]
    if len(actions) != 1 or len(named) < 2 or actions[0] not in named or "plain" in fields:
        return
    numbered = {n: _is_numbered(rows, n) for n in named}
    worded = [n for n in named if numbered[n] is False]
    action = actions[0] if actions[0] in worded or not worded else worded[0]
    counted = [n for n in (*fields.get("step_number", ()), *named)
               if n != action and numbered.get(n) is not False]  # fmt: skip
    fields["step_action"] = (action,)
    fields.pop("step_number", None)
    if counted:
        fields["step_number"] = tuple(counted[:1])
    unknown.extend(n for n in worded if n != action)
    unknown.sort()


def _is_numbered(rows: Rows, number: int) -> bool | None:
    """Whether the cells of a column are numbers of steps; ``None`` where it has none."""
    cells = [cell for row in rows if (cell := cell_of(row, number))]
    return all(map(_STEP_NUMBER.fullmatch, cells)) if cells else None


def _count_steps(fields: dict[str, tuple[int, ...]], names: Sequence[str], rows: Rows) -> None:
    """The number of a step in a column such as "Step Name", the action in the description."""
    described = [
        n for name in ("objective", "title") for n in fields.get(name, ())
        if field_of(names[n]) == "objective"
    ]  # fmt: skip
    actions = fields.get("step_action", ())
    named = {*fields.get("id", ()), *fields.get("title", ())} - set(described)
    if len(described) != 1 or len(actions) != 1 or not named:
        return
    counts = [_COUNT.fullmatch(cell) for row in rows if (cell := cell_of(row, actions[0]))]
    numbers = [int(count[1]) for count in counts if count is not None]
    rising = all(
        number in {1, before + 1} for before, number in zip([0, *numbers], numbers, strict=False)
    )
    if len(numbers) < len(counts) or not rising or max(numbers, default=0) < 2:
        return
    for name in ("objective", "title"):
        if kept := tuple(n for n in fields.get(name, ()) if n != described[0]):
            fields[name] = kept
        else:
            fields.pop(name, None)
    fields["step_action"] = (described[0],)
    fields["step_number"] = (*actions, *fields.get("step_number", ()))[:1]


def _leave_results(
    fields: dict[str, tuple[int, ...]], unknown: list[int], names: Sequence[str], rows: Rows
) -> None:
    """A bare "Result" is no expected result beside a column that is named for what is expected and
    tells it for most of the rows."""
    expected = fields.get("step_expected", ())
    ended = [n for n in expected if names[n] == "result"]
    others = [n for n in expected if n not in ended]
    if ended and others and _stand_beside(rows, ended, others):
        fields["step_expected"] = tuple(others)
        unknown.extend(ended)
        unknown.sort()


def _leave_run_days(
    fields: dict[str, tuple[int, ...]], unknown: list[int], names: Sequence[str], rows: Rows
) -> None:
    """A bare "Test Date" beside what a run came to is the day of the run, and no plan."""
    words = ["".join(name.split()) for name in names]
    dated = [n for n in fields.get("test_date", ()) if words[n] in _RUNS["day"]]
    results = [n for n, word in enumerate(words) if word in _RUNS["outcome"]]
    if not _RUNS["tester"].isdisjoint(words):
        results += [n for n in unknown if words[n] in _RUNS["result"]]
    filled = any(cell_of(row, n) for row in rows for n in dated)
    if not filled or not _stand_beside(rows, dated, results):
        return
    if kept := tuple(n for n in fields["test_date"] if n not in dated):
        fields["test_date"] = kept
    else:
        del fields["test_date"]
    unknown.extend(dated)
    unknown.sort()


_RUNS = {
    kind: frozenset("".join(name.split()) for name in names)
    for kind, names in HEADERS["runs"].items()
}
"""Names of the columns of a run, without their spaces."""


def _stand_beside(rows: Rows, numbers: Sequence[int], others: Sequence[int]) -> bool:
    """Whether of the rows that fill one of the columns ``numbers``, half or more fill one of the
    ``others``."""
    filled = [row for row in rows if any(cell_of(row, n) for n in numbers)]
    both = sum(any(cell_of(row, n) for n in others) for row in filled)
    return both * 2 >= len(filled)


def _link_tickets(
    fields: dict[str, tuple[int, ...]], unknown: list[int], names: Sequence[str], rows: Rows
) -> None:
    """The requirement in a column such as "Ticket", unless another column has its key."""
    if any(find_key(cell_of(row, n)) for n in fields.get("story", ()) for row in rows):
        return
    for number in [n for n in unknown if names[n] in HEADERS["unsure"]["story"]]:
        cells = [cell for row in rows if (cell := cell_of(row, number))]
        hits = sum(len(cell) <= _LONGEST_KEYS and bool(find_key(cell)) for cell in cells)
        if cells and hits * 5 >= len(cells) * 4:
            fields["story"] = (*fields.get("story", ()), number)
            unknown.remove(number)
            return


def cell_of(row: Sequence[str], number: int) -> str:
    """The words of a cell; none where the row is too short to have it."""
    return row[number].strip() if number < len(row) else ""
