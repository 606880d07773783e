"""What single statements a source is made of: sentences, parts of them, rows, steps of a case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from assistant.generation.answers.row_cells import CELL
from assistant.generation.answers.source_statements import Statement
from assistant.generation.proof.amounts import numbers
from assistant.generation.proof.statement_words import NEGATORS, Lexicon
from assistant.generation.sentence_words import sentences
from assistant.language.languages import language_of

_GOES_ON = re.compile(
    r"(?:It|They|This|These|That|Those|He|She|After|Otherwise|Then|Er|Sie|Es|Dies\w*|Il|Elle)\b"
)
"""What a sentence opens with that goes on from the one before."""

_STEP = re.compile(r"^\d+\. ", re.MULTILINE)
_RESULT = "   Expected result: "
"""A step of a test case with its expected result, as cases are told."""


def statements(text: str, heading: str = "", rows: tuple[str, ...] = ()) -> tuple[Statement, ...]:
    """The statements of a chunk's text, and the whole of it where it is one row or one scenario.

    ``rows`` are texts of its document, from whose rows a row has to be told by its words.

    A step of a test case is one with its expected result, under the title and the preconditions.
    """
    cells = [piece for piece in text.split("; ") if piece.strip()]
    row = len(cells) > 1 and all(CELL.match(piece) for piece in cells)
    scenario = re.search(r"^\s*Given\b", text, re.MULTILINE) and "Then " in text
    if row or scenario:
        return (Statement(0, len(text), text, heading, language=language_of(text), rows=rows),)
    steps = tuple(_steps(text, heading))
    parts = _parts(text, heading, alone=bool(steps))
    return (*parts, *_row_parts(text, cells, heading), *steps)


def _parts(text: str, heading: str, *, alone: bool) -> Iterator[Statement]:
    """The sentences, and what semicolons part; ``alone``: none goes on from the one before."""
    last, language = 0, language_of(text)
    for start, end in sentences(text):
        at = start
        pieces = text[start:end].split("; ")
        opening = "" if alone else text[last:start]
        before = opening if len(pieces) == 1 else ""
        for piece in pieces:  # none of them speaks for another
            yield Statement(at, at + len(piece), piece, heading, before, language, opening)
            at += len(piece) + 2
            opening = pieces[0]
        if not alone and _GOES_ON.match(text, start):  # "It is closed 14 days after ..."
            yield Statement(last, end, text[last:end], heading, language=language)
        last = start


def _row_parts(text: str, cells: list[str], heading: str) -> Iterator[Statement]:
    """Of a row with semicolons in a cell, each part by itself, beside the cells before that name
    the row and state no number and deny nothing: no value crosses from one part to another."""
    if "\n" in text or len(cells) < 3 or not (CELL.match(cells[0]) and CELL.match(cells[1])):
        return
    language, names, naming = language_of(text), "", heading
    named = []
    for piece in cells:
        cell = CELL.match(piece)
        names = cell.group() if cell else names
        named.append((names, piece[len(names) :] if cell else piece))
    for name, several in groupby(named, key=lambda one: one[0]):
        parts = [part for _, part in several]
        for part in parts:
            yield Statement(0, len(text), name + part, naming, language=language)
        if len(parts) == 1 and not numbers(parts[0]) and not _denies(parts[0]):
            naming = f"{naming}; {name}{parts[0]}"


def _denies(text: str) -> bool:
    return any(word in NEGATORS for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _steps(text: str, heading: str) -> Iterator[Statement]:
    starts = [match.start() for match in _STEP.finditer(text)] if _RESULT in text else []
    context = f"{heading}\n{text[: starts[0]]}" if starts else ""
    language = language_of(text)
    for start, end in pairwise((*starts, len(text))):
        step = text[start:end].rstrip()
        yield Statement(start, start + len(step), step, context, language=language)


def said_by(text: str, held: Sequence[Statement], elsewhere: Lexicon) -> Statement | None:
    """The shortest statement that says ``text`` by itself, else the shortest that says it together
    with the sentence that it follows: both of them."""
    alone = [one for one in held if replace(one, before="").says(text, elsewhere)]
    if not alone:
        after = (one for one in held if one.before and one.says(text, elsewhere))
        alone = [replace(one, start=one.start - len(one.before)) for one in after]
    return min(alone, key=lambda one: one.end - one.start, default=None)
