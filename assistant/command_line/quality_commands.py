"""Commands that judge: ``lint`` and ``check`` files of cases, ``reread`` a run's drafts.

Commands about the suite as a whole: duplicate cases, how deeply criteria are covered, and what a
release makes of the cases that the project holds.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import (
    open_workspace,
    project_of_run,
    reading_project,
    request_of,
    understood,
)
from assistant.domain import SECOND_READER
from assistant.errors import SettingsError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import existing_cases, impact_list, page_change, proposed_updates
from assistant.workflow.impact.impact_job import ImpactReading
from assistant.workflow.impact.page_change import ChangedPage
from assistant.workflow.review import case_lists, check_report, check_suite
from assistant.workflow.review import duplicates as same_cases
from assistant.workflow.sources import next_version
from assistant.workflow.writing import coverage as depth_of_coverage
from assistant.workflow.writing import second_reading

KEYS_SHOWN = 10
"""Keys that the project does not hold, of a checked suite."""


def lint(options: Namespace, terminal: Terminal) -> None:
    """The smells of the cases in files: a row each, and a summary."""
    report = case_lists.lint_files(options.files)
    if terminal.document(report):
        return
    for row in report.rows:
        place = f"{row.file}: {row.case_id}" + (f", step {row.step}" if row.step else "")
        fix = f" [fix: {row.fix.says}]" if row.fix else ""
        terminal.line(f"{place}: {row.rule}: {row.message}{fix}")
    counts = ", ".join(f"{count} {rule}" for rule, count in report.by_rule.items())
    terminal.line(
        f"{len(report.rows)} findings in {report.cases} cases, {report.per_case:.2f} a case"
        + (f": {counts}" if counts else "")
    )


def reread(options: Namespace, terminal: Terminal) -> None:
    """A model's doubts on the drafts of a run; the exit status is 1 where it has any."""
    with open_workspace(options, terminal) as workspace:
        project_id = project_of_run(workspace, options, options.run)
        reading = second_reading.read_now(
            workspace,
            project_id,
            options.run,
            writer=options.writer,
            by=options.by,
            report=lambda done, total: terminal.bar("reading    ", done, total),
        )
        terminal.end_bar()
        cases = [workspace.library.case(project_id, name).case for name in reading.doubted]
    if reading.doubted:
        terminal.status = 1
    if terminal.document(reading):
        return
    for case in cases:
        for one in case.findings:
            if one.rule == SECOND_READER:
                place = f"step {one.step}" if one.step else "case"
                terminal.line(f"{case.id}, {place}: {one.message}")
    terminal.line(
        f"{reading.read} drafts read, {len(reading.doubted)} doubted, "
        f"{len(reading.changed)} changed meanwhile and left alone"
    )
    if reading.usage.text:
        terminal.line(reading.usage.text)


def impact(options: Namespace, terminal: Terminal) -> None:
    """Which existing cases a release or a page leaves right, changes or does away with, read by a
    model; the exit status is 1 where one has to change or go."""

    def report(done: int, total: int) -> None:
        terminal.bar("reading    ", done, total)

    if options.since is not None and not options.page:
        raise SettingsError("--since goes with --page: it names a version of that source.")
    reader, by = options.read_by, options.by
    with open_workspace(options, terminal) as workspace:
        if options.page or options.changed_since:
            project_id = reading_project(workspace, options, terminal, create=False)
            pages = _changed_pages(workspace, project_id, options)
            if options.changed_since and not pages:  # as on most nights
                terminal.note("No source changed or came in since: no case was read.")
                terminal.document(ImpactReading(title=reader))
                return
            reading = page_change.read_now(
                workspace, project_id, pages, reader=reader, by=by, every=options.every,
                report=report,
            )  # fmt: skip
        else:
            project_id, request = request_of(workspace, options, terminal)
            found = understood(workspace, project_id, request, options, terminal, writer=reader)
            reading = existing_cases.read_now(
                workspace, project_id, found.epics, found.conditions, reader=reader, by=by,
                every=options.every, report=report,
            )  # fmt: skip
        terminal.end_bar()
        if options.propose:
            done = proposed_updates.propose(workspace, project_id, reading, by=options.by)
            terminal.note(f"changes proposed: {len(done.cases)}")
            for name, why in done.left.items():
                terminal.note(f"{name}: {why}")
    if any(one.impact != "keep" for one in reading.found):
        terminal.status = 1
    if terminal.document(reading):
        return
    for line in impact_list.lines(reading):
        terminal.line(line)


def _changed_pages(
    workspace: Workspace, project_id: str, options: Namespace
) -> Sequence[ChangedPage]:
    if options.changed_since:
        return page_change.changed_since(workspace, project_id, options.changed_since)
    document = next_version.named_document(workspace, project_id, options.page)
    return [page_change.present(workspace, project_id, document.id, since=options.since)]


def check(options: Namespace, terminal: Terminal) -> None:
    """Cases of a file, or the project's imported cases, against its sources; the exit status is 1
    where something is found."""
    with open_workspace(options, terminal) as workspace:
        project_id = reading_project(workspace, options, terminal)
        report = check_suite.check_file(
            workspace,
            project_id,
            options.file,
            progress=lambda done, total: terminal.bar("checking   ", done, total),
            reader=options.read_by,
        )
    terminal.end_bar()
    if report.counts["no automatic finding"] < len(report.cases):
        terminal.status = 1
    if terminal.json:
        figures = {
            "counts": dict(report.counts),
            "rules": report.rules,
            "links": report.links,
            "criteria_without_a_case": [one.model_dump(mode="json") for one in report.gaps],
            "not_sure": [one.number for one in report.cases if not one.link.is_sure],
        }
        terminal.document(figures | report.model_dump(mode="json"))
        return
    rows = [
        (checked.verdict, checked.case.id, f"step {one.step}" if one.step else "case", one.rule,
         one.message)
        for checked in report.worst_first
        for one in checked.case.findings
    ]  # fmt: skip
    if rows:
        terminal.table([("VERDICT", "CASE", "PLACE", "RULE", "FINDING"), *rows])
    for way, count in report.links.items():
        if count:
            terminal.note(f"{count} cases: {check_suite.LINKS[way]}")
    if report.unknown_keys:
        shown, more = report.unknown_keys[:KEYS_SHOWN], report.unknown_keys[KEYS_SHOWN:]
        terminal.note("not held: " + ", ".join(shown) + (f" and {len(more)} more" if more else ""))
    if lacking := check_report.gaps_line(report):
        ids = [one.criterion.id for one in report.gaps if not one.perhaps]
        named = f" No case names {', '.join(ids[:KEYS_SHOWN])}" if ids else ""
        left = len(ids) - KEYS_SHOWN
        terminal.note(f"{lacking}{named}" + (f" and {left} more" if left > 0 else ""))
    terminal.line(check_report.summary(report))


def duplicates(options: Namespace, terminal: Terminal) -> None:
    """Cases that are the same: in a file and against the project, in a run, or in the project."""
    with open_workspace(options, terminal) as workspace:
        if options.run and options.file is None:
            project_id = project_of_run(workspace, options, options.run)
            report = same_cases.in_run(workspace, project_id, options.run)
        else:
            project_id = reading_project(workspace, options, terminal)
            report = (
                same_cases.in_library(workspace, project_id)
                if options.file is None
                else same_cases.in_file(workspace, project_id, options.file)
            )
    if terminal.json:
        figures = {
            "share": round(report.share, 4),
            "surplus": list(report.surplus),
            "within": list(report.within),
            "existing": list(report.existing),
        }
        terminal.document(report.model_dump(mode="json") | figures)
        return
    for cluster in report.clusters:
        terminal.line(f"{cluster.keep} (keep)")
        for pair in cluster.pairs:
            other = pair.left if pair.right == cluster.keep else pair.right
            terminal.line(f"  {other}  {pair.reason}")
    among = len(report.within)
    terminal.line(
        f"{report.cases} cases, {among} of them ({among / max(1, report.cases):.1%}) say what "
        "another one of them says."
    )
    if report.existing:
        terminal.line(f"{len(report.existing)} more say what an existing case says.")


def coverage(options: Namespace, terminal: Terminal) -> None:
    """Which criteria are covered how deeply, by the cases of a run or of the whole project."""
    with open_workspace(options, terminal, embed=False) as workspace:
        if options.run:
            project_id = project_of_run(workspace, options, options.run)
            report = depth_of_coverage.of_run(workspace, project_id, options.run)
        else:
            project_id = reading_project(workspace, options, terminal, create=False)
            report = depth_of_coverage.of_library(workspace, project_id)
    if terminal.json:
        levels = {"levels": dict(report.by_level), "missing": list(report.missing)}
        terminal.document(levels | report.model_dump(mode="json"))
        return
    for row in report.rows:
        terminal.line(f"{row.level:<15} {row.criterion_id or row.story_key}  {row.why}")
    counts = ", ".join(f"{number} {level}" for level, number in report.by_level.items())
    terminal.line(f"{len(report.criteria)} criteria: {counts}")
    if report.without_criterion:
        terminal.line(f"Stories without a criterion: {len(report.without_criterion)}")
    if report.untraced:
        alone = len(report.untraced) - len(report.unplaced)
        terminal.line(
            f"Cases of no criterion: {len(report.untraced)}, {alone} of them at their story"
        )
