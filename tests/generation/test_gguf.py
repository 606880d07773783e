"""The header of a GGUF file whose entries are not of the types that they should be."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.generation.models.gguf import read_header, read_special_tokens

TEXT, ARRAY, INTEGER = 8, 9, 5


def text(words: str) -> bytes:
    return struct.pack("<Q", len(words)) + words.encode()


def array(element: int, *elements: bytes) -> bytes:
    return struct.pack("<IIQ", ARRAY, element, len(elements)) + b"".join(elements)


def file(folder: Path, **values: bytes) -> Path:
    path = folder / "model.gguf"
    entries = b"".join(text(key.replace("__", ".")) + value for key, value in values.items())
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, len(values)) + entries)
    return path


NUMBERS = array(INTEGER, struct.pack("<i", 3))
WORDS = array(TEXT, text("<|im_end|>"))


def test_a_vocabulary_is_texts_and_their_types(tmp_path: Path) -> None:
    path = file(tmp_path, tokenizer__ggml__tokens=WORDS, tokenizer__ggml__token_type=NUMBERS)
    assert [one.text for one in read_special_tokens(path)] == ["<|im_end|>"]


@pytest.mark.parametrize(
    ("tokens", "types"),
    [(WORDS, array(ARRAY, struct.pack("<IQ", INTEGER, 0))), (NUMBERS, NUMBERS), (WORDS, WORDS)],
)
def test_a_vocabulary_of_other_things_is_unreadable(
    tmp_path: Path, tokens: bytes, types: bytes
) -> None:
    path = file(tmp_path, tokenizer__ggml__tokens=tokens, tokenizer__ggml__token_type=types)
    with pytest.raises(ModelUnavailable, match="not a readable"):
        read_special_tokens(path)


def test_a_list_in_place_of_a_text_is_told_as_nothing(tmp_path: Path) -> None:
    header = read_header(file(tmp_path, general__license=WORDS, general__name=NUMBERS))
    assert (header.licence, header.name) == ("", "")
