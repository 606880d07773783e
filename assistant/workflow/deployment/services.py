"""What else this deployment uses: models, the model endpoint, the index and the library."""

from __future__ import annotations

from pydantic import SecretStr

from assistant.domain import Value
from assistant.generation.models.destinations import destination_of
from assistant.knowledge.qdrant.addresses import is_loopback, usable_parts
from assistant.settings import Settings
from assistant.workflow.deployment import endpoint_file, models
from assistant.workflow.deployment.workspace import Workspace

HERE = "this computer"


class Service(Value):
    """One service: what it does, which it is, where it runs, its state, and how it is set.

    ``secret`` says only "set" or "not set"; it is empty where there is none.
    """

    what: str
    name: str
    where: str
    state: str
    secret: str = ""
    setting: str = ""


def is_here(url: str) -> bool:
    """Whether this is a usable http(s) address of this computer."""
    parts = usable_parts(url)
    return parts is not None and is_loopback(parts)


def services(workspace: Workspace) -> tuple[Service, ...]:
    """Models of the catalogue, the endpoint, the index and the library."""
    settings = workspace.settings
    rows = [
        Service(
            what="Embeddings" if model.task == "embedding" else "Embedded writer",
            name=model.id,
            where=HERE,
            state="fetched" if model.status in ("present", "verified") else "not fetched",
            setting="UAT_MODELS_DIR",
        )
        for model in models.list_models(settings)
    ]
    provider = settings.endpoint_provider
    rows.append(
        Service(
            what="Model endpoint",
            name=f"{provider}: {settings.endpoint_model}" if provider else "none",
            where=destination_of(provider, settings.endpoint_url) if provider else "",
            state="configured" if provider else "not configured",
            secret=_key_state(settings) if provider else "",
            setting="Settings, or UAT_ENDPOINT_…",
        )
    )
    kept_at = workspace.chunks_kept_at
    rows.append(
        Service(
            what="Index",
            name="Qdrant server" if kept_at else "Qdrant Edge",
            where=kept_at or HERE,
            state="configured" if kept_at else "embedded",
            secret=_whether_set(settings.qdrant_api_key) if kept_at else "",
            setting="UAT_QDRANT_URL, _API_KEY" if kept_at else "UAT_DATA_DIR or UAT_QDRANT_URL",
        )
    )
    rows.append(
        Service(
            what="Library",
            name="PostgreSQL" if workspace.library_kept_at else "SQLite",
            where=workspace.library_kept_at or HERE,
            state="open",
            setting="UAT_LIBRARY_URL" if workspace.library_kept_at else "UAT_DATA_DIR",
        )
    )
    return tuple(rows)


def _key_state(settings: Settings) -> str:
    return "not set" if endpoint_file.key_state(settings)[1] == "not set" else "set"


def _whether_set(secret: SecretStr) -> str:
    return "set" if secret.get_secret_value() else "not set"
