"""The words of a sentence: tokens with offsets, light stems, clauses, and what an outcome says.

Everything here is plain text in, plain values out. Offsets are character offsets into the text that
was given, so that whatever is found can be quoted as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.language.casing import capital
from assistant.language.full_stops import ends_sentence
from assistant.language.line_breaks import soft_breaks
from assistant.language.quoted_messages import STRAIGHT
from assistant.language.word_lists import read_patterns, word_lists

TOKEN = re.compile(r"[A-Za-z]{1,8}-\d+(?![^\W_])|[^\W_]+(?:['’][^\W_]+)*")
"""A word; an identifier such as "BR-7" is one, so that its number is not taken for a value."""


_WORDS = word_lists("words", Path(__file__).parent)["sentence_words"]
STOP_WORDS = frozenset(_WORDS["stop"])
"""Words that carry no support: function words, and the verbs and nouns every test step has."""

IRREGULAR = {
    "sent": "send", "shown": "show", "kept": "keep", "paid": "pay", "held": "hold",
    "given": "give", "taken": "take", "chosen": "choose", "chose": "choose", "written": "write",
    "built": "build", "made": "make", "sold": "sell", "told": "tell", "found": "find",
    "lost": "lose", "left": "leave", "began": "begin", "begun": "begin", "seen": "see",
    "saw": "see", "gone": "go", "goes": "go", "went": "go", "got": "get", "met": "meet",
    "spent": "spend", "withdrawn": "withdraw", "people": "person", "denied": "deny",
    "denies": "deny", "applied": "apply", "applies": "apply", "tried": "try",
}  # fmt: skip

SAME_SENSE = {
    "refus": "reject", "declin": "reject", "deny": "reject", "notific": "notify",
    "display": "show", "appear": "show", "present": "show", "permit": "allow",
    "unauthoris": "unauthoriz", "cancell": "cancel", "email": "mail", "e-mail": "mail",
    "log": "sign", "login": "sign", "delet": "remov",
}  # fmt: skip
"""Stems that testers use for each other; the value stands for both."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light English stem: enough to match "extensions" with "extension", nothing more."""
    word = word.casefold().replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    if word in IRREGULAR:
        word = IRREGULAR[word]
    elif len(word) > 3 and word.isalpha():
        word = _strip_suffix(word)
    return SAME_SENSE.get(word, word)


def _strip_suffix(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ment", "ing", "ion", "ed", "ly"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("at") and len(word) > 5:  # confirmation, confirm; allocated, allocation
        word = word[:-2]
    if word.endswith("i") and len(word) > 3:
        word = word[:-1] + "y"
    return word


def stem_set(words: str) -> frozenset[str]:
    """The stems of a word list written as text."""
    return frozenset(stem(word) for word in words.split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its stem and its place in the text."""

    stem: str
    start: int
    end: int
    content: bool


def tokens(text: str) -> tuple[Token, ...]:
    """All words of a text in order; ``content`` is false for stop words."""
    return tuple(
        Token(stem(match.group()), match.start(), match.end(), _is_content(match.group()))
        for match in TOKEN.finditer(text)
    )


def _is_content(word: str) -> bool:
    return word.casefold() not in STOP_WORDS and (len(word) > 1 or word.isdigit())


@lru_cache(maxsize=4096)
def content_stems(text: str) -> frozenset[str]:
    """The distinct stems of the words that carry meaning."""
    return frozenset(token.stem for token in tokens(text) if token.content)


_PATTERNS = read_patterns(__file__)
_CLOSING = frozenset("\"”’')]")
_SENTENCE_END = re.compile(r"[.!?]+[\"”’')\]]*(?=\s|$)|\n+")
_CLAUSE_END = _PATTERNS["clause_end"]
QUOTED = re.compile(rf"“[^”\n]*”|{STRAIGHT.pattern}|‘[^’\n]*’(?!\w)|(?<!\w)'[^'\n]*'(?!\w)")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Sentences (or lines that stand for themselves) as offsets, without surrounding space; a
    quoted message is not split."""
    return tuple(_cut(text, 0, len(text), _SENTENCE_END))


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[tuple[int, int, int], ...]:
    """Clauses as ``(sentence number, start, end)``; a quoted message is not split."""
    return tuple(
        (number, left, right)
        for number, (start, end) in enumerate(sentences(text))
        for left, right in _cut(text, start, end, _CLAUSE_END)
    )


def clause_texts(text: str) -> tuple[str, ...]:
    """The words of each clause."""
    return tuple(text[start:end] for _, start, end in clauses(text))


def _cut(text: str, start: int, end: int, boundary: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    quoted = [match.span() for match in QUOTED.finditer(text, start, end)]
    left, wrapped = start, soft_breaks(text)
    for match in boundary.finditer(text, start, end):
        if match.start() in wrapped and match.group() == "\n":
            continue  # the sentence goes on in the next line
        if any(a < match.start() and match.end() < b for a, b in quoted):
            continue
        if match.group() == "." and not ends_sentence(text, match.end()):
            continue
        if match.group()[-1:] in _CLOSING and text[match.end() :].lstrip()[:1].islower():
            continue  # a message ends, the sentence around it goes on
        yield from _trimmed(text, left, match.end())
        left = match.end()
    yield from _trimmed(text, left, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


_NAME = re.compile(r"(?<=[\w,;)(/] )[A-Z][\w’'-]+")


def names(text: str) -> list[str]:
    """Words written like names: a capital inside a sentence, outside quotations."""
    return [str(name) for name in _NAME.findall(QUOTED.sub(" ", text))]


def unknown_names(text: str, allowed: Iterable[str]) -> list[str]:
    """Names in a text that occur in none of the allowed texts, however written there."""
    found = names(text)
    if not found:
        return []
    known = frozenset[str]().union(*map(_stems, allowed))
    return [name for name in found if not all(token.stem in known for token in tokens(name))]


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(token.stem for token in tokens(text))


# --- What an outcome says -----------------------------------------------------------------------

_REFUSING = frozenset(map(stem, _WORDS["refusing"]))
_ACCEPTING = frozenset(map(stem, _WORDS["accepting"]))
_ORDERS = frozenset(_WORDS["orders"])
NEGATING = frozenset(_WORDS["negating"])
_LIMITING = stem_set("exceed more later less longer fewer only than")


def accepts_or_refuses(text: str) -> tuple[bool, bool]:
    """``(accepts, refuses)``: what a text says about something going through; it may say both.

    Negation is followed over the next words: "is not accepted" refuses, "no error is shown"
    accepts. Words inside quotation marks are left out, for a message says nothing by itself.
    """
    accepts = refuses = False
    negated = 0
    pending = False
    for match in TOKEN.finditer(QUOTED.sub(" ", text)):
        word = match.group().casefold().replace("’", "'")
        if word in NEGATING:
            negated, pending = 5, True
            continue
        root = stem(word)
        if negated >= 4 and root in _LIMITING:  # "not more than", "must not be later than"
            negated, pending = 0, False
        elif word in _ORDERS and not negated:
            continue  # "select Save": what somebody does, not what comes of it
        elif (root in _REFUSING or root in _ACCEPTING) and not word.startswith("validat"):
            positive = (root in _ACCEPTING) != (negated > 0)
            accepts, refuses = accepts or positive, refuses or not positive
            pending = False
        elif negated:
            negated -= 1
    return accepts, refuses or pending


# --- Small changes of form ----------------------------------------------------------------------


def sentence(text: str) -> str:
    """The text as one sentence: single spaces, a capital first, a full stop at the end."""
    flat = " ".join(text.split()).strip(" ,;:-–—")
    if not flat:
        return ""
    ending = "" if flat[-1] in ".!?…" or re.search(r"[.!?][\"”’')]$", flat) else "."
    return capital(flat) + ending


def phrase(text: str) -> str:
    """The text as a phrase to put inside a sentence: single spaces, no closing stop."""
    return " ".join(text.split()).strip(" ,;:.-–—")


def clipped(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a sentence end where one is near, else at a word."""
    flat = text.strip()
    if len(flat) <= limit:
        return flat
    head = flat[: limit + 1]
    ends = [
        end for _, end in sentences(head) if limit * 0.5 <= end <= limit and head[end - 1] in ".!?"
    ]
    if ends:
        return head[: ends[-1]]
    space = head.rfind(" ", 0, limit)
    return (head[:space] if space > limit // 2 else head[: limit - 1]).rstrip(" ,;:") + "…"
