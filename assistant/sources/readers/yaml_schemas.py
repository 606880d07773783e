"""Schemas and APIs that are written in YAML, read as those in JSON are.

Only ``true``, ``false`` and ``null`` have a type (YAML 1.2, JSON schema): numbers, dates and "no"
stay as they are written, under a tag too (``!!binary``). What is not valid YAML (a template,
several documents) stays as code. Aliases may repeat parts, within a limit, and never
hold themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.sources.markdown_tables import code_block
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.schemas import read_schema

MAX_VALUES = 1_000_000
"""Values of a document with all that its aliases repeat."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The records of the schema in ``data`` (UTF-8); any other text stays as code.

    Raises ``Refused`` where its aliases hold themselves or multiply, or it names Python's objects.
    """
    text = data.decode("utf-8")
    records, note = None, ""
    try:
        payload = _parsed(text)
    except _NotValid as error:
        note = f"It is kept as code, not as tables of fields: it is not valid YAML{error}."
    else:
        records = read_schema(payload) if _count(payload) else None
    if records is None:
        yield {
            "document": {"id": "", "title": "", "text": code_block(text, "yaml"), "kind": "page"}
        }
        if note:
            yield {"note": note}
        yield {"report": {"reader": "YAML", "parts": 1}}
    else:
        yield from records


class _NotValid(Exception):
    """A text is not valid YAML, with the place, if that is known."""


def _parsed(text: str) -> object:
    import yaml

    # libyaml, where its wheel has it, is ten times as fast.
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, pattern, first in (
        ("bool", r"true|false", "tf"),
        ("null", r"null|~|", ["n", "~", ""]),
        ("merge", "<<", "<"),
    ):
        known = re.compile(rf"^(?:{pattern})$")
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", known, list(first))
    loader.add_multi_constructor("!", _of_unknown)
    for tag in ("binary", "timestamp", "int", "float", "set", "omap", "pairs"):
        loader.add_constructor(f"tag:yaml.org,2002:{tag}", _as_written)
    loader.add_multi_constructor("tag:yaml.org,2002:python/", _of_python)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise _NotValid(place) from error
    except (yaml.YAMLError, ValueError, KeyError) as error:  # KeyError: "!!bool maybe"
        raise _NotValid("") from error


def _of_unknown(loader: Any, tag: str, node: Any) -> object:
    """The value under a tag of some program ("!include"): as if it had none."""
    return _as_written(loader, node)


def _as_written(loader: Any, node: Any) -> object:
    if node.id == "scalar":
        return node.value
    is_list = node.id == "sequence"
    return (
        loader.construct_sequence(node, True) if is_list else loader.construct_mapping(node, True)
    )


def _of_python(loader: Any, tag: str, node: Any) -> object:
    raise Refused("dangerous", f"it asks for an object of Python (line {node.start_mark.line + 1})")


def _count(root: object) -> int:
    """How many values there are, each part counted as often as it is repeated."""
    counts, open_now = dict[int, int](), set[int]()
    stack: list[tuple[object, bool]] = [(root, False)]
    while stack:
        value, done = stack.pop()
        inner = (
            list(value.values()) if isinstance(value, dict)
            else value if isinstance(value, list) else []
        )  # fmt: skip
        if done:
            open_now.discard(id(value))
            counts[id(value)] = 1 + sum(counts.get(id(one), 1) for one in inner)
            if counts[id(value)] > MAX_VALUES:
                raise Refused("size", f"its aliases repeat more than {MAX_VALUES:,} values")
        elif id(value) in open_now:
            raise Refused("dangerous", "an alias in it holds itself")
        elif inner and id(value) not in counts:
            open_now.add(id(value))
            stack.append((value, True))
            stack.extend((one, False) for one in inner)
    return counts.get(id(root), 1)
