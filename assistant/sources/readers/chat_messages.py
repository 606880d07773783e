"""Messages of chats in JSON: a channel's day of Slack's export, and Teams from Microsoft Graph.

A thread is one passage, its replies below what they answer; any other message is a passage of its
own. Sources of the formats: Slack, "How to read Slack data exports" and "Formatting text for app
surfaces"; Microsoft, "chatMessage resource type".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.sources.json_values import mapping, objects
from assistant.sources.readers.documents.html import to_markdown

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Message:
    """What somebody wrote. ``words`` are empty where it is nobody's talk (who joined, a deleted
    message). ``thread`` is the id of the message that it answers, or its own one; ``answers`` when
    that was written, where the file says so; ``files`` are the names of those attached."""

    id: str
    thread: str
    at: datetime
    author: str
    words: str
    edited: datetime | None = None
    answers: datetime | None = None
    files: tuple[str, ...] = ()


def read_chat(payload: object, name: str) -> Iterator[object] | None:
    """The records of a chat's messages, or ``None`` where ``payload`` holds something else.

    ``name`` is the file's: in an export of a workspace the folder above tells the channel.
    """
    found = _listed(payload)
    if not found:
        return None
    for what, belongs in _WITHOUT_WORDS:
        if all(map(belongs, found)):
            note = f"It lists the {what} of a Slack workspace; what was said is in other files."
            return iter(({"note": note}, {"report": {"reader": "Slack", "parts": len(found)}}))
    for tool, belongs, read in _TOOLS:
        if all(map(belongs, found)):
            return _chat(tool, list(read(found)), _channel(name))
    return None


def _listed(payload: object) -> list[Record]:
    if isinstance(payload, dict):
        payload = payload.get("messages") or payload.get("value")
    if not isinstance(payload, list) or not all(isinstance(each, dict) for each in payload):
        return []
    return payload


def _channel(name: str) -> str:
    """A title of the file ``archive > channel > day``; "" for one that no folder says more of."""
    *above, last = name.split(" > ")
    return f"{above[-1]}, {last.rpartition('.')[0]}" if len(above) > 1 else ""


def _chat(tool: str, found: Sequence[_Message], title: str) -> Iterator[object]:
    messages = sorted((one for one in found if one.words), key=lambda one: one.at)
    threads = dict[str, list[_Message]]()
    for one in messages:
        threads.setdefault(one.thread, []).append(one)
    if left_out := len(found) - len(messages):
        yield {"note": f"Entries without words of anybody (who joined or left, a topic, a deleted "
               f"message) were left out: {left_out}."}  # fmt: skip
    if messages:
        yield {"document": {
            "id": "", "title": title, "kind": "page", "text": f"# {tool} messages, times in UTC",
            "comments": list(map(_comment, threads.values())),
            "authors": list(dict.fromkeys(one.author for one in messages)),
        }}  # fmt: skip
    unread = [f"attached file {name}" for one in found for name in one.files]
    yield {"report": {"reader": tool, "parts": len(messages), "unread_parts": unread}}


def _comment(thread: Sequence[_Message]) -> list[str]:
    """Author, day and words of a thread: those of its first message, and the replies below."""
    first, replies = thread[0], len(thread) - 1
    said, author = [_line(one) for one in thread], first.author
    lone = first.id != first.thread
    if lone and first.answers:
        said.insert(0, f"In the thread of {_when(first.answers)}:")
    if replies:
        more = "more " if lone else ""
        author += f" (with {replies} {more}repl{'y' if replies == 1 else 'ies'})"
    days = dict.fromkeys(one.at.date().isoformat() for one in (first, thread[-1]))
    return [author, " to ".join(days), "\n\n".join(said)]


def _line(one: _Message) -> str:
    later = one.edited and one.edited.date() != one.at.date()
    edited = f" (edited {_when(one.edited)})" if one.edited and later else ""
    return f"{_when(one.at)}{edited}, {one.author}: {one.words}"


def _when(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M}"


# --- Slack ------------------------------------------------------------------------------------

_TS = re.compile(r"\d{9,10}\.\d{1,9}")
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{6,}")
_SAID = frozenset({"", "bot_message", "file_comment", "file_share", "me_message",
                   "reply_broadcast", "thread_broadcast"})  # fmt: skip
"""Subtypes of what somebody says; all others tell of the channel: who joined, its topic."""

_MARKED = re.compile(r"<([^<>\n]+)>")
_STRUCK = re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\w~])")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""The only ones that Slack writes, "&amp;" last."""


def _is_slack(record: Record) -> bool:
    return record.get("type") == "message" and _ts(record.get("ts")) is not None


def _ts(value: object) -> datetime | None:
    """The time that Slack calls a message by: seconds since 1970 as decimal text."""
    if not isinstance(value, str) or not _TS.fullmatch(value):
        return None
    return datetime.fromtimestamp(float(value), UTC)


def _slack(found: Sequence[Record]) -> Iterator[_Message]:
    names = {str(one.get("user")): name for one in found if (name := _named(one))}
    for one in found:
        at, own, user = _ts(one["ts"]), str(one["ts"]), str(one.get("user") or "")
        assert at is not None
        thread = str(one.get("thread_ts") or own)
        said = str(one.get("subtype") or "") in _SAID
        yield _Message(
            own, thread, at, _named(one) or names.get(user, user) or "somebody unknown",
            _slack_words(one, names) if said else "",
            edited=_ts(mapping(one.get("edited")).get("ts")),
            answers=_ts(thread), files=_file_names(one.get("files")),
        )  # fmt: skip


def _file_names(files: object) -> tuple[str, ...]:
    return tuple(str(each["name"]) for each in objects(files) if each.get("name"))


def _named(message: Record) -> str:
    """The name that a message itself gives its author."""
    profile, bot = mapping(message.get("user_profile")), mapping(message.get("bot_profile"))
    names = (profile.get("real_name"), profile.get("display_name"), profile.get("name"),
             message.get("username"), bot.get("name"))  # fmt: skip
    return next((name for each in names if (name := " ".join(str(each or "").split()))), "")


def _slack_words(message: Record, names: Mapping[str, str]) -> str:
    """The text of a message as Slack shows it; a program's may stand in its attachments alone."""
    text = str(message.get("text") or "")
    if not text.strip():
        parts = objects(message.get("attachments"))
        text = "\n".join(str(part.get("text") or part.get("fallback") or "") for part in parts)
    text = _MARKED.sub(lambda match: _unmarked(match[1], names), text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return _STRUCK.sub(r"~~\1~~", text).strip()


def _unmarked(inside: str, names: Mapping[str, str]) -> str:
    """What Slack shows for ``<@U06…>``, ``<#C07…|label>``, ``<!channel>`` or a link."""
    target, _, label = inside.partition("|")
    sign, rest = target[:1], target[1:]
    if sign == "@":
        return f"@{names.get(rest) or label or rest}"
    if sign == "#":
        return f"#{label or rest}"
    if sign == "!":
        return label or f"@{rest}"
    return label or target.removeprefix("mailto:")


def _is_person(record: Record) -> bool:
    return {"team_id", "profile", "deleted"} <= record.keys() and _has_slack_id(record)


def _is_channel(record: Record) -> bool:
    return {"created", "members"} <= record.keys() and _has_slack_id(record)


def _has_slack_id(record: Record) -> bool:
    return bool(_SLACK_ID.fullmatch(str(record.get("id") or "")))


# --- Microsoft Teams --------------------------------------------------------------------------


def _is_teams(record: Record) -> bool:
    """A mail from Graph looks alike: its "from" holds an address."""
    by = mapping(record.get("from")).keys()
    return (
        _time(record.get("createdDateTime")) is not None
        and {"content", "contentType"} <= mapping(record.get("body")).keys()
        and ("messageType" in record or bool(by & {"user", "application"}))
    )


def _time(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _teams(found: Sequence[Record]) -> Iterator[_Message]:
    for one in (each for top in found for each in (top, *objects(top.get("replies")))):
        at, own = _time(one.get("createdDateTime")), str(one.get("id"))
        if at is None:
            continue
        written = (one.get("messageType") or "message") == "message"
        by = mapping(one.get("from"))
        person = mapping(by.get("user")) or mapping(by.get("application"))
        files = [f for f in objects(one.get("attachments")) if f.get("contentType") == "reference"]
        yield _Message(
            own, str(one.get("replyToId") or own), at,
            str(person.get("displayName") or "") or "somebody unknown",
            _teams_words(one) if written and not one.get("deletedDateTime") else "",
            edited=_time(one.get("lastEditedDateTime")), files=_file_names(files),
        )  # fmt: skip


def _teams_words(message: Record) -> str:
    """The subject of a post, and its text."""
    body, subject = mapping(message.get("body")), str(message.get("subject") or "").strip()
    text = str(body.get("content") or "")
    text = to_markdown(text).strip() if body.get("contentType") == "html" else text.strip()
    return "\n".join(part for part in (subject, text) if part)


_WITHOUT_WORDS: tuple[tuple[str, Callable[[Record], bool]], ...] = (
    ("people", _is_person),
    ("channels", _is_channel),
)
_TOOLS: tuple[
    tuple[str, Callable[[Record], bool], Callable[[Sequence[Record]], Iterator[_Message]]],
    ...,
] = (
    ("Slack", _is_slack, _slack),
    ("Microsoft Teams", _is_teams, _teams),
)
