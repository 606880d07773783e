"""The writer for models that were tuned on the company's cases, and for any model beside them.

The model words the whole case in the company's way: preconditions and steps. Ids, title, objective
and traceability are filled by code, words are cited by code where a source supports them, an
outcome that the condition states is added where the draft leaves it out, and whatever stands in no
source is marked. Refused drafts are asked for again; in the end the rule-based case takes over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.domain import (
    CaseOrigin,
    Epic,
    GenerationConfig,
    ModelSpec,
    RetrievedChunk,
    TestCase,
    UserStory,
)
from assistant.errors import InvalidOutput
from assistant.generation.acting import Citing
from assistant.generation.attempts import Attempts
from assistant.generation.cancelling import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.case_plan import CasePlan, Line, PlannedStep, assemble
from assistant.generation.chat_models import ChatEndpoint, Message, invoke_structured
from assistant.generation.company_answer import company_words, lengths_within
from assistant.generation.company_checks import (
    NO_RESULT,
    reason_against_company,
    states_outcome,
    without_repeats,
)
from assistant.generation.company_prompt import (
    COMPANY_PROMPT_VERSION,
    MAX_PRECONDITIONS,
    MAX_STEPS,
    CompanyDraft,
    company_ahead,
    company_messages,
    company_schema,
    read_company_draft,
)
from assistant.generation.prompts import data_text
from assistant.generation.proof.bleed import bleed_findings
from assistant.generation.proof.citations import resolve
from assistant.generation.proof.passages import Sources
from assistant.generation.rules_writer import RulesWriter
from assistant.generation.stated import stated_lines
from assistant.generation.walk_plan import by_rule
from assistant.generation.wording import content_stems, phrase
from assistant.generation.writer import CaseBrief, WrittenCase

ENOUGH_STYLE = 10
USUAL_SHARE = 0.9
FEWEST = 3
"""An answer that was refused is asked for again with half the lines, but no fewer."""
LAST_LINES = 4
"""Most preconditions and steps of the last attempt, whose answer cannot be cut off."""


class CompanyWriter:
    """Writes cases with the prompt that adapters are trained on; ``fallback`` words the rest.

    Lists are bounded by ``max_preconditions`` and ``max_steps``: the company's cases may be longer
    than those that ``GenerationConfig.max_steps`` allows the rule-based writer. With
    ``keep_refused`` the model's last readable draft stands where all were refused, an empty case
    where none could be read: a comparison measures the model, not what takes its place. Holds no
    state between calls.
    """

    prompt_version = COMPANY_PROMPT_VERSION

    def __init__(
        self,
        endpoint: ChatEndpoint,
        config: GenerationConfig,
        fallback: RulesWriter,
        *,
        max_preconditions: int = MAX_PRECONDITIONS,
        max_steps: int = MAX_STEPS,
        keep_refused: bool = False,
    ) -> None:
        self._keep_refused = keep_refused
        self._endpoint = endpoint
        self._config = config
        self._fallback = fallback
        self._max_preconditions = max_preconditions
        self._max_steps = max_steps

    @property
    def spec(self) -> ModelSpec:
        """The model that words the cases, with its adapter."""
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
        messages = company_ahead(story, sources, self._endpoint.special_tokens)
        self._endpoint.read_ahead(messages, cancelled=cancelled)

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """One case for the condition of the brief, with a finding for each item no source holds.

        Raises ``ModelUnavailable`` where the model cannot be reached or does not answer in time,
        and ``Cancelled``.
        """
        if brief.condition.legs:
            return by_rule(self._fallback.write(brief, cancelled=cancelled), self.spec)
        attempts = Attempts(brief.condition.id)
        draft, readable = self._draft(brief, attempts, cancelled)
        plan = self._fallback.plan(brief)
        reason = attempts.rejected[-1].reason if draft is None else ""
        if draft is None and self._keep_refused:
            draft = readable
        origin = CaseOrigin(writer="model", model_id=self.spec.full_id, replaces=reason)
        if draft is not None:
            sources, _ = self._fallback.prepared(brief)
            plan = _in_company_words(plan, draft, brief, sources)
            case = assemble(brief, plan, origin, max_steps=len(plan.act))
            case = case.model_copy(update={"findings": bleed_findings(case, brief)})
        elif self._keep_refused:
            empty = replace(plan, preconditions=(), setup=(), act=(), checks=(), postconditions=())
            case = assemble(brief, empty, origin, max_steps=1)
        else:
            origin = origin.model_copy(update={"writer": "rules"})
            case = assemble(brief, plan, origin, max_steps=self._config.max_steps)
        return WrittenCase(
            case=case,
            rejected=tuple(attempts.rejected),
            prompt_tokens=attempts.prompt_tokens,
            cached_tokens=attempts.cached_tokens,
            generated_tokens=attempts.generated_tokens,
        )

    def _limits(self, style: Sequence[TestCase]) -> dict[str, int]:
        """Most preconditions and steps: what nine of ten of the company's cases keep to.

        A small model left alone with a list goes on with it until its tokens are used up.
        """
        if len(style) < ENOUGH_STYLE:
            return {"max_preconditions": self._max_preconditions, "max_steps": self._max_steps}
        lines = sorted(len(case.preconditions) for case in style)
        steps = sorted(len(case.steps) for case in style)
        place = round(USUAL_SHARE * (len(style) - 1))
        return {
            "max_preconditions": min(max(lines[place], 1), self._max_preconditions),
            "max_steps": min(max(steps[place], 1), self._max_steps),
        }

    def _draft(
        self, brief: CaseBrief, attempts: Attempts, cancelled: CancelCheck
    ) -> tuple[CompanyDraft | None, CompanyDraft | None]:
        """A draft that passes every check, or ``None``; and the last one that could be read."""
        readable: CompanyDraft | None = None
        special = self._endpoint.special_tokens
        messages, _ = company_messages(
            brief.epic, brief.story, brief.condition, brief.sources, special
        )
        limits = self._limits(brief.style)
        lengths: dict[str, int] = {}
        results = False
        question = messages
        while len(attempts.rejected) < self._config.attempts:
            raise_if_cancelled(cancelled, "Writing a case")
            schema = company_schema(**limits, **lengths, results=results)
            raw = ""
            try:
                reply = invoke_structured(self._endpoint, question, schema, cancelled=cancelled)
                raw = reply.raw
                attempts.count(reply)
                draft = without_repeats(read_company_draft(reply.data, raw=raw, **limits))
                reason = reason_against_company(draft, brief, special) or _cut(draft, lengths)
                if not reason:
                    return draft, draft
                if draft.s:
                    readable = draft
            except InvalidOutput as error:
                raw, reason = error.raw_output or raw, str(error)
            attempts.refuse(raw, reason)
            results = results or NO_RESULT in reason
            again = _again(messages, raw, reason, special)
            last = len(attempts.rejected) == self._config.attempts - 1
            if self.spec.adapter or last:
                limits = {name: max(FEWEST, most // 2) for name, most in limits.items()}
            if last:
                limits = {name: min(LAST_LINES, most) for name, most in limits.items()}
                lengths = lengths_within(self._config.max_tokens, **limits)
            if self.spec.adapter:
                # A tuned model has seen no correction in its training, but keeps to a shorter form.
                again = messages
            elif again == question and self._config.temperature == 0:
                break  # the same question would only get the same answer
            question = again
        return None, readable


def _cut(draft: CompanyDraft, lengths: Mapping[str, int]) -> str:
    """Why a draft is refused whose texts ended only because the schema ended them; or ""."""
    if not lengths:
        return ""
    for name, texts in (
        ("max_line", [*draft.p, *(step.a for step in draft.s)]),
        ("max_expected", [step.e for step in draft.s]),
    ):
        for text in texts:
            if len(text) >= lengths[name]:
                return f'"{text[:60]}" is longer than {lengths[name]} characters'
    return ""


def _again(
    messages: tuple[Message, ...], raw: str, reason: str, special: Sequence[str]
) -> tuple[Message, ...]:
    refused = data_text(raw, special, limit=800) or "{}"
    correction = "Refused: " + data_text(reason, special, limit=300) + ". Write it again."
    return (*messages, ("assistant", refused), ("user", correction))


def _in_company_words(
    plan: CasePlan, draft: CompanyDraft, brief: CaseBrief, sources: Sources
) -> CasePlan:
    """The plan with the draft's preconditions and steps, each with the words that support it."""
    company = tuple(_texts_of_company(brief))
    steps = _with_outcome(draft, brief, company)
    cite = Citing(brief.condition, sources, sources.of_key(brief.criterion.id))
    data = _data_to_add(draft, brief)
    wanted = content_stems(data)
    owner = max(range(len(steps)), key=lambda at: (len(wanted & content_stems(steps[at][0])), -at))
    act = [
        _step(cite, action, expected, data if at == owner else "")
        for at, (action, expected) in enumerate(steps)
    ]
    lines = []
    for text in draft.p:
        words = company_words(text.strip(), company)
        found = resolve(words, sources, supports="precondition")
        lines.append(Line(words, found.citations))
    said = {line.text.casefold() for line in lines}
    lines += (one for one in stated_lines(brief, sources) if one.text.casefold() not in said)
    return replace(plan, preconditions=tuple(lines), setup=(), act=tuple(act), checks=())


def _step(cite: Citing, action: str, expected: str, data: str) -> PlannedStep:
    """A step with its citations; where nothing is expected, nothing is supported."""
    step = cite.step(action, expected, data, picked=())
    if expected:
        return step
    doing = tuple(citation for citation in step.citations if citation.supports == "action")
    return replace(step, citations=doing, support="unsupported")


def _with_outcome(
    draft: CompanyDraft, brief: CaseBrief, company: Sequence[str]
) -> list[tuple[str, str]]:
    """Actions and results; the condition's outcome ends them where they do not state it."""
    steps = [
        (company_words(step.a.strip(), company), company_words(step.e.strip(), company))
        for step in draft.s
    ]
    expected = brief.condition.expected
    if expected and not states_outcome("\n".join(result for _, result in steps), expected):
        action, result = steps[-1]
        steps[-1] = (action, f"{result}\n{expected}" if result else expected)
    return steps


def _data_to_add(draft: CompanyDraft, brief: CaseBrief) -> str:
    """The condition's test data, where the draft does not name them all."""
    data = phrase(brief.condition.data)
    said = content_stems("\n".join(draft.texts))
    return "" if content_stems(data) <= said else data


def _texts_of_company(brief: CaseBrief) -> Iterator[str]:
    yield from (brief.story.title, brief.story.narrative, brief.criterion.text)
    yield from (brief.condition.statement, brief.condition.expected)
    yield from (source.chunk.text for source in brief.sources)
    for case in brief.style:
        yield from (step.expected_result for step in case.steps)
        yield from (step.action for step in case.steps)
