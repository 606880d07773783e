"""The table of ``salesforce_metadata.toml``: documents, blocks, parts and words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TABLE = tomllib.loads(
    Path(__file__).with_suffix(".toml").with_stem("salesforce_metadata").read_text("utf-8")
)

DOCUMENTS: Mapping[str, Mapping[str, Any]] = _TABLE["documents"]
"""Type of metadata -> the kind of its document, and its lines."""

BLOCKS: Mapping[str, Sequence[Any]] = _TABLE["blocks"]
PARTS: Mapping[str, Any] = _TABLE["parts"]
WORDS: Mapping[str, Mapping[str, str]] = _TABLE["words"]
OPERATIONS = WORDS["operations"]
STATES: Mapping[str, tuple[str, str]] = _TABLE["states"]
"""Operators that ask about a state -> their words where the answer is true and false."""
