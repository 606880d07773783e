"""A sentence of which code selects nothing, read by the writer: a model over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import EndpointServer, endpoint_server, refuses, streams

from assistant.command_line.options import main

EPICS = """# LOAN-1 Longer loans

## LOAN-2 Extend a loan
As a borrower I want to keep a tool longer so that I can finish my work.

Acceptance criteria:
- A loan of up to 14 days is extended once.

## LOAN-3 Late return
As a clerk I want to charge a fee so that tools come back in time.

Acceptance criteria:
- A tool that is returned 3 days late costs 6.00 EUR.

# FIX-1 Workshop

## FIX-2 Quote for a repair
As a borrower I want to know the price so that I can decide.

Acceptance criteria:
- A quote of more than 50.00 EUR needs a signature.
"""
ASK = "Could you do the UAT for whatever Ann's people built around bringing drills back late?"
WORDS = "bringing drills back late"

CASES = {
    "cases": [
        {
            "criteria": ["LOAN-3-AC1"],
            "covers": [],
            "technique": "positive",
            "title": "A tool that is 3 days late costs 6.00 EUR",
            "preconditions": ["Ann has a tool."],
            "steps": [
                {
                    "action": "Return the tool 3 days late.",
                    "data": "3 days",
                    "expected": "It costs 6.00 EUR.",
                    "sources": [],
                }
            ],
        }
    ],
    "questions": [],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
        monkeypatch.setenv("UAT_ENDPOINT_URL", running.url)
        monkeypatch.setenv("UAT_ENDPOINT_MODEL", "reader-9")
        yield running


@pytest.fixture
def generate(
    run: Callable[..., str], tmp_path: Path, server: EndpointServer, capfd: Any
) -> Callable[..., tuple[int, str, str]]:
    """Runs ``generate --ask`` on a project with two epics: status, stdout and stderr."""
    source = tmp_path / "epics.md"
    source.write_text(EPICS, encoding="utf-8")
    run("index", str(source))

    def done(ask: str, *more: str) -> tuple[int, str, str]:
        try:
            status = main(["generate", "--ask", ask, "--json", *more])
        except SystemExit as exited:
            status = int(exited.code or 0)
        said = capfd.readouterr()
        return status, said.out, said.err

    return done


def is_choice(body: dict[str, object]) -> bool:
    return '"Request"' in json.dumps(body.get("response_format"))


def answers(server: EndpointServer, choice: object) -> None:
    """What the model answers: a choice for the request, cases for a story, no doubts."""

    def answer(request: Any) -> None:
        form = json.dumps(server.bodies[-1].get("response_format"))
        said: object = {"doubts": []} if '"Doubts"' in form else CASES
        text = json.dumps(choice if '"Request"' in form else said)
        streams(text)(request)

    server.answer = answer


def row(words: str, *keys: str) -> dict[str, object]:
    return {"words": words, "keys": list(keys)}


@pytest.mark.long
def test_the_endpoint_chooses_where_code_selects_nothing(
    generate: Callable[..., tuple[int, str, str]], server: EndpointServer
) -> None:
    answers(
        server,
        {
            "write": [row(WORDS, "LOAN-3", "LOAN-77"), row("the whole workshop", "FIX-1")],
            "leave_out": [],
            "unknown": ["Ann's people"],
        },
    )
    status, out, err = generate(ASK, "--writer", "endpoint")
    assert status == 0, err
    (run,) = [json.loads(out)]
    assert [story["key"] for epic in run["epics"] for story in epic["stories"]] == ["LOAN-3"]
    assert "read by reader-9: check it" in err
    assert f"“{WORDS}”: LOAN-3 Late return" in err
    assert "“LOAN-77” is no key that was listed" in err
    assert "FIX-1: “the whole workshop” does not stand in the request" in err
    assert "not understood: nothing is named “Ann's people”" in err
    asked = [body for body in server.bodies if is_choice(body)]
    assert len(asked) == 1
    sent = json.dumps(asked[0]["messages"])
    assert "<story>LOAN-2 | Extend a loan | LOAN-1 |" in sent
    assert "<epic>FIX-1 | Workshop |" in sent
    assert "<criterion>LOAN-3-AC1 | A tool that is returned" in sent, "it may be left out"


@pytest.mark.long
def test_code_reads_what_it_can_without_asking(
    generate: Callable[..., tuple[int, str, str]], server: EndpointServer
) -> None:
    answers(server, {"write": [row("Workshop", "LOAN-1")], "leave_out": [], "unknown": []})
    status, out, err = generate("Test cases for FIX-1", "--writer", "endpoint")
    assert status == 0, err
    assert [epic["key"] for epic in json.loads(out)["epics"]] == ["FIX-1"]
    assert not any(map(is_choice, server.bodies))


@pytest.mark.long
def test_depth_and_techniques_that_code_does_not_know_are_read_by_the_endpoint(
    generate: Callable[..., tuple[int, str, str]], server: EndpointServer
) -> None:
    ask = "LOAN-1 in regression depth, quick, no walks; the sums can stay out"
    answers(
        server,
        {
            "write": [],
            "leave_out": [],
            "unknown": [],
            "depth": {"words": "regression depth", "name": "thorough"},
            "techniques": [],
            "techniques_left_out": [
                {"words": "no walks", "names": ["end-to-end"]},
                {"words": "the sums", "names": ["boundary"]},
                {"words": "the totals", "names": ["role"]},
            ],
        },
    )
    status, out, err = generate(ask, "--writer", "endpoint")
    assert status == 0, err
    settled = json.loads(out)["generation"]
    assert settled["depth"] == "thorough"
    assert settled["techniques"] == [
        "positive", "negative", "decision-table rule", "state transition", "role", "pairwise",
    ]  # fmt: skip
    assert "depth thorough (“regression depth”)" in err
    assert "without technique boundary (“the sums”)" in err
    assert "role: “the totals” does not stand in the request" in err
    assert (
        "read in two ways: depth smoke (“quick”): left aside, as the model read it otherwise" in err
    )
    assert sum(map(is_choice, server.bodies)) == 1
    status, out, _ = generate(ask, "--writer", "endpoint", "--depth", "standard")
    assert json.loads(out)["generation"]["depth"] == "standard", "the option has the say"


def test_a_writer_that_is_no_model_is_not_asked(
    generate: Callable[..., tuple[int, str, str]], server: EndpointServer
) -> None:
    status, _, err = generate(ASK, "--writer", "outline")
    assert status == 2
    assert "Nothing is selected" in err
    assert not server.bodies


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (refuses(401, "wrong key"), "did not accept the key"),
        (streams("LOAN-3, I think"), "not valid JSON"),
        (streams(""), "empty answer"),
        (streams('{"keys": ["LOAN-3"]}'), "did not answer with lists of keys"),
        (streams('{"write": [], "unknown": ["saws"]}'), "“saws” does not stand in the request"),
        (streams('{"write": [], "unknown": ["drills"]}'), "nothing is named “drills”"),
    ],
)
def test_what_the_endpoint_does_wrong_is_said_and_codes_reading_stays(
    answer: Callable[[Any], None],
    told: str,
    generate: Callable[..., tuple[int, str, str]],
    server: EndpointServer,
) -> None:
    server.answer = answer
    status, _, err = generate(ASK, "--writer", "endpoint")
    assert status == 2
    assert told in err
    (error,) = [line for line in err.splitlines() if line.startswith("error: ")]
    assert error.startswith("error: Nothing is selected")
