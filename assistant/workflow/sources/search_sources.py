"""Search a project's knowledge, and see how each stage ranked what it found."""

from __future__ import annotations

from assistant.domain import Epic, RetrievalConfig, RetrievedChunk, SourceMetadata, UserStory
from assistant.errors import RetrievalError
from assistant.knowledge.knowledge_base import SearchTrace as SearchTrace
from assistant.knowledge.request_parts import Vocabulary
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.duplicate_texts import current_texts


def search(
    workspace: Workspace, project_id: str, query: str, *, limit: int = 10
) -> tuple[RetrievedChunk, ...]:
    """The best ``limit`` chunks, older copies of a text last; ``RetrievalError`` for no query."""
    config = _one_way(workspace.project(project_id).retrieval)
    return current_texts(workspace, project_id).search(_checked(query), config, limit=limit)


def explain(
    workspace: Workspace, project_id: str, query: str, config: RetrievalConfig, *, limit: int = 10
) -> SearchTrace:
    """The same search with the ranks and scores of each stage, under choices not yet saved."""
    config = _one_way(config)
    return current_texts(workspace, project_id).explain(_checked(query), config, limit=limit)


def _one_way(config: RetrievalConfig) -> RetrievalConfig:
    """What a person asks is no requirement, so the requirements are no rivals of it."""
    return config.model_copy(update={"both_ways": False})


def _checked(query: str) -> str:
    text = " ".join(query.split())
    if not text:
        raise RetrievalError("The query is empty. Type a few words to look for.")
    return text


def vocabulary(workspace: Workspace, project_id: str) -> Vocabulary:
    """The releases, teams, labels and epics that the project's sources name."""
    epics = workspace.library.epics(project_id)
    metadata = [stored.metadata for stored in workspace.library.documents(project_id)]
    stories = [story for epic in epics for story in epic.stories]
    filed: list[Epic | UserStory | SourceMetadata] = [*epics, *stories, *metadata]
    return Vocabulary(
        releases=_names([one.release for one in filed]),
        teams=_names([one.team for one in filed]),
        labels=_names([label for one in filed for label in one.labels]),
        sprints=_names([story.sprint for story in stories]),
        epics=tuple(epics),
    )


def _names(values: list[str]) -> tuple[str, ...]:
    """Distinct non-empty names in alphabetical order."""
    return tuple(sorted({value for value in values if value}))


def epic_choices(workspace: Workspace, project_id: str) -> dict[str, str]:
    """The epics of a project to choose from: key to one line, newest release first."""
    epics = sorted(
        workspace.library.epics(project_id), key=lambda epic: (epic.release, epic.key), reverse=True
    )
    return {
        epic.key: " · ".join(filter(None, (epic.key, epic.title, epic.release, epic.team)))
        for epic in epics
    }
