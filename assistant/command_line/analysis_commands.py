"""``analyse``: what an epic's criteria say, what would be tested, and what to ask first."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.command_line.output import Terminal
from assistant.command_line.scope_options import add_scope, techniques_of, text_of

if TYPE_CHECKING:
    from assistant.workflow.writing.analyse_epic import AnalysedCriterion, StepChange


def add_options(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The options of ``analyse``."""
    analyse_ = add("analyse", "read an epic's criteria: conditions, limits, questions; no model")
    analyse_.add_argument(
        "--epic", metavar="FILE", required=True, help="file with the epic; - reads stdin"
    )
    analyse_.add_argument(
        "--existing",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="files of existing cases: says which conditions they cover (reuse, update, new)",
    )
    add_scope(analyse_)


def analyse(options: Namespace, terminal: Terminal) -> None:
    """Print, by epic, story and criterion, what is said and what would be tested."""
    from assistant.workflow.writing.analyse_epic import analyse_text

    name, data = text_of(options.epic)
    found = analyse_text(
        name,
        data,
        techniques=techniques_of(options.techniques),
        depth=options.depth or "standard",
        existing=options.existing,
    )
    if terminal.document(found):
        return
    for epic in found.epics:
        counts = ", ".join(f"{count} {name}" for name, count in epic.counts.items())
        terminal.line(f"{epic.key} {epic.title}".strip())
        terminal.line(f"{sum(epic.counts.values())} conditions: {counts or 'none'}")
        for story in epic.stories:
            terminal.line(f"\n{story.key} {story.title}".rstrip())
            for criterion in story.criteria:
                _criterion(criterion, terminal)
        terminal.line("")
    for note in found.notes:
        terminal.note(note)
    terminal.notices(found.notices)
    terminal.unread(found.unread)


def _criterion(criterion: AnalysedCriterion, terminal: Terminal) -> None:
    terminal.line(f"\n  {criterion.id}  {' '.join(criterion.text.split())}")
    for rule in criterion.analysis.rules:
        if rule.expression:
            terminal.line(f"      if {rule.expression}")
    for limit in criterion.analysis.limits:
        terminal.line(f"      limit {limit.operator} {limit.value} {limit.unit}".rstrip())
    for condition in criterion.conditions:
        mark = "+" if condition.valid else "-"
        short = condition.id.removeprefix(f"{criterion.id}-")
        terminal.line(f"    {mark} {short:<4} {condition.technique:<20} {condition.statement}")
        if condition.expected:
            terminal.line(f"           expected: {condition.expected}")
        verdict = criterion.against_existing.get(condition.id)
        if verdict:
            case_id = f" {verdict.case_id}" if verdict.case_id else ""
            terminal.line(f"           {verdict.verdict}{case_id}: {verdict.reason}")
            for change in verdict.changes:
                place = f"step {change.step}, {change.part}" if change.step else change.part
                terminal.line(f"             {place}: {_diff(change)}")
    for question in criterion.questions:
        terminal.line(f"    ? {question.kind}: {question.text}")


def _diff(change: StepChange) -> str:
    marks = {"same": "{}", "out": "[-{}-]", "in": "{{+{}+}}"}
    return " ".join(marks[kind].format(words) for kind, words in change.diff)
