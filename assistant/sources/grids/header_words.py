"""Names of columns and fields in other tools, and words in them: ``words/headers.toml``."""

from __future__ import annotations

from pathlib import Path

from assistant.language.word_lists import word_lists

HEADERS = word_lists("headers", Path(__file__).parent.parent / "words")
