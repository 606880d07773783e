"""Careful English for conditions: facts, negations, opposites and imperatives of a clause.

Where a clause cannot be read, the functions return ``None`` and ``safely_not`` gives a frame that
is always grammatical, rather than a guess that may say the opposite of what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from assistant.design.casing import SPACE, capital, impersonal, indefinite, lower_start, one_line
from assistant.design.clauses import Clause, parse_clause
from assistant.design.joining import coordinated, starts_own
from assistant.design.lexicon import word_set
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, is_person
from assistant.design.verbs import (
    base_of_participle,
    base_of_third,
    gerund,
    is_base,
    participle,
    past_tense,
    third_person,
)

_PERMISSIVE = frozenset(("can", "could", "may", "might"))
_OPPOSITES = {
    "rejected": "accepted", "refused": "accepted", "declined": "accepted", "denied": "granted",
    "accepted": "rejected", "approved": "refused", "disabled": "enabled", "enabled": "disabled",
    "hidden": "visible", "greyed": "enabled", "grayed": "enabled", "unavailable": "available",
    "available": "unavailable", "inactive": "active", "invalid": "valid", "optional": "mandatory",
    "visible": "hidden",
}  # fmt: skip


def _present(clause: Clause, verb: str) -> str:
    return verb if clause.plural else third_person(verb)


def _join(*parts: str) -> str:
    return SPACE.sub(" ", " ".join(part for part in parts if part)).strip()


def _be(clause: Clause) -> str:
    if clause.subject == "I":
        return "am"
    return "are" if clause.plural else "is"


def _fact(clause: Clause) -> str:
    """The clause as a plain fact, negation kept: duties become what is observed."""
    subject, verb = clause.subject, clause.verb
    not_ = "not" if clause.negated else ""
    if clause.form == "modal":
        if clause.auxiliary in _PERMISSIVE:
            modal = "cannot" if not_ else "can"
            return _join(subject, modal, clause.adverbs, verb, clause.tail)
        if verb == "be":
            return _join(subject, _be(clause), not_, clause.adverbs, clause.tail)
        if verb == "have" and _been(clause.tail):
            has = "have" if clause.plural else "has"
            return _join(subject, has, not_, clause.adverbs, clause.tail)
        if not_:
            does = "do" if clause.plural else "does"
            return _join(subject, does, "not", clause.adverbs, verb, clause.tail)
        return _join(subject, clause.adverbs, _present(clause, verb), _also_present(clause))
    if clause.form == "be":
        return _join(subject, clause.auxiliary, not_, clause.adverbs, clause.tail)
    if clause.form == "perfect":
        return _join(subject, clause.auxiliary, not_, clause.adverbs, clause.tail)
    if clause.negated or clause.auxiliary == "did":
        does = "did" if clause.form == "past" else ("do" if clause.plural else "does")
        does = clause.auxiliary or does
        return _join(subject, does, not_, clause.adverbs, verb, clause.tail)
    if clause.form == "past" and not clause.auxiliary:
        return _join(subject, clause.adverbs, _past(verb), clause.tail)
    return _join(subject, clause.adverbs, _present(clause, verb), clause.tail)


_SECOND_VERB = re.compile(r"[a-z] and (?P<verb>[a-z]+) (?=(?:the|an?|all|its|it|them|him|her)\b)")
""" "connect the caller and (block) the car"."""


def _also_present(clause: Clause) -> str:
    """A tail whose second verb shares the modal: "accept and activate a plan"."""
    later = _SECOND_VERB.search(clause.tail)
    infinitive = later and re.search(
        r"\bto (?!(?:the|an?)\b)[a-z]+ ", clause.tail[: later.start("verb")]
    )
    if later and not infinitive and not clause.plural and is_base(later["verb"]):
        place = later.start("verb")
        rest = clause.tail[later.end("verb") :]
        return f"{clause.tail[:place]}{third_person(later['verb'])}{rest}"
    match = re.match(r"(?P<word>and|or) (?P<verb>[a-z]+)(?= )", clause.tail)
    if match is None or clause.plural or not is_base(match["verb"]):
        return clause.tail
    return f"{match['word']} {third_person(match['verb'])}{clause.tail[match.end() :]}"


def _been(tail: str) -> bool:
    return bool(tail) and base_of_participle(tail.split()[0]) is not None


def _past(verb: str) -> str:
    return past_tense(verb) or participle(verb)


def _turned(clause: Clause) -> Clause:
    """The same clause with its negation turned, and its subject made fit for it."""
    subject = clause.subject
    lower = subject.lower()
    if lower.startswith("no ") and not clause.negated:
        rest = subject[3:]
        made = rest if is_plural(head_noun(rest)) else indefinite(rest)
        return _with(clause, subject=capital(made) if subject[0] == "N" else made, negated=False)
    for some in ("one of ", "any of ", "at least one of "):
        if lower.startswith(some) and not clause.negated:
            none = "None of " if subject[0].isupper() else "none of "
            adverbs = _without(clause.adverbs, "already")
            return _with(
                clause, subject=none + subject[len(some) :], negated=False, adverbs=adverbs
            )
    nothing = re.match(r"no (?!longer\b|more\b|less\b|later\b)", clause.tail)
    if nothing and not clause.negated and clause.verb in _OF_NOTHING:
        rest = clause.tail[3:]
        some = (
            indefinite(rest) if clause.verb == "have" and not is_plural(head_noun(rest)) else rest
        )
        return _with(clause, subject=subject, negated=False, tail=some)
    if " but " in clause.tail and clause.negated:
        tail = clause.tail.replace(" but ", " rather than ", 1)
        return _with(clause, subject=subject, negated=False, tail=tail)
    for quantifier in ("each ", "every ", "any "):
        if lower.startswith(quantifier) and not clause.negated:
            start = "The " if subject[0].isupper() else "the "
            subject = start + re.sub(r"^of the ", "", subject[len(quantifier) :])
            break
    tail = clause.tail if clause.negated else re.sub(r"\s(?:as well|too)$", "", clause.tail)
    tail = re.sub(r"^only ", "", tail)
    adverbs = _without(clause.adverbs, "only", *(() if clause.negated else ("already",)))
    return _with(clause, subject=subject, negated=not clause.negated, tail=tail, adverbs=adverbs)


_OF_NOTHING = ("need", "require", "have", "contain", "include", "incur", "attract", "receive")
""" "need no approval" denied is "need approval"."""


def _without(adverbs: str, *left_out: str) -> str:
    return " ".join(word for word in adverbs.split() if word.lower() not in left_out)


def _with(
    clause: Clause,
    *,
    subject: str,
    negated: bool,
    tail: str | None = None,
    adverbs: str | None = None,
) -> Clause:
    said = clause.adverbs if adverbs is None else adverbs
    return Clause(
        subject, clause.form, clause.auxiliary, negated, said, clause.verb,
        clause.tail if tail is None else tail, clause.plural,
    )  # fmt: skip


def _each(text: str, change: Callable[[Clause], str]) -> str | None:
    """Apply ``change`` to every joined clause; one without a subject borrows the first's."""
    subject: Clause | None = None
    done: list[str] = []
    for part in coordinated(one_line(text)):
        clause = parse_clause(part)
        own = clause is not None and starts_own(part, clause) if subject else clause is not None
        if not own:
            if subject is None:
                return None
            clause = parse_clause(f"{subject.subject} {part}")
            if clause is None:
                return None
        assert clause is not None
        said = change(clause)
        if not own and subject is not None:
            said = (
                said[len(subject.subject) :].strip() if said.startswith(subject.subject) else said
            )
        done.append(said)
        subject = subject if not own and subject else clause
    return " and ".join(done)


@lru_cache(maxsize=8192)
def fact(text: str) -> str:
    """What a clause says as an observable fact: "must be displayed" -> "is displayed"."""
    said = _each(text, _fact) or one_line(text)
    return re.sub(r":\s+(?=(?:on|in|at|by|within|to|from|for)\s)", " ", said)


@lru_cache(maxsize=8192)
def negation(text: str) -> str | None:
    """The clause denied: "is displayed" -> "is not displayed", "cannot pay" -> "can pay"."""
    return _no_longer(_each(text, lambda clause: _fact(_turned(clause))))


def _no_longer(denied: str | None) -> str | None:
    return denied and re.sub(r"\b(is|are|was|were) not still\b", r"\1 no longer", denied)


def safely_not(text: str) -> str:
    """The denial of a clause, in a frame that always reads, where it cannot be built."""
    return negation(text) or f"The system does not do the following: {lower_start(one_line(text))}"


def opposite(text: str) -> str | None:
    """The contrary outcome: "is rejected" -> "is accepted", otherwise the negation."""
    return _no_longer(_each(text, _opposite))


_WITH_MESSAGE = re.compile(
    r"^with (?:the|an?|this) (?:error |warning )?(?:message|text|reason)\b.*"
)


def _opposite(clause: Clause) -> str:
    words = clause.tail.split(" ", 1)
    word = words[0].strip(",.") if words else ""
    if clause.verb in ("stay", "remain") and word in _OPPOSITES and not clause.negated:
        return _join(clause.subject, _be(clause), _OPPOSITES[word], *words[1:])
    is_state = clause.form == "be" or (clause.form == "modal" and clause.verb == "be")
    if clause.negated or not is_state or word not in _OPPOSITES:
        return _fact(_turned(clause))
    rest = words[1] if len(words) > 1 else ""
    rest = re.sub(r"^out\b ?", "", rest) if word in ("greyed", "grayed") else rest
    rest = _WITH_MESSAGE.sub("", rest)
    turned = _turned(clause)
    tail = _join(_OPPOSITES[word], rest)
    return _fact(_with(turned, subject=turned.subject, negated=False, tail=tail))


def imperative(text: str) -> str | None:
    """What a person does in a clause, as an instruction: "the agent selects Save" -> "Select Save".

    ``None`` where nobody acts in it.
    """
    parts = coordinated(one_line(text))
    if not parts:
        return None
    clause = parse_clause(parts[0])
    if clause is None or not is_person(clause.subject) or clause.form == "be":
        return None
    done = [_command(clause)]
    for part in parts[1:]:
        other = parse_clause(part)
        if other and starts_own(part, other) and is_person(other.subject):
            done.append(_command(other))
            continue
        shared = parse_clause(f"{clause.subject} {part}")
        if shared is None or (other and starts_own(part, other)):
            return None
        done.append(_command(shared))
    if any(not command for command in done):
        return None
    rest = [command[:1].lower() + command[1:] for command in done[1:]]
    return " and ".join([done[0], *rest])


_STATES = word_set(
    "be have want see receive know live own reside belong owe earn lack qualify need exist"
)
"""Verbs that tell how somebody is placed: nobody can be told to do them."""


def _command(clause: Clause) -> str:
    verb, tail = clause.verb, clause.tail
    if clause.form == "perfect":
        word, _, tail = tail.partition(" ")
        verb = base_of_participle(word) or ""
    if not verb or verb in _STATES:
        if verb in ("see", "receive") and tail:
            who = clause.subject
            special = len(who.split()) > 2 and re.search(
                r"\s(?:on|with|without|who|that|in|of)\s", who
            )
            look = f"look for {impersonal(tail)}"
            if clause.negated:
                return ""
            return f"For {lower_start(who)}, {look}" if special else capital(look)
        return ""
    tail = _gerunds_to_base(impersonal(tail))
    command = _join(verb, tail)
    return f"Do not {command}" if clause.negated else capital(command)


def _gerunds_to_base(tail: str) -> str:
    """Shared verbs after "and" and commas in the base form: ", adds 2 photos and selects X"."""

    def base(match: re.Match[str]) -> str:
        found = base_of_third(match["verb"])
        return match["lead"] + (found or match["verb"])

    return re.sub(
        r"(?P<lead>,? and |, )(?P<verb>[a-z]+s)(?= (?:the|a|an|at|more|fewer|less|no|exactly|\d|\""
        r"|“|[A-Z]))",
        base,
        tail,
    )


def doing(text: str) -> str | None:
    """ "agree a plan" -> "agreeing a plan": a verb phrase as a noun."""
    verb, _, tail = text.strip().partition(" ")
    if not is_base(verb):
        return None
    return _join(gerund(verb.lower()), tail)
