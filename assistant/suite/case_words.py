"""Words of a test case made comparable: stems, tester's synonyms, numbers with units, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from pathlib import Path

from assistant.domain import Value
from assistant.language.quoted_messages import OPENING
from assistant.language.word_lists import read_table, word_set

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUOTED = re.compile(
    rf"(?:{OPENING}|[“„])([^\"“”„]{{1,300}})[\"”“]|(?<!\w)['‘]([^'‘’]{{2,200}})['’](?!\w)"
)
_NAME = re.compile(r"(?<![.!?:;] )(?<!^)(?<=[^\w\"“-])[A-Z][A-Za-z]+(?![\w-]*\d)\b", re.MULTILINE)
_GHERKIN = re.compile(r"^\s*(?:given|when|then|and|but|\*)\s+", re.IGNORECASE | re.MULTILINE)
_SENTENCE_END = re.compile(r"[.;:!?]\s|\n")
_PARENTHESES = re.compile(r"\([^()]{0,80}\)")


class _CaseWords(Value):
    """What ``case_words.toml`` holds."""

    same: tuple[str, ...]
    opposites: tuple[tuple[str, str], ...]
    stop_words: str


_WORDS = read_table(Path(__file__).with_suffix(".toml"), _CaseWords)
_SAME = {stem: group.split()[0] for group in _WORDS.same for stem in group.split()}
STOP_WORDS = word_set(_WORDS.stop_words)
"""Words that do not tell two cases apart; the words of tester's moves are among them."""

DECISIVE = word_set("already again still without twice")
"""Small words that make another situation of the same words."""

LEAD_TO_AMOUNTS = word_set("amount number value sum total over")
"""Stems that only lead to a number ("the amount 9.00 EUR", "a booking over 800.00 EUR")."""

NEGATIONS = word_set("no cannot nothing noth neither nor refuse disabl greyed block")
"""Stems that deny (``stem`` makes "not" and "never" one with "no")."""
LACKS = NEGATIONS | {"without"}
"""Stems that turn what a sentence says to its contrary: two of them leave it as it was."""
OPPOSITES = tuple((word_set(left), word_set(right)) for left, right in _WORDS.opposites)
"""Stems that turn a case into another one where they stand against each other."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A short stem of an English word, with the tester's synonyms made one ("click", "press")."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if word in _SAME:
        return _SAME[word]
    if word.endswith("n't"):
        return "no"
    cut = word
    for ending in ("ing", "edly", "ied", "ies", "ed", "es", "s", "ly"):
        if cut.endswith(ending) and len(cut) - len(ending) >= 3 and not cut.endswith("ss"):
            cut = cut[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
            break
    if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sl":
        cut = cut[:-1]
    cut = cut.removesuffix("e") if len(cut) > 3 else cut
    return _SAME.get(cut) or _SAME.get(cut + "e") or cut


def words(text: str, *, whole: bool = False) -> list[str]:
    """The stems of a text in order; Gherkin keywords do not count.

    Nor do words in parentheses (a user name, an account), unless the ``whole`` text is wanted.
    """
    bare = _GHERKIN.sub("", text)
    return [stem(word) for word in _WORD.findall(bare if whole else _PARENTHESES.sub(" ", bare))]


def content(stems: list[str]) -> list[str]:
    """The stems that carry meaning."""
    return [one for one in stems if one not in STOP_WORDS and len(one) > 1]


def opposed(ours: Set[str], theirs: Set[str]) -> tuple[str, str] | None:
    """The first pair of opposite stems of which each side has one (see ``OPPOSITES``)."""
    for first, second in OPPOSITES:
        for one, other in ((first, second), (second, first)):
            if ours & one and theirs & other:
                return min(ours & one), min(theirs & other)
    return None


def _quotations(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """What stands in quotation marks, in order, each with its match."""
    for match in _QUOTED.finditer(text):
        yield " ".join((match[1] or match[2]).split()), match


def quoted(text: str) -> list[str]:
    """What stands in quotation marks, in order."""
    return [said for said, _ in _quotations(text)]


def quoted_with_rest(text: str) -> list[tuple[str, str]]:
    """What stands in quotation marks, each with the text that follows it."""
    return [(said, text[match.end() : match.end() + 40]) for said, match in _quotations(text)]


def quoted_with_lead(text: str) -> list[tuple[str, str]]:
    """What stands in quotation marks, each with its sentence since the quotation before."""
    found: list[tuple[str, str]] = []
    end = 0
    for said, match in _quotations(text):
        found.append((said, _SENTENCE_END.split(text[end : match.start()])[-1]))
        end = match.end()
    return found


def quoted_with_place(text: str) -> list[tuple[str, int]]:
    """What stands in quotation marks, each with the offset of its opening mark."""
    return [(said, match.start()) for said, match in _quotations(text)]


def without_quotes(text: str) -> str:
    """The text with what is quoted taken out."""
    return _QUOTED.sub(" … ", text)


def names(text: str, *, whole: bool = False) -> list[str]:
    """Words written with a capital inside a sentence: states, fields, roles, products.

    ``whole``: those in quotation marks and in parentheses too.
    """
    bare = _GHERKIN.sub("", text)
    return _NAME.findall(bare if whole else _PARENTHESES.sub(" ", without_quotes(bare)))
