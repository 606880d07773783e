"""A text as sentences, and what changed between two versions of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Literal

from rapidfuzz.distance import Indel

from assistant.domain import Value
from assistant.suite.case_changes import word_diff as word_diff
from assistant.workflow.review.pairing import LIKE, paired

_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|>\s*|\d+[.)]\s+)+")
_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")
_RULE_LINE = re.compile(r"[\s|:=-]*")
PAIRED = 1_000_000
"""Pairs of sentences that are compared, about a second; of a longer stretch none is taken for
another one's new form."""


class SentenceChange(Value):
    """A sentence that changed, came or went; ``old`` or ``new`` is empty for the last two."""

    kind: Literal["changed", "added", "removed"]
    old: str = ""
    new: str = ""


def plain_words(text: str) -> str:
    """``text`` with all white space as single spaces: how it is wrapped says nothing."""
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text in order; headings, items and table rows are one each."""
    found: list[str] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            joined = plain_words(" ".join(paragraph))
            found.extend(part for part in _END.split(joined) if part.strip())
            paragraph.clear()

    for line in text.splitlines():
        mark = _MARK.match(line)
        row = line.lstrip().startswith("|")
        if mark or row or not line.strip():
            close()
        if _RULE_LINE.fullmatch(line):
            continue
        if row:
            found.append(plain_words(line))
        else:
            paragraph.append(line[mark.end() :] if mark else line)
            if mark and mark.group().lstrip().startswith("#"):
                close()
    close()
    return found


def sentences_at(text: str, start: int, end: int) -> str:
    """The whole sentences that a stretch of ``text`` lies in."""
    starts = [0]
    for match in re.finditer(r"\n\s*\n|\n(?=\s*(?:[-*+•|#>]|\d+[.)])\s?)", text):
        starts.append(match.end())
    for match in _END.finditer(text):
        starts.append(match.end())
    starts = sorted(set(starts))
    first = max(at for at in starts if at <= max(0, start))
    last = min((at for at in starts if at >= end), default=len(text))
    return plain_words(_MARK.sub("", text[first:last]))


def changes(old: str, new: str) -> tuple[SentenceChange, ...]:
    """What changed from one version to the next, sentence by sentence, in the new order."""
    before, after = sentences(old), sentences(new)
    found: list[SentenceChange] = []
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = before[a:b], after[c:d]
        twins = paired(gone, come) if len(gone) * len(come) <= PAIRED else {}
        for at, sentence in enumerate(gone):
            if at in twins:
                twin = come[twins[at]]
                found.append(SentenceChange(kind="changed", old=sentence, new=twin))
            else:
                found.append(SentenceChange(kind="removed", old=sentence))
        used = set(twins.values())
        left = (one for at, one in enumerate(come) if at not in used)
        found.extend(SentenceChange(kind="added", new=sentence) for sentence in left)
    return tuple(found)


def text_changes(old: str, new: str) -> tuple[tuple[SentenceChange, ...], int]:
    """The sentences that change, and how many only stand elsewhere."""
    found = changes(old, new)
    gone = Counter(one.old for one in found if one.kind == "removed")
    come = Counter(one.new for one in found if one.kind == "added")
    moved = gone & come
    left = {"removed": +moved, "added": +moved}
    kept = []
    for one in found:
        words = one.old or one.new
        if one.kind != "changed" and left[one.kind][words]:
            left[one.kind][words] -= 1
        else:
            kept.append(one)
    return tuple(kept), moved.total()


def closest(sentence: str, candidates: Iterable[str]) -> str:
    """The candidate most like a sentence, or "" where none is like it."""
    # No more than this can be alike, and it is counted a hundred times faster.
    bounds = [(Indel.normalized_similarity(sentence, one), one) for one in candidates]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(sentence)
    best, found = LIKE, ""
    for bound, candidate in sorted(bounds, reverse=True, key=lambda each: each[0]):
        if bound < best:
            break
        matcher.set_seq1(candidate)
        ratio = matcher.ratio()
        if ratio > best or (ratio == best and not found):
            best, found = ratio, candidate
    return found


def in_their_places(
    olds: Mapping[str, str], news: Mapping[str, Collection[str]], before: Collection[str]
) -> dict[str, str]:
    """By name the text that has taken the place of each old one; a name is left out where none has.

    ``olds`` are texts by name that stand no more. ``news`` are those of now, each name with the
    forms that it has; one takes the place of one old text. ``before`` are all texts of then: one
    that stood there then took no other's place, whatever its name is now.
    """
    fresh = [(name, one) for name, forms in news.items() for one in forms if one not in before]
    names, texts = list(olds), [text for _, text in fresh]
    owners = [name for name, _ in fresh]
    twins = paired(list(olds.values()), texts, owners)
    found = {names[old]: texts[new] for old, new in twins.items()}
    taken = {owners[new] for new in twins.values()}
    for name, text in reversed(fresh):
        if name in olds and name not in found and name not in taken:
            found[name] = text
            taken.add(name)
    return found
