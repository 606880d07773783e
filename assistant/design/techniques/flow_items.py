"""The items of a flow of a use case: the flow as a whole, and each of its branches.

ISTQB (use case testing): at least one test for the main flow, and one for each alternative and
exceptional flow. A branch within a flow is an item of its own where the flow says what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.design.items import Item, Result, Setting
from assistant.design.techniques.rule_items import rule_items
from assistant.domain import FLOW
from assistant.language.languages import ENGLISH, language_of
from assistant.language.sentences import Span, span
from assistant.reading.criteria import read_rules

_MARK = re.compile(
    r"(?m)^[ \t]*(?:[-*•+][ \t]+)?(?:\d{1,3}[.):]+|\d{1,3}[a-z]\.?\d{0,3}[a-z]?[.):]*"
    r"|\*[a-z]\d*[.):]*|[A-Z]{1,3}[-_]?\d{1,3}[a-z]?[.):]*|[-*•+])[ \t]+"
)
"""The number of a step: "4.", "4a1.", "E1"."""


_STEP = re.compile(r"\s*\d{1,3}[.):|\s]")
"""What begins a step of a main flow: "1. The clerk ..." is no title."""
_ENDS = re.compile(
    r"(?:the )?(?:use case|flow|scenario|case)(?: then)? "
    r"(?:ends|stops|goes on|continues|resumes|is over)[^.\n]*\.?\s*",
    re.IGNORECASE,
)

_LINE = re.compile(r"[^\n]*\w[^\n]*")


def steps_of(text: str) -> str:
    """A flow with its title ("4a Seller is too young", which states no rule) and the numbers of its
    steps blanked, so that places stay."""
    bare = _MARK.sub(lambda match: " " * len(match[0]), text)
    first = _LINE.search(text)
    if first is None or not _LINE.search(text, first.end()):
        return bare
    stepwise = _STEP.match(first[0]) is not None
    titled = not stepwise and not first[0].rstrip().endswith((".", ";", ":"))
    return " " * first.end() + bare[first.end() :] if titled else bare


def _last_step(text: str, lines: Sequence[tuple[int, int]]) -> Span:
    """The last step that says more than that the flow ends, with what is wrapped below it."""
    end = lines[-1][1]
    marked = [start for start, _ in lines if _MARK.match(text, start)] or [lines[-1][0]]
    steps: list[Span] = []
    for start in reversed(marked):
        mark = _MARK.match(text, start)
        steps.append(span(text, mark.end() if mark else start, end))
        end = start
    return next((one for one in steps if not _ENDS.fullmatch(one.text)), steps[0])


def flow_items(text: str) -> Iterator[Item]:
    """The flow, with what its last step says as its result, then the branches that it names."""
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text)]
    whole = span(text, lines[0][0], lines[-1][1])
    last = _last_step(text, lines)
    steps = steps_of(text)
    rules = read_rules(steps) if language_of(text) == ENGLISH else ()
    refused = any(rule.restrictive for rule in rules)
    yield Item(
        "negative" if refused else "positive", not refused,
        (Setting("main flow", whole, value=FLOW),), (Result(last),), (whole,), priority="High",
    )  # fmt: skip
    for item in rule_items(steps, rules):
        # Who does a step is its actor; what others may not do is no branch of the flow.
        if item.results and item.settings[0].kind not in ("main flow", "role"):
            yield item
