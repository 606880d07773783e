from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from assistant.errors import RetrievalError
from assistant.knowledge import embedding
from assistant.knowledge.embedding import RememberedVectors, SentenceEmbedder


def test_vectors_are_unit_length_and_mean_something(embedder: SentenceEmbedder) -> None:
    vectors = embedder.documents(
        [
            "A refund is paid within 5 days.",
            "Money is returned in under a week.",
            "The sky is blue.",
        ]
    )
    assert vectors.shape == (3, embedder.dimension) == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    assert embedder.documents([]).shape == (0, 384)


def test_the_end_of_a_long_text_counts(embedder: SentenceEmbedder) -> None:
    """The model alone cuts off after 256 tokens without a word."""
    start = "The customer opens the account page and looks at the list of contracts. " * 40
    about_cats = "My cat likes to sleep on the warm roof and eats fish. " * 20
    plain, longer = embedder.documents([start, start + about_cats])
    [cat] = embedder.queries(["a cat that eats fish"])
    assert longer @ cat > plain @ cat + 0.1


def test_a_text_alone_and_among_others_is_the_same(embedder: SentenceEmbedder) -> None:
    texts = [f"Rule {n}: " + "words " * n for n in range(40)]
    together = embedder.documents(texts)
    assert embedder.queries([texts[7]])[0] @ together[7] > 0.999


def test_questions_are_remembered(embedder: SentenceEmbedder) -> None:
    asked = ["a question", "another, asked with it"]
    assert embedder.queries(asked) is embedder.queries(asked)


def test_vectors_of_questions_do_not_depend_on_what_was_asked_before(
    embedding_folder: Path,
) -> None:
    asked = ["A refund is paid within 5 days.", "Who pays?", "The fee is shown. " * 9]
    fresh, used = (SentenceEmbedder(embedding_folder, model_id="m") for _ in range(2))
    alone = [used.queries([text])[0] for text in asked]
    together = used.queries(asked)
    assert (together == fresh.queries(asked)).all()
    assert (together * alone).sum(axis=1).min() > 0.999


def test_the_fingerprint_names_all_that_matters(
    embedder: SentenceEmbedder, embedding_folder: Path, tmp_path: Path
) -> None:
    wide = SentenceEmbedder(embedding_folder, model_id="all-MiniLM-L6-v2", dtype="float32")
    narrow = SentenceEmbedder(embedding_folder, model_id="all-MiniLM-L6-v2", dtype="bfloat16")
    assert len({wide.fingerprint, narrow.fingerprint}) == 2
    assert embedder.fingerprint in {wide.fingerprint, narrow.fingerprint}
    assert "all-MiniLM-L6-v2@53aa51172d142c89 float32 384d" in wide.fingerprint
    changed = tmp_path / "model"
    shutil.copytree(embedding_folder, changed)
    with (changed / "model.safetensors").open("ab") as weights:
        weights.write(b"x")
    other = SentenceEmbedder(changed, model_id="all-MiniLM-L6-v2", dtype="float32")
    assert other.fingerprint != wide.fingerprint


@pytest.mark.long
def test_bfloat16_finds_the_same(embedding_folder: Path) -> None:
    texts = [f"A payment of £{n}.00 is posted within {n} working days." for n in range(20)]
    wide = SentenceEmbedder(embedding_folder, model_id="m", dtype="float32").documents(texts)
    narrow = SentenceEmbedder(embedding_folder, model_id="m", dtype="bfloat16").documents(texts)
    assert (wide * narrow).sum(axis=1).min() > 0.999


def test_loading_leaves_the_environment_alone(embedding_folder: Path) -> None:
    before = dict(os.environ)
    SentenceEmbedder(embedding_folder, model_id="m").load()
    assert dict(os.environ) == before


@pytest.mark.parametrize("fault", [None, ImportError("a library is missing")])
def test_garbage_is_collected_after_the_libraries_are_imported_and_not_meanwhile(
    monkeypatch: pytest.MonkeyPatch, fault: ImportError | None
) -> None:
    collected: list[bool] = []

    def imported(_: str) -> None:
        collected.append(gc.isenabled())
        if fault:
            raise fault

    monkeypatch.delitem(sys.modules, "sentence_transformers", raising=False)
    monkeypatch.setattr(embedding, "importlib", SimpleNamespace(import_module=imported))
    with pytest.raises(ImportError) if fault else nullcontext():
        embedding.import_libraries()
    assert collected == [False]
    assert gc.isenabled()


@pytest.mark.long
def test_a_command_that_embeds_ends_without_a_word_of_its_libraries() -> None:
    code = "from assistant.knowledge.embedding import import_libraries; import_libraries()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "leaked" not in ended.stderr


def test_products_of_vectors_are_computed_by_one_thread(embedding_folder: Path) -> None:
    with threadpool_limits(2, user_api="blas"):
        SentenceEmbedder(embedding_folder, model_id="m").load()
        used = [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]
    assert set(used) == {1}


@pytest.mark.long
def test_many_threads_share_one_model(embedder: SentenceEmbedder) -> None:
    expected = embedder.documents(["a text"])[0]
    faults: list[object] = []

    def work(n: int) -> None:
        try:
            for k in range(5):
                embedder.queries([f"question {n} {k}"])
                if embedder.documents(["a text"])[0] @ expected < 0.9999:
                    faults.append("another vector")
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


@pytest.mark.parametrize("what", ["absent", "no weights", "rubbish"])
def test_a_model_that_cannot_be_loaded_says_what_to_do(
    what: str, embedding_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    if what != "absent":
        shutil.copytree(embedding_folder, folder)
        weights = folder / "model.safetensors"
        weights.unlink() if what == "no weights" else weights.write_bytes(b"rubbish")
    with pytest.raises(RetrievalError, match="assistant models fetch"):
        SentenceEmbedder(folder, model_id="m").queries(["text"])


class Counting:
    """Vectors that tell the text, and what was asked for."""

    fingerprint, dimension = "counting", 2

    def __init__(self) -> None:
        self.given: list[str] = []

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        self.given += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[0, 1] for _ in texts], dtype=np.float32)


def lengths(vectors: np.ndarray) -> list[float]:
    return [float(row[0]) for row in vectors]


def test_only_what_is_new_is_embedded_and_the_order_is_that_of_the_texts() -> None:
    model = Counting()
    remembered = RememberedVectors(model)
    assert lengths(remembered.documents(["one", "three", "one"])) == [3, 5, 3]
    assert lengths(remembered.documents(["seven", "three", "of"])) == [5, 5, 2]
    assert model.given == ["one", "three", "seven", "of"]


def test_what_was_asked_for_longest_ago_is_forgotten() -> None:
    model = Counting()
    remembered = RememberedVectors(model, most=2)
    for texts in (["a"], ["bb"], ["a"], ["ccc"], ["a"]):
        remembered.documents(texts)
    assert model.given == ["a", "bb", "ccc"]
    remembered.documents(["bb"])
    assert model.given == ["a", "bb", "ccc", "bb"]


def test_more_texts_than_are_kept_are_all_given() -> None:
    remembered = RememberedVectors(Counting(), most=2)
    assert lengths(remembered.documents(["a", "bb", "ccc"])) == [1, 2, 3]


def test_no_text_gives_no_row() -> None:
    assert RememberedVectors(Counting()).documents([]).shape == (0, 2)
