"""Against what exists: may a condition be covered by an existing case as it is, or by an update?

Precision before recall. A condition is *reuse* only where an existing case that traces to its
criterion or story (or plainly speaks of the same) has a step that tries out the very value, shows
the very message and comes out the same way. It is *update* where the same check is there and a
number, a message or a name in it is not the criterion's any more; the changed words are listed by
step.
Everything else is *new*. No score decides and no embedding is asked: each verdict can be read off
the words that its reason names.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.domain import AcceptanceCriterion, Epic, TestCase, TestCondition, UserStory, Value
from assistant.suite.case_changes import StepChange, changes_for, out_of_date
from assistant.suite.case_views import CaseView, Rarity, StepView
from assistant.suite.case_words import content, quoted_with_lead, words
from assistant.suite.condition_demands import Claim
from assistant.suite.evidence import meaningful_stems, messages, quantities, refuses, shows

Verdict = Literal["reuse", "update", "new"]
VERDICTS: dict[Verdict, str] = {
    "reuse": "an existing case checks it as it stands",
    "update": "an existing case checks the same with other numbers, messages or names",
    "new": "no existing case was seen to check it; one in other words is often not seen",
}
"""What each verdict means."""

SITUATION = 0.4
"""Share of what the situation tells that a case must say too that traces to the criterion."""
OUTCOME = 0.5
"""The same of the expected result, where neither a value nor a message decides."""
UNTRACED_SITUATION = 0.7
UNTRACED_SUBJECT = 0.6
"""Shares for a case that traces to nothing known: of its title, told by criterion or condition."""

MOST_UNTRACED = 20
"""So many untraced cases, the nearest, are looked at for a condition."""
NAMED = 0.5
"""Share of the situation's names that the case must say; proper names all."""
_DIGITS = re.compile(r"\d[\d.,]*\d|\d")
_UNCHANGED = re.compile(r"\b(?:stays?|remains?|still|unchanged|not change)\b")

Link = Literal["criterion", "message", "story", "none"]
"""How a case comes to be looked at: it names the criterion; it names the story alone and expects a
message that this criterion alone quotes; it is of the story; it speaks of the same."""
LINKS: tuple[Link, ...] = get_args(Link)


class ConditionVerdict(Value):
    """What to do about a condition; ``steps`` of the case ``case_id`` check it. ``read``: a model
    said so that read the case, and gave the words to exchange."""

    condition_id: str
    verdict: Verdict
    reason: str
    case_id: str = ""
    steps: tuple[int, ...] = ()
    changes: tuple[StepChange, ...] = ()
    read: bool = False


class ReuseReport(Value):
    """A verdict for each condition, in their order, and how many cases they were compared with."""

    verdicts: tuple[ConditionVerdict, ...]
    existing: int

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many conditions have each verdict, all verdicts in their order."""
        return {name: sum(one.verdict == name for one in self.verdicts) for name in VERDICTS}

    @property
    def reusable(self) -> frozenset[str]:
        """The conditions that an existing case covers as it is."""
        return frozenset(one.condition_id for one in self.verdicts if one.verdict == "reuse")

    @property
    def needs_no_case(self) -> frozenset[str]:
        """The reusable ones, and those of a case for which a model that read it gave new words."""
        updated = (one for one in self.verdicts if one.verdict == "update" and one.read)
        return self.reusable.union(one.condition_id for one in updated)

    @property
    def by_condition(self) -> dict[str, ConditionVerdict]:
        """The verdicts by the condition they are about."""
        return {one.condition_id: one for one in self.verdicts}


@dataclass(frozen=True)
class _Found:
    """A step that checks a condition; ``sure`` is higher the more decides."""

    case: TestCase
    step: int
    sure: float
    reason: str


def against_existing(
    conditions: Sequence[TestCondition], epics: Sequence[Epic], existing: Iterable[TestCase]
) -> ReuseReport:
    """Reuse, update or new for each condition of ``epics``; rejected and draft cases do not count.

    ``existing`` are accepted and imported cases of the same project.
    """
    views = [CaseView(one) for one in existing if one.status in ("accepted", "imported")]
    stories = [
        (story, criterion) for e in epics for story in e.stories for criterion in story.criteria
    ]
    rarity = Rarity(
        [f"{view.set_up}\n{view.results}" for view in views]
        + [criterion.text for _, criterion in stories]
    )
    known = {criterion.id for _, criterion in stories}
    of = {criterion.id: (story, criterion) for story, criterion in stories}
    epic_of = {story.key: e.key for e in epics for story in e.stories}
    siblings = {story.key: {one.id for one in story.criteria} for story, _ in stories}
    traced = [(view, set(view.case.criterion_ids)) for view in views]
    untraced = _Untraced([view for view, ids in traced if not ids & known], rarity)
    quoting = Counter(message for _, one in stories for message in messages(one.text))
    verdicts = []
    for condition in conditions:
        if condition.legs:
            verdicts.append(_walk_verdict(condition, views, of, rarity))
            continue
        story, criterion = of[condition.criterion_id]
        claim = Claim(condition, criterion)
        own = {message for message in claim.shown if quoting[message] == 1}
        linked = [
            (view, _link(view, ids, criterion, own))
            for view, ids in traced
            if (ids & siblings[story.key] or (not ids and _names(view.case, story, epic_of)))
            and view.case.technique != "end-to-end"
        ]
        linked.sort(key=lambda one: LINKS.index(one[1]))
        linked += [(view, "none") for view in untraced.about(claim)]
        verdicts.append(_verdict(claim, linked, rarity))
    return ReuseReport(verdicts=tuple(verdicts), existing=len(views))


def contrary(case: TestCase, existing: TestCase, steps: Collection[int]) -> bool:
    """Whether a case expects otherwise than the steps of an existing one that checks its condition:
    it denies their message or expects another, or all of it is granted where these refuse.

    An outline quotes its criterion, and what it expects is still to be worded.
    """
    results = [one.expected_result for one in case.steps if one.expected_result.strip()]
    if case.is_outline or not results:
        return False
    shown = set().union(*map(messages, results))
    denied = set().union(*(messages(one, denied=True) for one in results))
    for step in (one.expected_result for one in existing.steps if one.number in steps):
        wanted = set(messages(step))
        if wanted and shown | denied:
            if not wanted & shown:
                return True
        elif not any(refuses(one) == refuses(step) for one in results):
            return True
    return False


def _link(view: CaseView, ids: Set[str], criterion: AcceptanceCriterion, own: Set[str]) -> Link:
    """How a case of the criterion's story is linked; ``own`` are messages of no other criterion."""
    if criterion.id in ids:
        return "criterion"
    return "message" if not ids and own & set(view.messages) else "story"


def _names(case: TestCase, story: UserStory, epic_of: Mapping[str, str]) -> bool:
    """Whether a case that names no criterion names the story, and no epic but the story's."""
    return case.story_key == story.key and case.epic_key in ("", epic_of[story.key])


def _walk_verdict(
    condition: TestCondition,
    views: Sequence[CaseView],
    of: Mapping[str, tuple[UserStory, AcceptanceCriterion]],
    rarity: Rarity,
) -> ConditionVerdict:
    """Reuse where one case checks every leg, in their order; else new."""
    for view in views:
        if not set(condition.criterion_ids) <= set(view.case.criterion_ids):
            continue
        steps: list[int] = []
        for leg in condition.legs:
            found = _checks(Claim(leg, of[leg.criterion_id][1]), view, "criterion", rarity)
            if found is None or (steps and found.step < steps[-1]):
                break
            steps.append(found.step)
        else:
            return ConditionVerdict(
                condition_id=condition.id,
                verdict="reuse",
                case_id=view.case.id,
                steps=tuple(dict.fromkeys(steps)),
                reason="It goes through the same criteria in the same order.",
            )
    return ConditionVerdict(
        condition_id=condition.id,
        verdict="new",
        reason="No existing case was found that goes through these criteria in this order.",
    )


class _Untraced:
    """Cases that trace to no known criterion, found by what they say."""

    def __init__(self, views: Sequence[CaseView], rarity: Rarity) -> None:
        self._views = views
        self._rarity = rarity
        self._holding: dict[str, list[int]] = defaultdict(list)
        for place, view in enumerate(views):
            for word in view.all_words:
                self._holding[word].append(place)

    def about(self, claim: Claim) -> list[CaseView]:
        """The nearest that say most of its situation and whose title is about little else."""
        wanted = claim.situation_words
        held: dict[int, float] = defaultdict(float)
        for word in wanted:
            weight = self._rarity.weight(word)
            for place in self._holding.get(word, ()):
                held[place] += weight
        total = sum(map(self._rarity.weight, wanted))
        said = meaningful_stems(
            f"{claim.criterion.title} {claim.criterion.text}"
        ) | meaningful_stems(claim.text)
        nearest = sorted(held.items(), key=lambda one: (-one[1], one[0]))[:MOST_UNTRACED]
        return [
            self._views[place]
            for place, weight in nearest
            if weight >= UNTRACED_SITUATION * total
            and self._rarity.covered(self._views[place].title_words, said) >= UNTRACED_SUBJECT
        ]


def _verdict(
    claim: Claim, linked: Sequence[tuple[CaseView, Link]], rarity: Rarity
) -> ConditionVerdict:
    found = [one for view, link in linked if (one := _checks(claim, view, link, rarity))]
    if found:
        best = max(found, key=lambda one: one.sure)
        return ConditionVerdict(
            condition_id=claim.condition.id,
            verdict="reuse",
            case_id=best.case.id,
            steps=(best.step,),
            reason=best.reason,
        )
    for view, link in linked:
        changed = changes_for(claim, view, rarity, renamed=link == "criterion")
        checked = changed and _checks(claim, CaseView(changed.case), link, rarity)
        if changed and checked:
            return ConditionVerdict(
                condition_id=claim.condition.id,
                verdict="update",
                case_id=view.case.id,
                steps=(checked.step,),
                changes=changed.changes,
                reason=changed.reason,
            )
    return ConditionVerdict(
        condition_id=claim.condition.id, verdict="new", reason=_why_new(claim, linked)
    )


def _checks(claim: Claim, view: CaseView, link: Link, rarity: Rarity) -> _Found | None:
    """The step of a case that checks the condition, where one does."""
    needed = SITUATION if link in ("criterion", "message") else UNTRACED_SITUATION
    if rarity.covered(claim.situation_words, view.all_words) < needed:
        return None
    if not _about(claim, view) or out_of_date(claim, view):
        return None
    found = [one for step in view.steps if (one := _step_checks(claim, view, step, link, rarity))]
    return max(found, key=lambda one: one.sure, default=None)


def _about(claim: Claim, view: CaseView) -> bool:
    """Whether values and turned facts of the situation are those of the case."""
    for value in claim.values:
        choices = value.replace(", ", " or ").split(" or ")
        if not any(_says(view, one) for one in choices):
            return False
    if claim.role or (claim.shown and all(shows(view.results, one) for one in claim.shown)):
        return True
    return all(
        any(
            len(meaningful_stems(fact) & part) * 2 >= len(meaningful_stems(fact))
            for part in view.denied
        )
        for fact in claim.false_facts
        if not (claim.demands and quantities(fact))
    )


def _says(view: CaseView, value: str) -> bool:
    """Whether the circumstances of a case hold every word and every number of a value."""
    numbers = set(_DIGITS.findall(value))
    named = set(content(words(value, whole=True)))
    return named <= view.set_up_words and numbers <= set(_DIGITS.findall(view.set_up))


def _named(claim: Claim, held: frozenset[str], rarity: Rarity) -> bool:
    """Whether what the situation names is named in the case: what each name is, or most of it."""
    if not all(any(one <= held for one in choice) for choice in claim.choices):
        return False
    free = {word for choice in claim.choices for one in choice for word in one}
    if any(rarity.is_proper(one) for one in claim.heads - held - free):
        return False
    return rarity.covered(frozenset(claim.situation_names) - free, held) >= NAMED


def _step_checks(
    claim: Claim, view: CaseView, step: StepView, link: Link, rarity: Rarity
) -> _Found | None:
    if not (claim.expected or claim.demands or claim.role or claim.values):
        return None  # what follows is not said, and no value tells this side from the other
    shown = bool(claim.shown) and all(shows(step.result, one) for one in claim.shown)
    if not step.result.strip() or (step.refuses != claim.refuses and not shown):
        return None
    if not claim.role and not _named(claim, view.set_up_words | step.shown_before, rarity):
        return None
    loosely = link == "criterion"
    if not all(step.meets(demand, loosely=loosely) for demand in claim.demands):
        return None
    if not loosely and claim.bounds and step.breaks(claim.bounds):
        return None
    if claim.role and not _acts(claim.role, view, step):
        return None
    if claim.stays and not (step.shown or _UNCHANGED.search(step.result)):
        return None
    if bool(claim.shown) != shown or any(shows(step.result, one) for one in claim.denied):
        return None
    if not set(claim.outcome_names) <= view.all_words:
        return None
    said = quantities(step.result) + quantities(view.case.title)
    if not all(any(one.same(other) for other in said) for one in claim.results_in):
        return None
    tried = step.meets_itself(claim.demands, loosely=loosely)
    covered = rarity.covered(claim.outcome_words, step.shown_later | view.title_words)
    decided = bool(claim.shown) or tried or claim.exact or _same_values(claim, step)
    if not decided and link in ("message", "story"):
        return None
    if not (claim.shown or tried) and covered < OUTCOME:
        return None
    if link == "none" and covered < OUTCOME and not claim.shown:
        return None
    return _Found(
        case=view.case,
        step=step.number,
        sure=covered + bool(claim.shown) + tried + 2 * (link == "criterion"),
        reason=_why(claim, step),
    )


def _same_values(claim: Claim, step: StepView) -> bool:
    """Whether a result has all that the expected one has in quotation marks, each behind the same
    word ("from “Open”"); one value alone may be anybody's."""
    wanted = _placed_values(claim.expected)
    return len(wanted) > 1 and wanted <= _placed_values(step.result)


def _placed_values(text: str) -> set[tuple[str, ...]]:
    return {
        (*words(lead, whole=True)[-1:], value.casefold()) for value, lead in quoted_with_lead(text)
    }


def _acts(role: str, view: CaseView, step: StepView) -> bool:
    """Whether the step is taken by this role, or by another where the condition wants another."""
    for start in ("someone who is not ", "someone who is neither ", "someone other than "):
        if role.startswith(start):
            barred = meaningful_stems(role.removeprefix(start))
            acting = [frozenset(content(words(one, whole=True))) for one in step.actors]
            return bool(acting) and not any(one and one <= barred for one in acting)
    choices = [frozenset(content(words(one, whole=True))) for one in role.split(" or ")]
    acting = [frozenset(content(words(one, whole=True))) for one in step.actors]
    if any(one and one <= mine for one in choices for mine in acting):
        return True
    return any(one and one <= view.set_up_words for one in choices) and not any(
        one[:1].isupper() for part in role.split(" or ") for one in part.split()[1:]
    )


def _why(claim: Claim, step: StepView) -> str:
    parts = []
    if claim.shown:
        parts.append(f"shows the message “{next(iter(claim.shown.values()))[:80]}”")
    if claim.demands and claim.condition.data:
        parts.append(f"tries {claim.condition.data[:60]}")
    parts.append(f"expects “{step.result[:100]}”")
    return f"Step {step.number} {', '.join(parts)}."


def _tries(claim: Claim, view: CaseView) -> bool:
    """Whether a step of a case is taken with all that the condition tries."""
    return bool(claim.demands) and any(
        all(step.meets(demand, loosely=False) for demand in claim.demands) for step in view.steps
    )


def _ids(views: Sequence[CaseView]) -> list[str]:
    """The ids of cases, each once."""
    return list(dict.fromkeys(view.case.id for view in views))


def _why_new(claim: Claim, linked: Sequence[tuple[CaseView, Link]]) -> str:
    near = _ids([view for view, link in linked if link != "story"])
    whose = "About the same criterion"
    if not near:
        near, whose = _ids([view for view, _ in linked]), "Of the same story"
    if not near:
        return "No existing case was found that names this criterion or tells of it."
    names = ", ".join(near[:3])
    trying = _ids([view for view, _ in linked if _tries(claim, view)])
    if trying and claim.condition.data:
        return (
            f"{whose}: {', '.join(trying[:3])}: tries {claim.condition.data[:60]}, and no"
            " result was seen to say what the criterion says of it."
        )
    if claim.demands and claim.condition.data:
        what = f"try {claim.condition.data[:60]}"
    else:
        what = "check this"
    return f"{whose}: {names}. No step of theirs was seen to {what}."
