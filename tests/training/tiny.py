"""A tiny base model for fast tests: random weights, SmolLM2's real vocabulary; and pairs for it."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

from assistant.training.config import TrainingConfig
from assistant.training.data.pairs import CasePair

VERBS = ("edit", "add", "cancel", "print", "mail", "rename")
THINGS = ("order", "product", "taxon", "invoice", "channel", "zone")


def tiny_config(kind: str, vocabulary: int) -> Any:
    """Two layers of width 64, four heads over two key-value heads."""
    from transformers import LlamaConfig, Qwen2Config

    shape = {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    }
    return LlamaConfig(**shape) if kind == "llama" else Qwen2Config(**shape)


def write_tiny_base(folder: Path, tokenizer: Any, kind: str = "llama") -> Path:
    """A transformers folder with a randomly initialised model."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(tiny_config(kind, len(tokenizer)))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2 or name.endswith(".bias"):
                parameter.normal_(0, 0.2)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return folder


def made_up_pairs() -> list[CasePair]:
    """36 pairs about editing orders and the like, six of them for validation."""
    return [
        CasePair(
            case_id=f"case-{number}",
            story_key=f"S-{verb}",
            split="validation" if number % 6 == 5 else "train",
            prompt=(
                ("system", "You write test cases."),
                ("user", f"As a customer I want to {verb} my {thing}, so that it is right."),
            ),
            completion=json.dumps(
                {
                    "p": ["I am logged in as an administrator"],
                    "s": [{"a": f"I {verb} the {thing}", "e": f"the {thing} should be {verb}ed"}],
                },
                separators=(",", ":"),
            ),
        )
        for number, (verb, thing) in enumerate(product(VERBS, THINGS))
    ]


def small_run(base: Path | str, **changes: Any) -> TrainingConfig:
    """A run of a few steps."""
    settings: dict[str, Any] = {
        "base": str(base),
        "name": "trial",
        "epochs": 0,
        "max_steps": 6,
        "least_pairs": 4,
        "batch_tokens": 512,
        "accumulation": 2,
        "eval_every": 3,
        "checkpoint_every": 1,
        "rank": 4,
        "alpha": 8,
        "learning_rate": 5e-3,
        "dtype": "float32",
        "threads": 1,
    }
    return TrainingConfig(**{**settings, **changes})
