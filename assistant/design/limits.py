"""Boundary conditions: each limit of a rule at, just outside and just inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.alternatives import with_only
from assistant.design.amounts import Quantity
from assistant.design.attributes import find_mandatory
from assistant.design.boundaries import Point, outside_words, points
from assistant.design.capabilities import find_capability, find_restriction
from assistant.design.casing import capital, indefinite, lower_start, one_line
from assistant.design.clauses import Clause, is_duty, parse_clause
from assistant.design.condition_cases import (
    condition_limits,
    condition_words,
    mentioned,
    placed_limits,
)
from assistant.design.drafts import (
    Draft,
    counter_outcome,
    given,
    in_subject,
    is_value,
    left_out,
    limits_of,
    outcome,
)
from assistant.design.joining import clauses_of, coordinated
from assistant.design.limit_outcomes import (
    LETTING,
    boundary_draft,
    for_roles,
    is_timing,
    let_pass,
    named_range,
    nothing_done,
    on_scale,
    opening,
    otherwise_or,
    own_part,
    plain_limit,
    timing,
    would,
)
from assistant.design.logic import cases, deciding, holds
from assistant.design.nouns import is_plural
from assistant.design.outcomes import is_restrictive
from assistant.design.people import head_noun, is_person
from assistant.design.positives import lower_first
from assistant.design.rules import Condition, Rule
from assistant.design.sentences import Span
from assistant.design.situations import Situation, action_on, stage
from assistant.design.telling import in_sentence, told
from assistant.design.trials import trial_of
from assistant.design.values import like, singular_name, try_value, value_like
from assistant.design.variables import Variables, assignment, measured
from assistant.design.wording import doing, fact, negation, opposite


def boundaries(rule: Rule) -> Iterator[Draft]:
    """The boundary drafts of all limits of a rule, limit by limit."""
    for index, condition in enumerate(rule.conditions):
        for quantity in condition_limits(condition):
            for point in points(quantity):
                yield _in_condition(rule, index, condition, quantity, point)
    for each in (rule, *_other_rule(rule)):
        for quantity in placed_limits(each.effect):
            for point in points(quantity):
                draft = _in_effect(each, quantity, point)
                if draft is not None:
                    yield replace(draft, variables=_with_value(each, each.effect, quantity, point))


def _other_rule(rule: Rule) -> tuple[Rule, ...]:
    """What is stated for the other case, as a rule whose limits are tried there; at most one.

    "If it is urgent, within 20 minutes, otherwise within 4 hours": 4 hours, where it is not urgent.
    """
    if rule.otherwise is None or not rule.conditions or not placed_limits(rule.otherwise):
        return ()
    joined = rule.expression
    unmet = next((case for case in cases(joined) if not holds(joined, case)), None)
    if unmet is None:
        return ()
    told = tuple(
        Condition(
            "given",
            Span(condition_words(rule, index, literal=unmet[index]), said.start, said.start),
        )
        for index, said in ((i, c.words) for i, c in enumerate(rule.conditions))
        if index in unmet
    )
    text, end = counter_outcome(rule).rstrip("."), rule.otherwise.end
    effect = Span(text, end - len(text), end)
    return (Rule(rule.whole, effect, told, restrictive=is_restrictive(text)),)


def at_point(rule: Rule, quantity: Quantity, point: Point) -> Draft | None:
    """The condition that a value in place of one limit of the rule makes."""
    for index, condition in enumerate(rule.conditions):
        if condition.said.start <= quantity.start < condition.said.end:
            return _in_condition(rule, index, condition, quantity, point)
    return _in_effect(rule, quantity, point)


def _with_value(rule: Rule, words: Span, quantity: Quantity, point: Point) -> Variables:
    """The value tried, beside conditions that all are as the effect wants them."""
    around: Variables = ()
    if rule.conditions:
        around = assignment(rule, cases(rule.expression)[0])
    return (*around, (measured(words.text, quantity), point.text))


def concrete(words: Span, quantity: Quantity, value: str) -> str:
    """Words with a value in place of the limit; a negation that belongs to the limit goes."""
    text = with_only(words, quantity, value)
    place = text.find(value)
    if place > 0:
        before = re.sub(
            r"\b(is|are|be|was|were) [^.;]*?,[^.;]*? or $|\b(is|are|be) [\w ]{1,30} or $",
            lambda m: f"{m[1] or m[2]} ",
            text[:place],
        )
        text = before + text[place:]
    if quantity.negated:
        text = _some(text)
        place = text.find(value)
        before, after = text[:place], text[place:]
        before = re.sub(
            r"\b(?:(does)|do|did) not (have|contain|include)\s*(?:exactly |of )?$",
            lambda m: ({"have": "has"}.get(m[2], m[2] + "s") if m[1] else m[2]) + " ", before,
        )  # fmt: skip
        before = re.sub(r"\b(is|are|was|were) not (?:exactly )?$", r"\1 ", before)
        before = re.sub(r"\b(must|may|shall|should) not (?=have \w+)", r"\1 ", before)
        before = re.sub(
            r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )\bnot "
            r"(?=(?:[a-z]+ed|paid|made|sent|given|taken|sold|bought|left|met|kept|held|built) $)",
            "", before,
        )  # fmt: skip
        text = before + after
    return one_line(text)


def _some(text: str) -> str:
    """ "no shift may last 12 hours" -> "a shift may last 12 hours": the limit bears the denial."""
    none = re.match(r"none of |no ", text, re.I)
    clause = parse_clause(text) if none else None
    if none is None or clause is None:
        return text
    name, rest = clause.subject[none.end() :], text[len(clause.subject) :]
    if len(none.group()) > 3:
        name = f"one of {name}"
    elif not is_plural(head_noun(name)):
        name = indefinite(name)
    return f"{capital(name) if text[0].isupper() else name}{rest}"


def _in_condition(
    rule: Rule, index: int, condition: Condition, quantity: Quantity, point: Point
) -> Draft:
    words = concrete(condition.said, quantity, point.text)
    applies = point.allowed if condition.holds else not point.allowed
    nobody = re.match(
        r"no (?=\w+ (?:can|could|is|are|has|have|will|was)\b)"
        r"|(?P<who>nobody|no one|no-one) (?!else)",
        words,
        re.IGNORECASE,
    )
    in_time = quantity.comparison in ("at most", "less than") and not quantity.negated
    undone = condition.clause is not None and condition.clause.negated and in_time
    lasts = condition.said.text[: quantity.phrase_start - condition.said.start].endswith(" for ")
    if (
        nobody and not lasts
    ):  # "no engineer can arrive within 2 hours" holds when the first one arrives later
        first = "the first person" if nobody["who"] else "the first"
        words, applies = f"{first} {words[nobody.end() :]}", applies != in_time
    elif undone and quantity.kind in ("duration", "date", "time"):  # "is not paid within 14 days"
        words, applies = negation(words) or words, not applies
    expected = outcome(rule) if applies else counter_outcome(rule)
    valid = applies != rule.restrictive
    case = deciding(rule.expression, index)
    others = [("given", span.text) for span in rule.context]
    for other in mentioned(rule.expression, case):
        said = words if other == index else condition_words(rule, other, literal=case[other])
        others.append((rule.conditions[other].keyword, said))
    around = assignment(rule, {other: value for other, value in case.items() if other != index})
    situation = stage(others, rule.effect.text)
    left = None if applies or rule.otherwise is not None else left_out(rule)
    if left is not None:
        situation = Situation(situation.precondition, left)
    place = re.match(r"(?:after|within|before|on|in|at|by) ", words, re.IGNORECASE)
    told_ = words if place or not clauses_of(words) else in_sentence(words)
    lead = "" if place else ("When " if clauses_of(words) else "With ")
    said = f"{lead}{lower_start(told_)}, {lower_start(expected)}"
    made = boundary_draft(
        rule, quantity, point, valid=valid, said=said, situation=situation, expected=expected
    )
    value = (measured(condition.said.text, quantity), point.text)
    return replace(made, variables=(*around, value))


def _in_effect(rule: Rule, quantity: Quantity, point: Point) -> Draft | None:
    text = concrete(rule.effect, quantity, point.text)
    restriction = find_restriction(text, parse_clause(coordinated(text)[0]))
    if restriction is None:
        text = re.sub(r"(?<=\w )only (?!by\b)", "", text)
    parts = clauses_of(text)
    clause = parts[0] if parts else None
    if restriction and restriction.is_people:
        return for_roles(rule, quantity, point, restriction)
    special = (
        named_range(rule, quantity, point)
        or on_scale(rule, quantity, point)
        or nothing_done(rule, quantity, point, text)
    )
    if special is not None:
        return special
    if clause is None:
        return plain_limit(rule, quantity, point, text)
    if is_value(rule) and not in_subject(rule, quantity):
        return _value(rule, quantity, point, text, clause)
    if in_subject(rule, quantity):
        return _subject(rule, quantity, point, text, clause)
    own = own_part(text, point.text)
    opened = opening(rule, quantity, point, own, clause)
    if opened is not None:
        return opened
    granted = find_capability(clause)
    if granted and granted.who != clause.subject and point.text in granted.what:
        own = f"{granted.who} can {granted.what}"
        clause = parse_clause(own) or clause
    if quantity.negated and clause.negated:
        allowed = negation(own) or own
        said = allowed if point.allowed else fact(own)
    else:
        said = fact(own) if point.allowed else (negation(own) or own)
    said = re.sub(r"\bnot still\b", "no longer", said)
    capable = find_capability(clause) or (
        clause.form == "modal" and clause.auxiliary in ("can", "may")
    )
    person = is_person(clause.subject)
    valid = point.allowed != (rule.restrictive and not quantity.negated)
    precondition = stage(given(rule), text).precondition
    if capable or (clause.negated and person) or (is_duty(clause) and person):
        action = action_on(own if not clause.negated else (negation(own) or own))
        denied_ = (parse_clause(said) or clause).negated
        action = action if denied_ else re.sub(r"^Try to (?=\w)", "", action)
        if denied_ and not action.startswith(("Try", "Look", "Check", "For ")):
            action = f"Try to {lower_first(action)}"
        action = capital(action)
        if is_duty(clause):
            can = "can" if point.allowed else "cannot"
            said = f"{clause.subject} {can} {clause.verb} {clause.tail}"
        expected = otherwise_or(rule, point.allowed, told(said))
        return boundary_draft(
            rule,
            quantity,
            point,
            valid=valid,
            said=said,
            situation=Situation(precondition, action),
            expected=expected,
        )
    situation = stage(given(rule), text)
    if quantity.kind in ("duration", "date", "time") and is_timing(quantity, clause):
        done = negation(own) or own if quantity.negated and clause.negated else own
        return timing(rule, quantity, point, done, situation)
    expected = otherwise_or(rule, point.allowed, told(said))
    if quantity.kind == "duration" and clause.verb in LETTING:
        done = negation(own) or own if clause.negated else own
        action = f"Check whether {lower_start(fact(done))}"
        situation = Situation(situation.precondition, action)
    elif quantity.kind == "duration":
        action = let_pass(own, point.text, rule)
        situation = Situation(situation.precondition, action)
    elif quantity.word == "after" and re.search(
        r"\b(?:attempts?|tries|requests?|calls?)$", point.text
    ):
        situation = Situation(situation.precondition, f"Make {point.text}")
    elif quantity.kind in ("date", "time"):
        situation = Situation(situation.precondition, f"Check whether {lower_start(fact(own))}")
    elif not rule.conditions:
        done = negation(own) or own if quantity.negated and clause.negated else own
        action = (
            f"Set up a case in which {lower_start(fact(done) if point.allowed else would(done))}"
        )
        situation = Situation(situation.precondition, action)
        if (
            not point.allowed
            and clause.verb in ("have", "contain", "hold")
            and rule.otherwise is None
        ):
            who = lower_start(clause.subject)
            expected = f"It is not possible for {who} to {clause.verb} {clause.tail}"
    return boundary_draft(
        rule, quantity, point, valid=valid, said=said, situation=situation, expected=expected
    )


_MODAL = re.compile(r"(?:must|may|can|shall|should|will)\b", re.IGNORECASE)


def _value(rule: Rule, quantity: Quantity, point: Point, text: str, clause: Clause) -> Draft:
    own = own_part(text, point.text)
    owner = clauses_of(own)
    if owner and _MODAL.match(owner[0].subject):  # "... and must not have had a tattoo"
        own = f"{clause.subject} {own}"
        owner = clauses_of(own)
    about, words = (owner[0], own) if owner and owner[0].subject else (clause, text)
    name, that = singular_name(about), like(words)
    verdict = "accepted" if point.allowed else "not accepted"
    expected = otherwise_or(rule, point.allowed, f"The {name} is {verdict}")
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=f"{value_like(name, that)} is {verdict}",
        situation=Situation(precondition, try_value(name, that)), expected=expected,
    )  # fmt: skip


def _subject(rule: Rule, quantity: Quantity, point: Point, text: str, clause: Clause) -> Draft:
    parts = coordinated(text)
    whole = text if rule.restrictive else parts[0]
    kept = rule.clause is not None and "only" in rule.clause.adverbs.lower().split()
    free = doing(one_line(f"{clause.verb} {clause.tail}")) if kept and not point.allowed else None
    if free is not None:  # "can only book by phone" says nothing of anybody else
        be = "are" if clause.plural else "is"
        said = f"{clause.subject} {be} not limited to {free}"
        return boundary_draft(
            rule, quantity, point, valid=True, said=said,
            situation=Situation("", f"Check whether {lower_start(said)}"), expected=told(said),
        )  # fmt: skip
    if find_mandatory(clause):
        accepted = "accepted" if point.allowed else "not accepted"
        said = f"{clause.subject} {'are' if clause.plural else 'is'} {accepted}"
    elif point.allowed:
        said = fact(text)
    else:
        said = (opposite(whole) if rule.restrictive else negation(whole)) or whole
    expected = otherwise_or(rule, point.allowed, told(said))
    if point.allowed and rule.notice is not None:
        expected = f"{expected} and {lower_start(one_line(fact(rule.notice.text)))}"
    capable = find_capability(clause) or (
        clause.form == "modal" and clause.verb == "be" and clause.auxiliary in ("can", "may")
    )
    action = action_on(text) if capable and not clause.negated else trial_of(clause)
    if capable and not point.allowed and not clause.negated:
        action = f"Try to {lower_first(action)}"
    precondition = stage(given(rule), text).precondition if rule.conditions else ""
    return boundary_draft(
        rule, quantity, point, valid=point.allowed != rule.restrictive, said=said,
        situation=Situation(precondition, action), expected=expected,
    )  # fmt: skip


def beyond_limit(rule: Rule) -> Draft | None:
    """Any value on the far side of the first limit: the invalid class that boundaries sample."""
    limits = limits_of(rule)
    if not limits:
        return None
    limit = limits[0]
    words = _from_there_on(outside_words(limit))
    if words.startswith("no ") and limit.range_end == "low" and len(limits) > 1:
        limit = limits[1]  # none at all is the value next to one: beyond the other end is another
        words = _from_there_on(outside_words(limit))
    if words.startswith("no "):  # "no photo is attached" denies already
        words = next((p.text for p in points(limit) if not p.allowed), words)
    draft = at_point(rule, limit, Point(words, "outside", False))
    if draft is None or (draft.valid and not rule.restrictive):
        return None
    return replace(draft, technique="negative", priority="High")


def _from_there_on(words: str) -> str:
    """ "no earlier than 17:00" under a denial: "from 17:00 onwards"."""
    said = re.fullmatch(r"no (?P<side>earlier|later) than (?P<moment>.+)", words)
    if said is None or re.search(r"\b[ap]\.m$", words):  # the dot of "p.m." stands after it
        return words
    moment = said["moment"]
    return f"from {moment} onwards" if said["side"] == "earlier" else f"up to {moment}"
