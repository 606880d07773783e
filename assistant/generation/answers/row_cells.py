"""Whether a sentence on a row of a table states each value of it under its own column.

A row's words prove a sentence on it in whatever order ("A day trip with a Midi costs 490"), so what
binds a value is its column: the words of its header that tell it from the header of any other
column with such a value must stand in the sentence, and those of the other must not, unless its
value is told as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.generation.proof.amounts import Number, alike, numbers, same_noun
from assistant.generation.proof.statement_words import content, meeting
from assistant.generation.sentence_words import stem_set
from assistant.language.function_words import COORDINATORS
from assistant.language.word_lists import word_lists

CELL = re.compile(r"[^:;\n]{1,60}: ")
"""What a cell of a row opens with: the name of its column, one after the other where a header has
several rows."""

JOINING = stem_set(" ".join(word_lists("words", Path(__file__).parent)["row_cells"]["joining"]))
"""Verbs that join the words of a header with its value ("the trip costs 490") and say no more."""

_TOKEN = re.compile(r"\w+(?:[.,]\w+)*")
_DIGITS = re.compile(r"\w*\d\w*")
_PART = re.compile(
    rf"[,;]\s|\s(?:{'|'.join(sorted(frozenset[str]().union(*COORDINATORS.values())))})\s",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Cell:
    column: str
    header: frozenset[str]
    named: tuple[Number, ...]
    """The numbers of its header."""
    value: str
    numbers: tuple[Number, ...]

    def holds(self, number: Number) -> bool:
        return any(alike(number, one) and same_noun(number, one) for one in self.numbers)


@lru_cache(maxsize=4096)
def _cells(text: str) -> tuple[_Cell, ...]:
    """The cells of a row; none where the text is no row."""
    pieces = [piece for piece in text.split("; ") if piece.strip()]
    if len(pieces) < 2 or not all(map(CELL.match, pieces)):
        return ()
    found = []
    for piece in pieces:
        at = 0
        while opening := CELL.match(piece, at):
            at = opening.end()
        name, value = piece[:at], piece[at:]
        found.append(_Cell(name, _words(name), numbers(name), value, numbers(value)))
    return tuple(found)


def _words(text: str) -> frozenset[str]:
    """The words that tell one header from another: "Tier 1" from "Tier 2" too."""
    return content(text) | frozenset(_DIGITS.findall(text.casefold()))


def names_columns(sentence: str, row: str) -> bool:
    """Whether a sentence states a number of a row, and names the column of each."""
    said = _words(sentence)
    cells = _cells(row)
    told = [_holding(one, cells) for one in numbers(sentence)]
    stated = [holding for holding in told if holding]
    return bool(stated) and all(
        any(
            meeting(said, cell.header) or _is_quoted(sentence, cell, _others(cell, cells))
            for cell in holding
        )
        for holding in stated
    )


def misplaced(sentence: str, row: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The numbers of a sentence that do not stand in the row under a column that the sentence is
    on: of another column, only of a header ("up to 300 km"), or of a row that it does not name.
    ``others`` are texts of its document: their rows with another value in the same column have to
    be told from it. None of what is no row, and of a sentence that is a cell of it."""
    cells = _cells(row)
    stated = numbers(sentence) if cells else ()
    if not stated or any(_is_cell(sentence, cell) for cell in cells):
        return ()
    free = frozenset(word for cell in cells for word in _words(cell.value))
    rivals = [one for one in others if _differs(_cells(one), cells, stated)]
    is_named = _is_named(content(sentence), row, rivals) or _is_quoted_alone(
        sentence, cells, map(_cells, rivals)
    )
    found = []
    for number in stated:
        holding = _holding(number, cells)
        named = [one for cell in cells for one in cell.named if alike(number, one)]
        right = any(
            _is_quoted(sentence, cell, _others(cell, cells))
            or _is_on(sentence, number, cell, _others(cell, cells), stated, free)
            for cell in holding
        ) or any((number.kind, number.unit) == (one.kind, one.unit) for one in named)
        if (holding or named) and not (right and (named or is_named)):
            found.append(number.words)
    return tuple(found)


def _is_cell(sentence: str, cell: _Cell) -> bool:
    """Whether a sentence is the value of a cell, word for word; a bare number is no sentence."""
    said, value = (text.casefold().strip(" .") for text in (sentence, cell.value))
    return said == value and bool(content(_without_numbers(cell.value)))


def _is_quoted(sentence: str, cell: _Cell, others: Iterable[_Cell]) -> bool:
    """Whether a cell of words and numbers stands in a sentence as a whole ("a van over 2.8 t up to
    3.5 t"): its numbers are told by the words around them, whatever its column is called. No other
    cell of the row may state a number of the kind: then only the columns tell them apart."""
    kinds = {(one.kind, one.unit) for one in cell.numbers}
    told = len(cell.numbers) > 1 or (cell.numbers and content(_without_numbers(cell.value)))
    if not told or any((one.kind, one.unit) in kinds for o in others for one in o.numbers):
        return False  # "up to 10" may be of anything
    words = _TOKEN.findall(cell.value.casefold())
    said = _TOKEN.findall(sentence.casefold())
    return any(said[at : at + len(words)] == words for at in range(len(said)))


def _others(cell: _Cell, cells: Sequence[_Cell]) -> list[_Cell]:
    return [one for one in cells if one is not cell]


def _is_quoted_alone(
    sentence: str, cells: Sequence[_Cell], others: Iterable[Sequence[_Cell]]
) -> bool:
    """Whether a sentence names a row by a range that it quotes, and quotes that of no other row."""
    quoted = {
        cell.column
        for cell in cells
        if len(cell.numbers) > 1 and _is_quoted(sentence, cell, _others(cell, cells))
    }
    return bool(quoted) and not any(
        cell.column in quoted and _is_quoted(sentence, cell, _others(cell, other))
        for other in others
        for cell in other
    )


def _without_numbers(text: str) -> str:
    for one in reversed(numbers(text)):
        text = text[: one.start] + " " + text[one.end :]
    return text


def _differs(other: Sequence[_Cell], cells: Sequence[_Cell], stated: Sequence[Number]) -> bool:
    """Whether another row has, under the column of a number that is stated, another value."""
    return any(
        one.column == cell.column and bool(one.numbers) and not one.holds(number)
        for number in stated
        for cell in _holding(number, cells)
        for one in other
    )


def _is_named(said: frozenset[str], row: str, others: Iterable[str]) -> bool:
    """Whether the words of a sentence name a row by a cell of words, and by one that tells it from
    each of the others; a row without words has no name."""
    own = _names(row)
    return not own or (
        any(meeting(words, said) for words in own.values())
        and all(_is_told_from(own, theirs, said) for theirs in map(_names, others))
    )


def _is_told_from(
    own: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]], said: frozenset[str]
) -> bool:
    """Whether the words said are nearer to a cell of a row than to that of the other in the same
    column; rows that share no column, or have the same words, need not be told apart."""
    if own == theirs or own.keys().isdisjoint(theirs):
        return True
    return any(
        _nearness(words, said) > _nearness(theirs.get(column, frozenset()), said)
        for column, words in own.items()
        if meeting(words, said)
    )


def _nearness(words: frozenset[str], said: frozenset[str]) -> tuple[int, int]:
    """How many of the words are said, and then how few are not."""
    return len(meeting(words, said)), -len(words)


@lru_cache(maxsize=4096)
def _names(row: str) -> Mapping[str, frozenset[str]]:
    """The words by which a row is named, by column: those of its cells without a number."""
    return {
        cell.column: words
        for cell in _cells(row)
        if not cell.numbers and (words := content(cell.value))
    }


def leaves_values(sentence: str, row: str) -> bool:
    """Whether a row has numbers as values, and the sentence states none of them."""
    cells = _cells(row)
    stated = numbers(sentence)
    return any(cell.numbers for cell in cells) and not any(_holding(one, cells) for one in stated)


def _holding(number: Number, cells: Sequence[_Cell]) -> list[_Cell]:
    return [cell for cell in cells if cell.holds(number)]


def _is_on(
    sentence: str,
    number: Number,
    cell: _Cell,
    others: Sequence[_Cell],
    stated: Sequence[Number],
    free: frozenset[str],
) -> bool:
    """Whether a sentence is on the column of ``cell`` where it states ``number``, and on no other
    that could hold it; ``free`` are words of the values, which name no column."""
    told = [o for o in others if any(o.holds(one) for one in stated if one != number)]
    theirs = frozenset[str]().union(*(o.header for o in told))
    for other in others:
        if not any(_confused(one, number) for one in other.numbers):
            continue
        own = cell.header - meeting(cell.header, other.header)
        foreign = other.header - meeting(other.header, cell.header) - free
        if other in told:
            said = _words(_part(sentence, number))
        else:  # a word of a column whose value is told is there for that
            said, foreign = _words(sentence), foreign - theirs
        if meeting(foreign, said) or (own and not meeting(own, said)):
            return False
    return True


def _confused(one: Number, other: Number) -> bool:
    """Whether nothing in two numbers tells what each is of."""
    if one.kind and other.kind:
        return one.kind == other.kind and same_noun(one, other)
    return True


def _part(sentence: str, number: Number) -> str:
    """The part of an enumeration that a number stands in."""
    return next(
        sentence[start:end] for start, end in _parts(sentence) if start <= number.start < end
    )


def _parts(sentence: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _PART.finditer(sentence):
        yield start, match.end()
        start = match.end()
    yield start, len(sentence) + 1
