"""What a command works on: the data folder, the project, and the epics that were asked for.

Which project, where ``--project`` is not given: an epic that is part of the sample data belongs in
the sample project, which is created and indexed where it is missing; ``index`` and any other epic
file go into the project "Default"; what only reads uses "Default" where it exists and the sample
project otherwise.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from assistant.command_line.output import Terminal
from assistant.command_line.scope_options import STDIN, text_of
from assistant.domain import DEPTHS, TECHNIQUES
from assistant.errors import (
    GenerationError,
    LibraryError,
    SettingsError,
    SourceError,
    first_problem,
)
from assistant.workflow.deployment import models as model_store
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.sample_project import (
    SAMPLE_PROJECT,
    ensure_sample_project,
    is_sample_file,
)
from assistant.workflow.writing import request_choice, usage
from assistant.workflow.writing.analyse_epic import read_epic
from assistant.workflow.writing.requests import (
    Asked,
    GenerateRequest,
    RequestPart,
    Understanding,
    not_taken,
    part_title,
    taken_title,
    two_ways,
    understand,
)

DEFAULT_PROJECT = "Default"


@contextmanager
def options_checked() -> Iterator[None]:
    """Raises ``SettingsError`` for options that the request made of them does not allow."""
    try:
        yield
    except ValidationError as error:
        problem = first_problem(error, "the options")
        raise SettingsError(f"{problem}. See --help.") from error


def open_workspace(options: Namespace, terminal: Terminal, *, embed: bool = True) -> Workspace:
    """The workspace, with the embedding model fetched where the command will need it."""
    settings = options.settings
    workspace = Workspace.open(settings, exclusive=embed)
    try:
        if embed and not model_store.is_here(settings, model_store.DEFAULT_EMBEDDING):
            model_store.fetch(settings, model_store.DEFAULT_EMBEDDING, progress=terminal.fetching)
            terminal.end_bar()
    except BaseException:
        workspace.close()
        raise
    return workspace


def reading_project(
    workspace: Workspace, options: Namespace, terminal: Terminal, *, create: bool = True
) -> str:
    """The project of a command that reads what is there."""
    if options.project:
        return workspace.project(options.project).id
    for name in (DEFAULT_PROJECT, SAMPLE_PROJECT):
        project = workspace.find_project(name)
        if project is not None:
            return project.id
    if not create:
        raise LibraryError("There is no project yet. Generate cases first, or name one: --project.")
    terminal.note("No project yet: creating the sample project.")
    return ensure_sample_project(workspace, progress=terminal.indexing).id


def project_of_run(workspace: Workspace, options: Namespace, run_id: str) -> str:
    """The project that a run belongs to; ``--project`` must name this one where it is given.

    Raises ``LibraryError`` where there is no such run.
    """
    project_id = workspace.library.project_of_run(run_id)
    if options.project and workspace.project(options.project).id != project_id:
        name = workspace.project(project_id).name
        raise LibraryError(f"The run “{run_id}” belongs to the project “{name}”: --project.")
    return project_id


def request_of(
    workspace: Workspace, options: Namespace, terminal: Terminal
) -> tuple[str, GenerateRequest]:
    """The project to write in and what to write."""
    if options.ask is not None:
        return (
            reading_project(workspace, options, terminal),
            GenerateRequest(ask=options.ask, taken_out=_set_by_option(options)),
        )
    name, data = text_of(options.epic)
    if options.project:
        project = workspace.ensure_project(options.project)
    elif options.epic != STDIN and is_sample_file(Path(options.epic)):
        project = ensure_sample_project(workspace, progress=terminal.indexing)
    else:
        project = workspace.ensure_project(DEFAULT_PROJECT)
    return project.id, GenerateRequest(reading=read_epic(name, data))


def _set_by_option(options: Namespace) -> tuple[str, ...]:
    """The parts of a sentence that ``--depth`` and ``--techniques`` overrule."""
    depths = DEPTHS if getattr(options, "depth", None) else ()
    techniques = TECHNIQUES if getattr(options, "techniques", None) else ()
    parts: list[RequestPart] = []
    for left_out in (False, True):
        parts += [RequestPart(kind="depth", name=name, excluded=left_out) for name in depths]
        parts += [RequestPart(kind="technique", name=t, excluded=left_out) for t in techniques]
    return tuple(part.id for part in parts)


def understood(
    workspace: Workspace,
    project_id: str,
    request: GenerateRequest,
    options: Namespace,
    terminal: Terminal,
    *,
    writer: str = "",
) -> Understanding:
    """The request as understood; a ``writer`` that is able reads a sentence that code does not
    read whole. Raises ``SourceError`` where there is nothing to test in it."""
    asked = _chosen(workspace, project_id, request, terminal, writer) if writer else None
    found = understand(workspace, project_id, request, asked=asked, comparing=terminal.comparing)
    lacking = tuple(story.key for story in found.stories_without_criteria)
    taken: dict[str, tuple[str, ...]] = {}
    if lacking and options.stories_as_criteria:
        taken["stories_as_criteria"] = lacking
    if found.described and options.described_rules:
        taken["described"] = tuple(rule.id for rule in found.described)
    if taken:
        request = request.model_copy(update=taken)
        return understand(workspace, project_id, request, asked=asked, comparing=terminal.comparing)
    if not found.conditions:
        where = ", ".join(lacking) or options.epic or f"what “{options.ask}” names"
        raise SourceError(
            f"There is no acceptance criterion in {where}. Add a list of criteria, or pass "
            "--stories-as-criteria to take each story as one."
        )
    return found


def _chosen(
    workspace: Workspace,
    project_id: str,
    request: GenerateRequest,
    terminal: Terminal,
    writer: str,
) -> Asked | None:
    """The sentence as code and the writer read it; ``None`` where there is none, or no answer."""
    if not request.ask.strip():
        return None

    def say() -> None:
        title = model_store.writer(workspace, writer).title
        terminal.note(f"{title} reads what the sentence asks for…")

    try:
        asked, made = request_choice.read_request(
            workspace, project_id, request.ask,
            writer=writer, taken_out=request.taken_out, before=say,
        )  # fmt: skip
    except GenerationError as error:
        terminal.note(str(error))
        return None
    if made is None:
        return asked
    terminal.note(f"read by {made.title}: check it")
    for line in request_choice.choice_lines(made, asked):
        terminal.note(f"  {line}")
    spent = usage.usage_of_run(workspace.settings, writer, made.spent).text
    if spent:
        terminal.note(f"  {spent}")
    return asked


def remarks(found: Understanding, terminal: Terminal) -> None:
    """Say on stderr what a person should know before the cases come."""
    if found.asked is not None:
        for part in found.asked.reading.parts:
            if part.known:
                terminal.note(part_title(part, found.asked))
        for remark in found.asked.told:
            terminal.note(remark.note if remark.understood else f"not understood: {remark.note}")
        for line in two_ways(found.asked):
            terminal.note(f"read in two ways: {line}")
        if found.asked.unread:
            terminal.note(f"passed over: {', '.join(found.asked.unread)}")
        for epic in found.epics:
            terminal.note(f"writes for {taken_title(epic)}")
        for text in not_taken(found.asked):
            terminal.note(f"not taken: {text}")
    for text in found.notes:
        terminal.note(text)
    terminal.unread(found.unread)
    terminal.notices(found.notices)
    for place in found.in_no_criterion.values():
        terminal.note(f"in no criterion, so it gets no case: {place}")
    for story in found.stories_without_criteria:
        terminal.note(
            f"{story.key} has no acceptance criterion and gets no case; --stories-as-criteria "
            "takes its own words as one."
        )
    for question in found.questions:
        terminal.note(f"question on {question.criterion_id}: {question.text}")
