"""The open pairs: one criterion, one item of its checklist and the case for it.

Those of ``sample_data/pairs`` were each written on its own for this project, in the role of a UAT
analyst.

Files hold one JSON object a line: ``domain``, ``language``, ``story``, ``criterion``, ``sources``,
``test`` (fixed words and quotations of the criterion), ``data`` (facts that put the tester on the
side that ``test`` names), ``outcome`` (quotations, ``not:`` before what must then not happen,
``[n]`` before those of source n) and ``case``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assistant.domain import Technique, Value
from assistant.errors import TrainingError, first_problem
from assistant.generation.writers.item_answer import PAIR_STEPS

MOST_GIVEN = 5
MOST_DATA_WORDS = 70
TITLE_WORDS = (3, 14)

OpenTechnique = Literal[
    "positive", "negative", "boundary", "decision table", "state transition", "role", "end to end"
]

_TECHNIQUES: dict[str, Technique] = {
    "decision table": "decision-table rule",
    "end to end": "end-to-end",
}

_TEXT = Field(pattern=r"\S")
"""A text that is not empty."""


class OpenStep(Value):
    """A step: ``sources`` (in files: ``from``) are what the result rests on, 0 the criterion."""

    do: str = _TEXT
    data: str
    see: str = _TEXT
    sources: tuple[int, ...] = Field(alias="from")


class OpenCase(Value):
    """The case of a pair, as its file has it."""

    title: str = _TEXT
    technique: OpenTechnique
    given: tuple[str, ...] = Field(min_length=1, max_length=MOST_GIVEN)
    steps: tuple[OpenStep, ...] = Field(min_length=1, max_length=PAIR_STEPS)

    @property
    def product_technique(self) -> Technique:
        """The technique by the product's name."""
        named: Technique = _TECHNIQUES.get(self.technique, self.technique)  # type: ignore[arg-type]
        return named


class OpenPair(Value):
    """A criterion with its story and sources, one item to test, and the case for it."""

    domain: str = _TEXT
    language: str = Field(pattern=r"^[a-z]{2}$")
    story: str = _TEXT
    criterion: str = _TEXT
    sources: tuple[str, ...]
    test: str = _TEXT
    data: str = _TEXT
    outcome: str
    case: OpenCase

    @property
    def id(self) -> str:
        """Twelve hex digits of the pair's content: another word, another id."""
        return _digest(self.model_dump_json(by_alias=True))

    @property
    def criterion_key(self) -> str:
        """Twelve hex digits of story and criterion, which sibling pairs share."""
        return _digest(f"{self.story}\n{self.criterion}")

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of ``data``, each alone."""
        return tuple(part.strip() for part in self.data.split("; ") if part.strip())

    @property
    def answer(self) -> str:
        """The words of the steps, a line each."""
        return "\n".join(text for s in self.case.steps for text in (s.do, s.data, s.see) if text)


class PlacedPair(Value):
    """A pair with the file and the line (from 1) that it stands in."""

    file: str
    line: int
    pair: OpenPair


class PairFault(Value):
    """Why a line is refused, in words that tell what to correct.

    ``rule`` names the check. ``pair_id`` is empty where the line could not be read as a pair.
    """

    file: str
    line: int
    rule: str
    reason: str
    pair_id: str = ""

    @property
    def says(self) -> str:
        """File, line, check and reason in one line."""
        return f"{self.file}:{self.line}: {self.rule}: {self.reason}"


class OpenFiles(Value):
    """The pairs of some files in their order, the lines that are none, and the files' hash."""

    pairs: tuple[PlacedPair, ...]
    faults: tuple[PairFault, ...]
    sha256: str


def read_open_pairs(paths: Sequence[Path]) -> OpenFiles:
    """The pairs of files and of the ``*.jsonl`` files of folders.

    A line that is no pair is a fault; the others are read. Raises ``TrainingError`` where a file
    cannot be read at all, or where there is none.
    """
    named = [file for path in paths for file in _files(path)]
    files = list({file.resolve(): file for file in named}.values())  # a file is read once
    names = _names(files)
    digest = hashlib.sha256()
    pairs: list[PlacedPair] = []
    faults: list[PairFault] = []
    for file, name in zip(files, names, strict=True):
        data = _bytes(file)
        digest.update(data)
        for number, line in _lines(data, name):
            try:
                pair = OpenPair.model_validate(_object(line))
            except (ValueError, RecursionError) as error:
                faults.append(PairFault(file=name, line=number, rule="form", reason=_reason(error)))
            else:
                pairs.append(PlacedPair(file=name, line=number, pair=pair))
    return OpenFiles(pairs=tuple(pairs), faults=tuple(faults), sha256=digest.hexdigest())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.jsonl"))
    if not found:
        raise TrainingError(f"'{path}' holds no .jsonl file. Name files of pairs, or their folder.")
    return found


def _names(files: Sequence[Path]) -> list[str]:
    """The file's name, or its whole path where two files have the same."""
    plain = Counter(file.name for file in files)
    return [file.name if plain[file.name] == 1 else file.as_posix() for file in files]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise TrainingError(
            f"'{file}' cannot be read ({error.strerror}). Check the path and its rights."
        ) from error


def _lines(data: bytes, name: str) -> Iterator[tuple[int, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingError(
            f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8."
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _object(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise ValueError(f"no JSON ({error}); write one object a line") from error


def _reason(error: ValueError | RecursionError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    more = error.error_count() - 1
    return first_problem(error, "the line") + (f" (and {more} more)" if more else "")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
