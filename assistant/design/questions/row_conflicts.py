"""Rows of two tables that give another amount for the same case.

"Priority: P3; Target: 8 hours" of a criterion and "Priority: P3; Meaning: Minor fault; Target
arrival: 12 hours" of a page. Precise rather than many: the cells that both rows have must tell each
of them from the other rows of its table, and the headings above the amounts must name one thing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.design.questions.conflicts import (
    content_words,
    direction_of,
    equal,
    stem,
    told_apart,
    unit_key,
)
from assistant.design.questions.disagreements import MAX_ROWS
from assistant.domain import AcceptanceCriterion, Chunk, Epic
from assistant.language.amounts import Quantity
from assistant.language.finite_verbs import PREPOSITIONS
from assistant.language.nouns import head_noun, is_plural
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.language.units import unit_of
from assistant.language.word_lists import word_lists
from assistant.reading.tables.row_cells import Cell, row_cells
from assistant.reading.tables.rows import as_limit

_LISTS = word_lists("words", Path(__file__).parent)["stop"]
_BINDING = PREPOSITIONS | frozenset(_LISTS["binding"])
_ASIDE = frozenset(_LISTS["aside"])
_HEADING = re.compile(
    r"(?P<words>.*?)\s*(?:\((?P<of>[^()]+)\)|\bin (?P<unit>\w+(?: \w+)?))?\s*", re.DOTALL
)
_BINDING_MARK = re.compile(r"\(|/ ?[a-z]", re.IGNORECASE)
""" "€1 (members)", "€0.50/day"."""
_SAYS_LITTLE = re.compile(r"(?:yes|no|y|n|x|true|false|none|any|all|n/?a|\W*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowConflict:
    """Cells of a criterion's and of a source's row, with the key that both rows have.

    ``suggestion`` is the criterion with the source's amount; "" where their units stand elsewhere.
    """

    criterion: AcceptanceCriterion
    key: Cell
    mine: Cell
    chunk: Chunk
    theirs: Cell
    row: Span
    suggestion: str


@dataclass(frozen=True, slots=True)
class _Column:
    """A cell with the words of its heading and its value, compared as they are here.

    ``amount`` is ``None`` for all but a single one, ``rest`` what stands beside it, ``said`` the
    words of that.
    """

    cell: Cell
    words: frozenset[str]
    value: str
    amount: Quantity | None = None
    rest: str = ""
    said: tuple[str, ...] = ()

    @property
    def is_label(self) -> bool:
        """Whether it may tell which case the row is of: it is anything but a single amount."""
        return self.amount is None and bool(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A row with what its table is about, and the chunk it stands in unless it is a criterion's."""

    columns: tuple[_Column, ...]
    whole: Span
    about: str
    chunk: Chunk | None = None


_Table = list[_Row]


def find_row_conflicts(epic: Epic, sources: Sequence[Chunk]) -> Iterator[RowConflict]:
    """For each amount in a criterion's table the first row of the sources that says another.

    A row that has the criterion's own amount settles it: no conflict.
    """
    if not any(one.form == "table" for one in epic.criteria):
        return
    tables: dict[tuple[str, str], _Table] = defaultdict(list)
    for chunk in [one for one in sources if one.kind in ("table_row", "rule")][:MAX_ROWS]:
        about = f"{chunk.heading.rpartition(' > ')[2]}\n{chunk.title}"
        tables[chunk.document_id, chunk.heading] += _rows(chunk.text, about, chunk)
    having: dict[str, list[tuple[_Row, _Table]]] = defaultdict(list)
    for table in tables.values():
        for row in table:
            for value in _values(row):
                having[value].append((row, table))
    for story in epic.stories if having else ():
        own: dict[str, list[tuple[AcceptanceCriterion, _Row]]] = defaultdict(list)
        for criterion in story.criteria:
            if criterion.form == "table":
                about = f"{criterion.title}\n{story.title}\n{epic.title}"
                rows = _rows(criterion.text, about)
                own[criterion.title] += ((criterion, row) for row in rows)
        for group in own.values():
            table = [row for _, row in group]
            for criterion, row in group:
                yield from _against(criterion, row, table, having)


def _rows(text: str, about: str, chunk: Chunk | None = None) -> Iterator[_Row]:
    for cells, whole in row_cells(text):
        columns = tuple(_column(cell) for cell in cells if cell.name and cell.value.text)
        yield _Row(columns, whole, about, chunk)


def _values(row: _Row) -> dict[str, None]:
    """What a row may have in common with another one that is on the same case."""
    values = (column.value for column in row.columns if column.is_label)
    return dict.fromkeys(value for value in values if not _SAYS_LITTLE.fullmatch(value))


def _column(cell: Cell) -> _Column:
    heading = _HEADING.fullmatch(cell.name)
    assert heading is not None  # it matches anything
    unit = unit_of(heading["of"] or heading["unit"] or "")
    named = heading["words"] if unit else cell.name
    words = content_words(named) or frozenset(map(stem, re.findall(r"[^\W_]+", named)))
    said = as_limit(cell)
    shift = cell.value.start - (len(said) - len(cell.value.text))
    amounts = find_quantities(said)
    value = " ".join(re.findall(r"[\w.,%€$£<>=+/-]+", cell.value.text.casefold()))
    if len(amounts) != 1 or amounts[0].kind in ("date", "time"):
        return _Column(cell, words, value)
    (amount,) = amounts
    rest = said[: amount.phrase_start] + " " + said[amount.phrase_end :]
    start, end = amount.start + shift, amount.end + shift
    amount = replace(amount, start=start, end=end)
    if amount.kind == "number":
        head = head_noun(named)
        counted = is_plural(head) and stem(head) not in _ASIDE
        kind, name = unit or unit_of(head.lower()) or ("count", head if counted else "")
        if not name and not amount.is_limit:
            return _Column(cell, words, value)
        amount = replace(amount, kind=kind, unit=name)
    beside = tuple(re.findall(r"[^\W_]+", rest.casefold()))
    return _Column(cell, words, value, amount, rest, beside)


def _against(
    criterion: AcceptanceCriterion,
    row: _Row,
    table: _Table,
    having: dict[str, list[tuple[_Row, _Table]]],
) -> Iterator[RowConflict]:
    """What sources say otherwise than one row, amount by amount."""
    found: dict[int, RowConflict] = {}
    settled: set[int] = set()
    near = {id(one[0]): one for value in _values(row) for one in having.get(value, ())}
    for other, held in near.values():
        key = _key(row, table, other, held)
        for mine in row.columns if key else ():
            place = mine.cell.value.start
            theirs = _counterpart(mine, row, other)
            if theirs is None or not _comparable(mine, theirs):
                continue
            assert mine.amount is not None
            assert theirs.amount is not None
            if equal(mine.amount, theirs.amount):
                settled.add(place)
            elif place not in found and other.chunk is not None:
                found[place] = RowConflict(
                    criterion, key[0].cell, mine.cell, other.chunk, theirs.cell, other.whole,
                    _exchanged(criterion.text, mine.amount, theirs.amount),
                )  # fmt: skip
    return (one for place, one in sorted(found.items()) if place not in settled)


def _key(row: _Row, table: _Table, other: _Row, held: _Table) -> tuple[_Column, ...]:
    """The cells of ``row`` that both rows have and that name one case in both tables, else ()."""
    pairs = [
        (mine, theirs)
        for mine in row.columns
        for theirs in other.columns
        if _nested(mine.words, theirs.words) and mine.is_label and theirs.is_label
    ]
    agreed = [(mine, theirs) for mine, theirs in pairs if mine.value == theirs.value]
    exact = [mine.words == theirs.words for mine, theirs in agreed]
    if len(agreed) < len(pairs) or not any(exact) or _named_apart(row, other):
        return ()
    if all(_SAYS_LITTLE.fullmatch(mine.value) for mine, _ in agreed):
        return ()
    agreed += [
        (mine, theirs)
        for mine in row.columns
        for theirs in other.columns
        if mine.amount and mine.words == theirs.words and mine.value == theirs.value
    ]
    ours, told = [mine for mine, _ in agreed], [theirs for _, theirs in agreed]
    more = [one for one in row.columns if one.is_label and one not in ours]
    others = [one for one in other.columns if one.is_label and one not in told]
    if (more and others) or not (_is_key(ours, more, table) and _is_key(told, others, held)):
        return ()
    shared = content_words(row.about) & content_words(other.about)
    if not shared or told_apart(row.about, other.about, shared):
        return ()
    return tuple(ours)


def _named_apart(row: _Row, other: _Row) -> bool:
    """Whether amounts under one heading stand in other words: "Basic 10 GB", "Plus 20 GB"."""
    return any(
        mine.words == theirs.words and mine.said and theirs.said and mine.said != theirs.said
        for mine in row.columns
        for theirs in other.columns
    )


def _nested(one: frozenset[str], two: frozenset[str]) -> bool:
    return one <= two or two <= one


def _is_key(columns: list[_Column], more: list[_Column], table: _Table) -> bool:
    """Whether no other row of a table has these cells. Where a row has ``more`` that may tell its
    case, only further rows show that these are enough, and that none of it is the same for all."""

    def holding(wanted: Sequence[_Column]) -> int:
        return sum(
            all(
                any(one.words == held.words and one.value == held.value for held in row.columns)
                for one in wanted
            )
            for row in table
        )

    return holding(columns) == 1 and all(holding([one]) < len(table) for one in more)


def _counterpart(mine: _Column, row: _Row, other: _Row) -> _Column | None:
    """The one cell of another row under a heading of the same thing: the same words, or fewer of
    which the rest stand above the table ("Target" below "Target arrival")."""
    same = [one for one in other.columns if one.words == mine.words]
    if not same:
        ours, theirs = content_words(row.about), content_words(other.about)
        same = [
            one
            for one in other.columns
            if _nested(one.words, mine.words)
            and one.words - mine.words <= ours
            and mine.words - one.words <= theirs
        ]
    return same[0] if len(same) == 1 else None


def _comparable(mine: _Column, theirs: _Column) -> bool:
    """Whether two cells are an amount of one kind each, with nothing that one alone depends on."""
    one, two = mine.amount, theirs.amount
    if one is None or two is None or one.kind != two.kind or unit_key(one) != unit_key(two):
        return False
    up, down = direction_of(one), direction_of(two)
    if (up and down and up != down) or (one.kind == "money" and bool(up) != bool(down)):
        return False
    if mine.said == theirs.said:
        return True
    bound = _BINDING_MARK.search(mine.rest + theirs.rest) or _BINDING & {*mine.said, *theirs.said}
    return not bound


def _exchanged(text: str, mine: Quantity, theirs: Quantity) -> str:
    """The criterion with the other amount, where both say or leave out their unit."""
    if bool(mine.suffix or mine.prefix) != bool(theirs.suffix or theirs.prefix):
        return ""
    return text[: mine.start] + theirs.text + text[mine.end :]
