"""Which writers there are, what state they are in, and where the text goes with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from assistant.domain import (
    OUTLINE_WRITER,
    GenerationConfig,
    ModelSpec,
    Value,
    WriterRating,
    present_writer_id,
)
from assistant.errors import ModelUnavailable
from assistant.generation.models.catalogue import (
    DEFAULT_CHAT,
    DEFAULT_EMBEDDING,
    BlindRating,
    CatalogueModel,
)
from assistant.generation.models.destinations import destination_of
from assistant.generation.models.fetch import ModelStatus, fetch_model, model_status, verify_model
from assistant.generation.models.partial import FetchProgress
from assistant.generation.models.providers import PROVIDERS
from assistant.settings import Settings
from assistant.training.adapters import AdapterRegistry
from assistant.workflow.deployment.add_models import known_model, known_models
from assistant.workflow.deployment.endpoints import (
    ENDPOINT_WRITER,
    NO_ENDPOINT,
    outdated,
    split_writer,
    writer_id_of,
)
from assistant.workflow.deployment.ways_of_writing import first_writer, rating_of, writes_stories
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.outbound import model_fetches_noted

OUTLINE_TITLE = "Outline (no model)"
STAYS = "stays on this computer"

WriterState = Literal["ready", "loading", "loadable", "absent", "partial", "failed", "outdated"]
STATE_WORDS: dict[WriterState, str] = {
    "ready": "ready",
    "loading": "loading…",
    "loadable": "on demand",
    "absent": "not on this computer yet",
    "partial": "partly fetched",
    "failed": "could not be loaded",
    "outdated": "to be trained again",
}

__all__ = ["DEFAULT_CHAT", "DEFAULT_EMBEDDING", "OUTLINE_WRITER", "FetchProgress"]


class ModelRow(Value):
    """A known model and whether its files are here."""

    id: str
    title: str
    task: str
    licence: str
    context_tokens: int
    size_bytes: int
    status: ModelStatus


class WriterChoice(Value):
    """A writer that a person can choose. ``usable``: a run can be started with it now.

    ``rating`` is what is known of its cases, ``blind_rating`` the figure behind it, if any.
    """

    id: str
    title: str
    state: WriterState
    destination: str
    size_bytes: int = 0
    problem: str = ""
    rating: WriterRating = ""
    blind_rating: BlindRating | None = None

    @property
    def usable(self) -> bool:
        """Whether a run with this writer can start, if only by loading the model first."""
        return self.state not in ("absent", "partial", "outdated")

    @property
    def leaves(self) -> bool:
        """Whether the text leaves this computer with this writer."""
        return self.destination != STAYS


OUTLINE = WriterChoice(id=OUTLINE_WRITER, title=OUTLINE_TITLE, state="ready", destination=STAYS)


def list_models(settings: Settings) -> tuple[ModelRow, ...]:
    """Every known model with the state of its files; nothing is read or fetched."""
    return tuple(
        ModelRow(
            id=model.id,
            title=model.title,
            task=model.task,
            licence=model.licence,
            context_tokens=model.context_tokens,
            size_bytes=model.size_bytes,
            status=model_status(model, settings.models_path),
        )
        for model in known_models(settings)
    )


def fetch(
    settings: Settings,
    model_id: str,
    *,
    progress: Callable[[FetchProgress], None] | None = None,
    local_file: Path | None = None,
) -> Path:
    """Make sure that a model is here and verified; ``ModelUnavailable`` says what is missing."""
    return fetch_model(
        known_model(settings, model_id),
        settings.models_path,
        progress=progress,
        offline=settings.offline,
        local_file=local_file,
        contact=None if local_file else model_fetches_noted(settings),
    )


def is_here(settings: Settings, model_id: str) -> bool:
    """Whether the whole model is on this computer."""
    return model_status(known_model(settings, model_id), settings.models_path) in (
        "present",
        "verified",
    )


def verify(settings: Settings, model_id: str) -> None:
    """Read and hash a model's files again; ``ModelUnavailable`` names the file that is wrong."""
    verify_model(known_model(settings, model_id), settings.models_path)


def model_title(model_id: str) -> str:
    """The name of the model that a case names as its writer: an endpoint's model without the
    provider, as it is called wherever a writer is chosen."""
    provider, _, model = model_id.partition(":")
    return model if model and provider in {row.id for row in PROVIDERS} else model_id


def writers(workspace: Workspace) -> tuple[WriterChoice, ...]:
    """Every writer that can be chosen: the outline, the embedded models, the endpoint."""
    choices = [OUTLINE]
    for model in known_models(workspace.settings):
        if model.task == "chat":
            state, problem = _embedded_state(workspace, model)
            choices.append(
                WriterChoice(
                    id=model.id,
                    title=model.title.split(" (")[0],
                    state=state,
                    destination=STAYS,
                    size_bytes=model.size_bytes,
                    problem=problem,
                    rating=rating_of(workspace, model.id),
                    blind_rating=model.blind_rating,
                )
            )
    choices.extend(_tuned(workspace, choices))
    settings = workspace.settings
    if settings.endpoint_provider:
        loaded, problem = workspace.endpoints.state(ENDPOINT_WRITER)
        choices.append(
            WriterChoice(
                id=ENDPOINT_WRITER,
                title=settings.endpoint_model or settings.endpoint_provider,
                state="loadable" if loaded == "idle" else loaded,
                destination=destination_of(settings.endpoint_provider, settings.endpoint_url),
                problem=problem,
                rating=rating_of(workspace, ENDPOINT_WRITER),
            )
        )
    return tuple(choices)


def _tuned(workspace: Workspace, bases: Sequence[WriterChoice]) -> list[WriterChoice]:
    """A writer for each adapter whose base is in the catalogue."""
    titles = {choice.id: choice for choice in bases}
    found = []
    for adapter in AdapterRegistry(workspace.settings.adapters_path).list():
        base = titles.get(adapter.sheet.base.id)
        if base is None or adapter.gguf is None:
            continue
        writer_id = writer_id_of(base.id, adapter.sheet.name)
        loaded, problem = workspace.endpoints.state(writer_id)
        state: WriterState = "loadable" if loaded == "idle" else loaded
        if base.state in ("absent", "partial"):
            state = base.state
        if old := outdated(adapter):
            state, problem = "outdated", old
        found.append(
            WriterChoice(
                id=writer_id,
                title=f"{adapter.sheet.name} (tuned {base.title})",
                state=state,
                destination=STAYS,
                size_bytes=base.size_bytes,
                problem=problem,
                rating=rating_of(workspace, writer_id),
            )
        )
    return found


def default_writer(
    workspace: Workspace, project_id: str, among: Sequence[WriterChoice] | None = None
) -> str:
    """The writer that a project starts with; ``among`` are the present ``writers``, if known.

    Its promoted adapter, else what ``first_writer`` says, else the outline. Never an embedded model
    of itself: what readers say of its cases is no recommendation.
    """
    name = AdapterRegistry(workspace.settings.adapters_path).default_of(project_id)
    choices = writers(workspace) if among is None else among
    usable = [c.id for c in choices if c.usable and c.state != "failed"]
    tuned = (one for one in usable if name and split_writer(one)[1] == name)
    wanted = (*tuned, first_writer(workspace.settings))
    return next((one for one in wanted if one in usable), OUTLINE_WRITER)


def _embedded_state(workspace: Workspace, model: CatalogueModel) -> tuple[WriterState, str]:
    loaded, problem = workspace.endpoints.state(model.id)
    if loaded != "idle":
        return loaded, problem
    status = model_status(model, workspace.settings.models_path)
    if status in ("absent", "partial"):
        return status, ""
    return "loadable", ""


def writer(workspace: Workspace, writer_id: str) -> WriterChoice:
    """The choice with this id; an unknown id raises ``ModelUnavailable`` naming the known ones."""
    wanted = present_writer_id(writer_id)
    if wanted == OUTLINE.id:
        return OUTLINE
    choices = writers(workspace)
    for choice in choices:
        if choice.id == wanted:
            return choice
    if wanted == ENDPOINT_WRITER:
        raise ModelUnavailable(NO_ENDPOINT)
    known = ", ".join(choice.id for choice in choices)
    raise ModelUnavailable(f"There is no writer '{writer_id}'. Writers: {known}.")


def is_usable(workspace: Workspace, writer_id: str) -> bool:
    """Whether a run with this writer can start now; false of one that is not known any more."""
    wanted = present_writer_id(writer_id)
    return any(one.usable for one in writers(workspace) if one.id == wanted)


def model_spec(workspace: Workspace, writer_id: str) -> ModelSpec | None:
    """What a run records of its model; ``None`` for the outline."""
    writer_id = present_writer_id(writer_id)
    if writer_id == OUTLINE_WRITER:
        return None
    if writer_id != ENDPOINT_WRITER:
        model_id, adapter = split_writer(writer_id)
        return (
            known_model(workspace.settings, model_id).spec().model_copy(update={"adapter": adapter})
        )
    settings = workspace.settings
    return ModelSpec(
        id=f"{settings.endpoint_provider}:{settings.endpoint_model}",
        provider=settings.endpoint_provider,
        model=settings.endpoint_model,
    )


def load(workspace: Workspace, writer_id: str) -> None:
    """Load a model now, so that the first case does not wait for it."""
    if writer_id != OUTLINE_WRITER:
        workspace.endpoints.open(writer_id, GenerationConfig(writer=writer_id))


def readers(workspace: Workspace) -> tuple[str, ...]:
    """The writers that may read again: those able to write a whole story, ready to be asked."""
    return tuple(
        choice.id
        for choice in writers(workspace)
        if choice.usable and writes_stories(workspace, choice.id)
    )


def cannot_read(workspace: Workspace, writer: str) -> str:
    """Why a writer cannot read cases again, and who can."""
    able = ", ".join(readers(workspace)) or "none here; set up an endpoint under Settings"
    return (
        f"'{writer}' cannot read cases again: that needs a model able to write a whole story "
        f"({able})."
    )
