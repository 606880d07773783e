"""Who acts: nouns for people and roles, nouns for systems and their parts, and pronouns."""

from __future__ import annotations

import re

from assistant.language.nouns import singular
from assistant.language.verbs import base_of_participle
from assistant.language.word_lists import read_patterns, word_lists

_LISTS = {name: frozenset(words) for name, words in word_lists("english")["actors"].items()}
_PEOPLE, _THINGS_IN_ER, _SYSTEMS = (_LISTS[name] for name in ("people", "things", "systems"))
_SUFFIX = re.compile(r"(?:er|or|ist|ian|ant|eer|ee|man|woman)$")
_COMPONENT = re.compile(r"_\w+ ?_|\b[A-Z]{2,}-[A-Z]|\b[A-Z]?[a-z]+[A-Z][a-z]+[a-z]*(?:[A-Z]\w*)?\b")
"""Names of parts of a system: "_GCS_", "DPU-CCM", "FlightManager"."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_PATTERNS = read_patterns(__file__)
_CUT = _PATTERNS["cut"]
ARTICLE = _PATTERNS["article"]


def head_noun(phrase: str) -> str:
    """The noun that a phrase is about: "a refund of £5" -> "refund"; "" where none is found."""
    core = _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0]
    words = _WORD.findall(re.sub(r"['’]s?\s", " ", core) if core.strip() else phrase)
    while (
        len(words) > 1
        and words[-1].islower()
        and words[-1].endswith("ed")
        and base_of_participle(words[-1])
    ):
        words.pop()
    return words[-1] if words else ""


def noun_core(phrase: str) -> str:
    """A noun phrase up to what follows its head noun: "a refund of £5" -> "a refund"."""
    return _CUT.split(f" {phrase.strip()} ", maxsplit=1)[0].strip() or phrase.strip()


def without_article(phrase: str) -> str:
    """A noun phrase without the determiner it starts with."""
    return ARTICLE.sub("", phrase.strip())


def is_person(phrase: str) -> bool:
    """Whether a noun phrase names a person, a role or a pronoun for one."""
    head = head_noun(phrase)
    lower = singular(head).lower()
    if _COMPONENT.search(phrase):
        return False
    if lower in _PEOPLE or head.lower() in _PEOPLE:
        return True
    if lower in _SYSTEMS or lower in _THINGS_IN_ER or len(lower) < 5:
        return False
    return bool(_SUFFIX.search(lower))


def is_system(phrase: str) -> bool:
    """Whether a noun phrase names the system, or a part of it such as a page or a form."""
    return bool(_COMPONENT.search(phrase)) or singular(head_noun(phrase)).lower() in _SYSTEMS
