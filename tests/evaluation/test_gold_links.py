"""Sets with gold links: both layouts, and every way in which a set can be out of order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UnreadableFile
from assistant.evaluation.gold_links import read_gold_set, without_ids

Write = Callable[..., Path]
TEXTS = {"R-1": "A fee is refunded.", "R-2": "A note is kept."}
CASES = {"T-1": "Refund of a fee (R-1)", "T-2": "Keep a note"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a set; gives its folder."""

    def written(
        links: str,
        sources: Mapping[str, str] | str = TEXTS,
        targets: Mapping[str, str] | str = CASES,
        names: tuple[str, str] = ("sources.jsonl", "targets.jsonl"),
    ) -> Path:
        for name, texts in zip(names, (sources, targets), strict=True):
            if not isinstance(texts, str):
                texts = "".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in texts.items())
            (tmp_path / name).write_text(texts, encoding="utf-8")
        (tmp_path / "qrels.tsv").write_text(links, encoding="utf-8")
        return tmp_path

    return written


def test_requirements_with_links(write: Write) -> None:
    gold = read_gold_set(write("query-id\tcorpus-id\tscore\nR-1\tT-1\t1\nR-2\tT-1\t0\n"))
    assert [(one.id, one.text, one.relevant) for one in gold.questions] == [
        ("R-1", "A fee is refunded.", frozenset({"T-1"}))
    ]
    assert (gold.links, gold.named_links, gold.requirements) == (1, 1, True)


def test_questions_as_in_beir(write: Write) -> None:
    rows = '{"_id": 7, "text": "which fee"}\n\n'
    gold = read_gold_set(write("7\tT-2\t2\n", rows, names=("queries.jsonl", "corpus.jsonl")))
    assert (gold.questions[0].id, gold.requirements, gold.named_links) == ("7", False, 0)


@pytest.mark.parametrize(
    ("links", "sources", "says"),
    [
        ("", TEXTS, "qrels.tsv holds no link"),
        ("a\tb\tc\n", TEXTS, "qrels.tsv holds no link"),
        ("R-1\tT-1\t0\n", TEXTS, "qrels.tsv holds no link"),
        ("R-1\tT-1\t1\nR-9\tT-1\t1\n", TEXTS, "line 2: sources.jsonl holds no “R-9”"),
        ("R-1\tT-9\t1\n", TEXTS, "line 1: targets.jsonl holds no “T-9”"),
        ("R-1\tT-1\t1\nR-1 T-1 1\n", TEXTS, "qrels.tsv, line 2: a question id"),
        ("R-1\tT-1\t1\nR-1\tT-1\tx\n", TEXTS, "qrels.tsv, line 2: a question id"),
        ("R-1\tT-1\t1\n", "", "sources.jsonl is empty"),
        ("R-1\tT-1\t1\n", "{}\n", "sources.jsonl, line 1 has no id"),
        ("R-1\tT-1\t1\n", '{"id": true, "text": ""}\n', "sources.jsonl, line 1 has no id"),
        ("R-1\tT-1\t1\n", '{"id": "R-1"}\n', "sources.jsonl, line 1 has no text"),
        ("R-1\tT-1\t1\n", '{"id": "R-1", "text": " "}\n', "“R-1” is linked and has no text"),
        ("R-1\tT-1\t1\n", '\n{"id": "R-1",\n', "sources.jsonl, line 2 is no JSON"),
        (
            "R-1\tT-1\t1\n",
            '{"id": "R-1", "text": "a"}\n{"id": "R-1", "text": "b"}\n',
            "line 2: the id “R-1” is used twice",
        ),
    ],
)
def test_what_is_out_of_order_is_named(
    write: Write, links: str, sources: Mapping[str, str] | str, says: str
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_gold_set(write(links, sources))
    assert says in str(refused.value)
    assert str(refused.value).endswith((".", '"R-1".', '"text".')), "a next step"


@pytest.mark.parametrize("name", ["sources.jsonl", "targets.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(write: Write, name: str) -> None:
    folder = write("R-1\tT-1\t1\n")
    (folder / name).unlink()
    with pytest.raises(UnreadableFile, match=name):
        read_gold_set(folder)


def test_no_folder_and_another_encoding(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no folder"):
        read_gold_set(tmp_path / "absent")
    folder = write("R-1\tT-1\t1\n")
    (folder / "targets.jsonl").write_bytes(b'{"id": "T-1", "text": "\xe9"}\n')
    with pytest.raises(UnreadableFile, match="UTF-8"):
        read_gold_set(folder)


@given(st.binary(max_size=200), st.sampled_from(["sources.jsonl", "targets.jsonl", "qrels.tsv"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("set")
    for each, text in (
        ("sources.jsonl", '{"id": "R-1", "text": "a"}'),
        ("targets.jsonl", '{"id": "T-1", "text": "b"}'),
        ("qrels.tsv", "R-1\tT-1\t1"),
    ):
        (folder / each).write_text(text)
    (folder / name).write_bytes(data)
    told = ""
    try:
        told = f"{name} {read_gold_set(folder).links}"
    except UnreadableFile as refused:
        told = str(refused)
    assert name in told


def test_ids_are_taken_out_as_whole_words() -> None:
    assert without_ids("R-1: see r-12, br-1 and R-1.", ["R-1", ""]).split() == [
        ":", "see", "r-12,", "br-1", "and", ".",
    ]  # fmt: skip
    assert without_ids("within 14 days", ["14"]) == "within 14 days"
