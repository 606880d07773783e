"""How facts and outcomes of a test condition are said: fixed phrases, values and quotations.

Nothing here turns a sentence: what the text says stands in “ ” as it is, and what code adds is one
of a few fixed phrases ("holds", "does not hold", "not:").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.domain import Fact, Outcome


def quotation(words: str) -> str:
    """The words between “ ”, on one line."""
    return "“" + " ".join(words.split()) + "”"


def situation_words(facts: Sequence[Fact]) -> list[str]:
    """What must be so, each fact on a line of its own; a change of state is one line.

    ``11 days: “more than 10 days” holds``. The main flow and the steps of a scenario set nothing
    beside their own words.
    """
    states = [fact for fact in facts if fact.kind == "transition"]
    lines: list[str] = []
    for fact in facts:
        if fact.kind == "transition":
            if fact is states[0]:
                lines.append(transition_words(states))
        elif words := _words(fact):
            lines.append(words)
    return list(dict.fromkeys(lines))


def _words(fact: Fact) -> str:
    quote = quotation(fact.quote)
    value = " ".join(fact.value.split())
    side = "holds" if fact.holds else "does not hold"
    match fact.kind:
        case "main flow":
            return ""
        case "role":
            return f"role: {quote}" if value in ("", fact.quote) else f"role: {value}; {quote}"
        case "field":
            return f"field {quote} is {value}" if value else f"field {quote}"
        case "row":
            return f"{quotation(value)}: {quote}" if value else quote
        case "scenario":
            return " ".join(fact.quote.split())
        case "condition":
            return f"{quotation(value)} in {quote} {side}" if value else f"{quote} {side}"
    return f"{value}: {quote} {side}" if value else f"{quote} {side}"


def transition_words(states: Sequence[Fact]) -> str:
    """A change of state: ``from “New” to “Referred”``."""
    return " ".join(f"{one.value} {quotation(one.quote)}".strip() for one in states)


def outcome_words(outcomes: Iterable[Outcome]) -> str:
    """The outcomes in one line, ``not:`` before what must then not happen; "" where none is."""
    said = [
        quotation(one.quote) if one.happens else "not: " + quotation(one.quote) for one in outcomes
    ]
    return "; ".join(dict.fromkeys(said))
