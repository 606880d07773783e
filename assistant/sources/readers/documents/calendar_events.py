"""Calendars (ICS, as Outlook and Google export them): each event as an item, the earliest first.

An item says when, what and where, the rule by which it repeats in the file's own words, and what is
written on it. Time zones are named as the file names them and times are not moved, which is why
only lines, texts and dates are read by the library: its calendars compute zones and repetitions,
which a file of a few lines can draw out without end. People, reminders and categories are left out.

Source of the format: RFC 5545; the calendar's name and zone (X-WR-...) are those of Apple, Google
and Outlook, ``NAME`` that of RFC 7986.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from assistant.sources.readers.fences import without_open_fence
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.refusals import Refused

_MOST_EVENTS = 20_000
_OTHERS = {"VTODO": "tasks", "VJOURNAL": "journal entries", "VFREEBUSY": "times of being free"}
_STATES = {"CANCELLED": " (cancelled)", "TENTATIVE": " (tentative)"}
_DAY = timedelta(days=1)
_MARK = re.compile(r"^(?=#{1,6} )", re.MULTILINE)
"""What a heading begins with: in an event it is text."""


@dataclass(frozen=True, slots=True)
class _Property:
    value: str
    zone: str = ""
    """Of a time, as the file names it."""


_Properties = dict[str, list[_Property]]


@dataclass(slots=True)
class _Calendar:
    """What a file holds; ``unread`` counts what is not read, by what it is called."""

    own: _Properties = field(default_factory=dict)
    events: list[_Properties] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    ends: bool = True


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The calendar in ``data`` (UTF-8) as one page, called by the option ``name`` if by nothing.

    Raises ``Refused`` where it holds no event or too many.
    """
    found = _calendar(data.decode("utf-8", "replace"))
    if not found.events:
        raise Refused("damaged", "it holds no event")
    name = _text(found.own, "X-WR-CALNAME") or _text(found.own, "NAME")
    name = " ".join(name.split()) or str(options.get("name", ""))
    about = _text(found.own, "X-WR-CALDESC") or _text(found.own, "DESCRIPTION")
    zone = _text(found.own, "X-WR-TIMEZONE")
    cancelled = _text(found.own, "METHOD").upper() == "CANCEL"
    items = [_item(event, found.unread, cancelled) for event in sorted(found.events, key=_order)]
    above = [about, f"Time zone of the calendar: {zone}" if zone else ""]
    yield {"title": name, "kind": "page"}
    yield {"part": "", "text": "\n\n".join([f"# {name}", *filter(None, above), "\n".join(items)])}
    unread = [f"{count} {what}" for what, count in found.unread.items() if count]
    if not found.ends:
        unread.append("what is missing at the end of the file")
    yield {"report": {"reader": "icalendar", "parts": len(items), "unread_parts": unread}}


def _calendar(text: str) -> _Calendar:
    from icalendar.parser import Contentlines

    found, within = _Calendar(), list[str]()
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        if not line.strip():
            continue
        try:
            name, parameters, value = line.parts()
        except ValueError:
            found.unread["lines that break the format"] += 1
            continue
        name, place = name.upper(), within[-1] if within else ""
        if name == "BEGIN":
            within.append(value.strip().upper())
            _begin(found, within[-1])
        elif name == "END":
            ended = value.strip().upper()
            while ended in within and within.pop() != ended:
                pass
        elif place in {"VEVENT", "VCALENDAR"}:
            holder = found.events[-1] if place == "VEVENT" else found.own
            zone = parameters.get("TZID", "")
            zone = zone if isinstance(zone, str) else ",".join(zone)
            holder.setdefault(name, []).append(_Property(value, zone))
    found.ends = not within
    return found


def _begin(found: _Calendar, what: str) -> None:
    if what == "VEVENT":
        found.events.append({})
        if len(found.events) > _MOST_EVENTS:
            raise Refused("size", f"it holds more than {_MOST_EVENTS:,} events")
    elif what in _OTHERS:
        found.unread[_OTHERS[what]] += 1


# --- An event ---------------------------------------------------------------------------------


def _item(event: _Properties, unread: Counter[str], cancelled: bool) -> str:
    title = " ".join(_text(event, "SUMMARY").split()) or "Event without a title"
    status = "CANCELLED" if cancelled else _text(event, "STATUS").upper()
    when = _when(event, unread)
    lines = [
        ("Place", " ".join(_text(event, "LOCATION").split())),
        ("Repeats", ", ".join(each.value for each in event.get("RRULE", []))),
        ("Also on", _days(event, "RDATE")),
        ("Not on", _days(event, "EXDATE")),
        ("In place of the one on", _days(event, "RECURRENCE-ID")),
    ]
    said = [f"{label}: {words}" for label, words in lines if words]
    said += _text(event, "DESCRIPTION").split("\n")
    unread["attachments"] += len(event.get("ATTACH", []))
    head = f"- {f'{when}: ' if when else ''}{title}{_STATES.get(status, '')}"
    told = without_open_fence("\n".join(line.strip() for line in said if line.strip()))
    told = _MARK.sub(r"\\", told)
    return "\n".join([head, *(f"  {line}" for line in told.split("\n") if line)])


def _text(holder: _Properties, name: str) -> str:
    """What is said under a name; Google writes HTML."""
    return " / ".join(fragment_to_markdown(each.value) for each in holder.get(name, []))


def _order(event: _Properties) -> tuple[bool, str]:
    """By the first day and the time as written; what has no date stands last."""
    at = _parsed(event["DTSTART"][0].value) if "DTSTART" in event else None
    return not isinstance(at, date), at.isoformat() if isinstance(at, date) else ""


def _when(event: _Properties, unread: Counter[str]) -> str:
    """From when to when; of whole days the last is said, where the file has the day after it."""
    if "DTSTART" not in event:
        return ""
    first = event["DTSTART"][0]
    begin = _parsed(first.value)
    if not isinstance(begin, date):
        unread["dates that break the format"] += 1
        return first.value
    last, end = _end(event, first, begin)
    if end is None and ("DTEND" in event or "DURATION" in event):
        unread["dates that break the format"] += 1
    if not isinstance(begin, datetime):
        if end is None or isinstance(end, datetime) or (end - begin).days < 2:
            return _day(begin)
        return f"{_day(begin)} to {_day(end - _DAY)}"
    if not isinstance(end, datetime) or (end == begin and last.zone == first.zone):
        return _moment(first, begin)
    ours, theirs = _zone(first, begin), _zone(last, end)
    if ours != theirs:
        return f"{_moment(first, begin)} to {_moment(last, end)}"
    same = begin.date() == end.date()
    until = _clock(end) if same else f"{_day(end)}, {_clock(end)}"
    return f"{_day(begin)}, {_clock(begin)} to {until}{ours}"


def _end(event: _Properties, first: _Property, begin: date) -> tuple[_Property, date | None]:
    """The end as the file has it, or by its duration."""
    if "DTEND" in event:
        end = _parsed(event["DTEND"][0].value)
        return event["DTEND"][0], end if isinstance(end, date) else None
    length = _parsed(event["DURATION"][0].value) if "DURATION" in event else None
    with suppress(OverflowError):
        return first, begin + length if isinstance(length, timedelta) else None
    return first, None


def _parsed(value: str) -> date | timedelta | None:
    """A day, a time or a duration; nothing for anything else."""
    from icalendar.prop import vDDDTypes

    try:
        found = vDDDTypes.from_ical(value.strip())  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        return None
    return found if isinstance(found, date | timedelta) else None


def _days(event: _Properties, name: str) -> str:
    shown = list[str]()
    for each in event.get(name, []):
        for value in each.value.split(","):
            at = _parsed(value)
            shown.append(_moment(each, at) if isinstance(at, date) else value)
    return "; ".join(shown)


def _moment(written: _Property, at: date) -> str:
    if not isinstance(at, datetime):
        return _day(at)
    return f"{_day(at)}, {_clock(at)}{_zone(written, at)}"


def _day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _zone(written: _Property, at: datetime) -> str:
    zone = "UTC" if at.tzinfo else written.zone
    return f" ({zone})" if zone else ""
