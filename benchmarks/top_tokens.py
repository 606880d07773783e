"""Do transformers and llama.cpp compute the same? Their top next tokens on the same text, compared.

The text is read by both engines; at each position both name the token that they would write next.
The share of equal answers is the agreement; what it lacks without an adapter is the noise of
quantisation. Which token wins a near tie depends on the processor (its kernels round otherwise), so
that a conversion is judged where transformers' first token is clearly ahead of its second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.domain import Value
from assistant.errors import TrainingError

if TYPE_CHECKING:
    from assistant.generation.models.engine import LlamaEngine

REQUEST_SECONDS = 120.0


class Agreement(Value):
    """Positions at which both engines were asked, and at how many they named the same token."""

    positions: int
    equal: int

    @property
    def share(self) -> float:
        """Agreement, 0 to 1."""
        return self.equal / self.positions if self.positions else 0.0


def compare_tokens(first: Sequence[int], second: Sequence[int]) -> Agreement:
    """Agreement of two engines' top tokens at the same positions."""
    if len(first) != len(second):
        raise TrainingError("The two engines were asked at different positions.")
    equal = sum(a == b for a, b in zip(first, second, strict=True))
    return Agreement(positions=len(first), equal=equal)


def clear_positions(model: Any, ids: Sequence[int], start: int, margin: float) -> tuple[int, ...]:
    """Where in ``transformers_top_tokens`` the first logit is ``margin`` or more ahead."""
    first, second = _logits(model, ids, start).topk(2, -1).values.unbind(-1)
    return tuple((first - second >= margin).nonzero().flatten().tolist())


def transformers_top_tokens(model: Any, ids: Sequence[int], start: int) -> tuple[int, ...]:
    """The top next token after each prefix of ``ids`` of length ``start`` and more."""
    return tuple(_logits(model, ids, start).argmax(-1).tolist())


def _logits(model: Any, ids: Sequence[int], start: int) -> Any:
    """(positions, vocabulary): the logits after each prefix, in float32."""
    import torch

    model.eval()
    with torch.inference_mode():
        read = torch.tensor([list(ids)], device=next(model.parameters()).device)
        return model(input_ids=read, use_cache=False).logits[0, start - 1 :].float()


def llama_top_tokens(
    engine: LlamaEngine,
    ids: Sequence[int],
    start: int,
    scales: Sequence[float] = (),
) -> tuple[int, ...]:
    """The same of llama.cpp; ``scales`` are those of the engine's adapters, in their order.

    One request a prefix, each going on from the one before (some 20 ms each on a small model).
    Raises ``TrainingError`` where the engine does not answer.
    """
    import httpx

    tokens = []
    with httpx.Client(
        base_url=engine.base_url.removesuffix("/v1"),
        headers={"Authorization": f"Bearer {engine.api_key}"},
        timeout=REQUEST_SECONDS,
        trust_env=False,
    ) as client:
        for end in range(start, len(ids) + 1):
            body = {
                "prompt": list(ids[:end]),
                "n_predict": 1,
                "temperature": 0,
                "cache_prompt": True,
                "return_tokens": True,
                "ignore_eos": False,
                "lora": [{"id": n, "scale": scale} for n, scale in enumerate(scales)],
            }
            answer = client.post("/completion", json=body)
            if answer.status_code != 200:
                raise TrainingError(
                    f"The embedded model did not answer (HTTP {answer.status_code})."
                )
            found = answer.json()["tokens"]
            tokens.append(int(found[0]) if found else -1)
    return tuple(tokens)
