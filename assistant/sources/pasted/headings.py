"""Headings and labels of all kinds: "## CC-12 Title", "**Notes**", "Epic E06:", "US 2"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.sources.pasted.lines import (
    Line,
    is_rule_line,
    plain,
    read_id,
    read_marker,
    step_word,
    unescaped,
    unwrap,
)
from assistant.sources.pasted.metadata import metadata_field, metadata_pairs
from assistant.sources.pasted.names_and_ids import (
    BACKGROUND_MARKER,
    EPIC_WORD,
    EPIC_WORDS,
    KEY,
    MODAL,
    SCENARIO_MARKER,
    STORY_WORD,
    SectionName,
    comment_head,
    find_key,
    is_key,
    section_name,
    section_tail,
    split_key,
)
from assistant.sources.pasted.story_sentences import starts_story

_SEPARATOR = r"\s*[:：.)|–—-]+(?=\s|$)|\s*[:：]"
_AUTHORS_ID = r"[A-Z]{1,6}[ _-]?\d{1,5}(?:[.-][A-Z]{0,3}\d{1,4})*[a-z]?|[A-Z](?![A-Za-z])"
_WORD = re.compile(
    rf"^\s*(?P<open>\[\s*)?(?:(?P<epic>{EPIC_WORD})|(?P<story>{STORY_WORD}))\b(?(open)\s*\])"
    r"(?:\s*(?:name|title)(?=\s*[:：]))?",
    re.IGNORECASE,
)
_ID = re.compile(
    rf"\s*#?(?P<number>\d{{1,3}}(?:\.\d{{1,4}})*[a-z]?(?=[\s:：.)|\]–—(-]|$)"
    rf"|\d{{4,6}}(?=\s*[:：)|\]–—-]))"  # without a separator it may be a year
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
    apart = bool(sep or word["open"]) or bool(key and _SEP.match(bare, bare.find(key) + len(key)))
    return Label(
        "epic" if word["epic"] else "story",
        title,
        key,
        number,
        _column(bare, title, at),
        apart or bool((key or number) and (starts_story(title) or not title.endswith("."))),
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


Role = Literal["unknown", "epic", "story", "keyed", "scenario", "steps", "criterion", "sentence"]
"""``keyed``: begins with a key, so a story or an epic; ``steps``: a Background of scenarios."""

EPIC_LEVEL, STORY_LEVEL, BOLD_LEVEL, PART_LEVEL, CRITERION_LEVEL = 10, 20, 80, 90, 95
"""Levels of headings that are no Markdown headings (those have 1 to 6)."""

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*+#*+[ \t]*+$")
_SETEXT = re.compile(r"^ {0,3}(?:(=){3,}|-{3,})[ \t]*$")
_BOLD = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s+)?(\*\*|__"
    r"|\*)(?=\S)(?P<label>[^*\n]{1,120}?)(?<=\S)\1\s*:?\s*(?P<rest>.*)$"
)
_LABELLED = re.compile(
    r"^\s*(?:[-*•]\s+)?(?P<open>[*_]{0,2})"
    r"(?P<label>[^\W\d_][^:：\n]{0,60}?)(?:(?P=open))?\s*[:：](?:\s*(?P=open)(?=\s|$))?\s*(?P<rest>.*)$"
)
_PLAIN_KEY = re.compile(
    rf"^\s*[\[(]?(?P<key>{KEY})[\])]?(?:\s*[:.–—|/-]+\s+|\s+|\s*$)(?P<rest>.*)$"
)
_PLAIN_NAME = re.compile(
    r"(?:short |epic |story )?descriptions?|details|summary|rules?"
    r"|overview",
    re.IGNORECASE,
)
_NUMBERED_KEY = re.compile(r"^\s*\d{1,3}(?:\.\d{1,3})*[.)]?\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. ``length`` is how many lines it takes; ``rest`` are words after its label."""

    role: Role | SectionName
    level: int
    title: str
    key: str = ""
    id: str = ""
    """The author's own id: of a criterion, a scenario or a story ("US 2")."""

    name: str = ""
    """The label as written, where it holds no title: "Story 1 – CLM-413"."""

    rest: Line | None = None
    length: int = 1
    markdown: bool = False
    feature: bool = False
    """Whether it is the "Feature:" of Gherkin, which is no story where one is open already."""

    inline: bool = False
    """Whether it labels one paragraph only ("Note: ...")."""

    remark: tuple[str, str] | None = None
    """Who remarked what stands below, and on which day."""


def read_heading(lines: Sequence[Line], at: int, *, in_story: bool) -> Heading | None:
    """The heading that line ``at`` is, or ``None``.

    ``in_story`` tells that a story is open and has no criteria yet, where "Epic: CC-10" is
    metadata rather than the beginning of an epic.
    """
    line = lines[at]
    if line.code or line.blank:
        return None
    if said := comment_head(line.text):
        name, day, column = said
        words = line.part(column) if column < len(line.text) else None
        title = f"Comment by {', '.join(filter(None, said[:2]))}"
        item = read_marker(line) is not None  # which ends with the next one
        return Heading("notes", PART_LEVEL, title, rest=words, inline=item, remark=(name, day))
    if match := _ATX.match(line.text):
        label = match.group(2).strip()
        if starts_story(label):
            words = line.part(match.start(2))
            return Heading("story", len(match.group(1)), "", rest=words, markdown=True)
        level = len(match.group(1))
        return _named(label, level, markdown=True, series=line.series) if label else None
    if len(line.text) > 240:
        return _marked(lines, at, in_story) or _labelled(line)
    if level := setext_level(lines, at):
        heading = _named(line.content, level, markdown=True, series=line.series)
        return replace(heading, length=2, markdown=True)
    if metadata_pairs(line.text) and (in_story or not _is_epic(line)):
        return None
    if step_word(line.text) in {"given", "then"}:
        return None
    return (
        _marked(lines, at, in_story)
        or _bold(line)
        or _keyed(lines, at)
        or _labelled(line)
        or _bare(lines, at)
    )


def setext_level(lines: Sequence[Line], at: int) -> int:
    """The level of a heading that is underlined on the next line (1 or 2), or 0."""
    line = lines[at]
    match = _SETEXT.match(lines[at + 1].text) if at + 1 < len(lines) else None
    if not match or read_marker(line) or "|" in line.text or (at and not lines[at - 1].blank):
        return 0
    if match.group(1) is None and (
        len(line.content) > 80 or line.content.endswith((".", ":", ","))
    ):
        return 0
    return 1 if match.group(1) else 2


def _is_epic(line: Line) -> bool:
    label = read_label(line.text)
    return label is not None and label.kind == "epic"


def _named(label: str, level: int, *, markdown: bool, series: str) -> Heading:
    """The heading with this label, whatever its form."""
    label = unwrap(label)
    bare = unescaped(plain(label)).strip().rstrip(":").strip()
    if name := section_name(bare):
        return Heading(name, level, _part_title(name, bare), find_key(bare), markdown=markdown)
    if BACKGROUND_MARKER.match(bare + ":"):
        return Heading("steps", level, label, markdown=markdown)
    if match := SCENARIO_MARKER.match(bare):
        title = match["rest"].strip() or bare
        return Heading("scenario", level, title, id=match["number"] or "", markdown=markdown)
    found = read_label(bare)
    if found and found.kind == "epic" and found.sure:
        return _of_label(found, level, label, markdown=markdown)
    given, length = read_id(label, series)
    if given and not _is_plain_key(given):
        return Heading("criterion", level, label[length:].strip(), id=given, markdown=markdown)
    if found and found.sure:
        return _of_label(found, level, label, markdown=markdown)
    key, title = split_key(_NUMBERED_KEY.sub("", bare))
    if key:
        return Heading("keyed", level, title, key, markdown=markdown)
    title = label.rstrip(":").strip()
    if match := OWN_ID.match(title):
        return Heading("unknown", level, title[match.end() :], id=match["id"], markdown=markdown)
    return Heading("unknown", level, title, markdown=markdown)


def _of_label(found: Label, level: int, label: str, *, markdown: bool) -> Heading:
    name = "" if found.title else label.strip(" *_:：")
    return Heading(
        found.kind, level, unescaped(found.title), found.key, found.id, name=name, markdown=markdown
    )


def _is_plain_key(given: str) -> bool:
    return (
        bool(re.fullmatch(KEY, given)) and is_key(given) and not given.startswith(_CRITERION_KEYS)
    )


_CRITERION_KEYS = ("BR-", "FR-", "NFR-", "REQ-", "RULE-", "AC-", "RQ-", "SRS-", "R-")


def _marked(lines: Sequence[Line], at: int, in_story: bool) -> Heading | None:
    """A plain line with an epic, story, scenario or background marker."""
    line = lines[at]
    marker = read_marker(line)
    column = marker.content if marker and not marker.id else 0
    content = plain(line.text[column:]).strip()
    if match := SCENARIO_MARKER.match(content):
        title = match["rest"].strip()
        return Heading("scenario", CRITERION_LEVEL, title or content, id=match["number"] or "")
    bullet = marker is not None and marker.listed and not marker.number
    if not bullet and BACKGROUND_MARKER.match(content):
        return Heading("steps", PART_LEVEL, content.rstrip(": "))
    found = read_label(line.text[column:])
    if found is None or not found.sure:
        return None
    begins = starts_story(_from(lines, at, column + found.at))
    if bullet and not begins and not _encloses_more(lines, at):
        return None
    if found.kind == "epic":
        fits = not in_story and not MODAL.search(found.title) and len(content) <= 160
        return _of_label(found, EPIC_LEVEL, content, markdown=False) if fits else None
    if begins and found.title:
        return Heading(
            "story", STORY_LEVEL, "", found.key, found.id, rest=line.part(column + found.at)
        )
    if len(content) > 160 or (MODAL.search(found.title) and found.title.endswith(".")):
        return None
    return replace(_of_label(found, STORY_LEVEL, content, markdown=False), feature=found.feature)


def sentence_heading(line: Line, beside: str | None) -> Heading | None:
    """The story that a line "E06.01: As a driver ..." begins.

    ``beside`` is the id of the story whose criteria are open, ``None`` where none are: there only
    an id of the same letters begins another story.
    """
    marker = read_marker(line)
    column = marker.content if marker and not marker.id else 0
    found = labelled_sentence(line.text[column:])
    if found is None or (beside is not None and _letters(beside) != _letters(found.id)):
        return None
    return Heading("story", STORY_LEVEL, "", id=found.id, rest=line.part(column + found.at))


def _letters(given: str) -> str:
    return re.match(r"[A-Z]*", given).group()  # type: ignore[union-attr]


def _from(lines: Sequence[Line], at: int, column: int) -> str:
    """The words from a column of a line on, with the lines that a sentence may go on with."""
    return "\n".join([lines[at].text[column:], *(line.text for line in lines[at + 1 : at + 4])])


def _encloses_more(lines: Sequence[Line], at: int) -> bool:
    """Whether the next line is nested below a list item."""
    return at + 1 < len(lines) and lines[at + 1].indent > lines[at].indent + 1


def _bold(line: Line) -> Heading | None:
    """A line that is bold as a whole, or begins with a bold section name."""
    match = _BOLD.match(line.text)
    if not match:
        return None
    label, rest = match["label"].strip(), match["rest"].strip()
    if rest or step_word(label) or metadata_field(label.rstrip(": ")) or starts_story(label):
        return None
    if label.endswith((".", ",", ";")) or (MODAL.search(label) and len(label.split()) > 8):
        return None
    heading = _named(label, BOLD_LEVEL, markdown=False, series=line.series)
    if heading.role in {"unknown", "keyed"}:
        return heading
    level = {"epic": EPIC_LEVEL, "story": STORY_LEVEL, "container": EPIC_LEVEL + 1}.get(
        heading.role, CRITERION_LEVEL if heading.role in {"scenario", "criterion"} else PART_LEVEL
    )
    return replace(heading, level=level)


def _keyed(lines: Sequence[Line], at: int) -> Heading | None:
    """A plain line "CC-12 - title" (not "REQ-7: The system shall ...")."""
    line = lines[at]
    match = _PLAIN_KEY.match(plain(line.text))
    if not match or not is_key(match["key"]) or not _is_plain_key(match["key"]):
        return None
    rest = match["rest"].strip()
    if starts_story(rest):
        begin = len(line.text[: match.start("rest")].rstrip("*_"))  # "PAY-1: **As a** guest"
        return Heading("story", STORY_LEVEL, "", match["key"], rest=line.part(begin))
    words = len(rest.split())
    spaced = not line.text[match.end("key") : match.start("rest")].strip(" \t*_")
    if at and spaced and rest[:1].islower() and _goes_on(lines[at - 1]):
        return None  # the rest of a sentence: "counter sessions GRE-1 and\nBIE-1 are open"
    if (
        words > 18
        or (MODAL.search(rest) and (rest.endswith(".") or words > 10))
        or rest.endswith(".")
    ):
        return None
    if not rest and at and not _apart(lines, at) and not starts_story(_from(lines, at + 1, 0)):
        return None
    return Heading("keyed", STORY_LEVEL, unescaped(rest), match["key"])


_OPEN_END = re.compile(
    rf"(?:,|\s(?:{'|'.join(EPIC_WORDS['use_case_marks']['joint'])}))$", re.IGNORECASE
)


def _goes_on(line: Line) -> bool:
    """Whether a sentence goes on behind a line: it ends in a comma or a word that joins."""
    return bool(_OPEN_END.search(line.content)) and not _ATX.match(line.text)


def _apart(lines: Sequence[Line], at: int) -> bool:
    """Whether nothing stands directly above a line but a rule."""
    return lines[at - 1].blank or is_rule_line(lines[at - 1])


def _labelled(line: Line) -> Heading | None:
    """ "Acceptance criteria:" with or without words after it."""
    match = _LABELLED.match(line.text)
    if not match:
        return None
    name = section_name(match["label"])
    if name is None or (name == "container" and match["rest"]):
        return None
    if not match["rest"].strip():
        label = match["label"]
        return Heading(name, PART_LEVEL, _part_title(name, label), find_key(label))
    label = match["label"].strip()
    if name == "rules" or (name == "criteria" and label.islower() and " " not in label):
        return None
    rest = line.part(match.start("rest"))
    inline = name in {"notes", "description"}
    return Heading(name, PART_LEVEL, _part_title(name, match["label"]), rest=rest, inline=inline)


def _bare(lines: Sequence[Line], at: int) -> Heading | None:
    """A section name alone on a line: "Acceptance Criteria", "expected result -"."""
    line = lines[at].content
    content = line.rstrip(" -–—")
    if len(line) > 45 or (line[:1].islower() and content == line) or read_marker(lines[at]):
        return None
    if content.endswith((".", ",", ";", "?")):
        return None
    name = section_name(content)
    if name is None or (name not in {"criteria", "notes"} and at and not lines[at - 1].blank):
        return None
    return Heading(name, PART_LEVEL, _part_title(name, content), find_key(content))


def _part_title(name: SectionName, label: str) -> str:
    """The title a section keeps: none where its name says no more than its role."""
    if name in {"criteria", "narrative", "container"} or _PLAIN_NAME.fullmatch(label.strip(" *_:")):
        tail = section_tail(label)
        return "" if find_key(tail) else tail
    return label.strip(" *_:")
