"""Negative conditions: every way in which the criterion's own words say that it can fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.attributes import find_optional
from assistant.design.boundaries import outside_words
from assistant.design.broken_values import (
    broken_values,
    forbidden,
    forbidden_act,
    forbidden_value,
    wrong_value,
)
from assistant.design.capabilities import Restriction, find_capability, find_restriction
from assistant.design.casing import capital, definite, impersonal, indefinite, lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.complements import other_receiver, other_thing
from assistant.design.condition_cases import most_telling, turnable, varied
from assistant.design.drafts import (
    Draft,
    counter_outcome,
    failing,
    given,
    given_only,
    heading,
    in_subject,
    is_free_elsewhere,
    is_value,
    left_out,
    limits_of,
    outcome,
    unmet_outcome,
)
from assistant.design.duties import undone
from assistant.design.exclusive import not_such
from assistant.design.joining import clauses_of, coordinated
from assistant.design.lexicon import word_set
from assistant.design.limits import beyond_limit
from assistant.design.manners import another_way, elsewhere
from assistant.design.natural import natural_negative, too_soon
from assistant.design.nouns import is_plural, singular
from assistant.design.people import ARTICLE, is_generic_person, is_person
from assistant.design.positives import command_of_restriction, lower_first, predicate
from assistant.design.rules import Rule
from assistant.design.situations import Situation, action_on, passive_command, stage
from assistant.design.telling import observed
from assistant.design.trials import trial_of, use_of
from assistant.design.values import forbids_value
from assistant.design.variables import assignment
from assistant.design.verbs import base_of_gerund
from assistant.design.wording import imperative, negation


def negatives(rule: Rule, narrator: str) -> Iterator[Draft]:
    """Negative drafts of a rule, the most telling first.

    ``narrator`` is the role that the story speaks for ("customer"), or an empty string.
    """
    if not rule.conditions and rule.otherwise is None and find_optional(rule.clause):
        return  # what may be left empty cannot fail
    restriction = find_restriction(rule.effect.text, rule.clause)
    if restriction:
        outsider = _outsider(rule, restriction)
        named = "role" if restriction.is_people else "kind"
        other = lower_start(
            rule.excluded.text if rule.excluded is not None and restriction.is_people
            else restriction.nobody_else if restriction.is_people
            else f"anything other than {lower_start(restriction.who)}"
        )  # fmt: skip
        yield replace(outsider, variables=((named, other),))
    elif rule.restrictive:
        yield refusal(rule)
    else:
        found = [*broken_values(rule), *_unmet(rule)]
        yield from found or _failing(rule, narrator)


def _failing(rule: Rule, narrator: str) -> Iterator[Draft]:
    """For a rule without conditions: the one negative that its kind suggests."""
    clause = rule.clause
    draft = None
    if clause is not None:
        draft = (
            (None if _characters_only(rule, clause) else not_such(rule, clause))
            or wrong_value(rule, clause)
            or beyond_limit(rule)
            or _other_subject(rule, clause)
            or forbidden_value(rule)
            or forbidden_act(rule)
            or another_way(rule)
            or elsewhere(rule)
            or undone(rule, clause)
            or _not_doing(rule, clause)
            or natural_negative(rule, clause, narrator)
            or too_soon(rule)
        )
    else:
        draft = beyond_limit(rule)
    if draft is not None:
        yield draft
    elif rule.otherwise is not None:
        yield _otherwise(rule)


def _not_doing(rule: Rule, clause: Clause) -> Draft | None:
    """ "Exceeding the limit results in a block": not exceeding it does not."""
    first, _, rest = clause.subject.partition(" ")
    base = base_of_gerund(first.lower())
    leads = clause.form == "present" and clause.verb in _FOLLOWS and ARTICLE.match(rest)
    said = negation(f"it {predicate(clause)}") if base and leads and not clause.negated else None
    if said is None:
        return None
    subject = f"Not {first.lower()} {rest}"
    told = f"{subject}{said.removeprefix('it').removeprefix('It')}"
    return failing(rule, told, Situation("", f"Do not {base} {rest}"), capital(observed(told)))


_FOLLOWS = word_set(
    """result lead cause trigger require end start cancel terminate create open close incur entail
    block lock delete remove reset void"""
)
"""What an act named by its gerund brings about: "Exceeding the limit results in a block"."""


def _characters_only(rule: Rule, clause: Clause) -> bool:
    """ "First name must contain only letters": a value breaks it, no thing of another kind."""
    return clause.verb in ("contain", "consist") and is_value(rule)


def _outsider(rule: Rule, restriction: Restriction) -> Draft:
    """Somebody without the role, or something of another kind, tries it."""
    if not restriction.is_people:
        clause = rule.clause
        only = restriction.who
        thing = f"anything other than {lower_start(only)}"
        said = predicate(clause) if clause else restriction.rest
        said = re.sub(
            r"^(are|have|do)\b", lambda m: {"are": "is", "have": "has", "do": "does"}[m[1]], said
        )
        denied_ = negation(f"it {said}") or "it is not accepted"
        said = capital(thing + denied_.removeprefix("it"))
        expected = counter_outcome(rule) if rule.otherwise else said
        precondition = stage(given_only(rule), said).precondition
        return failing(
            rule, said, Situation(precondition, f"Try it with {thing}"), expected, priority="High"
        )
    other = lower_start(
        rule.excluded.text if rule.excluded is not None else restriction.nobody_else
    )
    said = capital(restriction.said_of(other, can=False))
    command = lower_first(command_of_restriction(restriction))
    expected = counter_outcome(rule) if rule.otherwise is not None else said
    return failing(
        rule,
        said,
        Situation(
            stage(given_only(rule), rule.effect.text).precondition, f"As {other}, try to {command}"
        ),
        expected,
        priority="High",
        also=(rule.excluded,),
    )


def refusal(rule: Rule, words: list[tuple[str, str]] | None = None) -> Draft:
    """What the rule itself refuses; ``words`` are the conditions to be told, where not all are."""
    clause = rule.clause
    situation = stage(given(rule) if words is None else words, rule.effect.text)
    if clause and not rule.conditions and forbids_value(clause):
        return forbidden(rule, clause)
    if clause and not rule.conditions:
        if clause.form == "modal" and clause.negated:
            situation = Situation(situation.precondition, _attempt(clause))
        elif (clause.passive or clause.form == "present") and other_receiver(clause) is None:
            situation = Situation(situation.precondition, trial_of(clause))
    elif (
        clause
        and clause.form == "modal"
        and clause.negated
        and situation.action == action_on(rule.effect.text)
    ):
        lead = "" if situation.action.startswith(("Try", "Check")) else "Try to "
        action = f"{lead}{lower_first(situation.action)}" if lead else situation.action
        situation = Situation(situation.precondition, action)
    limits = limits_of(rule)
    data = ""
    if limits and not rule.conditions:
        quantity = limits[0]
        start, end = (
            place - rule.effect.start for place in (quantity.phrase_start, quantity.phrase_end)
        )
        subject = in_subject(rule, quantity)
        said = subject or (quantity.comparison != "exactly" and not quantity.negated)
        data = one_line(rule.effect.text[start:end]) if said else outside_words(quantity)
        if quantity.comparison == "exactly":
            data = f"other than {quantity.text}"
    made = failing(
        rule,
        heading(rule),
        situation,
        counter_outcome(rule) if rule.otherwise and not rule.conditions else outcome(rule),
        data=data,
        priority="High",
        also=(rule.notice,),
    )
    return replace(
        made, variables=assignment(rule, dict.fromkeys(range(len(rule.conditions)), True))
    )


def _attempt(clause: Clause) -> str:
    """Trying what a clause forbids."""
    if clause.verb == "be" and clause.passive:
        return f"Try to {lower_first(passive_command(clause))}"
    if not clause.verb or clause.verb == "be":
        return f"Try it with {lower_start(one_line(clause.subject))}"
    what = one_line(f"{clause.verb} {impersonal(clause.tail)}")
    if not is_person(clause.subject):
        return f"Try to make {definite(clause.subject)} {what}"
    if is_generic_person(clause.subject):
        return f"Try to {what}"
    who = lower_start(one_line(clause.subject))
    who = indefinite(singular(who)) if is_plural(who) and " " not in who else who
    return f"As {who}, try to {what}"


def _unmet(rule: Rule) -> Iterator[Draft]:
    """The most telling condition does not hold (none does, where one is enough)."""
    turned = turnable(rule)
    if not turned:
        if rule.conditions and rule.otherwise is not None:
            yield _otherwise(rule)
        return
    if rule.joined == "or" and len(rule.conditions) > 1:
        if len(turned) < len(rule.conditions):
            return
        changes = dict(turned)
        words = [(rule.conditions[index].keyword, text) for index, text in turned]
    else:
        index, text = turned[-1] if rule.otherwise is not None else most_telling(rule, turned)
        changes = {index: text}
        words = varied(rule, changes)
    situation = tried(rule, stage(words, rule.effect.text))
    expected = unmet_outcome(rule)
    said = " and ".join(_told(text) for text in changes.values())
    lead = "When" if clauses_of(said) or said.startswith("not ") else "With"
    if re.match(r"(?:after|within|before|on|in)\b", said, re.IGNORECASE):
        lead = ""
    made = failing(
        rule,
        capital(f"{lead} {said}, {lower_start(expected)}".strip()),
        situation,
        expected,
        priority="High" if rule.otherwise else "Medium",
    )
    case = {index: index not in changes for index in range(len(rule.conditions))}
    yield replace(made, variables=assignment(rule, case))


def tried(rule: Rule, situation: Situation) -> Situation:
    """The situation with its action as an attempt, where the rule's effect is an act itself."""
    clause = rule.clause
    left = left_out(rule)
    if left is not None and is_free_elsewhere(rule):
        return Situation(situation.precondition, left)
    acts = situation.action == action_on(rule.effect.text) and bool(
        find_capability(clause) or (clause and clause.passive)
    )
    if (
        acts
        and clause
        and clause.form == "modal"
        and not situation.action.startswith(("Try", "Check", "Use"))
    ):
        return Situation(situation.precondition, f"Try to {lower_first(situation.action)}")
    return situation


def _told(words: str) -> str:
    said = one_line(words)
    return lower_start(observed(said)) if re.match(r"I\b", said) else lower_start(said)


def _other_subject(rule: Rule, clause: Clause) -> Draft | None:
    """Something that the effect does not speak of: "customers on the register receive ..."."""
    thing = other_thing(clause.subject)
    if thing is None and clause.form in ("be", "present"):
        return _other_receiver(rule, clause)
    if thing is None or (find_capability(clause) and is_person(clause.subject)):
        return None
    part = coordinated(one_line(rule.effect.text))[0]
    said = negation(f"{thing}{part[len(clause.subject) :]}")
    if said is None:
        return None
    action = use_of(thing)
    if is_person(thing):
        action = (
            imperative(f"{thing}{part[len(clause.subject) :]}")
            or f"Check it for {lower_start(thing)}"
        )
    expected = counter_outcome(rule) if rule.otherwise else observed(said)
    return failing(rule, capital(said), Situation("", action), expected)


def _other_receiver(rule: Rule, clause: Clause) -> Draft | None:
    """ "No fee is charged to customers on the register": what holds for the others."""
    part = coordinated(one_line(rule.effect.text))[0]
    match = re.search(r"\b(?:to|for) (?P<who>[^,]+)$", part)
    if match is None or not is_person(match["who"]):
        return None
    others = other_thing(match["who"])
    said = negation(part[: match.start("who")] + others) if others else None
    if said is None or others is None:
        return None
    expected = counter_outcome(rule) if rule.otherwise else observed(said)
    return failing(rule, capital(said), Situation("", f"Check it for {others}"), expected)


def _otherwise(rule: Rule) -> Draft:
    """The other case that the criterion states, where its words do not say how it arises."""
    expected = counter_outcome(rule)
    situation = stage(given(rule), rule.effect.text)
    what = lower_start(one_line(rule.effect.text))
    return failing(
        rule,
        f"In the other case, {lower_start(expected)}",
        Situation(
            situation.precondition,
            f"Bring about the other case, in which it does not hold that {what}",
        ),
        expected,
        priority="High",
    )
