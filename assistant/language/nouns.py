"""Which noun a number counts ("5 failed login attempts"), and its singular and plural."""

from __future__ import annotations

import re

from assistant.language.verbs import is_base
from assistant.language.word_lists import word_set

_STOP = word_set(
    """a an the and or but nor of to in on at by for from with without within into onto per as if
    when while where unless until than then that which who whose this these those it its his her
    their our your my is are was were be been being am do does did has have had can cannot could
    may might must shall should will would not no only also both each every any all some more
    less fewer most least other before after between during above below over under up down out
    off about via so because since ago old long later earlier away apart left remaining maximum
    minimum max min inclusive exclusive respectively i you he she we they them us him me there
    here plus once twice again automatically yes longer shorter match matches show shows exist
    exists apply applies remain remains require requires need needs appear appears get gets take
    takes fail fails pass passes occur occurs x
    upwards onwards"""
)
COMMON = word_set(
    """password username description delivery email payment order account amount name address
    comment date title message price discount code access login registration request refund
    search shipping quantity status customer user admin data information content feedback help
    page screen form button field file image photo document report invoice statement contract
    product item basket cart checkout booking reservation appointment claim application
    complaint case ticket task project team member role permission notification reminder
    confirmation verification validation approval rejection cancellation submission session
    token text stock tax vat age phone telephone mobile postcode country language currency
    balance credit debit transfer loan interest fee charge total subtotal sorting filtering
    pagination error warning discounts"""
)
"""Nouns that are no names, even at the start of a sentence."""
_WORD = re.compile(r"([ \t\xa0]|-(?=[a-z]))([A-Za-z][A-Za-z'’-]*)(?=[\s.,;:!?)\]\"”/]|$)")
_OBJECT = re.compile(
    r" (?:an?|the|their|its|his|her|no|all|any|each|free|only|more|not|approval|to|half"
    r"|double|nothing)\b"
)
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "feet": "foot",
    "addresses": "address", "statuses": "status", "criteria": "criterion", "indices": "index",
    "analyses": "analysis", "aliases": "alias", "buses": "bus", "boxes": "box", "matches": "match",
    "branches": "branch", "batches": "batch", "processes": "process", "classes": "class",
    "accesses": "access", "business": "business", "switches": "switch", "searches": "search",
    "mailboxes": "mailbox", "taxes": "tax", "faxes": "fax", "series": "series", "leaves": "leaf",
}  # fmt: skip
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
