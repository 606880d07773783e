"""What an expected result claims in numbers, quotations and words, and whether it stands somewhere.

Data of the case may be repeated. A number of a retrieved source counts only where the source speaks
of the same thing: "within 1 hour" of another matter carries no "1 hour" here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from assistant.domain import TestCase, TestStep
from assistant.generation.proof.amounts import (
    MEASURED,
    Number,
    Numbers,
    alike,
    follows,
    is_balance,
    is_between,
    is_elapsed,
    is_next,
    is_rounded,
    is_share,
    numbers,
    same_noun,
)
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.proof.calculation_lines import Worked, final_results
from assistant.generation.proof.calculations import Calculation, calculations, is_sum
from assistant.generation.proof.case_basis import Basis
from assistant.generation.proof.limits import compared
from assistant.generation.proof.placeholders import fillings, has_place
from assistant.generation.proof.polarity import contrasted, is_bound
from assistant.generation.proof.proof_faults import (
    CONTRADICTION,
    INCONSISTENT,
    UNSUPPORTED,
    Mark,
    shown,
)
from assistant.generation.proof.statement_words import (
    NEUTRAL,
    Lexicon,
    all_content,
    content,
    meeting,
    written,
)
from assistant.generation.sentence_words import sentences
from assistant.language.casing import bare_words
from assistant.language.dates_and_times import NO_YEAR, WEEKDAYS
from assistant.language.function_words import listed
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.sentences import is_example
from assistant.language.units import RATE
from assistant.language.word_lists import read_patterns, word_lists

CARRIED = 0.5
"""Share of a sentence's telling words that texts and data must hold."""

NOVEL = 3
"""Words that stand nowhere from which on a sentence is told; two where it holds no other."""

_FILLED = re.compile(r"(?:[\w'’-]+ ){1,4}<[^<>\n]+>(?: [\w'’-]+){0,6}|<[^<>\n]+>(?: [\w'’-]+){2,6}")
"""Words with a place to fill in, outside quotation marks: "Suspended until <date>"."""

NAMED = 0.5
"""Share of the words of a name that must stand in texts or data."""

_SUM = r"\d[\d.,’' ]*[.,]\d\d"
"""An amount without its currency, which stands in a label: "22.50"."""
_CUT_SHORT = re.compile(r"\s*(?:…|\.{3})$")
"""The mark with which a writer quotes the beginning of a longer text."""

_CODE = re.compile(
    r"(?<![\w-])(?=[A-Z0-9/-]*[A-Z])(?=[A-Z0-9/-]*\d)[A-Z0-9]+(?:[/-][A-Z0-9]+)*(?![\w-])"
)
"""A number of something, of capitals and digits: "WE-2292", "14A"."""

_NAME = re.compile(r"(?<=[\w,;)(/] )(?:[A-ZÄÖÜÉÀÇ][\w’'-]*[\w])(?: (?:[A-ZÄÖÜÉÀÇ][\w’'-]*[\w]))+")
"""Two words or more with a capital, inside a sentence."""

SAME_MATTER = 2
"""Words with meaning that a source's sentence must share with the step to speak of its matter."""

PLACE = re.compile(r"\s*(?:<[^<>]+>|\{[^{}]+\}|\[[^\[\]]+\]|…|\b(?:[hH]{2}:[mM]{2}|[xX]{2,})\b)\s*")
"""A place to fill in, in a message."""

_X = re.compile(r"\b[xX]\b")
_LETTER = re.compile(r"\b(?:[xX]|[NYZ])\b")

_PLACE_RUN = re.compile(
    r"(?<![A-Za-z])(?:([A-Z])\1+|([a-z])\2{2,})(?![A-Za-z])|#{2,}|(?<=\{)0{2,}(?=\})"
)
"""Places for digits in the form of a number: the "YY" and "NNNN" of "SV-YY-NNNN", the zeros of a
Salesforce auto number ("RC-{00000}")."""

_FORM = re.compile(r"(?<![\w-])[A-Z0-9#]+(?:[/-](?:[A-Z0-9#]+|([a-z])\1{2,}))+(?![\w-])")

_FORM_OF_PLACES = re.compile(
    r"(?<![\w-])[A-Z0-9]+(?=[^\s<>]*<)(?:[-/](?:[A-Z0-9]+(?![^\W_])|<[^<>]{1,40}>))+"
)
"""A form whose places are named: "AFF-<code of the town>-<year>-<number>"."""

_NAMED_PLACE = re.compile(r"<[^<>]+>")

_DIGIT_RUN = re.compile(r"\d+")

_ALL = read_patterns(__file__)["all"]

_LISTED_DAYS = re.compile(
    r"(?:\b\d{1,2}\.?(?:\s*,|\s+(?:and|und|et|y|en|i))\s+(?:(?:and|und|et)\s+)?(?:[^\W\d_]+\s+)?)+$"
)
"""Days in front of a date, with their weekdays: "Thursday 21 and Friday 22 May"."""

_WORDS = word_lists("words", Path(__file__).parent)["claims"]
SMALL = frozenset(_WORDS["small"])
"""Number words that are said without counting."""

_CHARACTERS = frozenset(_WORDS["characters"])


def _signs_of(number: Number) -> tuple[Number, ...]:
    """A number, and an amount that is taken off without its sign: "-45.00" of "Cleaning: 45.00"."""
    if number.kind not in ("", "money") or not isinstance(number.value, Decimal):
        return (number,)
    return (number, replace(number, value=-number.value)) if number.value < 0 else (number,)


def parts_of(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(text[start:end] for start, end in sentences(text))


def sentences_of(case: TestCase) -> frozenset[str]:
    """The sentences of all expected results of a case."""
    return frozenset(part for step in case.steps for part in parts_of(step.expected_result))


def flat(text: str) -> str:
    """The words alone, in one case, with a space at each end."""
    return f" {bare_words(text)} "


_TIMES = re.compile(r"\s*[×*]|\s+x\s")
_TIMES_BEFORE = re.compile(r"(?:[×*]|\sx)\s*$")
_OF_A_THING = re.compile(r" [^\W\d_][\w-]*(?= )")


def _is_factor(text: str, number: Number) -> bool:
    """Whether an amount is a rate or a factor: "EUR 1.40 tourist tax per person", "× EUR 1.85"."""
    thing = _OF_A_THING.match(text, number.end)
    ends = (number.end, thing.end() if thing else number.end)
    rate = any(RATE.match(text, end) for end in ends)
    times = _TIMES.match(text, number.end) or _TIMES_BEFORE.search(text[: number.start])
    return rate or times is not None


_STEPS = re.compile(
    r"\b(?:steps?|Schritt(?:e|en)?|étapes?) (?:\d+(?:, | and | to | und | bis | et | à |-|–))*$"
)


def _form_of(places: re.Pattern[str], text: str, filled: str) -> str:
    """A pattern for a message with its places filled in; "" where it has none."""
    pieces = places.split(text.strip(" .!"))
    return filled.join(map(re.escape, pieces)) if len(pieces) > 1 else ""


def _form_of_letters(text: str) -> str:
    """The same where a letter stands for a number: "You have x attempts", "X of Y days".

    Other letters do only beside an x: "Press Y or N" means the keys.
    """
    return _form_of(_LETTER, text, r"\d+(?:[.,]\d+)?") if _X.search(text) else ""


def _is_same_matter(sentence: str, words: frozenset[str]) -> bool:
    """Whether a source's sentence shares with a step the words that tell its matter."""
    mine = content(sentence)
    return len(meeting(mine, words)) >= min(SAME_MATTER, len(mine))


class _Said(NamedTuple):
    """A sentence of a result: its numbers, those before that stand somewhere, the terms of a
    balance, numbers from which others may follow, and the calculations that it writes out."""

    found: Sequence[Number]
    known: Sequence[Number]
    terms: Sequence[Number]
    operands: Numbers
    accepted: Sequence[Calculation]
    computed: Sequence[Number]


class Claims:
    """The claims of one case, asked for step by step."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._before: list[Number] = []
        """Amounts of money that results asked for so far say and that follow."""

    # --- Numbers ----------------------------------------------------------------------------------

    @cached_property
    def _near(self) -> Numbers:
        """Numbers of criteria, story, conditions and of the case's own data."""
        return Numbers((*self.basis.said, *self.basis.dated))

    @cached_property
    def _of_story(self) -> Numbers:
        """Numbers of all criteria of the story: a calculation may go through another's example."""
        return Numbers(one.text for one in self.basis.ground.criteria)

    @cached_property
    def _own(self) -> Numbers:
        """Numbers of the case's own data."""
        return Numbers(self.basis.situation)

    def _operands(self, about: str) -> Numbers:
        """Numbers from which another may follow: of a source only those of the same matter."""
        words = content(about)
        far = [part for _, part, _ in self._far if _is_same_matter(part, words)]
        return Numbers((*self.basis.dated, *self.basis.said, *far, *self._quoted_shares(about)))

    def _quoted_shares(self, about: str) -> Iterator[str]:
        """Percents of the messages that a step quotes as a text or the data have them: an amount
        that is shown beside "Fee: 40 %" may be that share of one."""
        for message in find_messages(about):
            shares = [one.words for one in numbers(message.text) if one.kind == "percent"]
            if shares and self._stands(message.text):
                yield from shares

    @cached_property
    def _far(self) -> tuple[tuple[str, str, tuple[Number, ...]], ...]:
        """Sentences of the sources that hold numbers: how the source is named, words, numbers."""
        return tuple(
            (self.basis.name_of(p.source.chunk.id), part, numbers(part))
            for p in self.basis.passages
            for part in parts_of(p.source.chunk.text)
            if numbers(part)
        )

    @cached_property
    def _rows(self) -> tuple[tuple[Number, ...], ...]:
        """The numbers of each row of a table that is on the case's matter, told by the whole row:
        "Amount: £68.00" alone says nothing of what it is for."""
        case = self.basis.case
        words = content(" ".join((case.title, *self.basis.situation)))
        return tuple(
            numbers(p.source.chunk.text)
            for p in self.basis.passages
            if p.source.chunk.kind == "table_row"
            and _is_same_matter(p.source.chunk.text, words)
        )  # fmt: skip

    @cached_property
    def worked(self) -> Worked:
        """The calculations that the writer handed over with the case."""
        lines = (line for step in self.basis.case.steps for line in step.calculation)
        return Worked(lines, Numbers((*self.basis.dated, *self.basis.said, *self.basis.retrieved)))

    def calculations(self, step: TestStep) -> Iterator[Mark]:
        """Calculations handed over with a step that do not come to what they say, and a sum of the
        result where those come to another, and to none that it names."""
        for line in step.calculation:
            if line in self.worked.wrong:
                message = f"This calculation does not come to what it says: {shown(line)}."
                yield Mark(INCONSISTENT, line, message)
        # "Surcharge (EUR) shows 22.50 (30 days × EUR 0.75)": the sum has its currency in a label.
        named = [
            one
            for one in numbers(step.expected_result)
            if one.kind == "money" or (not one.kind and re.fullmatch(_SUM, one.words))
        ]
        amounts = [one for one in named if one.kind]
        if not amounts or contrasted(step.expected_result):
            return
        # A message has the sum as its words: “Please pay 975.00 EUR.”
        messages = [one.text for one in find_messages(step.expected_result)]
        named += [one for text in messages for one in numbers(text)]
        sums = [one for one in final_results(step.calculation) if one.kind == "money"]
        if sums and not any(alike(one, each) for one in sums for each in named):
            said, due = amounts[0].words, sums[-1].words
            message = f"The result says {shown(said)}, its calculation comes to {shown(due)}."
            yield Mark(INCONSISTENT, said, message)

    def numbers(self, result: str, about: str, data: str) -> Iterator[Mark]:
        """Numbers of a result that stand nowhere; ``about`` is its action, ``data`` are its test
        data, which tell the matter of another criterion of the story too."""
        known: list[Number] = []
        terms: list[Number] = []  # what a balance is made of: no factor, nothing that it is not
        for part in parts_of(result):
            written_out = list(calculations(part))
            for one in written_out:
                if one.wrong_total is not None:
                    message = f"{shown(part)}: this does not come to “{one.wrong_total.words}”."
                    yield Mark(INCONSISTENT, one.wrong_total.words, message)
            computed, accepted = self._computed(written_out, f"{part} {about}")
            factors = {number for one in written_out for number in one.numbers}
            factors |= set(instead := contrasted(part))
            computed += instead
            found = numbers(part)
            computed += self._listed_days(part, found)
            operands = self._operands(f"{part} {about}") if found else self._own

            said = _Said(found, known, terms, operands, accepted, computed)
            for number in found:
                if (
                    number in computed
                    or self._plain(number)
                    or self._is_of_all(number, part)
                    or any(
                        self._holds(one) or self._in_source(one, f"{part} {about}")
                        for one in _signs_of(number)
                    )
                    or self._in_criterion(number, f"{part} {about} {data}")
                    or counts_characters(number, part)
                    or self._is_length(number)
                    or self._is_own_count(number)
                    or self._is_step(number, part)
                    or self._may_follow(number, said)
                ):
                    known.append(number)
                    terms += [] if number in factors else [number]
                    continue
                mark = self._strange_number(number, part)
                if mark.rule == NOT_IN_SOURCES and number.kind == "count" and number.value == 1:
                    known.append(number)  # "1 booking is listed" says that a booking is
                else:
                    yield mark
        self._before += [one for one in known if one.kind == "money"]

    def _listed_days(self, part: str, found: Sequence[Number]) -> Iterator[Number]:
        """Days of a list that ends in a date ("20, 21 and 22 May"), each between two dates of the
        case: what a count of days passes through."""
        dated = [one for one in found if isinstance(one.value, date)]
        ends = [one.value for one in self._own.all if isinstance(one.value, date)]
        ends += [one.value for one in dated if isinstance(one.value, date) and self._holds(one)]
        held = sorted((day.month, day.day) for day in ends)
        for last in dated:
            named = _LISTED_DAYS.search(part[: last.start])
            if named is None or not isinstance(last.value, date) or len(held) < 2:
                continue
            before = [
                one
                for one in found
                if named.start() <= one.start < last.start and isinstance(one.value, Decimal)
            ]
            days = [*(int(one.value) for one in before if isinstance(one.value, Decimal))]
            days.append(last.value.day)
            month = last.value.month
            rising = all(earlier < later for earlier, later in pairwise(days))
            if rising and held[0] <= (month, days[0]) and (month, days[-1]) <= held[-1]:
                yield from (*before, last)

    def _holds(self, number: Number) -> bool:
        return self.worked.holds(number) or self._near.holds(number)

    def _may_follow(self, number: Number, said: _Said) -> bool:
        """Whether a number could be computed from what is given; nothing is guessed where the
        writer hands over its calculations."""
        if self.worked.is_given:
            return False
        near = (one for one in said.found if self._near.holds(one))
        shares = [one.words for one in said.known if one.kind == "percent"]
        operands = Numbers((*said.operands.texts, *shares)) if shares else said.operands
        if number.kind == "money":
            operands = Numbers(_below_caps(number, operands.texts))
        return (
            follows(number, operands, self._own)
            or is_between(number, self.basis.situation)
            or is_balance(number, said.terms)
            or is_balance(number, near)
            or is_sum(number, said.accepted)
            or is_next(number, (*self._before, *said.known), self._own.all)
            or is_share(number, said.known)
            or _follows_from_count(number, said.known, said.operands, self._own)
            or is_rounded(number, (*said.known, *said.computed))
        )

    def _computed(
        self, written_out: Sequence[Calculation], about: str
    ) -> tuple[list[Number], list[Calculation]]:
        """The numbers of calculations with what is given, and these calculations."""
        found: list[Number] = []
        accepted: list[Calculation] = []
        for one in written_out:
            if self._are_given(one.given, found, about):
                found += (*one.numbers, *one.totals, *one.terms)
                accepted.append(one)
        return found, accepted

    def _are_given(self, run: Sequence[Number], computed: Sequence[Number], about: str) -> bool:
        """Whether the amounts of a calculation stand in case or texts, in a source on the same
        matter, or were computed before, as a total or as a part of one; counts may be new.

        One more or less than a count of the case's own data is what the case does: "4 (5 − 1)".
        """
        amounts = [one for one in run if one.kind in MEASURED]
        if amounts or all(one.value != 1 for one in run):
            return all(
                self._near.holds(one)
                or any(alike(one, other) for other in computed)
                or is_rounded(one, computed)
                or (one.kind in MEASURED and self._in_source(one, about))
                or is_elapsed(one, numbers(about))
                or (one.kind in MEASURED and self._of_story.holds(one))
                for one in amounts or run
            )
        return all(self._own.holds(one) for one in run if one.value != 1)

    @staticmethod
    def _plain(number: Number) -> bool:
        """Nothing and one, said without counting."""
        return number.words.split()[0].casefold() in SMALL or number.value == 0

    def _is_step(self, number: Number, part: str) -> bool:
        """Whether a number names a step of the case: "as in steps 1 and 2"."""
        held = len(self.basis.case.steps)
        return bool(_STEPS.search(part[: number.start])) and number.value in range(1, held + 1)

    def _is_length(self, number: Number) -> bool:
        """Whether a number says how long a form is that the texts give: "six digits" of
        "OH-nnnnnn"."""
        return number.words.split()[-1].casefold() in _CHARACTERS and any(
            len(match.group()) == number.value
            for text in (*self.basis.said, *self.basis.retrieved)
            for match in _PLACE_RUN.finditer(text)
        )

    def _is_own_count(self, number: Number) -> bool:
        """Whether a number word counts what no text names: "the other four values"."""
        word = number.words.split()[0]
        return (
            number.kind == "count" and word.isalpha() and bool(number.unit)
            and not any(self._texts_alone.knows(key) for key in all_content(number.words))
        )  # fmt: skip

    def _is_of_all(self, number: Number, part: str) -> bool:
        """Whether a number counts all that the data of the case list: "all three devices"."""
        of_all = _ALL.search(part, 0, number.start) is not None
        return of_all and number.value in self._list_lengths

    @cached_property
    def _list_lengths(self) -> frozenset[int]:
        """How many things each sentence of the data lists, one beside the other."""
        return frozenset(
            len(listed(piece))
            for text in self.basis.situation
            for part in parts_of(text)
            for piece in part.split(":")
        )

    @cached_property
    def _texts_alone(self) -> Lexicon:
        return Lexicon((*self.basis.said, *self.basis.retrieved))

    def _in_source(self, number: Number, about: str) -> bool:
        words = content(about)
        in_row = number.kind in ("money", "percent")
        return any(
            _is_same_matter(part, words)
            for _, part, found in self._far
            if any(alike(number, one) and same_noun(number, one) for one in found)
        ) or (in_row and any(alike(number, one) for row in self._rows for one in row))

    def _in_criterion(self, number: Number, about: str) -> bool:
        """Whether another criterion of the case's story says a number of the same matter."""
        words = content(about)
        return any(
            alike(number, one) and same_noun(number, one) and _is_same_matter(part, words)
            for passage in self.basis.passages
            if passage.source.chunk.kind == "criterion" and not passage.source.is_hit
            for part in parts_of(passage.source.chunk.text)
            for one in numbers(part)
        )

    def _remark_with(self, number: Number) -> str:
        """The place of the last comment that holds a number; empty where none does."""
        places = [
            passage.source.chunk.place
            for passage in self.basis.ground.sources.passages
            if passage.source.chunk.is_comment
            for one in numbers(passage.source.chunk.text)
            if alike(number, one) and same_noun(number, one)
        ]
        return places[-1] if places else ""

    def _strange_number(self, number: Number, part: str) -> Mark:
        """As a contradiction where a text states another number of the same kind for the matter."""
        if missing := self.worked.missing(number):
            message = f"“{number.words}” is calculated with “{missing}”, which stands nowhere."
            return Mark(NOT_IN_SOURCES, number.words, message)
        words = content(part) - NEUTRAL
        own = next((one for one in find_quantities(part) if one.start == number.start), None)
        is_limit = own is not None and own.is_limit
        is_value = own is None or own.comparison in ("none", "exactly")
        for text in (text for said in self.basis.said for text in parts_of(said)):
            if is_example(text):  # of other data than the case's
                continue
            limits = {one.start: one.comparison for one in find_quantities(text) if one.is_limit}
            theirs = [
                one for one in numbers(text)
                if one.family == number.family
                and (is_limit or one.start not in limits)  # 2 is within "up to 4"
                and not (is_value and compared(number.value, limits.get(one.start, "none"), one))
                and not _is_factor(text, one)  # what it comes to is another amount
                and not self._plain(one)  # "rounded to the nearest penny"
                and not is_bound(text, one.start)  # "only if the balance is EUR 0.00"
            ]  # fmt: skip
            if number.kind and theirs and len(meeting(words, content(text))) >= SAME_MATTER:
                message = f"“{number.words}” contradicts {shown(text)}."
                return Mark(CONTRADICTION, number.words, message)
        if place := self._remark_with(number):
            message = f"“{number.words}” stands in a {place} alone: is it what holds?"
            return Mark(NOT_IN_SOURCES, number.words, message)
        where = "in no source of this case"
        if name := self._named_elsewhere(number):
            where = f"in {name}, by its words on another matter,"
        follows = "no calculation comes to it" if self.worked.is_given else "follows from no data"
        message = f"“{number.words}” stands {where} and {follows}."
        return Mark(NOT_IN_SOURCES, number.words, message)

    def _named_elsewhere(self, number: Number) -> str:
        """The source that says a number of something else; empty where none does."""
        said = (
            name
            for name, _, found in self._far
            if any(alike(number, one) and same_noun(number, one) for one in found)
        )
        return next(said, "")

    # --- Quotations -------------------------------------------------------------------------------

    @cached_property
    def _flat(self) -> str:
        basis = self.basis
        texts = (*basis.said, *basis.retrieved, *basis.headings, *basis.situation)
        return "".join(map(flat, texts))

    @cached_property
    def _templates(self) -> tuple[re.Pattern[str], ...]:
        """Messages with places to fill in: "<first name> has not arrived", "Moved to hh:mm"."""
        texts = (*self.basis.said, *self.basis.retrieved)
        found = {one.text for text in texts for one in find_messages(text)}
        found |= {match.group().strip() for text in texts for match in _FILLED.finditer(text)}
        return tuple(
            re.compile(form, re.IGNORECASE)
            for text in found
            for form in (_form_of(PLACE, text, r"\s*.{1,60}?\s*"), _form_of_letters(text))
            if form
        )

    @cached_property
    def _examples(self) -> dict[str, list[str]]:
        """Texts that sources quote as they look with other numbers, by their words alone."""
        found: dict[str, list[str]] = {}
        for text in self.basis.retrieved:
            for one in find_messages(text):
                found.setdefault(_DIGIT_RUN.sub("0", flat(one.text)), []).append(one.text)
        return found

    @cached_property
    def _forms(self) -> tuple[re.Pattern[str], ...]:
        """The forms of numbers of records: "SV-YY-NNNN"."""
        texts = (*self.basis.said, *self.basis.retrieved)
        found = {match.group() for text in texts for match in _FORM.finditer(text)}
        return tuple(
            re.compile(_PLACE_RUN.sub(lambda m: rf"(?:{m[0]}|\d{{{len(m[0])}}})", form))
            for form in found
        )

    def _stands(self, words: str) -> bool:
        said = flat(words)
        if not said.strip() or said in self._flat:
            return True
        if any(one.fullmatch(words.strip(" .!")) for one in self._templates):
            return True
        return self._is_filled(words) or self._is_form(words) or self._is_counted(words)

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        """Texts of sources that have places to fill in."""
        texts = (*self.basis.said, *self.basis.retrieved, *self.basis.headings)
        return tuple(text for text in texts if has_place(text))

    def _is_filled(self, words: str) -> bool:
        """Whether words are a source's own with its places filled in, by what stands in the texts,
        the data or a calculation of the case."""
        found = [one for one in (fillings(words, text) for text in self._patterns) if one]
        lines = (line for step in self.basis.case.steps for line in step.calculation)
        told = self._flat + flat(" ".join(lines)) if found else ""
        return any(
            all(
                flat(part) in told
                or self._is_known_number(part, words)
                or self._is_day(part)
                or _is_open(part, words)
                for value in values
                for part in listed(_as_said(value, words))
            )
            for values in found
        )

    def _is_day(self, words: str) -> bool:
        """Whether words are a day of the data or of a calculation with its day of the week: "Thu 15
        Oct" where the data say 2026-10-15."""
        name, _, rest = words.strip().partition(" ")
        weekday = WEEKDAYS.get(name.strip(".,").casefold())
        said = [one.value for one in numbers(rest) if one.words == rest.strip()]
        given = (*(one for line in self.basis.data for one in numbers(line)), *self.worked.results)
        return any(
            isinstance(day, date)
            and isinstance(one.value, date)
            and one.value.year != NO_YEAR
            and one.value.weekday() == weekday
            and (day.month, day.day) == (one.value.month, one.value.day)
            and day.year in (NO_YEAR, one.value.year)
            for day in said
            for one in given
        )

    def _is_known_number(self, words: str, context: str = "") -> bool:
        """Whether words are one number that the data hold or a calculation comes to, however it is
        written: "2 December 2026" where the data say 2026-12-02; or one of a source that is about
        the ``context``: "£18.00" where the row of the late fee has 18."""
        match numbers(words):
            case [one] if one.words == words.strip():
                known = self.worked.holds(one) or self._near.holds(one)
                return known or bool(context and self._in_source(one, context))
        return False

    def _is_form(self, words: str) -> bool:
        """Whether words are a form that the texts give, wholly or in part filled in; the number of
        one record is none."""
        code = words.strip(" .!")
        return bool(_PLACE_RUN.search(code)) and any(form.fullmatch(code) for form in self._forms)

    @cached_property
    def _compositions(self) -> tuple[re.Pattern[str], ...]:
        texts = (*self.basis.said, *self.basis.retrieved)
        found = {match.group() for text in texts for match in _FORM_OF_PLACES.finditer(text)}
        return tuple(
            re.compile(r"([^\W_]{1,40})".join(map(re.escape, _NAMED_PLACE.split(form))))
            for form in found
        )

    def _is_composed(self, code: str) -> bool:
        """Whether a number is a form that the texts give with its places filled in, each by a word
        of the texts or of the data: the town's code, the year, the first rank."""
        found = (form.fullmatch(code) for form in self._compositions)
        return any(match and all(map(self._is_given, match.groups())) for match in found)

    def _is_given(self, value: str) -> bool:
        """A word of the texts or of the data, or a date of the data as digits ("20270131")."""
        day = f"{value[:4]}-{value[4:6]}-{value[6:]}" if re.fullmatch(r"\d{8}", value) else ""
        return flat(value) in self._flat or bool(day and self._is_known_number(day))

    def _is_counted(self, words: str) -> bool:
        """Whether a source quotes the words with other numbers, and those said here are nothing,
        numbers of the case, or the source's own."""
        examples = self._examples.get(_DIGIT_RUN.sub("0", flat(words)), [])
        said = _DIGIT_RUN.findall(words)
        if not said or any(one.is_limit for text in examples for one in find_quantities(text)):
            return False
        return any(
            set(said) <= {"0", *_DIGIT_RUN.findall(text), *self._counted} for text in examples
        )

    def _is_next(self, code: str) -> bool:
        """Whether it is the running number after one that the case names: "WE-2292", "WE-2293"."""
        last = re.search(r"\d+$", code)
        if last is None or not int(last[0]):
            return False
        before = f"{code[: last.start()]}{int(last[0]) - 1:0{len(last[0])}}"
        return any(flat(before) in flat(line) for line in self.basis.situation)

    @cached_property
    def _counted(self) -> frozenset[str]:
        return frozenset(run for line in self.basis.situation for run in _DIGIT_RUN.findall(line))

    @cached_property
    def _messages(self) -> tuple[str, ...]:
        """Messages of two words or more that the text says for this side."""
        return tuple(
            message.text
            for one in self.basis.conditions
            if not one.is_flow  # a button of its last step is no message
            for outcome in one.outcomes
            if outcome.happens
            for message in find_messages(outcome.quote)
            if len(message.text.split()) > 1
        )

    def quotations(self, result: str) -> Iterator[Mark]:
        """Quotations of a result that stand nowhere."""
        for quoted in find_messages(result):
            words = _CUT_SHORT.sub("", quoted.text)
            if self._stands(words) or all(map(self._stands, re.split(r"\s*[>/|]\s*", words))):
                continue
            theirs = next((m for m in self._messages if flat(m) not in flat(result)), "")
            if theirs and len(quoted.text.split()) > 1:
                message = f"{shown(quoted.text)} contradicts {shown(theirs)}."
                yield Mark(CONTRADICTION, quoted.text, message)
            else:
                message = f"{shown(quoted.text)} stands in no source of this case."
                yield Mark(NOT_IN_SOURCES, quoted.text, message)

    # --- Words ------------------------------------------------------------------------------------

    @cached_property
    def _lexicon(self) -> Lexicon:
        basis = self.basis
        texts = (*basis.said, *basis.retrieved, *basis.headings, *basis.situation)
        return Lexicon((*texts, basis.case.title))

    def names(self, result: str) -> Iterator[Mark]:
        """Names (runs of words with a capital) of which most stand nowhere."""
        bare = mask_quotes(result)
        for match in _CODE.finditer(bare):
            code = match.group()
            known = self._is_form(code) or self._is_next(code) or self._is_composed(code)
            if flat(code) not in self._flat and not known:
                message = f"“{match.group()}” stands in no source of this case."
                yield Mark(NOT_IN_SOURCES, match.group(), message)
        for match in _NAME.finditer(bare):
            words = all_content(match.group())
            if len(words & self._lexicon.stems) < NAMED * len(words):
                message = f"“{match.group()}” stands in no source of this case."
                yield Mark(NOT_IN_SOURCES, match.group(), message)

    def novel(self, result: str) -> Iterator[Mark]:
        """Sentences of a result whose words stand in no text and in no data of the case."""
        for part in parts_of(result):
            words = content(part) - NEUTRAL
            strange = self.strange(part)
            few = NOVEL if len(strange) < len(words) else 2
            if len(strange) < few or len(strange) <= (1 - CARRIED) * len(words):
                continue
            listed = ", ".join(f"“{word}”" for word in strange[:4])
            yield Mark(UNSUPPORTED, part, f"No source says {shown(part)}; {listed} stand nowhere.")

    def strange(self, part: str) -> list[str]:
        """The words of a sentence that stand in no text and in no data of the case."""
        said = written(_without_moments(part))
        return [word for key, word in said.items() if not self._known(key)]

    def put_in(self, result: str) -> Iterator[Mark]:
        """Sentences that a person put into a result with a word that stands nowhere: a model's
        other words for what a source says are many, a person's are few and meant."""
        for part in parts_of(result):
            strange = self.strange(part) if part in self.basis.ground.added else []
            if strange:
                listed = ", ".join(f"“{word}”" for word in strange[:4])
                stands = "stands" if len(strange) == 1 else "stand"
                message = f"{shown(part)}: {listed} {stands} in no source of this case."
                yield Mark(NOT_IN_SOURCES, part, message)

    def _known(self, word: str) -> bool:
        return word in NEUTRAL or self._lexicon.knows(word)


def _without_moments(part: str) -> str:
    """A sentence of the same length without its dates and times: a month is no word of its own."""
    for one in numbers(part):
        if one.kind in ("date", "time"):
            part = part[: one.start] + " " * (one.end - one.start) + part[one.end :]
    return part


def _below_caps(number: Number, texts: Sequence[str]) -> Iterator[str]:
    """The sentences of these texts; of one that caps an amount of money below this one the caps
    alone: 60 days of "0.50 EUR per day, at most 15.00 EUR" do not come to 30.00 EUR."""
    for sentence in (part for text in texts for part in parts_of(text)):
        caps = [
            one.text
            for one in find_quantities(sentence)
            if one.kind == "money" and one.comparison in ("at most", "less than")
            and isinstance(one.value, Decimal) and isinstance(number.value, Decimal)
            and one.value < number.value
        ]  # fmt: skip
        yield from caps or [sentence]


def _follows_from_count(
    number: Number, known: Sequence[Number], operands: Numbers, own: Numbers
) -> bool:
    """Whether an amount of money follows from a count that the result says before it: "4 nights
    are charged: EUR 86.40"."""
    counts = [one.words for one in known if one.kind == "count"]
    return (
        number.kind == "money"
        and bool(counts)
        and follows(number, Numbers((*counts, *operands.texts)), Numbers((*counts, *own.texts)))
    )


def counts_characters(number: Number, part: str) -> bool:
    """Whether a number says how long a text beside it is, quoted or one of places: "the four
    characters “Typo”", "NNNNNN (six digits)"."""
    texts = [message.text for message in find_messages(part)]
    texts += [match.group() for match in _PLACE_RUN.finditer(part)]
    return any(len(text) == number.value for text in texts)


def _as_said(folded: str, words: str) -> str:
    """A part of words as it stands in them: months are told by their capital."""
    found = re.search(r"\s+".join(map(re.escape, folded.split())), words, re.IGNORECASE)
    return found[0] if found else folded


def _is_open(filling: str, message: str) -> bool:
    """Whether a place is filled with a name of what only the product knows, of a thing that the
    message speaks of: "<item number>" of "Item <item number> is stored"."""
    said = filling.strip().casefold()
    name = re.fullmatch(r"[<‹]([^\W\d][^<>‹›\d\n]{1,40})[>›]", said)
    beside = content(message.casefold().replace(said, " "))
    return name is not None and bool(content(name[1]) & beside)
