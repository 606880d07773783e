"""References of a criterion to rules and documents: which there are, and which no source holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from assistant.language.languages import ENGLISH, little_words
from assistant.language.quoted_messages import mask_quotes
from assistant.language.word_lists import read_patterns

_ID = re.compile(
    r"\b(?P<prefix>[A-Z][A-Z0-9]*(?:[-_][A-Z]+)*)[-_ ]?(?<=[-_ A-Z])(?P<number>\d{1,5})\b"
)
_PATTERNS = read_patterns(__file__)
_INTRODUCED = _PATTERNS["introduced"]
_STATED = _PATTERNS["stated"]
"""What stands before a value that the text itself gives: "the priority is P2"."""
_BEFORE_IT = re.compile(_ID.pattern + r"(?:\s*[,/]|\s+(?:and|or)\b|,?\s+)+\s*$")
"""The one before it in a list of values: "P1, P2 or P3"."""
_PART_OF = _PATTERNS["part_of"]
_DOCUMENT = _PATTERNS["document"]
_QUOTED_DOCUMENT = _PATTERNS["quoted_document"]
_APPLIES = re.compile(r"\s+applies\b")
""" "For returns AC-7 applies in the same way" names a rule too."""
_ELSEWHERE = _PATTERNS["elsewhere"]
_HYPOTHESIS = _PATTERNS["hypothesis"]
"""Clauses that say when something holds: what they name is a condition that the text states."""
_TOLD_HERE = _PATTERNS["told_here"]
"""What stands before rules that the text tells itself, or denies."""
_SPELLED_OUT = _PATTERNS["spelled_out"]
"""A colon with the rules behind it."""
_COMMON = _PATTERNS["common"]
_NEXT_WORD = re.compile(r"\s+([\w’'-]+)")
_LITTLE = little_words(ENGLISH)


@dataclass(frozen=True, slots=True)
class Reference:
    """Words that name a rule or a document, by offset, and what of it is looked for."""

    words: str
    start: int
    end: int
    name: str
    is_id: bool


def find_references(text: str) -> tuple[Reference, ...]:
    """Rule ids and named documents that a text refers to, outside quotations, in order."""
    masked = mask_quotes(text)
    found = []
    for match in _ID.finditer(masked):
        if not _COMMON.match(match["prefix"]) and masked[: match.start()].strip(" -*") != "":
            found.append(
                Reference(match.group(), match.start(), match.end(), match.group(), is_id=True)
            )
    for match in _QUOTED_DOCUMENT.finditer(text):
        words = match["words"]
        start = match.start("words")
        found.append(Reference(words, start, start + len(words), match["name"], False))
    for pattern, whole in ((_PART_OF, 0), (_DOCUMENT, "name")):
        for match in pattern.finditer(masked):
            name, start = match["name"], match.start(whole)
            if name and not any(one.start < match.end() and start < one.end for one in found):
                words = masked[start : match.end()].strip()
                found.append(Reference(words, start, start + len(words), name.strip(), False))
    return tuple(sorted(found, key=lambda one: one.start))


def refers_elsewhere(text: str, ids: Iterable[str] = ()) -> str:
    """The first words by which a text leans on rules that stand elsewhere; empty where none do.

    A rule or document that it names, a kind of text that holds rules ("as in the business rules"),
    or what is taken as known ("the usual limits", "as agreed"). What bears one of the ``ids`` does
    not stand elsewhere, nor do rules that the text tells behind a colon, that it points at ("these
    rules") or that are part of a condition ("if the discount rule applies").
    """
    own = tuple(_plain(one) for one in ids)
    masked = mask_quotes(text)
    found = [
        (one.start, one.end)
        for one in find_references(text)
        if not one.is_id
        or (_is_introduced(one, masked) and not any(n.endswith(_plain(one.words)) for n in own))
    ]
    for match in _ELSEWHERE.finditer(masked):
        start, end = next(match.span(name) for name in ("text", "applied", "known") if match[name])
        noun = masked.rfind(" ", start, end) + 1 or start
        if not _TOLD_HERE.search(masked, 0, noun) and (match["applied"] or _ends(masked, end)):
            found.append((start, end))
    conditional = [match.span() for match in _HYPOTHESIS.finditer(masked)]
    told = [
        (start, end)
        for start, end in found
        if not _SPELLED_OUT.match(masked, end)
        and not any(first < end and start < last for first, last in conditional)
    ]
    return " ".join(text[slice(*min(told))].split()) if told else ""


def _ends(masked: str, end: int) -> bool:
    """Whether a noun ends here, and is not the first part of a longer one ("the law clerk")."""
    word = _NEXT_WORD.match(masked, end)
    return word is None or word[1].casefold() in _LITTLE


class KnownTexts:
    """Texts (sources and their titles, criteria) in which rules and documents stand, read once."""

    def __init__(self, texts: Iterable[str]) -> None:
        kept = [text for text in texts if text]
        self._times = Counter(kept)
        self._held = "\n".join(kept).casefold()
        self._prefixes, self._ids = Counter[str](), Counter[str]()
        for text in kept:
            prefixes, ids = _ids_in(text)
            self._prefixes.update(prefixes)
            self._ids.update(ids)

    @cached_property
    def _joined(self) -> str:
        """Names that join their words; asked for by few texts."""
        return _joined(self._held)

    def __bool__(self) -> bool:
        return bool(self._held)

    def unknown(self, text: str, *, own: str = "") -> tuple[Reference, ...]:
        """References of ``text`` that none of the texts but ``own`` holds.

        An id counts as a rule's where the text introduces it as one ("rule X-9", "see X-9"), or
        where a source has another id of the same kind ("X-2") and the text does not give it as a
        value ("the priority is P2").
        """
        references = find_references(text)
        if not references:
            return ()
        masked = mask_quotes(text)
        times = self._times[own]
        prefixes, ids = _ids_in(own)
        unknown = []
        for one in references:
            if one.is_id:
                match = _ID.match(one.words)
                introduced = _is_introduced(one, masked)
                prefix, name = _prefix(match) if match else "", _plain(one.words)
                of_kind = self._prefixes[prefix] > times * prefixes[prefix] and not _is_value(
                    one, masked
                )
                if (introduced or of_kind) and self._ids[name] <= times * ids[name]:
                    unknown.append(one)
            else:
                name, here = one.name.casefold(), own.casefold()
                alone = self._held.count(name) <= times * here.count(name)
                # "the role matrix" is the file "RoleMatrix_AURIS2.xlsx".
                name = _letters(name)
                if alone and self._joined.count(name) <= times * _joined(here).count(name):
                    unknown.append(one)
        return tuple(unknown)


_JOINTS = dict.fromkeys(map(ord, "_-"))


def _joined(text: str) -> str:
    """A text whose words have nothing that joins their parts: "price_list", "Price-List"."""
    return text.translate(_JOINTS)


def _letters(words: str) -> str:
    return re.sub(r"[\W_]+", "", words)


def _is_introduced(one: Reference, masked: str) -> bool:
    """Whether the text tells an id as a rule's: "rule X-9", "see X-9", "X-9 applies"."""
    return bool(_INTRODUCED.search(masked[: one.start]) or _APPLIES.match(masked, one.end))


def _is_value(one: Reference, masked: str) -> bool:
    """Whether the text says of something that it is this: what that means it tells itself."""
    lead = masked[: one.start]
    while before := _BEFORE_IT.search(lead):
        lead = lead[: before.start()]
    return bool(_STATED.search(lead))


def _ids_in(text: str) -> tuple[Counter[str], Counter[str]]:
    """How often each kind of id, and each id, stands in a text."""
    matches = list(_ID.finditer(text))
    return Counter(map(_prefix, matches)), Counter(_plain(one.group()) for one in matches)


def _plain(words: str) -> str:
    letters, number = re.sub(r"[-_ ]", "", words).upper(), ""
    match = re.search(r"\d+$", letters)
    if match:
        letters, number = letters[: match.start()], match.group().lstrip("0")
    return f"{letters}-{number}"


def _prefix(match: re.Match[str]) -> str:
    return re.sub(r"[-_ ]", "", match["prefix"]).upper()
