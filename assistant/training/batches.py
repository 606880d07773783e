"""Batches of examples of like length: little padding, the same order for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from assistant.training.chatml import Example

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
