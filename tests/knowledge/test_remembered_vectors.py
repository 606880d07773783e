"""Vectors of texts that were embedded before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.knowledge.embedding import RememberedVectors


class Counting:
    """Vectors that tell the text, and what was asked for."""

    fingerprint, dimension = "counting", 2

    def __init__(self) -> None:
        self.given: list[str] = []

    def documents(self, texts: Sequence[str], *, waiting: bool = False) -> np.ndarray:
        self.given += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def query(self, text: str) -> np.ndarray:
        return np.array([0, 1], dtype=np.float32)


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
