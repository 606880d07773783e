"""Decision-table rules, values and roles that a rule states."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.design.attributes import find_options
from assistant.design.broken_values import field_name
from assistant.design.capabilities import find_restriction
from assistant.design.casing import capital, lower_start, one_line
from assistant.design.condition_cases import most_telling, turnable, varied
from assistant.design.drafts import Draft, denied, outcome, spans_of
from assistant.design.joining import clauses_of
from assistant.design.manners import each_way
from assistant.design.positives import allowed, command_of_restriction, lower_first
from assistant.design.rules import Rule
from assistant.design.situations import Situation, stage
from assistant.design.telling import in_sentence
from assistant.design.variables import assignment

MAX_VALUES = 6
MAX_COMBINATIONS = 3


def listed_values(rule: Rule) -> Iterator[Draft]:
    """Each value of a list of values."""
    options = next((o for c in clauses_of(rule.effect.text) if (o := find_options(c))), None)
    if options:
        name = field_name(options.name)
        for value in options.values[:MAX_VALUES]:
            yield Draft(
                "decision-table rule", True, f"{capital(name)} can be {value}",
                Situation("", f"Set {name} to {value}"), f"{capital(name)} is {value}",
                spans_of(rule), data=value, variables=((name, value),),
            )  # fmt: skip


def decisions(rule: Rule) -> Iterator[Draft]:
    """Each further combination of the rule's conditions, and each value of a list of values."""
    yield from listed_values(rule)
    yield from each_way(rule)
    if len(rule.conditions) < 2:
        return
    if rule.joined == "or":
        for condition in rule.conditions[1:]:
            words = [("given", span.text) for span in rule.context] + [
                (condition.keyword, condition.said.text)
            ]
            situation = stage(words, rule.effect.text)
            said = (
                f"When {lower_start(one_line(condition.said.text))}, {lower_start(outcome(rule))}"
            )
            yield Draft(
                "decision-table rule",
                not rule.restrictive,
                said,
                situation,
                outcome(rule),
                spans_of(rule),
            )
        return
    turned_all = turnable(rule)
    if not turned_all or (rule.restrictive and rule.scenario is not None):
        return
    made = 0
    used = turned_all[-1][0] if rule.otherwise is not None else most_telling(rule, turned_all)[0]
    for index, turned in turned_all:
        condition = rule.conditions[index]
        if made == MAX_COMBINATIONS:
            return
        if index == used or (condition.keyword == "when" and rule.scenario is not None):
            continue
        situation = stage(varied(rule, {index: turned}), rule.effect.text)
        expected = denied(rule)
        made += 1
        lead = "When" if clauses_of(turned) else "With"
        said = f"{lead} {in_sentence(turned)}, {lower_start(expected)}"
        yield Draft(
            "decision-table rule", rule.restrictive, said, situation, expected, spans_of(rule),
            variables=assignment(rule, {i: i != index for i in range(len(rule.conditions))}),
        )  # fmt: skip


def roles(rule: Rule) -> Iterator[Draft]:
    """Each role that may, where there are several, and what those without it are offered."""
    restriction = find_restriction(rule.effect.text, rule.clause)
    if restriction is None or not restriction.is_people:
        return
    if len(restriction.roles) > 1:
        for role in restriction.roles:
            yield allowed(rule, restriction, role, "role")
    other = rule.excluded.text if rule.excluded is not None else restriction.nobody_else
    other = lower_start(other)
    command = lower_first(command_of_restriction(restriction))
    yield Draft(
        "role", False, f"{capital(other)} is not offered a way to {command}",
        Situation("", f"As {other}, look for a way to {command}"), f"No way to {command} is"
                                                                   f" offered to {other}",
        spans_of(rule, rule.excluded), priority="High", variables=(("role", other),),
    )  # fmt: skip
