"""What a writer has spent and refused since the last case that left, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.domain import RejectedDraft, TestCase
from assistant.generation.models.structured import StructuredReply
from assistant.generation.writer import WrittenCase


@dataclass
class Attempts:
    """Refused drafts in order, and the tokens of all calls."""

    rejected: list[RejectedDraft] = field(default_factory=list)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0

    def count(self, reply: StructuredReply) -> None:
        """Add what a call has read and written."""
        self.prompt_tokens += reply.prompt_tokens
        self.cached_tokens += reply.cached_tokens
        self.generated_tokens += reply.generated_tokens

    def refuse(self, condition_id: str, attempt: int, raw: str, reason: str) -> None:
        """Keep a draft that is not used, with the reason."""
        self.rejected.append(
            RejectedDraft(condition_id=condition_id, attempt=attempt, raw_output=raw, reason=reason)
        )

    def written(self, case: TestCase) -> WrittenCase:
        """The case with all that was spent until it left."""
        return WrittenCase(case=case, **self.spent())

    def spent(self) -> dict[str, Any]:
        """What was spent, as the fields of ``WrittenCase`` and ``StoryEnd``; counted anew then."""
        spent = {
            "rejected": tuple(self.rejected),
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "generated_tokens": self.generated_tokens,
        }
        self.rejected = []
        self.prompt_tokens = self.cached_tokens = self.generated_tokens = 0
        return spent
