"""What a training run is asked to do, and what a base model is known by."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from assistant.domain import Value
from assistant.errors import TrainingError

Method = Literal["lora", "qlora"]
Stage = Literal["pretraining", "sft"]
DType = Literal["auto", "float32", "bfloat16"]

NAME_PATTERN = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$"
"""Names of adapters: safe as a folder name on every system, no path inside."""

_WINDOWS_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}


class TrainingConfig(Value):
    """One run's choices. ``base`` is a catalogue id, a hub id (``org/name@revision``) or a folder.

    ``batch_tokens`` counts padded tokens of one forward pass, ``accumulation`` passes of one step.
    ``layers`` is how many of the last layers are adapted (0: all); the others are not gone back
    through, which makes training and writing faster. ``epochs``, ``max_steps`` and ``max_minutes``
    bound the run together; 0 means no bound. The defaults were measured on SmolLM2-135M with some
    1,000 cases (benchmarks/training.py).
    """

    base: str
    name: str = Field(pattern=NAME_PATTERN)
    author: str = ""
    method: Method = "lora"
    rank: int = Field(16, ge=1, le=256)
    alpha: int = Field(32, ge=1)
    layers: int = Field(0, ge=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    learning_rate: float = Field(5e-4, gt=0)
    warmup_share: float = Field(0.05, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    max_gradient_norm: float = Field(1.0, gt=0)
    epochs: float = Field(2.0, ge=0)
    max_steps: int = Field(0, ge=0)
    max_minutes: float = Field(0.0, ge=0)
    batch_tokens: int = Field(2048, ge=16)
    accumulation: int = Field(2, ge=1)
    max_tokens: int = Field(1024, ge=16)
    gradient_checkpointing: bool = False
    eval_every: int = Field(40, ge=1)
    checkpoint_every: int = Field(20, ge=1)
    validation_limit: int = Field(48, ge=0)
    patience: int = Field(3, ge=1)
    least_pairs: int = Field(30, ge=1)
    seed: int = 17
    dtype: DType = "auto"
    threads: int = Field(0, ge=0)
    pretrain_first: bool = False
    sft: bool = True
    pretraining_share: float = Field(0.3, gt=0, lt=1)

    @field_validator("name")
    @classmethod
    def _no_device(cls, name: str) -> str:
        if ".." in name or name.split(".")[0] in _WINDOWS_DEVICES:
            raise ValueError("not a safe folder name")
        return name

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.stages:
            raise ValueError("neither pretraining nor fine-tuning was asked for")
        if not (self.epochs or self.max_steps or self.max_minutes):
            raise ValueError("a run needs epochs, max_steps or max_minutes")
        return self

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the run does, in order."""
        wanted: tuple[tuple[Stage, bool], ...] = (
            ("pretraining", self.pretrain_first),
            ("sft", self.sft),
        )
        return tuple(stage for stage, asked in wanted if asked)

    def minutes_of(self, stage: Stage) -> float:
        """Minutes that a stage may take; 0 means no bound."""
        if len(self.stages) == 1:
            return self.max_minutes
        share = self.pretraining_share
        return self.max_minutes * (share if stage == "pretraining" else 1 - share)


class BaseShape(Value):
    """What the conversion to GGUF needs to know of a base model (transformers' config names)."""

    model_type: str
    layers: int
    heads: int
    key_value_heads: int


class BaseIdentity(Value):
    """A base model as an adapter's sheet names it; ``sha256`` is that of its weight files."""

    id: str
    sha256: str
    file: str = ""


def read_config(path: Path) -> TrainingConfig:
    """The config in a JSON file. Raises ``TrainingError`` naming the file."""
    try:
        return TrainingConfig.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"{path.name} is not a readable training config ({error}). Start a new run."
        ) from error
