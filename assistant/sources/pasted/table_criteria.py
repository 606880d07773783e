"""Tables of criteria: one criterion per row, composed with the headers or the words of one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import CriterionForm
from assistant.sources.pasted.decision_tables import rule_columns
from assistant.sources.pasted.lines import Passage, unwrap
from assistant.sources.pasted.markers import step_word
from assistant.sources.pasted.tables import Cell, Table
from assistant.sources.pasted.vocabulary import section_name

_ID = re.compile(
    r"#|no\.?|nr\.?|s\.? ?no\.?|number|(?:ac|rule|criterion|req(?:uirement)?"
    r"|scenario)?[ _-]?(?:ids?|no\.?|nr\.?|#|number)|ac|ref(?:erence)?|key",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(?:acceptance )?criteri(?:on|a)|acceptance|requirement|description|statement"
    r"|rule|text|details?|condition of satisfaction",
    re.IGNORECASE,
)
_TITLE = re.compile(r"title|scenario(?: name)?|name|summary|case", re.IGNORECASE)
_STEPS = {
    "given": re.compile(r"given(?:\b.*)?|precondition|context", re.IGNORECASE),
    "when": re.compile(r"when(?:\b.*)?|action|event|trigger", re.IGNORECASE),
    "then": re.compile(
        r"then(?:\b.*)?|expected(?: (?:result|outcome|behaviou?r))?"
        r"|outcome",
        re.IGNORECASE,
    ),
}
_SIDE = re.compile(r"priority|status|moscow|estimate|points|owner|comments?|type", re.IGNORECASE)

_FIELD = re.compile(
    r"(?:is )?(?:required|mandatory|optional)(?: field)?\??|(?:max(?:imum|\.)?|min(?:imum|\.)?)"
    r" (?:length|value)|length|data ?type|(?:input |form )?field(?: name| label| type)?"
    r"|default(?: value)?|allowed values|validation(?: rules?)?",
    re.IGNORECASE,
)
"""Columns of a field specification, each row of which is a rule about one field."""


@dataclass(frozen=True, slots=True)
class RowCriterion:
    """A criterion read from one table row."""

    passage: Passage
    form: CriterionForm = "table"
    title: str = ""
    given: str = ""
    number: int = 0


def has_header(table: Table) -> bool:
    """Whether the first row names the columns: marked so, or short words over longer rows."""
    if len(table.rows) < 2:
        return False
    first = [unwrap(cell.text) for cell in table.rows[0]]
    if any("**" in cell.text for cell in table.rows[0]):
        return True
    known = sum(bool(names_role(name)) for name in first)
    short = all(0 < len(name.split()) <= 4 and not name.endswith(".") for name in first)
    if table.header and "|" in table.lines[0].text:
        return True
    return (
        known >= 2
        or (known == 1 and len(first) <= 2)
        or (short and not any(re.search(r"\d", name) for name in first))
    )


def names_role(name: str) -> str:
    """What a column holds by its header: given, when, then, id, text, title, side, or ""."""
    name = " ".join(unwrap(name).rstrip(":").split())
    for word, pattern in _STEPS.items():
        if name.casefold().startswith(word) and pattern.fullmatch(name):
            return word
    if _ID.fullmatch(name):
        return "id"
    if _TEXT.fullmatch(name) or section_name(name) == "criteria":
        return "text"
    if _TITLE.fullmatch(name):
        return "title"
    return "side" if _SIDE.fullmatch(name) else ""


def table_criteria(table: Table) -> Iterator[RowCriterion]:
    """A criterion for each row that says something.

    Given|When|Then columns make a Gherkin text. A column named as the criterion gives its cell's
    words, with the other columns after it; any other row becomes "Header: cell; Header: cell".
    A decision table with its rules in columns gives a criterion for each rule.
    """
    rules = rule_columns(table)
    if rules:
        for name, words in rules:
            yield RowCriterion(words, "table", name)
        return
    rows = list(table.rows)
    header = [unwrap(cell.text) for cell in rows.pop(0)] if has_header(table) else []
    roles = [names_role(name) for name in header]
    if len(set(roles) & {"given", "when", "then"}) < 2:
        roles = ["" if role in _STEPS else role for role in roles]
    if any(_FIELD.fullmatch(name) for name in header):  # "Rule" and "Name" are columns like others
        roles = [role if role == "id" else "" for role in roles]
    for row in rows:
        made = _row(row, header, roles)
        if made.passage.text:
            yield made


def empty_columns(table: Table) -> list[str]:
    """Headers of columns without any filled cell."""
    if not has_header(table) or rule_columns(table):
        return []
    names = [unwrap(cell.text) for cell in table.rows[0]]
    return [
        name
        for number, name in enumerate(names)
        if name and not any(row[number : number + 1] and row[number].text for row in table.rows[1:])
    ]


def _row(row: Sequence[Cell], header: Sequence[str], roles: Sequence[str]) -> RowCriterion:
    named = list(zip(header, roles, row, strict=False)) if header else []
    extra = [("", "", cell) for cell in row[len(header) :]]
    cells = [(name, role, cell) for name, role, cell in [*named, *extra] if cell.text]
    by_role = {role: cell for _, role, cell in reversed(cells) if role}
    given = unwrap(by_role["id"].text) if "id" in by_role else ""
    number = int(given) if given.isdigit() and len(given) < 4 else 0
    given = "" if number or len(given) > 30 or "\n" in given else given
    title = unwrap(by_role["title"].text) if "title" in by_role else ""
    used = {"id", "title"} if given or number else {"title"}
    if {"given", "when", "then"} & set(by_role):
        steps = [_step(word, by_role[word].text) for word in _STEPS if word in by_role]
        rest = [_named(name, cell) for name, role, cell in cells if role not in {*used, *_STEPS}]
        return RowCriterion(Passage("\n".join([*steps, *rest])), "gherkin", title, given, number)
    if "text" in by_role:
        cell = by_role["text"]
        rest = [
            _named(name, other)
            for name, role, other in cells
            if role not in used and other is not cell
        ]
        if not rest:
            whole = cell.end - cell.start == len(cell.text)
            words = Passage(cell.text, cell.start, cell.end) if whole else Passage(cell.text)
            return RowCriterion(words, "table", title, given, number)
        return RowCriterion(Passage("\n".join([cell.text, *rest])), "table", title, given, number)
    used = used if len([c for c in cells if c[1] not in used]) else set()
    title = title if "title" in used else ""
    parts = [_named(name, cell) for name, role, cell in cells if role not in used]
    return RowCriterion(Passage("; ".join(parts)), "table", title, given, number)


def _named(name: str, cell: Cell) -> str:
    return f"{name}: {cell.text}" if name else cell.text


def _step(word: str, cell: str) -> str:
    if step_word(cell):
        return cell
    return f"{word.capitalize()} {cell}"
