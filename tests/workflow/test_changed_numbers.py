"""A number of a source changes: cases that say the earlier one are told, whether they cite it or
not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import run_of

from assistant.domain import TestCase, TestStep
from assistant.library import Library
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import preview_change, stale
from assistant.workflow.review.changed_values import numbers_changed, numbers_said
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.writing.requests import GenerateRequest

EPIC = """# CC-9 Policy changes

## CC-91 Change a policy
As a broker I want to change a policy so that it fits.

Acceptance criteria:
- A change with an effective date that is too far in the past is refused.
- The change is confirmed by email.
"""
RULE = "The effective date of a change may be at most 14 days in the past."
RULES = f"# Policy rules\n\n- **MF-7** {RULE}\n- **MF-8** A policy holds at most 30 vehicles.\n"
OLD = (
    "ID,Title,Steps,Expected result\n"
    "TC-1,Backdate a change,Enter an effective date of the change 14 days in the past,Saved\n"
    "TC-2,Send a letter,Wait 14 days for the letter,It is there\n"
    "TC-3,Backdate it by less,Enter an effective date of the change 12 days in the past,Saved\n"
)


class Project:
    """A rule, an epic that leans on it, a case in a person's words that cites none of it, and
    imported cases."""

    def __init__(self, workspace: Workspace, project_id: str) -> None:
        self.workspace, self.project_id = workspace, project_id
        (first, *_) = workspace.library.cases(project_id)
        self.name, self._first = first.id, first
        self.document = next(
            one.id for one in workspace.library.documents(project_id) if "rules" in one.id
        )

    def say(self, title: str, data: str, result: str = "The change is saved.") -> None:
        """Let the case say these words, and cite nothing."""
        stored = self.workspace.library.case(self.project_id, self.name)
        step = TestStep(number=1, action="Save it.", test_data=data, expected_result=result)
        edited = stored.case.model_copy(
            update={"title": title, "steps": (step,), "citations": (), "preconditions": ()}
        )
        self.workspace.library.update_case(
            self.project_id, edited, expected_version=stored.row_version, by="Tess"
        )

    def preview(self, old: str, new: str) -> preview_change.ChangePreview:
        text = next_version.present_text(self.workspace, self.project_id, self.document)
        assert old in text
        source = next_version.read_next_text(
            self.workspace, self.project_id, self.document, text.replace(old, new)
        )
        return preview_change.preview_change(self.workspace, self.project_id, source)

    def change(self, old: str, new: str) -> None:
        found = self.preview(old, new)
        preview_change.apply_change(self.workspace, self.project_id, found, by="Ann")

    def numbers(self, *, imported: bool = False) -> dict[str, set[tuple[str, str]]]:
        """By case where it says a number that changed, and which."""
        return {
            case.case_id: {
                (one.where, one.quote)
                for one in case.findings
                if one.change == stale.NUMBER_CHANGED
            }
            for case in stale.stale_cases(self.workspace, self.project_id)
            if (case.run_id == "") == imported
        }


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    for name, text in (("policy.md", EPIC), ("rules.md", RULES), ("old.csv", OLD)):
        (tmp_path / name).write_text(text, "utf-8")
    files = [tmp_path / "policy.md", tmp_path / "rules.md"]
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.index_paths(workspace, project_id, files)
        run_of(workspace, project_id, GenerateRequest(epic_keys=("CC-9",)))
        import_sources.index_paths(workspace, project_id, [tmp_path / "old.csv"])
        yield Project(workspace, project_id)


TITLE = "A change dated fourteen days back is accepted"
DATA = "effective date 2026-11-26 (14 days before the date of the test, 2026-12-10)"


def test_a_case_that_says_the_earlier_limit_without_citing_it_is_told(project: Project) -> None:
    project.say(TITLE, DATA)
    found = project.preview("14 days", "10 days")
    assert found.says >= 1
    (told,) = [one for one in found.cases if one.case_id == project.name]
    assert not told.cites_it
    (sentence,) = told.rests_on
    assert sentence.old == f"**MF-7** {RULE}"
    assert sentence.new == sentence.old.replace("14", "10")
    assert [one.where for one in sentence.places] == ["title", "step 1, test data"]
    project.change("14 days", "10 days")
    assert project.numbers()[project.name] == {
        ("title", "fourteen days"),
        ("step 1, test data", "14 days"),
    }


@pytest.mark.parametrize(
    ("title", "data"),
    [
        ("A change dated ten days back is accepted", DATA.replace("14 days", "10 days")),
        ("A change dated fifteen days back is refused", DATA.replace("14 days", "15 days")),
        ("The letter is sent after fourteen days", "a letter, 14 days after the call"),
    ],
)
def test_a_case_on_the_new_number_beyond_both_or_on_something_else_is_not(
    project: Project, title: str, data: str
) -> None:
    project.say(title, data)
    project.change("14 days", "10 days")
    assert project.numbers().get(project.name, set()) == set()


def test_a_number_between_both_limits_is_told(project: Project) -> None:
    project.say("A change twelve days back", "effective date of the change 12 days in the past")
    project.change("14 days", "10 days")
    assert project.numbers()[project.name] == {("step 1, test data", "12 days")}


def test_an_imported_case_that_says_the_very_number_of_the_matter_is_told(project: Project) -> None:
    assert project.numbers(imported=True) == {}
    found = project.preview("14 days", "10 days")
    assert found.uncited == 2
    assert "TC-1" in {one.case_id for one in found.cases}
    project.change("14 days", "10 days")
    assert project.numbers(imported=True) == {"TC-1": {("step 1, action", "14 days")}}
    case = stale.by_case(stale.stale_cases(project.workspace, project.project_id))["TC-1"]
    seen = [one.key for one in case.findings]
    stale.still_right(project.workspace, project.project_id, "TC-1", seen=seen, by="Ann")
    assert project.numbers(imported=True) == {}


def test_texts_are_compared_for_imported_cases_alone_and_once_until_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, old = tmp_path / "rules.md", tmp_path / "old.csv"
    old.write_text(OLD, "utf-8")
    compared: list[str] = []
    read = Library.document_parts
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):

        def keep(text: str) -> None:
            rules.write_text(text, "utf-8")
            import_sources.index_paths(workspace, project_id, [rules])

        def told() -> int:
            """How many cases are stale, and in ``compared`` the versions that were read for it."""
            with monkeypatch.context() as patch:
                compared.clear()

                def noted(library, project, document_id, version=None):
                    compared.append(f"{document_id} {version}")
                    return read(library, project, document_id, version)

                patch.setattr(Library, "document_parts", noted)
                return len(stale.stale_cases(workspace, project_id))

        keep(RULES)
        keep(RULES.replace("14 days", "10 days"))
        assert (told(), compared) == (0, []), "no case is imported"
        import_sources.index_paths(workspace, project_id, [old])
        assert told() == 1
        assert compared, "for the imported cases"
        case = workspace.library.case(project_id, "TC-1")
        workspace.library.set_status(
            project_id, "TC-1", "accepted", by="Ann", expected_version=case.row_version
        )
        assert (told(), compared) == (1, []), "no text changed"
        words = case.case.model_copy(update={"title": "A letter", "steps": ()})
        version = workspace.library.case(project_id, "TC-1").row_version
        workspace.library.update_case(project_id, words, expected_version=version, by="Ann")
        assert (told(), compared) == (0, []), "another case"
        other = workspace.library.case(project_id, "TC-3")
        assert "12 days" in other.body
        keep(RULES.replace("14 days", "12 days"))
        keep(RULES.replace("14 days", "10 days"))
        assert told() == 1, "it was said in between"
        assert compared


def test_what_says_another_number_than_the_new_text_is_asked_about_first(project: Project) -> None:
    """The proof finds no contradiction: the number stands in the case's data as well."""
    project.say(TITLE, DATA)
    project.change("14 days", "10 days")

    def asked() -> bool:
        stored = project.workspace.library.case(project.project_id, project.name)
        found = stale.by_case(stale.stale_cases(project.workspace, project.project_id))
        faults = [fault for one in found[project.name].findings for fault in one.faults]
        assert not any(one.denied for one in faults)
        return stale.says_otherwise(stored.case, found[project.name])

    assert asked()


def test_a_case_that_cites_the_changed_sentence_is_asked_about_where_it_says_the_number() -> None:
    def found(new: str) -> stale.StaleCase:
        finding = stale.StaleFinding(
            key="1", where="step 1", step=1, change="changed", quote=RULE, old=RULE, new=new
        )
        return stale.StaleCase(case_id="1", title="1", status="draft", findings=(finding,))

    case = _case("effective date 14 days back")
    assert stale.says_otherwise(case, found(RULE.replace("14", "10")))
    assert not stale.says_otherwise(case, found(RULE.replace("in the past", "back")))
    assert not stale.says_otherwise(
        _case("effective date 9 days back"), found(RULE.replace("14", "10"))
    )


def test_a_limit_whose_matter_stands_in_the_title_is_found() -> None:
    """An expected result leaves out what the title of its case says."""
    old = "Every claim is acknowledged within 24 hours of registration."
    changes = numbers_changed(old, old.replace("24", "4"))

    def said(title: str, result: str) -> list[str]:
        step = TestStep(number=1, action="Send it", expected_result=result)
        return [
            one.said for one in numbers_said(TestCase(id="1", title=title, steps=(step,)), changes)
        ]

    result = "A mail with the claim number is there within 24 hours"
    assert said("Acknowledgement by mail", result) == ["24 hours"]
    assert said("Closing a claim by mail", result) == []
    assert said("Acknowledgement by mail", result.replace("within", "after")) == []
    assert said("Acknowledgement by mail", result.replace("24", "4")) == []


def _case(data: str) -> TestCase:
    step = TestStep(number=1, action="Save the change.", test_data=data, expected_result="Saved.")
    return TestCase(id="TC-1", title="A change", criterion_ids=("CC-91-AC1",), steps=(step,))


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        (
            "At most 14 days and at most 60 days.",
            "At most 10 days and at most 60 days.",
            ["14 days"],
        ),
        ("It takes 35 % of 20 EUR.", "It takes 35 % of 25 EUR.", ["20 EUR"]),
        ("At most 14 days.", "Within 2 weeks at most.", []),
        ("At most 14 days.", "At most 14 vehicles.", []),
        ("At least 3 vehicles.", "More than 3 vehicles.", ["3 vehicles"]),
    ],
)
def test_numbers_are_compared_with_those_of_their_unit(
    old: str, new: str, pairs: list[str]
) -> None:
    assert [one.mine.text for one in numbers_changed(old, new)] == pairs


def test_a_number_on_the_limit_is_told_where_the_limit_alone_no_longer_lets_it_in() -> None:
    (change,) = numbers_changed(
        "A fleet quote of the same company is for at least 3 vehicles.",
        "A fleet quote of the same company is for more than 3 vehicles.",
    )
    said = [
        one.said
        for one in numbers_said(_case("a fleet quote of the same company for 3 vehicles"), [change])
    ]
    assert said == ["3 vehicles"]
    assert not list(
        numbers_said(_case("a fleet quote of the same company for 4 vehicles"), [change])
    )


def test_a_row_is_about_what_its_first_cell_names() -> None:
    (change,) = numbers_changed(
        "Fare family: Flex; Refund of ticket price: 100 %",
        "Fare family: Flex; Refund of ticket price: 90 %",
    )
    assert list(
        numbers_said(_case("Refund of the ticket price, fare family Flex: 100 %"), [change])
    )
    assert not list(
        numbers_said(_case("Refund of the ticket price, fare family Saver: 100 %"), [change])
    )
