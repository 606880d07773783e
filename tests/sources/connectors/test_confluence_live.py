"""Confluence Cloud and Data Center over real HTTP, with real pages in storage format."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_confluence import FakeConfluence, page, real_pages
from fake_servers import Answer, Connect, Serve, documents

from assistant.errors import ConnectorError, NotAuthorised
from assistant.sources.connectors.client import CallLimits
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.synced import FetchedDocument


def cloud(url: str, **options: Any) -> ConnectionConfig:
    given = {"fetch": "OPS", "user": "tess@example.com", **options}
    return ConnectionConfig(kind="confluence_cloud", name="Wiki", url=url, **given)


def data_center(url: str, **options: Any) -> ConnectionConfig:
    return ConnectionConfig(
        kind="confluence_data_center", name="Wiki DC", url=url, **{"fetch": "OPS", **options}
    )


KINDS = ((cloud, True), (data_center, False))


def stamps(found: list[FetchedDocument]) -> list[tuple[str, str]]:
    """What a later sync is told of these."""
    return [(one.external_id, one.stamp) for one in found]


def test_real_pages_with_their_content(shared_dir: Path, serve: Serve, connect: Connect) -> None:
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(real_pages(shared_dir), cloud=is_cloud))
        found = {one.external_id: one.reading for one in documents(connect(kind(server.url)))}
        assert set(found) == {"confluence:123456789", "confluence:987654321"}
        paper, notes = found["confluence:123456789"], found["confluence:987654321"]
        assert paper is not None
        assert notes is not None
        assert paper.document.title == "Sample Research Paper Title"
        assert "*Result*: Sample Result" in paper.document.text
        assert "## Goals\n\n- Example goal" in notes.document.text
        assert "## Date\n\n2024-01-01" in notes.document.text
        assert notes.document.kind == "page"
        assert notes.document.metadata.project == ("OPS" if is_cloud else "PROJ")
        wiki = "/wiki" if is_cloud else ""
        assert notes.document.uri.startswith(f"{server.url}{wiki}/spaces/PROJ/pages/987654321")


@pytest.mark.long
def test_pages_come_in_parts_and_go_on_after_any(serve: Serve, connect: Connect) -> None:
    pages = [page(n, f"Page {n}", f"<p>Text of page {n}</p>") for n in range(1, 61)]
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(pages, cloud=is_cloud, largest_page=20))
        source = connect(kind(server.url))
        parts = list(source.fetch(since=None))
        whole = [one.external_id for part in parts for one in part.documents]
        assert len(set(whole)) == len(whole) == 60
        assert len(parts) in {3, 4}
        rest = documents(connect(kind(server.url)), cursor=parts[0].cursor)
        assert [one.external_id for one in rest] == whole[len(parts[0].documents) :]
        assert sorted(source.present() or ()) == sorted(whole)


def test_only_what_changed_since(serve: Serve, connect: Connect) -> None:
    now = datetime.now(UTC).isoformat()
    pages = [page(n, f"Page {n}", "<p>x</p>") for n in range(1, 40)]
    pages[7] = page(8, "Changed", "<p>new words</p>", changed=now)
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(pages, cloud=is_cloud))
        since = datetime.now(UTC) - timedelta(hours=2)
        found = documents(connect(kind(server.url)), since=since)
        assert [one.external_id for one in found] == ["confluence:8"]


def test_expired_cursor_starts_over(serve: Serve, connect: Connect) -> None:
    server = serve(FakeConfluence([page(1, "One", "<p>x</p>")]))
    assert len(documents(connect(cloud(server.url)), cursor="of last month")) == 1


def test_large_pages_are_asked_for_in_smaller_parts(serve: Serve, connect: Connect) -> None:
    pages = [page(n, f"Page {n}", "<p>" + "word " * 2000 + "</p>") for n in range(1, 9)]
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(pages, cloud=is_cloud))
        small = CallLimits(seconds=5, max_bytes=60_000)
        assert len(documents(connect(kind(server.url), limits=small))) == 8


def test_space_that_is_not_seen_is_named(serve: Serve, connect: Connect) -> None:
    server = serve(FakeConfluence([]))
    with pytest.raises(ConnectorError, match="shows no space RULES"):
        documents(connect(cloud(server.url, fetch="OPS, RULES")))
    with pytest.raises(ConnectorError, match="names no Confluence space"):
        connect(cloud(server.url, fetch='OPS") or space = "HR'))
    with pytest.raises(ConnectorError, match="no page of OPS"):
        connect(cloud(server.url)).check()
    seen = connect(cloud(serve(FakeConfluence([page(1, "Rules", "<p>x</p>")])).url)).check()
    assert "Rules" in seen


@pytest.mark.parametrize(
    "answer", [Answer({"pages": []}), Answer({"results": [{"id": 1}]}), Answer("x"),
               Answer(raw=b"<html>")],
)  # fmt: skip
def test_changed_schema_is_a_typed_error(serve: Serve, connect: Connect, answer: Answer) -> None:
    for kind, is_cloud in KINDS:
        number = 2 if is_cloud else 1
        server = serve(FakeConfluence([], cloud=is_cloud, before={number: answer}))
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1"):
            documents(connect(kind(server.url)))


def test_labels_come_with_new_and_changed_pages_only(serve: Serve, connect: Connect) -> None:
    now = datetime.now(UTC).isoformat()
    many = [f"label-{n}" for n in range(45)]
    pages = [page(n, f"Page {n}", "<p>x</p>", labels=["rules", "ops"]) for n in range(1, 9)]
    pages[7] = page(8, "Changed", "<p>new words</p>", changed=now, labels=many)
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(pages, cloud=is_cloud, largest_page=20))
        whole = documents(connect(kind(server.url)))
        found = {one.external_id: one.reading for one in whole}
        first, changed = found["confluence:1"], found["confluence:8"]
        assert first is not None
        assert changed is not None
        assert first.document.metadata.labels == ("rules", "ops")
        assert changed.document.metadata.labels == tuple(many)
        del server.asked[:]
        since = datetime.now(UTC) - timedelta(hours=2)
        (one,) = documents(connect(kind(server.url), known=stamps(whole)), since=since)
        assert one.reading is not None
        assert one.reading.document.metadata.labels == tuple(many)
        asked = [each.path for each in server.asked if re.search(r"/pages/\d+/labels", each.path)]
        assert asked == ["/wiki/api/v2/pages/8/labels"] * 3 * is_cloud


def label(of: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same page, in the same version, under other labels."""
    return of | {"metadata": page(0, "x", "", labels=names)["metadata"]}


def test_pages_whose_labels_alone_changed_are_fetched_again(serve: Serve, connect: Connect) -> None:
    before = [page(n, f"Page {n}", "<p>x</p>", labels=["rules"]) for n in range(1, 9)]
    before[0] = page(1, "Page 1", "<p>x</p>")
    favourite = {"id": "f", "prefix": "my", "name": "favourite"}
    after = [label(before[0], "drop-3"), label(before[1], "rules", "drop-3"), label(before[2]),
             *before[3:]]  # fmt: skip
    after[3]["metadata"]["labels"]["results"].append(favourite)
    after.append(page(40, "New", "<p>x</p>", changed=datetime.now(UTC).isoformat(), labels=["new"]))
    since = datetime.now(UTC) - timedelta(hours=2)
    for kind, is_cloud in KINDS:
        known = stamps(documents(connect(kind(serve(FakeConfluence(before, cloud=is_cloud)).url))))
        server = serve(FakeConfluence(after, cloud=is_cloud, largest_page=5))
        source = connect(kind(server.url), known=known)
        parts = list(source.fetch(since=since))
        found = {one.external_id: one.reading for part in parts for one in part.documents}
        named = {name: set(one.document.metadata.labels) for name, one in found.items() if one}
        assert named == {
            "confluence:40": {"new"}, "confluence:1": {"drop-3"},
            "confluence:2": {"rules", "drop-3"}, "confluence:3": set(),
        }  # fmt: skip
        assert parts[-1].cursor == ""
        resumed = connect(kind(server.url), known=known)
        rest = documents(resumed, since=since, cursor=parts[0].cursor)
        assert {one.external_id for one in rest} >= set(named) - {"confluence:40"}
        again = stamps([one for part in parts for one in part.documents])
        calm = connect(kind(server.url), known={**dict(known), **dict(again)}.items())
        assert [one.external_id for one in documents(calm, since=since)] == ["confluence:40"]


def test_labels_that_cannot_be_listed_hinder_nothing_else(serve: Serve, connect: Connect) -> None:
    pages = [page(1, "Page 1", "<p>x</p>", changed=datetime.now(UTC).isoformat())]
    server = serve(FakeConfluence(pages, no_list_of_labels=True))
    since = datetime.now(UTC) - timedelta(hours=2)
    parts = list(connect(cloud(server.url)).fetch(since=since))
    assert [one.external_id for part in parts for one in part.documents] == ["confluence:1"]
    (note,) = [note for part in parts for note in part.notes]
    assert "Labels that were changed" in note
    assert "Not permitted to list" in note
    assert parts[-1].cursor == ""


def test_labels_that_may_not_be_read_hinder_nothing_else(serve: Serve, connect: Connect) -> None:
    pages = [page(n, f"Page {n}", "<p>x</p>", labels=["rules"]) for n in range(1, 4)]
    waits: list[float] = []
    slow = Answer({"message": "Rate limited"}, 429, {"Retry-After": "3"})
    fake = FakeConfluence(pages, hidden=frozenset({"2"}), before={3: slow})
    found = documents(connect(cloud(serve(fake).url), wait=waits.append))
    assert waits == [3.0]
    labels = [one.reading.document.metadata.labels for one in found if one.reading]
    assert labels == [("rules",), (), ("rules",)]
    (note,) = found[1].notes
    assert note.startswith("The labels of “Page 2” were not read.")
    assert "Not permitted to view" in note
    assert not found[0].notes
    expired = FakeConfluence(pages, before={4: Answer({}, 401)})
    with pytest.raises(NotAuthorised, match="expired"):
        documents(connect(cloud(serve(expired).url)))


def test_links_of_a_page_lead_nowhere_else(serve: Serve, connect: Connect) -> None:
    odd = ("@evil.example/", "https://evil.example/", "javascript:alert(1)", "x")
    pages = [page(n, "One", "<p>x</p>") | {"_links": {"webui": to}} for n, to in enumerate(odd)]
    for kind, is_cloud in KINDS:
        server = serve(FakeConfluence(pages, cloud=is_cloud))
        found = documents(connect(kind(server.url)))
        assert [one.reading.document.uri for one in found if one.reading] == [""] * 4


@pytest.mark.long
def test_page_without_text_and_odd_pages_hinder_only_themselves(
    serve: Serve, connect: Connect
) -> None:
    bare, deep = page(1, "Bare", ""), page(2, "Deep", "<div>" * 30_000)
    bare["body"] = {}
    server = serve(FakeConfluence([bare, deep, page(3, "Good", "<p>kept</p>"), page(4, "E", "")]))
    found = {one.external_id: one for one in documents(connect(cloud(server.url)))}
    assert "without its text" in found["confluence:1"].error
    good, empty = found["confluence:3"].reading, found["confluence:4"].reading
    assert good is not None
    assert "kept" in good.document.text
    assert empty is not None
