"""Pronouns of a sentence named: "it" and "they" as the subject that they stand for.

Offsets stay true at the end of the words, where their limits are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.design.casing import definite
from assistant.design.clauses import parse_clause
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, is_person, is_system, noun_core
from assistant.design.rules import Condition, Rule
from assistant.design.sentences import Span
from assistant.design.verbs import is_base, third_person

_PRONOUN = re.compile(
    r"^(?:it|they)(?= [a-z])(?! (?:is|must be|should be) possible)", re.IGNORECASE
)
_OBJECT_PRONOUN = re.compile(r"\b(?:it|them)$", re.IGNORECASE)


def named(rule: Rule, before: Rule) -> Rule:
    """A rule whose "it" is named by the subject of the sentence before, offsets kept true."""
    clause = before.clause
    about = before.conditions[0].clause if before.conditions else None
    spoken = ""
    if about and about.subject and not is_person(about.subject) and len(about.subject.split()) < 6:
        spoken = definite(noun_core(about.subject))
    if clause is None or is_person(clause.subject) or len(clause.subject.split()) > 9:
        if not spoken:
            return rule
        said_of = tuple(replace(c, words=_renamed(c.words, spoken)) for c in rule.conditions)
        return replace(rule, conditions=said_of)
    name = (
        definite(noun_core(clause.subject))
        if not clause.subject[:1].isupper() or " " in clause.subject
        else clause.subject
    )
    if len(name.split()) > 5 or parse_clause(name):
        return rule
    conditions = tuple(replace(c, words=_renamed(c.words, spoken or name)) for c in rule.conditions)
    effect = _renamed(rule.effect, name)
    if _OBJECT_PRONOUN.search(effect.text):
        said = _OBJECT_PRONOUN.sub(name, effect.text)
        effect = Span(said, effect.start, effect.start + len(said))
    return replace(rule, conditions=conditions, effect=effect)


def _renamed(words: Span, name: str) -> Span:
    match = _PRONOUN.match(words.text)
    if match is None:
        return words
    said = name + words.text[match.end() :]
    return Span(said, words.end - len(said), words.end)


def spoken_of(condition: Condition, effect: Span) -> Condition:
    """A condition after its effect with the effect's subject for "it" and "they"."""
    clause = parse_clause(effect.text)
    condition = _object_named(condition, effect)
    pronoun = re.match(
        r"(?P<word>it|they|he or she|she or he|he/she|he|she) ", condition.words.text, re.IGNORECASE
    )
    if pronoun is None or clause is None or condition.words.start < effect.start:
        return condition
    name = definite(noun_core(clause.subject))
    acting = is_person(clause.subject) or is_system(clause.subject)
    if pronoun["word"].lower() == "it" and acting and clause.form != "be":
        thing = _OBJECT.match(clause.tail)  # "a user can edit a profile unless it is locked"
        if thing is None and is_person(clause.subject):
            return condition
        name = definite(thing["thing"]) if thing else name
    things = _OBJECTS.match(clause.tail)
    if (
        pronoun["word"].lower() == "they"
        and not clause.plural
        and things
        and is_plural(head_noun(things["thing"]))
    ):  # "an administrator can remove campers if they leave"
        said = f"{definite(things['thing'])} {condition.words.text[pronoun.end() :]}"
        end = condition.words.end
        return replace(condition, words=Span(said, end - len(said), end))
    people = _people_of(clause.tail) if pronoun["word"].lower() == "they" else ""
    if people and not clause.plural and not is_person(clause.subject):
        said = f"{definite(people)} {condition.words.text[pronoun.end() :]}"
        end = condition.words.end
        return replace(condition, words=Span(said, end - len(said), end))
    if not clause.subject or len(name.split()) > 6 or clause.subject.lower() in _PRONOUNS:
        return condition
    rest = condition.words.text[pronoun.end() :]
    if pronoun["word"].lower() == "they" and not clause.plural:
        first, gap, more = rest.partition(" ")
        rest = _of_one(first) + gap + more
        rest = _FURTHER_VERB.sub(lambda match: match["joint"] + _of_one(match["verb"]), rest)
    said = f"{name} {rest}"
    end = condition.words.end
    return replace(condition, words=Span(said, end - len(said), end))


def _people_of(tail: str) -> str:
    """The first people after a preposition: "(is paid for) children (over 25)"; "" for none."""
    for found in re.finditer(r"\b(?:for|to|from|of|with|by) (?P<who>[a-z][\w-]*)", tail):
        if is_person(found["who"]) and is_plural(found["who"]):
            return found["who"]
    return ""


def _object_named(condition: Condition, effect: Span) -> Condition:
    """ "Results are shown after a doctor has released them": what is released is named."""
    last = _OBJECT_PRONOUN.search(condition.words.text)
    clause = parse_clause(effect.text)
    later = condition.words.start >= effect.start
    if last is None or clause is None or not later or re.search(r"\d", condition.words.text):
        return condition
    wanted = last.group().lower()
    thing = (_OBJECTS if wanted == "them" else _OBJECT).match(clause.tail)
    if not is_person(clause.subject) and clause.form == "be":
        name = noun_core(clause.subject) if clause.plural == (wanted == "them") else ""
    else:
        name = thing["thing"] if thing else ""
    if not name or len(name.split()) > 5:
        return condition
    said = f"{condition.words.text[: last.start()]}{definite(name)}"
    end = condition.words.end
    return replace(condition, words=Span(said, end - len(said), end))


_OBJECT = re.compile(
    r"(?P<thing>(?:the|an?|their|his|her|its|any|each) (?:[\w-]+ ){0,2}?[\w-]+)"
    r"(?=$| (?:free|online|again|\w+ly|of|in|on|at|to|for|from|by|with|within|as)\b)"
)
_OBJECTS = re.compile(
    r"(?P<thing>(?:(?:the|all|any|their|these|those) )?(?:[\w-]+ )?[\w-]+s)"
    r"(?=$| (?:of|in|on|at|to|for|from|by|with|within|as)\b)"
)
_FURTHER_VERB = re.compile(
    r"(?P<joint>, (?:and |or )?|\b(?:and|or|but) )(?P<verb>are|have|were|do|[a-z]+)"
    r"(?= (?:not|a|an|the|their|its|any|no|at|in|on|for|to|with|from|by|of|under|over|as|been|more"
    r"|less|up|already|\d|[a-z]+ed\b)|$|[,.])",
    re.IGNORECASE,
)


def _of_one(verb: str) -> str:
    """A verb of many as a verb of one: "are" -> "is", "live" -> "lives"."""
    one = {"are": "is", "have": "has", "were": "was", "do": "does", "don't": "doesn't"}.get(
        verb.lower()
    )
    return one or (third_person(verb) if is_base(verb) else verb)


_PRONOUNS = frozenset(("it", "they", "he", "she", "i", "we", "you", "this", "there"))
