"""Steps with parameters and the rows of values beside them, as Zephyr Scale and Azure DevOps do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def with_values(
    steps: Sequence[Sequence[str]], rows: Sequence[Mapping[str, str]], written: str
) -> list[list[str]]:
    """``steps`` (action, data, result), each with the values of the parameters that it names.

    ``written`` is how a step names a parameter: "@%s", "{%s}". The values of all rows stand in the
    data of the step, a parameter a line: "Plan: basic, gold".
    """
    values: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    told = []
    for action, data, result in steps:
        words = f"{action}\n{data}\n{result}"
        lines = [
            f"{name}: {', '.join(dict.fromkeys(filter(None, found)))}"
            for name, found in values.items()
            if written % name in words and any(found)
        ]
        told.append([action, "\n".join(filter(None, [data, *lines])), result])
    return told
