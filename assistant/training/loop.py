"""The training loop of one stage: steps, evaluation, early stopping, checkpoints, limits.

AdamW on float32 copies of the trained weights, so that bfloat16 steps are not rounded away.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.domain import Value
from assistant.errors import TrainingError
from assistant.generation.cancellation import CancelCheck, never_cancelled
from assistant.training.batches import (
    Step,
    epoch_steps,
    example_losses,
    reads_rows,
    token_losses,
)
from assistant.training.chatml import Example
from assistant.training.checkpoints import (
    BEST,
    LAST,
    Position,
    read_checkpoint,
    restore_random_state,
    write_checkpoint,
)
from assistant.training.config import Stage, TrainingConfig

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


class Progress(Value):
    """One line of a run's progress. ``loss`` is the step's mean per counted token, in nats."""

    stage: Stage
    step: int
    total_steps: int
    loss: float
    learning_rate: float
    tokens_per_second: float
    seconds: float
    seconds_left: float
    memory_mb: float
    validation_loss: float | None = None


class StageResult(Value):
    """How a stage ended. ``stopped`` says what ended it."""

    stage: Stage
    steps: int
    seconds: float
    tokens: int
    best_loss: float | None
    best_step: int
    stopped: str


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class StageData:
    """What a stage learns from, and what it is measured on."""

    stage: Stage
    examples: Sequence[Example]
    validation: Sequence[Example] = ()

    def fingerprint(self, config: TrainingConfig, base_sha256: str) -> str:
        """Changes where a checkpoint of another config, base or data would be gone on with."""
        digest = hashlib.sha256(f"{config.model_dump_json()}{base_sha256}{self.stage}".encode())
        for example in (*self.examples, *self.validation):
            digest.update(repr((example.ids, example.first)).encode())
        return digest.hexdigest()


class StageLoop:
    """Trains the trainable weights of ``model`` on one stage's data.

    ``folder`` keeps ``last.safetensors`` (to resume from) and ``best.safetensors``.
    """

    def __init__(
        self,
        model: Any,
        device: torch.device,
        data: StageData,
        config: TrainingConfig,
        folder: Path,
        *,
        base_sha256: str = "",
        report: Report = lambda progress: None,
        cancelled: CancelCheck = never_cancelled,
    ) -> None:
        if not data.examples:
            raise TrainingError(f"There is nothing to train on in the stage {data.stage}.")
        self._model, self._device, self._data, self._config = model, device, data, config
        self._folder, self._report, self._cancelled = folder, report, cancelled
        named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
        self.optimiser = MasterAdamW(named, config)
        self._fingerprint = data.fingerprint(config, base_sha256)
        self._position = Position(stage=data.stage, fingerprint=self._fingerprint)
        self._steps: dict[int, list[Step]] = {}
        self._steps_per_epoch = len(self._epoch(0))

    def run(self) -> StageResult:
        """Train to the end, from the last checkpoint where there is one.

        Ends with the best weights (by validation loss) in the model. Raises ``TrainingError``
        where the loss is no number or the disk is full; the last checkpoint is then kept.
        """
        import torch

        torch.manual_seed(self._config.seed)
        self._resume()
        stopped = ""
        before = time.monotonic() - self._position.seconds
        while not stopped:
            done = self._done(self._position.seconds)
            stopped = self._stop_reason(done)
            if stopped:
                break
            started = time.monotonic()
            rate = learning_rate(self._config, done)
            loss, tokens = self._one_step(rate)
            taken = time.monotonic() - started
            step = self._position.step + 1
            self._move(step=step, tokens=self._position.tokens + tokens)
            seconds = time.monotonic() - before
            due = step % self._config.eval_every == 0 or self._done(seconds) >= 1
            validation = self._evaluate() if due and self._data.validation else None
            # The same clock reading decides on the last evaluation and on the end of the run.
            self._move(seconds=time.monotonic() - before if due else seconds)
            self._report(self._progress(loss, rate, tokens / max(taken, 1e-9), validation))
            if step % self._config.checkpoint_every == 0:
                self._save()
        self._save()
        if stopped != "cancelled":
            self._take_best()
        position = self._position
        return StageResult(
            stage=self._data.stage,
            steps=position.step,
            seconds=position.seconds,
            tokens=position.tokens,
            best_loss=position.best_loss,
            best_step=position.best_step,
            stopped=stopped,
        )

    @property
    def total_steps(self) -> int:
        """Steps that the run takes at most; 0 where only minutes bound it."""
        epochs = math.ceil(self._config.epochs * self._steps_per_epoch)
        bounds = [bound for bound in (epochs, self._config.max_steps) if bound]
        return min(bounds, default=0)

    def _done(self, seconds: float) -> float:
        """Share of the run that is over, by steps or by time, whichever is further."""
        total = self.total_steps
        minutes = self._config.minutes_of(self._data.stage)
        by_steps = self._position.step / total if total else 0.0
        return max(by_steps, seconds / (60 * minutes) if minutes else 0.0)

    def _stop_reason(self, done: float) -> str:
        if self._cancelled():
            return "cancelled"
        if done >= 1:
            by_steps = self.total_steps and self._position.step >= self.total_steps
            return "finished" if by_steps else "out of time"
        if self._position.evaluations_without_gain >= self._config.patience:
            return "validation loss stopped falling"
        return ""

    def _epoch(self, epoch: int) -> list[Step]:
        if epoch not in self._steps:
            self._steps = {
                epoch: epoch_steps(
                    self._data.examples,
                    batch_tokens=self._config.batch_tokens,
                    accumulation=self._config.accumulation,
                    seed=self._config.seed,
                    epoch=epoch,
                    join=reads_rows(self._model),
                )
            }
        return self._steps[epoch]

    def _batches(self) -> Step:
        """The batches of the next step; epochs may differ a little in their number of steps."""
        index = self._position.step
        epoch = 0
        while index >= len(self._epoch(epoch)):
            index -= len(self._epoch(epoch))
            epoch += 1
        return self._epoch(epoch)[index]

    def _one_step(self, rate: float) -> tuple[float, int]:
        """Mean loss of the step, and the tokens that it read."""
        import torch

        self._model.train()
        total = torch.zeros((), dtype=torch.float64)
        counted = tokens = 0
        for batch in self._batches():
            losses = torch.cat(token_losses(self._model, batch, self._device))
            summed = losses.sum()
            summed.backward()  # type: ignore[no-untyped-call]
            self.optimiser.collect()
            total += summed.detach().double().cpu()
            counted += len(losses)
            tokens += sum(row.tokens for row in batch)
        loss = float(total) / counted
        norm = self.optimiser.gradient_norm(counted)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.optimiser.drop()
            raise TrainingError(
                f"The loss became {loss} (gradient {norm}) in step {self._position.step + 1} at a "
                f"learning rate of {rate:.1e}; training stopped and the last good checkpoint is "
                f"kept. Start again with a smaller learning rate, such as "
                f"{self._config.learning_rate / 5:.0e}."
            )
        self.optimiser.step(rate)
        return loss, tokens

    def _evaluate(self) -> float:
        loss = mean_loss(
            self._model, self._data.validation, self._device, self._config.batch_tokens * 2
        )
        best = self._position.best_loss
        if math.isfinite(loss) and (best is None or loss < best):
            self._move(best_loss=loss, best_step=self._position.step, evaluations_without_gain=0)
            write_checkpoint(self._folder / BEST, self._weights(), self._position)
        else:
            self._move(evaluations_without_gain=self._position.evaluations_without_gain + 1)
        return loss

    def _weights(self) -> dict[str, torch.Tensor]:
        state = self.optimiser.state()
        return {name: tensor for name, tensor in state.items() if name.startswith("weights/")}

    def _progress(
        self, loss: float, rate: float, speed: float, validation: float | None
    ) -> Progress:
        position = self._position
        done = self._done(position.seconds)
        return Progress(
            stage=self._data.stage,
            step=position.step,
            total_steps=self.total_steps,
            loss=loss,
            learning_rate=rate,
            tokens_per_second=speed,
            seconds=position.seconds,
            seconds_left=position.seconds * (1 - done) / done if 0 < done < 1 else 0.0,
            memory_mb=memory_mb(),
            validation_loss=validation,
        )

    def _move(self, **changes: Any) -> None:
        self._position = self._position.model_copy(update=changes)

    def _save(self) -> None:
        write_checkpoint(self._folder / LAST, self.optimiser.state(), self._position)

    def _resume(self) -> None:
        path = self._folder / LAST
        if not path.exists():
            return
        tensors, position = read_checkpoint(path)
        if position.fingerprint != self._fingerprint:
            raise TrainingError(
                "The checkpoint is of another config, base model or data than this run. "
                "Start a new run."
            )
        self.optimiser.restore(tensors)
        restore_random_state(tensors)
        self._position = position

    def _take_best(self) -> None:
        path = self._folder / BEST
        if self._position.best_loss is not None and path.exists():
            self.optimiser.restore(read_checkpoint(path)[0])


def mean_loss(
    model: Any, examples: Sequence[Example], device: torch.device, batch_tokens: int
) -> float:
    """Mean loss per counted token over all examples, in nats."""
    total, counted = 0.0, 0
    for _, losses in example_losses(model, examples, device, batch_tokens):
        total += float(losses.double().sum())
        counted += len(losses)
    return total / counted


def memory_mb() -> float:
    """Memory that this process holds now, in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6
