"""What a file cannot hold of the cases in it, said by case before anybody imports it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import CaseTemplate, TestCase, Value
from assistant.suite.export.csv_file import ProfileName
from assistant.suite.rows import is_unseen
from assistant.suite.template import left_out

NAMED = 10
"""Cases that a sentence names; the others are counted."""


class Loss(Value):
    """Something that no column of a file holds, and the cases that have it."""

    what: str
    case_ids: tuple[str, ...]
    sentence: str


def losses(
    template: CaseTemplate, cases: Sequence[TestCase], *, profile: ProfileName = "excel"
) -> tuple[Loss, ...]:
    """What the file of these cases leaves out, one for each kind; empty where it holds everything.

    A file for import bears no mark at results without a source, and a tool takes no more than its
    number of cases at once: both are losses too.
    """
    found: dict[str, list[str]] = {}
    for case in cases:
        for what in left_out(template, case):
            found.setdefault(what, []).append(case.id)
        if profile == "import" and is_unseen(template, case) and case.unsupported_steps:
            found.setdefault("support", []).append(case.id)
    lost = [_loss(template, what, tuple(ids), of=len(cases)) for what, ids in found.items()]
    most = template.max_cases
    if profile == "import" and most is not None and len(cases) > most:
        over = tuple(case.id for case in cases[most:])
        sentence = (
            f"{template.name} takes {most:,} cases in one import, and these are {len(cases):,}: "
            f"export them in parts. Too many: {_named(over)}."
        )
        lost.append(Loss(what="cases", case_ids=over, sentence=sentence))
    return tuple(lost)


def _loss(template: CaseTemplate, what: str, ids: tuple[str, ...], *, of: int) -> Loss:
    named = f"all {of:,} cases" if NAMED < len(ids) == of else _named(ids)
    if what == "support":
        sentence = f"No source supports a result, and the file does not say so: {named}."
    else:
        sentence = f"{template.name} has no place for {what}: {named}."
    return Loss(what=what, case_ids=ids, sentence=sentence)


def _named(ids: Sequence[str]) -> str:
    rest = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
