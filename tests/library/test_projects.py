"""Projects: names are unique as people see them; choices are kept."""

from __future__ import annotations

import pytest

from assistant.domain import CaseTemplate, Column, RetrievalConfig, TopK
from assistant.errors import LibraryError
from assistant.library import Library, Project

TEMPLATE = CaseTemplate(name="T", columns=(Column(header="ID", field="id"),))


def test_a_project_is_found_by_id_and_by_name(library: Library, project: Project) -> None:
    assert library.project(project.id) == project
    assert library.project(" ENERGY ") == project
    assert library.projects() == (project,)


@pytest.mark.parametrize("name", ["Energy", "energy", " Energy ", "Ｅnergy"])
def test_a_name_that_looks_taken_is_taken(name: str, library: Library, project: Project) -> None:
    with pytest.raises(LibraryError, match="exists already"):
        library.create_project(name, template=TEMPLATE)


@pytest.mark.parametrize("name", ["", "  \n", "x" * 201])
def test_a_name_must_be_one(name: str, library: Library) -> None:
    with pytest.raises(LibraryError, match="name"):
        library.create_project(name, template=TEMPLATE)


@pytest.mark.parametrize("name", ["a\ud800b", "nul\x00", "../../x", "'; DROP TABLE projects;--"])
def test_odd_names_are_stored_and_found(name: str, library: Library) -> None:
    made = library.create_project(name, template=TEMPLATE)
    assert library.project(name) == made
    assert made.id.isalnum()


def test_an_unknown_project_names_the_known_ones(library: Library, project: Project) -> None:
    with pytest.raises(LibraryError, match="“Energy”"):
        library.project("Water")
    with pytest.raises(LibraryError, match="no project"):
        library.save_template("nope", TEMPLATE)


def test_choices_are_kept_with_the_project_and_logged(library: Library, project: Project) -> None:
    template = TEMPLATE.model_copy(update={"name": "Ours \ud800"})
    retrieval = RetrievalConfig(top_k=TopK(rule=7), dense_weight=0.25)
    library.save_template(project.id, template, by="ann")
    library.save_retrieval(project.id, retrieval)
    found = library.project(project.id)
    assert found.template.name == "Ours \ufffd"
    assert found.retrieval == retrieval
    events = library.events(project.id)
    assert [(event.by, event.action) for event in events] == [
        ("", "saved retrieval"),
        ("ann", "saved template"),
        ("", "created"),
    ]
    assert [event.seq for event in events] == sorted((e.seq for e in events), reverse=True)
