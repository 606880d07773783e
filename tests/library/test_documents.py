"""Documents: the same again changes nothing, versions are kept, imported cases follow."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from assistant.domain import (
    AcceptanceCriterion,
    CaseTemplate,
    Column,
    Epic,
    SourceDocument,
    SourceMetadata,
    TestCase,
    UserStory,
)
from assistant.errors import LibraryError
from assistant.library import Library, Project

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


def document(text: str = "one", **fields: object) -> SourceDocument:
    return SourceDocument.model_validate(
        {"id": "file:a", "kind": "page", "title": "a.md", "text": text, "content_hash": text}
        | fields
    )


def case(case_id: str, title: str = "t") -> TestCase:
    return TestCase(id=case_id, title=title, status="imported")


EPIC = Epic(
    key="CC",
    title="Calls",
    stories=(
        UserStory(key="CC-1", title="s", criteria=(AcceptanceCriterion(id="CC-1-AC1", text="c"),)),
    ),
)


def test_the_same_document_again_changes_nothing(library: Library, project: Project) -> None:
    first = library.put_document(project.id, document(), epics=[EPIC], cases=[case("T-1")])
    events = library.events(project.id)
    again = library.put_document(project.id, document(), epics=[EPIC], cases=[case("T-1")])
    assert (first.outcome, again.outcome) == ("new", "unchanged")
    assert (first.version, again.version) == (1, 1)
    assert (first.epic_count, first.story_count, first.criterion_count, first.case_count) == (
        1, 1, 1, 1,
    )  # fmt: skip
    assert library.events(project.id) == events
    assert len(library.history(project.id, "T-1")) == 1


def test_the_same_content_again_gets_the_name_of_its_file(
    library: Library, project: Project
) -> None:
    kept = SourceMetadata(release="Drop-3")
    library.put_document(project.id, document(id="epic:CC", metadata=kept))
    for file, name in (("CC_v2.docx", "CC_v2.docx"), ("", "CC_v2.docx")):
        named = document(id="epic:CC", metadata=kept.model_copy(update={"file": file}))
        again = library.put_document(project.id, named)
        assert (again.outcome, again.version) == ("unchanged", 1)
        (held,) = library.documents(project.id)
        assert (again.metadata.file, held.metadata.file) == (name, name)
        assert held.metadata.release == "Drop-3"


def test_versions_are_kept(library: Library, project: Project) -> None:
    metadata = SourceMetadata(release="Drop-3", labels=("x",))
    library.put_document(project.id, document("one"))
    changed = library.put_document(project.id, document("two", metadata=metadata, version=9))
    assert (changed.outcome, changed.version, changed.metadata) == ("changed", 2, metadata)
    assert library.document(project.id, "file:a").text == "two"
    assert library.document(project.id, "file:a").version == 2
    assert library.document(project.id, "file:a", 1).text == "one"
    with pytest.raises(LibraryError, match="no version 3"):
        library.document(project.id, "file:a", 3)
    with pytest.raises(LibraryError, match="no document"):
        library.document(project.id, "file:b")


def test_the_same_bytes_understood_differently_are_a_new_version(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document())
    assert library.put_document(project.id, document(), epics=[EPIC]).outcome == "changed"
    assert library.epics(project.id) == (EPIC,)


def test_epics_come_from_current_documents_and_the_last_stored_wins(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document(id="epic:CC"), epics=[EPIC])
    newer = EPIC.model_copy(update={"title": "Calls, revised"})
    library.put_document(project.id, document("x", id="file:b"), epics=[newer])
    assert library.epics(project.id) == (newer,)
    assert library.documents_of_epics(project.id) == {"CC": ("file:b",)}
    library.remove_document(project.id, "file:b")
    assert library.epics(project.id) == (EPIC,)
    assert library.document_parts(project.id, "epic:CC")[1] == (EPIC,)


def test_what_is_indexed_is_known_per_version(library: Library, project: Project) -> None:
    library.put_document(project.id, document())
    assert [d.id for d in library.documents(project.id) if not d.is_indexed] == ["file:a"]
    assert library.mark_all_indexed(project.id, {"file:a": (1, 12)}) == ()
    (stored,) = library.documents(project.id)
    assert stored.is_indexed
    assert (stored.chunk_count, stored.indexed_version) == (12, 1)
    assert stored.indexed_at is not None
    library.put_document(project.id, document("two"))
    assert [d.version for d in library.documents(project.id) if not d.is_indexed] == [2]
    library.mark_all_indexed(project.id, {"file:a": (1, 12)})
    assert not all(d.is_indexed for d in library.documents(project.id))
    gone = library.mark_all_indexed(project.id, {"file:a": (3, 1), "gone": (1, 1)})
    assert "gone" in gone
    assert not all(d.is_indexed for d in library.documents(project.id))


def test_the_stamp_changes_with_each_change_of_a_document_and_with_nothing_else(
    library: Library, project: Project
) -> None:
    made = library.connections.add(project.id, kind="jira", name="Main")
    stamps = [library.documents_stamp(project.id)]
    for change in (
        lambda: library.put_document(project.id, document(), connection_id=made.id),
        lambda: library.put_document(project.id, document("two"), connection_id=made.id),
        lambda: library.mark_all_indexed(project.id, {"file:a": (2, 12)}),
        lambda: library.connections.remove(project.id, made.id),
        lambda: library.remove_document(project.id, "file:a"),
        lambda: library.put_document(project.id, document("two")),
        lambda: library.put_document(project.id, document("two", id="file:b")),
    ):
        change()
        stamps.append(library.documents_stamp(project.id))
    assert len(set(stamps)) == len(stamps) == 8
    library.put_document(project.id, document("two"))
    other = library.create_project("Other", template=TEMPLATE)
    library.put_document(other.id, document())
    assert library.documents_stamp(project.id) == stamps[-1]


def test_ids_by_their_beginning_and_when_documents_were_fetched(
    library: Library, project: Project
) -> None:
    for name in ("answer-1", "file:a", "answer_2"):
        library.put_document(project.id, document(id=name))
    assert library.document_ids(project.id) == ("answer-1", "file:a", "answer_2")
    assert library.document_ids(project.id, prefix="answer_") == ("answer_2",)
    library.remove_document(project.id, "file:a")
    found = library.fetched_at(project.id, ["answer-1", "file:a", "none"])
    stored = library.find_document(project.id, "answer-1")
    assert stored is not None
    assert found == {"answer-1": stored.fetched_at}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("a.md", "short “text” \\ \n"),
        ("a.md", "Version 7.\n" * 5_000),
        ("a.md", '\n"\\\t' * 900),
        ("a.md", "\x01" * 2_000),
        ("a.md", "☂😀" * 900),
        ("T" * 3_000, "Version 7.\n" * 500),
    ],
)
def test_the_opening_of_a_text_is_what_it_begins_with(
    library: Library, project: Project, title: str, text: str
) -> None:
    library.put_document(project.id, document("before"))
    library.put_document(project.id, document(text, title=title))
    library.put_document(project.id, document("gone", id="file:b"))
    library.remove_document(project.id, "file:b")
    kept = library.document(project.id, "file:a").text
    found = library.openings(project.id, ["file:a", "file:b", "none"], 600)
    assert found == {"file:a": kept[:600]}


def test_a_removed_document_is_gone_and_its_index_can_be_told(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document("secret"))
    library.remove_document(project.id, "file:a", by="ann")
    assert library.documents(project.id) == ()
    assert library.find_document(project.id, "file:a") is None
    assert library.mark_all_indexed(project.id, {"file:a": (1, 1)}) == ("file:a",)
    with pytest.raises(LibraryError, match="no document"):
        library.document(project.id, "file:a", 1)
    with pytest.raises(LibraryError, match="no document"):
        library.remove_document(project.id, "file:a")
    back = library.put_document(project.id, document("secret"))
    assert (back.outcome, back.version) == ("new", 2)
    assert library.find_document(project.id, "file:a") == back.model_copy(
        update={"outcome": "unchanged"}
    )


def test_imported_cases_are_added_changed_and_marked(library: Library, project: Project) -> None:
    library.put_document(project.id, document(), cases=[case("T-1"), case("T-2"), case("T-3")])
    library.put_document(
        project.id, document("two"), cases=[case("T-1"), case("T-2", "new words"), case("T-4")]
    )
    found = {stored.id: stored for stored in library.cases(project.id)}
    assert {stored.status for stored in found.values()} == {"imported"}
    assert found["T-1"].row_version == 1
    assert (found["T-2"].row_version, found["T-2"].title) == (2, "new words")
    assert found["T-3"].case.status_reason == "no longer in a.md"
    assert found["T-4"].row_version == 1
    assert [line.action for line in library.history(project.id, "T-2")] == [
        "imported", "imported again",
    ]  # fmt: skip
    library.put_document(project.id, document("three"), cases=[case("T-1"), case("T-2")])
    assert library.case(project.id, "T-3").row_version == 2
    library.put_document(project.id, document("four"), cases=[case("T-3")])
    assert library.case(project.id, "T-3").case.status_reason == ""


def test_an_edit_survives_an_unchanged_import_and_is_told_on_a_changed_one(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document(), cases=[case("T-1")])
    edited = library.case(project.id, "T-1").case.model_copy(update={"title": "mine"})
    library.update_case(project.id, edited, expected_version=1, by="ann")
    library.put_document(project.id, document("two"), cases=[case("T-1")])
    assert library.case(project.id, "T-1").title == "mine"
    library.put_document(project.id, document("three"), cases=[case("T-1", "theirs")])
    found = library.case(project.id, "T-1").case
    assert found.title == "theirs"
    assert found.status_reason == "updated from a.md; what ann changed is kept in the history"
    assert "mine" in [line.case.title for line in library.history(project.id, "T-1")]


def test_removing_a_document_takes_untouched_cases_along_and_keeps_work(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document(), cases=[case("T-1"), case("T-2")])
    library.set_status(project.id, "T-2", "accepted", reason="good", by="ann", expected_version=1)
    library.remove_document(project.id, "file:a")
    (kept,) = library.cases(project.id)
    assert (kept.id, kept.case.status_reason) == ("T-2", "good; a.md was removed")
    assert [line.action for line in library.history(project.id, "T-1")] == ["imported", "removed"]
    library.put_document(project.id, document(), cases=[case("T-1"), case("T-2")])
    assert [(c.id, c.status) for c in library.cases(project.id)] == [
        ("T-2", "imported"), ("T-1", "imported"),
    ]  # fmt: skip
    assert [line.version for line in library.history(project.id, "T-1")] == [1, 2, 3]
    with pytest.raises(LibraryError, match="no earlier version"):
        library.undo(project.id, "T-1", by="ann", expected_version=3)


def test_ids_that_other_documents_use_get_an_ending_and_are_found_again(
    library: Library, project: Project
) -> None:
    library.put_document(project.id, document(), cases=[case("T-1"), case("T-1", "twin")])
    library.put_document(project.id, document("x", id="file:b"), cases=[case("T-1", "other")])
    assert [(c.id, c.title) for c in library.cases(project.id)] == [
        ("T-1", "t"), ("T-1-2", "twin"), ("T-1-3", "other"),
    ]  # fmt: skip
    library.put_document(project.id, document("y", id="file:b"), cases=[case("T-1", "changed")])
    assert [(c.id, c.title) for c in library.cases(project.id)] == [
        ("T-1", "t"), ("T-1-2", "twin"), ("T-1-3", "changed"),
    ]  # fmt: skip


def test_broken_characters_never_stop_saving(library: Library, project: Project) -> None:
    bad = "a\ud800b\x00c"
    stored = library.put_document(
        project.id,
        document(bad, id=bad, title=bad, content_hash="h"),
        epics=[EPIC.model_copy(update={"title": bad})],
        cases=[case(bad, bad)],
        by=bad,
    )
    clean = "a\ufffdb\u2400c"
    assert (stored.id, stored.title) == (clean, clean)
    assert library.document(project.id, bad).text == clean
    assert library.epics(project.id)[0].title == clean
    assert [(c.id, c.title, c.case.id) for c in library.cases(project.id)] == [(clean,) * 3]
    again = library.put_document(
        project.id,
        document(bad, id=bad, title=bad, content_hash="h"),
        epics=[EPIC.model_copy(update={"title": bad})],
        cases=[case(bad, bad)],
    )
    assert again.outcome == "unchanged"


def test_stories_fetched_one_by_one_are_put_together(library: Library, project: Project) -> None:
    def put(key: str, epic: Epic, connection: str = "jira") -> None:
        document = SourceDocument(
            id=f"{connection}:{key}", kind="epic", title=key, text=f"# {key}\n",
            content_hash=key, metadata=SourceMetadata(key=key),
        )  # fmt: skip
        library.put_document(project.id, document, epics=[epic], connection_id=connection)

    def part(*stories: str, title: str = "", release: str = "") -> Epic:
        made = tuple(UserStory(key=key, title=key) for key in stories)
        return Epic(key="CC-1", title=title or "CC-1", stories=made, release=release)

    put("CC-2", part("CC-2", release="Drop-3"))
    put("CC-1", part(title="Refunds"))
    put("CC-3", part("CC-3", release="Drop-3"))
    (epic,) = [each for each in library.epics(project.id) if each.key == "CC-1"]
    assert (epic.title, epic.release) == ("Refunds", "Drop-3")
    assert [story.key for story in epic.stories] == ["CC-2", "CC-3"]
    assert library.documents_of_epics(project.id)["CC-1"] == ("jira:CC-1", "jira:CC-2", "jira:CC-3")
    library.remove_document(project.id, "jira:CC-2")
    (epic,) = [each for each in library.epics(project.id) if each.key == "CC-1"]
    assert [story.key for story in epic.stories] == ["CC-3"]
    put("CC-9", part("CC-9"), connection="other")
    (epic,) = [each for each in library.epics(project.id) if each.key == "CC-1"]
    assert [story.key for story in epic.stories] == ["CC-9"]


def test_files_of_one_story_each_are_put_together_with_the_newest_text_of_their_epic(
    library: Library, project: Project
) -> None:
    def put(name: str, key: str, *stories: str, title: str = "CC-1") -> None:
        made = tuple(UserStory(key=story, title=story) for story in stories)
        library.put_document(
            project.id,
            SourceDocument(
                id=name, kind="epic", title=name, text=f"# {title}\n", content_hash=name + title,
                metadata=SourceMetadata(key=key),
            ),
            epics=[Epic(key="CC-1", title=title, stories=made)],
        )  # fmt: skip

    def told() -> tuple[str, list[str]]:
        (epic,) = [each for each in library.epics(project.id) if each.key == "CC-1"]
        return epic.title, [story.key for story in epic.stories]

    put("story:CC-2", "CC-2", "CC-2")
    put("story:CC-3", "CC-3", "CC-3")
    assert told() == ("CC-1", ["CC-2", "CC-3"])
    put("epic:CC-1", "CC-1", "CC-4", title="Refunds")
    assert told() == ("Refunds", ["CC-4", "CC-2", "CC-3"])
    put("file:refunds.docx", "CC-1", "CC-5", title="Refunds, second version")
    assert told() == ("Refunds, second version", ["CC-5", "CC-2", "CC-3"])
    put("file:two-epics.md", "", "CC-6", title="Without a key of its own")
    assert told() == ("Without a key of its own", ["CC-6"])


@pytest.mark.long
def test_a_document_costs_no_more_where_many_are_there(tmp_path: Path) -> None:
    """Counted in steps of the database's engine, so that a busy machine changes nothing."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    def costs(name: str) -> int:
        nonlocal steps
        steps = 0
        library.put_document(project_id, document(name, id=name))
        return steps

    def watch(raw: sqlite3.Connection, _record: object) -> None:
        raw.set_progress_handler(count, 10)

    event.listen(Engine, "connect", watch)
    library = Library.open(tmp_path / "library.sqlite3")
    try:
        project_id = library.create_project("P", template=TEMPLATE).id
        few = [costs(f"few-{number}") for number in range(10)]
        for number in range(400):
            library.put_document(project_id, document(str(number), id=f"page-{number}"))
        many = [costs(f"many-{number}") for number in range(10)]
    finally:
        event.remove(Engine, "connect", watch)
        library.close()
    assert 0 < max(many) < 1.5 * max(few)
