"""What the header of a GGUF file says, read without loading it: special tokens, what it is.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little endian):
``GGUF``, version, tensor count, count of key-value pairs, then the pairs.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Collection, Iterator
from pathlib import Path

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
    architecture: str = ""
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
    try:
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            tokens, types = _vocabulary(data)
    except (OSError, ValueError, struct.error, KeyError, UnicodeDecodeError) as error:
        raise ModelUnavailable(
            f"{path.name} is not a readable GGUF model ({error}). Fetch the model again."
        ) from error
    return tuple(
        SpecialToken(id=number, text=token.decode("utf-8", "replace"))
        for number, (token, kind) in enumerate(zip(tokens, types, strict=True))
        if kind in _SPECIAL_TYPES
    )


def read_header(path: Path) -> ModelHeader:
    """What the model file at ``path`` says of itself.

    Raises ``ModelUnavailable`` where it is no readable GGUF file.
    """
    try:
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            values, at, tensors = _values(data)
            parameters = sum(_tensor_sizes(data, at, tensors))
    except (OSError, ValueError, struct.error, KeyError) as error:
        raise ModelUnavailable(
            f"{path.name} is not a readable GGUF model ({error}). Choose another file."
        ) from error

    def text(key: str) -> str:
        return str(values.get(key) or "").strip()

    architecture = text("general.architecture")
    context = values.get(f"{architecture}.context_length")
    parts = values.get("split.count")
    return ModelHeader(
        name=text("general.name"),
        architecture=architecture,
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
    wanted = ("general.architecture", "general.type", "adapter.type")
    found = []
    for file in (path, base):
        try:
            with (
                file.open("rb") as stream,
                mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
            ):
                found.append(_texts(data, wanted))
        except (OSError, ValueError, struct.error, KeyError) as error:
            raise ModelUnavailable(
                f"{file.name} is not a readable GGUF file ({error}). Convert the adapter again."
            ) from error
    adapter, model = found
    if (adapter.get("general.type"), adapter.get("adapter.type")) != ("adapter", "lora"):
        raise ModelUnavailable(f"{path.name} is no GGUF LoRA adapter. Convert the adapter again.")
    if adapter.get(wanted[0]) != model.get(wanted[0]):
        raise ModelUnavailable(
            f"The adapter {path.name} was made for models of type '{adapter.get(wanted[0])}', but "
            f"{base.name} is of type '{model.get(wanted[0])}'. Choose the base it was trained on."
        )


def _texts(data: mmap.mmap, keys: Collection[str]) -> dict[str, str]:
    """The text values of these keys, as far as the header has them."""
    values = _values(data)[0]
    return {key: value for key in keys if isinstance(value := values.get(key), str)}


def _values(data: mmap.mmap) -> tuple[dict[str, str | int | float], int, int]:
    """Texts and numbers of the header (lists are left out), where it ends, and how many tensors."""
    magic, version, tensors, pairs = struct.unpack_from("<4sIQQ", data, 0)
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError("no GGUF header of version 2 or 3")
    values: dict[str, str | int | float] = {}
    at = struct.calcsize("<4sIQQ")
    for _ in range(pairs):
        key, at = _string(data, at)
        (kind,) = struct.unpack_from("<I", data, at)
        at += 4
        name = key.decode("utf-8", "replace")
        if kind == _STRING:
            values[name] = _string(data, at)[0].decode("utf-8", "replace")
        elif kind != _ARRAY:
            (values[name],) = struct.unpack_from(f"<{_SCALARS[kind]}", data, at)
        at = _skip(data, at, kind)
    return values, at, tensors


def _tensor_sizes(data: mmap.mmap, at: int, tensors: int) -> Iterator[int]:
    """How many numbers each tensor holds, from the list of tensors that begins at ``at``."""
    for _ in range(tensors):
        _, at = _string(data, at)
        (dimensions,) = struct.unpack_from("<I", data, at)
        shape = struct.unpack_from(f"<{dimensions}Q", data, at + 4)
        at += 4 + 8 * dimensions + 4 + 8
        yield math.prod(shape)


def _vocabulary(data: mmap.mmap) -> tuple[list[bytes], tuple[int, ...]]:
    """The vocabulary's texts and types; ``ValueError``, ``struct.error`` where they are absent."""
    magic, version, _, pairs = struct.unpack_from("<4sIQQ", data, 0)
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError("no GGUF header of version 2 or 3")
    tokens: list[bytes] | None = None
    types: tuple[int, ...] | None = None
    at = struct.calcsize("<4sIQQ")
    for _ in range(pairs):
        key, at = _string(data, at)
        (kind,) = struct.unpack_from("<I", data, at)
        at += 4
        if key == _TOKENS_KEY.encode():
            tokens, at = _strings(data, at)
        elif key == _TYPES_KEY.encode():
            types, at = _integers(data, at)
        else:
            at = _skip(data, at, kind)
        if tokens is not None and types is not None:
            return tokens, types
    raise ValueError("no vocabulary in the header")


def _string(data: mmap.mmap, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<Q", data, at)
    end = at + 8 + length
    if end > len(data):
        raise ValueError("a text reaches beyond the end of the file")
    return data[at + 8 : end], end


def _array_head(data: mmap.mmap, at: int) -> tuple[int, int, int]:
    """Element type, count and where the elements begin. A count cannot exceed the file's bytes."""
    kind, count = struct.unpack_from("<IQ", data, at)
    if count > len(data):
        raise ValueError("an array reaches beyond the end of the file")
    return kind, count, at + 12


def _strings(data: mmap.mmap, at: int) -> tuple[list[bytes], int]:
    kind, count, at = _array_head(data, at)
    if kind != _STRING:
        raise ValueError("the vocabulary is no array of texts")
    texts = []
    for _ in range(count):
        text, at = _string(data, at)
        texts.append(text)
    return texts, at


def _integers(data: mmap.mmap, at: int) -> tuple[tuple[int, ...], int]:
    kind, count, at = _array_head(data, at)
    layout = f"<{count}{_SCALARS[kind]}"
    return struct.unpack_from(layout, data, at), at + struct.calcsize(layout)


def _skip(data: mmap.mmap, at: int, kind: int) -> int:
    """Where the value of this type that begins at ``at`` ends."""
    if kind == _STRING:
        return _string(data, at)[1]
    if kind != _ARRAY:
        return at + struct.calcsize(_SCALARS[kind])
    element, count, at = _array_head(data, at)
    if element in _SCALARS:
        return at + count * struct.calcsize(_SCALARS[element])
    for _ in range(count):
        at = _skip(data, at, element)
    return at
