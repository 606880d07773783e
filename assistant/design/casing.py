"""Small forms of words: one line, capitals, articles and possessives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.design.nouns import COMMON, is_plural
from assistant.design.people import head_noun, is_person

SPACE = re.compile(r"\s+")


FUNCTION_WORD = re.compile(
    r"^(?:a|an|the|any|each|every|all|some|no|this|that|these|those|its?|their|his|her|my|our|your"
    r"|if|when"
    r"|where|once|after|before|until|unless|only|at|in|on|for|with|without|there|they|he|she|we"
    r"|you|both|either|as|from|to|by|another|more|less|one|two|three|four|five|six|seven|eight"
    r"|nine|ten"
    r"|such|most|nobody|someone|anyone|anything|what|who|which|during|within|under|over|upon|all"
    r"|any|existing|new|only|exactly|above|below|beyond|between|up)$",
    re.IGNORECASE,
)


_POSSESSIVE = re.compile(r"\b(?:my|our|their|his|her|your)\b(?! own)", re.IGNORECASE)


@lru_cache(maxsize=8192)
def one_line(text: str) -> str:
    """Text on one line without the full stop at its end."""
    line = SPACE.sub(" ", text).strip(" ,;:")
    return line[:-1].rstrip() if line.endswith(".") and not line.endswith("..") else line


def capital(text: str) -> str:
    """First letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=8192)
def lower_start(text: str) -> str:
    """First word in lower case where that is safe: never a name, an acronym or a quoted word."""
    first, _, rest = text.partition(" ")
    following = rest[:1]
    if re.match(r"(?:of|and|or|to|the|for) [A-Z]", rest) and not FUNCTION_WORD.match(first):
        return text
    if first == "I" or not first[:1].isupper() or (not first[1:].islower() and len(first) > 1):
        return text
    common = FUNCTION_WORD.match(first) or first in ("A",)
    plain = (
        (first.endswith(("ed", "ing")) and len(first) > 5)
        or is_plural(first)
        or is_person(first)
        or first.lower() in COMMON
    ) and not following.isupper()
    return first.lower() + text[len(first) :] if common or plain else text


@lru_cache(maxsize=8192)
def definite(phrase: str) -> str:
    """A noun phrase with "the" for its determiner: "a refund" -> "the refund"."""
    phrase = phrase.strip()
    if re.match(
        r"^(?:the|its|this|that|these|those|we|they|it|he|she|you)\b", phrase, re.IGNORECASE
    ):
        return phrase[:1].lower() + phrase[1:]
    if re.match(r"^I\b", phrase):
        return phrase
    if phrase[:1] in "\"“'‘£$€" or re.match(
        r"^(?:more|no|none|nobody|anyone|someone)\b", phrase, re.I
    ):
        return phrase
    bare = re.sub(
        r"^(?:a|an|any|each|every|all|some|another|my|our|your|their|his|her|one)(?: of)? ", "",
        phrase, flags=re.IGNORECASE,
    )  # fmt: skip
    if bare == phrase and re.fullmatch(r"_?[A-Z][\w-]*_?", lower_start(phrase)):
        return phrase
    return f"the {bare if bare != phrase else lower_start(phrase)}"


def indefinite(noun: str) -> str:
    """A singular noun phrase with "a" or "an"; plurals and determined phrases as they are."""
    noun = noun.strip()
    if noun.startswith("other "):
        return f"an{noun}"
    if FUNCTION_WORD.match(noun.split(" ")[0]) or is_plural(head_noun(noun) or noun):
        return noun
    vowel = re.match(
        r"^(?:[aeioAEIO]|u(?!ni|se|til|rl)|[FHLMNRSX](?=[A-Z\d])|U(?=n(?!i)|p)|hour)", noun
    )
    return f"{'an' if vowel else 'a'} {noun}"


def impersonal(text: str) -> str:
    """ "my bill" -> "the bill": instructions name nobody's things."""
    return _POSSESSIVE.sub("the", text)


def either(items: Sequence[str]) -> str:
    """ "a, b or c", of at least two."""
    return f"{', '.join(items[:-1])} or {items[-1]}"
