"""The positive condition of a rule: it is met, and what it promises is seen."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.design.alternatives import with_only
from assistant.design.attributes import find_mandatory, find_optional, find_options
from assistant.design.boundaries import inside_words, outside_words
from assistant.design.capabilities import Restriction, find_restriction
from assistant.design.casing import capital, definite, impersonal, lower_start, one_line
from assistant.design.clauses import Clause, is_duty, parse_clause
from assistant.design.complements import (
    anything_but,
    not_done_so,
    on_other_days,
    other_receiver,
    other_thing,
)
from assistant.design.condition_cases import most_telling, turnable, varied
from assistant.design.drafts import (
    Draft,
    denied,
    given,
    given_only,
    heading,
    in_subject,
    is_value,
    limits_of,
    met,
    outcome,
    spans_of,
)
from assistant.design.joining import clauses_of, coordinated
from assistant.design.outcomes import refuses
from assistant.design.people import is_person
from assistant.design.phrases import with_value
from assistant.design.rules import Rule
from assistant.design.situations import Situation, action_on, passive_command, stage
from assistant.design.telling import observed
from assistant.design.trials import trial_of, use_of
from assistant.design.values import (
    forbids_value,
    like,
    singular_name,
    try_value,
    value_class,
    value_like,
)
from assistant.design.variables import assignment
from assistant.design.verbs import third_person
from assistant.design.wording import fact, opposite
from assistant.domain import Technique


def positive(rule: Rule, words: list[tuple[str, str]] | None = None) -> Draft:
    """The rule at work: its conditions hold and the effect is seen.

    ``words`` are the conditions as keyword and words where only some of them are to be told.

    For a rule that refuses something, the positive is the case that it does not refuse, wherever
    the words allow to say it.
    """
    restriction = find_restriction(rule.effect.text, rule.clause)
    if restriction and (restriction.is_people or not rule.conditions):
        return allowed(rule, restriction, restriction.who, "positive")
    clause = rule.clause
    if is_value(rule) and clause is not None and not _has_options(rule):
        return _fitting_value(rule, clause)
    if not rule.conditions and (optional := find_optional(clause)):
        fields = enumerated(tuple(lower_start(field) for field in optional))
        situation = Situation("", f"Leave {fields} empty and continue")
        return met(rule, heading(rule), situation, f"The entry is accepted without {fields}")
    if rule.restrictive:
        turned = _counterpart(rule, clause)
        if turned is not None:
            return turned
    situation = stage(given(rule) if words is None else words, rule.effect.text)
    expected = outcome(rule)
    statement = heading(rule)
    if _has_options(rule) and not rule.conditions and rule.scenario is None:
        statement = expected
    mandatory = find_mandatory(clause)
    entered = clause is not None and clause.form == "modal"
    if mandatory and (
        not rule.conditions or (entered and situation.action.startswith("Check whether"))
    ):
        fields = enumerated(tuple(lower_start(field) for field in mandatory.fields))
        situation = Situation(situation.precondition, f"Fill in {fields}")
        expected = f"The entry with {fields} filled in is accepted"
        if rule.conditions:
            statement = _where(rule, situation.precondition, lower_start(expected))
    elif clause and is_person(clause.subject) and is_duty(clause):
        expected = _possible(clause) or expected
    elif (
        clause
        and not rule.conditions
        and not situation.precondition
        and situation.action.startswith("Check whether")
        and any(in_subject(rule, quantity) for quantity in limits_of(rule))
    ):
        situation = Situation("", trial_of(clause))
    made = met(rule, statement, situation, expected)
    return replace(
        made, variables=assignment(rule, dict.fromkeys(range(len(rule.conditions)), True))
    )


def _has_options(rule: Rule) -> bool:
    return any(find_options(clause) for clause in clauses_of(rule.effect.text))


def _possible(clause: Clause) -> str | None:
    """A duty of a person as what they can do: "must enter X" -> "The customer can enter X"."""
    if clause.verb in ("see", "receive", "have", "get"):
        return None
    return capital(one_line(f"{definite(clause.subject)} can {clause.verb} {clause.tail}"))


def enumerated(items: tuple[str, ...]) -> str:
    """ "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def allowed(rule: Rule, restriction: Restriction, who: str, technique: Technique) -> Draft:
    """Somebody with the role, or one of the things named, is let through."""
    if not restriction.is_people:
        said = capital(one_line(_without_only(rule)))
        situation = stage(given(rule), said)
        if situation.action.startswith("Check whether"):
            situation = Situation(situation.precondition, use_of(who))
        return Draft(
            technique, True, said, situation, observed(said), spans_of(rule), priority="High",
            variables=(("kind", lower_start(who)),),
        )  # fmt: skip
    precondition = stage(given_only(rule), rule.effect.text).precondition
    action = f"As {lower_start(who)}, {lower_first(command_of_restriction(restriction))}"
    said = capital(restriction.said_of(who, can=True))
    return Draft(
        technique,
        True,
        said,
        Situation(precondition, action),
        said,
        spans_of(rule),
        priority="High",
        variables=(("role", lower_start(who)),),
    )


def _without_only(rule: Rule) -> str:
    clause = rule.clause
    text = one_line(rule.effect.text)
    return fact(re.sub(r"^only ", "", text, flags=re.IGNORECASE)) if clause else text


def predicate(clause: Clause) -> str:
    """A clause without its subject, in the present."""
    if clause.form == "be":
        return f"{clause.auxiliary} {clause.tail}".strip()
    if clause.form == "modal":
        return f"{clause.auxiliary} {clause.verb} {clause.tail}".strip()
    verb = clause.verb if clause.plural else third_person(clause.verb)
    return f"{verb} {clause.tail}".strip()


def lower_first(text: str) -> str:
    """The first letter of an instruction in lower case, to put it after "As a ..., "."""
    return text[:1].lower() + text[1:]


def command_of_restriction(restriction: Restriction) -> str:
    """What only some may do, as an instruction."""
    if not restriction.passive:
        return capital(impersonal(restriction.activity))
    clause = parse_clause(f"{restriction.thing} can be {restriction.activity}")
    if clause and clause.passive:
        return passive_command(clause)
    return f"Use {lower_start(restriction.thing)}"


def _counterpart(rule: Rule, clause: Clause | None) -> Draft | None:
    """For a rule that refuses: the case in which it does not, with the effect turned."""
    conditions = turnable(rule)
    if conditions:
        index, turned = most_telling(rule, conditions)
        changes = {index: turned} if rule.joined == "and" else dict(conditions)
        situation = stage(varied(rule, changes), rule.effect.text)
        expected = denied(rule)
        lead = " and ".join(lower_start(one_line(words)) for words in changes.values())
        said = f"{'When' if clauses_of(turned) else 'With'} {lead}, {lower_start(expected)}"
        case = {index: index not in changes for index in range(len(rule.conditions))}
        return replace(met(rule, said, situation, expected), variables=assignment(rule, case))
    if clause is None or rule.conditions:
        return None
    if forbids_value(clause):
        name, that = singular_name(clause), like(rule.effect.text)
        return met(
            rule,
            capital(f"{value_like(name, that)} is accepted"),
            Situation("", try_value(name, that)),
            f"The {name} is accepted",
            data=value_class(name, that),
        )
    limits = limits_of(rule)
    if limits:
        quantity = limits[0]
        turned_round = quantity.negated and not in_subject(rule, quantity)
        words = inside_words(quantity) if turned_round else outside_words(quantity)
        if quantity.comparison == "exactly" and quantity.negated:
            words = inside_words(quantity)
        text = _positively(with_only(rule.effect, quantity, words), words)
        return _turned_thing(rule, text, words)
    if clause.form == "modal" and clause.negated and clause.tail and is_person(clause.subject):
        instead = other_thing(clause.tail)
        if instead is not None:
            said = f"{clause.subject} can {clause.verb} {instead}"
            return met(rule, capital(said), Situation("", action_on(said)), observed(said))
    elsewhere = on_other_days(rule.effect.text) if clause.negated else None
    if elsewhere is not None:
        return _turned_thing(rule, elsewhere, "")
    others = other_receiver(clause)
    if others is not None:
        draft = _turned_thing(rule, others, "")
        if draft is None:
            return None
        action = f"Check whether {lower_start(draft.statement)}"
        return replace(draft, situation=Situation("", action))
    thing = other_thing(clause.subject) or not_done_so(clause.subject)
    unfit = refuses(clause) or (clause.form == "modal" and _AS_SUCH.match(clause.tail))
    if thing is None and not is_person(clause.subject) and unfit:
        thing = anything_but(lower_start(clause.subject))
    if thing is None:
        return None
    return _turned_thing(rule, thing + rule.effect.text[len(clause.subject) :], "")


_AS_SUCH = re.compile(r"(?:re-?)?(?:used|chosen|selected|entered|accepted|taken) (?:as|for|in)\b")
""" "(cannot be) used as the new password" refuses what is named and leaves everything else."""


def _positively(text: str, words: str) -> str:
    """ "a number that does not have exactly 10 digits" -> "a number that has exactly 10 digits"."""
    place = text.find(words)
    before = re.sub(r"\b(?:does|do) not have (?=(?:exactly )?$)", "has ", text[:place])
    return before + text[place:]


def _turned_thing(rule: Rule, text: str, data: str) -> Draft | None:
    parts = coordinated(one_line(text))
    clauses = clauses_of(parts[0])
    said = opposite(parts[0])
    if said is None or not clauses:
        return None
    action = trial_of(clauses[0]) if clauses[0].form != "modal" else action_on(said)
    return met(rule, capital(one_line(said)), Situation("", action), observed(said), data=data)


def _fitting_value(rule: Rule, clause: Clause) -> Draft:
    """A value that is as it must be is accepted."""
    effect = rule.effect.text
    extreme = next((q for q in limits_of(rule) if re.match(r"(?:the )?(?:max|min)", q.word)), None)
    if extreme:  # "The minimum order value is £20" is about an order value of at least £20
        effect = with_value(effect, rule.effect.start, extreme, inside_words(extreme))
    about = parse_clause(effect) or clause
    name = singular_name(about)
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    that = like(effect)
    return met(
        rule,
        _where(rule, precondition, f"{value_like(name, that)} is accepted"),
        Situation(precondition, try_value(name, that)),
        f"The {name} is accepted",
        data=value_class(name, that),
    )


def _where(rule: Rule, precondition: str, said: str) -> str:
    """A statement under its precondition; the rule's own words where it has other conditions."""
    if rule.scenario is not None or (rule.conditions and not precondition):
        return heading(rule)
    return capital(f"when {lower_start(precondition)}, {said}" if precondition else said)
