"""How often a source that comes in later is rightly said to set another limit than a case.

    python benchmarks/new_sources.py [--losses] [--changed]

reads, for each set in ``benchmarks/new_sources``, pages that contradict cases of the rated packs
(``contradicting*``) and pages that do not, though most use their words (``harmless*``: other
features, FAQs that agree, examples, other releases and countries, staff and technical pages). The
cases are those of ``benchmarks/rating/PACK/with-sources.txt``, cited by the proof from the pack's
own pages. A mark is a case that a page marks; ``doubtful.json`` names, by page, marks on
contradicting pages that a reader called wrong. Printed are marks, right marks, and pages found.

``--changed`` counts instead the cases that say a number of a page's sentence without citing it,
where that number changes: each number of each page of the packs, one at a time, to 0.7 of it (1.4
of what is at least or more than it). ``changed.json`` holds a drawn part of these marks with what a
reader says of each.

Left out of the product after the sets before were counted, with what was right of it: roles,
moments and amounts that are no limits, and cases that only say a limit that their run read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.design.questions.other_limits import LaterSources
from assistant.domain import AcceptanceCriterion, Chunk, RetrievedChunk, TestCase, TestStep
from assistant.errors import SourceError
from assistant.generation.proof import Ground, Sources, grounded
from assistant.knowledge.chunks.chunking import split
from assistant.language.quantities import find_quantities
from assistant.sources.files.files import read_file
from assistant.sources.pasted.pasted import read_pasted, read_text
from assistant.workflow.review.changed_values import numbers_changed, numbers_said
from assistant.workflow.review.newer_sources import STATING, limits_of, stating
from assistant.workflow.review.sentences import plain_words, sentences
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


def other_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence of a page with one of its numbers changed, once for each number."""
    for sentence in sentences(text):
        for one in find_quantities(sentence):
            place = one.start + len(one.prefix)
            plain = one.digits.replace(",", "")
            if not isinstance(one.value, Decimal) or not re.fullmatch(r"\d+(\.\d+)?", plain):
                continue
            if one.kind in ("date", "number") or not sentence.startswith(one.digits, place):
                continue
            rises = one.comparison in ("at least", "more than")
            number = Decimal(plain)
            other = number * Decimal("1.4" if rises else "0.7")
            other = other.quantize(Decimal(1) if number == int(number) else Decimal("0.1"))
            if other == number:
                other += 1 if rises else -1
            yield sentence, f"{sentence[:place]}{other}{sentence[place + len(one.digits) :]}"


def changed_marks() -> Iterator[str]:
    """What would be marked of each pack: "pack case: sentence -> with another number"."""
    for name in sorted(one.name for one in PACKS.iterdir() if (one / "with-sources.txt").exists()):
        read, cases = pack(name)
        seen: set[tuple[str, str]] = set()
        for chunk in read:
            for old, new in other_numbers(chunk.text) if chunk.kind in STATING else ():
                if (old, new) in seen:
                    continue
                seen.add((old, new))
                for case in cases:
                    cited = (*case.citations, *(one for s in case.steps for one in s.citations))
                    quotes = [plain_words(one.quote) for one in cited if one.chunk_id == chunk.id]
                    if not any(one in old or old in one for one in quotes) and any(
                        numbers_said(case, numbers_changed(old, new))
                    ):
                        yield f"{name} {case.id}: {old} -> {new}"


def print_changed(*, losses: bool) -> None:
    """The marks on cases that do not cite the changed sentence, and what was said of some."""
    judged = json.loads((SETS / "changed.json").read_text("utf-8"))
    marks = list(changed_marks())
    known = [one for one in marks if one in judged]
    right = sum(judged[one] for one in known)
    wanted = sum(judged.values())
    print(
        f"numbers that change: {len(marks)} marks; of {len(known)} that were judged {right} right; "
        f"{wanted - right} of {wanted} right ones are lost"
    )
    for one in marks if losses else ():
        print(f"    {judged.get(one, '')} {one}")


def main() -> None:
    """Print a line for each set, with ``--losses`` also every mark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--losses", action="store_true", help="print the marks of each page")
    parser.add_argument("--changed", action="store_true", help="numbers of pages that change")
    options = parser.parse_args()
    if options.changed:
        print_changed(losses=options.losses)
        return
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
