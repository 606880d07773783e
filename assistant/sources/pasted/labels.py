"""The labels that authors give epics and stories: "Epic E06:", "US 2", "Story 1 – CLM-413"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.sources.pasted.lines import plain
from assistant.sources.pasted.names_and_ids import EPIC_WORD, KEY, STORY_WORD, is_key, split_key
from assistant.sources.pasted.story_sentences import starts_story

_SEPARATOR = r"\s*[:：.)|–—-]+(?=\s|$)|\s*[:：]"
_AUTHORS_ID = r"[A-Z]{1,6}[ _-]?\d{1,5}(?:[.-][A-Z]{0,3}\d{1,4})*[a-z]?|[A-Z](?![A-Za-z])"
_WORD = re.compile(
    rf"^\s*(?P<open>\[\s*)?(?:(?P<epic>{EPIC_WORD})|(?P<story>{STORY_WORD}))\b(?(open)\s*\])"
    r"(?:\s*(?:name|title)(?=\s*[:：]))?",
    re.IGNORECASE,
)
_ID = re.compile(
    rf"\s*#?(?P<number>\d{{1,3}}(?:\.\d{{1,4}})*[a-z]?)(?=[\s:：.)|\]–—(-]|$)"
    rf"|\s*(?P<letters>{_AUTHORS_ID})(?=(?:{_SEPARATOR})|\s*$)"
)
_SEP = re.compile(_SEPARATOR)
_SHORT = re.compile(
    rf"^\s*(?P<open>[\[(])?(?P<id>US[ _-]?#?\d{{1,4}}(?:\.\d{{1,3}})*[a-z]?)[\])]?"
    rf"(?P<sep>{_SEPARATOR})?(?=\s|$)"
)
"""A user story by its initials; only with a separator, alone, or before a story sentence."""
OWN_ID = re.compile(
    r"^(?P<id>[A-Z]{1,6}\d{1,4}(?:[.-][A-Z]{0,3}\d{1,4}){1,3})(?:\s*[:：.)|–—-]+\s+|\s+)(?=\S)"
)
"""An author's id of two parts or more before a title: "E2-S1 Choose a programme"."""
_BEFORE_SENTENCE = re.compile(rf"^\s*[\[(]?(?P<id>{_AUTHORS_ID})[\])]?(?:{_SEPARATOR})\s*")


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says. ``at`` is the column of the words behind it; ``id`` the author's own.

    ``sure`` tells that a separator, number or key stands behind its word, so that it is no
    sentence that only begins with it.
    """

    kind: Literal["epic", "story"]
    title: str
    key: str = ""
    id: str = ""
    at: int = 0
    sure: bool = True
    feature: bool = False


def read_label(text: str) -> Label | None:
    """The label that ``text`` (behind list marks) begins with, or ``None``."""
    bare = plain(text)
    if found := _key_with_word(bare):
        return found
    word = _WORD.match(bare)
    if word is None:
        return _short(bare)
    if word.end() < len(bare) and bare[word.end()] not in " \t:：–—-[(#.":
        return None
    at, number = word.end(), ""
    if (given := _ID.match(bare, at)) and not _holds_key(bare[at:]):
        at, number = given.end(), given["number"] or given["letters"]
    sep = _SEP.match(bare, at)
    at = sep.end() if sep else at
    key, title = split_key(bare[at:])
    if not sep and not number and not key and not word["open"] and at < len(bare):
        return None
    return Label(
        "epic" if word["epic"] else "story",
        title,
        key,
        number,
        _column(bare, title, at),
        bool(sep or key or word["open"])
        or bool(number and (starts_story(title) or not title.endswith("."))),
        (word["story"] or "").casefold() == "feature",
    )


def _holds_key(text: str) -> bool:
    """Whether a tracker's key stands where the author's id would."""
    match = re.match(rf"\s*[\[(]?\s*({KEY})(?![\w-])", text)
    return bool(match) and is_key(match.group(1) if match else "")


def _key_with_word(bare: str) -> Label | None:
    """A tracker's key whose letters are the word: "EPIC-77: ...", "STORY-4 - ..."."""
    key, title = split_key(bare)
    if not key or not bare.lstrip(" [(").startswith(key):
        return None
    word = _WORD.fullmatch(key.rsplit("-", 1)[0])
    if word is None:
        return None
    kind: Literal["epic", "story"] = "epic" if word["epic"] else "story"
    return Label(kind, title, key, at=_column(bare, title, len(key)))


def _short(bare: str) -> Label | None:
    match = _SHORT.match(bare)
    if match is None:
        return None
    key, title = split_key(bare[match.end() :])
    apart = match["sep"] or match["open"]
    if not apart and not key and title and not starts_story(title):
        return None
    return Label("story", title, key, match["id"], _column(bare, title, match.end()))


def labelled_sentence(text: str) -> Label | None:
    """The label of a story sentence by any id of the author's: "E06.01: As a driver ..."."""
    bare = plain(text)
    match = _BEFORE_SENTENCE.match(bare)
    if match is None or not starts_story(bare[match.end() :]) or _of_criterion(match["id"]):
        return None
    return Label("story", bare[match.end() :].strip(), "", match["id"], match.end())


def _of_criterion(given: str) -> bool:
    return bool(re.search(r"(?:^|[.-])AC(?![A-Z])", given))


def _column(bare: str, title: str, at: int) -> int:
    place = bare.find(title, at) if title else len(bare)
    return place if place >= 0 else at


def story_key(epic_key: str, given: str) -> str:
    """The key of a story by the author's id: as it is where it tells one epic's story from
    another's ("E06.01"), else behind the epic's key ("US 2", "3", "B")."""
    if re.match(r"(?!U?S)[A-Z]{1,6}\d+[.-]\w", given):
        return given
    parts = re.sub(r"[ _-]", "", given)
    return f"{epic_key}-{parts if parts[:1].isalpha() else f'S{parts}'}"
