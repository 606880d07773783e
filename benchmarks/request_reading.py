"""Requests in a sentence, read over the sample epics, against what their writers expected.

Usage: python benchmarks/request_reading.py [FILE.jsonl ...] [--wrong]

Each line of ``request_reading/*.jsonl`` holds a sentence and what it asks for: ``epics`` and, where
it asks for some of an epic's stories only, ``stories``; ``depth``, ``techniques``, and ``told``,
the words that name nothing. The writers had not seen the code. A sentence is exactly right where
all five agree; words told agree where one holds the other ("Metering", "the Metering team").
"Not asked for" are epics that are selected and were not wanted; a guessed name is one of these in a
sentence that names something that is not there.

Prints shares by writer and language; ``--wrong`` lists the sentences that are not exactly right.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.domain import TECHNIQUES, Epic
from assistant.knowledge.query import parse_request
from assistant.knowledge.request_parts import Vocabulary
from assistant.knowledge.selection import Selection, select
from assistant.sources.pasted.pasted import read_pasted

SENTENCES = Path(__file__).with_suffix("")
EPICS = Path(__file__).parent.parent / "sample_data" / "epics"
Row = Mapping[str, Any]


def sample_vocabulary() -> Vocabulary:
    """The names of the sample epics."""
    epics = tuple(
        epic
        for path in sorted(EPICS.glob("*.md"))
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


def faults(row: Row, vocabulary: Vocabulary) -> dict[str, tuple[Any, Any]]:
    """What is not as expected in the reading of a sentence: field -> (expected, read)."""
    reading = parse_request(row["text"], vocabulary)
    selection = select(reading, vocabulary)
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


def report(path: Path, vocabulary: Vocabulary, *, show: bool) -> None:
    """Print the figures of one writer."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not rows:
        raise SystemExit(f"{path} holds no sentence.")
    found = [faults(row, vocabulary) for row in rows]
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
    named = [Path(each) for each in sys.argv[1:] if not each.startswith("-")]
    vocabulary = sample_vocabulary()
    for path in named or sorted(SENTENCES.glob("*.jsonl")):
        report(path, vocabulary, show="--wrong" in sys.argv)


if __name__ == "__main__":
    main()
