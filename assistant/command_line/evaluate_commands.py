"""``evaluate``: a writer on held-out stories, or the search on a set with gold links."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import DEFAULT_PROJECT, open_workspace, options_checked
from assistant.workflow.deployment import models as model_store
from assistant.workflow.learning import evaluations
from assistant.workflow.learning.evaluations import (
    TITLES,
    EvaluateRequest,
    EvaluateRetrievalRequest,
    RetrievalReport,
)


def evaluate(options: Namespace, terminal: Terminal) -> None:
    """What was asked for: ``generation`` or ``retrieval``."""
    (_generation if options.what == "generation" else _retrieval)(options, terminal)


def _generation(options: Namespace, terminal: Terminal) -> None:
    """A writer on held-out stories: what it finds of the reference cases, and how it writes."""
    with options_checked():
        request = EvaluateRequest(
            cases_file=options.cases,
            writer=options.writer,
            mode=options.mode,
            limit=options.limit,
            seed=options.seed,
            conditions=options.conditions,
        )
    with open_workspace(options, terminal) as workspace:
        model_store.writer(workspace, request.writer)
        project_id = workspace.ensure_project(options.project or DEFAULT_PROJECT).id
        report = evaluations.run_now(
            workspace,
            project_id,
            request,
            progress=lambda p: terminal.bar("evaluating ", p.done, p.total, detail=p.story_key),
        )
    terminal.end_bar()
    if terminal.document(report):
        return
    terminal.line(
        f"{report.writer}, {report.mode}: {report.written_cases} cases for {report.stories} "
        f"stories with {report.reference_cases} reference cases ({report.cases_file})"
    )
    rows = [("FIGURE", "VALUE", "95 % INTERVAL")]
    for one in report.figures.values():
        if one.value is not None:
            rows.append((one.title, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}"))
    terminal.table(rows)
    terminal.line(
        f"Cases match from a closeness of {report.threshold:.2f}; on {report.matcher.pairs} "
        f"labelled pairs the matcher is right in {report.matcher.accuracy:.0%} (precision "
        f"{report.matcher.precision:.0%}, recall {report.matcher.recall:.0%})."
    )


def _retrieval(options: Namespace, terminal: Terminal) -> None:
    """The search on a set with gold links, in one way or in several."""
    with options_checked():
        request = EvaluateRetrievalRequest(
            folder=options.folder,
            strategies=tuple(dict.fromkeys(options.strategy)),
            depth=options.depth,
            sources_indexed=options.sources_indexed,
        )
    with open_workspace(options, terminal) as workspace:
        report = evaluations.search_now(
            workspace,
            request,
            project_id=workspace.project(options.project).id if options.project else "",
            indexing=terminal.indexing,
            progress=lambda done, total: terminal.bar("searching  ", done, total),
        )
    terminal.end_bar()
    if terminal.document(report):
        return
    _print_retrieval(report, terminal)


def _print_retrieval(report: RetrievalReport, terminal: Terminal) -> None:
    named = f", {report.named_links} of them given away by an id" if report.named_links else ""
    beside = "with" if report.sources_indexed else "without"
    terminal.line(
        f"{report.name}: {report.questions} questions with {report.links} links{named}, "
        f"{report.targets} texts searched, {beside} what is asked in the index; the first "
        f"{report.depth} ranked; intervals of 95 % over the questions"
    )
    rows = [("STRATEGY", *TITLES.values(), "MS A SEARCH")]
    for one in report.strategies:
        figures = [
            f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
            for figure in (one.figures[name] for name in TITLES)
        ]
        rows.append((one.strategy, *figures, f"{one.milliseconds:.1f}"))
    terminal.table(rows)
    terminal.line(
        "Where a strategy weighs meaning, a question is embedded first: "
        f"{report.embedding_milliseconds:.1f} ms (median)."
    )
    first = report.strategies[0].strategy
    for one in report.strategies[1:]:
        less = one.against_first["map"]
        terminal.line(
            f"{one.strategy} minus {first}: MAP {less.value:+.3f} "
            f"[{less.low:+.3f}, {less.high:+.3f}] on the same questions"
        )
