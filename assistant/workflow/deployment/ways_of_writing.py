"""Which way a writer works: a story's cases in one answer, or one item of the checklist a call.

Measured by ``models probe`` and kept with the data folder; a person may overrule it. Where neither
is known the kind of model decides: a small embedded one cannot hold a whole story in mind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from assistant.domain import OUTLINE_WRITER, Value, WriterRating
from assistant.evaluation.model_probe import PROBE_VERSION, ModelProbe
from assistant.settings import Settings
from assistant.workflow.deployment.add_models import known_models
from assistant.workflow.deployment.endpoint_file import locked, replace
from assistant.workflow.deployment.endpoints import ENDPOINT_WRITER, split_writer
from assistant.workflow.deployment.workspace import Workspace

Way = Literal["story", "item"]
WAYS: tuple[Way, ...] = get_args(Way)
WAY_WORDS: Mapping[Way, str] = {
    "story": "a story in one answer",
    "item": "one item of the checklist an answer",
}
WhyThisWay = Literal["chosen", "probed", "as its kind"]


SMALL_PARAMETERS = 2_000_000_000
"""Up to here an embedded model gets one item a call unless it was found able to do more."""


class WriterRecord(Value):
    """What is known of a writer: the ``way`` that a person chose and its latest probe, if any."""

    way: Way | None = None
    probe: ModelProbe | None = None
    first: bool = False
    """Whether a person chose it as the one that a project starts with."""


def way_of_writing(workspace: Workspace, writer_id: str) -> Way:
    """Whether this writer gets a whole story a call ("story") or one checklist item ("item")."""
    return way_and_why(workspace.settings, writer_id)[0]


def way_and_why(settings: Settings, writer_id: str) -> tuple[Way, WhyThisWay]:
    """The way of a writer, and where that comes from.

    What a person chose for it comes first, then what a probe found, then the default of its kind.
    An adapter is asked item by item, as it was trained, whatever its base is able to.
    """
    chosen = chosen_way(settings, writer_id)
    if chosen is not None:
        return chosen, "chosen"
    model_id, adapter = split_writer(writer_id)
    known = None if adapter else last_probe(settings, writer_id)
    if known is not None:
        return known.way, "probed"
    if writer_id == ENDPOINT_WRITER:
        return "story", "as its kind"
    sizes = {model.id: model.parameters for model in known_models(settings)}
    is_large = not adapter and sizes.get(model_id, 0) > SMALL_PARAMETERS
    return "story" if is_large else "item", "as its kind"


def writes_stories(workspace: Workspace, writer_id: str) -> bool:
    """Whether this writer is a model that gets a whole story a call: it is shown a case that it
    writes again, told what a person wants different, and able to read cases again."""
    return writer_id != OUTLINE_WRITER and way_of_writing(workspace, writer_id) == "story"


def rating_of(workspace: Workspace, writer_id: str) -> WriterRating:
    """What is known of this writer's cases before anybody reads them.

    A probe that found the model able to write a story comes first, then the blind rating of the
    catalogue, which is one of the model without an adapter. A writer of single items that nobody
    rated is "unknown": the proof lets bad cases of small models pass. The outline has none: it
    says of itself what it is.
    """
    if writer_id == OUTLINE_WRITER:
        return ""
    settings = workspace.settings
    model_id, adapter = split_writer(writer_id)
    probed = None if adapter else last_probe(settings, writer_id)
    if probed is not None and probed.way == "story":
        return ""
    rated = {model.id: model.blind_rating for model in known_models(settings)}.get(model_id)
    if rated is not None and not adapter:
        return "poor" if rated.is_poor else ""
    return "unknown" if way_of_writing(workspace, writer_id) == "item" else ""


def chosen_way(settings: Settings, writer_id: str) -> Way | None:
    """The way that a person chose for a writer."""
    return _records(settings, writer_id)[0].way


def last_probe(settings: Settings, writer_id: str) -> ModelProbe | None:
    """What the latest probe of a writer, or of the model below its adapter, found.

    One of an earlier version, or of another file under the same id, says nothing any more.
    """
    own, base = _records(settings, writer_id)
    known = own.probe or base.probe
    if known is None or known.version != PROBE_VERSION or not _is_same(settings, known):
        return None
    return known


def choose_way(settings: Settings, writer_id: str, way: Way | None) -> None:
    """Keep a person's choice for a writer; ``None`` takes it back.

    Raises ``SettingsError`` where the data folder cannot be written.
    """
    _keep(settings, writer_id, {"way": way})


def first_writer(settings: Settings) -> str:
    """The writer that a person chose as the one that projects start with, else an endpoint that
    variables set up, where it is asked for whole stories; empty where none is."""
    kept = _read(_path(settings))
    chosen = next((name for name, one in kept.items() if one.first), "")
    if chosen and not chosen.startswith(f"{ENDPOINT_WRITER}:"):
        return chosen
    wanted = bool(chosen) and chosen == _key(settings, ENDPOINT_WRITER)
    if not wanted and settings.endpoint_provider and "endpoint_model" in settings.set_fields:
        wanted = way_and_why(settings, ENDPOINT_WRITER)[0] == "story"
    return ENDPOINT_WRITER if wanted else ""


def choose_first_writer(settings: Settings, writer_id: str) -> None:
    """Keep which writer projects start with; an empty id takes the choice back.

    An endpoint is chosen with the model that it serves now. Raises ``SettingsError`` where the data
    folder cannot be written.
    """

    def choose(kept: dict[str, WriterRecord]) -> None:
        wanted = _key(settings, writer_id) if writer_id else ""
        if wanted:
            kept.setdefault(wanted, WriterRecord())
        for name, one in kept.items():
            kept[name] = one.model_copy(update={"first": name == wanted})

    _change(settings, choose)


def keep_probe(settings: Settings, writer_id: str, found: ModelProbe) -> None:
    """Keep what a probe found. Raises ``SettingsError`` where that cannot be written."""
    _keep(settings, writer_id, {"probe": found})


def _keep(settings: Settings, writer_id: str, values: Mapping[str, object]) -> None:
    def keep(kept: dict[str, WriterRecord]) -> None:
        key = _key(settings, writer_id)
        kept[key] = kept.get(key, WriterRecord()).model_copy(update=dict(values))

    _change(settings, keep)


def _change(settings: Settings, change: Callable[[dict[str, WriterRecord]], None]) -> None:
    path = _path(settings)
    with locked(path, "What is known of the writers cannot be kept"):
        kept = _read(path)
        change(kept)
        rows = {name: one.model_dump(mode="json") for name, one in sorted(kept.items())}
        replace(path, json.dumps(rows, indent=2))


def _path(settings: Settings) -> Path:
    return settings.data_dir / "writers.json"


def _records(settings: Settings, writer_id: str) -> tuple[WriterRecord, WriterRecord]:
    """What is kept of a writer and of the model below its adapter."""
    kept = _read(_path(settings))
    nothing = WriterRecord()
    own = kept.get(_key(settings, writer_id), nothing)
    return own, kept.get(_key(settings, split_writer(writer_id)[0]), nothing)


def _is_same(settings: Settings, known: ModelProbe) -> bool:
    """Whether the model of this id is still the file that was probed; an endpoint's is named."""
    models = {model.id: model.weights.sha256 for model in known_models(settings)}
    return models.get(known.model.id, known.model.sha256) == known.model.sha256


def _key(settings: Settings, writer_id: str) -> str:
    """The writer's id; the endpoint's with the model it serves now, for each works its own way."""
    if writer_id != ENDPOINT_WRITER:
        return writer_id
    return f"{ENDPOINT_WRITER}:{settings.endpoint_provider}:{settings.endpoint_model}"


def _read(path: Path) -> dict[str, WriterRecord]:
    """What is kept; an absent or damaged file knows nothing."""
    try:
        rows = json.loads(path.read_bytes())
        return {str(name): WriterRecord.model_validate(row) for name, row in rows.items()}
    except (OSError, ValueError, ValidationError, AttributeError):
        return {}
