"""A sentence held against the words of the sources that its writer copied for it.

That the words stand in the source is certain; that the sentence says what they say is not, and is
for the reader, who sees both. What can be counted is: every number, name, key and message of the
sentence stands in these words or in the headings above them, most of its other words do, and
neither side denies what the other says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Chunk, Citation
from assistant.generation.answers.denied_words import denied_words
from assistant.generation.answers.source_statements import Statement, confined
from assistant.generation.answers.turned_clauses import denials
from assistant.generation.proof.amounts import Numbers, numbers
from assistant.generation.proof.calculation_lines import Worked, read_line
from assistant.generation.proof.statement_words import (
    NEGATORS,
    NEUTRAL,
    Lexicon,
    content,
    meeting,
    spoken,
    written,
)
from assistant.generation.proof.support_texts import Known, folded, stands_in
from assistant.generation.writers.case_parts import stated_at
from assistant.language.languages import language_of
from assistant.language.quoted_messages import find_messages
from assistant.language.sentences import sentences

SHARE = 0.5
"""Share of the telling words of a sentence that stand in what is quoted for it."""

FEWEST = 2
"""Words of a quotation: one word alone says nothing."""

MAX_CONCLUSION = 300

MOST_SHOWN = 300
"""Characters of a sentence that is shown whole where a part of it is quoted."""

BOUND_OTHERWISE = (
    "What is quoted has its names or values in another order, or another “must”, “may”, “only” or "
    "“unless”."
)

_DENYING_CELL = re.compile(
    rf"(?P<name>[^:;\n]{{1,60}}):\s*(?:[-–—✗×]|{'|'.join(sorted(NEGATORS))})(?=\s*(?:[;\n]|$))",
    re.IGNORECASE,
)
"""A cell of a matrix that denies what its column names: "Auditor: -", "Auditor: no"."""

_PART = re.compile(r"(?<=[.!?])\s|;\s|\n")
_GAP = re.compile(r"\s*(?:\.\.\.|…|\[…\])\s*")


@dataclass(frozen=True)
class Quote:
    """Words that a model gives as those of the source with this number."""

    source: int
    words: str


def standing(quotes: Iterable[Quote], chunks: Mapping[int, Chunk]) -> tuple[Citation, ...]:
    """The quotations that stand in the source that each names; dots leave words out."""
    found = []
    for one in quotes:
        chunk = chunks.get(one.source)
        if chunk is None:
            continue
        pieces = [words for words in _GAP.split(one.words.strip()) if words]
        if not any(len(words.split()) >= FEWEST for words in pieces):
            continue
        for words in pieces:
            own = words.strip(' “”"')  # marks around all of it are the model's
            place = stated_at(words, chunk.text) or stated_at(own, chunk.text)
            if place is not None:
                start, end = place
                found.append(
                    Citation(
                        chunk_id=chunk.id, source=one.source, quote=chunk.text[start:end],
                        start=start, end=end,
                    )
                )  # fmt: skip
    return tuple(dict.fromkeys(found))


def in_whole_sentences(
    quoted: Sequence[Citation], chunks: Mapping[int, Chunk]
) -> tuple[Citation, ...]:
    """The same, those that are a part of one sentence or item with all of it: of "Whether agencies
    get a login is open (to be clarified with HR)" a model may copy what is in brackets alone."""
    found = []
    for one in quoted:
        text = chunks[one.source].text
        for whole in sentences(text):
            inside = whole.start <= one.start and one.end <= whole.end
            if inside and whole.end - whole.start <= MOST_SHOWN:
                place = {"start": whole.start, "end": whole.end}
                one = one.model_copy(update={"quote": text[whole.start : whole.end], **place})
                break
        found.append(one)
    return tuple(dict.fromkeys(found))


def lacking(
    text: str, quoted: Sequence[Citation], above: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a sentence has that is not in what is quoted for it, and what that denies of it; both
    empty where it may be shown with its quotations. ``above`` are titles and headings."""
    told = "\n".join(one.quote for one in quoted)
    texts = (told, *above)
    missing = _strange(text, texts)
    lexicon = Lexicon(texts)
    telling = {key: said for key, said in written(text).items() if key not in NEUTRAL}
    others = [said for key, said in telling.items() if not lexicon.knows(key)]
    if len(others) > (1 - SHARE) * len(telling):
        missing += others
    denied = []
    if not _DENYING_CELL.search(told):  # a cell is no clause
        denied = [f"“{words}” contradicts “{theirs}”." for words, theirs in denials(text, told)]
    if not denied and (turned := _turned(text, told)):
        denied = [f"“{turned}” is denied by one of the two and not by the other."]
    statement = Statement(0, len(told), told, " ".join(above), language=language_of(told))
    bound = statement.binds_the_same(text) and not _is_confined_otherwise(text, told)
    if not denied and not bound:
        denied = [BOUND_OTHERWISE]
    return tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(denied))


def concluded(
    text: str, lines: Sequence[str], question: str, sentences: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """A conclusion with the lines that come to its numbers, where it has no number, name or message
    but those of the question and of the sentences that it is drawn from, and what right lines make
    of their numbers; else empty. A line that is wrong, is not understood or begins with another
    number is left out. Whether the conclusion follows is for the reader."""
    if not (sentences and 0 < len(text) <= MAX_CONCLUSION):
        return "", ()
    texts = (question, *sentences)
    strange, worked = _strange(text, texts), Worked(lines, Numbers(texts))
    if not all(stated and all(map(worked.comes_to, stated)) for stated in map(numbers, strange)):
        return "", ()
    read = (read_line(one) for one in lines) if strange else ()
    right = (one for one in read if one and one.is_right and worked.comes_to(one.results[0]))
    return text, tuple(" ".join(one.words.split()) for one in right)


def _strange(text: str, texts: Sequence[str]) -> list[str]:
    """Names, numbers, keys and messages that stand in none of the texts; a name that two cells of a
    row make is not strange."""
    flat = folded(" ".join(texts))
    messages = {one.text.strip() for one in find_messages(text)}
    return [
        item
        for item in Known(texts).strange(text)
        if item in messages or numbers(item) or not all(stands_in(w, flat) for w in item.split())
    ]


def _turned(text: str, quoted: str) -> str:
    """What one of the two denies, where the other says it and denies nothing at all. Empty where
    there is none, or it is affirmed in the same quotation ("X = allowed, - = not allowed")."""
    cells = (content(one["name"]) for one in _DENYING_CELL.finditer(quoted))
    mine, theirs = denied_words(text), (*denied_words(quoted), *cells)
    turned = mine if not theirs else ()
    if not mine:
        said, times = content(text), Counter(spoken(quoted))
        times.subtract(word for words in theirs for word in words)
        turned = tuple(
            words
            for words in theirs
            if words and meeting(words, said) == words and not all(times[one] > 0 for one in words)
        )
    by_stem = written(quoted) | written(text)
    return " ".join(by_stem.get(word, word) for word in sorted(turned[0])) if turned else ""


def _is_confined_otherwise(text: str, quoted: str) -> bool:
    """Whether a sentence says "only" or "unless" and nothing that is quoted does, or the part of it
    that has most of the sentence does and the sentence does not."""
    mine, said = confined(text), content(text)
    parts = [(confined(one), meeting(said, content(one))) for one in _PART.split(quoted)]
    return any(
        (own and not any(theirs[kind] for theirs, _ in parts))
        or (not own and any(t[kind] and len(shared) > SHARE * len(said) for t, shared in parts))
        for kind, own in enumerate(mine)
    )
