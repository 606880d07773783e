"""A base model with an adapter merged into it, for other tools: safetensors or one GGUF file.

Merged to F16 the adapter survives; at four bits it is mostly rounded away, so that is not offered.
A merged GGUF keeps everything but the tensors from a base GGUF.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingError, needs_extra
from assistant.training.base_models import BaseFiles, BaseModel
from assistant.training.config import BaseShape
from assistant.training.gguf_lora import gguf_name, heads_to_permute, permute_rows

if TYPE_CHECKING:
    import numpy as np

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
