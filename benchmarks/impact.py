"""What a release, or a page's new version, makes of existing cases: what the product, with a large
model, says of each beside what the author of the company says, and beside a plain chat that has all
files.

How to run it::

    python benchmarks/impact.py [NAME ...]

Each folder of ``benchmarks/impact`` is a company invented by an author who had seen neither code
nor prompts: ``gold.csv`` (the author's verdict on each existing case), ``reading.json`` (what
``python -m assistant impact --json`` said), ``chat.csv`` (a chat's verdicts, where there was one)
and ``judge.csv`` (a lead, by the company's files: whether each verdict is right, the new text is
taken as it is, and how many of the named items of the checklist the case tests). Without a model
the product compares words: ``words.json`` holds the cases that it then names.

Each folder of ``benchmarks/page_change`` is such a company with new versions of three pages, each
judged by itself: ``gold.csv`` has the cases that a page makes wrong (and traps), ``reading.json``
and ``words.json`` what ``python -m assistant preview --json`` said, with and without ``--read-by``.
``NAME-new`` has two new pages for the same company (``python -m assistant impact --page``),
``NAME-together`` six sources that change at once (``python -m assistant impact --changed-since``).
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "impact"
PAGES = Path(__file__).parent / "page_change"
RIGHT = {"holds": "keep", "change": "change", "obsolete": "remove", "trap": "", "untouched": ""}
"""By the author's verdict what is to be said of a case; of a case that the release does not concern
nothing. That such a case is kept is right too."""


def gold_of(folder: Path) -> dict[str, str]:
    """The author's verdict by case; a case with several changes has a row for each."""
    return {row["case"]: row["verdict"] for row in _rows(folder / "gold.csv")}


def is_right(gold: str, said: str) -> bool:
    """Whether what was said of a case is what its author says."""
    return said in (RIGHT[gold], *(("keep",) if not RIGHT[gold] else ()))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _line(name: str, gold: dict[str, str], said: dict[str, str]) -> str:
    right = Counter(kind for case, kind in gold.items() if is_right(kind, said.get(case, "")))
    of = Counter(gold.values())
    told = ", ".join(f"{kind} {right[kind]} of {of[kind]}" for kind in RIGHT)
    return f"  {name}: {right.total()} of {len(gold)} right ({told})"


def _judged(path: Path) -> str:
    rows = list(_rows(path))
    texts = Counter(row["text"] for row in rows if row["text"])
    right = sum(row["verdict"] == "right" for row in rows)
    items = [sum(int(row[f"items_{kind}"] or 0) for row in rows) for kind in ("right", "wrong")]
    told = ", ".join(f"{count} {name}" for name, count in texts.most_common())
    return (
        f"  a lead: {right} of {len(rows)} verdicts right; new text: {told}; items that the case "
        f"tests: {items[0]} of {sum(items)}"
    )


def _page_line(
    name: str, gold: dict[tuple[str, str], str], said: dict[tuple[str, str], str]
) -> str:
    """How many of the cases that a page makes wrong are named with the right word, and how many are
    that it leaves right; of words compared, which say no word, a case that is named counts."""
    wrong = {place: RIGHT[kind] for place, kind in gold.items() if RIGHT[kind]}
    found = sum(said.get(place) in (word, "named") for place, word in wrong.items())
    false = len(said.keys() - wrong.keys())
    return f"  {name}: {found} of {len(wrong)} found, {false} named that stay right"


def _of_pages(folder: Path) -> None:
    rows = list(_rows(folder / "gold.csv"))
    gold = {(row["page"], row["case"]): row["verdict"] for row in rows}
    read = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    cases = sum(one["held"] for one in read.values())
    print(f"{folder.name} ({len(read)} pages, {cases} pairs of page and case)")
    if (folder / "words.json").is_file():
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        named = {(page, case): "named" for page, ids in words.items() for case in ids}
        print(_page_line("by words", gold, named))
    told = {(page, one["case_id"]): one["impact"] for page in read for one in read[page]["found"]}
    print(_page_line("read by a model", gold, told))
    if (folder / "judge.csv").is_file():
        rows = list(_rows(folder / "judge.csv"))
        kinds = {"right": "rightly removed", "wrong": "wrongly named"}
        counts = Counter(row["text"] or kinds.get(row["verdict"], row["verdict"]) for row in rows)
        print("  a lead:", ", ".join(f"{count} {name}" for name, count in counts.most_common()))


def main() -> None:
    """Print the figures of each company."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    chosen = parser.parse_args().names
    for folder in sorted(one for one in FOLDER.iterdir() if one.is_dir()):
        if chosen and folder.name not in chosen:
            continue
        gold = gold_of(folder)
        print(f"{folder.name} ({len(gold)} existing cases)")
        for name in ("words", "reading"):
            path = folder / f"{name}.json"
            if path.is_file():
                found = json.loads(path.read_text(encoding="utf-8"))["found"]
                said = {one["case_id"]: one["impact"] for one in found}
                print(_line("by words" if name == "words" else "read by a model", gold, said))
        if (folder / "chat.csv").is_file():
            said = {row["case_id"]: row["verdict"] for row in _rows(folder / "chat.csv")}
            said = {case: "" if one == "not touched" else one for case, one in said.items()}
            print(_line("plain chat", gold, said))
        if (folder / "judge.csv").is_file():
            print(_judged(folder / "judge.csv"))
    for folder in sorted(one for one in PAGES.iterdir() if one.is_dir()):
        if not chosen or folder.name in chosen:
            _of_pages(folder)


if __name__ == "__main__":
    main()
