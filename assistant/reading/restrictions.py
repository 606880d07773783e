"""What is kept for somebody: "Only X may ...", "... only by X", "... only available to X"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Clause
from assistant.language.nouns import is_person, without_article
from assistant.language.word_lists import read_patterns


@dataclass(frozen=True, slots=True)
class Restriction:
    """Something that only ``roles`` may do, or what is kept for things where nobody acts."""

    roles: tuple[str, ...]
    acting: bool = True

    @property
    def is_people(self) -> bool:
        """Whether the roles are people, not things ("only PDF files")."""
        return self.acting and all(map(names_people, self.roles))


_PATTERNS = read_patterns(__file__)
_ONLY_BY = _PATTERNS["only_by"]
_ONLY_TO = _PATTERNS["only_to"]
_KEPT = re.compile(r"\b(?:only|restricted|limited)\b", re.IGNORECASE)
MAX_LENGTH = 1500
"""Characters beyond which a text is no sentence that keeps a right for somebody."""


def find_restriction(text: str, clause: Clause | None) -> Restriction | None:
    """Whom an effect is kept for; ``None`` for anything else."""
    text = text.strip(" .")
    if clause is not None and re.match(r"only\s", clause.subject, re.IGNORECASE):
        if clause.form == "modal" and clause.verb:
            acting = clause.verb != "be"
            return None if clause.negated else Restriction(_roles(clause.subject[5:]), acting)
        if clause.form in ("be", "present") and not clause.negated:
            return Restriction((clause.subject[5:],), acting=False)
        return None
    if len(text) > MAX_LENGTH or not _KEPT.search(text):
        return None
    by = _ONLY_BY.match(text)
    if by and names_people(by["role"]):
        return Restriction(_roles(by["role"]))
    to = _ONLY_TO.match(text)
    if to and all(map(names_people, _roles(to["role"]))):
        return Restriction(_roles(to["role"]))
    return None


def _roles(words: str) -> tuple[str, ...]:
    apart = re.split(
        r",? (?:or|and) (?=(?:an?|the|any) )|, (?=(?:an?|the|any) )", words.strip(" ,")
    )
    if len(apart) > 1:
        return tuple(role for part in apart for role in _roles(part))
    if re.search(r"\b(?:that|who|which|with|of)\b", words):
        return (words.strip(),)
    parts = re.split(r",\s+(?:or |and )?|\s+or\s+|\s+and\s+", words.strip())
    return tuple(part.strip() for part in parts if part.strip())


def names_people(phrase: str) -> bool:
    """Whether a noun phrase names a person or a role ("Team Leader"), not a thing."""
    return is_person(phrase) or _is_role_name(phrase)


def _is_role_name(phrase: str) -> bool:
    words = without_article(phrase).split()
    return bool(words) and all(word[:1].isupper() for word in words) and len(words) <= 4
