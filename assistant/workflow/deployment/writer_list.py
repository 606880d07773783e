"""The writers as a person looks at them to set them up: state, way of writing, licence, default."""

from __future__ import annotations

from assistant.domain import Value
from assistant.evaluation.model_probe import ModelProbe
from assistant.generation.models.catalogue import CATALOGUE
from assistant.workflow.deployment.add_models import known_models
from assistant.workflow.deployment.endpoints import split_writer
from assistant.workflow.deployment.models import (
    OUTLINE_WRITER,
    STATE_WORDS,
    WriterChoice,
    default_writer,
    writers,
)
from assistant.workflow.deployment.ways_of_writing import (
    Way,
    WhyThisWay,
    last_probe,
    way_and_why,
)
from assistant.workflow.deployment.workspace import Workspace


class WriterRow(Value):
    """A writer with what is known of it; the outline has no way, probe or licence.

    ``added`` are models of the user's own. ``is_default``: a run of the project starts with it.
    """

    choice: WriterChoice
    way: Way | None = None
    why: WhyThisWay | None = None
    probe: ModelProbe | None = None
    licence: str = ""
    added: bool = False
    is_default: bool = False

    @property
    def state(self) -> str:
        """The state in words."""
        return STATE_WORDS[self.choice.state]


def writer_list(workspace: Workspace, project_id: str) -> tuple[WriterRow, ...]:
    """Every writer that can be chosen or fetched; nothing is loaded or contacted."""
    first = default_writer(workspace, project_id)
    known = {model.id: model for model in known_models(workspace.settings)}
    own = known.keys() - {model.id for model in CATALOGUE}
    rows = []
    for choice in writers(workspace):
        row = WriterRow(choice=choice, is_default=choice.id == first)
        if choice.id != OUTLINE_WRITER:
            base = known.get(split_writer(choice.id)[0])
            way, why = way_and_why(workspace.settings, choice.id)
            row = row.model_copy(
                update={
                    "way": way,
                    "why": why,
                    "probe": last_probe(workspace.settings, choice.id),
                    "licence": "" if base is None else base.licence,
                    "added": choice.id in own,
                }
            )
        rows.append(row)
    return tuple(rows)
