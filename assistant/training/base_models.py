"""Base models for training: catalogue GGUF files, hub repositories, folders; hashed before loading.

GGUF weights are dequantised; what is trained on is then exactly what llama.cpp computes with, up to
rounding. Nothing that could hold code is opened: safetensors and GGUF only, no remote code.
"""

from __future__ import annotations

import gc
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable, TrainingError, needs_extra
from assistant.generation.models.catalogue import CATALOGUE, CatalogueModel
from assistant.generation.models.fetch import verified_path
from assistant.generation.models.verification import sha256_of
from assistant.training.config import BaseIdentity, BaseShape, DType, Method

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class BaseFiles:
    """Where a base model lies and what it is; ``gguf`` is empty for a transformers folder."""

    folder: Path
    gguf: str
    identity: BaseIdentity


@dataclass(frozen=True)
class BaseModel:
    """A loaded base model: transformers' model and tokenizer, its files and its shape."""

    model: Any
    tokenizer: Any
    files: BaseFiles
    shape: BaseShape
    dtype: torch.dtype
    device: torch.device


_OFF = frozenset({"", "0", "false", "no", "off", "f", "n"})
"""How a switch in the environment is written when it is off."""


def find_base(base: str, models_dir: Path, *, sha256: str = "") -> BaseFiles:
    """Find and hash a base model. ``sha256`` is what it had when it was last used, if known.

    Raises ``TrainingError`` where it is nowhere, has no safe weights, or its hash has changed.
    """
    files = _find(base, models_dir)
    if sha256 and files.identity.sha256 != sha256:
        raise TrainingError(
            f"The base model {base} has changed: its SHA-256 is {files.identity.sha256[:12]}..., "
            f"expected {sha256[:12]}.... Restore the former files or train the adapter again."
        )
    return files


def _find(base: str, models_dir: Path) -> BaseFiles:
    for model in CATALOGUE:
        if model.id.casefold() == base.strip().casefold():
            return _catalogue_base(model, models_dir)
    path = Path(base).expanduser()
    if path.is_file() and path.suffix == ".gguf":
        identity = BaseIdentity(id=path.stem, sha256=sha256_of(path), file=path.name)
        return BaseFiles(path.parent, path.name, identity)
    if path.is_dir():
        return _folder_base(path, path.name)
    if base.count("/") == 1 and not path.is_absolute():
        return _folder_base(_hub_folder(base), base)
    known = ", ".join(model.id for model in CATALOGUE if model.task == "chat")
    raise TrainingError(
        f"There is no base model '{base}'. Give a folder with safetensors, a .gguf file, a hub id "
        f"(organisation/name) or one of: {known}."
    )


def _catalogue_base(model: CatalogueModel, models_dir: Path) -> BaseFiles:
    if model.task != "chat":
        raise TrainingError(f"{model.id} is no chat model and cannot be fine-tuned.")
    try:
        path = verified_path(model, models_dir)
    except ModelUnavailable as error:
        raise TrainingError(str(error)) from error
    identity = BaseIdentity(id=model.id, sha256=model.weights.sha256, file=path.name)
    return BaseFiles(path.parent, path.name, identity)


def _folder_base(folder: Path, base_id: str) -> BaseFiles:
    weights = sorted(folder.glob("*.safetensors"))
    if weights and (folder / "config.json").is_file():
        return BaseFiles(folder, "", BaseIdentity(id=base_id, sha256=sha256_of(*weights)))
    packed = sorted(folder.glob("*.gguf"))
    if len(packed) == 1:
        identity = BaseIdentity(id=base_id, sha256=sha256_of(*packed), file=packed[0].name)
        return BaseFiles(folder, packed[0].name, identity)
    raise TrainingError(
        f"{folder.name} holds no model that can be trained: it needs config.json with .safetensors "
        f"weights, or exactly one .gguf file. Files in pickle format are not opened."
    )


def _hub_folder(base: str) -> Path:
    from huggingface_hub import snapshot_download

    repository, _, revision = base.partition("@")
    # Read here, because training runs in a process of its own that knows nothing but this.
    offline = os.environ.get("UAT_OFFLINE", "").strip().casefold() not in _OFF
    try:
        folder = snapshot_download(
            repository,
            revision=revision or None,
            allow_patterns=["*.safetensors", "*.json", "tokenizer*", "vocab*", "merges*"],
            local_files_only=offline,
        )
    except Exception as error:  # the hub raises many kinds; all mean that it is not here
        if offline:
            raise TrainingError(
                f"The base model {base} is not on this computer, and the offline switch is on "
                f"(UAT_OFFLINE). Switch it off to fetch it, or give a folder that holds it."
            ) from error
        raise TrainingError(
            f"The base model {base} could not be fetched from the hub ({error}). Check its name "
            f"and the network, or give a folder that holds it."
        ) from error
    return Path(folder)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively (AVX512-BF16, AMX)."""
    if platform.system() != "Linux":
        return False
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def load_tokenizer(files: BaseFiles) -> Any:
    """The tokenizer of a base model, without its weights. Raises ``TrainingError``."""
    needs_extra("peft", "train", "Fine-tuning")
    from transformers import AutoTokenizer

    where: dict[str, Any] = {"gguf_file": files.gguf} if files.gguf else {}
    try:
        return AutoTokenizer.from_pretrained(
            files.folder, local_files_only=True, trust_remote_code=False, **where
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise TrainingError(
            f"The tokenizer of {files.identity.id} could not be loaded ({error}). Choose another "
            f"base model."
        ) from error


def load_base(
    files: BaseFiles, *, dtype: DType = "auto", method: Method = "lora", device: str = ""
) -> BaseModel:
    """Read a base model into memory, on CUDA where there is any, frozen and in evaluation mode.

    Raises ``TrainingError`` where transformers cannot read it or ``method`` is not possible here,
    ``MissingExtra`` without the extra.
    """
    needs_extra("peft", "train", "Fine-tuning")
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    chosen = _torch_dtype(dtype, place)
    options: dict[str, Any] = {"dtype": chosen, "attn_implementation": "sdpa"}
    if method == "qlora":
        options["quantization_config"] = _four_bit(files, place, chosen)
        options["device_map"] = {"": place}
    elif files.gguf:
        from transformers import GgufConfig

        options["quantization_config"] = GgufConfig(dequantize=True)
    where: dict[str, Any] = {"gguf_file": files.gguf} if files.gguf else {}
    tokenizer = load_tokenizer(files)
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            files.folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            **where,
            **options,
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise TrainingError(
            f"The base model {files.identity.id} could not be loaded for training ({error}). "
            f"Choose another base model."
        ) from error
    if files.gguf:
        # The loader leaves a marker that forbids saving; the weights are plain tensors by now.
        model.hf_quantizer = None
        model.is_quantized = False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
    if method == "lora":
        model.to(place)
    model.config.use_cache = False
    model.requires_grad_(False)
    model.eval()
    gc.collect()
    return BaseModel(model, tokenizer, files, shape_of(model.config), chosen, place)


def shape_of(config: Any) -> BaseShape:
    """The shape in a transformers config."""
    return BaseShape(
        model_type=config.model_type,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        key_value_heads=getattr(config, "num_key_value_heads", None) or config.num_attention_heads,
    )


def _torch_dtype(dtype: DType, device: torch.device) -> torch.dtype:
    import torch

    if dtype == "auto":
        fast = device.type == "cuda" or has_fast_bfloat16()
        return torch.bfloat16 if fast else torch.float32
    return torch.bfloat16 if dtype == "bfloat16" else torch.float32


def _four_bit(files: BaseFiles, device: torch.device, dtype: torch.dtype) -> Any:
    if device.type != "cuda":
        raise TrainingError("QLoRA needs a CUDA device, and none is here. Choose the method lora.")
    if files.gguf:
        raise TrainingError(
            f"QLoRA cannot start from the GGUF file {files.gguf}. Give the model's hub id or its "
            f"folder with safetensors, or choose the method lora."
        )
    needs_extra("bitsandbytes", "cuda", "QLoRA")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
