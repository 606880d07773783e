"""A project kept up to date with Jira and Confluence that speak real HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from syncing import WordEmbedder, index_of, quick_workspace

from assistant.domain import GenerationConfig, RetrievalConfig, SearchFilter
from assistant.sources.connectors.config import ConnectionConfig
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import connections, sync_jobs
from assistant.workflow.sources.read_source import listed_sources
from assistant.workflow.sources.sync import SyncReport, sync
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, understand

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sources" / "connectors"))

from fake_confluence import FakeConfluence, attachment, page
from fake_jira import FakeJira, adf, attached, comment, commented, story
from fake_servers import TOKEN, Answer, Asked, FakeServer

Quick = tuple[Workspace, str, WordEmbedder]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeServer]]:
    """Starts servers that connections may ask; stopped when the test ends."""
    started: list[FakeServer] = []
    monkeypatch.setenv("UAT_PRIVATE_HOSTS", "127.0.0.1")

    def start(answer: Callable[[Asked], Answer]) -> FakeServer:
        server = FakeServer(answer)
        server.start()
        started.append(server)
        monkeypatch.setenv(f"UAT_SECRET_127_0_0_1_PORT_{server.port}", TOKEN)
        return server

    yield start
    for server in started:
        server.stop()


class Connected:
    """A project with one connection to a server."""

    def __init__(self, workspace: Workspace, project_id: str, config: ConnectionConfig) -> None:
        self.workspace, self.project_id = workspace, project_id
        self.connection = connections.add(workspace, project_id, config, by="Tess")

    def sync(self, **options: Any) -> SyncReport:
        return sync(self.workspace, self.project_id, self.connection.id, by="Tess", **options)

    def text(self, external_id: str) -> str:
        name = f"{self.connection.id}/{external_id}"
        return self.workspace.library.document_parts(self.project_id, name)[0].text


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.removed, report.failed


@pytest.fixture
def connected(
    serve: Callable[..., FakeServer], tmp_path: Path
) -> Iterator[Callable[..., Connected]]:
    """Projects with a connection to a fake system."""
    opened = []

    def make(answer: Callable[[Asked], Answer], kind: str, fetch: str, **options: Any) -> Connected:
        server = serve(answer)
        context = quick_workspace(tmp_path / f"data{len(opened)}")
        workspace, project_id, _ = context.__enter__()
        opened.append(context)
        user = "tess@example.com" if kind.endswith("cloud") else ""
        config = ConnectionConfig(kind=kind, name="C", url=server.url, fetch=fetch, user=user,
                                  **options)  # fmt: skip
        return Connected(workspace, project_id, config)

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def test_an_edited_or_deleted_comment_is_noticed(connected: Callable[..., Connected]) -> None:
    first, second = comment(1, adf("We said 10 days.")), comment(2, adf("Agreed."), by="Bo Ek")
    fake = FakeJira([commented(story("CC-1", "A", criteria="* It rings."), first, second),
                     story("CC-2", "B", criteria="* It stops.")])  # fmt: skip
    jira = connected(fake, "jira_cloud", "project = CC")
    assert counts(jira.sync()) == (2, 0, 0, 0, 0)
    assert "We said 10 days." in jira.text("jira:CC-1")
    found = index_of(jira.workspace, jira.project_id)
    places = {str(chunk["place"]) for chunk in found[f"{jira.connection.id}/jira:CC-1"]}
    assert places >= {"comment by Ann Lee, 2026-05-03", "comment by Bo Ek, 2026-05-03"}
    assert counts(jira.sync()) == (0, 0, 2, 0, 0)
    commented(fake.issues[0], comment(1, adf("We said 12 days.")), second)
    assert counts(jira.sync()) == (0, 1, 1, 0, 0)
    assert "We said 12 days." in jira.text("jira:CC-1")
    commented(fake.issues[0], second)
    assert counts(jira.sync()) == (0, 1, 1, 0, 0)
    assert "Ann Lee" not in jira.text("jira:CC-1")
    assert "Ann Lee" not in str(index_of(jira.workspace, jira.project_id))
    (epics, _) = jira.workspace.library.document_parts(
        jira.project_id, f"{jira.connection.id}/jira:CC-1"
    )[1:]
    assert [c.text for epic in epics for c in epic.criteria] == ["It rings."]


def test_comments_on_an_epic_are_sources_of_its_stories(
    connected: Callable[..., Connected],
) -> None:
    epic = commented(story("CC-1", "Callers wait"), comment(1, adf("We agreed on 10 days.")))
    epic["fields"]["issuetype"] = {"name": "Epic"}
    told, other = (
        commented(story(f"CC-{n}", "Ring", criteria="* It rings.", epic="CC-1"), comment(n, words))
        for n, words in ((2, adf("Twice.")), (3, adf("Never.")))
    )
    jira = connected(FakeJira([epic, told, other]), "jira_cloud", "project = CC")
    jira.sync()
    found = understand(jira.workspace, jira.project_id, GenerateRequest(epic_keys=("CC-1",)))
    outline = GenerationConfig(writer="outline")
    run = generate_cases.begin(jira.workspace, jira.project_id, found, outline)
    run = generate_cases.run_now(jira.workspace, jira.project_id, run)
    remarks = [one.chunk.text for one in run.retrieved if one.chunk.is_comment]
    assert remarks == ["Twice.", "We agreed on 10 days.", "Never."]


def test_what_could_not_be_fetched_is_reported_and_turned_off(
    connected: Callable[..., Connected],
) -> None:
    many = [comment(n, adf(f"Word {n}.")) for n in range(6)]
    issues = [commented(story(f"CC-{n}", f"S{n}", criteria="* It rings."), *many) for n in (1, 2)]
    fake = FakeJira(issues, inlined=2, hidden=frozenset({"CC-1"}))
    jira = connected(fake, "jira_cloud", "project = CC")
    report = jira.sync()
    assert counts(report) == (2, 0, 0, 0, 0)
    (note,) = report.notes
    assert note.startswith("2 of 6 comments of CC-1 were read.")
    (state,) = sync_jobs.connections(jira.workspace, jira.project_id)
    assert state.failed == (("jira:CC-1", note),)
    config = connections.config_of(jira.connection).model_copy(update={"comments": False})
    jira.connection = connections.change(jira.workspace, jira.connection, config, by="Tess")
    assert counts(jira.sync()) == (0, 2, 0, 0, 0)
    assert "Comment" not in jira.text("jira:CC-2")
    (state,) = sync_jobs.connections(jira.workspace, jira.project_id)
    assert state.failed == ()


LIMITS = b"# Limits\n\n- BR-40 The limit is 14 days.\n- BR-41 It is checked at night.\n"


def test_attached_files_come_and_go_with_their_issue(connected: Callable[..., Connected]) -> None:
    fake = FakeJira([attached(story("CC-1", "A", criteria="* It rings."), {"limits.md": LIMITS})])
    fake.files = {"10000": LIMITS}
    jira = connected(fake, "jira_cloud", "project = CC", attachments=True, attachment_mb=3)
    name, held = "jira:CC-1/attachment/10000", jira.connection.options
    assert held["attachments"] == "3"
    assert counts(jira.sync()) == (2, 0, 0, 0, 0)
    (row,) = [
        one for one in listed_sources(jira.workspace, jira.project_id) if one.external_id == name
    ]
    assert (row.title, row.connection, row.kind) == ("limits.md (CC-1)", "C", "rules")
    (chunk, *_) = index_of(jira.workspace, jira.project_id)[f"{jira.connection.id}/{name}"]
    assert chunk["title"] == "limits.md (CC-1)"
    attached(fake.issues[0], {"limits.md": LIMITS})
    assert counts(jira.sync()) == (0, 0, 2, 0, 0)
    attached(fake.issues[0], {})
    assert counts(jira.sync()) == (0, 0, 1, 1, 0)
    assert list(index_of(jira.workspace, jira.project_id)) == [f"{jira.connection.id}/jira:CC-1"]
    attached(fake.issues[0], {"limits.md": LIMITS})
    assert counts(jira.sync()) == (1, 0, 1, 0, 0)
    config = connections.config_of(jira.connection).model_copy(update={"attachments": False})
    jira.connection = connections.change(jira.workspace, jira.connection, config, by="Tess")
    assert counts(jira.sync()) == (0, 0, 1, 1, 0)


def test_a_file_whose_host_is_not_listed_is_reported(connected: Callable[..., Connected]) -> None:
    pages = [page(1, "Rules", "<p>It is x.</p>"), page(2, "Other", "<p>It is y.</p>")]
    fake = FakeConfluence(pages, files=[attachment(5, pages[0], "limits.md", LIMITS)])
    fake.media = "https://media.example"
    wiki = connected(fake, "confluence_cloud", "OPS", attachments=True)
    report = wiki.sync()
    assert counts(report) == (2, 0, 0, 0, 1)
    (failed,) = [one for one in report.changes if one.outcome == "failed"]
    assert "limits.md (Rules) could not be fetched." in failed.error
    assert "name media.example in UAT_ALLOWED_HOSTS" in failed.error
    fake.media = ""
    assert counts(wiki.sync(full=True)) == (1, 0, 2, 0, 0)
    fake.files.clear()
    assert counts(wiki.sync()) == (0, 0, 2, 1, 0)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["confluence_cloud", "confluence_data_center"])
def test_a_label_alone_is_fresh_at_once(connected: Callable[..., Connected], kind: str) -> None:
    pages = [page(n, f"Rules {n}", f"<p>It rings {n} times.</p>", labels=["ops"])
             for n in (1, 2)]  # fmt: skip
    fake = FakeConfluence(pages, cloud=kind.endswith("cloud"))
    wiki = connected(fake, kind, "OPS")
    assert counts(wiki.sync()) == (2, 0, 0, 0, 0)
    assert counts(wiki.sync()) == (0, 0, 2, 0, 0)

    def found() -> list[str]:
        only = RetrievalConfig(filter=SearchFilter(labels=("drop-3",)))
        hits = wiki.workspace.knowledge(wiki.project_id).search("It rings", only)
        return [hit.chunk.title for hit in hits]

    embedder = wiki.workspace.embedder()
    assert isinstance(embedder, WordEmbedder)
    before = embedder.embedded
    assert found() == []
    labels = page(0, "x", "", labels=["ops", "drop-3"])["metadata"]
    fake.pages = [pages[0], pages[1] | {"metadata": labels}]
    assert counts(wiki.sync()) == (0, 1, 1, 0, 0)
    assert found() == ["Rules 2"]
    assert embedder.embedded == before
    assert counts(wiki.sync()) == (0, 0, 2, 0, 0)
