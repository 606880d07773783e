"""Print what an epic asks a tester to test: no index, no model, no data folder.

How to run it::

    python examples/checklist_of_an_epic.py sample_data/epics/CC-100-caller-verification.md
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from assistant.workflow.writing.analyse_epic import analyse_text


def checklist(epic: Path) -> Iterator[str]:
    """A line for each criterion, each item of its checklist and each question about it.

    Raises ``SourceError`` where the file holds no epic or story.
    """
    found = analyse_text(epic.name, epic.read_bytes(), depth="standard")
    for story in (story for each in found.epics for story in each.stories):
        for criterion in story.criteria:
            yield f"{criterion.id}: {criterion.text}"
            for condition in criterion.conditions:
                yield f"  {condition.technique}: {condition.statement}"
            for question in criterion.questions:
                yield f"  to ask: {question.text}"


def main() -> None:
    """Read the argument and print the checklist."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("epic", type=Path)
    for line in checklist(parser.parse_args().epic):
        print(line)


if __name__ == "__main__":
    main()
