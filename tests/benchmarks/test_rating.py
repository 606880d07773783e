"""The blind pack and its report (``benchmarks/rating.py``), as its users meet them."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Main = Callable[[list[str]], int]
PLAIN = [
    {
        "title": f"**TC-0{number}: Refund of £{number}0 is paid.**",
        "preconditions": ["1. The customer “Ann Lee” has paid [2]."],
        "steps": [
            {"action": "Step 1: Refund it", "data": {"amount": 10}, "expected": "It is paid [1, 3]"}
        ],
    }
    for number in (1, 2, 3)
]
RUN = {
    "conditions": [{"id": "A-P1"}, {"id": "A-N1"}],
    "cases": [
        {
            "id": "TC-A-P1",
            "title": "Day 14: the refund is paid",
            "preconditions": [],
            "steps": [
                {"number": 1, "action": "", "test_data": "14. Mai", "expected_result": "Paid",
                 "support": "unsupported", "citations": [{"chunk_id": "c"}]}
            ],
            "condition_ids": ["A-P1"],
            "origin": {"writer": "model"},
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def main(project_root: Path) -> Main:
    path = project_root / "benchmarks" / "rating.py"
    spec = importlib.util.spec_from_file_location("rating_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Main = module.main
    return found


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with two epics, and what two writers wrote for them."""
    (tmp_path / "epics").mkdir()
    for name in ("clinic", "shop"):
        (tmp_path / "epics" / f"{name}.md").write_text(f"# The {name}\n\n- Pay.", encoding="utf-8")
    (tmp_path / "plain.json").write_text(json.dumps({"clinic": PLAIN, "shop": PLAIN[:1]}))
    (tmp_path / "run").mkdir()
    for name in ("clinic", "shop"):
        (tmp_path / "run" / f"{name}.json").write_text(json.dumps(RUN), encoding="utf-8")
    return tmp_path


def packed(main: Main, given: Path, name: str = "pack", seed: int = 7) -> Path:
    folder = given / name
    status = main(
        ["pack", str(folder), "--epics", str(given / "epics"), "--seed", str(seed),
         "--writer", f"product={given / 'run'}", "--writer", f"chat={given / 'plain.json'}"]
    )  # fmt: skip
    assert status == 0
    return folder


def rows(folder: Path) -> list[list[str]]:
    with (folder / "for_raters" / "ratings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def rate(folder: Path, rater: str, word: Callable[[dict[str, str]], str]) -> Path:
    """Write the ratings of one rater: ``word`` says what a case is given."""
    key = json.loads((folder / "key.json").read_text(encoding="utf-8"))["cases"]
    path = folder / "ratings" / f"{rater}.csv"
    lines = [["case", "rating", "reason"], *([one, word(row), ""] for one, row in key.items())]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def test_a_pack_hides_who_wrote_what(main: Main, given: Path) -> None:
    folder = packed(main, given)
    handed = {p.name: p.read_text(encoding="utf-8") for p in (folder / "for_raters").iterdir()}
    assert sorted(handed) == ["epic-1.txt", "epic-2.txt", "how-to-rate.txt", "ratings.csv"]
    everything = "\n".join(handed.values())
    for mark in ("product", "chat", "TC-", "[1", "[2]", "**", "“", "A-P1", "unsupported", "Step 1"):
        assert mark not in everything.replace('"discard"', "")
    assert "Title: Refund of £10 is paid\n" in handed["epic-1.txt"]
    assert '  - The customer "Ann Lee" has paid.' in handed["epic-1.txt"]
    assert "  1. Action:   Refund it\n     Data:     amount: 10\n" in handed["epic-1.txt"]
    assert handed["epic-1.txt"].startswith("EPIC 1\n\n# The clinic")
    assert len(rows(folder)) == 1 + 6
    assert all(row[1:] == ["", ""] for row in rows(folder)[1:])


def test_words_of_a_case_stay(main: Main, given: Path) -> None:
    """A number that is no step's number, and a title that only looks like one with an id."""
    text = (packed(main, given) / "for_raters" / "epic-1.txt").read_text(encoding="utf-8")
    assert "Title: Day 14: the refund is paid" in text
    assert "Data:     14. Mai" in text


def test_the_same_seed_makes_the_same_pack(main: Main, given: Path) -> None:
    first, again, other = (
        packed(main, given, name, seed) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert (first / "key.json").read_bytes() == (again / "key.json").read_bytes()
    assert (first / "key.json").read_bytes() != (other / "key.json").read_bytes()
    key = json.loads((first / "key.json").read_text(encoding="utf-8"))
    assert {row["writer"] for row in key["cases"].values()} == {"product", "chat"}
    for case_id, row in key["cases"].items():
        assert key["epics"][row["epic"]]["letters"][case_id[-1]] == row["writer"]


def test_a_report_of_two_raters(
    main: Main, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = packed(main, given)
    rate(folder, "ann", lambda row: "usable" if row["writer"] == "chat" else "Write Again")
    rate(folder, "bob", lambda row: "minor" if row["writer"] == "chat" else "discard")
    capsys.readouterr()
    assert main(["report", str(folder)]) == 0
    told = capsys.readouterr().out
    lines = {line.split(" | ")[0].removeprefix("| ") + "/" + line.split(" | ")[1]: line
             for line in told.splitlines() if line.startswith("| ")}  # fmt: skip
    assert "| 4 | 100 [51, 100] | 0 [0, 49] | 100 [51, 100]" in lines["chat/ann"]
    assert "| 4 | 50 | 50 | 100 | 0 | 0 |" in lines["chat/all"], "two epics: no interval"
    assert "| 2 | 0 | 0 | 0 | 50 | 50 |" in lines["product/all"]
    assert "| ann, bob | 0 | 100 |" in told, "never equal, never more than one apart"
    assert "clinic | 50 / 100 / 0 (n 3) | 0 / 0 / 50 (n 1)" in told
    assert "| clinic | product | 2 | 50 [9, 91] | 0 [0, 66] |" in told
    assert "Krippendorff" in told


def broken(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("usable", "good", 1), "“good” is no rating of E1-001"),
        (lambda text: text.replace("usable", "", 1), "“” is no rating of E1-001"),
        (lambda text: "\n".join(text.splitlines()[:-2]), "not rated: E"),
        (lambda text: text + text.splitlines()[1] + "\n", "rated twice"),
        (lambda text: text.replace("E1-001", "E9-001", 1), "no case of this pack"),
        (lambda text: text.replace("case,", "id,", 1), "first line must be"),
    ],
)
def test_ratings_that_cannot_be_used_are_named(
    main: Main, given: Path, change: Callable[[str], str], words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = packed(main, given)
    broken(rate(folder, "ann", lambda row: "usable"), change)
    assert main(["report", str(folder)]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "ann.csv" in told


def test_a_spreadsheet_may_have_saved_the_ratings(
    main: Main, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a byte order mark and semicolons, as Excel does in many countries."""
    folder = packed(main, given)
    path = rate(folder, "ann", lambda row: "usable")
    path.write_text("\ufeff" + path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert main(["report", str(folder)]) == 0
    assert "One rater only" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("writer", "words"),
    [
        ("chat", "NAME=CASES.json"),
        ("chat=absent.json", "not readable"),
        ("chat=list.json", "which epic"),
        ("chat=untitled.json", "case 1 has no title"),
        ("chat=stepless.json", "no list of steps"),
        ("chat=other.json", "Epics: clinic, shop"),
        ("chat=half.json", "no cases for shop"),
    ],
)
def test_cases_that_cannot_be_used_are_named(
    main: Main, given: Path, writer: str, words: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(given)
    files = {
        "list": PLAIN,
        "untitled": {"clinic": [{"steps": [{}]}], "shop": PLAIN},
        "stepless": {"clinic": [{"title": "A", "steps": []}], "shop": PLAIN},
        "other": [{**PLAIN[0], "epic": "bank"}],
        "half": {"clinic": PLAIN},
    }
    for name, document in files.items():
        Path(f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["pack", "p", "--epics", "epics", "--writer", writer]) == 2
    assert words in capsys.readouterr().err
    assert not Path("p").exists()


def test_a_pack_is_never_replaced(
    main: Main, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = packed(main, given)
    before = (folder / "key.json").read_bytes()
    arguments = ["pack", str(folder), "--epics", str(given / "epics"),
                 "--writer", f"chat={given / 'plain.json'}"]  # fmt: skip
    assert main(arguments) == 2
    assert "holds a pack already" in capsys.readouterr().err
    assert (folder / "key.json").read_bytes() == before
