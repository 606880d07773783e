"""Boundary conditions of particular kinds: durations, rights kept for a role, bare fragments."""

from __future__ import annotations

import re

from assistant.design.amounts import Quantity
from assistant.design.boundaries import Point, inside_words
from assistant.design.capabilities import Restriction
from assistant.design.casing import capital, indefinite, lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.drafts import (
    Draft,
    counter_outcome,
    given,
    is_free_elsewhere,
    outcome,
    spans_of,
)
from assistant.design.joining import clauses_of, coordinated
from assistant.design.nouns import singular
from assistant.design.people import head_noun, without_article
from assistant.design.positives import command_of_restriction, lower_first
from assistant.design.quantities import find_quantities
from assistant.design.rules import Rule
from assistant.design.situations import Situation, stage
from assistant.design.telling import observed
from assistant.design.wording import fact

_STATE = re.compile(r"close|lock|block|suspend|reserv|disabl|open", re.IGNORECASE)
_WEIGHT = {"at": 0, "outside": 1, "inside": 2}


def _weight(quantity: Quantity, point: Point) -> int:
    """Importance among the points of a limit: an exclusive limit is told by at and inside."""
    if quantity.comparison in ("less than", "more than"):
        return {"at": 0, "inside": 1, "outside": 2}[point.place]
    return _WEIGHT[point.place]


def boundary_draft(
    rule: Rule,
    quantity: Quantity,
    point: Point,
    *,
    valid: bool,
    said: str,
    situation: Situation,
    expected: str,
) -> Draft:
    """A boundary draft with the point's value as its data."""
    return Draft(
        "boundary", valid, capital(one_line(said)), situation, expected,
        spans_of(rule, rule.otherwise if expected != outcome(rule) else None),
        data=point.text,
        priority="Medium" if point.place == "inside" and quantity.kind != "money" else "High",
        weight=_weight(quantity, point),
    )  # fmt: skip


def let_pass(own: str, value: str, rule: Rule) -> str:
    """Waiting: "Let 14 minutes pass without activity"."""
    after = own[own.find(value) + len(value) :].split(",")[0].strip(" .")
    rest = after if re.match(r"(?:without|with no|of (?:inactivity|idle))\b", after) else ""
    rest = re.sub(r"^of inactivity", "without activity", rest)
    return one_line(f"Let {value} pass {rest}")


def would(own: str) -> str:
    """A fact that must not come about: "a caller would have 4 attempts"."""
    parts = clauses_of(own)
    if not parts:
        return own
    clause = parts[0]
    verb = clause.verb or "be"
    return one_line(f"{clause.subject} would {verb} {clause.tail}")


def own_part(text: str, value: str) -> str:
    """The coordinated clause that holds the value, with the subject it shares."""
    parts = coordinated(text)
    for index, part in enumerate(parts):
        if value in part:
            if index and not clauses_of(part):
                first = clauses_of(parts[0])
                return f"{first[0].subject} {part}" if first else part
            return part
    return text


def otherwise_or(rule: Rule, allowed: bool, said: str) -> str:
    """The outcome stated for values outside the limit, or what is said where none is."""
    return counter_outcome(rule) if not allowed and says_of_breach(rule) else said


_TRIGGERS = ("when", "whenever", "given", "once", "after", "where", "upon", "on")


def says_of_breach(rule: Rule) -> bool:
    """Whether "otherwise" tells what follows where the effect's limit is not kept.

    With "if A, within 20 minutes, otherwise within 4 hours" it tells what follows without A.
    """
    if rule.otherwise is None or not rule.conditions:
        return rule.otherwise is not None
    if any(quantity.is_limit for quantity in find_quantities(rule.otherwise.text)):
        return False
    asked = all(condition.keyword in _TRIGGERS for condition in rule.conditions)
    return asked or is_free_elsewhere(rule)


LETTING = ("allow", "permit", "let", "enable", "support", "accept", "offer")
"""What a system does where it lets somebody do something: a limit on that is no response time."""


def is_timing(quantity: Quantity, clause: Clause) -> bool:
    """Whether a limit says how soon the system does something, not how long a state lasts."""
    lasts = quantity.range_end and _STATE.match(clause.tail)
    if quantity.kind in ("date", "time") and clause.form == "be" and (lasts or not clause.passive):
        return False
    if clause.verb in LETTING:
        return False
    return quantity.word not in ("after", "only after") and not re.search(r"\bfor$", quantity.word)


def timing(rule: Rule, quantity: Quantity, point: Point, own: str, situation: Situation) -> Draft:
    """How long the system takes: in time, too late or too early."""
    happens = fact(own)
    late = quantity.comparison in ("at most", "less than")
    lasting = r"\b(?:for|lasts?|takes?|by|is|are|be|of|exceeds?)$"
    place = own.find(point.text)
    after = own[place + len(point.text) :]
    if re.match(r"['’]?s?(?: [\w-]+){0,2} notice\b", after, re.IGNORECASE):
        fine, bad = ("short enough", "too long") if late else ("long enough", "too short")
    elif re.match(r"\s+(?:before|prior to|ahead of|in advance)\b", after, re.IGNORECASE):
        fine, bad = ("not too early", "too early") if late else ("in time", "too late")
    elif re.search(lasting, own[:place].rstrip()):
        fine, bad = ("short enough", "too long") if late else ("long enough", "too short")
    else:
        fine, bad = ("in time", "too late") if late else ("not too early", "too early")
    verdict = fine if point.allowed else bad
    if not point.allowed and says_of_breach(rule):
        expected = counter_outcome(rule)
    else:
        expected = f"{observed(own)}: this is {verdict}, the limit being {inside_words(quantity)}"
    action = (
        situation.action if rule.conditions else f"Check a case in which {lower_start(happens)}"
    )
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=f"{happens}, which is {verdict}",
        situation=Situation(situation.precondition, action), expected=expected,
    )  # fmt: skip


def opening(rule: Rule, quantity: Quantity, point: Point, own: str, clause: Clause) -> Draft | None:
    """What opens is not open yet before its time; what closes is open until then."""
    said = re.search(
        rf"\b(?P<verb>open|close)s? (?P<when>(?:at |on )?{re.escape(point.text)}[^,;]*)",
        own,
        re.IGNORECASE,
    )
    if said is None or quantity.kind not in ("duration", "date", "time"):
        return None
    when = re.split(r" and (?:opens?|closes?)\b", said["when"])[0]
    opens = said["verb"].lower() == "open"
    state = "open" if opens else "still open"
    if not point.allowed:
        state = "not open yet" if opens else "no longer open"
    be = "are" if clause.plural else "is"
    expected = f"{clause.subject} {be} {state} {when}"
    action = f"Check whether {lower_start(clause.subject)} {be} open {when}"
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=expected,
        situation=Situation(stage(given(rule), own).precondition, action),
        expected=otherwise_or(rule, point.allowed, observed(expected)),
    )  # fmt: skip


_NAMED = re.compile(
    r"(?:^|,| and| or|:| is| are| in| as| be) ?"
    r"(?P<name>[A-Z0-9][\w/-]*(?: (?!(?:is|are|be|and|or|as|in) )[\w/-]+){0,3}) ?"
    r"\((?P<range>[^()]*)\)"
)


_UPWARDS = len(" and upwards")


def named_range(rule: Rule, quantity: Quantity, point: Point) -> Draft | None:
    """ "Slots are Morning (08:00 to 12:00) and Afternoon (12:00 to 17:00)": 12:01 is no Morning."""
    words = rule.effect
    for found in _NAMED.finditer(words.text):
        start, end = (words.start + found.start("range"), words.start + found.end("range"))
        if not (start <= quantity.phrase_start and quantity.phrase_end <= end):
            continue
        rest = end - start - (quantity.phrase_end - quantity.phrase_start)
        if rest > (2 if quantity.range_end else _UPWARDS) or quantity.comparison == "exactly":
            return None
        value = re.sub(r"^(?:at|on) ", "", point.text)
        value = re.sub(r"^(?=(?:before|after|no (?:earlier|later)) )", "a time ", value)
        several = re.search(r"\b(?!1\b)\d+ [a-z]+s$", value) is not None
        count, does = ("count", "do") if several else ("counts", "does")
        said = f"{value} {count if point.allowed else f'{does} not count'} as {found['name']}"
        return boundary_draft(
            rule, quantity, point, valid=point.allowed, said=said,
            situation=Situation(
                stage(given(rule), words.text).precondition,
                f"Check whether {value} {count} as {found['name']}",
            ),
            expected=otherwise_or(rule, point.allowed, capital(said)),
        )  # fmt: skip
    return None


_SCALE = re.compile(
    r"^(?P<name>[\w '’-]{3,40}?) (?:(?:can|may|must) )?(?:goe?s?|ranges?) from ", re.IGNORECASE
)


def on_scale(rule: Rule, quantity: Quantity, point: Point) -> Draft | None:
    """ "Ratings go from 1 to 5 stars": a rating of 6 stars is not possible."""
    found = _SCALE.match(rule.effect.text)
    if found is None or not quantity.range_end or rule.conditions:
        return None
    name = without_article(found["name"])
    head = head_noun(name)
    thing = indefinite(lower_start(name.removesuffix(head) + singular(head)))
    possible = "possible" if point.allowed else "not possible"
    said = f"{thing} of {point.text} is {possible}"
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=said,
        situation=Situation("", f"Try {thing} of {point.text}"),
        expected=otherwise_or(rule, point.allowed, capital(said)),
    )  # fmt: skip


def nothing_done(rule: Rule, quantity: Quantity, point: Point, text: str) -> Draft | None:
    """ "No deliveries are made between 24 and 26 December": outside, deliveries are made."""
    none = re.search(
        r"(?:^|^(?:at|on|before|after|no (?:earlier|later) than) [^,]{3,30},? )(?P<no>no )"
        r"(?=[a-z])",
        text,
        re.IGNORECASE,
    )
    if none is None or quantity.kind not in ("date", "time") or not quantity.range_end:
        return None
    done = f"{text[: none.start('no')]}{text[none.end() :]}"
    said = capital(text if point.allowed else done)
    before = stage(given(rule), text).precondition
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=said,
        situation=Situation(before, f"Check whether {lower_start(done)}"),
        expected=otherwise_or(rule, point.allowed, said),
    )  # fmt: skip


def for_roles(rule: Rule, quantity: Quantity, point: Point, restriction: Restriction) -> Draft:
    """Just where a right that is kept for a role begins: nobody else on that side of the limit."""
    other = restriction.nobody_else
    if quantity.comparison in ("at most", "less than"):  # bounds the right itself
        said = restriction.said_of(restriction.who, can=point.allowed)
        lead = "" if point.allowed else "try to "
        command = lower_first(command_of_restriction(restriction))
        action = f"As {lower_start(restriction.who)}, {lead}{command}"
        return boundary_draft(
            rule, quantity, point, valid=point.allowed, said=said,
            situation=Situation("", action), expected=capital(said),
        )  # fmt: skip
    what = command_of_restriction(restriction)
    said = restriction.said_of(other, can=not point.allowed)
    lead = "try to " if point.allowed else ""
    return boundary_draft(
        rule, quantity, point, valid=not point.allowed, said=said,
        situation=Situation("", f"As {other}, {lead}{lower_first(what)}"), expected=capital(said),
    )  # fmt: skip


def plain_limit(rule: Rule, quantity: Quantity, point: Point, text: str) -> Draft:
    """A limit in words without a verb ("Maximum length: 50 characters")."""
    verdict = "accepted" if point.allowed else "not accepted"
    thing = lower_start(text)
    expected = otherwise_or(rule, point.allowed, f"{capital(point.text)} is {verdict}")
    return boundary_draft(
        rule, quantity, point, valid=point.allowed, said=f"{point.text}: {verdict}",
        situation=Situation("", f"Try it with {thing}"), expected=expected,
    )  # fmt: skip
