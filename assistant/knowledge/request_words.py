"""The closed-class words of a request: what leaves out, what joins, what sets the depth.

The words are data (``assistant/language/words``). A request is read with those of its own language
and of English, because names of techniques and depths are English in many a company.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, Literal, TypeVar

from assistant.knowledge.name_matching import Token, same_word, tokens
from assistant.knowledge.request_parts import PartKind
from assistant.language.languages import ENGLISH, little_words
from assistant.language.word_lists import word_lists

Meaning = TypeVar("Meaning")

REQUEST, SCOPE = "requests", "request_scope"
_LITTLE = "little"
_TABLES = ("without", "with", "because", "until", "and", "about", "of", "all", "cases", "request")
_LONG = 6
"""Letters of a word that leaves out from which on one may be wrong."""
_FOREIGN = 4
"""Letters of a word that leaves out from which on it does so within another language."""
_SHORTEST_HEAD = 4
"""Letters of the first half of a compound such as "Rauchtest"."""


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Meaning]):
    """Tokens ``first`` to ``last`` (exclusive) and what they mean."""

    meaning: Meaning
    first: int
    last: int


class Phrases(Generic[Meaning]):
    """Phrases with a meaning, the first to be added having the say; "*" stands for endings.

    ``misspelt`` finds single long words with a small mistake as well.
    """

    def __init__(self, *, misspelt: bool = False) -> None:
        self._misspelt = misspelt
        self._names: dict[str, Meaning] = {}
        self._exact: dict[tuple[str, ...], Meaning] = {}
        self._prefixes: dict[str, Meaning] = {}
        self._longest = 1

    def add(self, phrases: Iterable[str], meaning: Meaning) -> None:
        """Phrases of one meaning."""
        for phrase in phrases:
            words = tuple(folded(token.word) for token in tokens(phrase.rstrip("*")))
            if self._misspelt:
                self._names.setdefault(" ".join(words), meaning)
            if phrase.endswith("*"):
                self._prefixes.setdefault(words[0], meaning)
            else:
                self._exact.setdefault(words, meaning)
                self._longest = max(self._longest, len(words))

    def find(self, words: Sequence[str], free: Sequence[bool]) -> Iterator[Phrase[Meaning]]:
        """The phrases among the words that are ``free``, from left to right, the longest each."""
        at = 0
        while at < len(words):
            found = self._at(words, free, at)
            if found is not None:
                yield found
            at = found.last if found is not None else at + 1

    def heads(self) -> frozenset[str]:
        """Single words that may begin a compound."""
        single = {words[0] for words in self._exact if len(words) == 1}
        return frozenset(
            word for word in single | set(self._prefixes) if len(word) >= _SHORTEST_HEAD
        )

    def _at(self, words: Sequence[str], free: Sequence[bool], at: int) -> Phrase[Meaning] | None:
        for width in range(min(self._longest, len(words) - at), 0, -1):
            meaning = self._exact.get(tuple(words[at : at + width]))
            if meaning is not None and all(free[at : at + width]):
                return Phrase(meaning, at, at + width)
        if free[at]:
            fitting = [prefix for prefix in self._prefixes if words[at].startswith(prefix)]
            if fitting:
                return Phrase(self._prefixes[max(fitting, key=len)], at, at + 1)
            for name, meaning in self._names.items():
                if same_word(words[at], name):
                    return Phrase(meaning, at, at + 1)
        return None


def folded(word: str) -> str:
    """A word without its accents, as it is often typed."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@cache
def scope_phrases(*, beside_cases: bool) -> Phrases[tuple[PartKind, str]]:
    """Words of all languages for ``("depth", NAME)`` and ``("technique", NAME)``.

    With ``beside_cases`` those that mean it only beside the word for cases ("full coverage").
    """
    found: Phrases[tuple[PartKind, str]] = Phrases(misspelt=not beside_cases)
    lists = word_lists(SCOPE)
    end = "_of_cases" if beside_cases else ""
    kinds: tuple[tuple[PartKind, str], ...] = (("depth", "depth"), ("technique", "techniques"))
    for kind, table in kinds:
        for name, words in lists[f"{table}{end}"].items():
            found.add(words, (kind, name))
    return found


@cache
def announcing(kind: str) -> frozenset[str]:
    """Words for a release, a team, a label or cases, which announce a name, in all languages."""
    return frozenset(
        folded(token.word)
        for words in word_lists_of_requests()[kind].values()
        for word in words
        for token in tokens(word)
    )


@cache
def story_words(language: str) -> Phrases[Literal["one", "several"]]:
    """Words of a language and of English for one story and for several."""
    found: Phrases[Literal["one", "several"]] = Phrases()
    lists = word_lists_of_requests()
    for name in dict.fromkeys((language, ENGLISH)):
        found.add(lists["story"].get(name, ()), "one")
        found.add(lists["stories"].get(name, ()), "several")
    return found


@cache
def parted_words(language: str) -> tuple[tuple[str, str], ...]:
    """Pairs of words of a language and of English that leave out what stands between them."""
    lists = word_lists_of_requests()["without_between"]
    pairs = (
        tokens(each) for name in dict.fromkeys((language, ENGLISH)) for each in lists.get(name, ())
    )
    return tuple((folded(first.word), folded(last.word)) for first, last in pairs)


@cache
def named_before(language: str) -> frozenset[str]:
    """Words of a language and of English for what was named before: "it", "those"."""
    return _words("named_before", language)


@cache
def adding(language: str) -> frozenset[str]:
    """Words of a language and of English that add to what was named before: "with"."""
    return _words("adds", language)


@cache
def measuring(language: str) -> frozenset[str]:
    """Words of a language and of English that say how much is tested, beside a word for a depth."""
    return _words("measure", language)


def _words(table: str, language: str) -> frozenset[str]:
    lists = word_lists_of_requests()[table]
    names = dict.fromkeys((language, ENGLISH))
    words = (token.word for name in names for word in lists.get(name, ()) for token in tokens(word))
    return frozenset(map(folded, words))


@cache
def word_lists_of_requests() -> dict[str, dict[str, tuple[str, ...]]]:
    """The tables of the closed-class words, by name and language."""
    return word_lists(REQUEST)


@cache
def closed_words(language: str) -> Phrases[str]:
    """The closed-class words of a language, then those of English, by the name of their table."""
    found = _words_of(language, ENGLISH)
    for words in word_lists_of_requests()["without"].values():
        # Single words: "à part" of another language is "a part" in this one.
        found.add((w for w in words if len(w) >= _FOREIGN and " " not in w), "without")
    return found


def leaves_out(word: str, language: str) -> bool:
    """Whether a word is one that leaves out, with one letter wrong but not the first; of short ones
    another word is near ("keine", "kleine"), which would turn a request round."""
    from rapidfuzz.distance import Levenshtein

    known = word_lists_of_requests()["without"]
    return any(
        word[:1] == each[:1] and Levenshtein.distance(word, each, score_cutoff=1) <= 1
        for table in dict.fromkeys((language, ENGLISH))
        for each in (folded(one.casefold()) for one in known.get(table, ()))
        if len(each) >= _LONG
    )


def language_of_request(words: Sequence[str], named: Sequence[bool]) -> str:
    """The language most of whose closed-class words stand among ``words``, but for those of names
    (``named``); else English."""
    free = [not one for one in named]
    lists = word_lists_of_requests()
    counts: dict[str, int] = {}
    for language in lists["request"]:
        own = _own_words(language)
        counts[language] = sum(each.last - each.first for each in own.find(words, free))
    return max(counts, key=lambda language: (counts[language], language == ENGLISH))


@cache
def _own_words(language: str) -> Phrases[str]:
    return _words_of(language)


def _words_of(*languages: str) -> Phrases[str]:
    """The closed-class words of languages, the first to be named having the say."""
    found: Phrases[str] = Phrases()
    for language in languages:
        for table in _TABLES:
            found.add(word_lists_of_requests()[table].get(language, ()), table)
        found.add(little_words(language), _LITTLE)
    return found


def split_compounds(found: Sequence[Token]) -> list[Token]:
    """The tokens with "Rauchtest" and "smoketests" as two: a word of depth or technique, and one
    for cases."""
    heads, tails = _compound_heads(), announcing("cases")
    split: list[Token] = []
    for token in found:
        word = folded(token.word)
        cut = next(
            (n for n in range(len(word) - 3, _SHORTEST_HEAD - 1, -1)
             if word[n:] in tails and word[:n] in heads),
            0,
        )  # fmt: skip
        if cut:
            middle = min(token.start + cut, token.end - 1)
            split += [Token(token.start, middle, word[:cut]), Token(middle, token.end, word[cut:])]
        else:
            split.append(token)
    return split


@cache
def _compound_heads() -> frozenset[str]:
    return scope_phrases(beside_cases=False).heads()
