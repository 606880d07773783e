"""Existing cases read beside what changes in a page, over real HTTP: before the page is kept, and
after."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import EndpointServer, streams

from assistant.domain import utc_now
from assistant.errors import LibraryError
from assistant.library import documents as library_documents
from assistant.workflow.deployment import erase
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact import impact_list, page_change, proposed_updates
from assistant.workflow.review import preview_change
from assistant.workflow.review.preview_change import ChangePreview
from assistant.workflow.sources import import_sources, next_version
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT

CASE, RULES = "UAT-CC-0003", "Business rules: Call Centre"
WORDS, NEW = "call back after 30 minutes", "call back after 45 minutes"


def previewed(opened: Workspace, project_id: str) -> ChangePreview:
    document = next_version.named_document(opened, project_id, RULES)
    text = next_version.present_text(opened, project_id, document.id).replace(WORDS, NEW)
    source = next_version.read_next_text(opened, project_id, document.id, text)
    return preview_change.preview_change(opened, project_id, source)


def answers(server: EndpointServer, source: str) -> None:
    change = {"step": 4, "words": WORDS, "instead": NEW, "source": source}
    entry = {"case": CASE, "impact": "change", "changes": [change], "because": "Longer."}

    def answer(request: Any) -> None:
        told = server.bodies[-1]["messages"][-1]["content"]
        here = [entry] if f'<case id="{CASE}">' in told else []
        streams(json.dumps({"cases": here}))(request)

    server.answer = answer


@pytest.mark.long
def test_a_case_that_cites_nothing_is_found_before_the_page_is_kept_and_mended_after(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    preview = previewed(opened, project_id)
    page = page_change.previewed(preview)
    assert page_change.last(opened, project_id, [page]) is None
    answers(server, NEW)
    reading = page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    assert len(reading.read) == reading.held == 60
    assert [(one.case_id, one.impact) for one in reading.found] == [(CASE, "change")]
    first = server.bodies[0]["messages"][-1]["content"]
    assert first.count("\n- ") == first.count("\n+ ") == 1, "what changes, and nothing else"
    assert 'call back after 30 minutes."' in first
    assert "<document" in first, "with passages of the page and of others"

    preview_change.apply_change(opened, project_id, preview, by="Ada")
    kept = page_change.present(opened, project_id, preview.document_id)
    assert page_change.last(opened, project_id, [kept]) == reading, (
        "it is the text that was read for"
    )
    done = proposed_updates.propose(opened, project_id, reading, by="m")
    assert (done.cases, done.left) == ((CASE,), {})
    (row,) = impact_list.rows(opened, project_id, reading)
    assert row.proposed
    assert NEW in row.lines[0].after


@pytest.mark.long
def test_another_source_that_changes_is_told_and_the_page_itself_is_not(
    opened: Workspace, server: EndpointServer, tmp_path: Path
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    preview = previewed(opened, project_id)
    answers(server, NEW)
    page = page_change.previewed(preview)
    reading = page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    preview_change.apply_change(opened, project_id, preview, by="Ada")
    import_sources.index_paths(opened, project_id, [])
    assert not page_change.sources_changed(opened, project_id, reading)
    file = tmp_path / "minutes.md"
    file.write_text("# Minutes\n\nDecided: callers hold for an hour.\n", "utf-8")
    import_sources.index_paths(opened, project_id, [file])
    assert page_change.sources_changed(opened, project_id, reading)


def test_a_page_of_one_version_is_read_as_a_new_one(
    opened: Workspace, server: EndpointServer, tmp_path: Path
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    file = tmp_path / "minutes.md"
    file.write_text(f"# Minutes\n\nDecided: callers are asked to {NEW}.\n", "utf-8")
    import_sources.index_paths(opened, project_id, [file])
    (document,) = [one for one in opened.library.documents(project_id) if one.title == "Minutes"]
    page = page_change.present(opened, project_id, document.id)
    answers(server, f"callers are asked to {NEW}")
    reading = page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    assert [one.case_id for one in reading.found] == [CASE]
    told = server.bodies[0]["messages"][-1]["content"]
    assert f"+ Decided: callers are asked to {NEW}." in told
    assert "\n- " not in told.partition("</changes>")[0]


@pytest.mark.long
def test_words_of_another_source_make_no_case_wrong(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    page = page_change.previewed(previewed(opened, project_id))
    answers(server, "Answers to criteria are given within 3 days")
    reading = page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    assert (reading.found, reading.dropped) == ((), 1)


@pytest.mark.long
def test_a_reading_counts_for_a_text_and_what_it_changes_from(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    answers(server, NEW)
    page = page_change.previewed(previewed(opened, project_id))
    page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    document = next_version.named_document(opened, project_id, RULES)
    present = next_version.present_text(opened, project_id, document.id)
    other = f"{present}\n\nA supervisor signs every refund.\n"
    source = next_version.read_next_text(opened, project_id, document.id, other)
    changed = preview_change.preview_change(opened, project_id, source)
    preview_change.apply_change(opened, project_id, changed, by="sync")
    draft = next_version.read_next_text(
        opened, project_id, document.id, present.replace(WORDS, NEW)
    )
    again = preview_change.preview_change(opened, project_id, draft)
    same = page_change.previewed(again)
    assert same.version.document.text == page.version.document.text
    assert page_change.last(opened, project_id, [same]) is None, "it takes a sentence away now"


@pytest.mark.long
def test_a_sentence_that_stands_elsewhere_does_not_go_away(opened: Workspace) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    document = next_version.named_document(opened, project_id, RULES)
    lines = next_version.present_text(opened, project_id, document.id).splitlines()
    (rule,) = [one for one in lines if "**BR-CC-20**" in one]
    lines.remove(rule)
    lines.insert(lines.index("## Verification and data protection") + 2, rule)
    text = "\n".join(lines).replace(WORDS, NEW)
    source = next_version.read_next_text(opened, project_id, document.id, text)
    preview = preview_change.preview_change(opened, project_id, source)
    preview_change.apply_change(opened, project_id, preview, by="Ada")
    page = page_change.present(opened, project_id, document.id)
    assert page == page_change.previewed(preview).model_copy(update={"version": page.version})
    assert [WORDS in one.old for one in page.changes] == [True]


@pytest.mark.long
def test_a_reading_that_was_stopped_says_so(opened: Workspace, server: EndpointServer) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    page = page_change.previewed(previewed(opened, project_id))
    answers(server, NEW)
    done: list[int] = []
    reading = page_change.read_now(
        opened, project_id, [page], reader="endpoint", by="Ada",
        report=lambda count, total: done.append(count), cancelled=lambda: 20 in done,
    )  # fmt: skip
    assert (len(reading.read), reading.left) == (20, 40)
    assert page_change.last(opened, project_id, [page]) == reading
    assert [*impact_list.lines(reading)][-1] == "not at its end: 40 to go"


@pytest.mark.long
def test_what_a_reading_quotes_of_a_draft_is_erased_with_its_page(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    page = page_change.previewed(previewed(opened, project_id))
    answers(server, NEW)
    page_change.read_now(opened, project_id, [page], reader="endpoint", by="Ada")
    wanted = erase.Wanted(project_id=project_id, documents=(page.version.document.id,))
    erase.erase(opened, wanted, by="Ada")
    assert page_change.last(opened, project_id, [page]) is None


@pytest.mark.long
def test_what_two_versions_changed_is_read_together(opened: Workspace) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    first = previewed(opened, project_id)
    preview_change.apply_change(opened, project_id, first, by="sync")
    name = first.document_id
    text = next_version.present_text(opened, project_id, name)
    text = text.replace("within 5 working days", "within 6 working days")
    second = preview_change.preview_change(
        opened, project_id, next_version.read_next_text(opened, project_id, name, text)
    )
    preview_change.apply_change(opened, project_id, second, by="sync")
    last = page_change.present(opened, project_id, name)
    both = page_change.present(opened, project_id, name, since=1)
    assert len(last.changes) < len(both.changes)
    assert {*last.changes} < {*both.changes}
    assert page_change.present(opened, project_id, name, since=2) == last
    undone = next_version.read_next_text(
        opened, project_id, name, text.replace("within 6 working days", "within 5 working days")
    )
    third = preview_change.preview_change(opened, project_id, undone)
    preview_change.apply_change(opened, project_id, third, by="sync")
    same = page_change.present(opened, project_id, name, since=2)
    with pytest.raises(LibraryError, match="No sentence of “Business rules: Call Centre” changes"):
        page_change.read_now(opened, project_id, [same], reader="endpoint", by="Ada")
    with pytest.raises(LibraryError, match="has no earlier version 4 \\(it has: 1, 2, 3\\)"):
        page_change.present(opened, project_id, name, since=4)


def come_in(opened: Workspace, project_id: str, folder: Path, **texts: str) -> None:
    """Files by their names, as a later look at a folder brings them in."""
    files = [folder / f"{name}.md" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, "utf-8")
    import_sources.index_paths(opened, project_id, files)


def test_cases_are_read_beside_all_that_came_in_since_a_moment(
    opened: Workspace, server: EndpointServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Minutes put off what a page says: a case is right by both together."""
    project_id = opened.project(SAMPLE_PROJECT).id
    assert page_change.arrivals(opened, project_id) == (), "all came in at once"
    first = utc_now() + timedelta(hours=1)
    monkeypatch.setattr(library_documents, "utc_now", lambda: first)
    come_in(opened, project_id, tmp_path, desk="# Desk\n\nThe desk holds a seat for 2 hours.\n")
    later = first + timedelta(hours=1)
    monkeypatch.setattr(library_documents, "utc_now", lambda: later)
    come_in(
        opened, project_id, tmp_path,
        desk=f"# Desk\n\nThe desk holds a seat for 3 hours. Agents {NEW}.\n",
        minutes="# Minutes\n\nThe 3 hours wait until May.\n",
    )  # fmt: skip
    assert page_change.arrivals(opened, project_id) == (later, first)
    pages = page_change.changed_since(opened, project_id, later)
    assert {(one.version.document.title, one.is_new) for one in pages} == {
        ("Desk", False), ("Minutes", True),
    }  # fmt: skip
    assert page_change.last(opened, project_id, pages) is None
    answers(server, f"Agents {NEW}")
    reading = page_change.read_now(opened, project_id, pages, reader="endpoint", by="Ada")
    assert [(one.case_id, one.changes[0].title) for one in reading.found] == [(CASE, "Desk")]
    assert len(server.bodies) == 3, "twenty cases a request, beside both"
    told = server.bodies[0]["messages"][-1]["content"]
    assert (
        '<changes page="Desk" file="desk.md">\n- The desk holds a seat for 2 hours.\n+ The desk'
        in told
    )
    assert '<changes page="Minutes" file="minutes.md">' in told
    assert "+ The 3 hours wait until May." in told
    assert page_change.last(opened, project_id, pages[::-1]) == reading
    assert not page_change.sources_changed(opened, project_id, reading)
    assert page_change.changed_since(opened, project_id, later + timedelta(seconds=1)) == ()
    everything = page_change.changed_since(opened, project_id, later - timedelta(days=1))
    assert all(one.is_new for one in everything), "nothing was there before"
    with pytest.raises(LibraryError, match="No sentence of any source changes"):
        page_change.read_now(opened, project_id, (), reader="endpoint", by="Ada")

    come_in(opened, project_id, tmp_path, mail="# Mail\n\nNothing is decided.\n")
    more = page_change.changed_since(opened, project_id, later)
    assert (len(more), page_change.last(opened, project_id, more)) == (3, None)

    wanted = erase.Wanted(project_id=project_id, documents=(pages[1].version.document.id,))
    erase.erase(opened, wanted, by="Ada")
    assert page_change.last(opened, project_id, pages) is None, "erased with one of its pages"


@pytest.mark.long
def test_a_source_that_changes_soon_after_it_came_begins_a_time_of_its_own(
    opened: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    first = utc_now() + timedelta(hours=1)
    second = first + timedelta(minutes=1)
    monkeypatch.setattr(library_documents, "utc_now", lambda: first)
    come_in(opened, project_id, tmp_path, desk="# Desk\n\nIt opens at 9.\n")
    monkeypatch.setattr(library_documents, "utc_now", lambda: second)
    come_in(opened, project_id, tmp_path, desk="# Desk\n\nIt opens at 8.\n", mail="# Mail\n\nHi.\n")
    assert page_change.arrivals(opened, project_id) == (second, first)
    pages = page_change.changed_since(opened, project_id, second)
    assert {one.version.document.title for one in pages} == {"Desk", "Mail"}


@pytest.mark.long
def test_no_page_takes_the_place_of_another_in_the_prompt(
    opened: Workspace, server: EndpointServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    later = utc_now() + timedelta(hours=1)
    monkeypatch.setattr(library_documents, "utc_now", lambda: later)
    rules = "\n\n".join(
        f"## Rule {n}\n\nA seat of row {n} is held for {n} hours. " * 9 for n in range(250)
    )
    come_in(
        opened, project_id, tmp_path, long=f"# Long\n\n{rules}\n", mail="# Mail\n\nRow 61 is new.\n"
    )
    pages = page_change.changed_since(opened, project_id, later)
    answers(server, NEW)
    page_change.read_now(opened, project_id, pages, reader="endpoint", by="Ada")
    told = server.bodies[0]["messages"][-1]["content"].rpartition("</changes>")[2]
    assert told.count("A seat of row") > 40, "as much of the long page as has room"
    parts = {body["messages"][-1]["content"].partition("<document")[0] for body in server.bodies}
    assert len(parts) >= page_change.parts_at_least(pages) > 1
    assert "Row 61 is new." in told
    assert f'of="{RULES}' in told, "what other pages say of records and users stands there too"


def test_a_reading_kept_by_an_earlier_version_names_its_page(
    opened: Workspace, server: EndpointServer
) -> None:
    project_id = opened.project(SAMPLE_PROJECT).id
    pages = [page_change.previewed(previewed(opened, project_id))]
    answers(server, NEW)
    reading = page_change.read_now(opened, project_id, pages, reader="endpoint", by="Ada")
    kept = reading.model_dump(mode="json", exclude={"document_ids"})
    (name,) = reading.document_ids
    assert type(reading).model_validate(kept | {"document_id": name}) == reading
