"""AdamW on float32 copies of the trained weights, so that bfloat16 steps are not rounded away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.training.config import TrainingConfig

if TYPE_CHECKING:
    import torch


class MasterAdamW:
    """Gradients are added up, clipped and applied in float32; the model gets rounded copies."""

    def __init__(
        self, named: Sequence[tuple[str, torch.nn.Parameter]], config: TrainingConfig
    ) -> None:
        import torch

        self.names = tuple(name for name, _ in named)
        self.live = tuple(parameter for _, parameter in named)
        self.masters = tuple(p.detach().to(torch.float32, copy=True) for p in self.live)
        self._limit = config.max_gradient_norm
        self._adam = torch.optim.AdamW(
            self.masters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=False
        )

    def collect(self) -> None:
        """Add the model's gradients to those of this step, and clear them in the model."""
        import torch

        for live, master in zip(self.live, self.masters, strict=True):
            if live.grad is None:
                continue
            if master.grad is None:
                master.grad = live.grad.to(torch.float32, copy=True)
            else:
                master.grad += live.grad
            live.grad = None

    def drop(self) -> None:
        """Forget the gradients of this step."""
        self._adam.zero_grad(set_to_none=True)

    def gradient_norm(self, counted: int) -> float:
        """Divide the gradients by the tokens counted and clip them; their norm before clipping."""
        import torch

        gradients = [master.grad for master in self.masters if master.grad is not None]
        for gradient in gradients:
            gradient /= counted
        return float(torch.nn.utils.clip_grad_norm_(list(self.masters), self._limit))

    def step(self, learning_rate: float) -> None:
        """Change the weights by the gradients of this step."""
        for group in self._adam.param_groups:
            group["lr"] = learning_rate
        self._adam.step()
        self.drop()
        self._publish()

    def _publish(self) -> None:
        import torch

        with torch.no_grad():
            for live, master in zip(self.live, self.masters, strict=True):
                live.copy_(master)

    def state(self) -> dict[str, torch.Tensor]:
        """Weights and moments by name: ``weights/NAME``, ``exp_avg/NAME``, ..., all on the CPU."""
        tensors = {f"weights/{n}": m for n, m in zip(self.names, self.masters, strict=True)}
        for name, master in zip(self.names, self.masters, strict=True):
            for key, value in self._adam.state.get(master, {}).items():
                tensors[f"{key}/{name}"] = value
        return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        """Go back to a former ``state``. Raises ``KeyError`` where it is of another model."""
        for name, master in zip(self.names, self.masters, strict=True):
            master.copy_(tensors[f"weights/{name}"])
            moments: dict[str, Any] = {
                key: tensors[f"{key}/{name}"].to(master.device if key != "step" else "cpu").clone()
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}/{name}" in tensors
            }
            self._adam.state.pop(master, None)
            if moments:
                self._adam.state[master] = moments
        self._publish()


def learning_rate(config: TrainingConfig, done: float) -> float:
    """Rate at ``done`` (0 to 1) of the run: a short linear rise, then a cosine to zero."""
    if done < config.warmup_share:
        return config.learning_rate * max(done / config.warmup_share, 0.02)
    left = (done - config.warmup_share) / (1 - config.warmup_share)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * min(left, 1.0)))
