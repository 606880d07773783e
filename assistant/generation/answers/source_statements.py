"""What single sentences and rows of a source say, and whether one of them says a given sentence.

A chunk holds several rules, and a bag of its words holds sentences that it never says: "a refund of
more than 500 is approved automatically" of one that approves between 5 and 500 and lets somebody
decide above. So a sentence is held against one statement at a time: its words, its numbers with
their side and with the names beside them, the order of its names, and what it denies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from assistant.generation.answers.force_and_order import same_force, same_order
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
from assistant.language.languages import ENGLISH, language_of
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes

RUN = 6
"""Words in a row that a sentence must have word for word ..."""

VERBATIM = 0.6
"""... and the share of its words that such runs must hold, to be said as it stands."""

SPARE_FROM = 5
"""Telling words of a sentence from which on one of them may stand in no source at all: another word
for the same."""

DENIED = 3
"""Telling words behind a negator that it denies."""

_EMPTY = NEUTRAL | stem_set("make made have had get got give given take taken do did done")
"""Verbs that say nothing without their object, beside the words of any test."""

_CELL = re.compile(r"[^:;\n]{1,60}: ")
_NAME = re.compile(r"(?<=[\w,)] )(?:[A-Z][\w’'-]*\w)(?: [A-Z][\w’'-]*\w)*")
_TOKEN = re.compile(r"\w+(?:[.,:'’]\w+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GOES_ON = re.compile(
    r"(?:It|They|This|These|That|Those|He|She|After|Otherwise|Then|Er|Sie|Es|Dies\w*|Il|Elle)\b"
)
"""What a sentence opens with that goes on from the one before."""

_COMPARED = re.compile(
    r"\s+(?:more|less|fewer|later|earlier|longer|older|younger|higher|lower|mehr|weniger|länger"
    r"|später|früher|höher|älter|plus|moins)\b"
)
"""What makes a limit of a negator ("no more than 3") and denies nothing."""

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

    def says(self, text: str, elsewhere: Lexicon) -> bool:
        """Whether it says what ``text`` says; ``elsewhere`` are the words of all sources."""
        telling = content(text) - _EMPTY
        if self.before and 2 * sum(map(self.own.knows, telling)) < len(telling):
            return False  # the sentence before says it, not this one
        lacking = self.lacks(text)
        spare = int(len(telling) >= SPARE_FROM)
        if len(lacking) > spare or any(elsewhere.knows(word) for word in lacking):
            return False
        if not meeting(all_content(text), self.lexicon.stems):
            return False
        return self.agrees(text)

    def agrees(self, text: str) -> bool:
        """Whether numbers, their side and their names, the order of names and values, what is a
        duty, what confines and what is denied are those of ``text``."""
        return (
            self._has_numbers(text)
            and self._on_the_same_side(text)
            and self._of_the_same_name(text)
            and _in_order(text, self.text)
            and same_order(text, self.text, self.language)
            and same_force(text, self.text)
            and _confined(text) == _confined(self.text)
            and self._denies_the_same(text)
        )

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
        mine, theirs = _denied(text), _denied(self.text)
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


def statements(text: str, heading: str = "") -> tuple[Statement, ...]:
    """The statements of a chunk's text, and the whole of it where it is one row or one scenario."""
    cells = [piece for piece in text.split("; ") if piece.strip()]
    row = len(cells) > 1 and all(_CELL.match(piece) for piece in cells)
    scenario = re.search(r"^\s*Given\b", text, re.MULTILINE) and "Then " in text
    if row or scenario:
        return (Statement(0, len(text), text, heading, language=language_of(text)),)
    return tuple(_parts(text, heading))


def _parts(text: str, heading: str) -> Iterator[Statement]:
    last, language = 0, language_of(text)
    for start, end in sentences(text):
        at = start
        pieces = text[start:end].split("; ")
        before = text[last:start] if len(pieces) == 1 else ""
        for piece in pieces:  # none of them speaks for another
            yield Statement(at, at + len(piece), piece, heading, before, language)
            at += len(piece) + 2
        if _GOES_ON.match(text, start):  # "It is closed 14 days after ..."
            yield Statement(last, end, text[last:end], heading, language=language)
        last = start


def said_by(text: str, held: Sequence[Statement], elsewhere: Lexicon) -> Statement | None:
    """The shortest statement that says ``text``."""
    found = (one for one in held if one.says(text, elsewhere))
    return min(found, key=lambda one: one.end - one.start, default=None)


def verbatim(text: str, said: str, heading: str = "") -> Statement | None:
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
    found = Statement(start, end, said[start:end], heading, language=language_of(said))
    known = all(found.lexicon.knows(word) for word in strange)
    return found if known and found.agrees(text) else None


def _names(part: str) -> list[str]:
    """Names inside a part of a statement: words with a capital that do not open it."""
    bare = mask_quotes(_KEY.sub("", part)).replace("\x00", " ")
    return [match.group() for match in _NAME.finditer(re.sub(r": \w", ": ", bare))]


def _confined(text: str) -> tuple[bool, ...]:
    bare = mask_quotes(text)
    return tuple(form.search(bare) is not None for form in _BINDING)


def _in_order(text: str, other: str) -> bool:
    """Whether names of several words that both have stand in one order ("A reports to B")."""
    names = dict.fromkeys(name for name in _names(text) if " " in name)
    there = [place for name in names if (place := other.find(name)) >= 0]
    return there == sorted(there)


@lru_cache(maxsize=4096)
def _denied(text: str) -> tuple[frozenset[str], ...]:
    """What each negator of a text denies: the telling words behind it, "no more than 3" aside."""
    bare = mask_quotes(text).replace("\x00", " ")
    found = []
    for match in _WORD.finditer(bare):
        word = match.group().casefold().replace("’", "'")
        if word not in NEGATORS or _COMPARED.match(bare, match.end()):
            continue
        behind: list[str] = []
        for following in _WORD.finditer(bare[match.end() :]):
            told = [w for w in content(following.group()) if w not in behind]
            if len(behind) >= DENIED or (behind and not told):
                break  # "without charge | within the period"
            behind += told
        found.append(frozenset(behind))
    return tuple(found)
