"""Contradictions between a criterion and a source: another number for the same thing.

Precise rather than many: the two must set a limit of the same unit and the same direction, and
share most of the words that say what the limit is on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from assistant.domain import Chunk, DocumentStage
from assistant.language.amounts import Quantity
from assistant.language.clauses import parse_clause
from assistant.language.comparisons import Comparison
from assistant.language.nouns import BEHIND_A_NUMBER, head_noun, is_person, is_system, singular
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span, sentences, start_of
from assistant.language.units import RATE, UNITS_OF_TIME, in_base_unit
from assistant.language.value_changes import value_changes
from assistant.language.verbs import base_of_gerund, base_of_participle, base_of_third
from assistant.language.word_lists import word_lists
from assistant.reading.criteria import read_rules
from assistant.reading.tables.row_cells import Cell, row_cells

_STOP = UNITS_OF_TIME.union(
    word_lists("words", Path(__file__).parent)["stop"]["conflicts"], BEHIND_A_NUMBER
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-]){2,}")
KEY = re.compile(r"^\W*(?P<key>[A-Z]{2,}(?:-[A-Z]+)*-\d+)\b")
_LOOSE = word_lists("words", Path(__file__).parent)["comparisons"]["loose"]
"""Comparisons of which nobody says that the value itself is in or out ("after five minutes")."""
_UP: frozenset[Comparison] = frozenset(("at most", "less than"))
_DOWN: frozenset[Comparison] = frozenset(("at least", "more than"))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A limit of a criterion (by its quantity) and the one that a source states for the same."""

    quantity: Quantity
    chunk: Chunk
    theirs: Quantity
    sentence: Span
    strength: float

    @property
    def source_name(self) -> str:
        """The rule's own key where its sentence has one, else the chunk's key or title."""
        return name_of(self.chunk, self.sentence)

    def question(self, text: str, name: str = "") -> str:
        """What is asked of ``text``, a criterion's; ``name`` says otherwise, if not the chunk."""
        return (name or self.source_name).join(self._around_name(text))

    def is_asked_by(self, question: str, text: str) -> bool:
        """Whether a question is on these two amounts, whichever source it named.

        Where ``text`` says its amount more than once only the source tells which is meant.
        """
        if text.count(text[self.quantity.start : self.quantity.end]) > 1:
            return without_stages(question) == without_stages(self.question(text))
        before, behind = self._around_name(text)
        return question.startswith(before) and question.endswith(behind)

    def _around_name(self, text: str) -> tuple[str, str]:
        """The question, before and behind the name of what says otherwise."""
        ours = text[self.quantity.start : self.quantity.end]
        theirs = self.chunk.text[self.theirs.start : self.theirs.end]
        return f"The criterion says {ours}, but ", f" says {theirs}. Which is right?"


@dataclass(frozen=True, slots=True)
class OtherSide:
    """A limit of a criterion with the value itself in, and a source that has it out, or the other
    way round: "160 kg and more", "more than 160 kg"."""

    ours: Span
    chunk: Chunk
    theirs: Span
    sentence: Span
    strength: float

    @property
    def question(self) -> str:
        """What is asked, with ``{name}`` for what the source is called."""
        ours, theirs = one_line(self.ours.text), one_line(self.theirs.text)
        return f"The criterion says “{ours}”, but {{name}} says “{theirs}”. Which is right?"


def name_of(chunk: Chunk, sentence: Span) -> str:
    """The rule's own key where its sentence has one, else the chunk's key or title."""
    match = KEY.match(sentence.text) or KEY.match(chunk.text)
    return (match["key"] if match else "") or chunk.key or chunk.title or "a source"


Stages = Mapping[str, DocumentStage]
"""By id of a document, that it is a draft, an older edition or outdated."""
MOST_TOLD = 120
NO_STAGES: Stages = MappingProxyType({})


def one_line(text: str) -> str:
    """Words of a criterion in a question, on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_TOLD else f"{line[: MOST_TOLD - 1].rstrip()}…"


def name_with_stage(name: str, chunk: Chunk, stages: Stages) -> str:
    """What a source is called in a question, as a draft or an older edition where it is one."""
    stage = stages.get(chunk.document_id)
    return f"the {stage} {name}" if stage else name


_STAGE = re.compile(
    r"(?:^T|(?:(?<=, but )|(?<=, but in )|(?<= where ))t)he "
    rf"(?:{'|'.join(filter(None, get_args(DocumentStage)))}) "
)


def without_stages(question: str) -> str:
    """A question as it is asked where no source of it is a draft or an older edition: it stays
    answered when such a source is agreed, or a newer one comes in."""
    return _STAGE.sub("", question)


def find_conflicts(text: str, sources: Sequence[Chunk]) -> tuple[Conflict, ...]:
    """The strongest contradiction for each limit of ``text``, if a source states another number.

    A source that states the criterion's own number for the same thing settles it: no conflict. One
    that says what stands in the place of that number ("goes up from £2,500 to £3,000") knows it,
    and is not settled by what else states it.
    """
    best: dict[tuple[int, int], Conflict] = {}
    changed: dict[tuple[int, int], Conflict] = {}
    settled: set[tuple[int, int]] = set()
    ours = [(sentence, _limits(sentence)) for sentence in clauses_of(text)]
    for chunk in sources:
        for sentence in clauses_of(chunk.text):
            for conflict in _changed(ours, chunk, sentence):
                place = (conflict.quantity.start, conflict.quantity.end)
                changed[place] = max(
                    changed.get(place, conflict), conflict, key=lambda one: one.strength
                )
            for theirs in _limits(sentence):
                for mine, limits in ours:
                    for quantity in limits:
                        if _is_rate(mine, quantity) != _is_rate(sentence, theirs):
                            continue  # "120 EUR per object" is no other amount than "250 EUR"
                        if any(equal(theirs, old) for old in _old(mine)):
                            continue  # it says itself what it puts in the place of theirs
                        strength = _same_subject(mine, quantity, sentence, theirs)
                        place = (quantity.start, quantity.end)
                        if strength < 0.5 or _of_other_things(mine, quantity, sentence, theirs):
                            continue
                        if any(equal(quantity, other) for other in _numbers(sentence)):
                            settled.add(place)
                        elif place not in best or strength > best[place].strength:
                            best[place] = Conflict(quantity, chunk, theirs, sentence, strength)
    for place, told in _in_rows(text, ours, sources).items():
        if any(equal(one.quantity, one.theirs) for one in told):
            settled.add(place)
        elif len({one.theirs.value for one in told}) == 1:  # else the rows are of several cases
            best.setdefault(place, told[0])
    open_still = {place: one for place, one in best.items() if place not in settled}
    return tuple(conflict for _, conflict in sorted((open_still | changed).items()))


def find_other_sides(text: str, sources: Sequence[Chunk]) -> tuple[OtherSide, ...]:
    """The strongest source, for each limit of ``text``, that has the same value on the other side.

    A source that draws the same limit as the criterion does settles it.
    """
    best: dict[int, OtherSide] = {}
    settled: set[int] = set()
    ours = [(sentence, _drawn(sentence)) for sentence in clauses_of(text)]
    if not any(limits for _, limits in ours):
        return ()
    for chunk in sources:
        for sentence in clauses_of(chunk.text):
            for theirs in _drawn(sentence):
                for mine, limits in ours:
                    for quantity in limits:
                        if not _is_same_limit(mine, quantity, sentence, theirs):
                            continue
                        place = quantity.start
                        strength = _same_subject(mine, quantity, sentence, theirs)
                        if quantity.comparison == theirs.comparison:
                            settled.add(place)
                        elif place not in best or strength > best[place].strength:
                            best[place] = OtherSide(
                                _phrase(text, quantity), chunk,
                                _phrase(chunk.text, theirs), sentence, strength,
                            )  # fmt: skip
    return tuple(one for place, one in sorted(best.items()) if place not in settled)


def _is_same_limit(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> bool:
    """Whether two amounts are one value, limit the same way and are on one thing."""
    return (
        equal(mine, other)
        and direction_of(mine) == direction_of(other)
        and _is_rate(ours, mine) == _is_rate(theirs, other)
        and _same_subject(ours, mine, theirs, other) >= 0.5
        and not _of_other_things(ours, mine, theirs, other)
    )


@lru_cache(maxsize=8192)
def _drawn(sentence: Span) -> tuple[Quantity, ...]:
    """The amounts of a sentence whose own words say whether the value itself is in or out."""
    return tuple(
        one
        for one in _numbers(sentence)
        if direction_of(one) in ("up", "down")
        and not one.negated
        and not one.range_end
        and one.word.lower() not in _LOOSE
    )


def _phrase(text: str, quantity: Quantity) -> Span:
    """A limit with its words of comparison, as written."""
    start, end = quantity.phrase_start, quantity.phrase_end
    return Span(text[start:end], start, end)


def _changed(
    ours: Sequence[tuple[Span, list[Quantity]]], chunk: Chunk, sentence: Span
) -> Iterator[Conflict]:
    """Where a sentence of a source puts another amount in the place of one that a text states and,
    with what its own paragraph or item says, is on the same."""
    for change in value_changes(sentence.text):
        for mine, limits in ours:
            if any(equal(one, change.new) for one in _numbers(mine)):
                continue  # "is raised from 10 to 14 days" in both
            for quantity in limits:
                if equal(quantity, change.old):
                    strength = _same_matter(mine, sentence, chunk.text)
                    if strength >= 0.5:
                        new = moved(change.new, sentence.start)
                        yield Conflict(quantity, chunk, new, sentence, strength)


def _in_rows(
    text: str, ours: Sequence[tuple[Span, list[Quantity]]], sources: Sequence[Chunk]
) -> dict[tuple[int, int], list[Conflict]]:
    """By place of a limit that a condition of ``text`` sets, the rows of tables that decide the
    same from such a limit: "Loss: above £7,500; Team: Loss Adjusters"."""
    found: dict[tuple[int, int], list[Conflict]] = {}
    rows = [
        (chunk, cells, row)
        for chunk in sources
        if chunk.kind == "table_row"
        for cells, row in row_cells(chunk.text)
    ]
    for rule in read_rules(text) if rows else ():
        spans = [one.words for one in rule.conditions]
        given = content_words(" ".join(one.text for one in (*spans, *rule.context)))
        decided = content_words(rule.effect.text)
        for sentence, limits in ours:
            for mine in limits:
                if not direction_of(mine) or not _alone(sentence, mine):
                    continue
                if not any(one.start <= mine.start < one.end for one in spans):
                    continue
                for chunk, cells, row in rows:
                    theirs = _limit_in(cells, mine, given)
                    if theirs is not None and _decides(cells, given, decided):
                        place = (mine.start, mine.end)
                        one = Conflict(mine, chunk, theirs, row, 0.5)
                        found.setdefault(place, []).append(one)
    return found


def _limit_in(cells: Sequence[Cell], mine: Quantity, given: frozenset[str]) -> Quantity | None:
    """The limit of a row, if its heading is among the words of a condition, it limits as that does,
    and the row has all words of the condition."""
    said = content_words(" ".join(f"{one.name} {one.value.text}" for one in cells))
    for cell in cells:
        numbers, heading = _numbers(cell.value), content_words(cell.name)
        if len(numbers) != 1 or not heading or not heading <= given <= said:
            continue
        if numbers[0].kind == mine.kind and unit_key(numbers[0]) == unit_key(mine):
            return numbers[0] if direction_of(numbers[0]) == direction_of(mine) else None
    return None


def _decides(cells: Sequence[Cell], given: frozenset[str], decided: frozenset[str]) -> bool:
    """Whether what a cell of a row says, and no condition, stands in what is decided."""
    told = (content_words(one.value.text) for one in cells if not _numbers(one.value))
    return any(words <= decided and words - given for words in told)


def _same_matter(ours: Span, theirs: Span, text: str) -> float:
    """How far a sentence of ``text``, with what its paragraph or item says, is on what ours is on;
    0 where they tell it from other events or of other kinds of one thing."""
    start = text.rfind("\n", 0, theirs.start) + 1
    end = text.find("\n", theirs.end)
    around = text[start : end if end >= 0 else len(text)]
    said, told = mask_quotes(keyless(ours.text)), mask_quotes(keyless(theirs.text))
    left, right = content_words(said), content_words(told)
    shared = left & content_words(mask_quotes(around))
    since, until = _event(said), _event(told)
    if not shared & right or len(shared) < 2 or (since and until and not since & until):
        return 0.0
    return 0.0 if told_apart(said, told, shared) else len(shared) / min(len(left), len(right))


def _is_rate(sentence: Span, quantity: Quantity) -> bool:
    """Whether an amount is one of money for each of something."""
    behind = sentence.text[quantity.end - sentence.start :]
    return quantity.kind == "money" and RATE.match(behind) is not None


@lru_cache(maxsize=8192)
def clauses_of(text: str) -> tuple[Span, ...]:
    """Sentences of a text; the key that a rule starts with stays part of its first one."""
    found = sentences(text)
    if found and found[0].start > 0:
        lead = start_of(text)
        key = text[:lead].strip(" -*\n")
        if KEY.match(key):
            first = found[0]
            return (Span(text[: first.end], 0, first.end), *found[1:])
    return found


def clause_at(text: str, place: int) -> Span:
    """The sentence that a place of a text stands in; all of it where that is none."""
    found = (one for one in clauses_of(text) if one.start <= place < one.end)
    return next(found, Span(text, 0, len(text)))


def _limits(sentence: Span) -> list[Quantity]:
    return [
        quantity
        for quantity in _numbers(sentence)
        if quantity.is_limit or quantity.kind in ("money", "duration", "count", "age")
    ]


def _old(sentence: Span) -> list[Quantity]:
    """The amounts in whose place a sentence puts others."""
    return [change.old for change in value_changes(sentence.text)]


@lru_cache(maxsize=16384)
def _numbers(sentence: Span) -> tuple[Quantity, ...]:
    """All amounts in force, with or without a word of comparison ("and an account number 8
    digits"): of "is raised from 10 to 14 days" the latter alone."""
    old = {one.start for one in _old(sentence)}
    return tuple(
        moved(quantity, sentence.start)
        for quantity in find_quantities(sentence.text)
        if quantity.kind != "date" and isinstance(quantity.value, Decimal)
        and quantity.start not in old
    )  # fmt: skip


def moved(quantity: Quantity, offset: int) -> Quantity:
    """A quantity of a part of a text as one of the text, in which the part starts at ``offset``."""
    return replace(
        quantity,
        start=quantity.start + offset,
        end=quantity.end + offset,
        phrase_start=quantity.phrase_start + offset,
        phrase_end=quantity.phrase_end + offset,
    )


def _value(quantity: Quantity) -> tuple[Decimal, str]:
    assert isinstance(quantity.value, Decimal)
    amount, unit = in_base_unit(quantity.value, quantity.unit)
    return amount.normalize(), unit


def equal(one: Quantity, two: Quantity) -> bool:
    return (
        one.kind == two.kind and unit_key(one) == unit_key(two) and _value(one)[0] == _value(two)[0]
    )


def unit_key(quantity: Quantity) -> str:
    if quantity.kind == "count":
        return stem(quantity.unit.split()[-1]) if quantity.unit else ""
    assert isinstance(quantity.value, Decimal)
    return in_base_unit(quantity.value, quantity.unit)[1]


def direction_of(quantity: Quantity) -> str:
    """Which way an amount limits: "up", "down", "exactly", or "" where it is no limit."""
    if quantity.comparison in _UP:
        return "up"
    if quantity.comparison in _DOWN:
        return "down"
    return "" if quantity.comparison == "none" else "exactly"


def _same_subject(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> float:
    """How far two limits are on the same thing, from 0 to 1."""
    if mine.kind != other.kind:
        return 0.0
    alone = _alone(ours, mine) and _alone(theirs, other)
    if unit_key(mine) != unit_key(other):
        of_days = {mine.unit, other.unit} <= {"day", "week", "month", "year"}
        return _plainly(ours, mine, theirs, other) if alone and of_days else 0.0
    return _by_words(ours, mine, theirs, other) or (
        _plainly(ours, mine, theirs, other) if alone and mine.kind != "count" else 0.0
    )


def _alone(sentence: Span, quantity: Quantity) -> bool:
    """Whether a sentence names one amount of this kind only."""
    return sum(one.kind == quantity.kind for one in _numbers(sentence)) == 1


def _plainly(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> float:
    """The same where each sentence has one amount of the kind: their words need not be near it."""
    one, two = direction_of(mine), direction_of(other)
    if one and two and one != two and _ends_what_lasts(ours.text, theirs.text):
        one = two  # "deleted after 12 months", "kept for 90 days"
    if (one and two and one != two) or (mine.kind == "money" and bool(one) != bool(two)):
        return 0.0
    said, told = (mask_quotes(keyless(one.text)) for one in (ours, theirs))
    left, right = content_words(said), content_words(told)
    shared = left & right & _shared(ours, mine, theirs, other)
    since, until = _event(said), _event(told)
    if since and until and not since & until:
        return 0.0  # "24 hours before the appointment", "14 days after the due date"
    if len(shared) < 2 or told_apart(said, told, shared):
        return 0.0
    strength = len(shared) / min(len(left), len(right))
    return strength if strength >= 0.5 and len(shared) / max(len(left), len(right)) > 0.25 else 0.0


def _of_other_things(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> bool:
    """Whether each sentence limits a thing that the other does not name: "the deposit of a
    booking", "the balance of a booking"."""
    one, two = _limited_thing(ours, mine), _limited_thing(theirs, other)
    if not one or not two or one == two:
        return False
    return one not in content_words(theirs.text) and two not in content_words(ours.text)


@lru_cache(maxsize=16384)
def _limited_thing(sentence: Span, quantity: Quantity) -> str:
    """The stem of the noun whose clause sets an amount; "" for people, the system, the unread."""
    at = quantity.start - sentence.start
    for rule in read_rules(sentence.text):
        steps = rule.scenario.steps if rule.scenario else ()
        for words in (*(step.words for step in steps), rule.effect):
            clause = parse_clause(words.text) if words.start <= at < words.end else None
            if clause is not None and clause.subject:
                named = is_person(clause.subject) or is_system(clause.subject)
                return "" if named else stem(head_noun(clause.subject))
    return ""


def _shared(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> frozenset[str]:
    """The content words of both sentences, but for what one limits and the other only tells its
    time from: "the deposit is due 5 days before the start date", "the start date is 3 days ahead".
    """
    shared = content_words(keyless(ours.text)) & content_words(keyless(theirs.text))
    since, until = _told_from(ours, mine), _told_from(theirs, other)
    if since and _limited_thing(theirs, other) in since:
        shared -= since
    return shared - until if until and _limited_thing(ours, mine) in until else shared


@lru_cache(maxsize=16384)
def _told_from(sentence: Span, quantity: Quantity) -> frozenset[str]:
    """The words behind an amount that name its event and nothing else: "5 days (before the start
    date)"."""
    place = quantity.end - sentence.start
    found = _EVENT.match(sentence.text, place)
    if found is None:
        return frozenset()
    rest = sentence.text[:place] + " " + sentence.text[found.end() :]
    return content_words(found["what"]) - content_words(rest)


_EVENT = re.compile(r"\s*(?:before|after|prior to|from|of|since) (?P<what>(?:[\w'’-]+ ?){1,4})")


def _event(text: str) -> frozenset[str]:
    """What a time is told from: the words after "before" or "after"."""
    found = re.search(r"\b(?:before|after) (?P<what>(?:[\w'’-]+ ?){1,4})", text)
    return content_words(found["what"]) if found else frozenset()


_ENDED = re.compile(r"\b(?:delet|eras|remov|purg|destroy|expir|lapse)\w*", re.IGNORECASE)
_LASTS = re.compile(r"\b(?:kept|keep|stor|retain|held|valid|available|archiv)\w*", re.IGNORECASE)


def _ends_what_lasts(said: str, told: str) -> bool:
    """Whether one sentence ends what the other lets last."""
    return bool(
        (_ENDED.search(said) and _LASTS.search(told))
        or (_LASTS.search(said) and _ENDED.search(told))
    )


def told_apart(said: str, told: str, shared: frozenset[str]) -> bool:
    """Whether a word before one that both have differs: "temporary permits", "resident permit"."""
    ours, theirs = _before_each(said), _before_each(told)
    return any(
        (one := ours.get(word)) and (other := theirs.get(word)) and not one & other
        for word in shared
    )


def _before_each(text: str) -> dict[str, frozenset[str]]:
    """The words that stand right before each word of a text, both as stems."""
    found: dict[str, set[str]] = {}
    for match in re.finditer(
        r"(?P<first>[A-Za-z][\w'’-]+) (?=(?P<then>[A-Za-z][\w'’-]{2,}))", text
    ):
        first = content_words(match["first"])
        found.setdefault(stem(match["then"]), set()).update(first)
    return {word: frozenset(before) for word, before in found.items()}


def _by_words(ours: Span, mine: Quantity, theirs: Span, other: Quantity) -> float:
    """The same by the words of both sentences and by those near the amounts."""
    one, two = direction_of(mine), direction_of(other)
    if one and two and one != two:
        return 0.0
    if not one and not two and mine.kind not in ("duration", "age"):
        return 0.0
    if mine.kind == "count" and not (mine.unit and two):
        return 0.0
    if mine.kind == "money" and bool(one) != bool(two):
        return 0.0  # "ships free from 50 EUR" and "costs 9.90 EUR": a threshold and a price
    left, right = content_words(keyless(ours.text)), content_words(keyless(theirs.text))
    if len(left) < 2 or len(right) < 2:
        return 0.0
    shared = _shared(ours, mine, theirs, other)
    near_left, near_right = _near(ours, mine), _near(theirs, other)
    strength = len(shared) / min(len(left), len(right))
    whole = strength == 1.0 and bool(one and two)
    if len(shared) < (2 if whole else 3) or not near_left & near_right:
        return 0.0
    if not (one and two) and (strength < 0.6 or len(near_left & near_right) < 2):
        return 0.0
    return strength


def _near(sentence: Span, quantity: Quantity) -> frozenset[str]:
    """Content words in the few words around a quantity: what the limit is on."""
    start = quantity.start - sentence.start
    end = quantity.end - sentence.start
    before = " ".join(sentence.text[:start].split()[-9:])
    after = " ".join(sentence.text[end:].split()[:7])
    return content_words(f"{before} {after}")


def keyless(sentence: str) -> str:
    """A sentence without the key of the rule that it begins ("BR-02 Refunds are ...")."""
    return KEY.sub("", sentence, count=1)


@lru_cache(maxsize=16384)
def content_words(text: str) -> frozenset[str]:
    """Stems of the words that say what a sentence is about."""
    words = (word.rstrip("'’-") for word in _WORD.findall(text))  # "4 weeks' rent"
    return frozenset(stem(word) for word in words if word.lower() not in _STOP) - _STOP


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its ending, so that \"refunds\", \"refunded\" and \"refund\" agree."""
    lower = re.sub(r"['’]s$", "", word.lower())
    verb = base_of_third(lower) or base_of_participle(lower) or base_of_gerund(lower)
    stem = verb or singular(lower)
    return re.sub(r"(?:ation|ion|ment|ing|al)$", "", stem) if len(stem) > 7 else stem
