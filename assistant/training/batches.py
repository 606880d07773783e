"""Batches of examples of like length, in the same order for the same seed, and the loss of one.

The vocabulary's logits are computed only where the loss counts: the language model's head is a
tenth to a third of a small model's work, and on prompt tokens its result would be thrown away. Rows
are padded on the right, where causal attention never looks.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.training.chatml import Example

if TYPE_CHECKING:
    import torch


Batch = tuple[Example, ...]
Step = tuple[Batch, ...]
"""The batches whose gradients are added before the weights change."""


def by_length(examples: Sequence[Example], batch_tokens: int) -> list[Batch]:
    """Examples sorted by length and cut so that rows x longest row stays within ``batch_tokens``.

    An example longer than that makes a batch of its own.
    """
    batches: list[Batch] = []
    current: list[Example] = []
    for example in sorted(examples, key=lambda e: (len(e.ids), e.id)):
        if current and (len(current) + 1) * len(example.ids) > batch_tokens:
            batches.append(tuple(current))
            current = []
        current.append(example)
    if current:
        batches.append(tuple(current))
    return batches


def epoch_steps(
    examples: Sequence[Example],
    *,
    batch_tokens: int,
    accumulation: int,
    seed: int,
    epoch: int,
) -> list[Step]:
    """The steps of one epoch: other batches and another order in each, fixed by the seed.

    Examples of like length share a batch, drawn from shuffled windows so that the same ones do not
    always meet; the batches of one step are of different lengths.
    """
    draw = random.Random(f"{seed}/{epoch}")
    shuffled = list(examples)
    draw.shuffle(shuffled)
    window = max(1, -(-len(shuffled) // max(1, len(shuffled) // 400)))
    batches: list[Batch] = []
    for start in range(0, len(shuffled), window):
        batches += by_length(shuffled[start : start + window], batch_tokens)
    draw.shuffle(batches)
    return [
        tuple(batches[start : start + accumulation])
        for start in range(0, len(batches), accumulation)
    ]


PLAIN_HEADS = frozenset({"llama", "mistral", "qwen2", "qwen3", "smollm3"})
"""Model types whose logits are the head times the last hidden state, and nothing more."""


def token_losses(model: Any, batch: Batch, device: torch.device) -> list[torch.Tensor]:
    """Negative log-likelihoods (float32, in nats) of the counted tokens of each example.

    ``model`` is a transformers causal model, with or without PEFT's layers in it.
    """
    import torch
    from torch.nn.functional import cross_entropy

    longest = max(len(example.ids) for example in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    for place, example in enumerate(batch):
        ids[place, : len(example.ids)] = torch.tensor(example.ids)
    rows = [torch.full((e.counted,), place) for place, e in enumerate(batch)]
    columns = [torch.arange(e.first, len(e.ids)) for e in batch]
    row, column = torch.cat(rows).to(device), torch.cat(columns).to(device)
    ids = ids.to(device)
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if inner.config.model_type in PLAIN_HEADS:
        decoder = getattr(inner, inner.base_model_prefix)
        hidden = decoder(input_ids=ids, use_cache=False).last_hidden_state
        logits = inner.get_output_embeddings()(hidden[row, column - 1])
    else:
        logits = inner(input_ids=ids, use_cache=False).logits[row, column - 1]
    losses = cross_entropy(logits.float(), ids[row, column], reduction="none")
    return list(torch.split(losses, [example.counted for example in batch]))
