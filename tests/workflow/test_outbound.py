"""The offline switch and the log of contacted hosts hold for the model endpoint too."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable, SettingsError
from assistant.generation.models.catalogue import CATALOGUE, HubSource
from assistant.settings import Settings
from assistant.workflow.deployment import models
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, Endpoints
from assistant.workflow.sources.outbound import outbound_guard


def test_offline_no_endpoint_elsewhere_is_opened(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, offline=True, endpoint_provider="openai",
        endpoint_url="https://models.example.com/v1", endpoint_model="m",
    )  # fmt: skip
    with pytest.raises(ModelUnavailable, match=r"models\.example\.com.*UAT_OFFLINE"):
        Endpoints(settings).open(ENDPOINT_WRITER, GenerationConfig(writer=ENDPOINT_WRITER))
    (one,) = outbound_guard(settings).log.contacts()
    assert (one.host, one.port, one.refused) == ("models.example.com", 443, True)


def test_where_a_model_is_fetched_from_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    only_hub = CATALOGUE[0].model_copy(
        update={"sources": (HubSource(repo="a/b", revision="0" * 40),)}
    )
    monkeypatch.setattr(models, "known_model", lambda *_: only_hub)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    settings = Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    with pytest.raises(ModelUnavailable, match="could not be fetched"):
        models.fetch(settings, only_hub.id)
    (one,) = outbound_guard(settings).log.contacts()
    assert (one.host, one.port, one.purpose) == ("127.0.0.1", 9, "model fetch")


def test_a_wrong_list_of_hosts_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="UAT_PRIVATE_HOSTS"):
        outbound_guard(Settings(data_dir=tmp_path, private_hosts="http://jira"))
