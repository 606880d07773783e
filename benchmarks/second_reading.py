"""What a second reader finds: planted faults, and false doubts on cases that raters call usable.

    python benchmarks/second_reading.py [--json]

The cases are those of the first three epics of the rating pack ``theatre-to-crafts/product-1-to-4``
with a fault planted in 36 of 94 (``second_reading/planted.json``: place, kind, words before and
after), each story's wiki page beside it. The model is the configured endpoint
(``UAT_ENDPOINT_PROVIDER``, ``_URL``, ``_MODEL``); the prompt and what counts as a doubt are the
program's own. A fault counts as found where its case is doubted.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.domain import (  # noqa: E402
    AcceptanceCriterion,
    Chunk,
    GenerationConfig,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.generation.second_reading import (  # noqa: E402
    ANSWER_TOKENS,
    ReadingGround,
    read_again,
)
from assistant.settings import load_settings  # noqa: E402
from assistant.workflow.deployment.endpoint_file import open_endpoint  # noqa: E402

DATA = ROOT / "benchmarks" / "second_reading"
PACK = ROOT / "benchmarks" / "rating" / "theatre-to-crafts" / "product-1-to-4"
EPICS = (1, 2, 3)
USABLE = "usable"


def planted(text: str, faults: list[Mapping[str, object]]) -> str:
    """The text of a pack with its faults: the words after in the place of those before."""
    parts = re.split(r"(?m)^(?=CASE )", text)
    for fault in faults:
        place = next(i for i, part in enumerate(parts) if part.startswith(f"CASE {fault['case']} "))
        before, after = str(fault["before"]), str(fault["after"])
        if before not in parts[place]:
            raise SystemExit(f"{fault['case']} does not hold “{before}”.")
        parts[place] = parts[place].replace(before, after, 1)
    return "".join(parts)


def cases_of(text: str) -> Iterator[TestCase]:
    """The cases of a pack's file."""
    for part in re.split(r"(?m)^(?=CASE )", text)[1:]:
        name = part.split()[1]
        title = re.search(r"^Title: (.*)$", part, re.M)
        given = re.search(r"^Preconditions:\n((?:  - .*\n)*)", part, re.M)
        steps = []
        pattern = r"^  \d+\. Action:   (.*)\n(?:     Data:     (.*)\n)?     Expected: (.*)$"
        for number, found in enumerate(re.finditer(pattern, part, re.M), 1):
            action, data, expected = found.groups(default="")
            steps.append(
                TestStep(number=number, action=action, test_data=data, expected_result=expected)
            )
        lines = given.group(1).splitlines() if given else []
        yield TestCase(
            id=name,
            title=title.group(1) if title else "",
            preconditions=tuple(line.removeprefix("  - ") for line in lines),
            steps=tuple(steps),
        )


def ground_of(text: str, wiki: str) -> ReadingGround:
    """An epic's stories as the criteria, and its wiki page in passages."""
    epic = text.split("=" * 20)[0]
    stories = re.split(r"(?m)^(?=## )", epic)
    passages = [one for one in re.split(r"\n\s*\n", wiki) if one.strip().lstrip("#")]
    return ReadingGround(
        context=(stories[0],),
        criteria=tuple(
            AcceptanceCriterion(id=f"story-{n}", text=one) for n, one in enumerate(stories[1:], 1)
        ),
        sources=tuple(
            RetrievedChunk(
                chunk=Chunk(id=f"wiki-{n}", document_id="wiki", text=one, kind="prose", ordinal=n),
                score=1.0,
                rank=n,
            )
            for n, one in enumerate(passages, 1)
        ),
    )


def rated_usable() -> frozenset[str]:
    """The cases that both raters call usable."""
    ratings: Counter[str] = Counter()
    for file in sorted((PACK / "ratings").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as rows:
            ratings.update(row["case"] for row in csv.DictReader(rows) if row["rating"] == USABLE)
    return frozenset(name for name, count in ratings.items() if count == 2)


def measure() -> dict[str, object]:
    """Counts over the three epics, and the doubts in words."""
    faults = json.loads((DATA / "planted.json").read_text(encoding="utf-8"))
    settings = load_settings()
    endpoint = open_endpoint(
        settings,
        settings.endpoint_timeout or 600.0,
        GenerationConfig(writer="endpoint", max_tokens=ANSWER_TOKENS),
    )
    good, kinds = rated_usable(), {str(one["case"]): str(one["kind"]) for one in faults}
    doubts: dict[str, list[str]] = {}
    read: list[str] = []
    tokens: Counter[str] = Counter()
    for number in EPICS:
        text = (PACK / "for_raters" / f"epic-{number}.txt").read_text(encoding="utf-8")
        mine = [one for one in faults if str(one["case"]).startswith(f"E{number}-")]
        cases = list(cases_of(planted(text, mine)))
        wiki = (DATA / f"epic-{number}-wiki.md").read_text(encoding="utf-8")
        for part, found in read_again(ground_of(text, wiki), cases, endpoint):
            read += [case.id for case in part]
            tokens.update(read=found.reply.prompt_tokens, written=found.reply.generated_tokens)
            for name, findings in found.found.items():
                doubts[name] = [one.message for one in findings]
    clean = [name for name in read if name not in kinds and name in good]
    by_kind = {kind: [0, 0] for kind in sorted(set(kinds.values()))}
    for name, kind in kinds.items():
        by_kind[kind][0] += name in doubts
        by_kind[kind][1] += 1
    return {
        "cases": len(read),
        "faults": len(kinds),
        "found": sum(name in doubts for name in kinds),
        "by_kind": by_kind,
        "usable": len(clean),
        "usable_doubted": sum(name in doubts for name in clean),
        "tokens": dict(tokens),
        "doubts": doubts,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    print(f"{figures['found']} of {figures['faults']} planted faults found; of "
          f"{figures['usable']} unchanged cases that both raters call usable "
          f"{figures['usable_doubted']} doubted; {figures['tokens']}")  # fmt: skip
    for kind, (found, total) in figures["by_kind"].items():  # type: ignore[attr-defined]
        print(f"  {kind}: {found} of {total}")


if __name__ == "__main__":
    main()
