"""Which line ends of a text only wrap a line: a mail program or an editor broke a sentence there.

What goes on with a small letter does. What goes on with a capital or a number may be a line of its
own; it goes on where the line above ends in a word that needs another one or is an item that it is
indented to, or where the text is wrapped at a width: another line of it is, and this one has no
room for the next word either. Lines that a mail quotes are looked at without their ">".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.language.dates_and_times import begins_with_day
from assistant.language.full_stops import NEAR, ends_sentence
from assistant.language.function_words import ARTICLES, COORDINATORS
from assistant.language.languages import language_of

FEWEST_WORDS = 4
"""Words of a line that is wrapped: shorter ones are names below each other."""

LEAST_WIDTH = 40
"""Characters of the lines of a text that is wrapped at a width ..."""

RAGGED = 8
"""... and by how many another line may be longer than the longest that surely goes on."""

_DEEPEST = 4
"""Blanks that a list's mark takes at most."""

_QUOTE = re.compile(r"[ ]?(?:>[ ]?)+")
_BEGINS = re.compile(
    r"[#|@]|```|~~~|(?:[-*+•◦‣–—=~_]|\(?(?:\d{1,3}|[A-Za-z])[.)]|\[[ xX]?\])\s"
    r"|(?:Given|When|Then|And|But)\b"
)
"""What a line begins with that is no part of the one above: a mark, a step."""
_LABEL = re.compile(r"[\w/.-]+(?: [\w/.-]+){0,3}\s*[:=]")
_ENDS = re.compile(r"(?P<stop>[.!?:;…|])[\"”’')\]*_]*$")
_BROKEN = re.compile(r"(?:[ ]{2}|\\|<br ?/?>)$", re.IGNORECASE)
"""Markdown's own line break."""
_ITEM = re.compile(r"(?:[-*+•◦‣–—]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s+")
_FENCE = re.compile(r"\s*(```+|~~~+)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without the marks of a quoted mail: ``end`` is the offset of its line end."""

    words: str
    start: int
    end: int
    depth: int
    indent: int
    quote: int
    """Characters of the marks."""


@lru_cache(maxsize=128)
def soft_breaks(text: str) -> frozenset[int]:
    """The offsets of the line ends that only wrap a line."""
    if "\n" not in text:
        return frozenset()
    return frozenset(above.end for above, _ in _soft(text))


def without_quote_marks(text: str) -> str:
    """``text``, as long as before, with blanks for the ">" of a mail inside its sentences."""
    if "\n>" not in text and "\n >" not in text:
        return text
    blanked = list(text)
    first, *others = _lines(text)
    cut_out = not first.depth and all(line.depth for line in others)
    soft = filter(_has_words, pairwise((first, *others))) if cut_out else _soft(text)
    for _, below in soft:
        blanked[below.start : below.start + below.quote] = " " * below.quote
    return "".join(blanked)


def _has_words(pair: tuple[_Line, _Line]) -> bool:
    """Whether a line of a sentence that was cut out of a mail goes on in the next one."""
    return _may_go_on(*pair) and len(pair[0].words.split()) >= FEWEST_WORDS


def _soft(text: str) -> list[tuple[_Line, _Line]]:
    """The lines that go on, each with the next one."""
    needy = _needing_more(text)
    pairs = list(pairwise(_lines(text)))
    open_ = [(above, below) for above, below in pairs if _may_go_on(above, below)]
    sure = set[int]()
    inner = -1
    for above, below in open_:
        is_inner = above.start == inner
        if _surely_goes_on(above, below, needy, is_inner=is_inner):
            sure.add(above.end)
            inner = below.start
    width = max((len(above.words) for above, _ in open_ if above.end in sure), default=0)
    return [
        (above, below)
        for above, below in open_
        if above.end in sure or _is_full(above, below, width)
    ]


def _lines(text: str) -> Iterator[_Line]:
    """The lines outside fenced blocks; one within is empty, as nothing in it goes on."""
    start, fenced = 0, ""
    for whole in text.split("\n"):
        mark = _QUOTE.match(whole)
        quote = mark.end() if mark and ">" in mark.group() else 0
        words = whole[quote:]
        fence = _FENCE.match(words)
        if fence and (not fenced or fence[1].startswith(fenced)):
            fenced = "" if fenced else fence[1]
        indent = len(words) - len(words.lstrip())
        shown = "" if fenced else words.lstrip()
        yield _Line(shown, start, start + len(whole), whole[:quote].count(">"), indent, quote)
        start += len(whole) + 1


def _may_go_on(above: _Line, below: _Line) -> bool:
    """Whether nothing says that a line ends with its last word, or that the next one begins
    something."""
    said, next_ = above.words.rstrip(), below.words
    same = above.depth == below.depth or (not above.start and not above.depth)  # a part of a text
    if not (said and next_ and same) or _BROKEN.search(above.words) or said[:1] in "#|":
        return False
    stop = _ENDS.search(said)
    if stop and (stop.group() != "." or ends_sentence(f"{said} {next_[:NEAR]}", len(said))):
        return False
    if _LABEL.match(next_) and (not next_[0].islower() or _LABEL.match(said)):
        return False
    return begins_with_day(next_, said) or not _BEGINS.match(next_)


def _surely_goes_on(above: _Line, below: _Line, needy: frozenset[str], *, is_inner: bool) -> bool:
    """Whether the words tell it; ``is_inner`` of a line that goes on from the one above itself."""
    said, next_ = above.words.rstrip(), below.words
    if not is_inner and len(said.split()) < FEWEST_WORDS:
        return False
    if next_[:1].islower() or begins_with_day(next_, said) or said.endswith("."):
        return True
    last = _LAST_WORD.search(said)
    if last and last.group() in needy:
        return True
    if is_inner:
        return 0 < above.indent == below.indent and len(said.split()) >= FEWEST_WORDS
    item = _ITEM.match(above.words)  # the mark is none of the text of an item by itself
    own = item.end() if item else 0 if above.start else _DEEPEST
    return above.indent < below.indent <= above.indent + own


def _is_full(above: _Line, below: _Line, width: int) -> bool:
    """Whether a line has no room for the first word of the next one."""
    length = len(above.words.rstrip())
    word = len(below.words.split()[0])
    return LEAST_WIDTH <= width < length + 1 + word and length <= width + RAGGED


def _needing_more(text: str) -> frozenset[str]:
    """The articles and words like "and" of a text's language: no line ends with one."""
    language = language_of(text)
    return ARTICLES.get(language, frozenset()) | COORDINATORS.get(language, frozenset())
