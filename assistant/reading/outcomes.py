"""What an outcome does: whether it refuses or restricts, only reports, or confirms success."""

from __future__ import annotations

import re

from assistant.language.clauses import Clause, parse_clause
from assistant.language.coordination import coordinated
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import word_set

_REFUSING = word_set(
    """reject refuse decline deny block prevent prohibit forbid disallow hide disable discard
    ignore fail suppress invalidate"""
)
_CLOSED = re.compile(
    r"^(?:still |then |also |again |no longer )*(?:disabled|hidden|unavailable|inactive|invalid"
    r"|gr[ea]yed|forbidden"
    r"|impossible|blocked|rejected|refused|declined|denied|prevented)\b",
    re.IGNORECASE,
)
_STAYS = frozenset(("stay", "remain", "keep", "become", "get"))
_ERROR = re.compile(
    r"\b(?:error|warning|validation|failure)(?: message| text| notification| code)?s?\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b(?:shown|displayed|shows?|displays?|appears?|sees?|receives?|raised|returned|issued"
    r"|given)\b",
    re.I,
)
_MESSAGE = re.compile(
    r"\b(?:message|error|warning|notification|alert|text|reads|saying)\b", re.IGNORECASE
)
_SUCCESS = re.compile(
    r"\b(?:success\w*|confirm\w*|saved|submitted|thank|completed|created|accepted|approved|welcome"
    r"|sent)\b",
    re.IGNORECASE,
)


def is_restrictive(effect: str) -> bool:
    """Whether an effect refuses, hides or forbids; "must not exceed 5" only sets a limit."""
    parts = coordinated(effect)
    if not parts:
        return False
    if _restricts(parts[0]):
        return True
    return is_message_only(parts[0]) and any(_restricts(part) for part in parts[1:])


def _restricts(part: str) -> bool:
    masked = mask_quotes(part)
    if (
        _ERROR.search(masked)
        and _SHOWN.search(masked)
        and re.search(r"\b(?:an?|the) [\w ]*error|error\b", masked)
    ):
        return True
    clause = parse_clause(part)
    if clause is None:
        return bool(
            re.match(
                r"(?:reject|refuse|deny|block|prevent|disallow|do not|don['’]t|never)\b",
                masked,
                re.I,
            )
        )
    if clause.negated:
        return not _sets_limit(clause)
    if clause.passive in _REFUSING or (clause.form == "be" and _CLOSED.match(clause.tail)):
        return True
    if clause.verb == "be" and _CLOSED.match(clause.tail):
        return True
    if clause.verb in _STAYS and _CLOSED.match(clause.tail):
        return True
    return clause.verb in _REFUSING and clause.auxiliary not in ("can", "may", "could", "might")


def _sets_limit(clause: Clause) -> bool:
    """Whether a negated clause limits a value ("must not exceed") rather than forbids a thing."""
    said = f"{clause.verb} {clause.tail}".strip().lower()
    return clause.form in ("modal", "be", "do", "present") and bool(
        re.match(
            r"(?:exceed|(?:be |contain |have |take |last )?(?:more|less|longer|shorter|greater"
            r"|fewer|older|younger|larger|smaller|higher|lower) than)\b",
            said,
        )
    )


_HEADED = re.compile(
    r"(?:(?:the|an?) )?(?:error |warning )?(?:message|text|error|warning|hint|alert):? ?\x00+"
    r"[.!]?$",
    re.I,
)
""" "Message: 'Please choose a smaller picture'"."""


def is_message_only(effect: str) -> bool:
    """Whether an effect only shows a message, which says nothing about accepting or refusing."""
    masked = mask_quotes(effect)
    if _HEADED.match(masked):
        return True
    return bool(_MESSAGE.search(masked) and _SHOWN.search(masked)) and len(coordinated(effect)) == 1


def reports_success(effect: str) -> bool:
    """Whether a message effect speaks of success, so that it is no outcome of a refusal."""
    return _SUCCESS.search(effect) is not None
