"""Chats of WhatsApp as text: talk by somebody on a day, whatever the phone's form of a date."""

from __future__ import annotations

import pytest
from file_writers import archive

from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

OWN = "\u200e"
IOS = f"""[28/06/2027, 09:02:14] Fees core: {OWN}Messages are end-to-end encrypted.
[28/06/2027, 09:05:40] Maud Oyelaran: How long is a quote valid?
{OWN}[28/06/2027, 09:06:01] ~ Ole: {OWN}image omitted
{OWN}[28/06/2027, 09:06:30] Ole: {OWN}<attached: 0004-PLAN.pdf>
[03/07/2027, 10:12:33] Priya N (Workshop): Correction: 14 days.
The last one counts: 23:59. {OWN}<This message was edited>
[03/07/2027, 10:14:01] Ole: Yes
"""


def chat(text: str, name: str = "_chat.txt") -> Reading:
    """The reading of a chat."""
    return read_file(name, text.encode())


def talk(reading: Reading) -> list[tuple[str, str]]:
    """Place and words of each passage."""
    chunks = split(reading.document.model_copy(update={"places": reading.places}))
    return [(one.place, one.text) for one in chunks if one.place]


def test_a_message_is_a_passage_by_somebody_on_a_day() -> None:
    reading = chat(IOS)
    assert talk(reading) == [
        ("comment by Maud Oyelaran, 2027-06-28",
         "28 June 2027, 09:05:40, Maud Oyelaran: How long is a quote valid?"),
        ("comment by Priya N (Workshop), 2027-07-03",
         "3 July 2027, 10:12:33, Priya N (Workshop): Correction: 14 days.\n"
         "The last one counts: 23:59."),
        ("comment by Ole, 2027-07-03", "3 July 2027, 10:14:01, Ole: Yes"),
    ]  # fmt: skip
    assert reading.authors == ("Maud Oyelaran", "Priya N (Workshop)", "Ole")
    assert any(note.endswith("were left out: 3.") for note in reading.notes)
    assert reading.report.unread_parts == ("attached file 0004-PLAN.pdf",)


@pytest.mark.parametrize(
    ("stamps", "days"),
    [
        (["28/06/2027, 09:31 - ", "03/07/2027, 10:12 - "], ["2027-06-28", "2027-07-03"]),
        (["6/28/27, 9:31\u202fAM - ", "7/3/27, 1:12\u202fPM - "], ["2027-06-28", "2027-07-03"]),
        (["5/7/27, 9:31 - ", "6/5/27, 10:12 - "], ["2027-05-07", "2027-06-05"]),
        (["5/7/27, 9:31 - ", "6/7/27, 9:31 - ", "1/8/27, 9:31 - "],
         ["2027-07-05", "2027-07-06", "2027-08-01"]),
        (["03.07.27, 09:31 - ", "03.07.27, 10:12 - "], ["2027-07-03", "2027-07-03"]),
        (["[2027-06-28, 09:31:08] ", "[2027-07-03, 10:12:00] "], ["2027-06-28", "2027-07-03"]),
        (["[3.7.2027 klo 14.08.18] ", "[4.7.2027 klo 9.00.00] "], ["2027-07-03", "2027-07-04"]),
        (["2027. 7. 3. 오전 9:31 - ", "2027. 7. 4. 오후 1:12 - "], ["2027-07-03", "2027-07-04"]),
    ],
)  # fmt: skip
def test_the_order_of_a_date_is_the_one_in_which_time_goes_on(
    stamps: list[str], days: list[str]
) -> None:
    reading = chat("".join(f"{stamp}Ole: 14 days\n" for stamp in stamps))
    assert [place.removeprefix("comment by Ole, ") for place, _ in talk(reading)] == days


def test_a_day_that_the_file_leaves_open_is_not_told() -> None:
    reading = chat("03/07/2027, 09:31 - Ole: 14 days\n03/07/2027, 10:12 - Maud: No, 21\n")
    assert talk(reading) == [
        ("comment by Ole", "03/07/2027, 09:31, Ole: 14 days"),
        ("comment by Maud", "03/07/2027, 10:12, Maud: No, 21"),
    ]  # fmt: skip
    assert any("which number is the day" in note for note in reading.notes)


def test_a_line_that_names_nobody_is_kept_as_it_stands() -> None:
    reading = chat(
        "28/06/2027, 09:00 - Maud created group “Fees”\n28/06/2027, 09:31 - Ole: 14 days\n"
        "28/06/2027, 09:32 - Ole: <Media omitted>\n28/06/2027, 09:33 - +49 170 1234567: 21\n"
    )
    assert talk(reading) == [
        ("comment by somebody unknown, 2027-06-28",
         "28 June 2027, 09:00: Maud created group “Fees”"),
        ("comment by Ole, 2027-06-28", "28 June 2027, 09:31, Ole: 14 days"),
        ("comment by +49 170 1234567, 2027-06-28", "28 June 2027, 09:33, +49 170 1234567: 21"),
    ]  # fmt: skip
    assert reading.authors == ("Ole", "+49 170 1234567")
    assert any(note.endswith("were left out: 1.") for note in reading.notes)


def test_a_chat_in_its_archive_has_the_archives_name() -> None:
    data = archive({"_chat.txt": IOS})
    (outcome,) = read_files("WhatsApp Chat - Fees.zip", data)
    assert outcome.reading is not None
    assert outcome.reading.document.title == "WhatsApp Chat - Fees"


@pytest.mark.parametrize(
    "text",
    [
        "[2027-06-28 09:31:08] local.ERROR: failed\n[2027-06-28 09:31:09] local.INFO: again\n",
        "2027-06-28 09:31:08 - INFO: started\n2027-06-28 09:31:09 - INFO: ended\n",
        "Meeting\n\n28/06/2027, 09:31 - Ole: 14 days\n28/06/2027, 09:32 - Maud: yes\n",
        "28/06/2027, 09:31 - Ole: 14 days\n",
    ],
)
def test_other_texts_with_times_stay_texts(text: str) -> None:
    assert talk(chat(text, "notes.txt")) == []


@pytest.mark.parametrize(
    "text",
    [
        "12.03.2025 10:00 - Server restarted\n12.03.2025 10:05 - The gateway must be down\n"
        "12.03.2025 10:20 - Root cause: certificate expired\n",
        "01/03/2026, 18:00 - Feature freeze\n05/03/2026, 18:00 - UAT begins\n",
        "14.03.2025 09:30 - 10:30 Workshop payments\nThe customer wants:\n"
        "a limit of 500 EUR per day.\n14.03.2025 11:00 - 12:00 Workshop refunds\n",
        "12.03.2025 10:00 - Cause: no power\n12.03.2025 10:05 - Result: no talk\n"
        "12.03.2025 10:20 - Plan: a second line\n",
        "12.03.2025 10:00 - <open>\n12.03.2025 11:00 - <open>\n",
    ],
)
def test_a_list_of_dates_is_a_text_of_which_nothing_is_lost(text: str) -> None:
    reading = chat(text, "plan.txt")
    assert talk(reading) == []
    assert reading.document.text.split() == text.split()
    assert not any("left out" in note for note in reading.notes)


def test_a_chat_without_talk_says_so() -> None:
    line = f"[28/06/2027, 09:02:14] Fees core: {OWN}Messages are encrypted.\n"
    with pytest.raises(UnreadableFile, match="nobody wrote"):
        chat(line * 2)
