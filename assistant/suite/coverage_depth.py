"""How deeply each acceptance criterion is covered: a matrix of criterion and technique.

The level of a criterion follows from stated rules (``RULES``), never from a score: which of its
test conditions have a case, whether what can fail has a negative one, and whether the expected
results stand on a source.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Epic,
    Priority,
    Question,
    Technique,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.language.languages import ENGLISH, language_of
from assistant.suite.export.csv_file import encodable, mark

Level = Literal[
    "Gap", "Shallow", "Partial", "Claimed", "Underspecified", "Not read", "Well covered",
    "Left out",
]  # fmt: skip
RULES: dict[Level, str] = {
    "Gap": "no case traces to the criterion",
    "Shallow": "it can fail or has a limit, and no case shows that; or fewer than half of its "
    "items have a case",
    "Partial": "some of its items have no case that shows them, a case is an outline that nobody "
    "has completed, or one expects what no source supports; or all have one, and it refers to "
    "rules that stand elsewhere and are not on its checklist",
    "Claimed": "every item has a case that shows it, or one that a model wrote for it and in which "
    "code does not see it: read whether it shows it",
    "Underspecified": "it cannot be tested as it stands, or nothing testable was found in it",
    "Not read": "it is in a language of which code reads no rules and is one item, quoted whole: "
    "whether its cases test all of it, only a reader can tell",
    "Well covered": "every item has a worded case, and every expected result has a source",
    "Left out": "no case stands for it, because the words that are told take it out of the test: "
    "those of a source, the request or the epic. Nothing is missing of it until somebody answers "
    "that it is tested",
}
"""What each level means, in the order in which a reader should look at them."""

StoryLevel = Literal["No criterion", "Story only"]
STORY_RULES: dict[StoryLevel, str] = {
    "No criterion": "a story that states no acceptance criterion: nothing says what its cases have "
    "to show. It counts among no criteria",
    "Story only": "cases that name the story and none of its criteria: they cover no criterion",
}
"""The rows of stories: what stands there covers nothing."""

_HELD_AGAINST_ITEMS = frozenset({"model", "person"})
"""Whose cases cover the items that they are seen to show, and no other: imported ones and those of
earlier versions, which nobody held against the items, stand for one of their technique each."""
NOWHERE: Mapping[str, str] = MappingProxyType({})
_MUST_SHOW: tuple[Technique, ...] = ("negative", "boundary")
_RISK: dict[Priority, int] = {"High": 0, "Medium": 1, "Low": 2}


class Cell(Value):
    """One criterion by one technique: conditions wanted, conditions with a case, the cases."""

    technique: Technique
    wanted: int
    covered: int
    case_ids: tuple[str, ...] = ()


class CriterionDepth(Value):
    """One row of the matrix. ``priority`` is that of the most important condition left open.

    ``claimed`` are those of the ``missing`` that a case was written for and is not seen to show; of
    a criterion whose language is not read, a claim is all there is, and its item is not missing.
    ``words`` are what the items of both say, by their ids. The row of a story has no
    ``criterion_id``, and its ``text`` is the story's title.
    """

    epic_key: str
    story_key: str
    release: str
    team: str
    criterion_id: str
    text: str
    level: Level | StoryLevel
    why: str
    priority: Priority = "Low"
    cells: tuple[Cell, ...] = ()
    case_ids: tuple[str, ...]
    accepted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    words: Mapping[str, str] = NOWHERE
    no_negative: bool = False
    redundant: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    questions: int = 0

    @property
    def unseen(self) -> tuple[str, ...]:
        """The missing ones that a case claims."""
        return tuple(one for one in self.missing if one in self.claimed)

    @property
    def unclaimed(self) -> tuple[str, ...]:
        """The missing ones that no case claims."""
        return tuple(one for one in self.missing if one not in self.claimed)

    @property
    def unread(self) -> tuple[str, ...]:
        """Those claimed that are not missing: whether a case shows them a reader can tell."""
        return tuple(one for one in self.claimed if one not in self.missing)

    def cell(self, technique: Technique) -> Cell | None:
        """The cell of a technique; ``None`` where the criterion calls for none and has none."""
        return next((cell for cell in self.cells if cell.technique == technique), None)


class DepthReport(Value):
    """The matrix in source order, and the cases that trace to no criterion of it.

    ``stories`` are rows of their own, counted apart: stories without a criterion, and those that
    some of the ``untraced`` name. ``unplaced`` are the untraced ones that name no story either.
    """

    criteria: tuple[CriterionDepth, ...]
    stories: tuple[CriterionDepth, ...] = ()
    untraced: tuple[str, ...] = ()

    @property
    def without_criterion(self) -> tuple[CriterionDepth, ...]:
        """The rows of stories that state no criterion."""
        return tuple(row for row in self.stories if row.level == "No criterion")

    @property
    def story_only(self) -> tuple[CriterionDepth, ...]:
        """The rows of stories with criteria that some cases name without naming one of these."""
        return tuple(row for row in self.stories if row.level == "Story only")

    @property
    def unplaced(self) -> tuple[str, ...]:
        """The cases that name neither a criterion nor a story of the matrix."""
        placed = {name for row in self.stories for name in row.case_ids}
        return tuple(name for name in self.untraced if name not in placed)

    @property
    def rows(self) -> tuple[CriterionDepth, ...]:
        """All rows by what to look at first; cases at their story alone come last."""
        return (*self.without_criterion, *self.by_risk, *self.story_only)

    @property
    def by_level(self) -> dict[Level, int]:
        """How many criteria have each level, all levels in the order of the rules."""
        return {level: sum(row.level == level for row in self.criteria) for level in RULES}

    @property
    def missing(self) -> tuple[str, ...]:
        """All conditions without a case, in source order."""
        return tuple(dict.fromkeys(name for row in self.criteria for name in row.missing))

    def items(self, kind: Callable[[CriterionDepth], tuple[str, ...]]) -> dict[str, str]:
        """Items of all criteria, each once, with their criterion and what they say."""
        return {
            name: f"{row.criterion_id} {row.words[name]}"
            for row in self.criteria
            for name in kind(row)
        }

    @property
    def by_risk(self) -> tuple[CriterionDepth, ...]:
        """The rows by what to look at first: level, then priority of what is missing."""
        order: list[Level | StoryLevel] = list(RULES)
        return tuple(sorted(self.criteria, key=lambda r: (order.index(r.level), _RISK[r.priority])))


def depth(
    epics: Sequence[Epic],
    cases: Iterable[TestCase],
    conditions: Sequence[TestCondition],
    *,
    questions: Sequence[Question] = (),
    redundant: Collection[str] = (),
    covered_elsewhere: Collection[str] = (),
    refers: Mapping[str, str] = NOWHERE,
    left_out: Mapping[str, str] = NOWHERE,
) -> DepthReport:
    """How ``cases`` cover the ``conditions`` of all criteria of ``epics``; rejected ones do not.

    A case that was written for a condition covers it. One that names none (imported, written by a
    person) covers one condition of its technique in each criterion that it traces to; without a
    technique it counts as positive. A model's case that shows none of those it claims covers none,
    nor does one with an error that nobody has accepted: it stands under what it claims.
    A case that names a story and none of its criteria stands at the story and covers nothing.
    An end-to-end condition is shown at each criterion that it walks through, and decides the level
    of none. ``redundant`` are cases that say what another one says; ``covered_elsewhere`` are
    conditions that an existing case covers, and ``questions`` those that are open. ``refers`` are
    the words by which a criterion refers to rules elsewhere, of which it has no item, by its id,
    and ``left_out`` those that take one without a case out of the test: nothing is missing of it,
    nor of what would walk through it.
    """
    counted = [case for case in cases if case.status != "rejected"]
    tracing: dict[str, list[TestCase]] = defaultdict(list)
    for case in counted:
        for criterion_id in dict.fromkeys(case.criterion_ids):
            tracing[criterion_id].append(case)
    wanted: dict[str, list[TestCondition]] = defaultdict(list)
    for condition in conditions:
        if left_out.keys().isdisjoint(condition.criterion_ids):
            for name in condition.criterion_ids:
                wanted[name].append(condition)
    asked: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        asked[question.criterion_id].append(question)
    rows = [
        _row(epic, story, criterion, tracing[criterion.id], wanted[criterion.id],
             asked[criterion.id], redundant, covered_elsewhere, refers.get(criterion.id, ""),
             left_out.get(criterion.id, ""))
        for epic in epics
        for story in epic.stories
        for criterion in story.criteria
    ]  # fmt: skip
    known = {row.criterion_id for row in rows}
    untraced = [case for case in counted if not known.intersection(case.criterion_ids)]
    return DepthReport(
        criteria=tuple(rows),
        stories=tuple(_story_rows(epics, untraced)),
        untraced=tuple(case.id for case in untraced),
    )


def _story_rows(epics: Sequence[Epic], untraced: Sequence[TestCase]) -> Iterator[CriterionDepth]:
    """Stories without a criterion, and those that cases name alone; a case that names an epic too
    is of that epic's story."""
    naming: dict[str, list[TestCase]] = defaultdict(list)
    for case in untraced:
        naming[case.story_key].append(case)
    for epic in epics:
        for story in epic.stories:
            cases = [one for one in naming[story.key] if one.epic_key in ("", epic.key)]
            if story.criteria and not cases:
                continue
            number = len(cases)
            many = f"{number} cases name" if number > 1 else f"{number or 'no'} case names"
            level: StoryLevel = "Story only" if story.criteria else "No criterion"
            yield CriterionDepth(
                epic_key=epic.key,
                story_key=story.key,
                release=story.release or epic.release,
                team=story.team or epic.team,
                criterion_id="",
                text=story.title,
                level=level,
                why=f"{many} the story{', no criterion of it' * bool(story.criteria)}",
                case_ids=tuple(one.id for one in cases),
                accepted=tuple(one.id for one in cases if one.status == "accepted"),
                words={},
            )


def _row(
    epic: Epic,
    story: UserStory,
    criterion: AcceptanceCriterion,
    cases: Sequence[TestCase],
    conditions: Sequence[TestCondition],
    questions: Sequence[Question],
    redundant: Collection[str],
    covered_elsewhere: Collection[str],
    refers: str,
    left_out: str,
) -> CriterionDepth:
    named = {name for case in cases if not _is_refused(case) for name in case.condition_ids}
    named |= set(covered_elsewhere)
    free: dict[Technique, int] = defaultdict(int)
    for case in cases:
        if not case.condition_ids and case.origin.writer not in _HELD_AGAINST_ITEMS:
            free[case.technique or "positive"] += 1
    missing: list[TestCondition] = []
    for condition in sorted(conditions, key=lambda one: _RISK[one.priority]):
        if condition.id in named:
            continue
        if free[condition.technique]:
            free[condition.technique] -= 1
            continue
        missing.append(condition)
    own = [one for one in conditions if not one.legs]
    language = _unread_language(criterion, own)
    claimed = claimed_in([one for one in conditions if one in missing], cases)
    if language:
        missing = [one for one in missing if one.legs or one.id not in claimed]
    gone = {condition.id for condition in missing}
    cells = []
    for technique in TECHNIQUES:
        of_it = [one for one in conditions if one.technique == technique]
        ids = tuple(case.id for case in cases if (case.technique or "positive") == technique)
        if of_it or ids:
            covered = sum(one.id not in gone for one in of_it)
            cells.append(
                Cell(technique=technique, wanted=len(of_it), covered=covered, case_ids=ids)
            )
    unsupported = tuple(
        case.id
        for case in cases
        if case.unsupported_steps and case.origin.writer in ("rules", "model")
    )
    open_ones = [one for one in missing if not one.legs]
    level, why = _level(cases, own, open_ones, cells, unsupported, questions, refers)
    is_claimed = bool(open_ones) and len(open_ones) == len(
        claimed_in(open_ones, [case for case in cases if not _is_refused(case)])
    )
    if is_claimed:  # whether a case shows it, code does not know
        whole = [one.model_copy(update={"covered": one.wanted}) for one in cells]
        level, why = _level(cases, own, (), whole, unsupported, questions, refers)
    if left_out:
        level, why = "Left out", left_out
    elif language and level not in ("Gap", "Underspecified"):
        level = "Not read"
        why = f"{language}: code reads no rules of it; "
        why += "no case claims it" if open_ones else "a case claims it, look yourself"
    elif is_claimed and level == "Well covered":
        level = "Claimed"
        which = "its one item" if len(own) == 1 else f"{len(open_ones)} of {len(own)} items"
        why = f"{which} claimed by a case, not seen in it"
    elif claimed and level in ("Shallow", "Partial"):
        why += f"; {len(claimed)} claimed, not seen"
    return CriterionDepth(
        epic_key=epic.key,
        story_key=story.key,
        release=story.release or epic.release,
        team=story.team or epic.team,
        criterion_id=criterion.id,
        text=criterion.text,
        level=level,
        why=why,
        priority=min((one.priority for one in missing), key=_RISK.__getitem__, default="Low"),
        cells=tuple(cells),
        case_ids=tuple(case.id for case in cases),
        accepted=tuple(case.id for case in cases if case.status == "accepted"),
        missing=tuple(one.id for one in conditions if one.id in gone),
        claimed=claimed,
        words={one.id: one.statement for one in conditions if one.id in gone or one.id in claimed},
        no_negative=any(
            cell.technique == "negative" and not cell.covered and cell.wanted for cell in cells
        ),
        redundant=tuple(case.id for case in cases if case.id in redundant),
        unsupported=unsupported,
        questions=len(questions),
    )


def _unread_language(criterion: AcceptanceCriterion, conditions: Sequence[TestCondition]) -> str:
    """The language of a criterion that is quoted whole because it is not read; empty where it is
    read, or where its items are those of a table or a scenario."""
    language = language_of(criterion.text)
    facts = [fact for one in conditions for fact in one.facts]
    whole = bool(facts) and all(fact.kind == "main flow" for fact in facts)
    return language if whole and language != ENGLISH else ""


def claimed_in(missing: Sequence[TestCondition], cases: Sequence[TestCase]) -> tuple[str, ...]:
    """Those that a model's case was written for; one stored by an earlier version has their labels
    as its objective."""
    written = [case for case in cases if case.origin.writer == "model"]
    named = {name for case in written for name in case.claimed_ids}
    labels = f"; {'; '.join(case.objective for case in written if not case.claimed_ids)}; "
    return tuple(one.id for one in missing if one.id in named or f"; {one.statement}; " in labels)


def _is_refused(case: TestCase) -> bool:
    errors = any(finding.severity == "error" for finding in case.findings)
    return errors and case.origin.writer in _HELD_AGAINST_ITEMS and case.status != "accepted"


def _level(
    cases: Sequence[TestCase],
    conditions: Sequence[TestCondition],
    missing: Sequence[TestCondition],
    cells: Sequence[Cell],
    unsupported: Sequence[str],
    questions: Sequence[Question],
    refers: str,
) -> tuple[Level, str]:
    """The level by the rules, and the fact that decided it."""
    untestable = next((one.text for one in questions if one.kind == "untestable"), "")
    if untestable:
        return "Underspecified", f"untestable: {untestable}"
    if not conditions:
        return "Underspecified", "nothing testable was found in it"
    done = len(conditions) - len(missing)
    if not cases and not done:
        return "Gap", "no case"
    lacking = [c.technique for c in cells if c.technique in _MUST_SHOW and c.wanted]
    lacking = [
        name
        for name in lacking
        if not any(cell.covered for cell in cells if cell.technique == name)
    ]
    if lacking:
        return "Shallow", f"no {' and no '.join(lacking)} case"
    if done * 2 < len(conditions):
        return "Shallow", f"{done} of {len(conditions)} items have a case"
    if missing:
        return "Partial", f"{done} of {len(conditions)} items have a case"
    outlines = sum(case.is_outline for case in cases)
    if outlines:
        return "Partial", f"{outlines} of {len(cases)} cases are outlines to complete"
    if unsupported:
        number = len(unsupported)
        return "Partial", f"{number} case{'s' * (number > 1)} with a result that no source supports"
    number = len(conditions)
    counted = "its one item has a case" if number == 1 else f"all {number} items have a case"
    if refers:
        return "Partial", f"{counted}; what it refers to (“{refers}”) is not on the checklist"
    return "Well covered", counted


CSV_HEADERS = (
    "Epic", "Story", "Criterion", "Text", "Release", "Team", "Level", "Why", "Priority of gaps",
    *(name.capitalize() for name in TECHNIQUES),
    "Cases", "Accepted", "Conditions without a case", "Redundant", "Open questions",
)  # fmt: skip


def matrix_csv(report: DepthReport) -> bytes:
    """The matrix as CSV for a spreadsheet: UTF-8 with a signature, formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_HEADERS)
    for row in (*report.without_criterion, *report.criteria, *report.story_only):
        cells = [row.cell(name) for name in TECHNIQUES]
        values = [
            row.epic_key, row.story_key, row.criterion_id, row.text, row.release, row.team,
            row.level, row.why, row.priority if row.missing else "",
            *(f"{cell.covered} of {cell.wanted}" if cell else "" for cell in cells),
            ", ".join(row.case_ids), len(row.accepted), ", ".join(row.missing),
            ", ".join(row.redundant), row.questions,
        ]  # fmt: skip
        writer.writerow([mark(encodable(str(value))) for value in values])
    return out.getvalue().encode("utf-8-sig")
