"""Texts cut to what a model reads at once, at paragraphs and sentences; batches, vectors joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer
from collections.abc import Iterator

BATCH_TOKENS = 2048
"""Tokens of a batch, padding included: its activations stay in the processor's cache."""

_WINDOW_MARGIN = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A text or a window of one: ``owner`` is the number of its text."""

    text: str
    tokens: int
    owner: int


def pieces(model: SentenceTransformer, texts: Sequence[str]) -> list[Piece]:
    """``texts`` in pieces that fit the model's window, in order."""
    size = (model.max_seq_length or 256) - _WINDOW_MARGIN
    shown = [encodable(text) for text in texts]
    if not shown:
        return []
    spans = model.tokenizer(
        shown, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )["offset_mapping"]
    found = []
    for owner, (text, places) in enumerate(zip(shown, spans, strict=True)):
        if len(places) <= size:
            found.append(Piece(text, len(places), owner))
            continue
        step = -(-len(places) // -(-len(places) // size))
        for start in range(0, len(places), step):
            end = min(start + step, len(places))
            words = text[places[start][0] : places[end - 1][1]]
            found.append(Piece(words, end - start, owner))
    return found


def batches(tokens: Sequence[int]) -> list[list[int]]:
    """Places of pieces of like length, the longest first, in batches of ``BATCH_TOKENS``."""
    found: list[list[int]] = []
    room = 0
    for place in sorted(range(len(tokens)), key=lambda place: (-tokens[place], place)):
        longest = tokens[found[-1][0]] + 2 if found else 0
        if not found or room < longest:
            found.append([])
            longest = tokens[place] + 2
            room = max(BATCH_TOKENS, longest)
        found[-1].append(place)
        room -= longest
    return found


def averaged(vectors: np.ndarray, owners: Sequence[int], count: int) -> np.ndarray:
    """A vector of length 1 for each text: the mean of those of its windows."""
    import numpy as np

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    summed = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(summed, np.asarray(owners, dtype=np.intp), unit)
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.maximum(lengths, 1e-12), dtype=np.float32)


def encodable(text: str) -> str:
    """``text`` with lone surrogates replaced: tokenizers and servers refuse them."""
    return text.encode("utf-8", "replace").decode("utf-8")


MAX_CHARACTERS = 1050
"""Length of a passage: about 180 words, so that with its heading it fits MiniLM's 256 tokens."""

_SENTENCE = r"(?<=[.!?])[\"'”’)\]]*\s+"
_SEPARATORS = [r"\n\s*\n", _SENTENCE, r"\n", r"[;,]\s+", r"\s+", ""]


def passages(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of the passages of ``text[start:end]``; together they hold all but white space."""
    if end - start <= MAX_CHARACTERS:
        yield start, end
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=MAX_CHARACTERS,
        chunk_overlap=0,
    )
    at = start
    for piece in splitter.split_text(text[start:end]):
        at = text.index(piece, at, end)
        yield at, at + len(piece)
        at += len(piece)
