"""Fragments of HTML, as rich-text fields of trackers export them, to Markdown, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from assistant.sources.readers.html import to_markdown


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """For each text of the JSON list in ``data``, in order, ``{"fragment": Markdown}``."""
    for fragment in json.loads(data):
        yield {"fragment": to_markdown(str(fragment)).strip()}
