"""The sample project is complete, consistent with itself, and holds the faults planted in it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from assistant.domain import TECHNIQUES, CaseTemplate

ROOT = Path(__file__).resolve().parents[2] / "sample_data"
EPICS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "epics").glob("*.md"))}
WIKI = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "wiki").glob("*.md"))}
TEMPLATE = CaseTemplate.model_validate_json((ROOT / "template.json").read_bytes())
CSV_TEXT = (ROOT / "existing_cases.csv").read_bytes().decode("utf-8")
ROWS = list(csv.DictReader(io.StringIO(CSV_TEXT, newline=""), strict=True))
STORY = re.compile(r"^## ([A-Z]+-\d+) (.+)$", re.MULTILINE)
METADATA = re.compile(r"^(Release|Team|Labels|Last updated): (.+)$", re.MULTILINE)
QUOTED = re.compile(r'"([A-Z][^"\n]+\.)"')
LEAD_IN = "the approval follows from the amount:", "the exit fee is charged per fuel"


def metadata(text: str) -> dict[str, str]:
    """Metadata lines of an epic or a wiki page."""
    return dict(METADATA.findall(text))


def stories() -> dict[str, str]:
    """Every story's key and its text, from its heading to the next story."""
    found: dict[str, str] = {}
    for text in EPICS.values():
        parts = STORY.split(text)
        found.update(zip(parts[1::3], parts[3::3], strict=True))
    return found


def criteria(story: str) -> list[str]:
    """The criteria of a story, read the plain way: one a bullet, number, row or scenario."""
    text = story.split("### Acceptance criteria\n", 1)[1].split("\n###", 1)[0].strip()
    if "Scenario" in text:
        return re.split(r"^\s*Scenario(?: Outline)?: ", text, flags=re.MULTILINE)[1:]
    blocks = re.split(r"\n\n|\n(?=- |\d\. |\|)", text)
    return [
        block
        for block in blocks
        if not block.lower().startswith(LEAD_IN)
        and not block.startswith("|---")
        and f"{block}\n|---" not in text
    ]


def cases() -> dict[str, list[dict[str, str]]]:
    """Rows of the existing cases by case id, in the order of the file."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for row in ROWS:
        grouped.setdefault(row["Test Case ID"], []).append(row)
    return grouped


def test_six_epics_in_three_teams_over_three_releases() -> None:
    found = Counter((metadata(t)["Team"], metadata(t)["Release"]) for t in EPICS.values())
    assert found.total() == 6
    assert {team for team, _ in found} == {"Call Centre", "Billing", "Field Service"}
    assert {release for _, release in found} == {"Drop-1", "Drop-2", "Drop-3"}
    assert found["Call Centre", "Drop-3"] >= 2


@pytest.mark.parametrize("name", EPICS)
def test_epic_has_the_agreed_form(name: str) -> None:
    text = EPICS[name]
    title = re.match(r"# ([A-Z]+-\d+) .+", text)
    assert title is not None
    assert name.startswith(f"{title[1]}-")
    assert {"Release", "Team", "Labels"} <= metadata(text).keys()
    assert "Out of scope" in text
    assert 3 <= len(STORY.findall(text)) <= 4
    assert "\r" not in text


@pytest.mark.parametrize("key", stories())
def test_story_has_a_narrative_and_three_to_six_criteria(key: str) -> None:
    story = stories()[key]
    assert re.search(r"^As an? .+, I want .+ so that .+\.$", story, re.MULTILINE)
    assert 3 <= len(criteria(story)) <= 6


def test_story_keys_are_unique_and_belong_to_their_epic() -> None:
    keys = [key for text in EPICS.values() for key, _ in STORY.findall(text)]
    assert len(keys) == len(set(keys)) == 23
    for name, text in EPICS.items():
        prefix, number = name.split("-")[:2]
        for key, _ in STORY.findall(text):
            assert key.startswith(f"{prefix}-{number[0]}")


def test_every_way_of_writing_criteria_is_there() -> None:
    everything = "\n".join(EPICS.values())
    for form in (r"^- ", r"^1\. ", r"^```gherkin$", r"^Given ", r"^\|---", r"^Scenario: "):
        assert re.search(form, everything, re.MULTILINE), form


def test_eight_wiki_pages_with_metadata_and_of_readable_length() -> None:
    assert len(WIKI) == 8
    for name, text in WIKI.items():
        assert {"Team", "Release", "Labels", "Last updated"} <= metadata(text).keys(), name
        assert text.count("\n## ") >= 2, name
        assert 250 <= len(text.split()) <= 700, name


def test_rule_numbers_are_defined_once_and_references_resolve() -> None:
    defined = re.findall(
        r"^(?:- \*\*|\| )(BR-[A-Z]+-\d{2})(?:\*\*| \|)", "\n".join(WIKI.values()), re.MULTILINE
    )
    assert len(defined) == len(set(defined)) == 57
    readme = (ROOT / "README.md").read_text("utf-8")
    for text in (*WIKI.values(), *EPICS.values(), readme):
        assert set(re.findall(r"BR-[A-Z]+-\d+", text)) <= set(defined)


def test_keys_in_wiki_pages_and_readme_exist() -> None:
    closed = set(re.findall(r"^\| ([A-Z]+-\d+) \|", WIKI["release-notes-drop-3.md"], re.MULTILINE))
    epics = {"-".join(name.split("-")[:2]) for name in EPICS} | {"BIL-100", "FS-100"}
    known = stories().keys() | closed | epics
    for text in (*WIKI.values(), (ROOT / "README.md").read_text("utf-8")):
        assert set(re.findall(r"(?<![\w-])(?:CC|BIL|FS)-\d{3}(?!\d)", text)) <= known


def test_most_limits_and_messages_of_the_stories_stand_in_a_wiki_page() -> None:
    wiki = "\n".join(WIKI.values())
    messages = {m for text in EPICS.values() for m in QUOTED.findall(text)}
    amounts = {m for text in EPICS.values() for m in re.findall(r"£[\d,.]+\d", text)}
    assert len(messages) >= 25
    assert sum(m in wiki for m in messages) / len(messages) > 0.6
    assert sum(a in wiki for a in amounts) / len(amounts) > 0.9


def test_template_maps_every_technique_and_status_to_an_allowed_value() -> None:
    columns = {column.field: column for column in TEMPLATE.columns}
    assert TEMPLATE.row_per == "step"
    assert set(columns["type"].values) == set(TECHNIQUES)
    assert set(columns["status"].values) == {"draft", "accepted", "rejected", "imported"}
    assert columns["title"].max_chars == 120
    for column in TEMPLATE.columns:
        if column.allowed:
            assert set(column.values.values()) <= set(column.allowed)
    assert len({column.header for column in TEMPLATE.columns}) == len(TEMPLATE.columns)


def test_csv_has_the_template_headers_and_is_rfc_4180() -> None:
    header = next(csv.reader(io.StringIO(CSV_TEXT, newline="")))
    assert header == [column.header for column in TEMPLATE.columns]
    assert not CSV_TEXT.startswith("\ufeff")
    assert CSV_TEXT.endswith("\r\n")
    assert "�" not in CSV_TEXT
    assert all(None not in row and None not in row.values() for row in ROWS)


def test_rows_meet_the_template() -> None:
    for row in ROWS:
        for column in TEMPLATE.columns:
            value = row[column.header]
            assert value or not column.required, (row["Test Case ID"], column.header)
            assert not value or not column.allowed or value in column.allowed
            assert len(value) <= (column.max_chars or len(value))
        assert row["Sources"] == row["Grounding"] == ""


def test_sixty_cases_of_three_to_five_numbered_steps() -> None:
    found = cases()
    assert len(found) == 60
    for case_id, rows in found.items():
        assert [row["Step No"] for row in rows] == [str(n + 1) for n in range(len(rows))], case_id
        assert 3 <= len(rows) <= 5, case_id
        for column in TEMPLATE.columns:
            if not column.field.startswith("step_"):
                assert len({row[column.header] for row in rows}) == 1, (case_id, column.header)
    types = {value for one in TEMPLATE.columns if one.field == "type" for value in one.allowed}
    assert {rows[0]["Test Type"] for rows in found.values()} == types - {"End to End"}
    assert {rows[0]["Release"] for rows in found.values()} == {"Drop-1", "Drop-2"}


def test_house_style_is_consistent() -> None:
    titles = [rows[0]["Title"] for rows in cases().values()]
    assert len(set(titles)) == len(titles)
    for row in ROWS:
        assert row["Title"].startswith("Verify that ")
        assert not row["Title"].endswith(".")
        assert re.match(r"[A-Z].*\.$", row["Test Step"])
        assert re.match(r"[A-Z].*[.\"]$", row["Expected Result"])
    plain = [row for row in ROWS if row["Test Case ID"] not in {"UAT-CC-0013", "UAT-BIL-0014"}]
    assert not [row for row in plain if "should" in row["Expected Result"]]


def test_cases_refer_to_stories_and_criteria_that_exist() -> None:
    releases = {"-".join(n.split("-")[:2]): metadata(text) for n, text in EPICS.items()}
    known = stories()
    closed = dict(
        re.findall(r"^\| ([A-Z]+-\d+) \| ([A-Z]+-\d+) ", WIKI["release-notes-drop-3.md"], re.M)
    )
    for case_id, (row, *_) in cases().items():
        story, epic = row["User Story"], row["Epic"]
        for criterion in row["Acceptance Criteria"].split(", "):
            name, number = criterion.rsplit("-AC", 1)
            assert name == story
            assert story not in known or 1 <= int(number) <= len(criteria(known[story])), case_id
        if story in known:
            assert row["Release"] == releases[epic]["Release"]
            assert row["Team"] == releases[epic]["Team"]
        else:
            assert closed[story] == epic


def test_users_and_accounts_of_cases_are_those_of_the_test_data_page() -> None:
    page = WIKI["test-environment-and-data.md"]
    users = set(re.findall(r"\buat\.[a-z]+\d", CSV_TEXT))
    wrong_on_purpose = {"8500009999"}
    accounts = set(re.findall(r"\b8500\d{6}\b", CSV_TEXT)) - wrong_on_purpose
    assert users <= set(re.findall(r"\buat\.[a-z]+\d", page))
    assert accounts <= set(re.findall(r"\b8500\d{6}\b", page))
    for account, customer in set(re.findall(r"(8500\d{6}) \(([^)]+)\)", CSV_TEXT)):
        assert f"| {account} | {customer} |" in page


def test_messages_in_cases_of_described_stories_match_word_for_word() -> None:
    """Where a case quotes the beginning of a message of a story, it quotes all of it."""
    written = {m for text in (*EPICS.values(), *WIKI.values()) for m in QUOTED.findall(text)}
    by_start = {message[:22]: message for message in written}
    quoted = {m for row in ROWS for m in QUOTED.findall(row["Expected Result"])}
    matched = {m for m in quoted if m[:22] in by_start}
    assert len(matched) >= 10
    assert all(m == by_start[m[:22]] for m in matched)


def test_contradiction_is_planted_in_one_story_only() -> None:
    assert "15 days after the Contract Confirmation Date" in criteria(stories()["CC-201"])[0]
    rules = WIKI["business-rules-call-centre.md"]
    assert re.search(r"\*\*BR-CC-08\*\* .*cooling-off period of 14 days", rules)
    others = [text for name, text in {**EPICS, **WIKI}.items() if not name.startswith("CC-200")]
    assert not [text for text in others if re.search(r"cooling-off[^.]*\b15 days", text)]


def test_vague_criterion_is_planted() -> None:
    assert criteria(stories()["CC-304"])[2] == (
        "- The complaints screen should respond quickly and be user friendly."
    )
    assert "\n".join(EPICS.values()).count("user friendly") == 1


def test_superseded_rule_is_planted() -> None:
    rules, notes = WIKI["business-rules-call-centre.md"], WIKI["release-notes-drop-3.md"]
    assert re.search(r"\*\*BR-CC-18\*\* .*£30\.00.*£150\.00", rules)
    assert re.search(r"RN3-01 \| BR-CC-18 .*Up to £30\.00 \| Up to £50\.00", notes)
    assert re.search(r"RN3-02 \| BR-CC-18 .*Up to £150\.00 \| Up to £250\.00", notes)
    assert "| £5.00 to £50.00 | Call Centre Agent | None |" in stories()["CC-303"]


def words_of(case_id: str) -> set[str]:
    """Words of the title and the expected results of a case."""
    rows = cases()[case_id]
    text = " ".join([rows[0]["Title"], *(row["Expected Result"] for row in rows)])
    return set(re.findall(r"\w{3,}", text.lower()))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("UAT-CC-0003", "UAT-CC-0007"),
        ("UAT-BIL-0017", "UAT-BIL-0018"),
        ("UAT-FS-0013", "UAT-FS-0016"),
    ],
)
def test_near_duplicates_are_planted(first: str, second: str) -> None:
    one, two = words_of(first), words_of(second)
    assert cases()[first][0]["User Story"] == cases()[second][0]["User Story"]
    assert len(one & two) / min(len(one), len(two)) > 0.6
    assert one != two


def test_stale_case_and_smells_are_planted() -> None:
    def text(case_id: str) -> str:
        return " ".join(" ".join(row.values()) for row in cases()[case_id])

    assert "£25.00" in text("UAT-FS-0009")
    assert "late change fee of £30.00" in stories()["FS-302"]
    assert "works as expected" in text("UAT-CC-0013")
    assert "otherwise" in text("UAT-CC-0013")
    assert "Same as above" in text("UAT-BIL-0014")
    assert "UAT-FS-0007 has been executed" in text("UAT-FS-0012")


def test_readme_names_what_is_planted_and_only_cases_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    removed = {"UAT-FS-0002"}
    named = set(re.findall(r"UAT-[A-Z]+-\d{4}", readme))
    assert len(named) >= 9
    assert named - removed <= cases().keys()
    assert not removed & cases().keys()
