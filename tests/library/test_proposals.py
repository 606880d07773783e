"""Proposed changes of cases: beside the case, one a person, gone with whatever they belong to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.domain import GenerationRun, SourceDocument, TestCase, TestStep, utc_now
from assistant.errors import EditConflict, LibraryError
from assistant.library import Library, Project, Wanted
from assistant.library import proposals as module

WORDS = "The Zyxomatic tariff is shown to every clerk who opens the account of a customer."


def case(name: str = "C", result: str = "It is paid") -> TestCase:
    steps = (TestStep(number=1, action="Pay", expected_result=result),)
    return TestCase(id=name, title=name, steps=steps)


@pytest.fixture
def held(library: Library, project: Project) -> Library:
    library.start_run(project.id, GenerationRun(id="run", request="r"))
    library.add_case(project.id, "run", case("C"))
    library.add_case(project.id, None, case("D"))
    library.finish_run("run", status="done")
    return library


def put(library: Library, project: Project, proposed: TestCase, by: str = "Ann (tool)") -> None:
    library.proposals.put(project.id, proposed, case_version=1, reason="So.", by=by)


def test_a_newer_one_of_a_person_replaces_theirs_and_no_other(
    held: Library, project: Project
) -> None:
    put(held, project, case(result="first"))
    put(held, project, case(result="second"), by="Bob (tool)")
    put(held, project, case(result="third"))
    found = held.proposals.of_case(project.id, "C")
    assert [(one.by, one.reason, one.case_version) for one in found] == [
        ("Bob (tool)", "So.", 1), ("Ann (tool)", "So.", 1),
    ]  # fmt: skip
    assert TestCase.model_validate_json(found[1].body).steps[0].expected_result == "third"
    assert held.proposals.counts(project.id) == {"C": 2}
    stored = held.case(project.id, "C")
    assert (stored.row_version, stored.case.steps[0].expected_result) == (1, "It is paid")
    log = held.events(project.id, limit=1)
    assert [(one.subject_id, one.action, one.by) for one in log] == [
        ("C", "change proposed", "Ann (tool)")
    ]


def test_it_rests_on_the_present_version_of_a_case_that_is_there(
    held: Library, project: Project
) -> None:
    held.update_case(project.id, case(result="It waits"), expected_version=1, by="Tess")
    with pytest.raises(EditConflict):
        put(held, project, case(result="no"))
    with pytest.raises(LibraryError):
        put(held, project, case("none"))
    other = held.create_project("Other", template=project.template)
    with pytest.raises(LibraryError):
        put(held, other, case("D"))
    assert not held.proposals.counts(project.id)


def test_so_many_wait_and_no_more(
    held: Library, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    put(held, project, case(result="first"))
    put(held, project, case(result="again"))
    with pytest.raises(LibraryError, match="wait for a person"):
        put(held, project, case("D", "one more"))
    put(held, project, case("D", "of another person"), by="Bob (tool)")
    assert held.proposals.counts(project.id) == {"C": 1, "D": 1}


def test_one_that_was_decided_on_is_gone(held: Library, project: Project) -> None:
    put(held, project, case(result="first"))
    (found,) = held.proposals.of_case(project.id, "C")
    other = held.create_project("Other", template=project.template)
    with pytest.raises(LibraryError, match="decided on, or replaced"):
        held.proposals.one(other.id, found.seq)
    held.proposals.remove(other.id, found.seq, "taken", by="Eve")
    assert held.proposals.one(project.id, found.seq) == found
    held.proposals.remove(project.id, found.seq, "proposed change dismissed", by="Tess")
    held.proposals.remove(project.id, found.seq, "proposed change dismissed", by="Tess")
    (event, before) = held.events(project.id, limit=2)
    assert (event.action, event.by, event.detail) == (
        "proposed change dismissed", "Tess", "Ann (tool)",
    )  # fmt: skip
    assert before.action == "change proposed", "what is gone already is not told twice"
    with pytest.raises(LibraryError):
        held.proposals.one(project.id, found.seq)


@pytest.mark.parametrize("wanted", [{"cases": ("C",)}, {"runs": ("run",)}, {}])
def test_they_go_with_the_case_the_run_and_the_project(
    held: Library, project: Project, wanted: dict[str, tuple[str, ...]]
) -> None:
    put(held, project, case(result=WORDS))
    put(held, project, case("D", "stays"))
    if wanted:
        held.erasing.erase(Wanted(project.id, **wanted), by="Tess")
        assert held.proposals.counts(project.id) == {"D": 1}
    else:
        held.erasing.erase_project(project.id, by="Tess")
        assert not held.proposals.counts(project.id)
        with held._database.read() as connection:
            left = connection.exec_driver_sql("SELECT count(*) FROM case_proposals").scalar_one()
        assert left == 0


@pytest.mark.parametrize("in_reason", [False, True])
def test_one_with_the_words_of_an_erased_document_goes_and_its_case_stays(
    held: Library, project: Project, *, in_reason: bool
) -> None:
    document = SourceDocument(id="secret", kind="rules", title="s", text=WORDS, content_hash="1")
    held.put_document(project.id, document)
    proposed = case(result="other words" if in_reason else WORDS)
    reason = WORDS if in_reason else "So."
    held.proposals.put(project.id, proposed, case_version=1, reason=reason, by="Ann (tool)")
    put(held, project, case("D", "stays"))
    held.erasing.erase(Wanted(project.id, documents=("secret",)), by="Tess")
    assert held.proposals.counts(project.id) == {"D": 1}
    assert {one.id for one in held.cases(project.id)} == {"C", "D"}


def test_they_go_with_a_case_that_its_source_no_longer_has(
    library: Library, project: Project
) -> None:
    def import_cases(*cases: TestCase) -> None:
        text = " ".join(one.id for one in cases)
        document = SourceDocument(
            id="old.csv", kind="test_cases", title="old", text=text, content_hash=text
        )
        library.put_document(project.id, document, cases=cases)

    import_cases(case("X"), case("Y"))
    gone, stays = (one.id for one in library.cases(project.id))
    for name in (gone, stays):
        put(library, project, case(name, "new words"))
    library.remove_document(project.id, "old.csv")
    assert library.cases(project.id) == ()
    assert not library.proposals.counts(project.id)


def test_old_ones_go_by_age(held: Library, project: Project) -> None:
    put(held, project, case(result="first"))
    held.proposals.remove_before(project.id, utc_now() - timedelta(days=1))
    assert held.proposals.counts(project.id) == {"C": 1}
    held.proposals.remove_before(project.id, utc_now() + timedelta(days=1))
    assert not held.proposals.counts(project.id)
