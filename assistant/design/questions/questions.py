"""Questions to ask before cases are written, each with the words that raise it.

Vague words, limits that are spoken of but not given, criteria that say nothing, rules that are
referred to but not there, statements that contradict a source, the story or another criterion,
criteria that ask for what the epic declares out of scope, and what the epic itself leaves open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.design.questions.conflicts import (
    NO_STAGES,
    Conflict,
    OtherSide,
    Stages,
    clause_at,
    content_words,
    find_conflicts,
    find_other_sides,
    name_of,
    name_with_stage,
    one_line,
)
from assistant.design.questions.contradictions import Contradiction, find_contradictions
from assistant.design.questions.disagreements import Disagreement, find_disagreements
from assistant.design.questions.matters import Matters, Statement, statement
from assistant.design.questions.open_questions import only_asks, open_questions
from assistant.design.questions.row_conflicts import RowConflict, find_row_conflicts
from assistant.design.questions.scope import (
    ScopeItem,
    contradicted_items,
    is_scope_statement,
    out_of_scope,
)
from assistant.design.questions.similar_criteria import MANY, PART, Progress, comparable
from assistant.design.questions.supersession import (
    Change,
    changes,
    changes_about,
    changes_named,
    changes_of,
)
from assistant.design.questions.vague_words import find_vague
from assistant.design.techniques.flow_items import steps_of
from assistant.design.techniques.limit_items import limits_untold
from assistant.domain import (
    AcceptanceCriterion,
    Chunk,
    Epic,
    Evidence,
    Question,
    TestCondition,
    UserStory,
)
from assistant.language.amounts import Quantity, amount_as_written
from assistant.language.languages import ENGLISH, language_of
from assistant.language.quoted_messages import mask_quotes
from assistant.language.sentences import Span
from assistant.reading.criteria import read_rules
from assistant.reading.narratives import read_narrative, role_of
from assistant.reading.references import KnownTexts

MAX_VAGUE = 3
"""Questions about vague words for one criterion; more would only be skipped over."""

_PRONOUN_ONLY = re.compile(
    r"^\W*(?:it|this|that|they|these)\s+(?:works?|is (?:ok|fine|good|done))\b", re.IGNORECASE
)
_STATING = ("rule", "prose", "table_row")


def raise_questions(
    epic: Epic,
    sources: Sequence[Chunk] = (),
    *,
    known: Iterable[str] | None = None,
    left_out: Collection[str] = (),
    stages: Stages = NO_STAGES,
    progress: Progress | None = None,
) -> tuple[Question, ...]:
    """Questions on the criteria of an epic, criterion by criterion, each with its words.

    ``sources`` are chunks of rules and pages that the criteria are compared with. ``known`` are
    further texts in which a rule that a criterion names may stand (all of the project's, since a
    reference is only unknown where nothing holds it); without sources or ``known``, references
    are not looked at. Of criteria that are ``left_out`` nothing is asked. A source that by
    ``stages`` is of a draft or an older edition is called so. ``progress`` gets
    criteria done and in all, with each part of very many.
    """
    found: list[Question] = []
    stating = [chunk for chunk in sources if chunk.kind in _STATING]
    own = {criterion.id for criterion in epic.criteria}
    # What stands under a criterion's own id is called by its document.
    rules = [one.model_copy(update={"key": ""}) if one.key in own else one for one in stating]
    texts = [*(f"{c.key} {c.title}\n{c.heading}\n{c.text}" for c in sources), *(known or ())]
    if texts:
        texts += [epic.description, *(f"{one.id} {one.text}" for one in epic.criteria)]
        texts += [f"{story.key} {story.narrative}" for story in epic.stories]
    held = KnownTexts(texts)
    changed = changes(rules)
    about = changes_about(epic.criteria, changed)
    for name, told in changes_named(epic.criteria, stating).items():
        about.setdefault(name, []).extend(told)
    total = len(epic.criteria)
    matters = Matters()
    alike = enumerate(_to_compare(epic.criteria), start=1)
    declared = [(epic.key, one) for one in out_of_scope(epic.description)]
    for story in epic.stories:
        scope = [*declared, *((story.key, one) for one in out_of_scope(story.narrative))]
        for criterion, (done, others) in zip(story.criteria, alike, strict=False):
            if progress and total > MANY and (done % PART == 0 or done == total):
                progress(done, total)
            if is_scope_statement(criterion.text):
                continue
            if only_asks(criterion.text):
                found.append(_asked_by_text(criterion))
                continue
            found += _vague(criterion)
            found += _conflicting(criterion, rules, stages)
            found += _contradicting(criterion, rules, stages)
            found += _against_story(criterion, story)
            found += _against_criteria(criterion, others, matters)
            found += _outdated(criterion, changed, about.get(criterion.id, ()), stages)
            found += _out_of_scope(criterion, scope)
            found += _unknown(criterion, held)
            found += _empty(criterion)
            found += _beyond(criterion)
    apart = list(find_disagreements(epic, sources))
    found += _rows_apart(apart, matters, {one.id: one for one in sources}, stages)
    known_apart = {(one.mine.criterion.id, one.theirs.criterion.id) for one in apart}
    for one in find_row_conflicts(epic, rules):
        if (one.criterion.id, one.chunk.id) not in known_apart:
            found.append(_other_in_row(one, stages))
    found += _left_open(epic)
    asked = (one for one in found if one.criterion_id not in left_out)
    return tuple(_distinct(matters.put_together(asked)))


def _distinct(questions: Iterable[Question]) -> Iterator[Question]:
    """Without a second question on the same words of the same sources.

    Where two sources disagree, the first criterion that it matters to is asked about.
    """
    seen: set[frozenset[tuple[str, str]]] = set()
    for question in questions:
        key = frozenset((one.source_id, one.quote) for one in question.evidence)
        if len(question.evidence) > 2:
            key = frozenset((one.source_id, one.quote) for one in question.evidence[1:])
        if not key or key not in seen:
            seen.add(key)
            yield question


def _evidence(source_id: str, text: str, start: int, end: int) -> Evidence:
    return Evidence(source_id=source_id, quote=text[start:end], start=start, end=end)


def _vague(criterion: AcceptanceCriterion) -> Iterator[Question]:
    asked: set[str] = set()
    for vague in find_vague(criterion.text):
        if vague.words.lower() in asked:
            continue
        asked.add(vague.words.lower())
        if len(asked) > MAX_VAGUE:
            return
        yield Question(
            criterion_id=criterion.id, kind=vague.kind, text=vague.ask,
            evidence=(_evidence(criterion.id, criterion.text, vague.start, vague.end),),
        )  # fmt: skip


def _conflicting(
    criterion: AcceptanceCriterion, sources: Sequence[Chunk], stages: Stages
) -> Iterator[Question]:
    if criterion.form == "table":  # cells are compared with their rows: "Fee: £5" is of one case
        sources = [chunk for chunk in sources if chunk.kind != "table_row"]
    for conflict in find_conflicts(criterion.text, sources):
        yield _other_amount(
            criterion, conflict, name_with_stage(conflict.source_name, conflict.chunk, stages)
        )
    for one in find_other_sides(criterion.text, sources):
        name = name_with_stage(name_of(one.chunk, one.sentence), one.chunk, stages)
        yield _other_side(criterion, one, name)


def _other_side(criterion: AcceptanceCriterion, one: OtherSide, name: str) -> Question:
    """Whether the value of a limit itself is in or out, where a source says otherwise."""
    sentence = one.sentence
    return Question(
        criterion_id=criterion.id,
        kind="conflict",
        text=one.question.format(name=name),
        evidence=(
            _evidence(criterion.id, criterion.text, one.ours.start, one.ours.end),
            _evidence(one.chunk.id, one.chunk.text, sentence.start, sentence.end),
        ),
    )


def _other_amount(
    criterion: AcceptanceCriterion, one: Conflict, name: str, where: Evidence | None = None
) -> Question:
    """Which of two amounts is right; ``where`` the other stands, if not in the chunk itself."""
    said = criterion.text[one.quantity.start : one.quantity.end]
    other = one.chunk.text[one.theirs.start : one.theirs.end]
    return Question(
        criterion_id=criterion.id,
        kind="conflict",
        text=one.question(criterion.text, name),
        evidence=(
            _evidence(criterion.id, criterion.text, one.quantity.start, one.quantity.end),
            where or _evidence(one.chunk.id, one.chunk.text, one.sentence.start, one.sentence.end),
        ),
        suggestion=_exchanged(criterion.text, said, other),
    )


def _exchanged(text: str, said: str, other: str) -> str:
    """The text with an amount exchanged wherever it says that amount, in its messages too."""
    return amount_as_written(said).sub(lambda _: other, text)


def _contradicting(
    criterion: AcceptanceCriterion, sources: Sequence[Chunk], stages: Stages
) -> Iterator[Question]:
    said = steps_of(criterion.text) if criterion.form == "flow" else criterion.text
    for one in find_contradictions(said, sources):
        name = name_of(one.source, one.sentence)
        yield _disagreement(criterion, one, name_with_stage(name, one.source, stages))


def _disagreement(
    criterion: AcceptanceCriterion, one: Contradiction, name: str, where: Evidence | None = None
) -> Question:
    """Which of two statements is right; ``where`` the other stands, if not in the chunk itself."""
    text, suggestion = criterion.text, ""
    if one.slot != "whether":
        suggestion = text[: one.mine.start] + one.theirs.text + text[one.mine.end :]
    if one.slot == "whether":
        said = f"The criterion says “{one_line(one.mine.text)}”, but {name} says the opposite"
    else:
        said = f"The criterion says {one.mine.text.strip()}, but {name} says {one.theirs.text}"
    return Question(
        criterion_id=criterion.id,
        kind="conflict",
        text=f"{said}. Which is right?",
        evidence=(
            _evidence(criterion.id, criterion.text, one.mine.start, one.mine.end),
            where
            or _evidence(one.source.id, one.source.text, one.sentence.start, one.sentence.end),
        ),
        suggestion=suggestion,
    )


def _against_story(criterion: AcceptanceCriterion, story: UserStory) -> Iterator[Question]:
    """What the story wants and the criterion says the opposite of."""
    rule = read_narrative(story.narrative)
    if rule is None or rule.whole.text.strip() == criterion.text.strip():
        return
    wanted = re.sub(r"^(?:I|we) (?:want|need|would like) to (?:be able to )?", "", rule.effect.text)
    able = f"The {role_of(story.narrative)} can {wanted}"  # for comparing alone
    chunk = _as_chunk(story.key, rule.effect.text if wanted == rule.effect.text else able)
    name = f"the story {story.key}"
    where = _evidence(story.key, story.narrative, max(0, rule.whole.start), rule.whole.end)
    for one in find_contradictions(criterion.text, [chunk]):
        yield _disagreement(criterion, one, name, where)
    for conflict in find_conflicts(criterion.text, [chunk]):
        yield _other_amount(criterion, conflict, name, where)


def _to_compare(
    criteria: Sequence[AcceptanceCriterion],
) -> Iterator[list[AcceptanceCriterion]]:
    """For each criterion, in order, the others that share words with it."""
    alike = comparable([one.text for one in criteria])
    for one, places in zip(criteria, alike, strict=True):
        yield [criteria[place] for place in sorted(places) if criteria[place].id != one.id]


def _against_criteria(
    criterion: AcceptanceCriterion, others: Sequence[AcceptanceCriterion], matters: Matters
) -> Iterator[Question]:
    """Another criterion of the epic that says otherwise; asked once, at the later of the two."""
    earlier = [
        other
        for other in others
        if not (other.form == "gherkin" or criterion.form in ("gherkin", "table"))
        and not other.form == criterion.form == "flow"  # each flow tells another course of things
        and _in_order(other.id) <= _in_order(criterion.id)
    ]
    for other in matters.to_compare(criterion, earlier):
        chunk = _as_chunk(other.id, other.text)
        for one in find_contradictions(criterion.text, [chunk]):
            asked = _disagreement(criterion, one, other.id)
            mine = statement(criterion, one.slot, one.mine)
            matters.join(mine, statement(other, one.slot, one.theirs), asked)
            yield asked
        if _same_words(criterion.text, other.text):
            for conflict in find_conflicts(criterion.text, [chunk]):
                asked = _other_amount(criterion, conflict, other.id)
                asked = asked.model_copy(update={"suggestion": ""})  # neither of the two is newer
                ours, theirs = (
                    Span(text[one.start : one.end], one.start, one.end)
                    for text, one in (
                        (criterion.text, conflict.quantity),
                        (other.text, conflict.theirs),
                    )
                )
                matters.join(statement(criterion, "", ours), statement(other, "", theirs), asked)
                yield asked


@lru_cache(maxsize=8192)
def _in_order(name: str) -> tuple[str | int, ...]:
    """An id by which later ones sort behind: "AC10" behind "AC9"."""
    return tuple(int(one) if one.isdecimal() else one for one in re.split(r"(\d+)", name))


def _rows_apart(
    apart: Iterable[Disagreement],
    matters: Matters,
    sources: Mapping[str, Chunk],
    stages: Stages,
) -> Iterator[Question]:
    for one in apart:
        chunk = sources.get(one.theirs.criterion.id) if one.theirs.foreign else None
        asked = _of_rows(
            one, name_with_stage(one.theirs.name, chunk, stages) if chunk else one.theirs.name
        )
        if not one.theirs.foreign:
            mine, theirs = (
                Statement(quoted.source_id, "row", quoted.start, quoted.quote)
                for quoted in (one.mine.condition.evidence[-1], one.theirs.condition.evidence[-1])
            )
            matters.join(mine, theirs, asked)
        yield asked


def _of_rows(one: Disagreement, name: str) -> Question:
    """Two rows, or a row and a sentence, that decide the same case differently."""
    mine, theirs = one.mine.condition, one.theirs.condition
    if mine.technique == theirs.technique == "boundary" and mine.data != theirs.data:
        thing = next(reversed(mine.variables))
        said = f"“{thing}”: here {mine.data} is the last allowed value, but in {name} it is"
        said = f"{said} {theirs.data}"
    else:
        here, there = mine.expected or _allowed(mine), theirs.expected or _allowed(theirs)
        said = f"{one_line(mine.statement)}: here {here}, but in {name} {there}"
    return Question(
        criterion_id=one.mine.criterion.id, kind="conflict", text=f"{said}. Which is right?",
        evidence=(*mine.evidence, *theirs.evidence),
    )  # fmt: skip


def _other_in_row(one: RowConflict, stages: Stages) -> Question:
    """Two rows on the same case of which each has another amount."""
    name = name_with_stage(name_of(one.chunk, one.row), one.chunk, stages)
    text, mine, row = one.criterion.text, one.mine.whole, one.row
    key, said, other = (
        f"“{cell.name}: {cell.value.text}”" for cell in (one.key, one.mine, one.theirs)
    )
    return Question(
        criterion_id=one.criterion.id, kind="conflict",
        text=f"For {key} the criterion says {said}, but {name} says {other}."
             " Which is right?",
        evidence=(
            _evidence(one.criterion.id, text, mine.start, mine.end),
            _evidence(one.chunk.id, one.chunk.text, row.start, row.end),
        ),
        suggestion=one.suggestion,
    )  # fmt: skip


def _allowed(condition: TestCondition) -> str:
    return "allowed" if condition.valid else "refused"


def _same_words(one: str, two: str) -> bool:
    """Whether two criteria hardly differ but for their numbers."""
    left, right = content_words(mask_quotes(one)), content_words(mask_quotes(two))
    return len(left & right) >= 0.8 * max(len(left), len(right), 1)


def _outdated(
    criterion: AcceptanceCriterion,
    known: Sequence[Change],
    about: Sequence[Change],
    stages: Stages,
) -> Iterator[Question]:
    """Two sources that disagree on a rule that the criterion is about, by an amount or without."""
    text = criterion.text
    places = [(one, (mine.start, mine.end)) for one, mine in changes_of(text, known)]
    for change, (start, end) in [*places, *((one, (0, len(text))) for one in about)]:
        yield Question(
            criterion_id=criterion.id,
            kind="conflict",
            text=change.question(stages),
            evidence=(
                _evidence(criterion.id, text, start, end),
                _sentence_with(change.newer, change.newer_value),
                _sentence_with(change.older, change.older_value),
            ),
        )


def _sentence_with(source: Chunk, value: Quantity) -> Evidence:
    said = clause_at(source.text, value.start)
    return _evidence(source.id, source.text, said.start, said.end)


def _out_of_scope(
    criterion: AcceptanceCriterion, declared: Sequence[tuple[str, ScopeItem]]
) -> Iterator[Question]:
    for source_id, item in declared:
        for one, start, end in contradicted_items(criterion.text, (item,)):
            yield Question(
                criterion_id=criterion.id,
                kind="out of scope",
                text=f"{source_id} declares “{one_line(one.text)}” out of scope, but the criterion"
                " asks for it. Is it in scope?",
                evidence=(
                    _evidence(criterion.id, criterion.text, start, end),
                    Evidence(source_id=source_id, quote=one.text, start=one.start, end=one.end),
                ),
            )


def _unknown(criterion: AcceptanceCriterion, held: KnownTexts) -> Iterator[Question]:
    if not held:
        return
    for one in held.unknown(criterion.text, own=f"{criterion.id} {criterion.text}"):
        yield Question(
            criterion_id=criterion.id,
            kind="unknown reference",
            text=f"The criterion refers to {one.words}, and nothing found in the sources names it."
            " What does it say? Import it, or state the rule here.",
            evidence=(_evidence(criterion.id, criterion.text, one.start, one.end),),
        )


def _empty(criterion: AcceptanceCriterion) -> Iterator[Question]:
    """A criterion with hardly a word in it says nothing that could be tested."""
    words = re.findall(r"[^\W\d_]{2,}", criterion.text)
    if len(words) < 3 or _PRONOUN_ONLY.match(criterion.text):
        text = criterion.text
        yield Question(
            criterion_id=criterion.id, kind="untestable",
            text="The criterion does not say what happens. What is done, and what must be seen"
                 " then?", evidence=(_evidence(criterion.id, text, 0, len(text)),) if text else (),
        )  # fmt: skip


def _beyond(criterion: AcceptanceCriterion) -> Iterator[Question]:
    """A time by which something is done, of which nothing says what happens when it is over."""
    text = criterion.text
    if criterion.form in ("gherkin", "table") or language_of(text) != ENGLISH:
        return
    rules = read_rules(text)
    for place, rule in enumerate(rules):
        if any(later.conditions for later in rules[place + 1 :]):
            continue  # "If it is late, a reminder is sent"
        for quantity, point in limits_untold(text, rule):
            start, end = quantity.phrase_start, quantity.phrase_end
            yield Question(
                criterion_id=criterion.id, kind="missing rule",
                text=f"The criterion says “{text[start:end]}” and not what happens when it takes"
                     f" {point.text}. What is seen then?",
                evidence=(_evidence(criterion.id, text, start, end),),
            )  # fmt: skip


def _left_open(epic: Epic) -> Iterator[Question]:
    """What the epic or a story itself lists as open, on the criterion with most of its words: rare
    ones tell more, and those of the story's title count beside those of the criterion."""
    own = {one.id: content_words(one.text) for one in epic.criteria}
    titles = {one.id: content_words(s.title) for s in epic.stories for one in s.criteria}
    times = Counter(word for said in (*own.values(), *titles.values()) for word in said)
    texts = [(epic.key, epic.description, epic.criteria)]
    texts += [(story.key, story.narrative, story.criteria) for story in epic.stories]
    for key, text, criteria in texts:
        for start, end in open_questions(text) if criteria else ():
            asked = content_words(text[start:end])
            shared = {
                one.id: sum(1 / times[w] for said in (own, titles) for w in asked & said[one.id])
                for one in criteria
            }
            yield Question(
                criterion_id=max(shared, key=lambda one: shared[one]),
                kind="left open",
                text=f"{key} leaves open: “{' '.join(text[start:end].split())}” What is the"
                " answer?",
                evidence=(_evidence(key, text, start, end),),
            )


def _asked_by_text(criterion: AcceptanceCriterion) -> Question:
    text = criterion.text
    return Question(
        criterion_id=criterion.id, kind="untestable",
        text="The text asks here and states nothing that can be tested. What is the answer?",
        evidence=(_evidence(criterion.id, text, 0, len(text)),),
    )  # fmt: skip


def _as_chunk(source_id: str, text: str) -> Chunk:
    return Chunk(id=source_id, document_id=source_id, ordinal=0, text=text, kind="criterion")
