"""A BERT sentence encoder (all-MiniLM-L6-v2) as PyTorch operations on its weights.

The same operations in the same order as sentence-transformers on transformers, so that the vectors
are the same bit for bit (``tests/knowledge/test_sentence_encoder.py`` compares them). Importing
those two takes a process three times as long as PyTorch alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding

_MODULES = ("Transformer", "Pooling", "Normalize")


class SentenceEncoder:
    """Texts to their mean token vectors of length 1; for any number of threads at a time."""

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        """Read a folder in the layout of sentence-transformers.

        Raises ``ValueError`` for a model of another kind, and what reading files raises.
        """
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = _read(folder / "config.json")
        modules = tuple(each["type"].rpartition(".")[2] for each in _read(folder / "modules.json"))
        pooling = _read(folder / "1_Pooling" / "config.json")
        means = [name for name, used in pooling.items() if name.startswith("pooling_mode") and used]
        kind = (config["model_type"], config["hidden_act"], modules, *means)
        if kind != ("bert", "gelu", _MODULES, "pooling_mode_mean_tokens"):
            raise ValueError(f"no encoder of this kind is known: {kind}")
        self.window = int(_read(folder / "sentence_bert_config.json")["max_seq_length"])
        """Tokens that are read of a text, the marks of its start and end included."""

        self._heads = int(config["num_attention_heads"])
        self._layers = range(int(config["num_hidden_layers"]))
        self._epsilon = float(config["layer_norm_eps"])
        self._weights = {
            name: weight.to(dtype)
            for name, weight in load_file(folder / "model.safetensors").items()
            if weight.is_floating_point()
        }
        self._whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._whole.no_padding()
        self._whole.no_truncation()
        self._cut = Tokenizer.from_str(self._whole.to_str())
        self._cut.enable_truncation(self.window)

    def places(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Offsets of the tokens of each text, however long it is, without marks."""
        found = self._whole.encode_batch(list(texts), add_special_tokens=False)
        return [each.offsets for each in found]

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """Vectors of ``texts`` as one batch: shape ``(len(texts), dimension)``, in the dtype of the
        weights. Of a longer text only its window is read."""
        import torch

        found = self._cut.encode_batch(list(texts))
        with torch.inference_mode():
            ids, mask = _batch(found)
            states = self._embedded(ids)
            seen = None if bool(mask.all()) else _seen(mask)
            for number in self._layers:
                states = self._layer(f"encoder.layer.{number}", states, seen)
            return _mean(states, mask)

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        of = self._weights
        words = functional.embedding(ids, of["embeddings.word_embeddings.weight"])
        states = words + of["embeddings.token_type_embeddings.weight"][0]
        states = states + of["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._norm("embeddings.LayerNorm", states)

    def _layer(self, name: str, states: torch.Tensor, seen: torch.Tensor | None) -> torch.Tensor:
        from torch.nn import functional

        count, length, size = states.shape
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", states)
            .view(count, length, self._heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        joined = attended.transpose(1, 2).reshape(count, length, size)
        states = self._norm(
            f"{name}.attention.output.LayerNorm",
            self._linear(f"{name}.attention.output.dense", joined) + states,
        )
        inner = functional.gelu(self._linear(f"{name}.intermediate.dense", states))
        return self._norm(
            f"{name}.output.LayerNorm", self._linear(f"{name}.output.dense", inner) + states
        )

    def _linear(self, name: str, states: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        return functional.linear(
            states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        )

    def _norm(self, name: str, states: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(states, weight.shape, weight, bias, self._epsilon)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _batch(found: Sequence[Encoding]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids, padded to the longest text, and which of them are the text's own."""
    import torch

    length = max(len(each.ids) for each in found)
    ids = torch.tensor([each.ids + [0] * (length - len(each.ids)) for each in found])
    own = [[1] * len(each.ids) + [0] * (length - len(each.ids)) for each in found]
    return ids, torch.tensor(own)


def _seen(mask: torch.Tensor) -> torch.Tensor:
    """Which tokens each token attends to: those of its text."""
    return mask[:, None, None, :].bool().expand(-1, 1, mask.shape[1], -1)


def _mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the text's own token vectors, summed in float32, at length 1."""
    import torch
    from torch.nn import functional

    own = mask.unsqueeze(-1).to(states.dtype)
    summed = (states * own).sum(dim=1, dtype=torch.float32)
    mean = summed / own.sum(dim=1, dtype=torch.float32)
    return functional.normalize(mean.to(states.dtype), dim=1)
