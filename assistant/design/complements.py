"""The other case of a thing or a state: "a verified caller" -> "a caller who is not verified".

Only what the words themselves carry is turned: a relative clause, "with" and "without", a status, a
telling adjective. Where nothing is to be turned the answer is ``None``, and no case is made up.
"""

from __future__ import annotations

import re

from assistant.design.casing import indefinite
from assistant.design.clauses import Clause, parse_clause
from assistant.design.lexicon import word_set
from assistant.design.messages import mask_quotes
from assistant.design.nouns import is_plural, plural
from assistant.design.people import head_noun, is_person, noun_core, without_article
from assistant.design.verbs import base_of_gerund, base_of_participle
from assistant.design.wording import negation

_ANTONYMS = {
    "valid": "invalid", "correct": "incorrect", "invalid": "valid", "incorrect": "correct",
    "wrong": "correct", "bad": "correct", "active": "inactive", "inactive": "active",
    "missing": "complete", "empty": "filled-in", "blank": "filled-in",
    "available": "unavailable", "unregistered": "registered", "unauthorised": "authorised",
    "unauthorized": "authorized", "matching": "non-matching", "sufficient": "insufficient",
    "insufficient": "sufficient", "complete": "incomplete", "incomplete": "complete",
    "supported": "unsupported", "unsupported": "supported", "eligible": "ineligible",
    "ineligible": "eligible", "duplicate": "new", "successful": "unsuccessful",
    "unsuccessful": "successful", "identical": "different", "enabled": "disabled",
    "disabled": "enabled", "locked": "unlocked", "domestic": "non-domestic",
    "inadequate": "adequate", "compliant": "non-compliant", "known": "unknown",
    "unknown": "known", "unpaid": "paid", "unverified": "verified",
    "legitimate": "illegitimate",
}  # fmt: skip
_PREDICATES = frozenset(
    ("valid", "invalid", "correct", "incorrect", "wrong", "insufficient", "sufficient", "inactive")
)
_PARTICIPLES_OF_STATE = word_set(
    """verified registered approved expired closed paid cancelled canceled confirmed completed
    locked suspended archived activated authenticated authorised authorized signed submitted
    published accepted resolved assigned connected deleted returned shipped delivered blocked
    restricted saved selected enrolled subscribed deactivated overdue outstanding licensed
    certified qualified"""
)
_STATUS = re.compile(
    r"\b(?P<lead>with|in|having|has|of) (?:the |a |an )?(?P<name>(?:[\w-]+ ){0,3}?(?:status|state"
    r"|type|priority|stage|role"
    r"|phase|category|mode|level|tier))\s+(?:of )?(?P<value>[\"“'‘][^\"”'’]+[\"”'’]|[A-Z][\w-]*(?:"
    r" [A-Z][\w-]*)*)",
    re.IGNORECASE,
)
_IN_STATUS = re.compile(
    r"\bin (?:the |a )?(?P<value>[\"“'‘]?[A-Z][\w ]*?[\"”'’]?) (?P<name>status|state|stage|phase)\b"
)


def somebody(words: str) -> str | None:
    """ "nobody answers" with somebody for nobody, which negates no verb."""
    lead = re.match(r"no(?P<what>thing|body| one)\b", words, re.IGNORECASE)
    return f"some{lead['what'].strip().lower()}{words[lead.end() :]}" if lead else None


def other_case(words: str) -> str | None:
    """The other case of a condition: a clause denied or a thing turned; ``None`` for neither."""
    text = words.strip(" .,")
    if re.match(r"(?:after|within|before|on|in|at) ", text, re.IGNORECASE):
        return None
    special = _special(text)
    if special:
        return special
    adjective = _turn_adjective(text)
    clause = parse_clause(text)
    if clause is not None and not clause.negated and somebody(clause.subject):
        return somebody(text)
    if clause is not None:
        person_acts = is_person(clause.subject) and clause.form in (
            "present",
            "past",
            "perfect",
            "modal",
        )
        if person_acts and not clause.negated:
            thing = _turn_object(text, clause)
            if thing or adjective:
                return thing or adjective
        first = clause.tail.split(" ")[0] if clause.form == "be" and not clause.negated else ""
        if first in _PREDICATES:
            start = len(text) - len(clause.tail)
            return f"{text[:start]}{_ANTONYMS[first]}{text[start + len(first) :]}"
        return negation(text)
    return other_thing(text) or adjective


def other_thing(phrase: str) -> str | None:
    """The other case of a thing: "accounts with a balance" -> "accounts without a balance"."""
    text = phrase.strip(" .,")
    masked = mask_quotes(text)
    status = _STATUS.search(text) or _IN_STATUS.search(text)
    if status:
        lead, rest = text[: status.start()], text[status.end() :]
        return f"{lead}whose {status['name']} is not {status['value']}{rest}"
    relative = re.search(r"\b(?P<word>that|which|who|whose)\s", masked)
    if relative and relative.start() > 0:
        turned = _turn_relative(text, relative.start(), relative.end(), relative["word"])
        if turned:
            return turned
    adjective = _turn_adjective(text)
    if adjective:
        return adjective
    same = re.search(r"\bthe same (?P<noun>[a-z]+)", masked)
    if same:
        return f"{text[: same.start()]}different {plural(same['noun'])}{text[same.end() :]}"
    without = re.search(r"\b(without|with)\b(?! the status| status)", masked)
    if without and without.start() > 0:
        return _turn_with(text, without)
    listed = re.search(r"\s(on|in|under|within) (?=(?:the|a|an|[A-Z])\b)", masked)
    if listed and listed.start() > 0:
        head = text[: listed.start()]
        who = "who" if is_person(head) else "that"
        be = "are" if is_plural(head_noun(head)) else "is"
        return f"{head} {who} {be} not {text[listed.start() :].strip()}"
    return None


def _turn_object(text: str, clause: Clause) -> str | None:
    """What somebody acts on in its other case: the act itself is not denied."""
    start = len(text) - len(clause.tail)
    if not clause.tail or text[start:] != clause.tail:
        return None
    masked = mask_quotes(clause.tail)
    relative = re.search(
        r"\b(?:that|which|who) (?:is|are|has|have|does|do|lacks?|contains?|was|were|needs?)\b",
        masked,
    )
    without = re.search(r"\bwithout (?=(?:an?|the|any|[A-Z\x00])\b)", masked)
    if relative or without:
        turned = other_thing(clause.tail)
        return text[:start] + turned if turned else None
    return None


def anything_but(phrase: str) -> str:
    """What is not the thing named: "a business contract" -> "a contract other than a business
    contract"; "anything other than ..." where the phrase has no adjective to take off."""
    bare = without_article(phrase)
    words = bare.split()
    head = head_noun(phrase)
    if 1 < len(words) <= 4 and head == words[-1] and head[:1].islower():
        kind = head if is_plural(head) else indefinite(head)
        return f"{kind} other than {phrase.strip()}"
    return f"anything other than {phrase.strip()}"


_THROUGH = re.compile(
    r"^(?P<things>[^,]+?) (?P<done>[a-z]+(?:ed|bought|sent|paid|made|sold|given|taken)|bought|sent"
    r"|paid|made|sold|given|taken) (?P<how>(?:through|via|by|at|in|on|from|with|for|outside"
    r"|without|online)\b.*)$"
)


def not_done_so(phrase: str) -> str | None:
    """ "stays booked through agencies" -> "stays not booked through agencies"."""
    found = _THROUGH.match(phrase.strip())
    if found is None or base_of_participle(found["done"]) is None:
        return None
    if re.search(r"\b(?:not|never)$", found["things"]):
        return None
    return f"{found['things']} not {found['done']} {found['how']}"


def other_receiver(clause: Clause) -> str | None:
    """ "No fee is charged to customers on the register": the same of "customers who are not on the
    register"; ``None`` where nobody is named to whom it is not done."""
    if clause.form != "be" or not clause.negated:
        return None
    found = re.match(r"(?P<done>.*\b(?:to|for|from|by) )(?P<who>[^,;]+)$", clause.tail)
    others = other_thing(found["who"]) if found and is_person(found["who"]) else None
    if found is None or others is None:
        return None
    return f"{clause.subject} {clause.auxiliary} not {found['done']}{others}"


_ON_DAYS = re.compile(
    r"\bon (?P<days>(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|weekends?|weekdays?"
    r"|(?:working|business) days?|(?:public |bank )?holidays"
    r"|(?:,| and| or| public| bank) ?)+)(?=$|[ .,;])"
)


def on_other_days(text: str) -> str | None:
    """ "are not made on Sundays" -> "are not made on days other than Sundays"."""
    found = _ON_DAYS.search(mask_quotes(text))
    if found is None:
        return None
    return f"{text[: found.start()]}on days other than {found['days']}{text[found.end() :]}"


def _special(text: str) -> str | None:
    lower = text.lower()
    if re.fullmatch(r"there (?:is|are) (?:none|no .+)", lower):
        rest = text.split(" ", 2)[2]
        be = "are" if is_plural(head_noun(noun_core(rest[3:]))) else "is"
        return "there is one" if rest.lower() == "none" else f"there {be} {indefinite(rest[3:])}"
    one = re.fullmatch(r"there is an? (?P<rest>.+)", text, re.IGNORECASE)
    if one:
        return f"there is no {one['rest']}"
    if re.fullmatch(
        r"(?:requested|required|needed|necessary|selected|enabled|possible|applicable)(?: .*)?",
        lower,
    ):
        return f"not {text}"
    if lower.startswith("more "):
        return f"no {text[:1].lower()}{text[1:]}"
    without = re.fullmatch(r"(?P<s>.+?) (?:has|have) no (?P<rest>.+)", text)
    if without:
        has = "have" if is_plural(head_noun(without["s"])) else "has"
        return f"{without['s']} {has} {indefinite(without['rest'])}"
    longer = re.fullmatch(r"(?P<a>.+? (?:is|are|has|have)) no longer (?P<b>.+)", text)
    if longer:
        return f"{longer['a']} still {longer['b']}"
    return None


def _turn_relative(text: str, start: int, end: int, word: str) -> str | None:
    head, rest = text[:start], text[end:]
    if re.search(r"\s(?:or|and)\s", mask_quotes(rest)):
        one = "ones" if is_plural(head_noun(head)) else "one"
        return f"{head.strip()} other than {one} {text[start:]}"
    clause = parse_clause(rest)
    if re.search(r"\b(?:for|in|on|to|by|from|with|at|of) $", head):
        turned = negation(rest)  # "claims for which no photos were sent"
        return f"{head}{word} {turned}" if turned else None
    if (
        clause and re.match(r"(?:the|a|an|it|they|he|she|we|I|its|their)\b", rest)
    ) or word == "whose":
        turned = negation(rest)
        return f"{head}{word} {turned}" if turned else None
    subject = "they" if is_plural(head_noun(head)) else "it"
    turned = negation(f"{subject} {rest}")
    if turned is None:
        return None
    return f"{head}{word} {turned[len(subject) + 1 :]}"


def _turn_with(text: str, match: re.Match[str]) -> str:
    head, rest = text[: match.start()], text[match.end() :]
    if match[1] == "without" and base_of_gerund(rest.split()[0] if rest.split() else ""):
        return f"{head.rstrip()},{rest}"  # "without specifying a name" -> ", specifying a name"
    if match[1] == "without":
        return f"{head}with{rest}"
    return f"{head}without{re.sub(r'^ the (?=[a-z])', ' the ', rest)}"


REACH = 80
"""Characters in which the word before another one is found."""


def _turn_adjective(text: str) -> str | None:
    """Turn the first telling adjective outside quotations."""
    masked = mask_quotes(text)
    for match in re.finditer(r"[A-Za-z][\w-]*", masked):
        word = match.group()
        before, after = text[: match.start()], text[match.end() :]
        lower = word.lower()
        near = before[-REACH:].split()
        previous = near[-1].lower() if near else ""
        if previous in (
            "is",
            "are",
            "was",
            "were",
            "not",
            "be",
            "been",
            "no",
            "longer",
            "has",
            "have",
        ):
            continue
        attributive = re.match(r"\s[A-Za-z]", after) is not None
        if lower in _ANTONYMS and attributive and not word[:1].isupper():
            turned = _ANTONYMS[lower]
            if previous in ("a", "an"):
                before = re.sub(r"an?\s+$", "", before, flags=re.IGNORECASE)
                return f"{before}{indefinite(turned)}{after}"
            return f"{before}{turned}{after}"
        if lower in _PARTICIPLES_OF_STATE and attributive and previous in ("a", "an", "the", ""):
            phrase = re.match(r"\s(?P<noun>[A-Za-z][\w'-]*)(?P<rest>.*)$", after, re.DOTALL)
            if (phrase and not word[:1].isupper()) or (phrase and not before.strip()):
                assert phrase is not None
                if base_of_participle(phrase["noun"]) and previous not in ("a", "an", "the"):
                    continue
                noun = phrase["noun"]
                who = "who" if is_person(noun) else "that"
                be = "are" if is_plural(noun) else "is"
                lead = re.sub(r"\ban$", "a", before.rstrip(), flags=re.IGNORECASE)
                if lead.lower().endswith(" a") or lead.lower() == "a":
                    lead = lead[:-1].rstrip()
                    noun = indefinite(noun)
                return f"{lead} {noun} {who} {be} not {lower}{phrase['rest']}".strip()
    return None
