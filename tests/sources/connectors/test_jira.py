"""Jira Cloud and Data Center over real HTTP, with real issues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_jira import CRITERIA, NAMES, FakeJira, numbered, real_issues, story
from fake_servers import Answer, Connect, Serve, documents

from assistant.errors import ConnectorError, NotAuthorised, RateLimited
from assistant.sources.connectors.client import CallLimits
from assistant.sources.connectors.config import ConnectionConfig

JQL = 'project = "CC" ORDER BY rank'


def cloud(url: str, **options: Any) -> ConnectionConfig:
    given = {"fetch": JQL, "user": "tess@example.com", **options}
    return ConnectionConfig(kind="jira_cloud", name="Jira", url=url, **given)


def data_center(url: str, **options: Any) -> ConnectionConfig:
    return ConnectionConfig(
        kind="jira_data_center", name="Jira DC", url=url, **{"fetch": JQL, **options}
    )


@pytest.mark.parametrize("kind", [cloud, data_center])
def test_real_issues_in_pages_with_their_criteria(
    shared_dir: Path, serve: Serve, connect: Connect, kind: Callable[..., ConnectionConfig]
) -> None:
    jira = FakeJira(numbered(real_issues(shared_dir), 120), cloud=kind is cloud)
    server = serve(jira)
    source = connect(kind(server.url + "/jira", fields={"criteria": CRITERIA}))
    found = documents(source)
    assert [one.external_id for one in found] == [f"jira:CC-{n}" for n in range(1, 121)]
    assert not [one.error for one in found if one.error]
    for number, one in enumerate(found, 1):
        assert one.reading is not None
        texts = [c.text for epic in one.reading.epics for c in epic.criteria]
        if one.reading.epics and one.reading.epics[0].stories:
            assert texts == [f"The total of CC-{number} is shown.", "It is at most 14 days."]
        assert one.reading.document.id == one.external_id
        assert one.reading.document.uri == f"{server.url}/jira/browse/CC-{number}"
        assert one.changed_at is not None
    searches = [asked for asked in server.asked
                if "/search" in asked.path and "key in" not in asked.query["jql"]]  # fmt: skip
    assert len(searches) == 3
    assert all("ORDER BY key ASC" in asked.query["jql"] for asked in searches)
    assert all("rank" not in asked.query["jql"] for asked in searches)
    assert all(asked.method == "GET" for asked in server.asked)
    assert sorted(source.present() or ()) == sorted(one.external_id for one in found)


def test_content_of_a_real_issue(shared_dir: Path, serve: Serve, connect: Connect) -> None:
    issues = real_issues(shared_dir)
    source = connect(cloud(serve(FakeJira(issues)).url))
    by_id = {one.external_id: one.reading for one in documents(source)}
    reading = by_id["jira:PROJ-123"]
    assert reading is not None
    epic = reading.epics[0]
    assert (epic.key, epic.title) == ("PROJ-120", "Parent Epic Summary")
    assert epic.stories[0].title == "Test Issue Summary"
    assert reading.document.title == "PROJ-123 Test Issue Summary"
    assert reading.document.metadata.project == "PROJ"


def test_epics_are_found_above_and_do_not_depend_on_the_page(
    serve: Serve, connect: Connect
) -> None:
    epic, sub = story("CC-1", "Epic CC-1"), story("CC-4", "Sub", criteria="* It is booked.")
    epic["fields"]["issuetype"] = {"name": "Epic"}
    linked, under = story("CC-2", "Linked", criteria="* a"), story("CC-3", "Under", epic="CC-1")
    linked["fields"]["customfield_10014"] = "CC-1"
    sub["fields"]["issuetype"] = {"name": "Sub-task", "subtask": True}
    sub["fields"]["parent"] = {"key": "CC-2", "fields": {"issuetype": {"name": "Story"}}}
    for kind, is_cloud in ((cloud, True), (data_center, False)):
        read = []
        for page in (50, 1):
            fake = FakeJira([epic, linked, under, sub], cloud=is_cloud, largest_page=page + 1)
            found = {one.external_id: one.reading
                     for one in documents(connect(kind(serve(fake).url)))}  # fmt: skip
            read.append(found)
        for key in ("jira:CC-2", "jira:CC-3", "jira:CC-4"):
            one, other = read[0][key], read[1][key]
            assert one is not None
            assert other is not None
            assert one.epics[0].key == other.epics[0].key == "CC-1"
            assert one.epics[0].title == other.epics[0].title
            assert one.document.content_hash != ""
        linked_epic = read[0]["jira:CC-2"]
        assert linked_epic is not None
        assert linked_epic.epics[0].title == "Epic CC-1"


def test_resumes_from_any_cursor(serve: Serve, connect: Connect) -> None:
    issues = [story(f"CC-{n}", f"Story {n}", criteria=f"* Total {n}") for n in range(1, 19)]
    for kind, is_cloud in ((cloud, True), (data_center, False)):
        server = serve(FakeJira(issues, cloud=is_cloud, largest_page=7))
        pages = list(connect(kind(server.url)).fetch(since=None))
        whole = [one.external_id for page in pages for one in page.documents]
        assert whole == [f"jira:CC-{n}" for n in range(1, 19)]
        assert pages[-1].cursor == ""
        for number, page in enumerate(pages[:-1], 1):
            rest = documents(connect(kind(server.url)), cursor=page.cursor)
            expected = [one.external_id for later in pages[number:] for one in later.documents]
            assert [one.external_id for one in rest] == expected


def test_issue_deleted_between_two_pages_hides_no_other(serve: Serve, connect: Connect) -> None:
    jira = FakeJira([story(f"CC-{n}", f"S {n}") for n in range(1, 21)], cloud=False, largest_page=6)
    source = connect(data_center(serve(jira).url))
    seen = list[str]()
    for number, page in enumerate(source.fetch(since=None)):
        seen += [one.external_id for one in page.documents]
        if number == 0:
            del jira.issues[2:6]
    assert set(seen) >= {f"jira:{issue['key']}" for issue in jira.issues}


def test_expired_page_token_starts_over(serve: Serve, connect: Connect) -> None:
    server = serve(FakeJira([story("CC-1", "One"), story("CC-2", "Two")]))
    found = documents(connect(cloud(server.url)), cursor="a token of last month")
    assert [one.external_id for one in found] == ["jira:CC-1", "jira:CC-2"]


def test_only_what_changed_since(serve: Serve, connect: Connect) -> None:
    old, new = story("CC-1", "Old"), story("CC-2", "New")
    new["fields"]["updated"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    source = connect(cloud(serve(FakeJira([old, new])).url))
    since = datetime.now(UTC) - timedelta(hours=3)
    assert [one.external_id for one in documents(source, since=since)] == ["jira:CC-2"]


def test_fields_are_proposed_with_evidence_and_the_confirmed_one_is_used(
    serve: Serve, connect: Connect
) -> None:
    issues = [
        story(f"CC-{n}", f"S{n}", criteria="* It rings." if n < 18 else "") for n in range(20)
    ]
    for issue in issues:
        issue["fields"]["customfield_10050"] = {"value": "Lions"}
        issue["fields"]["customfield_10070"] = "* first\n* second"
    names = {**NAMES, "customfield_10070": "Definition"}
    server = serve(FakeJira(issues, names=names))
    proposals = {each.role: each for each in connect(cloud(server.url)).proposals()}
    assert proposals["criteria"].field == CRITERIA
    assert proposals["criteria"].evidence == (
        f"'Acceptance Criteria' ({CRITERIA}), filled in 18 of 20: by its name"
    )
    assert proposals["team"].field == "customfield_10050"
    assert proposals["release"].field == ""
    confirmed = {"criteria": "customfield_10070", "team": "customfield_10050"}
    found = documents(connect(cloud(server.url, fields=confirmed)))
    assert found[0].reading is not None
    assert [c.text for c in found[0].reading.epics[0].criteria] == ["first", "second"]
    assert found[0].reading.document.metadata.team == "Lions"


def test_field_that_vanished_is_named(serve: Serve, connect: Connect) -> None:
    names = {key: name for key, name in NAMES.items() if key != CRITERIA}
    server = serve(FakeJira([story("CC-1", "One")], names=names))
    with pytest.raises(ConnectorError, match=f"no field {CRITERIA} any more.*criteria"):
        documents(connect(cloud(server.url, fields={"criteria": CRITERIA})))


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"values": []}), Answer({"issues": [{"fields": {}}]}), Answer([1, 2]),
        Answer({"issues": "none"}), Answer(raw=b"<html>Log in</html>"), Answer(raw=b"\xff\x00"),
        Answer(raw=b"[" * 100_000),
    ],
)  # fmt: skip
def test_changed_schema_is_a_typed_error(serve: Serve, connect: Connect, answer: Answer) -> None:
    for kind, is_cloud in ((cloud, True), (data_center, False)):
        server = serve(FakeJira([story("CC-1", "One")], cloud=is_cloud, before={2: answer}))
        with pytest.raises(ConnectorError, match=r"127\.0\.0\.1"):
            documents(connect(kind(server.url)))


def test_one_broken_issue_hinders_only_itself(serve: Serve, connect: Connect) -> None:
    broken, odd = story("CC-2", "Broken"), story("CC-3", "Odd")
    broken["fields"] = None  # type: ignore[assignment]
    odd["fields"]["labels"] = 7
    jira = FakeJira([story("CC-1", "One"), broken, odd, story("CC-4", "Four")])
    jira._shown = lambda issue, fields: issue  # type: ignore[method-assign]
    found = documents(connect(cloud(serve(jira).url)))
    assert [bool(one.reading) for one in found] == [True, False, False, True]
    assert "CC-2" in found[1].error
    assert found[2].error


def test_retry_after_is_obeyed_and_then_given_up(serve: Serve, connect: Connect) -> None:
    waits: list[float] = []
    slow = Answer({"errorMessages": ["Rate limit exceeded"]}, 429, {"Retry-After": "7"})
    server = serve(FakeJira([story("CC-1", "One")], before={1: slow, 2: slow}))
    found = documents(connect(cloud(server.url), wait=waits.append))
    assert waits == [7.0, 7.0]
    assert len(found) == 1
    always = serve(FakeJira([], before=dict.fromkeys(range(1, 20), slow)))
    with pytest.raises(RateLimited, match="slow down"):
        documents(connect(cloud(always.url), wait=waits.append))
    later = Answer({}, 429, {"Retry-After": "4000"})
    with pytest.raises(RateLimited, match="67 minutes"):
        documents(connect(cloud(serve(FakeJira([], before={1: later})).url)))


def test_expired_token_mid_way(serve: Serve, connect: Connect) -> None:
    issues = [story(f"CC-{n}", f"Story {n}") for n in range(1, 15)]
    expired = Answer({"errorMessages": ["You do not have the permission"]}, 401)
    server = serve(FakeJira(issues, largest_page=5, before={3: expired}))
    pages = connect(cloud(server.url)).fetch(since=None)
    first = next(pages)
    with pytest.raises(NotAuthorised, match="expired"):
        next(pages)
    rest = documents(connect(cloud(server.url)), cursor=first.cursor)
    assert len(first.documents) + len(rest) == 14


def test_answers_that_are_too_large_are_asked_for_in_smaller_pages(
    serve: Serve, connect: Connect
) -> None:
    issues = [story(f"CC-{n}", "x" * 3000) for n in range(1, 31)]
    server = serve(FakeJira(issues))
    small = CallLimits(seconds=5, silence=3, max_bytes=60_000)
    found = documents(connect(cloud(server.url), limits=small))
    assert len(found) == 30
    with pytest.raises(ConnectorError, match="more than 2,000 bytes"):
        documents(connect(cloud(server.url), limits=CallLimits(seconds=5, max_bytes=2_000)))


def test_check_names_the_user_and_the_first_issue(serve: Serve, connect: Connect) -> None:
    server = serve(FakeJira([story("CC-1", "One")]))
    assert "Tess Tester" in connect(cloud(server.url)).check()
    with pytest.raises(ConnectorError, match="finds no issue"):
        connect(cloud(serve(FakeJira([])).url)).check()


@pytest.mark.parametrize("jql", ["", "  ", "ORDER BY created", "order  by x"])
def test_unbounded_jql_is_refused(connect: Connect, jql: str) -> None:
    with pytest.raises(ConnectorError, match="Name a project"):
        connect(cloud("http://127.0.0.1:9", fetch=jql))


def test_order_by_in_a_text_is_no_ordering(serve: Serve, connect: Connect) -> None:
    server = serve(FakeJira([story("CC-1", "One")]))
    documents(connect(cloud(server.url, fetch='summary ~ "order by mail" order by rank')))
    jql = server.asked[-1].query["jql"]
    assert jql == 'summary ~ "order by mail" ORDER BY key ASC'
