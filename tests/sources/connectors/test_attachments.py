"""Files attached to issues and pages: fetched once, read as uploads are, kept apart on failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from fake_confluence import FakeConfluence, attachment, page
from fake_jira import FakeJira, attached, story
from fake_servers import TOKEN, Answer, Asked, FakeServer, Serve
from file_writers import saved

from assistant.errors import ConnectorError, NotAuthorised, RateLimited
from assistant.sources.connectors.addresses import read_address
from assistant.sources.connectors.client import CallLimits
from assistant.sources.connectors.config import ConnectionConfig
from assistant.sources.connectors.opening import Connector, open_connection
from assistant.sources.connectors.outbound import Guard, OutboundLog, OutboundPolicy
from assistant.sources.connectors.secrets import Secrets, secret_name
from assistant.sources.synced import FetchedDocument

LIMITS = b"# Limits\n\n- The limit is 14 days.\n"


def word_file(text: str) -> bytes:
    made = Document()
    made.add_heading("Tariffs", 1)
    made.add_paragraph(text)
    return saved(made)


class Opened:
    """A connection to a fake system, opened anew for each fetch with what earlier ones brought."""

    def __init__(self, server: FakeServer, kind: str, **options: Any) -> None:
        self.allowed: tuple[str, ...] = options.pop("allowed", ())
        self.log = OutboundLog(None)
        self.waits: list[float] = []
        jira, cloud = kind.startswith("jira"), kind.endswith("cloud")
        given = {"attachments": True, "user": "tess@example.com" if cloud else "", **options}
        self.config = ConnectionConfig(
            kind=kind, name="C", url=server.url, fetch="project = CC" if jira else "OPS", **given
        )
        self.known: dict[str, str] = {}

    def open(self) -> Connector:
        policy = OutboundPolicy(private_hosts=("127.0.0.1", "localhost"),
                                allowed_hosts=self.allowed)  # fmt: skip
        secrets = Secrets({secret_name(read_address(self.config.url)[0]): TOKEN})
        return open_connection(
            self.config, secrets, Guard(policy, self.log),
            limits=CallLimits(seconds=5, silence=3, attempts=3, longest_wait=60),
            wait=self.waits.append, known=tuple(self.known.items()),
        )  # fmt: skip

    def fetch(self, since: datetime | None = None) -> dict[str, FetchedDocument]:
        source = self.open()
        found = {
            one.external_id: one for part in source.fetch(since=since) for one in part.documents
        }
        source.close()
        self.known |= {name: one.stamp for name, one in found.items()}
        return found

    def present(self) -> list[str]:
        source = self.open()
        listed = source.present()
        assert listed is not None
        names = sorted(listed)
        source.close()
        return names


def jira_with(files: dict[str, bytes], *, cloud: bool = True) -> FakeJira:
    issue = attached(story("CC-1", "Wait", criteria="* It rings."), files)
    fake = FakeJira([issue, story("CC-2", "Bare")], cloud=cloud)
    fake.files = {str(10000 + n): data for n, data in enumerate(files.values())}
    return fake


def confluence_with(*files: tuple[str, bytes], cloud: bool = True) -> FakeConfluence:
    pages = [page(1, "Rules", "<p>x</p>"), page(2, "Other", "<p>y</p>")]
    listed = [attachment(50 + n, pages[0], name, data) for n, (name, data) in enumerate(files)]
    return FakeConfluence(pages, cloud=cloud, files=listed)


@pytest.mark.long
@pytest.mark.parametrize("cloud", [True, False])
def test_files_of_an_issue_are_documents_beside_it(serve: Serve, cloud: bool) -> None:
    word = word_file("A tariff lasts 12 months.")
    fake = jira_with(
        {"limits & more.md": LIMITS, "Tariffs.DOCX": word, "photo.png": b"\x89PNG", "e.txt": b"",
         "logs.zip": b"PK\x03\x04"}, cloud=cloud,
    )  # fmt: skip
    server = serve(fake)
    opened = Opened(server, "jira_cloud" if cloud else "jira_data_center")
    found = opened.fetch()
    names = ["jira:CC-1", "jira:CC-1/attachment/10000", "jira:CC-1/attachment/10001", "jira:CC-2"]
    assert list(found) == names
    assert opened.present() == names
    limits, tariffs = found[names[1]].reading, found[names[2]].reading
    assert limits is not None
    assert tariffs is not None
    assert "14 days" in limits.document.text
    assert limits.document.kind == "page"
    assert "A tariff lasts 12 months." in tariffs.document.text
    assert limits.document.title == "limits & more.md (CC-1)"
    assert limits.document.uri == f"{server.url}/browse/CC-1"
    assert (limits.document.metadata.key, limits.document.metadata.author) == ("CC-1", "Ann Lee")
    assert all(asked.method == "GET" for asked in server.asked)


def test_a_file_is_fetched_once_for_each_version(serve: Serve) -> None:
    fake = jira_with({"limits.md": LIMITS})
    server = serve(fake)
    opened = Opened(server, "jira_cloud")
    name = "jira:CC-1/attachment/10000"
    assert opened.fetch()[name].reading is not None
    again = opened.fetch()[name]
    assert (again.reading, again.error) == (None, "")
    fake.issues[0]["fields"]["labels"] = ["tariffs"]
    changed = opened.fetch()[name].reading
    assert changed is not None
    assert changed.document.metadata.labels == ("tariffs",)
    attached(fake.issues[0], {"limits.md": LIMITS + b"- New.\n"}, first=20000)
    fake.files = {"20000": LIMITS + b"- New.\n"}
    assert "jira:CC-1/attachment/20000" in opened.fetch()
    assert "jira:CC-1/attachment/10000" not in opened.present()
    asked = [each.path.rpartition("/")[2] for each in server.asked if "content/" in each.path]
    assert asked == ["10000", "10000", "20000"]


def test_a_file_that_fails_hinders_only_itself(serve: Serve) -> None:
    large = LIMITS * 40_000
    files = {
        "gone.md": LIMITS, "secret.md": LIMITS, "login.md": LIMITS, "bad.pdf": b"%PDF-1.4 broken",
        "large.md": large, "good.md": LIMITS, "not.docx": b"PK\x03\x04 broken",
    }  # fmt: skip
    fake = jira_with(files, cloud=False)
    fake.files |= {
        "10000": Answer({"errorMessages": ["It was removed."]}, 404),
        "10001": Answer({"errorMessages": ["Not yours."]}, 403),
        "10002": Answer(raw=b"<html>Log in</html>"),
    }
    opened = Opened(serve(fake), "jira_data_center", attachment_mb=1)
    found = opened.fetch()
    said = {name.rpartition("/")[2]: one.error for name, one in found.items() if one.error}
    assert set(said) == {"10000", "10001", "10002", "10003", "10004", "10006"}
    assert "It was removed" in said["10000"]
    assert "Not yours" in said["10001"]
    assert f"19 bytes instead of {len(LIMITS)}" in said["10002"]
    assert "bad.pdf" in said["10003"]
    assert "It has 1.4 MB, and the connection fetches files up to 1 MB" in said["10004"]
    assert found["jira:CC-1/attachment/10005"].reading is not None
    assert found["jira:CC-1"].reading is not None
    # What could not be read is not fetched again, what could not be fetched is.
    assert {name.rpartition("/")[2] for name, one in opened.fetch().items() if one.error} == {
        "10000", "10001", "10002", "10004",
    }  # fmt: skip
    fake.files["10001"] = LIMITS
    assert opened.fetch()["jira:CC-1/attachment/10001"].reading is not None


def test_the_system_as_a_whole_may_be_busy_or_refuse(serve: Serve) -> None:
    fake = jira_with({"limits.md": LIMITS})
    slow = Answer({}, 429, {"Retry-After": "9"})
    opened = Opened(serve(fake), "jira_cloud")
    fake.before = {3: slow}
    assert opened.fetch()["jira:CC-1/attachment/10000"].reading is not None
    assert opened.waits == [9.0]
    fake.files["10000"] = Answer({}, 429, {"Retry-After": "9000"})
    opened.known.clear()
    with pytest.raises(RateLimited):
        opened.fetch()
    fake.files["10000"] = Answer({}, 401)
    with pytest.raises(NotAuthorised, match="expired"):
        opened.fetch()


def test_a_real_issue_with_a_file(shared_dir: Path, serve: Serve) -> None:
    place = shared_dir / "data" / "imports" / "atlassian_mcp" / "MOCK_JIRA_ISSUE_RESPONSE.json"
    issue = json.loads(place.read_text("utf-8"))
    text = b"The limit is 14 days. ".ljust(1024, b".")
    for cloud in (True, False):
        fake = FakeJira([issue], cloud=cloud, names={}, files={"10000": text})
        opened = Opened(serve(fake), "jira_cloud" if cloud else "jira_data_center")
        one = opened.fetch()["jira:PROJ-123/attachment/10000"]
        assert one.reading is not None
        document = one.reading.document
        assert document.title == "test_attachment.txt (PROJ-123)"
        assert (document.metadata.key, document.metadata.release) == ("PROJ-123", "v1.0")


@pytest.mark.long
@pytest.mark.parametrize("cloud", [True, False])
def test_files_of_pages_come_after_the_pages(serve: Serve, cloud: bool) -> None:
    files = [(f"limits {n}.md", LIMITS + b"- Rule %d.\n" % n) for n in range(30)]
    fake = confluence_with(*files, ("photo.png", b"\x89PNG"), cloud=cloud)
    fake.files[-1]["container"] = {"id": "9", "type": "blogpost"}
    server = serve(fake)
    opened = Opened(server, "confluence_cloud" if cloud else "confluence_data_center")
    source = opened.open()
    parts = list(source.fetch(since=None))
    whole = [one.external_id for part in parts for one in part.documents]
    files_of = [f"confluence:1/attachment/att{50 + n}" for n in range(30)]
    assert sorted(whole[:2]) == ["confluence:1", "confluence:2"]
    assert whole[2:] == files_of
    assert opened.present() == sorted(whole)
    for number, part in enumerate(parts[:-1], 1):
        rest = [one.external_id for each in opened.open().fetch(since=None, cursor=part.cursor)
                for one in each.documents]  # fmt: skip
        assert rest == [one.external_id for each in parts[number:] for one in each.documents]
    first = opened.fetch()[files_of[0]].reading
    assert first is not None
    assert "Rule 0." in first.document.text
    assert first.document.title == "limits 0.md (Rules)"
    assert first.document.uri == f"{server.url}{'/wiki' * cloud}/spaces/OPS/pages/1"
    assert first.document.metadata.project == "OPS"
    now = datetime.now(UTC)
    fake.files[3] = attachment(53, fake.pages[0], "limits 3.md", LIMITS, version=2,
                               changed=now.isoformat())  # fmt: skip
    changed = opened.fetch(since=now - timedelta(hours=1))
    assert [name for name, one in changed.items() if one.reading] == [files_of[3]]


def test_a_file_on_another_host_is_fetched_only_where_that_is_listed(serve: Serve) -> None:
    fake = confluence_with(("limits.md", LIMITS))
    asked: list[Asked] = []

    def media(one: Asked) -> Answer:
        asked.append(one)
        return Answer(raw=LIMITS) if one.query.get("token") == "signed" else Answer({}, 403)

    other = serve(media)
    fake.media = other.url.replace("127.0.0.1", "localhost")
    server = serve(fake)
    name = "confluence:1/attachment/att50"
    for allowed in ((), ("127.0.0.1",)):
        opened = Opened(server, "confluence_cloud", allowed=allowed)
        one = opened.fetch()[name]
        assert one.reading is None
        assert "It lies on localhost, which was not asked." in one.error
        assert "name localhost in UAT_ALLOWED_HOSTS" in one.error
        assert "signed" not in one.error
        refused = [(each.host, each.refused) for each in opened.log.contacts()]
        assert ("localhost", True) in refused
    assert other.connections == 0
    opened = Opened(server, "confluence_cloud", allowed=("127.0.0.1", "localhost"))
    reading = opened.fetch()[name].reading
    assert reading is not None
    assert "14 days" in reading.document.text
    assert [one.path for one in asked] == ["/file/att50/binary"]
    assert TOKEN not in str([one.headers for one in asked])
    assert "authorization" not in asked[0].headers
    fake.media = "http://localhost:9"  # nothing listens there
    opened = Opened(server, "confluence_cloud", allowed=("127.0.0.1", "localhost"))
    assert "cannot be reached" in opened.fetch()[name].error
    for odd in ("https://user:pw@localhost/x", "ftp://localhost/x", "http://0x7f.1/x", "//["):
        fake.media = odd
        assert opened.fetch()[name].error


def test_attachments_are_off_unless_chosen(serve: Serve) -> None:
    for fake, kind in ((jira_with({"a.md": LIMITS}), "jira_cloud"),
                       (confluence_with(("a.md", LIMITS)), "confluence_cloud")):  # fmt: skip
        server = serve(fake)
        opened = Opened(server, kind, attachments=False)
        names = [*opened.fetch(), *opened.present()]
        assert not [name for name in names if "attachment" in name]
        assert not [each for each in server.asked if "attachment" in each.path + str(each.query)]


def test_pages_whose_files_may_not_be_listed_say_so(serve: Serve) -> None:
    fake = confluence_with(("a.md", LIMITS), cloud=False)
    fake.before = {2: Answer({"message": "No permission to search"}, 403)}
    with pytest.raises(ConnectorError, match=r"attachments of pages cannot be listed.*turn attach"):
        Opened(serve(fake), "confluence_data_center").fetch()
    fake = confluence_with(("a.md", LIMITS), cloud=False)
    fake.before = {2: Answer({"results": 7})}
    with pytest.raises(ConnectorError, match="attachments in another form"):
        Opened(serve(fake), "confluence_data_center").fetch()
