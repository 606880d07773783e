"""The command ``pairs``: open pairs checked by the product's proof, and made training rows."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from assistant.command_line.output import Terminal
from assistant.errors import SettingsError
from assistant.workflow.learning import open_pairs
from assistant.workflow.learning.open_pairs import BuildRequest, Built

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
