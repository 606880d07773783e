"""The drafts of rules: each technique in turn, without what another already tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.broken_values import broken_values
from assistant.design.drafts import Draft
from assistant.design.examples import example_drafts
from assistant.design.limits import boundaries
from assistant.design.negatives import negatives
from assistant.design.positives import positive
from assistant.design.rules import Rule
from assistant.design.situations import Situation
from assistant.design.states import transitions
from assistant.design.subjects import with_subject_fact
from assistant.design.suites import chain_suite, chains, decides, suite
from assistant.design.techniques import decisions, listed_values, roles


def rule_drafts(rules: tuple[Rule, ...], narrator: str) -> Iterator[Draft]:
    """Drafts of all rules of a criterion; ``narrator`` is the role that the story speaks for."""
    for group in chains(rules):
        yield from _of_group(group, narrator)


def _of_group(rules: tuple[Rule, ...], narrator: str) -> Iterator[Draft]:
    if len(rules) == 1:
        yield from _of_rule(rules[0], narrator)
        return
    yield from chain_suite(rules)
    for rule in rules:
        yield from boundaries(rule)
        yield from transitions(rule)


def _of_rule(rule: Rule, narrator: str) -> list[Draft]:
    """The drafts of one rule; a stated change of state is checked by the positive that makes it."""
    drafts = list(_each_of_rule(rule, narrator))
    for change in [d for d in drafts if d.technique == "state transition" and d.valid]:
        end = dict(change.variables)["to state"]
        twins = [
            place
            for place, draft in enumerate(drafts)
            if draft.technique == "positive"
            and norm(draft.situation.action) == norm(change.situation.action)
            and end in draft.expected
        ]
        if len(twins) == 1:
            twin = drafts[twins[0]]
            drafts[twins[0]] = replace(
                twin,
                situation=change.situation,
                variables=(*twin.variables, *change.variables),
            )
            drafts.remove(change)
    return drafts


def _each_of_rule(rule: Rule, narrator: str) -> Iterator[Draft]:
    if rule.scenario is not None and rule.scenario.examples:
        yield from example_drafts(rule)
        return
    if decides(rule):
        yield from suite(rule)
        if not rule.restrictive:
            yield from broken_values(rule)
        yield from boundaries(rule)
        yield from listed_values(rule)
    else:
        first = positive(rule)
        failing = [_told_apart(first, draft) for draft in negatives(rule, narrator)]
        first, failing = with_subject_fact(rule, first, failing)
        yield first
        yield from failing
        yield from boundaries(rule)
        yield from decisions(rule)
    yield from transitions(rule)
    yield from roles(rule)


def _told_apart(met: Draft, failing: Draft) -> Draft:
    """A negative that reads like the positive, as of a plain prohibition, as an attempt at it."""
    same = met.situation == failing.situation and met.expected == failing.expected
    action = failing.situation.action
    if not same:
        return failing
    if action.startswith("Check whether "):
        action = f"Try to bring it about that {action.removeprefix('Check whether ')}"
    else:
        action = f"{action}, and look for any way round it"
    return replace(failing, situation=Situation(failing.situation.precondition, action))


def norm(text: str) -> str:
    """Words alone, for telling whether two texts say the same."""
    return re.sub(r"\W+", " ", text.casefold()).strip()
