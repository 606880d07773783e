"""What a document's head and its name say of it: edition, date, that it is a draft or an old one.

Quoted word for word; which of two documents holds is for their reader.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.language.quantities import find_quantities
from assistant.language.validity import (
    EDITION_LABEL,
    EDITION_OPENING,
    IN_NAME,
    MARKS,
    YEAR,
    any_of,
    bare_name,
    number_in_name,
    tells_stage,
)

DocumentStage = Literal["", "draft", "older edition", "outdated"]
HEAD_LINE, HEAD_CHARACTERS, STAGE_CHARACTERS = 160, 220, 120

_EDITION = rf"(?<![^\W_]){EDITION_LABEL}[.:]?[ _|-]*\d[\d.]*"
_DRAFT = rf"(?<![^\W_])(?:{any_of('draft')})(?![^\W_])"
_STATUS = r"(?:status|stand|statut|estado|stato)\s*[:|]"
_TELLS_HEAD = re.compile(rf"{_EDITION}|^{_STATUS}", re.IGNORECASE)
_DRAFT_EDITION = re.compile(
    rf"{_EDITION}\W{{0,3}}{_DRAFT}(?=\W*$|\s*[)\],·|–-]|\s+(?:for|page|zur|vom|pour)\b)"
    rf"|{_DRAFT}\W{{1,3}}{_EDITION}|^{_STATUS}\s*{_DRAFT}",
    re.IGNORECASE,
)
_DRAFT_ALONE = re.compile(rf"{_DRAFT}(?:\W+for \w+)?\W*", re.IGNORECASE)
_DRAFT_APART = re.compile(rf"[\[({{:;,|]\s*({_DRAFT})|\s[–—-]\s*({_DRAFT})\W*$", re.IGNORECASE)
_DRAFT_NAME = re.compile(rf"({_DRAFT})(?P<rest>.*)", re.IGNORECASE)
_OLD_NAME = re.compile(
    rf"^(?:{any_of('old')})(?= )|(?<= )(?:{any_of('old')})(?=[ \d]*$)", re.IGNORECASE
)


def named_edition(name: str) -> tuple[str, tuple[int, ...]] | None:
    """What a file's name or a title calls the document, in small letters, and the number of the
    edition behind it ("terms and conditions", (7,) of "Terms_and_conditions_v7.docx"); ``None``
    where it has not both."""
    said = bare_name(name.rpartition("/")[2])
    number, found = number_in_name(said), IN_NAME.search(said)
    if not number or found is None:
        return None
    called = " ".join(re.findall(r"[^\W_]+", said[: found.start()].casefold()))
    parts = [int(one) for one in number.split(".")]
    while parts and not parts[-1]:  # 1 and 1.0 are the same edition
        parts.pop()
    return (called, tuple(parts)) if re.search(r"[^\W\d_]", called) else None


def stage_words(name: str, title: str, text: str) -> tuple[DocumentStage, str]:
    """Whether a document says that it is a draft, or the name of its file that it is kept as an old
    one, and the words that say so; both empty where neither does.

    A file's name says so by its last word, behind which the number, stage or date of the edition
    may stand, or (of an old one) by its first; a title where the word stands apart. An opening says
    so of a draft beside the number of the edition ("Version 0.8 (draft for walkthrough)"), as its
    status, or as all of its first line: a list of statuses names "Draft" too, and the row of a
    history the stage of another edition.
    """
    said = re.sub(r"[\s_-]+", " ", bare_name(name.rpartition("/")[2]))
    if old := _OLD_NAME.search(said):
        return "outdated", old.group()
    draft = _DRAFT_NAME.search(said)
    if draft and tells_stage(re.sub(_EDITION, "", draft["rest"], flags=re.IGNORECASE)):
        return "draft", draft[1]
    if apart := _DRAFT_APART.search(title):
        return "draft", apart[1] or apart[2]
    lines = [one for line in text[:EDITION_OPENING].splitlines() if (one := _plain(line))]
    for place, line in enumerate(lines):
        beside = line.count("|") < 2 and len(line) <= HEAD_LINE and _DRAFT_EDITION.search(line)
        if beside or (not place and _DRAFT_ALONE.fullmatch(line)):
            return "draft", line[:STAGE_CHARACTERS]
    return "", ""


def head_words(text: str) -> str:
    """The lines of a document's opening that tell its edition, date or status, word for word."""
    told: list[str] = []
    for line in text[:EDITION_OPENING].splitlines():
        said = _plain(line)
        if said.count("|") > 1 or len(said) > HEAD_LINE:  # of a table on something else; a sentence
            continue
        if _TELLS_HEAD.search(said) or (YEAR.search(said) and _dated(said)):
            told.append(" ".join(said.replace("|", ":").split()))
    return " · ".join(dict.fromkeys(told))[:HEAD_CHARACTERS]


def _plain(line: str) -> str:
    """A line without marks of Markdown, but with its bullet: an item of a list is no line."""
    return MARKS.sub("", line).strip().strip("|").strip()


def _dated(line: str) -> bool:
    return any(one.kind == "date" for one in find_quantities(line))
