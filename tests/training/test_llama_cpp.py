"""What transformers trains is what llama.cpp computes: token ids, adapters, merged files."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny import made_up_pairs, small_run, write_tiny_base
from top_tokens import (
    clear_positions,
    compare_tokens,
    llama_top_tokens,
    transformers_top_tokens,
)

from assistant.errors import TrainingError
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.generation.models.engine import LlamaEngine
from assistant.training.adapter_merge import (
    export_gguf,
    export_safetensors,
    merge,
    serve_text,
    with_adapter,
    write_gguf_lora,
)
from assistant.training.base_models import BaseModel, find_base, load_base
from assistant.training.chatml import completion_ids, encode, prompt_ids, prompt_text
from assistant.training.config import BaseShape
from assistant.training.loop import Progress, StageData
from assistant.training.sft import save_adapter, train_stage, with_lora


def text_ids(tokenizer: Any) -> list[int]:
    """A few conversations as token ids."""
    return [id for e in encode(tokenizer, made_up_pairs()[:4], 512).examples for id in e.ids]


def random_adapter(base: BaseModel, folder: Path) -> Path:
    """An adapter with random A and B: every wrong row order would show."""
    import torch

    config = small_run("tiny", max_steps=1, learning_rate=1e-9)
    model = with_lora(base, config)
    torch.manual_seed(3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.normal_(0, 0.15)
    examples = encode(base.tokenizer, made_up_pairs()[:4], 512).examples
    _, weights = train_stage(model, base, StageData("sft", examples), config, folder / "c")
    save_adapter(model, weights, base, folder / "adapter")
    write_gguf_lora(folder / "adapter", base.shape, folder / "adapter" / "adapter.gguf")
    return folder / "adapter"


def engine_for(path: Path, *adapters: Path) -> LlamaEngine:
    """llama.cpp with one model, on one thread."""
    return LlamaEngine(path, context_tokens=1024, threads=1, adapters=adapters)


def gguf_of(base: BaseModel, small_gguf: Path, kind: str, target: Path) -> Path:
    """The tiny base as a GGUF file of its own, with SmolLM2's vocabulary."""
    from gguf import GGUFReader, GGUFWriter

    from assistant.training.adapter_merge import _tensors

    config, reader = base.model.config, GGUFReader(small_gguf)
    writer = GGUFWriter(target, kind)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(1024)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    for key, field in reader.fields.items():
        if key.startswith("tokenizer."):
            inner = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], sub_type=inner)
    for name, data in _tensors(base.model, base.shape):
        if name != "output.weight":
            writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


@pytest.mark.long
def test_prompts_are_what_llama_cpp_reads(small_gguf: Path, tokenizer: Any) -> None:
    engine = engine_for(small_gguf)
    draw = random.Random(5)
    texts = [
        "I pay EUR 1,234.56 on 2024-02-29\tor \"later\"  \n\n  'x' naïve – 日本語 🙂 don't",
        "".join(draw.choice("aB3 \n\t.,:{}[]\"'<>/|_éß–") for _ in range(400)),
    ]
    try:
        for text in texts:
            messages = (("system", "Write."), ("user", text))
            assert engine.prompt_of(messages) == prompt_text(messages)
            prompt = prompt_text(messages)
            assert list(engine.tokenise(prompt)) == prompt_ids(tokenizer, messages)
            answer = completion_ids(tokenizer, text)[:-1]
            assert list(engine.tokenise(text)) == answer
    finally:
        engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_engines_agree_with_and_without_adapter(
    kind: str, tokenizer: Any, small_gguf: Path, tmp_path: Path
) -> None:
    folder = write_tiny_base(tmp_path / kind, tokenizer, kind)
    files = find_base(str(folder), tmp_path)
    base = load_base(files, dtype="float32", device="cpu")
    packed = gguf_of(base, small_gguf, kind, tmp_path / f"{kind}.gguf")
    ids = text_ids(tokenizer)[:64]
    plain = transformers_top_tokens(base.model, ids, 1)
    adapter = random_adapter(base, tmp_path)
    fresh = load_base(files, dtype="float32", device="cpu")
    tuned = transformers_top_tokens(with_adapter(fresh.model, adapter), ids, 1)
    assert compare_tokens(plain, tuned).share < 0.5
    engine = engine_for(packed, adapter / "adapter.gguf")
    try:
        without = compare_tokens(plain, llama_top_tokens(engine, ids, 1, (0.0,)))
        with_it = compare_tokens(tuned, llama_top_tokens(engine, ids, 1, (1.0,)))
    finally:
        engine.close()
    assert without.share >= 0.99
    assert with_it.share >= without.share - 0.01
    again = load_base(files, dtype="float32", device="cpu")
    merged = merge(again, adapter)
    one_file = export_gguf(merged, again.shape, packed, tmp_path / "merged.gguf")
    engine = engine_for(one_file)
    try:
        share = compare_tokens(tuned, llama_top_tokens(engine, ids, 1)).share
    finally:
        engine.close()
    assert share >= 0.99


@pytest.mark.long
def test_merged_folder_loads_and_tells_how_to_serve_it(
    tiny_base: BaseModel, tiny_folder: Path, tmp_path: Path
) -> None:
    adapter = random_adapter(tiny_base, tmp_path)
    fresh = load_base(find_base(str(tiny_folder), tmp_path), dtype="float32", device="cpu")
    ids = text_ids(fresh.tokenizer)[:80]
    merged = merge(fresh, adapter)
    tuned = transformers_top_tokens(merged, ids, 1)
    folder = export_safetensors(merged, fresh.tokenizer, tmp_path / "merged")
    read = load_base(find_base(str(folder), tmp_path), dtype="float32", device="cpu")
    assert transformers_top_tokens(read.model, ids, 1) == tuned
    assert serve_text(folder, "mine", fresh.files).startswith("vllm serve ./merged")
    assert "FROM ./m.gguf" in serve_text(tmp_path / "m.gguf", "mine", fresh.files)


def test_unknown_model_types_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "lora_alpha": 8}')
    shape = BaseShape(model_type="mamba", layers=2, heads=1, key_value_heads=1)
    with pytest.raises(TrainingError, match="mamba models cannot be converted"):
        write_gguf_lora(folder, shape, tmp_path / "x.gguf")


@pytest.mark.slow
def test_smollm2_learns_converts_and_changes_its_answer(
    small_gguf: Path, fetched_model: Callable[[str], Path], tmp_path: Path
) -> None:
    models_dir = fetched_model(SMALL_CHAT).parent.parent
    files = find_base(SMALL_CHAT, models_dir)
    base = load_base(files, device="cpu")
    pairs = made_up_pairs()
    train = encode(base.tokenizer, [p for p in pairs if p.split == "train"], 512).examples
    config = small_run(
        SMALL_CHAT, max_steps=10, rank=16, alpha=32, learning_rate=1e-3, dtype="auto"
    )
    model = with_lora(base, config)
    seen: list[Progress] = []
    _, weights = train_stage(
        model, base, StageData("sft", train), config, tmp_path / "c", report=seen.append
    )
    assert seen[-1].loss < seen[0].loss / 2
    adapter = tmp_path / "adapter"
    save_adapter(model, weights, base, adapter)
    write_gguf_lora(adapter, base.shape, adapter / "adapter.gguf")
    exact = load_base(files, dtype="float32", device="cpu")
    ids = text_ids(exact.tokenizer)
    plain = transformers_top_tokens(exact.model, ids, 1)
    learned = with_adapter(exact.model, adapter)
    tuned, clear = transformers_top_tokens(learned, ids, 1), clear_positions(learned, ids, 1, 1.0)
    engine = engine_for(small_gguf, adapter / "adapter.gguf")
    try:
        base_llama = llama_top_tokens(engine, ids, 1, (0.0,))
        weak_llama = llama_top_tokens(engine, ids, 1, (0.5,))
        tuned_llama = llama_top_tokens(engine, ids, 1, (1.0,))
    finally:
        engine.close()
    assert compare_tokens(plain, base_llama).share > 0.9
    assert compare_tokens(tuned, tuned_llama).share > 0.9
    assert len(clear) > len(ids) / 2
    wanted = [tuned[at] for at in clear]
    assert wanted == [tuned_llama[at] for at in clear]
    for wrong in (base_llama, weak_llama):  # the clear positions tell half a scale from the whole
        assert wanted != [wrong[at] for at in clear]
