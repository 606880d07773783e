"""Closed classes of words by language: what is a duty and what is allowed, articles, conjunctions.

They are whole classes of a language's grammar, not words of one subject: the modal verbs with the
forms that criteria use, and the words that join equals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.language.languages import language_of
from assistant.language.word_lists import WORDS, read_table, word_set

Force = Literal["duty", "permission"]


@dataclass(frozen=True)
class Modals:
    """The modal verbs of a language, as alternatives of a pattern.

    ``denied_alike``: "must not" and "may not" forbid alike, as they do in English; in German the
    one says that it is not needed and the other that it is not allowed.
    """

    duty: str
    permission: str
    denied_alike: bool = True

    @property
    def by_force(self) -> tuple[tuple[Force, str], ...]:
        """Both classes with what they say."""
        return ("duty", self.duty), ("permission", self.permission)


MODALS = read_table(WORDS / "modals.toml", dict[str, Modals])

ARTICLES: dict[str, frozenset[str]] = {
    "English": word_set("a an the"),
    "German": word_set("der die das den dem des ein eine einer einem einen eines"),
    "French": word_set("le la les un une"),
    "Spanish": word_set("el la los las un una unos unas"),
    "Italian": word_set("il lo la gli i le un uno una"),
    "Portuguese": word_set("o a os as um uma"),
    "Dutch": word_set("de het een"),
}
COORDINATORS: dict[str, frozenset[str]] = {
    "English": word_set("and or nor"),
    "German": word_set("und oder"),
    "French": word_set("et ou ni"),
    "Spanish": word_set("y e o u ni"),
    "Italian": word_set("e o né"),
    "Portuguese": word_set("e ou nem"),
    "Dutch": word_set("en of noch"),
    "Polish": word_set("i lub oraz albo ani"),
}
"""Words that join equals: what they join may be exchanged. "of" joins them in Dutch alone."""

_JOINED = frozenset[str]().union(*COORDINATORS.values()) - {"of"}
_BETWEEN = re.compile(rf"\s*[,;]\s*|\s+(?:{'|'.join(sorted(_JOINED))})\s+", re.IGNORECASE)


def articles_of(text: str) -> frozenset[str]:
    """The articles of the language that a text is in; none where they are not known."""
    return ARTICLES.get(language_of(text), frozenset())


def listed(text: str) -> list[str]:
    """What a text lists: the parts that commas, semicolons and words like "and" stand between."""
    return _BETWEEN.split(text)


_MODALS = tuple(
    (force, table.denied_alike, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])"))
    for table in MODALS.values()
    for force, words in table.by_force
)


def find_modals(text: str) -> Iterator[tuple[Force, bool, int, int]]:
    """The modal verbs of a text in lower case (May is a month): force, ``denied_alike``, place."""
    found: dict[tuple[int, int], tuple[Force, bool]] = {}
    for force, alike, form in _MODALS:
        for match in form.finditer(text):
            found.setdefault(match.span(), (force, alike))
    for (start, end), (force, alike) in sorted(found.items()):
        yield force, alike, start, end
