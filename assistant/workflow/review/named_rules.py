"""Rules that a source says otherwise now, looked for by their ids in criteria and cases.

"See business rules BR-07" leans on all that BR-07 says, whatever of it is cited or said again.
Looked for are the rules of the documents that a case's run read something of. Of imported cases,
which no run wrote, nothing is told: what a rule said when such a case was right is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.domain import Chunk, TestCase
from assistant.errors import LibraryError
from assistant.workflow.review.changed_values import lines_of
from assistant.workflow.review.current_citations import PresentWords
from assistant.workflow.review.sentences import SentenceChange, plain_words, text_changes


@dataclass(frozen=True)
class ChangedRule:
    """A rule of a document's earlier version, and a sentence of it that reads otherwise now, came
    or went."""

    id: str
    document_id: str
    title: str
    version: int
    change: SentenceChange


@dataclass(frozen=True)
class NamedRule:
    """Where a changed rule is named: in a criterion, or in a part of the case and its step."""

    rule: ChangedRule
    criterion_id: str = ""
    step: int | None = None
    part: str = ""


class ChangedRules:
    """The rules of documents that changed, each version compared with the present one once."""

    def __init__(self, words: PresentWords) -> None:
        self._words = words
        self._of = cache(self._compared)

    def named_by(
        self, case: TestCase, criteria: Mapping[str, str], read: Sequence[Chunk]
    ) -> Iterator[NamedRule]:
        """The changed rules that a case, or one of its criteria (by id), names. ``read`` are chunks
        of documents that have another version now."""
        rules = [
            rule
            for document_id, version in dict.fromkeys((c.document_id, c.version) for c in read)
            for rule in self._of(document_id, version)
        ]
        lines = list(lines_of(case)) if rules else []
        for rule in rules:
            for criterion_id, text in criteria.items():
                if _names(text, rule.id):
                    yield NamedRule(rule, criterion_id)
            for step, part, text in lines:
                if _names(text, rule.id):
                    yield NamedRule(rule, step=step, part=part)

    def _compared(self, document_id: str, version: int) -> tuple[ChangedRule, ...]:
        try:
            then = self._words.version(document_id, version)
        except LibraryError:  # erased by the age limit: what it said is not known
            return ()
        now = self._words.present(document_id)
        said = _rules(now.chunks) if now is not None else {}
        return tuple(
            ChangedRule(name, document_id, then.document.title, version, change)
            for name, text in _rules(then.chunks).items()
            if plain_words(said.get(name, "")) != plain_words(text)
            for change in text_changes(text, said.get(name, ""))[0]
        )


def _names(text: str, rule_id: str) -> bool:
    """Whether an id stands in a text as a whole: "BR-1" is not in "BR-12" or "BR-1.2"."""
    if rule_id not in text:  # found at once, where the pattern takes longer
        return False
    return bool(re.search(rf"(?<![\w-]){re.escape(rule_id)}(?![\w-]|\.\d)", text))


def _rules(chunks: Iterable[Chunk]) -> dict[str, str]:
    """What each rule says, by its id; a long one is several chunks."""
    found: dict[str, str] = {}
    for one in chunks:
        if one.kind == "rule" and one.key and not one.is_comment:
            found[one.key] = "\n\n".join(filter(None, (found.get(one.key, ""), one.text)))
    return found
