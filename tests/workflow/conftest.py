"""An open workspace on a data folder of the test's own that holds the sample project."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import TestCase, TestStep
from assistant.settings import Settings
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT

sys.path.insert(0, str(Path(__file__).resolve().parent))

from endpoint_server import EndpointServer, endpoint_server


@pytest.fixture
def settings(data_dir: Path, models_dir: Path) -> Settings:
    """Settings on the test's own data folder."""
    return Settings(data_dir=data_dir, models_dir=models_dir, user="Tess")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """The open data folder."""
    with Workspace.open(settings, exclusive=True) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    """A model endpoint over real HTTP."""
    with endpoint_server() as running:
        yield running


@pytest.fixture
def opened(settings: Settings, server: EndpointServer) -> Iterator[Workspace]:
    """The open data folder, with the endpoint as its model."""
    endpoint = {
        "endpoint_provider": "openai", "endpoint_url": server.url, "endpoint_model": "m"
    }  # fmt: skip
    with Workspace.open(settings.model_copy(update=endpoint), exclusive=True) as workspace:
        yield workspace


@pytest.fixture
def empty_project(tmp_path: Path, models_dir: Path) -> Iterator[tuple[Workspace, str]]:
    """An open data folder of the test's own, and the id of the empty project in it."""
    with Workspace.open(Settings(data_dir=tmp_path / "data", models_dir=models_dir)) as opened:
        yield opened, opened.library.create_project("P", template=DEFAULT_TEMPLATE).id


@pytest.fixture
def project_with_case(empty_project: tuple[Workspace, str]) -> tuple[Workspace, str]:
    """The same with one case, C, of two steps and of no run."""
    workspace, project_id = empty_project
    steps = (
        TestStep(number=1, action="Open the account", expected_result="It is open"),
        TestStep(number=2, action="Pay 10 pounds", expected_result="It is paid at once"),
    )
    workspace.library.add_case(project_id, None, TestCase(id="C", title="Pay", steps=steps))
    return workspace, project_id


@pytest.fixture
def project_id(workspace: Workspace) -> str:
    """The sample project's id."""
    return workspace.project(SAMPLE_PROJECT).id
