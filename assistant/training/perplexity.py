"""How well a model expects the reference cases: negative log-likelihood of each completion."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.domain import Value
from assistant.training.base_models import BaseModel
from assistant.training.batches import example_losses
from assistant.training.chatml import encode
from assistant.training.data.pairs import CasePair

BATCH_TOKENS, CASE_TOKENS, TEXT_TOKENS = 4096, 2048, 1024


class CompletionLoss(Value):
    """A case's completion: its tokens (with the end token), and their summed loss in nats."""

    case_id: str
    tokens: int
    nll: float


def completion_losses(
    base: BaseModel,
    adapter: Path | None,
    pairs: Iterable[CasePair],
) -> tuple[CompletionLoss, ...]:
    """Losses of the pairs' completions, in the pairs' order.

    ``adapter`` is the folder of a PEFT adapter, or None for the base alone; the base is left as it
    was. Completions beyond ``CASE_TOKENS`` with their prompt are left out (compare the case ids).
    """
    encoded = encode(base.tokenizer, pairs, CASE_TOKENS)
    # Ids may repeat (a case with and without sources), so results are kept by place.
    numbered = [
        type(example)(str(number), example.ids, example.first)
        for number, example in enumerate(encoded.examples)
    ]
    model = _with(base.model, adapter)
    found: dict[int, CompletionLoss] = {}
    try:
        for example, loss in example_losses(model, numbered, base.device, BATCH_TOKENS):
            number = int(example.id)
            found[number] = CompletionLoss(
                case_id=encoded.examples[number].id,
                tokens=len(loss),
                nll=float(loss.double().sum()),
            )
    finally:
        if adapter is not None:
            model.unload()
    return tuple(found[number] for number in range(len(numbered)))


def text_loss(base: BaseModel, text: str) -> tuple[int, float]:
    """Tokens of a plain text and their summed loss in nats, read in blocks of ``TEXT_TOKENS``.

    The first token of a block has nothing before it and is not counted.
    """
    import torch

    ids = base.tokenizer(text, add_special_tokens=False)["input_ids"]
    tokens, nll = 0, 0.0
    with torch.inference_mode():
        for start in range(0, len(ids), TEXT_TOKENS):
            block = torch.tensor([ids[start : start + TEXT_TOKENS]], device=base.device)
            if block.shape[1] < 2:
                continue
            loss = base.model(input_ids=block, labels=block).loss
            tokens += block.shape[1] - 1
            nll += float(loss) * (block.shape[1] - 1)
    return tokens, nll


def _with(model: Any, adapter: Path | None) -> Any:
    if adapter is None:
        return model
    from assistant.training.adapter_merge import with_adapter

    return with_adapter(model, adapter)
