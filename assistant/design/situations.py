"""How to bring a situation about: what must hold first, and what to do, in the imperative."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.design.capabilities import find_capability
from assistant.design.casing import capital, definite, impersonal, indefinite, lower_start, one_line
from assistant.design.clauses import Clause, parse_clause
from assistant.design.joining import coordinated
from assistant.design.lexicon import word_set
from assistant.design.nouns import singular
from assistant.design.people import head_noun, is_person, is_system, without_article
from assistant.design.quantities import find_quantities
from assistant.design.telling import third
from assistant.design.trials import LOOKED_AT, is_entered, use_of
from assistant.design.verbs import base_of_gerund, base_of_participle, is_base, third_person
from assistant.design.wording import fact, imperative, negation


@dataclass(frozen=True, slots=True)
class Situation:
    """A precondition (may be empty) and an action, each a line of text."""

    precondition: str
    action: str


_DONE_BY_PEOPLE = word_set(
    """submit save select enter request cancel confirm place upload change open click press approve
    reject complete create delete remove add edit update search filter export download print
    register book pay assign load close choose accept sign start finish modify set attempt
    withdraw reopen import make reassign refresh tick untick fill resize reorder schedule
    reschedule raise drag drop move rename copy paste publish archive restore activate
    deactivate enable disable"""
)
_EVENT_WORDS = frozenset(("when", "whenever", "once", "as soon as", "after"))
_STATIVE = word_set(
    """have contain be need exceed remain stay match lack exist belong equal want require own
    include cost hold differ apply support represent know mean keep permit allow reach fall"""
)
_HAPPENING = word_set(
    """receive detect generate lose miss issue trigger execute replay transmit deliver dispatch
    ship interrupt send post process raise notify reach deploy import charge decline"""
)
_SHOWING = word_set(
    """show display list contain include state present indicate provide have consist highlight
    group sort"""
)
_WHOLE = word_set("system application app software solution")
_READ = word_set("email message letter notification confirmation report statement bill invoice")
_OPENED = word_set(
    """page screen form dashboard portal dialog dialogue window section tab panel table view site
    website app application module menu list ui interface homepage basket cart profile summary
    map"""
)


def done_by_people(verb: str) -> bool:
    """Whether people do it in the passive too: "the form is submitted", not "is displayed"."""
    return verb in _DONE_BY_PEOPLE


def stage(conditions: Sequence[tuple[str, str]], effect: str) -> Situation:
    """Arrange ``conditions`` (keyword and words), and act so that ``effect`` can be observed.

    States become preconditions, what people do becomes the action; where nobody acts in the
    conditions, the action is what the effect itself speaks of.
    """
    states: list[str] = []
    actions: list[str] = []
    for keyword, words in conditions:
        said = one_line(words)
        command = None if keyword in ("given", "while", "as long as") else command_of(said, keyword)
        if command:
            actions.append(command)
        elif said:
            states.append(_state(said))
    if not actions:
        acted = action_on(effect)
        looks = acted.startswith("Use the function") and bool(states)
        actions.append(f"Check whether {_first_fact(effect)}" if looks else acted)
    action = " and ".join([actions[0], *(item[:1].lower() + item[1:] for item in actions[1:])])
    return Situation(capital(" and ".join(states)), action)


def _first_fact(effect: str) -> str:
    """The first thing to check, said without a negation: "whether an exit fee is charged"."""
    part = coordinated(one_line(effect))[0]
    clause = parse_clause(part)
    denied = clause and (clause.negated or clause.subject.lower().startswith("no "))
    said = (negation(part) or part) if denied else fact(part)
    return lower_start(one_line(third(said)))


def command_of(words: str, keyword: str = "when") -> str | None:
    """What to do for a condition to come true; ``None`` for a state that has to be there."""
    if re.match(r"(?:no|nobody|none|neither)\b", words, re.IGNORECASE):
        return None
    done = parse_clause(words) if keyword in ("unless", "if", "provided", "provided that") else None
    if done and done.form == "perfect" and is_person(done.subject):
        return None  # "unless the buyer has agreed": done before, and maybe by somebody else
    command = imperative(words)
    if command:
        return command
    first, _, rest = words.partition(" ")
    base = base_of_gerund(first)
    if base:
        return capital(f"{base} {impersonal(rest)}".strip())
    if is_base(first) and keyword == "when" and parse_clause(words) is None and rest:
        return capital(impersonal(words))
    if keyword == "given":
        return None
    parts = coordinated(words)
    clause = parse_clause(parts[0]) if parts else None
    if clause is None or len(parts) > 1:
        return None
    if keyword in _EVENT_WORDS and not is_person(clause.subject):
        happening = _let_happen(clause)
        if happening:
            return happening
    if clause.form != "be":
        return None
    entered = _entered(clause)
    if entered:
        return entered
    if (
        clause.passive in _DONE_BY_PEOPLE
        and not clause.negated
        and keyword not in ("where", "once", "until")
    ):
        return passive_command(clause)
    return None


def _entered(clause: Clause) -> str | None:
    """ "the password is incorrect" -> "Enter a password that is incorrect"."""
    first = clause.tail.split(" ")[0].rstrip(",.") if clause.tail else ""
    if not is_entered(clause.subject) or " or " in clause.subject or clause.plural:
        return None
    name = lower_start(without_article(clause.subject))
    if first in ("empty", "blank", "missing") and not clause.negated:
        return f"Leave the {name} empty"
    if first in ("invalid", "incorrect", "wrong", "valid", "correct", "too", "longer", "shorter"):
        verb = use_of(f"a {name}").split(f" a {name}")[0]
        return f"{verb} {indefinite(name)} that is {'not ' if clause.negated else ''}{clause.tail}"
    return None


def _let_happen(clause: Clause) -> str | None:
    """ "the ledger confirms the change" -> "Let the ledger confirm the change"."""
    lead = "Do not let" if clause.negated else "Let"
    if clause.form == "present" and clause.verb not in _STATIVE:
        said = f"{lead} {lower_start(clause.subject)} {clause.adverbs} {clause.verb} {clause.tail}"
        return re.sub(r"\s+", " ", said).strip()
    if clause.form == "be" and clause.passive in _HAPPENING:
        said = f"{lead} {lower_start(clause.subject)} be {clause.adverbs} {clause.tail}"
        return re.sub(r"\s+", " ", said).strip()
    return None


_BY = re.compile(
    r"\s?\bby (?P<who>(?:an?|the) [A-Za-z ]+?)(?=$|,| (?:when|if|after|before|within|until|at|on"
    r"|up to|no later|from|in)\b| \d)"
)


def passive_command(clause: Clause) -> str:
    """ "A contract can be cancelled by an agent" -> "Cancel a contract"."""
    words = clause.tail.split(" ")
    index = next((i for i, word in enumerate(words) if base_of_participle(word.strip(",."))), 0)
    tail = " ".join(words[index + 1 :])
    verb = clause.passive
    particle = re.match(r"(?P<word>in|out|up|off|on|down|back)(?P<rest>$|,| (?!to\b).*)", tail)
    if particle and not re.match(
        r" (?:the|a|an|this|that|its|their|each|any|\d+|[A-Z][a-z]+days?|\w+ (?:page|screen|list))"
        r"\b",
        particle["rest"],
    ):
        verb, tail = f"{verb} {particle['word']}", particle["rest"]
    joint = re.match(r"(?P<word>or|and) (?P<more>\w+)\b", tail)
    more = base_of_participle(joint["more"]) if joint else None
    if joint and more:  # "can be cancelled or moved" -> "Cancel or move"
        verb, tail = f"{verb} {joint['word']} {more}", tail[joint.end() :]
    by = re.search(r"\bby ((?:an?|the) [A-Za-z ]+)", tail)
    if by and is_person(by[1]):
        tail = _BY.sub("", tail, count=1)
    extra = " ".join(word for word in words[:index] if word.lower() not in ("also", "then", "only"))
    said = f"{verb} {lower_start(clause.subject)} {extra} {tail}"
    return capital(re.sub(r"\s+", " ", impersonal(said)).strip())


def action_on(effect: str) -> str:
    """The action that shows whether ``effect`` comes about, taken from its own words."""
    parts = coordinated(one_line(effect))
    clause = parse_clause(parts[0]) if parts else None
    if clause is None:
        return _action_without_clause(one_line(effect))
    capability = find_capability(clause)
    if capability:
        return capital(impersonal(one_line(capability.what)))
    able = clause.form == "modal" and clause.auxiliary in ("can", "may", "could")
    if able and clause.verb == "be" and clause.passive:
        return passive_command(clause)
    if is_person(clause.subject) and clause.form in ("modal", "present", "perfect", "past", "do"):
        command = imperative(effect)
        if command and clause.negated:
            return f"Try to {lower_start(command.removeprefix('Do not '))}"
        if command:
            return command
    return _look(clause) or f"Check whether {_first_fact(effect)}"


def _action_without_clause(text: str) -> str:
    first = text.split()[0].lower() if text.split() else ""
    if is_base(first) and len(text.split()) > 1:
        return capital(text)
    return f"Check this point: {lower_start(text)}" if text else "Check the criterion"


def _look(clause: Clause) -> str:
    subject = definite(clause.subject) if clause.subject else "the result"
    head = singular(head_noun(clause.subject)).lower()
    if clause.verb in _SHOWING or clause.form == "be":
        if head in _READ and (clause.verb in _SHOWING):
            return f"Read {subject}"
        if head in _OPENED and without_article(clause.subject).lower() not in _WHOLE:
            return f"Open {subject}"
    works = clause.form in ("present", "modal", "do") and clause.verb not in ("be", "have", "")
    if works and (is_system(clause.subject) or _named_component(clause.subject)):
        what = f"{third_person(clause.verb)} {clause.tail}".strip()
        whose = "" if without_article(clause.subject).lower() in _WHOLE else f" of {subject}"
        if clause.negated:
            return f"Use the functions{whose} that could {clause.verb} {clause.tail}".strip()
        return f"Use the function{whose} that {one_line(what)}"
    if re.match(r"(?:message|error|warning)\b", head) and clause.passive in LOOKED_AT:
        return "Read what is shown on the screen"
    return ""


def _named_component(subject: str) -> bool:
    """Whether a subject is a named part of the system ("The DPU-CCM", "_GCS_", "Libwarc")."""
    bare = without_article(subject)
    return bool(re.match(r"_?[A-Z][\w-]*_?$", bare)) or bool(re.search(r"[A-Z]{2,}-|_\w+_", bare))


_AFTER = re.compile(r"^after (?P<what>.+)$", re.IGNORECASE)


def _state(words: str) -> str:
    """A precondition, still without a capital: "14 days have passed"."""
    after = _AFTER.match(words)
    amount = find_quantities(after["what"]) if after else ()
    if after and amount:
        one = amount[0].value == 1
        if amount[0].kind == "duration":
            return f"{after['what']} {'has' if one else 'have'} passed"
        return f"there {'has' if one else 'have'} been {after['what']}"
    if re.match(
        r"(?:not )?(?:requested|required|needed|necessary|possible|applicable)\b",
        words,
        re.IGNORECASE,
    ):
        return f"it is {lower_start(words)}"
    return third(fact(words)) if parse_clause(words) else words
