"""Words that cannot be tested as they stand, and what to ask about each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import QuestionKind, Value
from assistant.language.quoted_messages import find_messages, mask_quotes
from assistant.language.word_lists import read_patterns, read_table


@dataclass(frozen=True, slots=True)
class Vague:
    """Vague words in a text, by offset, with the kind of question and what to ask."""

    kind: QuestionKind
    words: str
    start: int
    end: int
    ask: str


class _Rule(Value):
    """One entry of ``vague_words.toml``."""

    kind: QuestionKind
    ask: str
    words: tuple[str, ...]
    open_end: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        end = "" if self.open_end else r"\b"
        return re.compile(rf"\b(?:{'|'.join(self.words)}){end}", re.IGNORECASE)


_RULES = read_table(Path(__file__).with_suffix(".toml"), dict[str, tuple[_Rule, ...]])["rules"]
_PATTERNS = tuple((rule.kind, rule.pattern, rule.ask) for rule in _RULES)
_WORDS = read_patterns(__file__)
_STATED = _WORDS["stated"]
_LIMIT_WORDS = re.compile(
    r"\b(?:max\w*|min|minimum|limit|threshold|deadline|cut-off|time ?frame|quota|allowed|permitted"
    r"|agreed|required)\b"
)


_COUNTED = re.compile(r"\d [a-z]+ $")
_NAMED = _WORDS["named"]
""" "the regular price", "a flexible ticket", "is effective from Monday": kinds and dates."""
_DUE = re.compile(r"\b(?:due|payable|effective) $")
_ENOUGH = re.compile(r"\b(?:balance|funds|credit|stock|budget|allowance|points)\b", re.IGNORECASE)
""" "the balance is sufficient": for what is asked of it."""


def _sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that a place stands in: a limit may be stated anywhere in it."""
    marks = (". ", "; ", "\n\n")
    before = max(text.rfind(mark, 0, start) for mark in marks)
    after = (place for mark in marks if (place := text.find(mark, end)) >= 0)
    return text[max(0, before) : min(after, default=len(text))]


def find_vague(text: str) -> tuple[Vague, ...]:
    """Vague words outside quotations, in order; overlapping finds keep the longest."""
    masked = mask_quotes(text)
    found: list[Vague] = []
    for kind, pattern, ask in _PATTERNS:
        for match in pattern.finditer(masked):
            words = text[match.start() : match.end()].strip()
            if not words or _harmless(masked, match):
                continue
            if words.lower().startswith("too ") and any(
                _STATED.search(q.text) for q in find_messages(text)
            ):
                continue  # the message that is shown then states the limit
            found.append(
                Vague(
                    kind, words, match.start(), match.start() + len(words), ask.format(words=words)
                )
            )
    found.sort(key=lambda vague: (vague.start, -(vague.end - vague.start)))
    kept: list[Vague] = []
    for vague in found:
        if not kept or vague.start >= kept[-1].end:
            kept.append(vague)
    return tuple(kept)


def _harmless(text: str, match: re.Match[str]) -> bool:
    """Uses that are exact: "most recent", "at most 5", "some of the following: ...", names."""
    words = match.group().lower()
    before = text[max(0, match.start() - 14) : match.start()].lower()
    after = text[match.end() : match.end() + 24]
    if re.search(r"(?:\bhow |-)$", before) or re.search(
        r"\b(?:so that|so (?:I|we|they) can|in order to)\b", text[: match.start()], re.IGNORECASE
    ):
        return True
    if words == "at once" and (before.endswith("all ") or _COUNTED.search(before)):
        return True  # "on no more than 2 devices at once"
    if before.endswith("as ") and after.startswith(" as "):
        return not after.startswith(" as possible")  # "as often as the rules allow"
    if before.endswith("more ") and after.startswith(" than "):
        return True  # "not more often than allowed"
    if _NAMED.match(words + after) or (words == "immediately" and _DUE.search(before)):
        return True
    if words.startswith("sufficient") and _ENOUGH.search(f"{text[: match.start()][-40:]} {after}"):
        return True
    if words.startswith("to be ") and re.search(r"\b(?:has|have|had|needs?) $", before):
        is_step = words == "to be confirmed" and not re.search(r"\bstill \w+ $", before)
        return is_step or re.match(r"\s+by\b", after) is not None  # "decided by the supervisor"
    if words == "recent" and before.endswith("most "):
        return True
    if words in ("most", "few") and re.search(r"\b(?:at|at the|no|the)\s+$", before):
        return True
    if words.capitalize() == match.group() and re.search(r"[\w,)]\s+\(?$", text[: match.start()]):
        return True  # a name: "Large Print"
    if words == "clear":
        return not re.match(r"\s+(?:message|error|indication|text|explanation)", after)
    if words in ("certain", "specific") and re.match(r"\s+that\b", after):
        return True
    relative = re.match(r"(?:high|low|(?:high|low|larg|bigg|small|long|short)er) [a-z]", words)
    if relative or (words.startswith(("the ", "this ", "that ")) and "deadline" in words):
        return bool(_STATED.search(text))  # "up to £50; a higher amount ..."
    if _LIMIT_WORDS.search(words):
        return bool(_STATED.search(_sentence_around(text, match.start(), match.end())))
    return words == "simple" and match.group()[:1].isupper() and match.start() > 0
