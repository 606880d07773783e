"""Requirements in note form, spelled out: "Phone: only digits, min 8, max 15", "Error if > 10 MB".

A note has no verb; what it asks is told as a sentence, or as the rules of a field's row, and read
as these are. A text with a verb of its own is left as it is.
"""

from __future__ import annotations

import re

from assistant.design.casing import capital, lower_start, one_line
from assistant.design.clauses import parse_clause
from assistant.design.field_phrases import of_rule, parts
from assistant.design.field_rows import FieldRow, Heading
from assistant.design.note_conditions import conditional_note
from assistant.design.nouns import is_plural
from assistant.design.people import head_noun, is_person
from assistant.design.row_cells import Cell
from assistant.design.sentences import span, start_of

MAX_NOTE = 400
"""Characters of a note; a longer text has sentences of its own."""

_FIELD = re.compile(
    r"\s*(?:[-*•]\s+)?(?P<name>[A-Z][\w /()'’-]{1,40}?)\s*:\s+(?P<rules>[^:\n]+?)\s*$"
)
_NO_FIELD = re.compile(
    r"\b(?:period|time|deadline|limit|max(?:imum)?|min(?:imum)?|note|example|error|message|scenario"
    r"|rules?|validations?|given|when|then|if|criteria|expected|result|step|precondition|scope"
    r"|question|priority|default)s?$",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?P<name>[A-Z][\w '’-]{1,40}?):? (?P<word>max(?:imum|\.)?|min(?:imum|\.)?)"
    r" (?P<rest>[\d€$£].*)$"
)
_STATE = re.compile(
    r"(?P<name>[A-Z][\w '’-]{1,50}?) (?<!\bis )(?<!\bare )(?<!\bbe )"
    r"(?P<rest>(?:only |not |always |never )*(?:visible|hidden"
    r"|enabled|disabled|available|editable|displayed|shown|read-?only|mandatory|required|optional"
    r"|unique|needed|necessary|allowed|possible|forbidden)\b.*)$"
)
_SHOWN = re.compile(
    r"(?P<what>(?:error|warning|message|alert|hint)(?: message)?) (?P<when>(?:if|when|for) .+)$",
    re.IGNORECASE,
)


def note_row(text: str) -> FieldRow | None:
    """ "Name: rule, rule" as the row of a field, where each rule is one of the usual phrases."""
    found = _FIELD.match(text) if len(text) <= MAX_NOTE else None
    if found is None or _NO_FIELD.search(found["name"]) or is_person(found["name"]):
        return None
    listed = _LISTED.fullmatch(found["rules"])
    if listed and not parse_clause(found["rules"]) and not is_plural(head_noun(found["name"])):
        return _list_row(text, found, listed)
    said = list(parts(found["rules"]))
    if not said or any(re.fullmatch(r"\d+ \w+", part) for part in said):
        return None  # "Retention: 10 years" sets a period
    if not all(any(of_rule(part, known=True)) for part in said):
        return None
    value = span(text, found.start("rules"), found.end("rules"))
    named = span(text, found.start("name"), found.end("name"))
    return FieldRow(found["name"].strip(), named, (("rule", Cell("", value, value)),), named)


_VALUE = r"[A-Z][\w+&-]*(?: [A-Z\d][\w+&-]*){0,2}"
_LISTED = re.compile(
    rf"(?P<values>{_VALUE}(?:(?:, (?:or |and )?| or | and |/| / ){_VALUE})+)"
    rf"(?:[;,] \(?default:? (?P<default>{_VALUE})\)?)?"
)


def _list_row(text: str, found: re.Match[str], listed: re.Match[str]) -> FieldRow:
    """ "Currency: EUR, USD or GBP; default EUR": the values of a field, and its first one."""
    start = found.start("rules")
    values = span(text, start + listed.start("values"), start + listed.end("values"))
    cells: list[tuple[Heading, Cell]] = [("values", Cell("", values, values))]
    if listed["default"]:
        default = span(text, start + listed.start("default"), start + listed.end("default"))
        cells.append(("default", Cell("", default, default)))
    named = span(text, found.start("name"), found.end("name"))
    return FieldRow(found["name"].strip(), named, tuple(cells), named)


def spelled_out(text: str) -> str | None:
    """A note without a verb as a sentence, else ``None``."""
    if len(text) > MAX_NOTE:
        return None
    said = capital(one_line(text[start_of(text) :]))
    shown = _SHOWN.match(said)
    if shown:
        what = lower_start(shown["what"])
        return f"{'An' if what[:1] in 'ae' else 'A'} {what} is shown {shown['when']}"
    told = conditional_note(said, one_line="\n" not in text.strip())
    if told is not None or "\n" in text.strip() or parse_clause(said) is not None:
        return told
    limit = _LIMIT.match(said)
    if limit:
        words = "at most" if limit["word"].lower().startswith("max") else "at least"
        return f"{limit['name']} must be {words} {limit['rest']}"
    state = _STATE.match(said)
    if state and not is_person(state["name"]):
        be = "are" if is_plural(head_noun(state["name"])) else "is"
        return f"{state['name']} {be} {state['rest']}"
    return None
