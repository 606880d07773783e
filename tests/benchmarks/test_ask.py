"""What ``benchmarks/ask.py`` counts as right, as cited and as recognised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import ask
import pytest

from assistant.domain import Chunk, Citation
from assistant.generation.answers.answer_parts import AnswerPassage, AnswerSentence
from assistant.workflow.ask.ask_sources import Answer, AnswerSource

TEXTS = {1: ("Fees", "The fee is £5."), 2: ("Refunds", "Refunds take 14 days.")}
FEE = {"question": "fee?", "answerable": True, "facts": ["£5"], "document": "Charges|Fees"}
UNKNOWN = {"question": "colour?", "answerable": False}


def source(number: int) -> AnswerSource:
    title, text = TEXTS[number]
    chunk = Chunk(id=f"c{number}", document_id=title.lower(), ordinal=0, text=text, title=title)
    return AnswerSource(number=number, chunk=chunk)


def sentence(text: str, number: int, quote: str) -> AnswerSentence:
    start = TEXTS[number][1].find(quote)
    cited = Citation(
        chunk_id=f"c{number}", source=number, quote=quote, start=max(start, 0),
        end=max(start, 0) + len(quote),
    )  # fmt: skip
    return AnswerSentence(text=text, citations=(cited,))


def passages(*numbers: int) -> Answer:
    return answer(passages=tuple(AnswerPassage(number=n, start=0, end=5) for n in numbers))


def answer(**fields: object) -> Answer:
    given = {"id": "a", "thread_id": "t", "question": "?", "state": "answered", "seconds": 1.5}
    return Answer.model_validate({**given, "sources": (source(1), source(2)), **fields})


def measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: Mapping[str, Answer],
    *rows: Mapping[str, object], writer: str = "endpoint",
) -> None:  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    monkeypatch.setattr(
        ask.ask_sources, "ask", lambda workspace, project, question, writer: answers[question]
    )
    ask.measure(None, "p", writer, file, show=True)  # type: ignore[arg-type]


def test_without_a_model_the_rank_of_the_passage_with_the_facts_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**FEE, "question": name} for name in ("first", "second", "never")]
    rows.append({**FEE, "question": "other words", "facts": ["£6"]})
    answers = {
        "first": passages(1, 2), "second": passages(2, 1), "never": passages(2),
        "other words": passages(1),
    }  # fmt: skip
    measured(monkeypatch, tmp_path, answers, *rows, writer=ask.ask_sources.NO_WRITER)
    said = capsys.readouterr()
    assert "passage at rank 1: 1/4" in said.out
    assert "passage at rank 3: 2/4" in said.out
    assert said.err.split("not right: ")[1:] == ["never\n  ", "other words\n"]


def test_an_answer_is_right_where_it_has_the_facts_and_cites_the_gold_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {
        "right": answer(sentences=(sentence("It is **£5**.", 1, "The fee is £5."),)),
        "other source": answer(sentences=(sentence("It is £5.", 2, "Refunds take 14 days."),)),
        "other fact": answer(sentences=(sentence("There is one.", 1, "The fee is £5."),)),
    }
    rows = [{**FEE, "question": name} for name in answers]
    measured(monkeypatch, tmp_path, answers, *rows)
    said = capsys.readouterr().out
    assert "right and cited: 1/3" in said
    assert "shown as fact without a source: 0" in said


def test_a_quotation_that_does_not_stand_in_its_source_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    false = answer(
        sentences=(sentence("It is £5.", 1, "The fee was £5."), AnswerSentence(text="It is £5."))
    )
    measured(monkeypatch, tmp_path, {"fee?": false}, FEE)
    assert "shown as fact without a source: 2" in capsys.readouterr().out


def test_only_not_said_recognises_an_unanswerable_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**UNKNOWN, "question": name} for name in ("told", "answered")]
    answers = {"told": answer(state="not said"), "answered": answer(question="answered")}
    measured(monkeypatch, tmp_path, answers, *rows)
    said = capsys.readouterr()
    assert "unanswerable recognised: 1/2" in said.out
    assert said.err == "  not recognised: answered\n"


def test_a_file_without_questions_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="holds no question"):
        measured(monkeypatch, tmp_path, {})
