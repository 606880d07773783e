"""How well criteria are read: limits, minimal decision suites, positives and negatives.

Run it with ``python benchmarks/design.py [--half NAME] [--failures]``. It
compares what ``assistant.design`` computes with labels written by hand (``tests/design/labelled``):
limits as "<=14 day", and for conditional criteria the rows of the minimal suite, one letter a
variable ("TF-" is true, false, effect absent). A suite counts as equal when the same rows are there
and no other ones, and each expected result is the effect, its denial or the stated alternative.
``alt`` holds the rows for a variable that may as well be named the other way round. ``fresh`` is a
second held-out set of 100 criteria, labelled without running the code on them; ``expressions`` are
150 further sentences of which only the limits are labelled, ``domains`` 180 criteria of twenty
domains by an author who had not seen the code (no suites for scenarios: whether a step that starts
the scenario is a cause is a matter of taste), and ``phrasings`` 160 by another, who said limits
and conditions in as many ways as could be thought of, and ``typical`` 140 by a third, of what
people usually write, as are the 200 of ``everyday``; ``mixed`` has 160 in eight voices and
``causal`` 150 of conditions and effects alone, ``teams`` and ``products`` 150 each in the
ways of ten companies, and ``companies`` 160 by sixteen analysts; ``sentences`` has 150 conditions
in as many forms as requirement documents have, ``tickets`` 110 bullets of several sentences, and
``statements`` 120 sentences again; ``analysts`` has 150 as fifteen companies write, ``forms`` 130
conditions in all their forms, and ``programmes`` 130 of ten business programmes, the last.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date, time
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.design.checklist import checklist  # noqa: E402
from assistant.design.conditions import derive_conditions  # noqa: E402
from assistant.domain import AcceptanceCriterion, TestCondition  # noqa: E402
from assistant.language.quantities import find_quantities  # noqa: E402
from assistant.reading.certainty import denies  # noqa: E402

SETS = (
    "development", "held_out", "further", "fresh", "expressions", "domains", "phrasings", "typical",
    "everyday", "mixed", "causal", "teams", "products", "companies", "sentences", "tickets",
    "statements", "analysts", "forms", "programmes",
)  # fmt: skip
LABELLED = ROOT / "tests" / "design" / "labelled"
SIGNS = {"at most": "<=", "less than": "<", "at least": ">=", "more than": ">", "exactly": "="}


def rows_of(half: str) -> list[dict[str, Any]]:
    """The labelled criteria of one half."""
    lines = (LABELLED / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def rows_found(row: dict[str, Any]) -> tuple[TestCondition, ...]:
    """What the code derives from a labelled criterion, without the rows of full tables only."""
    form = row.get("form", "bullet")
    criterion = AcceptanceCriterion(id=row["id"], text=row["text"], form=form)
    made = derive_conditions(criterion, depth="thorough")
    return tuple(
        one for one, item in zip(made, checklist(criterion), strict=False) if item.further < 2
    )


def conditions_of(row: dict[str, Any]) -> tuple[TestCondition, ...]:
    """What the code derives from a labelled criterion at standard depth."""
    form = row.get("form", "bullet")
    criterion = AcceptanceCriterion(id=row["id"], text=row["text"], form=form)
    return derive_conditions(criterion)


def found_limits(row: dict[str, Any]) -> list[str]:
    """The limits that the items try, written as in the labels."""
    found = []
    tried = {fact.quote for one in rows_found(row) for fact in one.facts if fact.kind == "limit"}
    for quantity in find_quantities(row["text"]):
        phrase = row["text"][quantity.phrase_start : quantity.phrase_end]
        if not quantity.is_limit or not any(phrase in quote for quote in tried):
            continue
        value = quantity.value
        if isinstance(value, time):
            said = f"{value:%H:%M}"
        elif isinstance(value, date):
            said = value.isoformat() if value.year > 4 else f"{value.day} {value:%B}"
        else:
            said = f"{value.normalize():f}"
        unit = "" if quantity.kind in ("date", "time", "number") else quantity.unit
        found.append(f"{SIGNS[quantity.comparison]}{said} {one(unit)}".strip())
    return found


def one(unit: str) -> str:
    """The last word of a unit in the singular: "failed attempts" -> "attempt"."""
    last = unit.split()[-1] if unit and unit not in ("working day", "decimal place") else unit
    last = re.sub(r"ies$", "y", re.sub(r"(?<=x)es$|(?<=ss)es$", "", last))
    return re.sub(r"(?<=[a-z]{2})(?<!s)s$", "", last) if len(last) > 3 else last


def same_limits(wanted: list[str], found: list[str]) -> tuple[int, int, int]:
    """How many limits are right, wrongly found and missed."""

    def key(limit: str) -> tuple[str, str, str]:
        match = re.match(r"(<=|>=|<|>|=)(\S+)\s*(.*)$", limit)
        assert match is not None, limit
        value = match[2]
        if re.fullmatch(r"-?\d+(?:\.\d+)?", value):
            value = f"{Decimal(value).normalize():f}"
        return match[1], value, one(match[3]) or ""

    left = [key(limit) for limit in wanted]
    wrong = 0
    for limit in map(key, found):
        same = next(
            (w for w in left if w[:2] == limit[:2] and (w[2] == limit[2] or not w[2])), None
        )
        if same is None:
            wrong += 1
        else:
            left.remove(same)
    return len(wanted) - len(left), wrong, len(left)


def suite_problem(suite: dict[str, Any], found: tuple[TestCondition, ...]) -> str:
    """What is wrong with the decision suite of a criterion; "" where it equals the hand-made."""
    fragments = [part.lower() for part in suite["vars"]]
    rows: dict[str, TestCondition] = {}
    denied: list[bool] = [False] * len(fragments)
    for condition in found:
        if condition.technique == "boundary" or not condition.variables:
            continue
        if not set(condition.variables.values()) <= {"true", "false"}:
            continue
        names = list(condition.variables)
        held = [[n for n in names if _named(part, n.lower())] for part in fragments]
        if not any(held):
            continue  # belongs to another suite of the same criterion
        if any(len(one_) != 1 for one_ in held) or len(names) != len(fragments):
            return f"variables {names}"
        letters = "".join(condition.variables[one_[0]][0].upper() for one_ in held)
        if letters in rows:
            return f"row {letters} twice"
        rows[letters] = condition
        denied = [denies(one_[0]) for one_ in held]
    if not rows and len(fragments) == 1:
        for one_ in found:  # a limit in the words of the effect: its values show both sides
            if one_.technique == "boundary" and fragments[0] in one_.facts[0].quote.lower():
                rows["T" if one_.facts[0].holds else "F"] = one_
    problems = []
    for key in ("rows", "alt"):
        for turned in product(*((False, True) if one_ else (False,) for one_ in denied)):
            if key in suite:
                said = {_turned(letters, turned): row for letters, row in rows.items()}
                problems.append(_rows_problem(suite, suite[key], said))
    return min(problems, key=len, default="no rows")


def turned_limit(suite: dict[str, Any], found: tuple[TestCondition, ...]) -> str:
    """A value on one side of a limit with the outcome of the other; "" where none is."""
    (fragment, *others) = [part.lower() for part in suite["vars"]]
    for one_ in found:
        if others or one_.technique != "boundary" or fragment not in one_.facts[0].quote.lower():
            continue
        fact = one_.facts[0]
        if denies(fact.quote) != denies(fragment):
            continue  # the label names another fact than the quotation
        letter = "T" if fact.holds else "F"
        for row in suite["rows"].split():
            if row[0] == letter:
                problem = outcome_problem(suite, re.sub("^[TF]:?", "", row), one_)
                if "false polarity" in problem:
                    return f"{one_.statement}: {problem}"
    return ""


def _turned(letters: str, turned: tuple[bool, ...]) -> str:
    """The letters of a row, a variable that is quoted with its denial named without it."""
    other = {"T": "F", "F": "T"}
    return "".join(
        other[one_] if turn else one_ for one_, turn in zip(letters, turned, strict=True)
    )


def _named(fragment: str, name: str) -> bool:
    """Whether the words of a label are in a name, a verb in the third person or not."""
    words = r"(?:e?s)?\s+".join(map(re.escape, fragment.split()))
    return re.search(words, name) is not None


def _rows_problem(suite: dict[str, Any], wanted: str, rows: dict[str, TestCondition]) -> str:
    expected = dict(re.match(r"([TF*]+):?(.+)", row).groups() for row in wanted.split())  # type: ignore[union-attr]
    letters = set(rows)
    matched = {
        want: [row for row in letters if all(a in ("*", b) for a, b in zip(want, row, strict=True))]
        for want in expected
    }
    if any(len(hits) != 1 for hits in matched.values()) or len(letters) != len(expected):
        return f"rows {sorted(letters)} instead of {sorted(expected)}"
    for want, outcome in expected.items():
        problem = outcome_problem(suite, outcome, rows[matched[want][0]])
        if problem:
            return f"{want}: {problem}"
    return ""


def outcome_problem(suite: dict[str, Any], label: str, condition: TestCondition) -> str:
    """What is wrong with the outcomes of a row; no outcome where the effect stays away is right.

    "+" asks for the effect; "-" forbids it, and asks for the alternative where one is stated; a
    digit asks for that outcome.
    """
    said = " ".join(one.quote for one in condition.outcomes if one.happens)
    denied = [one.quote for one in condition.outcomes if not one.happens]
    wanted = suite["effect"] if label == "+" else ""
    if label.isdigit():
        wanted = suite["outcomes"][int(label)]
    if wanted:
        if any(_says(wanted, quote) for quote in denied):
            return f"false polarity: not {wanted!r}"
        return "" if _says(wanted, said) else f"{wanted!r} not in {condition.expected!r}"
    other = suite.get("else", "")
    if said and not (other and _says(other, said)) and _says(suite["effect"], said):
        return f"false polarity: {said!r}"
    return "" if not other or _says(other, said) else f"{other!r} not in {condition.expected!r}"


def _says(fragment: str, said: str) -> bool:
    """Whether the words of the effect are in the result; a negation may stand between them."""
    words = fragment.lower().split()
    return all(re.sub(r"s$", "", word) in said.lower() for word in words) if words else False


def measure(half: str, *, failures: bool = False) -> dict[str, float]:
    """The figures of one half, as shares."""
    right = wrong = missed = suites = equal = positives = can_fail = negatives = 0
    items = turned = 0
    rows = rows_of(half)
    for row in rows:
        found = conditions_of(row)
        items += len(found)
        limits = found_limits(row)
        hit, extra, lost = same_limits(row["limits"], limits)
        right, wrong, missed = right + hit, wrong + extra, missed + lost
        if failures and (extra or lost):
            print(f"limits  {row['id']} {row['text']!r}\n    wanted {row['limits']} got {limits}")
        for suite in row["suites"]:
            suites += 1
            problem = suite_problem(suite, rows_found(row))
            equal += not problem
            turned += "false polarity" in problem or bool(turned_limit(suite, found))
            if failures and problem:
                print(f"suite   {row['id']} {row['text']!r}\n    {problem}")
        positive = any(c.technique == "positive" for c in found)
        positives += positive
        if row["can_fail"]:
            can_fail += 1
            negative = any(not c.valid for c in found)
            negatives += negative
            if failures and not negative:
                print(f"no negative {row['id']} {row['text']!r}")
    return {
        "criteria": len(rows),
        "limit precision": right / (right + wrong),
        "limit recall": right / (right + missed),
        **({"suites equal": equal / suites} if suites else {}),
        "suites": suites,
        "suites with false polarity": turned,
        "items a criterion": round(items / len(rows), 2),
        "with positive": positives / len(rows),
        "with negative where it can fail": negatives / can_fail,
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--half",
        choices=SETS,
        default="development",
    )
    options.add_argument("--failures", action="store_true", help="print what is not equal")
    given = options.parse_args()
    for name, value in measure(given.half, failures=given.failures).items():
        print(f"{name:<34}{value if isinstance(value, int) or value > 1.5 else f'{value:.1%}'}")


if __name__ == "__main__":
    main()
