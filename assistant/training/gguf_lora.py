"""PEFT's LoRA (safetensors) as a GGUF LoRA that llama.cpp loads beside the base model.

Format as llama.cpp's convert_lora_to_gguf.py writes it: for each weight ``NAME``, ``NAME.lora_a``
of shape (rank, in) and ``NAME.lora_b`` of shape (out, rank). llama.cpp keeps the q and k rows of
Llama-type models in another order (rotary halves interleaved), so their B rows are permuted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingError, needs_extra
from assistant.training.config import BaseShape

if TYPE_CHECKING:
    import numpy as np

ARCHITECTURES: dict[str, tuple[str, bool]] = {
    "llama": ("llama", True),
    "mistral": ("llama", True),
    "qwen2": ("qwen2", False),
    "qwen3": ("qwen3", False),
}
"""transformers' model type -> llama.cpp's architecture, and whether q and k rows are permuted."""

_PEFT_PREFIX = "base_model.model."


def architecture_of(shape: BaseShape) -> tuple[str, bool]:
    """llama.cpp's architecture of a base. Raises ``TrainingError`` where it is not supported."""
    try:
        return ARCHITECTURES[shape.model_type]
    except KeyError:
        raise TrainingError(
            f"Adapters of {shape.model_type} models cannot be converted for llama.cpp; supported: "
            f"{', '.join(sorted(ARCHITECTURES))}. The safetensors adapter stays usable in PEFT."
        ) from None


def gguf_name(name: str, shape: BaseShape) -> str:
    """llama.cpp's name of a weight, such as ``blk.0.attn_q.weight``."""
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    architecture, _ = architecture_of(shape)
    arch = next(key for key, value in MODEL_ARCH_NAMES.items() if value == architecture)
    mapped = get_tensor_name_map(arch, shape.layers).get_name(name, (".weight", ".bias"))
    if mapped is None:
        raise TrainingError(f"The adapter changes '{name}', which llama.cpp does not know.")
    return mapped


def permute_rows(
    rows: np.ndarray[Any, np.dtype[Any]], heads: int
) -> np.ndarray[Any, np.dtype[Any]]:
    """Rows of a q or k projection from transformers' order to llama.cpp's."""
    half = rows.shape[0] // heads // 2
    split = rows.reshape(heads, 2, half, *rows.shape[1:])
    return split.swapaxes(1, 2).reshape(rows.shape)


def heads_to_permute(name: str, shape: BaseShape) -> int:
    """Heads by which the rows of this weight are permuted in llama.cpp; 0 where they are not."""
    if not architecture_of(shape)[1]:
        return 0
    if ".q_proj." in name:
        return shape.heads
    return shape.key_value_heads if ".k_proj." in name else 0


def write_gguf_lora(adapter: Path, shape: BaseShape, target: Path) -> Path:
    """Write the PEFT adapter in folder ``adapter`` as a GGUF LoRA at ``target``.

    Raises ``TrainingError`` where the adapter is of another kind than LoRA or of a base that
    llama.cpp's conversion does not know, ``MissingExtra`` without the extra.
    """
    needs_extra("gguf", "train", "Converting an adapter for llama.cpp")
    from gguf import GGUFWriter

    settings = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    if settings.get("peft_type") != "LORA" or settings.get("use_dora"):
        raise TrainingError(f"{adapter.name} is no plain LoRA adapter and cannot be converted.")
    alpha = float(settings["lora_alpha"])
    if settings.get("use_rslora"):
        alpha *= float(settings["r"]) ** 0.5
    architecture, _ = architecture_of(shape)
    fresh = target.with_name(f".{target.name}.new")
    writer = GGUFWriter(fresh, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_name(adapter.name)
    for name, a, b in lora_pairs(adapter / "adapter_model.safetensors"):
        heads = heads_to_permute(f".{name}.", shape)
        weight = gguf_name(f"{name}.weight", shape)
        writer.add_tensor(f"{weight}.lora_a", a)
        writer.add_tensor(f"{weight}.lora_b", permute_rows(b, heads) if heads else b)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    except OSError as error:
        raise TrainingError(
            f"The adapter could not be written for llama.cpp ({error}). Free some room, then "
            f"convert it again."
        ) from error
    finally:
        writer.close()
    os.replace(fresh, target)
    return target


def lora_pairs(
    weights: Path,
) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[Any]], np.ndarray[Any, np.dtype[Any]]]]:
    """Name of each changed layer with A (rank, in) and B (out, rank), float32."""
    import numpy as np
    from safetensors.torch import load_file

    tensors = load_file(weights)
    for name in _layers(tensors):
        a = tensors[f"{_PEFT_PREFIX}{name}.lora_A.weight"].float().numpy()
        b = tensors[f"{_PEFT_PREFIX}{name}.lora_B.weight"].float().numpy()
        yield name, np.ascontiguousarray(a), np.ascontiguousarray(b)


def _layers(names: Iterable[str]) -> list[str]:
    suffix = ".lora_A.weight"
    known = list(names)
    layers = [n.removeprefix(_PEFT_PREFIX).removesuffix(suffix) for n in known if suffix in n]
    expected = {f"{_PEFT_PREFIX}{n}.lora_{part}.weight" for n in layers for part in "AB"}
    if strange := sorted(set(known) - expected):
        raise TrainingError(f"The adapter holds more than LoRA layers: {strange[0]}.")
    return sorted(layers)
