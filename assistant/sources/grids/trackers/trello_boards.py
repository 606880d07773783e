"""Boards of Trello in JSON ("Export as JSON"): cards as items of a tracker.

Source of the format: Atlassian, "Trello REST API", objects board, card, checklist, action and
custom field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.sources.grids.trackers.tracker_items import Item, Tracker, item_records
from assistant.sources.json_values import mapping, objects

Record = Mapping[str, Any]

_ADDRESS = re.compile(r"https?://trello\.com/c/")


def read_board(board: Record) -> Iterator[dict[str, object]]:
    """The records of a board, as ``exports.read_export`` takes them."""
    cards = objects(board.get("cards"))
    archived = {str(one.get("id")) for one in objects(board.get("lists")) if one.get("closed")}
    live = [one for one in cards if not (one.get("closed") or one.get("isTemplate"))
            and str(one["idList"]) not in archived]  # fmt: skip
    if gone := len(cards) - len(live):
        yield {"note": f"Archived cards and templates were left out: {gone}."}
    items, project = _items(live, board), _words(board)
    uri = str(board.get("shortUrl") or board.get("url") or "")
    page_id = f"trello:{board.get('id') or project}"
    yield from item_records(items, Tracker("Trello", "cards", project, uri, page_id))
    counts = [_number(mapping(one.get("badges")).get("comments")) for one in live]
    missing = sum(
        max(0, int(told) - len(item.comments)) for told, item in zip(counts, items, strict=True)
    )
    if missing:
        yield {"note": f"Comments that the cards count and the export leaves out: {missing}."}
    unread = [f"attached file {name}" for one in live for name in _attached(one)]
    yield {"report": {"reader": "Trello", "parts": len(live), "unread_parts": unread}}


def _items(records: Sequence[Record], board: Record) -> list[Item]:
    """Cards with their lists' names, checklists, fields and comments."""
    lists = {str(one.get("id")): str(one["name"]) for one in objects(board.get("lists"))}
    people = {
        str(one.get("id")): str(one.get("fullName") or one.get("username") or "")
        for one in objects(board.get("members"))
    }
    comments, authors = dict[str, list[list[str]]](), dict[str, str]()
    for action in sorted(objects(board.get("actions")), key=lambda one: str(one.get("date", ""))):
        data, by = mapping(action.get("data")), mapping(action.get("memberCreator"))
        of = str(mapping(data.get("card")).get("id", ""))
        who = str(by.get("fullName") or people.get(str(action.get("idMemberCreator")), ""))
        if action.get("type") == "commentCard":
            said = [who, str(action.get("date", ""))[:10], str(data.get("text") or "")]
            comments.setdefault(of, []).append(said)
        elif action.get("type") == "createCard":
            authors[of] = who
    checklists = dict[str, list[Record]]()
    for one in _in_order(board.get("checklists")):
        checklists.setdefault(str(one.get("idCard")), []).append(one)
    fields = {str(one.get("id")): one for one in objects(board.get("customFields"))}
    found = []
    for record in records:
        own = str(record.get("id"))
        short = str(record.get("shortLink") or "")
        attached = [str(one.get("url") or "") for one in objects(record.get("attachments"))]
        found.append(Item(
            name=_words(record),
            own=short or str(record.get("id") or ""),
            names=[short],
            description=str(record.get("desc") or ""),
            column=lists.get(str(record["idList"]), ""),
            labels=[name for one in objects(record.get("labels")) if (name := _words(one))],
            fields=_fields(record, fields),
            checklists=[
                (_words(one), [name for item in _in_order(one.get("checkItems"))
                               if (name := _words(item))])
                for one in checklists.get(own) or _in_order(record.get("checklists"))
            ],
            links=[one for one in attached if _ADDRESS.match(one)],
            project=_words(board),
            author=authors.get(own, ""),
            uri=str(record.get("shortUrl") or record.get("url") or ""),
            comments=comments.get(own, []),
        ))  # fmt: skip
    return found


def _fields(record: Record, known: Mapping[str, Record]) -> dict[str, str]:
    found = dict[str, str]()
    for item in objects(record.get("customFieldItems")):
        one = known.get(str(item.get("idCustomField")), {})
        options = {str(o.get("id")): mapping(o.get("value")) for o in objects(one.get("options"))}
        value = options.get(str(item.get("idValue"))) or mapping(item.get("value"))
        told = next((str(each) for each in value.values() if each is not None), "")
        if told.strip():
            found[_words(one)] = told
    return found


def _words(record: Record) -> str:
    return " ".join(str(record.get("name") or "").split())


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _in_order(records: object) -> list[Record]:
    return sorted(objects(records), key=lambda one: _number(one.get("pos")))


def _attached(record: Record) -> Iterator[str]:
    """What is attached to a card, other cards aside."""
    for one in objects(record.get("attachments")):
        if not _ADDRESS.match(str(one.get("url") or "")):
            yield _words(one) or str(one.get("url") or "")
