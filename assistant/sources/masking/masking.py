"""A reading without the personal data that can be recognised: each value becomes "[e-mail 1]".

The same value has the same number throughout a reading, so that rules about "the same address"
stay readable. Nothing is kept that leads back from a number to the value.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from assistant.domain import COMMENT, AcceptanceCriterion, Place, Unread, Value
from assistant.sources.masking.recognisers import (
    PLACEHOLDER,
    SAID,
    Found,
    Kind,
    find,
    name_key,
    names_of,
    without_overlaps,
)
from assistant.sources.reading import Reading

SAYS = "Masked: "
"""How the sentence begins that tells what was masked in a document."""

_IDENTIFIES = frozenset({
    "id", "key", "uri", "parent", "content_hash", "criterion_ids", "condition_ids", "citations",
    "kind", "status", "form", "columns", "role", "field", "encoding", "reader",
})  # fmt: skip
"""Fields by which things are found again, or that hold words of ours: they stay as they are."""

_COMMENTED = re.compile(rf"{COMMENT}(.*?)(?=, \d{{4}}-|$)", re.DOTALL)
_NUMBER_HEAD = re.compile(r"(?<!\w)[+(]*\d+")
_PERSON = re.compile(r"\s*\"?([^\"<(]*?)\"?\s*(?:<[^>]*>|\([^)]*\))?\s*", re.DOTALL)


def mask_text(text: str, names: Sequence[str] = ()) -> str:
    """A text with its personal data masked; masking again changes nothing."""
    masker = _Masker(names, [text])
    while (masked := masker.mask(text)[0]) != text:
        text = masked
    return text


def mask_reading(reading: Reading, names: Sequence[str] = (), *, authors: bool = True) -> Reading:
    """A reading with its personal data masked in text, epics, cases and what is told of it.

    ``names`` are the project's; ``authors``: those that the source's metadata names (its author or
    reporter, who commented) are masked too. Offsets follow the text. Masking again changes nothing.
    """
    theirs = _authors(reading) if authors else ()
    whole = [name for name in theirs if len(name.split()) > 1]
    masker = _Masker([*names, *whole], list(_texts(reading)))
    said, masked = reading, _walked(reading, masker, authors=authors)
    while masked != said:
        said, masked = masked, _walked(masked, masker, authors=authors)
    if masked == reading:
        return reading
    report = masked.report.model_copy(update={"masked": _told(masked)})
    return masked.model_copy(update={"report": report})


def _told(reading: Reading) -> str:
    """How many values of each kind a reading masks: "Masked: 2 e-mail addresses, 1 name"."""
    seen = {match.group(0, 1) for text in _texts(reading) for match in PLACEHOLDER.finditer(text)}
    counts = {kind: sum(one[1] == kind for one in seen) for kind in SAID}
    parts = (f"{count} {SAID[kind][count > 1]}" for kind, count in counts.items() if count)
    return SAYS + ", ".join(parts)


class _Masker:
    """What was found so far: a number for each value, and how telephone numbers were spelled."""

    def __init__(self, names: Sequence[str], texts: Sequence[str]) -> None:
        self._names = names_of(names)
        self._last = dict.fromkeys(SAID, 0)
        for text in texts:
            for match in PLACEHOLDER.finditer(text):
                kind = next(kind for kind in SAID if kind == match[1])
                self._last[kind] = max(self._last[kind], int(match[2]))
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._phones: dict[str, dict[str, str]] = {}
        """By how they begin: spelling -> number."""

    def mask(self, text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
        """The text masked, and its changes: start, end, placeholder."""
        found = find(text, self._names)
        for one in found:
            if one.kind == "phone":  # the others are known by themselves, wherever they stand
                spelled = text[one.start : one.end]
                head = _NUMBER_HEAD.match(spelled)
                same = self._phones.setdefault(head.group() if head else "", {})
                same.setdefault(spelled, one.value)
        found = without_overlaps(text, (*found, *self._known(text)))
        edits = tuple((one.start, one.end, self.placeholder(one.kind, one.value)) for one in found)
        parts, done = [], 0
        for start, end, put in edits:
            parts += [text[done:start], put]
            done = end
        return "".join((*parts, text[done:])), edits

    def placeholder(self, kind: Kind, value: str) -> str:
        """What stands for a value."""
        if (kind, value) not in self._numbers:
            self._last[kind] += 1
            self._numbers[kind, value] = self._last[kind]
        return f"[{kind} {self._numbers[kind, value]}]"

    def _known(self, text: str) -> Iterator[Found]:
        """Telephone numbers recognised elsewhere: here nothing in front may say what they are."""
        for match in _NUMBER_HEAD.finditer(text) if self._phones else ():
            for spelled, value in self._phones.get(match.group(), {}).items():
                end = match.start() + len(spelled)
                if text.startswith(spelled, match.start()) and not text[end : end + 1].isalnum():
                    yield Found(match.start(), end, "phone", value)


def _walked(reading: Reading, masker: _Masker, *, authors: bool) -> Reading:
    """Every text of a reading masked once, the document's first, since offsets point into it."""
    text, edits = masker.mask(reading.document.text)
    starts = [start for start, _, _ in edits]
    grown = [0]
    for start, end, put in edits:
        grown.append(grown[-1] + len(put) - (end - start))

    def moved(offset: int, *, is_end: bool) -> int:
        number = bisect_right(starts, offset - is_end)
        if number and offset < edits[number - 1][1]:  # inside what was replaced
            start, end, _ = edits[number - 1]
            return end + grown[number] if is_end else start + grown[number - 1]
        return offset + grown[number]

    def written(name: str, said: str) -> str:
        if name == "author" and authors and _names_somebody(said):
            return masker.placeholder("name", name_key(_person(said)))
        return masker.mask(said)[0]

    def place(one: Place) -> Place:
        said = _COMMENTED.match(one.label)
        if authors and said and _names_somebody(said[1]):
            name = masker.placeholder("name", name_key(_person(said[1])))
            return one.model_copy(update={"label": COMMENT + name + one.label[said.end() :]})
        return one

    def changed(value: Value) -> Value:
        if isinstance(value, Place):
            value = place(value)
        update = _mapped(value, written, changed)
        if isinstance(value, AcceptanceCriterion | Place | Unread) and value.start is not None:
            update["start"] = moved(value.start, is_end=False)
            update["end"] = moved(value.end or 0, is_end=True)
        return value.model_copy(update=update) if update else value

    first = reading.document.model_copy(update={"text": text})
    return Reading.model_validate(changed(reading.model_copy(update={"document": first})))


def _mapped(
    value: Value, written: Callable[[str, str], str], changed: Callable[[Value], Value]
) -> dict[str, object]:
    """The fields of a value that hold other words once they are masked."""

    def one(name: str, held: object) -> object:
        if isinstance(held, str):
            return written(name, held)
        if isinstance(held, Value):
            return changed(held)
        if isinstance(held, tuple):
            return tuple(one(name, each) for each in held)
        return held

    fields = ((name, held) for name, held in value if name not in _IDENTIFIES)
    new = {name: one(name, held) for name, held in fields}
    return {name: now for name, now in new.items() if now != getattr(value, name)}


def _texts(value: object) -> Iterator[str]:
    """Every text in a value that is masked."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Value):
        for name, held in value:
            if name not in _IDENTIFIES:
                yield from _texts(held)
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)


def _authors(reading: Reading) -> tuple[str, ...]:
    """The people whom the source's own fields name."""
    said = [reading.document.metadata.author, *(item.author for item in reading.items)]
    places = (*reading.places, *reading.document.places)
    said += [found[1] for one in places if (found := _COMMENTED.match(one.label))]
    return tuple(dict.fromkeys(_person(one) for one in said if _names_somebody(one)))


def _person(said: str) -> str:
    """A name without the address or remark behind it."""
    found = _PERSON.fullmatch(said)
    return " ".join((found[1] if found else said).split())


def _names_somebody(said: str) -> bool:
    """Whether an author's field holds a user name or a full name; "Programme office" is neither."""
    words = _person(said).split()
    if not words or "@" in said.split("<")[0] or PLACEHOLDER.search(said):
        return False
    return len(words) == 1 or (words[0][0].isupper() and words[-1][0].isupper())
