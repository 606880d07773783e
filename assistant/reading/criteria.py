"""What a criterion says: rules of conditions and effect, who may, what happens otherwise.

A criterion is read into ``Rule`` values: Gherkin scenarios, or sentences split into condition
clauses ("if", "when", "unless", "until", "only if"), the effect, and the outcome stated for the
other case ("otherwise ...", "after that ..."). Everything keeps its offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.language.clauses import parse_clause
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import (
    Scenario,
    Span,
    looks_like_gherkin,
    scenarios,
    sentences,
    span,
)
from assistant.language.word_lists import read_patterns
from assistant.reading.anaphora import (
    IF_SO,
    with_consequence,
    with_exclusions,
    with_message,
)
from assistant.reading.leading_conditions import is_order, take_inverted, take_leading
from assistant.reading.outcomes import is_restrictive
from assistant.reading.restrictions import names_people
from assistant.reading.rules import Condition, Rule
from assistant.reading.sentence_conditions import condition_parts, read_listed, take_aside
from assistant.reading.trailing_conditions import take_trailing

_PATTERNS = read_patterns(__file__)
_OTHERWISE = _PATTERNS["otherwise"]
_OTHERWISE_LAST = _PATTERNS["otherwise_last"]
""" "in the visitor's language if available, in English otherwise"."""
_CONTINUES_AS_OTHERWISE = _PATTERNS["continues_as_otherwise"]
_OTHER_SUBJECT = _PATTERNS["other_subject"]
_EXCEPTION = _PATTERNS["exception"]
_PURPOSE = re.compile(r",? (?:so that|in order to|in order that|so as to|because)\s", re.IGNORECASE)


def read_rules(text: str, *, gherkin: bool = False) -> tuple[Rule, ...]:
    """All rules of a criterion's text, in order; at least one wherever there is a word in it."""
    if gherkin or looks_like_gherkin(text):
        read = (_scenario_rule(text, scenario) for scenario in scenarios(text))
        found = tuple(rule for rule in read if rule is not None)
        if found:
            return found
    listed = read_listed(text)
    if listed is not None:
        return (listed,)
    rules: list[Rule] = []
    for sentence in _apart(text, _without_labels(sentences(text))):
        if rules and _contrasts(rules[-1], sentence):
            rules[-1] = _with_contrast(text, rules[-1], sentence)
            continue
        lead = _CONTINUES_AS_OTHERWISE.match(sentence.text)
        again = lead and re.match(r"(?:if|when|where) ", sentence.text[lead.end() :], re.I)
        if rules and lead and again and rules[-1].conditions:
            further = span(text, sentence.start + lead.end(), sentence.end)
            rule = _sentence_rule(text, further)
            rules.append(replace(rule, chained=bool(rule.conditions)))
            continue
        if rules and lead and sentence.text[lead.end() :].strip():
            stated = span(text, sentence.start + lead.end(), sentence.end)
            if rules[-1].otherwise is None:
                rules[-1] = replace(rules[-1], otherwise=stated)
                continue
        so = IF_SO.match(sentence.text)
        if rules and so:
            further = span(text, sentence.start + so.end(), sentence.end)
            going_on = with_consequence(rules[-1], further)
            if going_on is not None:
                rules[-1] = going_on
                continue
            sentence = further
        elif rules and _OTHER_SUBJECT.match(sentence.text) and rules[-1].otherwise is None:
            rules[-1] = replace(rules[-1], otherwise=sentence)
            continue
        rule = _sentence_rule(text, sentence)
        joined = with_message(rules[-1], rule) if rules else None
        if joined is not None:
            rules[-1] = joined
        else:
            rules.append(rule)
    return tuple(with_exclusions(rules, text)) or (_bare(text),)


_NO_LABEL = _PATTERNS["no_label"]


_EXAMPLE = re.compile(r"(?:for (?:example|instance)\b|e\.g\.)", re.IGNORECASE)


def _without_labels(found: Sequence[Span]) -> Sequence[Span]:
    """Sentences without examples, and without the title that stands before one: "Refunds: if"."""
    told = [piece for piece in found if not _EXAMPLE.match(piece.text)]
    found = told or found
    kept = [
        piece
        for piece in found[:-1]
        if not piece.text.endswith(":")
        or len(piece.text.split()) > 6
        or _NO_LABEL.match(piece.text)
        or parse_clause(piece.text[:-1]) is not None
    ]
    return [*kept, *found[-1:]]


def _contrasts(before: Rule, sentence: Span) -> bool:
    """Whether words say of somebody else the opposite of the rule before."""
    other, own = parse_clause(sentence.text.rstrip(" .")), before.clause
    if other is None or own is None or before.contrast or before.otherwise or not own.verb:
        return False
    said = f"{other.verb} {other.tail}".strip()
    return (
        other.form in ("modal", "do") and said in _NO_ACT and other.negated != own.negated
        and names_people(own.subject) and names_people(other.subject)
    )  # fmt: skip


def _with_contrast(text: str, before: Rule, sentence: Span) -> Rule:
    end = sentence.start + len(sentence.text.rstrip(" ."))
    whole = span(text, before.whole.start, sentence.end)
    return replace(before, whole=whole, contrast=span(text, sentence.start, end))


_AND_IF = _PATTERNS["and_if"]


_AND_ASIDE = re.compile(r",? and, (?=(?:if|when|where|unless) [^,]+, )", re.IGNORECASE)
""" "(sends a receipt) and, if a number is stored, (sends a text message)"."""


_BUT_WHEN = re.compile(r",? but (?=(?:if|when|where|once|in case) )", re.IGNORECASE)
""" "Guests may order as well, but (when the total is over 200 EUR they have to register)"."""


_LAST_CLAUSE = re.compile(r"(?:,? (?:and|but|while|whereas)|,) (?=[^,;]+$)", re.IGNORECASE)


_NO_ACT = ("", "do so", "do this", "do that")
""" "a clerk may not (do so)": a subject and an auxiliary, the act is that of the clause before."""


def _apart(text: str, found: Sequence[Span]) -> Iterator[Span]:
    """Sentences cut where a second rule follows: "if A, then X, and if B, then Y"."""
    for sentence in found:
        start = sentence.start
        masked = mask_quotes(text)
        for match in _AND_IF.finditer(masked, sentence.start, sentence.end):
            left, right = text[start : match.start()], text[match.end() : sentence.end]
            whole = re.match(r"(?:if|when|where|unless|once)\b[^,]+, *(?P<main>.+)", left, re.I)
            second = re.match(
                r"(?:else |otherwise )?(?:if|when|where|unless)\b[^,]+,\s*(?:then )?(?P<main>.+)",
                right,
                re.I,
            )
            if whole and second and parse_clause(whole["main"]) and parse_clause(second["main"]):
                yield span(text, start, match.start())
                start = match.end()
        aside = _AND_ASIDE.search(masked, start, sentence.end)
        main = text[aside.end() : sentence.end].split(", ", 1)[-1] if aside else ""
        told = parse_clause(main) is not None or is_order(main)
        if aside and told and parse_clause(text[start : aside.start()]):
            yield span(text, start, aside.start())
            start = aside.end()
        yet = _BUT_WHEN.search(masked, start, sentence.end)
        if yet and parse_clause(text[start : yet.start()]):
            again: list[Condition] = []
            rest = take_leading(text, yet.end(), sentence.end, again, [])
            if again and parse_clause(text[rest : sentence.end]):
                yield span(text, start, yet.start())
                start = yet.end()
        last = _LAST_CLAUSE.search(masked, start, sentence.end)
        if last and _contrasts(
            _sentence_rule(text, span(text, start, last.start())),
            span(text, last.end(), sentence.end),
        ):
            yield span(text, start, last.start())
            start = last.end()
        more = re.search(r" otherwise, (?:and )?", masked[start : sentence.end], re.IGNORECASE)
        if more and parse_clause(text[start + more.end() : sentence.end]):
            yield span(text, start, start + more.start() + len(" otherwise"))
            start += more.end()
        yield span(text, start, sentence.end)


def _bare(text: str) -> Rule:
    whole = span(text, 0, len(text))
    return Rule(whole, whole)


def _scenario_rule(text: str, scenario: Scenario) -> Rule | None:
    then = scenario.of("then")
    if not then:
        return None
    conditions = [Condition("given", step.words) for step in scenario.of("given")]
    conditions += [Condition("when", step.words) for step in scenario.of("when")]
    start = min(step.words.start for step in scenario.steps)
    whole = span(text, start, max(step.words.end for step in scenario.steps))
    effect = span(text, then[0].words.start, then[-1].words.end)
    return Rule(
        whole, effect, tuple(conditions), scenario=scenario,
        restrictive=is_restrictive(then[0].words.text),
    )  # fmt: skip


def _sentence_rule(text: str, sentence: Span) -> Rule:
    """Split one sentence into its conditions, its effect and what it states for the other case."""
    start, end = sentence.start, sentence.end
    otherwise = None
    masked = mask_quotes(text)
    cut = _OTHERWISE.search(masked, start, end)
    if cut and cut.start() > start and text[cut.end() : end].strip():
        otherwise, end = span(text, cut.end(), end), cut.start()
    last = None if otherwise else _OTHERWISE_LAST.search(masked, start, end)
    if last:
        otherwise, end = span(text, last.start("other"), last.end("other")), last.start()
    purpose = _PURPOSE.search(masked, start, end)
    if purpose and purpose.start() > start + 8:
        end = purpose.start()
    exception = None
    apart = _EXCEPTION.search(masked, start, end)
    if apart and re.search(r"\bwithout\b", masked[start : apart.start()]):
        exception, end = span(text, apart.end(), end), apart.start()
    conditions: list[Condition] = []
    context: list[Span] = []
    aside = take_aside(text, start, end, conditions)
    if aside is None:
        start = take_inverted(text, start, end, conditions)
        start = take_leading(text, start, end, conditions, context)
        end = take_trailing(text, start, end, conditions)
    effect = aside or span(text, start, end)
    if effect.text.lower().startswith("then "):
        effect = span(text, effect.start + 5, effect.end)
    if effect.text.endswith((".", ":")) and len(effect.text) > 1:
        effect = span(text, effect.start, effect.end - 1)
    apart = None if aside else _EXCEPTION.search(mask_quotes(text), effect.start, effect.end)
    if apart and not re.match(r"(?:if|when|where)\b", text[apart.end() :]):
        exception = span(text, apart.end(), effect.end)
        effect = span(text, effect.start, apart.start())
    parts, logic = condition_parts(conditions, effect)
    kept = any(not one.holds for one in conditions)
    restrictive = is_restrictive(effect.text, kept=kept)
    return Rule(
        sentence, effect, tuple(parts), logic, tuple(context), otherwise, restrictive,
        exception=exception,
    )  # fmt: skip
