"""What can be claimed of a rule: whether its reading is sure, and what follows on the other side.

A rule says what happens where its conditions hold. What happens elsewhere follows only where the
words keep the effect for that case ("only if", "unless", "until"). Where a word makes the reading
doubtful, nothing but the sentence itself is claimed.
"""

from __future__ import annotations

import re

from assistant.language.amounts import Quantity
from assistant.language.clauses import Clause, parse_clause
from assistant.language.coordination import coordinated, starts_clause
from assistant.language.finite_verbs import PREPOSITIONS
from assistant.language.nouns import is_person, is_system
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import (
    Span,
    has_whole_brackets,
    is_aside,
    is_example,
    sentences,
)
from assistant.language.word_lists import read_patterns
from assistant.reading.leading_conditions import is_order
from assistant.reading.logic import Case, holds
from assistant.reading.outcomes import is_message_only, is_restrictive
from assistant.reading.rules import Condition, Rule

_PATTERNS = read_patterns(__file__)
_DOUBTFUL = _PATTERNS["doubtful"]
_GOES_ON = _PATTERNS["goes_on"]
"""In the words of a condition: what follows is no part of it any more."""
_NEXT_CLAUSE = re.compile(r"(?:who|whose|which|that|so|then|where|when|if|unless|until)\b", re.I)
_TORN = re.compile(r"\s*(?:[:=,;)\]→⇒]|->)")
"""An effect that begins so was cut from what stands in front of it."""
_HANGS = re.compile(r"\b(?:except|unless|but|and|or|not|even|also)\W*$", re.IGNORECASE)
"""An effect that ends so leads on to what was cut off: "..., except (in case of an emergency)"."""
_LEADS_ON = frozenset(("after", "before", "when", "while", "until", "if", "that", "and", "or"))
_SUBJECT = _PATTERNS["subject"]
_SECOND = re.compile(r",\s+(?:and|or|but)\s+", re.IGNORECASE)
_APART_ADVERB = re.compile(r",\s+\w+ly\W*$", re.IGNORECASE)
MOST_LIMITS = 2
"""Limits in one condition; more of them are tiers, each with an effect of its own."""
_COMPUTED = ("money", "percent")
_CAP = re.compile(r"\bcap(?:s|ped)?\b", re.IGNORECASE)
_APART = re.compile(r"[,(]\s*(?:(?:but|and|with)\s+)?(?:an?\s+)?$", re.IGNORECASE)
_ONLY_LAST = re.compile(r"\W*(?<![-\w])only\W*$", re.IGNORECASE)
_ONLY_INSIDE = _PATTERNS["only_inside"]
_ONLY_FIRST = re.compile(r"^(?:if and )?only\b", re.IGNORECASE)
_KEPT = ("unless", "until", "except")
_DENIED = _PATTERNS["denied"]


def is_sure(rule: Rule) -> bool:
    """Whether conditions and effect of a rule can be told apart with certainty."""
    if not has_sure_limits(rule):
        return False
    if rule.scenario is not None or not rule.conditions:
        return True
    if any(one.words.start >= rule.effect.end for one in rule.conditions):
        effect = mask_quotes(rule.effect.text)
        second = _SECOND.search(effect)
        if len(coordinated(rule.effect.text)) > 1 or _APART_ADVERB.search(effect):
            return False  # it may be a condition of the last effect alone
        if second and is_order(effect[second.end() :]):
            return False
    words = (mask_quotes(one.words.text) for one in rule.conditions)
    return not _is_open(rule) and not any(map(_goes_beyond, words))


def stands_alone(words: str) -> bool:
    """Whether words are a whole statement: a clause, an order to the system, a message."""
    return (
        parse_clause(words) is not None or is_order(words) or is_message_only(words)
        or words[:1] in "\"“‘'«„"
    )  # fmt: skip


def has_sure_limits(rule: Rule) -> bool:
    """Whether what a limit in a rule bounds is certain, wherever its conditions end."""
    said = mask_quotes(rule.whole.text)
    effect = rule.effect.text
    if not effect.strip() or _TORN.match(effect) or _HANGS.search(effect):
        return False
    if _DOUBTFUL.search(said):
        return False
    cut = (rule.effect, *(one.words for one in rule.conditions if rule.scenario is None))
    if has_whole_brackets(said) and not all(has_whole_brackets(one.text) for one in cut):
        return False
    for condition in rule.conditions if rule.scenario is None else ():
        words = mask_quotes(condition.words.text)
        limits = sum(one.is_limit for one in find_quantities(words))
        if _GOES_ON.search(words) or limits > MOST_LIMITS:
            return False
        if condition.keyword == "before" and not _lets_before(rule, condition):
            return False
        if not re.search(r"\w", condition.words.text):
            return False
    return True


def _goes_beyond(words: str) -> bool:
    """Whether a condition leads on to something else than the next item of a list: behind a comma,
    or where a whole clause meets the next without one ("the van arrives the volunteer picks ...").
    """
    for place in _SUBJECT.finditer(words):
        ahead, behind = words[: place.start()], parse_clause(words[place.end() :])
        if ahead.split()[-1].lower() in PREPOSITIONS | _LEADS_ON or behind is None:
            continue
        if not PREPOSITIONS & set(behind.subject.lower().split()) and parse_clause(ahead):
            return True
    parts = re.split(r",\s+", words)
    for number, part in enumerate(parts[1:], start=1):
        joint = re.match(r"(?:and|or|but)\s+", part)
        rest = part[joint.end() :] if joint else part
        first = rest.split()[0].lower() if rest.split() else ""
        if first in PREPOSITIONS or _NEXT_CLAUSE.match(rest):
            return True
        if joint and number == 1 and starts_clause(rest):
            return True
    return len(parts) > 1 and not re.search(r"\b(?:and|or|nor)\b", parts[-1])


def _is_open(rule: Rule) -> bool:
    """Whether "A if B, and C" leaves open if C is a further condition or a further effect.

    In a list of three ("if B, C, and D") the comma belongs to the list.
    """
    behind = [one.words for one in rule.conditions if one.words.start >= rule.effect.end]
    if len(behind) < 2:
        return False
    at = rule.whole.start
    gap = rule.whole.text[behind[0].end - at : behind[1].start - at]
    return re.fullmatch(r"\s*,\s+(?:and|but)\s+", gap) is not None and starts_clause(behind[1].text)


def _lets_before(rule: Rule, condition: Condition) -> bool:
    """Whether "before" bounds a permission; elsewhere it tells the order of two acts."""
    if condition.words.start < rule.effect.start:
        return False
    clause = rule.clause
    able = clause is not None and clause.form == "modal" and clause.auxiliary in ("can", "may")
    return _ONLY_LAST.search(rule.effect.text) is not None or (
        able and clause is not None and not clause.negated
    )


def is_kept(rule: Rule, condition: Condition) -> bool:
    """Whether the effect is kept for the case in which the condition is as it wants it."""
    if _ONLY_FIRST.match(condition.keyword):
        return True
    if condition.keyword.startswith(_KEPT):
        return True
    after = condition.words.start >= rule.effect.start
    if not after:
        return False
    text = rule.effect.text
    return bool(_ONLY_LAST.search(text) or _ONLY_INSIDE.match(mask_quotes(text)))


def does_not_happen(rule: Rule, case: Case) -> bool:
    """Whether the effect certainly stays away: a condition that it is kept for is not met."""
    lenient = {
        index: value or not is_kept(rule, rule.conditions[index]) for index, value in case.items()
    }
    full = {index: lenient.get(index, True) for index in range(len(rule.conditions))}
    return not holds(rule.expression, full)


def is_of_other_case(rule: Rule, case: Case | None = None) -> bool:
    """Whether "otherwise" tells what follows where the conditions are not met, as in a case.

    A message told after a duty ("if A, B must be entered; otherwise an error is shown") may as well
    follow where the duty is not done. In "where A, X if B, otherwise Y" only B is not met.
    """
    if rule.otherwise is None:
        return False
    first = [i for i, one in enumerate(rule.conditions) if one.words.start < rule.effect.start]
    if len(first) < len(rule.conditions) and not all((case or {}).get(i, True) for i in first):
        return False
    clause = rule.clause
    duty = clause is not None and clause.form == "modal" and clause.auxiliary in (
        "must", "shall", "should",
    )  # fmt: skip
    told = is_message_only(rule.otherwise.text) or is_restrictive(rule.otherwise.text)
    return not (duty and told)


def denied_words(rule: Rule) -> Span:
    """The effect without "only": what does not happen where it is kept for another case."""
    inside = _ONLY_INSIDE.match(mask_quotes(rule.effect.text))
    if inside:
        start = rule.effect.start + inside.end()
        return Span(rule.effect.text[inside.end() :], start, rule.effect.end)
    return without_last_only(rule.effect)


def without_last_only(effect: Span) -> Span:
    """An effect without the "only" at its end, which belongs to the condition behind it."""
    last = _ONLY_LAST.search(effect.text)
    if last is None:
        return effect
    return Span(effect.text[: last.start()], effect.start, effect.start + last.start())


def is_response(quantity: Quantity, clause: Clause | None) -> bool:
    """Whether a limit says how soon the system does something: no tester enters it."""
    if quantity.kind != "duration" or quantity.comparison not in ("at most", "less than"):
        return False
    if quantity.word == "from":  # "is accepted from 8 weeks before the start": where it begins
        return False
    if quantity.unit in ("second", "millisecond", "microsecond"):
        return True
    if clause is None or clause.negated:
        return False
    if clause.auxiliary in ("can", "may") and clause.passive:
        return False  # "a report can be sent within 14 days": what somebody may do
    if is_system(clause.subject):
        return True
    if clause.form == "modal":
        return clause.auxiliary in ("will", "shall") and clause.verb == "be"
    return clause.form == "be" or (clause.form == "present" and not is_person(clause.subject))


def is_entered(text: str, quantity: Quantity, effect: Span) -> bool:
    """Whether a tester can enter a value beyond a limit of an effect.

    A cap cuts an amount that the system computes ("8 EUR a day, at most 80 EUR"), and "cut-off =
    14:00" gives a value.
    """
    if not effect.start <= quantity.start < effect.end:
        return True
    if quantity.comparison == "exactly" and quantity.kind != "length":
        return quantity.word not in ("", "=", "==")
    if _CAP.search(text[quantity.phrase_start : quantity.start]):
        return False
    before = text[: quantity.phrase_start]
    apart = quantity.kind in _COMPUTED and _APART.search(before)
    return not apart or not any(
        one.kind in _COMPUTED and not one.is_limit and effect.start <= one.start < quantity.start
        for one in find_quantities(text)
    )


def denies(words: str) -> bool:
    """Whether words hold a denial."""
    return _DENIED.search(mask_quotes(words)) is not None


_STEPS = re.compile(r"\bsteps?\s+(?:\d{1,2}\s*(?:to|and|or|[-–,])\s*)?$", re.IGNORECASE)


def is_remark(text: str, quantity: Quantity) -> bool:
    """Whether a value remarks on another limit ("(exactly 30 is still fine)"), is what a
    calculation comes to ("10:00 to 11:03 = 63 min"), stands in an example or counts the steps of a
    flow ("steps 2 to 4 are repeated"): none of them is a limit of its own."""
    at = quantity.phrase_start
    if _STEPS.search(text[:at]):
        return True
    if any(one.start <= at < one.end and is_example(one.text) for one in sentences(text)):
        return True
    if quantity.comparison != "exactly":
        return False
    comes_to = quantity.word == "=" and text[: quantity.phrase_start].rstrip()[-1:].isdigit()
    return comes_to or (
        is_aside(text, quantity.phrase_start)
        and any(
            one.is_limit
            and quantity.unit in ("", one.unit)
            and not is_aside(text, one.phrase_start)
            for one in find_quantities(text)
        )
    )
