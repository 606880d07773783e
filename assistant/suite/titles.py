"""Title patterns: how the company words a case's title, with named slots and nothing more.

A pattern such as ``{story} - {title}`` is filled by plain substitution. Neither ``str.format`` nor
a template engine touches it, so text of a case or of a template is never executed or looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.domain import TestCase

_SLOT = re.compile(r"\{([^{}]*)\}")

TITLE_SLOTS: dict[str, Callable[[TestCase], str]] = {
    "id": lambda case: case.id,
    "title": lambda case: case.title,
    "epic": lambda case: case.epic_key,
    "story": lambda case: case.story_key,
    "criteria": lambda case: ", ".join(case.criterion_ids),
    "type": lambda case: case.technique or "",
    "priority": lambda case: case.priority,
    "release": lambda case: case.release,
    "team": lambda case: case.team,
}
"""What may stand in braces in ``CaseTemplate.title_pattern``."""


def unknown_slots(pattern: str) -> tuple[str, ...]:
    """Names in braces that are no slot, in order."""
    return tuple(name for name in _SLOT.findall(pattern) if name not in TITLE_SLOTS)


def titled(pattern: str, case: TestCase) -> str:
    """The case's title worded by ``pattern``.

    Imported cases keep their title, and a title that already follows the pattern is left alone, so
    that exporting, importing and exporting again does not stack prefixes.
    """
    if not pattern or case.origin.writer == "import" or _follows(pattern, case):
        return case.title

    return _filled(pattern, case).strip()


def _filled(text: str, case: TestCase) -> str:
    def fill(match: re.Match[str]) -> str:
        slot = TITLE_SLOTS.get(match.group(1))
        return match.group(0) if slot is None else slot(case)

    return _SLOT.sub(fill, text)


def _follows(pattern: str, case: TestCase) -> bool:
    """Whether the title is the pattern filled for this case around some other words."""
    before, slot, after = pattern.partition("{title}")
    start, end = _filled(before, case).lstrip(), _filled(after, case).rstrip()
    if not slot or not start + end:
        return False
    title = case.title
    return len(title) > len(start + end) and title.startswith(start) and title.endswith(end)
