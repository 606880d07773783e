"""The sentence that asks for cases is told to a model that writes stories; nothing else is."""

from __future__ import annotations

import json

import pytest
from endpoint_server import EndpointServer, streams

from assistant.domain import GenerationConfig
from assistant.generation.request_choice import KeysOfWords, RequestChoice
from assistant.suite.template import DEFAULT_TEMPLATE
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases
from assistant.workflow.sources import mask_sources
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, read_asked, understand

ASKED = "smoke tests for story CC-202, Bob Jones tests from 3 to 7 May"


@pytest.fixture
def server(server: EndpointServer) -> EndpointServer:
    server.answer = streams(json.dumps({"cases": [], "questions": []}))
    return server


def prompt_of(opened: Workspace, server: EndpointServer, request: GenerateRequest) -> str:
    project_id = opened.project(SAMPLE_PROJECT).id
    found = understand(opened, project_id, request)
    run = generate_cases.begin(opened, project_id, found, GenerationConfig(writer="endpoint"))
    generate_cases.run_now(opened, project_id, run)
    return str(server.bodies[0]["messages"][-1]["content"])


@pytest.mark.long
def test_a_typed_sentence_is_told_masked_where_that_is_on(
    opened: Workspace, server: EndpointServer
) -> None:
    assert f'<request n="0">{ASKED}</request>' in prompt_of(
        opened, server, GenerateRequest(ask=ASKED)
    )
    mask_sources.save_choices(
        opened, opened.project(SAMPLE_PROJECT).id, enabled=True, names=("Bob Jones",), by="Tess"
    )
    server.bodies.clear()
    masked = prompt_of(opened, server, GenerateRequest(ask=ASKED))
    assert '<request n="0">smoke tests for story CC-202' in masked
    assert "Bob Jones" not in masked.partition("<request n=")[2]


@pytest.mark.long
def test_the_title_of_an_epic_is_nothing_that_somebody_typed(
    opened: Workspace, server: EndpointServer
) -> None:
    text = "# PAY-7 Expect OK on each step\n\n## PAY-71 Refund\n\n- A refund is paid in 2 days.\n"
    assert "<request n=" not in prompt_of(opened, server, GenerateRequest(text=text))


def test_nothing_is_planned_for_a_criterion_that_the_request_leaves_out(opened: Workspace) -> None:
    project_id = opened.find_project(SAMPLE_PROJECT).id
    text = "CC-200, but leave out the cancellation after dispatch"
    asked = read_asked(opened, project_id, text)
    epic = next(one for one in asked.known.epics if one.key == "CC-200")
    left = epic.stories[0].criteria[0].id
    row = KeysOfWords(words="the cancellation after dispatch", keys=(left,))
    choice = RequestChoice(write=(KeysOfWords(words="CC-200", keys=("CC-200",)),), leave_out=(row,))
    request = GenerateRequest(ask=text)
    alone = choice.model_copy(update={"leave_out": ()})
    whole = understand(opened, project_id, request, asked=asked.with_choice(alone))
    found = understand(opened, project_id, request, asked=asked.with_choice(choice))
    assert left in {one.criterion_id for one in whole.conditions}
    gone = {one.id for one in whole.conditions} - {one.id for one in found.conditions}
    assert gone == {one.id for one in whole.conditions if left in one.criterion_ids}
    assert left in {one.id for one in found.epics[0].criteria}, "its writer sees the whole story"


@pytest.mark.long
def test_no_case_may_name_a_criterion_that_the_request_leaves_out(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.find_project(SAMPLE_PROJECT).id
    text = "CC-200, but leave out the cancellation after dispatch"
    asked = read_asked(opened, project_id, text)
    epic = next(one for one in asked.known.epics if one.key == "CC-200")
    left, *others = (one.id for one in epic.stories[0].criteria)
    row = KeysOfWords(words="the cancellation after dispatch", keys=(left,))
    choice = RequestChoice(write=(KeysOfWords(words="CC-200", keys=("CC-200",)),), leave_out=(row,))
    request = GenerateRequest(ask=text)
    found = understand(opened, project_id, request, asked=asked.with_choice(choice))
    run = generate_cases.begin(opened, project_id, found, GenerationConfig(writer="endpoint"))
    generate_cases.run_now(opened, project_id, run)
    body = server.bodies[0]
    assert left in str(body["messages"]), "its writer sees the whole story"
    form = json.dumps({name: part for name, part in body.items() if name != "messages"})
    assert f'"{left}"' not in form
    assert all(f'"{one}"' in form for one in others)


def test_a_run_is_called_by_the_epics_that_its_sentence_selected(
    workspace: Workspace, project_id: str
) -> None:
    ask = "Hi, could you please write the test cases for story CC-202? Thank you very much"
    found = understand(workspace, project_id, GenerateRequest(ask=ask))
    run = generate_cases.begin(workspace, project_id, found, GenerationConfig())
    (epic,) = found.epics
    assert run.request == f"{epic.key} {epic.title}"
    assert run.generation.asked == ask, "the sentence stays in the run"
    title = export_cases.title_of_run(run.request, run.created_at)
    name = export_cases.file_name(title, "all cases", "excel", DEFAULT_TEMPLATE)
    assert name.startswith(epic.key)
    assert f"{run.created_at.astimezone():%Y-%m-%d}-all-cases.csv" in name
