"""What an epic or a story declares out of scope, and the criteria that ask for it all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.design.questions.conflicts import stem
from assistant.domain import Evidence, Question
from assistant.language.amounts import DIGITS_PATTERN, WORDS_PATTERN
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import read_patterns, word_lists, word_set
from assistant.reading.outcomes import is_restrictive

_PATTERNS = read_patterns(__file__)
_LABELS = [
    re.escape(one) for words in word_lists("languages")["out_of_scope"].values() for one in words
]
_LEAD = re.compile(
    f"{_PATTERNS['lead'].pattern}|"
    rf"(?:^|(?<=\n))[ \t]*[-*•]?[ \t]*\**(?:{'|'.join(sorted(_LABELS, key=len, reverse=True))})"
    r"\**[ \t]*[:–—]\**\s*",
    _PATTERNS["lead"].flags,
)
_TAIL = _PATTERNS["tail"]
_NEGATIVE = _PATTERNS["negative"]
_ASIDE = re.compile(
    r"\s*\([^)]*\)|,\s*(?:which|who|whose|that|where|since|because|as)\b.*|\s+which\b.*",
    re.I | re.S,
)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_STOP = frozenset(word_lists("words", Path(__file__).parent)["stop"]["scope"])
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])+")
_DENIES = _PATTERNS["denies"]
_NEXT_SENTENCE = re.compile(r"[.!?;] +\S")


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """One thing declared out of scope: ``text`` is ``source[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> frozenset[str]:
        """Stems of the words that say what it is, without asides."""
        return _stems(_ASIDE.sub("", self.text))


def out_of_scope(text: str) -> tuple[ScopeItem, ...]:
    """The things that a description declares out of scope, one by one, in order."""
    found: list[ScopeItem] = []
    for lead in _LEAD.finditer(text):
        found += _listed(text, lead.end())
    for tail in _TAIL.finditer(text):
        said = tail.group()[len(tail["what"]) :]
        negative = bool(_NEGATIVE.search(said))
        if negative and not any(one.start <= tail.start("what") < one.end for one in found):
            found += _split(text, tail.start("what"), tail.end("what"))
    return tuple(sorted((one for one in found if one.words), key=lambda one: one.start))


_NO_CASE = ": so the model wrote no case for "
_TESTED = ". Is it tested all the same?"


def question_on_left_out(
    words: str, source: str, criterion_ids: Sequence[str], evidence: tuple[Evidence, ...]
) -> Question:
    """Whether criteria are tested for which a model wrote no case because of these words."""
    return Question(
        criterion_id=criterion_ids[0],
        kind="out of scope",
        text=f"“{words}” ({source}){_NO_CASE}{', '.join(criterion_ids)}{_TESTED}",
        evidence=evidence,
    )


def left_out_in(question: Question) -> tuple[str, tuple[str, ...]]:
    """Of such a question its words with the name of their source, and the criteria; none of any
    other. Runs of earlier versions have it, too."""
    said, _, rest = question.text.rpartition(_NO_CASE)
    if not said or question.kind != "out of scope":
        return "", ()
    return said, tuple(rest.removesuffix(_TESTED).split(", "))


def left_out_by_ids(question: Question, ids: Mapping[str, str]) -> Question | None:
    """Such a question with the ids that its criteria have by ``ids``, those without one left out;
    ``None`` where none has one."""
    said, criteria = left_out_in(question)
    names = [ids[one] for one in criteria if one in ids]
    if not names:
        return None
    text = f"{said}{_NO_CASE}{', '.join(names)}{_TESTED}"
    return question.model_copy(update={"criterion_id": names[0], "text": text})


def is_scope_statement(text: str) -> bool:
    """Whether a criterion only says that something is out of scope: nothing to test."""
    text = text.strip()
    lead = _LEAD.match(text)
    if lead is not None:
        end = max((one.end for one in _listed(text, lead.end())), default=len(text))
        return not text[end:].strip(" ,;.\n") and not _NEXT_SENTENCE.search(text, lead.end())
    tail = _TAIL.match(text)
    return bool(
        tail
        and _NEGATIVE.search(tail.group()[len(tail["what"]) :])
        and len(text) - tail.end() < 60
        and not _NEXT_SENTENCE.search(text, tail.end())
    )


def contradicted_items(
    text: str, items: tuple[ScopeItem, ...]
) -> Iterator[tuple[ScopeItem, int, int]]:
    """Items that a criterion asks for, with the place of their words in it.

    A criterion that refuses or hides the thing honours the scope, and is none.
    """
    masked = mask_quotes(text)
    if is_restrictive(masked) or _DENIES.search(masked):
        return
    places = [(stem(m.group()), m.start(), m.end()) for m in _WORD.finditer(masked)]
    for item in items:
        marked = [
            (wanted, start, end)
            for word, start, end in places
            for wanted in item.words
            if _same(word, wanted)
        ]
        if marked and {word for word, _, _ in marked} == item.words:
            start, end = _closest(marked, item.words)
            yield item, start, end


_ENDING = re.compile(r"(?:ments?|ations?|ions?|ings?|ers?|able|al|als|ors?|e|s|ly|ely|ances?)$")
_MEANT_ALIKE = (
    word_set("export download"), word_set("bill invoice"), word_set("delete remove erase"),
    word_set("buy purchase"), word_set("mail email e-mail"), word_set("upload attach"),
)  # fmt: skip
"""Verbs of which one is out of scope where the other is: "export to Excel", "downloaded"."""


def _same(one: str, two: str) -> bool:
    """Whether two stems are of one word: "pay" and "payment", "export" and "exporting"."""
    short, long = sorted((one, two), key=len)
    if short == long or any(one in group and two in group for group in _MEANT_ALIKE):
        return True
    short = short.removesuffix("e")
    return (
        len(short) >= 3 and long.startswith(short) and bool(_ENDING.fullmatch(long[len(short) :]))
    )


def _closest(marked: list[tuple[str, int, int]], wanted: frozenset[str]) -> tuple[int, int]:
    """The shortest stretch that holds all wanted words."""
    best = (marked[0][1], marked[-1][2])
    for first in range(len(marked)):
        seen: set[str] = set()
        for word, _, end in marked[first:]:
            seen.add(word)
            if seen == wanted:
                if end - marked[first][1] < best[1] - best[0]:
                    best = (marked[first][1], end)
                break
    return best


def _listed(text: str, start: int) -> Iterator[ScopeItem]:
    for first, last in listed_below(text, start):
        yield from _split(text, first, last)


def listed_below(text: str, start: int) -> list[tuple[int, int]]:
    """The pieces that follow a label such as "Out of scope:", from and to: bullets up to the next
    paragraph of another kind, or a sentence or two up to the end of the paragraph."""
    pieces: list[tuple[int, int]] = []
    place = start
    bullets = False
    for line in text[start:].splitlines(keepends=True):
        marked = _BULLET.match(line)
        end = place + len(line.rstrip())
        if not line.strip():
            if pieces:
                break
        elif marked:
            if pieces and not bullets:
                break
            bullets = True
            pieces.append((place + marked.end(), end))
        elif not pieces:
            pieces.append((place + len(line) - len(line.lstrip()), end))
        elif bullets and not line[:1].isspace():
            break
        else:  # the line goes on
            pieces[-1] = (pieces[-1][0], end)
        place += len(line)
    return pieces


_SEPARATOR = re.compile(r";\s+|\.\s+(?=[A-Z])|,?\s+and\s+|,\s+or\s+|\s+or\s+|,\s+")
_COMPLEMENT = re.compile(r"[\w-]+\s+(?:of|for|to|from|in|on|with)\b")
"""What two words share: "sale or disposal of goods" is no sale of anything else."""
_ENDS_IN_NUMBER = re.compile(rf"(?<![\w.])(?:{WORDS_PATTERN}|{DIGITS_PATTERN})$", re.IGNORECASE)
_ONE_WORD = re.compile(r"\w+\s*(?:[,;.)]|$)")
"""Of "ten or more", "10 and above": the number goes on, no next thing begins."""
_RELATIVE = re.compile(r"^(?:which|who|whose|that|where|since|because|as)\b", re.IGNORECASE)


def _split(text: str, start: int, end: int) -> Iterator[ScopeItem]:
    """The items of an enumeration; an aside ("..., which Billing does") stays with its item."""
    cuts = [start]
    depth_text = text[start:end]
    for match in _SEPARATOR.finditer(depth_text):
        if depth_text[: match.start()].count("(") > depth_text[: match.start()].count(")"):
            continue
        if _RELATIVE.match(depth_text[match.end() :]):
            continue
        left = depth_text[cuts[-1] - start : match.start()]
        joined = match.group().strip() in ("and", "or") and len(left.split()) == 1
        if joined and _COMPLEMENT.match(depth_text, match.end()):
            continue
        if _ENDS_IN_NUMBER.search(left) and _ONE_WORD.match(depth_text, match.end()):
            continue
        cuts.append(start + match.end())
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        piece = text[first:last].rstrip(" ,;.\n")
        piece = re.sub(r",?\s+(?:and|or)$", "", piece).rstrip(" ,;.")
        if re.search(r"\w", piece):
            yield ScopeItem(piece, first, first + len(piece))


def _stems(text: str) -> frozenset[str]:
    return frozenset(
        stem(word) for word in _WORD.findall(text) if word.lower() not in _STOP and len(word) > 2
    )
