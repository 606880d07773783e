"""One reading of a sentence from two: what a model read of it, and what code did.

What the model read counts, because it read the whole sentence where code knows words. Code is sure
of a depth, a technique and a key that is typed: where the model read nothing of these they stay,
where it read the opposite, or their words as something else, they are left aside; either is told.
A key or numbered release that the project does not have is told, whatever the model made of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from assistant.domain import Epic, Value
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.generation.request_choice import KeysOfWords, RequestChoice
from assistant.knowledge.request_parts import SCOPE, PartKind, RequestPart, RequestReading


class MergedReading(Value):
    """The reading of both. ``unconfirmed`` and ``set_aside`` are ids of parts that code is sure of:
    those of which the model read nothing, and those that it read otherwise."""

    reading: RequestReading
    unconfirmed: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()


def merge(
    by_code: RequestReading, choice: RequestChoice, epics: Sequence[Epic], added: Collection[str]
) -> MergedReading:
    """Lay a model's choice, and the keys that a person ``added`` to it, over code's reading.

    Where the model read no name, neither known nor unknown, those that code read stay. Keys of the
    choice that are gone since are left aside.
    """
    return _Merge(choice, epics, added).merge(by_code)


class _Merge:
    def __init__(
        self, choice: RequestChoice, epics: Sequence[Epic], added: Collection[str]
    ) -> None:
        self._choice = choice
        self._has_names = bool(choice.write or choice.unknown)
        self._epic_of = {story.key: epic.key for epic in epics for story in epic.stories}
        self._epics = {epic.key for epic in epics}
        self._story_of = {
            one.id: story.key
            for epic in epics
            for story in epic.stories
            for one in story.criteria
            if one.id not in self._epic_of
        }
        rows = (*choice.write, KeysOfWords(words="", keys=tuple(added)))
        self._wanted = list(self._names(rows, excluded=False))
        self._chosen = {part.name for part in self._wanted}
        self._barred = [
            part
            for part in self._names(choice.leave_out, excluded=True)
            if part.name not in added and self._is_chosen(part.name)
        ]
        self._scope = [
            *_parts("depth", choice.depth, excluded=False),
            *_parts("technique", choice.techniques, excluded=False),
            *_parts("technique", choice.techniques_left_out, excluded=True),
        ]

    def merge(self, by_code: RequestReading) -> MergedReading:
        unconfirmed: list[RequestPart] = []
        aside: list[RequestPart] = []
        kept: list[RequestPart] = []
        unread = list(by_code.unread)
        for part in by_code.parts:
            if part.kind in SCOPE or (self._has_names and _is_typed(part)):
                if self._denies(part):
                    aside.append(part)
                elif not self._says(part):
                    unconfirmed.append(part)
            elif self._stays(part):
                kept.append(part)
            else:
                unread.append(part.words)
        unknown = [
            RequestPart(kind="topic", name=words, known=False, words=words, by_model=True)
            for words in self._choice.unknown
            if not any(_overlap(words, part.words) for part in kept if not part.known)
        ]
        parts = (*self._scope, *self._wanted, *self._barred, *kept, *unconfirmed, *unknown, *aside)
        update = {
            "parts": tuple(_grouped(parts, by_code=not self._has_names)),
            "unread": tuple(dict.fromkeys(one for one in unread if not self._reads(one))),
            "everything": by_code.everything and not self._has_names,
        }
        # The model is not asked which depth is left out: that it names none says nothing.
        told = [part for part in unconfirmed if part.kind != "depth" or not part.excluded]
        return MergedReading(
            reading=by_code.model_copy(update=update),
            unconfirmed=tuple(part.id for part in told),
            set_aside=tuple(part.id for part in aside),
        )

    def _names(self, rows: Iterable[KeysOfWords], *, excluded: bool) -> Iterator[RequestPart]:
        words = {key: row.words for row in rows for key in row.keys}
        for key, said in words.items():
            kind: PartKind | None = None
            if key in self._epics or key in self._epic_of:
                kind = "epic" if key in self._epics else "story"
            elif excluded and key in self._story_of:
                kind = "criterion"
            if kind:
                row = KeysOfWords(words=said, keys=(key,))
                yield from _parts(kind, [row], excluded=excluded)

    def _is_chosen(self, key: str) -> bool:
        """Whether an epic, story or criterion, or something of it, is to be written."""
        key = self._story_of.get(key, key)
        return any(key in (one, self._epic_of.get(one)) for one in self._chosen) or (
            self._epic_of.get(key) in self._chosen
        )

    def _says(self, part: RequestPart) -> bool:
        """Whether the model read this part too, a key also as that of its epic or of stories of it;
        what is not chosen need not be left out."""
        if part.kind in SCOPE:
            return any(part.id == one.id for one in self._scope)
        if part.excluded:
            return not self._is_chosen(part.name) or part.name in {o.name for o in self._barred}
        return self._is_chosen(part.name)

    def _denies(self, part: RequestPart) -> bool:
        """Whether the model read the opposite of a part, or its words as something else."""
        if part.kind not in SCOPE:
            if part.excluded:
                cut = {self._story_of.get(one.name) for one in self._barred}
                chosen = any(part.name in (one, self._epic_of.get(one)) for one in self._chosen)
                return chosen or part.name in cut
            barred = {key for row in self._choice.leave_out for key in row.keys}
            return part.name in barred or self._epic_of.get(part.name) in barred
        if self._says(part):
            return False
        same = [one for one in self._scope if one.kind == part.kind]
        if part.kind == "depth":
            opposed = any((one.name == part.name) == part.excluded for one in same)
        else:
            opposed = any(one.name == part.name for one in same)
        return opposed or self._reads(part.words, whole=True)

    def _stays(self, part: RequestPart) -> bool:
        """Whether any other part holds beside what the model read."""
        numbered = part.kind in ("epic", "release") and any(map(str.isdigit, part.name))
        if part.kind == "criterion":
            return part.name.casefold() not in {one.name.casefold() for one in self._barred}
        if numbered and not part.known:
            return True
        return not self._has_names and not self._reads(part.words, whole=True)

    def _reads(self, words: str, *, whole: bool = False) -> bool:
        """Whether the model read these words, all of them together or some."""
        read = (*(row.words for row in self._choice.rows), *self._choice.unknown)
        return any(stands_in(words, folded(one)) if whole else _overlap(words, one) for one in read)


def _parts(kind: PartKind, rows: Iterable[KeysOfWords], *, excluded: bool) -> Iterator[RequestPart]:
    for row in rows:
        for name in row.keys:
            yield RequestPart(
                kind=kind, name=name, excluded=excluded, words=row.words, by_model=True
            )


def _is_typed(part: RequestPart) -> bool:
    """Whether the key of a part stands in the sentence, or its number in a row of keys."""
    number = part.name.rsplit("-", 1)[-1].casefold()
    return part.known and part.kind in ("epic", "story") and part.words.casefold().endswith(number)


def _overlap(one: str, other: str) -> bool:
    return stands_in(one, folded(other)) or stands_in(other, folded(one))


def _grouped(parts: Sequence[RequestPart], *, by_code: bool) -> Iterator[RequestPart]:
    """The parts so that each holds by itself; with ``by_code`` names that code read as they are."""
    number = max((part.group for part in parts), default=0)
    for part in parts:
        if part.kind in SCOPE or (by_code and not part.by_model):
            yield part
            continue
        apart = by_code or part.excluded or not part.known
        number += apart
        alone = {"group": number if apart else 0, "narrows": False, "listed": False, "added": False}
        yield part.model_copy(update=alone)
