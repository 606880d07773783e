"""LoRA fine-tuning of a base model: the adapter's layers, the stages, the adapter's files.

PEFT makes and names the layers, pairs come in TRL's conversational prompt-completion rows. The loop
is our own: it pads less, computes the head on completion tokens only and recomputes nothing
(benchmarks/training.py compares it with TRL's SFTTrainer).

Continued pre-training: next-token prediction on the project's documents.

For a base that does not read the company's language well (perplexity and tokens per word far from
those of ordinary English); it teaches words and phrasing, not facts that change: those are
retrieval's work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingError, needs_extra
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.generation.models.engine import usable_cores
from assistant.generation.prompts import neutralise
from assistant.training.base_models import BaseModel
from assistant.training.chatml import TURN_END, TURN_START, Encoded, Example, encode, end_id
from assistant.training.checkpoints import write_bytes, write_tensors
from assistant.training.config import TrainingConfig
from assistant.training.data.pairs import CasePair
from assistant.training.loop import MasterAdamW, Report, StageData, StageLoop, StageResult

if TYPE_CHECKING:
    import torch

ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"


def with_lora(base: BaseModel, config: TrainingConfig) -> Any:
    """The base model with fresh LoRA on its linear modules (PEFT), ready to train.

    Raises ``TrainingError`` where the model has fewer layers than ``config.layers``.
    """
    needs_extra("peft", "train", "Fine-tuning")
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    torch.manual_seed(config.seed)
    inner = base.model
    if config.method == "qlora":
        inner = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            inner, use_gradient_checkpointing=config.gradient_checkpointing
        )
    elif config.gradient_checkpointing:
        inner.enable_input_require_grads()
        inner.gradient_checkpointing_enable({"use_reentrant": False})
    count = base.shape.layers
    if config.layers > count:
        raise TrainingError(
            f"{base.files.identity.id} has {count} layers; {config.layers} cannot be adapted. "
            f"Choose {count} or fewer."
        )
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=_linear_names(inner) if config.layers else "all-linear",
        layers_to_transform=list(range(count - config.layers, count)) if config.layers else None,
        task_type="CAUSAL_LM",
        base_model_name_or_path=base.files.identity.id,
    )
    # The optimiser keeps float32 copies, so the layers themselves may be of the model's type.
    model = get_peft_model(inner, lora, autocast_adapter_dtype=False)
    if config.method == "lora":
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(base.dtype)
    return model


def _linear_names(model: Any) -> list[str]:
    """The names of the linear modules of a decoder's layers, such as ``q_proj``."""
    from torch.nn import Linear

    inside = (
        name for name, module in model.named_modules()
        if isinstance(module, Linear) and ".layers." in name
    )  # fmt: skip
    return sorted({name.rpartition(".")[2] for name in inside})


def encode_split(
    base: BaseModel, pairs: Iterable[CasePair], config: TrainingConfig
) -> tuple[Encoded, Encoded]:
    """Training and validation examples. Raises ``TrainingError`` where there are too few.

    Pairs longer than ``max_tokens`` are left out and named in the result.
    """
    rows = list(pairs)
    train = encode(base.tokenizer, (p for p in rows if p.split == "train"), config.max_tokens)
    held = encode(base.tokenizer, (p for p in rows if p.split == "validation"), config.max_tokens)
    if len(train.examples) < config.least_pairs:
        longer = f"; {len(train.too_long)} more are longer than {config.max_tokens} tokens"
        raise TrainingError(
            f"{len(train.examples)} pairs are too few to train on: at least {config.least_pairs} "
            f"are needed{longer if train.too_long else ''}. Add accepted or imported cases."
        )
    return train, held


def sample_evenly(examples: Sequence[Example], limit: int) -> tuple[Example, ...]:
    """At most ``limit`` examples, evenly over the whole, so that every story counts a little."""
    if len(examples) <= limit:
        return tuple(examples)
    return tuple(examples[index * len(examples) // limit] for index in range(limit))


def train_stage(
    model: Any,
    base: BaseModel,
    data: StageData,
    config: TrainingConfig,
    folder: Path,
    *,
    report: Report = lambda progress: None,
    cancelled: CancelCheck = never_cancelled,
) -> tuple[StageResult, MasterAdamW]:
    """Train one stage; its result, and the weights as float32."""
    loop = StageLoop(
        model,
        base.device,
        data,
        config,
        folder,
        base_sha256=base.files.identity.sha256,
        report=report,
        cancelled=cancelled,
    )
    return loop.run(), loop.optimiser


def adapter_tensors(weights: MasterAdamW) -> dict[str, torch.Tensor]:
    """The adapter's float32 tensors under PEFT's names."""
    return {
        name.replace(".default.", "."): master.detach().cpu().contiguous()
        for name, master in zip(weights.names, weights.masters, strict=True)
    }


def save_adapter(
    model: Any, weights: MasterAdamW, base: BaseModel, folder: Path
) -> tuple[Path, Path]:
    """Write the adapter as PEFT reads it: safetensors and a config without paths of this machine.

    Raises ``TrainingError`` where there is no room.
    """
    write_tensors(folder / ADAPTER_WEIGHTS, adapter_tensors(weights), {"format": "pt"})
    settings = json.loads(json.dumps(model.peft_config["default"].to_dict(), default=_plain))
    settings["base_model_name_or_path"] = base.files.identity.id
    settings["inference_mode"] = True
    text = json.dumps(settings, indent=2, sort_keys=True)
    write_bytes(folder / ADAPTER_CONFIG, text.encode())
    return folder / ADAPTER_WEIGHTS, folder / ADAPTER_CONFIG


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def usable_threads(asked: int) -> int:
    """Threads to compute with: all of two cores, otherwise all but one."""
    cores = usable_cores()
    return min(asked, cores) if asked else (cores if cores <= 2 else cores - 1)


LEAST_BLOCK = 16
"""A shorter rest of the texts is left out."""
LEAST_TOKENS = 2_000


def encode_documents(
    tokenizer: Any, texts: Iterable[str], max_tokens: int, *, least: int = LEAST_TOKENS
) -> tuple[Example, ...]:
    """Texts joined by the model's end token and cut into blocks; the loss counts every token.

    Raises ``TrainingError`` where there are fewer than ``least`` tokens.
    """
    ids: list[int] = []
    special = (TURN_START, TURN_END, *tokenizer.all_special_tokens)
    for text in texts:
        if text.strip():
            ids += tokenizer(neutralise(text, special), add_special_tokens=False)["input_ids"]
            ids.append(end_id(tokenizer))
    if len(ids) < least:
        raise TrainingError(
            f"The documents have {len(ids)} tokens; continued pre-training needs at least {least}. "
            f"Import more documents, or train on cases only."
        )
    blocks = [ids[start : start + max_tokens] for start in range(0, len(ids), max_tokens)]
    if len(blocks) > 1 and len(blocks[-1]) < LEAST_BLOCK:
        blocks.pop()
    return tuple(
        Example(id=f"block-{number:06}", ids=tuple(block), first=1)
        for number, block in enumerate(blocks)
    )


def hold_out(blocks: Sequence[Example]) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Blocks to train on, and every twentieth to measure on (none of fewer than forty)."""
    every = 20
    if len(blocks) < 2 * every:
        return tuple(blocks), ()
    kept = tuple(block for number, block in enumerate(blocks, start=1) if number % every)
    return kept, tuple(blocks[every - 1 :: every])
