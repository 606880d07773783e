"""The proof of a case: what it claims, held against what it may rest on, whoever wrote it.

People, dates, amounts and accounts in preconditions, actions and test data are data: they are held
against each other and against the side of each limit that the case's conditions claim, never
against the sources. What an expected result claims (numbers, quotations, words, what is denied)
must stand in the criteria, the story, a source, the tester's own words or the data, or follow from
them; else the step is ``unsupported`` and the very words are told. What the text or the data deny
is an error that names both sentences.

An expected result that holds is ``supported`` (it stands in the words cited for it) or ``derived``
(it follows from them and from the data). Where all that its writer cites is in another language, or
a part of it is and words of the result stand nowhere, it is ``not compared``: the citation stays,
and no other takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from assistant.design.questions.conflicts import (
    Conflict,
    clauses_of,
    direction_of,
    equal,
    find_conflicts,
    moved,
)
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Citation,
    TestCase,
    TestCondition,
    TestStep,
)
from assistant.generation.proof.amounts import number_of
from assistant.generation.proof.case_basis import Basis, Ground
from assistant.generation.proof.checklist import covered_conditions
from assistant.generation.proof.claims import Claims, parts_of
from assistant.generation.proof.condition_sides import (
    messages_of_other_side,
    other_message,
    shown_messages,
    turned_roles,
)
from assistant.generation.proof.consistency import inconsistent
from assistant.generation.proof.echo import echoes
from assistant.generation.proof.limits import is_judged, on_right_side, wrong_sides
from assistant.generation.proof.measures import Measures
from assistant.generation.proof.placeholders import unfilled
from assistant.generation.proof.polarity import (
    Clause,
    Side,
    attempted,
    denied_alone,
    denied_in,
    denied_numbers,
    of_other_side,
    read_clauses,
    turned,
    turns_alone,
)
from assistant.generation.proof.proof_faults import (
    CONTRADICTION,
    OTHER_LIMIT,
    RULES,
    UNSUPPORTED,
    WRONG_SIDE,
    Mark,
    rests_on_old,
    shown,
)
from assistant.generation.proof.result_citations import (
    best_of,
    carries,
    is_in_another_language,
    speaks_of,
)
from assistant.generation.proof.statement_words import content, contents, meeting
from assistant.language.amounts import Quantity, amount_as_written
from assistant.language.casing import bare_words
from assistant.language.dates_and_times import MONTHS
from assistant.language.quantities import find_quantities
from assistant.language.sentences import Span
from assistant.language.units import UNITS_OF_TIME
from assistant.language.value_changes import value_changes
from assistant.language.word_lists import word_lists

SHARED = 2
"""Words that a criterion's sentence and what is cited have to share, other than units of time."""

SHARED_BESIDE = 3
"""The same, of a source that the case does not cite."""

_BASIS = ("criterion", "case", "story")
"""Kinds of chunks that put no other limit in the place of a criterion's."""

_UNIT_WORDS = content(" ".join(UNITS_OF_TIME))
_OF_DECISIONS = content(
    " ".join((*MONTHS, *word_lists("words", Path(__file__).parent)["decisions"]["words"]))
)


def grounded(case: TestCase, ground: Ground) -> TestCase:
    """The case with the support of every step and the findings of the proof made anew.

    Findings of other rules stay. Citations are kept where they speak of what the step says; a
    result without one gets the words of the criterion or source that are nearest to it.
    """
    return _Proof(Basis(case, ground)).proved()


class _Proof:
    """One case being proved."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.claims = Claims(basis)
        walks = any(one.legs for one in basis.conditions)  # what holds first need not hold at last
        self.sided = () if walks else one_side(basis.conditions)
        self.side = Side(self.sided, [one.text for one in basis.criteria])
        self.found: dict[tuple[int | None, str, str], Mark] = {}

    def proved(self) -> TestCase:
        """The case with marks and findings."""
        case = self.basis.case
        for mark in (*self._data(), *self._conflicts()):
            self._note(None, mark)
        results = [step.expected_result for step in case.steps]
        given = (*case.preconditions, *(step.test_data for step in case.steps))
        for place, mark in other_message(results, self.sided, given):
            self._note(case.steps[place].number, self._as_cited(case.steps[place], mark))
        steps = tuple(self._step(step) for step in case.steps)
        for step in steps:
            if (old := self._rests_on_old(step)) is not None:
                self._note(step.number, old)
        others = tuple(one for one in case.findings if one.rule not in RULES)
        told = sorted(self.found.items(), key=lambda item: item[0][0] or 0)
        findings = tuple(mark.finding(key[0]) for key, mark in told)
        return case.model_copy(update={"steps": steps, "findings": (*others, *findings)})

    def _note(self, number: int | None, mark: Mark) -> None:
        self.found.setdefault((number, mark.rule, mark.words), mark)

    # --- The case as a whole ----------------------------------------------------------------------

    def _data(self) -> Iterator[Mark]:
        """Data that do not fit each other, or the side that the conditions claim."""
        lines = self.basis.situation
        measures = Measures(self.basis.data)
        worked = Measures(tuple(one for s in self.basis.case.steps for one in s.calculation))
        yield from inconsistent(measures.lines, measures, worked)
        for condition in self.sided:
            yield from self._wrong_sides(condition, measures)
            yield from turned_roles(condition, lines, self.sided)

    def _wrong_sides(self, condition: TestCondition, measures: Measures) -> Iterator[Mark]:
        """Data on the other side of a limit. Where they lie right by the number that a source puts
        in its place, both sentences are told, and where by one of what the case cites, its words:
        the data are no error then, and who is right is for a person to say."""
        worked = self.claims.worked
        marks = tuple(wrong_sides(condition, measures, worked))

        def keeps(criterion: AcceptanceCriterion, conflict: Conflict) -> bool:
            theirs = _with_limit(condition, criterion, conflict)
            changed = [one for one in theirs.facts if one not in condition.facts]
            if not changed or criterion.id not in condition.criterion_ids:
                return False
            if any(on_right_side(theirs, one.quote, measures, worked) for one in changed):
                return True
            # By a limit in the place of the criterion's nothing is told where it cannot be judged.
            is_open = self._cites(conflict.chunk) and _limits_alike(criterion, conflict)
            return is_open and not any(is_judged(theirs, one.quote, measures) for one in changed)

        contested = [one for one in self._contested if marks and keeps(*one)]
        for criterion, conflict in contested:
            yield _contradiction(criterion.id, conflict)
        others = () if contested or not marks else self._cited_limits()
        kept = ((by, other) for one, other, by in others if keeps(one, other))
        told = next((f"{by} {shown(other.sentence.text)}." for by, other in kept), "")
        for mark in marks:
            message = f"{mark.message} {told}".rstrip()
            yield Mark(OTHER_LIMIT, mark.words, message) if told or contested else mark

    def _conflicts(self) -> Iterator[Mark]:
        """Limits that the case rests on and for which another source states another number."""
        case = self.basis.case
        said = "\n".join(
            (case.title, *self.basis.situation, *(s.expected_result for s in case.steps))
        )
        for criterion, conflict in self._contested:
            if amount_as_written(conflict.quantity.text).search(said):
                yield _contradiction(criterion.id, conflict)

    @cached_property
    def _contested(self) -> tuple[tuple[AcceptanceCriterion, Conflict], ...]:
        """Limits of the case's criteria for which a source states another number."""
        chunks = [p.source.chunk for p in self.basis.passages if p.source.is_hit]
        return tuple(
            (criterion, conflict)
            for criterion in self.basis.criteria
            for conflict in find_conflicts(criterion.text, chunks)
        )

    def _cited_limits(self) -> Iterator[tuple[AcceptanceCriterion, Conflict, str]]:
        """Other numbers for limits of the criteria in what the case itself cites or calculates
        with, and how it is told whose it is.

        Too little to tell that both are on one matter, and enough not to have a case that keeps to
        one written again.
        """
        for chunk, quote, is_cited in self._quotable():
            for criterion in self.basis.criteria:
                for sentence in clauses_of(criterion.text):
                    by = "What it cites says" if is_cited else f"{shown(chunk.title)} says"
                    for ours, theirs in _other_numbers(sentence, quote):
                        conflict = Conflict(ours, chunk, theirs, quote, 0.0)
                        if (
                            _is_on_matter(criterion, sentence, conflict)
                            if is_cited
                            else _shared(sentence, quote.text) >= SHARED_BESIDE
                            and self.claims.worked.goes_in(number_of(theirs))
                        ):
                            yield criterion, conflict, by

    def _cites(self, chunk: Chunk) -> bool:
        """Whether a step cites words of a chunk that is no basis of its own."""
        steps = self.basis.case.steps
        cited = (one.chunk_id for step in steps for one in step.citations)
        return chunk.kind not in _BASIS and chunk.id in cited

    def _quotable(self) -> Iterator[tuple[Chunk, Span, bool]]:
        """What the case cites, then each clause of the sources found, and whether it is cited."""
        for one in dict.fromkeys(one for step in self.basis.case.steps for one in step.citations):
            passage = self.basis.ground.sources.of_id(one.chunk_id)
            if passage is not None and passage.source.chunk.kind not in _BASIS:
                yield passage.source.chunk, Span(one.quote, one.start, one.end), True
        if self.claims.worked.is_given:
            chunks = (passage.source.chunk for passage in self.basis.passages)
            for chunk in (one for one in chunks if one.kind not in _BASIS):
                yield from ((chunk, clause, False) for clause in clauses_of(chunk.text))

    def _as_cited(self, step: TestStep, mark: Mark) -> Mark:
        """The mark of a message that the criterion gives otherwise. Where the step cites a source
        with these very words (a comment of the story that changes them), that is told, as with a
        limit: who is right is for a person to say."""
        said = bare_words(mark.words)
        for one in step.citations:
            passage = self.basis.ground.sources.of_id(one.chunk_id)
            is_other = passage is not None and passage.source.chunk.kind not in _BASIS
            if is_other and said in bare_words(one.quote):
                message = f"{mark.message} What it cites says {shown(one.quote)}."
                return Mark(OTHER_LIMIT, mark.words, message)
        return mark

    # --- Steps ------------------------------------------------------------------------------------

    def _step(self, step: TestStep) -> TestStep:
        result = step.expected_result
        others = tuple(c for c in step.citations if c.supports != "expected_result")
        if not result.strip():
            return step
        for mark in unfilled(step, (*self.basis.said, *self.basis.retrieved)):
            self._note(step.number, mark)
        named = [c for c in step.citations if c.supports == "expected_result"]
        kept = tuple(c for c in named if speaks_of(result, c.quote, self.basis.case.title))
        foreign = tuple(
            c.model_copy(update={"compared": False})
            for c in named
            if c not in kept and is_in_another_language(c.quote, self._words)
        )
        strange = list(self.claims.novel(result))
        # In another language no word of it could stand; its values are compared all the same.
        marks = [*self._marks(step), *(() if foreign else strange)]
        for mark in marks:
            self._note(step.number, mark)
        for mark in () if foreign else self.claims.put_in(result):
            if not any(one.words in mark.words for one in marks):
                self._note(step.number, mark)  # no reason to drop what the others rest on
        denied = any(key[0] == step.number and one.is_error for key, one in self.found.items())
        if marks or denied:
            return step.model_copy(update={"support": "unsupported", "citations": others})
        # What its writer cites is not exchanged for what happens to meet, and a source that shares
        # a word with the result does not speak for those that stand in none.
        if foreign and (strange or not kept):
            changed = {"support": "not compared", "citations": (*others, *kept, *foreign)}
            return step.model_copy(update=changed)
        kept = (*kept, *self._of_added(step, kept)) or self._nearest(step)
        if not kept:
            message = f"No source says {shown(result)}."
            self._note(step.number, Mark(UNSUPPORTED, result, message))
            return step.model_copy(update={"support": "unsupported", "citations": others})
        support = "supported" if self._is_carried(result, kept) else "derived"
        citations = (*others, *kept, *foreign)
        return step.model_copy(update={"support": support, "citations": citations})

    def _is_carried(self, result: str, citations: Sequence[Citation]) -> bool:
        """Whether each sentence of a result stands in the words cited for it: of a long result a
        short sentence that is in no source is no part to be lost among the others. What it denies
        has to be denied there too: to be "not in the queue" is in part in "appears in the queue",
        and may follow from it."""
        quotes = [one.quote for one in citations]
        denials = denied_in((*self.basis.situation, *quotes))
        return (
            not any(self.claims.put_in(result))
            and all(carries(part, quotes, self._data_words) for part in parts_of(result))
            and not any(turns_alone(one, denials) for one in read_clauses(result))
        )

    def _marks(self, step: TestStep) -> Iterator[Mark]:
        """What is told of a step, but for words that stand nowhere."""
        result, basis = step.expected_result, self.basis
        yield from self.claims.calculations(step)
        yield from self.claims.numbers(result, step.action, step.test_data)
        yield from self.claims.quotations(result)
        yield from self.claims.names(result)
        if step == basis.case.steps[-1] and not self._is_counter_check:
            for mark in messages_of_other_side(result, self.sided):
                if mark.rule != CONTRADICTION or bare_words(mark.words) not in self._shown_before:
                    yield mark
        writer = basis.case.origin.writer
        if writer != "outline":  # it quotes, and says so
            # A person who says what the criterion says may have meant it; a model has to word it.
            yield from echoes(step, () if writer == "person" else basis.criteria)
        yield from self._turned(step)

    def _turned(self, step: TestStep) -> Iterator[Mark]:
        """Clauses of a result that speak for the other side of the conditions."""
        result, side = step.expected_result, self.side
        for said in denied_numbers(result, side, self.claims.worked.comes_to):
            yield Mark(UNSUPPORTED, said, f"No source says another number than {shown(said)}.")
        if len(self.basis.case.steps) > 1:
            return  # a state that changes may be affirmed first and denied later
        if not self._is_counter_check:
            for said, theirs in turned(result, side, self._named, self._subjects):
                yield Mark(CONTRADICTION, said, f"{shown(said)} contradicts {shown(theirs)}.")
        for said in attempted(step.action, result, side):
            message = f"{shown(said)} says that what is tried goes through; here it does not."
            yield Mark(WRONG_SIDE, said, message)
        if any(map(claims_side, self.sided)):
            for said in of_other_side(result, side, self._matter):
                yield Mark(WRONG_SIDE, said, f"The text says {shown(said)} for the other side.")
        for said in denied_alone(result, side, self._data_words, self._denials):
            yield Mark(UNSUPPORTED, said, f"No source denies it here: {shown(said)}.")

    @property
    def _is_counter_check(self) -> bool:
        """Whether a case that its writer calls negative names only conditions of a main flow: what
        they say happens does not happen in it. It covers none of them all the same."""
        negative = self.basis.case.technique == "negative"
        return negative and all(one.technique == "positive" for one in self.sided)

    @cached_property
    def _shown_before(self) -> frozenset[str]:
        """Messages and names that a result before the last affirms: there what the text says of
        them is done, and the last one looks at a record of which it does not hold."""
        results = (step.expected_result for step in self.basis.case.steps[:-1])
        shown_ones = (one for result in results for one in shown_messages(result))
        return frozenset(bare_words(text) for text, negative, _ in shown_ones if not negative)

    @cached_property
    def _subjects(self) -> frozenset[str]:
        """Words that name what the case is about: its starting state and its conditions' facts."""
        facts = [fact.quote for one in self.basis.conditions for fact in one.facts]
        return contents((*self.basis.case.preconditions, *facts))

    @cached_property
    def _words(self) -> str:
        """All that the case says, to tell its language by."""
        case = self.basis.case
        results = (step.expected_result for step in case.steps)
        return "\n".join((case.title, *self.basis.situation, *results))

    @cached_property
    def _data_words(self) -> frozenset[str]:
        return contents(self.basis.situation)

    @cached_property
    def _denials(self) -> tuple[Clause, ...]:
        """The clauses of sources and data that deny something."""
        return denied_in((*self.basis.situation, *self.basis.retrieved))

    @cached_property
    def _named(self) -> frozenset[str]:
        """Words of the data and of the sources: they name things, and say nothing of a side."""
        return self._data_words | contents(self.basis.retrieved)

    @cached_property
    def _matter(self) -> frozenset[str]:
        """Words of the data and of what the story is about: they belong to no side."""
        return self._data_words | contents(self.basis.ground.context)

    # --- Citations --------------------------------------------------------------------------------

    def _rests_on_old(self, step: TestStep) -> Mark | None:
        """That what is cited for a result stands in drafts and old documents alone, none of which
        is the epic under test: who has cases written for a draft knows that it is one."""
        cited = dict.fromkeys(c.chunk_id for c in step.citations if c.supports == "expected_result")
        sources = [self.basis.ground.sources.of_id(name) for name in cited]
        found = [one.source for one in sources if one is not None]
        if any(one.stage == "basis" for one in found):
            return None
        return rests_on_old(
            [(s.standing.file or s.chunk.title or s.chunk.key, s.standing) for s in found]
        )

    def _nearest(self, step: TestStep) -> tuple[Citation, ...]:
        """The words nearest to a result: of a source that bears on it, else of the criterion."""
        sources, result = self.basis.ground.sources, step.expected_result
        action, title = f"{step.action}\n{step.test_data}", self.basis.case.title
        own = [p for one in self.basis.criteria if (p := sources.of_key(one.id)) is not None]
        found = best_of(result, (*own, *self.basis.passages), sources, action=action, title=title)
        if found is None and own:  # it follows from the criterion by the data of its step
            found = best_of(f"{step.action} {result}", own, sources) or own[0].citation(
                0, len(own[0].source.chunk.text)
            )
        return (found,) if found is not None else ()

    def _of_added(self, step: TestStep, kept: Sequence[Citation]) -> Iterator[Citation]:
        """The words that hold a sentence which a person put in, where those cited do not."""
        quotes = [one.quote for one in kept]
        for part in parts_of(step.expected_result) if kept else ():
            if part in self.basis.ground.added and not carries(part, quotes, self._data_words):
                found = self._nearest(step.model_copy(update={"expected_result": part}))
                yield from (one for one in found if carries(part, [one.quote], self._data_words))


def _contradiction(criterion_id: str, conflict: Conflict) -> Mark:
    """What a criterion and a source say of one limit, both."""
    name = conflict.source_name
    named = rf"[\s*_-]*{re.escape(name)}[\s*_:.-]*"
    theirs = re.sub(rf"\A{named}", "", conflict.sentence.text)
    ours = conflict.quantity.text
    return Mark(CONTRADICTION, ours, f"{criterion_id} says “{ours}”; {name} says {shown(theirs)}.")


def _other_numbers(sentence: Span, quote: Span) -> Iterator[tuple[Quantity, Quantity]]:
    """The amounts of a sentence, each with those of a quotation that may stand in its place: of its
    kind, or a number alone."""
    for one in find_quantities(sentence.text):
        ours = moved(one, sentence.start)
        for theirs in find_quantities(quote.text):
            if theirs.kind == "number" != ours.kind and one.digits:
                text = ours.text.replace(one.digits, theirs.text, 1)
                yield ours, replace(theirs, text=text)
            elif theirs.kind == ours.kind and theirs.value != ours.value:
                yield ours, theirs


def _shared(sentence: Span, text: str) -> int:
    """How many words of a criterion's sentence a text has, other than units of time."""
    return len(meeting(content(sentence.text), content(text)) - _UNIT_WORDS)


def _is_on_matter(criterion: AcceptanceCriterion, sentence: Span, conflict: Conflict) -> bool:
    """Whether what is cited is on the matter of a criterion's sentence: it has words of it, with
    the line and the headings that it stands in ("Reopening of claims. Decision: 21 days."), names
    the criterion, or says what stands in the place of its number."""
    chunk, quote = conflict.chunk, conflict.sentence
    start = chunk.text.rfind("\n", 0, quote.start) + 1
    end = chunk.text.find("\n", quote.end)
    line = chunk.text[start : end if end >= 0 else len(chunk.text)]
    if re.search(rf"(?<![\w-]){re.escape(criterion.id)}(?![\w-]|\.\d)", line):
        return True
    for one in value_changes(quote.text):
        if equal(one.old, conflict.quantity) and equal(one.new, conflict.theirs):
            return True
    # "Documents are kept for 21 days" under "Closed claims" says by itself what it is about.
    says_what = len(_subject(conflict)) > 1
    around = line if says_what else "\n".join((chunk.title, chunk.heading, line))
    return _shared(sentence, around) >= SHARED


def _subject(conflict: Conflict) -> frozenset[str]:
    """The words of what is cited that tell what it is about: none of its amount, of dates and of
    how decisions are written down."""
    words = content(conflict.sentence.text) - content(conflict.theirs.text)
    return frozenset(words - _UNIT_WORDS - _OF_DECISIONS)


def _limits_alike(criterion: AcceptanceCriterion, conflict: Conflict) -> bool:
    """Whether the other number limits as the criterion's does, of nothing that the criterion does
    not name: only then may it stand in its place where no data show it."""
    subject = _subject(conflict)
    named = len(meeting(subject, content(criterion.text)))
    same = direction_of(conflict.theirs) == direction_of(conflict.quantity) != ""
    return same and named == len(subject)


def _with_limit(
    condition: TestCondition, criterion: AcceptanceCriterion, conflict: Conflict
) -> TestCondition:
    """The condition with the number of a source in the place of the one that it contradicts: in
    the facts whose quotation holds that very place of the criterion."""
    ours, facts = conflict.quantity, []
    for fact in condition.facts:
        start = criterion.text.find(fact.quote) if criterion.text.count(fact.quote) == 1 else -1
        if start >= 0 and start <= ours.start and ours.end <= start + len(fact.quote):
            before, behind = fact.quote[: ours.start - start], fact.quote[ours.end - start :]
            value = _moved(fact.value, ours, conflict.theirs)
            changed = {"quote": f"{before}{conflict.theirs.text}{behind}", "value": value}
            fact = fact.model_copy(update=changed)
        facts.append(fact)
    return condition.model_copy(update={"facts": tuple(facts)})


def _moved(tried: str, ours: Quantity, theirs: Quantity) -> str:
    """The value tried, as far from the other limit as from the criterion's where it stands alone
    ("9 days" of ten, "13 days" of 14): on which side of it the words hold."""
    found = next(iter(find_quantities(tried)), None)
    if found is None or not (
        isinstance(found.value, Decimal)
        and isinstance(ours.value, Decimal)
        and isinstance(theirs.value, Decimal)
    ):
        return ""
    is_alike = found.kind == ours.kind == theirs.kind and found.unit == ours.unit == theirs.unit
    moved = theirs.value - ours.value + found.value
    is_written = is_alike and moved > 0 and found.digits in tried
    return tried.replace(found.digits, f"{moved:f}", 1) if is_written else ""


NO_SIDE = frozenset({"main flow", "scenario", "row"})
"""Kinds of facts that put the tester on no side."""


def one_side(conditions: Sequence[TestCondition]) -> tuple[TestCondition, ...]:
    """The conditions that say on which side a case is; none where it shows several sides.

    A case may show both sides of a limit, one after the other: what the text says for one of them
    is then no fault.
    """
    claiming = [one for one in conditions if claims_side(one)]
    outcomes = {frozenset((one.quote, one.happens) for one in c.outcomes) for c in claiming}
    sides = {(fact.quote, fact.holds) for c in claiming for fact in c.facts}
    values = {fact.value for c in claiming for fact in c.facts if fact.kind == "limit"}
    both = any((quote, not holds) in sides for quote, holds in sides)
    several = len(claiming) > 1 and (both or len(outcomes) > 1 or len(values) > 1)
    return () if several else tuple(conditions)


def situated(case: TestCase, conditions: Sequence[TestCondition]) -> tuple[str, ...]:
    """Ids of the conditions of the case's criteria whose facts the case sets, whatever it expects.

    Main flows are left out: their sentence often tells of both sides, and the case is on one.
    """
    bare = {"expected_result": "", "calculation": ()}
    steps = (step.model_copy(update=bare) for step in case.steps)
    return covered_conditions(
        case.model_copy(update={"steps": tuple(steps)}),
        [
            one.model_copy(update={"outcomes": ()})
            for one in conditions
            if not one.legs and claims_side(one)
        ],
    )


def claims_side(condition: TestCondition) -> bool:
    """Whether a condition puts the tester on a side; a main flow, whose sentence often tells of
    both, does not."""
    return any(fact.kind not in NO_SIDE for fact in condition.facts)
