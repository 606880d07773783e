"""Conditions of a field's row: everything its columns ask, under one positive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.design.attributes import find_mandatory, find_optional, find_options
from assistant.design.casing import capital
from assistant.design.criteria import read_rules
from assistant.design.drafts import Draft, is_value
from assistant.design.field_rows import FieldRow, read_field_rows
from assistant.design.field_rules import Statement, statements
from assistant.design.positives import enumerated
from assistant.design.rule_drafts import rule_drafts
from assistant.design.rules import Rule
from assistant.design.shorthand import note_row
from assistant.design.situations import Situation
from assistant.design.values import (
    forbids_value,
    like,
    singular_name,
    try_value,
    value_class,
    value_like,
)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One thing that a row asks, read as a rule."""

    statement: Statement
    rules: tuple[Rule, ...]


FieldDemands = tuple[FieldRow, tuple[FieldRule, ...]]
"""A row, and all that it asks."""


def field_rules(text: str, *, table: bool = False) -> tuple[FieldDemands, ...]:
    """What the rows of a field specification ask; () for any other text."""
    found = []
    note = None if table else note_row(text)
    for row in (note,) if note else read_field_rows(text, table=table):
        read = _read(row, row.name)
        if not all(_is_about(rule, row.name) for rule in read):
            read = _read(row, f'the field "{row.name}"')
        if read:
            found.append((row, tuple(read)))
    return tuple(found)


def _read(row: FieldRow, name: str) -> list[FieldRule]:
    return [FieldRule(said, read_rules(said.sentence)) for said in statements(row, name)]


def _is_about(rule: FieldRule, name: str) -> bool:
    """Whether the name was read as what is entered: "Confirm password" is no instruction."""
    read = rule.rules[0]
    clause = read.clause
    if clause is None or clause.subject.casefold() != name.casefold():
        return False
    asked = clause.form == "modal" and not find_mandatory(clause) and not find_optional(clause)
    if not asked or find_options(clause):
        return True
    return forbids_value(clause) if read.restrictive else is_value(read)


def field_drafts(found: Sequence[FieldDemands], narrator: str) -> Iterator[Draft]:
    """A row's positive, each of its negatives and limits, all resting on the cells that ask it."""
    for row, rules in found:
        yield from _of_row(row, rules, narrator)


def _of_row(row: FieldRow, rules: Sequence[FieldRule], narrator: str) -> Iterator[Draft]:
    drafts = [
        (rule, _placed(row, rule.statement, draft))
        for rule in rules
        for draft in rule_drafts(rule.rules, narrator)
    ]
    fitting = [(rule, draft) for rule, draft in drafts if _fits(draft)]
    if len(fitting) > 1:
        yield _fitting(row, fitting)
    chosen = any(find_options(rule.rules[0].clause) for rule in rules)
    limited = {id(rule) for rule, draft in drafts if draft.technique == "boundary"}
    negatives = [(rule, draft) for rule, draft in drafts if draft.technique == "negative"]
    told = [draft for rule, draft in negatives if id(rule) not in limited or draft.variables]
    told = told or [draft for _, draft in negatives[:1]]
    unmet: set[object] = set()
    for rule, draft in drafts:
        if draft.technique == "positive":
            filled = draft.situation.action.startswith("Fill in ")
            merged = len(fitting) > 1 and (rule, draft) in fitting
            if merged or (filled and (fitting or chosen)):
                continue  # a value that fits is one that is filled in
        if draft.technique == "negative":
            if draft not in told or draft.variables in unmet:
                continue  # beyond a limit its points tell more; a condition is unmet once
            if draft.variables:
                unmet.add(draft.variables)
        yield draft


def _fits(draft: Draft) -> bool:
    """Whether a positive says what the value is like, rather than that there is one."""
    return draft.technique == "positive" and draft.situation.action.startswith(
        ("Enter ", "Use ", "In the field ")
    )


def _fitting(row: FieldRow, fitting: list[tuple[FieldRule, Draft]]) -> Draft:
    """One value that is as all columns ask."""
    first = fitting[0][1]
    thats = [like(rule.rules[0].effect.text) for rule, _ in fitting]
    verbs = {that.split(" ")[0] for that in thats}
    if len(verbs) == 1:  # "is a date and not in the future"
        thats = [thats[0], *(that.split(" ", 1)[1] for that in thats[1:])]
    clause = fitting[0][0].rules[0].clause
    name = singular_name(clause) if clause is not None else row.name
    listed = enumerated(tuple(thats))
    spans = tuple(dict.fromkeys(span for _, draft in fitting for span in draft.spans))
    return replace(
        first,
        statement=capital(f"{value_like(name, listed)} is accepted"),
        situation=Situation(first.situation.precondition, try_value(name, listed)),
        data=value_class(name, listed),
        spans=spans,
    )


def _placed(row: FieldRow, said: Statement, draft: Draft) -> Draft:
    """The draft resting on the field's name, the cell that asks it, and the message it shows."""
    shown = said.message if said.message is not None and not draft.valid else None
    spans = [row.named, said.cell.whole, *([shown.whole] if shown else [])]
    return replace(draft, spans=tuple(dict.fromkeys(spans)))
