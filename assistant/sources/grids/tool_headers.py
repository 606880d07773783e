"""Headers of other tools in plain English: Jira's in other languages, Salesforce's of its data
loader and of its reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import field_of, normalised

_ISSUES = {"issue key", "summary", "issue type"}
_ENGLISH = {other: name for name, others in HEADERS["jira"].items() for other in others}
_CUSTOM_FIELD = re.compile(
    r"^(?:benutzerdefinierte felder|benutzerdefiniertes feld|champs? personnalisés?|"
    r"campos? personalizados?|campo personalizzato|пользовательское поле|özel alan|"
    r"カスタム ?フィールド|自定义字段|사용자정의 필드|"
    r"aangepast veld|pole niestandardowe|anpassat fält)"
    r"\s*[(（](?P<name>.+)[)）]$",
    re.IGNORECASE,
)


def english_header(names: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns in English where they are Jira's in another language, and in words
    where they are those of Salesforce's fields.

    Others stay as they are, as do Jira's where no column holds the keys, the summaries or the types
    of issues.
    """
    english = tuple(map(_english, names))
    if {name.casefold() for name in english} >= _ISSUES:
        return english
    if sum(map(bool, map(_API_NAME.search, names))) > 1:
        own = [number for number, name in enumerate(names) if name in _BESIDE_A_TITLE]
        return _with_numbers(list(map(_label, names)), own)
    return _report_labels(names)


def lists_items(header: Sequence[str]) -> bool:
    """Whether a header is that of a report about stories."""
    return any(normalised(_object_and_field(name)[0]) in _ITEMS for name in header)


def _english(name: str) -> str:
    shown = " ".join(name.split())
    if match := _CUSTOM_FIELD.match(shown):
        return f"Custom field ({match['name']})"
    return _ENGLISH.get(shown.casefold(), name)


# --- Salesforce -----------------------------------------------------------------------------------

_API_NAME = re.compile(r"\w__[cr](?:\.|$)")
"""A field or relation that a company or a package added to Salesforce."""
_PACKAGE = re.compile(r"^[A-Za-z][A-Za-z0-9]*__(?=\w+__[cr]$)")


def _label(name: str) -> str:
    """The name of a field in words: "agf__Scheduled_Build__r.Name" is "Scheduled Build"."""
    parts = name.strip().split(".")
    field = parts[-2] if len(parts) > 1 and parts[-1] == "Name" else parts[-1]
    field = re.sub(r"__[cr]$", "", _PACKAGE.sub("", field))
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_+", " ", field)


def _with_numbers(labels: list[str], own: Collection[int]) -> tuple[str, ...]:
    """``labels`` with the record's ``own`` name, beside a title, as its number, and never its 18
    letters."""
    if any(number not in own and field_of(normalised(label), "requirements") == "title"
           for number, label in enumerate(labels)):  # fmt: skip
        for number in own:
            labels[number] = _BESIDE_A_TITLE[labels[number]]
    return tuple(labels)


_BESIDE_A_TITLE = {"Name": "Record Number", "Id": "Record"}
_ITEMS = frozenset(HEADERS["reports"]["item"])
_NAMED = frozenset({"release", "team", "sprint"})
"""What a story keeps of another record is its name, and not its status or dates."""


def _report_labels(names: Sequence[str]) -> tuple[str, ...]:
    """Salesforce's reports name a field's object before it: "Release: Release Name" is "Release".

    A field of the story itself goes by its own words ("User Story: Last Modified Date"). Of other
    records the epic's key and title are taken, and the names of those that have a column here.
    """
    labels, own, epics = list(names), set[int](), dict[int, str]()
    for number, name in enumerate(names):
        of, field = _object_and_field(name)
        known = normalised(of)
        role = field_of(known, "requirements")
        if known in _ITEMS:
            whole = name.endswith(f": {field}")
            labels[number] = "Id" if whole and field.casefold() == "id" else field
            own |= {number} if labels[number] in _BESIDE_A_TITLE else set()
        elif role == "epic":
            epics[number] = field
        elif field in {"", "Name"} and (role in _NAMED or known in HEADERS["tracker"]["project"]):
            labels[number] = of
    titled = any(field != "Name" and field_of(normalised(field), "requirements") == "title"
                 for field in epics.values())  # fmt: skip
    for number, field in epics.items():
        labels[number] = "Epic Key" if titled and field == "Name" else f"Epic {field}"
    return _with_numbers(labels, own)


def _object_and_field(name: str) -> tuple[str, str]:
    """The object and the field of "Object: Field", without the object's name before the field's;
    empty texts for another name."""
    of, colon, field = " ".join(name.strip(" ↑↓").split()).rpartition(": ")
    if not colon:
        return "", ""
    words = of.split()
    for first in range(len(words)):
        own = " ".join(words[first:])
        if f"{field} ".startswith(f"{own} "):
            return of, field[len(own) :].strip()
    return of, field
