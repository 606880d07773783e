"""What a source denies of a sentence: clauses of the same words with the negation turned.

Precise rather than many: two clauses are held against each other where they share nearly all of the
words that carry meaning. Opposites ("accept", "refuse") count as one word, turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.generation.proof.support_texts import unquoted
from assistant.generation.sentence_words import NEGATING, clauses, stem, stem_set, tokens
from assistant.language.word_lists import word_set

SAME_CLAUSE = 0.85
"""Share of the longer clause's words in common where two clauses differ by a negation alone."""

_NEGATORS = NEGATING | {"unable"}
_FUNCTION = word_set(
    """a an the any and or that which this these those it they he she is are was were be been being
    has have had do does did can could may might must shall should will would to of in on at by for
    with as from into so then there also still now again only its his her their them some such"""
)
_FRAME = stem_set("function available offer show display result tester see possible that want need")
"""What a statement is framed in: "the function to ... is available", "it is shown that ..."."""

_POLES: dict[str, tuple[str, bool]] = {}
for _pair in (
    "accept:refuse reject deny decline", "allow:block prevent forbid disallow", "enable:disable",
    "show:hide hidden", "visible:invisible", "available:unavailable", "valid:invalid",
    "succeed:fail", "success:failure", "successful:unsuccessful", "change:unchanged", "lock:unlock",
    "editable:read-only", "include:exclude", "active:inactive", "complete:incomplete",
    "correct:incorrect", "authorise:unauthorised", "more:less fewer", "before:after",
    "earlier:later", "above:below", "maximum:minimum", "increase:decrease reduce",
    "mandatory:optional", "first:last", "paid:unpaid", "open:close", "grant:revoke",
    "start:stop end", "add:remove", "possible:impossible",
):  # fmt: skip
    _up, _, _downs = _pair.partition(":")
    for _down in _downs.split():
        _POLES[stem(_down)] = (stem(_up), True)


def denials(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Clauses of ``text`` that every clause of the source on the same matter denies, each with the
    first of these."""
    theirs = [(clause, _polar(clause)) for clause in _clauses(source)]
    for clause in _clauses(text):
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


def _clauses(text: str) -> tuple[str, ...]:
    bare = unquoted(text)
    return tuple(bare[start:end] for _, start, end in clauses(bare))


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
