"""What one story's criterion hands over to another's: states, things and fields, by their words.

A positive condition *gives* what its outcome, its action and its story's title bring about, and
*needs* what its situation and its action start from. Two conditions connect only where the same
words stand in both: "the Case Status is New" and "a case with the Case Status New", "verify the
caller" and "a verified caller", "the Cancellation Date is set" and "days after the Cancellation
Date".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.design.questions.conflicts import stem
from assistant.domain import TestCondition, UserStory
from assistant.language.joining import clauses_of, coordinated
from assistant.language.lexicon import word_set
from assistant.language.messages import mask_quotes
from assistant.language.people import is_person, is_system, noun_core, without_article
from assistant.language.verbs import base_of_participle, is_base

Kind = Literal["status", "done", "event", "thing", "field"]

_NAMED = r"(?:[\"“][^\"”\n]+[\"”]|[A-Z][\w-]*(?: [A-Z][\w-]*)*)"
_STATUS = r"(?P<attribute>(?:[A-Z][\w-]* )*(?:[Ss]tatus|[Ss]tate|[Ss]tage))"
_GETS = re.compile(
    rf"{_STATUS}(?: (?:after|on) [A-Z]\w+)?(?: (?:is|becomes|can be set to|is set to|changes to"
    rf"|changes from {_NAMED} to))? (?P<value>{_NAMED})"
)
_LEAVES = re.compile(rf"{_STATUS} changes (?:back )?from (?P<value>{_NAMED}) to\b")
_OWNER = re.compile(
    r"(?:^|\b(?:an?|the) )(?P<thing>(?:an?|the)? ?[\w -]{2,40}?) (?:with|in|has) (?:the )?"
    r"(?:[A-Z][\w-]* )*(?:[Ss]tatus|[Ss]tate)\b",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"\b(?:[Aa]n?|[Tt]he|[Ee]ach|[Ee]very|[Aa]ny) (?P<state>[A-Za-z]+)"
    r"(?= (?P<noun>[a-z]+(?: [a-z]+)?)\b)"
)
_PHRASE = re.compile(
    r"\b(?P<article>an?|the)(?= (?P<noun>[A-Za-z][\w-]*(?: (?!an? |the )[A-Za-z][\w-]*){0,3}))"
)
_WITH = re.compile(r"\bwith (?P<noun>an? [\w -]{3,40})$")
_FIELD = re.compile(r"\b(?!The |An? )[A-Z][a-z]+(?: [A-Z][a-z]+){1,3}\b")
_FIELD_GIVEN = re.compile(rf"(?P<field>{_FIELD.pattern}) (?:is|are)\b(?! (?:not|sent|offered))")
_DIRECTED = re.compile(r"\b(?:on|for|to|against) (?P<noun>an? [a-z]+(?: [a-z]+)?)")
_AMOUNT = re.compile(r"[£$€]?\d")
_PURPOSE = re.compile(r",? so that\b.*|,? in order to\b.*", re.IGNORECASE | re.DOTALL)
_DEVERBAL = re.compile(r"(?:ation|ment|ion|al)$")

MAKING = word_set(
    """agree set create register book add make raise open request submit place order write issue
    start schedule record enter save upload import sign choose give use try fill check apply send
    build generate publish post"""
)
"""Verbs whose object comes to be through them: an object of theirs is no input."""

_NO_THING = word_set(
    """message button list page screen system user customer agent tester function change way day
    time date status state result value field form record other same first last next one case-id
    end part kind entry note function application amount number detail option word month year"""
)
STOP = word_set(
    """a an the of for in on at to by with and or from that which who its their his her is are be
    was were been has have had can may must will shall once same what"""
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that holds: ``value`` tells how it stands, ``name`` are the stems of what it is
    about, its head last.

    ``status``: an attribute has a value; ``done``: a thing was verified, approved, closed;
    ``event``: it happened, named by a noun; ``thing``: it exists; ``field``: it is filled.
    ``words`` are the words that say it, ``weak`` that the sentence only mentions it in passing.
    """

    kind: Kind
    name: tuple[str, ...]
    value: str = ""
    words: str = ""
    weak: bool = False

    @property
    def is_state(self) -> bool:
        """Whether it tells how something stands, not only that it is there."""
        return self.kind in ("status", "done")


def key_of(fact: Fact) -> tuple[str, str]:
    """What two facts must share to meet: found at once, before their words are compared."""
    if fact.kind == "event":
        return "event", fact.value[:3]
    if fact.is_state:
        return "state", fact.value
    return fact.kind, fact.name[-1] if fact.name else ""


def meets(given: Fact, needed: Fact, *, same_story: bool) -> bool:
    """Whether what one condition gives is what another needs, by the words of both."""
    if needed.kind == "event":
        return given.kind == "done" and _names(needed.value, given.value)
    if needed.is_state and given.is_state:
        same = given.value == needed.value
        told_apart = given.name and needed.name and not _alike(given, needed)
        return same and (not told_apart or (same_story and given.kind != needed.kind))
    if given.kind != needed.kind:
        return False
    return given.name == needed.name if given.kind == "field" else _alike(given, needed)


def same_attribute(one: Fact, other: Fact) -> bool:
    """Whether two facts are about the status of the same thing."""
    return one.kind == other.kind == "status" and (
        not (one.name and other.name) or bool(set(one.name) & set(other.name))
    )


def before(condition: TestCondition) -> str:
    """What a condition sets, in the words of the criterion: all that holds before."""
    kinds = ("condition", "scenario", "row", "transition")
    held = (fact for fact in condition.facts if fact.kind in kinds and fact.holds)
    return " and ".join(fact.quote for fact in held)


def after(condition: TestCondition) -> str:
    """What follows in the words of the criterion."""
    return " and ".join(one.quote.rstrip(".") for one in condition.outcomes if one.happens)


def act(condition: TestCondition) -> str:
    """What a person can do by the outcome: "cancel an order" of "the agent can cancel an order"."""
    for clause in clauses_of(after(condition)):
        if clause.form == "modal" and not clause.negated and is_person(clause.subject):
            return f"{clause.verb} {clause.tail}".strip()
    return ""


def gives(condition: TestCondition, story: UserStory, *, opens: bool) -> tuple[Fact, ...]:
    """What holds after the condition was met; ``opens`` where it stands for its whole story."""
    expected = mask_messages(after(condition))
    found = [*_statuses(_GETS, expected, condition, qualifying=False)]
    for said in coordinated(expected):
        for clause in clauses_of(said):
            if clause.negated or is_person(clause.subject):
                continue
            subject = noun_core(clause.subject)
            name = stems(subject)
            if name and clause.passive:
                found.append(Fact("done", name, clause.passive, said))
            comes = clause.passive in MAKING or _AMOUNT.match(clause.tail)
            if comes and not _NO_THING.issuperset(name):
                found.append(Fact("thing", name, "", said))
    for match in _FIELD_GIVEN.finditer(expected):
        field = match["field"]
        found.append(Fact("field", (field.casefold(),), "", field))
    found += command_facts(act(condition))
    if opens:
        found += command_facts(story.title)
        found += _called(story)
    return tuple(dict.fromkeys(found))


def needs(condition: TestCondition, story: UserStory, *, opens: bool) -> tuple[Fact, ...]:
    """What must hold before the condition can be met."""
    held = mask_messages(before(condition))
    action, expected = mask_messages(act(condition)), mask_messages(after(condition))
    found = [*_statuses(_GETS, held, condition), *_statuses(_LEAVES, expected, condition)]
    found += _statuses(_GETS, action, condition, qualifying=True)
    found += _statuses(_GETS, expected, condition, qualifying=True)
    for text in (held, action, expected):
        for match in _QUALIFIED.finditer(text):
            value = _value(match["state"])
            if value and (base_of_participle(match["state"].lower()) or match["state"].istitle()):
                words = f"{match.group()} {noun_core(match['noun'])}"
                found.append(Fact("done", stems(noun_core(match["noun"])), value, words))
    for clause in clauses_of(held):
        if clause.passive and not clause.negated:
            found.append(Fact("done", stems(noun_core(clause.subject)), clause.passive, held))
    owned = _WITH.search(held)
    if owned:
        found.append(Fact("thing", stems(owned["noun"]), "", owned["noun"]))
    there = {stem(word) for word in re.findall(r"[A-Za-z]+", held)}
    found += (one for one in _objects(action) if one.name[-1] not in there)
    for text in (action, expected):
        for match in re.finditer(r"\bthe (?P<noun>[a-z]+)\b", text):
            if _DEVERBAL.search(match["noun"]):
                found.append(Fact("event", (), match["noun"], match.group(), weak=True))
    for text in (held, action, expected):
        for field in _FIELD.findall(text):
            found.append(Fact("field", (field.casefold(),), "", field))
    if opens:
        for match in _DIRECTED.finditer(_PURPOSE.sub("", story.narrative)):
            found.append(Fact("thing", stems(match["noun"]), "", match.group(), weak=True))
    given = {one.name for one in gives(condition, story, opens=False) if one.kind == "field"}
    return tuple(
        dict.fromkeys(one for one in found if one.kind != "field" or one.name not in given)
    )


def mask_messages(text: str) -> str:
    """A text without whole sentences in quotes; quoted names of states stay."""
    masked = mask_quotes(text)
    return re.sub(
        r"[\"“]([^\"”\n]{1,40})[\"”]",
        lambda m: m.group() if len(m[1].split()) < 5 and m[1][-1:] not in ".!?" else "",
        text,
    ) if masked != text else text  # fmt: skip


def stems(phrase: str) -> tuple[str, ...]:
    """The stems of a noun phrase without its article, in order."""
    words = re.findall(r"[A-Za-z][A-Za-z-]*", without_article(phrase))
    return tuple(dict.fromkeys(stem(word) for word in words if word.lower() not in STOP))


def _statuses(
    pattern: re.Pattern[str],
    text: str,
    condition: TestCondition,
    *,
    qualifying: bool | None = None,
) -> Iterator[Fact]:
    """The values of a status in a text; those that tell which thing is meant ("an appointment with
    the status Dispatched"), or only the others, or both."""
    for match in pattern.finditer(text):
        lead = re.search(r"(\w+) (?:with|in|has|having) (?:the )?$", text[: match.start()])
        tells_which = bool(lead and not base_of_participle(lead[1].lower()))
        if qualifying is not None and tells_which is not qualifying:
            continue
        attribute = tuple(
            one for one in stems(match["attribute"]) if one not in ("status", "state", "stage")
        )
        owner = _OWNER.search(before(condition))
        if not attribute and owner:
            attribute = stems(owner["thing"])
        yield Fact("status", attribute, _value(match["value"]), match.group())


def _value(words: str) -> str:
    """A state in one form: "Resolved", "resolved" and "resolve" are the same."""
    plain = words.strip('"“” ').lower()
    return base_of_participle(plain) or plain if " " not in plain else plain


def command_facts(text: str) -> Iterator[Fact]:
    """What a command does: "Cancel an appointment" -> appointment cancelled."""
    command = re.sub(r"^As [^,]{2,60}, ", "", text)
    match = re.match(
        r"(?P<verb>[A-Za-z]+)(?: or (?P<other>[a-z]+))?(?: (?:up|out|in|off))?"
        r" (?:(?:an?|the|my) )?(?P<noun>[A-Za-z][^,.;]*)",
        command,
    )
    if match is None or not is_base(match["verb"].lower()):
        return
    core = noun_core(re.split(r" (?:and|or|while|when|if|has|is) ", match["noun"])[0])
    name = stems(core)
    if not name or _NO_THING.issuperset(name) or len(name) > 4:
        return
    verb = match["verb"].lower()
    yield Fact("done", name, verb, text)
    given_a_value = verb == "set" and re.search(r" to \S", command)  # is there already
    if verb in MAKING and not given_a_value:
        yield Fact("thing", name, "", text)


def _called(story: UserStory) -> Iterator[Fact]:
    """The state that a story's own criteria give what it makes: "an Active payment plan"."""
    made = [one for one in command_facts(story.title) if one.kind == "done" and one.value in MAKING]
    for fact in made:
        for criterion in story.criteria:
            for match in _QUALIFIED.finditer(criterion.text):
                state, noun = match["state"], stems(noun_core(match["noun"]))
                if state.istitle() and noun and set(noun) <= set(fact.name):
                    yield Fact("status", fact.name, _value(state), f"{state} {match['noun']}")


def _objects(action: str) -> Iterator[Fact]:
    """What a command acts on, where it does not make it."""
    verb = re.match(r"(?:As [^,]{2,60}, )?(?P<verb>[A-Za-z]+)", action)
    if verb is None or (verb["verb"].lower() in MAKING):
        return
    for match in _PHRASE.finditer(action):
        core = noun_core(match["noun"])
        name = stems(core)
        if (
            name
            and not _NO_THING.intersection(name)
            and not is_person(core)
            and not is_system(core)
        ):
            yield Fact("thing", name, match["article"], f"{match.group()} {core}", weak=True)


def _alike(one: Fact, other: Fact) -> bool:
    """Whether two noun phrases may name the same: "a payment plan" and "the plan"."""
    if not one.name or not other.name or one.name[-1] != other.name[-1]:
        return False
    short, long = sorted((set(one.name), set(other.name)), key=len)
    return short <= long and not _NO_THING.issuperset(short)


def _names(noun: str, verb: str) -> bool:
    """Whether a noun names the act of a verb: "cancellation" and "cancel"."""
    root = verb.rstrip("ey")
    rest = noun[len(root) :]
    return len(root) >= 3 and noun.startswith(root) and bool(
        re.fullmatch(r"[a-z]?(?:ation|ication|ment|ion|al)", rest)
    )  # fmt: skip
