"""The command about models: which there are, fetching, adding, probing, and how each writes."""

from __future__ import annotations

from argparse import Namespace

from assistant.command_line.output import Terminal
from assistant.command_line.project_request import open_workspace
from assistant.errors import ModelUnavailable, SettingsError
from assistant.settings import Settings
from assistant.workflow.deployment import add_models, endpoint_file, model_jobs
from assistant.workflow.deployment import models as model_store
from assistant.workflow.deployment.model_jobs import ProbeTask
from assistant.workflow.deployment.ways_of_writing import (
    WAY_WORDS,
    WAYS,
    choose_way,
    way_and_why,
    way_of_writing,
)

AUTOMATIC = "auto"
WHY_WORDS = {"chosen": "chosen", "probed": "probed", "as its kind": "not probed: as its kind"}


def models(options: Namespace, terminal: Terminal) -> None:
    """List, fetch, verify, add, remove or probe models, or choose how one writes."""
    settings = options.settings
    if options.action not in ("list", "verify") and not options.model:
        known = ", ".join(row.id for row in model_store.list_models(settings))
        raise ModelUnavailable(f"Name the model to {options.action}: {known}.")
    if options.action in ("probe", "way"):
        (_probe if options.action == "probe" else _way)(options, terminal)
        return
    if options.action == "fetch":
        model_store.fetch(
            settings, options.model, progress=terminal.fetching, local_file=options.file
        )
        terminal.end_bar()
    elif options.action == "verify":
        here = [row.id for row in model_store.list_models(settings) if row.status != "absent"]
        for model_id in [options.model] if options.model else here:
            terminal.note(f"checking {model_id}")
            model_store.verify(settings, model_id)
    elif options.action == "add":
        model = add_models.add_model(
            settings, options.model, chat_format=options.chat_format, progress=terminal.fetching
        )
        terminal.end_bar()
        terminal.note(
            f"{model.id} was added. Licence: {model.licence}. SHA-256 {model.weights.sha256}, "
            f"checked whenever it is opened. Find out how it writes: "
            f"python -m assistant models probe {model.id}"
        )
    elif options.action == "remove":
        model = add_models.remove_model(settings, options.model)
        terminal.note(f"{model.id} is not offered any more. Its file stays where it is.")
    _list(options, terminal)


def _list(options: Namespace, terminal: Terminal) -> None:
    rows = model_store.list_models(options.settings)
    if terminal.document(rows):
        return
    settings, problem = endpoint_file.in_use(options.settings)
    terminal.table(
        [
            ("MODEL", "TASK", "STATUS", "SIZE", "LICENCE", "TITLE"),
            *(
                (r.id, r.task, r.status, f"{r.size_bytes / 1e6:,.0f} MB", r.licence, r.title)
                for r in rows
            ),
        ]
    )
    if problem:
        terminal.note(problem)
    if settings.endpoint_provider:
        terminal.line(_endpoint(settings))


def _endpoint(settings: Settings) -> str:
    """The endpoint, where it is, who said so, and whether its key is set."""
    by = "saved under Settings" if endpoint_file.address_is_saved(settings) else "set by UAT_..."
    variable, state = endpoint_file.key_state(settings)
    key = f"{variable} not set" if state == "not set" else f"key set ({state})"
    where = endpoint_file.destination(settings)
    return (
        f"endpoint: {settings.endpoint_provider} {settings.endpoint_model}, {where} ({by}; {key})"
    )


def _probe(options: Namespace, terminal: Terminal) -> None:
    def note_task(task: ProbeTask) -> None:
        terminal.note(f"{'passed' if task.passed else 'failed'}  {task.name}  {task.detail}")

    with open_workspace(options, terminal, embed=False) as workspace:
        found = model_jobs.probe_model(workspace, options.model, on_task=note_task)
        way = way_of_writing(workspace, options.model)
    if terminal.document({**found.model_dump(mode="json"), "way": found.way}):
        return
    passed = sum(task.passed for task in found.tasks)
    terminal.line(f"{options.model} passed {passed} of {len(found.tasks)}: {WAY_WORDS[found.way]}.")
    if way != found.way:
        terminal.line(f"You chose {WAY_WORDS[way]}; that stays (models way {options.model} auto).")


def _way(options: Namespace, terminal: Terminal) -> None:
    with open_workspace(options, terminal, embed=False) as workspace:
        settings = workspace.settings
        model_store.writer(workspace, options.model)
        if options.way is not None:
            if options.way not in (*WAYS, AUTOMATIC):
                raise SettingsError(
                    f"'{options.way}' is no way of writing. Use {', '.join(WAYS)} or {AUTOMATIC}."
                )
            wanted = next((way for way in WAYS if way == options.way), None)
            choose_way(settings, options.model, wanted)
        way, reason = way_and_why(settings, options.model)
    why = WHY_WORDS[reason]
    if terminal.json:
        terminal.document({"model": options.model, "way": way, "why": why})
    else:
        terminal.line(f"{options.model}: {WAY_WORDS[way]} ({why})")
