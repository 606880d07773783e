"""How often a source that comes in later is rightly said to set another limit than a case.

    python benchmarks/new_sources.py [--losses]

reads, for each set in ``benchmarks/new_sources``, pages that contradict cases of the rated packs
(``contradicting*``) and pages that do not, though most use their words (``harmless*``: other
features, FAQs that agree, examples, other releases and countries, staff and technical pages). The
cases are those of ``benchmarks/rating/PACK/with-sources.txt``, cited by the proof from the pack's
own pages. A mark is a case that a page marks; ``doubtful.json`` names, by page, marks on
contradicting pages that a reader called wrong. Printed are marks, right marks, and pages found.

Left out of the product after the sets before were counted, with what was right of it: roles,
moments and amounts that are no limits, and cases that only say a limit that their run read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.design.questions.other_limits import LaterSources
from assistant.domain import AcceptanceCriterion, Chunk, RetrievedChunk, TestCase, TestStep
from assistant.errors import SourceError
from assistant.generation.proof import Ground, Sources, grounded
from assistant.knowledge.chunks.chunking import split
from assistant.sources.files.files import read_file
from assistant.sources.pasted.pasted import read_pasted, read_text
from assistant.workflow.review.newer_sources import limits_of, stating
from assistant.workflow.sources.import_sources import document_of

HERE = Path(__file__).parent
PACKS, SETS = HERE / "rating", HERE / "new_sources"
REQUIREMENTS = ("stories.txt", "epic.md", "jira.csv")
NO_PAGES = re.compile(r"ratings|with|existing_cases|facts|traps|questions")
_CRITERION = re.compile(r"(?m)^- ([\w#-]+-AC[\d-]+): (.*(?:\n(?!- |##|\n).*)*)")
_HEAD = re.compile(r"(?P<id>\S+) · criteri\w+ (?P<of>.*?) · (?P<title>.*)")
_STEP = re.compile(r"  (\d+)\. (.*?)(?:  \[(.*)\])?$")


def written_cases(text: str) -> Iterator[TestCase]:
    """The cases of a rated list."""
    for block in re.split(r"(?m)^=== ", text)[1:]:
        head, *lines = block.splitlines()
        named = _HEAD.match(head)
        if named is None:
            continue
        given = tuple(one.strip()[7:] for one in lines if one.startswith("  given: "))
        steps: list[TestStep] = []
        for line in lines:
            if found := _STEP.match(line):
                steps.append(
                    TestStep(
                        number=len(steps) + 1, action=found[2] or "-", test_data=found[3] or "",
                        expected_result="",
                    )
                )  # fmt: skip
            elif line.strip().startswith("->"):
                result = {"expected_result": line.strip()[3:]}
                steps[-1] = steps[-1].model_copy(update=result)
        yield TestCase(
            id=named["id"], title=named["title"], preconditions=given, steps=tuple(steps),
            criterion_ids=tuple(named["of"].split(", ")),
        )  # fmt: skip


@cache
def pack(name: str) -> tuple[tuple[Chunk, ...], tuple[TestCase, ...]]:
    """What the cases of a pack were written from, and the cases with citations of it."""
    criteria: dict[str, str] = {}
    pages: list[Chunk] = []
    for file in sorted(one for one in (PACKS / name).rglob("*") if one.is_file()):
        data, first = file.read_bytes(), file.relative_to(PACKS / name).parts[0]
        if file.name in REQUIREMENTS:
            shown = file.name.replace(".txt", ".md")
            epics = read_file(shown, data).epics
            criteria |= {one.id: one.text for epic in epics for one in epic.criteria}
            criteria |= dict(_CRITERION.findall(data.decode()))
        elif not NO_PAGES.match(first):
            try:
                reading = (
                    read_text(data.decode(), title=file.name, as_kind="page", document_id=file.name)
                    if file.suffix == ".txt"
                    else read_file(file.name, data)
                )
            except SourceError:
                continue  # code and pictures beside the pages
            document = document_of(reading)
            pages += () if document.metadata.outdated else split(document)
    own = [
        Chunk(id=key, document_id="stories", ordinal=at, text=text, kind="criterion", key=key)
        for at, (key, text) in enumerate(criteria.items())
    ]
    read = (*own, *pages)
    sources = Sources(
        [
            RetrievedChunk(
                chunk=one, score=1, rank=rank, stage="fused" if one.key not in criteria else "basis"
            )
            for rank, one in enumerate(read, 1)
        ]
    )
    all_criteria = [
        AcceptanceCriterion(id=key, text=text, form="bullet") for key, text in criteria.items()
    ]
    cases = []
    for case in written_cases((PACKS / name / "with-sources.txt").read_text("utf-8")):
        named = tuple(one for one in all_criteria if one.id in case.criterion_ids)
        ground = Ground(sources=sources, criteria=named or tuple(all_criteria))
        cases.append(grounded(case, ground))
    return read, tuple(cases)


def marked(page: dict[str, str]) -> list[str]:
    """The cases of its pack for which a page sets another limit."""
    document = document_of(read_pasted(page["text"], title=page["title"], as_kind="page"))
    later = LaterSources(stating(document, split(document)))
    read, cases = pack(page["pack"])
    return [one.id for one in cases if any(limits_of(one, read, later.other_limits))]


def main() -> None:
    """Print a line for each set, with ``--losses`` also every mark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--losses", action="store_true", help="print the marks of each page")
    options = parser.parse_args()
    doubtful = json.loads((SETS / "doubtful.json").read_text("utf-8"))
    for file in sorted(SETS.glob("*.jsonl")):
        pages = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        found = {page["id"]: marked(page) for page in pages}
        harmless = file.stem.startswith("harmless")
        marks = sum(map(len, found.values()))
        right = 0 if harmless else marks - sum(
            name in doubtful.get(page, ()) for page, names in found.items() for name in names
        )  # fmt: skip
        print(
            f"{file.stem:<22} {len(pages)} pages, {sum(map(bool, found.values()))} mark a case; "
            f"{marks} marks, {right} right"
        )
        for page, names in found.items():
            if options.losses and names:
                print(f"    {page}: {', '.join(names)}")


if __name__ == "__main__":
    main()
