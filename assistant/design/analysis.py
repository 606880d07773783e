"""What a criterion says, as values: who, what, under which conditions, with which limits.

``analyse`` is the reading that the test conditions are derived from, made visible. Everything in it
points at its words; nothing is added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time

from assistant.design.techniques.field_rules import FieldDemands, field_rules
from assistant.design.techniques.variables import variable_of
from assistant.domain import AcceptanceCriterion, Evidence, Value
from assistant.language.amounts import Quantity
from assistant.language.casing import lower_start, one_line
from assistant.language.clauses import Clause
from assistant.language.coordination import clauses_of, coordinated
from assistant.language.languages import ENGLISH, language_of
from assistant.language.nouns import is_person
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.reading.attributes import find_options
from assistant.reading.certainty import is_remark
from assistant.reading.criteria import read_rules
from assistant.reading.logic import Expression
from assistant.reading.narratives import read_narrative
from assistant.reading.restrictions import find_restriction
from assistant.reading.rules import Rule
from assistant.reading.states import find_transitions
from assistant.reading.tables.rows import Row, read_rows

_REFERENCE = re.compile(
    r"\b(?:[A-Z]{2,10}(?:-[A-Z]{1,10})*-\d+(?:-[A-Z]+\d+)?|(?:BR|REQ|FR|NFR|UC|RULE)[ _]?\d+"
    r"|(?:rule|section|annex|appendix|article|paragraph|§) ?\d+(?:\.\d+)*[a-z]?)\b",
    re.IGNORECASE,
)


class ReadLimit(Value):
    """A limit: ``operator`` is one of ``<=``, ``<``, ``>=``, ``>``, ``=``."""

    operator: str
    value: str
    unit: str
    kind: str
    evidence: Evidence


class ReadCondition(Value):
    """A condition: the fact it is about, and whether the effect wants it true."""

    variable: str
    wanted: bool
    keyword: str
    evidence: Evidence


class ReadRule(Value):
    """One rule: actor, action and object of its effect, conditions, what is stated otherwise.

    ``expression`` joins the variables with "and", "or" and "not"; ``roles`` are those that the
    effect is kept for; ``negated`` says that the effect forbids or denies.
    """

    actor: str = ""
    action: str = ""
    object: str = ""
    conditions: tuple[ReadCondition, ...] = ()
    expression: str = ""
    effects: tuple[str, ...] = ()
    negated: bool = False
    otherwise: str = ""
    exceptions: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    evidence: Evidence


class Enumeration(Value):
    """The values that something may take."""

    name: str
    values: tuple[str, ...]


class StateChange(Value):
    """A change from one state to another."""

    thing: str
    start: str
    end: str


class ReadRow(Value):
    """A row of a table or of Gherkin examples: inputs and what follows, by column."""

    inputs: dict[str, str]
    outcomes: dict[str, str]


class CriterionAnalysis(Value):
    """What one criterion says. ``form`` is how it was read."""

    criterion_id: str
    text: str
    form: str
    rules: tuple[ReadRule, ...] = ()
    rows: tuple[ReadRow, ...] = ()
    limits: tuple[ReadLimit, ...] = ()
    enumerations: tuple[Enumeration, ...] = ()
    transitions: tuple[StateChange, ...] = ()
    moments: tuple[Evidence, ...] = ()
    references: tuple[Evidence, ...] = ()


_SIGNS = {"at most": "<=", "less than": "<", "at least": ">=", "more than": ">", "exactly": "="}


def analyse(criterion: AcceptanceCriterion) -> CriterionAnalysis:
    """Read one criterion. A text without a word in it gives an empty analysis."""
    text = criterion.text
    empty = CriterionAnalysis(criterion_id=criterion.id, text=text, form=criterion.form)
    if not re.search(r"\w", text):
        return empty
    narrative = read_narrative(text)
    table = criterion.form == "table"
    fields = () if narrative else field_rules(text, table=table)
    rows = () if narrative else read_rows(text, table=table)
    if fields:
        return empty.model_copy(update=_of_fields(criterion, fields, rows))
    rules: tuple[Rule, ...] = ()
    if not rows:
        gherkin = criterion.form == "gherkin"
        rules = (narrative,) if narrative else read_rules(text, gherkin=gherkin)
    examples = [row for rule in rules if rule.scenario for row in rule.scenario.examples]
    quantities = find_quantities(text)
    english = language_of(text) == ENGLISH
    return empty.model_copy(
        update={
            "rules": tuple(_rule(criterion, rule) for rule in rules),
            "rows": tuple(_row(row) for row in rows)
            + tuple(ReadRow(inputs=dict(row), outcomes={}) for row in examples),
            "limits": tuple(
                _limit(criterion, q)
                for q in quantities
                if english and q.is_limit and not is_remark(text, q)
            ),
            "enumerations": tuple(found for rule in rules for found in _enumerations(rule)),
            "transitions": tuple(
                StateChange(thing=change.thing, start=change.start, end=change.end)
                for rule in rules
                for change in find_transitions(rule)
            ),
            "moments": tuple(
                _evidence(criterion, q.start, q.end)
                for q in quantities
                if q.kind in ("date", "time", "duration")
            ),
            "references": tuple(
                _evidence(criterion, match.start(), match.end())
                for match in _REFERENCE.finditer(text)
            ),
        }
    )


def _of_fields(
    criterion: AcceptanceCriterion,
    fields: Sequence[FieldDemands],
    rows: Sequence[Row],
) -> dict[str, object]:
    """What a row of a field specification says: its cells, the limits and lists they set."""
    limits = []
    lists = []
    for row, demands in fields:
        for demand in demands:
            evidence = _evidence(criterion, demand.cell.whole.start, demand.cell.whole.end)
            limits += [
                _limit(criterion, q).model_copy(update={"evidence": evidence})
                for q in demand.limits
            ]
            if demand.values:
                lists.append(Enumeration(name=row.name, values=demand.values))
    return {
        "rows": tuple(_row(row) for row in rows),
        "limits": tuple(limits),
        "enumerations": tuple(lists),
    }


def _evidence(criterion: AcceptanceCriterion, start: int, end: int) -> Evidence:
    start, end = max(0, start), min(len(criterion.text), max(end, 0))
    return Evidence(source_id=criterion.id, quote=criterion.text[start:end], start=start, end=end)


def _limit(criterion: AcceptanceCriterion, quantity: Quantity) -> ReadLimit:
    value = quantity.value
    if isinstance(value, time):
        said = f"{value:%H:%M}"
    elif isinstance(value, date):
        said = value.isoformat() if value.year > 4 else f"{value:%m-%d}"
    else:
        said = f"{value.normalize():f}"
    return ReadLimit(
        operator=_SIGNS[quantity.comparison],
        value=said,
        unit=quantity.unit,
        kind=quantity.kind,
        evidence=_evidence(criterion, quantity.phrase_start, quantity.phrase_end),
    )


def _rule(criterion: AcceptanceCriterion, rule: Rule) -> ReadRule:
    clause = rule.clause
    restriction = find_restriction(rule.effect.text, clause)
    actor, action, thing = _who_does_what(clause)
    return ReadRule(
        actor=actor,
        action=action,
        object=thing,
        conditions=tuple(
            ReadCondition(
                variable=variable_of(condition),
                wanted=condition.holds,
                keyword=condition.keyword,
                evidence=_evidence(criterion, condition.words.start, condition.words.end),
            )
            for condition in rule.conditions
        ),
        expression=_expression(rule, rule.expression) if rule.conditions else "",
        effects=coordinated(one_line(rule.effect.text)),
        negated=rule.restrictive or bool(clause and clause.negated),
        otherwise=one_line(rule.otherwise.text) if rule.otherwise else "",
        exceptions=tuple(one_line(span.text) for span in _exceptions(rule)),
        context=tuple(one_line(span.text) for span in rule.context),
        roles=restriction.roles if restriction and restriction.is_people else (),
        evidence=_evidence(criterion, rule.whole.start, rule.whole.end),
    )


def _who_does_what(clause: Clause | None) -> tuple[str, str, str]:
    """Actor, action and object of an effect; the system acts where no person does."""
    if clause is None:
        return "", "", ""
    if clause.passive:
        by = re.search(r"\bby (?P<who>(?:an?|the) [\w -]+)", clause.tail)
        who = by["who"] if by and is_person(by["who"]) else ""
        return who, clause.passive, lower_start(clause.subject)
    person = is_person(clause.subject)
    if clause.form == "be" or clause.verb == "be":
        return (clause.subject if person else ""), "be", clause.tail
    return lower_start(clause.subject), clause.verb, clause.tail


def _exceptions(rule: Rule) -> list[Span]:
    found = [c.words for c in rule.conditions if c.keyword in ("unless", "except") or not c.holds]
    return [*found, *([rule.exception] if rule.exception else [])]


def _expression(rule: Rule, expression: Expression) -> str:
    if isinstance(expression, int):
        condition = rule.conditions[expression]
        name = variable_of(condition)
        return f"[{name}]" if condition.holds else f"not [{name}]"
    parts = []
    for part in expression.parts:
        said = _expression(rule, part)
        parts.append(said if isinstance(part, int) else f"({said})")
    return (" and " if expression.all else " or ").join(parts)


def _row(row: Row) -> ReadRow:
    return ReadRow(
        inputs={cell.name: one_line(cell.value.text) for cell in row.inputs},
        outcomes={cell.name: one_line(cell.value.text) for cell in row.outcomes},
    )


def _enumerations(rule: Rule) -> list[Enumeration]:
    options = (find_options(clause) for clause in clauses_of(rule.effect.text))
    return [Enumeration(name=o.name, values=o.values) for o in options if o]
