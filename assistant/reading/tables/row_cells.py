"""The cells of table rows: in Markdown, or as "Heading: value; Heading: value"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, span


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row: its column and its words, with the place of both in the text."""

    name: str
    value: Span
    whole: Span


_HEAD = re.compile(r"\s*(?P<name>[A-Za-z#][^:;|\n\x00]{0,40}?)\s*:(?!//)\s*")


def row_cells(text: str) -> tuple[tuple[tuple[Cell, ...], Span], ...]:
    """The rows of a text that is a table or one row of it, each with its cells; else ()."""
    piped = tuple(piped_cells(text))
    if piped:
        return piped
    cells = tuple(pair_cells(text))
    return ((cells, span(text, 0, len(text))),) if len(cells) > 1 else ()


def pair_cells(text: str) -> Iterator[Cell]:
    """Cells of "Heading: value; Heading: value"; a value may hold semicolons itself.

    Words in front of the first heading are a cell without a name.
    """
    masked = mask_quotes(text)
    starts: list[tuple[int, re.Match[str]]] = []
    place = 0
    for part in re.split(r"(?<=[;\n])", masked):
        head = _HEAD.match(part)
        if head and (not starts or _names_column(head["name"], starts[0][1]["name"])):
            starts.append((place, head))
        place += len(part)
    if not starts:
        return
    if starts[0][0] > 0:
        lead = span(text, 0, starts[0][0])
        yield Cell("", lead, lead)
    ends = [start for start, _ in starts[1:]] + [len(text)]
    for (start, head), end in zip(starts, ends, strict=True):
        last = start + len(text[start:end].rstrip(" ;\n"))
        value = span(text, min(start + head.end(), last), last)
        yield Cell(
            text[start + head.start("name") : start + head.end("name")].strip(),
            value,
            span(text, start + head.start("name"), last),
        )


def _names_column(name: str, first: str) -> bool:
    """Whether words before a colon look like the heading of a column beside the first one."""
    return len(name.split()) <= 5 and (name[:1].isupper() or first[:1].islower())


def piped_cells(text: str) -> Iterator[tuple[tuple[Cell, ...], Span]]:
    """The rows of a table in Markdown: their cells, under the headings of its first line."""
    lines: list[tuple[int, str]] = []
    place = 0
    for line in text.splitlines(keepends=True):
        if line.strip().startswith("|") and line.count("|") >= 3:
            lines.append((place, line))
        place += len(line)
    if len(lines) < 2:
        return
    header = [cell.strip(" *|") for cell in lines[0][1].strip().strip("|").split("|")]
    for start, line in lines[1:]:
        if not line.strip("|-: \n"):
            continue
        cells, at = [], start + line.index("|") + 1
        for name, part in zip(
            header,
            line[line.index("|") + 1 :].rstrip("\n").rstrip().rstrip("|").split("|"),
            strict=False,
        ):
            value = span(text, at, at + len(part))
            cells.append(Cell(name, value, value))
            at += len(part) + 1
        if len(cells) >= 2:
            yield tuple(cells), span(text, start, start + len(line))
