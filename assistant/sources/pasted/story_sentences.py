"""User-story sentences: "As a <role> I want <need> so that <benefit>", in their usual forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.language.word_lists import read_patterns
from assistant.sources.pasted.lines import (
    Line,
    plain,
    read_marker,
    sentences,
    split_lines,
    unmarked,
)

_ROLE = (
    r"as\s+(?:an?|the|any|our|another|both|either|this|one)(?=[\s:<\[\"'“‘]|(?-i:[A-Z]))"
    r"|as\s+(?=(?-i:[A-Z<\[]))"
)
_PATTERNS = read_patterns(__file__)
_NOT_A_ROLE = _PATTERNS["not_a_role"]
_WANT = (
    r"\b(?:I|we)['’]?\s*(?:d\s+like|ll|m|ve|also|only|really|just|do\s+not|don['’]t)?\s*"
    r"(?:want|need|would|wish|can|could|should|must|may|shall|will|expect|have|am|require|prefer"
    r"|hope|get|see|like|use|would\s+like|do\s+not\s+want|don['’]t\s+want)\b|\bI['’]d\b|\bI\s+\w+"
)
_OTHER_LANGUAGES = (
    r"(?:als\s+\S.{1,120}?\b(?:m[öo]chte|will|brauche|wil|wens)\s+(?:ich|ik)\b"
    r"|als\s+\S.{1,120}?\b(?:wil|wens)\s+ik\b"
    r"|en\s+tant\s+qu(?:e|['’])\s*\S.{1,120}?\bje\s+(?:veux|souhaite|voudrais|peux|dois)\b"
    r"|como\s+\S.{1,120}?\b(?:quiero|quero|necesito|preciso|deseo|desejo)\b"
    r"|come\s+\S.{1,120}?\b(?:voglio|desidero|vorrei)\b"
    r"|som\s+\S.{1,120}?\b(?:vill|ønsker|vil)\s+(?:jag|jeg)\b"
    r"|jako\s+\S.{1,120}?\bchc[ęe]\b)"
)
_SENTENCE = re.compile(rf"(?:{_ROLE})\s*:?.{{0,240}}?(?:{_WANT})", re.IGNORECASE | re.DOTALL)
_FOREIGN = re.compile(_OTHER_LANGUAGES, re.IGNORECASE | re.DOTALL)
_PURPOSE = re.compile(
    rf"(?:in\s+order\s+(?:to|that)|so\s+that)\b.{{0,300}}?(?:^|[\n,.;]\s*)(?:{_ROLE})"
    rf"\s*:?.{{0,240}}?(?:{_WANT})",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_WANT_FIRST = re.compile(
    r"I\s+(?:want|need|would\s+like)\s+(?:to\s+)?\w.{0,300}?\bso\s+(?:that|I|we)\b",
    re.IGNORECASE | re.DOTALL,
)
_START = _PATTERNS["start"]
_MIDDLE = re.compile(r"(?<=[.!?;])\s+(?=[\"“]?[Aa]s\s+(?:an?|the)\b)")
_WINDOW = 700
_CONTINUES = _PATTERNS["continues"]
_WANTED = re.compile(
    r"\b(?:I|we)\s*(?:"
    r"(?:['’]d\s+like|would\s+like|want|need|wish)\s*:?\s+"
    r"(?:(?:to\s+be\s+able\s+)?to\b\s*:?\s*|(?P<thing>))"
    r"|(?:can|could|should|must)\s*:?\s+(?:be\s+able\s+to\s+)?)"
    r"(?P<need>(?!not\b|never\b|only\b)\S.*?)"
    r"(?=[,.;]?\s+(?:so\s+that|so\s+I|so\s+we|in\s+order\s+to|because)\b|[.;]\s|[.;]?\s*$)",
    re.IGNORECASE | re.DOTALL,
)
"""What is wanted: "to extend a plan", or a thing: "a list of plans"."""
_WISH = re.compile(r"\b(?:I|we)\b(?!\s+(?:am|are|was|were)\b)", re.IGNORECASE)
_NAMED_THING = re.compile(
    r"(?!.*\bto\b)(?:(?:an?|the|my|our)\s|(?:\S+\s*){1,3}$)", re.IGNORECASE | re.DOTALL
)
"""Words that name a thing by themselves; not "the system to stop me"."""


def starts_story(text: str) -> bool:
    """Whether ``text`` (without list marker) begins with a user-story sentence."""
    head = plain(text[:_WINDOW]).lstrip(" \t\"'“”‘’>\n")
    if not _START.match(head) or _NOT_A_ROLE.match(head):
        return False
    paragraph = head.split("\n\n", 1)[0]
    match = _SENTENCE.match(paragraph)
    if match and ". " not in paragraph[: match.end()].replace("e.g. ", "").replace("i.e. ", ""):
        return True
    return bool(
        _PURPOSE.match(paragraph) or _FOREIGN.match(paragraph) or _WANT_FIRST.match(paragraph)
    )


def split_story_lines(lines: Sequence[Line]) -> list[Line]:
    """``lines``, with a line that holds several story sentences split between them."""
    result: list[Line] = []
    for line in lines:
        pieces = [line]
        if len(line.text) > 60 and _START.search(line.text):
            starts = [match.end() for match in _MIDDLE.finditer(line.text)]
            starts = [
                start
                for start in starts
                if starts_story(line.text[start : start + _WINDOW])
                and re.search(r"[^\W\d_]{2}", line.text[:start])  # not only a list mark
            ]
            if starts:
                bounds = [0, *starts, len(line.text)]
                pieces = [
                    Line(line.start + a, line.start + b, line.text[a:b])
                    for a, b in pairwise(bounds)
                ]
        result.extend(pieces)
    return result


def continues_story(text: str) -> bool:
    """Whether a line goes on with the story sentence above it ("I want", "So that", ...)."""
    return bool(_CONTINUES.match(plain(text)))


def sentence_in(parts: Sequence[str]) -> str:
    """The first story sentence in parts of a narrative, with what follows it, or ""."""
    for part in parts:
        lines = split_lines(part)
        for at, line in enumerate(lines):
            marker = read_marker(line)
            first = line.text[marker.content :] if marker else line.text
            if starts_story(_window(first, lines, at)):
                return "\n".join([first, *(later.text for later in lines[at + 1 :])])
    return ""


def _window(first: str, lines: Sequence[Line], at: int) -> str:
    """The words of the line ``at`` and as many lines below it as ``starts_story`` looks at."""
    taken, size = [first], len(first)
    while size < _WINDOW and at + 1 < len(lines):
        at += 1
        taken.append(lines[at].text)
        size += len(lines[at].text) + 1
    return "\n".join(taken)


def wish_word(text: str) -> str:
    """The word for those who want what a story sentence says, "i" or "we"; in other languages the
    sentences that are known are one person's. Empty for another text."""
    if not starts_story(text):
        return ""
    wish = _WISH.search(plain(text[:_WINDOW]))
    return wish.group().lower() if wish else "i"


def story_title(text: str) -> str:
    """A short title out of a story sentence: the words that say what is wanted.

    They are a verbatim piece of the sentence ("Extend a payment plan"). Where such a piece would
    not stand alone ("the system to stop me") the title is the sentence itself.
    """
    flat = " ".join(unmarked(text).replace("\\\n", " ").split()).rstrip("\\ ")
    first = next(((a, b) for a, b in sentences(flat, 0, len(flat))), (0, len(flat)))
    whole = flat[first[0] : first[1]].strip(' ,;:"“”>')
    wish = _WISH.search(whole)
    match = _WANTED.match(whole, wish.start()) if wish else None
    if match is None or (match["thing"] is not None and not _NAMED_THING.match(match["need"])):
        return shortened(re.sub(r"(?<!\.)\.$", "", whole))
    need = match["need"].strip(" ,.;:")
    # An identifier at the beginning keeps its case.
    word = need.partition(" ")[0].rstrip(",;:")
    return shortened(need[:1].upper() + need[1:] if word.isalpha() and word.islower() else need)


def shortened(text: str, limit: int = 100) -> str:
    """``text`` on one line, cut at a word where it is longer than ``limit`` characters."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    return flat[:limit].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"
