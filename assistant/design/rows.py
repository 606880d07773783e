"""Table rows and Gherkin examples: one condition a row, its values kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.design.boundaries import outside_words, points
from assistant.design.casing import capital, one_line
from assistant.design.drafts import Draft
from assistant.design.messages import mask_quotes
from assistant.design.phrases import with_value
from assistant.design.quantities import find_quantities
from assistant.design.row_cells import Cell, piped_cells
from assistant.design.sentences import Span, looks_like_gherkin, span
from assistant.design.situations import Situation
from assistant.design.variables import Variables
from assistant.domain import Technique

_OUTCOME = re.compile(
    r"\b(?:outcome|result|expected|then|message|decision|response|status after|action taken|access"
    r"|allowed|fee|effect"
    r"|output|consequence|shown|displayed|approval)\b|\b(?:deadline|sla|(?:resolution|reaction"
    r"|processing|delivery|turnaround|waiting|handling|answer|repair|lead) time)$",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"^(?:refused?|rejected?|denied|declined|blocked|no|not (?:allowed|accepted|permitted"
    r"|possible)|disabled|error|fail(?:ed|s)?"
    r"|invalid|hidden|forbidden)\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"^(?:any|all|\*|-|–|n/?a|either|none|)$", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[A-Za-z][^:;|\n]{0,60}?)\s*:\s*(?P<value>[^;|\n]*)(?:[;|\n]|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """A decision: ``inputs`` and what follows from them."""

    inputs: tuple[Cell, ...]
    outcomes: tuple[Cell, ...]
    whole: Span


def read_rows(text: str, *, table: bool = False) -> tuple[Row, ...]:
    """Rows in "Header: value; Header: value" or in a piped table; () for any other text."""
    if looks_like_gherkin(text):
        return ()
    piped = tuple(row for row in _piped(text) if any(cell.value.text for cell in row.outcomes))
    if piped:
        return piped
    masked = mask_quotes(text)
    cells = []
    for match in _PAIR.finditer(masked):
        value = span(text, match.start("value"), match.end("value"))
        cells.append(
            Cell(
                text[match.start("name") : match.end("name")].strip(),
                value,
                span(text, match.start(), match.end()),
            )
        )
    covered = sum(cell.whole.end - cell.whole.start + 1 for cell in cells)
    if len(cells) < 2 or covered < 0.8 * len(text.strip()) or (not table and len(cells) < 3):
        return ()
    if not table and not all(len(cell.name.split()) <= 5 for cell in cells):
        return ()
    row = _row(tuple(cells), span(text, 0, len(text)))
    return (row,) if any(cell.value.text for cell in row.outcomes) else ()


def _piped(text: str) -> tuple[Row, ...]:
    return tuple(_row(cells, whole) for cells, whole in piped_cells(text))


def _row(cells: tuple[Cell, ...], whole: Span) -> Row:
    named = [cell for cell in cells if _OUTCOME.search(cell.name)]
    outcomes = tuple(named) if named and len(named) < len(cells) else (cells[-1],)
    inputs = tuple(cell for cell in cells if cell not in outcomes)
    return Row(inputs, outcomes, whole)


def row_drafts(rows: tuple[Row, ...]) -> Iterator[Draft]:
    """A positive and a negative, one condition for each row, and the limits in its cells."""
    for index, row in enumerate(rows):
        refused = _is_refusal(row)
        technique: Technique = "positive" if index == 0 or len(rows) == 1 else "decision-table rule"
        if refused and len(rows) == 1:
            yield _row_draft(row, "negative", valid=False)
            yield _other_row(row, "positive", valid=True)
        else:
            yield _row_draft(row, technique, valid=not refused)
            if len(rows) == 1:
                yield _other_row(row, "negative", valid=False)
        yield from _row_limits(row, refused)
        yield from _alternatives(row, refused)
    if len(rows) > 1:
        refusing = next((row for row in rows if _is_refusal(row)), None)
        if refusing:
            yield _row_draft(refusing, "negative", valid=False)
        else:
            yield _other_row(rows[0], "negative", valid=False)


def _is_refusal(row: Row) -> bool:
    return any(REFUSED.match(cell.value.text) for cell in row.outcomes)


def _inputs(row: Row, changes: dict[str, str]) -> str:
    said = [
        f"{cell.name} = {lower_limit(changes.get(cell.name, cell.value.text))}"
        for cell in row.inputs
        if cell.name in changes or not _ANY.match(cell.value.text)
    ]
    return _listed(said) or "any input"


def _case(row: Row, changes: dict[str, str]) -> Situation:
    return Situation("", f"Use a case with {_inputs(row, changes)}")


def _listed(items: list[str]) -> str:
    return (
        items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
    )


def _outcome(row: Row) -> str:
    return _listed(
        [f"{cell.name} is {one_line(cell.value.text)}" for cell in row.outcomes if cell.value.text]
    )


def _data(row: Row, changes: dict[str, str]) -> str:
    return "; ".join(
        f"{cell.name}: {changes.get(cell.name, cell.value.text)}" for cell in row.inputs
    )


def _variables(row: Row, changes: dict[str, str]) -> Variables:
    """The inputs by column; what may be anything is left out."""
    values = ((c.name, changes.get(c.name, one_line(c.value.text))) for c in row.inputs)
    return tuple((name, value) for name, value in values if not _ANY.match(value))


def _row_draft(row: Row, technique: Technique, *, valid: bool) -> Draft:
    chosen = _chosen(row)
    said = f"With {_inputs(row, chosen)}, {_outcome(row)}"
    return Draft(
        technique, valid, said, _case(row, chosen), capital(_outcome(row)),
        (row.whole,), data=_data(row, chosen), priority="High", variables=_variables(row, chosen),
    )  # fmt: skip


def _other_row(row: Row, technique: Technique, *, valid: bool) -> Draft:
    """The row with one input that is another."""
    cell = next(
        (cell for cell in reversed(row.inputs) if not _ANY.match(cell.value.text)), row.inputs[0]
    )
    limit = next((q for q in find_quantities(_as_limit(cell)) if q.is_limit), None)
    other = f"other than {lower_limit(cell.value.text)}"
    changes = _chosen(row, but=cell.name)
    changes[cell.name] = outside_words(limit) if limit else other
    said = _not_applied(row)
    return Draft(
        technique, valid, f"With {_inputs(row, changes)}, {said}", _case(row, changes),
        said, (row.whole,), data=_data(row, changes), priority="High",
        variables=_variables(row, changes),
    )  # fmt: skip


def lower_limit(text: str) -> str:
    """ "More than 49 days" inside a sentence."""
    return re.sub(
        r"^(?:More|Less|At|Up|Over|Under|No|Fewer|Between|Within)\b",
        lambda m: m.group().lower(),
        text,
    )


def _not_applied(row: Row) -> str:
    said = [
        f"{cell.name} is not {one_line(cell.value.text)}"
        for cell in row.outcomes
        if cell.value.text
    ]
    return capital(f"{_listed(said)} by this rule")


def _alternatives_of(cell: Cell) -> list[str]:
    """The values of a cell that lists several, as "Smart, Traditional or Prepayment"."""
    said = cell.value.text
    parts = [re.sub(r"^or ", "", part) for part in re.split(r",\s+|\s+or\s+", said)]
    if (
        len(parts) < 2
        or any(quantity.is_limit for quantity in find_quantities(said))
        or any(len(part.split()) > 4 for part in parts)
    ):
        return []
    return parts


def _chosen(row: Row, *, but: str = "") -> dict[str, str]:
    """The first value of each cell that lists several, ``but`` one: a case has one value."""
    listed = ((cell.name, _alternatives_of(cell)) for cell in row.inputs if cell.name != but)
    return {name: values[0] for name, values in listed if values}


def _row_limits(row: Row, refused: bool) -> Iterator[Draft]:
    yield from _outcome_limits(row, refused)
    for cell in row.inputs:
        said = _as_limit(cell)
        for quantity in find_quantities(said):
            for point in points(quantity):
                value = with_value(said, 0, quantity, point.text)
                value = re.sub(r"^(?:of|at|on|after) ", "", value)
                changes = {**_chosen(row, but=cell.name), cell.name: value}
                expected = capital(_outcome(row)) if point.allowed else _not_applied(row)
                weight = {"at": 0, "outside": 1, "inside": 2}[point.place]
                yield Draft(
                    "boundary", point.allowed != refused, f"With {_inputs(row, changes)},"
                                                          f" {expected}",
                    _case(row, changes), expected, (row.whole,), data=point.text,
                    priority="High", weight=weight, variables=_variables(row, changes),
                )  # fmt: skip


_LIMITED = re.compile(
    r"(?P<least>min(?:imum|\.)?\b.*)|(?P<most>max(?:imum|\.)?\b.*|.*\b(?:limit|deadline|sla|cap)"
    r"|.*\b(?:response|resolution|reaction|processing|delivery|turnaround|waiting|handling|answer"
    r"|repair|lead) time)",
    re.IGNORECASE,
)
""" "Minimum spend", "Response time": headings that make a bare amount a limit."""


def _as_limit(cell: Cell) -> str:
    """A cell's words; an amount under "Maximum ..." or "Response time" with the limit it is."""
    limited = _LIMITED.fullmatch(cell.name.strip())
    said = cell.value.text
    if limited is None or any(quantity.is_limit for quantity in find_quantities(said)):
        return said
    words = "at least" if limited["least"] else "at most"
    return f"{words} {said}" if _AMOUNT.match(said) else said


_AMOUNT = re.compile(r"[€$£]?\d")


def _outcome_limits(row: Row, refused: bool) -> Iterator[Draft]:
    """The points of an outcome that is a limit: "Response time: 15 minutes"."""
    for cell in row.outcomes:
        said = _as_limit(cell)
        if said == cell.value.text or refused:
            continue
        for quantity in find_quantities(said):
            for point in points(quantity):
                held = "is" if point.allowed else "is not"
                told = f"a {cell.name} of {point.text} {held} allowed"
                chosen = _chosen(row)
                case = _case(row, chosen)
                action = f"{case.action} and a {cell.name} of {point.text}"
                yield Draft(
                    "boundary", point.allowed, f"With {_inputs(row, chosen)}, {told}",
                    Situation(case.precondition, action),
                    capital(told), (row.whole,), data=point.text, priority="High",
                    weight={"at": 0, "outside": 1, "inside": 2}[point.place],
                    variables=(*_variables(row, chosen), (cell.name, point.text)),
                )  # fmt: skip


def _alternatives(row: Row, refused: bool) -> Iterator[Draft]:
    """A case for each further value that a cell lists; the row's own case has the first."""
    for cell in row.inputs:
        for value in _alternatives_of(cell)[1:]:
            changes = {**_chosen(row, but=cell.name), cell.name: value}
            yield Draft(
                "decision-table rule", not refused, f"With {_inputs(row, changes)},"
                                                    f" {_outcome(row)}",
                _case(row, changes), capital(_outcome(row)), (row.whole,),
                data=value, variables=_variables(row, changes),
            )  # fmt: skip
