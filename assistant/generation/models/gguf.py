"""What the header of a GGUF file says, read without loading it: special tokens, what it is.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little endian):
``GGUF``, version, tensor count, count of key-value pairs, then the pairs.
"""

from __future__ import annotations

import math
import mmap
import struct
from pathlib import Path
from typing import Any

from assistant.domain import Value
from assistant.errors import ModelUnavailable

_TOKENS_KEY = "tokenizer.ggml.tokens"
_TYPES_KEY = "tokenizer.ggml.token_type"
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
"""GGUF value type -> struct code."""

_SPECIAL_TYPES = {2, 3, 4}
"""llama.cpp's token types that are matched as a whole: unknown, control, user defined."""


class ModelHeader(Value):
    """What a model file says of itself; a text is empty, a number 0, where it does not.

    ``parameters`` are counted from the tensors. ``chat_template`` is code by someone else: it is
    looked at to find out the form of conversations, and never run.
    """

    name: str = ""
    kind: str = ""
    licence: str = ""
    context_tokens: int = 0
    parameters: int = 0
    parts: int = 0
    chat_template: str = ""


class SpecialToken(Value):
    """A token that text cannot contain by accident: its text and its id in the vocabulary."""

    id: int
    text: str


def read_special_tokens(path: Path) -> tuple[SpecialToken, ...]:
    """Special tokens of the model at ``path``, by id.

    Raises ``ModelUnavailable`` where the file is no GGUF file with a vocabulary.
    """
    values, _ = _read(path, "Fetch the model again.")
    tokens, types = values.get(_TOKENS_KEY), values.get(_TYPES_KEY)
    if not isinstance(tokens, list) or not isinstance(types, list) or len(tokens) != len(types):
        raise _unreadable(path, "no vocabulary in the header", "Fetch the model again.")
    if not all(isinstance(one, str) for one in tokens) or not all(
        isinstance(k, int) for k in types
    ):
        raise _unreadable(path, "the vocabulary holds no texts", "Fetch the model again.")
    return tuple(
        SpecialToken(id=number, text=token)
        for number, (token, kind) in enumerate(zip(tokens, types, strict=True))
        if kind in _SPECIAL_TYPES
    )


def read_header(path: Path) -> ModelHeader:
    """What the model file at ``path`` says of itself.

    Raises ``ModelUnavailable`` where it is no readable GGUF file.
    """
    values, parameters = _read(path, "Choose another file.")

    def text(key: str) -> str:
        value = values.get(key)
        return value.strip() if isinstance(value, str) else ""

    context = values.get(f"{text('general.architecture')}.context_length")
    parts = values.get("split.count")
    return ModelHeader(
        name=text("general.name"),
        kind=text("general.type"),
        licence=text("general.license.name") or text("general.license"),
        context_tokens=context if isinstance(context, int) else 0,
        parameters=parameters,
        parts=parts if isinstance(parts, int) else 0,
        chat_template=text("tokenizer.chat_template"),
    )


def check_adapter_file(path: Path, base: Path) -> None:
    """See that ``path`` is a GGUF LoRA for models of the type of ``base``, before llama.cpp does.

    Raises ``ModelUnavailable`` that says what it is instead. Whether the shapes fit is found when
    both are loaded.
    """
    (adapter, _), (model, _) = (_read(file, "Convert the adapter again.") for file in (path, base))
    if (adapter.get("general.type"), adapter.get("adapter.type")) != ("adapter", "lora"):
        raise ModelUnavailable(f"{path.name} is no GGUF LoRA adapter. Convert the adapter again.")
    wanted, found = adapter.get("general.architecture"), model.get("general.architecture")
    if wanted != found:
        raise ModelUnavailable(
            f"The adapter {path.name} was made for models of type '{wanted}', but "
            f"{base.name} is of type '{found}'. Choose the base it was trained on."
        )


def _read(path: Path, remedy: str) -> tuple[dict[str, Any], int]:
    """The values of the header by key, and how many numbers the tensors hold together."""
    try:
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            magic, version, tensors, pairs = struct.unpack_from("<4sIQQ", data, 0)
            if magic != b"GGUF" or version not in (2, 3):
                raise ValueError("no GGUF header of version 2 or 3")
            values: dict[str, Any] = {}
            at = struct.calcsize("<4sIQQ")
            for _ in range(pairs):
                key, at = _text(data, at)
                (kind,) = struct.unpack_from("<I", data, at)
                values[key], at = _value(data, at + 4, kind)
            return values, _tensor_sizes(data, at, tensors)
    except (OSError, ValueError, struct.error, KeyError, RecursionError) as error:
        raise _unreadable(path, error, remedy) from error


def _unreadable(path: Path, why: object, remedy: str) -> ModelUnavailable:
    return ModelUnavailable(f"{path.name} is not a readable GGUF file ({why}). {remedy}")


def _tensor_sizes(data: mmap.mmap, at: int, tensors: int) -> int:
    """How many numbers the tensors hold, from their list that begins at ``at``."""
    numbers = 0
    for _ in range(tensors):
        _, at = _text(data, at)
        (dimensions,) = struct.unpack_from("<I", data, at)
        numbers += math.prod(struct.unpack_from(f"<{dimensions}Q", data, at + 4))
        at += 4 + 8 * dimensions + 4 + 8
    return numbers


def _value(data: mmap.mmap, at: int, kind: int) -> tuple[Any, int]:
    """The value of this type that begins at ``at``, and where it ends."""
    if kind == _STRING:
        return _text(data, at)
    if kind != _ARRAY:
        (value,) = struct.unpack_from(f"<{_SCALARS[kind]}", data, at)
        return value, at + struct.calcsize(_SCALARS[kind])
    element, count = struct.unpack_from("<IQ", data, at)
    if count > len(data):  # each element takes a byte or more
        raise ValueError("an array reaches beyond the end of the file")
    at += 12
    if element in _SCALARS:
        layout = f"<{count}{_SCALARS[element]}"
        return list(struct.unpack_from(layout, data, at)), at + struct.calcsize(layout)
    found = []
    for _ in range(count):
        value, at = _value(data, at, element)
        found.append(value)
    return found, at


def _text(data: mmap.mmap, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", data, at)
    end = at + 8 + length
    if end > len(data):
        raise ValueError("a text reaches beyond the end of the file")
    return data[at + 8 : end].decode("utf-8", "replace"), end
