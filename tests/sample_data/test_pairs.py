"""The open pairs pass the product's proof, and their data sheet says what is true of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from assistant.suite.near_duplicates import near_duplicates, shingles
from assistant.training.data.open_pairs import read_open_pairs
from assistant.training.data.pair_checks import PairReport
from assistant.training.data.pair_rows import read_split
from assistant.workflow.learning import open_pairs

FOLDER = Path(__file__).resolve().parents[2] / "sample_data" / "pairs"
KEEP = FOLDER / "keep.txt"
SHEET = (FOLDER / "README.md").read_text("utf-8")
READ = read_open_pairs([FOLDER])
PAIRS = [placed.pair for placed in READ.pairs]
SPLIT = read_split(FOLDER / "split.json")


def sheet_rows(cells: int) -> list[tuple[str, ...]]:
    """The rows of the data sheet's tables that have so many cells, without their backticks."""
    rows = [line.strip("| ").split(" | ") for line in SHEET.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip("`") for cell in row) for row in rows if len(row) == cells]


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def numbers(pattern: str) -> tuple[int, ...]:
    """The numbers that a sentence of the data sheet gives."""
    match = re.search(pattern, SHEET)
    assert match is not None, pattern
    return tuple(int(one) for one in match.groups())


@pytest.fixture(scope="module")
def report() -> PairReport:
    return open_pairs.check([FOLDER], keep_file=KEEP)


@pytest.mark.slow
def test_every_pair_passes_but_those_that_a_reader_kept(report: PairReport) -> None:
    assert [one.says for one in report.refused] == []
    assert report.unknown_ids == ()
    assert {one.pair_id for one in report.exceptions} == set(open_pairs.kept_ids(KEEP))


def test_each_exception_has_its_reason() -> None:
    kept = [line for line in lines(KEEP) if not line.startswith("#")]
    assert len(kept) == len(set(open_pairs.kept_ids(KEEP))) == numbers(r"(\d+) pairs are kept")[0]
    assert all(len(line.split()) >= 5 for line in kept)


@pytest.mark.slow
def test_the_data_sheet_counts_pairs_criteria_domains_and_sources(report: PairReport) -> None:
    said = numbers(
        r"\n(\d+) pairs of one .*?(\d+) criteria in (\d+) domains, (\d+) pairs with sources"
    )
    counts = report.counts
    assert said == (counts.pairs, counts.criteria, len(counts.domains), counts.with_sources)
    told = {name: int(number) for name, number in sheet_rows(2) if number.isdigit()}
    assert told == {**dict(counts.languages), **dict(counts.techniques)}
    assert said[0] >= 2000
    assert said[2] >= 40
    assert 1 - dict(counts.languages)["en"] / said[0] >= 0.1


def test_the_data_sheet_counts_each_file() -> None:
    told = {row[0]: tuple(map(int, row[1:])) for row in sheet_rows(4) if row[0].endswith(".jsonl")}
    assert set(told) == {path.name for path in FOLDER.glob("*.jsonl")}
    for name, said in told.items():
        pairs = [placed.pair for placed in READ.pairs if placed.file == name]
        criteria = {pair.criterion_key for pair in pairs}
        assert said == (len(pairs), len(criteria), len({pair.domain for pair in pairs})), name


def test_a_domain_stands_in_one_file() -> None:
    places = {(placed.pair.domain, placed.file) for placed in READ.pairs}
    assert len(places) == len({domain for domain, _ in places})


def test_the_split_names_six_domains_and_three_as_the_data_sheet_does() -> None:
    assert (len(SPLIT.held_out), len(SPLIT.validation)) == (6, 3)
    sizes = Counter(pair.domain for pair in PAIRS)
    told = {row[0]: row[1:3] for row in sheet_rows(4) if row[0] in sizes}
    expected = {name: (str(sizes[name]), "never trained on") for name in SPLIT.held_out}
    expected |= {name: (str(sizes[name]), "watched") for name in SPLIT.validation}
    assert told == expected
    parts = Counter(SPLIT.of(pair.domain) for pair in PAIRS)
    said = numbers(r"(\d+) pairs are trained on, (\d+) watched, (\d+) never seen")
    assert said == (parts["train"], parts["validation"], parts["held-out"])


@pytest.mark.parametrize("part", ["criterion", "answer"])
def test_nothing_kept_back_is_nearly_trained_on(part: str) -> None:
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for pair in PAIRS:
        sides[SPLIT.of(pair.domain) == "train"][pair.id] = getattr(pair, part)
    kept_back, trained = ({name: shingles(text) for name, text in side.items()} for side in sides)
    assert near_duplicates(kept_back, trained, 0.25) == []


def test_files_are_plain_lines_of_the_same_fields() -> None:
    fields = {tuple(json.loads(line)) for path in FOLDER.glob("*.jsonl") for line in lines(path)}
    assert len({frozenset(names) for names in fields}) == 1
    for path in FOLDER.iterdir():
        assert b"\r" not in path.read_bytes()
        path.read_text("utf-8")
