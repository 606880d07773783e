"""The preconditions of cases as a CSV file for a spreadsheet, what is to be set up first."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

from assistant.domain import TestCase
from assistant.suite.export.csv_file import encodable, mark
from assistant.suite.export.xlsx_file import EXCEL_CELL_LIMIT
from assistant.suite.preconditions import SET_UP, preconditions, same_words
from assistant.suite.shared_records import shared_records

HEADERS = (SET_UP, "Precondition", "Number of cases", "Cases", "Criteria", "Named by several cases")


def preconditions_csv(cases: Sequence[TestCase]) -> bytes:
    """A line each, as CSV for a spreadsheet: UTF-8 with a signature, formulas made harmless. Beside
    a precondition stand the records in it that other cases name in other words."""
    records: dict[tuple[bool, str], dict[str, None]] = defaultdict(dict)
    for record in shared_records(cases):
        told = f"{record.name}: {record.counts}"
        for line in (line for use in record.uses for line in use.lines):
            records[same_words(line)][told] = None
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADERS)
    for row in preconditions(cases):
        values = (
            "yes" if row.to_set_up else "",
            _text(row.text),
            str(len(row.cases)),
            _list([f"{case.id} {case.title}" for case in row.cases], "\n"),
            _list(row.criterion_ids, ", "),
            _list([*records[row.to_set_up, " ".join(row.text.split())]], "\n"),
        )
        writer.writerow([mark(encodable(value)) for value in values])
    return out.getvalue().encode("utf-8-sig")


def _text(text: str) -> str:
    """As much as a cell of Excel holds, and how many characters more there are."""
    units = encodable(text).encode("utf-16-le")
    if len(units) // 2 < EXCEL_CELL_LIMIT:  # the mark of a formula takes one
        return text
    more = f" and {len(text)} more characters"
    held = units[: (EXCEL_CELL_LIMIT - 1 - len(more)) * 2].decode("utf-16-le", "ignore")
    return f"{held} and {len(text) - len(held)} more characters"


def _list(parts: Sequence[str], between: str) -> str:
    """As many as a cell of Excel holds, and how many more there are."""
    sizes = accumulate(len(f"{encodable(one)}{between}".encode("utf-16-le")) // 2 for one in parts)
    held = sum(size < EXCEL_CELL_LIMIT - len(f"and {len(parts)} more") for size in sizes)
    more = (f"and {len(parts) - held} more",) if held < len(parts) else ()
    return between.join((*parts[:held], *more))
