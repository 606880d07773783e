"""Files of a program: messages in .properties form become tables, YAML stays code."""

from __future__ import annotations

import time

import pytest

from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.files import read_file
from assistant.sources.files.message_files import program_text

MESSAGES = r"""# Messages of the portal
app.title=Portal
booking.done : Your booking is confirmed. Reference: {0}

# --- bookings ---
#booking.full=Slot full, try later
booking.full=That slot has just been \
    taken. Choose another.
booking.late \u00bfCancel?\nCall {1}.
! ===== reminders =====
key\ with\ blank=\ud83d\ude00 A = B
empty=
"""


def test_messages_are_rows_below_the_headings_of_their_comments() -> None:
    read = read_file("messages_es.properties", MESSAGES.encode())
    assert (read.document.kind, read.document.title) == ("page", "messages es")
    rows = [chunk for chunk in split(read.document) if chunk.kind == "table_row"]
    assert [
        (chunk.heading.rpartition(" > ")[2], chunk.text.split("; ", 1)[1]) for chunk in rows
    ] == [
        ("", "Text: Portal"),
        ("", "Text: Your booking is confirmed. Reference: {0}"),
        ("bookings", "Text: That slot has just been taken. Choose another."),
        ("bookings", "Text: ¿Cancel? Call {1}."),
        ("reminders", "Text: 😀 A = B"),
    ]
    assert "try later" not in read.document.text  # taken back in a comment


def test_of_two_apostrophes_one_is_shown_where_values_are_filled_in() -> None:
    text = read_file("m.properties", b"a=Boat {0} isn''t free\nb=It isn''t {free}\n").document.text
    assert "| a | Boat {0} isn't free |" in text
    assert "| b | It isn''t {free} |" in text


@pytest.mark.parametrize("mark", ["```", "`````"])
def test_yaml_is_code_and_no_epic(mark: str) -> None:
    text = (
        f"# As a user I want to book so that I am in.\nmaxLength: 280\nnote: |\n  {mark}\n- AC1 x\n"
    )
    read = read_file("api.yaml", text.encode())
    assert (read.document.kind, read.document.title, read.epics) == ("page", "api", ())
    assert "maxLength: 280" in " ".join(chunk.text for chunk in split(read.document))
    assert not any(chunk.heading.startswith("As a user") for chunk in split(read.document))


def test_other_texts_are_none_of_them() -> None:
    assert program_text("a=b", "notes.txt") is None
    assert program_text("", "empty.properties") == ""


def test_hostile_lines_take_no_time() -> None:
    dashes = "# -- a" + "-" * 200_000 + "b\n"
    going_on = "key=\\\n" + "x\\\n" * 100_000 + "end\n"
    begin = time.process_time()
    found = program_text(dashes + going_on, "a.properties") or ""
    assert time.process_time() - begin < 2
    assert found.endswith("end |")
