"""Scores survive a kill, and losses find their stories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.domain import StoryCases, TestCase, TestCondition
from assistant.errors import AssistantError
from assistant.evaluation.records import CaseScore, ScoreLog, losses_of


@pytest.fixture
def scores(case_of: Callable[..., TestCase]) -> list[CaseScore]:
    condition = TestCondition(
        id="C", criterion_id="A", technique="positive", statement="line\nbreak", expected=""
    )
    return [
        CaseScore(
            column="base",
            story_key=f"S{number}",
            condition=condition,
            case=case_of("T", ("Do\u2028it", "Döne")),
        )
        for number in range(4)
    ]


def test_scores_are_read_back_as_they_were(tmp_path: Path, scores: list[CaseScore]) -> None:
    log = ScoreLog(tmp_path / "new" / "scores.jsonl")
    assert log.scores() == ()
    for score in scores:
        log.add(score)
    assert log.scores() == tuple(scores)


def test_a_torn_line_is_cut_off_and_written_anew(tmp_path: Path, scores: list[CaseScore]) -> None:
    path = tmp_path / "scores.jsonl"
    log = ScoreLog(path)
    for score in scores[:2]:
        log.add(score)
    whole = path.read_bytes()
    log.add(scores[2])
    added = len(path.read_bytes()) - len(whole)
    for kept in (1, added // 2, added - 1):
        path.write_bytes(whole + (scores[2].model_dump_json().encode() + b"\n")[:kept])
        assert log.scores() == tuple(scores[:2])
        log.add(scores[3])
        assert log.scores() == (*scores[:2], scores[3])


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(AssistantError, match=r"Line 1 of scores\.jsonl is not a score"):
        ScoreLog(path).scores()
    with pytest.raises(AssistantError, match="could not be written"):
        ScoreLog(path / "below.jsonl").add(
            CaseScore(
                column="base",
                story_key="S",
                condition=TestCondition(
                    id="C", criterion_id="A", technique="positive", statement="s", expected=""
                ),
                case=TestCase(id="T", title="t"),
            )
        )


def test_losses_find_their_stories(
    small_stories: Callable[[int], tuple[StoryCases, ...]],
) -> None:
    stories = small_stories(2)
    found = losses_of(stories, [("R-1-a", 10, 5.0), ("R-0-b", 4, 2.0)])
    assert [(loss.story_key, loss.tokens) for loss in found] == [("S-1", 10), ("S-0", 4)]
    with pytest.raises(AssistantError, match="none of the compared stories"):
        losses_of(stories, [("elsewhere", 1, 1.0)])
