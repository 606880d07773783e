"""What an outcome does: whether it refuses or restricts, only reports, or confirms success."""

from __future__ import annotations

import re

from assistant.language.clauses import Clause, parse_clause
from assistant.language.coordination import coordinated
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import read_patterns, word_set

_REFUSING = word_set(
    """reject refuse decline deny block prevent prohibit forbid disallow hide disable discard
    ignore fail suppress invalidate"""
)
_PATTERNS = read_patterns(__file__)
_CLOSED = _PATTERNS["closed"]
_STATES = frozenset(("be", "stay", "remain", "keep", "become", "get"))
_ERROR = _PATTERNS["error"]
_SHOWN = _PATTERNS["shown"]
_MESSAGE = _PATTERNS["message"]
_SUCCESS = _PATTERNS["success"]


def is_restrictive(effect: str, *, kept: bool = False) -> bool:
    """Whether an effect refuses, hides or forbids; "must not exceed 5" only sets a limit.

    "No fee is charged" may be a favour: an effect on none refuses where it bars an act ("no user
    may") or is ``kept`` until something is the case ("no set is released unless it is paid").
    """
    parts = coordinated(effect)
    if not parts:
        return False
    if _restricts(parts[0], kept):
        return True
    return is_message_only(parts[0]) and any(_restricts(part, kept) for part in parts[1:])


def _restricts(part: str, kept: bool) -> bool:
    clause = parse_clause(part)
    refuses = _refuses(part, clause)
    if clause is None or clause.negated:
        return refuses
    if not any(map(_NONE.match, (clause.subject, clause.tail))):
        return refuses
    bars = kept or (clause.form == "modal" and clause.auxiliary not in ("will", "would"))
    return bars and not refuses and not _sets_limit(clause)  # "no error is shown" refuses nothing


def _refuses(part: str, clause: Clause | None) -> bool:
    masked = mask_quotes(part)
    if (
        _ERROR.search(masked)
        and _SHOWN.search(masked)
        and re.search(r"\b(?:an?|the) [\w ]*error|error\b", masked)
    ):
        return True
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
    is_state = clause.form == "be" or clause.verb in _STATES
    if clause.passive in _REFUSING or (is_state and _CLOSED.match(clause.tail)):
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


_NONE = re.compile(
    r"(?:no(?! (?:longer|more|less|\w+er than)\b)|nobody|nothing|none|neither)(?:\s|$)",
    re.IGNORECASE,
)
""" "No ticket is sold", "he gets nothing"."""


_HEADED = _PATTERNS["headed"]
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
