"""Values of JSON that another program wrote, in the type that is asked for whatever they are."""

from __future__ import annotations

import json
from typing import Any


def parsed(text: str | bytes) -> object:
    """What a JSON text holds; nothing where it was cut or is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def mapping(value: object) -> dict[str, Any]:
    """An object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def whole(value: object) -> int | None:
    """A whole number; ``None`` where it is none."""
    return value if isinstance(value, int) else None
