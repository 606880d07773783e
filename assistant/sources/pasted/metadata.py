"""Metadata in a text: "Release: Drop-3", "Labels: a, b", front matter, a two-column table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from assistant.domain import SourceMetadata
from assistant.sources.pasted.lines import Line, unlinked, unwrap
from assistant.sources.pasted.names_and_ids import EPIC_WORDS

MetaField = Literal[
    "release", "team", "labels", "epic", "key", "title", "author", "project", "kind", "other"
]

_FIELD = {
    cast(MetaField, name): re.compile("|".join(labels))
    for name, labels in EPIC_WORDS["metadata"].items()
}
_PAIR = re.compile(
    r"^\s*(?P<label>[A-Za-z][A-Za-z /_-]{0,28}?)\s*[:：=]\s*(?P<value>.*)$", re.DOTALL
)
_BETWEEN = re.compile(r"\s+[|·•–—]\s+|\s*[|·•]\s*|;\s+|\s{3,}|\t+|,\s+(?=[A-Z][A-Za-z ]{1,20}:)")
_BULLET = re.compile(r"^\s*[-*+•]\s+(?=\S)")
_ITEMS = re.compile(r"\s*[,;]\s*")


@dataclass
class Metadata:
    """Metadata collected for one epic, story or document while it is read."""

    release: str = ""
    team: str = ""
    labels: list[str] = field(default_factory=list)
    epic: str = ""
    key: str = ""
    title: str = ""
    author: str = ""
    project: str = ""
    kind: str = ""
    sprint: str = ""
    other: list[str] = field(default_factory=list)
    """What has no place in the test basis, as written: "Priority: High"."""

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Take ``(label, value)`` pairs; the first value of a field wins, labels accumulate."""
        for label, value in pairs:
            name = metadata_field(label) or "other"
            value = unlinked(unwrap(value))
            if name == "labels":
                self.labels.extend(part for part in label_list(value) if part not in self.labels)
            elif name == "other" or getattr(self, name):
                self.other.append(f"{label.strip()}: {value}")
            elif value:
                setattr(self, name, value)

    def stored(self) -> SourceMetadata:
        """What of it a document keeps."""
        return SourceMetadata(
            project=self.project, release=self.release, team=self.team, labels=tuple(self.labels),
            author=self.author, key=self.key,
        )  # fmt: skip

    def merge(self, inner: Metadata) -> None:
        """Take what ``inner`` says, where this says nothing yet; the rest goes to ``other``."""
        for name in ("release", "team", "epic", "key", "title", "author", "project", "kind"):
            if value := getattr(inner, name):
                self.add([(name, value)])
        self.labels.extend(label for label in inner.labels if label not in self.labels)
        self.other.extend(inner.other)


def label_list(value: str) -> tuple[str, ...]:
    """Labels out of "a, b; c", "[a, b]", "#a #b", or words separated by spaces as Jira writes."""
    value = value.strip().strip("[]").strip()
    parts = _ITEMS.split(value)
    if len(parts) == 1 and value.startswith(("#", "@")):
        parts = value.split()
    cleaned = (unwrap(part.strip(" \"'")).lstrip("#@").strip("` ") for part in parts)
    return tuple(dict.fromkeys(part for part in cleaned if part))


def metadata_field(label: str) -> MetaField | None:
    """The field that a label names, or ``None`` where it is no metadata label."""
    label = " ".join(label.replace("_", " ").casefold().split())
    for name, pattern in _FIELD.items():
        if pattern.fullmatch(label):
            return name
    return None


_TRACKER = re.compile(
    r"\**(?:priority|labels?|story points?|sprint|assignee|reporter|fix versions?|components?"
    r"|status|epic link|created|updated|release|team)\**\s*:\s*\**\s*\S.{0,60}$",
    re.IGNORECASE,
)


def tracker_line(text: str) -> bool:
    """Whether a line is a field that issue trackers show, with a short value."""
    return bool(_TRACKER.match(text))


def metadata_pairs(text: str) -> list[tuple[str, str]]:
    """The ``(label, value)`` pairs of a line that holds nothing but known metadata, else ``[]``.

    Several may share a line: "**Release:** Drop-3 | **Team:** Billing".
    """
    if len(text) > 400 or (":" not in text and "=" not in text and "：" not in text):
        return []
    text = _BULLET.sub("", text).replace("*", "").strip()
    pairs = [_pair(part) for part in _BETWEEN.split(text) if part.strip()]
    known = [pair for pair in pairs if pair is not None]
    if known and len(known) == len(pairs):
        return known
    whole = _pair(text)
    return [whole] if whole and len(whole[1]) <= 120 else []


def _pair(part: str) -> tuple[str, str] | None:
    match = _PAIR.match(part)
    if not match or not metadata_field(match["label"]):
        return None
    value = " ".join(match["value"].split())
    return (match["label"].strip(), value) if value else None


def front_matter(lines: Sequence[Line]) -> tuple[list[tuple[str, str]], int]:
    """Pairs of the YAML front matter at the beginning, and how many lines it takes (0: none).

    Plain ``key: value`` lines and lists of plain values are read; nothing else of YAML is.
    """
    if not lines or lines[0].content != "---":
        return [], 0
    close = next(
        (n for n, line in enumerate(lines[1:80], 1) if line.content in {"---", "..."}), None
    )
    if close is None or close == 1:
        return [], 0
    pairs: list[tuple[str, str]] = []
    for line in lines[1:close]:
        if line.blank:
            continue
        if match := re.match(r"^\s*([\w][\w /-]{0,40})\s*:\s*(.*)$", line.text):
            pairs.append((match.group(1), match.group(2).strip().strip("\"'")))
        elif pairs and (match := re.match(r"^\s*-\s+(.*)$", line.text)):
            label, value = pairs[-1]
            item = match.group(1).strip().strip("\"'")
            pairs[-1] = (label, f"{value}, {item}" if value else item)
        else:
            return [], 0
    return pairs, close + 1


def table_metadata(rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Pairs of a two-column table whose first column holds only metadata labels, else ``[]``."""
    body = [row for row in rows if any(cell.strip() for cell in row)]
    if not body or any(len(row) != 2 for row in body):
        return []
    pairs = [(unwrap(row[0]).rstrip(":"), unwrap(row[1])) for row in body]
    if metadata_field(pairs[0][0]) is None and len(pairs) > 1:
        head, pairs = pairs[0], pairs[1:]
        if head[0].casefold() not in {"field", "property", "attribute", ""}:
            return []
    return pairs if all(metadata_field(label) for label, _ in pairs) else []
