"""Questions raised before cases are written, against hand-made labels.

Usage: python benchmarks/questions.py [open | kept | fresh] [STORIES_FOLDER]

``questions.jsonl`` beside this file holds criteria that a tester can work with (``kind`` empty)
and criteria that are vague, lack a limit, refer to a rule that is not there, contradict a source,
their story or the scope; ``words`` are those that a question has to be about. They were labelled
before the rules were written; the half ``kept`` was not run until the rules were finished;
``fresh`` is by another author, who had not seen them, later.

Prints for each half: how many unclear criteria get a question on the labelled words (recall), of
which kind, how many questions are on labelled criteria (precision), and false questions per ten
clear criteria. With STORIES_FOLDER (``*.jsonl`` with a ``story`` each) it also prints how many
public stories are flagged as instructions to the assistant or as another language.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.design.instructions import find_instructions
from assistant.design.questions.questions import raise_questions
from assistant.domain import AcceptanceCriterion, Chunk, Epic, Question, UserStory
from assistant.language.languages import ENGLISH, language_of

LABELS = Path(__file__).with_suffix(".jsonl")
HALVES = ["open", "kept", "fresh"]


def asked(row: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions on one labelled criterion in an epic of its own."""
    criterion = AcceptanceCriterion(id="A-1-AC1", text=row["text"])
    story = UserStory(key="A-1", title="", narrative=row.get("story", ""), criteria=(criterion,))
    epic = Epic(key="A", title="", description=row.get("scope", ""), stories=(story,))
    sources = [
        Chunk(id=f"c{n}", document_id="d", ordinal=n, text=text, kind="rule")
        for n, text in enumerate(row.get("sources", ()))
    ]
    return raise_questions(epic, sources)


def on_the_words(question: Question, row: Mapping[str, Any]) -> bool:
    """Whether a question quotes the labelled words, or more or less of them."""
    start = row["text"].casefold().find(row["words"].casefold())
    end = start + len(row["words"])
    return any(
        one.source_id == "A-1-AC1" and one.start < end and start < one.end
        for one in question.evidence
    )


def report(half: str) -> None:
    """Print the figures of one half."""
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["half"] == half]
    clear = [row for row in rows if not row["kind"]]
    unclear = [row for row in rows if row["kind"]]
    questions = {row["id"]: asked(row) for row in rows}
    found = [r for r in unclear if any(on_the_words(q, r) for q in questions[r["id"]])]
    kind = [
        r
        for r in found
        if any(q.kind == r["kind"] and on_the_words(q, r) for q in questions[r["id"]])
    ]
    false = [(row, q) for row in clear for q in questions[row["id"]]]
    beside = [(row, q) for row in unclear for q in questions[row["id"]] if not on_the_words(q, row)]
    total = sum(len(several) for several in questions.values())
    print(f"half {half}: {len(clear)} clear, {len(unclear)} unclear criteria")
    print(f"  recall     {len(found)}/{len(unclear)} = {len(found) / len(unclear):.3f}")
    print(f"  same kind  {len(kind)}/{len(unclear)} = {len(kind) / len(unclear):.3f}")
    right = total - len(false) - len(beside)
    print(f"  precision  {right}/{total} = {right / max(1, total):.3f}")
    print(f"  false questions per 10 clear criteria  {10 * len(false) / len(clear):.2f}")
    missed = Counter(row["kind"] for row in unclear if row not in found)
    print(f"  missed by kind  {dict(missed)}")
    for row in unclear:
        if row not in found:
            print(f"    missed: {row['kind']}: {row['text']}")
    for row, question in (*false, *beside):
        print(f"    false: {question.kind}: {question.text} | {row['text']}")


def stories(folder: Path) -> Iterator[str]:
    """Every user story of a folder of JSON Lines files."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            text = row.get("story") or row.get("narrative") or row.get("title") or ""
            if text:
                yield text
            yield from (str(one) for one in row.get("scenarios", ()))


def main() -> None:
    """Print what was asked for."""
    for half in [arg for arg in sys.argv[1:] if arg in HALVES] or HALVES:
        report(half)
    for folder in [Path(arg) for arg in sys.argv[1:] if arg not in HALVES]:
        texts = list(stories(folder))
        flagged = sum(bool(find_instructions(text)) for text in texts)
        foreign = sum(language_of(text) != ENGLISH for text in texts)
        print(f"{len(texts)} public stories and scenarios: {flagged} flagged as instructions,")
        print(f"  {foreign} taken for another language")


if __name__ == "__main__":
    main()
