"""Prose to passages that an embedding model reads whole, cut at paragraphs, then at sentences."""

from __future__ import annotations

from collections.abc import Iterator

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
