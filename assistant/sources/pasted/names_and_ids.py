"""What the parts of an epic are called, and the keys and ids that they have.

Words: section names, metadata labels, story and epic markers. Keys and ids are found in the text
where they stand, and made from stable parts of it where not.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Literal, cast

from assistant.language.dates_and_times import NO_YEAR, find_moments
from assistant.language.word_lists import read_patterns, word_lists
from assistant.sources.grids.comments import day_of

EPIC_WORDS = word_lists("epics", Path(__file__).parent.parent / "words")
"""Words that name the parts of an epic, as patterns."""

SectionName = Literal["criteria", "rules", "narrative", "description", "notes", "container"]
"""``rules`` are criteria inside a story; ``notes`` (out of scope, risks, ...) never are."""

_SECTION = re.compile(
    "|".join(
        f"(?P<{name}>{'|'.join(patterns)})" for name, patterns in EPIC_WORDS["sections"].items()
    ),
    re.IGNORECASE,
)
WEAK_NAME = re.compile(r"requirement|scenario|behaviou?r|expected|must have", re.IGNORECASE)
"""Names of criteria sections that pages, and requirements by their id, use as well."""

_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,2}(?:\.\d{1,2})*[.)]?|[A-Za-z][.)])\s+")
_LEFT_OUT = re.compile("|".join(EPIC_WORDS["titles"]["left_out"]), re.IGNORECASE)
_PATTERNS = read_patterns(__file__)
_TAIL = _PATTERNS["tail"]
_TAKES_TAIL = _PATTERNS["takes_tail"]
_ALSO = re.compile(r"\s*(?:&|/|\band\b|\+|,)\s*", re.IGNORECASE)


def section_name(label: str) -> SectionName | None:
    """What a heading or label names as a part of an epic or story, or ``None``.

    Numbering, a trailing colon, brackets ("(GWT)") and "for CC-12" are ignored, and of two names
    joined by "and" the first decides, except that criteria win.
    """
    return _section(label)[0]


_JIRA_DAY = re.compile(r"\d{1,2}/[A-Z][a-z]{2}/\d{2}(?: \d{1,2}:\d{2} [AP]M)?")
_COMMENT_OF, _BY, _COMMENTED = (
    "|".join(EPIC_WORDS["comments"][name]) for name in ("comment", "by", "commented")
)
_REMARK = re.compile(
    rf"(?:{_COMMENT_OF})\b(?:\s*#?\d{{1,3}}\b)?(?:\s+(?P<by>{_BY})\b)?(?P<behind>.*)"
    rf"|(?P<before>.+?)\s(?:{_COMMENTED})\b(?P<on>.*)",
    re.IGNORECASE,
)
_COMMENT_ENDS = re.compile(r"[:：](?=[\s*_]|$)|\s[–—-]\s|$")
_NAME_PART = re.compile(r"(?:[^\W\d_]|['’.@-])+")
_LONGEST_COMMENT_HEAD, _NAME_PARTS = 120, 5


def comment_head(text: str) -> tuple[str, str, int] | None:
    """Who remarked the text of a line and when, and the column at which the words of the remark
    begin: "Comment by Ann Lee, 2026-05-03: ...", "Ann Lee added a comment - 03/May/26 10:12 AM",
    "> **Ann Lee** – 03.05.2026 10:12".

    Without a date only where the line says by whom. ``None`` where it begins no remark.
    """
    begin = len(text) - len(text.lstrip(" \t>*_#-•"))
    found: tuple[str, str, int] | None = None
    for end in _COMMENT_ENDS.finditer(text[: begin + _LONGEST_COMMENT_HEAD], begin):
        head = text[begin : end.start()].strip(" *_")
        match = _REMARK.fullmatch(head)
        if match is None:
            if said := _signed(head, quoted=text.lstrip().startswith(">")):
                return *said, _words_behind(text, end.end())
            continue
        name, day, stated = _who_and_when(match["behind"] or f"{match['before']} {match['on']}")
        column = _words_behind(text, end.end())
        if day and stated:
            return name, day, column
        if found is None and name[:1].isupper() and match["by"] and stated and not match["before"]:
            found = name, "", column
    return found


def _words_behind(text: str, at: int) -> int:
    """The column of the first word behind column ``at``."""
    return len(text) - len(text[at:].lstrip(" \t*_"))


_FIRST_NAME = re.compile(r"[^\W\d_][\w'’.-]* +(?=[^\W\d_])")
_PARTICLES = frozenset(
    ("von", "van", "der", "den", "de", "la", "di", "da", "du", "dos", "zu", "al")
)
_APART = re.compile(r"[*(\[,|·–—]| - ")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m| uhr)?[)\]]?$", re.IGNORECASE)


def _signed(head: str, *, quoted: bool) -> tuple[str, str] | None:
    """Who is named, and when, by a head that has nothing but a person's name and a day, as people
    copy it from a tracker; without a time of day only where the line is quoted."""
    apart = quoted and _APART.search(head)
    if not (_FIRST_NAME.match(head) and (apart or _CLOCK.search(head))):
        return None
    name, day, stated = _who_and_when(head.replace("*", " "))
    parts = [part for part in name.split() if part not in _PARTICLES]
    named = len(parts) > 1 and all(part[0].isupper() for part in parts)
    return (name, day) if day and stated and named else None


def _who_and_when(text: str) -> tuple[str, str, bool]:
    """The name and day that a comment's head gives, and whether it says nothing else."""
    day = ""
    if jira := _JIRA_DAY.search(text):
        day = day_of(jira.group() if " " in jira.group() else f"{jira.group()} 00:00")
        text = text.replace(jira.group(), " ")
    for moment in sorted(find_moments(text), key=lambda one: -one.start):
        if isinstance(moment.value, date):
            day = moment.value.isoformat() if moment.value.year != NO_YEAR else day
        text = f"{text[: moment.start]} {text[moment.end :]}"
    words = [word for word in re.split(r"[\s,;()\[\]–—/]+", text) if word.strip("-.")]
    words = [word for word in words if word.casefold() not in _BESIDE_DAY]
    named = all(_NAME_PART.fullmatch(word) for word in words) and len(words) <= _NAME_PARTS
    capital = len(words) < 2 or words[0][:1].isupper()
    return " ".join(words), day, named and capital


_BESIDE_DAY = frozenset(("on", "at", "am", "um", "uhr", "le", "el", "em", "il", "op", "edited"))


def is_left_out(label: str) -> bool:
    """Whether a heading says that what is below it is not to be built: "Deferred to release 3"."""
    return bool(_LEFT_OUT.fullmatch(_NUMBERING.sub("", label.strip(" \t#*_:：")).strip(" *_:：")))


def section_tail(label: str) -> str:
    """What stands behind a section's name: "CC-12" of "Acceptance criteria for CC-12"."""
    return _section(label)[1]


def _section(label: str) -> tuple[SectionName | None, str]:
    label = _NUMBERING.sub("", label.strip(" \t#*_:：")).strip(" *_:：")
    if not label or len(label) > 90:
        return None, ""
    if whole := _match(label):
        return whole, ""
    tail = _TAIL.search(label)
    if tail and tail.start() > 0:
        head = label[: tail.start()]
        found = _match(head)
        if found and (tail["bracket"] or _TAKES_TAIL.search(head)):
            return found, (tail["bracket"] or tail["of"] or "").strip()
    parts = [part for part in _ALSO.split(label) if part]
    if 1 < len(parts) <= 3:
        names = [_match(part) for part in parts]
        if all(names):
            return ("criteria" if "criteria" in names else names[0]), ""
    return None, ""


def _match(label: str) -> SectionName | None:
    match = _SECTION.fullmatch(" ".join(label.split()))
    return cast(SectionName, match.lastgroup) if match else None


EPIC_WORD, STORY_WORD = ("|".join(EPIC_WORDS["labels"][name]) for name in ("epic", "story"))
SCENARIO_MARKER = _PATTERNS["scenario_marker"]
BACKGROUND_MARKER = re.compile(r"^\s*(?:background|precondition(?:s)?)\s*:\s*$", re.IGNORECASE)

MODAL = _PATTERNS["modal"]
"""A sentence that states a requirement."""


KEY = r"[A-Z][A-Z0-9_]{1,15}-\d{1,7}"
"""A Jira-style key: CC-12."""

AREA_ID = r"[A-Z]{1,8}(?:-[A-Z]{1,8}){1,3}-\d{2,4}[a-z]?"
"""A requirement's id by its area: "REQ-INT-010"; no key of a tracker has two words,
and a number of one digit is that of a chapter ("MASVS-AUTH-1")."""

OWN_ID = r"(?P<prefix>[A-Z]{1,6})(?:[-_/.][A-Z]{1,8}){0,3}[-_.]?\d{1,4}(?:[.-]\d{1,4})*[a-z]?"
"""Any id that a document of requirements may have: "BR-5.03", "OE-SALES-1", "F12"."""

REQUIREMENT_ID = re.compile(
    r"^(?:FR|NFR|REQ|RQ|SRS|UR|SR|URS|AC)[-_ .]?\d|AC[-_ ]?\d+$", re.IGNORECASE
)
"""The id of a requirement that begins an item or a heading."""

_NOT_KEYS = frozenset(EPIC_WORDS["keys"]["not_projects"])
_NOT_AREAS = _NOT_KEYS | frozenset(EPIC_WORDS["keys"]["not_areas"])
_KEY = re.compile(rf"(?<![\w-])({KEY})(?![\w-])")
_LEADING = re.compile(
    rf"^\s*(?:[\[(]\s*)?(?P<key>{KEY})(?:\s*[\])])?(?P<sep>\s*[:.|–—-]+\s*|\s+/\s+|\s+|$)"
)
# No leading blanks: a line of blanks only would be searched from each of them.
_TRAILING = re.compile(rf"[\[(]\s*(?P<key>{KEY})\s*[\])]\s*$")


def is_key(key: str) -> bool:
    """Whether a word shaped like a key is one: ``UTF-8`` and ``AC-1`` are not."""
    return key.rsplit("-", 1)[0] not in _NOT_KEYS


def is_area_id(given: str) -> bool:
    """Whether a requirement has this id of its area; "US-PAY-01" is a story's, "AC-UI-01" may be
    given again in the next story, and "AES-GCM-256" is a standard."""
    return bool(re.fullmatch(AREA_ID, given)) and given.partition("-")[0] not in _NOT_AREAS


def find_key(text: str) -> str:
    """The first Jira-style key in ``text``, or an empty string."""
    return next((key for key in _KEY.findall(text) if is_key(key)), "")


def split_key(text: str) -> tuple[str, str]:
    """``text`` split into a key at its beginning or (in brackets) end, and the rest."""
    match = _LEADING.match(text)
    if match and is_key(match["key"]):
        return match["key"], text[match.end() :].strip()
    match = _TRAILING.search(text)
    if match and is_key(match["key"]):
        return match["key"], text[: match.start()].strip()
    return "", text.strip()


def digest(text: str, length: int = 12) -> str:
    """The first hexadecimal digits of the SHA-256 of ``text`` (lone surrogates allowed)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def title_key(title: str) -> str:
    """An epic's key made from its title: the same title gives the same key."""
    return f"EPIC-{digest(' '.join(title.casefold().split()), 6).upper()}"


_MADE = re.compile(r"EPIC-[0-9A-F]{6}(?:-\w+)*")


def is_made_key(key: str) -> bool:
    """Whether the key of an epic, or of a story behind it, was made from the epic's title."""
    return bool(_MADE.fullmatch(key))


class Taken:
    """Ids given out so far; a second use of the same id gets a suffix."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._counts: dict[str, int] = {}

    def __contains__(self, wanted: str) -> bool:
        return wanted in self._ids

    def claim(self, wanted: str) -> str:
        """``wanted``, or the first of ``wanted-2``, ``wanted-3``... that is free."""
        free, count = wanted, self._counts.get(wanted, 1)
        while free in self._ids:
            count += 1
            free = f"{wanted}-{count}"
        self._counts[wanted] = count
        self._ids.add(free)
        return free
