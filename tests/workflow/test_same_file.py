"""A file is one document, however it is reached; of two copies of a text the newer counts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import WordEmbedder, quick_workspace, sync_folder, write

from assistant.domain import AcceptanceCriterion, Epic, UserStory
from assistant.language.validity import stated_edition
from assistant.library import documents
from assistant.library.editions import older_editions
from assistant.sources.files.files import read_file
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import duplicate_texts, import_sources, next_version
from assistant.workflow.sources.read_source import file_of, listed_sources
from assistant.workflow.sources.search_sources import explain, search
from assistant.workflow.writing.answers import raised_questions

Quick = tuple[Workspace, str, WordEmbedder]
RULE = "# Cooling off\n\nA customer may cancel a contract within {} days of signing it.\n"


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Quick]:
    with quick_workspace(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, project_root: Path) -> Path:
    """Pages, an epic with a key and a file in a folder of its own."""
    folder = Path(shutil.copytree(project_root / "sample_data" / "wiki", tmp_path / "in"))
    shutil.copy(
        project_root / "sample_data" / "epics" / "CC-200-cooling-off-cancellation.md", folder
    )
    write(folder / "sub" / "rule.md", RULE.format(14))
    return folder


def ids(workspace: Workspace, project_id: str) -> list[str]:
    return [document.id for document in workspace.library.documents(project_id)]


def texts(workspace: Workspace, project_id: str) -> list[str]:
    """What a search for the rule finds of it, best first."""
    found = search(workspace, project_id, "cancel a contract within days of signing it")
    return [one.chunk.text for one in found if "cancel a contract" in one.chunk.text]


def test_a_version_has_the_name_of_the_file_that_it_came_in(quick: Quick) -> None:
    workspace, project_id, _ = quick

    def read(name: str, days: int) -> import_sources.Preview:
        data = RULE.format(days).encode()
        (found,) = import_sources.preview_files(workspace, project_id, name, data).previews
        return found

    def held() -> tuple[str, str, int]:
        (one,) = workspace.library.documents(project_id)
        return one.id, file_of(one), one.version

    import_sources.store(workspace, project_id, [read("Rules v1.3.md", 14)])
    assert held() == ("file:Rules v1.3.md", "Rules v1.3.md", 1)
    (named,) = next_version.may_be_versions_of(workspace, project_id, read("Rules v1.4.md", 15))
    version = next_version.as_version_of(workspace, project_id, read("Rules v1.4.md", 15), named.id)
    import_sources.store(workspace, project_id, [version])
    assert held() == ("file:Rules v1.3.md", "Rules v1.4.md", 2)
    pasted = next_version.read_next_text(workspace, project_id, named.id, RULE.format(16))
    import_sources.store(workspace, project_id, [pasted])
    assert held() == ("file:Rules v1.3.md", "Rules v1.4.md", 3)
    data = RULE.format(17).encode()
    uploaded = next_version.read_next_file(workspace, project_id, named.id, "Rules v1.5.md", data)
    import_sources.store(workspace, project_id, [uploaded])
    assert held() == ("file:Rules v1.3.md", "Rules v1.5.md", 4)
    import_sources.store(workspace, project_id, [read("Rules v1.3.md", 18)])
    assert held() == ("file:Rules v1.3.md", "Rules v1.3.md", 5)


@pytest.mark.parametrize(
    ("name", "heading", "likely"),
    [
        ("rule.md", "Withdrawal", True),
        ("rule-2.md", "Withdrawal", False),
        ("rule.md", "Withdrawal abroad", False),
    ],
)
def test_a_page_of_a_folder_that_comes_alone_is_likely_its_next_version(
    quick: Quick, tmp_path: Path, name: str, heading: str, likely: bool
) -> None:
    workspace, project_id, _ = quick
    (tmp_path / "all" / "wiki").mkdir(parents=True)
    (tmp_path / "all" / "wiki" / "rule.md").write_text("# Withdrawal\n\nIt is free for 14 days.\n")
    import_sources.index_paths(workspace, project_id, [tmp_path / "all"])
    (held,) = workspace.library.documents(project_id)
    data = f"# {heading}\n\nIt is free for 21 days.\n".encode()
    (found,) = import_sources.preview_files(workspace, project_id, name, data).previews
    alike = next_version.may_be_versions_of(workspace, project_id, found)
    wanted = held.id if likely else ""
    assert next_version.likely_version_of(alike, found) == wanted
    again = (*alike, *alike)
    assert next_version.likely_version_of(again, found) == "", "nobody knows which of two"


@pytest.mark.long
@pytest.mark.parametrize("first", ["index", "sync"])
def test_a_folder_indexed_and_synced_is_one_document_a_file(
    quick: Quick, folder: Path, first: str
) -> None:
    workspace, project_id, _ = quick

    def index() -> None:
        import_sources.index_paths(workspace, project_id, [folder])

    def sync() -> None:
        sync_folder(workspace, project_id, folder)

    steps = [index, sync] if first == "index" else [sync, index]
    files = len([path for path in folder.rglob("*") if path.is_file()])
    for step in steps:
        step()
    held = ids(workspace, project_id)
    assert len(held) == files
    for days, step in enumerate([sync, index, sync, index], 10):
        write(folder / "sub" / "rule.md", RULE.format(days), at=1_700_000_000 + days)
        step()
        assert ids(workspace, project_id) == held
        assert [f"within {days} days" in text for text in texts(workspace, project_id)] == [True]
        assert not any(row.older_copy_of for row in listed_sources(workspace, project_id))
    (folder / "sub" / "rule.md").unlink()
    sync()
    assert len(ids(workspace, project_id)) == files - 1
    assert not texts(workspace, project_id)


def test_a_file_outside_of_a_connected_folder_stays_by_itself(
    quick: Quick, folder: Path, tmp_path: Path
) -> None:
    workspace, project_id, _ = quick
    write(tmp_path / "other" / "rule.md", "# Meters\n\nA meter is read twice a year.\n")
    import_sources.index_paths(workspace, project_id, [tmp_path / "other"])
    sync_folder(workspace, project_id, folder / "sub")
    assert ids(workspace, project_id) == ["file:rule.md", "folder-wiki/rule.md"]


def test_an_upload_of_a_synced_file_is_that_document(quick: Quick, folder: Path) -> None:
    from assistant.workflow.sources import import_sources

    workspace, project_id, _ = quick
    sync_folder(workspace, project_id, folder)
    held = ids(workspace, project_id)
    file = folder / "sub" / "rule.md"
    found = import_sources.preview_files(workspace, project_id, file.name, file.read_bytes())
    previews = import_sources.separate_files(workspace, project_id, found.previews)
    assert [one.change for one in previews] == ["unchanged"]
    import_sources.store(workspace, project_id, previews)
    assert ids(workspace, project_id) == held


def two_copies(quick: Quick, folder: Path) -> None:
    """A rule put in by hand, from elsewhere, and a newer edition of it in a synced folder."""
    workspace, project_id, _ = quick
    words = RULE + "\nThe agent records the reason, the date and the name of the caller.\n"
    old = words.format(14)
    import_sources.put(workspace, project_id, read_file("rule.md", old.encode()))
    import_sources.index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    write(folder / "sub" / "rule.md", words.format(10))
    sync_folder(workspace, project_id, folder)


def test_the_older_of_two_copies_never_outranks_the_newer(quick: Quick, folder: Path) -> None:
    workspace, project_id, _ = quick
    two_copies(quick, folder)
    for query in ("cancel within 14 days", "14 days", "cancel a contract within 14 days"):
        found = [one for one in search(workspace, project_id, query) if "sign" in one.chunk.text]
        assert "within 10 days" in found[0].chunk.text, query
        assert [one.rank for one in search(workspace, project_id, query)] == list(
            range(1, len(search(workspace, project_id, query)) + 1)
        )
        config = workspace.project(project_id).retrieval
        rows = explain(workspace, project_id, query, config).rows
        first = next(row.chunk for row in rows if "sign" in row.chunk.text)
        assert "within 10 days" in first.text


def test_a_prompt_holds_no_older_copy_and_the_list_says_that_there_are_two(
    quick: Quick, folder: Path
) -> None:
    workspace, project_id, _ = quick
    two_copies(quick, folder)
    config = workspace.project(project_id).retrieval
    found = duplicate_texts.current_texts(workspace, project_id).retrieve(
        ["cancel within 14 days"], config
    )
    assert any("within 10 days" in one.chunk.text for one in found)
    assert not any("within 14 days" in one.chunk.text for one in found)
    rows = {row.id: row for row in listed_sources(workspace, project_id)}
    newer, older = rows["folder-wiki/sub/rule.md"], rows["file:rule.md"]
    assert older.older_copy_of == newer.id
    assert newer.older_copies == (older.id,)


def test_documents_of_one_origin_are_no_copies_of_one_another(quick: Quick, tmp_path: Path) -> None:
    workspace, project_id, _ = quick
    for country, days in (("at", 14), ("de", 10)):
        write(tmp_path / "in" / country / "rule.md", RULE.format(days))
    sync_folder(workspace, project_id, tmp_path / "in")
    assert not duplicate_texts.known_copies(workspace, project_id)
    assert len(texts(workspace, project_id)) == 2


CHAPTER = """# {chapter}

## UC-13 Cancel a purchase

**Actor:** Clerk

### Main flow

1. The clerk cancels the purchase within {days} days.
"""


OTHER = """
## UC-14 Print a receipt

**Actor:** Clerk

### Main flow

1. The clerk prints the receipt.
"""


@pytest.mark.parametrize("first", ["Spec_v1.2.md", "Chapter_3.3_v0.8_draft.md"])
def test_an_older_edition_holds_no_epic_and_is_no_source(quick: Quick, first: str) -> None:
    workspace, project_id, _ = quick
    chapter = CHAPTER.format(chapter="3.3 Draft", days=14)
    whole = CHAPTER.format(chapter="3 Purchases", days=7) + OTHER
    texts = {"Spec_v1.2.md": whole, "Chapter_3.3_v0.8_draft.md": chapter}
    for name, text in sorted(texts.items(), key=lambda one: one[0] != first):
        import_sources.put(workspace, project_id, read_file(name, text.encode()))
    held = {one.metadata.edition: one.id for one in workspace.library.documents(project_id)}
    assert set(held) == {"0.8", "1.2"}
    assert duplicate_texts.known_copies(workspace, project_id) == {held["0.8"]: held["1.2"]}
    (epic,) = workspace.library.epics(project_id)
    assert ["within 7 days" in one.text for one in epic.criteria] == [True, False]
    config = workspace.project(project_id).retrieval
    found = duplicate_texts.current_texts(workspace, project_id).retrieve(["cancel"], config)
    assert found
    assert not any("14 days" in one.chunk.text for one in found)
    rows = {row.id: row for row in listed_sources(workspace, project_id)}
    assert rows[held["0.8"]].older_copy_of == held["1.2"]


@pytest.mark.parametrize(
    ("name", "other", "older"),
    [
        ("Spec v2.docx", "Spec_v10.docx", True),
        ("Spec Version 1.2.docx", "Spec_V1.10.docx", True),
        ("Spec_v1.2.docx", "Spec_v1_2_copy.docx", False),
        ("Spec_v1.2.docx", "Spec.docx", False),
        ("Spec_v1.docx", "Spec_v1.0.docx", False),
        ("Spec_v1.0.docx", "Spec_v1.0.1.docx", True),
        ("Dev2.docx", "Dev3.docx", False),
    ],
)
def test_the_number_in_a_name_tells_the_older_edition(name: str, other: str, older: bool) -> None:
    criterion = AcceptanceCriterion(id="UC-1-main", text="It is paid.")
    story = UserStory(key="UC-1", title="Pay", criteria=(criterion,))
    epics = {one: (Epic(key=one, title=one, stories=(story,)),) for one in (name, other)}
    found = older_editions({one: stated_edition(one, "", "") for one in epics}, epics)
    assert found == ({name: other} if older else {})


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("RS_chapter4_v1.2_review_copy_Feb2025.pdf", "1.2"),
        ("UseCaseSpec_chapter3.3_v0.8.pdf", "0.8"),
        ("Spec_v1.2.docx", "1.2"),
        ("Spec v1.2 2026-01-12 (1).docx", "1.2"),
        ("Spec_V2_Entwurf.docx", "2"),
        ("in/old/Spec rev 3 - approved.docx", "3"),
        ("Spec_v0.6_superseded.pdf", "0.6"),
        ("api_v2_requirements.md", ""),
        ("Changes from v1.0 to v2.0.md", ""),
        ("v3/spec.md", ""),
        ("Dev2.md", ""),
        ("Version 2024.1.md", ""),
    ],
)
def test_the_end_of_a_name_or_title_tells_the_edition(name: str, number: str) -> None:
    assert stated_edition(name, "", "") == number
    assert stated_edition("", name, "") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Spec · Version 0.8 (draft) · replaces version 0.7", "0.8"),
        ("AURIS · Use cases · Version 0.8 (draft for walkthrough) · 03.11.2025", "0.8"),
        ("Version: 1.2", "1.2"),
        ("# Shop\n\nVersion **1.2**\n\nIt sells.", "1.2"),
        ("| Author | Ann |\n| --- | --- |\n| **Version** | 1.2 |", "1.2"),
        ("| Document: Shop | Version: 1.2 | Ann |", "1.2"),
        ("Use cases, Version 1.2, 12 March 2026", "1.2"),
        ("Document version 2, approved", "2"),
        ("The app runs on Android version 14.", ""),
        ("See Policy rev. 12", ""),
        ("Based on the OAuth version 3 interface.", ""),
        ("Replaces version 1.0. This is version 2.0.", ""),
        ("It needs Android, version 14, and a camera.", ""),
        ("Android, version 14", ""),
        ("| Android | Version 14 |", ""),
        ("Version 14 of Android is needed.", ""),
        ("Version 14 (Android)", ""),
        ("Version 0.8 | 03.11.2025 | Draft\nVersion 1.0 | 15.12.2025 | Approved", ""),
        ("x " * 350 + "\n\nVersion: 3", ""),
    ],
)
def test_only_a_place_of_its_own_in_the_opening_tells_the_edition(text: str, number: str) -> None:
    assert stated_edition("", "", text) == number


def use_cases(topic: str, *acts: str) -> str:
    """Use cases as of a template: of other topics only what the template says is the same."""
    flow = (
        "**Actor:** Clerk\n\n**Main flow:**\n\n1. The clerk opens {0}.\n2. The system saves {0}.\n"
    )
    told = [f"## UC-{number:02} {act}\n\n{flow.format(act)}" for number, act in enumerate(acts, 1)]
    return "\n".join([f"# {topic}\n", *told])


def test_documents_that_count_their_use_cases_alike_are_no_editions_of_one(quick: Quick) -> None:
    workspace, project_id, _ = quick
    files = {
        "Billing_v1.0.md": use_cases("Billing", "Make an invoice", "Send a reminder", "Book money"),
        "Stock_v2.0.md": use_cases("Stock", "Count bottles", "Order glasses", "Scrap goods"),
    }
    for name, text in files.items():
        import_sources.put(workspace, project_id, read_file(name, text.encode()))
    assert not duplicate_texts.known_copies(workspace, project_id)
    newer = use_cases("Billing", "Make an invoice", "Send a reminder", "Book money by hand")
    import_sources.put(workspace, project_id, read_file("Billing_v1.1.md", newer.encode()))
    held = {one.metadata.edition: one.id for one in workspace.library.documents(project_id)}
    assert duplicate_texts.known_copies(workspace, project_id) == {held["1.0"]: held["1.1"]}


def test_epics_are_read_only_of_documents_that_have_an_edition(
    quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, project_id, _ = quick
    read: list[str] = []
    real = documents.load_all
    monkeypatch.setattr(
        documents, "load_all", lambda model, text: read.append(text) or real(model, text)
    )

    def put(name: str) -> None:
        text = use_cases(name, "Sell a thing", "Order a thing")
        import_sources.put(workspace, project_id, read_file(name, text.encode()))
        read.clear()

    for name in ("Books.md", "Maps.md", "Pens_v1.md"):
        put(name)
    assert not workspace.library.older_editions(project_id)
    assert not read
    put("Pens_v2.md")
    assert workspace.library.older_editions(project_id)
    assert len(read) == 2
    read.clear()
    assert duplicate_texts.known_copies(workspace, project_id)
    assert duplicate_texts.known_copies(workspace, project_id)
    assert len(read) == 2, "once until a document changes"


def test_an_id_that_many_documents_hold_tells_nothing() -> None:
    criterion = AcceptanceCriterion(id="REQ-1", text="It is paid.")
    story = UserStory(key="S", title="Pay", criteria=(criterion,))
    names = [str(number) for number in range(1, 22)]
    held = {one: (Epic(key=one, title=one, stories=(story,)),) for one in names}
    assert not older_editions({one: one for one in names}, held)
    few = names[:20]
    assert older_editions({one: one for one in few}, held) == dict.fromkeys(few[:-1], "20")


def test_editions_that_share_few_criteria_are_both_current() -> None:
    def epic(*names: str) -> tuple[Epic, ...]:
        criteria = tuple(AcceptanceCriterion(id=one, text="It is paid.") for one in names)
        return (
            Epic(key="E", title="E", stories=(UserStory(key="S", title="S", criteria=criteria),)),
        )

    held = {"drop v1": epic("A", "B", "C"), "drop v2": epic("C", "D")}
    editions = {"drop v1": "1", "drop v2": "2"}
    assert not older_editions(editions, held)
    held["drop v2"] = epic("B", "C", "D")
    assert older_editions(editions, held) == {"drop v1": "drop v2"}


def test_a_name_that_many_documents_share_tells_nothing(quick: Quick, folder: Path) -> None:
    workspace, project_id, _ = quick
    two_copies(quick, folder)
    assert duplicate_texts.known_copies(workspace, project_id)
    for number in range(duplicate_texts.MOST_ALIKE):
        reading = read_file(f"in-{number}.md", RULE.format(number).encode())
        import_sources.put(workspace, project_id, reading)
    found = duplicate_texts.known_copies(workspace, project_id)
    assert found == {"file:rule.md": "folder-wiki/sub/rule.md"}, "by its file name"


def test_a_page_that_says_it_is_out_of_force_is_found_last_and_no_source_of_cases(
    quick: Quick, folder: Path
) -> None:
    workspace, project_id, _ = quick
    import_sources.index_paths(workspace, project_id, [folder / "sub" / "rule.md"])
    old = folder / "old.md"
    said = "> **SUPERSEDED** – replaced by “Cooling off”."
    write(old, RULE.format(10).replace("\n\n", f"\n\n{said}\n\n", 1))
    import_sources.index_paths(workspace, project_id, [old])
    assert ["within 10 days" in one for one in texts(workspace, project_id)] == [False, True]
    config = workspace.project(project_id).retrieval
    found = duplicate_texts.current_texts(workspace, project_id).retrieve(
        ["A customer may cancel a contract within days of signing it."], config
    )
    assert ["within 10 days" in one.chunk.text for one in found] == [False]
    told = sorted(row.outdated for row in listed_sources(workspace, project_id))
    assert told == ["", "SUPERSEDED – replaced by “Cooling off”."]
    write(old, RULE.format(10))
    import_sources.index_paths(workspace, project_id, [old])
    assert not any(row.outdated for row in listed_sources(workspace, project_id))
    found = duplicate_texts.current_texts(workspace, project_id).retrieve(
        ["A customer may cancel a contract within days of signing it."], config
    )
    assert any("within 10 days" in one.chunk.text for one in found)


@pytest.mark.parametrize("outdated", [True, False])
def test_a_page_out_of_force_is_no_side_of_a_conflict(
    quick: Quick, tmp_path: Path, outdated: bool
) -> None:
    workspace, project_id, _ = quick
    said = "Superseded by version 5.\n\n" if outdated else ""
    rule = RULE.format(10).replace("A customer", f"{said}**BR-7** A customer")
    write(tmp_path / "rules.md", rule)
    import_sources.index_paths(workspace, project_id, [tmp_path / "rules.md"])
    criterion = AcceptanceCriterion(
        id="A-1-AC1", text="A customer may cancel a contract within 14 days of signing it."
    )
    story = UserStory(key="A-1", title="Cancel", criteria=(criterion,))
    epics = (Epic(key="A", title="Cancel", stories=(story,)),)
    still_open, _ = raised_questions(workspace, project_id, epics, {})
    assert bool(still_open) is not outdated
