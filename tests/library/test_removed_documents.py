"""Removed documents: kept, restored as they were with their cases, and gone once erased."""

from __future__ import annotations

import pytest

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    GenerationRun,
    SourceDocument,
    SourceMetadata,
    TestCase,
    UserStory,
    utc_now,
)
from assistant.errors import LibraryError
from assistant.library import FetchedFrom, Library, Project, Wanted

NAME = "file:a"
SECRET = "The Zyxomatic tariff is shown to every clerk who opens the account of a customer."
EPIC = Epic(
    key="CC",
    title="Calls",
    stories=(
        UserStory(key="CC-1", title="s", criteria=(AcceptanceCriterion(id="CC-1-AC1", text="c"),)),
    ),
)


def document(text: str = "one", **fields: object) -> SourceDocument:
    return SourceDocument.model_validate(
        {"id": NAME, "kind": "page", "title": "a.md", "text": text, "content_hash": text} | fields
    )


def case(case_id: str, title: str = "t") -> TestCase:
    return TestCase(id=case_id, title=title, status="imported")


def seen(library: Library, project: Project) -> set[tuple[str, str, str, str]]:
    """What people see of the cases."""
    return {
        (one.id, one.title, one.status, one.case.status_reason) for one in library.cases(project.id)
    }


def test_a_removed_document_is_restored_as_it_was(library: Library, project: Project) -> None:
    metadata = SourceMetadata(release="Drop-3")
    library.put_document(project.id, document("one"), epics=[EPIC])
    before = library.put_document(project.id, document("two", metadata=metadata), epics=[EPIC])
    library.remove_document(project.id, NAME, by="ann")
    (gone,) = library.removed_documents(project.id)
    assert (gone.id, gone.kind, gone.title, gone.version, gone.by) == (
        NAME, "page", "a.md", 2, "ann",
    )  # fmt: skip
    assert gone.removed_at <= utc_now()
    assert (library.documents(project.id), library.epics(project.id)) == ((), ())
    back = library.restore_document(project.id, NAME, by="bob")
    assert back == before.model_copy(update={"outcome": "new"})
    assert library.removed_documents(project.id) == ()
    assert library.epics(project.id) == (EPIC,)
    assert [library.document(project.id, NAME, number).text for number in (1, 2)] == ["one", "two"]
    assert library.pending_documents(project.id, [NAME]) == [NAME], "it is to be indexed"
    assert library.put_document(
        project.id, document("two", metadata=metadata), epics=[EPIC]
    ).outcome == "unchanged"  # fmt: skip
    line = library.events(project.id)[0]
    assert (line.action, line.by, line.subject_id) == ("restored", "bob", NAME)


def test_its_cases_are_as_they_were_before_the_removal(library: Library, project: Project) -> None:
    """Untouched ones, an accepted one, one that its latest version lacks, and two of one id."""
    cases = [case("T-1"), case("T-2"), case("T-1", "twin")]
    library.put_document(project.id, document("one"), cases=[*cases, case("T-3")])
    library.put_document(project.id, document("two"), cases=cases)
    library.set_status(project.id, "T-2", "accepted", reason="good", by="ann", expected_version=1)
    before = seen(library, project)
    library.remove_document(project.id, NAME, by="bob")
    assert seen(library, project) == {("T-2", "t", "accepted", "good; a.md was removed")}
    library.restore_document(project.id, NAME, by="bob")
    assert seen(library, project) == before
    assert ("T-3", "t", "imported", "no longer in a.md") in before
    back = library.undo(project.id, "T-2", by="ann", expected_version=4)
    assert back.status == "imported", "an undo goes on before the removal"
    library.put_document(project.id, document("three"), cases=[*cases, case("T-3", "again")])
    assert ("T-3", "again", "imported", "") in seen(library, project)


def test_what_was_decided_after_the_removal_stays(library: Library, project: Project) -> None:
    library.put_document(project.id, document(), cases=[case("T-1"), case("T-2")])
    for name in ("T-1", "T-2"):
        library.set_status(project.id, name, "accepted", reason="", by="ann", expected_version=1)
    library.remove_document(project.id, NAME)
    library.set_status(project.id, "T-1", "rejected", reason="no", by="ann", expected_version=3)
    library.restore_document(project.id, NAME)
    assert seen(library, project) == {
        ("T-1", "t", "rejected", "no"), ("T-2", "t", "accepted", ""),
    }  # fmt: skip


def test_cases_of_another_document_of_the_same_title_are_not_taken(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document("x"), cases=[case("T-1", "of a")])
    library.put_document(project.id, document("y", id="file:b"), cases=[case("T-1", "of b")])
    for name in (NAME, "file:b"):
        library.remove_document(project.id, name)
    library.restore_document(project.id, "file:b")
    assert [one.title for one in library.cases(project.id)] == ["of b"]


def test_what_is_there_or_never_was_cannot_be_restored(library: Library, project: Project) -> None:
    library.put_document(project.id, document())
    with pytest.raises(LibraryError, match="there is nothing to restore"):
        library.restore_document(project.id, NAME)
    with pytest.raises(LibraryError, match="no removed source “file:b”: `sources removed`"):
        library.restore_document(project.id, "file:b")
    library.remove_document(project.id, NAME)
    library.put_document(project.id, document())
    assert library.removed_documents(project.id) == (), "it came in again"


def test_what_was_erased_does_not_come_back(library: Library, project: Project) -> None:
    library.put_document(project.id, document(SECRET), cases=[case("T-1", SECRET)])
    library.remove_document(project.id, NAME, by="ann")
    library.erasing.erase(Wanted(project.id, documents=(NAME,)), by="ann")
    assert library.removed_documents(project.id) == ()
    with pytest.raises(LibraryError, match="no removed source"):
        library.restore_document(project.id, NAME)
    assert library.cases(project.id) == ()


def test_erasing_tells_of_a_removed_document_that_holds_the_same_words(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document(SECRET))
    library.put_document(project.id, document("plain", id="file:c", title="c.md"))
    library.put_document(project.id, document(f"Copy. {SECRET}", id="file:b", title="b.md"))
    for name in ("file:b", "file:c"):
        library.remove_document(project.id, name)
    library.add_case(project.id, None, case("T-1", SECRET))
    shown = library.erasing.preview(Wanted(project.id, documents=(NAME,)))
    assert (shown.also_in, shown.cases) == (("b.md",), ("T-1",))


@pytest.mark.parametrize("is_known", [True, False])
def test_it_is_its_connections_where_that_still_knows_it(
    library: Library, project: Project, is_known: bool
) -> None:
    made = library.connections.add(project.id, kind="jira", name="Main")
    library.put_document(project.id, document(), connection_id=made.id)
    note = FetchedFrom(
        connection_id=made.id, external_id="1", document_id=NAME, fetched_at=utc_now()
    )
    library.connections.advance(project.id, made.id, "", [note])
    library.remove_document(project.id, NAME)
    if not is_known:
        library.connections.advance(project.id, made.id, "", gone=["1"])
    assert library.restore_document(project.id, NAME).connection_id == (made.id if is_known else "")


def test_a_run_written_while_it_was_away_did_not_have_it(
    library: Library, project: Project
) -> None:
    def run(name: str) -> str:
        library.start_run(project.id, GenerationRun(id=name, request="r"))
        library.finish_run(name, status="done")
        return name

    library.put_document(project.id, document(), epics=[EPIC])
    run("before")
    library.remove_document(project.id, NAME)
    run("away")
    moment = library.run(project.id, "away").created_at
    assert library.lineage.epics_at(project.id, moment) == {}
    library.restore_document(project.id, NAME)
    run("after")
    assert library.lineage.sources_after_runs(project.id) == {
        "before": frozenset(), "away": frozenset({NAME}), "after": frozenset(),
    }  # fmt: skip
    assert library.lineage.runs_before(project.id) == {"before", "away"}
