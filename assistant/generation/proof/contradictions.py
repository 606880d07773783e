"""Statements that a source denies: another number for the same thing, the negation turned, another
message.

Precise rather than many. Two sentences are held against each other where they share most of the
words that carry meaning; numbers where unit (or counted thing) is the same. What a test technique
computed (the neighbour of a limit, the reverse of an allowed situation) stands in the condition,
and the condition is held against first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.generation.proof.support_texts import meaning, unquoted
from assistant.generation.sentence_words import (
    NEGATING,
    clauses,
    is_example,
    sentences,
    stem,
    stem_set,
    tokens,
)
from assistant.language.casing import bare_words
from assistant.language.quantities import Quantity, find_messages, find_quantities
from assistant.language.units import in_base_unit
from assistant.language.word_lists import word_set

SAME_THING = 0.5
"""Share of the smaller sentence's words that two sentences on one number must have in common."""

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


@dataclass(frozen=True)
class Reference:
    """A text that a statement is held against, with the name under which it is told.

    Of a text that is not ``whole`` (a narrative) a statement may take up a part of a clause.
    """

    name: str
    text: str
    whole: bool = True


@dataclass(frozen=True)
class Denied:
    """A statement's words and the words of the reference that deny them."""

    words: str
    reference: Reference
    theirs: str
    kind: str


def denials(
    statement: str,
    own: Sequence[Reference],
    others: Sequence[Reference],
    *,
    done: bool = False,
) -> Iterator[Denied]:
    """What of a statement is denied.

    ``own`` are the texts of the condition, its outcome first: what they say settles a number, a
    message or a negation. ``others`` are the criterion and the cited sources. ``done`` tells that
    the statement is an action: what somebody does denies nothing by its negation.
    """
    yield from _other_numbers(statement, own, others)
    yield from _other_messages(statement, own, others)
    if not done:
        yield from _turned(statement, own)


# --- Numbers ------------------------------------------------------------------------------------


def _other_numbers(
    statement: str, own: Sequence[Reference], others: Sequence[Reference]
) -> Iterator[Denied]:
    references = (*own, *others)
    for start, end in sentences(statement):
        sentence = statement[start:end]
        about = _about(sentence)
        for quantity in find_quantities(sentence):
            family = _family(quantity)
            if family is None:
                continue
            settled, best = False, None
            for reference in references:
                for theirs, words, other in _numbers(reference.text):
                    if _family(theirs) != family:
                        continue
                    if _value(theirs) == _value(quantity):
                        settled = True
                    elif (
                        best is None
                        and not is_example(words)
                        and (_alike(about, other) >= SAME_THING or (not about and reference in own))
                    ):
                        best = Denied(quantity.text, reference, words, "number")
            if best is not None and not settled:
                yield best


def _numbers(text: str) -> tuple[tuple[Quantity, str, frozenset[str]], ...]:
    """Quantities of a text, each with its sentence and the words that it is about."""
    found = []
    for start, end in sentences(text):
        sentence = text[start:end]
        quantities = find_quantities(sentence)
        if quantities:
            about = _about(sentence)
            found += [(quantity, sentence, about) for quantity in quantities]
    return tuple(found)


def _family(quantity: Quantity) -> tuple[str, str] | None:
    """What a number measures; ``None`` for a bare one, which may stand for anything."""
    if quantity.kind in ("date", "time"):
        return quantity.kind, ""
    if not isinstance(quantity.value, Decimal) or quantity.kind == "number":
        return None
    if quantity.kind == "count":
        last = quantity.unit.split()[-1] if quantity.unit else ""
        return ("count", stem(last)) if last else None
    return quantity.kind, in_base_unit(quantity.value, quantity.unit)[1]


def _value(quantity: Quantity) -> object:
    if isinstance(quantity.value, Decimal):
        return in_base_unit(quantity.value, quantity.unit)[0].normalize()
    return quantity.value


def _about(sentence: str) -> frozenset[str]:
    return frozenset(word for word in meaning(sentence) if not re.fullmatch(r"[\d.,]+", word))


def _alike(left: frozenset[str], right: frozenset[str]) -> float:
    shared = len(left & right)
    least = min(len(left), len(right))
    return shared / least if least and shared >= min(2, least) else 0.0


# --- Messages -----------------------------------------------------------------------------------

_TELLS = re.compile(
    r"\b(?:message|error|warning|notification|alert|banner|text|says?|reads?|states?|note)\b",
    re.IGNORECASE,
)


def _other_messages(
    statement: str, own: Sequence[Reference], others: Sequence[Reference]
) -> Iterator[Denied]:
    if not _TELLS.search(unquoted(statement)):
        return
    told = [(one, quoted.text) for one in (*own, *others) for quoted in find_messages(one.text)]
    for quoted in find_messages(statement):
        said = bare_words(quoted.text)
        if len(said.split()) < 2 or any(said in bare_words(one.text) for one in (*own, *others)):
            continue
        outside = meaning(statement)
        for reference, theirs in told:
            if len(theirs.split()) < 2 or not _TELLS.search(unquoted(reference.text)):
                continue
            if reference in own or _alike(outside, meaning(reference.text)) >= SAME_THING:
                yield Denied(quoted.text, reference, theirs, "message")
                break


# --- Negation -----------------------------------------------------------------------------------


def _turned(statement: str, own: Sequence[Reference]) -> Iterator[Denied]:
    """Clauses that say what a clause of the condition says, with the negation turned."""
    for clause in _clauses(statement):
        mine = _polar(clause)
        if len(mine.words) < 2:
            continue
        for reference in own:  # the first that speaks of it decides
            found = [
                (said, theirs.differs(mine))
                for said in _clauses(reference.text)
                for theirs in (_polar(said),)
                if (reference.whole or not theirs.negative)  # a narrative tells what is wanted
                and _same_clause(mine.words, theirs.words, whole=reference.whole)
            ]
            if found:
                if all(differs for _, differs in found):
                    yield Denied(clause, reference, found[0][0], "negation")
                break


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


def _same_clause(words: frozenset[str], other: frozenset[str], *, whole: bool) -> bool:
    words, other = words - _FRAME, other - _FRAME
    shared = len(words & other)
    if shared == len(words) and shared >= (3 if whole else 2):
        return True  # it takes up a part of the clause
    of = max(len(words), len(other)) if whole else len(words)
    return shared >= 2 and shared >= SAME_CLAUSE * of


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
