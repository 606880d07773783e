"""What ``benchmarks/check.py`` counts: findings that are new, and cases read from a pack."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import check
import pytest

from assistant.domain import LintFinding, TestCase
from assistant.training.data.open_pairs import OpenPair
from assistant.workflow.review.case_checks import CaseCheck, SuiteCheck
from assistant.workflow.review.suite_basis import Link

PACK = """EPIC 1

Claims up to £50 are paid at once.
==============================================================================

CASE K7 (list A)

Title: A small claim is paid
Preconditions:
  - A claim of £50.00 is open.
  - The clerk is logged in.
Steps:
  1. Action:   Pay it
     Data:     £50.00
     Expected: £50.00 is paid at once.
  2. Action:   Open the list
     Data:     (none)
     Expected: (none)

CASE K8 (list B)

Title: Another claim
Preconditions: none
Steps:
  1. Action:   Look
     Expected: Nothing is paid.
"""
PAIR = OpenPair.model_validate(
    {
        "domain": "shop", "language": "en", "story": "Refunds", "criterion": "Paid up to £50.",
        "sources": ["Clerks pay."], "test": "value: £50.00; “up to £50” holds",
        "data": "the refund is £50.00; the clerk is Ann", "outcome": "“Paid”",
        "case": {
            "title": "A refund of £50.00", "technique": "boundary", "given": ["The shop is open."],
            "steps": [{"do": "Pay.", "data": "£50.00", "see": "It is paid.", "from": [0]},
                      {"do": "Look.", "data": "", "see": "It is listed.", "from": []}],
        },
    }
)  # fmt: skip


def checked(*rules: str, words: str = "£77") -> CaseCheck:
    findings = tuple(
        LintFinding(rule=rule, message="Said.", step=1, words=words, severity="error")
        for rule in rules
    )
    case = TestCase(id="T-1", title="A case", findings=findings)
    link = Link(by="key", criterion_ids=("A-1",))
    return CaseCheck(number=1, case=case, link=link, verdict="remark", steps=())


def suite(*cases: CaseCheck) -> SuiteCheck:
    return SuiteCheck(file="cases.csv", total=len(cases), cases=cases, sources=())


def test_repetitions_and_wording_mark_no_case() -> None:
    assert check.marked(checked("unsupported"))
    assert not check.marked(checked("repetition", "vague word"))
    assert not check.marked(checked())


def test_a_fault_is_found_only_where_the_case_without_it_has_no_such_finding() -> None:
    good = [checked("unsupported"), checked("unsupported"), checked()]
    report = suite(checked("unsupported"), checked("unsupported", words="£78"), checked("echo"))
    assert check.found_in(report, good) == [False, True, True]
    assert check.found_in(suite(), []) == []


def test_a_case_stands_in_the_file_with_its_data_and_with_a_key_where_it_is_given() -> None:
    keys = check.keys_of([PAIR])
    for named, trace in ((True, ("D01-101", "D01-101-AC1")), (False, ("", ""))):
        data = check.as_csv([PAIR], keys, named=named).decode("utf-8-sig")
        first, second = csv.DictReader(io.StringIO(data))
        assert (first["User Story"], first["Acceptance Criteria"]) == trace
        assert first["Preconditions"].splitlines() == [
            "The shop is open.", "the refund is £50.00", "the clerk is Ann",
        ]  # fmt: skip
        assert (second["Step No"], second["Expected Result"]) == ("2", "It is listed.")


def test_the_cases_of_a_pack_are_read_step_by_step() -> None:
    rows = list(check.pack_rows(PACK))
    assert [(row[0], row[5]) for row in rows] == [("K7", "1"), ("K7", "2"), ("K8", "1")]
    assert rows[0][4] == "A claim of £50.00 is open.\nThe clerk is logged in."
    assert rows[0][6:] == ("Pay it", "£50.00", "£50.00 is paid at once.")
    assert rows[1][7:] == ("", "")
    assert rows[2][4] == ""
    assert list(check.pack_rows("EPIC 1\n\nNo case.")) == []


def test_a_fault_can_be_planted_into_a_case_of_a_pack() -> None:
    pairs = list(check.pack_pairs({"epic-1": list(check.pack_rows(PACK))}, {"epic-1": "Paid."}))
    assert [pair.test for pair in pairs] == ["K7", "K8"]
    made = list(check.planted(pairs, pairs, "other number", 7))
    assert [before.test for before, _ in made] == ["K7"], "the other has no number"
    assert "£50.00" not in made[0][1].case.steps[0].see


def test_a_share_of_nothing_is_printed_as_none(capsys: pytest.CaptureFixture[str]) -> None:
    check.print_share("echo", "found", [])
    check.print_share("echo", "found", [True, False])
    assert [line.split("found")[1].split() for line in capsys.readouterr().out.splitlines()] == [
        ["0", "of", "0", "(0.0%)"],
        ["1", "of", "2", "(50.0%)"],
    ]


def test_a_file_without_pairs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "pairs.jsonl"
    empty.write_text("{}\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["check.py", str(empty)])
    with pytest.raises(SystemExit, match="no pair to measure"):
        check.main()
    assert "left out: pairs.jsonl:1" in capsys.readouterr().err
