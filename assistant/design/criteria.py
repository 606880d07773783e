"""What a criterion says: rules of conditions and effect, who may, what happens otherwise.

A criterion is read into ``Rule`` values: Gherkin scenarios, or sentences split into condition
clauses ("if", "when", "unless", "until", "only if"), the effect, and the outcome stated for the
other case ("otherwise ...", "after that ..."). Everything keeps its offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.asides import take_aside
from assistant.design.casing import lower_start
from assistant.design.clauses import parse_clause
from assistant.design.enumerations import values_stated
from assistant.design.listed_conditions import read_listed
from assistant.design.messages import mask_quotes
from assistant.design.outcomes import is_message_only, is_restrictive, reports_success
from assistant.design.people import is_person
from assistant.design.pronouns import named, spoken_of
from assistant.design.quantities import find_quantities
from assistant.design.restated import (
    empty_as_missing,
    none_as_denial,
    only_in_front,
    with_subject,
)
from assistant.design.rules import Condition, Rule
from assistant.design.sentences import (
    Scenario,
    Span,
    looks_like_gherkin,
    scenarios,
    sentences,
    span,
)
from assistant.design.splitting import (
    condition_parts,
    straight,
    take_inverted,
    take_leading,
    take_trailing,
)

_OTHERWISE = re.compile(
    r"(?:[,;.:–—-]\s*|\s)(?:and |but )?(?:otherwise|or else"
    r"|(?<!one )(?<!body )(?<!thing )(?<!where )else|if not|failing which|failing that)\b,?\s+",
    re.IGNORECASE,
)
_OTHERWISE_LAST = re.compile(
    r",? (?:and |or |but )?(?P<other>(?:in|within|by|for|at|on|to|via|as|with|after|from)"
    r" [^,;.]{1,60}) otherwise\.?$",
    re.IGNORECASE,
)
""" "in the visitor's language if available, in English otherwise"."""
_CONTINUES_AS_OTHERWISE = re.compile(
    r"^(?:otherwise|or else|else|if not|if so not|in (?:all|any) other cases?|failing (?:which"
    r"|that)"
    r"|after (?:that|this)(?: (?:period|time|date|point))?|(?:any )?later(?: than (?:that|this))?"
    r"|beyond (?:that|this)|above (?:that|this)|below (?:that|this)|thereafter|outside (?:of"
    r" )?(?:this|that|these)"
    r"(?: \w+)?|more than that|then)\b,?\s+",
    re.IGNORECASE,
)
_OTHER_SUBJECT = re.compile(
    r"^(?:any ?thing else|any(?:one)? (?:other|else)|every(?:one|body) else"
    r"|no(?: one|body) else|all others?|others?|(?:a |any"
    r" )?(?:higher|lower|larger"
    r"|smaller|later|earlier|longer|shorter) \w+|(?:requests?|attempts?|values?|entries|amounts?"
    r"|anything)"
    r" (?:outside|beyond|above|after|below) (?:of )?(?:this|that|these|the))\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"^(?:(?:it|this|that|they|these) (?:is|are|does|do|has|have|exceeds?|falls?)\b.*\b(?:not"
    r"|shorter|longer|higher"
    r"|lower|less|more|fewer|greater|outside|exceeds?|below|above|over|under|missing|invalid|empty"
    r"|blank|late)\b"
    r"|(?:the|this) (?:limit|maximum|minimum|period|deadline|time limit|threshold|condition"
    r"|check)\b.*"
    r"|not\b.*|exceeded$|outside\b.*)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(
    r",?\s(?:except(?: for)?|excluding|other than|apart from|with the exception of|but"
    r" not|and not(?= (?:for|to|by|in|on|at|from)\b))\s+(?=\w)",
    re.IGNORECASE,
)
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
        lead = _CONTINUES_AS_OTHERWISE.match(sentence.text)
        again = lead and re.match(r"(?:if|when|where) ", sentence.text[lead.end() :], re.I)
        if rules and lead and again and rules[-1].conditions:
            further = span(text, sentence.start + lead.end(), sentence.end)
            rule = named(_sentence_rule(text, further), rules[-1])
            rules.append(replace(rule, chained=bool(rule.conditions)))
            continue
        if rules and lead and sentence.text[lead.end() :].strip():
            stated = span(text, sentence.start + lead.end(), sentence.end)
            if rules[-1].otherwise is None:
                rules[-1] = replace(rules[-1], otherwise=stated)
                continue
        so = _IF_SO.match(sentence.text)
        if rules and so:
            further = span(text, sentence.start + so.end(), sentence.end)
            going_on = _gone_on(rules[-1], further)
            if going_on is not None:
                rules[-1] = going_on
                continue
            sentence = further
        elif rules and _OTHER_SUBJECT.match(sentence.text) and rules[-1].otherwise is None:
            rules[-1] = replace(rules[-1], otherwise=sentence)
            continue
        rule = _sentence_rule(text, sentence)
        joined = _joined_to(rules[-1], rule) if rules else None
        if rules and joined is None:
            rule = named(rule, rules[-1])
        if joined is not None:
            rules[-1] = joined
        else:
            rules.append(rule)
    return _merged(_chained(rules, text)) or (_bare(text),)


_NO_LABEL = re.compile(
    r"(?:if|when|where|unless|once|for|in|on|at|with|as|given|after|before|during|example|e\.g|error"
    r"|message|text|note)\b", re.IGNORECASE
)  # fmt: skip


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


_ALL_OTHERS = re.compile(r"\bin (?:all|any) other cases?\b", re.IGNORECASE)


def _chained(rules: list[Rule], text: str) -> list[Rule]:
    """Rules for the same thing of which the last says "otherwise": each excludes the next.

    "In all other cases" speaks of all the rules before, whatever they are about.
    """
    if len(rules) < 2 or rules[-1].otherwise is None or not all(rule.conditions for rule in rules):
        return rules
    about = {rule.clause.subject.casefold() if rule.clause else "" for rule in rules}
    otherwise = rules[-1].otherwise
    rest = _ALL_OTHERS.search(text, rules[-1].effect.end, otherwise.start)
    tested = {c.clause.subject.casefold() if c.clause else "" for r in rules for c in r.conditions}
    alike = len(tested) == 1 and not is_person("".join(tested))
    alike = alike and "." not in text[rules[0].effect.start : otherwise.start]
    if (len(about) > 1 or "" in about) and rest is None and not alike:
        return rules
    return [rules[0], *(replace(rule, chained=True) for rule in rules[1:])]


_IF_SO = re.compile(
    r"(?:if so|in (?:that|this|such(?: an?)?|these|those) cases?|if (?:that|this) is (?:so|the case"
    r"|true))\b,?\s+(?=\w)",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"\b(?:check|determin|see|verif|decid|ask|test|validat|assess|examin)\w*(?: [\w']+){0,3}?"
    r" (?:whether|if) (?P<fact>.+)$",
    re.IGNORECASE,
)


def _gone_on(before: Rule, further: Span) -> Rule | None:
    """The rule before with what happens "in that case" too; "if so" answers its "whether"."""
    asked = _WHETHER.search(before.effect.text)
    end = further.end - (len(further.text) - len(further.text.rstrip(".")))
    if before.conditions and before.otherwise is None:
        said = f"{before.effect.text} and {lower_start(further.text.rstrip('.'))}"
        return replace(before, effect=Span(said, end - len(said), end))
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


_AND_IF = re.compile(
    r",? (?:and|but) (?=(?:if|when|where|unless) )|, (?=else if |otherwise if )", re.I
)


_AND_ASIDE = re.compile(r",? and, (?=(?:if|when|where|unless) [^,]+, )", re.IGNORECASE)
""" "(sends a receipt) and, if a number is stored, (sends a text message)"."""


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
        if aside and parse_clause(text[start : aside.start()]):
            yield span(text, start, aside.start())
            start = aside.end()
        more = re.search(r" otherwise, (?:and )?", masked[start : sentence.end], re.IGNORECASE)
        if more and parse_clause(text[start + more.end() : sentence.end]):
            yield span(text, start, start + more.start() + len(" otherwise"))
            start += more.end()
        yield span(text, start, sentence.end)


_NOT_POSSIBLE = re.compile(r"(?:this|that|it) (?:is|was) not (?:possible|feasible)\b", re.I)
""" "(... if A.) If this is not possible, ...": a further condition, not that A is not met."""


def _joined_to(before: Rule, rule: Rule) -> Rule | None:
    """The rule before, completed by one that only adds its message or who may not do it."""
    open_ended = before.otherwise is None and not before.restrictive
    if before.conditions and rule.conditions and _NOT_POSSIBLE.match(rule.conditions[0].words.text):
        return None
    if open_ended and len(rule.conditions) == 1 and _ELLIPSIS.match(rule.conditions[0].words.text):
        return replace(before, otherwise=rule.effect)
    if rule.conditions or rule.otherwise:
        return None
    clause = rule.clause
    if clause and clause.form == "modal" and clause.negated and not clause.verb:
        subject = span(rule.effect.text, 0, len(clause.subject))
        return replace(
            before,
            excluded=Span(subject.text, rule.effect.start, rule.effect.start + len(subject.text)),
        )
    if is_message_only(rule.effect.text) and not reports_success(rule.effect.text):
        if before.restrictive and before.notice is None:
            return replace(before, notice=rule.effect)
        if before.otherwise is None and not before.restrictive and not before.conditions:
            return replace(before, otherwise=rule.effect)
    return None


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
    effect = _one_sentence(span(text, then[0].words.start, then[-1].words.end))
    return Rule(
        whole, effect, tuple(conditions), scenario=scenario,
        restrictive=is_restrictive(then[0].words.text),
    )  # fmt: skip


def _one_sentence(steps: Span) -> Span:
    """Steps as one sentence, "And" and "But" inside it, every offset kept by padding."""

    def joined(match: re.Match[str]) -> str:
        return " and".ljust(len(match.group()) - 1) + " "

    pattern = r"[ \t]*[.,]?[ \t]*\n\s*(?:[-*•]\s+)?\**(?:And|But|Then)\b\**:?[ \t]+"
    text = re.sub(pattern, joined, steps.text, flags=re.IGNORECASE)
    return Span(text, steps.start, steps.end)


def _sentence_rule(text: str, sentence: Span) -> Rule:
    """Split one sentence into its conditions, its effect and what it states for the other case."""
    start, end = sentence.start, sentence.end
    listed = values_stated(sentence.text)
    if listed:
        return Rule(sentence, Span(listed, end - len(listed), end))
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
    if aside is not None:
        return _rule_of(sentence, aside, conditions, context, otherwise, exception)
    start = take_inverted(text, start, end, conditions)
    start = take_leading(text, start, end, conditions, context)
    end = take_trailing(text, start, end, conditions)
    effect = span(text, start, end)
    if effect.text.lower().startswith("then "):
        effect = span(text, effect.start + 5, effect.end)
    if effect.text.endswith((".", ":")) and len(effect.text) > 1:
        effect = span(text, effect.start, effect.end - 1)
    apart = _EXCEPTION.search(mask_quotes(text), effect.start, effect.end)
    if apart and not re.match(r"(?:if|when|where)\b", text[apart.end() :]):
        exception = span(text, apart.end(), effect.end)
        effect = span(text, effect.start, apart.start())
    turned = straight(effect.text) if conditions else None
    effect = Span(turned, effect.start, effect.end) if turned else with_subject(effect)
    conditions = [spoken_of(condition, effect) for condition in conditions]
    return _rule_of(sentence, effect, conditions, context, otherwise, exception)


def _rule_of(
    sentence: Span,
    effect: Span,
    conditions: list[Condition],
    context: list[Span],
    otherwise: Span | None,
    exception: Span | None,
) -> Rule:
    """The rule of a sentence whose parts are found."""
    effect = only_in_front(effect if conditions else empty_as_missing(effect))
    if otherwise is None and all(c.keyword in _UNLESS for c in conditions):
        effect = none_as_denial(effect)
    parts, logic = condition_parts(conditions, effect)
    restrictive = is_restrictive(effect.text)
    return Rule(
        sentence, effect, tuple(parts), logic, tuple(context), otherwise, restrictive,
        exception=exception,
    )  # fmt: skip


_UNLESS = ("unless", "without", "until")


def _merged(rules: list[Rule]) -> tuple[Rule, ...]:
    """Give a rule the outcome that a later sentence states for the far side of its own limit."""
    merged = list(rules)
    for index, rule in enumerate(rules):
        if not rule.restrictive or index == 0:
            continue
        values = {(q.value, q.unit) for q in find_quantities(rule.whole.text) if q.is_limit}
        for earlier in range(index - 1, -1, -1):
            before = merged[earlier]
            theirs = {(q.value, q.unit) for q in find_quantities(before.whole.text) if q.is_limit}
            if values & theirs and not before.restrictive and before.otherwise is None:
                merged[earlier] = replace(before, otherwise=rule.effect)
                merged[index] = replace(rule, effect=Span("", rule.effect.start, rule.effect.start))
                break
    return tuple(rule for rule in merged if rule.effect.text)
