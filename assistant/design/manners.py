"""Ways in which something is done, as a list: "payable monthly, quarterly or annually".

Each way named is tried, and one that is not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.design.casing import capital, definite, lower_start, one_line
from assistant.design.clauses import Clause
from assistant.design.complements import anything_but, on_other_days, other_thing
from assistant.design.drafts import Draft, counter_outcome, failing, given, spans_of
from assistant.design.joining import clauses_of
from assistant.design.people import is_person
from assistant.design.rules import Rule
from assistant.design.situations import Situation, stage

MAX_WAYS = 6
_WAY = (
    r"(?:[a-z-]+ly|online|offline|abroad|upfront|(?:once|twice|every|each) [\w -]{1,20}"
    r"|(?:by|in|via|at|per|through|over|on|as) (?:an? |the |their |our )?[\w'’-]+"
    r"(?: [\w'’-]+){0,2})"
)
_WAYS = re.compile(
    rf"(?P<head>(?:[a-z]+ ){{1,4}}?)(?P<list>{_WAY}(?:, {_WAY})*,? or {_WAY})$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Ways:
    """``said`` with one of ``ways`` after it is what the clause allows."""

    subject: str
    said: str
    ways: tuple[str, ...]


def find_ways(clause: Clause | None) -> Ways | None:
    """The ways that a clause lists, where it says that any of them will do; else ``None``."""
    if clause is None or clause.negated or is_person(clause.subject):
        return None
    if clause.form == "modal" and (clause.verb != "be" or clause.auxiliary not in _LETTING):
        return None
    if clause.form not in ("be", "modal"):
        return None
    match = _WAYS.fullmatch(one_line(clause.tail))
    if match is None or not (clause.passive or match["head"].rstrip().endswith("able")):
        return None
    be = clause.auxiliary if clause.form == "be" else f"{clause.auxiliary} be"
    ways = tuple(re.split(r",? or |, ", match["list"]))
    return Ways(clause.subject, f"{be} {match['head'].strip()}", ways)


_LETTING = ("can", "may", "must", "shall", "should")


def _ways_of(rule: Rule) -> Ways | None:
    return next((ways for c in clauses_of(rule.effect.text) if (ways := find_ways(c))), None)


def each_way(rule: Rule) -> Iterator[Draft]:
    """One condition for each way that is named."""
    found = _ways_of(rule)
    if found is None:
        return
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    for way in found.ways[:MAX_WAYS]:
        said = f"{capital(definite(found.subject))} {found.said} {way}"
        yield Draft(
            "decision-table rule", True, said,
            Situation(precondition, f"Check whether {lower_start(said)}"), said,
            spans_of(rule), data=way, variables=(("way", way),),
        )  # fmt: skip


def another_way(rule: Rule) -> Draft | None:
    """A way that is not named is refused; ``None`` where the rule lists no ways."""
    found = _ways_of(rule)
    if found is None:
        return None
    listed = f"{', '.join(found.ways[:-1])} or {found.ways[-1]}"
    be, _, rest = found.said.partition(" ")
    thing = capital(definite(found.subject))
    said = f"{thing} {_NOT.get(be, be + ' not')} {rest} in a way other than {listed}"
    expected = counter_outcome(rule) if rule.otherwise else said
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    action = f"Look for a way other than {listed} and try it"
    return failing(
        rule, said, Situation(precondition, action), expected,
        data=f"a way other than {listed}",
    )  # fmt: skip


_NOT = {"can": "cannot", "may": "cannot"}


_ONLY_THERE = re.compile(
    r"(?:only (?P<state>[a-z]+) (?P<place>on|in|at|during|within|via|with|as)"
    r"|(?P<state2>[a-z]+) only (?P<place2>on|in|at|during|within|via|with|as)) (?P<where>.+)$",
    re.IGNORECASE,
)


def elsewhere(rule: Rule) -> Draft | None:
    """ "The report is only available in English": not available in anything else."""
    clause = rule.clause
    if clause is None or clause.negated or clause.form not in ("be", "modal"):
        return None
    if is_person(clause.subject) or (clause.form == "modal" and clause.verb != "be"):
        return None
    only = clause.adverbs.lower().split()[-1:] == ["only"]
    found = _ONLY_THERE.match(f"{'only ' if only else ''}{one_line(clause.tail)}")
    if found is None:
        return None
    state, place = found["state"] or found["state2"], found["place"] or found["place2"]
    where = other_thing(found["where"]) or anything_but(found["where"])
    days = on_other_days(f"on {found['where']}") if place == "on" else None
    there = days or f"{place} {where}"
    be = "are" if clause.plural else "is"
    thing = definite(clause.subject)
    said = f"{capital(thing)} {be} not {state} {there}"
    precondition = stage(given(rule), rule.effect.text).precondition if rule.conditions else ""
    return failing(
        rule, said, Situation(precondition, f"Check whether {thing} {be} {state} {there}"),
        counter_outcome(rule) if rule.otherwise else said,
    )  # fmt: skip
