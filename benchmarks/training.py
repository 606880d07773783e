"""Our training loop beside plain TRL SFTTrainer, on the same pairs, model and machine.

    python benchmarks/training.py PAIRS.jsonl [--base ID] [--examples N] [--rounds N]
        [--dtype auto|float32] [--tuned]

``PAIRS.jsonl`` holds prompt-completion rows as ``python -m assistant train`` exports them. Prints
one JSON document. Tokens are those of the pairs, without padding, a second of training time
(forward, backward, optimiser; no loading, no evaluation). What is compared:

- ``ours``: length buckets, head on completion tokens, nothing recomputed, dtype as chosen.
- ``trl_defaults``: SFTTrainer with a LoraConfig of the same rank on all linear layers and nothing
  else set (batches of 8, padded; gradient checkpointing; bf16 autocast).
- ``trl_tuned``: the same with the model in our dtype and without gradient checkpointing.

``ratio`` is ours to ``trl_defaults``, the target is 1.3 or more. Rounds alternate.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.settings import Settings
from assistant.training.base_models import BaseModel, find_base, load_base
from assistant.training.chatml import encode
from assistant.training.config import TrainingConfig
from assistant.training.data.pairs import CasePair, read_jsonl
from assistant.training.loop import StageData
from assistant.training.sft import train_stage, usable_threads, with_lora


def ours(base: BaseModel, pairs: list[CasePair], config: TrainingConfig) -> float:
    """Tokens a second of our loop over these pairs, once."""
    model = with_lora(base, config)
    data = StageData("sft", encode(base.tokenizer, pairs, config.max_tokens).examples)
    with tempfile.TemporaryDirectory() as folder:
        spent: list[tuple[float, float]] = []
        train_stage(
            model,
            base,
            data,
            config,
            Path(folder),
            report=lambda p: spent.append((p.tokens_per_second, p.seconds)),
        )
    tokens = sum(len(example.ids) for example in data.examples)
    return tokens / spent[-1][1]


def trl(base: BaseModel, pairs: list[CasePair], rank: int, **settings: Any) -> float:
    """Tokens a second of TRL's SFTTrainer over the same pairs, once."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    rows = [
        {
            "prompt": [{"role": role, "content": text} for role, text in pair.prompt],
            "completion": [{"role": "assistant", "content": pair.completion}],
        }
        for pair in pairs
    ]
    tokens = sum(len(example.ids) for example in encode(base.tokenizer, pairs, 1024).examples)
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=base.model,
            args=SFTConfig(
                output_dir=folder,
                num_train_epochs=1,
                report_to="none",
                save_strategy="no",
                disable_tqdm=True,
                use_cpu=base.device.type == "cpu",
                **settings,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=base.tokenizer,
            peft_config=LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear"),
        )
        started = time.monotonic()
        trainer.train()
        return tokens / (time.monotonic() - started)


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--base", default="smollm2-135m-instruct-q4_1")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--examples", type=int, default=32)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--tuned", action="store_true", help="run trl_tuned too")
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(usable_threads(0))
    files = find_base(asked.base, Settings().models_dir)
    pairs = [pair for pair in read_jsonl(asked.pairs) if pair.split == "train"]
    random.Random(3).shuffle(pairs)
    pairs = pairs[: asked.examples]
    config = TrainingConfig(
        base=asked.base, name="benchmark", epochs=1, dtype=asked.dtype, least_pairs=1
    )
    figures: dict[str, list[float]] = {"ours": [], "trl_defaults": [], "trl_tuned": []}
    for _ in range(asked.rounds):
        base = load_base(files, dtype=config.dtype)
        figures["ours"].append(ours(base, pairs, config))
        print(figures, file=sys.stderr, flush=True)
        figures["trl_defaults"].append(trl(load_base(files, dtype="float32"), pairs, config.rank))
        print(figures, file=sys.stderr, flush=True)
        if asked.tuned:
            figures["trl_tuned"].append(
                trl(load_base(files), pairs, config.rank, gradient_checkpointing=False)
            )
    medians = {name: statistics.median(found) for name, found in figures.items() if found}
    print(
        json.dumps(
            {
                "base": asked.base,
                "pairs": len(pairs),
                "threads": torch.get_num_threads(),
                "dtype": str(base.dtype),
                "tokens_per_second": {name: round(value, 1) for name, value in medians.items()},
                "ratio": round(medians["ours"] / medians["trl_defaults"], 2),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
