"""Coverage: which acceptance criteria have cases, by technique and by status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.domain import CaseStatus, Epic, Technique, TestCase, TestCondition, Value


class CriterionCoverage(Value):
    """The cases that trace to one criterion. Rejected cases are listed by status, never counted.

    ``gaps`` are techniques that should have a case and have none: those of the criterion's
    conditions where these are given, the positive otherwise.
    """

    epic_key: str
    story_key: str
    criterion_id: str
    text: str
    case_ids: tuple[str, ...]
    by_technique: dict[Technique, int]
    by_status: dict[CaseStatus, int]
    gaps: tuple[Technique, ...] = ()

    @property
    def has_positive(self) -> bool:
        """Whether a case shows the criterion fulfilled."""
        return self.by_technique.get("positive", 0) > 0

    @property
    def has_negative(self) -> bool:
        """Whether a case shows what happens where it is not fulfilled."""
        return self.by_technique.get("negative", 0) > 0

    @property
    def has_boundary(self) -> bool:
        """Whether a case stands at one of its limits."""
        return self.by_technique.get("boundary", 0) > 0

    @property
    def covered(self) -> bool:
        """Whether any case that was not rejected traces to it."""
        return bool(self.case_ids)

    @property
    def accepted(self) -> bool:
        """Whether an accepted case traces to it: what coverage means in a report."""
        return self.by_status.get("accepted", 0) > 0


class Coverage(Value):
    """Coverage of all criteria of some epics, in source order, with totals over distinct cases.

    ``untraced`` are cases (not rejected) that trace to none of these criteria.
    """

    criteria: tuple[CriterionCoverage, ...]
    cases: int
    by_technique: dict[Technique, int]
    by_status: dict[CaseStatus, int]
    untraced: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Number of criteria."""
        return len(self.criteria)

    @property
    def covered(self) -> int:
        """Number of criteria with a case that was not rejected."""
        return sum(criterion.covered for criterion in self.criteria)

    @property
    def accepted(self) -> int:
        """Number of criteria with an accepted case."""
        return sum(criterion.accepted for criterion in self.criteria)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Ids of the criteria without any case that counts."""
        return tuple(row.criterion_id for row in self.criteria if not row.covered)


def coverage(
    epics: Iterable[Epic],
    cases: Iterable[TestCase],
    *,
    conditions: Sequence[TestCondition] = (),
) -> Coverage:
    """How ``cases`` cover the criteria of ``epics``.

    ``conditions`` (of a run) tell which techniques each criterion calls for; without them only a
    missing positive is a gap, because not every criterion can fail or has a limit.
    """
    listed = list(cases)
    tracing: dict[str, list[TestCase]] = {}
    for case in listed:
        for criterion_id in dict.fromkeys(case.criterion_ids):
            tracing.setdefault(criterion_id, []).append(case)
    wanted: dict[str, dict[Technique, None]] = {}
    for condition in conditions:
        for name in condition.criterion_ids:
            wanted.setdefault(name, {})[condition.technique] = None
    default: dict[Technique, None] = {} if conditions else {"positive": None}

    found: list[CriterionCoverage] = []
    for epic in epics:
        for story in epic.stories:
            for criterion in story.criteria:
                traced = tracing.get(criterion.id, [])
                counted = [case for case in traced if case.status != "rejected"]
                techniques = Counter(case.technique for case in counted if case.technique)
                asked = wanted.get(criterion.id, default)
                found.append(
                    CriterionCoverage(
                        epic_key=epic.key,
                        story_key=story.key,
                        criterion_id=criterion.id,
                        text=criterion.text,
                        case_ids=tuple(case.id for case in counted),
                        by_technique=dict(techniques),
                        by_status=dict(Counter(case.status for case in traced)),
                        gaps=tuple(name for name in asked if not techniques[name]),
                    )
                )
    known = {row.criterion_id for row in found}
    counted = [case for case in listed if case.status != "rejected"]
    return Coverage(
        criteria=tuple(found),
        cases=len(counted),
        by_technique=dict(Counter(case.technique for case in counted if case.technique)),
        by_status=dict(Counter(case.status for case in listed)),
        untraced=tuple(case.id for case in counted if not known.intersection(case.criterion_ids)),
    )
