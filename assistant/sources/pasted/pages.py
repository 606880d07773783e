"""Wiki pages and rules pages in Markdown: told from epics, with their title and metadata."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from assistant.sources.pasted.feature_files import is_feature_file
from assistant.sources.pasted.headings import setext_level
from assistant.sources.pasted.issue_lines import issue_line
from assistant.sources.pasted.layout_tags import lines_and_code
from assistant.sources.pasted.lines import Line, split_lines, step_word, unwrap
from assistant.sources.pasted.metadata import Metadata, front_matter, metadata_pairs
from assistant.sources.pasted.names_and_ids import EPIC_WORDS, OWN_ID
from assistant.sources.pasted.outline import open_fences
from assistant.sources.pasted.use_cases import is_use_case_text

_RULES_TITLE = re.compile(
    r"\b(?:business|validation|pricing|billing|eligibility|calculation|decision|operational|domain)?"
    r"\s*(?:rules?|polic(?:y|ies)|rule\s?book|regulations?|gesch[aä]ftsregeln|reglas|r[eè]gles)\b",
    re.IGNORECASE,
)
_TITLES = {
    name: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
    for name, words in EPIC_WORDS["titles"].items()
}
_OWN_ID = re.compile(rf"(?P<id>{OWN_ID})\b(?![\w.-]*\s+[a-z\d])")
"""An id that a line begins with; "Q3 2026 is the date" and "S3 is used" begin with none."""
_RULE_ID = re.compile(r"^(?:BR|RULE|Rule|R|POL|VR|DR)[-_ .]?\d")
_SECTION = re.compile(r"(?P<number>\d{1,3})(?P<mark>[.)]|(?:\.\d{1,3})+[.)]?)?\s")
_LINKED = re.compile(r"!?\[[^\[\]\n]*\]\([^()\n]*\)|</?[A-Za-z][^<>\n]*>")
_ATX = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*+#*+$")


def page_title(text: str) -> str:
    """The first heading, or a short first line, also above a heading that is a section's ("1.
    Scope"). A line of metadata ("Status: agreed"), or one set apart as a quotation, is no title."""
    lines = split_lines(text)
    _, length = front_matter(lines)
    first = next((line.content for line in lines[length:] if not line.blank), "")
    is_title = len(first) <= 120 and not first.startswith(">") and not metadata_pairs(first)
    first = unwrap(first) if is_title else ""
    for line in lines[length : length + 40]:
        if match := _ATX.match(line.text):
            title = unwrap(match.group(2))
            named = first and not _ATX.match(first) and is_of_section(title, text)
            return first if named else title
    return first


def is_of_section(title: str, text: str) -> bool:
    """Whether a title is that of a section of ``text``: a heading with a section's number ("1.
    Scope"), as another of its level has one. "24 Hour Cancellation" only begins with a number."""
    headings = [(match[1], unwrap(match[2])) for line in split_lines(text)
                if (match := _ATX.match(line.text))]  # fmt: skip
    levels = {level for level, words in headings if words == title}
    found = (_SECTION.match(words) for level, words in headings if level in levels)
    sections = [match for match in found if match]
    own = _SECTION.match(title)
    if own and not own["mark"]:  # "2 ways to pay" and "3 ways to cancel" count nothing
        numbers = [int(match["number"]) for match in sections]
        return len(numbers) > 1 and numbers[:2] == [1, 2]
    return own is not None and len(sections) > 1


def heading_title(text: str) -> str:
    """The heading that a Markdown page is called by: the only one of the highest level, with
    nothing above it but front matter, comments, pictures, links and metadata. Empty where there is
    none, as on a page of several parts."""
    _, length = front_matter(split_lines(text))
    shown, *commented = "\n".join(text.split("\n")[length:]).split("<!--")
    body = shown + "".join(each.partition("-->")[2] for each in commented)
    lines = [Line(0, 0, line, code=code) for line, code in lines_and_code(body)]
    levels = dict[int, int]()
    for at, line in enumerate(lines):
        if not line.code and (level := _level(lines, at)):
            levels.setdefault(at, level)
    if not levels:
        return ""
    first, highest = next(iter(levels)), min(levels.values())
    stated = [level for level in levels.values() if level == highest]
    if levels[first] != highest or len(stated) > 1 or not all(map(_says_nothing, lines[:first])):
        return ""
    match = _ATX.match(lines[first].text)
    return unwrap(match.group(2) if match else lines[first].content)


def _level(lines: Sequence[Line], at: int) -> int:
    """The level of the heading that begins at this line, or 0."""
    if match := _ATX.match(lines[at].text):
        return len(match.group(1))
    return setext_level(lines, at)


def _says_nothing(line: Line) -> bool:
    """Whether a line above a title is none of the page's text."""
    left = _LINKED.sub("", _LINKED.sub("", line.text))  # a link may hold a picture
    return not any(map(str.isalnum, left)) or bool(metadata_pairs(line.text))


def page_metadata(text: str) -> Metadata:
    """Metadata of the front matter and of the lines at the top of the page."""
    lines = split_lines(text)
    pairs, length = front_matter(lines)
    meta = Metadata()
    meta.add(pairs)
    headings = 0
    for line in lines[length : length + 30]:
        headings += bool(_ATX.match(line.text))
        if headings > 1:
            break
        meta.add(metadata_pairs(line.text))
    return meta


def text_kind(text: str, called: str = "") -> Literal["epic", "rules", "page"]:
    """What a Markdown or text file is, by its content. ``called`` is a title that does not stand in
    it as a heading.

    An epic has story sentences, a criteria section, epic or story headings, scenarios, use cases,
    or requirements by id (in a document that is called one of requirements, by any id). Rules have
    a title that says so or numbered rules (BR-12). Anything else is a page.
    """
    if is_feature_file(text):
        return "epic"
    lines = split_lines(text)
    pairs, length = front_matter(lines)
    stated = " ".join(value for label, value in pairs if label.casefold() in {"kind", "type"})
    for kind in ("epic", "rules", "page"):
        if re.search(rf"\b{kind}\b", stated, re.IGNORECASE):
            return kind
    lines = open_fences(lines[length:])
    title = page_title(text)
    told = _told_of_epics(lines)
    if told == {"criteria"} and _TITLES["test_plan"].search(called or title):
        return "page"  # when the test is passed, and no story
    if told or is_use_case_text(text):
        return "epic"
    bare = [line.text.lstrip(" \t#-*•|[(").strip() for line in lines]
    if _lists_requirements(title, bare):
        return "epic"
    if sum(bool(_RULE_ID.match(one)) for one in bare) >= 2 or _RULES_TITLE.search(title):
        return "rules"
    return "page"


def _lists_requirements(title: str, lines: Sequence[str]) -> bool:
    """Whether a page is called a document of requirements, not what was said of one, and has two
    of one series by their ids."""
    if not _TITLES["requirements"].search(title) or _TITLES["about"].search(title):
        return False
    found = {(match["prefix"], match["id"]) for one in lines if (match := _OWN_ID.match(one))}
    return any(count > 1 for count in Counter(prefix for prefix, _ in found).values())


def _told_of_epics(lines: list[Line]) -> set[str]:
    """What lines tell that only epics and their stories have; empty where none does."""
    requirements, words, told = 0, set(), set[str]()
    for at in range(len(lines)):
        line = issue_line(lines, at)
        if line.tells in {"sentence", "epic", "story", "scenario", "criteria"}:
            told.add(line.tells)
        requirements += line.tells == "requirement"
        words.add(step_word(line.words))
    if requirements >= 2 or {"given", "then"} <= words:
        told.add("requirement")
    return told
