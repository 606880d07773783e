"""The writer that lets a language model word the act of each condition, and checks every word.

One short call for one condition. What comes back is read, checked and cited by code; a refused
draft is asked for again with the reason, and in the end the rule-based wording of that condition
takes its place and says so. A model that cannot be reached ends the run with a typed error.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import (
    CaseOrigin,
    Epic,
    GenerationConfig,
    ModelSpec,
    RetrievedChunk,
    UserStory,
)
from assistant.errors import InvalidOutput
from assistant.generation.acting import Citing
from assistant.generation.actions import instruction, instructions
from assistant.generation.attempts import Attempts
from assistant.generation.cancelling import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.case_plan import PlannedStep, assemble
from assistant.generation.chat_models import ChatEndpoint, invoke_structured
from assistant.generation.checks import reason_against
from assistant.generation.drafts import TestCaseDraft, draft_schema, read_draft
from assistant.generation.prompts import (
    ahead_messages,
    as_written,
    condition_messages,
    retry_messages,
    story_prompt,
)
from assistant.generation.proof.passages import Sources
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.style import CompanyStyle
from assistant.generation.walk_plan import by_rule
from assistant.generation.wording import content_stems, phrase
from assistant.generation.writer import CaseBrief, WrittenCase

MAX_DRAFT_STEPS = 3
"""Steps that a model may word for one condition; set-up and checks are added by rule."""


class ModelWriter:
    """Writes cases with a chat model behind ``endpoint``; ``fallback`` words what it cannot.

    Holds no state between calls, so one may serve several threads as far as the endpoint does.
    """

    def __init__(
        self, endpoint: ChatEndpoint, config: GenerationConfig, fallback: RulesWriter
    ) -> None:
        self._endpoint = endpoint
        self._config = config
        self._fallback = fallback

    @property
    def spec(self) -> ModelSpec:
        """The model that words the cases."""
        return self._endpoint.spec

    def read_ahead(
        self,
        epic: Epic,
        story: UserStory,
        sources: Sequence[RetrievedChunk],
        *,
        cancelled: CancelCheck = never_cancelled,
    ) -> None:
        """Let the endpoint read the shared part of a story's prompts, where it can."""
        prompt = story_prompt(epic, story, sources, self._endpoint.special_tokens)
        self._endpoint.read_ahead(ahead_messages(prompt), cancelled=cancelled)

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """One case for the condition of the brief.

        Raises ``ModelUnavailable`` where the model cannot be reached or does not answer in time,
        and ``Cancelled``.
        """
        if brief.condition.legs:
            return by_rule(self._fallback.write(brief, cancelled=cancelled), self.spec)
        sources, style = self._fallback.prepared(brief)
        plan = self._fallback.plan(brief)
        attempts = Attempts(brief.condition.id)
        draft = self._draft(brief, sources, attempts, cancelled)
        if draft is None:
            origin = CaseOrigin(
                writer="rules", model_id=self.spec.full_id, replaces=attempts.rejected[-1].reason
            )
        else:
            plan = plan.with_act(_act(draft, brief, sources, style))
            origin = CaseOrigin(writer="model", model_id=self.spec.full_id)
        return WrittenCase(
            case=assemble(brief, plan, origin, max_steps=self._config.max_steps),
            rejected=tuple(attempts.rejected),
            prompt_tokens=attempts.prompt_tokens,
            cached_tokens=attempts.cached_tokens,
            generated_tokens=attempts.generated_tokens,
        )

    def _draft(
        self, brief: CaseBrief, sources: Sources, attempts: Attempts, cancelled: CancelCheck
    ) -> TestCaseDraft | None:
        """A draft that passes every check, or ``None`` once the attempts are used up."""
        special = self._endpoint.special_tokens
        prompt = story_prompt(brief.epic, brief.story, brief.sources, special)
        own = sources.of_key(brief.criterion.id)
        messages, offered = condition_messages(
            prompt, brief.condition, own.source if own else None, special
        )
        # A step for each action and no more: with room for another, a small model fills it with
        # the outcome of a criterion beside this one.
        needed = len(instructions(instruction(brief.condition.action)))
        max_steps = min(max(needed, 1), MAX_DRAFT_STEPS, self._config.max_steps)
        schema = draft_schema(offered, max_steps=max_steps)
        question = messages
        while len(attempts.rejected) < self._config.attempts:
            raise_if_cancelled(cancelled, "Writing a case")
            raw = ""
            try:
                reply = invoke_structured(self._endpoint, question, schema, cancelled=cancelled)
                raw = reply.raw
                attempts.count(reply)
                draft = read_draft(reply.data, sources=offered, max_steps=max_steps, raw=raw)
                draft = _as_written(draft, brief)
                reason = reason_against(draft, brief, sources, special)
                if not reason:
                    return draft
            except InvalidOutput as error:
                raw, reason = error.raw_output or raw, str(error)
            attempts.refuse(raw, reason)
            again = retry_messages(messages, raw, reason, brief.condition, special)
            if again == question and self._config.temperature == 0:
                break  # the same question would only get the same answer
            question = again
        return None


def _as_written(draft: TestCaseDraft, brief: CaseBrief) -> TestCaseDraft:
    texts = (brief.condition.expected, brief.condition.statement, brief.criterion.text)
    steps = [
        step.model_copy(update={"a": as_written(step.a, texts), "e": as_written(step.e, texts)})
        for step in draft.s
    ]
    return TestCaseDraft(s=tuple(steps))


def _act(
    draft: TestCaseDraft, brief: CaseBrief, sources: Sources, style: CompanyStyle
) -> list[PlannedStep]:
    """The steps of a draft with the citations that hold; the model's picks are tried first."""
    cite = Citing(brief.condition, sources, sources.of_key(brief.criterion.id))
    data = phrase(brief.condition.data)
    wanted = content_stems(data)
    # The data stands with the action that speaks most of it; the first one where none does.
    owner = max(draft.s, key=lambda step: len(wanted & content_stems(step.a)))
    return [
        cite.step(
            style.line(step.a),
            style.expected(step.e),
            data if step is owner else "",
            picked=(step.n,),
        )
        for step in draft.s
    ]
