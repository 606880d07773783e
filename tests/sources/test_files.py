"""Files told apart by content, decoded, limited, or refused in words."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from file_writers import archive, saved, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import SourceError, UnreadableFile, UnsupportedFile
from assistant.sources.files.archives import ReadLimits
from assistant.sources.files.files import read_file
from assistant.sources.grids.delimited import find_delimiter, read_delimited
from assistant.sources.reading import Reading

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rewritten(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """An archive with one part's text changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    assert old in parts[part]
    return archive({**parts, part: parts[part].replace(old, new)})


POSTGRES = """-- Dumped by pg_dump version 15.6
CREATE TABLE public.rules (
    id integer NOT NULL,
    said text
);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit VALUES (NEW.id);
END;
$$;
COPY public.rules (id, "said") FROM stdin;
1\tPaid at once\\tup to £250.00
2\t\\N
\\.
INSERT INTO public.roles VALUES (1, 'Clerk''s deputy', NULL), (2, 'C:\\', true);
"""
MYSQL = """-- MySQL dump 10.13  Distrib 8.0.36
CREATE TABLE `rules` (
  `id` int NOT NULL AUTO_INCREMENT,
  `said` varchar(200) DEFAULT NULL, -- (what holds)
  PRIMARY KEY (`id`),
  KEY `k` (`said`)
) ENGINE=InnoDB;
INSERT INTO `rules` VALUES (1,'It\\'s due; (at once)'),(2,'Two\\nlines');
"""
SQL_SERVER = """SET IDENTITY_INSERT [dbo].[Rules] ON
INSERT [dbo].[Rules] ([Id], [Said], [From]) VALUES (1, N'Paid, now', CAST(N'2026-04-01' AS Date))
GO
INSERT [dbo].[Rules] ([Id], [Said], [From]) VALUES (2, NULL, CAST(12.50 AS Decimal(8, 2)))
GO
"""


@pytest.mark.parametrize(
    ("dump", "encoding", "rows"),
    [
        (POSTGRES, "utf-8", ["| id | said |", "| 1 | Paid at once up to £250.00 |", "| 2 |  |"]),
        (POSTGRES, "utf-8", ["| 1 | Clerk's deputy |  |", "| 2 | C:\\ | true |"]),
        (MYSQL, "utf-8", ["| id | said |", "| 1 | It's due; (at once) |", "| 2 | Two<br>lines |"]),
        (SQL_SERVER, "utf-16", ["| Id | Said | From |", "| 1 | Paid, now | 2026-04-01 |"]),
        (SQL_SERVER, "utf-8", ["| 2 |  | 12.50"]),
    ],
)
def test_the_rows_of_a_dump_in_sql_are_tables(dump: str, encoding: str, rows: list[str]) -> None:
    reading = read_file("rules.sql", dump.encode(encoding))
    assert reading.report.reader == "SQL"
    text = reading.document.text.replace("\\\\", "\\").replace("\t", " ")
    assert all(row in text for row in rows), text
    assert "NEW.id" not in text


def test_rows_stand_below_the_columns_that_their_statement_names() -> None:
    rows = ("(item, fee) VALUES ('Key', 5);", "(fee, item) VALUES (7, 'Lock');")
    dump = "\n".join(f"INSERT INTO fees {row}" for row in rows).encode()
    text = read_file("fees.sql", dump).document.text
    assert "| item | fee |" in text
    assert "| fee | item |" in text
    assert "| 7 | Lock |" in text


def test_sql_without_rows_is_text_and_a_dump_over_the_limit_is_refused() -> None:
    assert read_file("make.sql", b"CREATE TABLE rules (id integer);").document.kind != "table"
    with pytest.raises(UnreadableFile, match="cells"):
        read_file("rules.sql", POSTGRES.encode(), limits=ReadLimits(max_cells=3))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"]
)
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    lines = [["Town", "Fee in £"], ["Köln", "5"], ["Malmö", "7"], ["München, Süd", "9"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    reading = read_file("fees.csv", text.encode(encoding))
    assert reading.document.kind == "table"
    assert reading.document.text.startswith("| Town | Fee in £ |")
    assert "| München, Süd | 9 |" in reading.document.text
    assert reading.document.id == "file:fees.csv"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a\x00\x00", "an image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Office document"),
        (OLE + "WordDocument".encode("utf-16-le") + b"\0" * 99, "an old Word document"),
        (bytes(range(256)) * 10, "a binary file"),
        (b"MZ\x90\x00\x03\x00", "a program"),
        (b"\x1f\x8b\x08\x00", "a compressed archive"),
    ],
)
def test_other_kinds_are_refused_whatever_they_are_called(data: bytes, words: str) -> None:
    for name in ("cases.csv", "epic.md", "book.xlsx"):
        with pytest.raises(UnsupportedFile, match=words) as caught:
            read_file(name, data)
        assert "Markdown, text, RTF" in str(caught.value)
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 rest", "could not be read"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "refused"),
        (b"<?xml version='1.0'?><x><y></x>", "not well-formed"),
        (b"<html><head></head><body></body></html>", "no text"),
        (b'{"a": [1,}', "not valid JSON"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99, "protected by a password"),
    ],
)
def test_damaged_and_dangerous_files_are_unreadable_in_words(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_file("a.json", data)
    assert "a.json" in str(caught.value)


def test_json_of_an_unknown_structure_is_a_page() -> None:
    """Whatever its values say: names of fields beside them are no criteria."""
    words = {"story": "As a keeper I want to feed the seals", "acceptance criteria": ["It eats"]}
    payload = {"zoo": {"nodeId": None, "texts": words}, "animals": [{"limits": {}, "on": True}]}
    reading = read_file("zoo.json", json.dumps(payload).encode())
    assert (reading.document.kind, reading.epics) == ("page", ())
    assert "As a keeper I want to feed the seals" in reading.document.text


def test_messages_of_an_app_in_json_are_rows_under_their_whole_keys() -> None:
    texts = {"order": {"sent": "Order {no} has been sent | paid.", "late": {"hint": "- {days} -"}}}
    reading = read_file("messages.en.json", json.dumps(texts).encode())
    assert reading.document.text.splitlines() == [
        "| Key | Text |", "| --- | --- |",
        "| order.sent | Order {no} has been sent \\| paid. |", "| order.late.hint | - {days} - |",
    ]  # fmt: skip
    assert not reading.notes
    bare = json.dumps({"order": {"sent": "{color:red} *late*\nh1. A", "number": 3}})
    kept = read_file("values.json", bare.encode())
    assert "{color:red} *late*" in kept.document.text, "no wiki text, whatever its values say"


def test_what_is_nested_in_a_record_of_json_is_no_criterion() -> None:
    """The record's own values stay what they are."""
    inside = [{"id": 1, "nodeId": None, "text": "It eats"}]
    records = [
        {"key": f"Z-{number}", "title": name, "release": "R1", "acceptanceCriteria": told}
        for number, name, told in [(1, "Feed seals", inside), (2, "Wash seals", ["It shines"])]
    ]
    (epic,) = read_file(
        "zoo.json", json.dumps([records[1], {**records[1], "key": "Z-3"}]).encode()
    ).epics
    assert [one.text for one in epic.stories[0].criteria] == ["It shines"]
    reading = read_file("zoo.json", json.dumps(records).encode())
    assert not [c for epic in reading.epics for story in epic.stories for c in story.criteria]
    assert "Feed seals" in reading.document.text


def test_archives_that_are_no_workbook() -> None:
    for entry, words in (("a.txt", "archive of several files"), ("word/x.xml", "archive")):
        with pytest.raises(UnsupportedFile, match=words):
            read_file("book.xlsx", archive({entry: "x"}))


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n  \r\n", b"\x00\x00"])
def test_empty_files(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        read_file("a.csv", data)


def test_a_markdown_epic_called_txt_or_csv_is_told_by_content() -> None:
    epic = b"# CC-10 Plans\n\n## CC-12 Extend\n\n### Acceptance criteria\n- x is shown\n"
    reading = read_file("epic.txt", epic)
    assert reading.document.kind == "epic"
    assert reading.document.id == "epic:CC-10"
    table = b"Key,Summary,Acceptance Criteria\nCC-1,Login,- x is shown\n"
    assert read_file("jira.txt", table).epics[0].stories[0].key == "CC-1"


def test_rules_and_pages() -> None:
    rules = read_file("r.md", b"# Business rules: billing\nTeam: Billing\n\n- BR-1: A\n- BR-2: B\n")
    assert (rules.document.kind, rules.document.title) == ("rules", "Business rules: billing")
    assert rules.document.metadata.team == "Billing"
    page = read_file(
        "notes_of_today.txt", b"We met and talked about many things.\nNothing was decided yet."
    )
    assert page.document.kind == "page"
    assert not page.epics


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.csv", "C:\\x\\..\\a.csv", "a\u202egpj.csv", "x" * 500 + ".csv", "", "\x00"],
)
def test_names_are_only_text(name: str) -> None:
    document = read_file(name, b"a,b\n1,2\n").document
    assert "/" not in document.id.removeprefix("file:")
    assert "\\" not in document.id
    assert "\u202e" not in document.title
    assert 0 < len(document.title) <= 150


def test_xlsx_cells_as_people_read_them() -> None:
    import datetime

    rows: list[list[object]] = [
        ["Name", "Count", "Share", "Since", "Active"],
        ["Köln", 3, 0.25, datetime.date(2026, 2, 1), True],
        ["=not a formula", 10.0, 1e20, datetime.datetime(2026, 2, 1, 9, 30), False],
    ]
    data = workbook(rows)
    text = read_file("b.xlsx", data).document.text
    assert "| Köln | 3 | 0.25 | 2026-02-01 | TRUE |" in text
    assert "2026-02-01 09:30:00" in text


def merged(rows: list[list[object]], *ranges: str) -> Reading:
    """The reading of a workbook of one sheet with these rows and merged cells."""
    return read_file("levels.xlsx", workbook(rows, *ranges))


def test_a_header_of_two_rows_is_one_and_a_note_below_is_no_row() -> None:
    reading = merged(
        [
            ["Levels for reports"],
            ["Priority", "First answer", None, "Repaired by"],
            [None, "Hours", "Channel", "Days after receipt"],
            ["Urgent", 4, "Phone", 3],
            ["High", 8, "E-mail", 7],
            [],
            ["Days are working days."],
        ],
        "A1:D1", "A2:A3", "B2:C2", "A7:D7",
    )  # fmt: skip
    assert reading.document.text == (
        "Levels for reports\n\n"
        "| Priority | First answer: Hours | First answer: Channel | "
        "Repaired by: Days after receipt |\n| --- | --- | --- | --- |\n"
        "| Urgent | 4 | Phone | 3 |\n| High | 8 | E-mail | 7 |\n\n"
        "Days are working days.\n"
    )
    text = reading.document.text
    places = {one.label.rpartition(" ")[2]: text[one.start : one.end] for one in reading.places}
    assert places == {
        "4": "| Urgent | 4 | Phone | 3 |", "5": "| High | 8 | E-mail | 7 |",
        "7": "Days are working days.",
    }  # fmt: skip


def test_merged_cells_that_are_no_header_stay_rows() -> None:
    """A logo beside a title, and cells of the table that are merged both ways."""
    rows: list[list[object]] = [
        ["ACME", "Fees of the library", None], [None, None, None],
        ["Fee", "Who", "Amount"], ["Late", "Player", 2], ["Lost", "see below", None],
        [None, "School", 9],
    ]  # fmt: skip
    text = merged(rows, "A1:A2", "B1:C1", "A5:A6", "B5:C5").document.text
    assert text.count("Fees of the library") == 1
    assert "| Fee | Who | Amount |\n" in text
    assert "| Lost | see below |" in text
    assert "| School | 9 |" in text


def test_names_below_merged_cells_are_named_with_them() -> None:
    """The cells beside them end in the upper row, as nobody merged them down."""
    rows: list[list[object]] = [
        ["Who may do what", None, None, None, None],
        ["Area", "Depot", None, "Portal", None],
        [None, "Desk", "Stock", "Guest", "Firm"],
        ["Rack", "X", None, "own", None], [None, None, "X", None, None],
    ]  # fmt: skip
    text = merged(rows, "A1:E1", "B2:C2", "D2:E2", "A4:A5").document.text
    assert "| Area | Depot: Desk | Depot: Stock | Portal: Guest | Portal: Firm |" in text
    assert "| Rack | X |  | own |  |\n| Rack |  | X |" in text


def test_a_title_over_a_header_names_no_column() -> None:
    rows: list[list[object]] = [["Fees", None], ["Boat", "Fee"], ["Kayak", 7]]
    assert "| Boat | Fee |" in merged(rows, "A1:B1").document.text


@pytest.mark.parametrize(
    "header",
    [
        ["ID", "Title", "Steps", "Expected result"],  # it is a header by itself
        ["R-1", "Only members book", "In the portal", "Shore"],  # an id
        ["Kayaks", "Rent it by the hour.", "7", "Shore"],  # a sentence and a number
        ["Kayak", "Kayak", "Kayak", "Kayak"],
    ],
)
def test_a_row_that_names_no_columns_is_joined_with_none_above(header: list[object]) -> None:
    cells = ["TC-1", "Valid login", "Enter name", "Home page is shown", "see wiki"]
    rows: list[list[object]] = [["Release 4", None, None, None, "Owner"], header, [*cells]]
    text = merged(rows, "A1:D1").document.text
    assert "Release 4:" not in text
    assert f"| {' | '.join(map(str, header))} |" in text


def test_a_line_with_owner_and_date_above_a_blank_one_is_no_header() -> None:
    told = [
        ["Limits of the depot"],
        ["Owner: B. Lann", None, "Status: 20 Aug 2026"],
        [None],
        ["Key", "Meaning", "Value", "Unit"],
        ["TEMP", "Temperature at pickup", 8, "°C"],
    ]
    text = read_file("limits.xlsx", workbook(told)).document.text
    assert "| Key | Meaning | Value | Unit |\n| --- |" in text
    assert "Owner: B. Lann Status: 20 Aug 2026" in text


@pytest.mark.parametrize(
    "told",
    [
        [["", "Silver", "Gold"], [None], ["Free bags", 1, 2], ["Late fee", 5, 0]],
        [["Setting", "Value"], ["Deposit", "20 EUR"], [None], ["Code", "Name", "Limit"]],
    ],
)
def test_a_fuller_row_of_numbers_or_of_another_table_is_no_header(told: list[list[object]]) -> None:
    text = read_file("limits.xlsx", workbook(told)).document.text
    head = text.partition("| --- |")[0]
    assert str(told[0][1]) in head
    assert "Free bags" not in head
    assert "Deposit" not in head


def test_a_blank_line_below_a_header_changes_nothing() -> None:
    told = [["Key", "Value", "Unit"], [None], ["TEMP", 8, "°C"], ["VOLUME", 500, "l"]]
    text = read_file("limits.xlsx", workbook(told)).document.text
    assert "| Key | Value | Unit |\n| --- |" in text


def test_a_name_above_an_empty_column_names_none() -> None:
    """It stands beside the title, as a version does."""
    rows: list[list[object]] = [
        ["Fees", None, "Approved"], ["Boat", "Fee"], ["Kayak", 7], ["Canoe", 9],
    ]  # fmt: skip
    text = merged(rows, "A1:B1").document.text
    assert "| Boat | Fee |" in text
    assert "Fees: Boat" not in text


def test_test_cases_below_a_merged_title_with_a_version_are_cases() -> None:
    reading = merged(
        [
            ["Test cases of release 4", None, None, None, "Version 1.2"],
            ["ID", "Title", "Steps", "Expected result"],
            ["TC-1", "Valid login", "Enter name", "Home page is shown"],
            ["TC-2", "Bad login", "Enter name", "Error is shown", "x"],
        ],
        "A1:D1",
    )  # fmt: skip
    assert [case.id for case in reading.cases] == ["TC-1", "TC-2"]


def test_percents_are_read_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value, form in (
        ("B3", "Boat", "General"), ("C3", "Discount", "General"), ("B4", "Kayak", "General"),
        ("C4", 0.08, "0%"), ("B5", "Canoe", "General"), ("C5", 0.125, "[Red]0.0%"),
        ("B6", "Raft", "General"), ("C6", 0.5, '0.0" % of"'), ("B7", 1, "0%"), ("C7", 0.1, "0.0"),
        ("B8", 12.5, "#,##0.0_%_);(#,##0.0_%)"), ("C8", 7, "0.0*%"), ("B9", 0.2, "0.0\\%"),
        ("C9", 0.3, "[$%-409]0.0"),
    ):  # fmt: skip
        sheet[place] = value
        sheet[place].number_format = form
    sheet["C4"].comment = openpyxl.comments.Comment("was 10 %", "Ann")
    reading = read_file("fees.xlsx", saved(book))
    rows = [line for line in reading.document.text.split("\n") if line.startswith("| ")][2:]
    assert rows == ["| Kayak | 8% |", "| Canoe | 12.5% |", "| Raft | 0.5 |", "| 100% | 0.1 |",
                    "| 12.5 | 7 |", "| 0.2 | 0.3 |"]  # fmt: skip
    assert reading.report.unread_parts == ("1 comments on cells",)


PERCENT = [["Boat", "Rate"], ["Kayak", 0.5]]


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with a percent in it, one of its parts changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in PERCENT:
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    return rewritten(saved(book), part, old, new)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/styles.xml", b"</styleSheet>", b"<x14:a/></styleSheet>"),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>",
         b"<Relationship Id='r9' Target='a&b.xlsx'/></Relationships>"),
    ],
)  # fmt: skip
def test_a_fault_in_styles_costs_the_percents_alone(part: str, old: bytes, new: bytes) -> None:
    assert "| Kayak | 50% |" in read_file("fees.xlsx", changed(part, old, old)).document.text
    reading = read_file("fees.xlsx", changed(part, old, new))
    assert "| Kayak | 0.5 |" in reading.document.text
    assert any("percents" in note for note in reading.notes)


def test_cells_that_do_not_end_are_looked_at_in_linear_time() -> None:
    data = changed("xl/worksheets/sheet1.xml", b"<row", b"<c " * 60_000 + b"<row")
    begun = time.time()
    with contextlib.suppress(UnreadableFile):
        read_file("fees.xlsx", data)
    assert time.time() - begun < 5


def test_a_lying_dimension_loses_no_cell() -> None:
    data = workbook([["A", "B"], *([f"left {n}", f"right {n}"] for n in range(500))])
    lying = rewritten(
        data, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:B501"', b'<dimension ref="A1:A1"'
    )
    text = read_file("b.xlsx", lying).document.text
    assert all(f"| left {n} | right {n} |" in text for n in range(500))


def test_formulas_without_a_stored_result_are_named() -> None:
    data = workbook([["A", "B"], ["x", "=1+1"], ["y", "=A1"]])
    reading = read_file("b.xlsx", data)
    assert any("2 formulas have no stored result" in note for note in reading.notes)


def database(tmp_path: Path, *statements: str) -> bytes:
    file = tmp_path / "rules.db"
    with contextlib.closing(sqlite3.connect(file)) as made:
        for statement in statements:
            made.execute(statement)
        made.commit()
    return file.read_bytes()


def test_the_tables_of_a_database_in_a_file(tmp_path: Path) -> None:
    data = database(
        tmp_path,
        "CREATE TABLE rules (id TEXT, rule TEXT, valid_to DATE)",
        "CREATE TABLE tariff (item TEXT, amount REAL, scan BLOB)",
        "CREATE TABLE empty (a TEXT)",
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i FROM n",
        "INSERT INTO rules VALUES ('BR-1', 'A scratch up to 25 mm is free.', NULL)",
        "INSERT INTO tariff VALUES ('Key', 185.0, x'00ff')",
    )
    reading = read_file("rules.db", data)
    assert reading.report.reader == "SQLite"
    text = reading.document.text
    assert "# rules" in text
    assert "| BR-1 | A scratch up to 25 mm is free. |  |" in text
    assert "| item | amount | scan |" in text
    assert "| Key | 185 |  |" in text
    assert "empty" not in text
    assert "endless" not in text
    with pytest.raises(UnreadableFile, match=r"cut\.db"):
        read_file("cut.db", data[:5000])
    with pytest.raises(UnreadableFile, match="cells"):
        read_file("rules.db", data, limits=ReadLimits(max_cells=4))


def test_stories_in_a_database_are_stories(tmp_path: Path) -> None:
    data = database(
        tmp_path,
        "CREATE TABLE stories (id TEXT, title TEXT, acceptance_criteria TEXT)",
        "INSERT INTO stories VALUES ('S-1', 'Swap a ticket', '- It is swapped.')",
    )
    (epic,) = read_file("stories.sqlite", data).epics
    assert [(story.key, story.title) for story in epic.stories] == [("S-1", "Swap a ticket")]
    assert [c.text for c in epic.criteria] == ["It is swapped."]


def test_damaged_workbooks() -> None:
    data = workbook([["A", "B"], ["x", "y"]])
    for damaged in (
        data[: len(data) // 2],
        b"PK\x03\x04" + b"x" * 500,
    ):
        with pytest.raises(SourceError):
            read_file("b.xlsx", damaged)


def bomb(entries: int, size: int) -> bytes:
    """A small archive that unpacks to ``entries`` times ``size`` zero bytes."""
    sheets = {f"xl/worksheets/sheet{number}.xml": b"\0" * size for number in range(entries)}
    return archive({"xl/workbook.xml": "<workbook/>", **sheets})


@pytest.mark.long
@pytest.mark.parametrize(("entries", "size"), [(1, 40_000_000), (20, 1_000_000), (6000, 1)])
def test_zip_bombs_are_refused_unread(entries: int, size: int) -> None:
    with pytest.raises(UnreadableFile, match="refused"):
        read_file("b.xlsx", bomb(entries, size))


def test_limits_of_time_memory_and_cells() -> None:
    data = workbook([[f"cell {n} {m}" for m in range(20)] for n in range(400)])
    with pytest.raises(UnreadableFile, match="cells"):
        read_file("b.xlsx", data, limits=ReadLimits(max_cells=1000))
    with pytest.raises(UnreadableFile, match="longer than"):
        read_file("b.xlsx", data, limits=ReadLimits(seconds=0.001))
    with pytest.raises(UnreadableFile):
        read_file("b.xlsx", data, limits=ReadLimits(output_bytes=1000))
    with pytest.raises(UnreadableFile, match="bytes"):
        read_file("b.xlsx", data, limits=ReadLimits(max_bytes=1000))
    with pytest.raises(UnreadableFile, match="characters"):
        read_file("t.md", b"x" * 2000, limits=ReadLimits(max_characters=1000))
    with pytest.raises(UnreadableFile, match="cells"):
        read_file("t.csv", b"a,b\n" * 600, limits=ReadLimits(max_cells=1000))


def test_a_quote_that_never_closes() -> None:
    data = b'a,b\n1,"' + b"x\n" * 100_000
    with pytest.raises(UnreadableFile, match="never closed"):
        read_file("t.csv", data, limits=ReadLimits(max_cell_characters=10_000))


def test_our_own_excel_marker_is_taken_off_and_no_other() -> None:
    cells = ["'=1+1", "'+x", "'-5", "'@a", "'＝x", "'quoted'", "O'Neil", "''=x", "'  =cmd"]
    data = "h,i\n" + "\n".join(f'"{cell}",z' for cell in cells)
    text = read_file("t.csv", data.encode()).document.text
    for shown in ("=1+1", "+x", "-5", "@a", "＝x", "'quoted'", "O'Neil", "'=x", "=cmd"):
        assert f"| {shown} | z |" in text


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=4), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_csv_written_is_csv_read(rows: list[list[str]], delimiter: str) -> None:
    import csv

    from assistant.sources.files.clean import clean_text

    width = len(rows[0])
    head = ["Column one", "Column two", "Column three", "Column four"][:width]
    wanted = [head, *([clean_text(cell).text for cell in (row + [""] * 4)[:width]] for row in rows)]
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(wanted)
    text = target.getvalue().replace("\r\n", "\n")
    if find_delimiter(text) == delimiter:
        read = read_delimited(text, "t", max_cells=1000, max_cell_characters=1000)
        assert read == wanted


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.md", "a.xlsx", "a"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        reading = read_file(name, data)
    except SourceError:
        return
    assert reading.document.content_hash


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Name;Straße\nMüller;Köln – Süd\n", "cp1252"),
        ("Nazwa;Opis\nZażółć gęślą;jaźń i łódź są żółte\n" * 5, "cp1250"),
        ("Имя;Описание\nИван;Показать тариф клиента\n" * 5, "cp1251"),
        ("名前;説明\n山田;料金を表示する画面です\n" * 5, "shift_jis"),
    ],
)
def test_a_guessed_encoding_is_right_and_said(text: str, encoding: str) -> None:
    reading = read_file("t.csv", text.encode(encoding))
    assert text.split("\n")[1].split(";")[1] in reading.document.text
    assert any(note.startswith("Decoded as") for note in reading.notes)
