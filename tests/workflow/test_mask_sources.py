"""With masking on, nothing that comes in is kept, indexed or asked with personal data in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import index_of, quick_workspace, sync_folder, write

from assistant.domain import GenerationConfig
from assistant.errors import LibraryError
from assistant.sources.masking.recognisers import PLACEHOLDER
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_suite, lineage
from assistant.workflow.sources import import_sources, mask_sources, next_version, read_source
from assistant.workflow.writing import generate_cases
from assistant.workflow.writing.requests import GenerateRequest, answer_question, understand

MAIL, IBAN, CARD, PHONE = (
    "anna.meier@bank.example", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111",
    "+49 30 901820",
)  # fmt: skip
EPIC = f"""# CC-12 Refunds

## CC-121 Pay back

As a customer I want my money back.

Acceptance criteria:

- The confirmation goes to {MAIL} within 2 days.
- If the refund is large, {IBAN} is checked and the card {CARD} is refused.
- The hotline {PHONE} is shown.
"""
SECRETS = (MAIL, IBAN, CARD, PHONE, "901820", "Klara")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        yield workspace, project_id


def switch_on(workspace: Workspace, project_id: str, *names: str) -> None:
    mask_sources.save_choices(workspace, project_id, enabled=True, names=names, by="Tess")


def assert_clean(workspace: Workspace, project_id: str) -> None:
    """Neither the library's present versions, the index, the cases nor the runs hold a secret."""
    library = workspace.library
    held = [library.document_parts(project_id, one.id) for one in library.documents(project_id)]
    runs = [library.run(project_id, one.id) for one in library.runs(project_id)]
    everything = repr((held, index_of(workspace, project_id), library.cases(project_id), runs))
    assert not [secret for secret in SECRETS if secret in everything]


def kinds(text: str) -> str:
    """A text with "[e-mail]" for each address masked in it, whatever its number."""
    return PLACEHOLDER.sub(r"[\1]", text)


def store_text(workspace: Workspace, project_id: str, text: str) -> str:
    preview = import_sources.preview_text(workspace, project_id, text)
    (stored,) = import_sources.store(workspace, project_id, [preview])
    workspace.jobs.wait(f"index-{project_id}")
    return stored.id


def test_masking_is_off_until_it_is_switched_on(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    document_id = store_text(workspace, project_id, EPIC)
    assert MAIL in workspace.library.document(project_id, document_id).text
    assert read_source.extraction(workspace, project_id, document_id) == ()


def test_pasted_text_is_masked_and_says_so(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id)
    preview = import_sources.preview_text(workspace, project_id, EPIC)
    assert preview.reading.report.sentences[-1] == (
        "Masked: 1 e-mail address, 1 account number, 1 card number, 1 telephone number"
    )
    document_id = store_text(workspace, project_id, EPIC)
    assert_clean(workspace, project_id)
    document, epics, _ = workspace.library.document_parts(project_id, document_id)
    first = epics[0].criteria[0]
    assert kinds(first.text) == "The confirmation goes to [e-mail] within 2 days."
    assert document.text[first.start : first.end] == first.text
    assert read_source.extraction(workspace, project_id, document_id)[-1].startswith("Masked: 1")
    again = import_sources.preview_text(workspace, project_id, EPIC)
    assert again.change == "unchanged"


@pytest.mark.long
def test_files_and_folders_are_masked(project: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id, "Klara")
    by_hand, connected = tmp_path / "hand", tmp_path / "connected"
    write(by_hand / "refunds.md", EPIC)
    write(by_hand / "rules.html", f"<h1>Rules</h1><p>Klara ({MAIL}) decides.</p>")
    table = io.StringIO()
    csv.writer(table).writerows([
        ["Test Case ID", "Title", "Step", "Test Data", "Expected Result"],
        ["T-1", "Log in", f"Type {MAIL}", CARD, f"{PHONE} is shown"],
    ])  # fmt: skip
    write(by_hand / "cases.csv", table.getvalue())
    write(connected / "page.md", f"# Page\n\nKlara transfers to {IBAN}.\n")
    rows = import_sources.index_paths(workspace, project_id, [by_hand])
    assert {row.outcome for row in rows} == {"new"}
    assert sync_folder(workspace, project_id, connected).new == 1
    assert sync_folder(workspace, project_id, connected).changed == 0
    assert len(workspace.library.documents(project_id)) == 4
    (case,) = workspace.library.cases(project_id)
    assert kinds(case.case.steps[0].action) == "Type [e-mail]"
    assert_clean(workspace, project_id)


@pytest.mark.long
def test_a_request_and_an_answer_are_masked_before_a_run(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id)
    found = understand(workspace, project_id, GenerateRequest(text=EPIC))
    assert "[account number " in found.epics[0].criteria[1].text
    run = generate_cases.begin(workspace, project_id, found, GenerationConfig())
    generate_cases.write(workspace, project_id, run, lambda: False)
    question = next(iter(found.keyed_questions))
    answer = answer_question(
        workspace, project_id, found, question, f"More than 500 EUR; ask {MAIL}.", by="Tess"
    )
    assert kinds(answer.text) == "More than 500 EUR; ask [e-mail]."
    assert_clean(workspace, project_id)


def test_a_next_version_and_a_checked_suite_are_masked(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id)
    document_id = store_text(workspace, project_id, EPIC)
    text = next_version.present_text(workspace, project_id, document_id)
    preview = next_version.read_next_text(
        workspace, project_id, document_id, text + "- The copy goes to bob@bank.example.\n"
    )
    assert "The copy goes to [e-mail]." in kinds(preview.reading.document.text)
    suite = f"Test Case ID,Title,Step,Expected Result\nT-1,Log in,Type {MAIL},It is shown\n"
    (case,) = check_suite.read_suite(workspace, project_id, "suite.csv", suite.encode())
    assert kinds(case.steps[0].action) == "Type [e-mail]"


def test_what_is_stored_is_masked_by_one_step_and_its_history_stays(
    project: tuple[Workspace, str],
) -> None:
    workspace, project_id = project
    document_id = store_text(workspace, project_id, EPIC)
    other = store_text(workspace, project_id, "# Page\n\nOrders are kept for 10 years.\n")
    with pytest.raises(LibraryError, match="switched off"):
        mask_sources.mask_stored(workspace, project_id)
    switch_on(workspace, project_id)
    assert import_sources.preview_text(workspace, project_id, EPIC).change == "changed"
    mask_sources.mask_in_background(workspace, project_id, by="Tess")
    workspace.jobs.wait(f"index-{project_id}-mask")
    workspace.jobs.wait(f"index-{project_id}")
    assert_clean(workspace, project_id)
    assert MAIL in workspace.library.document(project_id, document_id, 1).text
    assert len(lineage.document_versions(workspace, project_id, document_id)) == 2
    assert len(lineage.document_versions(workspace, project_id, other)) == 1
    assert mask_sources.mask_stored(workspace, project_id) == 0


CASES = "Test Case ID,Title,Step,Expected Result\nT-1,Log in,Type {mail},It is shown\n"


def store_cases(workspace: Workspace, project_id: str, mail: str) -> str:
    found = import_sources.preview_files(
        workspace, project_id, "cases.csv", CASES.format(mail=mail).encode()
    )
    (stored,) = import_sources.store(workspace, project_id, found.previews)
    workspace.jobs.wait(f"index-{project_id}")
    return stored.id


def test_what_a_person_edited_in_a_case_is_masked_and_outlives_the_next_import(
    project: tuple[Workspace, str],
) -> None:
    workspace, project_id = project
    library = workspace.library
    store_cases(workspace, project_id, MAIL)
    (stored,) = library.cases(project_id)
    edited = stored.case.model_copy(update={"title": f"By hand as bob@bank.example, {MAIL}"})
    library.update_case(project_id, edited, expected_version=1, by="Ann")
    library.set_status(
        project_id, stored.id, "accepted", reason="good", by="Ann", expected_version=2
    )
    switch_on(workspace, project_id)
    assert mask_sources.mask_stored(workspace, project_id, by="Tess") == 1
    (masked,) = library.cases(project_id)
    assert kinds(masked.title) == "By hand as [e-mail], [e-mail]"
    assert (masked.status, masked.case.status_reason) == ("accepted", "good")
    assert [line.action for line in library.history(project_id, masked.id)] == [
        "imported", "edited", "accepted", "masked",
    ]  # fmt: skip
    with pytest.raises(LibraryError, match="no earlier version"):
        library.undo(project_id, masked.id, by="Ann", expected_version=masked.row_version)
    assert masked.title.endswith(masked.case.steps[0].action.removeprefix("Type "))
    store_cases(workspace, project_id, MAIL)
    assert library.cases(project_id) == (masked,)
    store_cases(workspace, project_id, "bob@bank.example")  # other words, not only masked ones
    (again,) = library.cases(project_id)
    assert again.title == "Log in"
    assert "what Ann changed is kept" in again.case.status_reason


@pytest.mark.long
def test_what_is_stored_or_removed_while_masking_reads_is_not_undone(
    project: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, project_id = project
    library = workspace.library
    first = store_text(workspace, project_id, EPIC)
    other = store_text(workspace, project_id, f"# Page\n\nAsk {MAIL}.\n")
    third = store_cases(workspace, project_id, MAIL)
    switch_on(workspace, project_id)
    read, seen = library.document_parts, set[str]()

    def read_and_change(project: str, document_id: str, version: int | None = None) -> object:
        parts = read(project, document_id, version)
        if document_id in seen:
            return parts
        seen.add(document_id)
        if document_id == first:
            newer = parts[0].model_copy(update={"text": f"Newer words of {MAIL}."})
            library.put_document(project_id, newer, by="sync")
        elif document_id == other:
            library.remove_document(project_id, document_id)
        else:
            (case,) = library.cases(project_id)
            mine = case.case.model_copy(update={"title": "mine"})
            library.update_case(project_id, mine, expected_version=case.row_version, by="Ann")
        return parts

    monkeypatch.setattr(library, "document_parts", read_and_change)
    assert mask_sources.mask_stored(workspace, project_id) == 2
    assert seen == {first, other, third}
    assert kinds(library.document(project_id, first).text) == "Newer words of [e-mail]."
    assert library.find_document(project_id, other) is None
    (case,) = library.cases(project_id)
    assert (case.title, kinds(case.case.steps[0].action)) == ("mine", "Type [e-mail]")


def test_another_address_in_a_rule_is_seen_as_a_change(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id)
    store_text(workspace, project_id, EPIC)
    assert import_sources.preview_text(workspace, project_id, EPIC).change == "unchanged"
    other = EPIC.replace(MAIL, "bob@bank.example")
    assert import_sources.preview_text(workspace, project_id, other).change == "changed"
    switch_on(workspace, project_id, "Klara")  # the numbers stay
    assert import_sources.preview_text(workspace, project_id, EPIC).change == "unchanged"


def test_switched_off_again_the_same_file_comes_in_as_it_is(project: tuple[Workspace, str]) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id)
    document_id = store_text(workspace, project_id, EPIC)
    mask_sources.save_choices(workspace, project_id, enabled=False, names=())
    assert import_sources.preview_text(workspace, project_id, EPIC).change == "changed"
    assert store_text(workspace, project_id, EPIC) == document_id
    assert MAIL in workspace.library.document(project_id, document_id).text


def test_names_are_kept_once_and_an_endless_list_is_refused(
    project: tuple[Workspace, str],
) -> None:
    workspace, project_id = project
    switch_on(workspace, project_id, " Anna  Meier", "Anna Meier", "", "Long")
    assert workspace.project(project_id).masking.names == ("Anna Meier", "Long")
    with pytest.raises(LibraryError, match="Shorten"):
        switch_on(workspace, project_id, *map(str, range(2_001)))
