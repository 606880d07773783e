"""The items of Gherkin scenarios: the steps as they stand, the rows of examples, their limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.design.items import Item, Result, Setting, find_words, one_line
from assistant.design.techniques.boundaries import points
from assistant.design.techniques.limit_items import is_further, limit_setting
from assistant.design.techniques.variables import measured_quantity
from assistant.domain import Technique
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Scenario, Step
from assistant.reading.certainty import denies
from assistant.reading.rules import Rule
from assistant.reading.tables.rows import REFUSED


def scenario_items(text: str, rules: Sequence[Rule]) -> Iterator[Item]:
    """One item for each scenario or row of its examples, then the limits in its steps."""
    for rule in rules:
        if rule.scenario is not None:
            yield from _of_scenario(text, rule, rule.scenario)


def _of_scenario(text: str, rule: Rule, scenario: Scenario) -> Iterator[Item]:
    steps = (*scenario.of("given"), *scenario.of("when"))
    results = tuple(Result(step.words) for step in scenario.of("then"))
    refused = rule.restrictive
    technique: Technique = "negative" if refused else "positive"
    whole = Item(
        technique, not refused,
        tuple(Setting("scenario", step.words, value=step.kind) for step in steps),
        results, (rule.whole,), priority="High",
    )  # fmt: skip
    if scenario.examples:
        yield from _examples(text, whole, scenario)
        return
    yield whole
    for step in steps:
        yield from _limits(text, whole, step)
    for step in scenario.of("then"):
        for item in _limits(text, whole, step):
            if item.settings[0].holds:
                yield replace(item, further=1)


def _examples(text: str, whole: Item, scenario: Scenario) -> Iterator[Item]:
    """One item for each row of the examples, its values quoted with their columns."""
    wanted = {name for step in scenario.steps for name in _PLACEHOLDER.findall(step.words.text)}
    place = max(step.words.end for step in scenario.steps)
    header = find_words(text, scenario.examples[0][0][0], place)
    place = header.end if header else place
    done: set[str] = set()
    for row in scenario.examples:
        cells = []
        for name, value in row:
            words = find_words(text, value, place)
            if words is not None:
                place = words.end
                cells.append((name, words))
        refused = not whole.valid or any(REFUSED.match(value) for _, value in row)
        technique: Technique = "negative" if refused else "positive"
        first = technique not in done
        done.add(technique)
        yield replace(
            whole,
            technique=technique if first else "decision-table rule",
            valid=not refused,
            settings=(
                *whole.settings,
                *(Setting("row", words, value=name) for name, words in cells),
            ),
            spans=(*whole.spans, *(words for _, words in cells)),
            variables=tuple((name, one_line(w.text)) for name, w in cells if name in wanted),
        )


_PLACEHOLDER = re.compile(r"<\s*([^<>\n]+?)\s*>")


def _limits(text: str, whole: Item, step: Step) -> Iterator[Item]:
    """Values on both sides of the limits in a step; only the step's own side leads to the then."""
    inside = [
        q for q in find_quantities(text)
        if q.is_limit and step.words.start <= q.start and q.end <= step.words.end
    ]  # fmt: skip
    for quantity in inside:
        start, end = (
            quantity.phrase_start - step.words.start,
            quantity.phrase_end - step.words.start,
        )
        denied = denies(step.words.text[:start] + step.words.text[end:])
        for point in points(quantity):
            setting = limit_setting(text, quantity, point)
            certain = setting.holds and not denied
            yield replace(
                whole,
                technique="boundary",
                valid=whole.valid if point.allowed else not whole.valid,
                settings=(setting, *whole.settings) if certain else (setting,),
                results=whole.results if certain else (),
                variables=((measured_quantity(step.words.text, quantity), point.text),),
                priority="Medium",
                further=is_further(quantity, point),
            )
