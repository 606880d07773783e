"""Values as JSON text, and text that every database can hold.

Half of a surrogate pair cannot be encoded and NUL cannot be stored everywhere; both are replaced by
a visible sign of the same length, so that saving never fails and offsets into the text stay right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from assistant.domain import Value

V = TypeVar("V", bound=Value)

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def plain(text: str) -> str:
    """``text`` with lone surrogates as U+FFFD and NUL as U+2400."""
    return _SURROGATE.sub("\ufffd", text).replace("\x00", "\u2400")


def cleaned(value: V) -> V:
    """``value`` with every text in it as ``plain`` makes it; itself where nothing was to do."""
    try:
        text = value.model_dump_json()
    except PydanticSerializationError:
        return type(value).model_validate(_plain_within(value.model_dump()))
    if "\\u0000" in text:
        return type(value).model_validate(_plain_within(value.model_dump()))
    return value


def dump(value: Value) -> str:
    """``value`` as JSON."""
    return cleaned(value).model_dump_json()


def dump_all(values: Iterable[Value]) -> str:
    """``values`` as a JSON array."""
    return "[" + ",".join(dump(value) for value in values) + "]"


def load_all(kind: type[V], text: str) -> tuple[V, ...]:
    """The values of a JSON array written by ``dump_all``."""
    return _adapter(kind).validate_json(text)


def when(text: str) -> datetime:
    """The time that a column holds (ISO 8601 in UTC)."""
    return datetime.fromisoformat(text)


@cache
def _adapter(kind: type[V]) -> TypeAdapter[tuple[V, ...]]:
    return TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type]


def _plain_within(data: object) -> object:
    match data:
        case str():
            return plain(data)
        case dict():
            return {_plain_within(key): _plain_within(item) for key, item in data.items()}
        case list() | tuple():
            return [_plain_within(item) for item in data]
    return data
