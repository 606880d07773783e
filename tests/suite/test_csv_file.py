"""CSV files read back equal, are inert in a spreadsheet, and are the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import CaseTemplate, Column, TestCase, TestStep
from assistant.suite.export import (
    EXPORT_PROFILES,
    ProfileName,
    download_name,
    export_warnings,
    write_csv,
)
from assistant.suite.export.csv_file import encodable, mark, restore
from assistant.suite.step_marks import MARK_WORDS
from assistant.suite.template import DEFAULT_TEMPLATE

TEMPLATE = CaseTemplate(
    name="T",
    row_per="step",
    columns=(
        Column(header="Title", field="title"),
        Column(header="Precondition", field="preconditions"),
        Column(header="Step", field="step_action"),
        Column(header="Result", field="step_expected"),
        Column(header="Support", field="step_support"),
    ),
)
PROFILES: list[ProfileName] = list(EXPORT_PROFILES)


def case_of(text: str, case_id: str = "T-1") -> TestCase:
    step = TestStep(number=1, action=text, expected_result=text, support="supported")
    return TestCase(id=case_id, title=text, preconditions=(text,), steps=(step,))


def read(data: bytes) -> list[list[str]]:
    """As Python's own reader sees the file."""
    csv.field_size_limit(10_000_000)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def read_with_pandas(data: bytes) -> list[list[str]]:
    import pandas as pd

    frame = pd.read_csv(
        io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig", header=None
    )
    return [[str(cell) for cell in row] for row in frame.to_numpy().tolist()]


def expected(text: str, profile: ProfileName) -> list[str]:
    clean = encodable(text)
    cell = mark(clean) if profile == "excel" else clean
    return [cell, cell, cell, cell, MARK_WORDS["supported"] if clean.strip() else ""]


def naughty(shared_dir: Path) -> list[str]:
    folder = shared_dir / "hostile"
    lines: list[str] = json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    lines += (folder / "csv-injection" / "payloads.txt").read_text("utf-8").splitlines()
    lines += [line.strip() for line in lines]
    for row in spectrum(shared_dir):
        lines += [*row.keys(), *row.values()]
    return lines


def spectrum(shared_dir: Path) -> list[dict[str, str]]:
    """Every expected row of csv-spectrum, by header."""
    found: list[dict[str, str]] = []
    for file in sorted((shared_dir / "hostile" / "csv-spectrum" / "json").glob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        found += [data] if isinstance(data, dict) else data
    assert len(found) > 12
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_naughty_strings_read_back_equal_in_every_field(
    profile: ProfileName, shared_dir: Path
) -> None:
    texts = naughty(shared_dir)
    assert len(texts) > 600
    cases = [case_of(text, f"T-{number}") for number, text in enumerate(texts)]
    data = write_csv(TEMPLATE, cases, profile=profile, sources={})
    wanted = [[c.header for c in TEMPLATE.columns], *(expected(t, profile) for t in texts)]
    assert read(data) == wanted
    assert read_with_pandas(data) == wanted
    if profile == "excel":
        restored = [[restore(cell) for cell in row] for row in read(data)[1:]]
        assert restored == [
            [encodable(t)] * 4 + [MARK_WORDS["supported"] if t.strip() else ""] for t in texts
        ]


@pytest.mark.parametrize("profile", PROFILES)
def test_csv_spectrum_survives_a_template_made_of_its_headers(
    profile: ProfileName, shared_dir: Path
) -> None:
    for row in spectrum(shared_dir):
        columns = tuple(
            Column(header=header, field="constant", default=value) for header, value in row.items()
        )
        template = CaseTemplate(name="T", row_per="case", columns=columns)
        data = write_csv(template, [case_of("x")], profile=profile, sources={})
        found = [[restore(cell) for cell in line] for line in read(data)]
        assert found == [list(row.keys()), list(row.values())]


@given(st.text(st.characters() | st.sampled_from("\ud800\x00\r\n\t\"',;=+-@＝'")))
def test_any_text_reads_back_equal_in_both_profiles(text: str) -> None:
    for profile in PROFILES:
        data = write_csv(TEMPLATE, [case_of(text)], profile=profile, sources={})
        assert data.startswith(b"\xef\xbb\xbf")
        assert read(data)[1:] == [expected(text, profile)]
    excel = read(write_csv(TEMPLATE, [case_of(text)], sources={}))
    assert restore(excel[1][0]) == encodable(text)


@given(st.text(st.sampled_from("'=+-@\t\r\n ＝a\u00a0")))
def test_the_mark_is_taken_off_exactly(text: str) -> None:
    assert restore(mark(text)) == text
    assert not re.match(r"\s*[=+\-@\t\r\n＝＋－＠]", mark(text))


@pytest.mark.parametrize("first", list("=+-@\t\r\n＝＋－＠"))
@pytest.mark.parametrize("before", ["", " ", "   ", "\u00a0"])
def test_excel_profile_marks_every_start_of_a_formula(first: str, before: str) -> None:
    payload = f"{before}{first}HYPERLINK(1)"
    template = CaseTemplate(name="T", columns=(Column(header=payload, field="title"),))
    data = write_csv(template, [case_of(payload)], sources={})
    assert read(data) == [["'" + payload], ["'" + payload]]
    raw = write_csv(template, [case_of(payload)], profile="import", sources={})
    assert read(raw) == [[payload], [payload]]


@pytest.mark.parametrize("text", ["plain", "'quoted'", "a=b", "3-5 days", "", " indented", "’=1"])
def test_ordinary_text_is_not_marked(text: str) -> None:
    assert mark(text) == text


def test_both_profiles_quote_every_cell() -> None:
    template = CaseTemplate(
        name="T", columns=(Column(header="A", field="title"), Column(header="B", field="team"))
    )
    case = TestCase(id="1", title='say "hi", twice')
    for profile in PROFILES:
        data = write_csv(template, [case], profile=profile, sources={})
        assert data.decode("utf-8-sig") == '"A","B"\r\n"say ""hi"", twice",""\r\n'


@given(st.permutations(range(12)))
def test_the_same_cases_give_the_same_bytes_in_their_order(order: list[int]) -> None:
    cases = [case_of(f"text {number}", f"T-{number}") for number in range(12)]
    shuffled = [cases[number] for number in order]
    data = write_csv(DEFAULT_TEMPLATE, shuffled, sources={})
    assert data == write_csv(DEFAULT_TEMPLATE, shuffled, sources={})
    assert [row[0] for row in read(data)[1:]] == [case.id for case in shuffled]


def test_exporting_leaves_the_cases_as_they_are() -> None:
    case = case_of("=1+1\x00")
    before = case.model_copy(deep=True)
    write_csv(TEMPLATE, [case], sources={})
    assert case == before


def test_cells_longer_than_excel_holds_are_named_and_not_cut() -> None:
    long = case_of("x" * 32_768)
    found = export_warnings(TEMPLATE, [case_of("x" * 32_767, "A"), long], sources={})
    assert [said.partition(";")[0] for said in found] == [
        f"Row 3, {header}: 32,768 characters"
        for header in ("Title", "Precondition", "Step", "Result")
    ]
    assert "32,767" in found[0]
    assert export_warnings(TEMPLATE, [long], profile="import", sources={}) == ()
    assert read(write_csv(TEMPLATE, [long], sources={}))[1][0] == "x" * 32_768


def test_excel_counts_characters_outside_the_basic_plane_twice() -> None:
    emoji = "😀"
    assert export_warnings(TEMPLATE, [case_of(emoji * 16_383)], sources={}) == ()
    assert len(export_warnings(TEMPLATE, [case_of(emoji * 16_384)], sources={})) == 4


def test_no_cases_give_the_header_alone() -> None:
    assert read(write_csv(TEMPLATE, [], sources={})) == [[c.header for c in TEMPLATE.columns]]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Drop-3: Call/Centre", "Drop-3-Call-Centre-cases.csv"),
        ("../../etc/passwd", "etc-passwd-cases.csv"),
        ("CON", "CON-cases.csv"),
        ("=cmd|' /C calc'!A0", "cmd-C-calc-A0-cases.csv"),
        ("\u202egpj.exe", "gpj-exe-cases.csv"),
        ("", "uat-cases.csv"),
        ("\ud800\x00", "uat-cases.csv"),
        ("Überprüfung", "Überprüfung-cases.csv"),
    ],
)
def test_download_names_are_rebuilt_from_letters_and_digits(title: str, name: str) -> None:
    assert download_name(title) == name


def test_download_name_tells_the_profile_and_the_content() -> None:
    assert download_name("P", profile="import", content="accepted cases") == (
        "P-accepted-cases-import.csv"
    )


def test_hostile_names_stay_inside_the_folder(shared_dir: Path, tmp_path: Path) -> None:
    folder = shared_dir / "hostile"
    names: list[str] = json.loads((folder / "blns" / "blns.json").read_text("utf-8"))
    for file in (folder / "path-traversal").rglob("*.txt"):
        names += file.read_text("utf-8", errors="replace").splitlines()
    for name in names:
        made = download_name(name)
        assert (tmp_path / made).resolve().parent == tmp_path.resolve()
        assert len(made) <= 110
        assert not made.startswith((".", "-", "=", "+", "@"))
