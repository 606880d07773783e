"""Rich text (RTF) by striprtf: its words, line by line; tables as rows of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.sources.readers.refusals import Refused


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The text in ``data`` as one part; pictures and objects are counted as not read."""
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1")
    text = str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]
    if not text.strip():
        raise Refused("damaged", "no text was found in it")
    lines, table = list[str](), list[str]()
    for line in [*text.split("\n"), ""]:
        if line.rstrip().endswith("|") and line.count("|") > 1:
            table.append("| " + line.strip().strip("|").replace("|", " | ") + " |")
            continue
        if table:
            lines.extend(["", table[0], "|" + " --- |" * (table[0].count("|") - 1), *table[1:], ""])
            table = []
        lines.append(re.sub(r"^\s*[•·\u2022]\s*", "- ", line))
    yield {"part": "", "text": "\n".join(lines)}
    unread = [
        f"{count} {name}"
        for name, count in (("pictures", source.count("\\pict")), ("objects",
                            source.count("\\object")))
        if count
    ]  # fmt: skip
    yield {"report": {"reader": "striprtf", "parts": 1, "unread_parts": unread}}
