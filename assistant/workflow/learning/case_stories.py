"""Stories with their existing cases, from the project's library or from a file, for training and
for comparing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from assistant.domain import StoryCases, TestCase, Value
from assistant.errors import TrainingError
from assistant.training.data.data_sheet import UNLINKED, LeftOut
from assistant.training.data.dataset import from_library, read_case_file
from assistant.workflow.deployment.workspace import Workspace

LIBRARY = "the project's library"


class CaseStories(Value):
    """Stories with their cases, where they came from, and the hash of that.

    ``sha256`` is that of the file's bytes, or of the library's cases and stories as JSON, so that a
    later comparison can tell whether it still looks at the same material.
    """

    name: str
    sha256: str
    stories: tuple[StoryCases, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def case_count(self) -> int:
        """How many cases there are, all stories together."""
        return sum(len(one.cases) for one in self.stories)


def case_stories(workspace: Workspace, project_id: str, file: Path | None = None) -> CaseStories:
    """The stories of ``file`` (JSON lines of cases with their story), or of the project.

    From the project come the accepted and the imported cases whose story is known; cases without a
    story are left out. Raises
    ``TrainingError`` where the file cannot be read as cases, or there is nothing.
    """
    if file is not None:
        if not file.is_file():
            raise TrainingError(f"'{file}' is not a file. Name a JSON lines file of cases.")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        read = read_case_file(file)
        return CaseStories(
            name=file.name,
            sha256=digest,
            stories=tuple(one for one in read if one.story.key),
            left_out=tuple(
                LeftOut(case_id=case.id, reason=UNLINKED)
                for one in read
                if not one.story.key
                for case in one.cases
            ),
        )
    epics = workspace.library.epics(project_id)
    stored = workspace.library.cases(project_id, statuses=("accepted", "imported"))
    cases: list[TestCase] = [one.case for one in stored]
    linked = from_library(epics, cases)
    whole = hashlib.sha256()
    for one in linked.stories:
        whole.update(one.model_dump_json().encode())
    return CaseStories(
        name=LIBRARY,
        sha256=whole.hexdigest(),
        stories=linked.stories,
        left_out=linked.left_out,
    )
