"""A blind rating of test cases: make a pack for raters, and report what they found.

    python benchmarks/rating.py pack FOLDER --epics DIR --writer NAME=CASES ... [--seed 7]
    python benchmarks/rating.py report FOLDER

``DIR`` holds a text file for each epic; ``CASES`` is a JSON file, or a folder with one for each
epic (see ``rating_cases.py``). ``pack`` writes::

    FOLDER/for_raters/   how-to-rate.txt, a text file an epic with its cases, ratings.csv (empty)
    FOLDER/key.json      which case is whose; not for raters
    FOLDER/ratings/      for the filled-in CSV of each rater, under the rater's name

Cases of all writers are mixed; a letter, drawn anew for each epic, says which belong together, so
that a repetition can be seen. ``report`` prints shares with intervals by writer and by epic, how
far the raters agree, and the coverage of the checklist where the writer's file holds one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import string
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "benchmarks"):
    sys.path.insert(0, str(folder))

from rating_cases import Case, RatingError, Written, cases_by_epic  # noqa: E402
from rating_report import HEADER, report  # noqa: E402

HOW_TO_RATE = """\
How to rate

Read an epic, then rate each of its cases alone, as if it were the only one you got:

  usable       you would sign it and run it as it is
  minor        a small fix first: a word, a value, a missing detail; less than a minute
  write again  the idea is worth testing, the case is not: wrong or missing data, start or result
  discard      false, meaningless, or not worth testing

The letter of a case is the list it belongs to. A case that repeats another of the same list is
rated "discard" with the reason "repeats NN" for the later one. The layout is the same for all and
says nothing. Write one of the four words and a reason (a few words; none is needed for "usable")
beside each case in ratings.csv, and save it as CSV under your name. Do not talk with other raters
before all have finished.
"""


def read_epics(folder: Path) -> dict[str, str]:
    """Name (of its file, without the ending) and text of each epic in a folder."""
    files = sorted(p for p in folder.glob("*") if p.suffix in {".md", ".txt"})
    if not files:
        raise RatingError(f"{folder} holds no epic: one .md or .txt file for each.")
    return {file.stem: file.read_text(encoding="utf-8-sig") for file in files}


def read_writers(given: Sequence[str], epics: dict[str, str]) -> dict[str, dict[str, Written]]:
    """What each writer wrote, by epic. A writer's name may be given once for each of its files."""
    writers: dict[str, dict[str, Written]] = {}
    for one in given:
        name, sign, path = one.partition("=")
        if not sign or not name.strip() or not path:
            raise RatingError(f"--writer {one}: write NAME=CASES.json.")
        own = writers.setdefault(name.strip(), {})
        for epic, written in cases_by_epic(Path(path), epics).items():
            if epic in own:
                raise RatingError(f"{path}: {name} has cases for {epic} already.")
            own[epic] = written
    for name, own in writers.items():
        missing = [epic for epic in epics if epic not in own]
        if missing or not any(written.cases for written in own.values()):
            raise RatingError(f"{name} has no cases for {', '.join(missing) or 'any epic'}.")
    return writers


def make_pack(
    folder: Path, epics: dict[str, str], writers: dict[str, dict[str, Written]], seed: int
) -> int:
    """Write the pack; returns the number of cases. Raises ``RatingError`` where there is one."""
    if (folder / "key.json").exists():
        raise RatingError(f"{folder} holds a pack already. Name another folder.")
    handed = folder / "for_raters"
    handed.mkdir(parents=True)
    (folder / "ratings").mkdir()
    draw = random.Random(f"rating {seed}")
    key: dict[str, dict[str, object]] = {}
    letters: dict[str, dict[str, str]] = {}
    for number, (epic, text) in enumerate(epics.items(), start=1):
        names = draw.sample(sorted(writers), len(writers))
        letters[epic] = dict(zip(string.ascii_uppercase, names, strict=False))
        rows = [
            (letter, place, case)
            for letter, name in letters[epic].items()
            for place, case in enumerate(writers[name][epic].cases, start=1)
        ]
        draw.shuffle(rows)
        paper = [f"EPIC {number}", "", text.strip(), "", "=" * 78, ""]
        for at, (letter, place, case) in enumerate(rows, start=1):
            case_id = f"E{number}-{at:03}-{letter}"
            paper += [f"CASE {case_id}   (list {letter})", case.text, "", "-" * 78, ""]
            key[case_id] = _key_row(epic, letters[epic][letter], place, case)
        (handed / f"epic-{number}.txt").write_text("\n".join(paper), encoding="utf-8")
    (handed / "how-to-rate.txt").write_text(HOW_TO_RATE, encoding="utf-8")
    with (handed / "ratings.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *((case_id, "", "") for case_id in key)])
    document = {
        "seed": seed,
        "epics": {
            name: {
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "letters": letters[name],
                "checklist": {
                    writer: own[name].checklist
                    for writer, own in writers.items()
                    if own[name].checklist
                },
            }
            for name, text in epics.items()
        },
        "cases": key,
    }
    (folder / "key.json").write_text(
        json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return len(key)


def _key_row(epic: str, writer: str, place: int, case: Case) -> dict[str, object]:
    digest = hashlib.sha256(case.text.encode()).hexdigest()
    return {
        "epic": epic, "writer": writer, "place": place, "items": case.items, "sha256": digest,
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a pack or report one. Exit status 0, or 2 with the error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    pack = commands.add_parser("pack")
    pack.add_argument("folder", type=Path)
    pack.add_argument("--epics", type=Path, required=True, metavar="DIR")
    pack.add_argument("--writer", action="append", required=True, metavar="NAME=CASES")
    pack.add_argument("--seed", type=int, default=7)
    commands.add_parser("report").add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.command == "report":
            print(report(given.folder))
            return 0
        epics = read_epics(given.epics)
        writers = read_writers(given.writer, epics)
        if len(writers) > len(string.ascii_uppercase):
            raise RatingError("At most 26 writers can be told apart by a letter.")
        count = make_pack(given.folder, epics, writers, given.seed)
    except RatingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{count} cases of {len(writers)} writers for {len(epics)} epics. Hand out "
          f"{given.folder / 'for_raters'}; keep key.json.")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
