"""Readers of other markups than Markdown: AsciiDoc, reStructuredText and wikitext."""

from __future__ import annotations
