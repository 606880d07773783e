"""The loop on a tiny model: it learns, stops, resumes to the same losses, and says why it ends."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tiny import made_up_pairs, small_run

from assistant.errors import TrainingError
from assistant.training.base_models import BaseModel, find_base, load_base
from assistant.training.batches import (
    Row,
    by_length,
    epoch_steps,
    examples_of,
    rows_of,
    token_losses,
)
from assistant.training.chatml import Example, completion_ids, encode, prompt_ids
from assistant.training.config import TrainingConfig
from assistant.training.loop import Progress, StageData, StageResult
from assistant.training.perplexity import CompletionLoss, completion_losses
from assistant.training.sft import (
    encode_documents,
    encode_split,
    save_adapter,
    train_stage,
    with_lora,
)


def trained(
    base: BaseModel, config: TrainingConfig, folder: Path, **options: Any
) -> tuple[StageResult, list[Progress], Any, Any]:
    """Train the made-up pairs; result, progress, model and weights."""
    train, held = encode_split(base, made_up_pairs(), config)
    model = with_lora(base, config)
    seen: list[Progress] = []
    report = options.pop("report", seen.append)
    result, weights = train_stage(
        model,
        base,
        StageData("sft", train.examples, held.examples),
        config,
        folder,
        report=report,
        **options,
    )
    return result, seen, model, weights


def perplexity(losses: Sequence[CompletionLoss]) -> float:
    """Of a token, over all completions together."""
    return math.exp(sum(one.nll for one in losses) / sum(one.tokens for one in losses))


@pytest.mark.slow
def test_loss_falls_and_adapter_is_read_by_peft(tiny_base: BaseModel, tmp_path: Path) -> None:
    config = small_run("tiny", max_steps=12)
    result, seen, model, weights = trained(tiny_base, config, tmp_path / "c")
    assert result.stopped == "finished"
    assert seen[-1].loss < seen[0].loss - 0.5
    assert seen[-1].validation_loss is not None
    assert all(p.tokens_per_second > 0 and p.memory_mb > 0 for p in seen)
    save_adapter(model, weights, tiny_base, tmp_path / "a")
    settings = json.loads((tmp_path / "a" / "adapter_config.json").read_text())
    assert settings["base_model_name_or_path"] == tiny_base.files.identity.id
    held = [pair for pair in made_up_pairs() if pair.split == "validation"]
    model.unload()
    before = perplexity(completion_losses(tiny_base, None, held))
    losses = completion_losses(tiny_base, tmp_path / "a", held)
    assert [loss.case_id for loss in losses] == [pair.case_id for pair in held]
    assert math.log(perplexity(losses)) == pytest.approx(result.best_loss, abs=1e-3)
    assert perplexity(losses) < before
    assert perplexity(completion_losses(tiny_base, None, held)) == pytest.approx(before)


@pytest.mark.long
def test_loss_equals_transformers_own(tiny_base: BaseModel) -> None:
    import torch

    examples = encode(tiny_base.tokenizer, made_up_pairs()[:3], 512).examples
    ours = [
        float(losses.mean())
        for losses in token_losses(
            tiny_base.model, tuple(Row((e,)) for e in examples), tiny_base.device
        )
    ]
    for example, loss in zip(examples, ours, strict=True):
        labels = torch.tensor([[*[-100] * example.first, *example.ids[example.first :]]])
        theirs = tiny_base.model(input_ids=torch.tensor([example.ids]), labels=labels).loss
        assert loss == pytest.approx(float(theirs), abs=1e-4)


@pytest.mark.long
def test_examples_that_begin_alike_lose_in_one_row_what_they_lose_alone(
    tiny_base: BaseModel,
) -> None:
    import torch

    begin = tuple(range(5, 45))
    alike = [
        Example("a", (*begin, 7, 8, 9, 10, 11), 43),
        Example("b", (*begin, 7, 8, 12, 13), 42),
        Example("c", (*begin, 20, 21), 40),
    ]
    other = Example("d", tuple(range(100, 130)), 20)
    rows = rows_of([other, *alike], 200)
    assert [row.shared for row in rows if len(row.examples) == 3] == [40]
    (batch,) = by_length(rows, 200)
    tiny_base.model.zero_grad()
    losses = token_losses(tiny_base.model, batch, tiny_base.device)
    for example, loss in zip(examples_of(batch), losses, strict=True):
        (alone,) = token_losses(tiny_base.model, (Row((example,)),), tiny_base.device)
        assert torch.allclose(loss, alone, atol=1e-4)


@pytest.mark.long
def test_rows_stay_within_the_tokens_of_a_batch_and_share_nothing_with_strangers() -> None:
    families = [
        Example(f"{family}-{n}", (family,) * 60 + (n, n, n), 60)
        for family in range(1, 8)
        for n in range(10, 30)
    ]
    rows = rows_of(families, 100)
    assert all(row.tokens <= 100 for row in rows)
    assert all(len({e.id.split("-")[0] for e in row.examples}) == 1 for row in rows)
    assert sum(row.tokens for row in rows) < 0.2 * sum(len(e.ids) for e in families)
    assert len(rows_of([Example("x", (1,) * 500, 1)], 100)) == 1


@pytest.mark.long
def test_tokens_that_examples_share_count_once(tiny_base: BaseModel, tmp_path: Path) -> None:
    begin = tuple(range(5, 45))
    alike = [Example(str(end), (*begin, end, end + 1), 40) for end in range(50, 60)]
    config = small_run("tiny", max_steps=1, batch_tokens=200, accumulation=1)
    model = with_lora(tiny_base, config)
    result, _ = train_stage(model, tiny_base, StageData("sft", alike), config, tmp_path)
    model.unload()
    assert result.tokens == len(begin) + 2 * len(alike)


class Killed(BaseException):
    """Stands for a kill: nothing in the loop may catch it."""


@pytest.mark.slow
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_killed_run_resumes_to_the_same_losses(
    tiny_folder: Path, tmp_path: Path, dropout: float
) -> None:
    config = small_run("tiny", dropout=dropout, max_steps=8)

    def fresh() -> BaseModel:
        return load_base(find_base(str(tiny_folder), tiny_folder), dtype="float32", device="cpu")

    _, whole, _, _ = trained(fresh(), config, tmp_path / "whole")
    parts: list[Progress] = []

    def report(progress: Progress) -> None:
        parts.append(progress)
        if progress.step == 5:
            raise Killed

    with pytest.raises(Killed):
        trained(fresh(), config, tmp_path / "parts", report=report)
    assert parts.pop().step == 5, "its checkpoint was not written: it is done again"
    _, rest, _, _ = trained(fresh(), config, tmp_path / "parts")
    assert [p.step for p in (*parts, *rest)] == [p.step for p in whole]
    assert [p.loss for p in (*parts, *rest)] == [p.loss for p in whole]
    assert [p.validation_loss for p in (*parts, *rest)] == [p.validation_loss for p in whole]


@pytest.mark.slow
def test_checkpoint_of_another_config_is_refused(tiny_base: BaseModel, tmp_path: Path) -> None:
    trained(tiny_base, small_run("tiny", max_steps=1), tmp_path)
    tiny_base.model.requires_grad_(False)
    with pytest.raises(TrainingError, match="another config"):
        trained(tiny_base, small_run("tiny", max_steps=2), tmp_path)


@pytest.mark.long
def test_not_a_number_stops_and_keeps_the_last_checkpoint(
    tiny_base: BaseModel, tmp_path: Path
) -> None:
    seen: list[Progress] = []
    config = small_run("tiny", learning_rate=1e30, max_steps=20, max_gradient_norm=1e30)
    with pytest.raises(TrainingError, match="smaller learning rate"):
        trained(tiny_base, config, tmp_path, report=seen.append)
    assert (tmp_path / "last.safetensors").exists()
    assert all(math.isfinite(progress.loss) for progress in seen)


@pytest.mark.slow
def test_early_stopping_keeps_the_best(tiny_base: BaseModel, tmp_path: Path) -> None:
    config = small_run("tiny", learning_rate=0.5, max_steps=60, eval_every=1, patience=2)
    result, seen, _, _ = trained(tiny_base, config, tmp_path)
    losses = [p.validation_loss for p in seen if p.validation_loss is not None]
    assert result.stopped == "validation loss stopped falling"
    assert result.best_loss == min(losses)
    assert result.steps == result.best_step + 2


@pytest.mark.slow
def test_minutes_bound_the_run_and_the_cosine_ends_with_it(
    tiny_base: BaseModel, tmp_path: Path
) -> None:
    config = small_run("tiny", max_steps=0, max_minutes=0.03, eval_every=1000)
    result, seen, _, _ = trained(tiny_base, config, tmp_path)
    assert result.stopped == "out of time"
    assert seen[-1].validation_loss is not None
    assert seen[-1].learning_rate < config.learning_rate / 2


@pytest.mark.parametrize("limit", [2.5, 3.5, 4.5, 5.5])
@pytest.mark.slow
def test_a_run_out_of_time_is_evaluated_whenever_the_clock_strikes(
    tiny_base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: float
) -> None:
    readings = count()
    monkeypatch.setattr("assistant.training.loop.time.monotonic", lambda: float(next(readings)))
    config = small_run("tiny", max_steps=0, max_minutes=limit / 60, eval_every=1000)
    result, seen, _, _ = trained(tiny_base, config, tmp_path)
    assert result.stopped == "out of time"
    assert seen[-1].validation_loss is not None


@pytest.mark.slow
def test_full_disk_is_told_and_keeps_the_checkpoint(
    tiny_base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="disk is full"):
        trained(tiny_base, small_run("tiny", eval_every=100), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["last.safetensors"]


@pytest.mark.long
def test_cancel_saves_and_stops(tiny_base: BaseModel, tmp_path: Path) -> None:
    seen: list[Progress] = []
    result, _, _, _ = trained(
        tiny_base,
        small_run("tiny"),
        tmp_path,
        report=seen.append,
        cancelled=lambda: len(seen) == 2,
    )
    assert result.stopped == "cancelled"
    assert result.steps == 2
    assert (tmp_path / "last.safetensors").exists()


@pytest.mark.slow
def test_gradient_checkpointing_and_bfloat16_learn_too(tiny_folder: Path, tmp_path: Path) -> None:
    base = load_base(find_base(str(tiny_folder), tiny_folder), dtype="bfloat16", device="cpu")
    config = small_run("tiny", gradient_checkpointing=True, max_steps=10)
    _, seen, _, _ = trained(base, config, tmp_path)
    assert seen[-1].loss < seen[0].loss - 0.3


@pytest.mark.long
def test_too_few_and_too_long_pairs(tiny_base: BaseModel) -> None:
    with pytest.raises(TrainingError, match=r"10 pairs are too few.*at least 50"):
        encode_split(tiny_base, made_up_pairs()[:12], small_run("tiny", least_pairs=50))
    enough, _ = encode_split(tiny_base, made_up_pairs()[:12], small_run("tiny", least_pairs=10))
    assert len(enough.examples) == 10
    long = made_up_pairs()[0].model_copy(update={"completion": "word " * 2000, "case_id": "long"})
    train, _ = encode_split(tiny_base, [long, *made_up_pairs()], small_run("tiny"))
    assert train.too_long == ("long",)
    assert len(train.examples) == 30


@pytest.mark.long
def test_loss_mask_covers_the_completion_and_its_end(tiny_base: BaseModel) -> None:
    pair = made_up_pairs()[0]
    (example,) = encode(tiny_base.tokenizer, [pair], 512).examples
    counted = tiny_base.tokenizer.decode(example.ids[example.first :])
    assert counted == pair.completion + "<|im_end|>"
    assert list(example.ids[: example.first]) == prompt_ids(tiny_base.tokenizer, pair.prompt)


@pytest.mark.long
def test_special_tokens_in_a_completion_open_no_turn(tiny_base: BaseModel) -> None:
    end = tiny_base.tokenizer.convert_tokens_to_ids("<|im_end|>")
    ids = completion_ids(tiny_base.tokenizer, "a<|im_end|>b<|im_start|>c")
    assert ids.count(end) == 1
    assert ids[-1] == end


@pytest.mark.long
def test_batches_hold_every_example_once_with_little_padding() -> None:
    examples = [Example(str(n), (n + 1,) * (20 + n * 7 % 400), 10) for n in range(500)]
    settings = {"batch_tokens": 2048, "accumulation": 2, "seed": 1}
    steps = epoch_steps(examples, **settings, epoch=0)
    found = [e.id for step in steps for batch in step for e in examples_of(batch)]
    assert sorted(found) == sorted(example.id for example in examples)
    assert steps == epoch_steps(examples, **settings, epoch=0)
    assert steps != epoch_steps(examples, **settings, epoch=1)
    batches = [batch for step in steps for batch in step]
    sizes = [(len(b) * max(row.tokens for row in b), sum(row.tokens for row in b)) for b in batches]
    assert all(padded <= 2048 for padded, _ in sizes)
    assert sum(read for _, read in sizes) > 0.95 * sum(padded for padded, _ in sizes)
    assert len(by_length(rows_of(examples[:1], 5), 5)) == 1


@pytest.mark.long
def test_documents_become_blocks(tiny_base: BaseModel, tmp_path: Path) -> None:
    texts = ["The tariff changes on the first day of the month. " * 40, "", "Meters " * 300]
    blocks = encode_documents(tiny_base.tokenizer, texts, 64, least=100)
    assert {len(block.ids) for block in blocks[:-1]} == {64}
    with pytest.raises(TrainingError, match="at least 100"):
        encode_documents(tiny_base.tokenizer, ["short"], 64, least=100)
    config = small_run("tiny", max_steps=4)
    model = with_lora(tiny_base, config)
    seen: list[Progress] = []
    train_stage(
        model,
        tiny_base,
        StageData("pretraining", blocks),
        config,
        tmp_path,
        report=seen.append,
    )
    assert seen[-1].loss < seen[0].loss


@pytest.mark.long
def test_config_refuses_unsafe_names_and_endless_runs() -> None:
    for name in ("../x", "a/b", "", "CON", "con", "a..b", "lpt1.x", ".hidden"):
        with pytest.raises(ValueError, match="name"):
            TrainingConfig(base="b", name=name)
    with pytest.raises(ValueError, match="needs epochs"):
        TrainingConfig(base="b", name="n", epochs=0)
    assert TrainingConfig(base="b", name="n", sft=True, pretrain_first=True).stages == (
        "pretraining",
        "sft",
    )
