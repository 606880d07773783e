"""Clauses with what they deny, and the side that the text says them for.

A condition's outcomes are quotations with ``happens``: what the text says for this side. Each word
of them is affirmed or denied; a clause of a result that denies what is affirmed, or affirms what is
denied, speaks for the other side. Where the words of a clause point both ways, nothing is claimed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.domain import Outcome, TestCondition
from assistant.generation.proof.amounts import Number, alike, numbers
from assistant.generation.proof.statement_words import (
    NEGATORS,
    NEUTRAL,
    SEEN,
    all_content,
    content,
    contents,
    meeting,
    same,
    written,
)
from assistant.generation.sentence_words import clause_texts, clauses, names, sentences, stem
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.word_lists import read_patterns, word_lists, word_set

_POLES = {
    stem(other): stem(word)
    for word, others in word_lists("words", Path(__file__).parent)["poles"].items()
    for other in others
}
_PATTERNS = read_patterns(__file__)
_OVER = _PATTERNS["over"]
"""What speaks of another time: it was so before, or will be."""

_LASTS = _PATTERNS["lasts"]
"""What says that something lasts or has ended."""

_BOUND = _PATTERNS["bound"]
"""What binds a clause to a condition or a person: it says nothing for one side alone."""


_LACKING = word_set("without ohne sans sin zonder senza sem bez")

COVERED = 0.7
"""Share of a clause's words that outcomes and data must hold for it to be held against them."""

OTHERS = 1.0
"""Share of a clause's words that must be of the other side."""

_DESCRIBED = _PATTERNS["described"]
"""A word in front of a noun: "a failed check" and "failed checks" say not that something fails."""

TURNED = 0.5
"""Share of the words of a clause of an outcome that a result must turn to contradict it."""

_OF_NOUN = word_set(
    "no without kein keine keinen keinem ohne aucun aucune sans geen zonder sin bez"
)
"""Negators that deny what stands behind them alone."""

_NOUN = re.compile(r"[^A-ZÄÖÜ]*[A-ZÄÖÜ][\w-]*")
"""Words up to the first with a capital, which is the noun in German."""


_WORD = re.compile(r"\b[^\W\d_]+(?:['’][^\W\d_]+)?\b")
"""A word alone: "No" in the name "No_Signatory_Reason" denies nothing."""


@dataclass(frozen=True)
class Clause:
    """A clause: its words by meaning (opposites as one), and whether each is denied in it."""

    text: str
    words: tuple[tuple[str, bool], ...]
    negative: bool
    of_time: bool
    bound: bool
    doubled: bool
    lacking: bool


@lru_cache(maxsize=8192)
def read_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text; quotations are not part of what is said."""
    return tuple(map(_clause, clause_texts(text)))


def _clause(text: str) -> Clause:
    bare = mask_quotes(text)
    if "\x00" in bare:
        bare = re.split(r"\b(?:with|mit|avec|con|met)\b(?=[^\x00]*\x00)", bare)[0]
    for number in numbers(bare):
        bare = bare[: number.start] + " " * (number.end - number.start) + bare[number.end :]
    bare = bare.replace("\x00", " ")
    said = [word.replace("’", "'") for word in _WORD.findall(bare)]
    denying = [word.casefold() for word in said if word.casefold() in NEGATORS]
    reach = content(bare) - SEEN
    if len(denying) == 1 and denying[0] in _OF_NOUN:  # "the line has no charge"
        behind = re.split(rf"\b{denying[0]}\b", bare, flags=re.IGNORECASE)[1]
        noun = _NOUN.match(behind) if denying[0] == "ohne" else None  # "ohne Fotos gemeldet"
        reach = content(noun.group() if noun else behind) - SEEN
    described = content(" ".join(match["word"] for match in _DESCRIBED.finditer(bare)))
    turning = {word for word in reach if word in _POLES} - described
    negative = (len(denying) % 2 == 1) != (len(turning) % 2 == 1)
    words = tuple(sorted((_POLES[w] if w in turning else w, negative) for w in reach))
    return Clause(
        text, words, negative, bool(_OVER.search(bare)), bool(_BOUND.search(bare)),
        len(denying) == 2 and not {"nor", "neither", "ni", "weder"} & set(denying),
        any(word in _LACKING for word in denying),
    )  # fmt: skip


def is_bound(text: str, at: int) -> bool:
    """Whether something binds what stands at an offset to a condition or a person: before it in
    its clause, so that "a fee of EUR 5.00 is due before the loan" is not bound."""
    return any(
        _BOUND.search(text[start:at]) for _, start, end in clauses(text) if start <= at < end
    )


def _limits(text: str) -> bool:
    return any(quantity.is_limit for quantity in find_quantities(text))


class Side:
    """What the text says for the side of the conditions of a case, word by word."""

    def __init__(self, conditions: Sequence[TestCondition], criteria: Sequence[str]) -> None:
        self.votes: dict[str, dict[bool, str]] = {}
        self.lengths: dict[str, int] = {}
        self.outcomes = [one for condition in conditions for one in condition.outcomes]
        self.texts = (*criteria, *(one.quote for one in self.outcomes))
        self.accepts = bool(self.outcomes)
        self.refuses = False
        own = {one.criterion_id for one in conditions}
        said: set[str] = set()
        denied: set[str] = set()
        for outcome in self.outcomes:
            clauses_ = read_clauses(outcome.quote)
            denies = any(clause.negative for clause in clauses_)
            message = bool(find_messages(outcome.quote))
            of_effect = not (denies or message)
            if outcome.happens:
                clear = not denies and not any(c.bound or c.of_time for c in clauses_)
                told = outcome.source_id in own and any(
                    len(one.text.split()) > 2 for one in find_messages(outcome.quote)
                )
                self.accepts &= clear and not told and not _limits(outcome.quote)
            else:
                self.accepts &= not of_effect
            self.refuses |= denies if outcome.happens else of_effect
            (said if outcome.happens else denied).update(all_content(outcome.quote))
            if outcome.happens and outcome.source_id not in own:
                continue
            for clause in read_clauses(outcome.quote):
                self._vote(clause, outcome)
        facts = [fact for condition in conditions for fact in condition.facts]
        bound = contents(fact.quote for fact in facts)
        text = contents(criteria) if self.outcomes else frozenset()
        self.denied = frozenset(denied)
        self.doubled = frozenset(
            word
            for outcome in self.outcomes
            for clause in read_clauses(outcome.quote)
            if outcome.happens and clause.doubled
            for word, _ in clause.words
        )
        """Words of what is denied twice: what is not done where something is lacking."""
        self.other = text - said - bound - SEEN
        """Words of the criteria that are neither said for this side nor what it depends on."""

    def _vote(self, clause: Clause, outcome: Outcome) -> None:
        told = bool(find_messages(outcome.quote)) and not outcome.happens and not clause.negative
        if clause.bound or clause.doubled or told or _limits(outcome.quote):
            return  # "cannot be published without a photo" says nothing of publishing alone
        for word, turned in clause.words:
            denied = turned == outcome.happens
            said = outcome.quote if outcome.happens else f"not: {outcome.quote}"
            self.lengths[said] = min(self.lengths.get(said, 99), len(clause.words))
            self.votes.setdefault(word, {}).setdefault(denied, said)

    def of(self, word: str) -> dict[bool, str]:
        """Which way the text says a word for this side (denied or not), with its quotation."""
        found = self.votes.get(word)
        if found is not None:
            return found
        near: dict[bool, str] = {}
        for other, votes in self.votes.items():
            if same(word, other):
                near |= votes
        return near


def turned(
    result: str,
    side: Side,
    known: frozenset[str],
    subjects: frozenset[str],
) -> Iterator[tuple[str, str]]:
    """Clauses of a result that say the opposite of this side, each with the words it turns.

    ``known`` are words of the case's data and ``subjects`` those that only name what it is about:
    a clause counts where most of its words are told apart.
    """
    for clause in read_clauses(result):
        lasting = _LASTS.search(clause.text) is not None
        if clause.bound or (clause.of_time and not lasting):
            continue
        agree, differ, covered = 0, Counter[str](), 0
        for word, denied in clause.words:
            votes = side.of(word)
            if not votes:
                covered += bool(meeting((word,), known))
                continue
            covered += 1
            if len(votes) > 1 or meeting((word,), subjects):
                continue
            if denied in votes:
                agree += 1
            else:
                differ[votes[not denied]] += 1
        said, count = differ.most_common(1)[0] if differ else ("", 0)
        enough = count >= TURNED * side.lengths.get(said, 0)
        if count and enough and not agree and covered >= COVERED * len(clause.words):
            yield clause.text, said


_ASIDE = re.compile(r"\([^()]*\d[^()]*\)")
"""How a value comes about: "14 days (28 × 2.5/5, nothing to round)"."""


def denied_alone(
    result: str, side: Side, known: frozenset[str], denials: Sequence[Clause]
) -> Iterator[str]:
    """Clauses that deny something where the text denies nothing of it: the side is one that goes
    through, and what it denies are messages and refusals.

    ``denials`` are clauses of sources and data that deny: what they say may be said.
    """
    bare = _ASIDE.sub(" ", result)
    instead = frozenset(_names_denied(bare)) if side.accepts else frozenset()
    numbers_instead = {one.words for one in contrasted(bare)} if side.accepts else set()
    for clause in read_clauses(bare):
        if any(_says_too(one, clause) for one in denials):
            continue
        if clause.doubled and not clause.of_time:
            yield clause.text
        elif side.accepts and clause.negative and not clause.of_time and clause.words:
            words = {word for word, _ in clause.words}
            if any(number in clause.text for number in numbers_instead):
                continue  # "180 EUR, and not 50 EUR (the minimum)": the first is proved
            if (clause.lacking or clause.text in instead) and meeting(words, known) == words:
                continue  # "recorded without an ID", as the data say
            if side.doubled and meeting(words, side.doubled | known) == words:
                continue  # "Do not allow creating a request without a date"
            if not meeting(words, side.denied | side.other) and not find_messages(clause.text):
                yield clause.text


def denied_in(texts: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses of texts that deny something."""
    read = (clause for text in texts for clause in read_clauses(text))
    return tuple(clause for clause in read if clause.negative or clause.doubled)


def turns_alone(clause: Clause, denials: Sequence[Clause]) -> bool:
    """Whether a clause denies what none of these clauses, which deny, speaks of."""
    words = {word for word, _ in clause.words} - NEUTRAL
    told = contents(one.text for one in denials).union(word for c in denials for word, _ in c.words)
    return clause.negative and not clause.of_time and bool(words) and not meeting(words, told)


def _names_denied(text: str) -> Iterator[str]:
    """Clauses that deny nothing but names, where another is told instead, earlier in the sentence:
    "waits for Petra Nowak, not for Claudia Renz". The first is claimed, and is proved."""
    for start, end in sentences(text):
        told = False
        for clause in read_clauses(text[start:end]):
            all_names = all(word[0].isupper() for word in written(clause.text).values())
            if told and clause.negative and all_names:
                yield clause.text
            told = told or (bool(names(clause.text)) and not clause.negative)


def _says_too(denial: Clause, clause: Clause) -> bool:
    """Whether a clause of the texts denies all that another one does, once or twice as this."""
    said, of_noun = ({word for word, _ in one.words} - NEUTRAL for one in (clause, denial))
    told = of_noun | content(denial.text)  # "liegt kein Bescheid vor" denies that one "liegt vor"
    return bool(said) and denial.doubled == clause.doubled and meeting(said, told) == said


_DENIED_NUMBER = re.compile(
    r"\b(?:not|nicht|pas|niet|nie)\s+(?:(?:still|the|die|les?)\s+)?(?=(?:[A-Z]{3} ?|[£$€] ?)?\d)"
)


def denied_numbers(result: str, side: Side, is_worked: Callable[[Number], bool]) -> Iterator[str]:
    """Numbers that a result denies ("the total is not 90 EUR") though the text, which would have to
    give the wrong one, names none. In "60 EUR, not 90 EUR" the first is claimed, and is proved; in
    two sentences so where a calculation comes to both."""
    if _DENIED_NUMBER.search(result) is None:
        return
    known = [one for text in side.texts for one in numbers(text)]
    for number, instead in _denied(result):
        if instead or any(alike(number, one) for one in known):
            continue
        told = (one for one in numbers(result[: number.start]) if one.kind == number.kind)
        others = (one for one in told if not alike(one, number))
        if not (is_worked(number) and any(map(is_worked, others))):
            yield number.words


def contrasted(result: str) -> tuple[Number, ...]:
    """The numbers of a result that stand for what it is not: 90 of "60 EUR, not 90 EUR"."""
    return tuple(number for number, instead in _denied(result) if instead)


def _denied(result: str) -> Iterator[tuple[Number, bool]]:
    """Each denied number, and whether one of its kind is told instead, earlier in its sentence."""
    for match in _DENIED_NUMBER.finditer(result):
        read = numbers(result)
        number = next((one for one in read if one.start >= match.end()), None)
        if number is not None:
            yield (
                number,
                any(
                    ("" in (one.kind, number.kind) or one.kind == number.kind)
                    and one.end <= match.start()
                    and not re.search(r"[.;]\s", result[one.end : match.start()])
                    for one in read
                ),
            )


def attempted(action: str, result: str, side: Side) -> Iterator[str]:
    """Clauses that say of what is only tried that it is done, on a side that does not accept it."""
    match = _TRIES.search(action)
    if match is None or side.accepts or not side.refuses:
        return
    tried = content(action[match.end() :]) - SEEN
    for clause in read_clauses(result):
        words = {word for word, denied in clause.words if not denied}
        if clause.of_time or clause.bound or find_messages(clause.text) or not words:
            continue
        if meeting(words, tried) == words and not meeting(words, side.votes):
            yield clause.text


_TRIES = _PATTERNS["tries"]


def of_other_side(result: str, side: Side, known: frozenset[str]) -> Iterator[str]:
    """Clauses that affirm what the criterion says, but not for this side. How a value comes about
    ("4.50 (1.60 + 1.45 + 1.45; one of the two is the dearest)") is worked out, and claims none."""
    for clause in read_clauses(_ASIDE.sub(" ", result)):
        words = {word for word, denied in clause.words if not denied}
        if clause.negative or clause.of_time or clause.bound or not words:
            continue
        theirs = meeting(words, side.other) - meeting(words, known)
        if theirs and len(theirs) >= OTHERS * len(words):
            yield clause.text
