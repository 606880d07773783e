"""The items of tables: decisions, fields, permissions, transitions, cases and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.items import Item, Result, Setting, find_words, one_line
from assistant.design.techniques.boundaries import points
from assistant.design.techniques.field_rules import Demand, FieldDemands, field_rules
from assistant.design.techniques.limit_items import is_further
from assistant.domain import Technique
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.reading.tables.field_rows import FieldRow
from assistant.reading.tables.row_cells import Cell
from assistant.reading.tables.rows import (
    Row,
    alternatives_of,
    as_limit,
    is_any,
    is_refusal,
    read_rows,
)
from assistant.reading.tables.rule_rows import (
    ConditionRow,
    Grant,
    TransitionRow,
    read_condition_rows,
    read_grants,
    read_transition_rows,
)


def table_items(text: str, *, table: bool) -> tuple[Item, ...]:
    """The items of a table or of a row, as what its headings say it is; () for any other text."""
    fields = field_rules(text, table=table)
    if fields:
        return tuple(_of_fields(fields))
    rows = read_rows(text, table=table)
    if not rows:
        return ()
    moves = read_transition_rows(text)
    if moves:
        return tuple(item for move in moves for item in _of_move(move))
    grants = read_grants(text)
    if grants:
        return tuple(_of_grants(text, grants))
    told = read_condition_rows(text)
    return tuple(_of_conditions(text, told) if told else _of_rows(rows))


# --- Decisions ---------------------------------------------------------------------------------


def _of_rows(rows: Sequence[Row]) -> Iterator[Item]:
    """One item for each row, each further value that a cell lists, and the limits in the cells."""
    done: set[Technique] = set()
    for row in rows:
        valid = not is_refusal(row)
        first: Technique = "positive" if valid else "negative"
        technique = first if first not in done else "decision-table rule"
        done.add(first)
        told = [cell for cell in row.outcomes if cell.value.text]
        results = tuple(Result(_named_outcome(cell) if told[1:] else cell.value) for cell in told)
        made = Item(
            technique, valid, _cells(row), results, (row.whole,),
            tuple((c.name, one_line(c.value.text)) for c in row.inputs if not is_any(c)), "High",
        )  # fmt: skip
        yield made
        for cell in row.inputs:
            yield from _row_limits(made, cell, results, further=int(len(rows) > 1))
            for value in alternatives_of(cell):
                words = find_words(cell.value.text, value)
                if words is not None:
                    at = cell.value.start + words.start
                    yield _alternative(made, cell, Span(value, at, at + len(value)))
        for cell in row.outcomes if valid else ():
            if as_limit(cell) != cell.value.text:
                yield from _row_limits(made, cell, (), further=int(len(rows) > 1))


def _named_outcome(cell: Cell) -> Span:
    """One of several outcomes, with the heading that stands in front of it."""
    words = cell.whole.text.rstrip(" ;\n")
    return Span(words, cell.whole.start, cell.whole.start + len(words)) if words else cell.value


def _cells(row: Row) -> tuple[Setting, ...]:
    return tuple(
        Setting("row", cell.value, value=cell.name)
        for cell in row.inputs
        if cell.value.text and not is_any(cell)
    ) or (Setting("row", row.inputs[0].value, value=row.inputs[0].name),)


def _alternative(made: Item, cell: Cell, value: Span) -> Item:
    """The row with one value of a cell that lists several."""
    settings = tuple(replace(s, words=value) if s.words == cell.value else s for s in made.settings)
    named = tuple((n, v if n != cell.name else one_line(value.text)) for n, v in made.variables)
    return replace(
        made, technique="decision-table rule", settings=settings, variables=named, further=1
    )


def _row_limits(
    made: Item, cell: Cell, results: tuple[Result, ...], *, further: int
) -> Iterator[Item]:
    """Values on both sides of the limits in a cell; the row's outcome follows on its own side."""
    for quantity in find_quantities(as_limit(cell)):
        if not quantity.is_limit:
            continue
        for point in points(quantity):
            holds = point.allowed != quantity.negated
            setting = Setting("limit", cell.value, holds, point.text)
            others = tuple(s for s in made.settings if s.words != cell.value)
            named = tuple((n, v) for n, v in made.variables if n != cell.name)
            yield replace(
                made, technique="boundary", settings=(setting, *others),
                valid=made.valid if point.allowed else not made.valid,
                results=results if holds else (),
                variables=(*named, (cell.name, point.text)),
                further=max(further, is_further(quantity, point)),
            )  # fmt: skip


# --- Fields ------------------------------------------------------------------------------------


def _of_fields(fields: Sequence[FieldDemands]) -> Iterator[Item]:
    for row, demands in fields:
        yield from _of_field(row, demands)


def _of_field(row: FieldRow, demands: Sequence[Demand]) -> Iterator[Item]:
    """All that is asked of a field at once, then each demand that is not met."""
    name = _named(row)
    given = tuple(Setting("row", c.value, value=c.name) for c in row.of("context"))
    message = next(iter(row.of("message")), None)
    told = (Result(message.value),) if message is not None and len(demands) == 1 else ()
    spans = tuple(dict.fromkeys((row.named, *(d.cell.whole for d in demands))))
    asked = tuple(Setting("row", d.cell.value, value=d.cell.name) for d in demands if d.cell.name)
    yield Item(
        "positive", True, (Setting("field", name), *given, *asked), (),
        spans, priority="High",
    )  # fmt: skip
    for demand in demands:
        base = Item(
            "negative", False, (), told, (row.named, demand.cell.whole), (), "High"
        )  # fmt: skip
        if demand.kind == "filled":
            when = (Setting("condition", demand.cell.value),) if demand.when else ()
            yield replace(
                base, settings=(Setting("field", name, value="empty"), *given, *when),
                variables=((row.name, "empty"),), results=() if demand.when else told,
            )  # fmt: skip
        elif demand.kind == "free":
            yield replace(
                base, technique="decision-table rule", valid=True, results=(), further=1,
                settings=(Setting("field", name, value="empty"), *given),
                variables=((row.name, "empty"),),
            )  # fmt: skip
        elif demand.kind == "values":
            for value in demand.values:
                yield replace(
                    base, technique="decision-table rule", valid=True, results=(), further=1,
                    settings=(Setting("field", name, value=f"“{value}”"), *given),
                    variables=((row.name, value),),
                )  # fmt: skip
            yield replace(
                base, settings=(Setting("field", name, value="another value"), *given),
                variables=((row.name, "another value"),),
            )  # fmt: skip
        elif demand.kind == "limit":
            yield from _field_limits(base, name, row, demand, given)
        else:
            words = Setting("condition", demand.cell.value, False)
            yield replace(base, settings=(Setting("field", name), words, *given))


def _named(row: FieldRow) -> Span:
    """The bare name of the field, as it stands in its cell."""
    words = find_words(row.named.text, row.name)
    if words is None:
        return row.named
    return Span(row.name, row.named.start + words.start, row.named.start + words.end)


def _field_limits(
    base: Item, name: Span, row: FieldRow, demand: Demand, given: tuple[Setting, ...]
) -> Iterator[Item]:
    for quantity in demand.limits:
        for point in points(quantity):
            holds = point.allowed != quantity.negated
            limit = Setting("limit", demand.cell.value, holds, point.text)
            yield replace(
                base, technique="boundary", valid=point.allowed,
                settings=(Setting("field", name), limit, *given),
                results=() if point.allowed else base.results,
                variables=((row.name, point.text),), further=is_further(quantity, point),
            )  # fmt: skip


# --- Permissions, transitions, cases -----------------------------------------------------------


def _of_grants(text: str, grants: Sequence[Grant]) -> Iterator[Item]:
    """One item a cell: who, what, and the cell that allows or refuses it."""
    seen: set[bool] = set()
    for grant in grants:
        first = grant.allowed not in seen
        seen.add(grant.allowed)
        technique: Technique = "role" if not first else "positive" if grant.allowed else "negative"
        role, act = (
            grant.named.value if grant.named.value.text == said else find_words(text, said)
            for said in (grant.role, grant.act)
        )
        if role is None or act is None:
            continue
        yield Item(
            technique, grant.allowed,
            (Setting("role", role, value=role.text), Setting("condition", act)),
            (Result(grant.cell.value),), (grant.named.whole, grant.cell.whole),
            (("role", one_line(grant.role)),
             (one_line(grant.act), "allowed" if grant.allowed else "refused")),
            "High",
        )  # fmt: skip


def _of_move(row: TransitionRow) -> Iterator[Item]:
    """The transition, and what keeps it from coming about: the guard, another role."""
    states = (
        Setting("transition", row.start.value, value="from"),
        Setting("transition", row.end.value, value="to"),
    )
    more = tuple(
        Setting("condition", cell.value) for cell in (row.event, row.guard) if cell is not None
    )
    who = (Setting("role", row.who.value, value=row.who.value.text),) if row.who is not None else ()
    cells = (row.start, row.end, row.event, row.guard, row.who)
    spans = tuple(cell.whole for cell in cells if cell is not None)
    values = (
        ("from state", one_line(row.start.value.text)), ("to state", one_line(row.end.value.text)),
    )  # fmt: skip
    made = Item(
        "positive", True, (*states, *more, *who), (Result(row.end.value),), spans, values, "High"
    )
    yield made
    if row.guard is not None:
        unmet = tuple(replace(s, holds=s.words != row.guard.value) for s in more)
        yield replace(
            made, technique="negative", valid=False, settings=(*states, *unmet, *who), results=()
        )
        for quantity in find_quantities(row.guard.value.text):
            for point in points(quantity):
                limit = Setting(
                    "limit", row.guard.value, point.allowed != quantity.negated, point.text
                )
                yield replace(
                    made, technique="boundary", valid=point.allowed, further=1,
                    settings=(limit, *states, *more[:-1], *who), results=(),
                    variables=(*values, ("guard", point.text)),
                )  # fmt: skip
    if row.who is not None:
        other = Setting("role", row.who.value, False, "another")
        yield replace(
            made, technique="role", valid=False, settings=(other, *states, *more), results=(),
            variables=(("role", "another"), *values),
        )  # fmt: skip


def _of_conditions(text: str, rows: Sequence[ConditionRow]) -> Iterator[Item]:
    """Rows of cases or steps with what follows, and rows of facts that hold or do not."""
    for row in rows:
        results = tuple(Result(cell.value) for cell in row.results)
        settings = [Setting("condition", cell.value) for cell in row.cases]
        cells = [*row.cases, *(cell for cell, _ in row.facts)]
        if row.steps is not None:
            settings.append(Setting("scenario", row.steps.value))
            cells.append(row.steps)
        for cell, holds in row.facts:
            words = find_words(text, cell.name)
            if words is not None:
                settings.append(Setting("condition", words, holds))
        valid = not row.unhappy
        made = Item(
            "positive" if valid else "negative", valid, tuple(settings), results,
            tuple(cell.whole for cell in (*cells, *row.results)),
            tuple((c.name, "true" if held else "false") for c, held in row.facts)
            or tuple((one_line(c.value.text), "true") for c in row.cases),
            "High",
        )  # fmt: skip
        yield made
        for cell in row.cases:
            yield from _row_limits(made, cell, results, further=int(len(rows) > 1))
