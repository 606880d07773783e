"""Checkpoints: one safetensors file with weights, optimiser, random state and position.

A file is written beside the former one and renamed over it when it is on the disk, so that a kill
or a full disk at any moment leaves a whole one. Nothing in it can hold code.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.training.config import Stage

if TYPE_CHECKING:
    import torch

LAST = "last.safetensors"
BEST = "best.safetensors"


class Position(Value):
    """How far a run is: what a resumed run goes on from.

    ``seconds`` were spent in this stage so far; ``fingerprint`` is of the config, data and base.
    """

    stage: Stage = "sft"
    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    best_loss: float | None = None
    evaluations_without_gain: int = 0
    best_step: int = 0
    fingerprint: str = ""


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file at once. Raises ``TrainingError`` where there is no room; it then stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise TrainingError(
                f"The disk is full: {path.name} ({len(data) / 1e6:.0f} MB) could not be written. "
                f"The last checkpoint is kept; free some room and resume the run."
            ) from error
        raise TrainingError(
            f"{path.name} could not be written ({error}). The last checkpoint is kept; correct "
            f"that and resume the run."
        ) from error


def write_tensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Replace a safetensors file at once; raises as ``write_bytes``."""
    from safetensors.torch import save

    write_bytes(path, save(tensors, metadata=metadata))


def write_checkpoint(path: Path, tensors: dict[str, torch.Tensor], position: Position) -> None:
    """Replace the checkpoint at ``path``, with torch's random state beside the tensors."""
    import torch

    everything = {**tensors, "random/cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        everything["random/cuda"] = torch.cuda.get_rng_state()
    write_tensors(path, everything, {"position": position.model_dump_json()})


def read_checkpoint(path: Path) -> tuple[dict[str, torch.Tensor], Position]:
    """Tensors and position of a checkpoint. Raises ``TrainingError`` where it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            position = Position.model_validate_json((file.metadata() or {})["position"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise TrainingError(
            f"The checkpoint {path.name} is not readable ({error}). Start the run again."
        ) from error
    return tensors, position


def restore_random_state(tensors: dict[str, torch.Tensor]) -> None:
    """Set torch's random state back to that of a checkpoint."""
    import torch

    torch.set_rng_state(tensors["random/cpu"])
    if "random/cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random/cuda"])
