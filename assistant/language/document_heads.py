"""What a document's head and its name say of it: edition, date, that it is a draft or an old one.

Quoted word for word; which of two documents holds is for their reader. Where the words may as well
be what the document is about ("Old_Town_tickets.docx", "How_to_save_a_draft.md"), nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from assistant.domain import DocumentStage
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

HEAD_LINE, HEAD_CHARACTERS, STAGE_CHARACTERS = 160, 220, 120

_EDITION = rf"(?<![^\W_]){EDITION_LABEL}[.:]?[ _|-]*\d[\d.]*"
_DRAFT = rf"(?<![^\W_])(?:{any_of('draft')})(?![^\W_])"
_OLD = rf"(?<![^\W_])(?:{any_of('old')})(?![^\W_])"
_BESIDE = rf"(?<![^\W_])(?:{any_of('draft', 'review')})(?![^\W_])"
"""Words that tell a draft beside the number of an edition."""
_STATUS = r"(?:status|stand|statut|estado|stato)\s*[:|]"
_END = r"\s*(?:$|[)\]|·])"
_FOR = r"(?:\s+(?:for|zur|zum|pour|para|per)(?:\s+\w+){1,2})?"
_TELLS_HEAD = re.compile(rf"{_EDITION}|^{_STATUS}", re.IGNORECASE)
_VALIDITY = re.compile(rf"(?:{any_of('validity')})\s*[:|]?\s*", re.IGNORECASE)
_OF_ITSELF = re.compile(rf"(?:{any_of('this')})\s+(?:{any_of('page')})(?!\w)", re.IGNORECASE)
_AFTER_DATE = re.compile(r"\s*(?:$|[.;)\]·|–-])")
_EDITION_WORDS = re.compile(_EDITION, re.IGNORECASE)
_DRAFT_EDITION = re.compile(
    rf"{_EDITION}\W{{0,3}}{_BESIDE}(?:{_FOR}{_END}|\s+page\b|(?P<behind>\s*[,–-].*))"
    rf"|(?:^|[(\[|·,–-]\s*){_DRAFT}\W{{1,3}}{_EDITION}(?=\W*$|\s*[()\],·|–-])",
    re.IGNORECASE,
)
_DRAFT_STATUS = re.compile(rf"^{_STATUS}\s*{_DRAFT}(?:{_FOR}\W*$|(?P<behind>.*))", re.IGNORECASE)
_DRAFT_ALONE = re.compile(rf"{_DRAFT}(?:\W+for \w+)?\W*", re.IGNORECASE)
_DATE_LAST = re.compile(r"[\W_]*(?:19|20)\d\d(?:[\W_]*\d\d?){0,2}[\W_]*$")
_LISTED = re.compile(r"[,;/|>→]")
_OPENS = re.compile(r"[\[({]\s*$")
_DASH_BEFORE, _DASH_BEHIND = re.compile(r"\s[–—-]\s+$"), re.compile(r"\s+[–—-]\s")


def named_edition(name: str) -> tuple[str, tuple[int, ...]] | None:
    """What a file's name or a title calls the document, in small letters, and the number of the
    edition behind it ("terms and conditions", (7,) of "Terms_and_conditions_v7.docx"); ``None``
    where it has not both."""
    said = bare_name(name.rpartition("/")[2])
    number, found = number_in_name(said), IN_NAME.search(said)
    if not number or found is None:
        return None
    called = _called(said[: found.start()])
    parts = [int(one) for one in number.split(".")]
    while parts and not parts[-1]:  # 1 and 1.0 are the same edition
        parts.pop()
    return (called, tuple(parts)) if re.search(r"[^\W\d_]", called) else None


def stage_words(
    name: str, title: str, text: str, is_held: Callable[[str], bool] = lambda name: False
) -> tuple[DocumentStage, str]:
    """Whether a document says that it is a draft, or the name of its file that it is kept as an old
    one, and the words that say so; both empty where neither does for certain.

    A file's name says so by its first or last word where this is set apart: in capitals
    ("OLD_fees"), in brackets, by a dash, behind the number of the edition ("Fees_v2_superseded"),
    or where another document has the name without it, which ``is_held`` tells of a ``plain_name``.
    Its last word, too, where the document's own title is the rest ("Fees_old", "Fees"). A title
    says so by a word that is set apart in it. An opening says so of a draft beside the number of
    the edition ("Version 0.8 (draft for walkthrough)"), as its status, or as all of its first line:
    a list of statuses names "Draft" too, and the row of a history the stage of another edition.
    """
    said = re.sub(r"[\s_]+", " ", bare_name(name.rpartition("/")[2]))
    old = _set_apart(_OLD, said) or _by_edition(_OLD, said) or _without(_OLD, said, title, is_held)
    if old:
        return "outdated", old
    opening = text[:EDITION_OPENING]
    draft = _set_apart(_DRAFT, said) or _by_edition(_BESIDE, said)
    draft = draft or _without(_DRAFT, said, title, is_held, opening=opening)
    if draft := draft or _set_apart(_DRAFT, title) or _by_edition(_BESIDE, title):
        return "draft", draft
    lines = [one for one in opening.splitlines() if _plain(one)]
    for place, marked in enumerate(lines):
        line = _plain(marked)
        if _tells_draft(line) or (
            # A heading "Draft" is of what is written about drafts.
            not place and _DRAFT_ALONE.fullmatch(line) and ("#" not in marked or line.isupper())
        ):
            return "draft", line[:STAGE_CHARACTERS]
    return "", ""


def head_words(text: str) -> str:
    """The lines of a document's opening that tell its edition, date or status, word for word.

    A line that states an amount is a rule of the document, also with the date since when it holds.
    """
    told: list[str] = []
    for line in text[:EDITION_OPENING].splitlines():
        said = _plain(line)
        if said.count("|") > 1 or len(said) > HEAD_LINE:  # of a table on something else; a sentence
            continue
        if (_TELLS_HEAD.search(said) or _tells_date(said)) and not _states_amount(said):
            told.append(" ".join(said.replace("|", ":").split()))
    return " · ".join(dict.fromkeys(told))[:HEAD_CHARACTERS]


def edition_words(head: str) -> str:
    """The numbers of editions and the dates of a document's head, with nothing else of it."""
    spans = [one.span() for one in _EDITION_WORDS.finditer(head)]
    spans += [(one.start, one.end) for one in find_quantities(head) if one.kind == "date"]
    return " · ".join(head[start:end] for start, end in sorted(spans))


def head_edition(head: str) -> tuple[tuple[int, ...], date | None]:
    """The first number of an edition in a document's head, and the first date; empty and ``None``
    where there is none."""
    found = _EDITION_WORDS.search(head)
    digits = re.findall(r"\d+", found.group()) if found else []
    number = [int(one) for one in digits]
    while number and not number[-1]:  # 1 and 1.0 are the same edition
        number.pop()
    days = [one.value for one in find_quantities(head) if isinstance(one.value, date)]
    return tuple(number), days[0] if days else None


def undated_name(name: str) -> str:
    """The words of a file's name or a title in small letters, without a date at its end."""
    return _called(_DATE_LAST.sub("", bare_name(name)))


def plain_name(name: str) -> str:
    """The words of a name in small letters, without ending and marks."""
    return _called(bare_name(name))


def _called(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def _set_apart(words: str, name: str) -> str:
    """Such a word, first or last in a name, that is not of what is named: in brackets, by a dash,
    in capitals among others that are not."""
    for found in re.finditer(words, name, re.IGNORECASE):
        before, behind, word = name[: found.start()], name[found.end() :], found.group()
        closed = re.match(r"([^)\]}]*)[)\]}]", behind)
        if _OPENS.search(before):
            apart = not _called(before) or not (closed and _called(behind[closed.end() :]))
            if closed and apart and _ends(closed[1]):
                return word
            continue
        first = not _called(before)
        rest = behind if first else before
        if not _called(rest) or not (first or _ends(behind)):
            continue
        capitals = word.isupper() and not rest.isupper() and rest.upper() != rest.lower()
        if capitals or (_DASH_BEHIND.match(behind) if first else _DASH_BEFORE.search(before)):
            return word
    return ""


def _by_edition(words: str, name: str) -> str:
    """Such a word behind the number of an edition, with at most a stage or a date behind it."""
    found = re.search(rf"{_EDITION}[\s_-]+({words})(?P<behind>.*)", name, re.IGNORECASE)
    return found[1] if found and _ends(found["behind"]) else ""


def _without(
    words: str,
    name: str,
    title: str,
    is_held: Callable[[str], bool],
    opening: str | None = None,
) -> str:
    """Such a word of a name, where the name without it is known.

    It may be the first where another document is called like the rest, and the last where that or
    the document's own title is. With an ``opening`` the word must be the last, and the title may go
    on behind the rest or end before, as long as neither it nor the opening has the word.
    """
    own = _called(title)
    for found in re.finditer(words, name, re.IGNORECASE):
        before, behind = name[: found.start()], name[found.end() :]
        rest = _called(behind)
        if opening is None and rest and not _called(before) and is_held(rest):
            return found.group()
        rests = {_called(before), _called(_DATE_LAST.sub("", before))} - {""}
        if not rests or not _ends(behind):
            continue
        if own in rests or any(map(is_held, rests)):
            return found.group()
        alike = any(f"{a} ".startswith(f"{b} ") for r in rests for a, b in ((own, r), (r, own)))
        if opening is None or not own or not alike:
            continue
        if not re.search(words, f"{title}\n{opening}", re.IGNORECASE):
            return found.group()
    return ""


def _tells_draft(line: str) -> bool:
    """Whether a line of an opening says that the document is a draft, and nothing of drafts."""
    if line.count("|") > 1 or len(line) > HEAD_LINE:
        return False
    for found in (_DRAFT_EDITION.search(line), _DRAFT_STATUS.search(line)):
        if found and _ends(found["behind"] or ""):
            return True
    return False


def _ends(behind: str) -> bool:
    """Whether behind a word stands nothing but the edition, stage or date; no other stages."""
    said = re.sub(_EDITION, "", behind, flags=re.IGNORECASE)
    first, *listed = _LISTED.split(said)
    if not tells_stage(first):
        return False
    return all(not _called(one) or (YEAR.search(one) and tells_stage(one)) for one in listed)


def _plain(line: str) -> str:
    """A line without marks of Markdown, but with its bullet: an item of a list is no line."""
    return MARKS.sub("", line).strip().strip("|").strip()


def _tells_date(line: str) -> bool:
    """Whether a line is a date, says since when the document holds, or has a date and begins with
    what the document calls itself."""
    if YEAR.search(line) is None:
        return False
    if any(YEAR.search(one) and tells_stage(one) for one in re.split("[·•]", line)):
        return True
    dates = [one for one in find_quantities(line) if one.kind == "date"]
    if _OF_ITSELF.match(line):
        return bool(dates)
    opens = _VALIDITY.match(line)
    return opens is not None and any(
        not _called(line[opens.end() : one.start]) and _AFTER_DATE.match(line, one.end)
        for one in dates
    )


def _states_amount(line: str) -> bool:
    """Whether a line has a quantity that is neither a date nor the number of an edition."""
    editions = [one.span() for one in _EDITION_WORDS.finditer(line)]
    return any(
        one.kind not in ("date", "time", "number")
        for one in find_quantities(line)
        if not any(start <= one.start < end for start, end in editions)
    )
