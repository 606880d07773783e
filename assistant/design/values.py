"""Rules about a value that is entered: naming the value and trying one out."""

from __future__ import annotations

import re

from assistant.design.attributes import is_value_rule
from assistant.design.casing import capital, indefinite, lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.joining import clauses_of, coordinated
from assistant.design.nouns import singular
from assistant.design.people import is_person
from assistant.design.trials import is_entered, use_of
from assistant.design.wording import fact

_DETERMINER = re.compile(r"^(?:the|an?|each|every|any|all|both) (?:of the )?", re.IGNORECASE)


def bare(name: str) -> str:
    """A noun phrase without its determiner, in lower case unless it is a name."""
    return lower_start(_DETERMINER.sub("", one_line(name)))


def singular_name(clause: Clause) -> str:
    """The thing a value rule is about, in the singular: "All passwords" -> "password"."""
    name = bare(clause.subject)
    return (
        singular(name)
        if clause.plural and not re.search(r"\s(?:and|of|with|that)\s", name)
        else name
    )


def about_value(clause: Clause | None, *, with_length: bool) -> bool:
    """Whether a clause says what a value (or a person, of an age) must be like."""
    if clause is None:
        return False
    if is_person(clause.subject):
        duty = clause.form == "modal" and clause.auxiliary in ("must", "shall", "should")
        return duty and clause.verb in ("be", "have") and with_length and not clause.passive
    return is_value_rule(clause, with_length=with_length)


def forbids_value(clause: Clause) -> bool:
    """Whether a clause forbids values rather than acts: "the date cannot be in the future"."""
    if not (
        clause.form == "modal"
        and clause.negated
        and clause.verb in ("be", "contain", "have", "include")
    ):
        return False
    words = _DETERMINER.sub("", clause.subject).split()
    field = len(words) > 1 and all(word[:1].isupper() for word in words)
    return (
        not clause.passive
        and not is_person(clause.subject)
        and (is_entered(clause.subject) or field)
    )


def like(effect: str) -> str:
    """What the value is like, after "that": "contains at least one digit"."""
    part = coordinated(one_line(effect))[0] if len(clauses_of(effect)) > 1 else one_line(effect)
    clauses = clauses_of(part)
    if not clauses:
        return part
    said = re.sub(r"\bcannot be\b", "is not", fact(part))
    said = re.sub(r"\bcan exceed\b", "exceeds", said)
    said = re.sub(r"\bcannot (contain|have|include)\b", r"does not \1", said)
    said = said[len(clauses[0].subject) :].strip() if said.startswith(clauses[0].subject) else said
    if clauses[0].plural:
        said = re.sub(
            r"^(are|have|do|contain|match|include|consist|start|end|begin|conform|comply|equal)\b",
            _singular_verb,
            said,
        )
    return said


def _singular_verb(match: re.Match[str]) -> str:
    return {"are": "is", "have": "has", "do": "does"}.get(
        match[1], match[1] + "s" if match[1] != "match" else "matches"
    )


def try_value(name: str, that: str) -> str:
    """ "Enter a password that contains 7 characters"."""
    if name.startswith('field "'):
        return f"In the {name}, enter a value that {that}"
    thing = indefinite(name)
    if is_person(name):
        return f"Use {thing} who {that}"
    verb = use_of(thing) if is_entered(thing) else f"Enter {thing}"
    return f"{verb} that {that}"


def value_like(name: str, that: str) -> str:
    """ "a password that contains 7 characters"."""
    if name.startswith('field "'):
        return f"a value of the {name} that {that}"
    return f"{indefinite(name)} {'who' if is_person(name) else 'that'} {that}"


def value_class(name: str, that: str) -> str:
    """The class of values that a step tries, as test data: "First name: contains letters only"."""
    own = re.match(r'field (?P<own>".+")$', name)
    said = re.sub(r"^(?:is|has) ", "", that)
    return f"{capital(own['own'] if own else name)}: {said}"
