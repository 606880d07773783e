"""Comments of Jira's issues: with their issue, under author and date, and as nobody's rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_jira import FakeJira, adf, comment, commented, story
from fake_servers import Answer, Connect, Serve

from assistant.errors import ConnectorError, NotAuthorised
from assistant.knowledge.chunks.chunking import split
from assistant.sources.connectors.client import CallLimits
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.opening import Connector
from assistant.sources.reading import Reading
from assistant.sources.synced import FetchedDocument

CRITERIA = "* The caller hears music.\n* The call ends after 10 minutes."


def config(url: str, *, cloud: bool = True, **options: Any) -> ConnectionConfig:
    kind = "jira_cloud" if cloud else "jira_data_center"
    user = "tess@example.com" if cloud else ""
    return ConnectionConfig(kind=kind, name="Jira", url=url, fetch="project = CC", user=user,
                            **options)  # fmt: skip


def fetched(source: Connector) -> dict[str, FetchedDocument]:
    return {one.external_id: one for page in source.fetch(since=None) for one in page.documents}


def reading(one: FetchedDocument) -> Reading:
    assert one.reading is not None, one.error
    return one.reading


def test_comments_stand_below_the_issue_with_author_and_date(
    serve: Serve, connect: Connect
) -> None:
    for cloud in (True, False):
        first = adf("The limit must be 30 minutes.", "BR-7: ask Legal.") if cloud else (
            "h2. Acceptance criteria\n* The limit must be *30* minutes.\n* BR-7: ask Legal."
        )  # fmt: skip
        issue = commented(
            story("CC-1", "Wait", criteria=CRITERIA),
            comment(2, adf("Agreed.") if cloud else "Agreed.", by="Bo Ek", on="2026-06-01"),
            comment(1, first),
            comment(3, adf("") if cloud else "", by="Nobody"),
            comment(4, adf("I left.") if cloud else "I left.", by=None, on="2026-07-01"),
        )
        server = serve(FakeJira([issue, story("CC-2", "Bare")], cloud=cloud))
        found = fetched(connect(config(server.url, cloud=cloud)))
        read = reading(found["jira:CC-1"])
        text = read.document.text
        order = [
            "### Acceptance criteria", "### Comments", "#### Comment by Ann Lee, 2026-05-03",
            "30", "#### Comment by Bo Ek, 2026-06-01\n\nAgreed.",
            "#### Comment by somebody unknown, 2026-07-01",
        ]  # fmt: skip
        assert sorted(order, key=text.index) == order
        assert "Nobody" not in text
        assert [c.text for epic in read.epics for c in epic.criteria] == [
            "The caller hears music.", "The call ends after 10 minutes.",
        ]  # fmt: skip
        assert "Comments" not in reading(found["jira:CC-2"]).document.text
        assert not [asked for asked in server.asked if asked.path.endswith("/comment")]


def test_a_comment_is_cited_as_one_and_is_no_rule(serve: Serve, connect: Connect) -> None:
    words = (
        "h1. BR-9 Refunds\nRefunds must be paid within 14 days.\n\n* Refunds must be approved.\n"
        "* BR-9: never in cash.\n\n||Rule||Days||\n|BR-10|must be 30|\n\n{code}\n# open\n"
    )
    issue = commented(
        story("CC-1", "Wait", criteria=CRITERIA), comment(1, words), comment(2, "Last words.")
    )
    (one,) = fetched(
        connect(config(serve(FakeJira([issue], cloud=False)).url, cloud=False))
    ).values()
    read = reading(one)
    document = read.document.model_copy(update={"places": read.places})
    chunks = split(document, epics=read.epics)
    remarks = [chunk for chunk in chunks if chunk.is_comment]
    assert {chunk.kind for chunk in remarks} <= {"prose", "table_row"}
    said = " ".join(chunk.text for chunk in remarks)
    for part in ("within 14 days", "never in cash", "must be 30", "open", "Last words."):
        assert part in said
    for chunk in remarks:
        assert chunk.place == "comment by Ann Lee, 2026-05-03"
        assert "Comments > Comment by Ann Lee, 2026-05-03" in chunk.heading
    assert not [c for c in chunks if c.kind == "rule"]
    assert {c.key for c in chunks if c.kind == "criterion"} == {"CC-1-AC1", "CC-1-AC2"}


def test_the_rest_of_a_long_list_is_asked_for(serve: Serve, connect: Connect) -> None:
    for cloud in (True, False):
        many = [
            comment(n, adf(f"Word {n}.") if cloud else f"Word {n}.", on=f"2026-05-{n % 28 + 1:02}")
            for n in range(240)
        ]
        issues = [commented(story("CC-1", "Long"), *many), commented(story("CC-2", "S"), many[0])]
        server = serve(FakeJira(issues, cloud=cloud, inlined=5))
        found = fetched(connect(config(server.url, cloud=cloud)))
        text = reading(found["jira:CC-1"]).document.text
        assert text.count("#### Comment by Ann Lee") == 240
        assert all(f"Word {n}.\n" in text for n in range(240))
        asked = [each for each in server.asked if each.path.endswith("/comment")]
        assert [each.query["startAt"] for each in asked] == ["0", "100", "200"]
        assert {each.path for each in asked} == {
            f"/rest/api/{3 if cloud else 2}/issue/CC-1/comment"
        }
        assert not [one.notes for one in found.values() if one.notes]


def test_only_the_latest_of_very_many_are_kept_and_that_is_said(
    serve: Serve, connect: Connect
) -> None:
    many = [comment(n, f"Word {n}.", on=f"20{n // 28 + 10}-01-{n % 28 + 1:02}") for n in range(620)]
    server = serve(FakeJira([commented(story("CC-1", "Bot"), *many)], cloud=False))
    (one,) = fetched(connect(config(server.url, cloud=False))).values()
    text = reading(one).document.text
    assert text.count("#### Comment by") == 500
    assert "Word 619." in text
    assert "Word 119." not in text
    assert one.notes == ("CC-1 has 620 comments; the latest 500 were read.",)


def test_comments_that_may_not_be_read_hinder_nothing_else(serve: Serve, connect: Connect) -> None:
    many = [comment(n, adf(f"Word {n}.")) for n in range(9)]
    issues = [commented(story(f"CC-{n}", f"S{n}"), *many) for n in (1, 2, 3)]
    fake = FakeJira(issues, inlined=4, hidden=frozenset({"CC-2"}))
    found = fetched(connect(config(serve(fake).url)))
    counts = [reading(one).document.text.count("#### Comment") for one in found.values()]
    assert counts == [9, 4, 9]
    (note,) = found["jira:CC-2"].notes
    assert note.startswith("4 of 9 comments of CC-2 were read.")
    assert "You may not see the comments" in note
    assert not found["jira:CC-1"].notes
    assert not found["jira:CC-2"].error


def test_busy_and_broken_answers_about_comments(serve: Serve, connect: Connect) -> None:
    issue = commented(story("CC-1", "S"), *[comment(n, adf(f"Word {n}.")) for n in range(9)])
    waits: list[float] = []
    slow = Answer({"errorMessages": ["Rate limit exceeded"]}, 429, {"Retry-After": "7"})
    server = serve(FakeJira([issue], inlined=4, before={3: slow}))
    (one,) = fetched(connect(config(server.url), wait=waits.append)).values()
    assert waits == [7.0]
    assert reading(one).document.text.count("#### Comment") == 9
    odd = serve(FakeJira([issue], inlined=4, before={3: Answer({"comments": 7})}))
    with pytest.raises(ConnectorError, match="comments in another form"):
        fetched(connect(config(odd.url)))
    gone = serve(FakeJira([issue], inlined=4, before={3: Answer({}, 401)}))
    with pytest.raises(NotAuthorised, match="expired"):
        fetched(connect(config(gone.url)))
    large = commented(story("CC-1", "S"), *[comment(n, adf("x" * 3000)) for n in range(40)])
    small = CallLimits(seconds=5, silence=3, max_bytes=60_000)
    (one,) = fetched(
        connect(config(serve(FakeJira([large], inlined=1)).url), limits=small)
    ).values()
    assert reading(one).document.text.count("#### Comment") == 40


def test_the_setting_leaves_them_out(serve: Serve, connect: Connect) -> None:
    issue = commented(story("CC-1", "S"), *[comment(n, adf("Word.")) for n in range(9)])
    fake = FakeJira([issue], inlined=4)
    server = serve(fake)
    (one,) = fetched(connect(config(server.url, comments=False))).values()
    assert "Comment" not in reading(one).document.text
    assert not [each for each in server.asked if "comment" in each.path + str(each.query)]
    fake.issues = [story("CC-1", "S")]
    (bare,) = fetched(connect(config(server.url))).values()
    assert reading(bare).document.content_hash == reading(one).document.content_hash


def test_real_comments(shared_dir: Path, serve: Serve, connect: Connect) -> None:
    folder = shared_dir / "data" / "imports" / "atlassian_mcp"
    issue = json.loads((folder / "MOCK_JIRA_ISSUE_RESPONSE.json").read_text("utf-8"))
    comments = json.loads((folder / "MOCK_JIRA_COMMENTS.json").read_text("utf-8"))
    for cloud in (True, False):
        once = FakeJira([issue], cloud=cloud, names={})
        (one,) = fetched(connect(config(serve(once).url, cloud=cloud))).values()
        assert "#### Comment by Commenter User, 2024-01-01\n\nThis is a test comment\n" in (
            reading(one).document.text
        )
        whole = {**issue, "fields": {**issue["fields"], "comment": comments}}
        server = serve(FakeJira([whole], cloud=cloud, names={}, inlined=2))
        (one,) = fetched(connect(config(server.url, cloud=cloud))).values()
        text = reading(one).document.text
        assert text.count("#### Comment by ") == len(comments["comments"])
        assert "#### Comment by Jane Doe, 2023-01-15\n\nI agree with John." in text
