"""Dockerfile and compose.yaml, read as far as that goes without running a container."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.command_line.options import build_parser
from assistant.knowledge.qdrant.server import QdrantServer, ServerConfig
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = {f"UAT_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture(scope="module")
def image() -> list[tuple[str, str]]:
    """The instructions of the image's last stage: name and rest, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if not line.startswith("#")]
    found = [tuple(line.split(None, 1)) for line in lines if line.strip()]
    last = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return [(name, " ".join(rest.split())) for name, rest in found[last:]]


@pytest.fixture(scope="module")
def services() -> Mapping[str, Any]:
    """The services of the compose file."""
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    assert isinstance(composed, dict)
    return dict(composed["services"], **{"": composed})


def test_the_image_runs_without_root_and_says_whether_it_is_well(
    image: list[tuple[str, str]],
) -> None:
    told = dict(image)
    assert int(told["USER"]) > 0
    assert "/_stcore/health" in told["HEALTHCHECK"]
    assert set(json.loads(told["VOLUME"])) == {"/data", "/models"}
    settings = dict(pair.split("=", 1) for pair in told["ENV"].split())
    assert settings["UAT_DATA_DIR"] == "/data"
    assert settings["UAT_MODELS_DIR"] == "/models"


def test_the_command_of_the_image_is_one_of_the_program(image: list[tuple[str, str]]) -> None:
    told = dict(image)
    assert json.loads(told["ENTRYPOINT"]) == ["uat-assistant"]
    options = build_parser().parse_args(json.loads(told["CMD"]))
    assert (options.command, options.host, options.port) == ("start", "0.0.0.0", 8501)
    assert told["EXPOSE"] == str(options.port)


def test_what_the_wheel_needs_reaches_the_builder() -> None:
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert all((ROOT / name).exists() for name in let_in)
    build = (ROOT / "pyproject.toml").read_text("utf-8")
    carried = re.findall(r'^"([^"/]+)\S*" = "assistant/app/', build, re.MULTILINE)
    assert {*carried, "assistant", "pyproject.toml", "uv.lock", "README.md", "LICENSE"} == set(
        let_in
    )


def test_every_setting_of_the_compose_file_exists(services: Mapping[str, Any]) -> None:
    named = set(services["app"]["environment"])
    text = (ROOT / "compose.yaml").read_text("utf-8")
    named |= set(re.findall(r"^ *#? *(UAT_\w+):", text, re.MULTILINE))
    assert {"UAT_LIBRARY_URL", "UAT_QDRANT_URL", "UAT_ENDPOINT_URL"} <= named <= VARIABLES


def test_only_the_app_can_be_reached_and_from_this_computer_only(
    services: Mapping[str, Any],
) -> None:
    assert services["app"]["ports"] == ["127.0.0.1:8501:8501"]
    for name in ("postgres", "qdrant"):
        assert "ports" not in services[name]
        assert services[name]["networks"] == ["servers"]
    assert services[""]["networks"]["servers"]["internal"] is True


def test_volumes_are_declared_and_secrets_come_from_outside(services: Mapping[str, Any]) -> None:
    composed = services[""]
    mounted = {
        volume.split(":")[0]
        for service in composed["services"].values()
        for volume in service["volumes"]
    }
    assert mounted == set(composed["volumes"])
    text = (ROOT / "compose.yaml").read_text("utf-8")
    for line in text.splitlines():
        if re.search(r"^\s+\w*(?:PASSWORD|API_KEY|LIBRARY_URL):", line):
            assert "${" in line, line


def test_the_app_accepts_the_qdrant_server_of_the_compose_file(
    services: Mapping[str, Any],
) -> None:
    given = services["app"]["environment"]
    server = QdrantServer(
        ServerConfig(
            url=given["UAT_QDRANT_URL"],
            api_key="key",
            insecure=given["UAT_QDRANT_INSECURE"] == "1",
        )
    )
    assert not server.is_here
    assert server.host == "qdrant:6333"
