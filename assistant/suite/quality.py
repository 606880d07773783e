"""The quality of a run in figures that can be checked: each one names the cases behind it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.domain import TestCase, Value


class Figure(Value):
    """One figure: ``count`` of ``total`` things, and the cases that are behind it.

    ``rule`` says how it is counted; ``good`` whether a high count is what one wants.
    """

    name: str
    count: int
    total: int
    rule: str
    case_ids: tuple[str, ...]
    good: bool = False

    @property
    def share(self) -> float:
        """``count`` among ``total``, 0 to 1; 0 where there is nothing."""
        return self.count / self.total if self.total else 0.0


class Quality(Value):
    """The figures of a run, and how often each smell was found."""

    figures: tuple[Figure, ...]
    findings: dict[str, int]


def quality(
    cases: Sequence[TestCase],
    *,
    duplicates: Collection[str],
    criteria: int,
    covered: Collection[str],
    existing: Collection[str] = (),
    problems: Collection[str] = (),
    grounding_rules: Collection[str] = (),
) -> Quality:
    """The figures of ``cases``; rejected ones do not count.

    ``duplicates`` are cases that say what another one of them says, ``existing`` those that say
    what a case says that was there before, ``criteria`` how many criteria there are, ``covered``
    those with a case, ``problems`` cases that break the company's template.
    Findings of ``grounding_rules`` are about sources and count as no smell.
    """
    counted = [case for case in cases if case.status != "rejected"]
    results = sum(bool(step.expected_result.strip()) for case in counted for step in case.steps)
    unproved = sum(len(case.unsupported_steps) for case in counted)
    with_unproved = [case.id for case in counted if case.unsupported_steps]
    denied = [case.id for case in counted if any(f.severity == "error" for f in case.findings)]
    smells = {
        case.id: [f.rule for f in case.findings if f.rule not in grounding_rules]
        for case in counted
    }
    smelly = [name for name, rules in smells.items() if rules]
    same = [case.id for case in counted if case.id in set(duplicates)]
    there = [case.id for case in counted if case.id in set(existing)]
    broken = [case.id for case in counted if case.id in set(problems)]
    faulty = {
        *with_unproved,
        *same,
        *there,
        *broken,
        *(case.id for case in counted if case.findings or case.needs_you),
    }
    clean = [case.id for case in counted if case.id not in faulty]
    findings: dict[str, int] = {}
    for rules in smells.values():
        for rule in rules:
            findings[rule] = findings.get(rule, 0) + 1

    def of_cases(name: str, case_ids: Sequence[str], rule: str, *, good: bool = False) -> Figure:
        return Figure(
            name=name,
            count=len(case_ids),
            total=len(counted),
            rule=rule,
            case_ids=tuple(case_ids),
            good=good,
        )

    return Quality(
        figures=(
            of_cases(
                "No automatic finding",
                clean,
                "Cases in which none of these checks found anything: support for each expected "
                "result in the sources, contradictions to a source, faults of wording, cases that "
                "say the same, the template's rules, steps without words, open questions. Whether "
                "a case is right, no check knows: read it.",
                good=True,
            ),
            Figure(
                name="Criteria with a case",
                count=len(covered),
                total=criteria,
                rule="Acceptance criteria that at least one case traces to.",
                case_ids=tuple(case.id for case in counted if covered),
                good=True,
            ),
            Figure(
                name="Unsupported",
                count=unproved,
                total=results,
                rule="Expected results for which no support was found in the sources, among all "
                "expected results.",
                case_ids=tuple(with_unproved),
            ),
            of_cases(
                "Against a source",
                denied,
                "Cases in which a check found a sentence that a source denies: another number, "
                "date or message for the same thing, or the opposite.",
            ),
            of_cases(
                "Duplicates",
                same,
                "Cases that the comparison takes to say what another case of the run says.",
            ),
            of_cases(
                "Exist already",
                there,
                "Cases that the comparison takes to say what an accepted or imported case says. "
                "To leave such cases out, tick “Write only what is new or changed” before you "
                "generate.",
            ),
            of_cases(
                "With a smell",
                smelly,
                "Cases in which a rule of wording found a fault: vague words, several actions in a "
                "step, no data, a result that cannot be observed.",
            ),
            of_cases(
                "Template faults",
                broken,
                "Cases that break a rule of the company's template, such as a text too long.",
            ),
        ),
        findings=dict(sorted(findings.items(), key=lambda item: -item[1])),
    )
