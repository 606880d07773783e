"""A base model with an adapter merged into it, for other tools: safetensors or one GGUF file.

Merged to F16 the adapter survives; at four bits it is mostly rounded away, so that is not offered.
A merged GGUF keeps everything but the tensors from a base GGUF.

PEFT's LoRA (safetensors) as a GGUF LoRA that llama.cpp loads beside the base model.

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
from assistant.training.base_models import BaseFiles, BaseModel
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


CONTEXT_TOKENS = 4096
"""What an exported model is served with."""


def with_adapter(model: Any, adapter: Path) -> Any:
    """The transformers model with the PEFT adapter of a folder on it."""
    from peft import PeftModel

    return PeftModel.from_pretrained(model, str(adapter), use_safetensors=True).eval()


def merge(base: BaseModel, adapter: Path) -> Any:
    """The base's transformers model with the adapter in its weights. The base is used up."""
    merged = with_adapter(base.model, adapter).merge_and_unload(safe_merge=True)
    merged.config.use_cache = True
    return merged


def export_safetensors(merged: Any, tokenizer: Any, folder: Path) -> Path:
    """Write a folder that transformers and vLLM load. Raises ``TrainingError`` without room."""
    from safetensors import SafetensorError

    try:
        merged.save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)
    except (OSError, SafetensorError) as error:
        raise _not_written(folder, error) from error
    return folder


def export_gguf(merged: Any, shape: BaseShape, base_gguf: Path, target: Path) -> Path:
    """Write one F16 file: metadata and vocabulary of ``base_gguf``, tensors of ``merged``.

    Vectors stay float32, as in llama.cpp's own conversion. Raises ``TrainingError`` where a tensor
    of the base has no counterpart in ``merged`` or there is no room.
    """
    needs_extra("gguf", "train", "Writing a merged model for llama.cpp")
    import numpy as np
    from gguf import GGUFReader, GGUFWriter, LlamaFileType

    reader = GGUFReader(base_gguf)
    weights = dict(_tensors(merged, shape))
    names = [str(tensor.name) for tensor in reader.tensors]
    derived = {"rope_freqs.weight"}
    if missing := [name for name in names if name not in weights and name not in derived]:
        raise TrainingError(f"The merged model has no tensor for {missing[0]} of the base.")
    fresh = target.with_name(f".{target.name}.new")
    architecture = str(reader.fields["general.architecture"].contents())
    writer = GGUFWriter(fresh, architecture)
    _copy_metadata(reader, writer)
    writer.add_file_type(int(LlamaFileType.MOSTLY_F16))
    writer.add_quantization_version(2)
    for tensor in reader.tensors:
        if tensor.name in derived:
            writer.add_tensor(tensor.name, np.array(tensor.data), raw_dtype=tensor.tensor_type)
        else:
            data = weights[tensor.name]
            writer.add_tensor(tensor.name, data.astype(np.float32 if data.ndim < 2 else np.float16))
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    except OSError as error:
        writer.close()
        fresh.unlink(missing_ok=True)
        raise _not_written(target, error) from error
    writer.close()
    os.replace(fresh, target)
    return target


def _copy_metadata(reader: Any, writer: Any) -> None:
    from gguf import GGUFValueType

    own = {"general.architecture", "general.file_type", "general.quantization_version"}
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key in own:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, sub_type=inner)


def _tensors(model: Any, shape: BaseShape) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[Any]]]]:
    """llama.cpp's names and row order of a transformers model's tensors."""
    for name, tensor in model.state_dict().items():
        data = tensor.detach().float().cpu().numpy()
        heads = heads_to_permute(f".{name}", shape)
        yield gguf_name(name, shape), permute_rows(data, heads) if heads else data


def serve_text(target: Path, name: str, files: BaseFiles) -> str:
    """What to write or run to use an exported model: an Ollama Modelfile, or vLLM's command."""
    if target.suffix == ".gguf":
        return (
            f"# Modelfile; then: ollama create {name} -f Modelfile && ollama run {name}\n"
            f"# base model: {files.identity.id}\n"
            f"FROM ./{target.name}\n"
            'TEMPLATE """{{ range .Messages }}<|im_start|>{{ .Role }}\n'
            "{{ .Content }}<|im_end|>\n"
            '{{ end }}<|im_start|>assistant\n"""\n'
            'PARAMETER stop "<|im_end|>"\n'
            "PARAMETER temperature 0\n"
            f"PARAMETER num_ctx {CONTEXT_TOKENS}\n"
        )
    return (
        f"vllm serve ./{target.name} --served-model-name {name} --max-model-len {CONTEXT_TOKENS}\n"
    )


def _not_written(target: Path, error: Exception) -> TrainingError:
    return TrainingError(
        f"{target.name} could not be written ({error}). Free some room or choose another folder."
    )
