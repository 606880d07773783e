"""Items of a tracker that keeps all work alike (cards, issues, tasks) as its epics and stories.

What an item is, its type, its labels, its column and its name say; an epic and its stories find
each other by what either says of the other. Both become issues, all other items one page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from assistant.language.validity import is_withdrawn
from assistant.language.word_lists import word_lists
from assistant.sources.grids.field_choice import is_named_for
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import field_of, normalised
from assistant.sources.json_values import mapping
from assistant.sources.pasted.lines import read_id, unlinked
from assistant.sources.pasted.names_and_ids import (
    EPIC_WORD,
    EPIC_WORDS,
    KEY,
    STORY_WORD,
    is_key,
    section_name,
    split_key,
)
from assistant.sources.pasted.pages import text_kind
from assistant.sources.pasted.strikethrough import leave_out_struck

_TYPES = {
    "epic": [EPIC_WORD, *HEADERS["types"]["epic"]],
    "fault": HEADERS["types"]["fault"],
    "chore": HEADERS["types"]["chore"],
    "story": [
        STORY_WORD,
        *(name for name in EPIC_WORDS["sections"]["container"] if "backlog" not in name),
    ],
}
"""What a label, a list or a field may say that an item is; a backlog holds bugs as well."""
_TYPE = re.compile(
    "|".join(f"(?P<{kind}>(?:{'|'.join(words)})s?)" for kind, words in _TYPES.items()),
    re.IGNORECASE,
)
_RANK = ("epic", "story", "fault", "chore", "")
"""Which of several kinds counts: "question" and "documentation" stand on stories as well."""
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
"""A key at the beginning of an item's name: "LAT-E1 · Title", "[US3] Title"."""
_NUMBERED = r"(?:(?<![\w.-])[\w.-]+/[\w.-]+)?#\d+"
"""How issues of a repository are named: "#12", "owner/repository#12"."""
_ABOVE_WORDS = "|".join([*EPIC_WORDS["metadata"]["epic"], EPIC_WORD])
_ABOVE = re.compile(
    rf"^[ \t]*(?:[-*•][ \t]+)?[*_]*(?P<label>{_ABOVE_WORDS})"
    rf"[*_]*[ \t]*(?:[:：][*_]*[ \t]*|(?={_NUMBERED}))(?P<epic>\S.*)$\n?",
    re.IGNORECASE | re.MULTILINE,
)
_SAYS_EPIC = re.compile(rf"\b(?:{EPIC_WORD})\b", re.IGNORECASE)
_REFERENCE = re.compile(rf"(?P<key>{_NUMBERED})(?:\s*[(:–—-]\s*(?P<title>[^()]*[^()\s]))?")
_LABEL = re.compile(
    rf"[\[(]?(?P<word>{EPIC_WORD}|{STORY_WORD}|{'|'.join(HEADERS['types']['title'])})(?:\s*#?\d+)?\s*(?:[\])·•:：|–—]|\s-\s)\s*",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?P<label>[^:：\n]{1,60}?)[*_ ]*[:：][*_ ]*(?P<rest>.*)")
_MARKS = re.compile(
    r"\s*(?P<list>(?:[-*•+]|\d{1,2}[.)])\s+)?(?:\[[ xX]?\]\s*)?(?:#(?!\d)|[*_ ])*[\[(]?"
)
_NAME = re.compile(rf"{_NUMBERED}|\w+(?:[-.]\w+)*")
_NAMED_IN_NOTE = 5
_IN_BRACKETS = re.compile(r"\s*[\[(]([^\])]{1,40})[\])]")


@dataclass(slots=True)
class Item:
    """A card, issue or task with what its tracker says of it in other places."""

    name: str
    own: str = ""
    """What the tracker calls it."""
    type: str = ""
    """What the tracker itself says that it is."""
    is_keyed: bool = False
    """Whether people call it that too, whatever key its name begins with."""
    names: Sequence[str] = ()
    """By which others name it, one word each, beside its key."""
    description: str = ""
    column: str = ""
    """The list, section or state that it is in."""
    status: str = ""
    """A column that may say that it was given up."""
    is_closed: bool = False
    labels: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """The values of custom fields by the fields' names."""
    checklists: list[tuple[str, list[str]]] = field(default_factory=list)
    links: Sequence[str] = ()
    """Addresses of other items that are attached to it."""
    parent: str = ""
    """The key or the whole name of the item above it."""
    parent_title: str = ""
    """Its title, where the tracker tells it: the item itself may not be among the exported."""
    group: str = ""
    """What holds stories that belong to no epic."""
    release: str = ""
    sprint: str = ""
    team: str = ""
    project: str = ""
    author: str = ""
    uri: str = ""
    comments: list[list[str]] = field(default_factory=list)
    key: str = ""
    title: str = ""
    kind: str = ""
    """"epic", "fault", "chore", "story", "other" for a type of the company's own, or "" where
    nothing says."""
    text: str = ""
    epic: str = ""
    epic_title: str = ""
    lists_items: list[str] = field(default_factory=list)
    """Names of the checklists by which an epic lists its stories."""
    left_out: list[str] = field(default_factory=list)
    """Names of the checklists that are not read."""

    @property
    def shown(self) -> str:
        """Its name behind the key that people know it by."""
        return f"{self.own} {self.name}" if self.is_keyed else self.name


@dataclass(frozen=True, slots=True)
class Tracker:
    """What is said of all items of one file; ``noun`` is what the tracker calls several of them."""

    name: str
    noun: str
    project: str = ""
    uri: str = ""
    page_id: str = ""


def item_records(items: Sequence[Item], tracker: Tracker) -> Iterator[dict[str, object]]:
    """The records of ``items``, as ``exports.read_export`` takes them; those that were given up
    are noted, the first by name."""
    why = [_given_up(item) for item in items]
    if gone := [f"{item.shown} ({told})" for item, told in zip(items, why, strict=True) if told]:
        yield {"note": withdrawn_note(gone)}
    kept = [item for item, told in zip(items, why, strict=True) if not told]
    _give_keys(kept)
    kept = _with_criteria_below(kept)
    _give_epics(kept)
    others = list[Item]()
    for item in kept:
        if record := _issue(item):
            yield {"issue": record}
        else:
            others.append(item)
    if others:
        yield {"document": _page(others, tracker)}
    left = [f"{name} ({item.key})" for item in kept for name in item.left_out]
    if left:
        yield {"note": f"Checklists whose name does not say acceptance criteria were left out: "
               f"{', '.join(left)}."}  # fmt: skip


def name_of(label: object) -> str:
    """The name of a label, which some exports give alone and others among its details."""
    return label if isinstance(label, str) else str(mapping(label).get("name") or "")


def withdrawn_note(gone: Sequence[str]) -> str:
    """The note on items that were given up, the first of them by name."""
    more = len(gone) - _NAMED_IN_NOTE
    shown = ", ".join(gone[:_NAMED_IN_NOTE]) + (f" and {more} others" if more > 0 else "")
    return f"Withdrawn, left out: {shown}."


def _given_up(item: Item) -> str:
    """The word by which an item is said to be given up: its status, or where it is closed a label
    or what stands in brackets before its name."""
    told = [item.status]
    if item.is_closed:
        told += [*item.labels, *_IN_BRACKETS.findall(item.name)[:1]]
    return next((word for word in told if is_withdrawn(word.replace("_", " "))), "")


# --- What an item is --------------------------------------------------------------------------


def _give_keys(items: Sequence[Item]) -> None:
    """Each item's key, title and kind: the tracker's key, or else that which its name begins with,
    where no other item's does, or else the tracker's id."""
    named = [("", item.name) if item.is_keyed else _keyed(item.name) for item in items]
    keys = Counter(key for key, _ in named)
    for item, (key, title) in zip(items, named, strict=True):
        single = bool(key) and keys[key] == 1
        item.key, item.title = (key, title) if single else (item.own, item.name)
        label = _LABEL.match(item.title)
        types = [value for name, value in item.fields.items() if says_type(name)]
        told = (*item.labels, *item.fields.values(), label["word"] if label else "")
        item.kind = next(filter(None, map(_kind, (*types, item.type))), "")
        item.kind = item.kind or _kind_of(told, item.column)
        if any(types) and not any(map(_kind, types)):
            item.kind = "other"
        if item.kind == "epic" and label and _kind(label["word"]) == "epic":
            item.title = item.title[label.end() :] or item.title


def _keyed(name: str) -> tuple[str, str]:
    match = _KEYED.match(name)
    key = (match["inside"] or match["before"]) if match else ""
    if match and (is_key(key) or "-" not in key):
        return key, name[match.end() :]
    return split_key(name)


def _kind(name: str) -> str:
    match = _TYPE.fullmatch(name.strip())
    return str(match.lastgroup) if match else ""


def _kind_of(told: Sequence[str], column: str) -> str:
    """The first by rank of the kinds that an item is told to be; a column of stories may hold what
    is told to be a bug."""
    kinds = {*map(_kind, told)}
    if not kinds & {"fault", "chore"}:
        kinds.add(_kind(column))
    return min(kinds, key=_RANK.index)


def _with_criteria_below(items: Sequence[Item]) -> list[Item]:
    """``items`` without those below another that are its criteria ("AC1: ..."), which it has as a
    checklist."""
    parents = _parents(items, _by_name(items))
    criterion_ids = {id(item) for item in items if item.parent and _is_criterion(item)}
    holders = dict[int, Item | None]()
    kept, found = list[Item](), dict[int, list[str]]()
    for item in items:
        above = None
        if id(item) in criterion_ids:
            above = _holder(item, parents, criterion_ids, holders)
        if above is None or above is item:
            kept.append(item)
            continue
        beneath = (f"  {line}".rstrip() for line in item.description.splitlines())
        words = "\n".join([item.name, *(beneath if item.description.strip() else [])])
        found.setdefault(id(above), []).append(words)
    for item in kept:
        if criteria := found.get(id(item)):
            item.checklists.append(("Acceptance criteria", criteria))
    return kept


def _holder(
    item: Item, parents: Mapping[str, Item], criteria: Set[int], holders: dict[int, Item | None]
) -> Item | None:
    """The first item above a criterion that is none, or the topmost; ``holders`` are those found
    so far, so that a chain is climbed once. In a ring it is the one that the climb meets again."""
    path, top = [item], parents.get(item.parent)
    holders.setdefault(id(item), None)
    while top is not None and id(top) in criteria:
        if id(top) in holders:
            top = holders[id(top)] or top
            break
        holders[id(top)] = None
        path.append(top)
        top = parents.get(top.parent)
    if top is None:
        top = path.pop()
    holders.update((id(one), top) for one in path)
    return holders[id(item)]


def _is_criterion(item: Item) -> bool:
    own = re.sub(r"[\W\d_]+$", "", read_id(item.name)[0])
    told = (own, *item.labels, *item.fields.values(), item.column)
    return any(section_name(name) == "criteria" for name in told if name)


def _by_name(items: Sequence[Item]) -> dict[str, Item]:
    return {name: item for item in items for name in (*item.names, item.key) if name}


def _parents(items: Sequence[Item], by_name: Mapping[str, Item]) -> dict[str, Item]:
    """Items by what they are called as a parent: also by a whole name that only one has."""
    whole = Counter(item.name for item in items)
    return {item.name: item for item in items if whole[item.name] == 1} | {**by_name}


def _give_epics(items: Sequence[Item]) -> None:
    """Each item's text, and its epic: the one that it names, or the only one that lists it."""
    by_name = _by_name(items)
    parents, epics_above = _parents(items, by_name), dict[int, Item | None]()
    _raise_parents(items, parents)
    epics = [item for item in items if item.kind == "epic"]
    titles = {epic.title.casefold(): epic for epic in epics}
    listed, elsewhere = dict[int, list[Item]](), dict[str, str]()
    for epic in epics:
        for one in {id(item): item for item in _listed(epic, by_name)}.values():
            listed.setdefault(id(one), []).append(epic)
    for item in items:
        item.text = item.description
        if item.kind == "epic":
            continue
        told = _told_above(item, by_name, titles)
        told += [value for name, value in item.fields.items() if _kind(name) == "epic"]
        shown = [unlinked(one).strip("*_ ") for one in told]
        named = [one for words in (*told, *item.links) for one in _items_in(words, item, by_name)]
        if parent := parents.get(item.parent):
            far = _epic_above(item, parents, epics_above) if item.kind == "story" else None
            named.append(far or parent)
        above = [one for one in named if one.kind == "epic"]
        above += [titles[one.casefold()] for one in shown if one.casefold() in titles]
        alone = listed.get(id(item), [])
        if above := above or (alone if len(alone) == 1 else []):
            item.epic, item.epic_title = above[0].key, above[0].title
        elif shown and not named:
            match = _REFERENCE.match(shown[0])
            item.epic = _as_keys_are(match["key"], item) if match else _unless_address(shown)
            if match and match["title"]:
                elsewhere.setdefault(item.epic, match["title"])
        elif item.parent_title and not named:
            item.epic, item.epic_title = item.parent, item.parent_title
    for item in items:
        item.epic_title = item.epic_title or elsewhere.get(item.epic, "")


def _epic_above(
    item: Item, parents: Mapping[str, Item], found: dict[int, Item | None]
) -> Item | None:
    """The first epic above an item: what is below a story is part of it. ``found`` are those of
    the items so far, so that a chain is climbed once; in a ring there is none."""
    path, at = list[Item](), item
    epic: Item | None = None
    while id(at) not in found:
        found[id(at)] = None
        path.append(at)
        above = parents.get(at.parent)
        if above is None:
            break
        if above.kind == "epic":
            epic = above
            break
        at = above
    else:
        epic = found[id(at)]
    found.update((id(one), epic) for one in path)
    return epic


def _raise_parents(items: Sequence[Item], parents: Mapping[str, Item]) -> None:
    """What stands above stories and tells none itself is their epic, whatever its type is called:
    trackers without a type for epics, or with one of the company's own, have them so."""
    for item in items:
        above = parents.get(item.parent)
        if above is None or above.kind not in {"", "story", "other"} or not _tells_story(item):
            continue
        if not (_has_criteria(above) or _words_story(above) or above.parent in parents):
            above.kind = "epic"


def _tells_story(item: Item) -> bool:
    return item.kind == "story" or (item.kind in {"", "other"} and _words_story(item))


def _words_story(item: Item) -> bool:
    return text_kind(f"{item.title}\n\n{item.description}") == "epic"


def _criteria_lists(item: Item) -> list[tuple[str, list[str]]]:
    return [one for one in item.checklists if section_name(one[0]) in {"criteria", "rules"}
            or is_named_for("criteria", one[0])]  # fmt: skip


def _has_criteria(item: Item) -> bool:
    return bool(_criteria_lists(item)) or any(is_named_for("criteria", one) for one in item.fields)


def _told_above(item: Item, by_name: Mapping[str, Item], titles: Mapping[str, Item]) -> list[str]:
    """What lines of an item's text say that its epic is; they leave the text. A line that does not
    say "epic" ("Parent: ...") does so only where all of it refers to an item."""
    told = list[str]()

    def rest(match: re.Match[str]) -> str:
        words = match["epic"]
        if not _SAYS_EPIC.search(match["label"]) and not _refers(words, item, by_name, titles):
            return match.group()
        told.append(words)
        return ""

    item.text = _ABOVE.sub(rest, item.text)
    return told


def _refers(words: str, of: Item, by_name: Mapping[str, Item], titles: Mapping[str, Item]) -> bool:
    """Whether ``words`` are a number, an address or a key, with or without a title behind it, or
    the title of an epic."""
    shown = unlinked(words).strip("*_<> ")
    if shown.casefold() in titles or (re.fullmatch(KEY, shown) and is_key(shown)):
        return True
    if shown != words.strip("*_<> ") and _items_in(words, of, by_name):
        return True
    if _is_address(shown):
        return len(shown.split()) == 1
    name = _NAME.match(shown)
    if not name or not ("#" in name.group() or _named(name.group(), of, by_name)):
        return False
    behind = shown[name.end() :].strip("*_. ")
    return not behind[:1].isalnum() or behind.casefold() in titles


def _as_keys_are(number: str, item: Item) -> str:
    """A number of the item's own project as the item's key is written."""
    whole = number.startswith("#") and item.key.startswith(f"{item.project}#")
    return f"{item.project}{number}" if whole else number


def _unless_address(names: Sequence[str]) -> str:
    return next((one for one in names if not _is_address(one)), "")


def _is_address(words: str) -> bool:
    return words.startswith(("https://", "http://"))


def _items_in(words: str, of: Item, by_name: Mapping[str, Item]) -> list[Item]:
    """The items that ``words`` of an item name by key or address."""
    return [one for name in _NAME.findall(words) if (one := _named(name, of, by_name))]


def _named(name: str, of: Item, by_name: Mapping[str, Item]) -> Item | None:
    """The item of this name; a number is that of the project of the item that says it."""
    return by_name.get(f"{of.project}{name}" if name.startswith("#") else name)


def _listed(epic: Item, by_name: Mapping[str, Item]) -> Iterator[Item]:
    """The items that an epic lists: attached, as items of a checklist or of a list in its text, or
    behind a label ("Stories: CC-1, CC-2"); not what it strikes or says is out of scope."""
    for address in epic.links:
        yield from _items_in(address, epic, by_name)
    for name, points in epic.checklists:
        if found := [item for point in points for item in _first(point, epic, by_name)]:
            epic.lists_items.append(name)
            yield from found
    section = None
    for line in leave_out_struck(epic.description)[0].splitlines():
        marks = _MARKS.match(line)
        assert marks is not None
        bare = line[marks.end() :]
        label = _LABELLED.fullmatch(bare.strip("*_ "))
        named = section_name(label["label"]) if label else section_name(bare)
        if label and label["rest"] and named == "container":
            yield from _items_in(label["rest"], epic, by_name)
        elif marks["list"] and section != "notes":
            yield from _first(bare, epic, by_name)
        elif bare.strip() and not marks["list"]:
            section = named


def _first(words: str, of: Item, by_name: Mapping[str, Item]) -> list[Item]:
    """The item whose key or address ``words`` of an item begin with."""
    if _is_address(words):
        return _items_in(words.split()[0], of, by_name)[:1]
    begin = _MARKS.match(words)
    match = _NAME.match(words[begin.end() if begin else 0 :])
    found = _named(match.group(), of, by_name) if match else None
    return [found] if found else []


# --- Records ----------------------------------------------------------------------------------


def is_used(field_name: str) -> bool:
    """Whether what a custom field of this name holds is read."""
    name = normalised(field_name)
    return (
        is_named_for("criteria", field_name) or name in _ROLES
        or says_type(field_name) or _kind(field_name) == "epic"
    )  # fmt: skip


def says_type(field_name: str) -> bool:
    """Whether a custom field of this name says what an item is."""
    return field_of(normalised(field_name), "requirements") == "type"


def unused_note(names: Sequence[str]) -> str:
    """The note on columns that nothing is read from."""
    return f"Columns not used: {', '.join(names)}."


def _issue(item: Item) -> dict[str, object]:
    """An item that is an epic or a story as an issue; empty for another."""
    criteria = _criteria_lists(item)
    written = [text for name, text in item.fields.items() if is_named_for("criteria", name)]
    told = bool(criteria or written or item.kind in {"epic", "story"})
    named = bool(item.epic or item.epic_title) and item.kind != "other"
    worded = named or text_kind(f"{item.title}\n\n{item.text}") == "epic"
    worded = worded and item.kind not in {"fault", "chore"}
    if not told and not worded:
        return {}
    item.left_out = [
        name for name, points in item.checklists
        if points and (name, points) not in criteria and name not in item.lists_items
    ]  # fmt: skip
    written += [listing(name if len(criteria) > 1 else "", points) for name, points in criteria]
    roles = _roles(item)
    grouped = item.kind != "epic" and not (item.epic or item.epic_title)
    return {
        "key": item.key,
        "title": item.title,
        "type": _SHOWN.get(item.kind, "Story"),
        "description": item.text,
        "criteria": "\n\n".join(written),
        "epic": item.epic,
        "epic_title": item.group if grouped else item.epic_title,
        "release": item.release or roles.get("release", ""),
        "team": item.team or roles.get("team", ""),
        "sprint": item.sprint or roles.get("sprint", ""),
        "status": item.status or item.column,
        "labels": [name for name in item.labels if not _kind(name)],
        "author": item.author,
        "project": item.project,
        "uri": item.uri,
        "comments": item.comments,
    }


def _page(items: Sequence[Item], tracker: Tracker) -> dict[str, object]:
    """The items that are neither, each with all that stands on it below its name."""
    title = f"{tracker.project or tracker.name}: other {tracker.noun}"
    parts = [f"# {title}"]
    for item in items:
        parts += [f"## {item.shown}", f"Part of: {item.parent}" if item.parent else ""]
        parts.append(item.description)
        parts += [listing(name, points) for name, points in item.checklists]
    people = [item.author for item in items] + [who for item in items for who, *_ in item.comments]
    return {
        "id": tracker.page_id,
        "title": title,
        "text": "\n\n".join(filter(None, parts)),
        "kind": "page",
        "uri": tracker.uri,
        "project": tracker.project,
        "authors": list(dict.fromkeys(filter(None, people))),
        "said_on": [[item.shown, item.comments] for item in items if item.comments],
    }


def listing(name: str, points: Sequence[str]) -> str:
    """The ``points`` of a list below its ``name``, in Markdown."""
    return "\n".join([*([f"### {name}\n"] if name else []), *(f"- {point}" for point in points)])


def _roles(item: Item) -> dict[str, str]:
    """Release, team and sprint: of the custom fields, or else of labels and the list."""
    found = dict[str, str]()
    for name, value in item.fields.items():
        if role := _ROLES.get(normalised(name)):
            found.setdefault(role, value)
    for name in (*item.labels, item.column):
        match = _NAMED.fullmatch(name)
        if match and (role := _ROLES.get(match["role"].casefold())):
            found.setdefault(role, match["value"] or name)
    return found
