"""What can be measured on one case alone: template, grounding, smells, duplicates, lengths."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.domain import CaseTemplate, Column, TestCase
from assistant.generation.lint import lint
from assistant.suite.near_duplicates import shingles, similarity
from assistant.suite.template import DEFAULT_TEMPLATE, template_problems

NEAR_DUPLICATE = 0.9
"""Share of word triples two cases have in common (Jaccard) from which one repeats the other."""

TOLERATED = 0.1
"""Share of the company's cases that may lack a required cell."""

_WORD = re.compile(r"\w+")


def case_text(case: TestCase) -> str:
    """A case as plain lines: title, preconditions, numbered steps with data and results."""
    lines = [case.title] if case.title.strip() else []
    lines += [f"Precondition: {text}" for text in case.preconditions]
    for step in case.steps:
        data = f" [{step.test_data}]" if step.test_data.strip() else ""
        result = f" => {step.expected_result}" if step.expected_result.strip() else ""
        lines.append(f"{step.number}. {step.action}{data}{result}")
    return "\n".join(lines)


def body_text(case: TestCase) -> str:
    """The words of a case without its title and objective, one line each.

    A condition may give the title away (an existing case's title is its situation), so that
    closeness to a reference case is judged by what is done and seen.
    """
    parts = [*case.preconditions]
    for step in case.steps:
        parts += [step.action, step.test_data, step.expected_result]
    return "\n".join(part.strip() for part in parts if part.strip())


def problems_of(case: TestCase, template: CaseTemplate = DEFAULT_TEMPLATE) -> tuple[str, ...]:
    """What keeps a case from standing in the company's template as it is."""
    found = list(template_problems(template, case))
    if not case.steps:
        found.append("The case has no steps.")
    elif all(not step.expected_result.strip() for step in case.steps):
        found.append("No step has an expected result.")
    return tuple(found)


def template_as_used(template: CaseTemplate, company: Sequence[TestCase]) -> CaseTemplate:
    """The template, asking for no cell that the company's own cases leave empty.

    A column stays required where no more than a tenth of the cases lack it. Companies that
    write Given/When/Then, for example, have steps without an expected result.
    """
    if not company:
        return template

    def kept(column: Column) -> Column:
        if not column.required:
            return column
        alone = template.model_copy(update={"columns": (column,)})
        lacking = sum(bool(template_problems(alone, case)) for case in company)
        return column.model_copy(update={"required": lacking <= TOLERATED * len(company)})

    return template.model_copy(update={"columns": tuple(map(kept, template.columns))})


def grounding(case: TestCase) -> tuple[int, int]:
    """Expected results that a source supports or that follow from one, and all of them."""
    stated = [step for step in case.steps if step.expected_result.strip()]
    return sum(step.support in ("supported", "derived") for step in stated), len(stated)


def smells(case: TestCase) -> tuple[str, ...]:
    """Rules of wording that a case breaks, once for every place.

    Steps without an expected result are not counted: companies that write Given/When/Then state
    results in steps of their own.
    """
    return tuple(found.rule for found in lint(case) if found.rule != "no expected result")


def duplicates(cases: Sequence[TestCase]) -> tuple[str, ...]:
    """For each case the id of the earliest case that it repeats, or an empty text.

    Compared by the words of preconditions and steps; cases without words repeat nothing.
    """
    runs = [shingles(body_text(case)) for case in cases]
    found = []
    for place, own in enumerate(runs):
        earlier = (cases[n].id for n in range(place) if similarity(own, runs[n]) >= NEAR_DUPLICATE)
        found.append(next(earlier, ""))
    return tuple(found)


def words_of(case: TestCase) -> int:
    """Number of words in preconditions and steps."""
    return len(_WORD.findall(body_text(case)))


def memory_bytes() -> int:
    """Memory that this process holds now; its peak where the system tells only that; else 0."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text(encoding="ascii", errors="ignore"))
        if found:
            return int(found.group(1)) * 1024
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
