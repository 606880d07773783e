"""A reading without the personal data that can be recognised: a value becomes "[e-mail 482136]".

The number comes of the value and a key that the project keeps, so that a value has one number in
all sources and versions, and another value in its place is seen as a change. Nobody can compute
the value from its number; who has the key can try whether a guess fits.
"""

from __future__ import annotations

import hmac
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
    "id", "key", "uri", "parent", "content_hash", "criterion_ids", "condition_ids", "claimed_ids",
    "citations", "epic_key", "story_key", "kind", "status", "form", "columns", "role", "field",
    "encoding", "reader",
})  # fmt: skip
"""Fields by which things are found again, or that hold words of ours: they stay as they are."""

_COMMENTED = re.compile(rf"{COMMENT}(.*?)(?=, \d{{4}}-|$)", re.DOTALL)
_NUMBER_HEAD = re.compile(r"(?<!\w)[+(]*\d+")
_REMARK = re.compile(r"<[^>]*>|\([^)]*\)|\[[^\]]*\]")
_NOBODY = frozenset({"", "unknown", "anonymous", "unassigned", "none", "null", "n/a"})
_LOWEST, _NUMBERS = 100_000, 900_000
"""Numbers have six digits; of so many pairs of values about one shares its number."""


def mask_text(text: str, names: Sequence[str] = (), *, key: str = "") -> str:
    """A text with its personal data masked; masking again changes nothing."""
    masker = _Masker(names, key)
    while (masked := masker.mask(text)[0]) != text:
        text = masked
    return text


def mask_reading(
    reading: Reading, names: Sequence[str] = (), *, key: str = "", authors: bool = True
) -> Reading:
    """A reading with its personal data masked in text, epics, cases and what is told of it.

    ``names`` and ``key`` are the project's; ``authors``: those that the source's metadata names
    (its author or reporter, who commented) are masked too. Offsets follow the text. Masking again
    changes nothing.
    """
    masker = _Masker([*names, *(_authors(reading) if authors else ())], key)
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
    """Masks texts that belong together: telephone numbers are known by how they were spelled."""

    def __init__(self, names: Sequence[str], key: str) -> None:
        self._names = names_of(names)
        self._key = key.encode()
        self._phones: dict[str, dict[str, str]] = {}
        """By how they begin: spelling -> number."""

    def mask(self, text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
        """The text masked, and its changes: start, end, placeholder."""
        found = find(text, self._names)
        for one in found:
            spelled = text[one.start : one.end]
            if one.kind == "phone" and spelled[0] in "+0(":  # others are known wherever they stand
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
        digest = hmac.digest(self._key, f"{kind} {value}".encode(), "sha256")
        return f"[{kind} {_LOWEST + int.from_bytes(digest[:8]) % _NUMBERS}]"

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
        return author(said) if name in ("author", "authors") and authors else masker.mask(said)[0]

    def author(said: str) -> str:
        person = _person(said)[0] or PLACEHOLDER.sub("", said).strip("<>()[] ")
        if person.casefold() in _NOBODY or not name_key(person):
            return masker.mask(said)[0]
        known = masker.mask(person)[0]  # an address keeps its own kind
        is_whole = PLACEHOLDER.fullmatch(known)
        return known if is_whole else masker.placeholder("name", name_key(person))

    def place(one: Place) -> Place:
        said = _COMMENTED.match(one.label)
        if authors and said:
            name = author(said[1])
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

    whole = Reading.model_validate(changed(reading))
    # As it was masked above: masked twice in one walk, it would run away from its offsets.
    return whole.changed({"text": text})


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
    """The people whom the source's own fields name in a way that tells a person from a team."""
    said = [reading.document.metadata.author, *reading.authors]
    places = (*reading.places, *reading.document.places)
    said += [found[1] for one in places if (found := _COMMENTED.match(one.label))]
    people = dict(map(_person, said))
    return tuple(person for person, is_certain in people.items() if is_certain)


def _person(said: str) -> tuple[str, bool]:
    """A name without remarks and titles, and whether it is a person's for certain.

    "Meier, Anna" and "Dr. Anna Meier" are; "Anna Meier" looks like "Product Owner".
    """
    parts = [part.split() for part in _REMARK.sub(" ", said).replace('"', " ").split(",")]
    bare = [_without_titles(part) for part in parts]
    words = [word for part in bare for word in part]
    by_form = bare != parts or len(parts) == 2
    is_certain = by_form and all(bare) and len(words) > 1
    is_certain = is_certain and all(part[-1][0].isupper() for part in bare)
    return ", ".join(" ".join(part) for part in bare if part), is_certain


def _without_titles(words: list[str]) -> list[str]:
    """A name without "Prof. Dr." in front; an initial is no title."""
    while words and words[0].endswith(".") and len(words[0]) > 2:
        words = words[1:]
    return words
