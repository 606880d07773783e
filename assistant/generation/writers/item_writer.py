"""The writer for small models: a whole case of one checklist item a call, every word held.

Code supplies what a small model gets wrong (title, people, counted data, traceability) and the
model words actions and results. A refused draft is asked for once more in the same conversation,
with the reason; then the outline of the item stands in its place and says why. An item that the
model does not answer in time becomes an outline too, and the next one is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.domain import (
    CaseOrigin,
    GenerationConfig,
    ModelSpec,
    RetrievedChunk,
    TestCase,
    UserStory,
)
from assistant.errors import InvalidOutput, ModelTimeout
from assistant.generation.attempts import Attempts
from assistant.generation.cancellation import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, invoke_structured
from assistant.generation.proof.bleed import bleed_findings
from assistant.generation.proof.case_basis import ground_of
from assistant.generation.proof.case_proof import grounded
from assistant.generation.proof.passages import Sources
from assistant.generation.proof.proof_faults import ERRORS, UNSUPPORTED
from assistant.generation.writer import CaseBrief, WrittenCase
from assistant.generation.writers.case_parts import case_of
from assistant.generation.writers.item_answer import (
    MAX_PRECONDITIONS,
    MAX_STEPS,
    PAIR_STEPS,
    ItemDraft,
    item_schema,
    lengths_within,
    read_item_draft,
)
from assistant.generation.writers.item_case import worded_case
from assistant.generation.writers.item_checks import (
    NO_RESULT,
    ItemGround,
    reason_against,
    without_repeats,
)
from assistant.generation.writers.item_data import Situation, situation_of
from assistant.generation.writers.item_prompt import (
    ahead_messages,
    item_prompt,
    retry_messages,
)
from assistant.generation.writers.outline import OutlineWriter, outline_title

ATTEMPTS = 2
"""A draft and one correction: a third asks for what two have not brought."""
UNTUNED_STEPS = 1
"""Steps of a model that is not tuned: it fills all that it may, and what it adds to the step that
acts and tells the outcome is of no use (measured with Qwen2.5 1.5B)."""
UNTUNED_PRECONDITIONS = 4
ENOUGH_STYLE = 10
USUAL_SHARE = 0.9
FEWEST = 3
"""A tuned model is asked again for half the lines, but no fewer: it has seen no corrections."""

END_TO_END = "The steps of an end-to-end case are those of its criteria, in their order."

NO_OUTCOME = "The text does not say what happens here, and a small model would guess."


class ItemWriter:
    """Writes a case for each item with a chat model; ``outlines`` stand where it cannot.

    With ``keep_refused`` the model's last readable draft stands where all were refused, an empty
    case where none could be read: a comparison measures the model, not what takes its place. Holds
    no state between calls, so one may serve several threads as far as the endpoint does.
    """

    def __init__(
        self,
        endpoint: ChatEndpoint,
        config: GenerationConfig,
        outlines: OutlineWriter | None = None,
        *,
        keep_refused: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._config = config
        self._outlines = outlines or OutlineWriter()
        self._keep_refused = keep_refused

    @property
    def spec(self) -> ModelSpec:
        """The model that words the cases, with its adapter."""
        return self._endpoint.spec

    @property
    def _company(self) -> bool:
        """Whether the adapter has learned a company's whole cases, preconditions included.

        One that has learned to write steps alone rests on data and outcome as an untuned model
        does, and is held to them: refused, told why, and asked once more.
        """
        return bool(self.spec.adapter) and not self._endpoint.steps_only

    def read_ahead(self, story: UserStory, *, cancelled: CancelCheck = never_cancelled) -> None:
        """Let the endpoint read what the items of a story share, where it can.

        Worth calling from a worker thread while a person still looks at the epic: a model on a
        small machine reads for seconds.
        """
        messages = ahead_messages(
            story, self._endpoint.special_tokens, examples=not self.spec.adapter
        )
        self._endpoint.read_ahead(messages, cancelled=cancelled)

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """One case for the item of the brief.

        An item whose steps the text gives needs no model. Raises ``ModelUnavailable`` where the
        model cannot be reached or does not take the key, and ``Cancelled``.
        """
        raise_if_cancelled(cancelled, "Writing a case")
        given = self._outlines.outline(brief)
        if brief.condition.legs:
            return WrittenCase(case=_instead(given, END_TO_END))
        if not given.is_outline:
            return WrittenCase(case=given)
        if brief.condition.facts and not brief.condition.outcomes and not self._company:
            return WrittenCase(case=_instead(given, NO_OUTCOME))
        attempts = Attempts()
        situation = situation_of(brief)
        draft, readable = self._draft(brief, situation, attempts, cancelled)
        return attempts.written(self._case(brief, situation, draft, readable, given, attempts))

    def _case(
        self,
        brief: CaseBrief,
        situation: Situation,
        draft: ItemDraft | None,
        readable: ItemDraft | None,
        outline: TestCase,
        attempts: Attempts,
    ) -> TestCase:
        reason = attempts.rejected[-1].reason if draft is None and attempts.rejected else ""
        origin = CaseOrigin(writer="model", model_id=self.spec.full_id, replaces=reason)
        if draft is None and self._keep_refused:
            if readable is None:
                sources = self._outlines.sources(brief)
                return case_of(brief, origin, sources, title=outline_title(brief))
            draft = readable
        if draft is None:
            return _instead(outline, reason, self.spec.full_id)
        case = worded_case(brief, situation, draft, origin, self._outlines.sources(brief))
        if self.spec.adapter:
            case = case.model_copy(update={"findings": bleed_findings(case, brief)})
        return case

    def _draft(
        self,
        brief: CaseBrief,
        situation: Situation,
        attempts: Attempts,
        cancelled: CancelCheck,
    ) -> tuple[ItemDraft | None, ItemDraft | None]:
        """A draft that passes every check, or ``None``; and the last one that could be read."""
        special = self._endpoint.special_tokens
        facts = bool(brief.condition.facts)
        prompt = item_prompt(
            brief.story,
            brief.criterion,
            brief.condition,
            bearing_sources(brief, self._outlines.sources(brief)),
            special,
            data=situation.data if facts else brief.condition.data,
            examples=not self.spec.adapter,
        )
        ground = ItemGround(brief, situation.lines if facts else (), special)
        limits = self._limits(brief)
        lengths: dict[str, int] = {}
        readable: ItemDraft | None = None
        results = False
        item = brief.condition.id
        question = prompt.messages
        while len(attempts.rejected) < min(ATTEMPTS, self._config.attempts):
            raise_if_cancelled(cancelled, "Writing a case")
            schema = item_schema(**limits, **lengths, results=results)
            raw, answer = "", {}
            try:
                reply = invoke_structured(self._endpoint, question, schema, cancelled=cancelled)
                raw, answer = reply.raw, reply.data
                attempts.count(reply)
                draft = without_repeats(read_item_draft(reply.data, raw=raw, **limits))
                readable = draft if draft.s else readable
                reason = reason_against(draft, ground) or _cut(draft, lengths)
                reason = reason or self._unproved(draft, brief, situation)
                if not reason:
                    return draft, draft
            except InvalidOutput as error:
                raw, reason = error.raw_output or raw, str(error)
            except ModelTimeout as error:
                attempts.refuse(item, len(attempts.rejected) + 1, raw, str(error))
                break  # it would be no faster the second time
            attempts.refuse(item, len(attempts.rejected) + 1, raw, reason)
            results = results or reason == NO_RESULT
            if self._company:
                limits = {name: most and max(FEWEST, most // 2) for name, most in limits.items()}
                lengths = lengths_within(self._config.max_tokens, **limits)
            else:
                question = retry_messages(prompt, answer, reason, special)
        return None, readable

    def _unproved(self, draft: ItemDraft, brief: CaseBrief, situation: Situation) -> str:
        """What the proof of the case denies, or finds in no source; "" where it stands.

        What it says of the outline as well is no fault of the draft. The cases of a model tuned on
        a company's are marked, not refused: it words what the company's prompts leave out.
        """
        if self._company:
            return ""
        sources = self._outlines.sources(brief)
        ground = ground_of(brief.as_story(), sources)
        known = {one.message for one in grounded(self._outlines.outline(brief), ground).findings}
        origin = CaseOrigin(writer="model", model_id=self.spec.full_id)
        case = grounded(worded_case(brief, situation, draft, origin, sources), ground)
        return next(
            (
                one.message
                for one in case.findings
                if one.rule in ERRORS | {UNSUPPORTED} and one.message not in known
            ),
            "",
        )

    def _limits(self, brief: CaseBrief) -> dict[str, int]:
        """Most preconditions and steps of an answer.

        A model that is not tuned words a few steps of the data it gets; one tuned on pairs as many
        as they have, without preconditions; one tuned on a company's cases goes as far as
        nine of ten of the company's cases, for a small model left alone with a list goes on with
        it until its tokens are used up.
        """
        if self._endpoint.steps_only:
            most = min(PAIR_STEPS, self._config.max_steps)
            return {"max_preconditions": 0, "max_steps": most}
        tuned = bool(self.spec.adapter)
        style = brief.style
        steps = min(UNTUNED_STEPS, self._config.max_steps)
        lines = 0 if brief.condition.facts else UNTUNED_PRECONDITIONS
        if not tuned and brief.condition.facts:
            return {"max_preconditions": lines, "max_steps": steps}
        if len(style) < ENOUGH_STYLE:
            if not tuned:
                return {"max_preconditions": lines, "max_steps": steps}
            return {"max_preconditions": MAX_PRECONDITIONS, "max_steps": MAX_STEPS}
        place = round(USUAL_SHARE * (len(style) - 1))
        usual_lines = sorted(len(case.preconditions) for case in style)[place]
        usual_steps = sorted(len(case.steps) for case in style)[place]
        return {
            "max_preconditions": min(max(usual_lines, 1), MAX_PRECONDITIONS),
            "max_steps": min(max(usual_steps, 1), MAX_STEPS),
        }


def _instead(outline: TestCase, reason: str, model_id: str = "") -> TestCase:
    """The outline that stands where the model has no case, with the reason."""
    origin = CaseOrigin(writer="outline", model_id=model_id, replaces=reason)
    return outline.model_copy(update={"origin": origin})


def bearing_sources(brief: CaseBrief, sources: Sources) -> tuple[RetrievedChunk, ...]:
    """The sources of a brief that were retrieved, those that speak most of its criterion first."""
    found = [passage.source for passage in sources.bearing_on(brief.criterion.text)]
    ranks = {source.rank for source in found}
    others = sorted(
        (source for source in brief.sources if source.rank not in ranks), key=lambda one: one.rank
    )
    return tuple(source for source in (*found, *others) if source.is_hit)


def _cut(draft: ItemDraft, lengths: Mapping[str, int]) -> str:
    """Why a draft is refused whose texts ended only because the schema ended them; or ""."""
    if not lengths:
        return ""
    for name, texts in (
        ("max_line", [*draft.p, *(text for step in draft.s for text in (step.a, step.d))]),
        ("max_expected", [step.e for step in draft.s]),
    ):
        for text in texts:
            if len(text) >= lengths[name]:
                return f'"{text[:60]}" is longer than {lengths[name]} characters'
    return ""
