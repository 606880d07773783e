"""Who a statement leaves something to: "approved by the Team Leader", "only Managers may"."""

from __future__ import annotations

import re

from assistant.language.nouns import is_person

_ROLE = r"(?:an? |the )?(?P<role>(?:[A-Z][\w-]+ ?){1,4})"
_ROLES = (
    re.compile(
        rf"(?:\bby|\bapproval of|\bpermission of|\bassigned to|\bsent to) {_ROLE}(?=$|[\s,.;])"
    ),
    re.compile(rf"^\W*(?:[A-Z]+-[A-Z-]*\d+\W+)?[Oo]nly {_ROLE}(?= (?:may|can|is|are|must)\b)"),
)
_PLAIN_ROLE = re.compile(
    r"\b(?:by|approval of|reserved for|left to) (?:an? |the )(?P<role>[a-z][\w-]*(?: of [a-z]+"
    r"| [a-z][\w-]*){0,2}?)(?=$|[,.;]| (?:before|after|within|if|when|and|on|in|at)\b)"
)
""" "are released by the team lead", "is reserved for the head of finance"."""
_LEADS = re.compile(r"\b(?:(?:team|tech|shift|group) lead|head(?: of [a-z]+)?|council|board)$")


def roles_in(text: str) -> frozenset[str]:
    """The roles that a sentence without quotations names so, in small letters."""
    named = frozenset(
        _norm(match["role"]) for pattern in _ROLES for match in pattern.finditer(text)
    )
    plain = (match["role"] for match in _PLAIN_ROLE.finditer(text))
    return named or frozenset(
        _norm(role) for role in plain if is_person(role) or _LEADS.search(role)
    )


def _norm(role: str) -> str:
    return " ".join(role.split()).casefold()
