"""Open pairs (criterion, one item, one case) checked by the product's proof, and made rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.settings import Settings
from assistant.training.data.open_pairs import read_open_pairs
from assistant.training.data.pair_checks import PairReport, check_pairs
from assistant.training.data.pair_rows import (
    DomainSplit,
    PairSet,
    build_rows,
    draw_split,
    read_split,
)
from assistant.workflow.deployment.jobs import Progress
from assistant.workflow.learning.training_data import CHATML_TOKENS

_ID = re.compile(r"^(?P<id>[0-9a-f]{12})\b")


class BuildRequest(Value):
    """What to build: files of pairs, ids that are kept against a finding, and the split.

    ``split_file`` names the domains; without one they are drawn with ``seed``. ``tokens_of`` is a
    model whose tokens are counted for the data sheet; ``corrections`` adds answers to drafts that
    are refused.
    """

    files: tuple[Path, ...]
    out: Path
    keep_file: Path | None = None
    split_file: Path | None = None
    seed: int = 7
    tokens_of: str = ""
    corrections: bool = False


class Built(Value):
    """What was built, and what was not."""

    folder: Path
    about: PairSet
    checked: PairReport


def check(
    files: Sequence[Path],
    *,
    keep_file: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> PairReport:
    """The pairs of files and folders through the proof.

    Raises ``TrainingError`` where a file cannot be read.
    """
    return check_pairs(read_open_pairs(files), keep=kept_ids(keep_file), report=progress)


def build(
    settings: Settings, request: BuildRequest, *, progress: Progress = lambda done, total: None
) -> Built:
    """Rows of the pairs that pass, written into the folder.

    Raises ``TrainingError`` where a file cannot be read, a domain of the split is unknown, or
    nothing passes.
    """
    read = read_open_pairs(request.files)
    checked = check_pairs(read, keep=kept_ids(request.keep_file))
    split: DomainSplit = (
        read_split(request.split_file)
        if request.split_file
        else draw_split(read.pairs, request.seed)
    )
    rows = build_rows(
        read.pairs,
        checked,
        split,
        seed=request.seed,
        split_given=request.split_file is not None,
        corrections=request.corrections,
        special_tokens=CHATML_TOKENS,
        count_tokens=_counter(settings, request.tokens_of) if request.tokens_of else None,
        report=progress,
    )
    if not any(row.split == "train" for row in rows.rows):
        raise TrainingError(
            f"None of the {len(read.pairs)} pairs can be trained on: {len(checked.refused)} faults "
            "were found, and the others are kept back. See: python -m assistant pairs check"
        )
    rows.write(request.out)
    return Built(folder=request.out, about=rows.about, checked=checked)


def kept_ids(file: Path | None) -> tuple[str, ...]:
    """The ids of a file: one a line, what follows is the reason; lines that begin with # are none.

    Raises ``TrainingError`` naming the line that is no id.
    """
    if file is None:
        return ()
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"'{file}' cannot be read ({error}).") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ID.match(line.strip())
        if match is None:
            raise TrainingError(
                f"Line {number} of {file.name} does not begin with the id of a pair (12 hex "
                "digits, as `pairs check` prints them)."
            )
        found.append(match["id"])
    return tuple(found)


def _counter(settings: Settings, model_id: str) -> Callable[[str], int]:
    from assistant.training.base_models import find_base, load_tokenizer

    tokenizer = load_tokenizer(find_base(model_id, settings.models_path))
    return lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"])
