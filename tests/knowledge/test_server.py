"""A Qdrant server by URL: what is refused, what is said when it fails, and that nothing is torn.

The requests go over a real socket (``tests/qdrant_on_http.py`` says what answers them).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from qdrant_client import models

from assistant.domain import Chunk, RetrievalConfig
from assistant.errors import CollectionMissing, EmbeddingMismatch, RetrievalError, SettingsError
from assistant.knowledge.embedding import Embedder
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.knowledge.qdrant.homes import RECORD_ID, collection_name
from assistant.knowledge.qdrant.payload import KEYWORDS
from assistant.knowledge.qdrant.server import ATTEMPTS, QdrantServer, ServerConfig

CONFIG = RetrievalConfig()
POINTS = r"PUT /collections/[\w-]+/points$"
QUERY = r"POST /collections/[\w-]+/points/query/batch"
DELETE = r"POST /collections/[\w-]+/points/delete"
ELSEWHERE = "https://qdrant.example:6333"
KEY = "a-secret-key"


@pytest.fixture
def base(server: QdrantServer, words: Embedder) -> KnowledgeBase:
    """An empty collection on the server."""
    return KnowledgeBase.open(server, words, project_id="p")


@pytest.fixture
def fault(qdrant: Any, qdrant_on_http: ModuleType) -> Callable[..., None]:
    """Puts a fault in the way of coming requests."""

    def put(route: str, **details: object) -> None:
        qdrant.faults.append(qdrant_on_http.Fault(route, **details))

    return put


def texts(base: KnowledgeBase, query: str) -> list[str]:
    return [hit.chunk.text for hit in base.search(query, CONFIG, limit=50)]


# --- What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"url": "http://qdrant.example", "api_key": KEY}, "TLS"),
        ({"url": ELSEWHERE}, "UAT_QDRANT_API_KEY"),
        ({"url": "http://10.0.0.7:6333"}, "TLS .* and a key .*UAT_QDRANT_INSECURE=1"),
        ({"url": "http://localhost.example", "api_key": KEY}, "TLS"),
        ({"url": "http://0.0.0.0:6333", "api_key": KEY}, "TLS"),
        ({"url": "http://2130706433", "api_key": KEY}, "TLS"),
        ({"url": ELSEWHERE, "api_key": KEY, "offline": True}, "UAT_OFFLINE=1"),
        ({"url": "http://10.0.0.7", "insecure": True, "offline": True}, "UAT_OFFLINE=1"),
    ],
)
def test_a_server_elsewhere_is_refused(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as refusal:
        QdrantServer(ServerConfig(**settings))
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["", "qdrant:6333", "ftp://127.0.0.1", "http://", "http://user:pw@127.0.0.1:6333", "http://a b",
     "http://127.0.0.1\\@qdrant.example", "http://127.0.0.1:0", "http://127.0.0.1:99999",
     "http://127.0.0.1?api-key=x", "http://qdränt.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="UAT_QDRANT_URL"):
        QdrantServer(ServerConfig(url=url, insecure=True))


@pytest.mark.parametrize(
    ("settings", "destination"),
    [
        ({"url": "http://127.0.0.1:6333", "offline": True}, "127.0.0.1:6333"),
        ({"url": "http://localhost", "offline": True}, "localhost:6333"),
        ({"url": "http://[::1]:7000/qdrant/"}, "[::1]:7000"),
        ({"url": ELSEWHERE, "api_key": KEY}, "qdrant.example:6333"),
        ({"url": "https://qdrant.example:443/q", "api_key": KEY}, "qdrant.example:443"),
        ({"url": "http://10.0.0.7", "insecure": True}, "10.0.0.7:6333, unencrypted"),
    ],
)
def test_what_is_allowed_says_where_chunks_go(settings: dict[str, Any], destination: str) -> None:
    """No connection is made: none of these need be there."""
    assert QdrantServer(ServerConfig(**settings)).destination == destination


def test_a_key_is_sent_and_never_shown(qdrant: Any, server: QdrantServer, words) -> None:
    KnowledgeBase.open(server, words, project_id="p")
    assert {headers.get("api-key") for headers in qdrant.headers} == {KEY}
    assert KEY not in repr(server.config)
    wrong = QdrantServer(ServerConfig(url=qdrant.url, api_key="not-the-key"))
    with pytest.raises(RetrievalError, match=r"did not accept the key.*UAT_QDRANT_API_KEY") as told:
        KnowledgeBase.open(wrong, words, project_id="p")
    assert "not-the-key" not in str(told.value)


def test_no_redirect_is_followed(qdrant: Any, server, words, fault, qdrant_on_http) -> None:
    """A key must not travel to wherever an answer points."""
    other = qdrant_on_http.QdrantOnHttp()
    try:
        fault("GET /$", status=307, headers={"Location": f"{other.url}/"})
        with pytest.raises(RetrievalError, match="redirect, which is not followed"):
            KnowledgeBase.open(server, words, project_id="p")
        assert other.requests == []
    finally:
        other.stop()


def test_a_proxy_is_not_told_what_stays_on_this_computer(
    qdrant: Any, server, words, monkeypatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    KnowledgeBase.open(server, words, project_id="p")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody has signed, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.mark.long
def test_tls_is_checked(certificate: tuple[str, str], words, qdrant_on_http) -> None:
    encrypted = qdrant_on_http.QdrantOnHttp(key=KEY, tls=certificate)
    try:
        config = ServerConfig(url=encrypted.url, api_key=KEY)
        with pytest.raises(RetrievalError, match=r"by TLS.*UAT_QDRANT_CA_FILE"):
            KnowledgeBase.open(QdrantServer(config), words, project_id="p")
        assert encrypted.requests == [], "nothing is said, the key least of all"
        trusting = QdrantServer(config.model_copy(update={"ca_file": Path(certificate[0])}))
        assert KnowledgeBase.open(trusting, words, project_id="p").count() == 0
        trusting.close()
    finally:
        encrypted.stop()


def test_a_file_without_certificates_is_named(qdrant: Any, words, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "absent.pem"):
        config = ServerConfig(url=qdrant.url, ca_file=tmp_path / name)
        with pytest.raises(SettingsError, match=rf"UAT_QDRANT_CA_FILE.*{name}"):
            KnowledgeBase.open(QdrantServer(config), words, project_id="p")


# --- What is said when it fails -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"status": 400}, "refused the request (put in the way)"),
        ({"status": 401}, "UAT_QDRANT_API_KEY"),
        ({"status": 403}, "may read and write"),
        ({"status": 413}, "max_request_size_mb"),
        ({"status": 429, "times": 9}, "asks to slow down"),
        ({"status": 429, "headers": {"Retry-After": "600"}}, "asks to slow down"),
        ({"status": 429, "headers": {"Retry-After": "soon"}}, "does not answer as Qdrant does"),
        ({"status": 500, "times": 9}, "HTTP 500 (put in the way)"),
        ({"status": 502, "times": 9, "body": b"<html>"}, "HTTP 502 (Bad Gateway)"),
        ({"status": 200, "body": b"<html>hello</html>"}, "does not answer as Qdrant does"),
        ({"status": 200, "body": b'{"result": 3}'}, "does not answer as Qdrant does"),
        ({"drop": True, "times": 9}, "cannot be reached"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_failures_name_the_host_and_the_next_step(
    base: KnowledgeBase, qdrant: Any, fault, details: dict[str, Any], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("assistant.knowledge.qdrant.server.wait_seconds", lambda *_: 0.0)
    fault(QUERY, **details)
    with pytest.raises(RetrievalError) as told:
        base.search("rule", CONFIG)
    assert said in str(told.value)
    assert f"The Qdrant server at {qdrant.host}" in str(told.value)
    assert len(str(told.value)) < 500
    asked = qdrant.count("POST", r".*query/batch")
    assert asked == (min(details.get("times", 1), ATTEMPTS))


@pytest.mark.long
def test_a_server_that_is_down(base: KnowledgeBase, qdrant: Any, make) -> None:
    qdrant.stop()
    started = time.monotonic()
    for use in (
        lambda: base.search("rule", CONFIG),
        lambda: base.put([("d", [make("d", 0, "text")])]),
    ):
        with pytest.raises(RetrievalError, match=r"cannot be reached.*editing and exporting work"):
            use()
    assert time.monotonic() - started < 10
    assert base.count() == 0


@pytest.mark.long
def test_a_silent_server_is_waited_for_once(qdrant: Any, words, fault) -> None:
    config = ServerConfig(url=qdrant.url, api_key=KEY, timeout=1.0)
    base = KnowledgeBase.open(QdrantServer(config), words, project_id="p")
    fault(QUERY, seconds=3.0, times=9)
    started = time.monotonic()
    with pytest.raises(RetrievalError, match=r"within 1 seconds.*UAT_QDRANT_TIMEOUT"):
        base.search("rule", CONFIG)
    assert time.monotonic() - started < 2.5, "a person waits for it"
    assert qdrant.count("POST", ".*query/batch") == 1


@pytest.mark.long
def test_passing_failures_are_tried_again(base: KnowledgeBase, qdrant: Any, make, fault) -> None:
    fault(POINTS, status=503, times=2)
    fault(POINTS, drop=True)
    base.put([("d", [make("d", n, f"rule number {n}") for n in range(3)])])
    fault(QUERY, status=429, headers={"Retry-After": "1"})
    started = time.monotonic()
    assert len(texts(base, "rule number")) == 3
    assert time.monotonic() - started >= 1.0, "as long as the server asks"


@pytest.mark.long
def test_a_write_that_is_only_queued_is_not_taken_for_done(
    base: KnowledgeBase, make, fault
) -> None:
    queued = b'{"result": {"operation_id": 1, "status": "%s"}, "status": "ok", "time": 0.0}'
    fault(POINTS, status=200, body=queued % b"acknowledged", times=2)
    base.put([("d", [make("d", 0, "one rule")])])
    assert texts(base, "rule") == ["one rule"]
    fault(POINTS, status=200, body=queued % b"wait_timeout", times=99)
    with pytest.raises(RetrievalError, match="did not finish"):
        base.put([("e", [make("e", 0, "another rule")])])


def test_a_collection_that_was_deleted_is_named(base: KnowledgeBase, qdrant: Any, server) -> None:
    qdrant.engine.delete_collection(*qdrant.names())
    with pytest.raises(CollectionMissing, match="made anew from the library"):
        base.search("rule", CONFIG)


def test_old_servers(qdrant_on_http: ModuleType, words) -> None:
    """Before 1.19 the corpus of the document frequencies cannot be said; before 1.10 no query."""
    for version, says in (("1.18.3", False), ("1.19.0", True), ("1.20.0-dev", True)):
        running = qdrant_on_http.QdrantOnHttp(version=version)
        base = KnowledgeBase.open(
            QdrantServer(ServerConfig(url=running.url)), words, project_id="p"
        )
        base.search("rule", CONFIG)
        (search,) = (body["searches"] for body in running.bodies if body and "searches" in body)
        assert any("idf" in each["params"] for each in search) is says, version
        running.stop()
    running = qdrant_on_http.QdrantOnHttp(version="1.9.4")
    with pytest.raises(SettingsError, match=r"too old \(1.9.4\).*1.10"):
        KnowledgeBase.open(QdrantServer(ServerConfig(url=running.url)), words, project_id="p")
    running.stop()


# --- Whole or not at all ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lost", "current"),
    [
        ([(True, ATTEMPTS)], "old"),
        ([(False, ATTEMPTS)], "old"),
        ([(True, 99)], "old"),
        ([(False, 99)], "old"),
        ([(True, ATTEMPTS), (False, 99)], "new"),
    ],
    ids=["carried out", "not carried out", "carried out always", "never", "carried out, then down"],
)
@pytest.mark.slow
def test_a_lost_answer_leaves_the_old_version_or_the_new_one(
    base: KnowledgeBase, server: QdrantServer, words, make, fault, qdrant: Any,
    lost: list[tuple[bool, int]], current: str,
) -> None:  # fmt: skip
    """The one write that makes a version current, and its undoing: the answers never come."""

    def version(name: str) -> list[Chunk]:
        return [make("d", n, f"{name} rule {n}") for n in range(3)]

    base.put([("d", version("old"))])
    for done, times in lost:
        fault(POINTS, holding='"role": "document"', drop=True, done=done, times=times)
    with pytest.raises(RetrievalError, match="cannot be reached"):
        base.put([("d", version("new"))])
    assert sorted(texts(base, "rule")) == ["old rule 0", "old rule 1", "old rule 2"]
    qdrant.faults.clear()
    again = KnowledgeBase.open(server, words, project_id="p")
    assert sorted(texts(again, "rule")) == [f"{current} rule {n}" for n in range(3)]
    assert again._index.count() == 3, "no point is left behind"
    assert list(again.chunks("d")) == version(current)
    again.put([("d", version("new"))])
    assert list(again.chunks("d")) == version("new")


@pytest.mark.long
def test_a_document_whose_removal_fails_is_hidden_and_can_be_removed_again(
    base: KnowledgeBase, make, fault, qdrant: Any
) -> None:
    base.put([("a", [make("a", 0, "keep this")]), ("b", [make("b", 0, "drop this")])])
    fault(DELETE, status=500, times=99)
    with pytest.raises(RetrievalError, match="HTTP 500"):
        base.remove("b")
    assert texts(base, "this") == ["keep this"]
    qdrant.faults.clear()
    base.remove("b")
    assert base.documents() == {"a": 1}
    assert base._index.count() == 1


def test_a_document_that_lacks_chunks_is_taken_out_whole(
    base: KnowledgeBase, server: QdrantServer, words, make, qdrant: Any
) -> None:
    base.put([(name, [make(name, n, f"{name} rule {n}") for n in range(3)]) for name in "ab"])
    (name,) = qdrant.names()
    chunk = next(r for r in qdrant.engine.scroll(name, limit=99)[0]
                 if r.payload["role"] == "chunk" and r.payload["document_id"] == "a")  # fmt: skip
    qdrant.engine.delete(name, models.PointIdsList(points=[chunk.id]))
    again = KnowledgeBase.open(server, words, project_id="p")
    assert again.documents() == {"b": 3}
    assert again._index.count() == 3


# --- Collections --------------------------------------------------------------------------------


def test_a_collection_says_what_it_is(base: KnowledgeBase, qdrant: Any, words) -> None:
    (name,) = qdrant.names()
    assert name == collection_name("uat", "p", words.fingerprint)
    (record,) = qdrant.engine.retrieve(name, [RECORD_ID])
    assert words.fingerprint in record.payload["record"]
    assert '"dimension":64' in record.payload["record"]
    assert qdrant.schemas[name] == dict.fromkeys(KEYWORDS, models.PayloadSchemaType.KEYWORD)


@pytest.mark.parametrize("project", ["p", "../../admin", "a/b", "x" * 300, "ünï", "a-b", ""])
def test_names_of_collections_are_safe(project: str) -> None:
    assert re.fullmatch(r"uat-\w{1,64}-[0-9a-f]{12}", collection_name("uat", project, "m"), re.A)
    assert collection_name("uat", project, "m") != collection_name("uat", f"{project}x", "m")
    assert collection_name("uat", project, "m") != collection_name("uat", project, "n")


def test_settings_of_a_cluster_are_passed_on(qdrant: Any, words, make) -> None:
    config = ServerConfig(url=qdrant.url, api_key=KEY, replication=3, shards=2)
    base = KnowledgeBase.open(QdrantServer(config), words, project_id="p")
    base.put([("d", [make("d", 0, "text")])])
    (created,) = (body for body in qdrant.bodies if body and "replication_factor" in body)
    assert created["replication_factor"] == 3
    assert created["write_consistency_factor"] == 2, "the majority"
    assert created["shard_number"] == 2
    writes = [r for r in qdrant.requests if "/points?" in r and r.startswith("PUT")]
    assert writes
    assert all("ordering=medium" in request and "wait=true" in request for request in writes)
    assert any("scroll?consistency=majority" in request for request in qdrant.requests)
    assert ServerConfig(url="x", replication=2, write_consistency=9).acknowledged == 2


def test_projects_and_models_are_kept_apart(
    server: QdrantServer, qdrant: Any, child, make, words
) -> None:
    bases = {
        (project, model): KnowledgeBase.open(server, child.WordEmbedder(model), project_id=project)
        for project in ("p", "q")
        for model in ("first", "second")
    }
    for (project, model), base in bases.items():
        base.put([("d", [make("d", 0, f"canary {project} {model}")])])
    assert len(qdrant.names()) == 4
    assert texts(bases["p", "first"], "canary") == ["canary p first"]
    foreign = "uat-p-0123456789ab"
    qdrant.engine.create_collection(foreign, vectors_config={})
    bases["p", "second"].drop_older()
    assert len(qdrant.names()) == 4
    assert foreign in qdrant.names(), "what does not say that it is the project's stays"
    assert texts(bases["p", "second"], "canary") == ["canary p second"]
    assert texts(bases["q", "first"], "canary") == ["canary q first"]
    KnowledgeBase.discard(server, project_id="q")
    assert qdrant.names() == sorted([foreign, collection_name("uat", "p", "second 64d")])


def test_a_collection_of_another_model_is_refused(
    base: KnowledgeBase, server: QdrantServer, qdrant: Any, words, make
) -> None:
    (name,) = qdrant.names()
    (record,) = qdrant.engine.retrieve(name, [RECORD_ID])
    text = record.payload["record"].replace(words.fingerprint, "another model")
    qdrant.engine.set_payload(name, {"record": text}, points=[RECORD_ID])
    with pytest.raises(EmbeddingMismatch, match=r"'another model'.*'words 64d'"):
        KnowledgeBase.open(server, words, project_id="p")
    qdrant.engine.set_payload(name, {"record": record.payload["record"]}, points=[RECORD_ID])
    _copy(qdrant, name, collection_name("uat", "q", words.fingerprint))
    with pytest.raises(RetrievalError, match="belongs to project 'p'"):
        KnowledgeBase.open(server, words, project_id="q")
    KnowledgeBase.discard(server, project_id="p")
    KnowledgeBase.open(server, words, project_id="p").put([("d", [make("d", 0, "text")])])


def _copy(qdrant: Any, name: str, clone: str) -> None:
    params = qdrant.engine.get_collection(name).config.params
    qdrant.engine.create_collection(
        clone, vectors_config=params.vectors, sparse_vectors_config=params.sparse_vectors
    )
    qdrant.schemas[clone] = dict(qdrant.schemas[name])
    points = [
        models.PointStruct(id=point.id, vector={}, payload=point.payload)
        for point in qdrant.engine.scroll(name, limit=99)[0]
    ]
    qdrant.engine.upsert(clone, points)


def test_somebody_elses_collection_is_left_alone(server: QdrantServer, qdrant: Any, words) -> None:
    """Of other vectors, or with points but no record: never written to, never deleted."""
    name = collection_name("uat", "p", words.fingerprint)
    size = models.VectorParams(size=3, distance=models.Distance.DOT)
    qdrant.engine.create_collection(name, vectors_config={"dense": size})
    qdrant.schemas[name] = {}
    for _ in range(2):
        with pytest.raises(RetrievalError, match=r"3 numbers, Dot; 64 numbers.*UAT_QDRANT_PREFIX"):
            KnowledgeBase.open(server, words, project_id="p")
        KnowledgeBase.discard(server, project_id="p")
    assert qdrant.names() == [name]
    qdrant.engine.delete_collection(name)
    KnowledgeBase.open(server, words, project_id="p")
    qdrant.engine.upsert(name, [models.PointStruct(id=7, vector={}, payload={"mine": 1})])
    qdrant.engine.delete(name, models.PointIdsList(points=[RECORD_ID]))
    with pytest.raises(RetrievalError, match=r"no record of this program.*UAT_QDRANT_PREFIX"):
        KnowledgeBase.open(server, words, project_id="p")
    assert qdrant.engine.count(name).count == 1


@pytest.mark.parametrize("route", [r"PUT /collections/[\w-]+$", r"PUT .*/index", POINTS])
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.slow
def test_a_creation_that_was_cut_off_is_finished(
    server: QdrantServer, qdrant: Any, words, make, fault, route: str, done: bool
) -> None:
    fault(route, drop=True, done=done, times=99)
    found_by_asking_again = done and route.endswith("]+$")
    if not found_by_asking_again:
        with pytest.raises(RetrievalError, match=r"cannot be reached"):
            KnowledgeBase.open(server, words, project_id="p")
    qdrant.faults.clear()
    base = KnowledgeBase.open(server, words, project_id="p")
    base.put([("d", [make("d", 0, "one rule")])])
    assert texts(base, "rule") == ["one rule"]
    (name,) = qdrant.names()
    assert set(qdrant.schemas[name]) == set(KEYWORDS)
