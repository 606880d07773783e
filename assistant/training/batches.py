"""Batches of examples of like length, in the same order for the same seed, and the loss of one.

Two things save work without changing the gradient. The vocabulary's logits are computed only where
the loss counts: the language model's head is a tenth to a third of a small model's work, and on
prompt tokens its result would be thrown away. And examples that begin alike (the items of one
criterion, the cases of one story) stand in one row behind what they share, which is read once: each
sees what is shared and itself, at the places it would have alone. Rows are padded on the right,
where causal attention never looks.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from assistant.training.chatml import Example

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Row:
    """Examples behind the ``shared`` tokens that all of them begin with."""

    examples: tuple[Example, ...]
    shared: int = 0

    @property
    def tokens(self) -> int:
        """Tokens that the row reads."""
        return self.shared + sum(len(e.ids) - self.shared for e in self.examples)


Batch = tuple[Row, ...]
Step = tuple[Batch, ...]
"""The batches whose gradients are added before the weights change."""


def rows_of(examples: Iterable[Example], most_tokens: int, *, join: bool = True) -> list[Row]:
    """Examples that share half of their prompt and more as rows of at most ``most_tokens``.

    Without ``join`` each is a row of its own (``reads_rows``).
    """
    rows: list[Row] = []
    for example in sorted(examples, key=lambda e: (e.ids, e.id)):
        joined = _joined(rows[-1], example) if rows and join else None
        if joined and joined.tokens <= most_tokens:
            rows[-1] = joined
        else:
            rows.append(Row((example,)))
    return rows


def _joined(row: Row, example: Example) -> Row | None:
    """The row with one more example; None where too little is shared."""
    first = row.examples[0]
    both = zip(first.ids, example.ids, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
    shared = min(alike, example.first, *(e.first for e in row.examples))
    if len(row.examples) > 1:
        shared = min(shared, row.shared)
    if 2 * shared < max(example.first, *(e.first for e in row.examples)):
        return None
    return Row((*row.examples, example), shared)


def by_length(rows: Iterable[Row], batch_tokens: int) -> list[Batch]:
    """Rows sorted by length and cut so that rows x longest row stays within ``batch_tokens``.

    A row longer than that makes a batch of its own.
    """
    batches: list[Batch] = []
    current: list[Row] = []
    for row in sorted(rows, key=lambda r: (r.tokens, r.examples[0].id)):
        if current and (len(current) + 1) * row.tokens > batch_tokens:
            batches.append(tuple(current))
            current = []
        current.append(row)
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
    join: bool = True,
) -> list[Step]:
    """The steps of one epoch: other batches and another order in each, fixed by the seed.

    Rows of like length share a batch, drawn from shuffled windows so that the same ones do not
    always meet; the batches of one step are of different lengths.
    """
    draw = random.Random(f"{seed}/{epoch}")
    shuffled = rows_of(examples, batch_tokens, join=join)
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


def examples_of(batch: Batch) -> Iterator[Example]:
    """The examples of a batch, in the order of their losses."""
    return (example for row in batch for example in row.examples)


PLAIN_HEADS = frozenset({"llama", "mistral", "qwen2", "qwen3", "smollm3"})
"""Model types whose logits are the head times the last hidden state, and nothing more, and whose
layers see other tokens through attention alone."""


def reads_rows(model: Any) -> bool:
    """Whether examples in one row stay apart in a model: not where layers carry a state along."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return inner.config.model_type in PLAIN_HEADS


def token_losses(model: Any, batch: Batch, device: torch.device) -> list[torch.Tensor]:
    """Negative log-likelihoods (float32, in nats) of the counted tokens of each example.

    ``model`` is a transformers causal model, with or without PEFT's layers in it.
    """
    import torch
    from torch.nn.functional import cross_entropy

    inputs, rows, columns = _inputs(batch)
    inputs = {name: tensor.to(device) for name, tensor in inputs.items()}
    row, column = rows.to(device), columns.to(device)
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if reads_rows(model):
        decoder = getattr(inner, inner.base_model_prefix)
        hidden = decoder(**inputs, use_cache=False).last_hidden_state
        logits = inner.get_output_embeddings()(hidden[row, column])
    else:
        logits = inner(**inputs, use_cache=False).logits[row, column]
    targets = torch.tensor([token for e in examples_of(batch) for token in e.ids[e.first :]])
    losses = cross_entropy(logits.float(), targets.to(device), reduction="none")
    return list(torch.split(losses, [example.counted for example in examples_of(batch)]))


def example_losses(
    model: Any, examples: Sequence[Example], device: torch.device, batch_tokens: int
) -> Iterator[tuple[Example, torch.Tensor]]:
    """Each example with the losses of its counted tokens, without gradients; batches by length."""
    import torch

    model.eval()
    rows = rows_of(examples, batch_tokens, join=reads_rows(model))
    for batch in by_length(rows, batch_tokens):
        with torch.inference_mode():
            losses = token_losses(model, batch, device)
        yield from zip(examples_of(batch), losses, strict=True)


def _inputs(batch: Batch) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
    """What the model reads of a batch, and the place (row, column) before each counted token."""
    import torch

    shape = len(batch), max(row.tokens for row in batch)
    ids = torch.zeros(shape, dtype=torch.long)
    positions = torch.zeros(shape, dtype=torch.long)
    parts = torch.full(shape, -1)
    rows: list[int] = []
    columns: list[int] = []
    for number, row in enumerate(batch):
        shared = row.shared
        ids[number, :shared] = torch.tensor(row.examples[0].ids[:shared], dtype=torch.long)
        positions[number, :shared] = torch.arange(shared)
        parts[number, :shared] = 0
        start = shared
        for part, example in enumerate(row.examples, 1):
            end = start + len(example.ids) - shared
            ids[number, start:end] = torch.tensor(example.ids[shared:])
            positions[number, start:end] = torch.arange(shared, len(example.ids))
            parts[number, start:end] = part
            before = range(example.first - 1, len(example.ids) - 1)
            columns += (at if at < shared else start + at - shared for at in before)
            rows += [number] * example.counted
            start = end
    inputs = {"input_ids": ids}
    if any(len(row.examples) > 1 for row in batch):
        seen = (parts[:, None, :] == 0) | (parts[:, None, :] == parts[:, :, None])
        causal = torch.ones(shape[1], shape[1], dtype=torch.bool).tril()
        inputs |= {"position_ids": positions, "attention_mask": (seen & causal)[:, None]}
    return inputs, torch.tensor(rows), torch.tensor(columns)
