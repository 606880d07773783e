"""The encoder's vectors are those of sentence-transformers; other models are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.errors import RetrievalError
from assistant.knowledge.embedding import SentenceEmbedder
from assistant.knowledge.sentence_encoder import SentenceEncoder

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
OTHERS = ["", "Ünïcödé — тест 10 € 漢字", "  spaces\tand\nlines  ", "word " * 600]


@pytest.mark.slow  # it imports what the encoder is there to spare
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_same_bit_for_bit_as_sentence_transformers(embedding_folder: Path, dtype: str) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    given = {"dtype": getattr(torch, dtype), "use_safetensors": True}
    theirs = SentenceTransformer(
        str(embedding_folder), device="cpu", local_files_only=True, model_kwargs=given
    )
    ours = SentenceEncoder(embedding_folder, getattr(torch, dtype))
    torch.set_num_threads(1)
    texts = [*OTHERS]
    for path in sorted((SAMPLE / "wiki").rglob("*.md")):
        texts += [text for text in path.read_text("utf-8").split("\n\n") if text.strip()]
    assert len(texts) > 40
    preprocess = getattr(theirs, "preprocess", theirs.tokenize)
    sixteen = (texts[at : at + 16] for at in range(0, len(texts), 16))
    for batch in (texts[:1], texts[2:3], texts[:7], *sixteen):
        with torch.inference_mode():
            expected = theirs(preprocess(batch))["sentence_embedding"]
        assert torch.equal(ours.vectors(batch), expected)
    tokens = theirs.tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
    assert ours.places(texts) == tokens["offset_mapping"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
    ],
)
def test_a_model_of_another_kind_is_refused(
    embedding_folder: Path, tmp_path: Path, name: str, change: dict[str, object]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(embedding_folder, folder)
    config = json.loads((folder / name).read_text("utf-8"))
    (folder / name).write_text(json.dumps(config | change), "utf-8")
    with pytest.raises(RetrievalError, match="no encoder of this kind"):
        SentenceEmbedder(folder, model_id="m").query("text")
