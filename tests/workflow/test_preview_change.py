"""A new version of a source, looked at: what it would change is what applying it changes."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resting_cases import rest_on
from sqlalchemy import select
from syncing import index_of, quick_workspace, sync_folder
from written_again import run_of

from assistant.domain import (
    COMMENT,
    AcceptanceCriterion,
    Epic,
    GenerationRun,
    Place,
    SourceDocument,
    SourceMetadata,
    UserStory,
)
from assistant.errors import LibraryError, SourceError
from assistant.library.storage.schema import metadata
from assistant.sources.reading import Reading
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import preview_change, stale
from assistant.workflow.review.current_citations import Wording
from assistant.workflow.review.preview_change import ChangePreview
from assistant.workflow.review.sentences import (
    in_their_places,
    sentences,
    text_changes,
    word_diff,
)
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.writing import answers
from assistant.workflow.writing.answers import raised_questions
from assistant.workflow.writing.requests import GenerateRequest

EPIC, RULES = "epic:CC-200", "file:business-rules-call-centre.md"
PAGE = "file:release-notes-drop-3.md"
SENTENCE = (
    'The confirmation of a cancellation shows the refund amount as "to follow" until the ledger '
    "has confirmed it."
)


class Project:
    """Epic, rules and a page of the sample, with the cases of the epic; two also cite the page."""

    def __init__(self, workspace: Workspace, project_id: str, citing: set[str]) -> None:
        self.workspace, self.project_id, self.citing = workspace, project_id, citing
        (summary,) = workspace.library.runs(project_id)
        self.run: GenerationRun = workspace.library.run(project_id, summary.id)

    def text(self, document_id: str) -> str:
        return next_version.present_text(self.workspace, self.project_id, document_id)

    def preview(self, document_id: str, old: str, new: str) -> ChangePreview:
        text = self.text(document_id)
        assert old in text, "it stands in the sample as it is written here"
        return self.preview_of(document_id, text.replace(old, new))

    def preview_of(self, document_id: str, text: str) -> ChangePreview:
        source = next_version.read_next_text(self.workspace, self.project_id, document_id, text)
        return preview_change.preview_change(self.workspace, self.project_id, source)

    def rows(self) -> dict[str, list[object]]:
        """Everything that the library keeps, table by table."""
        with self.workspace.library._database.read() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
            }

    def traced_to(self, words: str) -> set[str]:
        """Cases of the criterion that holds these words, from the run alone."""
        (criterion,) = [one for one in self.run.epics[0].criteria if words in one.text]
        return {case.id for case in self.run.cases if criterion.id in case.criterion_ids}


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, project_root: Path
) -> tuple[Path, frozenset[str]]:
    """A data folder with the project, and which cases cite the page: copy it, never change it."""
    sample, folder = project_root / "sample_data", tmp_path_factory.mktemp("written") / "data"
    files = [
        sample / "epics/CC-200-cooling-off-cancellation.md",
        sample / "wiki/business-rules-call-centre.md",
        sample / "wiki/release-notes-drop-3.md",
        sample / "wiki/glossary.md",
    ]
    with quick_workspace(folder) as (workspace, project_id, _):
        import_sources.index_paths(workspace, project_id, files)
        begun = run_of(workspace, project_id, GenerateRequest(epic_keys=("CC-200",)))
        return folder, frozenset(rest_on(workspace.library, project_id, begun.id, SENTENCE))


@pytest.fixture
def project(
    written: tuple[Path, frozenset[str]],
    tmp_path: Path,
    copy_folder: Callable[[Path, Path], Path],
) -> Iterator[Project]:
    folder, citing = written
    with quick_workspace(copy_folder(folder, tmp_path / "data")) as (workspace, project_id, _):
        yield Project(workspace, project_id, set(citing))


def resting(found: ChangePreview) -> set[str]:
    return {one.case_id for one in found.cases if one.rests_on}


@pytest.mark.long
def test_a_changed_number_names_exactly_the_cases_that_rest_on_it(project: Project) -> None:
    found = project.preview(EPIC, "up to 15 days after", "up to 20 days after")
    (change,) = found.changes
    assert change.kind == "changed"
    assert [words for kind, words in word_diff(change.old, change.new) if kind != "same"] == [
        "15",
        "20",
    ]
    assert resting(found) == project.traced_to("up to 15 days after")
    wrong = {one.case_id: one for one in found.cases if one.is_denied}
    beyond = next(one for one in wrong.values() if one.title.startswith("16 days"))
    assert beyond.faults[0].finding.words == "16 days"
    assert found.untouched == len(project.run.cases) - len(found.cases)
    assert found.checklist is not None
    values = [
        {fact.value for one in items for fact in one.facts if fact.kind == "limit"}
        for items in (found.checklist.vanishing, found.checklist.arising)
    ]
    assert values == [{"15 days", "16 days"}, {"20 days", "21 days"}]
    asked = [(one.settled, one.question.text) for one in found.questions]
    assert (
        False,
        "The criterion says 20 days, but BR-CC-08 says 14 days. Which is right?",
    ) in asked


@pytest.mark.long
def test_a_changed_message_contradicts_the_case_that_expects_the_old_one(project: Project) -> None:
    old = "Business contracts have no cooling-off period."
    found = project.preview(EPIC, old, "Business contracts cannot be cancelled here.")
    expected = project.traced_to(old)
    assert resting(found) == expected
    for case in found.cases:
        (fault,) = [one for one in case.faults if one.denied]
        assert old in fault.said
        assert "Business contracts cannot be cancelled here" in fault.finding.message


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Only a verified caller may cancel", "Only a verified caller can cancel"),
        ("only a Team Leader may approve or reject it", "only a Team Leader can approve it or not"),
        ("the Cancel Without Charge button is disabled and", "the button is switched off and"),
    ],
)
def test_other_words_for_the_same_contradict_nothing(project: Project, old: str, new: str) -> None:
    found = project.preview(EPIC, old, new)
    assert resting(found) == project.traced_to(old)
    assert not any(one.is_denied for one in found.cases)


@pytest.mark.long
def test_a_changed_page_names_the_steps_that_cite_it(project: Project) -> None:
    found = project.preview(PAGE, '"to follow"', '"pending"')
    assert resting(found) == project.citing
    for case in found.cases:
        (sentence,) = case.rests_on
        assert (sentence.old, sentence.new) == (SENTENCE, SENTENCE.replace("to follow", "pending"))
        (place,) = sentence.places
        assert (place.step, place.said) == (1, SENTENCE)
    assert found.checklist is None, "the page holds no criteria"


@pytest.mark.long
def test_criteria_that_disagree_with_a_new_rule_are_asked_about(project: Project) -> None:
    found = project.preview(RULES, "£500", "£300")
    assert resting(found) == set()
    (raised,) = [one for one in found.questions if not one.settled]
    assert "£500.00" in raised.criterion
    assert any("£300.00" in one.quote for one in raised.question.evidence)
    assert set(raised.case_ids) == project.traced_to("between £5.00 and £500.00")


@pytest.mark.long
@pytest.mark.parametrize(
    ("document_id", "old", "new"),
    [
        (EPIC, "up to 15 days after", "up to 20 days after"),
        (EPIC, "A refund of between £5.00 and £500.00 is approved automatically", "It is paid"),
        (EPIC, "### Acceptance criteria", "### Acceptance criteria\n\n- A parrot may be kept."),
        (PAGE, SENTENCE, ""),
        (RULES, "14 days", "21 days"),
    ],
)
def test_applying_makes_stale_what_the_preview_named(
    project: Project, document_id: str, old: str, new: str
) -> None:
    found = project.preview(document_id, old, new)
    workspace, project_id = project.workspace, project.project_id
    assert stale.stale_cases(workspace, project_id) == ()
    stored = preview_change.apply_change(workspace, project_id, found, by="Ann")
    assert stored.version == 2
    after = stale.by_case(stale.stale_cases(workspace, project_id))
    assert resting(found) == set(after)
    assert {(c.case_id, s.old, s.new) for c in found.cases for s in c.rests_on} == {
        (name, one.old, one.new) for name, case in after.items() for one in case.findings
    }
    again = project.preview_of(document_id, project.text(document_id))
    assert (again.changes, again.cases, again.source.change) == ((), (), "unchanged")
    with pytest.raises(LibraryError, match="has changed since this preview"):
        preview_change.apply_change(workspace, project_id, found, by="Ann")


@pytest.mark.long
def test_a_preview_keeps_nothing(project: Project) -> None:
    before = project.rows(), index_of(project.workspace, project.project_id)
    assert before[0]["documents"]
    found = project.preview(EPIC, "15 days", "20 days")
    assert found.cases
    project.preview(RULES, "14 days", "21 days")
    assert (project.rows(), index_of(project.workspace, project.project_id)) == before
    preview_change.apply_change(project.workspace, project.project_id, found, by="Ann")
    assert index_of(project.workspace, project.project_id) == before[1], "who applies it indexes it"
    import_sources.index_in_background(project.workspace, project.project_id)
    ends = time.monotonic() + 30
    while project.workspace.jobs.state(import_sources.indexing_job(project.project_id)).active:
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert project.rows() != before[0]
    assert index_of(project.workspace, project.project_id) != before[1]


@pytest.mark.long
def test_words_that_only_move_change_nothing(project: Project) -> None:
    text = project.text(PAGE)
    found = project.preview_of(PAGE, f"{text.replace(SENTENCE, '')}\n\n{SENTENCE}\n")
    assert (found.changes, found.cases, found.moved) == ((), (), 1)
    same = project.preview_of(EPIC, project.text(EPIC))
    assert (same.changes, same.moved, same.cases, same.questions) == ((), 0, (), ())
    assert same.checklist is not None
    assert (same.checklist.arising, same.checklist.vanishing) == ((), ())


@pytest.mark.long
def test_a_criterion_put_in_front_moves_no_item_of_those_behind_it(project: Project) -> None:
    first = "- A domestic contract"
    found = project.preview(EPIC, first, f"- A parrot may be kept by the customer.\n{first}")
    assert found.checklist is not None
    assert [one.kind for one in found.changes] == ["added"]
    assert found.checklist.vanishing == ()
    assert found.checklist.arising
    assert {one.criterion_id for one in found.checklist.arising} == {"CC-201-AC1"}
    assert resting(found) == set()


@pytest.mark.long
def test_a_criterion_that_moved_and_changed_is_shown_beside_its_own_new_words(
    project: Project,
) -> None:
    first, old = "- A domestic contract", "up to 15 days after"
    text = project.text(EPIC).replace(old, "up to 20 days after")
    found = project.preview_of(EPIC, text.replace(first, f"- A parrot may be kept.\n{first}"))
    assert resting(found) == project.traced_to(old)
    assert {each.new for one in found.cases for each in one.rests_on} == {
        "A domestic contract can be cancelled without charge up to 20 days after the Contract "
        "Confirmation Date."
    }


TWINS = """# IN-1 Invoices

## IN-2 Delete invoices

As an agent I want to delete invoices so that lists stay clean.

### Acceptance criteria

- The agent can delete a draft invoice up to 5 days after the invoice was created.
- The agent can delete a sent invoice up to 5 days after the invoice was created.
- The list of invoices is sorted by date.
"""


@pytest.mark.long
def test_a_removed_criterion_is_gone_and_not_denied_by_the_new_text_of_its_twin(
    tmp_path: Path,
) -> None:
    file = tmp_path / "invoices.md"
    file.write_text(TWINS, "utf-8")
    draft, sent = TWINS.splitlines()[8:10]
    new = TWINS.replace(f"{draft}\n", "").replace("sent invoice up to 5", "sent invoice up to 10")
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.index_paths(workspace, project_id, [file])
        run_of(workspace, project_id, GenerateRequest(epic_keys=("IN-1",)))
        (document,) = workspace.library.documents(project_id)
        source = next_version.read_next_text(workspace, project_id, document.id, new)
        found = preview_change.preview_change(workspace, project_id, source)
    assert {(one.kind, one.old, one.new) for one in found.changes} == {
        ("removed", draft[2:], ""),
        ("changed", sent[2:], sent[2:].replace("5", "10")),
    }
    rests = {
        (one.case_id.split("-")[3], each.change) for one in found.cases for each in one.rests_on
    }
    assert rests == {("AC1", "vanished"), ("AC2", "changed")}
    assert [one.case_id for one in found.cases if one.is_denied] == ["TC-IN-2-AC2-B2"]


@pytest.mark.long
def test_a_thousand_rewritten_rows_are_paired_with_their_own_in_seconds() -> None:
    row = "| Field {} of the screen | text, at most {} characters |"
    old, new = ("\n".join(row.format(at, most) for at in range(1000)) for most in ("20", "35"))
    before = time.monotonic()
    found, _ = text_changes(old, new)
    assert time.monotonic() - before < 15
    assert [one.new for one in found] == [one.old.replace("most 20", "most 35") for one in found]
    assert len(found) == 1000


def test_one_of_several_forms_is_taken_once() -> None:
    a, b = "A draft may be deleted for 5 days.", "A note may be deleted for 5 days."
    news = {"AC1": ("A note may be deleted for 9 days.", "A note may go for 9 days, says Ann.")}
    assert in_their_places({"AC1": a, "AC2": b}, news, {a, b}) == {"AC2": news["AC1"][0]}
    assert in_their_places({"AC1": a}, {"AC1": ("Something else.",)}, {a}) == {
        "AC1": "Something else."
    }
    assert in_their_places({"AC1": a}, {"AC1": (b,)}, {a, b}) == {}


def test_words_are_counted_whole_and_on_a_long_page_without_delay() -> None:
    page = Wording("The cap is 5 EUR. " * 22_000)
    assert (page.count("cap is  5"), page.count("cap is 6"), page.count("ca")) == (22_000, 0, 0)
    before = time.monotonic()
    for at in range(300):
        assert page.count(f"The cap is {at + 6} EUR") == 0
        assert page.count("cap is 5") == 22_000
    assert time.monotonic() - before < 2


@pytest.mark.long
def test_a_new_criterion_that_another_source_denies_is_a_question_and_no_fault_of_its_cases(
    project: Project,
) -> None:
    found = project.preview(EPIC, "up to 15 days after", "up to 16 days after")
    assert any("16 days" in one.question.text and not one.settled for one in found.questions)
    rules = {each.finding.rule for one in found.cases for each in one.faults if each.denied}
    assert rules == {"other limit"}


@pytest.mark.long
def test_what_cannot_be_read_is_refused_as_an_import_refuses_it(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    for text in ("", " \n", "***"):
        with pytest.raises(SourceError, match="empty"):
            project.preview_of(EPIC, text)
    with pytest.raises(LibraryError, match="no document"):
        project.preview_of("file:none.md", "Some text.")
    large = "word " * 2_100_000
    with pytest.raises(SourceError, match="at most 1,000,000 are read at once"):
        project.preview_of(EPIC, large)
    outcome = import_sources.preview_files(workspace, project_id, "large.md", large.encode())
    ((_, refusal),) = outcome.failed
    with pytest.raises(SourceError) as raised:
        next_version.read_next_file(workspace, project_id, EPIC, "large.md", large.encode())
    assert str(raised.value) == refusal
    with pytest.raises(SourceError):
        next_version.read_next_file(workspace, project_id, EPIC, "broken.pdf", b"%PDF-1.4 nothing")


@pytest.mark.long
def test_keys_that_the_new_text_lacks_and_what_is_not_understood_are_told(
    project: Project,
) -> None:
    text = project.text(EPIC)
    assert project.preview_of(EPIC, text).notes == ()
    found = project.preview_of(EPIC, text.replace("CC-204", "CC-209"))
    assert any("CC-204" in note and "CC-201" not in note for note in found.notes)
    feature = "Feature: Parrots\n\n  # to be agreed\n  Scenario: One\n    Given a\n    Then b\n"
    assert "Not understood: “# to be agreed”" in project.preview_of(EPIC, feature).notes


@pytest.mark.long
def test_tables_and_answers_are_not_rewritten_as_texts(
    project: Project, project_root: Path
) -> None:
    workspace, project_id = project.workspace, project.project_id
    table = project_root / "sample_data/existing_cases.csv"
    import_sources.index_paths(workspace, project_id, [table])
    with pytest.raises(SourceError, match="is “test cases”"):
        project.preview_of("file:existing_cases.csv", "# Rules\n\nA case is a rule.")
    rows = table.read_text("utf-8")
    source = next_version.read_next_file(
        workspace, project_id, "file:existing_cases.csv", "new.csv",
        rows.replace("Call Centre Agent", "Clerk").encode(),
    )  # fmt: skip
    assert len(source.reading.cases) == 60
    found = preview_change.preview_change(workspace, project_id, source)
    assert {one.kind for one in found.changes} == {"changed"}
    epic = workspace.library.epics(project_id)[0]
    (question, *_), _ = raised_questions(workspace, project_id, [epic], {})
    given = answers.answer(workspace, project_id, epic, question, "It is 14 days.", by="Ann")
    with pytest.raises(SourceError, match="answer to a question"):
        project.preview_of(given.document_id, "# Anything\n\nIt is 15 days.")


def test_another_language_is_told(project: Project) -> None:
    text = (
        "# Regeln\n\n" + "Der Kunde kann den Vertrag nicht mehr kündigen, wenn er bezahlt hat. " * 4
    )
    found = project.preview_of(RULES, text)
    assert found.languages == ("English", "German")


def test_a_document_is_named_by_id_or_title(project: Project) -> None:
    workspace, project_id = project.workspace, project.project_id
    named = next_version.named_document
    assert named(workspace, project_id, RULES).id == RULES
    assert named(workspace, project_id, "business rules:  Call Centre").id == RULES
    with pytest.raises(LibraryError, match="no document"):
        named(workspace, project_id, "Call Centre")


def test_the_text_of_a_connected_page_is_replaced_by_the_systems_own(
    tmp_path: Path, project_root: Path
) -> None:
    folder = tmp_path / "wiki"
    folder.mkdir()
    file = folder / "glossary.md"
    shutil.copy(project_root / "sample_data/wiki/glossary.md", file)
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        sync_folder(workspace, project_id, folder)
        (held,) = workspace.library.documents(project_id)
        old = next_version.present_text(workspace, project_id, held.id)
        source = next_version.read_next_text(
            workspace, project_id, held.id, old.replace("14 days", "15 days")
        )
        found = preview_change.preview_change(workspace, project_id, source)
        assert found.connection == "Wiki"
        stored = preview_change.apply_change(workspace, project_id, found, by="Ann")
        assert (stored.id, stored.version, stored.connection_id) == (held.id, 2, held.connection_id)
        sync_folder(workspace, project_id, folder)
        assert "15 days" in workspace.library.document(project_id, held.id).text
        file.write_text(old.replace("14 days", "16 days"), "utf-8")
        sync_folder(workspace, project_id, folder)
        assert "16 days" in workspace.library.document(project_id, held.id).text


def test_a_story_of_an_epic_stays_its_own_with_its_comments(tmp_path: Path) -> None:
    """An issue that a connection fetched: its text alone is rewritten."""
    body = "## CC-2 Refund\n\nAcceptance criteria:\n\n- A refund of up to 500 EUR is automatic.\n"
    comment = "\n### Comments\n\n#### Comment by Ann\n\n- I think it must be 900 EUR.\n"
    criterion = AcceptanceCriterion(id="CC-2-AC1", text="A refund of up to 500 EUR is automatic.")
    story = UserStory(key="CC-2", title="Refund", criteria=(criterion,))
    start = len(body) + comment.index("####")
    reading = Reading(
        document=SourceDocument(
            id="c/jira:CC-2", kind="epic", title="CC-2 Refund", text=body + comment,
            content_hash="1", uri="https://jira.example.com/browse/CC-2",
            metadata=SourceMetadata(key="CC-2", release="R1"),
        ),
        epics=(Epic(key="CC-1", title="Refunds", stories=(story,)),),
        places=(Place(start=start, end=len(body + comment), label=f"{COMMENT}Ann"),),
    )  # fmt: skip
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.put(workspace, project_id, reading, connection_id="c")
        text = next_version.present_text(workspace, project_id, "c/jira:CC-2")
        assert text == body
        for given in (body, body.split("\n\n", 1)[1]):  # with and without its heading
            changed = given.replace("500 EUR", "600 EUR")
            source = next_version.read_next_text(workspace, project_id, "c/jira:CC-2", changed)
            document = source.reading.document
            assert document.text == body.replace("500", "600") + comment
            ((place,), (epic,)) = source.reading.places, source.reading.epics
            assert document.text[place.start : place.end] == comment[comment.index("####") :]
            assert (epic.key, epic.stories[0].key) == ("CC-1", "CC-2")
            assert [(one.id, one.text) for one in epic.criteria] == [
                ("CC-2-AC1", "A refund of up to 600 EUR is automatic.")
            ]
            assert document.metadata == reading.document.metadata
            found = preview_change.preview_change(workspace, project_id, source)
            assert [one.kind for one in found.changes] == ["changed"]
            assert found.checklist is not None
            assert {one.criterion_id for one in found.checklist.arising} == {"CC-2-AC1"}


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("The cap is 6 EUR.", True),
        ("As PAY-12 says, the cap is 6 EUR.", True),
        ("As PAY-1 says, the cap is 6 EUR.", False),
        ("### Acceptance criteria\n\n- The cap is 6 EUR.", True),
        ("## Refunds of customers\n\nThe cap is 6 EUR.", False),
        ("h1. Refunds of customers\n\nThe cap is 6 EUR.", False),
    ],
)
def test_an_issues_heading_is_put_above_a_text_that_has_none_of_its_own(
    tmp_path: Path, text: str, lacks: bool
) -> None:
    reading = Reading(
        document=SourceDocument(
            id="c/jira:PAY-1", kind="page", title="PAY-1 Refund", content_hash="1",
            text="## PAY-1 Refund\n\nThe cap is 5 EUR.\n", metadata=SourceMetadata(key="PAY-1"),
        )
    )  # fmt: skip
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.put(workspace, project_id, reading, connection_id="c")
        source = next_version.read_next_text(workspace, project_id, "c/jira:PAY-1", text)
    assert source.reading.document.text.startswith("## PAY-1 Refund") == lacks


WORDS = st.sampled_from(["The cap is 5 EUR.", "The cap is 6 EUR.", "A parrot speaks.", "# Caps",
                         "- It is paid.", "| a | b |", "Nothing else.", "1) one",
                         "A. B! C?"])  # fmt: skip
TEXTS = st.one_of(
    st.lists(WORDS, max_size=9).map("\n".join),
    st.lists(WORDS, max_size=9).map(" ".join),
    st.text(max_size=120),
)


@given(old=TEXTS, new=TEXTS)
def test_no_sentence_is_lost_or_invented(old: str, new: str) -> None:
    found, moved = text_changes(old, new)
    before, after = Counter(sentences(old)), Counter(sentences(new))
    gone = Counter(one.old for one in found if one.kind != "added")
    come = Counter(one.new for one in found if one.kind != "removed")
    assert gone <= before
    assert come <= after
    assert before - gone == after - come, "what neither goes nor comes stands in both"
    assert 0 <= moved <= (before - gone).total()
