"""What the attempts at one condition have cost, and why they were refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.domain import RejectedDraft
from assistant.generation.models.chat_models import StructuredReply


@dataclass
class Attempts:
    """The refused drafts of one condition, in order, and the tokens of all its calls."""

    condition_id: str
    rejected: list[RejectedDraft] = field(default_factory=list)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0

    def count(self, reply: StructuredReply) -> None:
        """Add what a call has read and written."""
        self.prompt_tokens += reply.prompt_tokens
        self.cached_tokens += reply.cached_tokens
        self.generated_tokens += reply.generated_tokens

    def refuse(self, raw: str, reason: str) -> None:
        """Keep a draft that is not used, with the reason."""
        self.rejected.append(
            RejectedDraft(
                condition_id=self.condition_id,
                attempt=len(self.rejected) + 1,
                raw_output=raw,
                reason=reason,
            )
        )
