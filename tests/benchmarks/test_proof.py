"""What ``benchmarks/proof.py`` counts: a fault only where its finding is new, and shares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planted_faults import FAULTS
from proof import MARKS, Row, coverage, drawn, main, measure, new_findings, read_pairs

from assistant.domain import LintFinding, TestCase
from assistant.training.data.open_pairs import OpenPair

CRITERION = (
    "Refunds up to £50 are paid at once. Above that the message “A manager has to approve this” "
    "is shown."
)


def row(value: str, holds: str, outcome: str, see: str, **changes: object) -> dict[str, object]:
    return {
        "domain": "shop",
        "language": "en",
        "story": "As a clerk I want to refund a customer.",
        "criterion": CRITERION,
        "sources": [],
        "test": f"value: {value}; “up to £50” {holds}",
        "data": f"the refund is {value}",
        "outcome": f"“{outcome}”",
        "case": {
            "title": f"A refund of {value}",
            "technique": "boundary",
            "given": ["The customer Ann Lee has paid £80.00."],
            "steps": [{"do": f"Refund {value}.", "data": value, "see": see, "from": [0]}],
        },
        **changes,
    }


PAID = row("£50.00", "holds", "paid at once", "The refund of £50.00 is paid at once.")
MESSAGE = row(
    "£50.01", "does not hold", "the message “A manager has to approve this” is shown",
    "The message “A manager has to approve this” is shown.",
)  # fmt: skip
WRONG = row("£50.00", "holds", "paid at once", "The refund of £77.00 is paid at once.")
UNREAD = row("£1.00", "holds", "paid at once", "It is paid at once.", test="the usual")


def pairs_of(*rows: dict[str, object]) -> list[OpenPair]:
    return [OpenPair.model_validate(one) for one in rows]


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def case(*findings: tuple[str, int | None, str]) -> TestCase:
    return TestCase(
        id="T-1",
        title="A case",
        findings=tuple(
            LintFinding(rule=rule, step=step, words=words, message="Said of it.", severity="error")
            for rule, step, words in findings
        ),
    )


def test_a_finding_is_new_by_rule_step_or_words_and_only_of_the_rules_asked_for() -> None:
    good = case(("unsupported", 1, "£77"))
    other = case(
        ("unsupported", 1, "£77"), ("unsupported", 2, "£77"), ("unsupported", 1, "£78"),
        ("echo", 1, "£77"), ("vague word", 1, "quickly"),
    )  # fmt: skip
    found = [(one.rule, one.step, one.words) for one in new_findings(other, good, MARKS)]
    assert found == [("unsupported", 2, "£77"), ("unsupported", 1, "£78"), ("echo", 1, "£77")]
    assert new_findings(good, good, MARKS) == []


def test_a_fault_in_a_case_marked_already_is_not_found_by_the_old_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_effect(pair: OpenPair, *_: object) -> OpenPair:
        given = (*pair.case.given, "The shop is open.")
        return pair.model_copy(update={"case": pair.case.model_copy(update={"given": given})})

    monkeypatch.setitem(FAULTS, "echo", without_effect)
    rows = measure(pairs_of(WRONG))
    assert (rows["good"].made, rows["good"].marked) == (1, 1)
    assert (rows["echo"].made, rows["echo"].marked) == (1, 0)
    assert "£77" in rows["echo"].losses[0]


def test_good_cases_are_free_of_marks_and_an_invented_number_is_found() -> None:
    rows = measure(pairs_of(PAID, MESSAGE))
    assert rows["good"].marked == 0, rows["good"].losses
    assert (rows["other number"].made, rows["other number"].marked) == (1, 1)


def test_the_other_side_is_that_of_the_same_words_of_the_criterion() -> None:
    own, wrong = coverage(pairs_of(PAID, MESSAGE))
    assert (own.made, own.marked) == (2, 2), own.losses
    assert (wrong.made, wrong.marked) == (2, 0), wrong.losses
    assert coverage(pairs_of(PAID))[1].made == 0, "no other side, nothing to ask for"


def test_shares_of_nothing_are_none_and_wrong_decisions_are_kept() -> None:
    counted = Row()
    assert counted.share == 0
    for found in (True, True, False, True):
        counted.count(found, right=True, loss="missed")
    assert counted.share == 0.75
    assert counted.losses == ["missed"]
    assert {name: one.made for name, one in measure([]).items()} == dict.fromkeys(
        ("good", *FAULTS), 0
    )


def test_lines_that_are_no_pair_are_left_out_with_their_place(tmp_path: Path) -> None:
    file = write(tmp_path / "pairs.jsonl", PAID, {"domain": "shop"}, UNREAD)
    pairs, left_out = read_pairs([file])
    assert [pair.test for pair in pairs] == [PAID["test"]]
    assert [one.split(": ")[0] for one in left_out] == ["pairs.jsonl:2", "pairs.jsonl:3"]


def test_whole_criteria_are_drawn() -> None:
    others = [{**PAID, "criterion": f"{CRITERION} Shop {n}."} for n in range(3)]
    pairs = pairs_of(PAID, MESSAGE, *others)
    for most in range(6):
        found = drawn(pairs, most, seed=7)
        assert len(found) <= most
        assert sum(pair.criterion == CRITERION for pair in found) in (0, 2)
    assert drawn(pairs, 5, seed=7) == pairs


def test_the_command_prints_each_kind_and_refuses_an_empty_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(write(tmp_path / "pairs.jsonl", PAID, MESSAGE))])
    said = capsys.readouterr().out
    assert "false alarms on good cases: 0 of 2 (0.0%)" in said
    assert all(name in said for name in FAULTS)
    with pytest.raises(SystemExit):
        main([str(write(tmp_path / "empty.jsonl"))])
    assert "no pair to measure" in capsys.readouterr().err
