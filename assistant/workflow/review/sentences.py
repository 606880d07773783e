"""A text as sentences, and what changed between two versions of it.

Old texts beside the new ones that took their places: each new text takes one place at most.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal

from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from assistant.domain import Value
from assistant.suite.case_changes import word_diff as word_diff

LIKE = 0.55
"""Share of letters in common from which on a new text is taken for the old one, changed."""
_TRIED = 12
"""New texts that one old text is compared with exactly, the likeliest first."""
_ROUNDING = 1e-6
"""By how much a bound of single precision may lie beyond what it bounds."""


def paired(
    olds: Sequence[str], news: Sequence[str], owners: Sequence[Hashable] | None = None
) -> dict[int, int]:
    """For each old text that has a twin its position and the twin's, the likest pairs first.

    ``owners`` name to whom each new text belongs: of several forms that have one owner only one
    is taken. Without them each is its own.
    """
    if not olds or not news:
        return {}
    import numpy as np  # here: the first page that opens needs none of it

    # No more than this can be alike, and it is counted a hundred times faster.
    bounds = cdist(
        olds,
        news,
        scorer=Indel.normalized_similarity,
        dtype=np.float32,
        score_cutoff=LIKE - _ROUNDING,
    )
    rows, columns = np.nonzero(bounds)
    ranked = np.argsort(-bounds[rows, columns], kind="stable")
    names = list(owners) if owners is not None else list(range(len(news)))
    found: dict[int, int] = {}
    taken: set[Hashable] = set()
    waiting: list[tuple[float, int, int]] = []

    def settle(least: float) -> None:
        """Pair what is at least as like as anything that is still to be compared can be."""
        while waiting and -waiting[0][0] >= least:
            _, old, new = heapq.heappop(waiting)
            if old not in found and names[new] not in taken:
                found[old] = new
                taken.add(names[new])

    tried: Counter[int] = Counter()
    exact: dict[int, SequenceMatcher[str]] = {}
    for old, new in zip(rows[ranked].tolist(), columns[ranked].tolist(), strict=True):
        if old in found or tried[old] >= _TRIED or names[new] in taken:
            continue
        settle(float(bounds[old, new]) - _ROUNDING)
        if old in found or names[new] in taken:
            continue
        tried[old] += 1
        matcher = exact.setdefault(old, SequenceMatcher(None, "", olds[old], autojunk=False))
        matcher.set_seq1(news[new])
        ratio = matcher.ratio()
        if ratio >= LIKE:
            heapq.heappush(waiting, (-ratio, old, new))
    settle(LIKE)
    return found


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
