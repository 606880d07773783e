"""Prompt-completion pairs: what a model is trained on, one existing case each.

Files hold one JSON object a line in TRL's conversational prompt-completion format (``prompt`` and
``completion`` are lists of messages); the other fields are metadata that TRL ignores.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.generation.prompts import Message

Split = Literal["train", "validation", "held-out"]


class CasePair(Value):
    """One case as a training example: the prompt that generation would send, and the answer.

    ``with_context`` says whether the prompt holds retrieved sources.
    """

    case_id: str
    story_key: str
    epic_key: str = ""
    split: Split = "train"
    with_context: bool = False
    prompt: tuple[Message, ...]
    completion: str


def write_jsonl(pairs: Iterable[CasePair], path: Path) -> None:
    """Write pairs to ``path`` as UTF-8 JSON lines; the same pairs give the same bytes."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(jsonl_lines(pairs))


def jsonl_lines(pairs: Iterable[CasePair]) -> Iterator[str]:
    """The lines that ``write_jsonl`` writes, each with its line end."""
    for pair in pairs:
        yield json.dumps(_row(pair), ensure_ascii=False) + "\n"


def read_jsonl(path: Path) -> Iterator[CasePair]:
    """Pairs of a file. Raises ``TrainingError`` naming the line that is no pair."""
    with path.open(encoding="utf-8") as file:
        yield from pairs_in(file, path.name)


def pairs_in(lines: Iterable[str], name: str) -> Iterator[CasePair]:
    """Pairs of the lines of a file of this name, as ``read_jsonl`` reads them."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield CasePair(
                case_id=row["case_id"],
                story_key=row["story_key"],
                epic_key=row.get("epic_key", ""),
                split=row.get("split", "train"),
                with_context=row.get("with_context", False),
                prompt=tuple((item["role"], item["content"]) for item in row["prompt"]),
                completion=row["completion"][0]["content"],
            )
        except (ValueError, KeyError, IndexError, TypeError, ValidationError) as error:
            raise TrainingError(
                f"Line {number} of {name} is not a prompt-completion pair ({error}). "
                "Export the pairs again."
            ) from error


def _row(pair: CasePair) -> dict[str, object]:
    return {
        "prompt": [{"role": role, "content": text} for role, text in pair.prompt],
        "completion": [{"role": "assistant", "content": pair.completion}],
        "case_id": pair.case_id,
        "story_key": pair.story_key,
        "epic_key": pair.epic_key,
        "split": pair.split,
        "with_context": pair.with_context,
    }
