"""Files that testers are given: messages in Java's .properties form, YAML, diagrams in text.

Source of the former: ``java.util.Properties.load`` (JDK documentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.sources.markdown_tables import code_block, markdown_table

_ENTRY = re.compile(r"(?P<key>(?:\\.|[^\\\s=:])+)\s*(?:[=:]\s*|\s)(?P<words>.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_PLACE = re.compile(r"\{\d+[,}]")
_SIGNS = {"n": "\n", "t": "\t", "r": "", "f": ""}
_DRAWN = "-=*#_ "
"""Signs that draw a comment as a heading: "# --- Bookings ---"."""


def program_text(text: str, shown: str) -> str | None:
    """The Markdown of such a file, told by its name; ``None`` for any other. YAML and diagrams in
    Mermaid or PlantUML stay as they are, as code: nothing in them is a heading or a criterion."""
    name = shown.casefold()
    if name.endswith(".properties"):
        return _messages(text)
    if name.endswith((".yaml", ".yml")):
        return code_block(text, "yaml")
    if name.endswith((".mmd", ".mermaid", ".puml", ".plantuml")):
        return code_block(text, "mermaid" if name.endswith((".mmd", ".mermaid")) else "plantuml")
    return None


def _messages(text: str) -> str:
    """The keys and texts of a .properties file as tables below the headings of its comments.

    An entry in a comment was taken back and is left out; any other comment stays as a line.
    """
    parts: list[str] = []
    rows: list[tuple[str, str]] = []
    for line in (*_lines(text), "#"):
        if line[:1] not in ("#", "!"):
            if (entry := _ENTRY.fullmatch(line)) and entry["words"].strip():
                rows.append((_unescaped(entry["key"]), _shown(_unescaped(entry["words"]))))
            continue
        words = line[1:].strip()
        if re.match(r"[\w.-]+\s*=", words):
            continue
        if rows:
            parts.append(markdown_table([("Key", "Text"), *rows]))
            rows = []
        if bare := words.strip(_DRAWN):
            parts.append(words if words[:2].strip(_DRAWN) else f"## {bare}")
    return "\n\n".join(parts)


def _lines(text: str) -> Iterator[str]:
    """Lines without white space before them, those that end in a backslash joined with the next."""
    parts: list[str] = []
    for line in (*text.split("\n"), ""):
        part = line.lstrip()
        goes_on = (len(part) - len(part.rstrip("\\"))) % 2 == 1
        if goes_on and (parts or part[0] not in "#!"):
            parts.append(part[:-1])
            continue
        if whole := "".join((*parts, part)).strip():
            yield whole
        parts = []


def _shown(words: str) -> str:
    """A message as it is shown: where it has places for values, two apostrophes are one
    (``java.text.MessageFormat``)."""
    return words.replace("''", "'") if _PLACE.search(words) else words


def _unescaped(words: str) -> str:
    """Characters for the escapes, also for pairs of surrogates."""
    found = _ESCAPE.sub(
        lambda m: chr(int(m[1], 16)) if m[1] else _SIGNS.get(m[2], m[2]), words
    ).strip()
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
