"""Which field of another tool holds the acceptance criteria, the release, the team or the epic.

Found by looking, first at the fields' names, then (for criteria) at what stands in them. Only the
standard library is used, so that readers in the child process can ask too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.sources.grids.header_words import HEADERS

_NAMES = {
    role: re.compile("|".join(patterns), re.IGNORECASE)
    for role, patterns in HEADERS["fields"].items()
}
_GHERKIN = re.compile(r"^\W*(?:given|when|then)\b", re.IGNORECASE | re.MULTILINE)
_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,15}-\d{1,7}")
_LISTED = re.compile(r"^\s*(?:[-*•#]+|\d{1,2}[.)]|\(?[aA][cC][ -]?\d+\W)\s*\S", re.MULTILINE)


class Chosen(NamedTuple):
    """A field and the reason it was chosen for its role."""

    field: str
    name: str
    reason: str

    def record(self, role: str) -> dict[str, object]:
        """The record by which a reader says so."""
        return {"field": {"role": role, **self._asdict()}}


def is_named_for(role: str, name: str) -> bool:
    """Whether a field of this name is one for ``role``, going by its name alone."""
    return bool(_NAMES[role].search(name)) and not (
        role == "criteria" and _NAMES["not_criteria"].search(name)
    )


def choose_field(role: str, fields: Mapping[str, tuple[str, Sequence[str]]]) -> Chosen | None:
    """The field for ``role`` ("criteria", "release", "team", "epic") among ``fields``.

    ``fields`` maps a field's id to its name and its values, item by item. A name decides where the
    field holds anything; else, for criteria, at least half of a field's values must hold
    Given/When/Then or lists, and for the epic each a key of an issue: a Jira that is set up in
    another language has its own name for that link.
    """
    named = [
        (field, name, _filled(values))
        for field, (name, values) in fields.items()
        if is_named_for(role, name)
    ]
    named = [entry for entry in named if entry[2]]
    if named:
        field, name, _ = max(named, key=lambda entry: len(entry[2]))
        return Chosen(field, name, "by its name")
    if role == "epic":
        return _field_of_keys(fields)
    if role != "criteria":
        return None
    best: tuple[float, int, str, str, int] | None = None
    for field, (name, values) in fields.items():
        filled = _filled(values)
        hits = sum(map(_looks_like_criteria, filled))
        if filled and hits * 2 >= len(filled):
            entry = (hits / len(filled), hits, field, name, len(filled))
            best = max(best, entry) if best else entry
    if best is None:
        return None
    _, hits, field, name, count = best
    return Chosen(field, name, f"by its content: {hits} of {count} values hold criteria")


def _field_of_keys(fields: Mapping[str, tuple[str, Sequence[str]]]) -> Chosen | None:
    """The field of most issues that holds nothing but one key each."""
    keys = [
        (len(filled), field, name)
        for field, (name, values) in fields.items()
        if (filled := _filled(values)) and all(_KEY.fullmatch(value.strip()) for value in filled)
    ]
    if not keys:
        return None
    _, field, name = max(keys, key=lambda entry: entry[0])
    return Chosen(field, name, "by its content: keys of issues")


def choose_fields(fields: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, Chosen]:
    """The field for each role that has one; see ``choose_field``."""
    roles = ("criteria", "release", "team", "epic")
    return {role: found for role in roles if (found := choose_field(role, fields))}


def joined_names(*fields: str) -> str:
    """What several fields of an issue name, each field once: its team and its components."""
    return ", ".join(dict.fromkeys(filter(None, fields)))


def names_of_paths(area: str, iteration: str) -> dict[str, str]:
    """The team, release and sprint that the paths of a work item of Azure DevOps name: behind the
    project, which each begins with, the first of the iterations is the release, or what goes on
    with its name below it ("R25", "R25.3 Barcarolle")."""
    teams, iterations = (
        [name.strip() for name in path.split("\\")[1:] if name.strip()]
        for path in (area, iteration)
    )
    release, below = "".join(iterations[:1]), iterations[1:]
    while below and re.match(rf"{re.escape(release)}[.\s_-]", below[0], re.IGNORECASE):
        release, *below = below
    return {"team": ", ".join(teams) or area, "release": release, "sprint": "".join(below[-1:])}


def _filled(values: Sequence[str]) -> list[str]:
    return [value for value in values if value.strip()]


def _looks_like_criteria(value: str) -> bool:
    return len(_GHERKIN.findall(value)) >= 2 or len(_LISTED.findall(value)) >= 2
