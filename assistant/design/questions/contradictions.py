"""Statements that say the same with one thing different: yes or no, who, which state, when.

Two sentences are compared only where they speak of the same: nearly all words that carry their
meaning agree. What is then different in one slot (a negation, a role, a status, a date or time of
day, a pair such as mandatory and optional) is a contradiction worth a question. Numbers with units
are compared in ``conflicts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path

from assistant.design.questions.conflicts import clauses_of, content_words, keyless
from assistant.domain import Chunk
from assistant.language.clauses import parse_clause
from assistant.language.dates_and_times import find_moments
from assistant.language.nouns import is_person
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span
from assistant.language.word_lists import read_patterns, word_lists

_LISTS = word_lists("words", Path(__file__).parent)
_AXIS = tuple(
    (name, tuple(re.compile(rf"\b(?:{value})\b", re.IGNORECASE) for value in values))
    for name, values in _LISTS["axes"].items()
)
_PATTERNS = read_patterns(__file__)
_NO = _PATTERNS["no"]
_DOUBLE = _PATTERNS["double"]
_CONDITION = _PATTERNS["condition"]
_ROLE = r"(?:an? |the )?(?P<role>(?:[A-Z][\w-]+ ?){1,4})"
_ROLES = (
    re.compile(
        rf"(?:\bby|\bapproval of|\bpermission of|\bassigned to|\bsent to) {_ROLE}(?=$|[\s,.;])"
    ),
    re.compile(rf"^\W*(?:[A-Z]+-[A-Z-]*\d+\W+)?[Oo]nly {_ROLE}(?= (?:may|can|is|are|must)\b)"),
)
_PLAIN_ROLE = re.compile(
    r"\b(?:by|approval of|reserved for|left to) (?:an? |the )(?P<role>[a-z][\w-]*(?: of [a-z]+"
    r"| [a-z][\w-]*){0,2}?)(?=$|[,.;]| (?:before|after|within|if|when|and|on|in|at)\b)"
)
""" "are released by the team lead", "is reserved for the head of finance"."""
_LEADS = re.compile(r"\b(?:(?:team|tech|shift|group) lead|head(?: of [a-z]+)?|council|board)$")
_STATUS = re.compile(
    r"(?:\b(?:status|state|stage|priority|type|queue)(?: is| to| of| becomes)?:? |\bto )"
    r"[\"“'‘]?(?P<value>[A-Z][\w-]*(?: [A-Z][\w-]*){0,2})[\"”'’]?(?=$|[\s,.;])"
)
_SLOT_WORDS = frozenset((*_LISTS["stop"]["slots"], *_LISTS["stop"]["calendar"]))
_SLOT_STEMS = content_words(" ".join(_LISTS["stop"]["slots"]))

_BOUNDS = (
    (
        "end",
        re.compile(
            r"\b(?:ends?|until|till|expires?|closes?|no later than|finishes|latest)\b", re.I
        ),
    ),
    ("start", re.compile(r"\b(?:starts?|begins?|opens?|from|earliest|as of)\b", re.I)),
)
_BOUND_STEMS = content_words(
    "end ends expire expires close closes run runs start starts begin open"
)


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """A sentence with what is compared of it; ``stems`` leave the slots themselves out."""

    span: Span
    stems: frozenset[str]
    negative: bool
    conditional: bool
    axes: dict[str, int]
    roles: frozenset[str]
    states: tuple[str, ...]
    moments: tuple[date | time, ...]
    bound: str = ""
    """Whether its moment is where something ends or where it begins."""
    stating: bool = True
    """Whether it states something: a label or a cell ("From: Parts delivered") only names it."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences on the same matter that differ: ``mine`` and ``theirs`` are the words."""

    slot: str
    mine: Span
    theirs: Span
    sentence: Span
    source: Chunk
    strength: float


def find_contradictions(text: str, sources: Sequence[Chunk]) -> tuple[Contradiction, ...]:
    """The strongest contradiction of each sentence of ``text`` in each slot.

    A source that says the same as the text settles the matter, whatever others say.
    """
    found: dict[tuple[int, str], Contradiction] = {}
    settled: set[tuple[int, str]] = set()
    ours = sentence_readings(text)
    for chunk in sources:
        for theirs in sentence_readings(chunk.text):
            for mine in ours:
                strength = _same_matter(mine, theirs)
                if not strength:
                    continue
                for slot, here, there, differs in _slots(mine, theirs):
                    place = (mine.span.start, slot)
                    if not differs:
                        settled.add(place)
                    elif place not in found or strength > found[place].strength:
                        found[place] = Contradiction(
                            slot, here, there, theirs.span, chunk, strength
                        )
    return tuple(one for place, one in sorted(found.items()) if place not in settled)


@lru_cache(maxsize=4096)
def sentence_readings(text: str) -> tuple[SentenceReading, ...]:
    """The sentences of a text, read for comparison."""
    return tuple(_said(sentence) for sentence in clauses_of(text))


def _said(sentence: Span) -> SentenceReading:
    masked = mask_quotes(sentence.text)
    axes: dict[str, int] = {}
    for name, values in _AXIS:
        hits = [number for number, value in enumerate(values) if value.search(masked)]
        if len(hits) > 1 and name != "side":  # "not required" holds "required"
            hits = hits[-1:] if re.search(r"\bnot\b", masked) else []
        if len(hits) == 1:
            axes[name] = hits[0]
    roles = frozenset(
        _norm(match["role"]) for pattern in _ROLES for match in pattern.finditer(masked)
    )
    plain = (match["role"] for match in _PLAIN_ROLE.finditer(masked))
    roles = roles or frozenset(
        _norm(role) for role in plain if is_person(role) or _LEADS.search(role)
    )
    states = tuple(match["value"].strip() for match in _STATUS.finditer(sentence.text))
    left = masked
    for role in roles:
        left = re.sub(rf"\b{re.escape(role)}\b", " ", left, flags=re.IGNORECASE)
    for state in states:
        left = re.sub(rf"\b{re.escape(state)}\b", " ", left)
    stems = content_words(keyless(left)) - _SLOT_WORDS - _SLOT_STEMS
    negative = bool(_NO.search(masked)) and not _DOUBLE.search(masked)
    moments = tuple(one.value for one in find_moments(masked))
    bound = ""
    if len(moments) == 1:
        bound = next((name for name, words in _BOUNDS if words.search(masked)), "")
        stems -= _BOUND_STEMS if bound else frozenset()
    return SentenceReading(
        sentence, stems, negative, bool(_CONDITION.search(masked)), axes, roles, states, moments,
        bound, _states(sentence.text),
    )  # fmt: skip


def _states(text: str) -> bool:
    """Whether a sentence, or what follows its label, has a verb or begins with "No" or its like."""
    said = keyless(text)
    label, _, value = said.partition(": ")
    if value and parse_clause(label) is None:
        said = value
    return parse_clause(said) is not None or _NO.match(text) is not None


def _same_matter(mine: SentenceReading, theirs: SentenceReading) -> float:
    """How far two sentences speak of the same, from 0 (not) to 1."""
    shared = mine.stems & theirs.stems
    smaller = min(len(mine.stems), len(theirs.stems))
    larger = max(len(mine.stems), len(theirs.stems))
    dated = bool(mine.bound and mine.bound == theirs.bound and mine.moments and theirs.moments)
    if dated and smaller and len(shared) == smaller and larger <= 3:
        return len(shared) / larger
    if len(shared) < 2 or len(shared) / smaller < 0.75:
        return 0.0
    if len(shared) == 2 and larger > (4 if smaller == 2 else 3):
        return 0.0
    strength = len(shared) / larger
    return strength if strength >= 0.5 else 0.0


def _slots(
    mine: SentenceReading, theirs: SentenceReading
) -> Iterator[tuple[str, Span, Span, bool]]:
    """What both sentences state in one slot, and whether it differs."""
    apart = len(mine.stems ^ theirs.stems)
    same_conditions = mine.conditional == theirs.conditional
    for name in mine.axes.keys() & theirs.axes.keys():
        if name == "side":
            continue
        differs = mine.axes[name] != theirs.axes[name]
        if not differs or (apart <= 2 and same_conditions):
            yield name, _axis(mine, name), _axis(theirs, name), differs
    own = (mine.axes.keys() ^ theirs.axes.keys()) - {"side", "often"}
    stating = mine.stating and theirs.stating
    if stating and not own and not mine.axes.keys() & theirs.axes.keys() - {"side"}:
        differs = mine.negative != theirs.negative
        if not differs or (apart <= 1 and same_conditions and not _turned(mine, theirs)):
            yield "whether", mine.span, theirs.span, differs
    if mine.roles and theirs.roles and mine.negative == theirs.negative:
        differs = not mine.roles & theirs.roles
        if not differs or apart <= 2:
            yield "who", _of(mine, mine.roles), _of(theirs, theirs.roles), differs
    if mine.states and theirs.states and mine.negative == theirs.negative:
        differs = mine.states[-1] != theirs.states[-1]
        same_start = mine.states[:-1] == theirs.states[:-1]
        if not differs or (apart <= 2 and same_start and not set(mine.states) & set(theirs.states)):
            yield "state", _of(mine, mine.states[-1:]), _of(theirs, theirs.states[-1:]), differs
    if len(mine.moments) == 1 and len(theirs.moments) == 1:
        one, two = mine.moments[0], theirs.moments[0]
        if isinstance(one, time) == isinstance(two, time):
            differs = one != two
            if not differs or apart <= 3:
                yield "when", _moment(mine), _moment(theirs), differs


def _turned(mine: SentenceReading, theirs: SentenceReading) -> bool:
    """Whether one is about before and the other about after: both can be true."""
    here, there = mine.axes.get("side"), theirs.axes.get("side")
    return here is not None and there is not None and here != there


def _axis(said: SentenceReading, name: str) -> Span:
    values = next(values for axis, values in _AXIS if axis == name)
    match = values[said.axes[name]].search(mask_quotes(said.span.text))
    assert match is not None
    start = said.span.start + match.start()
    return Span(match.group(), start, start + len(match.group()))


def _of(said: SentenceReading, words: Sequence[str] | frozenset[str]) -> Span:
    for word in sorted(words):
        place = said.span.text.casefold().rfind(word.casefold())
        if place >= 0:
            start = said.span.start + place
            return Span(said.span.text[place : place + len(word)], start, start + len(word))
    return said.span


def _moment(said: SentenceReading) -> Span:
    one = next(iter(find_moments(mask_quotes(said.span.text))))
    start = said.span.start + one.start
    return Span(said.span.text[one.start : one.end], start, said.span.start + one.end)


def _norm(role: str) -> str:
    return " ".join(role.split()).casefold()
