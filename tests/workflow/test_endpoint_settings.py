"""The endpoint that a person sets: a trial in words, saving, the key, and who wins."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import KEY, EndpointServer, endpoint_server, refuses, streams

from assistant.command_line.options import main
from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable, SettingsError
from assistant.settings import Settings, load_settings
from assistant.sources.connectors.outbound import OutboundLog
from assistant.workflow.deployment import endpoint_file, endpoint_settings, models
from assistant.workflow.deployment.endpoint_settings import SavedEndpoint
from assistant.workflow.deployment.workspace import Workspace


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with endpoint_server() as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An open data folder, its settings from an environment without any endpoint."""
    monkeypatch.setenv("UAT_DATA_DIR", str(tmp_path))
    with Workspace.open(load_settings()) as opened:
        yield opened


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring of the operating system; what is in it."""
    kept: dict[tuple[str, str], str] = {}

    class PasswordDeleteError(Exception):
        pass

    class Ring:
        priority = 5.0

        def set_password(self, service: str, name: str, secret: str) -> None:
            kept[service, name] = secret

        def delete_password(self, service: str, name: str) -> None:
            if (service, name) not in kept:
                raise PasswordDeleteError
            del kept[service, name]

    module: Any = types.ModuleType("keyring")
    module.errors = types.ModuleType("keyring.errors")
    module.errors.KeyringError = type("KeyringError", (Exception,), {})
    module.errors.PasswordDeleteError = PasswordDeleteError
    module.ring = Ring()
    module.get_keyring = lambda: module.ring
    module.get_password = lambda service, name: kept.get((service, name))
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", module.errors)
    return kept


def wanted(url: str, **fields: Any) -> SavedEndpoint:
    return SavedEndpoint(provider="openai", url=url, model="m1", **fields)


def files(folder: Path) -> bytes:
    """Everything that is written in a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_good_answer_says_how_long_it_took(workspace: Workspace, server: EndpointServer) -> None:
    server.answer = streams('{"ok": true}', after=0.4)
    trial = endpoint_settings.try_out(workspace, wanted(server.url), key=KEY)
    assert trial.worked
    assert 0.4 <= trial.seconds < 30
    assert trial.text == f"m1 answered as asked, in {trial.seconds:.1f} s."
    assert server.keys == [KEY]
    assert len(json.dumps(server.bodies)) < 1500, "a tiny request"
    assert not endpoint_settings.is_saved(workspace)


@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [
        (401, "Incorrect API key provided: sk-canary-1234567890.", "Check the key (Settings, or"),
        (429, "Rate limit reached", "Wait 17 s and try again"),
        (429, "You exceeded your current quota", "top up the account"),
        (404, "The model `m1` does not exist", "does not have this model"),
        (500, "Out of memory", "the fault is on its side"),
    ],
)
def test_a_refusal_says_what_to_do_at_once(
    workspace: Workspace, server: EndpointServer, status: int, message: str, remedy: str
) -> None:
    server.answer = refuses(status, message, Retry_After="17")
    trial = endpoint_settings.try_out(workspace, wanted(server.url), key=KEY)
    assert not trial.worked
    assert remedy in trial.text
    assert KEY not in trial.text
    assert len(server.bodies) == 1, "asked once"


def test_wrong_addresses_say_what_to_do(workspace: Workspace, server: EndpointServer) -> None:
    wrong_path = endpoint_settings.try_out(workspace, wanted(server.url + "/more"))
    assert "does not know this address" in wrong_path.text
    assert "mostly in /v1" in wrong_path.text
    nobody = endpoint_settings.try_out(workspace, wanted("http://127.0.0.1:9/v1"))
    assert "cannot be reached" in nobody.text
    for url in ("not an address", "https://user:pass@host.example/v1", "ftp://host.example"):
        assert "https://" in endpoint_settings.try_out(workspace, wanted(url)).text
    nameless = wanted(server.url).model_copy(update={"model": ""})
    assert "Name the model" in endpoint_settings.try_out(workspace, nameless).text


def test_a_slow_server_is_given_up(workspace: Workspace, server: EndpointServer) -> None:
    server.answer = streams('{"ok": true}', after=5)
    trial = endpoint_settings.try_out(workspace, wanted(server.url, timeout=0.5))
    assert not trial.worked
    assert "more time" in trial.text.lower()
    assert trial.seconds < 4


def test_an_answer_that_is_no_json_is_told(workspace: Workspace, server: EndpointServer) -> None:
    server.answer = streams("Certainly! Here you are.")
    trial = endpoint_settings.try_out(workspace, wanted(server.url))
    assert "answered, but not as it was asked to" in trial.text
    assert "JSON schema" in trial.text


def test_what_is_saved_writes_at_once_and_after_a_restart(
    workspace: Workspace, server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(server.key_variable, KEY)
    with Workspace.open(load_settings()) as opened:
        assert "endpoint" not in [one.id for one in models.writers(opened)]
        assert endpoint_settings.save(opened, wanted(server.url, timeout=45, price_input=2)) == ""
        assert models.writer(opened, "endpoint").title == "m1"
        opened.endpoints.open("endpoint", GenerationConfig()).health()
        other = wanted(server.url).model_copy(update={"model": "m2"})
        endpoint_settings.save(opened, other)
        assert opened.endpoints.open("endpoint", GenerationConfig()).spec.model == "m2"
        endpoint_settings.save(opened, wanted(server.url, timeout=45, price_input=2))
    assert server.keys == [KEY]
    with Workspace.open(load_settings()) as later:
        assert endpoint_settings.current(later) == wanted(server.url, timeout=45, price_input=2)
        assert later.endpoints.open("endpoint", GenerationConfig()).timeout == 45
        assert KEY.encode() not in files(later.settings.data_dir)
        endpoint_settings.remove(later)
        assert endpoint_settings.current(later) is None
        assert not endpoint_settings.is_saved(later)


def test_the_command_line_sees_it(
    workspace: Workspace, server: EndpointServer, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint_settings.save(workspace, wanted(server.url))
    assert main(["models", "list"]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line == (
        "endpoint: openai m1, stays on this computer (saved under Settings; "
        f"{server.key_variable} not set)"
    )


def test_the_environment_wins_value_by_value(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_settings.save(workspace, wanted("https://models.example.com/v1", price_input=3))
    monkeypatch.setenv("UAT_ENDPOINT_MODEL", "theirs")
    monkeypatch.setenv("UAT_ENDPOINT_TIMEOUT", "77")
    monkeypatch.setenv("UAT_ENDPOINT_URL", "")
    with Workspace.open(load_settings()) as later:
        now = endpoint_settings.current(later)
        assert now == SavedEndpoint(
            provider="openai", url="https://models.example.com/v1", model="theirs", timeout=77,
            price_input=3,
        )  # fmt: skip
        assert endpoint_settings.set_by(later.settings) == {
            "model": "UAT_ENDPOINT_MODEL",
            "timeout": "UAT_ENDPOINT_TIMEOUT",
        }


def test_a_key_of_the_environment_goes_to_no_typed_address(
    workspace: Workspace, server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_ENDPOINT_API_KEY", KEY)
    with Workspace.open(load_settings()) as later:
        view = endpoint_settings.view(later, wanted(server.url))
        assert (view.key_variable, view.key_state) == (server.key_variable, "not set")
        assert endpoint_settings.try_out(later, wanted(server.url)).worked
        assert KEY not in server.keys
    monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
    with Workspace.open(load_settings()) as later:
        elsewhere = wanted("https://elsewhere.example.com/v1")
        view = endpoint_settings.view(later, elsewhere)
        assert view.values.url == server.url
        assert view.key_set_by == "UAT_ENDPOINT_API_KEY"
        assert endpoint_settings.try_out(later, elsewhere).worked
        assert server.keys[-1] == KEY


def test_a_provider_of_the_environment_takes_no_saved_address(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_settings.save(workspace, wanted("https://elsewhere.example.com/v1"))
    monkeypatch.setenv("UAT_ENDPOINT_PROVIDER", "openai")
    monkeypatch.setenv("UAT_ENDPOINT_API_KEY", KEY)
    with Workspace.open(load_settings()) as later:
        assert models.writer(later, "endpoint").destination == "leaves for api.openai.com"
        assert endpoint_settings.set_by(later.settings)["url"] == "UAT_ENDPOINT_PROVIDER"


def test_an_address_without_a_provider_is_that_of_an_openai_server(
    workspace: Workspace, server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAT_ENDPOINT_MODEL", "m1")
    told = pytest.raises(ModelUnavailable, match="UAT_ENDPOINT_URL or UAT_ENDPOINT_PROVIDER")
    with Workspace.open(load_settings()) as later, told:
        models.writer(later, "endpoint")
    monkeypatch.setenv("UAT_ENDPOINT_URL", server.url)
    with Workspace.open(load_settings()) as later:
        assert models.writer(later, "endpoint").title == "m1"
        now = endpoint_settings.current(later)
        assert now == SavedEndpoint(provider="openai", url=server.url, model="m1")
        assert "provider" not in endpoint_settings.set_by(later.settings)
        assert endpoint_settings.try_out(later, now).worked
    saved = SavedEndpoint(provider="ollama", url=server.url, model="m2")
    endpoint_settings.save(workspace, saved)
    with Workspace.open(load_settings()) as later:
        assert later.settings.endpoint_provider == "ollama", "the provider that is named"


def test_a_key_is_kept_in_the_keyring_for_its_host(
    workspace: Workspace, server: EndpointServer, keyring: dict[tuple[str, str], str]
) -> None:
    assert endpoint_settings.save(workspace, wanted(server.url), key=KEY) == ""
    assert keyring == {("uat-assistant", server.key_variable): KEY}
    assert KEY.encode() not in files(workspace.settings.data_dir)
    assert endpoint_settings.view(workspace, wanted(server.url)).key_state == "keyring"
    workspace.endpoints.open("endpoint", GenerationConfig()).health()
    assert server.keys == [KEY]
    other = endpoint_settings.view(workspace, wanted("https://elsewhere.example.com/v1"))
    assert other.key_state == "not set"
    endpoint_settings.remove(workspace)
    assert keyring == {}


def test_without_a_keyring_no_key_is_kept(workspace: Workspace, server: EndpointServer) -> None:
    assert endpoint_settings.save(workspace, wanted(server.url), key=KEY) == server.key_variable
    assert endpoint_settings.current(workspace) == wanted(server.url)
    assert KEY.encode() not in files(workspace.settings.data_dir)


def test_a_keyring_that_keeps_plain_text_is_none(
    workspace: Workspace, server: EndpointServer, keyring: dict[tuple[str, str], str]
) -> None:
    sys.modules["keyring"].ring.priority = 0.5  # type: ignore[attr-defined]
    assert not endpoint_settings.has_keyring()
    assert endpoint_settings.save(workspace, wanted(server.url), key=KEY) == server.key_variable
    assert keyring == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"provider": "openai", "model": "m", "colour": 1}', "colour: Extra inputs"),
        ('{"provider": "nobody", "model": "m"}', "provider: "),
        ('{"provider": "op', "Invalid JSON"),
    ],
)
def test_a_damaged_file_is_named_and_left_alone(
    tmp_path: Path, text: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "endpoint.json"
    file.write_text(text, encoding="utf-8")
    with Workspace.open(Settings(data_dir=tmp_path)) as opened:
        assert str(file) in opened.endpoint_problem
        assert why in opened.endpoint_problem
        assert "move it away" in opened.endpoint_problem
        for change in (
            lambda: endpoint_settings.save(opened, wanted("http://127.0.0.1:9/v1")),
            lambda: endpoint_settings.remove(opened),
        ):
            with pytest.raises(SettingsError, match="move it away"):
                change()
        assert file.read_text(encoding="utf-8") == text
        file.unlink()
        endpoint_settings.save(opened, wanted("http://127.0.0.1:9/v1"))
        assert opened.endpoint_problem == ""


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="--data-dir"):
        endpoint_file.write(Settings(data_dir=tmp_path / "file"), wanted("http://127.0.0.1:9/v1"))


@pytest.mark.parametrize(
    ("url", "setting", "why"),
    [
        ("http://169.254.169.254/latest", {}, "no connection may use"),
        ("https://10.1.2.3/v1", {}, "UAT_PRIVATE_HOSTS=10.1.2.3"),
        ("https://models.example.com/v1", {"allowed_hosts": "other.example.com"}, "not one of"),
        ("https://models.example.com/v1", {"offline": True}, "offline switch"),
    ],
)
def test_a_typed_host_is_held_against_the_rules_of_connections(
    tmp_path: Path, url: str, setting: dict[str, Any], why: str
) -> None:
    with Workspace.open(Settings(data_dir=tmp_path, **setting)) as opened:
        trial = endpoint_settings.try_out(opened, wanted(url), key=KEY)
        assert not trial.worked
        assert why in trial.text
        endpoint_settings.save(opened, wanted(url))
        with pytest.raises(ModelUnavailable, match=why):
            opened.endpoints.open("endpoint", GenerationConfig())
        (contact,) = OutboundLog(tmp_path / "outbound-hosts.jsonl").contacts()
        assert (contact.refused, contact.purpose) == (True, "model endpoint")


def test_locked_settings_change_nothing(tmp_path: Path, server: EndpointServer) -> None:
    with Workspace.open(Settings(data_dir=tmp_path, lock_settings=True)) as opened:
        for change in (endpoint_settings.save, endpoint_settings.try_out):
            with pytest.raises(SettingsError, match="UAT_LOCK_SETTINGS"):
                change(opened, wanted(server.url))
        with pytest.raises(SettingsError, match="UAT_LOCK_SETTINGS"):
            endpoint_settings.remove(opened)
    assert server.bodies == []
