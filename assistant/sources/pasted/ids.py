"""Keys and ids: found in the text where they stand, made from stable parts of it where not."""

from __future__ import annotations

import hashlib
import re

from assistant.sources.pasted.vocabulary import EPIC_WORDS

KEY = r"[A-Z][A-Z0-9_]{1,15}-\d{1,7}"
"""A Jira-style key: CC-12."""

_NOT_KEYS = frozenset(EPIC_WORDS["keys"]["not_projects"])
_KEY = re.compile(rf"(?<![\w-])({KEY})(?![\w-])")
_LEADING = re.compile(
    rf"^\s*(?:[\[(]\s*)?(?P<key>{KEY})(?:\s*[\])])?(?P<sep>\s*[:.|–—-]+\s*|\s+/\s+|\s+|$)"
)
# No leading blanks: a line of blanks only would be searched from each of them.
_TRAILING = re.compile(rf"[\[(]\s*(?P<key>{KEY})\s*[\])]\s*$")


def is_key(key: str) -> bool:
    """Whether a word shaped like a key is one: ``UTF-8`` and ``AC-1`` are not."""
    return key.rsplit("-", 1)[0] not in _NOT_KEYS


def find_key(text: str) -> str:
    """The first Jira-style key in ``text``, or an empty string."""
    return next((key for key in _KEY.findall(text) if is_key(key)), "")


def split_key(text: str) -> tuple[str, str]:
    """``text`` split into a key at its beginning or (in brackets) end, and the rest."""
    match = _LEADING.match(text)
    if match and is_key(match["key"]):
        return match["key"], text[match.end() :].strip()
    match = _TRAILING.search(text)
    if match and is_key(match["key"]):
        return match["key"], text[: match.start()].strip()
    return "", text.strip()


def digest(text: str, length: int = 12) -> str:
    """The first hexadecimal digits of the SHA-256 of ``text`` (lone surrogates allowed)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def title_key(title: str) -> str:
    """An epic's key made from its title: the same title gives the same key."""
    return f"EPIC-{digest(' '.join(title.casefold().split()), 6).upper()}"


class Taken:
    """Ids given out so far; a second use of the same id gets a suffix."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._counts: dict[str, int] = {}

    def __contains__(self, wanted: str) -> bool:
        return wanted in self._ids

    def claim(self, wanted: str) -> str:
        """``wanted``, or the first of ``wanted-2``, ``wanted-3``... that is free."""
        free, count = wanted, self._counts.get(wanted, 1)
        while free in self._ids:
            count += 1
            free = f"{wanted}-{count}"
        self._counts[wanted] = count
        self._ids.add(free)
        return free
