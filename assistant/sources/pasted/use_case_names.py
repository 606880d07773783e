"""What a label or a heading of a use case names: a part of it, one flow, or the use case."""

from __future__ import annotations

import re

from assistant.sources.pasted.lines import unwrap
from assistant.sources.pasted.names_and_ids import EPIC_WORDS

_WORDS = EPIC_WORDS["use_cases"]
_MARKS = {name: "|".join(words) for name, words in EPIC_WORDS["use_case_marks"].items()}
_PART = re.compile(
    "|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in _WORDS.items()), re.IGNORECASE
)
_MAIN = re.compile("|".join(_WORDS["main"] + _WORDS["course"]), re.IGNORECASE)
_JOINT = re.compile(rf"\s*[/&,+]\s*|\s+(?:{_MARKS['joint']})\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\((?P<words>[^()]*)\)$")
_ENDING = re.compile(r"\((s|es|e)\)", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:[–—:#-]|[A-Z]{0,2}\d|[A-Z]\b)")
_COLUMN = re.compile(_MARKS["column"], re.IGNORECASE)
_ONE = re.compile(_MARKS["one"], re.IGNORECASE)
_NONE = re.compile(_MARKS["none"], re.IGNORECASE)
_SEVERAL = re.compile(_MARKS["several"], re.IGNORECASE)
_CALLED = re.compile(rf"(?:{_MARKS['start']})(?!\w)", re.IGNORECASE)
_TEST = re.compile(
    rf"(?:^|\|)[ \t#*_>-]{{0,12}}(?:{_MARKS['expected']})[ \t*_]{{0,6}}(?:[:|]|$)"
    r"|^(?: {0,3}#{1,6} {1,3}|\| ?)TC[-_ ]?\d",
    re.IGNORECASE | re.MULTILINE,
)
_ID = (
    rf"(?P<id>(?:{_MARKS['prefix']})[A-Z]{{0,3}}(?:[-_.][A-Z]{{1,12}}){{0,3}}[-_.\u2011]?"
    r"\d+(?:[.-]\d+)*[a-z]?)"
)
_START = re.compile(
    rf"\[?(?:(?:(?:{_MARKS['start']})[\s:#._–-]*)?{_ID}\]?"
    rf"|(?P<lead>[^:|]{{1,40}}\s[–—-]\s)?(?:{_MARKS['start']})[\s:#._–-]*(?P<number>\d+(?:[.-]\d+)*)?)"
    r"(?!\w)[\s:.)|–—-]*(?P<name>.*)",
    re.IGNORECASE,
)
_NUMBERING = re.compile(
    r"^\s*(?:[^\w\s*<(\[>|•+–—-]+\s+)?(?:\d{1,3}(?:\.\d{1,3})*[.)]?\s+(?:[–—-]\s+)?)?(?=\S)"
)


def names_use_case_part(label: str) -> bool:
    """Whether a label is the name of a part of a use case, of a column of its table, or only its
    id: "Use case UC-3"."""
    start = _START.fullmatch(label)
    only_id = bool(start and own_id(start) and not start["name"])
    return only_id or part_name(label) is not None or names_column(label)


def names_main_flow(text: str) -> bool:
    """Whether a text names the main flow of a use case anywhere."""
    return _MAIN.search(text) is not None


def names_test_cases(text: str) -> bool:
    """Whether a text has what test cases have and use cases do not: expected results, or headings
    or rows with the ids of test cases."""
    return _TEST.search(text) is not None


def names_use_case(label: str) -> bool:
    """Whether a label says that it is of a use case: "Use case ID"."""
    return _CALLED.match(unwrap(label)) is not None


def names_use_cases(title: str) -> bool:
    """Whether a heading says that use cases follow."""
    return _SEVERAL.search(title) is not None


def names_one_flow(label: str) -> bool:
    """Whether a label names one flow ("Alternative flow"), so that a numbered list is its steps."""
    return _ONE.fullmatch(_NUMBERING.sub("", label)) is not None


def names_column(head: str) -> bool:
    """Whether a first cell is the head of the column that has the names of parts."""
    return _COLUMN.fullmatch(unwrap(head)) is not None


def names_nothing(words: str) -> bool:
    """Whether a part says that there is none: "N/A"."""
    return _NONE.fullmatch(words.strip(" .-–—*")) is not None


def numberless(title: str) -> str:
    """A heading without the symbol and the number before it: "4.1 Pay", "2 - Pay"."""
    return _NUMBERING.sub("", title)


def part_name(label: str) -> tuple[str, str] | None:
    """The part that a label names, and what stands behind it where it names one flow of the part:
    "Alternative flow 2: card is refused"."""
    label = _ENDING.sub(r"\1", unwrap(numberless(label.strip(" \t#*_"))).strip(" :*_"))
    aside = _ASIDE.search(label)
    if name := _whole(label) or (
        aside and _whole(aside["words"]) and _whole(label[: aside.start()])
    ):
        return name, ""
    found = _PART.match(label)
    if found and found.lastgroup in {"alternative", "exception"}:
        tail = label[found.end() :]
        if _TAIL.match(tail) or (aside and _ONE.fullmatch(found[0])):
            return found.lastgroup, tail.strip()
    head = re.split(r"\s*[–—:]|\s+-\s", label, maxsplit=1)[0]
    if _whole(head) == "main":
        return "main", ""  # "Main flow - pay by card"
    name = _whole(label[: aside.start()]) if aside else ""
    return (name, "") if name else None


def _whole(label: str) -> str:
    """The part that all of a label names, or the first of several: "Exceptions and errors"."""
    names = [_PART.fullmatch(label)]
    if not names[0]:
        names = [_PART.fullmatch(one) for one in _JOINT.split(label)]
    first = names[0]
    return first.lastgroup or "" if first and all(names) else ""


def read_start(title: str) -> re.Match[str] | None:
    """A title that names a use case: "UC-3 Pay", "Use case: Pay", not "Use case diagram"."""
    found = _START.fullmatch(title)
    if found and not (found["id"] or found["number"]):
        apart = re.search(r"[:–—|]|\s-", title[max(found.end("lead"), 0) : found.start("name")])
        return found if apart and found["name"] else None
    return found


def own_id(found: re.Match[str]) -> str:
    """The id that a title gives a use case."""
    return found["id"] or (f"UC-{found['number']}" if found["number"] else "")
