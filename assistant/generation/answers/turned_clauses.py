"""What a source denies of a sentence: clauses of the same words with the negation turned.

Precise rather than many: two clauses are held against each other where they share nearly all of the
words that carry meaning. Opposites ("accept", "refuse") count as one word, turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.generation.proof.support_texts import unquoted
from assistant.generation.sentence_words import NEGATING, clause_texts, stem, stem_set, tokens
from assistant.language.word_lists import word_lists

SAME_CLAUSE = 0.85
"""Share of the longer clause's words in common where two clauses differ by a negation alone."""

_NEGATORS = NEGATING | {"unable"}
_WORDS = word_lists("words", Path(__file__).parent)
_FUNCTION = frozenset(_WORDS["turned_clauses"]["function"])
_FRAME = stem_set("function available offer show display result tester see possible that want need")
"""What a statement is framed in: "the function to ... is available", "it is shown that ..."."""

_POLES = {stem(down): (stem(up), True) for up, downs in _WORDS["poles"].items() for down in downs}


def denials(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Clauses of ``text`` that every clause of the source on the same matter denies, each with the
    first of these."""
    theirs = [(clause, _polar(clause)) for clause in clause_texts(unquoted(source))]
    for clause in clause_texts(unquoted(text)):
        mine = _polar(clause)
        alike = [(said, one) for said, one in theirs if _same_clause(mine.words, one.words)]
        if len(mine.words) > 1 and alike and all(one.differs(mine) for _, one in alike):
            yield clause, alike[0][0]


@dataclass(frozen=True)
class _Polar:
    """The words of a clause, opposites as one, whether it denies them, and which were turned."""

    words: frozenset[str]
    negative: bool
    turned: frozenset[str]

    def differs(self, other: _Polar) -> bool:
        """Whether two clauses of the same words say opposite things.

        Opposites count where both clauses have one of the pair.
        """
        pairs = (self.turned ^ other.turned) & self.words & other.words
        return self.negative ^ other.negative ^ (len(pairs) % 2 == 1)


def _same_clause(words: frozenset[str], other: frozenset[str]) -> bool:
    words, other = words - _FRAME, other - _FRAME
    shared = len(words & other)
    if shared == len(words) and shared >= 3:
        return True  # it takes up a part of the clause
    return shared >= 2 and shared >= SAME_CLAUSE * max(len(words), len(other))


def _polar(clause: str) -> _Polar:
    """What a clause says and denies."""
    negative = False
    words, flipped = set(), set()
    for token in tokens(clause):
        word = clause[token.start : token.end].casefold().replace("’", "'")
        if word in _NEGATORS:
            negative = negative if word == "nor" else not negative
        elif word not in _FUNCTION:
            root, turned = _POLES.get(token.stem, (token.stem, False))
            words.add(root)
            if turned:
                flipped.add(root)
    return _Polar(frozenset(words), negative, frozenset(flipped))
