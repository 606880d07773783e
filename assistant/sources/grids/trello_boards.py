"""Boards of Trello in JSON ("Export as JSON"): cards as issues, all other cards as one page.

Source of the format: Atlassian, "Trello REST API", objects board, card, checklist, action and
custom field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.language.word_lists import word_lists
from assistant.sources.grids.field_choice import is_named_for
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import normalised
from assistant.sources.json_values import mapping, objects
from assistant.sources.pasted.lines import unlinked
from assistant.sources.pasted.names_and_ids import (
    EPIC_WORD,
    EPIC_WORDS,
    STORY_WORD,
    is_key,
    section_name,
    split_key,
)
from assistant.sources.pasted.pages import text_kind

Record = Mapping[str, Any]

_TYPES = {
    "epic": [EPIC_WORD, *HEADERS["types"]["epic"]],
    "fault": HEADERS["types"]["fault"],
    "story": [
        STORY_WORD,
        *(name for name in EPIC_WORDS["sections"]["container"] if "backlog" not in name),
    ],
}
"""What a label, a list or a field may say that a card is; a backlog holds bugs as well."""
_TYPE = re.compile(
    "|".join(f"(?P<{kind}>(?:{'|'.join(words)})s?)" for kind, words in _TYPES.items()),
    re.IGNORECASE,
)
_SHOWN = {"epic": "Epic", "fault": "Bug"}
_ROLES = {
    word.casefold(): role
    for role in ("release", "team")
    for words in word_lists("requests")[role].values()
    for word in words
} | {word: role for role in ("release", "team", "sprint") for word in HEADERS["requirements"][role]}
"""What the name of a field, or the first word of a label or a list, says that it holds."""
_NAMED = re.compile(r"(?P<role>[^\W\d]+)(?:\s*[:/=]\s*(?P<value>\S.*)|\s*[-#]?\s*\d[\w.-]*)")
"""A label or a list such as "Team: Payments", "Sprint 12"."""
_KEYED = re.compile(
    r"\s*(?:[\[(](?P<inside>{0})[\])]\s*[·•:|–—-]?|(?P<before>{0})(?:\s*[·•:|–—]|\s+[-/](?=\s)))"
    r"\s*(?=\S)".format(r"[A-Z](?=[\w.-]*\d)[A-Z\d]*(?:[-_.][A-Z\d]+)*")
)
"""A key at the beginning of a card's name: "LAT-E1 · Title", "[US3] Title"."""
_ABOVE = re.compile(
    rf"^[ \t]*(?:[-*•][ \t]+)?[*_]*(?:{EPIC_WORD})[*_]*[ \t]*[:：][*_]*[ \t]*(?P<epic>\S.*)$\n?",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(
    rf"[\[(]?(?P<word>{EPIC_WORD}|{STORY_WORD})(?:\s*#?\d+)?\s*(?:[\])·•:：|–—]|\s-\s)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?P<label>[^:：\n]{1,60}?)[*_ ]*[:：][*_ ]*(?P<rest>.*)")
_MARKS = re.compile(r"\s*(?P<list>(?:[-*•+]|\d{1,2}[.)])\s+)?(?:\[[ xX]?\]\s*)?[#*_ ]*[\[(]?")
_NAME = re.compile(r"\w+(?:[-.]\w+)*")
_ADDRESS = re.compile(r"https?://trello\.com/c/")


@dataclass(slots=True)
class _Card:
    """A card with what the board says of it in other places."""

    record: Record
    list_name: str
    labels: list[str]
    fields: dict[str, str]
    """The values of custom fields by the fields' names."""
    checklists: list[tuple[str, list[str]]]
    comments: list[list[str]]
    author: str
    key: str = ""
    title: str = ""
    kind: str = ""
    """"epic", "fault", "story", or "" where nothing says."""
    text: str = ""
    epic: str = ""
    epic_title: str = ""
    lists_cards: list[str] = field(default_factory=list)
    """Names of the checklists by which an epic lists its stories."""
    left_out: list[str] = field(default_factory=list)
    """Names of the checklists that are not read."""


def read_board(board: Record) -> Iterator[dict[str, object]]:
    """The records of a board, as ``exports.read_export`` takes them."""
    cards = objects(board.get("cards"))
    archived = {str(one.get("id")) for one in objects(board.get("lists")) if one.get("closed")}
    live = [one for one in cards if not (one.get("closed") or one.get("isTemplate"))
            and str(one["idList"]) not in archived]  # fmt: skip
    if gone := len(cards) - len(live):
        yield {"note": f"Archived cards and templates were left out: {gone}."}
    kept = _cards(live, board)
    _give_keys(kept)
    _give_epics(kept)
    others = list[_Card]()
    for card in kept:
        if record := _issue(card, board):
            yield {"issue": record}
        else:
            others.append(card)
    if others:
        yield {"document": _page(others, board)}
    left = [f"{name} ({card.key})" for card in kept for name in card.left_out]
    if left:
        yield {"note": f"Checklists whose name does not say acceptance criteria were left out: "
               f"{', '.join(left)}."}  # fmt: skip
    counts = [_number(mapping(card.record.get("badges")).get("comments")) for card in kept]
    missing = sum(
        max(0, int(told) - len(card.comments)) for told, card in zip(counts, kept, strict=True)
    )
    if missing:
        yield {"note": f"Comments that the cards count and the export leaves out: {missing}."}
    unread = [f"attached file {name}" for card in kept for name in _attached(card.record)]
    yield {"report": {"reader": "Trello", "parts": len(kept), "unread_parts": unread}}


def _cards(records: Sequence[Record], board: Record) -> list[_Card]:
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
        found.append(_Card(
            record=record,
            list_name=lists.get(str(record["idList"]), ""),
            labels=[name for one in objects(record.get("labels")) if (name := _words(one))],
            fields=_fields(record, fields),
            checklists=[
                (_words(one), [name for item in _in_order(one.get("checkItems"))
                               if (name := _words(item))])
                for one in checklists.get(own) or _in_order(record.get("checklists"))
            ],
            comments=comments.get(own, []),
            author=authors.get(own, ""),
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


# --- What a card is ---------------------------------------------------------------------------


def _give_keys(cards: Sequence[_Card]) -> None:
    """Each card's key, title and kind: the key that its name begins with, where no other card's
    does, or else the short link of its address, which stays when it is renamed or moved."""
    named = [_keyed(_words(card.record)) for card in cards]
    keys = [key for key, _ in named]
    for card, (key, title) in zip(cards, named, strict=True):
        own = str(card.record.get("shortLink") or card.record.get("id") or "")
        single = bool(key) and keys.count(key) == 1
        card.key, card.title = (key, title) if single else (own, _words(card.record))
        label = _LABEL.match(card.title)
        told = (*card.labels, *card.fields.values(), card.list_name, label["word"] if label else "")
        card.kind = next((kind for name in told if (kind := _kind(name))), "")


def _keyed(name: str) -> tuple[str, str]:
    match = _KEYED.match(name)
    key = (match["inside"] or match["before"]) if match else ""
    if match and (is_key(key) or "-" not in key):
        return key, name[match.end() :]
    return split_key(name)


def _kind(name: str) -> str:
    match = _TYPE.fullmatch(name.strip())
    return str(match.lastgroup) if match else ""


def _give_epics(cards: Sequence[_Card]) -> None:
    """Each card's text, and its epic: the one that it names, or the only one that lists it."""
    by_name = {name: card for card in cards
               for name in (str(card.record.get("shortLink") or ""), card.key)}  # fmt: skip
    epics = [card for card in cards if card.kind == "epic"]
    titles = {epic.title.casefold(): epic for epic in epics}
    listed = dict[str, list[_Card]]()
    for epic in epics:
        for key in dict.fromkeys(card.key for card in _listed(epic, by_name)):
            listed.setdefault(key, []).append(epic)
    for card in cards:
        card.text = str(card.record.get("desc") or "")
        if card.kind == "epic":
            continue
        told = [match["epic"] for match in _ABOVE.finditer(card.text)]
        card.text = _ABOVE.sub("", card.text)
        told += [value for name, value in card.fields.items() if _kind(name) == "epic"]
        shown = [unlinked(one).strip("*_ ") for one in told]
        named = [one for words in (*told, *_addresses(card)) for one in _cards_in(words, by_name)]
        above = [one for one in named if one.kind == "epic"]
        above += [titles[one.casefold()] for one in shown if one.casefold() in titles]
        alone = listed.get(card.key, [])
        if above := above or (alone if len(alone) == 1 else []):
            card.epic, card.epic_title = above[0].key, above[0].title
        elif not named:
            card.epic = next((one for one in shown if not _ADDRESS.match(one)), "")


def _addresses(card: _Card) -> list[str]:
    """The addresses of cards that are attached to a card, which is how Trello links them."""
    found = [str(one.get("url") or "") for one in objects(card.record.get("attachments"))]
    return [one for one in found if _ADDRESS.match(one)]


def _cards_in(words: str, by_name: Mapping[str, _Card]) -> list[_Card]:
    """The cards that ``words`` name by key or address."""
    return [by_name[name] for name in _NAME.findall(words) if name in by_name]


def _listed(epic: _Card, by_name: Mapping[str, _Card]) -> Iterator[_Card]:
    """The cards that an epic lists: attached, as items of a checklist or of a list in its text, or
    behind a label ("Stories: CC-1, CC-2"); not what it says is out of scope."""
    for address in _addresses(epic):
        yield from _cards_in(address, by_name)
    for name, items in epic.checklists:
        if found := [card for item in items for card in _first(item, by_name)]:
            epic.lists_cards.append(name)
            yield from found
    section = None
    for line in str(epic.record.get("desc") or "").splitlines():
        marks = _MARKS.match(line)
        assert marks is not None
        bare = line[marks.end() :]
        label = _LABELLED.fullmatch(bare.strip("*_ "))
        named = section_name(label["label"]) if label else section_name(bare)
        if label and label["rest"] and named == "container":
            yield from _cards_in(label["rest"], by_name)
        elif marks["list"] and section != "notes":
            yield from _first(bare, by_name)
        elif bare.strip() and not marks["list"]:
            section = named


def _first(words: str, by_name: Mapping[str, _Card]) -> list[_Card]:
    """The card whose key or address ``words`` begin with."""
    begin = _ADDRESS.match(words) or _MARKS.match(words)
    match = _NAME.match(words, begin.end() if begin else 0)
    return [by_name[match.group()]] if match and match.group() in by_name else []


# --- Records ----------------------------------------------------------------------------------


def _issue(card: _Card, board: Record) -> dict[str, object]:
    """A card that is an epic or a story as an issue; empty for another."""
    criteria = [one for one in card.checklists if section_name(one[0]) in {"criteria", "rules"}
                or is_named_for("criteria", one[0])]  # fmt: skip
    written = [text for name, text in card.fields.items() if is_named_for("criteria", name)]
    told = bool(criteria or written or card.kind == "story")
    worded = card.kind != "fault" and (
        card.epic or text_kind(f"{card.title}\n\n{card.text}") == "epic"
    )
    if card.kind != "epic" and not told and not worded:
        return {}
    card.left_out = [
        name for name, items in card.checklists
        if items and (name, items) not in criteria and name not in card.lists_cards
    ]  # fmt: skip
    written += [_listing(name if len(criteria) > 1 else "", items) for name, items in criteria]
    roles = _roles(card)
    return {
        "key": card.key,
        "title": card.title,
        "type": _SHOWN.get(card.kind, "Story"),
        "description": card.text,
        "criteria": "\n\n".join(written),
        "epic": card.epic,
        "epic_title": card.epic_title,
        "release": roles.get("release", ""),
        "team": roles.get("team", ""),
        "sprint": roles.get("sprint", ""),
        "status": card.list_name,
        "labels": [name for name in card.labels if not _kind(name)],
        "author": card.author,
        "project": _words(board),
        "uri": str(card.record.get("shortUrl") or card.record.get("url") or ""),
        "comments": card.comments,
    }


def _page(cards: Sequence[_Card], board: Record) -> dict[str, object]:
    """The cards that are neither, each with all that stands on it below its name."""
    title = f"{_words(board)}: other cards".removeprefix(": ")
    parts = [f"# {title}"]
    for card in cards:
        parts += [f"## {card.title}", str(card.record.get("desc") or "")]
        parts += [_listing(name, items) for name, items in card.checklists]
    people = [card.author for card in cards] + [who for card in cards for who, *_ in card.comments]
    return {
        "id": f"trello:{board.get('id') or title}",
        "title": title,
        "text": "\n\n".join(filter(None, parts)),
        "kind": "page",
        "uri": str(board.get("shortUrl") or board.get("url") or ""),
        "project": _words(board),
        "authors": list(dict.fromkeys(filter(None, people))),
        "said_on": [[card.title, card.comments] for card in cards if card.comments],
    }


def _listing(name: str, items: Sequence[str]) -> str:
    return "\n".join([*([f"### {name}\n"] if name else []), *(f"- {item}" for item in items)])


def _roles(card: _Card) -> dict[str, str]:
    """Release, team and sprint: of the custom fields, or else of labels and the list."""
    found = dict[str, str]()
    for name, value in card.fields.items():
        if role := _ROLES.get(normalised(name)):
            found.setdefault(role, value)
    for name in (*card.labels, card.list_name):
        match = _NAMED.fullmatch(name)
        if match and (role := _ROLES.get(match["role"].casefold())):
            found.setdefault(role, match["value"] or name)
    return found
