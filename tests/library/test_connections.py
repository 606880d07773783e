"""Connections: kept without secrets; a sync that was cut off is gone on with."""

from __future__ import annotations

import pytest

from assistant.domain import SourceDocument, utc_now
from assistant.errors import LibraryError
from assistant.library import FetchedFrom, Library, Project


def fetched(external_id: str, **values: str) -> FetchedFrom:
    return FetchedFrom(
        connection_id="jira-main", external_id=external_id, fetched_at=utc_now(), **values
    )


def test_a_connection_is_kept_and_found_by_name(library: Library, project: Project) -> None:
    store = library.connections
    made = store.add(project.id, kind="jira", name="Main", options={"site": "https://j.test"})
    assert (made.id, made.options) == ("jira-main", {"site": "https://j.test"})
    assert store.get(project.id, "main") == made == store.list()[0]
    assert store.add(project.id, kind="jira", name="Main!").id == "jira-main-2"
    with pytest.raises(LibraryError, match="exists already"):
        store.add(project.id, kind="folder", name="MAIN")
    with pytest.raises(LibraryError, match="“Main”"):
        store.get(project.id, "nowhere")
    assert store.update(project.id, made.id, every_minutes=60).every_minutes == 60


@pytest.mark.parametrize(
    "options",
    [
        {"token": "x"}, {"api_token": "x"}, {"Password": "x"}, {"client-secret": "x"},
        {"url": "postgresql://me:hunter2@host/db"},
    ],
)  # fmt: skip
def test_a_secret_is_never_stored(
    library: Library, project: Project, options: dict[str, str]
) -> None:
    with pytest.raises(LibraryError, match="never stored") as caught:
        library.connections.add(project.id, kind="sql", name="S", options=options)
    assert "hunter2" not in str(caught.value)
    made = library.connections.add(
        project.id, kind="sql", name="S", options={"token_variable": "T", "project_key": "CC"}
    )
    with pytest.raises(LibraryError, match="never stored"):
        library.connections.update(project.id, made.id, options=options)


def test_a_sync_that_was_cut_off_goes_on_where_it_was(library: Library, project: Project) -> None:
    store = library.connections
    made = store.add(project.id, kind="jira", name="Main")
    begun = store.begin(project.id, made.id)
    store.advance(project.id, made.id, "page 2", [fetched("jira:A", document_id="d")])
    store.fail(project.id, made.id, "the line went dead")
    again = store.begin(project.id, made.id)
    assert (again.cursor, again.started_at) == ("page 2", begun.started_at)
    store.advance(project.id, made.id, "", [fetched("jira:B", error="unreadable")], ["jira:A"])
    store.finish(project.id, made.id)
    done = store.get(project.id, made.id)
    assert (done.last_synced_at, done.started_at, done.last_error) == (begun.started_at, None, "")
    assert {name: one.error for name, one in store.fetched(project.id, made.id).items()} == {
        "jira:B": "unreadable"
    }
    anew = store.update(project.id, made.id, options={"jql": "project = CC"})
    assert anew.last_synced_at is None, "other options bring other documents"


def test_after_a_change_during_a_sync_everything_is_read_again(
    library: Library, project: Project
) -> None:
    store = library.connections
    made = store.add(project.id, kind="jira", name="Main", options={"url": "https://a.test"})
    store.begin(project.id, made.id)
    store.advance(project.id, made.id, "page 2")
    store.update(project.id, made.id, options={"url": "https://b.test"})
    store.advance(project.id, made.id, "page 3")
    store.finish(project.id, made.id)
    done = store.get(project.id, made.id)
    assert (done.last_synced_at, done.started_at, done.cursor) == (None, None, "")


def test_what_came_in_is_read_some_at_a_time(library: Library, project: Project) -> None:
    store = library.connections
    made = store.add(project.id, kind="jira", name="Main")
    names = [f"jira:{number:04}" for number in range(1100)]
    things = [fetched(name, stamp=f"s{name}", document_id=name[:9]) for name in reversed(names)]
    store.advance(project.id, made.id, "", [*things, fetched("odd", error="damaged")])
    assert list(store.stamps(project.id, made.id)) == [*((n, f"s{n}") for n in names), ("odd", "")]
    assert store.count(project.id, made.id) == 1101
    assert store.count(project.id, made.id, only_documents=True) == 1100
    assert store.failed(project.id, made.id) == (("odd", "damaged"),)
    some = [names[0], names[700], "unknown", *names[1:600]]
    assert set(store.fetched(project.id, made.id, some)) == set(some) - {"unknown"}
    assert store.fetched(project.id, made.id, []) == {}


def test_documents_outlive_their_connection(library: Library, project: Project) -> None:
    made = library.connections.add(project.id, kind="jira", name="Main")
    document = SourceDocument(id="d", kind="page", title="D", text="A rule.", content_hash="h")
    stored = library.put_document(project.id, document, connection_id=made.id, by="Ann")
    library.connections.advance(project.id, made.id, "", [fetched("jira:A", document_id="d")])
    assert stored.connection_id == made.id
    origin = library.connections.origin(project.id, "d")
    assert origin is not None
    assert origin.external_id == "jira:A"
    library.connections.remove(project.id, made.id, by="Ann")
    assert [row.connection_id for row in library.documents(project.id)] == [""]
    assert library.connections.list(project.id) == ()
    assert library.connections.origin(project.id, "d") is None
