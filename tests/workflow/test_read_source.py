"""A source is read whole, with the cited words marked where they stand."""

from __future__ import annotations

import pytest

from assistant.domain import Chunk, Citation, SourceDocument, SourceMetadata
from assistant.errors import LibraryError
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources.read_source import PART, file_name, read_source

RULE = "A refund of more than 250 pounds needs a team leader."
TEXT = f"# Rules\n\n{'Other words. ' * 2000}\n\n{RULE}\n\n{'More words. ' * 200}\n"
START = TEXT.index(RULE)
QUOTE = "needs a team leader"

Opened = tuple[Workspace, str]


@pytest.fixture
def opened(empty_project: Opened) -> Opened:
    put(*empty_project, TEXT, "1")
    return empty_project


def put(workspace: Workspace, project_id: str, text: str, content_hash: str) -> None:
    document = SourceDocument(
        id="d", kind="rules", title="Rules", text=text, content_hash=content_hash
    )
    workspace.library.put_document(project_id, document)


def chunk(version: int = 1) -> Chunk:
    return Chunk(
        id="c", document_id="d", ordinal=1, text=RULE, start=START, end=START + len(RULE),
        title="Rules", version=version,
    )  # fmt: skip


def cited() -> list[Citation]:
    start = RULE.index(QUOTE)
    return [Citation(chunk_id="c", source=1, quote=QUOTE, start=start, end=start + len(QUOTE))]


def test_the_text_around_the_cited_words_is_shown_with_them_marked(opened: Opened) -> None:
    source = read_source(*opened, "d", chunk(), cited())
    text, marks = source.around()
    assert [text[start:end] for start, end in marks] == [QUOTE]
    assert len(text) < len(TEXT)
    assert RULE in text
    assert not source.note


def test_the_whole_is_read_in_parts_and_the_cited_one_comes_first(opened: Opened) -> None:
    source = read_source(*opened, "d", chunk(), cited())
    assert source.parts == -(-len(TEXT) // PART)
    assert "".join(source.part(number)[0] for number in range(source.parts)) == TEXT
    text, marks = source.part(source.cited_part)
    assert [text[start:end] for start, end in marks] == [QUOTE]


def test_a_piece_that_nothing_quotes_is_marked_as_a_whole(opened: Opened) -> None:
    source = read_source(*opened, "d", chunk())
    assert [TEXT[start:end] for start, end in source.marks] == [RULE]


def test_the_version_that_is_cited_is_shown_and_the_newer_one_is_named(opened: Opened) -> None:
    put(*opened, "Nothing of it is left.", "2")
    source = read_source(*opened, "d", chunk(), cited())
    assert source.version == 1
    assert [source.text[start:end] for start, end in source.marks] == [QUOTE]
    assert "the project has 2 now" in source.note


def test_of_a_removed_source_the_cited_piece_is_left(opened: Opened) -> None:
    opened[0].library.remove_document(opened[1], "d")
    source = read_source(*opened, "d", chunk(), cited())
    assert source.text == RULE
    assert source.note
    with pytest.raises(LibraryError, match="no longer in the project"):
        read_source(*opened, "d")


@pytest.mark.parametrize(
    ("document_id", "file", "title", "name"),
    [
        ("file:Meter reading rules.docx", "", "Submitting a reading", "Meter reading rules.docx"),
        ("file:wiki/Meter_reading-rules.docx", "", "Meter reading rules", ""),
        ("file:board.csv > Other tasks", "", "Board: other tasks", "board.csv"),
        ("file:all.zip > terms > Terms_v7.docx", "", "Lending", "Terms_v7.docx"),
        ("epic:UMB-7", "in/Umbrellas_v3.md", "Lend umbrellas", "Umbrellas_v3.md"),
        ("jira:CC-200", "", "Cancellation", ""),
    ],
)
def test_a_file_is_named_where_the_title_does_not(
    empty_project: Opened, document_id: str, file: str, title: str, name: str
) -> None:
    workspace, project_id = empty_project
    document = SourceDocument(
        id=document_id, kind="page", title=title, text="Words.", content_hash="1",
        metadata=SourceMetadata(file=file),
    )  # fmt: skip
    workspace.library.put_document(project_id, document)
    (stored,) = workspace.library.documents(project_id)
    assert file_name(stored) == name
