"""Dumps of databases in SQL (pg_dump, mysqldump, SQL Server's scripts): the rows of each table as
the sheet of a workbook.

Rows stand in ``INSERT INTO`` (https://www.postgresql.org/docs/current/sql-insert.html) or, as
pg_dump writes them, in the text format of ``COPY ... FROM stdin``
(https://www.postgresql.org/docs/current/sql-copy.html). Nothing of a dump is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.sources.readers.refusals import Refused

_PART = r"""(?:"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|[\w$]+)"""
_NAME = rf"{_PART}(?:\s*\.\s*{_PART}){{0,3}}"
_STATEMENT = re.compile(
    rf"""^[ \t]*(?:
        COPY\s+(?P<copied>{_NAME})\s*(?P<columns>\([^()]*\))?\s+FROM\s+stdin\b[^;\n]*;[ \t]*\n
      | (?:INSERT|REPLACE)\s+(?:IGNORE\s+)?(?:INTO\s+)?(?P<filled>{_NAME})\s*(?=[(\s])
      | CREATE\s+(?:\w+\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<made>{_NAME})\s*(?=\()
      )
      | (?P<body>\$\w*\$)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SQL = r"(?:[^']|'')*'"
_MYSQL = r"(?:[^'\\]|''|\\.)*'"
_TOKEN = r"""--[^\n]*|/\*.*?\*/|(?P<text>[NEBX]?'{string})|(?P<quoted>"[^"]*"|`[^`]*`|\[[^\]]*\])
|(?P<word>[\w$.+-]+)|(?P<mark>[(),;])|::|\S"""
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": ""}
_COPY_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NO_COLUMN = frozenset({
    "primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "spatial",
    "exclude", "like", "period",
})  # fmt: skip
"""What begins an entry of CREATE TABLE that is no column."""


class _Dump:
    """The statements of a dump, read one after the other."""

    def __init__(self, text: str, max_cells: int) -> None:
        self._text, self._max_cells, self._cells = text, max_cells, 0
        # Only MySQL takes a backslash in an ordinary string for an escape.
        self._mysql = bool(re.search(r"\b(?:MySQL|MariaDB) dump\b|`", text[:20_000]))
        string = _MYSQL if self._mysql else _SQL
        self._token = re.compile(_TOKEN.replace("{string}", string), re.DOTALL | re.IGNORECASE)
        self._columns: dict[str, tuple[str, ...]] = {}
        self.tables: dict[tuple[str, tuple[str, ...]], list[list[str]]] = {}
        """Rows by the name of their table and its columns, as the statement names them, else as
        the table was made; none where neither does."""

    def read(self) -> None:
        """Read all statements; raises ``Refused`` where there are too many cells."""
        at = 0
        while found := _STATEMENT.search(self._text, at):
            at = found.end()
            if found["body"]:
                end = self._text.find(found["body"], at)
                at = len(self._text) if end < 0 else end + len(found["body"])
            elif found["copied"]:
                at = self._copied(_last_part(found["copied"]), found["columns"] or "", at)
            elif found["made"]:
                at = self._made(_last_part(found["made"]), at)
            else:
                at = self._filled(_last_part(found["filled"]), at)

    def _add(self, name: str, columns: tuple[str, ...], row: list[str]) -> None:
        self._cells += len(row)
        if self._cells > self._max_cells:
            raise Refused("size", f"more than {self._max_cells:,} cells")
        named = columns or self._columns.get(name, ())
        self.tables.setdefault((name, named), []).append(row)

    def _copied(self, name: str, columns: str, at: int) -> int:
        named = tuple(map(_bare, re.findall(_PART, columns)))
        while at < len(self._text):
            end = self._text.find("\n", at)
            end = len(self._text) if end < 0 else end
            line, at = self._text[at:end].rstrip("\r"), end + 1
            if line == "\\.":
                break
            self._add(
                name, named, ["" if one == "\\N" else _unescaped(one) for one in line.split("\t")]
            )
        return at

    def _made(self, name: str, at: int) -> int:
        columns, depth, first = list[str](), 0, False
        for token in self._token.finditer(self._text, at):
            at = token.end()
            mark = token["mark"]
            if mark == "(":
                depth += 1
                first = first or depth == 1
            elif mark == ")":
                depth -= 1
                if not depth:
                    break
            elif mark == ";":
                break
            elif mark == ",":
                first = depth == 1
            elif first and (token["word"] or token["quoted"]):
                first = False
                if token["quoted"] or token["word"].casefold() not in _NO_COLUMN:
                    columns.append(_bare(token[0]))
        self._columns[name] = tuple(columns)
        return at

    def _filled(self, name: str, at: int) -> int:
        """The rows of one INSERT: the brackets after VALUES; those before it hold the columns."""
        columns: tuple[str, ...] = ()
        row, cell = list[str](), list[str]()
        depth, values, text = 0, False, False
        for token in self._token.finditer(self._text, at):
            mark, at = token["mark"], token.end()
            if mark == ";" or (not depth and token["word"] and token["word"].upper() == "GO"):
                break
            if mark == "(":
                depth += 1
                if depth == 1:
                    row, cell, text = [], [], False
            elif mark in {")", ","} and depth == 1:
                row.append(_value(cell))
                cell, text = [], False
                if mark == ")":
                    depth = 0
                    if values:
                        self._add(name, columns, row)
                    else:
                        columns = tuple(map(_bare, row))
            elif mark == ")":
                depth -= 1
            elif not depth:
                word = (token["word"] or "").casefold()
                values = values or word in {"values", "value"}
                if word in {"select", "on", "returning", "insert", "create", "alter"}:
                    return token.start() if word not in {"on", "returning", "select"} else at
            elif token["text"] is not None:
                if not text:
                    cell = []  # CAST(N'2026-01-01' AS date) is its text
                cell.append(self._string(token["text"]))
                text = True
            elif not text and (token["word"] or token["quoted"]):
                cell.append("" if token[0].upper() == "NULL" else token[0])
        return at

    def _string(self, quoted: str) -> str:
        letter, text = quoted[0].upper(), quoted[quoted.index("'") + 1 : -1].replace("''", "'")
        if letter == "X":
            return ""
        if self._mysql or letter == "E":
            return _unescaped(text)
        return text


def _value(words: list[str]) -> str:
    """A cell from its words: those of ``CAST(12.50 AS decimal(8, 2))`` are 12.50."""
    cast = len(words) > 1 and words[0].upper() == "CAST"
    return words[1] if cast else " ".join(words)


def _bare(name: str) -> str:
    return name[1:-1] if name[:1] in '"`[' else name


def _last_part(name: str) -> str:
    """``rules`` of ``public."rules"``."""
    return _bare(re.findall(_PART, name)[-1])


def _unescaped(value: str) -> str:
    return _COPY_ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The filled tables of the dump ``data`` (UTF-8) as ``workbook`` gives sheets; option
    "max_cells" limits their cells."""
    dump = _Dump(data.decode("utf-8", "replace"), int(str(options["max_cells"])))
    dump.read()
    for (name, columns), rows in dump.tables.items():
        yield {"sheet": name, "hidden": False}
        if columns:
            yield list(columns)
        yield from rows
