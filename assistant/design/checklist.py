"""The checklist of a criterion: everything that a test of it has to set, as data and quotations.

Nothing is decided by a model and no sentence is made up: an item holds verbatim spans of the
criterion, fixed phrases and computed values. Where the reading is not certain, the criterion's
sentence is quoted whole and nothing else is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.design.instructions import find_instructions
from assistant.design.items import Item, Result, Setting, find_words, one_line
from assistant.design.techniques.flow_items import flow_items
from assistant.design.techniques.limit_items import purpose_items
from assistant.design.techniques.parameters import Parameter, combinations, find_parameters
from assistant.design.techniques.rule_items import main_flow, rule_items
from assistant.design.techniques.scenario_items import scenario_items
from assistant.design.techniques.table_items import table_items
from assistant.domain import TECHNIQUES, AcceptanceCriterion
from assistant.language.casing import bare_words
from assistant.language.languages import ENGLISH, language_of
from assistant.language.sentences import span
from assistant.reading.criteria import read_rules
from assistant.reading.narratives import read_narrative, read_purpose
from assistant.reading.rules import Rule


def checklist(criterion: AcceptanceCriterion) -> tuple[Item, ...]:
    """The items of a criterion by technique; () where it only instructs the assistant."""
    text = criterion.text
    if criterion.form == "flow":
        return _distinct(flow_items(text))
    narrative = read_narrative(text)
    parameters = () if narrative or criterion.form == "table" else find_parameters(text)
    tabled = () if narrative or parameters else table_items(text, table=criterion.form == "table")
    if tabled:
        return _distinct(tabled)
    gherkin = criterion.form == "gherkin"
    rules = (narrative,) if narrative else read_rules(text, gherkin=gherkin)
    rules = _without_instructions(text, rules)
    if any(rule.scenario is not None for rule in rules):
        return _distinct(scenario_items(text, rules))
    if language_of(text) != ENGLISH:
        whole = span(text, 0, len(text))
        return (main_flow(whole),) if rules else ()
    items = list(rule_items(text, rules))
    if narrative and (purpose := read_purpose(text)):
        items += purpose_items(text, purpose)
    if parameters and rules:
        items += _pairwise(text, rules[0], parameters)
    return _distinct(items)


def _without_instructions(text: str, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules without those that speak to the assistant instead of describing the product."""
    orders = find_instructions(text)
    return tuple(
        rule for rule in rules
        if not any(one.start < rule.whole.end and rule.whole.start < one.end for one in orders)
    )  # fmt: skip


def _pairwise(text: str, rule: Rule, parameters: Sequence[Parameter]) -> Iterator[Item]:
    """One item for each combination of the values that a criterion lists."""
    for row in combinations(parameters):
        cells = []
        for name, value in row.items():
            at = find_words(text, name)
            words = find_words(text, value, at.end if at else 0)
            if words is not None:
                cells.append(Setting("row", words, value=name))
        if len(cells) == len(row):
            yield Item(
                "pairwise", True, tuple(cells), (Result(rule.effect),), (rule.whole,),
                tuple((name, one_line(value)) for name, value in row.items()),
            )  # fmt: skip


def _distinct(items: Sequence[Item] | Iterator[Item]) -> tuple[Item, ...]:
    """In the order of techniques, without those that set the same again; the first stands."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for item in items:
        key = tuple((s.kind, bare_words(s.words.text), s.holds, s.value) for s in item.settings)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: (TECHNIQUES.index(item.technique), item.further)))
