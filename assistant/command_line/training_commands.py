"""Commands of fine-tuning and comparing: ``train``, ``adapters``, ``compare``, ``advise``.

They work in the project named with ``--project``, "Default" otherwise; with ``--cases FILE`` the
project only keeps the comparisons.

The command ``pairs``: open pairs checked by the product's proof, and made training rows.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence

from assistant.command_line.output import Terminal, write_file
from assistant.command_line.project_request import DEFAULT_PROJECT, open_workspace, options_checked
from assistant.domain import OUTLINE_WRITER
from assistant.errors import SettingsError, TrainingError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import compare_models, open_pairs, train_adapter
from assistant.workflow.learning.compare_models import COLUMN_TITLES, CompareRequest
from assistant.workflow.learning.comparison_view import markdown, plain
from assistant.workflow.learning.open_pairs import BuildRequest, Built
from assistant.workflow.learning.train_adapter import TrainingConfig, TrainingRun
from assistant.workflow.learning.training_data import DatasetConfig, TrainRequest

POLL_SECONDS = 1.0


def train(options: Namespace, terminal: Terminal) -> None:
    """Prepare a dataset, train an adapter in a child process, and follow it to its end."""
    request = _training_request(options)
    with open_workspace(options, terminal) as workspace:
        project_id = _project(workspace, options)
        name = request.training.name
        if options.resume:
            train_adapter.resume(workspace, project_id, name)
        else:
            record = train_adapter.prepare(
                workspace,
                project_id,
                request,
                report=lambda step, done, total: terminal.bar(step, done, total),
            )
            terminal.end_bar()
            terminal.note(record.sheet)
            train_adapter.start(workspace, project_id, name)
        run = _follow(workspace, project_id, name, terminal)
    if run.state.name != "done":
        raise TrainingError(
            run.state.error
            or f"The run '{name}' was {run.state.name}. Go on with: train --resume --name {name}"
        )
    if terminal.document(run):
        return
    for stage in run.state.stages:
        loss = "" if stage.best_loss is None else f", held-out loss {stage.best_loss:.4f}"
        terminal.line(
            f"{stage.stage}: {stage.steps} steps, {stage.tokens:,} tokens in "
            f"{stage.seconds / 60:.1f} min{loss} ({stage.stopped})"
        )
    terminal.line(f"adapter '{name}' is ready; write with it: --writer {run.config.base}+{name}")


def _follow(workspace: Workspace, project_id: str, name: str, terminal: Terminal) -> TrainingRun:
    """Show how far the child is until it ends; Ctrl-C asks it to stop and keeps what it learned."""
    try:
        while True:
            run = train_adapter.run(workspace, project_id, name)
            lines = train_adapter.progress(workspace, project_id, name)
            if lines:
                last = lines[-1]
                terminal.bar(
                    f"{last.stage:<11}", last.step, last.total_steps,
                    detail=f"loss {last.loss:.3f}, {last.tokens_per_second:.0f} tokens/s, "
                    f"{last.seconds_left / 60:.0f} min left",
                )  # fmt: skip
            if not run.state.active:
                terminal.end_bar()
                return run
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        train_adapter.cancel(workspace, project_id, name)
        raise


def _training_request(options: Namespace) -> TrainRequest:
    values: dict[str, object] = {"base": options.base, "name": options.name}
    if options.steps:
        values["max_steps"] = options.steps
    if options.epochs is not None:
        values["epochs"] = options.epochs
    if options.minutes:
        values["max_minutes"] = options.minutes
    if options.rank is not None:
        values |= {"rank": options.rank, "alpha": 2 * options.rank}
    if options.layers is not None:
        values["layers"] = options.layers
    if options.learning_rate is not None:
        values["learning_rate"] = options.learning_rate
    values["pretrain_first"] = options.pretrain
    values["seed"] = options.seed
    values["author"] = options.by
    with options_checked():
        return TrainRequest(
            training=TrainingConfig.model_validate(values),
            dataset=DatasetConfig(
                split_by=options.split_by,
                rows="both" if options.both_rows else "one",
                masked=options.mask,
                include_edited=options.include_edited,
            ),
            cases_file=options.cases,
            pairs_folder=options.pairs,
        )


def adapters(options: Namespace, terminal: Terminal) -> None:
    """List, promote, roll back, rename, delete or export adapters."""
    with open_workspace(options, terminal, embed=False) as workspace:
        registry = train_adapter.adapters(workspace)
        project_id = _project(workspace, options)
        for run in train_adapter.runs(workspace, project_id):
            if run.state.name == "failed":
                terminal.note(f"run {run.name}: {run.state.error}")
        action, name = options.action, options.adapter
        if action != "list" and action != "rollback" and not name:
            raise SettingsError(f"Name the adapter: adapters {action} NAME")
        if action == "promote":
            registry.promote(name, project_id)
        elif action == "rollback":
            now = registry.roll_back(project_id)
            terminal.note(f"the project's default is now {now or 'no adapter'}")
        elif action == "rename":
            if not options.to:
                raise SettingsError("Give the new name: adapters rename NAME --to NEW")
            registry.rename(name, options.to)
        elif action == "delete":
            registry.delete(name)
        elif action == "export":
            if options.out is None:
                raise SettingsError("Name a folder to write to: adapters export NAME --out DIR")
            terminal.line(train_adapter.export(workspace, name, options.out, options.format))
            return
        default = registry.default_of(project_id)
        sheets = [one.sheet for one in registry.list()]
        if terminal.document(sheets):
            return
        rows = [("ADAPTER", "BASE", "PAIRS", "HELD-OUT LOSS", "CREATED", "BY", "DEFAULT")]
        for sheet in sheets:
            loss = sheet.metrics.get("sft_best_loss")
            rows.append(
                (
                    sheet.name,
                    sheet.base.id,
                    str(sheet.train_pairs),
                    "" if loss is None else f"{loss:.4f}",
                    f"{sheet.created:%Y-%m-%d %H:%M}",
                    sheet.author,
                    "default" if sheet.name == default else "",
                )
            )
        terminal.table(rows)


def compare(options: Namespace, terminal: Terminal) -> None:
    """Write the held-out cases again in every column, measure, and advise."""
    with options_checked():
        request = CompareRequest(
            base=options.base,
            adapter=options.adapter or "",
            columns=_columns(options.columns),
            cases_file=options.cases,
            limit=options.limit,
            seed=options.seed,
            conditions=options.conditions,
            perplexity=not options.no_perplexity,
            perplexity_stories=options.perplexity_stories,
            attempts=options.attempts,
        )
    with open_workspace(options, terminal) as workspace:
        project_id = _project(workspace, options)
        if options.resume:
            comparison_id = options.resume
            request = compare_models.request_of(workspace, project_id, comparison_id)
        else:
            comparison_id = compare_models.create(workspace, project_id, request)
            terminal.note(f"comparison {comparison_id}; should it stop: --resume {comparison_id}")
        comparison = compare_models.run_now(
            workspace,
            project_id,
            request,
            comparison_id=comparison_id,
            by=options.by,
            progress=lambda p: terminal.bar(
                "comparing  ", p.done, p.total, detail=f"{_title(p.column)} {p.story_key}"
            ),
        )
        advice = compare_models.advice_of(workspace, comparison)
    terminal.end_bar()
    report = markdown(comparison, advice)
    if options.out is not None:
        write_file(options.out, report.encode())
    if terminal.json:
        terminal.document(plain(comparison, advice))
    else:
        terminal.line(report)


def advise(options: Namespace, terminal: Terminal) -> None:
    """Advice from the latest comparison of the project, or the one named."""
    with open_workspace(options, terminal, embed=False) as workspace:
        project_id = _project(workspace, options)
        listed = workspace.library.comparisons.all(project_id)
        if not listed:
            raise TrainingError("Nothing was compared yet. Run: python -m assistant compare")
        wanted = options.comparison or listed[0].id
        comparison = compare_models.open_comparison(workspace, project_id, wanted)
        advice = compare_models.advice_of(workspace, comparison)
    if terminal.document(advice):
        return
    for one in advice:
        terminal.line(f"{one.kind}: {one.says}")
        terminal.line(f"    rule: {one.rule}")
        for figure in one.figures:
            terminal.line(f"    {figure.name}: {figure.value:.4g}")


def _title(column: str) -> str:
    """The column's name; "" while none is written."""
    return COLUMN_TITLES[column.partition(":")[0]] if column else ""


def _columns(names: str) -> tuple[str, ...]:
    """The columns to compare; comparisons that are kept name the one of outlines "rules"."""
    given = (name.strip() for name in names.split(","))
    return tuple("rules" if name == OUTLINE_WRITER else name for name in given if name)


def _project(workspace: Workspace, options: Namespace) -> str:
    return workspace.ensure_project(options.project or DEFAULT_PROJECT).id


REFUSED_STATUS = 1
"""Exit status where a pair is refused."""


def pairs(options: Namespace, terminal: Terminal) -> None:
    """Check files of pairs, or build training rows of those that pass."""
    if options.action == "build":
        _build(options, terminal)
    else:
        _check(options, terminal)


def _check(options: Namespace, terminal: Terminal) -> None:
    report = open_pairs.check(
        options.files,
        keep_file=options.keep,
        progress=lambda done, total: terminal.bar("checking   ", done, total),
    )
    terminal.end_bar()
    if report.refused:
        terminal.status = REFUSED_STATUS
    if terminal.document(report):
        return
    for one in report.refused:
        terminal.line(one.says + (f" [{one.pair_id}]" if one.pair_id else ""))
    for one in report.doubts:
        terminal.line(f"doubt: {one.says} [{one.pair_id}]")
    for one in report.exceptions:
        terminal.line(f"kept: {one.says}")
    for name in report.unknown_ids:
        terminal.note(f"nothing is found of {name}; take it out of the file of pairs to keep")
    counts = report.counts
    terminal.line(
        f"{counts.pairs} pairs of {counts.criteria} criteria in {len(counts.domains)} domains, "
        f"{counts.with_sources} with sources; {len(report.refused_places)} lines refused, "
        f"{len(report.doubts)} doubts, {len(report.exceptions)} findings kept"
    )
    for name, found in (
        ("languages", counts.languages),
        ("techniques", counts.techniques),
        ("tests", counts.tests),
        ("domains", counts.domains),
    ):
        terminal.line(f"{name}: {_listed(found)}")


def _build(options: Namespace, terminal: Terminal) -> None:
    if options.out is None:
        raise SettingsError("Name a folder to write to: pairs build FILE... --out DIR")
    built = open_pairs.build(
        options.settings,
        BuildRequest(
            files=tuple(options.files),
            out=options.out,
            keep_file=options.keep,
            split_file=options.split,
            seed=options.seed,
            tokens_of=options.tokens_of,
            corrections=options.corrections,
        ),
        progress=lambda done, total: terminal.bar("building   ", done, total),
    )
    terminal.end_bar()
    if terminal.document(built):
        return
    _print_built(built, terminal)


def _print_built(built: Built, terminal: Terminal) -> None:
    terminal.line(built.about.to_markdown())
    refused = len(built.checked.refused_places)
    if refused:
        terminal.note(f"{refused} lines were refused: python -m assistant pairs check says why")
    terminal.line(f"train on them: python -m assistant train --pairs {built.folder} --name NAME")


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)
