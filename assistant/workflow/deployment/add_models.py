"""Chat models that the user adds to those of the catalogue: a file, or a repository of the hub.

A path that somebody names is opened by the engine in this process, so ``UAT_ADDED_MODELS=0``
switches it off where several people share a deployment, and ``UAT_LOCK_SETTINGS=1`` on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable, SettingsError
from assistant.generation.models.added_models import AddedModels, model_of_file, model_of_header
from assistant.generation.models.catalogue import (
    CATALOGUE,
    CatalogueModel,
    HubSource,
    ModelFile,
    find_model,
)
from assistant.generation.models.fetch import fetch_model
from assistant.generation.models.gguf import ModelHeader, read_header
from assistant.generation.models.hub import repository
from assistant.generation.models.partial import FetchProgress
from assistant.settings import Settings
from assistant.workflow.sources.outbound import model_fetches_noted


def known_models(settings: Settings) -> tuple[CatalogueModel, ...]:
    """The catalogue, and after it what was added on this data folder."""
    return (*CATALOGUE, *(_registry(settings).all() if settings.added_models else ()))


def known_model(settings: Settings, model_id: str) -> CatalogueModel:
    """A model of the catalogue or one that was added; ``ModelUnavailable`` lists them otherwise."""
    return find_model(model_id, among=known_models(settings))


def add_model(
    settings: Settings,
    given: str,
    *,
    chat_format: str = "",
    progress: Callable[[FetchProgress], None] | None = None,
) -> CatalogueModel:
    """Add a file by its path, or ``OWNER/NAME[:FILE.gguf]`` of the hub, which is fetched first.

    The file's SHA-256 is recorded now and checked whenever it is opened. Raises
    ``ModelUnavailable`` (no chat model, not to be had) or ``SettingsError`` (switched off).
    """
    if not settings.added_models:
        raise SettingsError(
            "Adding models is switched off here (UAT_ADDED_MODELS=0). Choose one of the catalogue: "
            "python -m assistant models list"
        )
    path = Path(given).expanduser()
    if (path.suffix.lower() == ".gguf" and ":" not in given) or path.exists():
        model = model_of_file(path, chat_format=chat_format)
    elif given.partition(":")[0].count("/") == 1:
        model = _from_hub(settings, given, chat_format, progress)
    else:
        raise ModelUnavailable(
            f"'{given}' is neither a file nor a hub id. Give a .gguf file, or OWNER/NAME:FILE.gguf."
        )
    return _registry(settings).add(model)


def remove_model(settings: Settings, model_id: str) -> CatalogueModel:
    """Forget an added model; its file stays where it is. Raises ``ModelUnavailable``."""
    return _registry(settings).remove(model_id)


def _registry(settings: Settings) -> AddedModels:
    return AddedModels(settings.data_dir / "added-models.json")


def _from_hub(
    settings: Settings,
    given: str,
    chat_format: str,
    progress: Callable[[FetchProgress], None] | None,
) -> CatalogueModel:
    """Fetch the file that was asked for, pinned by what the hub says of it, and read its header."""
    if settings.offline:
        raise ModelUnavailable(
            f"{given} was not fetched: the offline switch is on (UAT_OFFLINE). Give a .gguf file."
        )
    contact = model_fetches_noted(settings)
    repo, _, name = given.partition(":")
    about = repository(repo, contact)
    file = _chosen(repo, about.get("siblings") or (), name)
    source = HubSource(repo=repo, revision=str(about.get("sha") or ""))
    # Fetched under a form that is known to exist; the header says which it is.
    wanted = model_of_header(ModelHeader(), file, source, chat_format=chat_format or "chatml")
    path = fetch_model(wanted, settings.models_path, progress=progress, contact=contact)
    card: Mapping[str, Any] = about.get("cardData") or {}
    return model_of_header(
        read_header(path),
        file,
        source,
        chat_format=chat_format,
        licence=str(card.get("license") or ""),
    )


def _chosen(repo: str, siblings: Sequence[Mapping[str, Any]], name: str) -> ModelFile:
    """The file of a repository that was named, or its only model file."""
    found = {
        str(one.get("rfilename")): one
        for one in siblings
        if _is_model_file(str(one.get("rfilename", "")))
    }
    if not name and len(found) == 1:
        name = next(iter(found))
    if name not in found:
        names = ", ".join(found) or "none"
        raise ModelUnavailable(
            f"{repo} has no file '{name}'. Its model files: {names}."
            if name
            else f"Name one of the files of {repo}, as {repo}:FILE.gguf. It has: {names}."
        )
    one = found[name]
    pinned = one.get("lfs") or {}
    if not pinned.get("sha256") or not one.get("size"):
        raise ModelUnavailable(
            f"The hub tells no SHA-256 of {name}, so it cannot be pinned. Fetch it yourself and "
            f"add the file."
        )
    return ModelFile(name=name, size_bytes=int(one["size"]), sha256=str(pinned["sha256"]))


def _is_model_file(name: str) -> bool:
    """Whether a name of the hub is a model file that stays within the model's folder."""
    parts = name.split("/")
    return name.lower().endswith(".gguf") and not {"", ".", ".."} & set(parts) and "\\" not in name
