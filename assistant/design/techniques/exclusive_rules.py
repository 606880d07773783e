"""Rules of which at most one can apply, and the sides of their conditions that another shows.

"A permit is extended if the right is long enough. It is not extended if the right ends before" sets
two conditions of which only one holds: the text says nothing of the case in which the second is not
met that it does not say of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.items import Item
from assistant.design.techniques.variables import plain_fact
from assistant.language.clauses import Clause
from assistant.language.coordination import clauses_of
from assistant.language.nouns import head_noun, singular, without_article
from assistant.reading.rules import Rule

Told = tuple[Rule, list[Item]]
"""A rule with its items."""

_VALUE = re.compile(r"(?:an?|the) \w|[\d€$£\"“‘'A-Z]")
""" "(the fee is) 5 EUR", "(the status becomes) Final": what a thing cannot be twice."""
_AGAIN = frozenset(("it", "they"))


def without_shown(told: Sequence[Told]) -> Iterator[Item]:
    """The items of rules; those without an outcome whose side another rule's item shows come
    after all that a standard test needs."""
    for place, (rule, items) in enumerate(told):
        others = [other for other, _ in told if other is not rule and _is_single(other)]
        later = [other for other, _ in told[place + 1 :] if _is_single(other)]
        for item in items:
            shown = (
                _is_single(rule)
                and item.technique in ("positive", "negative")
                and not item.results
                and [one.kind for one in item.settings] == ["condition"]
                and _is_shown(rule, others, later)
            )
            yield replace(item, further=max(item.further, 1)) if shown else item


def _is_single(rule: Rule) -> bool:
    return len(rule.conditions) == 1 and rule.otherwise is None and rule.scenario is None


def _is_shown(rule: Rule, others: Sequence[Rule], later: Sequence[Rule]) -> bool:
    """Whether another rule shows the case in which the condition of a rule does not let it apply.

    What a refusal leaves open the rule that grants the same shows: it needs it so. What a grant
    leaves open is shown by its refusal only where one condition is the denial of the other; a value
    that a rule does not set, by a later rule that sets another one, by the same thing.
    """
    if rule.restrictive:
        return any(_refuses(one, rule) for one in others)
    return any(_refuses(rule, one) and _are_denials(rule, one) for one in others) or any(
        _sets_another_value(rule, one) and _same_matter(rule, one) for one in later
    )


def _are_denials(one: Rule, two: Rule) -> bool:
    """Whether the conditions of two rules are a fact and its denial."""
    (name, held), (other, other_held) = (
        plain_fact(rule.conditions[0], holds=rule.conditions[0].holds) for rule in (one, two)
    )
    return name.casefold() == other.casefold() and held != other_held


def _same_matter(one: Rule, two: Rule) -> bool:
    """Whether the conditions of two rules are about the same thing."""
    heads = [
        singular(head_noun(clause.subject)).casefold()
        for rule in (one, two)
        if (clause := rule.conditions[0].clause) is not None
    ]
    return len(heads) == 2 and heads[0] == heads[1] != ""


def _refuses(granting: Rule, refusing: Rule) -> bool:
    """Whether one rule refuses what another grants."""
    if granting.restrictive or not refusing.restrictive:
        return False
    # "It is not extended if ..." takes up the subject before; in "if the card is lost, it is
    # blocked" the card is meant.
    again = granting.effect.start < refusing.effect.start == refusing.whole.start
    return any(
        (_same_thing(one, two) or (again and two.subject.casefold() in _AGAIN))
        and (not two.negated or _act(one) == _act(two))
        for one in clauses_of(granting.effect.text)
        for two in clauses_of(refusing.effect.text)[:1]
    )


def _act(clause: Clause) -> str:
    """What a clause says of its subject, as one word."""
    return clause.passive or clause.verb or clause.tail.partition(" ")[0].casefold()


def _sets_another_value(one: Rule, two: Rule) -> bool:
    """Whether two rules give the same thing values of which it can have only one."""
    return any(
        _same_thing(here, there) and here.tail.casefold() != there.tail.casefold()
        for here in map(_value, clauses_of(one.effect.text))
        for there in map(_value, clauses_of(two.effect.text))
        if here is not None and there is not None
    )


def _value(clause: Clause) -> Clause | None:
    """A clause that says what its subject is or becomes; ``None`` for any other."""
    is_ = (clause.form == "be" and not clause.passive) or clause.verb in ("be", "become")
    return clause if is_ and not clause.negated and _VALUE.match(clause.tail) else None


def _same_thing(one: Clause, two: Clause) -> bool:
    """Whether two clauses name one subject: "the top-up fee", "the top-up"."""
    left, right = (
        frozenset(without_article(clause.subject).casefold().split()) for clause in (one, two)
    )
    named = bool(left and right) and not (left | right) & _AGAIN
    return named and (left <= right or right <= left)
