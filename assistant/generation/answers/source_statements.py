"""What single sentences and rows of a source say, and whether one of them says a given sentence.

A chunk holds several rules, and a bag of its words holds sentences that it never says: "a refund of
more than 500 is approved automatically" of one that approves between 5 and 500 and lets somebody
decide above. So a sentence is held against one statement at a time: its words, its numbers with
their side and with the names beside them, the order of its names, and what it denies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from assistant.generation.answers.denied_words import denied_words
from assistant.generation.answers.force_and_order import same_force, same_order
from assistant.generation.answers.row_cells import (
    JOINING,
    leaves_values,
    misplaced,
    names_columns,
)
from assistant.generation.answers.turned_clauses import denials
from assistant.generation.proof.amounts import Number, alike, numbers, same_noun
from assistant.generation.proof.statement_words import (
    NEGATORS,
    NEUTRAL,
    Lexicon,
    all_content,
    content,
    meeting,
)
from assistant.generation.sentence_words import sentences, stem_set
from assistant.language.casing import bare_words
from assistant.language.function_words import ARTICLES
from assistant.language.languages import ENGLISH, language_of
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages, mask_quotes

RUN = 6
"""Words in a row that a sentence must have word for word ..."""

VERBATIM = 0.6
"""... and the share of its words that such runs must hold, to be said as it stands."""

SPARE_FROM = 5
"""Telling words of a sentence from which on one of them may stand in no source at all: another word
for the same."""

_EMPTY = (NEUTRAL - stem_set("accept")) | stem_set(
    "make made have had get got give given take taken do did done"
)
"""Verbs that say nothing without their object, and the words of any test but "accepted", which is
an outcome."""

_NAME = re.compile(r"(?<=[\w,)] )(?:[A-Z][\w’'-]*\w)(?: [A-Z][\w’'-]*\w)*")
_TOKEN = re.compile(r"\w+(?:[.,:'’]\w+)*")
_SIGN = re.compile(r"[-−]?\w+(?:[.,:'’]\w+)*|[^\w\s.,;:!?\"'“”‘’„«»()*_|-]")
"""A word, a number with its sign, or a sign; marks that separate or quote are none."""
_BINDING = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "only|solely|exclusively|nur|ausschließlich|seulement|uniquement|seule?s?|alleen|solo|sólo"
        "|tylko",
        "except|excepting|unless|excluding|außer|ausgenommen|sauf|excepté|à moins|behalve|tenzij"
        "|salvo|excepto|menos|oprócz|chyba że",
    )
)
"""What confines a statement, and what takes something out of it: without it something else is
said."""

_MARK = re.compile(r"(?:[\s•|]|[#>](?!\s*(?:[A-Z]{3}\s*)?[\d€$£])|-+(?=[\s|])|\*\s)*")
"""What stands before a sentence in a list, a heading or a cell; ``**`` belongs to its words."""

_ARTICLES = frozenset[str]().union(*ARTICLES.values())
_BESIDE = re.compile(r"\s(\w+)")

_KEY = re.compile(r"^\W*[A-Z]{2,}(?:-[A-Z]+)*-\d+\W*")


@dataclass(frozen=True)
class Statement:
    """A sentence, a part of one between semicolons, or a whole row: offsets into its chunk."""

    start: int
    end: int
    text: str
    context: str = ""
    """The headings above it, which it does not repeat."""
    before: str = ""
    """The sentence that it follows, whose matter it may go on with."""
    language: str = ENGLISH
    """That of the whole source: a sentence is too short to tell."""
    opening: str = ""
    """The sentence before, or the part before its semicolon, whose first words it may be on."""
    rows: tuple[str, ...] = ()
    """Texts of its document, from whose rows a row has to be told by the words of its cells."""

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon((self.text, self.context, self.before))

    @cached_property
    def own(self) -> Lexicon:
        """Its words without those of the sentence before."""
        return Lexicon((self.text, self.context))

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        return tuple(n for text in (self.text, self.context, self.before) for n in numbers(text))

    def lacks(self, text: str) -> tuple[str, ...]:
        """Stems of the telling words of a sentence, quotations left out, that are not in it."""
        return tuple(w for w in content(text) - _EMPTY if not self.lexicon.knows(w))

    def repeats(self, text: str) -> bool:
        """Whether ``text`` is this statement, word for word."""
        return _signs(text) == _signs(self.text) != []

    def says(self, text: str, elsewhere: Lexicon) -> bool:
        """Whether it says what ``text`` says; ``elsewhere`` are the words of all sources."""
        return self._says(text, elsewhere) or self._goes_on(text)

    def _goes_on(self, text: str) -> bool:
        """Whether ``text`` has all of its words, and beside them what it is on: words that open
        what stands before it, up to a number or a negator ("A cancellation is confirmed by email;
        without an address by letter")."""
        own = content(self.text) - _EMPTY
        said = content(text) - _EMPTY
        if not self.opening or not own or len(meeting(own, said)) < len(own):
            return False
        borrowed = frozenset(word for word in all_content(text) if not self.own.knows(word))
        opening = _first_words(_KEY.sub("", self.opening), all_content(text))
        if not all(map(Lexicon((opening,)).knows, borrowed - _EMPTY)):
            return False
        return replace(self, before=opening, opening="").agrees(text)

    def _says(self, text: str, elsewhere: Lexicon) -> bool:
        telling = content(text) - _EMPTY
        if self.before and 2 * sum(map(self.own.knows, telling)) < len(telling):
            return False  # the sentence before says it, not this one
        lacking = self.lacks(text)
        if JOINING.issuperset(lacking) and names_columns(text, self.text):
            lacking = ()
        spare = int(len(telling) >= SPARE_FROM and not leaves_values(text, self.text))
        if len(lacking) > spare or any(elsewhere.knows(word) for word in lacking):
            return False
        if not meeting(all_content(text), self.lexicon.stems):
            return False
        return self.agrees(text)

    def agrees(self, text: str) -> bool:
        """Whether messages, numbers, their side, their names and columns, the order of names and
        values, what is a duty, what confines and what is denied are those of ``text``."""
        return (
            self._has_messages(text)
            and self._has_numbers(text)
            and self._on_the_same_side(text)
            and not misplaced(text, self.text, self.rows)
            and self.binds_the_same(text)
            and confined(text) == confined(self.text)
            and self._denies_the_same(text)
            and not any(denials(text, self.text))
        )

    def binds_the_same(self, text: str) -> bool:
        """Whether the names beside its numbers, the order of names and values, and what is a duty
        are those of ``text``."""
        return (
            self._of_the_same_name(text)
            and _in_order(text, self.text)
            and same_order(text, self.text, self.language)
            and same_force(text, self.text)
        )

    def _has_messages(self, text: str) -> bool:
        """Whether every quotation stands here, and not in another statement of the source."""
        here = bare_words(f"{self.text} {self.context} {self.before}")
        return all(bare_words(one.text) in here for one in find_messages(text))

    def _has_numbers(self, text: str) -> bool:
        return all(
            any(alike(one, other) and same_noun(one, other) for other in self.numbers)
            for one in numbers(text)
        )

    def _on_the_same_side(self, text: str) -> bool:
        """Whether no number is a limit here that is another limit there."""
        theirs = find_quantities(self.text)
        for mine in find_quantities(mask_quotes(text).replace("\x00", " ")):
            same = [q.comparison for q in theirs if (q.kind, q.value) == (mine.kind, mine.value)]
            open_ = mine.comparison == "none" or "none" in same
            if same and not open_ and mine.comparison not in same:
                return False
        return True

    def _of_the_same_name(self, text: str) -> bool:
        """Where several parts have numbers of a kind, each is its part's: the names there count."""
        parts = [part for part in re.split(r"[,;] ", self.text) if numbers(part)]
        if len(parts) < 2:
            return True
        said = f" {bare_words(text)} "
        for one in numbers(text):
            holding = [p for p in parts if any(alike(one, other) for other in numbers(p))]
            if holding and not any(
                all(f" {bare_words(n)} " in said for n in _names(p)) for p in holding
            ):
                return False
        return True

    def _denies_the_same(self, text: str) -> bool:
        mine, theirs = denied_words(text), denied_words(self.text)
        all_mine, all_theirs = (frozenset[str]().union(*one) for one in (mine, theirs))
        if any(words and not meeting(words, all_theirs) for words in mine):
            return False
        said = content(text)
        return all(
            meeting(words, all_mine)
            or not meeting(words, said)
            or len(meeting(words, said)) < len(words) / 2
            for words in theirs
        )


def without_mark(text: str, start: int) -> int:
    """Where a sentence that starts here begins behind the mark of its list, heading or cell."""
    mark = _MARK.match(text, start)
    return mark.end() if mark else start


def without_articles(text: str, said: str) -> str:
    """``text`` with blanks for an article that is no number: before words that ``said`` has
    together without one ("a day trip" of its "Day trip")."""
    for one in reversed(find_quantities(text)):
        unit = text[one.start : one.end].split()
        beside = _BESIDE.match(text, one.end)
        if len(unit) != 2 or unit[0].casefold() not in _ARTICLES or beside is None:
            continue
        compound = rf"(?<![\w.,] )\b{re.escape(unit[1])}\s{re.escape(beside[1])}\b"
        if re.search(compound, said, re.IGNORECASE):
            text = text[: one.start] + " " * len(unit[0]) + text[one.start + len(unit[0]) :]
    return text


def verbatim(
    text: str, said: str, heading: str = "", rows: tuple[str, ...] = ()
) -> Statement | None:
    """The sentences of ``said`` that have most of a sentence word for word, in long runs.

    What is left of the sentence holds no number and no negator, its words stand in those sentences
    or above them, and they agree with it as a statement must: "A guest may borrow books on Sundays"
    is all but one word of "A guest may not borrow books on Sundays".
    """
    mine, theirs = list(_TOKEN.finditer(text)), list(_TOKEN.finditer(said))
    words = [match.group().casefold() for match in mine]
    matcher = SequenceMatcher(None, words, [m.group().casefold() for m in theirs], autojunk=False)
    runs = [run for run in matcher.get_matching_blocks() if run.size >= RUN]
    if not runs or sum(run.size for run in runs) < VERBATIM * len(words):
        return None
    taken = {run.a + n for run in runs for n in range(run.size)}
    left = [word for n, word in enumerate(words) if n not in taken]
    strange = all_content(" ".join(left)) - _EMPTY
    if any(word in NEGATORS or any(map(str.isdigit, word)) for word in left):
        return None
    start, end = theirs[runs[0].b].start(), theirs[runs[-1].b + runs[-1].size - 1].end()
    held = [span for span in sentences(said) if span[0] < end and start < span[1]]
    start, end = (held[0][0], held[-1][1]) if held else (0, len(said))
    language = language_of(said)
    found = Statement(start, end, said[start:end], heading, language=language, rows=rows)
    known = all(found.lexicon.knows(word) for word in strange)
    return found if known and found.agrees(text) else None


def _names(part: str) -> list[str]:
    """Names inside a part of a statement: words with a capital that do not open it."""
    bare = mask_quotes(_KEY.sub("", part)).replace("\x00", " ")
    return [match.group() for match in _NAME.finditer(re.sub(r": \w", ": ", bare))]


def confined(text: str) -> tuple[bool, ...]:
    """Whether a text confines something ("only"), and whether it takes something out ("unless")."""
    bare = mask_quotes(text)
    return tuple(form.search(bare) is not None for form in _BINDING)


def _in_order(text: str, other: str) -> bool:
    """Whether names of several words that both have stand in one order ("A reports to B")."""
    names = dict.fromkeys(name for name in _names(text) if " " in name)
    there = [place for name in names if (place := other.find(name)) >= 0]
    return there == sorted(there)


def _signs(text: str) -> list[str]:
    return _SIGN.findall(_KEY.sub("", text).casefold())


def _first_words(text: str, said: frozenset[str]) -> str:
    """What ``text`` opens with, as far as its telling words are among those ``said``."""
    for match in _TOKEN.finditer(text):
        word = match.group()
        strange = all_content(word) - _EMPTY
        counts = any(map(str.isdigit, word)) or word.casefold() in NEGATORS
        if counts or (strange and not meeting(strange, said)):
            return text[: match.start()]
    return text
