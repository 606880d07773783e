"""Public stories, requirements and hostile files that no one on this project wrote."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_checks import represented, sound

from assistant.errors import SourceError
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.files.recognition import not_installed
from assistant.sources.grids.delimited import read_delimited
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.reading import Reading

LABELS = {"acceptance", "criteria", "description", "story", "user"}


def rows(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a JSON-lines file; the test skips where it is absent."""
    if not path.is_file():
        pytest.skip(f"{path.name} is not among the shared corpora")
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def checked(text: str) -> Reading:
    """The reading of ``text``, sound and with every word of it represented."""
    reading = read_pasted(text)
    sound(reading)
    words = {w.casefold() for w in re.findall(r"[^\W\d_]{2,}", reading.document.text)}
    held = " ".join(represented(reading))
    lost = {word for word in words if word not in held} - LABELS
    assert not lost, f"{lost} of {text[:300]}"
    return reading


def one_story(reading: Reading) -> bool:
    return len(reading.epics) == 1 and len(reading.epics[0].stories) == 1


@pytest.mark.long
def test_670_user_stories_are_one_story_each(shared_dir: Path) -> None:
    stories = [str(row["story"]) for row in rows(shared_dir / "data/stories/dalpiaz.jsonl")]
    for story in stories:
        assert one_story(checked(story)), story
    together = read_pasted("\n".join(stories))
    assert len(together.epics[0].stories) == len(stories)


def test_stories_with_their_given_when_then(shared_dir: Path) -> None:
    for row in rows(shared_dir / "data/stories/asvs_user_stories.jsonl"):
        story, gherkin = str(row["story"]), [str(part) for part in row["gherkin"]]  # type: ignore[attr-defined]
        text = f"{row['feature']}\n{story}\n\nAcceptance criteria\n\n" + "\n\n".join(gherkin)
        reading = checked(text)
        assert one_story(reading), text
        assert len(reading.epics[0].criteria) == len(gherkin), text
        assert {c.form for c in reading.epics[0].criteria} == {"gherkin"}


@pytest.mark.parametrize("name", ["dvsa_mot_features", "openshift_console_features"])
def test_features_as_lists_of_criteria(shared_dir: Path, name: str) -> None:
    for row in rows(shared_dir / f"data/stories/{name}.jsonl"):
        scenarios = [str(part) for part in row["scenarios"]]  # type: ignore[attr-defined]
        text = f"{row['title']}\n{row['narrative']}\n\nAcceptance criteria:\n"
        reading = checked(text + "".join(f"- {s}\n" for s in scenarios))
        assert one_story(reading)
        assert len(reading.epics[0].criteria) == len(scenarios)


@pytest.mark.parametrize(
    ("name", "share"),
    [("cm1", 1.0), ("warc", 1.0), ("modis", 1.0), ("asvs_req_scenario", 1.0), ("dronology", 0.93)],
)
def test_requirement_sentences_are_criteria(shared_dir: Path, name: str, share: float) -> None:
    found = []
    for row in rows(shared_dir / f"data/trace/{name}/sources.jsonl"):
        reading = checked(str(row["text"]))
        assert one_story(reading), row
        found.append(bool(reading.epics[0].criteria))
    assert sum(found) >= share * len(found)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["xray_bookstore", "sylius", "gannt", "masvs_mastg", "trusted_tester"]
)
def test_other_sources_are_one_story(shared_dir: Path, name: str) -> None:
    for row in rows(shared_dir / f"data/trace/{name}/sources.jsonl"):
        assert one_story(checked(str(row["text"]))), row


def test_csv_spectrum(shared_dir: Path) -> None:
    folder = shared_dir / "hostile/csv-spectrum"
    if not folder.is_dir():
        pytest.skip("csv-spectrum is absent")
    for path in sorted((folder / "csvs").glob("*.csv")):
        raw = path.read_bytes()
        wanted = json.loads((folder / "json" / f"{path.stem}.json").read_bytes().decode("utf-8"))
        text = raw.decode("utf-8").replace("\r\n", "\n")
        read = read_delimited(text, path.name, max_cells=10_000, max_cell_characters=10_000)
        header, *body = read
        records = [dict(zip(header, row, strict=True)) for row in body if row]
        expected = wanted if isinstance(wanted, list) else [wanted]
        shown = [
            {k: str(v).replace("\r\n", "\n") for k, v in record.items()} for record in expected
        ]
        if path.stem == "location_coordinates":  # its own JSON names another telephone number
            assert list(records[0]) == list(shown[0])
        else:
            assert records == shown, path.name
        assert read_file(path.name, raw).document.kind == "table"


def blns(shared_dir: Path) -> list[str]:
    path = shared_dir / "hostile/blns/blns.json"
    if not path.is_file():
        pytest.skip("blns is absent")
    strings = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(strings, list)
    return [str(text) for text in strings]


@pytest.mark.long
def test_naughty_strings_as_text_name_title_and_cell(shared_dir: Path) -> None:
    for text in blns(shared_dir):
        sound(
            read_pasted(
                f"As a user I want x\n\nAcceptance criteria\n- the word {text} is shown", title=text
            )
        )
        try:
            sound(read_pasted(text))
        except SourceError:
            assert not any(character.isalnum() for character in text)
        cell = text.replace('"', '""')
        data = f'ID,Title,Step,Expected Result\nT-1,"t{cell}","a{cell}","b{cell}"\n'.encode()
        if re.search("[\x01-\x08\x0e-\x1f]", text):
            continue  # as a file, this is a binary one
        (case,) = read_file(text, data).cases
        assert case.steps[0].action.startswith("a")


def test_formula_payloads_survive(shared_dir: Path) -> None:
    path = shared_dir / "hostile/csv-injection/payloads.txt"
    if not path.is_file():
        pytest.skip("csv-injection is absent")
    for payload in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
        cell = payload.replace('"', '""')
        data = f'ID,Title,Step,Expected Result\nT-1,"\'{cell}","\'{cell}",x\n'.encode()
        (case,) = read_file("c.csv", data).cases
        marked = payload[0] in "=+-@"
        assert case.steps[0].action == (payload if marked else f"'{payload}")


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_workbook_has_a_typed_outcome(shared_dir: Path, every: int) -> None:
    folder = shared_dir / "hostile/xlsx-calamine"
    if not folder.is_dir():
        pytest.skip("xlsx-calamine is absent")
    read, refused = 0, list[bool]()
    for path in sorted(folder.iterdir())[::every]:
        begin = time.perf_counter()
        try:
            read += bool(read_file(path.name, path.read_bytes()).document.text)
        except SourceError as error:
            refused.append(path.name in str(error))
        assert time.perf_counter() - begin < LONGEST, path.name
    assert read > 30 // every
    assert all(refused)


OTHERS = "xml-defusedxml xxe xss path-traversal ssrf unicode csv-spectrum"


LONGEST = 20 if not_installed() else 120
"""Seconds that a file may take: OCR alone takes 5 to 20 for each scanned page."""


def outcome_of(path: Path) -> str:
    """The text that a hostile file gives, or an empty string for a refusal that names it."""
    begin = time.perf_counter()
    [found] = list(read_files(path.name, path.read_bytes()))[:1]
    assert found.reading is not None or path.name in found.error
    assert time.perf_counter() - begin < LONGEST, path.name
    return found.reading.document.text if found.reading else ""


@pytest.mark.parametrize(
    "every",
    [pytest.param(2, marks=pytest.mark.long), pytest.param(1, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("folder", OTHERS.split())
def test_other_hostile_files_are_read_or_refused_in_words(
    shared_dir: Path, folder: str, every: int
) -> None:
    files = [
        path for path in sorted((shared_dir / "hostile" / folder).rglob("*")) if path.is_file()
    ]
    if not files:
        pytest.skip(f"{folder} is absent")
    for path in files[:120:every]:
        text = outcome_of(path)
        assert "root:x:0" not in text
        assert len(text) < 10_000_000


@pytest.mark.parametrize(
    ("folder", "suffix", "every"),
    [
        pytest.param("pdf-pypdf", ".pdf", 12, marks=pytest.mark.long),
        pytest.param("pdf-pypdf", ".pdf", 1, marks=pytest.mark.slow),
        ("docx-mammoth", ".docx", 12),
        pytest.param("docx-mammoth", ".docx", 1, marks=pytest.mark.slow),
    ],
)
def test_real_documents_are_read_or_refused_in_words(
    shared_dir: Path, folder: str, suffix: str, every: int
) -> None:
    files = sorted((shared_dir / "hostile" / folder).rglob(f"*{suffix}"))[::every]
    if not files:
        pytest.skip(f"{folder} is absent")
    read = sum(bool(outcome_of(path).strip()) for path in files)
    assert read >= 0.7 * len(files)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("docx-mammoth/footnotes.docx", "A tachyon walks into a bar"),
        ("docx-mammoth/endnotes.docx", "A tachyon walks into a bar"),
        ("docx-mammoth/text-box.docx", "Datum plane"),
        ("docx-mammoth/comments.docx", "A tachyon walks into a bar"),
        ("docx-mammoth/tables.docx", "| Top left | Top right |"),
        ("pdf-pypdf/crazyones.pdf", "The round pegs in the square holes"),
        ("pdf-pypdf/multilang.pdf", "你好世界"),
        ("pdf-pypdf/form_evince.pdf", ""),
    ],
)
def test_nothing_of_a_real_document_is_dropped(shared_dir: Path, name: str, words: str) -> None:
    path = shared_dir / "hostile" / name
    if not path.is_file():
        pytest.skip(f"{name} is absent")
    assert words in " ".join(outcome_of(path).split(" "))


@pytest.mark.parametrize("every", [36, pytest.param(1, marks=pytest.mark.slow)])
def test_json_is_read_where_it_is_valid_and_refused_where_not(shared_dir: Path, every: int) -> None:
    folder = shared_dir / "hostile/jsontestsuite/test_parsing"
    if not folder.is_dir():
        pytest.skip("jsontestsuite is absent")
    for path in sorted(folder.glob("[yn]_*.json"))[::every]:
        assert bool(outcome_of(path)) == path.name.startswith("y_"), path.name


def test_four_workbook_formats_give_the_same_cells(shared_dir: Path) -> None:
    folder = shared_dir / "hostile/xlsx-calamine"
    if not folder.is_dir():
        pytest.skip("xlsx-calamine is absent")
    sheets = {}
    for suffix in ("xlsx", "xlsb", "xls", "ods"):
        text = read_file(f"i.{suffix}", (folder / f"issues.{suffix}").read_bytes()).document.text
        parts = [part.split("\n", 1) for part in f"\n{text}".split("\n# ")[1:]]
        sheets[suffix] = {name: cells.strip() for name, cells in parts}
    assert "| 2016-10-20 |" in sheets["xlsx"]["datatypes"]
    assert sheets["xlsb"] == sheets["xlsx"] == sheets["ods"]
    assert sheets["xls"].items() <= sheets["xlsx"].items()
