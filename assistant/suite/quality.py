"""The quality of a run in figures that can be checked: each one names the cases behind it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assistant.domain import TestCase, Value
from assistant.language.word_lists import read_table


class About(Value):
    """What a figure is called; ``rule`` says how it is counted, ``good`` whether a high count is
    what one wants."""

    name: str
    rule: str
    good: bool = False


_ABOUT = read_table(Path(__file__).with_suffix(".toml"), dict[str, About])


class Figure(About):
    """One figure: ``count`` of ``total`` things, and the cases that are behind it."""

    count: int
    total: int
    case_ids: tuple[str, ...]
    left_out: int = 0
    """Of criteria: how many beside the total are left out of the test."""

    @property
    def share(self) -> float:
        """``count`` among ``total``, 0 to 1; 0 where there is nothing."""
        return self.count / self.total if self.total else 0.0


class Quality(Value):
    """The figures of a run, and how often each smell was found."""

    figures: tuple[Figure, ...]
    findings: dict[str, int]


def quality(
    cases: Collection[TestCase],
    *,
    duplicates: Collection[str],
    criteria: int,
    covered: Collection[str],
    existing: Collection[str] = (),
    problems: Collection[str] | None = None,
    stale: Collection[str] = (),
    proposed: Collection[str] = (),
    no_smells: Collection[str] = (),
    left_out: int = 0,
) -> Quality:
    """The figures of ``cases``; rejected ones do not count.

    ``duplicates`` are cases that say what another one of them says, ``existing`` those that say
    what a case says that was there before, ``criteria`` how many criteria there are, ``covered``
    those with a case, ``problems`` cases that break the company's template (``None``: it has
    none, and nothing is said of it), ``stale`` those that
    rest on what a source says no more, ``proposed`` those of which a change is proposed.
    Findings of the rules ``no_smells`` are not about wording. ``left_out`` are the criteria that no
    case is wanted for, beside the ``criteria``.
    """
    counted = [case for case in cases if case.status != "rejected"]
    results = sum(bool(step.expected_result.strip()) for case in counted for step in case.steps)
    unproved = sum(len(case.unsupported_steps) for case in counted)
    with_unproved = [case.id for case in counted if case.unsupported_steps]
    denied = [case.id for case in counted if any(f.severity == "error" for f in case.findings)]
    smells = {
        case.id: [f.rule for f in case.findings if f.rule not in no_smells] for case in counted
    }
    smelly = [name for name, rules in smells.items() if rules]
    same = [case.id for case in counted if case.id in set(duplicates)]
    there = [case.id for case in counted if case.id in set(existing)]
    broken = [case.id for case in counted if case.id in set(problems or ())]
    old = [case.id for case in counted if case.id in set(stale)]
    faulty = {
        *with_unproved,
        *same,
        *there,
        *broken,
        *old,
        *(case.id for case in counted if case.findings or case.needs_you),
    }
    clean = [case.id for case in counted if case.id not in faulty]
    findings: dict[str, int] = {}
    for rules in smells.values():
        for rule in rules:
            findings[rule] = findings.get(rule, 0) + 1

    cases_with = {
        "clean": clean,
        "denied": denied,
        "duplicates": same,
        "existing": there,
        "smells": smelly,
        "template": broken,
        "stale": old,
        "proposed": [case.id for case in counted if case.id in set(proposed)],
    }
    counts = {name: (len(ids), len(counted), ids) for name, ids in cases_with.items()}
    counts["criteria"] = (len(covered), criteria, [case.id for case in counted if covered])
    counts["unsupported"] = (unproved, results, with_unproved)
    figures = []
    for name, about in _ABOUT.items():
        if name == "template" and problems is None:
            continue
        count, total, ids = counts[name]
        figures.append(
            Figure(
                **about.model_dump(), count=count, total=total, case_ids=tuple(ids),
                left_out=left_out if name == "criteria" else 0,
            )
        )  # fmt: skip
    return Quality(
        figures=tuple(figures),
        findings=dict(sorted(findings.items(), key=lambda item: -item[1])),
    )
