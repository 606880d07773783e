"""A sentence held against the words of the sources that its writer copied for it.

That the words stand in the source is certain; that the sentence says what they say is not, unless
it repeats them, and is for the reader, who sees both. What can be counted is: every number, name,
key and message of the sentence stands in these words or in the headings above them, most of its
other words do, and neither side denies or confines what the other says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.domain import Chunk, Citation
from assistant.generation.answers.denied_words import denied_words
from assistant.generation.answers.force_and_order import same_force, same_names, same_order
from assistant.generation.answers.turned_clauses import denials
from assistant.generation.proof.amounts import Numbers, numbers
from assistant.generation.proof.calculation_lines import Worked, read_line
from assistant.generation.proof.placeholders import is_placeholder
from assistant.generation.proof.statement_words import (
    NEGATORS,
    NEUTRAL,
    Lexicon,
    content,
    german_forms,
    meeting,
    spoken,
    written,
)
from assistant.generation.proof.support_texts import Known, folded, stands_in
from assistant.generation.writers.case_parts import stated_in
from assistant.language.dates_and_times import NO_YEAR
from assistant.language.function_words import ARTICLES
from assistant.language.languages import ENGLISH, GERMAN, language_of, leans_to, little_words
from assistant.language.nouns import COMMON
from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.sentences import sentences
from assistant.language.verbs import is_base

SHARE = 0.5
"""Share of the telling words of a sentence that stand in what is quoted for it."""

FEWEST = 2
"""Words of a quotation: one word alone says nothing."""

LONG = 4
"""Digits of a word from which on it must stand as it is written, where it is no quantity."""

MAX_CONCLUSION = 400

MOST_SHOWN = 300
"""Characters of a sentence that is shown whole where a part of it is quoted."""

BOUND_OTHERWISE = (
    "What is quoted has its names or values in another order or beside others, or another “must”, "
    "“may”, “only” or “unless”."
)
NOT_QUOTED = "No words that the model gives for it stand in the sources that it names."

_DENYING_CELL = re.compile(
    rf"(?P<name>[^:;\n]{{1,60}}):\s*(?:[-–—✗×]|{'|'.join(sorted(NEGATORS))})(?=\s*(?:[;\n]|$))",
    re.IGNORECASE,
)
"""A cell of a matrix that denies what its column names: "Auditor: -", "Auditor: no"."""

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

_KEYED = re.compile(r"\d|\b[A-ZÀ-Þ]{2,}\b")
"""A number, or a word in capitals: what is no noun in any language."""
_UMLAUT = re.compile("[äöüß]", re.IGNORECASE)
_NUMBERED = re.compile(r"\w*\d\w*")
_THOUSANDS = re.compile(r"(?<=\d)[.,' ](?=\d{3}(?!\d))")
_ARTICLES = frozenset[str]().union(*ARTICLES.values())
_IS = frozenset(("is", "means", "ist", "bedeutet", "est", "signifie"))
_BESIDE = re.compile(r"\s(\w+)")
_PART = re.compile(r"(?<=[.!?])\s|;\s|\n")
_GAP = re.compile(r"\s*(?:\.\.\.|…|\[…\])\s*")


@dataclass(frozen=True)
class Quote:
    """Words that a model gives as those of the source with this number."""

    source: int
    words: str


def words_of(number: int, chunk: Chunk, start: int, end: int) -> Citation:
    """What stands at these offsets of a source, as its citation."""
    return Citation(
        chunk_id=chunk.id, source=number, quote=chunk.text[start:end], start=start, end=end
    )


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
            place = stated_in(words, chunk) or stated_in(own, chunk)
            if place is not None:
                found.append(words_of(one.source, chunk, *place))
    return tuple(dict.fromkeys(found))


def signs(text: str) -> tuple[str, ...]:
    """The words, numbers and signs of a sentence: what repeats it, word for word, has the same."""
    return tuple(_SIGN.findall(text.casefold()))


def repeated_sentences(chunks: Mapping[int, Chunk]) -> Mapping[tuple[str, ...], list[Citation]]:
    """The whole sentences of sources by their ``signs``; a part of one may lack what confines it
    ("A book is free; not so on Sundays", "It is not allowed: the book is free")."""
    found: dict[tuple[str, ...], list[Citation]] = {}
    for number, chunk in chunks.items():
        whole: list[tuple[int, int, int]] = []
        behind = 0
        for one in sentences(chunk.text):
            goes_on = chunk.text[: one.start].rstrip().endswith((";", ":"))
            line = chunk.text.rfind("\n", behind, one.start) + 1 or behind
            opens = (line, line if goes_on else one.start)
            if goes_on and whole:
                opens = whole.pop()[:2]
            whole.append((*opens, one.end))
            behind = one.end
        for before, start, end in whole:  # with its key, and without
            for said in {signs(chunk.text[before:end]), signs(chunk.text[start:end])}:
                if len(said) >= FEWEST:
                    found.setdefault(said, []).append(words_of(number, chunk, start, end))
    return found


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
                one = words_of(one.source, chunks[one.source], whole.start, whole.end)
                break
        found.append(one)
    return tuple(dict.fromkeys(found))


def lacking(text: str, told: str, above: Sequence[str], share: float = SHARE) -> tuple[str, ...]:
    """What a sentence has that is not in what is ``told`` or ``above`` it, as titles and headings
    are: numbers, names, keys and messages; its other words where less than this ``share`` is.

    Of a sentence in another language than what is told only numbers, keys and messages can be
    compared, and where every noun has a capital a name is a word like others.
    """
    texts = (told, told.replace("_", " "), *above)  # "Payment_Method" is called Payment Method
    missing = _strange(_without_articles(text, told), texts)
    language, theirs = _languages(text, told)
    translated = language != theirs
    if translated or language == GERMAN:
        messages = [one.text.strip() for one in find_messages(text)]
        missing = [one for one in missing if one in messages or numbers(one) or _KEYED.search(one)]
    if translated:
        return tuple(dict.fromkeys(missing))
    lexicon = Lexicon(texts)
    telling = {key: said for key, said in written(text).items() if key not in NEUTRAL}
    others = [said for key, said in telling.items() if not lexicon.knows(key)]
    if language == GERMAN:
        met = german_forms(telling.values(), texts)
        others = [said for said in others if said not in met]
    if len(others) > (1 - share) * len(telling):
        missing += others
    return tuple(dict.fromkeys(missing))


def _languages(text: str, told: str) -> tuple[str, str]:
    """The languages of a sentence and of what is told: a German sentence of four words is called
    English, and its nouns would be taken for names, or it for a translation that is not compared.

    A short one is in the language of the other only where something tells so.
    """
    mine, theirs = found = language_of(text), language_of(told)
    other = theirs if theirs != ENGLISH else mine if mine != ENGLISH else GERMAN
    both = f"{text}\n{told}"
    if mine == theirs and not leans_to(both, other, rather_than=ENGLISH):
        return found
    if theirs == ENGLISH and _is_in(other, told, beside=text if mine == ENGLISH else ""):
        theirs = other
    return other if mine == ENGLISH and _is_in(other, text, beside=told) else mine, theirs


def _is_in(language: str, text: str, beside: str) -> bool:
    """Whether a short text is in a language and not in English: by its small words; else by
    umlauts, or by a word that is one of those ``beside`` it and no key or word of English."""
    if leans_to(text, language, rather_than=ENGLISH):
        return True
    if not little_words(language) or leans_to(text, ENGLISH, rather_than=language):
        return False
    own = {
        key: said
        for key, said in written(text).items()
        if not (_KEYED.search(said) or said.casefold() in COMMON or is_base(said))
    }
    if any(map(Lexicon((beside,)).knows, own)):
        return True
    return language == GERMAN and bool(
        _UMLAUT.search(text) or german_forms(own.values(), (beside,))
    )


def contradicted(text: str, source: str) -> list[str]:
    """What tells which clauses of a source say the opposite of one of the sentence."""
    found = (f"“{words}” contradicts “{theirs}”." for words, theirs in denials(text, source))
    return list(dict.fromkeys(found))


def contradictions(text: str, told: str) -> tuple[str, ...]:
    """What tells that the words quoted for a sentence deny it, or say it otherwise."""
    denied = []
    if not _DENYING_CELL.search(told):  # a cell is no clause
        denied = contradicted(text, told)
    if not denied and (turned := _turned(text, told)):
        denied = [f"“{turned}” is denied by one of the two and not by the other."]
    bound = (
        same_names(text, told)
        and same_order(text, told, language_of(told))
        and same_force(text, told)
        and not _is_confined_otherwise(text, told)
    )
    return tuple(denied) or (() if bound else (BOUND_OTHERWISE,))


def concluded(
    text: str,
    lines: Sequence[str],
    question: str,
    sentences: Sequence[str],
    *,
    is_trusted: bool,
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A conclusion, the lines that come to its numbers, and what of its numbers, names and messages
    stands neither in the question nor in the sentences that it is drawn from, and is not what right
    lines make of their numbers. A conclusion with such is kept only of a writer that
    ``is_trusted``, as of ``AnswerProof``. A line that is wrong or is not understood is left
    out, and of another writer one that begins with another number.
    Whether the conclusion follows is for the reader."""
    if is_placeholder(text, question) or not (sentences and len(text) <= MAX_CONCLUSION):
        return "", (), ()
    texts = (question, *sentences)
    strange = [one for one in _strange(text, texts) if not _only_adds_year(one, texts)]
    worked = Worked(lines, Numbers(texts))
    compound = [f" {one.words} " for one in numbers(text) if worked.comes_to(one)]
    own = tuple(
        one
        for one in strange
        if not (stated := numbers(one))
        or not (all(map(worked.comes_to, stated)) or any(f" {one} " in words for words in compound))
    )
    if own and not is_trusted:
        return "", (), ()
    read = (read_line(one) for one in lines) if strange else ()
    sound = (one for one in read if one and one.is_right)
    right = (one for one in sound if is_trusted or worked.comes_to(one.results[0]))
    return text, tuple(" ".join(one.words.split()) for one in right), own


def _only_adds_year(item: str, texts: Sequence[str]) -> bool:
    """Whether an item is a date that stands in the texts without its year: who asks about "fri 28
    aug" leaves it out."""
    found = numbers(item)
    dates = [one.value for one in found if isinstance(one.value, date)]
    if not dates or len(dates) < len(found):
        return False
    said = {one.value for text in texts for one in numbers(text) if isinstance(one.value, date)}
    return all(one.replace(year=NO_YEAR) in said for one in dates)


def _strange(text: str, texts: Sequence[str]) -> list[str]:
    """Names, numbers, keys and messages that stand in none of the texts; a name that two cells of a
    row make is not strange."""
    flat = folded(" ".join(texts))
    messages = {one.text.strip() for one in find_messages(text)}
    found = [
        item
        for item in Known(texts).strange(text)
        if item in messages or numbers(item) or not all(stands_in(w, flat) for w in item.split())
    ]
    return found + [one for one in _long_numbers(text, flat) if not any(one in f for f in found)]


def _long_numbers(text: str, flat: str) -> Iterator[str]:
    """Account numbers, serial numbers and the like that do not stand in a folded text; what is read
    as a quantity is compared by its value."""
    read = [(one.start, one.end) for one in find_quantities(text)]
    joined = _THOUSANDS.sub("", flat)
    for match in _NUMBERED.finditer(text):
        word = match.group()
        if sum(map(str.isdigit, word)) < LONG or any(a <= match.start() < b for a, b in read):
            continue
        if not stands_in(word, flat) and not stands_in(word, joined):
            yield word


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
    mine, said = _confined(text), content(text)
    parts = [(_confined(one), meeting(said, content(one))) for one in _PART.split(quoted)]
    return any(
        (own and not any(theirs[kind] for theirs, _ in parts))
        or (not own and any(t[kind] and len(shared) > SHARE * len(said) for t, shared in parts))
        for kind, own in enumerate(mine)
    )


def _without_articles(text: str, said: str) -> str:
    """``text`` with blanks for an article that is no number: before words that ``said`` has
    together without one ("a day trip" of its "Day trip"), or where the sentence says what it is
    and ``said`` names it without a number ("A working day is ..." of its "Working day = ...")."""
    for one in reversed(find_quantities(text)):
        article, *unit = text[one.start : one.end].split()
        beside = _BESIDE.match(text, one.end)
        if not unit or article.casefold() not in _ARTICLES or beside is None:
            continue
        defined = one.start == 0 and len(unit) > 1 and beside[1].casefold() in _IS
        words = unit if defined else [*unit, beside[1]] if len(unit) == 1 else []
        named = r"\s".join(map(re.escape, words))
        if words and re.search(rf"(?<![\w.,] )\b{named}\b", said, re.IGNORECASE):
            text = text[: one.start] + " " * len(article) + text[one.start + len(article) :]
    return text


def _confined(text: str) -> tuple[bool, ...]:
    """Whether a text confines something ("only"), and whether it takes something out ("unless")."""
    bare = mask_quotes(text)
    return tuple(form.search(bare) is not None for form in _BINDING)
