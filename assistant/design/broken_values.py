"""Values that break a rule: left empty, not in the list, of the wrong kind, forbidden, excepted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.design.attributes import find_mandatory, find_options
from assistant.design.casing import (
    capital,
    definite,
    either,
    impersonal,
    indefinite,
    lower_start,
    one_line,
)
from assistant.design.clauses import Clause
from assistant.design.complements import other_case
from assistant.design.drafts import (
    Draft,
    counter_outcome,
    denied,
    failing,
    given,
    given_only,
    is_value,
    limits_of,
)
from assistant.design.joining import clauses_of, coordinated
from assistant.design.limits import beyond_limit
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, is_person, noun_core
from assistant.design.positives import lower_first
from assistant.design.rules import Rule
from assistant.design.situations import Situation, action_on, stage
from assistant.design.telling import observed
from assistant.design.values import bare, like, singular_name, try_value, value_class, value_like
from assistant.design.verbs import third_person
from assistant.design.wording import negation

MAX_FIELDS = 6
_PLACED = re.compile(r"(?:for|to|by|in|on|at|from|with|during) ")


def broken_values(rule: Rule) -> Iterator[Draft]:
    """Mandatory fields left empty, values that are not in the list, what is excepted."""
    clauses = clauses_of(rule.effect.text)
    mandatory = find_mandatory(rule.clause)
    if mandatory:
        yield from _left_empty(rule, mandatory.fields)
    options = next((found for clause in clauses if (found := find_options(clause))), None)
    if options:
        yield _other_value(rule, options.name, options.values)
    if rule.exception is not None:
        instead = _other_object(rule)
        if instead is not None:
            yield instead
            return
        thing = lower_start(one_line(rule.exception.text))
        placed = _PLACED.match(thing)
        if placed:
            yield from _placed_elsewhere(rule, thing, placed.group())
            return
        said = f"{denied(rule)} for {thing}"
        situation = stage(given(rule), rule.effect.text)
        action = f"{situation.action}, for {thing}"
        yield failing(
            rule, said, Situation(situation.precondition, action), said, also=(rule.exception,)
        )


def _placed_elsewhere(rule: Rule, thing: str, preposition: str) -> Iterator[Draft]:
    """ "... for managers and not for viewers": the same, for those who are left out."""
    part = one_line(rule.effect.text)
    cut = part.rfind(f" {preposition}")
    affirmed = f"{part[:cut] if cut > 0 else part} {thing}"
    said = negation(affirmed)
    if said is None:
        return
    situation = stage(given(rule), affirmed)
    yield failing(rule, capital(said), situation, observed(said), also=(rule.exception,))


def _other_object(rule: Rule) -> Draft | None:
    """ "... but not one with status X": the same done to what is excepted."""
    clause = rule.clause
    assert rule.exception is not None
    between = rule.whole.text[: max(0, rule.exception.start - rule.whole.start)]
    if clause is None or not re.search(r"\bbut not\s*$", between) or not clause.verb:
        return None
    thing = one_line(rule.exception.text)
    one = re.match(r"(?:any |the )?ones?\b", thing)
    if one:
        head = head_noun(clause.tail)
        thing = indefinite(head) + thing[one.end() :]
    part = one_line(rule.effect.text)
    place = part.find(clause.tail)
    said = negation(part[:place] + thing) if place > 0 else None
    if said is None:
        return None
    affirmed = part[:place] + thing
    action = action_on(affirmed)
    action = (
        f"Try to {lower_first(action)}"
        if not action.startswith(("Check", "Use", "Try"))
        else action
    )
    return failing(
        rule,
        capital(said),
        Situation(stage(given_only(rule), said).precondition, action),
        observed(said),
        priority="High",
        also=(rule.exception,),
    )


def _left_empty(rule: Rule, fields: tuple[str, ...]) -> Iterator[Draft]:
    """One mandatory field at a time is left empty."""
    precondition = stage(given_only(rule), rule.effect.text).precondition if rule.conditions else ""
    for field in fields[:MAX_FIELDS]:
        name = field_name(re.sub(r" of (?:at |no |up |more|between|exactly).*", "", field))
        others = ", fill in the other mandatory fields" if len(fields) > 1 else ""
        expected = (
            counter_outcome(rule) if rule.otherwise else f"The entry is not accepted without {name}"
        )
        yield failing(
            rule,
            f"{capital(name)} {'are' if is_plural(head_noun(name) or name) else 'is'} left empty",
            Situation(precondition, f"Leave {name} empty{others} and try to continue"),
            expected,
            data=f"{capital(bare(field))}: empty",
            priority="High",
        )


def field_name(field: str) -> str:
    """A field's name inside a sentence: names as written, plain nouns with "the"."""
    name = bare(field)
    return name if name[:1].isupper() or name[:1] in "\"“'‘" else f"the {name}"


def _other_value(rule: Rule, name: str, values: tuple[str, ...]) -> Draft:
    said = f"a value other than {either(values)}"
    field = field_name(name)
    expected = counter_outcome(rule) if rule.otherwise else f"The value is not accepted for {field}"
    return failing(
        rule,
        f"{capital(field)} is set to {said}",
        Situation("", f"Try to set {field} to {said}"),
        expected,
        priority="High",
    )


def wrong_value(rule: Rule, clause: Clause) -> Draft | None:
    """A value that is not what it must be."""
    if not is_value(rule):
        return None
    if limits_of(rule):
        return beyond_limit(rule)
    part = coordinated(one_line(rule.effect.text))[0]
    turned = other_case(clause.tail) if clause.verb == "be" else None
    denied_ = negation(part)
    if denied_ is None:
        return None
    that = like(denied_) if not turned or not turned.startswith(("a ", "an ")) else f"is {turned}"
    name = singular_name(clause)
    expected = counter_outcome(rule) if rule.otherwise else f"The {name} is not accepted"
    return failing(
        rule,
        capital(f"{value_like(name, that)} is not accepted"),
        Situation("", try_value(name, that)),
        expected,
        data=value_class(name, that),
        priority="High",
    )


def forbidden_value(rule: Rule) -> Draft | None:
    """A value that a later clause forbids: "... and cannot be later than today"."""
    for clause in clauses_of(rule.effect.text)[1:]:
        if clause.form == "modal" and clause.negated and clause.verb == "be" and not clause.passive:
            name = bare(clause.subject)
            that = f"is {one_line(clause.tail)}"
            expected = counter_outcome(rule) if rule.otherwise else f"The {name} is not accepted"
            return failing(
                rule,
                capital(f"{value_like(name, that)} is not accepted"),
                Situation("", try_value(name, that)),
                expected,
                data=value_class(name, that),
                priority="High",
            )
    return None


def forbidden(rule: Rule, clause: Clause) -> Draft:
    """A value that the rule forbids is entered."""
    name, that = singular_name(clause), like(negation(rule.effect.text) or rule.effect.text)
    that = re.sub(
        r"^can be\b",
        "is",
        re.sub(r"^can (\w+)", lambda m: m[0] if m[1] == "be" else third_person(m[1]), that),
    )
    expected = counter_outcome(rule) if rule.otherwise else f"The {name} is not accepted"
    if rule.notice is not None:
        expected = f"{expected} and {lower_start(one_line(rule.notice.text))}"
    return failing(
        rule,
        capital(f"{value_like(name, that)} is not accepted"),
        Situation("", try_value(name, that)),
        expected,
        data=value_class(name, that),
        priority="High",
        also=(rule.notice,),
    )


def forbidden_act(rule: Rule) -> Draft | None:
    """ "... but cannot delete them": what a later clause forbids is tried."""
    clauses = clauses_of(rule.effect.text)
    for clause in clauses[1:]:
        if (
            clause.form == "modal"
            and clause.negated
            and clause.verb not in ("be", "")
            and is_person(clause.subject)
        ):
            thing = definite(noun_core(clauses[0].tail)) if clauses[0].tail else ""
            what = one_line(f"{clause.verb} {re.sub(r'^(?:them|it)$', thing, clause.tail)}")
            said = capital(f"{lower_start(clause.subject)} cannot {what}")
            return failing(
                rule, said, Situation("", f"Try to {impersonal(what)}"), said, priority="High"
            )
    return None
