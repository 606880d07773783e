"""Values of JSON that another program wrote, in the type that is asked for whatever they are."""

from __future__ import annotations

from typing import Any


def mapping(value: object) -> dict[str, Any]:
    """An object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def whole(value: object) -> int | None:
    """A whole number; ``None`` where it is none."""
    return value if isinstance(value, int) else None
