"""Recognises in stored texts what was made of an erased one: by the ids in it and by its words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

RUN_OF_WORDS = 8
"""So many words in the same order are taken from the text and not found by chance."""
_WORD = re.compile(r"\w+")


class Traces:
    """``marks`` are ids (of chunks, epics, criteria); ``texts`` the erased words.

    Words that ``kept`` texts hold too are no trace: they stay anyway.
    """

    def __init__(
        self, marks: Iterable[str], texts: Iterable[str], kept: Iterable[str] = ()
    ) -> None:
        self.marks = frozenset(mark for mark in marks if mark)
        self._runs = {run for text in texts for run in _runs_of_words(text)}
        for text in kept:
            if not self._runs:
                break
            self._runs.difference_update(_runs_of_words(text))

    def in_text(self, text: str) -> bool:
        """Whether a plain text is one of the marks or holds words of the erased text."""
        if text in self.marks:
            return True
        return bool(self._runs) and any(run in self._runs for run in _runs_of_words(text))

    def in_json(self, text: str) -> bool:
        """Whether any text within a JSON document does."""
        return any(map(self.in_text, json_texts(text)))


def json_texts(text: str) -> Iterator[str]:
    """Every text in a JSON document, names of fields included; the whole where it is no JSON."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        yield text
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]


def _runs_of_words(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    for start in range(len(words) - RUN_OF_WORDS + 1):
        yield tuple(words[start : start + RUN_OF_WORDS])
