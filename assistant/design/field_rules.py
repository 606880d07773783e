"""What the cells of a field's row ask, as sentences that are read like any criterion.

"Length: 2-50" is "First name must have between 2 and 50 characters", "Required: if the customer is
a business" is "If the customer is a business, First name must be entered". The message of the row
is what is shown otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.design.casing import capital, lower_start, one_line
from assistant.design.clauses import parse_clause
from assistant.design.field_phrases import (
    NUMBER,
    WHEN,
    of_rule,
    of_type,
    of_values,
    parts,
    sized,
)
from assistant.design.field_rows import FieldRow
from assistant.design.messages import find_messages
from assistant.design.row_cells import Cell

_YES = re.compile(
    r"(?:yes|y|true|x|1|m|r|mandatory|required|always|obligatory|compulsory)\b[ .!*]*|[✓✔☑✅*]",
    re.IGNORECASE,
)
_NO = re.compile(r"(?:no|n|false|0|o|✗|✘|optional|not required|not mandatory)[ .]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing asked of a field as a sentence, and the cell that asks it.

    ``message`` is the row's message, shown where the field is not as asked.
    """

    text: str
    cell: Cell
    message: Cell | None = None

    @property
    def sentence(self) -> str:
        """The sentence with what is shown otherwise."""
        if self.message is None:
            return f"{self.text}."
        said = one_line(self.message.value.text)
        if not find_messages(said):
            said = _quoted(" ".join(self.message.value.text.split()))
        shown = f"{said} is shown" if said[:1] in "\"“„«'‘" else said
        return f"{self.text}; otherwise {shown}."


def statements(row: FieldRow, name: str) -> Iterator[Statement]:
    """What a row asks of its field, each thing once, under ``name`` ('the field "Amount"')."""
    given = " and ".join(
        f"the {lower_start(cell.name)} is {one_line(cell.value.text)}" for cell in row.of("context")
    )
    message = next(iter(row.of("message")), None)
    seen: set[str] = set()
    everything = list(_asked(row))
    about = [a for a in everything if message and _speaks_of(message.value.text, a.words, row.name)]
    for asked in everything:
        said = asked.words if asked.whole else f"{name} {asked.words}"
        unless = asked.when.startswith("unless ")
        conditions = " and ".join(w for w in (given, "" if unless else asked.when) if w)
        if unless:
            said = f"{said} {asked.when}"
        if conditions:
            said = f"If {conditions}, {said}"
        if said.casefold() not in seen:
            seen.add(said.casefold())
            free = asked.whole or asked.words.startswith(("may ", "is "))
            shown = message if asked in about or not about else None
            yield Statement(capital(said), asked.cell, None if free else shown)


_CUES = (
    (r"required|mandatory|enter|provide|fill|empty|blank|missing|select|choose", r"entered$"),
    (r"already|unique|exists?|taken|in use|duplicate|registered", r"unique$"),
    (r"characters?|digits?|long|short|length", r"(?:characters|digits|letters)\b"),
    (r"early|late|past|future|expired", r"\b(?:before|after|ago|future|past|today)\b"),
    (r"high|low|large|small|range|exceed\w*|maximum|minimum|negative|positive",
     r"\b(?:at least|at most|between|greater|less|positive)\b"),
    (r"valid|format", r"valid|format|(?:a|whole) (?:number|date|time)\b"),
)  # fmt: skip
"""Words of a message, and of what is asked of a field where the message speaks of that."""
_PLAIN = re.compile(r"must|have|contain|most|least|only|between|with|than|that|from|your|please")


def _speaks_of(message: str, asked: str, name: str) -> bool:
    """Whether a message is about this demand: "already registered" is about being unique."""
    said = message.casefold()
    if any(
        re.search(rf"\b(?:{cue})\b", said) and re.search(demand, asked, re.IGNORECASE)
        for cue, demand in _CUES
    ):
        return True
    shared = _words(said) & _words(asked) - _words(name)
    return any(not _PLAIN.fullmatch(word) for word in shared)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,]*(?<=\d)|[a-z]{4,}", text.casefold()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What follows the field's name, or a ``whole`` sentence; ``when`` is its condition."""

    words: str
    cell: Cell
    when: str = ""
    whole: bool = False


def _asked(row: FieldRow) -> Iterator[_Asked]:
    """Everything that a row asks, in the order in which a tester would try it."""
    yield from _presence(row)
    for cell in row.of("type"):
        yield from (_Asked(said, cell) for said in of_type(one_line(cell.value.text)))
    for cell in row.of("length", "longest", "shortest"):
        yield from (_Asked(said, cell) for said in _of_length(cell, row))
    yield from _of_bounds(row)
    for cell in row.of("values"):
        yield from (_Asked(said, cell) for said in of_values(one_line(cell.value.text)))
    for cell in row.of("rule"):
        for part in parts(cell.value.text):
            yield from _of_part(part, cell, row.name)
    for cell in row.of("lead"):
        for part in parts(cell.value.text):
            if any(of_rule(part, known=True)):
                yield from _of_part(part, cell, row.name)
    for cell in row.of("format"):
        said = one_line(cell.value.text)
        known = [asked for part in parts(said) for asked in of_rule(part, known=True)]
        for words, when in known or [(f"must have the format {said}", "")]:
            yield _Asked(words, cell, when)
    for cell in row.of("unique"):
        if _YES.match(cell.value.text):
            yield _Asked("must be unique", cell)
    for cell in row.of("default"):
        said = one_line(cell.value.text)
        yield _Asked(f"is {said if find_messages(said) else _quoted(said)} by default", cell)


def _presence(row: FieldRow) -> Iterator[_Asked]:
    """Whether the field must be filled in: "Yes", "Optional", "If the customer is a business"."""
    required = row.of("required")
    for cell in required:
        when = WHEN.match(one_line(cell.value.text))
        if when:
            word = "unless " if when["word"].lower() == "unless" else ""
            yield _Asked("must be entered", cell, word + one_line(when["words"]))
        elif _YES.match(cell.value.text):
            yield _Asked("must be entered", cell)
        elif _NO.fullmatch(cell.value.text):
            yield _Asked("may be left empty", cell)
    if row.starred and not required:
        yield _Asked("must be entered", Cell(row.name, row.whole, row.whole))
    for cell in row.of("optional"):
        if _YES.match(cell.value.text):
            yield _Asked("may be left empty", cell)
        elif _NO.fullmatch(cell.value.text):
            yield _Asked("must be entered", cell)


def _of_part(part: str, cell: Cell, name: str) -> Iterator[_Asked]:
    """One rule of a cell: about the field by its name, a sentence of its own, or a phrase."""
    own = re.match(rf"(?:the )?{re.escape(name)}(?: field)? (?=\w)", part, re.IGNORECASE)
    if own:
        clause = parse_clause(part)
        if clause is not None and clause.form in ("modal", "be"):
            yield _Asked(part[own.end() :], cell)
            return
    read = list(of_rule(part, known=True))
    clause = None if read else parse_clause(part)
    if clause is not None and clause.subject and clause.form in ("modal", "present", "be"):
        yield _Asked(part, cell, whole=True)
        return
    for said, when in read or of_rule(part):
        if re.search(r"\bdate\b|birth", name, re.IGNORECASE):
            said = re.sub(r"\b(years?|months?) (?:old|of age)\b", r"\1 ago", said)
        yield _Asked(said, cell, when)


def _of_length(cell: Cell, row: FieldRow) -> Iterator[str]:
    text = one_line(cell.value.text)
    unit = "digits" if re.search(r"\bdigits\b", cell.name, re.IGNORECASE) else "characters"
    if re.fullmatch(NUMBER, text):
        least = cell in row.of("shortest")
        yield f"must have at {'least' if least else 'most'} {text} {unit}"
    else:
        yield from sized(text, unit)


def _of_bounds(row: FieldRow) -> Iterator[_Asked]:
    low, high = (next(iter(row.of(side)), None) for side in ("lowest", "highest"))
    if low and high:
        bounds = f"{one_line(low.value.text)} and {one_line(high.value.text)}"
        yield _Asked(f"must be between {bounds}", low)
    elif low:
        yield _Asked(f"must be at least {one_line(low.value.text)}", low)
    elif high:
        yield _Asked(f"must be at most {one_line(high.value.text)}", high)


def _quoted(words: str) -> str:
    return f'"{words}"'
