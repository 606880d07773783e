"""Messages of Slack and Microsoft Teams: talk by somebody on a day, a thread in one passage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from file_writers import archive

from assistant.domain import Chunk
from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.masking.masking import mask_reading
from assistant.sources.reading import Reading

ANNA, BO = "U0ANNA0001", "U0BO000002"
NOON = 1_793_880_000  # 5 November 2026, 12:00
MINUTE, DAY = 60, 86_400


def said(at: int, user: str, text: str, name: str = "", **more: object) -> dict[str, object]:
    """A message as an export of Slack holds it, ``at`` seconds behind noon."""
    profile = {"user_profile": {"real_name": name, "display_name": "x"}} if name else {}
    ts = f"{NOON + at}.000{len(text):03}"
    return {"type": "message", "user": user, "text": text, "ts": ts, **profile, **more}


def read(payload: object, name: str = "2026-11-05.json") -> Reading:
    """The reading of a file with this content."""
    return read_file(name, json.dumps(payload).encode())


def passages(reading: Reading) -> list[Chunk]:
    """What is indexed of it."""
    return list(split(reading.document.model_copy(update={"places": reading.places})))


def test_a_message_of_slack_is_a_passage_by_somebody_on_a_day() -> None:
    reading = read([
        said(MINUTE, BO, "No, it stays.", "Bo Lind"),
        said(0, ANNA, "Can the deposit be <https://fees.example/a|the new fee>?", "Anna Ek"),
    ])  # fmt: skip
    assert (reading.document.kind, reading.document.title) == ("page", "2026-11-05")
    assert [(one.place, one.text) for one in passages(reading)] == [
        ("comment by Anna Ek, 2026-11-05",
         "5 November 2026, 12:00, Anna Ek: Can the deposit be the new fee?"),
        ("comment by Bo Lind, 2026-11-05", "5 November 2026, 12:01, Bo Lind: No, it stays."),
    ]  # fmt: skip
    assert all(one.heading.startswith("Slack messages, times in UTC") for one in passages(reading))


def test_replies_stand_below_what_they_answer() -> None:
    """Whatever was said meanwhile; the place says both days of a thread that goes on."""
    first = said(0, ANNA, "20 or 25 euros?", "Anna Ek")
    reading = read([
        {**first, "thread_ts": first["ts"], "replies": [{"user": BO, "ts": "1"}]},
        said(MINUTE, BO, "Lunch?", "Bo Lind"),
        said(DAY, BO, "25, decided today", "Bo Lind", thread_ts=first["ts"]),
    ])  # fmt: skip
    thread, lunch = passages(reading)
    assert thread.place == "comment by Anna Ek (with 1 reply), 2026-11-05 to 2026-11-06"
    assert thread.text == (
        "5 November 2026, 12:00, Anna Ek: 20 or 25 euros?\n\n"
        "6 November 2026, 12:00, Bo Lind: 25, decided today"
    )
    assert lunch.place == "comment by Bo Lind, 2026-11-05"


def test_replies_without_what_they_answer_name_its_time() -> None:
    """A reply lies in the file of its own day."""
    asked = f"{NOON - 3 * DAY}.000100"
    [thread] = passages(read([
        said(0, BO, "yes, 25", "Bo Lind", thread_ts=asked),
        said(MINUTE, ANNA, "thanks", "Anna Ek", thread_ts=asked, subtype="thread_broadcast"),
    ]))  # fmt: skip
    assert thread.place == "comment by Bo Lind (with 1 more reply), 2026-11-05"
    assert thread.text.startswith("In the thread of 2 November 2026, 12:00:\n\n5 November 2026, ")
    assert thread.text.endswith("12:01, Anna Ek: thanks")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"<@{ANNA}> and <@U0NOBODY99>, <@U0NOBODY99|cy>", "@Anna Ek and @U0NOBODY99, @cy"),
        (
            "<!channel> <!subteam^S1|@testers>: <#C01|loans> <#C02>",
            "@channel @testers: #loans #C02",
        ),
        ("<https://a.example/b> or <mailto:a@b.example|write>", "https://a.example/b or write"),
        ("3 &lt; 4 &amp;&amp; 5 &gt; 4, &amp;lt;", "3 < 4 && 5 > 4, &lt;"),
        ("~14~ 10 days, in ~5 min or ~6 min", "10 days, in ~5 min or ~6 min"),
        ("<|> stays", " stays"),
    ],
)
def test_what_slack_marks_is_read_as_it_shows_it(text: str, shown: str) -> None:
    reading = read([said(0, ANNA, text, "Anna Ek")])
    [one] = passages(reading)
    assert one.text.partition("Anna Ek: ")[2] == shown.strip()


def test_names_come_from_other_messages_and_ids_stay_where_nobody_names_them() -> None:
    reading = read([
        said(0, ANNA, "a question", "Anna Ek"),
        said(MINUTE, ANNA, "an afterthought"),
        said(2 * MINUTE, BO, "an answer"),
        said(3 * MINUTE, "", "", subtype="bot_message", username="Build",
             attachments=[{"fallback": "3 tests failed"}]),
    ])  # fmt: skip
    assert [one.place for one in passages(reading)] == [
        "comment by Anna Ek, 2026-11-05", "comment by Anna Ek, 2026-11-05",
        f"comment by {BO}, 2026-11-05", "comment by Build, 2026-11-05",
    ]  # fmt: skip
    assert "Build: 3 tests failed" in reading.document.text


def test_who_joined_is_left_out_and_files_are_told() -> None:
    reading = read([
        said(0, ANNA, f"<@{ANNA}> has joined the channel", subtype="channel_join"),
        said(MINUTE, BO, "fees, see file", "Bo Lind", files=[{"name": "fees.xlsx"}]),
        said(MINUTE, BO, "", "Bo Lind", files=[{"name": "plan.png"}, {"mode": "tombstone"}]),
        said(2 * MINUTE, BO, "5 days", "Bo Lind", edited={"user": BO, "ts": f"{NOON + DAY}.0001"}),
        said(3 * MINUTE, BO, "6 days", "Bo Lind", edited={"user": BO, "ts": f"{NOON + 240}.0001"}),
    ])  # fmt: skip
    assert "joined" not in reading.document.text
    assert [one.text.partition(", ")[2] for one in passages(reading)] == [
        "12:01, Bo Lind: fees, see file",
        "12:02 (edited 6 November 2026, 12:00), Bo Lind: 5 days",
        "12:03, Bo Lind: 6 days",
    ]
    assert reading.report.unread_parts == ("attached file fees.xlsx", "attached file plan.png")
    assert reading.notes[0].endswith("were left out: 2.")


def test_talk_states_no_rule_and_ends_no_passage_of_another() -> None:
    reading = read([
        said(0, ANNA, "# Business rules\n- BR-1: a box must be locked\n- BR-2: b", "Anna Ek"),
        said(MINUTE, BO, "As a clerk I want a key so that I can lock it.\n\nAcceptance criteria:\n"
             "- Given a box, when it is locked, then it must stay so", "Bo Lind"),
    ])  # fmt: skip
    assert (reading.document.kind, reading.epics, reading.cases) == ("page", (), ())
    found = passages(reading)
    assert {one.kind for one in found} == {"prose"}
    assert {one.place for one in found} == {
        "comment by Anna Ek, 2026-11-05", "comment by Bo Lind, 2026-11-05",
    }  # fmt: skip


def test_an_export_of_a_workspace() -> None:
    """The folder names the channel; lists of people and channels hold nothing to test."""
    person = {"id": ANNA, "team_id": "T1", "deleted": False, "profile": {"real_name": "Anna Ek"}}
    channel = {"id": "C0LOANS001", "name": "loans", "created": 1, "members": [ANNA]}
    data = archive({
        "users.json": json.dumps([person]),
        "channels.json": json.dumps([channel]),
        "loans/2026-11-05.json": json.dumps([said(0, ANNA, "10 days", "Anna Ek")]),
        "loans/2026-11-06.json": json.dumps([said(DAY, BO, "left", subtype="channel_leave")]),
    })  # fmt: skip
    users, channels, talk, leaves = read_files("export.zip", data)
    assert "people of a Slack workspace" in users.error
    assert "channels of a Slack workspace" in channels.error
    assert talk.reading is not None
    assert talk.reading.document.title == "loans, 2026-11-05"
    assert talk.reading.document.id == "file:export.zip > loans > 2026-11-05.json"
    assert "who joined or left" in leaves.error


def test_other_lists_with_a_time_are_no_chat() -> None:
    """Events of a program, and mails from Microsoft Graph, stay tables."""
    events = [{"type": "message", "ts": NOON, "text": "a"}, {"type": "message", "ts": NOON}]
    mail = {"id": "1", "createdDateTime": "2026-11-05T12:00:00Z", "subject": "Fees",
            "body": {"contentType": "text", "content": "10 euros"},
            "from": {"emailAddress": {"name": "Anna Ek"}}}  # fmt: skip
    for payload in (events, [mail, mail]):
        assert read(payload, "list.json").document.kind == "table"


def teams(number: int, name: str, content: str, **more: object) -> dict[str, Any]:
    """A message as Microsoft Graph gives it out."""
    return {
        "id": str(number), "replyToId": None, "messageType": "message",
        "createdDateTime": f"2026-11-05T14:{number:02}:30.5Z", "deletedDateTime": None,
        "from": {"application": None, "user": {"id": "7", "displayName": name}},
        "body": {"contentType": "html", "content": content}, "attachments": [], **more,
    }  # fmt: skip


def test_messages_of_teams() -> None:
    answer = teams(40, "Lind, Bo", '<p><at id="0">Anna Ek</at> 25 &lt; 30, <b>agreed</b></p>',
                   replyToId="33")  # fmt: skip
    reading = read({"@odata.context": "x", "value": [
        teams(50, "Ek, Anna", "gone", deletedDateTime="2026-11-05T15:00:00Z"),
        teams(45, "", "", messageType="systemEventMessage"),
        answer,
        teams(33, "Ek, Anna", "<div>25 euros?</div>", subject="Deposit",
              attachments=[{"contentType": "reference", "name": "fees.xlsx"}]),
        teams(20, "Cy Rao", "10 days", body={"contentType": "text", "content": "10 days"}),
    ]})  # fmt: skip
    days, thread = passages(reading)
    assert days.text == "5 November 2026, 14:20, Cy Rao: 10 days"
    assert thread.place == "comment by Ek, Anna (with 1 reply), 2026-11-05"
    assert thread.text == (
        "5 November 2026, 14:33, Ek, Anna: Deposit\n25 euros?\n\n"
        "5 November 2026, 14:40, Lind, Bo: Anna Ek 25 < 30, **agreed**"
    )
    assert thread.heading.startswith("Microsoft Teams messages, times in UTC")
    assert reading.report.unread_parts == ("attached file fees.xlsx",)


def test_replies_of_teams_may_lie_in_what_they_answer() -> None:
    reply = teams(40, "Bo Lind", "25", replyToId="33")
    [thread] = passages(read([teams(33, "Anna Ek", "20 or 25?", replies=[reply])]))
    assert thread.text.endswith("14:40, Bo Lind: 25")


def test_masked_talk_names_nobody_of_its_authors() -> None:
    reading = read([
        teams(33, "Ek, Anna", "25?"), teams(40, "Lind, Bo", "yes", replyToId="33"),
    ])  # fmt: skip
    masked = mask_reading(reading, key="k")
    told = [masked.document.text, *masked.authors, *(one.label for one in masked.places)]
    assert not [words for words in told if "Anna" in words or "Lind" in words]
    assert masked.places[0].label.endswith("2026-11-05")


def test_a_chat_is_as_long_as_its_messages() -> None:
    data = json.dumps([said(0, ANNA, "word " * 50, "Anna Ek")]).encode()
    with pytest.raises(UnreadableFile, match="at most 100 are read"):
        read_file("2026-11-05.json", data, limits=ReadLimits(max_characters=100))
