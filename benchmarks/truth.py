"""What judges say of each line of cases that the product wrote, and whether a mark stands there.

    python benchmarks/truth.py [FILE]

``truth/cases.jsonl`` holds a case a line: who wrote it, for which criteria, the marks that the
product put on it, and each judge's verdict with the line and the reason:

    true        every line follows from criteria and page
    slip        true, with a slip of wording that does not hinder
    assumed     a result says something that the text neither gives nor follows
    misleading  of an outline: true words that mislead together
    garbled     a sentence so torn that nobody can tell what is meant
    false       wrong by the criteria

It is a record: verdicts and marks are those of the day on which the cases were written, and no
later code changes them. Criteria of public trackers are others' work: ``truth/origins.tsv`` says
where each story's stand, and outlines, which quote them whole, are there without their words. Exit
status 1 where a judge calls a case false or garbled that carries no mark.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

CASES = Path(__file__).resolve().parent / "truth" / "cases.jsonl"
VERDICTS = ("true", "slip", "assumed", "misleading", "garbled", "false")
BAD = frozenset({"garbled", "false"})


def read(path: Path) -> list[Mapping[str, object]]:
    """The judged cases. Raises ``SystemExit`` for a line that is no case or has no verdict."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            case = json.loads(line)
            known = all(verdict in VERDICTS for verdict, _, _ in case["judges"].values())
            if not (known and case["judges"] and isinstance(case["marks"], list)):
                raise ValueError("a verdict is missing or unknown")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SystemExit(f"{path}, line {number}: {error}. Mend the line.") from error
        found.append(case)
    if not found:
        raise SystemExit(f"{path} holds no case.")
    return found


def worst(case: Mapping[str, object]) -> str:
    """The worst verdict that any judge gave."""
    judges: Mapping[str, Sequence[str]] = case["judges"]  # type: ignore[assignment]
    return max((verdict for verdict, _, _ in judges.values()), key=VERDICTS.index)


def report(cases: Sequence[Mapping[str, object]]) -> tuple[str, int]:
    """The table by writer and set, each bad case with its marks, and how many have none."""
    tables: dict[tuple[str, str], Counter[str]] = {}
    lines = []
    unmarked = 0
    for case in cases:
        verdict = worst(case)
        for name in (str(case["set"]), "all"):
            tables.setdefault((str(case["writer"]), name), Counter())[verdict] += 1
        if verdict in BAD:
            marks = ", ".join(map(str, case["marks"])) or "NO MARK"  # type: ignore[call-overload]
            unmarked += not case["marks"]
            told = "; ".join(
                f"{judge}: {line}, {reason}"
                for judge, (said, line, reason) in case["judges"].items()  # type: ignore[attr-defined]
                if said in BAD
            )
            lines.append(f"{case['id']} {case['writer']}, {verdict}, marked: {marks} ({told})")
    head = "| writer | set | cases | " + " | ".join(VERDICTS) + " |"
    rows = [head, "|" + "---|" * (3 + len(VERDICTS))]
    for (writer, name), counts in sorted(tables.items()):
        figures = " | ".join(str(counts[verdict]) for verdict in VERDICTS)
        rows.append(f"| {writer} | {name} | {counts.total()} | {figures} |")
    rows += ["", "Each case by its worst verdict. False or garbled:", *(lines or ["none"])]
    rows.append(f"Without a mark: {unmarked}")
    return "\n".join(rows), unmarked


def main(arguments: Sequence[str]) -> int:
    """Print the report; 1 where a false or garbled case has no mark."""
    text, unmarked = report(read(Path(arguments[0]) if arguments else CASES))
    print(text)
    return 1 if unmarked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
