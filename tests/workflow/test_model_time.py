"""How long a model's answer may take: the run's own limit, else the deployment's."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.domain import GenerationConfig
from assistant.settings import Settings
from assistant.workflow.deployment.endpoints import Endpoints


@pytest.mark.parametrize(
    ("given", "own", "limit"),
    [
        ({}, None, 300),
        ({"model_timeout": 900}, None, 900),
        ({"model_timeout": 900, "endpoint_timeout": 45}, None, 45),
        ({"model_timeout": 900, "endpoint_timeout": 45}, 7, 7),
    ],
)
def test_the_nearest_setting_wins(
    tmp_path: Path, given: dict[str, float], own: float | None, limit: float
) -> None:
    settings = Settings(
        data_dir=tmp_path,
        endpoint_provider="openai",
        endpoint_url="http://127.0.0.1:9/v1",
        endpoint_model="m",
        **given,  # type: ignore[arg-type]
    )
    endpoints = Endpoints(settings)
    assert endpoints.open("endpoint", GenerationConfig(timeout_seconds=own)).timeout == limit
    # A later run with another limit is not given the one that is open already.
    assert endpoints.open("endpoint", GenerationConfig(timeout_seconds=33)).timeout == 33


def test_a_run_of_an_earlier_version_keeps_the_limit_it_had() -> None:
    assert GenerationConfig.model_validate({"timeout_seconds": 120.0}).timeout_seconds == 120
