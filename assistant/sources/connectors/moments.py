"""Times of other systems: read in their forms, and said in a form that needs no time zone."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from assistant.domain import utc_now

OVERLAP = timedelta(minutes=5)
"""Fetched again each time: clocks differ, and searches lag behind changes."""

_OFFSET = re.compile(r"[+-]\d{4}$")


def minutes_since(moment: datetime) -> int:
    """Whole minutes since then with the overlap, for searches like ``updated >= -90m``.

    Queries with a date mean it in the user's time zone, which is not known here.
    """
    return max(0, math.ceil((utc_now() - moment + OVERLAP).total_seconds() / 60))


def read_moment(value: object) -> datetime | None:
    """A time in ISO 8601, its offset with a colon or without; UTC where it has none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(
            _OFFSET.sub(lambda match: f"{match[0][:3]}:{match[0][3:]}", value.strip())
        )
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
