"""Adding chat models of one's own: what is read, what is refused, and that only that file opens."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.command_line.options import main
from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable, SettingsError
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.settings import Settings
from assistant.workflow.deployment import add_models, models
from assistant.workflow.deployment.ways_of_writing import way_of_writing
from assistant.workflow.deployment.workspace import Workspace

LLAMA3 = "{{ '<|start_header_id|>' + role }}"


def packed(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(
    *,
    template: str = LLAMA3,
    licence: str = "llama3.2",
    kind: str = "model",
    size: int = 3_000,
    parts: int = 0,
) -> bytes:
    """A model file as far as its header goes: a vocabulary of two, a tensor of ``size``²."""
    texts = {
        "general.architecture": "llama",
        "general.name": "Our Model 3B",
        "general.type": kind,
        "general.license": licence,
        "tokenizer.chat_template": template,
    }
    pairs = [packed(key) + struct.pack("<I", 8) + packed(one) for key, one in texts.items() if one]
    pairs.append(packed("llama.context_length") + struct.pack("<II", 4, 131_072))
    if parts:
        pairs.append(packed("split.count") + struct.pack("<IH", 2, parts))
    vocabulary = [packed("<|eot_id|>"), packed("a")]
    pairs.append(
        packed("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + b"".join(vocabulary)
    )
    pairs.append(packed("tokenizer.ggml.token_type") + struct.pack("<IIQii", 9, 5, 2, 3, 1))
    tensor = packed("w") + struct.pack("<I", 2) + struct.pack("<QQIQ", size, size, 0, 0)
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, len(pairs))
    return head + b"".join(pairs) + tensor


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "Our-Model_3B.Q4_K_M.gguf"
    path.parent.mkdir()
    path.write_bytes(gguf())
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")


def test_a_file_is_described_by_its_own_header(given: Path, settings: Settings) -> None:
    model = add_models.add_model(settings, str(given))
    assert (model.id, model.title) == ("our-model-3b.q4-k-m", "Our Model 3B")
    assert (model.licence, model.context_tokens) == ("llama3.2", 131_072)
    assert (model.parameters, model.chat_format) == (9_000_000, "llama3")
    assert model.weights.sha256 == hashlib.sha256(given.read_bytes()).hexdigest()
    assert sorted(path.name for path in given.parent.iterdir()) == [given.name]


def test_an_added_model_is_offered_like_the_rest(given: Path, settings: Settings) -> None:
    model = add_models.add_model(settings, str(given))
    with Workspace.open(settings, exclusive=False) as workspace:
        choice = models.writer(workspace, model.id)
        assert (choice.title, choice.state, choice.leaves) == ("Our Model 3B", "loadable", False)
        assert way_of_writing(workspace, model.id) == "item"
        spec = models.model_spec(workspace, model.id)
        assert spec is not None
        assert spec.sha256 == model.weights.sha256
    (row,) = (row for row in models.list_models(settings) if row.id == model.id)
    assert (row.status, row.licence) == ("present", "llama3.2")


def test_a_large_model_gets_a_story_at_once(given: Path, settings: Settings) -> None:
    given.write_bytes(gguf(size=60_000))
    model = add_models.add_model(settings, str(given))
    with Workspace.open(settings, exclusive=False) as workspace:
        assert way_of_writing(workspace, model.id) == "story"


def test_a_file_that_changed_is_not_opened_and_left_alone(given: Path, settings: Settings) -> None:
    model = add_models.add_model(settings, str(given))
    stat = given.stat()
    changed = gguf(licence="llama3.3")
    assert len(changed) == stat.st_size
    given.write_bytes(changed)
    os.utime(given, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with Workspace.open(settings, exclusive=False) as workspace:
        with pytest.raises(ModelUnavailable, match="changed since it was added"):
            workspace.endpoints.open(model.id, GenerationConfig())
        given.unlink()
        with pytest.raises(ModelUnavailable, match="Add it again"):
            workspace.endpoints.open(model.id, GenerationConfig())
    assert not list(given.parent.iterdir()), "nothing was put beside the user's file"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a readable GGUF"),
        (b"PK\x03\x04" + b"x" * 100, "not a readable GGUF"),
        (gguf()[:-30], "not a readable GGUF"),
        (gguf(kind="adapter"), "of the kind 'adapter'"),
        (gguf(size=0), "no weights"),
        (gguf(parts=3), "one of 3 parts"),
        (gguf(template=""), "--chat-format"),
        (gguf(template="{{ evil }}"), "--chat-format"),
    ],
)
def test_what_is_no_chat_model_is_refused(
    given: Path, settings: Settings, content: bytes, words: str
) -> None:
    given.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=words):
        add_models.add_model(settings, str(given))
    assert not any(row.id.startswith("our") for row in models.list_models(settings))


@pytest.mark.slow
def test_an_added_model_answers_in_its_own_form(
    settings: Settings, small_chat: Path, tmp_path: Path
) -> None:
    """A byte more than the catalogue's file: another hash, the same weights."""
    path = tmp_path / "ours.gguf"
    path.write_bytes(small_chat.read_bytes() + b"\0")
    model = add_models.add_model(settings, str(path), chat_format="llama3")
    with Workspace.open(settings, exclusive=False) as workspace:
        endpoint = workspace.endpoints.open(model.id, GenerationConfig())
        assert endpoint.engine is not None
        prompt = endpoint.engine.prompt_of((("user", "Hello"),))
        assert prompt.startswith("<|start_header_id|>user<|end_header_id|>")
        endpoint.health()


def test_a_form_of_conversations_can_be_named(given: Path, settings: Settings) -> None:
    given.write_bytes(gguf(template=""))
    assert add_models.add_model(settings, str(given), chat_format="gemma").chat_format == "gemma"
    with pytest.raises(ModelUnavailable, match="chatml"):
        add_models.add_model(settings, str(given), chat_format="{% evil %}")


def test_a_file_of_the_catalogue_is_sent_to_its_place(settings: Settings, small_chat: Path) -> None:
    with pytest.raises(ModelUnavailable, match=rf"models fetch {SMALL_CHAT} --file"):
        add_models.add_model(settings, str(small_chat))


@pytest.fixture
def small_chat(fetched_model: Callable[[str], Path]) -> Path:
    return fetched_model(SMALL_CHAT)


def test_adding_can_be_switched_off(given: Path, settings: Settings) -> None:
    model = add_models.add_model(settings, str(given))
    shared = settings.model_copy(update={"added_models": False})
    with pytest.raises(SettingsError, match="UAT_ADDED_MODELS"):
        add_models.add_model(shared, str(given))
    assert all(row.id != model.id for row in models.list_models(shared))


def test_a_model_can_be_forgotten(given: Path, settings: Settings) -> None:
    model = add_models.add_model(settings, str(given))
    add_models.remove_model(settings, model.id.upper())
    assert given.exists()
    with pytest.raises(ModelUnavailable, match="was not added"):
        add_models.remove_model(settings, model.id)


def test_the_command_line_adds_and_chooses(
    given: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = ["--data-dir", str(tmp_path / "data")]
    assert main(["models", "add", str(given), *data]) == 0
    told = capfd.readouterr()
    assert "our-model-3b.q4-k-m" in told.out
    assert "Licence: llama3.2" in told.err
    assert main(["models", "way", "our-model-3b.q4-k-m", "story", "--json", *data]) == 0
    assert json.loads(capfd.readouterr().out)["way"] == "story"
    assert main(["models", "way", "our-model-3b.q4-k-m", "auto", *data]) == 0
    assert "one item" in capfd.readouterr().out
    for wrong in (
        ["way", "our-model-3b.q4-k-m", "both"],
        ["way", "x"],
        ["probe", "rules"],
        ["add"],
    ):
        assert main(["models", *wrong, *data]) == 2
        assert capfd.readouterr().err.startswith("error: ")


# --- From the hub -------------------------------------------------------------------------------


class Hub(BaseHTTPRequestHandler):
    """The hub's answers about one repository, and its files."""

    content = gguf(licence="")
    names = ("a.Q4.gguf", "sub/b.gguf", "../../c.gguf", "readme.md")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self.path.startswith("/api/models/ours/tiny"):
            digest = hashlib.sha256(self.content).hexdigest()
            files = [
                {"rfilename": name, "size": len(self.content), "lfs": {"sha256": digest}}
                for name in self.names
            ]
            about = {"sha": "1" * 40, "cardData": {"license": "mit"}, "siblings": files}
            self._send(200, json.dumps(about).encode())
        elif self.path.startswith("/ours/tiny/resolve/" + "1" * 40):
            self._send(200, self.content)
        else:
            self._send(404, b"{}")

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def a_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from huggingface_hub import constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield url
    server.shutdown()
    server.server_close()


def test_a_repository_of_the_hub_is_pinned_and_fetched(a_hub: str, settings: Settings) -> None:
    model = add_models.add_model(settings, "ours/tiny:a.Q4.gguf")
    assert (model.id, model.licence, model.revision) == ("a.q4", "mit", "1" * 40)
    path = settings.models_path / "a.q4" / "a.Q4.gguf"
    assert path.read_bytes() == Hub.content
    assert model.weights.sha256 == hashlib.sha256(Hub.content).hexdigest()


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("ours/tiny", r"Name one of the files.*a\.Q4\.gguf, sub/b\.gguf\."),
        ("ours/tiny:../../c.gguf", "has no file"),
        ("ours/absent", "knows no repository"),
        ("just-a-word", "neither a file nor a hub id"),
        ("absent/file.gguf", "is not a file"),
    ],
)
def test_what_the_hub_does_not_have_is_named(
    a_hub: str, settings: Settings, wanted: str, words: str
) -> None:
    with pytest.raises(ModelUnavailable, match=words):
        add_models.add_model(settings, wanted)


def test_offline_asks_no_hub(a_hub: str, settings: Settings) -> None:
    offline = settings.model_copy(update={"offline": True})
    with pytest.raises(ModelUnavailable, match="UAT_OFFLINE"):
        add_models.add_model(offline, "ours/tiny:a.Q4.gguf")
