"""Continued pre-training: next-token prediction on the project's documents.

For a base that does not read the company's language well (perplexity and tokens per word far from
those of ordinary English); it teaches words and phrasing, not facts that change: those are
retrieval's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assistant.errors import TrainingError
from assistant.generation.prompts import neutralise
from assistant.training.chatml import TURN_END, TURN_START, Example, end_id

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


def hold_out(
    blocks: Sequence[Example], every: int = 20
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Blocks to train on, and every twentieth to measure on (none of fewer than forty)."""
    if len(blocks) < 2 * every:
        return tuple(blocks), ()
    held = tuple(block for number, block in enumerate(blocks) if number % every == every - 1)
    return tuple(b for b in blocks if b not in set(held)), held
