"""Which noun a number counts ("5 failed login attempts"), and its singular and plural."""

from __future__ import annotations

import re

from assistant.language.verbs import is_base
from assistant.language.word_lists import WORDS, read_table, word_lists, word_set

_LISTS = word_lists("english")["nouns"]
_STOP = frozenset(_LISTS["stop"])
COMMON = frozenset(_LISTS["common"])
"""Nouns that are no names, even at the start of a sentence."""
_WORD = re.compile(r"([ \t\xa0]|-(?=[a-z]))([A-Za-z][A-Za-z'’-]*)(?=[\s.,;:!?)\]\"”/]|$)")
_OBJECT = re.compile(
    r" (?:an?|the|their|its|his|her|no|all|any|each|free|only|more|not|approval|to|half"
    r"|double|nothing)\b| [€$£]?\d"
)
_IRREGULAR = read_table(WORDS / "english_forms.toml", dict[str, dict[str, str]])["singulars"]
_PLURALS = {singular: plural for plural, singular in _IRREGULAR.items()}
_UNCHANGING = word_set("ms kwh kw km cm mm kg mb gb tb kb mph px % dpi series")


def noun_after(text: str, place: int) -> tuple[int, str]:
    """End and words of the noun phrase that follows a number, at most four words; else ("", place).

    It ends with the first plural noun, so that a verb after it is left alone ("5 results are").
    """
    words: list[str] = []
    end = place
    while len(words) < 4:
        match = _WORD.match(text, end)
        if match is None or match[2].lower() in _STOP:
            break
        word = match[2]
        if is_base(word) and _OBJECT.match(text, match.end()):
            break
        if words and word.lower().endswith("ed") and _plural_looking(words[-1]):
            break
        words.append(word)
        end = match.end()
        if _plural_looking(word):
            break
    while words and words[-1].lower().endswith(("ed", "ly", "ing")):
        end -= len(words.pop()) + 1
    return (end, " ".join(words)) if words else (place, "")


def _plural_looking(word: str) -> bool:
    lower = word.lower()
    return lower in _IRREGULAR or (
        len(lower) > 3
        and lower.endswith("s")
        and not word.isupper()
        and not lower.endswith(("ss", "us", "is", "'s", "’s"))
    )


def is_plural(noun: str) -> bool:
    """Whether the last word of a noun phrase looks plural."""
    words = noun.split()
    return bool(words) and _plural_looking(words[-1])


def singular(noun: str) -> str:
    """Singular of a noun phrase, by its last word."""
    head, _, last = noun.rpartition(" ")
    lower = last.lower()
    if lower in _UNCHANGING or not _plural_looking(last):
        result = last
    elif lower in _IRREGULAR:
        result = _IRREGULAR[lower]
    elif lower.endswith("ies") and len(lower) > 4:
        result = last[:-3] + "y"
    elif lower.endswith(("sses", "shes", "ches", "xes", "zes")):
        result = last[:-2]
    else:
        result = last[:-1]
    if last[:1].isupper():
        result = result[:1].upper() + result[1:]
    return f"{head} {result}" if head else result


def plural(noun: str) -> str:
    """Plural of a noun phrase, by its last word."""
    head, _, last = noun.rpartition(" ")
    lower = last.lower()
    if lower in _UNCHANGING or _plural_looking(last):
        result = last
    elif lower in _PLURALS:
        result = _PLURALS[lower]
    elif lower.endswith("y") and lower[-2:-1] not in "aeiou":
        result = last[:-1] + "ies"
    elif lower.endswith(("s", "x", "z", "ch", "sh")):
        result = last + "es"
    else:
        result = last + "s"
    return f"{head} {result}" if head else result
