"""Calendars (ICS): each event with its days as the file has them."""

from __future__ import annotations

import pytest

from assistant.errors import UnreadableFile
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES
from assistant.sources.reading import Reading


def calendar(*lines: str, above: str = "") -> str:
    """A calendar with one event that has these lines, or with more where they say so."""
    head = f"BEGIN:VCALENDAR\nVERSION:2.0\n{above}BEGIN:VEVENT\n"
    return head + "\n".join(lines) + "\nEND:VEVENT\nEND:VCALENDAR\n"


def read(text: str | bytes, name: str = "plan.ics") -> Reading:
    data = text.replace("\n", "\r\n").encode() if isinstance(text, str) else text
    return read_file(name, data)


def items(*lines: str) -> str:
    """The items of a calendar of one event, without its title."""
    text = read(calendar(*lines)).document.text
    return text.removeprefix("# plan\n\n").rstrip("\n")


NEXT = ("END:VEVENT", "BEGIN:VEVENT")


def test_the_last_day_of_whole_days_is_said() -> None:
    for end, shown in (
        ("DTEND;VALUE=DATE:20270104", "24 December 2026 to 3 January 2027"),
        ("DTEND;VALUE=DATE:20261225", "24 December 2026"),
        ("DTEND;VALUE=DATE:20261224", "24 December 2026"),
        ("DURATION:P2D", "24 December 2026 to 25 December 2026"),
        ("CLASS:PUBLIC", "24 December 2026"),
    ):
        assert items("DTSTART;VALUE=DATE:20261224", end, "SUMMARY:Shut") == f"- {shown}: Shut"


def test_times_stay_in_the_zone_that_the_file_names() -> None:
    berlin, west = "TZID=Europe/Berlin", 'TZID="(UTC+01:00) Amsterdam, Berlin: west"'
    for begin, end, shown in (
        (f";{berlin}:20270104T090000", f"DTEND;{berlin}:20270104T103000",
         "4 January 2027, 09:00 to 10:30 (Europe/Berlin)"),
        (f";{berlin}:20270104T220000", f"DTEND;{berlin}:20270105T060000",
         "4 January 2027, 22:00 to 5 January 2027, 06:00 (Europe/Berlin)"),
        (f";{berlin}:20270104T090000", "DTEND:20270104T090000Z",
         "4 January 2027, 09:00 (Europe/Berlin) to 4 January 2027, 09:00 (UTC)"),
        (f";{west}:20270104T090000", "DURATION:PT45M",
         "4 January 2027, 09:00 to 09:45 ((UTC+01:00) Amsterdam, Berlin: west)"),
        (":20270104T090005", "CLASS:PUBLIC", "4 January 2027, 09:00:05"),
    ):  # fmt: skip
        assert items(f"DTSTART{begin}", end, "SUMMARY:x") == f"- {shown}: x"


def test_what_is_written_on_an_event() -> None:
    assert items(
        "DTSTART;VALUE=DATE:20270104", "SUMMARY;LANGUAGE=de:Prüfung\\, Teil 1\\; Halle",
        "LOCATION:Łódź\\, Raum 3", "RRULE:WKST=MO;INTERVAL=02;FREQ=WEEKLY;BYDAY=MO",
        "EXDATE;VALUE=DATE:20270111,20270118", "RDATE;VALUE=DATE:20270119",
        "DESCRIPTION:東京\\n\\n# not a heading\\nC:\\\\new", "ATTACH:https://example.org/a.pdf",
        "BEGIN:VALARM", "DESCRIPTION:Remind me", "END:VALARM",
    ) == (
        "- 4 January 2027: Prüfung, Teil 1; Halle\n  Place: Łódź, Raum 3\n"
        "  Repeats: WKST=MO;INTERVAL=02;FREQ=WEEKLY;BYDAY=MO\n  Also on: 19 January 2027\n"
        "  Not on: 11 January 2027; 18 January 2027\n  東京\n  \\# not a heading\n  C:\\new"
    )  # fmt: skip
    assert "<b>" not in items("SUMMARY:x", "DESCRIPTION:<b>Bring</b> it<br>by noon")


def test_a_fence_that_an_event_leaves_open_ends_with_it() -> None:
    shown = items(
        "DTSTART:20270104T090000", "SUMMARY:One", "DESCRIPTION:Run\\n```\\nselect 1", *NEXT,
        "DTSTART:20270105T090000", "SUMMARY:Two", "DESCRIPTION:```\\nselect 2\\n```", *NEXT,
        "DTSTART:20270106T090000", "SUMMARY:Three", "DESCRIPTION:~~~ by noon",
    )  # fmt: skip
    assert shown == (
        "- 4 January 2027, 09:00: One\n  Run\n  \\```\n  select 1\n"
        "- 5 January 2027, 09:00: Two\n  ```\n  select 2\n  ```\n"
        "- 6 January 2027, 09:00: Three\n  \\~~~ by noon"
    )


def test_cancelled_and_moved_events_are_marked() -> None:
    shown = items(
        "DTSTART:20270105T090000", "SUMMARY:Held", *NEXT,
        "DTSTART:20270104T090000", "SUMMARY:Off", "STATUS:CANCELLED", *NEXT,
        "DTSTART:20270106T100000", "SUMMARY:Moved", "RECURRENCE-ID:20270106T090000",
        "STATUS:tentative",
    )  # fmt: skip
    assert shown == (
        "- 4 January 2027, 09:00: Off (cancelled)\n- 5 January 2027, 09:00: Held\n"
        "- 6 January 2027, 10:00: Moved (tentative)\n"
        "  In place of the one on: 6 January 2027, 09:00"
    )
    text = read(calendar("SUMMARY:All of it", above="METHOD:CANCEL\n")).document.text
    assert "- All of it (cancelled)" in text


def test_the_name_of_a_calendar_and_words_that_make_it_no_story() -> None:
    above = "X-WR-CALNAME:Days off\nX-WR-TIMEZONE:Europe/Berlin\n"
    told = "DESCRIPTION:As a clerk\\, I want to pay\\, so that it is paid."
    reading = read(calendar("SUMMARY:BR-1 Rule", told, *NEXT, "SUMMARY:BR-2", above=above))
    assert (reading.document.kind, reading.document.title) == ("page", "Days off")
    assert reading.epics == ()
    assert "\n\nTime zone of the calendar: Europe/Berlin\n\n- BR-1 Rule" in reading.document.text


def test_lines_are_unfolded_by_bytes_and_the_content_tells_the_kind() -> None:
    data = calendar("SUMMARY:Prüfung der Löhne").encode()
    at = data.index("ü".encode()) + 1
    folded = b"\xef\xbb\xbf" + data[:at] + b"\r\n " + data[at:]
    for name in ("plan.ics", "invite.txt", "invite"):
        assert "- Prüfung der Löhne" in read(folded, name).document.text
    latin = calendar("SUMMARY:Prüfung der Löhne").encode("cp1252")
    assert "- Prüfung der Löhne" in read(latin).document.text
    assert read(b"To write BEGIN:VCALENDAR by hand", "a.txt").report.reader != "icalendar"
    assert ".ics" in READABLE_SUFFIXES


def test_what_breaks_the_format_is_named() -> None:
    reading = read(
        calendar(
            "DTSTART:20271304", "DTEND:garbage", "SUMMARY:Odd", "a line of its own", *NEXT,
            "DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:soon", "DESCRIPTION:no title", *NEXT,
            "DTSTART;VALUE=DATE:99991231", "DURATION:P99999999999D", "SUMMARY:Late",
            "ATTACH:x", "END:VEVENT", "BEGIN:VTODO", "SUMMARY:Do", "END:VTODO", "BEGIN:VEVENT",
            "SUMMARY:Cut off",
        ).removesuffix("END:VEVENT\nEND:VCALENDAR\n") + " "
    )  # fmt: skip
    assert reading.document.text == (
        "# plan\n\n- 1 January 2027: Event without a title\n  no title\n"
        "- 31 December 9999: Late\n- 20271304: Odd\n- Cut off\n"
    )
    assert set(reading.report.unread_parts) == {
        "1 lines that break the format", "3 dates that break the format", "1 attachments",
        "1 tasks", "what is missing at the end of the file",
    }  # fmt: skip


def test_a_calendar_without_an_event_or_with_too_many_is_refused() -> None:
    for text in ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VCALENDAR\nEND:VEVENT\nSUMMARY:x\n"):
        with pytest.raises(UnreadableFile, match="holds no event"):
            read(text)
    with pytest.raises(UnreadableFile, match="more than 20,000 events"):
        read("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 20_001)


def test_a_zone_that_changes_each_second_costs_nothing() -> None:
    """Zones are not computed: the library draws out such a rule until it is killed."""
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    text = calendar("DTSTART;TZID=Mine:20270104T090000", "SUMMARY:x", above=zone)
    assert "- 4 January 2027, 09:00 (Mine): x" in read(text).document.text


def test_ten_thousand_lines_and_one_long_one() -> None:
    each = ("DTSTART;VALUE=DATE:20270104", "SUMMARY:x")
    many = calendar(*(line for _ in range(2_500) for line in (*each, *NEXT)), *each)
    assert read(many).report.parts == 2_501
    assert "x" * 100_000 in items("SUMMARY:" + "x\n " * 100_000)
