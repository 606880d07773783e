"""The writer for models that are able to design tests: one call a story, whole cases back.

Cases are read while the answer is still being written, turned into test cases with citations, and
proved. What proof refuses is asked for once more in the same conversation, with the reason, and so
is what the checklist still lacks; then a refused case is shown as it is, with its findings, and
an item without a case gets an outline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from assistant.design.questions.scope import is_scope_statement, question_on_left_out
from assistant.domain import (
    Chunk,
    Evidence,
    GenerationConfig,
    ModelSpec,
    Question,
    SourceAnswer,
    TestCase,
    TestCondition,
)
from assistant.errors import InvalidOutput, ModelTimeout, ModelUnavailable
from assistant.generation.attempts import Attempts
from assistant.generation.cancellation import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.models.chat_models import ChatEndpoint, stream_structured
from assistant.generation.models.structured import StructuredReply
from assistant.generation.prompts import Message
from assistant.generation.proof.amounts import numbers
from assistant.generation.proof.proof_faults import CONTRADICTION, WRONG_SIDE
from assistant.generation.proof.repetition import repeats
from assistant.generation.proof.support_texts import folded, stands_in
from assistant.generation.sentence_words import clipped
from assistant.generation.step_replacement import is_another_test
from assistant.generation.used_records import used_records
from assistant.generation.writer import (
    CaseBrief,
    Refusal,
    Revision,
    StoryBrief,
    StoryEnd,
    Writer,
    WrittenCase,
)
from assistant.generation.writers.case_from_draft import (
    drafted_case,
    redrafted_case,
    with_drafted_step,
)
from assistant.generation.writers.case_parts import stated_in
from assistant.generation.writers.story_draft import (
    MAX_CASES,
    RUNNING,
    AnswerDraft,
    DraftStep,
    ObjectStream,
    QuestionDraft,
    StoryCaseDraft,
    WithdrawnDraft,
    read_case,
    read_step,
    readable,
    step_schema,
    story_schema,
)
from assistant.generation.writers.story_prompt import (
    REQUEST_NUMBER,
    again_message,
    prompt_characters,
    refused_message,
    story_messages,
)

ANSWER_TOKENS = 8_000
"""Longest answer that is asked for; what does not fit is asked for in the next call."""

ITEMS_A_CALL = 30
"""Items of the checklist in one call; a longer story is written in several."""

CASES_PER_ITEM = 2
CASES_PER_WHOLE = 8
"""For an item that quotes a whole sentence: in languages that are not read it holds many rules."""

FEWEST_WORDS = 4
"""Of a source, that take a criterion out of the release: "the" says nothing."""

Proof = Callable[[TestCase], TestCase]
"""Puts on a case the checklist items that it covers and the marks and findings of proof."""


def parts_of(conditions: Sequence[TestCondition]) -> list[Sequence[TestCondition]]:
    """The checklist of a story in as few calls as hold it, about as long as each other: of 35 items
    five in a call of their own would be read with all sources once more. The items of a criterion
    stay together where they fit into a call."""
    if not conditions:
        return []
    size = -(-len(conditions) // -(-len(conditions) // ITEMS_A_CALL))
    parts: list[list[TestCondition]] = [[]]
    placed = 0
    for _, group in groupby(conditions, key=lambda one: one.criterion_id):
        items = list(group)
        step = len(items) if len(items) <= ITEMS_A_CALL else size
        for start in range(0, len(items), step):
            some = items[start : start + step]
            full = len(parts[-1]) + len(some) > ITEMS_A_CALL
            if parts[-1] and (full or placed + len(some) / 2 > len(parts) * size):
                parts.append([])
            parts[-1].extend(some)
            placed += len(some)
    return list(parts)


@dataclass
class _Ledger(Attempts):
    """The attempts at a story, and the model's questions."""

    questions: dict[str, Question] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    """Criteria that a source takes out of the release."""
    withdrawn_by: dict[str, list[str]] = field(default_factory=dict)
    """The same by the words that take them out."""
    answers: dict[Question, tuple[SourceAnswer, ...]] = field(default_factory=dict)
    titles: dict[Question, tuple[str, ...]] = field(default_factory=dict)
    """Of what code asks the cases that a question of the model on the same is put beside."""
    last_reason: str = ""

    def refuse(self, condition_id: str, attempt: int, raw: str, reason: str) -> None:
        """Keep a draft that is not used, with the reason."""
        self.last_reason = reason
        super().refuse(condition_id, attempt, raw, reason)

    def end(self) -> StoryEnd:
        """What is left over once the last case has left."""
        given = (
            one.model_copy(
                update={
                    "source_answers": self.answers.get(one, ()),
                    "case_titles": self.titles.get(one, ()),
                }
            )
            for one in {**self.answers, **self.titles}
        )
        return StoryEnd(questions=(*self.questions.values(), *given), **self.spent())


@dataclass
class _Call:
    """One call: what is asked, and what came of it."""

    brief: StoryBrief
    conditions: Sequence[TestCondition]
    messages: tuple[Message, ...]
    sources: frozenset[int]
    attempt: int = 1
    most: int = MAX_CASES
    again: Revision | None = None
    raw: str = ""
    titles: list[str] = field(default_factory=list)
    tested: set[str] = field(default_factory=set)
    """Criteria that its cases name."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that a case of this call may name."""
        own = [
            criterion.id
            for criterion in self.brief.story.criteria
            if not is_scope_statement(criterion.text) and criterion.id not in self.brief.left_out
        ]
        named = (name for condition in self.conditions for name in condition.criterion_ids)
        return tuple(dict.fromkeys([*own, *named]))

    @property
    def texts(self) -> str:
        """The words of the story's criteria and of its sources, existing cases left out."""
        sources = (one.chunk.text for one in self.brief.sources if one.chunk.kind != "case")
        return "\n".join((*(one.text for one in self.brief.story.criteria), *sources))

    @property
    def items(self) -> tuple[str, ...]:
        """The checklist items that a case of this call may claim."""
        return tuple(condition.id for condition in self.conditions)

    @property
    def made(self) -> int:
        """How many cases the answer holds so far, readable or not."""
        return len(self.titles)


class StoryWriter:
    """Writes the cases of a story with a chat model; ``outline`` stands in for what is left out.

    Holds no state between calls, so one may serve several threads as far as the endpoint does.
    """

    def __init__(
        self, endpoint: ChatEndpoint, config: GenerationConfig, outline: Writer, today: date
    ) -> None:
        """``today`` is what the model is told: the day of the run, however long it takes."""
        self._endpoint = endpoint
        self._today = today
        self._config = config
        self._outline = outline
        self._characters = prompt_characters(endpoint.spec.context_tokens, ANSWER_TOKENS)

    @property
    def spec(self) -> ModelSpec:
        """The model that writes the cases."""
        return self._endpoint.spec

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """Exactly one case that covers the condition of the brief and those that go with it.

        Raises ``ModelUnavailable`` where the model cannot be reached, and ``Cancelled``. An answer
        that cannot be used becomes an outline with the reason.
        """
        story = brief.as_story()
        ledger = _Ledger()
        call = self._call(story, story.conditions, single=True)
        drafts = list(self._drafts(call, ledger, cancelled))
        if drafts:
            case = drafted_case(drafts[0], story, self.spec)
            ids = tuple(condition.id for condition in story.conditions)
            return ledger.written(case.model_copy(update={"condition_ids": ids}))
        return self._instead(story, brief.condition, ledger, cancelled)

    def write_story(
        self, brief: StoryBrief, prove: Proof, *, cancelled: CancelCheck = never_cancelled
    ) -> Iterator[WrittenCase | StoryEnd]:
        """The cases of a story, each proved, as the model writes them; last a ``StoryEnd``.

        Raises as ``write``; what was yielded stays valid.
        """
        ledger = _Ledger()
        written: list[TestCase] = []
        parts = [()] if brief.lacking else parts_of(brief.conditions)
        for conditions in parts:
            texts = (one.chunk.text for one in brief.sources if one.chunk.kind != "case")
            taken = (*brief.taken, *used_records(written, texts))
            so_far = {"taken": tuple(dict.fromkeys(taken)), "written": (*brief.written, *written)}
            told = brief.model_copy(update=so_far)
            for one in self._batch(told, conditions, prove, ledger, cancelled):
                written.append(one.case)
                yield one
        yield ledger.end()

    def write_again(
        self,
        brief: StoryBrief,
        revision: Revision,
        prove: Proof,
        *,
        cancelled: CancelCheck = never_cancelled,
    ) -> Iterator[WrittenCase | Refusal | StoryEnd]:
        """The case of a revision, or one step of it, written once more and proved; or why nothing
        takes its place. Last a ``StoryEnd``. Raises as ``write``.

        What proof refuses, and another test in its place, is asked for once more with the reason;
        then the case is shown with its findings, and another test never.
        """
        ledger = _Ledger()
        call = self._call(brief, brief.conditions, again=revision)
        best: WrittenCase | None = None
        reason = NOTHING
        for attempt in (1, 2):
            call.attempt = attempt
            fresh = self._rewritten(call, revision, ledger, cancelled)
            reason = ledger.last_reason or NOTHING
            if fresh is not None:
                proved = prove(fresh.case)
                reason = OTHER if _is_other(proved, revision) else _errors_of(proved, revision.step)
                if reason:
                    ledger.refuse(_about(proved, brief.conditions), attempt, call.raw, reason)
                if reason != OTHER:
                    best = fresh.model_copy(update={"case": proved})
            if not reason or not call.raw or attempt == 2:
                break
            special = self._endpoint.special_tokens
            said: Message = ("assistant", clipped(call.raw, self._characters))
            is_doubt = fresh is not None and reason != OTHER
            asked = refused_message(reason, special, is_doubt=is_doubt)
            again = (*call.messages, said, asked)
            call = replace(call, messages=again, raw="", titles=[])
        if best is not None:
            yield best.model_copy(update=ledger.spent())
        else:
            yield Refusal(case_id=revision.case.id, reason=reason, **ledger.spent())
        yield ledger.end()

    def _rewritten(
        self, call: _Call, revision: Revision, ledger: _Ledger, cancelled: CancelCheck
    ) -> WrittenCase | None:
        """The case with what the model wrote in it, not yet proved; ``None``: nothing to be read,
        with the reason in the ledger."""
        if revision.step:
            step = self._step(call, ledger, cancelled)
            if step is None:
                return None
            case = with_drafted_step(step, call.brief, revision)
            return WrittenCase(case=case, step=revision.step)
        drafts = list(self._drafts(call, ledger, cancelled))  # to its end: questions stand there
        if not drafts:
            return None
        case = redrafted_case(drafts[0], call.brief, self.spec, revision)
        return WrittenCase(case=case, aim=" ".join(drafts[0].aim.split()))

    def _step(self, call: _Call, ledger: _Ledger, cancelled: CancelCheck) -> DraftStep | None:
        """The one step of an answer. Raises as ``_drafts``."""
        raise_if_cancelled(cancelled, "Writing a step")
        replies = stream_structured(
            self._endpoint, call.messages, step_schema(), cancelled=cancelled
        )
        try:
            for part in replies:
                if isinstance(part, StructuredReply):
                    ledger.count(part)
                    call.raw = part.raw
                    step = read_step(part.data, sources=call.sources)
                    if self._holds_token((step.action, step.data, step.expected)):
                        raise InvalidOutput(CONTROL, raw_output=part.raw)
                    return step
        except InvalidOutput as error:
            call.raw = call.raw or error.raw_output
            ledger.refuse("", call.attempt, error.raw_output, str(error))
        except ModelTimeout as error:
            ledger.refuse("", call.attempt, "", str(error))
        finally:
            replies.close()
        return None

    # --- A batch of the checklist: asked for, and what is refused or left out once more -----------

    def _batch(
        self,
        brief: StoryBrief,
        conditions: Sequence[TestCondition],
        prove: Proof,
        ledger: _Ledger,
        cancelled: CancelCheck,
    ) -> Iterator[WrittenCase]:
        covered: set[str] = set()
        # Where a case is there that claims an item, the model decides whether one is lacking.
        claimed = {
            name
            for one in brief.present
            if one.status != "rejected"
            for name in (*one.condition_ids, *one.claimed_ids)
        }
        shown = list(brief.present)
        held: list[TestCase] = []
        drafts: list[StoryCaseDraft] = []
        call = self._call(brief, conditions)
        texts = call.texts
        for draft in self._drafts(call, ledger, cancelled):
            drafted = drafted_case(draft, brief, self.spec)
            case = prove(drafted)
            reason = _reason_against(case, drafted, shown, texts)
            if reason:
                ledger.refuse(_about(case, conditions), 1, draft.model_dump_json(), reason)
                if any(repeats(case, one, texts) for one in brief.present):
                    claimed |= set(draft.covers)  # asked once more, it would only come again
                if reason not in DROPPED:
                    held.append(case)
                    drafts.append(draft)
                continue
            shown.append(case)
            covered |= set(case.condition_ids)
            claimed |= set(draft.covers)
            yield ledger.written(case)
        claimed |= {name for case in held for name in case.condition_ids}
        wanted = [one for one in conditions if one.criterion_id not in ledger.withdrawn]
        left = [one for one in wanted if one.id not in covered | claimed]
        if (held or left) and call.raw:
            if len(call.raw) > self._characters:  # cut, it might lose the very cases in question
                call.raw = json.dumps(
                    {"cases": [one.model_dump(mode="json") for one in drafts], "questions": []},
                    ensure_ascii=False,
                )
            for draft, case in self._again(call, held, left, prove, ledger, cancelled):
                claimed |= set(draft.covers)
                if any(repeats(case, one, texts) for one in shown):
                    continue
                shown.append(case)
                covered |= set(case.condition_ids)
                held = [one for one in held if not _replaces(case, one)]
                yield ledger.written(case)
        for case in held:  # nothing better came: shown with its findings, for a person to decide
            covered |= set(case.condition_ids)
            yield ledger.written(case)
        for condition in wanted:
            # An item that a case claims but is not seen to cover is a gap in the coverage, for a
            # person to look at; beside the case an outline would only say it again.
            # What the second answer withdrew is none either.
            is_wanted = condition.criterion_id not in ledger.withdrawn
            if is_wanted and condition.id not in covered | claimed:
                yield self._instead(brief, condition, ledger, cancelled)

    def _again(
        self,
        call: _Call,
        held: Sequence[TestCase],
        left: Sequence[TestCondition],
        prove: Proof,
        ledger: _Ledger,
        cancelled: CancelCheck,
    ) -> Iterator[tuple[StoryCaseDraft, TestCase]]:
        """The cases refused and the items left out, asked for in the same conversation."""
        reasons = [(case.title, _errors(case)) for case in held]
        special = self._endpoint.special_tokens
        again = _Call(
            brief=call.brief,
            conditions=call.conditions,
            messages=(
                *call.messages,
                ("assistant", clipped(call.raw, self._characters)),
                again_message(reasons, left, special),
            ),
            sources=call.sources,
            attempt=2,
            most=CASES_PER_ITEM * len(held) + sum(map(_cases_of, left)),
        )
        for draft in self._drafts(again, ledger, cancelled):
            yield draft, prove(drafted_case(draft, call.brief, self.spec))

    def _instead(
        self,
        brief: StoryBrief,
        condition: TestCondition,
        ledger: _Ledger,
        cancelled: CancelCheck,
    ) -> WrittenCase:
        """The outline of an item that the model has no case for, with the reason."""
        case = self._outline.write(brief.case_brief(condition), cancelled=cancelled).case
        reason = ledger.last_reason or "The model wrote no case for it."
        origin = case.origin.model_copy(update={"model_id": self.spec.full_id, "replaces": reason})
        return ledger.written(case.model_copy(update={"origin": origin}))

    # --- One call ---------------------------------------------------------------------------------

    def _call(
        self,
        brief: StoryBrief,
        conditions: Sequence[TestCondition],
        *,
        single: bool = False,
        again: Revision | None = None,
    ) -> _Call:
        messages, sources = story_messages(
            brief,
            conditions,
            characters=self._characters,
            today=self._today,
            special_tokens=self._endpoint.special_tokens,
            single=single,
            again=again,
        )
        # The sources may hold many more limits than the items.
        most = 1 if single or again is not None else MAX_CASES
        return _Call(brief, conditions, messages, sources, most=most, again=again)

    def _drafts(
        self, call: _Call, ledger: _Ledger, cancelled: CancelCheck
    ) -> Iterator[StoryCaseDraft]:
        """The cases of an answer while it is written.

        An answer that is cut off, endless or late keeps the cases it had. Raises
        ``ModelUnavailable`` where the model cannot be reached, and ``Cancelled``.
        """
        raise_if_cancelled(cancelled, "Writing cases")
        found = ObjectStream()
        schema = story_schema(call.criteria, call.items, again=call.again is not None)
        replies = stream_structured(self._endpoint, call.messages, schema, cancelled=cancelled)
        try:
            for part in replies:
                if isinstance(part, StructuredReply):
                    ledger.count(part)
                    yield from self._fed(part.raw, found, call, ledger)
                    _note_questions(part.data, call, ledger)
                    _note_answers(part.data, call, ledger)
                    _note_withdrawn(part.data, call, ledger)
                else:
                    yield from self._fed(part, found, call, ledger)
                if call.made > call.most:
                    return
        except InvalidOutput as error:
            yield from self._fed(error.raw_output, found, call, ledger)
            ledger.refuse("", call.attempt, call.raw, str(error))
        except ModelUnavailable as error:
            if not (call.made or isinstance(error, ModelTimeout)):
                raise
            ledger.refuse("", call.attempt, call.raw, str(error))
        finally:
            replies.close()

    def _fed(
        self, text: str, found: ObjectStream, call: _Call, ledger: _Ledger
    ) -> Iterator[StoryCaseDraft]:
        """The cases that are complete now, as far as the call may have more of them."""
        call.raw = text or call.raw
        for data in found.feed(text):
            call.titles.append(" ".join(str(data.get("title", "")).split()))
            if call.made > call.most:
                ledger.refuse("", call.attempt, text, f"more than {call.most} cases")
                return
            draft = self._read(data, call, ledger)
            if draft is not None:
                call.tested |= set(draft.criteria)
                yield draft

    def _read(
        self, data: Mapping[str, object], call: _Call, ledger: _Ledger
    ) -> StoryCaseDraft | None:
        try:
            draft = read_case(data, criteria=call.criteria, items=call.items, sources=call.sources)
        except InvalidOutput as error:
            ledger.refuse("", call.attempt, error.raw_output, str(error))
            return None
        if self._holds_token(draft.texts):
            ledger.refuse("", call.attempt, json.dumps(data), CONTROL)
            return None
        return draft

    def _holds_token(self, texts: Sequence[str]) -> bool:
        tokens = [one for one in self._endpoint.special_tokens if len(one.strip()) > 1]
        return any(token in text for token in tokens for text in texts)


NOTHING = "the model wrote nothing for it"
CONTROL = "holds a control token"
OTHER = "it is another test: no step of it has anything in common with a step of the case"
REPEATED = "repeats a case that is there already"
BEYOND = "tests nothing of the checklist and rests on no sentence of the sources"
DROPPED = (REPEATED, BEYOND)
"""Reasons for which a case is neither asked for again nor shown."""


def _cases_of(condition: TestCondition) -> int:
    whole = all(fact.kind == "main flow" for fact in condition.facts)
    return CASES_PER_WHOLE if whole else CASES_PER_ITEM


def _reason_against(
    case: TestCase, drafted: TestCase, shown: Sequence[TestCase], texts: str
) -> str:
    """Why a proved case is asked for once more; empty where it is shown."""
    if any(repeats(case, one, texts) for one in shown):
        return REPEATED
    if not case.condition_ids and not any(step.citations for step in drafted.steps):
        return BEYOND  # the proof takes the citations of a result that it marks
    return _errors(case)


def _errors(case: TestCase) -> str:
    """The messages of the findings that are errors, in one line. That a source says otherwise than
    the criterion (of the case as a whole) is none of the writer's, on whichever side it writes."""
    whole = [one for one in case.findings if one.step is None]
    contested = [one.words for one in whole if one.rule == CONTRADICTION]
    for_people = [
        one
        for one in whole
        if one.rule == CONTRADICTION
        or (one.rule == WRONG_SIDE and any(said in one.message for said in contested))
    ]
    return " ".join(
        one.message for one in case.findings if one.severity == "error" and one not in for_people
    )


def _errors_of(case: TestCase, step: int) -> str:
    """As ``_errors``; with a ``step`` those that are about it: the others stand as they were."""
    findings = tuple(one for one in case.findings if not step or one.step == step)
    return _errors(case.model_copy(update={"findings": findings}))


def _is_other(case: TestCase, revision: Revision) -> bool:
    """Whether another test came for a case that is to be the same. Somebody's own words may want
    anything, and an outline was no test."""
    old = revision.case
    free = revision.step or revision.wish.strip() or old.is_outline
    return not free and is_another_test(old, case)


def _replaces(case: TestCase, held: TestCase) -> bool:
    """Whether a case written once more stands for one that was refused."""
    same_title = case.title.casefold() == held.title.casefold()
    return same_title or bool(set(case.condition_ids) & set(held.condition_ids))


def _about(case: TestCase, conditions: Sequence[TestCondition]) -> str:
    """The checklist item that a refused draft is kept under."""
    if case.condition_ids:
        return case.condition_ids[0]
    ids = [one.id for one in conditions if one.criterion_id in case.criterion_ids]
    return ids[0] if ids else ""


def _note_questions(data: Mapping[str, object], call: _Call, ledger: _Ledger) -> None:
    """The model's questions but those that code asks; their words count only where they stand in
    the criterion."""
    criteria = {criterion.id: criterion for criterion in call.brief.epic.criteria}
    for draft in readable(QuestionDraft, data.get("questions")):
        criterion = criteria.get(draft.criterion)
        if criterion is None:
            continue
        places = draft.cases or ()
        titles = tuple(call.titles[one - 1] for one in places if 1 <= one <= len(call.titles))
        asked = _asked_by_code(draft, call.brief.questions)
        if asked is not None:
            ledger.titles[asked] = (*ledger.titles.get(asked, ()), *titles)
            continue
        start = criterion.text.find(draft.words) if draft.words else -1
        evidence = (
            Evidence(
                source_id=criterion.id,
                quote=draft.words,
                start=start,
                end=start + len(draft.words),
            ),
        )
        text = " ".join(draft.question.split())
        ledger.questions.setdefault(
            text.casefold(),
            Question(
                criterion_id=criterion.id,
                kind="how to run" if draft.about == RUNNING else "ambiguous",
                text=text,
                evidence=evidence if start >= 0 else (),
                case_titles=titles,
                names_cases=bool(titles) or draft.cases == (),
            ),
        )


def _asked_by_code(draft: QuestionDraft, asked: Sequence[Question]) -> Question | None:
    """The question of code on the same criterion that asks which of two amounts is right, where the
    draft names these two, no other of their kind, and asks what holds."""
    if draft.about == RUNNING:
        return None
    named = {(one.family, one.value) for one in numbers(draft.question)}
    for one in asked:
        if one.kind == "conflict" and one.criterion_id == draft.criterion:
            both = {(each.family, each.value) for each in numbers(one.text)}
            families = {family for family, _ in both}
            if len(both) > 1 and both == {each for each in named if each[0] in families}:
                return one
    return None


def _note_withdrawn(data: Mapping[str, object], call: _Call, ledger: _Ledger) -> None:
    """The criteria for which no case is written because a source in the prompt takes them out of
    the release, or the request leaves them out, with a question that quotes the words; these count
    only where they stand there. A criterion that the answer has cases for is withdrawn by nothing,
    nor is one of which a person has said that it is tested.
    """
    wanted = call.tested.union(call.brief.tested)
    by_words: dict[tuple[int, str], list[str]] = {}
    for draft in readable(WithdrawnDraft, data.get("withdrawn")):
        if draft.criterion in call.criteria and draft.criterion not in wanted:
            by_words.setdefault((draft.source, draft.words), []).append(draft.criterion)
    for (source, words), criteria in by_words.items():
        if len(words.split()) < FEWEST_WORDS:
            continue
        quote, title, evidence = " ".join(words.split()), "the request", tuple[Evidence, ...]()
        if source != REQUEST_NUMBER:
            if (found := _quoted(words, source, call)) is None:
                continue
            chunk, quote = found
            title, start = chunk.title or chunk.key, chunk.text.find(quote)
            if start >= 0:
                end = start + len(quote)
                evidence = (Evidence(source_id=chunk.id, quote=quote, start=start, end=end),)
        elif not stands_in(quote, folded(call.brief.request)):
            continue
        ledger.withdrawn.update(criteria)
        mine = ledger.withdrawn_by.setdefault(quote, [])  # by an answer before this one too
        mine += (one for one in dict.fromkeys(criteria) if one not in mine)
        ledger.questions[f"withdrawn: {quote}"] = question_on_left_out(quote, title, mine, evidence)


def _quoted(words: str, source: int, call: _Call) -> tuple[Chunk, str] | None:
    """The source with this number and the words given for it, where they stand in it."""
    chunks = {one.rank: one.chunk for one in call.brief.sources if one.rank in call.sources}
    chunk = chunks.get(source)
    if chunk is None or chunk.kind == "criterion":
        return None
    quote = " ".join(words.replace("**", "").split())
    told = folded(chunk.text.replace("**", ""))  # bold is seldom copied with its signs
    return (chunk, quote) if stands_in(quote, told) else None


def _note_answers(data: Mapping[str, object], call: _Call, ledger: _Ledger) -> None:
    """What the sources say to the open questions; words count only where they stand in the source
    that is named, and this source in the prompt."""
    asked = call.brief.questions
    for draft in readable(AnswerDraft, data.get("answers")):
        found = _quoted(draft.words, draft.source, call)
        if found is None or not 0 < draft.question <= len(asked):
            continue
        chunk, quote = found
        start, end = stated_in(quote, chunk) or (0, 0)
        answer = SourceAnswer(
            chunk_id=chunk.id, quote=quote, source=draft.source, passage=chunk.text[start:end],
            start=start,
        )  # fmt: skip
        question = asked[draft.question - 1]
        ledger.answers[question] = tuple(dict.fromkeys((*ledger.answers.get(question, ()), answer)))
