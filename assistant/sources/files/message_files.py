"""Files of a program that testers are given: messages in Java's .properties form, and YAML.

Source of the former: ``java.util.Properties.load`` (JDK documentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.sources.markdown_tables import markdown_table

_ENTRY = re.compile(r"(?P<key>(?:\\.|[^\\\s=:])+)\s*(?:[=:]\s*|\s)(?P<words>.*)", re.DOTALL)
_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "", "f": ""}
_DRAWN = re.compile(r"[\s#!*=_-]*[-=*#_]{2,}\s*(?P<words>.*?)[\s#!*=_-]*")
"""A comment that is drawn as a heading: "# --- Bookings ---"."""


def program_text(text: str, shown: str) -> str | None:
    """The Markdown of such a file, told by its name; ``None`` for any other. YAML stays as it is,
    as code: its comments are no headings and its lists no criteria."""
    name = shown.casefold()
    if name.endswith(".properties"):
        return _messages(text)
    if name.endswith((".yaml", ".yml")):
        mark = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
        return f"{mark}yaml\n{text.strip(chr(10))}\n{mark}\n"
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
                rows.append((_unescaped(entry["key"]), _unescaped(entry["words"])))
            continue
        words = line.lstrip("#! \t")
        if words and re.match(r"[\w.-]+\s*=", words):
            continue
        if rows:
            parts.append(markdown_table([("Key", "Text"), *rows]))
            rows = []
        drawn = _DRAWN.fullmatch(line)
        if drawn and drawn["words"]:
            parts.append(f"## {drawn['words']}")
        elif words.strip("-=*_ "):
            parts.append(words)
    return "\n\n".join(parts)


def _lines(text: str) -> Iterator[str]:
    """Lines without white space before them, those that end in a backslash joined with the next."""
    joined = ""
    for line in text.split("\n"):
        joined += line.lstrip()
        if not joined.startswith(("#", "!")) and _CONTINUED.search(joined):
            joined = joined[:-1]
            continue
        if joined.strip():
            yield joined.rstrip("\r")
        joined = ""
    if joined.strip():
        yield joined


def _unescaped(words: str) -> str:
    """Characters for the escapes, also for pairs of surrogates."""
    found = _ESCAPE.sub(
        lambda m: chr(int(m[1], 16)) if m[1] else _SIGNS.get(m[2], m[2]), words
    ).strip()
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
