"""What the proof tells of a case: the rules, and a fault with the very words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain import CONTRADICTION as CONTRADICTION
from assistant.domain import DENYING_RULES, DocumentStage, LintFinding, Standing
from assistant.domain import DRAFT_OR_OLD as DRAFT_OR_OLD
from assistant.domain import INCONSISTENT as INCONSISTENT
from assistant.domain import OTHER_LIMIT as OTHER_LIMIT
from assistant.domain import WRONG_SIDE as WRONG_SIDE
from assistant.generation.proof.bleed import NOT_IN_SOURCES
from assistant.generation.sentence_words import clipped

UNSUPPORTED = "unsupported"
ECHO = "echo"
REPETITION = "repetition"
UNFILLED = "placeholder not filled"
ERRORS = DENYING_RULES | {ECHO}
"""Rules of what the text or the data deny."""

RULES = ERRORS | {NOT_IN_SOURCES, UNSUPPORTED, REPETITION, UNFILLED, DRAFT_OR_OLD, OTHER_LIMIT}
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


STAGES: dict[DocumentStage, str] = {
    "draft": "a draft",
    "older edition": "an older edition",
    "outdated": "an outdated source",
}


def rests_on_old(cited: Sequence[tuple[str, Standing]]) -> Mark | None:
    """That all documents cited for a result, each by its name, are called drafts or old ones, and
    by what that is known; ``None`` where one of them is not, or none is cited."""
    if not cited or not all(one.stage for _, one in cited):
        return None
    stages = " and ".join(dict.fromkeys(STAGES[one.stage] for _, one in cited))
    told = "; ".join(dict.fromkeys(f"{name} ({one.reason})" for name, one in cited))
    return Mark(DRAFT_OR_OLD, "", f"Rests on {stages} alone: {told}.")
