"""What the proof tells of a case: the rules, and a fault with the very words."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain import CONTRADICTION as CONTRADICTION
from assistant.domain import DENYING_RULES, LintFinding
from assistant.domain import INCONSISTENT as INCONSISTENT
from assistant.domain import WRONG_SIDE as WRONG_SIDE
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.sentence_words import clipped

UNSUPPORTED = "unsupported"
ECHO = "echo"
REPETITION = "repetition"
UNFILLED = "placeholder not filled"

ERRORS = DENYING_RULES | {ECHO}
"""Rules of what the text or the data deny."""

RULES = ERRORS | {NOT_IN_SOURCES, UNSUPPORTED, REPETITION, UNFILLED}
"""The rules of the findings made here; they are made anew whenever a case is checked."""

SHOWN = 160
"""Characters of a sentence that a finding shows."""


@dataclass(frozen=True)
class Mark:
    """A fault: its rule, the words of the case, and what is said of them."""

    rule: str
    words: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether the text or the data deny the words."""
        return self.rule in ERRORS

    def finding(self, step: int | None) -> LintFinding:
        """The mark as a finding of a step, or of the case."""
        severity = "error" if self.is_error else "warning"
        return LintFinding(
            rule=self.rule, message=self.message, step=step, words=self.words, severity=severity
        )


def shown(words: str) -> str:
    """Words on one line, in quotation marks, not too long, without the full stop of a sentence:
    the one that says them has its own."""
    return f"“{clipped(' '.join(words.split()).removesuffix('.'), SHOWN)}”"
