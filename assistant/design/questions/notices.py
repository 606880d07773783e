"""What a person should know about a test basis beside the questions: languages, orders, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assistant.design.instructions import find_instructions
from assistant.design.questions.scope import is_scope_statement, out_of_scope
from assistant.domain import Chunk, Epic, Notice
from assistant.language.languages import ENGLISH, language_of

NAMED = 5
"""Criteria named in one notice; the others are counted."""


def find_notices(epics: Sequence[Epic], sources: Iterable[Chunk] = ()) -> tuple[Notice, ...]:
    """Notices on the epics, then on the sources that were found for them."""
    found: list[Notice] = []
    for epic in epics:
        found += _languages(epic)
        found += _left_out(epic)
        found += _instructions(_texts(epic))
    found += _instructions((chunk.id, _title(chunk), chunk.text) for chunk in sources)
    return tuple(found)


def _languages(epic: Epic) -> Iterator[Notice]:
    by_language: dict[str, list[str]] = {}
    for criterion in epic.criteria:
        language = language_of(criterion.text)
        if language != ENGLISH:
            by_language.setdefault(language, []).append(criterion.id)
    for language, ids in by_language.items():
        more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        verb = "seems" if len(ids) == 1 else "seem"
        yield Notice(
            kind="language",
            source_id=ids[0],
            text=f"{', '.join(ids[:NAMED])}{more} {verb} to be in {language}. Sentences are"
            " read in English: tables and Given/When/Then are read here too, any other criterion"
            " gets one condition that quotes it whole.",
        )


def _left_out(epic: Epic) -> Iterator[Notice]:
    for source_id, text in ((epic.key, epic.description), *_narratives(epic)):
        for item in out_of_scope(text):
            yield Notice(
                kind="left out", source_id=source_id, quote=item.text,
                text=f"{source_id} declares this out of scope: no case is written for it.",
            )  # fmt: skip
    for criterion in epic.criteria:
        if is_scope_statement(criterion.text):
            yield Notice(
                kind="left out", source_id=criterion.id, quote=criterion.text,
                text=f"{criterion.id} only says what is out of scope: no case is written for it.",
            )  # fmt: skip


def _narratives(epic: Epic) -> Iterator[tuple[str, str]]:
    for story in epic.stories:
        yield story.key, story.narrative


def _texts(epic: Epic) -> Iterator[tuple[str, str, str]]:
    yield epic.key, epic.key, f"{epic.title}\n{epic.description}"
    for story in epic.stories:
        yield story.key, story.key, f"{story.title}\n{story.narrative}"
        for criterion in story.criteria:
            yield criterion.id, criterion.id, criterion.text


def _instructions(texts: Iterable[tuple[str, str, str]]) -> Iterator[Notice]:
    for source_id, name, text in texts:
        for one in find_instructions(text):
            yield Notice(
                kind="instruction", source_id=source_id, quote=one.words,
                text=f"{name} holds words that read like instructions to the assistant. They are"
                " treated as text and change no condition. Check where they come from.",
            )  # fmt: skip


def _title(chunk: Chunk) -> str:
    return chunk.title or chunk.key or "A source"
