"""What the rows of a table are, by its header and by the cells below it: cases, requirements or
neither.

A row is a story where a column says so of the row itself: its criteria, its narrative, or a word
such as "Requirement" over the row's own words. A column with the keys of other items says that the
row is about a story, as a message or a rule is, and not that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language.word_lists import read_patterns
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import (
    Columns,
    assigned,
    cell_of,
    field_of,
    is_id,
    is_identity,
    normalised,
)
from assistant.sources.grids.tool_headers import english_header, lists_items
from assistant.sources.pasted.lines import step_word
from assistant.sources.pasted.names_and_ids import find_key
from assistant.sources.pasted.story_sentences import starts_story

Rows = Sequence[Sequence[str]]

_DOCUMENT_IDS = frozenset({"docid", "doc id", "req doc id"})
"""What only TestLink calls the key of a requirement."""
_STORY_WORDS = re.compile(
    r"\b(?:requirements?|stor(?:y|ies)|issue type|epic|acceptance|copado|agf|issue key)\b"
)
_HIGHER = re.compile(r"\b(?:requirements?|epic)\b")
_REFERENCES = re.compile(r"\b(?:requirements?|stor(?:y|ies)|epic)\b")
"""What a story stands below, and what a row may be about."""
_PATTERNS = read_patterns(__file__)
_TOTAL, _COUNTED, _CASE = _PATTERNS["total"], _PATTERNS["counted"], _PATTERNS["case"]
_TICKET = re.compile("|".join(HEADERS["types"]["fault"] + HEADERS["types"]["ticket"]))
_BARE = frozenset(map(normalised, HEADERS["expectations"]["bare"]))
_WORDS = frozenset({"title", "narrative"})
_LIST = re.compile(r"[\s,;/&+]+")
_SAMPLE, _LONGEST = 300, 200


def recognise(header: Sequence[str], rows: Rows = ()) -> Columns | None:
    """What a header row and the ``rows`` below it hold, or ``None`` where that is neither cases
    nor requirements.

    Without ``rows`` the header alone decides. A column of other items' keys is not used.
    """
    names = [normalised(name) for name in english_header(header)]
    if sum(bool(name) for name in names) < 2:
        return None
    told = [row for row in rows[:_SAMPLE] if not is_total(row)]
    cases = _without_mere_features(assigned("cases", names), told)
    found, single = cases.names, any(" " in name for name in cases.fields)
    steps = found & {"step_action", "step_expected", "gherkin", "plain"}
    proof = {"step_expected", "gherkin", "plain", "preconditions", "step_number"}
    proven = steps != {"step_expected"} or _expects_of_cases(cases, names)
    if proven and steps and found & {"title", "id"} and (single or found & proof):
        return cases
    requirements = assigned("requirements", names)
    listed = lists_items(header)
    if not _are_stories(requirements, names, listed) or _are_tickets(requirements, told):
        return None
    return _told_by_cells(requirements, names, told, listed)


def _expects_of_cases(cases: Columns, names: Sequence[str]) -> bool:
    """Whether columns of expected results, without one of actions, are those of cases: by their own
    names, by what only a test has beside them, or by the name of the title or the id."""
    if any(names[n] not in _BARE for n in cases.fields["step_expected"]):
        return True
    if cases.names & {"preconditions", "step_number", "step_data"}:
        return True
    named = (n for field in ("title", "id", "objective") for n in cases.fields.get(field, ()))
    return any(_CASE.search(names[n]) for n in named)


def _without_mere_features(cases: Columns, rows: Rows) -> Columns:
    """``cases`` without a column of scenarios in whose cells no step stands: "Feature" is what a
    tracker calls the level above its stories too."""
    numbers = cases.fields.get("gherkin", ())
    cells = [cell for number in numbers for row in rows if (cell := cell_of(row, number))]
    if not cells or any(step_word(line) for cell in cells for line in cell.splitlines()):
        return cases
    kept = {name: found for name, found in cases.fields.items() if name != "gherkin"}
    return Columns(cases.kind, kept, tuple(sorted({*cases.unknown, *numbers})))


def _are_stories(columns: Columns, names: Sequence[str], listed: bool) -> bool:
    """Whether the columns with these names are of stories; ``listed``: a report says that it lists
    them."""
    found = set(columns.fields)
    story = {"role", "want"} <= found
    if {"who", "what"} <= set(names) and not found & {"benefit", "key", "criteria"}:
        story = False  # who did what: a history of versions, a list of actions
    if not (found & {"title", "narrative"} or story):
        return False
    if story or (listed and len(found) > 1) or (_is_marked(found) and len(found) > 1):
        return True
    worded = any(_STORY_WORDS.search(name) for name in names)
    return "key" in found and (
        worded
        or ("title" in found and "summary" in names and len(found) > 2)
        or ({"title", "narrative"} <= found and bool(_DOCUMENT_IDS & set(names)))
    )


def _are_tickets(columns: Columns, rows: Rows) -> bool:
    """Whether every row is a ticket by its type (an incident, a question) and none tells a story or
    its criteria: what was asked and answered is a table."""
    types = {cell.casefold() for row in rows if (cell := columns.cell(row, "type"))}
    if not types or columns.fields.keys() & {"criteria", "criterion_id", "then"}:
        return False
    told = (columns.cell(row, "narrative") for row in rows)
    return all(map(_TICKET.fullmatch, types)) and not any(map(starts_story, told))


def _is_marked(found: set[str]) -> bool:
    criteria = found & {"criteria", "criterion_id", "epic_title"}
    return bool(criteria) or {"given", "then"} <= found


def _told_by_cells(columns: Columns, names: list[str], rows: Rows, listed: bool) -> Columns | None:
    """``columns`` without those that hold other items' keys, ``None`` where nothing else says that
    the rows are stories."""
    beside = [n for n in range(len(names)) if _refers(columns, names, n, rows)]
    texts = [n for n in beside if field_of(names[n], "requirements") in _WORDS]
    (own,) = columns.fields.get("key", (None,))
    if texts and (own is None or _counts(rows, own, texts[0])):
        return _with(columns, rest=texts[:1], key=texts[0])
    if own is None:
        return columns
    titles = columns.fields.get("title", ())
    if listed and "criteria" not in columns.fields and not is_identity(rows, own, titles):
        return None  # a report of what stands below stories: each is named by several rows
    marked = _is_marked(set(columns.fields))
    if not marked and (ids := _ids_beside(names, rows, own)) is not None:
        beside.append(own)
        own = ids
    if not beside:
        return columns
    left = ["" if n in beside else name for n, name in enumerate(names)]
    rest = _with(columns, rest=beside, key=own)
    if marked and texts and not rest.fields.keys() & _WORDS:
        return _with(rest, rest=(), key=texts[0], criterion_id=own)
    higher = any(_HIGHER.search(names[number]) for number in beside)
    if _are_stories(rest, left, listed) or (higher and "title" in rest.fields):
        return rest
    told = [starts_story(text) for row in rows if (text := rest.cell(row, "narrative"))]
    return rest if sum(told) * 2 > len(told) else None


def _refers(columns: Columns, names: Sequence[str], number: int, rows: Rows) -> bool:
    """Whether a column that is named for stories, other than the key, has the keys of items in most
    rows. Beside no other words of the row, the words behind a key are the row's own."""
    field = field_of(names[number], "requirements")
    if field not in {"", "epic", *_WORDS} or not _REFERENCES.search(names[number]):
        return False
    words = {n for name in _WORDS for n in columns.fields.get(name, ())} - {number}
    cells = [cell_of(row, number) for row in rows if any(cell.strip() for cell in row)]
    named = [cell for cell in cells if words and len(cell) <= _LONGEST and _begins_with_key(cell)]
    if field in _WORDS:  # nobody's words are a number, as an estimate's are
        named += [c for c in cells if c and c not in named and all(map(is_id, _LIST.split(c)))]
    return len(named) * 2 > len(cells)


def _begins_with_key(cell: str) -> bool:
    key = find_key(cell)
    return bool(key) and cell.lstrip("[(").startswith(key)


def _counts(rows: Rows, ids: int, keys: int) -> bool:
    """Whether one column only counts the rows, each of which has a key of its own in another."""
    cells = [(cell_of(row, ids), cell_of(row, keys)) for row in rows if any(row)]
    keyed = {key for _, key in cells if key}
    return len(keyed) == len(cells) and all(one.isdecimal() for one, _ in cells)


def _ids_beside(names: Sequence[str], rows: Rows, keys: int) -> int | None:
    """The column with an id for each row, where that with the keys of stories has some twice."""
    if not _REFERENCES.search(names[keys]):
        return None
    repeated = [cell for row in rows if (cell := cell_of(row, keys))]
    if len(repeated) == len(set(repeated)):
        return None
    for number, name in enumerate(names):
        if number != keys and field_of(name, "requirements") == "key":
            cells = [cell for row in rows if (cell := cell_of(row, number))]
            if len(cells) >= len(repeated) and len(cells) == len(set(cells)):
                return number
    return None


def _with(columns: Columns, rest: Sequence[int], **fields: int) -> Columns:
    """``columns`` with some as these ``fields``, and those of ``rest`` that are none not used; an
    epic that a row names by its key stays its epic."""
    kept = {
        name: left
        for name, numbers in columns.fields.items()
        if (left := tuple(n for n in numbers if name == "epic" or n not in rest))
    }
    found = {**kept, **{name: (number,) for name, number in fields.items()}}
    used = {n for numbers in found.values() for n in numbers}
    unknown = sorted({*columns.unknown, *rest} - used)
    return Columns(columns.kind, found, tuple(unknown))


def is_total(row: Sequence[str]) -> bool:
    """Whether a row counts the others ("Subtotal", "Count", "4")."""
    cells = [" ".join(cell.split()) for cell in row if cell.strip()]
    totals = [cell for cell in cells if _TOTAL.fullmatch(cell)]
    return bool(totals) and all(c in totals or _COUNTED.fullmatch(c) for c in cells)
