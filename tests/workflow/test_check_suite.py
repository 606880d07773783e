"""Checking cases that anybody wrote: what a source denies or nowhere says, and nothing more."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace, sync_folder, write

from assistant.domain import (
    DENYING_RULES,
    GenerationConfig,
    RetrievedChunk,
    TestCase,
    TestStep,
)
from assistant.errors import SourceError, UnknownColumns
from assistant.library.erasure import Wanted
from assistant.sources.files.files import read_file
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import case_checks, check_report, check_suite
from assistant.workflow.review.case_checks import CaseCheck, SuiteCheck
from assistant.workflow.sources import duplicate_texts, import_sources
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

HEADERS = ("ID", "Title", "Story", "Preconditions", "Step", "Data", "Expected Result")
MESSAGE = "Enter a 10-digit account number."

Row = tuple[str, str, str, str, str, str, str]


def case(number: int, title: str, result: str, *, story: str = "CC-102", data: str = "") -> Row:
    step = "Enter an account number and select Search."
    return (f"T-{number}", title, story, "Account Search is open.", step, data, result)


GOOD = case(1, "A number of 9 digits is refused", f'The message "{MESSAGE}" is shown.',
            data="850000101 (9 digits)")  # fmt: skip
OTHER_MESSAGE = case(2, "A number of 9 digits is refused with a hint",
                     'The message "Account number too short, try again." is shown.')  # fmt: skip
OTHER_NUMBER = case(3, "The list is limited", "The result list shows no more than 75 accounts.")
OTHER_NUMBER = (*OTHER_NUMBER[:4], "Search for a postcode with many accounts.", *OTHER_NUMBER[5:])
UNNAMED = ("T-4", "An MPAN of 12 digits is refused", "", "", "Search for an MPAN of 12 digits.",
           "200001234567", 'The message "Enter a 13-digit MPAN." is shown.')  # fmt: skip
ECHO = (*GOOD[:1], "Selecting Search", "CC-102", "", "Select Search in Account Search.", "",
        "Select Search in Account Search")  # fmt: skip


def table(*rows: Row, headers: tuple[str, ...] = HEADERS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue().encode()


@pytest.fixture
def check(workspace: Workspace, project_id: str) -> Callable[..., SuiteCheck]:
    """Reads and checks rows through the door."""

    def checked(*rows: Row) -> SuiteCheck:
        cases = check_suite.read_suite(workspace, project_id, "cases.csv", table(*rows))
        return check_suite.check_cases(workspace, project_id, cases, file="cases.csv")

    return checked


def rules(checked: CaseCheck) -> set[str]:
    return {one.rule for one in checked.case.findings}


def test_a_case_that_the_sources_carry_has_no_finding_and_quotes_them(check) -> None:
    report = check(GOOD)
    (one,) = report.cases
    assert not rules(one) & (DENYING_RULES | case_checks.NOWHERE)
    assert one.link.by == "story"
    assert "CC-102-AC2" in one.link.criterion_ids
    (quotation,) = one.steps[0].quotations
    assert MESSAGE in quotation.quote
    source = next(one for one in report.sources if one.rank == quotation.source)
    assert quotation.quote in source.chunk.text


def test_a_precondition_that_names_another_case_of_the_suite_is_no_fault(check) -> None:
    """Neither a quotation that no source has nor a number on another side than the case's."""
    after = 'After the case "A number of 14 digits is refused": Account Search is open.'
    one, other = check(GOOD).cases[0], check((*GOOD[:3], after, *GOOD[4:])).cases[0]
    assert other.case.preconditions == (after,)
    assert (other.verdict, other.case.findings) == (one.verdict, one.case.findings)


def test_what_stands_nowhere_is_told_with_the_words(check) -> None:
    message, number = check(OTHER_MESSAGE, OTHER_NUMBER).cases
    assert message.verdict in ("denied", "not in the sources")
    assert "Account number too short, try again." in {one.words for one in message.case.findings}
    assert number.verdict == "denied"
    (finding,) = (one for one in number.case.findings if one.rule == "contradiction")
    assert finding.words == "75 accounts"
    assert "no more than 50 accounts" in finding.message, "both sentences are told"


def test_a_case_without_a_key_is_held_against_the_nearest_criterion(check) -> None:
    (one,) = check(UNNAMED).cases
    assert one.link.by == "search"
    assert "CC-102-AC3" in one.link.criterion_ids
    assert one.steps[0].verdict == "no automatic finding"


def test_the_nearest_criterion_is_one_of_the_newer_copy_of_an_epic(tmp_path: Path) -> None:
    epic = (
        "# {0}-1 Umbrellas\n\n## {0}-2 Lend an umbrella\n\n### Acceptance criteria\n\n"
        "- An umbrella is lent for {1} days to a guest who shows a card at the desk.\n"
    )
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        import_sources.put(opened, project, read_file("epic.md", epic.format("OLD", 14).encode()))
        write(tmp_path / "in" / "epic.md", epic.format("NEW", 10))
        sync_folder(opened, project, tmp_path / "in")
        assert list(duplicate_texts.known_copies(opened, project)) == ["epic:OLD-1"]
        expects = "An umbrella is lent for 14 days to a guest who shows a card at the desk."
        steps = (TestStep(number=1, action="Lend an umbrella.", expected_result=expects),)
        wanted = TestCase(id="T-1", title="Lend an umbrella", steps=steps)
        (one,) = check_suite.check_cases(opened, project, [wanted]).cases
    assert one.link.by == "search"
    assert one.link.criterion_ids == ("NEW-2-AC1",)


def test_a_number_that_another_source_denies_is_told_at_the_step_that_has_it(
    tmp_path: Path,
) -> None:
    limit = "An umbrella is lent for {} days to a guest who shows a card at the desk."
    epic = f"# UM-1 Umbrellas\n\n## UM-2 Lend\n\n### Acceptance criteria\n\n- {limit.format(14)}\n"
    page = f"# Rules of the desk\n\n{limit.format(10)}\n"
    results = ("The umbrella is lent for 14 days.", "The guest is asked for a card at the desk.")
    steps = tuple(
        TestStep(number=number, action="Lend an umbrella.", expected_result=result)
        for number, result in enumerate(results, 1)
    )
    wanted = TestCase(id="T-1", title="Lend", criterion_ids=("UM-2-AC1",), steps=steps)
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        import_sources.put(opened, project, read_file("epic.md", epic.encode()))
        import_sources.put(opened, project, read_file("page.md", page.encode()))
        (one,) = check_suite.check_cases(opened, project, [wanted]).cases
    first, second = one.steps
    assert (one.verdict, first.verdict) == ("denied", "denied")
    assert [one.words for one in first.findings] == ["14 days"]
    assert first.quotations, "its own criterion has its words all the same"
    assert second.verdict != "denied"
    assert one.findings == ()


def test_a_kept_basis_is_that_of_the_present_sources(tmp_path: Path) -> None:
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        rule = "# Umbrellas\n\nAn umbrella is lent for {} days.\n"
        import_sources.put(opened, project, read_file("rule.md", rule.format(10).encode()))
        first = check_suite.present_basis(opened, project)
        assert check_suite.present_basis(opened, project) is first
        import_sources.put(opened, project, read_file("rule.md", rule.format(14).encode()))
        second = check_suite.present_basis(opened, project)
        assert second is not first
        assert check_suite.present_basis(opened, project) is second
        expects = "An umbrella is lent for 14 days."
        steps = (TestStep(number=1, action="Lend an umbrella.", expected_result=expects),)
        wanted = TestCase(id="T-1", title="Lend an umbrella", steps=steps)
        (one,) = check_suite.check_cases(opened, project, [wanted], basis=second).cases
    assert one.steps[0].quotations[0].quote == expects


def test_a_key_that_the_project_does_not_hold_is_not_replaced_by_another(check) -> None:
    report = check((*GOOD[:2], "XYZ-9", *GOOD[3:]))
    (one,) = report.cases
    assert one.link.by == "unknown key"
    assert one.link.named == ("XYZ-9",)
    assert one.link.criterion_ids == ()
    assert one.steps[0].quotations, "what the search found may still carry it"
    assert report.unknown_keys == ("XYZ-9",)
    assert "XYZ-9" in check_report.as_csv(report).decode("utf-8-sig")


def test_a_case_named_only_in_its_title_is_linked_by_that(check) -> None:
    (one,) = check(("T", "cc-102-ac4: long lists", "", "", "Search.", "", "A list is shown.")).cases
    assert one.link == check_suite.Link(
        by="key", criterion_ids=("CC-102-AC4",), places=("its title",)
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("title", "story", "expects"),
    [
        ("CC-102 AC4 - long lists", "", ("CC-102-AC4",)),
        ("Long lists (AC 4, ac5)", "CC-102", ("CC-102-AC4", "CC-102-AC5")),
        ("CC-102 - AC12 is not there", "", None),
        ("AC4: long lists of CC-1020", "", None),
    ],
)
def test_the_number_of_a_criterion_counts_beside_the_key_of_its_story(
    check, title: str, story: str, expects: tuple[str, ...] | None
) -> None:
    (one,) = check(("T", title, story, "", "Search.", "", "A list of accounts is shown.")).cases
    if expects is None:
        assert len(one.link.criterion_ids) != 1
    else:
        assert (one.link.by, one.link.criterion_ids) == ("key", expects)


def test_each_key_that_the_project_does_not_hold_is_told_beside_those_it_holds(
    check, workspace: Workspace, project_id: str
) -> None:
    (one,) = check(("T", "cc-102-ac4: lists", "XYZ-9", "", "Search.", "", "It is shown.")).cases
    assert one.link.by == "key"
    assert one.link.criterion_ids == ("CC-102-AC4",)
    assert one.link.named == ("XYZ-9",)
    assert "does not hold XYZ-9" in one.link.says
    named = TestCase(
        id="T", title="Lists", criterion_ids=("CC-102-AC4", "OLD-1", "OLD-1", "CC-100"),
        story_key="cc-102",
    )  # fmt: skip
    report = check_suite.check_cases(workspace, project_id, [named], file="cases.csv")
    assert report.cases[0].link.criterion_ids == ("CC-102-AC4",)
    assert report.unknown_keys == ("OLD-1",), "epic and story are held"


def test_echoes_and_repetitions_are_remarks(check) -> None:
    again = ("T-9", "9 digits are refused", *GOOD[2:])
    echo, first, second = check(ECHO, GOOD, again).cases
    assert "echo" in rules(echo)
    assert echo.verdict == "remark"
    assert ("repetition" in rules(first)) != ("repetition" in rules(second))


@pytest.mark.long
def test_cases_of_the_project_do_not_support_themselves(
    workspace: Workspace, project_id: str
) -> None:
    path = Path(__file__).parent.parent.parent / "sample_data" / "existing_cases.csv"
    report = check_suite.check_file(workspace, project_id, path)
    assert len(report.cases) == 60
    by_id = {one.case.id: one for one in report.cases}
    stale = by_id["UAT-FS-0009"]
    assert stale.verdict == "not in the sources", "its message names a fee that no source has"
    assert {"repetition"} <= rules(by_id["UAT-CC-0007"]) | rules(by_id["UAT-CC-0003"])
    assert not [one for one in report.sources if one.chunk.kind == "case"]
    assert sum(report.counts.values()) == 60
    order = list(case_checks.VERDICTS)
    places = [order.index(one.verdict) for one in report.worst_first]
    assert places == sorted(places)


def test_the_report_holds_findings_and_quotations_and_no_formula(check) -> None:
    formula = case(1, "=1+1", f'The message "{MESSAGE}" is shown.')
    report = check(formula, OTHER_NUMBER)
    rows = list(csv.DictReader(io.StringIO(check_report.as_csv(report).decode("utf-8-sig"))))
    assert rows[0]["Case"] == "T-3", "findings first"
    assert "75 accounts" in rows[0]["Findings"]
    assert {row["Title"] for row in rows if row["Case"] == "T-1"} == {"'=1+1"}
    assert any(MESSAGE in row["Quotations"] for row in rows)
    text = check_report.as_markdown(report).decode()
    assert text.index("T-3") < text.index("T-1")
    assert "whether it is right, a reader says" in text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("headers.csv", table()),
        ("page.md", b"# A page\n\nWithout any test case.\n"),
        ("cases.xlsx", b"PK\x03\x04 no workbook"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    ],
)
def test_bad_files_are_refused_with_a_next_step(
    workspace: Workspace, project_id: str, name: str, data: bytes
) -> None:
    with pytest.raises(SourceError, match=name.partition(".")[0]):
        check_suite.read_suite(workspace, project_id, name, data)


def test_unknown_columns_are_an_error_of_their_own(workspace: Workspace, project_id: str) -> None:
    data = b"Nr.;Pr\xc3\xbcfling;Was zu tun ist;Soll\nTF-1;Plan;Open it;It is shown\n"
    with pytest.raises(UnknownColumns, match="Import sources"):
        check_suite.read_suite(workspace, project_id, "tests.csv", data)


def test_a_project_without_sources_says_so(empty_project: tuple[Workspace, str]) -> None:
    workspace, project_id = empty_project
    with pytest.raises(SourceError, match="no sources"):
        check_suite.check_cases(workspace, project_id, [TestCase(id="1", title="T")])


def test_it_tells_how_far_it_is_and_stops(workspace: Workspace, project_id: str) -> None:
    rows = [case(number, f"Number {number}", "It is shown.") for number in range(30)]
    cases = check_suite.read_suite(workspace, project_id, "cases.csv", table(*rows))
    seen: list[tuple[int, int]] = []
    report = check_suite.check_cases(
        workspace, project_id, cases,
        progress=lambda done, total: seen.append((done, total)),
        cancelled=lambda: len(seen) == 4,
    )  # fmt: skip
    assert seen == [(1, 30), (2, 30), (3, 30), (4, 30)]
    assert (len(report.cases), report.total) == (4, 30)
    assert "4 of 30 cases checked" in check_report.summary(report)


LENDING = """# UM-1 Umbrellas

## UM-2 Lend an umbrella

### Acceptance criteria

- An umbrella is lent for 14 days to a guest who shows a card at the desk.
- A guest who lost an umbrella pays a fee of 20 euros.

## UM-3 Return an umbrella

### Acceptance criteria

- A wet umbrella is dried in the cellar before it is lent again.

# PA-1 Parasols

## PA-2 Lend a parasol

### Acceptance criteria

- A parasol is lent on the terrace alone.
"""
DRIED = "A wet umbrella is dried in the cellar before it is lent again."


def lent(number: int, title: str, result: str, *keys: str) -> TestCase:
    steps = (TestStep(number=1, action="Go to the desk.", expected_result=result),)
    return TestCase(id=f"T-{number}", title=title, criterion_ids=keys, steps=steps)


@pytest.fixture
def lending(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    """A project with an epic of umbrellas, one of parasols, and a page of rules."""
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        put(opened, project, "epic.md", LENDING)
        put(opened, project, "rules.md", "# Rules of the desk\n\nThe desk is open till 6 pm.\n")
        yield opened, project


def put(workspace: Workspace, project_id: str, name: str, text: str) -> None:
    import_sources.put(workspace, project_id, read_file(name, text.encode()))


OF_STORY = lent(1, "Lend", "An umbrella is lent for 14 days to a guest who shows a card.", "UM-2")
NAMED_ONE = lent(2, "Lost", "The guest pays a fee of 20 euros.", "UM-2-AC2")
OF_NOTHING = lent(3, "Dry umbrellas", DRIED)


def test_why_a_case_is_held_against_a_criterion_is_said_and_whether_that_is_sure(lending) -> None:
    cases = [OF_STORY, NAMED_ONE, OF_NOTHING]
    story, named, near = check_suite.check_cases(*lending, cases).cases
    assert (story.link.by, story.link.is_sure) == ("story", False)
    assert "which of its criteria it is about, it does not say" in story.link.says
    assert (named.link.by, named.link.is_sure) == ("key", True)
    assert (near.link.by, near.link.is_sure) == ("search", False)
    assert near.link.says.startswith("not sure: ")
    assert {"umbrella", "dried", "cellar"} <= set(near.link.words)
    only = lent(4, "UM-3: dry", DRIED)
    (one,) = check_suite.check_cases(*lending, [only]).cases
    assert one.link.is_sure, "its story has no other criterion"
    assert "in its title" in one.link.says


def test_where_a_criterion_is_named_is_said_where_its_story_alone_stands_in_a_column(
    lending,
) -> None:
    in_title = lent(1, "AC2: lost", "The guest pays a fee of 20 euros.", "UM-2")
    in_column = lent(2, "UM-2: lost", "The guest pays a fee of 20 euros.", "UM-2", "AC2")
    both = lent(3, "Lost", "The guest pays a fee of 20 euros.", "UM-2", "UM-2-AC2")
    both = both.model_copy(update={"objective": "AC 2", "labels": ("UM-2",)})
    links = [
        one.link for one in check_suite.check_cases(*lending, [in_title, in_column, both]).cases
    ]
    assert {(one.by, one.criterion_ids) for one in links} == {("key", ("UM-2-AC2",))}
    assert [one.places for one in links] == [("its title",), (), ()]
    assert "(in its title)" in links[0].says


def test_a_criterion_of_another_story_that_is_about_as_near_is_named(lending) -> None:
    signs = "A guest signs the list at the desk."
    epic = LENDING.replace(f"- {DRIED}\n", f"- {DRIED}\n- {signs}\n")
    put(*lending, "epic.md", epic.replace("alone.\n", f"alone.\n- {signs}\n"))
    both = lent(1, "The list", "The guest has signed the list at the desk.")
    (one,) = check_suite.check_cases(*lending, [both]).cases
    (other,) = {"UM-3-AC2", "PA-2-AC2"} - set(one.link.criterion_ids)
    assert one.link.as_near == (other,)
    assert f"about as near: {other}" in one.link.says


def test_a_criterion_that_a_person_chose_is_what_the_case_is_held_against_from_then_on(
    lending,
) -> None:
    wrong = lent(1, "Dry", "The wet umbrella is dried in the cellar.", "UM-2-AC2")
    report = check_suite.check_cases(*lending, [wrong, NAMED_ONE], file="cases.csv")
    assert report.cases[0].link.criterion_ids == ("UM-2-AC2",)
    chosen = {1: ("UM-3-AC1",)}
    after = check_suite.check_again(*lending, report, [wrong, NAMED_ONE], [1], chosen=chosen)
    first, second = after.cases
    assert (first.link.by, first.link.criterion_ids) == ("person", ("UM-3-AC1",))
    assert first.link.is_sure
    quoted = {one.quote for one in first.steps[0].quotations}
    assert DRIED in quoted, "its verdict is worked out anew"
    assert second == report.cases[1], "no other case is touched"
    ranks = {one.chunk.id: one.rank for one in after.sources}
    assert all(ranks[one.chunk.id] == one.rank for one in report.sources), "numbers stay"
    put(*lending, "rules.md", "# Rules of the desk\n\nThe desk is open till 8 pm.\n")
    again = check_suite.check_again(*lending, after, [wrong, NAMED_ONE], [1, 2])
    assert again.cases[0].link.criterion_ids == ("UM-3-AC1",), "the choice is kept"
    put(*lending, "epic.md", LENDING.replace(f"- {DRIED}\n", "- It is put on a shelf.\n"))
    put(*lending, "epic.md", LENDING[: LENDING.index("## UM-3")])
    gone = check_suite.check_again(*lending, again, [wrong, NAMED_ONE], [1])
    assert gone.cases[0].link.by == "key"
    assert "UM-3-AC1" in gone.cases[0].link.says, "that the choice is held no more is said"


WRONG_KEY = lent(2, "Dry", "The wet umbrella is dried in the cellar.", "UM-2-AC2")
CHOSEN = {2: ("UM-3-AC1",)}


def linked(report: SuiteCheck, number: int) -> tuple[str, tuple[str, ...]]:
    (one,) = (one.link for one in report.cases if one.number == number)
    return one.by, one.criterion_ids


def test_a_choice_outlives_a_check_that_was_stopped_before_its_case(lending) -> None:
    cases = [OF_STORY, WRONG_KEY]
    seen: list[int] = []
    stopped = check_suite.check_cases(
        *lending, cases, chosen=CHOSEN,
        progress=lambda done, _: seen.append(done), cancelled=lambda: bool(seen),
    )  # fmt: skip
    assert [one.number for one in stopped.cases] == [1]
    again = check_suite.check_again(*lending, stopped, cases, [1])
    assert again.chosen == CHOSEN
    whole = check_suite.check_cases(*lending, cases, chosen=again.chosen)
    assert linked(whole, 2) == ("person", ("UM-3-AC1",))


def test_a_choice_holds_again_once_its_criterion_is_back(lending) -> None:
    cases = [OF_STORY, WRONG_KEY]
    report = check_suite.check_cases(*lending, cases, chosen=CHOSEN)
    returns = LENDING[LENDING.index("## UM-3") : LENDING.index("# PA-1")]
    put(*lending, "epic.md", LENDING.replace(returns, ""))
    gone = check_suite.check_again(*lending, report, cases, [2])
    assert linked(gone, 2) == ("key", ("UM-2-AC2",))
    put(*lending, "epic.md", LENDING)
    back = check_suite.check_again(*lending, gone, cases, [2])
    assert linked(back, 2) == ("person", ("UM-3-AC1",))


def test_no_verdict_is_given_where_the_project_holds_no_source_any_more(lending) -> None:
    workspace, project = lending
    report = check_suite.check_cases(*lending, [OF_STORY])
    for one in workspace.library.documents(project):
        import_sources.remove(workspace, project, one.id)
    assert not workspace.knowledge(project).documents(), "nor does the index"
    with pytest.raises(SourceError, match="no sources"):
        check_suite.check_again(*lending, report, [OF_STORY], [1])
    import_sources.put(workspace, project, read_file("suite.csv", table(GOOD)))
    for checks in (
        lambda: check_suite.check_again(*lending, report, [OF_STORY], [1]),
        lambda: check_suite.check_cases(*lending, [OF_STORY]),
    ):
        with pytest.raises(SourceError, match="no sources"):  # its cases support nothing
            checks()


def test_another_text_in_place_of_an_erased_source_is_a_change(lending) -> None:
    workspace, project = lending
    report = check_suite.check_cases(*lending, [OF_STORY])
    workspace.library.erasing.erase(Wanted(project, documents=("file:rules.md",)), by="A")
    put(*lending, "rules.md", "# Rules of the desk\n\nThe desk is open till 9 pm.\n")
    versions = {one.id: one.version for one in workspace.library.documents(project)}
    assert versions["file:rules.md"] == 1, "the numbers begin anew"
    changes = check_suite.older(*lending, report).changes
    assert [one.says for one in changes] == ["rules.md (changed)"]


def test_the_gaps_are_worked_out_once_and_anew_after_a_check(lending) -> None:
    cases = [OF_STORY, WRONG_KEY]
    report = check_suite.check_cases(*lending, cases)
    assert "UM-2-AC2" not in {one.criterion.id for one in report.gaps}
    assert report.gaps is report.gaps
    after = check_suite.check_again(*lending, report, cases, [2], chosen=CHOSEN)
    assert {one.criterion.id for one in after.gaps} == {"UM-2-AC1", "UM-2-AC2"}


def test_the_sources_are_gone_through_once_for_all_cases_that_are_not_sure(lending) -> None:
    class Counted(tuple[RetrievedChunk, ...]):
        times = 0

        def __iter__(self) -> Iterator[RetrievedChunk]:
            Counted.times += 1
            return super().__iter__()

    unsure = [
        lent(number, "Lend", "An umbrella is lent for 14 days.", "UM-2") for number in range(8)
    ]
    report = check_suite.check_cases(*lending, unsure)
    counted = report.model_copy(update={"sources": Counted(report.sources)})
    assert counted.gaps == report.gaps
    assert {counted.near(one) for one in counted.cases} == {("UM-2-AC1",)}
    assert Counted.times == 1


def test_verdicts_that_are_older_than_the_sources_are_told_with_what_changed(lending) -> None:
    workspace, project = lending
    opens = lent(1, "Desk", "The desk is open till 6 pm.")
    cases = [opens.model_copy(update={"criterion_ids": ("XX-1",)}), NAMED_ONE]
    report = check_suite.check_cases(*lending, cases)
    assert check_suite.older(*lending, report).numbers == ()
    existing = table(GOOD)
    import_sources.put(workspace, project, read_file("suite.csv", existing))
    assert not check_suite.older(*lending, report).changes, "cases are no source"
    put(*lending, "rules.md", "# Rules of the desk\n\nThe desk is open till 8 pm.\n")
    put(*lending, "fees.md", "# Fees\n\nA lost parasol costs 90 euros.\n")
    older = check_suite.older(*lending, report)
    assert {one.says for one in older.changes} == {"rules.md (changed)", "fees.md (new)"}
    assert 1 in older.touched
    assert older.numbers == (1, 2)
    text = check_report.as_markdown(report, older).decode()
    assert "Changed since 2 of them were made: " in text
    assert "rules.md (changed)" in check_report.as_csv(report, older).decode("utf-8-sig")
    after = check_suite.check_again(*lending, report, cases, older.touched)
    assert not set(check_suite.older(*lending, after).numbers) & set(older.touched)
    assert report.cases[0].steps[0].verdict == "no automatic finding"
    assert after.cases[0].steps[0].verdict != "no automatic finding"
    everything = check_suite.check_again(*lending, after, cases, [1, 2])
    assert not check_suite.older(*lending, everything).changes
    (page,) = (one for one in workspace.library.documents(project) if "fees.md" in one.id)
    workspace.library.remove_document(project, page.id)
    removed = check_suite.older(*lending, everything)
    assert [one.says for one in removed.changes] == ["fees.md (removed)"]


def test_criteria_without_a_case_are_told_and_an_unsure_match_is_perhaps_one(lending) -> None:
    report = check_suite.check_cases(*lending, [OF_STORY, NAMED_ONE, OF_NOTHING])
    gaps = {one.criterion.id: one.perhaps for one in report.gaps}
    assert gaps == {"UM-2-AC1": ("T-1",), "UM-3-AC1": ("T-3",)}
    assert report.other_epics == ("PA-1",)
    (gap,) = check_suite.check_cases(*lending, [NAMED_ONE, lent(4, "UM-3: dry", DRIED)]).gaps
    assert (gap.criterion.id, gap.perhaps) == ("UM-2-AC1", ())
    text = check_report.as_markdown(report).decode()
    assert "UM-2-AC1 (perhaps T-1)" in text.replace("\\", "")
    rows = list(csv.DictReader(io.StringIO(check_report.as_csv(report).decode("utf-8-sig"))))
    lacking = [
        row["Held against"] for row in rows if row["Verdict"] == "criterion perhaps with one"
    ]
    assert lacking == ["UM-2-AC1", "UM-3-AC1"]


def test_cases_are_planned_for_the_criteria_that_a_suite_lacks_and_no_others(lending) -> None:
    found = understand(*lending, GenerateRequest(epic_keys=("UM-1",), criteria=("UM-2-AC1",)))
    assert {one.criterion_id for one in found.conditions} == {"UM-2-AC1"}
    assert [story.key for epic in found.epics for story in epic.stories] == ["UM-2"]
    run = generate_cases.begin(*lending, found, GenerationConfig())
    assert run.generation.criteria_left_out == ("UM-2-AC2",)
    with pytest.raises(SourceError, match="UM-9-AC9"):
        understand(*lending, GenerateRequest(epic_keys=("UM-1",), criteria=("UM-9-AC9",)))
