"""Test conditions of a criterion, by rule: which exist, with which data and which outcome.

Nothing is decided by a model and nothing is invented: every condition rests on words of the
criterion (its evidence), and every number in it is the criterion's or a boundary value next to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count

from assistant.design.casing import one_line
from assistant.design.condition_rows import condition_drafts, read_condition_rows
from assistant.design.criteria import read_rules
from assistant.design.drafts import Draft
from assistant.design.field_drafts import field_drafts, field_rules
from assistant.design.narratives import read_narrative, role_of
from assistant.design.parameters import find_parameters, pairwise
from assistant.design.permission_rows import grant_drafts, read_grants
from assistant.design.rows import read_rows, row_drafts
from assistant.design.rule_drafts import norm, rule_drafts
from assistant.design.rules import Rule
from assistant.design.sentences import span
from assistant.design.shorthand import spelled_out
from assistant.design.suites import full_table
from assistant.design.transition_rows import read_transition_rows, transition_drafts
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    CriterionForm,
    Depth,
    Evidence,
    Priority,
    Technique,
    TestCondition,
    UserStory,
)

MAX_CONDITIONS = 12
"""Beyond this a criterion keeps its positives, negatives and the telling points of its limits."""

_LETTERS: dict[Technique, str] = {
    "positive": "P", "negative": "N", "boundary": "B", "decision-table rule": "D",
    "state transition": "S", "role": "R", "pairwise": "W",
    "end-to-end": "E",
}  # fmt: skip
_GRAVE = re.compile(
    r"[£$€]|\b(?:pay|paid|payment|refund|charge|fee|price|money|debt|account|legal|law|gdpr"
    r"|privacy|consent"
    r"|personal|password|security|secure|permission|authori[sz]|verif|fraud|safety|emergency"
    r"|regulat)",
    re.IGNORECASE,
)


def derive_conditions(
    story: UserStory,
    criterion: AcceptanceCriterion,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
) -> tuple[TestCondition, ...]:
    """All test conditions of one criterion, positives first, then negatives, boundaries, the rest.

    The result depends on nothing but the arguments. Ids are the criterion's id with the technique's
    letter and a number ("CC-12-AC3-B2"), so that they stay when another criterion changes.
    ``techniques`` and ``depth`` select; ids do not depend on the selection. "smoke" keeps the
    positives and the first negative, "standard" what ``MAX_CONDITIONS`` allows, "thorough" all
    points of all limits and every combination of up to four conditions.
    """
    wanted = tuple(techniques)
    return _derived(story.narrative, criterion.id, criterion.text, criterion.form, wanted, depth)


@lru_cache(maxsize=1024)
def _derived(
    narrative: str,
    criterion_id: str,
    text: str,
    form: CriterionForm,
    techniques: tuple[Technique, ...],
    depth: Depth,
) -> tuple[TestCondition, ...]:
    """All that a criterion's conditions depend on; asked for again at each look at an epic."""
    criterion = AcceptanceCriterion(id=criterion_id, text=text, form=form)
    if not re.search(r"\w", text):
        return ()
    drafts = _distinct(_drafts(narrative, criterion))
    kept = _bounded(drafts)
    if depth == "thorough":
        full = [draft for rule in _rules(criterion) for draft in full_table(rule)]
        more = _distinct([*kept, *(d for d in drafts if d not in kept), *full])
        kept = more[: 5 * MAX_CONDITIONS]
    numbers = {technique: count(1) for technique in TECHNIQUES}
    made = []
    for draft in kept:
        number = next(numbers[draft.technique])
        smoke = draft.technique == "positive" or (draft.technique, number) == ("negative", 1)
        if draft.technique in techniques and (smoke or depth != "smoke"):
            made.append(_condition(criterion, draft, f"{_LETTERS[draft.technique]}{number}"))
    return tuple(sorted(made, key=lambda condition: TECHNIQUES.index(condition.technique)))


def _rules(criterion: AcceptanceCriterion) -> tuple[Rule, ...]:
    """The rules of a criterion that is neither a story's sentence nor a table."""
    text = criterion.text
    table = criterion.form == "table"
    if read_narrative(text) or read_rows(text, table=table) or field_rules(text, table=table):
        return ()
    return read_rules(text, gherkin=criterion.form == "gherkin")


def _drafts(narrative: str, criterion: AcceptanceCriterion) -> list[Draft]:
    """Drafts of all rules, in the order of techniques."""
    text = criterion.text
    told = read_narrative(text)
    table = criterion.form == "table"  # a cell that lists values is no parameter of its own
    parameters = () if told or table else find_parameters(text)
    narrator = role_of(narrative)
    tabled = () if told or parameters else _of_table(text, narrator, table=table)
    if tabled:
        drafts = list(tabled)
    else:
        gherkin = criterion.form == "gherkin"
        note = None if told or gherkin else spelled_out(text)
        rules = (told,) if told else read_rules(note or text, gherkin=gherkin)
        drafts = list(rule_drafts(rules, narrator))
        if note:
            whole = span(text, 0, len(text))
            drafts = [replace(draft, spans=(whole,)) for draft in drafts]
        if parameters:
            drafts += pairwise(rules[0], parameters)
    return sorted(drafts, key=lambda draft: TECHNIQUES.index(draft.technique))


def _of_table(text: str, narrator: str, *, table: bool) -> tuple[Draft, ...]:
    """Drafts of a table or of a row, as what its headings say it is; () for any other text."""
    fields = field_rules(text, table=table)
    if fields:
        return tuple(field_drafts(fields, narrator))
    rows = read_rows(text, table=table)
    moves = read_transition_rows(text) if rows else ()
    if moves:
        return tuple(transition_drafts(moves))
    grants = read_grants(text) if rows else ()
    if grants:
        return tuple(grant_drafts(grants))
    told = read_condition_rows(text) if rows else ()
    return tuple(condition_drafts(told, narrator) if told else row_drafts(rows))


def _distinct(drafts: list[Draft]) -> list[Draft]:
    """Without those that test the same thing again; the first stands."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for draft in drafts:
        if draft.technique == "boundary":
            key: tuple[str, ...] = (norm(draft.data), norm(draft.situation.action))
        else:
            key = (
                norm(draft.situation.precondition),
                norm(draft.situation.action),
                norm(draft.expected),
                draft.data,
                *(f"{name}={value}" for name, value in draft.variables),
            )
        if key not in seen:
            seen.add(key)
            kept.append(draft)
    return kept


def _bounded(drafts: list[Draft]) -> list[Draft]:
    """At most ``MAX_CONDITIONS`` where the least telling can go; limits keep two points each."""
    kept = list(drafts)
    for droppable in (
        lambda d: d.technique == "boundary" and d.weight == 2,
        lambda d: d.technique in ("decision-table rule", "role") and not d.variables,
    ):
        for draft in reversed(drafts):
            if len(kept) <= MAX_CONDITIONS:
                return kept
            if droppable(draft):
                kept.remove(draft)
    return kept[: 3 * MAX_CONDITIONS]


def _priority(draft: Draft) -> Priority:
    """High for positives, and for anything about money, rights or the law; else the draft's own."""
    if draft.technique == "positive" or _GRAVE.search(f"{draft.statement} {draft.expected}"):
        return "High"
    return draft.priority


def _condition(criterion: AcceptanceCriterion, draft: Draft, suffix: str) -> TestCondition:
    text = criterion.text
    evidence = tuple(
        Evidence(
            source_id=criterion.id,
            quote=text[span.start : span.end],
            start=span.start,
            end=span.end,
        )
        for span in draft.spans
    )
    return TestCondition(
        id=f"{criterion.id}-{suffix}",
        criterion_id=criterion.id,
        technique=draft.technique,
        valid=draft.valid,
        statement=one_line(draft.statement),
        precondition=one_line(draft.situation.precondition),
        action=one_line(draft.situation.action),
        data=one_line(draft.data),
        expected=one_line(draft.expected),
        evidence=evidence,
        priority=_priority(draft),
        variables=dict(draft.variables),
    )
