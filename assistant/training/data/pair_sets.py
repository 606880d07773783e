"""A set of training rows made of open pairs: its folder, the domains kept back, its data sheet."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from assistant.domain import Value
from assistant.errors import TrainingError, first_problem
from assistant.training.data.data_sheet import DataSheet
from assistant.training.data.open_pairs import PlacedPair
from assistant.training.data.pairs import CasePair, Split, pairs_in, write_jsonl

ROWS, SHEET, SET = "pairs.jsonl", "data_sheet.md", "pair_set.json"
HELD_OUT_DOMAINS = 6
VALIDATION_DOMAINS = 3


class DomainSplit(Value):
    """Domains that are never trained on, and those that a run is watched on."""

    held_out: tuple[str, ...] = Field(min_length=1)
    validation: tuple[str, ...] = Field(min_length=1)

    def of(self, domain: str) -> Split:
        """The split of a domain; what is not named is trained on."""
        if domain in self.held_out:
            return "held-out"
        return "validation" if domain in self.validation else "train"


class PairSet(Value):
    """What stands beside the rows: where they came from, and everything one has to know of them.

    ``matches`` counts how the items stand to the product's own; ``own_outcomes`` and ``own_data``
    how many rows have the product's own outcome and data. ``corrections`` are further rows: answers
    to a refused draft.
    """

    source_sha256: str
    split: DomainSplit
    matches: tuple[tuple[str, int], ...]
    own_outcomes: int
    own_data: int
    corrections: int
    exceptions: tuple[str, ...]
    sheet: DataSheet

    def to_markdown(self) -> str:
        """The data sheet, with the domains and the items."""
        lines = [
            self.sheet.to_markdown().rstrip(),
            "",
            "## Domains",
            "",
            f"Never trained on: {', '.join(self.split.held_out)}. Watched while training: "
            f"{', '.join(self.split.validation)}. All others are trained on.",
            "",
            "## Items",
            "",
            *(f"- {count}: {name}" for name, count in self.matches),
            f"- {self.own_outcomes}: with the outcome as the product quotes it",
            f"- {self.own_data}: with the data as the product computes them, of the pair's person",
            f"- {self.corrections} further rows: the same answer to a refused draft",
            "",
            f"SHA-256 of the files of pairs: `{self.source_sha256}`.",
            "",
            f"## Kept against a finding of the proof: {len(self.exceptions)}",
            "",
            *(f"- {one}" for one in self.exceptions),
        ]
        return "\n".join(lines).rstrip() + "\n"


class PairRows(Value):
    """The rows of all splits, in the order of the pairs, and their set."""

    rows: tuple[CasePair, ...]
    about: PairSet

    def write(self, folder: Path) -> Path:
        """Write rows, set and data sheet into a folder; returns the file of the rows."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_jsonl(self.rows, folder / ROWS)
            (folder / SET).write_text(self.about.model_dump_json(indent=2) + "\n", "utf-8")
            (folder / SHEET).write_text(self.about.to_markdown(), "utf-8")
        except OSError as error:
            raise TrainingError(
                f"The rows could not be written into '{folder}' ({error.strerror})."
            ) from error
        return folder / ROWS


def draw_split(pairs: Sequence[PlacedPair], seed: int) -> DomainSplit:
    """Domains drawn with a seed; one more domain moves few of the others.

    Raises ``TrainingError`` where there are too few domains.
    """
    names = {one.pair.domain for one in pairs}
    if len(names) <= HELD_OUT_DOMAINS + VALIDATION_DOMAINS:
        raise TrainingError(
            f"The pairs are of {len(names)} domains; at least "
            f"{HELD_OUT_DOMAINS + VALIDATION_DOMAINS + 1} are needed to keep "
            f"{HELD_OUT_DOMAINS} back and watch {VALIDATION_DOMAINS}. Name fewer with a split file."
        )
    drawn = sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    end = HELD_OUT_DOMAINS + VALIDATION_DOMAINS
    return DomainSplit(
        held_out=tuple(sorted(drawn[:HELD_OUT_DOMAINS])),
        validation=tuple(sorted(drawn[HELD_OUT_DOMAINS:end])),
    )


def read_split(path: Path) -> DomainSplit:
    """The domains named in a JSON file, which may be that of an earlier set."""
    try:
        text = path.read_text("utf-8")
        if '"source_sha256"' in text:
            return PairSet.model_validate_json(text).split
        return DomainSplit.model_validate_json(text)
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"'{path}' names no split ({_reason(error)}). Write "
            '{"held_out": [domains], "validation": [domains]}.'
        ) from error


def read_set(folder: Path) -> PairSet:
    """The set in a folder of rows. Raises ``TrainingError`` where there is none."""
    try:
        return PairSet.model_validate_json((folder / SET).read_bytes())
    except OSError as error:
        raise TrainingError(
            f"'{folder}' holds no rows of open pairs ({SET} is missing). Make them with: "
            "python -m assistant pairs build FILE... --out DIR"
        ) from error
    except ValidationError as error:
        raise TrainingError(
            f"{SET} in '{folder}' cannot be read ({first_problem(error)}). Build the rows again."
        ) from error


def rows_of(folder: Path) -> Iterator[CasePair]:
    """The rows of a folder, whose file is as its set says.

    Raises ``TrainingError`` where the file is missing or was changed.
    """
    about = read_set(folder)
    file = folder / ROWS
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TrainingError(f"'{file}' cannot be read ({error.strerror}).") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != about.sheet.sha256:
        raise TrainingError(
            f"{ROWS} in '{folder}' was changed since it was built: its SHA-256 is {digest}, not "
            f"{about.sheet.sha256}. Build the rows again."
        )
    yield from pairs_in(io.StringIO(data.decode("utf-8")), ROWS)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return first_problem(error)
    return str(error).splitlines()[0] if str(error) else type(error).__name__
