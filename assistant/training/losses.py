"""The loss of a batch, with the vocabulary's logits computed only where the loss counts.

The language model's head is a tenth to a third of a small model's work; on prompt tokens its result
would be thrown away. Rows are padded on the right, where causal attention never looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.training.batches import Batch

if TYPE_CHECKING:
    import torch

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
