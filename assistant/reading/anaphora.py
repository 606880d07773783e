"""What one sentence of a criterion takes from the one before: "in that case", "if so", the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from assistant.language.clauses import parse_clause
from assistant.language.nouns import is_person, without_article
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.language.word_lists import read_patterns
from assistant.reading.outcomes import is_message_only, is_restrictive, reports_success
from assistant.reading.rules import Condition, Rule
from assistant.reading.sentence_conditions import condition_parts

_PATTERNS = read_patterns(__file__)
_ELLIPSIS = _PATTERNS["ellipsis"]
_COMPARES = _PATTERNS["compares"]
_ALL_OTHERS = re.compile(r"\bin (?:all|any) other cases?\b", re.IGNORECASE)


def with_exclusions(rules: list[Rule], text: str) -> list[Rule]:
    """Rules for the same thing of which the last says "otherwise": each excludes the next.

    "In all other cases" speaks of all the rules before, whatever they are about.
    """
    if len(rules) < 2 or rules[-1].otherwise is None or not all(rule.conditions for rule in rules):
        return rules
    about = {rule.clause.subject.casefold() if rule.clause else "" for rule in rules}
    otherwise = rules[-1].otherwise
    rest = _ALL_OTHERS.search(text, rules[-1].effect.end, otherwise.start)
    tested = {
        without_article(c.clause.subject).casefold() if c.clause else ""
        for r in rules
        for c in r.conditions
    }
    between = text[rules[0].effect.start : otherwise.start]
    one_list = between.count(";") >= len(rules)  # "if A, X; if B, Y; otherwise Z"
    alike = one_list or (len(tested) == 1 and not is_person("".join(tested)))
    alike = alike and "." not in re.sub(r"\d\.\d", "", between)
    if (len(about) > 1 or "" in about) and rest is None and not alike:
        return rules
    return [rules[0], *(replace(rule, chained=True) for rule in rules[1:])]


IF_SO = _PATTERNS["if_so"]
_WHETHER = _PATTERNS["whether"]


def with_consequence(before: Rule, further: Span) -> Rule | None:
    """The rule before with what happens "in that case" too; "if so" answers its "whether"."""
    asked = _WHETHER.search(before.effect.text)
    end = further.end - (len(further.text) - len(further.text.rstrip(".")))
    if before.conditions and before.otherwise is None:
        return replace(
            before, also=(*before.also, Span(further.text.rstrip("."), further.start, end))
        )
    if asked and not before.conditions and parse_clause(asked["fact"]):
        fact = asked["fact"]
        words = Span(fact, before.effect.end - len(fact), before.effect.end)
        effect = Span(further.text.rstrip("."), further.start, end)
        parts, logic = condition_parts([Condition("if", words)], effect)
        return Rule(
            before.whole, effect, tuple(parts), logic,
            restrictive=is_restrictive(effect.text),
        )  # fmt: skip
    return None


_NOT_POSSIBLE = re.compile(r"(?:this|that|it) (?:is|was) not (?:possible|feasible)\b", re.I)
""" "(... if A.) If this is not possible, ...": a further condition, not that A is not met."""


def with_message(before: Rule, rule: Rule) -> Rule | None:
    """The rule before, completed by one that only adds its message."""
    open_ended = before.otherwise is None and not before.restrictive
    if before.conditions and rule.conditions and _NOT_POSSIBLE.match(rule.conditions[0].words.text):
        return None
    if open_ended and len(rule.conditions) == 1 and _takes_up(before, rule.conditions[0]):
        return replace(before, otherwise=rule.effect)
    if rule.conditions or rule.otherwise:
        return None
    if is_message_only(rule.effect.text) and not reports_success(rule.effect.text):
        if before.restrictive and before.notice is None:
            return replace(before, notice=rule.effect)
        if open_ended and not before.conditions:
            return replace(before, otherwise=rule.effect)
    return None


def _takes_up(before: Rule, condition: Condition) -> bool:
    """Whether a condition is that of the rule before, not met: "if it is longer, ...".

    What it compares or measures the rule before has to compare or measure too, and what it denies
    the rule's own condition has to say: in "If A, X. If the deadline has passed, Y" and in "If it
    is damaged, X. If it is not insured, Y" the second is a condition of its own.
    """
    words = condition.words.text
    found = _ELLIPSIS.match(words)
    told = before.whole.text
    if found is None or not _limits(words) <= _limits(told):
        return False
    measure = found["measure"]
    if measure or found["compared"]:
        named = bool(measure) and measure.casefold() in told.casefold()
        return named or bool(find_quantities(told)) or _COMPARES.search(told) is not None
    state = found["state"]
    if not before.conditions:
        return True
    said = [one.words.text for one in before.conditions]
    if state:  # "is valid ... is invalid"
        return any(
            state.casefold() != word and state.casefold().endswith(word)
            for text in said
            for word in text.casefold().split()
        )
    return any(_denies(words, text) for text in said)


def _denies(words: str, said: str) -> bool:
    """Whether words leave out what is said ("not", "it does not") or deny the same of it."""
    clause, other = parse_clause(words), parse_clause(said)
    if clause is None:
        return True
    act = f"{clause.verb} {clause.tail}".strip().casefold()
    if not act or other is None:
        return not act
    return act == f"{other.verb} {other.tail}".strip().casefold()


def _limits(text: str) -> set[tuple[Decimal | date | time, str]]:
    """The value and the unit of each limit in a text."""
    return {(q.value, q.unit) for q in find_quantities(text) if q.is_limit}
