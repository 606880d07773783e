"""Gherkin examples: one condition for each row of a scenario outline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.casing import lower_start
from assistant.design.drafts import Draft, spans_of
from assistant.design.outcomes import is_restrictive
from assistant.design.rows import REFUSED
from assistant.design.rules import Rule
from assistant.design.sentences import Span
from assistant.design.situations import stage
from assistant.design.telling import in_sentence, observed
from assistant.domain import Technique


def example_drafts(rule: Rule) -> Iterator[Draft]:
    """One condition for each example of a scenario outline, placeholders filled in."""
    assert rule.scenario is not None
    done: set[str] = set()
    given_words = " ".join(c.words.text for c in rule.conditions)
    wanted = set(re.findall(r"<\s*([^<>\n]+?)\s*>", given_words))
    for row in rule.scenario.examples:
        filled = _filled(rule, dict(row))
        refused = is_restrictive(filled.effect.text) or any(
            REFUSED.match(value) for _, value in row
        )
        first: Technique = "negative" if refused else "positive"
        technique: Technique = "decision-table rule" if first in done else first
        done.add(first)
        situation = stage(
            [(c.keyword, c.words.text) for c in filled.conditions], filled.effect.text
        )
        expected = observed(filled.effect.text)
        when = [in_sentence(c.words.text) for c in filled.conditions if c.keyword == "when"]
        said = f"When {' and '.join(when)}, {lower_start(expected)}" if when else expected
        data = "; ".join(f"{name}: {value}" for name, value in row)
        yield Draft(
            technique,
            not refused,
            said,
            situation,
            expected,
            spans_of(rule),
            data=data,
            priority="High",
            variables=tuple((name, value) for name, value in row if name in wanted),
        )
    if "positive" not in done:
        yield replace(next(iter(example_drafts_first(rule))), technique="positive")


def example_drafts_first(rule: Rule) -> Iterator[Draft]:
    """The first example alone, for an outline whose every example is a refusal."""
    assert rule.scenario is not None
    filled = _filled(rule, dict(rule.scenario.examples[0]))
    situation = stage([(c.keyword, c.words.text) for c in filled.conditions], filled.effect.text)
    yield Draft(
        "positive",
        True,
        observed(filled.effect.text),
        situation,
        observed(filled.effect.text),
        spans_of(rule),
        priority="High",
    )


def _filled(rule: Rule, values: dict[str, str]) -> Rule:
    def fill(words: Span) -> Span:
        text = re.sub(r"<([^<>\n]+)>", lambda m: values.get(m[1].strip(), m.group()), words.text)
        return Span(text, words.start, words.end)

    conditions = tuple(replace(c, words=fill(c.words)) for c in rule.conditions)
    return replace(rule, effect=fill(rule.effect), conditions=conditions)
