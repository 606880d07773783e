"""Commands about the suite as a whole: duplicate cases, and how deeply criteria are covered."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace, project_of_run, reading_project
from assistant.workflow.review import duplicates as same_cases
from assistant.workflow.writing import coverage as depth_of_coverage


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
    for row in report.by_risk:
        terminal.line(f"{row.level:<15} {row.criterion_id}  {row.why}")
    counts = ", ".join(f"{number} {level}" for level, number in report.by_level.items())
    terminal.line(f"{len(report.criteria)} criteria: {counts}")
