"""Actions that the text itself gives: the steps of a scenario, the rows of tables.

An action is the text's own words, or a fixed phrase around quoted cells ("Set “Amount” to “100”").
Where the text gives none, or does not say what follows, there is no action: a person words it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain import Fact, TestCondition
from assistant.generation.writers.item_words import quotation, situation_words

GIVEN = "given"
"""The value of a scenario's fact that is no action but what must be so before."""


@dataclass(frozen=True)
class GivenAction:
    """An action in the text's words, the data entered, and the facts that both are made of."""

    words: str = ""
    data: str = ""
    facts: tuple[Fact, ...] = ()


NONE = GivenAction()


def given_action(condition: TestCondition, *, table: bool) -> GivenAction:
    """The action of a condition; ``table`` tells that its criterion is one or a row of one."""
    facts = condition.facts
    if not condition.outcomes:
        return NONE
    kinds = {fact.kind for fact in facts}
    if "scenario" in kinds:
        return _of_scenario(facts)
    if kinds == {"row"}:
        return GivenAction("\n".join(map(_cell, facts)), facts=facts)
    if "field" in kinds and kinds <= {"field", "limit", "row"}:
        return _of_field(facts)
    if table and "transition" in kinds and kinds <= {"transition", "condition", "role"}:
        return _of_transition(facts)
    if table and kinds == {"role", "condition"}:
        return _of_permission(facts)
    return NONE


def _of_scenario(facts: Sequence[Fact]) -> GivenAction:
    """The steps that are done, in their own words; the cells of its examples are the data."""
    done = [fact for fact in facts if fact.kind == "scenario" and fact.value != GIVEN]
    cells = [fact for fact in facts if fact.kind == "row"]
    if not done:
        return NONE
    words = "\n".join(" ".join(fact.quote.split()) for fact in done)
    return GivenAction(words, "; ".join(situation_words(cells)), (*done, *cells))


def _cell(fact: Fact) -> str:
    """A cell under its heading as something to enter."""
    cell = quotation(fact.quote)
    return f"Set {quotation(fact.value)} to {cell}" if fact.value else f"Set {cell}"


def _of_field(facts: Sequence[Fact]) -> GivenAction:
    """The entry of a field: empty, a value, or a value at a limit."""
    field = next(fact for fact in facts if fact.kind == "field")
    limit = next((fact for fact in facts if fact.kind == "limit"), None)
    entry = field.value or (limit.value if limit is not None else "")
    name = quotation(field.quote)
    if not entry:
        return NONE
    words = f"Leave {name} empty" if entry == "empty" else f"Fill in {name}: {entry}"
    return GivenAction(words, facts=(field,))


def _of_transition(facts: Sequence[Fact]) -> GivenAction:
    """The event of a transition in a table, with who brings it about."""
    states = [fact for fact in facts if fact.kind == "transition"]
    events = [fact for fact in facts if fact.kind == "condition"]
    roles = [fact for fact in facts if fact.kind == "role"]
    if not events or not all(fact.holds for fact in (*events, *roles)):
        return NONE
    who = [f"as {quotation(role.quote)}" for role in roles]
    event = events[0]
    where = [f"from {quotation(state.quote)}" for state in states if state.value == "from"]
    words = ", ".join((*where, *who))
    words = words[:1].upper() + words[1:] + ": " if words else ""
    return GivenAction(words + quotation(event.quote), facts=(*states, event, *roles))


def _of_permission(facts: Sequence[Fact]) -> GivenAction:
    """What a role tries, by a cell of a matrix."""
    role = next(fact for fact in facts if fact.kind == "role")
    act = next(fact for fact in facts if fact.kind == "condition")
    if not (role.holds and act.holds):
        return NONE
    return GivenAction(f"As {quotation(role.quote)}: {quotation(act.quote)}", facts=(role, act))
