"""The offline switch and the log of contacted hosts hold for the model endpoint too."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.errors import ModelUnavailable, SettingsError
from assistant.settings import Settings
from assistant.workflow.endpoints import ENDPOINT_WRITER, Endpoints
from assistant.workflow.outbound import outbound_guard


def test_offline_no_endpoint_elsewhere_is_opened(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, offline=True, endpoint_provider="openai",
        endpoint_url="https://models.example.com/v1", endpoint_model="m",
    )  # fmt: skip
    with pytest.raises(ModelUnavailable, match=r"models\.example\.com.*UAT_OFFLINE"):
        Endpoints(settings).open(ENDPOINT_WRITER, GenerationConfig(writer=ENDPOINT_WRITER))
    (one,) = outbound_guard(settings).log.contacts()
    assert (one.host, one.port, one.refused) == ("models.example.com", 443, True)


def test_a_wrong_list_of_hosts_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="UAT_PRIVATE_HOSTS"):
        outbound_guard(Settings(data_dir=tmp_path, private_hosts="http://jira"))
