"""The quality panel of a run: what the checks found, each figure with the cases behind it."""

from __future__ import annotations

from assistant.domain import GenerationRun
from assistant.generation.proof import RULES
from assistant.suite.quality import Figure as Figure
from assistant.suite.quality import Quality as Quality
from assistant.suite.quality import quality
from assistant.suite.template import template_problems
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import duplicates


def of_run(workspace: Workspace, project_id: str, run: GenerationRun) -> Quality:
    """Count what the checks say about the cases of a run; takes seconds for a hundred cases."""
    report = duplicates.in_run(workspace, project_id, run.id)
    template = workspace.project(project_id).template
    cited = {citation.chunk_id for case in run.cases for citation in case.all_citations}
    sources = workspace.library.chunks(project_id, sorted(cited))
    traced = {name for c in run.cases if c.status != "rejected" for name in c.criterion_ids}
    criteria = [criterion.id for epic in run.epics for criterion in epic.criteria]
    return quality(
        run.cases,
        duplicates=report.within,
        existing=report.existing,
        criteria=len(criteria),
        covered=[name for name in criteria if name in traced],
        problems=[
            case.id for case in run.cases if template_problems(template, case, sources=sources)
        ],
        grounding_rules=RULES,
    )
