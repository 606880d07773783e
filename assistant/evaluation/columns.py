"""The columns that can be compared, as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.errors import AssistantError


@dataclass(frozen=True)
class ColumnKind:
    """A column: who writes, and whether it gets retrieved sources and an adapter."""

    id: str
    title: str
    uses_retrieval: bool
    uses_adapter: bool
    about: str


COLUMNS: tuple[ColumnKind, ...] = (
    ColumnKind("base", "Base", False, False, "the model as it comes, with the story alone"),
    ColumnKind("rag", "+RAG", True, False, "the model with retrieved rules and cases"),
    ColumnKind("ft", "+FT", False, True, "the model with the adapter, with the story alone"),
    ColumnKind("both", "+Both", True, True, "the model with the adapter and retrieved sources"),
    ColumnKind("rules", "Outline", True, False, "quotations and values, without a model"),
    ColumnKind("endpoint", "Endpoint", True, False, "a connected model with retrieved sources"),
)
COLUMN_IDS = tuple(kind.id for kind in COLUMNS)


def column_kind(column: str) -> ColumnKind:
    """The row of a column. Raises ``AssistantError`` naming the known ones.

    Several columns of one kind are told apart after a colon: "endpoint:qwen" is titled
    "Endpoint qwen".
    """
    name, _, of = column.partition(":")
    for kind in COLUMNS:
        if kind.id == name:
            return replace(kind, id=column, title=f"{kind.title} {of}".rstrip())
    raise AssistantError(f"There is no column “{column}”. Choose from: {', '.join(COLUMN_IDS)}.")
