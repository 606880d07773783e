"""Do both engines compute the same: transformers with PEFT, and llama.cpp with the GGUF LoRA?

Run it with ``python benchmarks/agreement.py --adapter NAME [--positions 1000] [--data-dir DIR]``
after ``pip install -e ".[train]"`` and a finished ``python -m assistant train``. A fixed text (wiki
pages of the sample data) is read by both engines; at each position both name their top next token.
Prints the share of equal answers for the base, for the base with the adapter, and for the adapter
merged to F16. The goal: with the adapter within one point of the base, merged at least 99 %.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

START = 8
WINDOW = 256


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--adapter", required=True)
    options.add_argument("--positions", type=int, default=1000)
    options.add_argument("--data-dir", type=Path)
    given = options.parse_args()

    from top_tokens import Agreement, compare_tokens, llama_top_tokens, transformers_top_tokens

    from assistant.generation.models.engine import LlamaEngine
    from assistant.settings import load_settings
    from assistant.training.adapter_merge import export_gguf, merge, with_adapter
    from assistant.training.adapters import AdapterRegistry
    from assistant.training.base_models import find_base, load_base

    settings = load_settings(data_dir=given.data_dir)
    adapter = AdapterRegistry(settings.adapters_path).get(given.adapter)
    files = find_base(adapter.sheet.base.id, settings.models_path)
    base = load_base(files, dtype="float32", device="cpu")
    text = "\n\n".join(
        page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("sample_data/wiki/*.md"))
    )
    ids = base.tokenizer(text, add_special_tokens=False)["input_ids"]
    windows = [ids[at : at + WINDOW] for at in range(0, len(ids), WINDOW)]
    wanted = -(-given.positions // (WINDOW - START + 1))
    windows = [window for window in windows if len(window) == WINDOW][:wanted]

    def torch_tokens(model: Any) -> list[int]:
        return [t for window in windows for t in transformers_top_tokens(model, window, START)]

    def llama_tokens(engine: LlamaEngine, scales: tuple[float, ...]) -> list[int]:
        return [t for window in windows for t in llama_top_tokens(engine, window, START, scales)]

    def told(name: str, found: Agreement) -> None:
        print(f"{name}: {found.share:.4f} ({found.equal} of {found.positions})", flush=True)

    assert files.gguf
    assert adapter.gguf
    packed = files.folder / files.gguf
    plain = torch_tokens(base.model)
    tuned_model = with_adapter(base.model, adapter.folder)
    tuned = torch_tokens(tuned_model)
    told("transformers, with and without the adapter", compare_tokens(plain, tuned))
    engine = LlamaEngine(packed, context_tokens=2048, threads=0, adapters=[adapter.gguf])
    engine.load()
    told("base", compare_tokens(plain, llama_tokens(engine, (0.0,))))
    told("base with the adapter", compare_tokens(tuned, llama_tokens(engine, (1.0,))))
    engine.close()
    tuned_model.unload()
    fresh = load_base(files, dtype="float32", device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        one_file = export_gguf(
            merge(fresh, adapter.folder), fresh.shape, packed, Path(folder) / "merged.gguf"
        )
        engine = LlamaEngine(one_file, context_tokens=2048, threads=0)
        engine.load()
        told("merged to F16", compare_tokens(tuned, llama_tokens(engine, ())))
        engine.close()


if __name__ == "__main__":
    main()
