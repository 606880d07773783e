"""Syncing a folder: only what changed is read and embedded, and doing it twice changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syncing import (
    WordEmbedder,
    index_of,
    library_of,
    quick_workspace,
    sync_folder,
    write,
)

from assistant.domain import GenerationConfig, utc_now
from assistant.errors import ConnectorError, ManyVanished, SourceError
from assistant.sources.files.files import read_file
from assistant.sources.synced import FetchedDocument, SourcePage
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import sync_jobs
from assistant.workflow.sources.sync import sync
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.analyse_epic import read_epic
from assistant.workflow.writing.requests import GenerateRequest, understand

Quick = tuple[Workspace, str, WordEmbedder]


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Quick]:
    with quick_workspace(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def wiki(tmp_path: Path, project_root: Path) -> Path:
    return Path(shutil.copytree(project_root / "sample_data" / "wiki", tmp_path / "wiki"))


def counts(report: sync_jobs.SyncReport) -> tuple[int, ...]:
    return (report.new, report.changed, report.unchanged, report.removed, report.failed)


def test_one_changed_sentence_is_all_that_is_embedded(quick: Quick, wiki: Path) -> None:
    workspace, project_id, embedder = quick
    files = len(list(wiki.iterdir()))
    assert counts(sync_folder(workspace, project_id, wiki)) == (files, 0, 0, 0, 0)
    before, embedded = index_of(workspace, project_id), embedder.embedded
    assert counts(sync_folder(workspace, project_id, wiki)) == (0, 0, files, 0, 0)
    assert (index_of(workspace, project_id), embedder.embedded) == (before, embedded)
    page = wiki / "glossary.md"
    page.write_text(page.read_text("utf-8").replace("14", "21", 1), "utf-8")
    report = sync_folder(workspace, project_id, wiki)
    assert counts(report) == (0, 1, files - 1, 0, 0)
    assert [(one.external_id, one.version) for one in report.changes] == [("glossary.md", 2)]
    assert embedder.embedded == embedded + 1, "the chunk with the changed sentence"
    after = index_of(workspace, project_id)
    assert {name for name in after if after[name] != before[name]} == {"folder-wiki/glossary.md"}


def test_an_epic_file_that_a_connection_holds_is_not_kept_twice(
    quick: Quick, tmp_path: Path, project_root: Path
) -> None:
    workspace, project_id, _ = quick
    file = project_root / "sample_data" / "epics" / "CC-200-cooling-off-cancellation.md"
    folder = tmp_path / "epics"
    folder.mkdir()
    shutil.copy(file, folder)
    sync_folder(workspace, project_id, folder)

    def begin(data: bytes) -> set[str]:
        request = GenerateRequest(reading=read_epic(file.name, data), techniques=("positive",))
        found = understand(workspace, project_id, request)
        generate_cases.begin(workspace, project_id, found, GenerationConfig(), by="Tess")
        return {document.id for document in workspace.library.documents(project_id)}

    held = begin(file.read_bytes())
    assert held == {f"folder-wiki/{file.name}"}
    assert begin(file.read_bytes().replace(b"15 days", b"16 days")) == held | {"epic:CC-200"}


def test_what_vanishes_is_found_no_more_and_a_copy_takes_its_place(
    quick: Quick, wiki: Path
) -> None:
    workspace, project_id, _embedder = quick
    sync_folder(workspace, project_id, wiki)
    (wiki / "glossary.md").rename(wiki / "words.md")
    (wiki / "roles-and-permissions.md").unlink()
    report = sync_folder(workspace, project_id, wiki)
    assert (report.new, report.removed) == (1, 2)
    found = index_of(workspace, project_id)
    assert "folder-wiki/words.md" in found
    assert not {"folder-wiki/glossary.md", "folder-wiki/roles-and-permissions.md"} & set(found)
    states = workspace.library.lineage.states(
        project_id, ["folder-wiki/glossary.md", "folder-wiki/roles-and-permissions.md"]
    )
    assert states["folder-wiki/glossary.md"].successor_id == "folder-wiki/words.md"
    assert states["folder-wiki/roles-and-permissions.md"].successor_id == ""


def test_a_bad_file_is_told_and_tried_again_when_it_changes(quick: Quick, tmp_path: Path) -> None:
    workspace, project_id, _ = quick
    folder = tmp_path / "in"
    write(folder / "a.md", "# A\n\nA voucher is valid for 40 days.\n")
    (folder / "b.csv").write_bytes(b"\x00\x01\x02" * 400)
    assert counts(sync_folder(workspace, project_id, folder)) == (1, 0, 0, 0, 1)
    (state,) = sync_jobs.connections(workspace, project_id)
    assert [name for name, _ in state.failed] == ["b.csv"]
    write(folder / "b.csv", "Title,Steps\nOne,Do it\n")
    assert counts(sync_folder(workspace, project_id, folder)) == (1, 0, 1, 0, 0)
    assert not sync_jobs.connections(workspace, project_id)[0].failed


def test_a_folder_that_is_away_removes_nothing(quick: Quick, wiki: Path) -> None:
    workspace, project_id, _ = quick
    sync_folder(workspace, project_id, wiki)
    before = library_of(workspace, project_id)
    (connection,) = workspace.library.connections.list(project_id)
    wiki.rename(wiki.with_name("elsewhere"))
    with pytest.raises(SourceError, match="not there"):
        sync(workspace, project_id, connection.id)
    assert "not there" in workspace.library.connections.get(project_id, "Wiki").last_error
    assert library_of(workspace, project_id) == before
    wiki.with_name("elsewhere").rename(wiki)
    assert sync(workspace, project_id, connection.id).complete
    assert workspace.library.connections.get(project_id, "Wiki").last_error == ""


class Scripted:
    """A source of pages that stops where it is told to, as a dropped line does."""

    name = "Scripted"

    def __init__(self, texts: dict[str, str], *, stop_after: int = 10**6) -> None:
        self.texts, self.stop_after, self.asked = texts, stop_after, [""]
        self.asked.clear()
        self.since: list[datetime | None] = []
        self.closed = False

    def fetch(self, *, since: datetime | None, cursor: str = "") -> Iterator[SourcePage]:
        self.since.append(since)
        self.asked.append(cursor)
        names = sorted(self.texts)
        for number, name in enumerate(names):
            if name <= cursor:
                continue
            if number >= self.stop_after:
                raise ConnectorError("The line went dead. Sync again.")
            text = self.texts[name].encode()
            document = FetchedDocument(external_id=name, reading=read_file(f"{name}.md", text))
            yield SourcePage(documents=(document,), cursor=name if name != names[-1] else "")

    def present(self) -> Iterator[str]:
        yield from self.texts

    def close(self) -> None:
        self.closed = True


def test_a_connector_that_dies_goes_on_after_its_last_page(quick: Quick) -> None:
    workspace, project_id, _ = quick
    made = workspace.library.connections.add(project_id, kind="scripted", name="S")
    texts = {f"t{n}": f"# T{n}\n\nRule {n} holds for {n} days.\n" for n in range(5)}
    dead = Scripted(texts, stop_after=3)
    with pytest.raises(ConnectorError):
        sync(workspace, project_id, made.id, source=dead)
    assert dead.closed
    assert len(index_of(workspace, project_id)) == 3
    alive = Scripted(texts)
    report = sync(workspace, project_id, made.id, source=alive)
    assert (alive.asked, alive.since) == (["t2"], [None])
    assert counts(report) == (2, 0, 3, 0, 0)
    later = Scripted(texts)
    assert counts(sync(workspace, project_id, made.id, source=later)) == (0, 0, 5, 0, 0)
    assert later.since[0] is not None
    assert later.asked == [""]
    full = Scripted(texts)
    assert counts(sync(workspace, project_id, made.id, source=full, full=True))[2] == 5
    assert full.since == [None]


def test_a_source_that_lists_nothing_at_all_is_not_believed(quick: Quick) -> None:
    workspace, project_id, _ = quick
    made = workspace.library.connections.add(project_id, kind="scripted", name="S")
    texts = {f"t{n:02}": f"# T{n}\n\nRule {n} holds.\n" for n in range(12)}
    sync(workspace, project_id, made.id, source=Scripted(texts))
    with pytest.raises(ConnectorError, match="nothing was removed"):
        sync(workspace, project_id, made.id, source=Scripted({}))
    assert len(index_of(workspace, project_id)) == 12


def test_a_cancelled_sync_keeps_what_it_has_and_goes_on(quick: Quick) -> None:
    workspace, project_id, _ = quick
    made = workspace.library.connections.add(project_id, kind="scripted", name="S")
    texts = {f"t{n}": f"# T{n}\n\nRule {n} holds.\n" for n in range(4)}
    seen: list[int] = []
    stopped = sync(
        workspace, project_id, made.id, source=Scripted(texts),
        progress=lambda done, _: seen.append(done), cancelled=lambda: len(seen) >= 2,
    )  # fmt: skip
    assert not stopped.complete
    assert stopped.new == 2
    assert counts(sync(workspace, project_id, made.id, source=Scripted(texts))) == (2, 0, 2, 0, 0)


def test_a_schedule_starts_what_is_due_and_waits_after_a_failure(quick: Quick, wiki: Path) -> None:
    workspace, project_id, _ = quick
    made = sync_jobs.connect_folder(workspace, project_id, wiki, name="Wiki", by="Tess")
    assert sync_jobs.connect_folder(workspace, project_id, wiki) == made
    tried: dict[tuple[str, str], datetime] = {}
    assert sync_jobs.sync_due(workspace, tried) == ()
    sync_jobs.set_interval(workspace, made, 15, by="Tess")
    now = utc_now()
    (started,) = sync_jobs.sync_due(workspace, tried, now=now)
    assert workspace.jobs.wait(sync_jobs.job_of(started), 30)
    assert len(workspace.library.documents(project_id)) == len(list(wiki.iterdir()))
    assert sync_jobs.sync_due(workspace, tried, now=now + timedelta(minutes=14)) == ()
    shutil.rmtree(wiki)
    later = now + timedelta(minutes=16)
    assert len(sync_jobs.sync_due(workspace, tried, now=later)) == 1
    assert workspace.jobs.wait(sync_jobs.job_of(started), 30)
    assert "not there" in workspace.jobs.state(sync_jobs.job_of(made)).error
    assert sync_jobs.sync_due(workspace, tried, now=later + timedelta(minutes=1)) == ()


NAMES = st.sampled_from(["a.md", "b.md", "in/a.md", "c.csv"])
TEXTS = st.sampled_from(["# T\n\nOne day.\n", "# T\n\nTwo days.\n", "Title,Steps\nA,Do it\n"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, TEXTS),
        st.tuples(st.just("delete"), NAMES, st.none()),
        st.tuples(st.just("rename"), NAMES, NAMES),
        st.tuples(st.just("sync"), st.none(), st.none()),
    ),
    max_size=8,
)


@pytest.mark.long
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(changes=CHANGES)
def test_whatever_happens_to_a_folder_the_project_follows_it(
    changes: list[tuple[str, str, str]], quick: Quick, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Import twice is import once, and the index holds exactly what a fresh project would."""
    workspace, _, embedder = quick
    folder = tmp_path_factory.mktemp("folder")
    project_id = workspace.create_project(folder.name).id
    tick = 1_700_000_000
    for what, first, second in changes:
        tick += 1
        if what == "sync":
            sync_folder(workspace, project_id, folder)
        elif what == "write":
            write(folder / first, second, at=tick)
        elif what == "delete":
            (folder / first).unlink(missing_ok=True)
        elif (folder / first).exists():
            (folder / second).parent.mkdir(exist_ok=True)
            (folder / first).rename(folder / second)
    sync_folder(workspace, project_id, folder)
    held, kept = index_of(workspace, project_id), library_of(workspace, project_id)
    embedded, events = embedder.embedded, len(workspace.library.events(project_id))
    again = sync_folder(workspace, project_id, folder)
    assert (again.new, again.changed, again.removed, again.failed) == (0, 0, 0, 0)
    assert index_of(workspace, project_id) == held
    assert library_of(workspace, project_id) == kept
    assert embedder.embedded == embedded
    assert len(workspace.library.events(project_id)) == events, "not even a line in the log"
    fresh = workspace.create_project(f"{folder.name} anew").id
    sync_folder(workspace, fresh, folder)
    assert without_versions(index_of(workspace, fresh)) == without_versions(held)
    shutil.rmtree(folder)


def without_versions(found: dict[str, list[dict[str, object]]]) -> object:
    return {name: [{**chunk, "version": 0} for chunk in chunks] for name, chunks in found.items()}


@pytest.mark.long
@pytest.mark.parametrize(
    ("held", "left", "asks"),
    [
        (20, 4, True),
        (20, 5, False),
        (25, 0, True),
        (19, 1, False),
        (10, 0, True),
        (9, 0, False),
    ],
)
def test_a_sync_stops_and_asks_where_most_documents_vanish(
    quick: Quick, held: int, left: int, asks: bool
) -> None:
    workspace, project_id, _ = quick
    made = workspace.library.connections.add(project_id, kind="scripted", name="S")
    texts = {f"t{n:02}": f"# T{n}\n\nRule {n} holds.\n" for n in range(held)}
    fewer = {name: texts[name] for name in sorted(texts)[:left]}
    sync(workspace, project_id, made.id, source=Scripted(texts))
    if not asks:
        assert sync(workspace, project_id, made.id, source=Scripted(fewer)).removed == held - left
        return
    for confirmed in (0, held - left - 1):
        with pytest.raises(ManyVanished, match=f"{held - left} of the {held}") as caught:
            sync(workspace, project_id, made.id, source=Scripted(fewer), remove_up_to=confirmed)
        assert caught.value.gone == held - left
        assert len(index_of(workspace, project_id)) == held
    (state,) = sync_jobs.connections(workspace, project_id)
    assert state.asks == held - left
    report = sync(workspace, project_id, made.id, source=Scripted(fewer), remove_up_to=held - left)
    assert report.removed == held - left
    assert len(index_of(workspace, project_id)) == left
    (state,) = sync_jobs.connections(workspace, project_id)
    assert state.asks == 0
