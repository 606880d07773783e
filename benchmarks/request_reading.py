"""Requests in a sentence, read over the sample epics, against what their writers expected.

Usage: python benchmarks/request_reading.py [FILE.jsonl ...] [--wrong] [--read-by endpoint]
       [--epics FOLDER]

By itself code reads alone. With ``--read-by`` a writer of the product, set up as for the product
(``UAT_ENDPOINT_PROVIDER``, ``UAT_ENDPOINT_URL``, ``UAT_ENDPOINT_MODEL``, keys and models), reads
what code leaves open, through the workflow that the page and the command use: each part that is on
a chip at first counts. What it does not answer stands as code read it. ``--epics`` is a folder of
other epics for other sentences.

Each line of ``request_reading/*.jsonl`` holds a sentence and what it asks for: ``epics`` and, where
it asks for some of an epic's stories only, ``stories``; ``depth``, ``techniques``, and ``told``,
the words that name nothing. The writers had not seen the code. A sentence is exactly right where
all five agree; words told agree where one holds the other ("Metering", "the Metering team").
"Not asked for" are epics that are selected and were not wanted; a guessed name is one of these in a
sentence that names something that is not there.

Prints shares by writer and language, and with ``--read-by`` how often the model was asked, in how
many seconds, for how many tokens; ``--wrong`` lists the sentences that are not exactly right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from assistant.domain import TECHNIQUES, Epic
from assistant.errors import GenerationError
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import RequestReading, Vocabulary
from assistant.knowledge.selection import Selection, select
from assistant.settings import load_settings
from assistant.sources.pasted.pasted import read_pasted
from assistant.workflow.deployment import models
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.import_sources import index_paths
from assistant.workflow.writing.request_choice import can_choose, read_request
from assistant.workflow.writing.requests import read_asked

SENTENCES = Path(__file__).with_suffix("")
EPICS = Path(__file__).parent.parent / "sample_data" / "epics"
Row = Mapping[str, Any]
Read = Callable[[str], tuple[RequestReading, Selection]]


def sample_vocabulary(folder: Path = EPICS) -> Vocabulary:
    """The names of the epics of a folder."""
    epics = tuple(
        epic
        for path in sorted(folder.glob("*.md"))
        for epic in read_pasted(path.read_text("utf-8")).epics
    )
    return Vocabulary(
        releases=_distinct(epic.release for epic in epics),
        teams=_distinct(epic.team for epic in epics),
        labels=_distinct(label for epic in epics for label in epic.labels),
        epics=epics,
    )


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def by_code(vocabulary: Vocabulary) -> Read:
    """Reads a sentence without a model."""

    def read(text: str) -> tuple[RequestReading, Selection]:
        reading = parse_request(text, vocabulary)
        return reading, select(reading, vocabulary)

    return read


@contextmanager
def by_model(writer: str, folder: Path, counts: Counter[str]) -> Iterator[Read]:
    """Reads a sentence as the product does, in a project with the epics of a folder; counts calls,
    seconds and tokens, and says what went wrong."""
    with (
        tempfile.TemporaryDirectory() as data,
        Workspace.open(load_settings(data_dir=Path(data)), exclusive=True) as workspace,
    ):
        if not can_choose(workspace, models.writer(workspace, writer).id):
            raise SystemExit(f"'{writer}' cannot read requests: see UAT_ENDPOINT_URL and _MODEL.")
        project_id = workspace.ensure_project("Requests").id
        index_paths(workspace, project_id, [folder])

        def read(text: str) -> tuple[RequestReading, Selection]:
            begun: list[float] = []
            try:
                asked, made = read_request(
                    workspace, project_id, text,
                    writer=writer, before=lambda: begun.append(time.monotonic()),
                )  # fmt: skip
            except GenerationError as error:
                print(f"  not answered: {error}")
                counts["failed"] += 1
                asked, made = read_asked(workspace, project_id, text), None
            if begun:
                counts["calls"] += 1
                counts["milliseconds"] += round(1000 * (time.monotonic() - begun[0]))
            if made is not None:
                counts["read"] += made.spent.prompt_tokens
                counts["written"] += made.spent.generated_tokens
            return asked.reading, asked.selection

        yield read


def faults(row: Row, vocabulary: Vocabulary, read: Read) -> dict[str, tuple[Any, Any]]:
    """What is not as expected in the reading of a sentence: field -> (expected, read)."""
    reading, selection = read(row["text"])
    techniques = [name for name in TECHNIQUES if name in (row["techniques"] or ())]
    pairs = {
        "epics": (sorted(row["epics"]), sorted(one.epic for one in selection.chosen)),
        "stories": _stories(row, selection, vocabulary.epics),
        "depth": (row["depth"], reading.depth),
        "techniques": (techniques, list(reading.techniques)),
    }
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    told = [one.words for one in selection.told]
    if not _same_words(row["told"], told):
        wrong["told"] = (row["told"], told)
    return wrong


def _stories(
    row: Row, selection: Selection, epics: tuple[Epic, ...]
) -> tuple[list[str], list[str]]:
    """The stories wanted of epics that are narrowed; a writer may list those of whole epics too."""
    of_epic = {epic.key: {story.key for story in epic.stories} for epic in epics}
    wanted = set(row["stories"])
    for stories in of_epic.values():
        if stories <= wanted:
            wanted -= stories
    return sorted(wanted), sorted(key for one in selection.chosen for key in one.stories)


def _same_words(expected: list[str], told: list[str]) -> bool:
    """Whether each expected word stands in what is told, and nothing else is told."""
    wanted = [" ".join(words.casefold().split()) for words in expected]
    said = [" ".join(words.casefold().split()) for words in told]
    return all(any(_alike(a, b) for b in said) for a in wanted) and all(
        any(_alike(a, b) for a in wanted) for b in said
    )


def _alike(one: str, other: str) -> bool:
    return one in other or other in one


def not_asked_for(wrong: Mapping[str, tuple[Any, Any]]) -> int:
    """Epics that are selected and were not wanted."""
    expected, read = wrong.get("epics", ((), ()))
    return len(set(read) - set(expected))


def report(path: Path, vocabulary: Vocabulary, read: Read, *, show: bool) -> None:
    """Print the figures of one writer."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not rows:
        raise SystemExit(f"{path} holds no sentence.")
    found = [faults(row, vocabulary, read) for row in rows]
    right = sum(not wrong for wrong in found)
    more = [not_asked_for(wrong) for wrong in found]
    names = sum(count for row, count in zip(rows, more, strict=True) if row["told"])
    fields = ", ".join(
        f"{name} {sum(name in wrong for wrong in found)}"
        for name in ("epics", "stories", "depth", "techniques", "told")
    )
    print(f"{path.stem}: {right} of {len(rows)} exactly right ({right / len(rows):.1%}), "
          f"{names} guessed names, {sum(more)} epics not asked for; wrong: {fields}")  # fmt: skip
    for language in sorted({row["language"] for row in rows}):
        of = [not w for row, w in zip(rows, found, strict=True) if row["language"] == language]
        print(f"    {language}: {sum(of)} of {len(of)}")
    for row, wrong in zip(rows, found, strict=True):
        if show and wrong:
            print(f"  {row['text']}")
            for name, (expected, read) in wrong.items():
                print(f"      {name}: expected {expected}, read {read}")


def main() -> None:
    """Print the figures of the files named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", default=sorted(SENTENCES.glob("*.jsonl")))
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--read-by", default="", metavar="WRITER")
    parser.add_argument("--epics", type=Path, default=EPICS)
    options = parser.parse_args()
    vocabulary = sample_vocabulary(options.epics)
    counts: Counter[str] = Counter()
    reading = (
        by_model(options.read_by, options.epics, counts)
        if options.read_by
        else nullcontext(by_code(vocabulary))
    )
    with reading as read:
        for path in options.files:
            report(path, vocabulary, read, show=options.wrong)
    if options.read_by:
        print(f"{counts['calls']} calls of {options.read_by} ({counts['failed']} not answered), "
              f"{counts['milliseconds'] / 1000:.1f} s, {counts['read']:,} tokens read, "
              f"{counts['written']:,} written")  # fmt: skip


if __name__ == "__main__":
    main()
