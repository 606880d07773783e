"""Diagrams of draw.io are lists of elements and tables of their arrows, packed or not."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import pytest

from assistant.errors import UnreadableFile
from assistant.knowledge.chunks.chunking import split
from assistant.reading.tables.rule_rows import read_transition_rows
from assistant.sources.files.files import read_file
from assistant.sources.files.folder_source import READABLE_SUFFIXES


def vertex(key: str, value: str = "", parent: str = "1", style: str = "html=1;") -> str:
    return f'<mxCell id="{key}" value="{value}" style="{style}" vertex="1" parent="{parent}"/>'


def edge(key: str, source: str, target: str, value: str = "") -> str:
    ends = "".join(
        f' {name}="{end}"' for name, end in (("source", source), ("target", target)) if end
    )
    return f'<mxCell id="{key}" value="{value}" style="html=1;" edge="1" parent="1"{ends}/>'


def model(*cells: str) -> str:
    layer = '<mxCell id="0"/><mxCell id="1" parent="0"/>'
    return f"<mxGraphModel><root>{layer}{''.join(cells)}</root></mxGraphModel>"


def packed(data: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(data) + deflate.flush()).decode()


def text_of(*cells: str) -> list[str]:
    data = f'<mxfile><diagram name="Claims">{model(*cells)}</diagram></mxfile>'
    return read_file("claims.drawio", data.encode()).document.text.strip().split("\n")


def test_a_page_is_its_elements_and_where_its_arrows_lead() -> None:
    assert text_of(
        vertex("l1", "Clerk", style="swimlane;html=1;"),
        vertex("l2", "Head", style="swimlane;html=1;"),
        vertex("a", "Check &lt;b&gt;claim&lt;/b&gt;&lt;br&gt;&amp;ge; EUR 5", "l1"),
        vertex("d", "Above?", "l1", "rhombus;html=1;"),
        vertex("b", "Sign", "l2"),
        vertex("n", "Within 2 days", style="shape=note;html=1;"),
        edge("e1", "a", "d"),
        edge("e2", "d", "b", "yes"),
        edge("e3", "d", "a"),
        vertex("t", "no", "e3", "edgeLabel;html=1;"),
        edge("e4", "n", "b"),
    ) == [
        "# Claims",
        "",
        "- Check claim ≥ EUR 5 (Clerk)",
        "- Above? (decision, Clerk)",
        "- Sign (Head)",
        "- Within 2 days (Sign)",
        "",
        "| From | To | Transition | Who |",
        "| --- | --- | --- | --- |",
        "| Check claim ≥ EUR 5 | Above? |  | Clerk |",
        "| Above? | Sign | yes | Clerk |",
        "| Above? | Check claim ≥ EUR 5 | no | Clerk |",
    ]


def test_an_arrow_leads_past_elements_without_words() -> None:
    lines = text_of(
        vertex("a", "New"), vertex("j", style="rhombus;html=1;"), vertex("b", "Paid"),
        vertex("c", "Refused"), edge("1e", "a", "j", "check"), edge("2e", "j", "b", "ok"),
        edge("3e", "j", "c"),
    )  # fmt: skip
    assert lines[-2:] == ["| New | Paid | check / ok |", "| New | Refused | check |"]


def test_wrappers_hidden_layers_and_arrows_without_an_end() -> None:
    data = model(
        '<UserObject id="a" label="%state% (%x%)" state="Open" placeholders="1">'
        '<mxCell vertex="1" parent="1"/></UserObject>',
        '<object id="b" label="Closed"><mxCell vertex="1" parent="1"/></object>',
        '<mxCell id="old" value="Old" parent="0" visible="0"/>',
        vertex("h", "Draft", "old"), edge("e", "a", "b", "close"), edge("f", "a", "", "lost"),
    )  # fmt: skip
    read = read_file("life.xml", data.encode())
    assert read.document.title == "life"
    assert "| Open (%x%) | Closed | close |" in read.document.text
    assert "Draft" not in read.document.text
    assert [note.split(": ", 1)[-1] for note in read.notes] == [
        "“Open (%x%)” → (lost).",
        "1 elements.",
    ]


def test_packed_pages_stand_below_their_names_and_rows_are_transitions() -> None:
    pages = "".join(
        f'<diagram name="{name}">{packed(quote(model(*cells)).encode())}</diagram>'
        for name, cells in (
            ("Übersicht", (vertex("a", "Größe 100%"),)),
            ("States", (vertex("a", "Open"), vertex("b", "Closed"), edge("e", "a", "b", "close"))),
        )
    )
    document = read_file("all.drawio", f"<mxfile>{pages}</mxfile>".encode()).document
    assert (document.title, document.kind) == ("all", "page")
    assert document.text.startswith("## Übersicht\n\n- Größe 100%\n\n## States\n")
    [row] = [chunk for chunk in split(document) if chunk.kind == "table_row"]
    assert (row.heading, row.text) == ("States", "From: Open; To: Closed; Transition: close")
    assert len(read_transition_rows(row.text)) == 1


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (packed(b"a" * 60_000_000), "50,000,000"),
        ("!!", "“P” cannot be unpacked"),
        (packed(b"<mxGraphModel/>")[:12], "“P” ends too early"),
        (packed(b"<!DOCTYPE x [<!ENTITY a 'b'>]><mxGraphModel/>"), "document type"),
        (model(), "no issue, page or record"),
    ],
)
def test_what_cannot_be_read_is_named(page: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_file("x.drawio", f'<mxfile><diagram name="P">{page}</diagram></mxfile>'.encode())


def test_containers_that_hold_each_other_end() -> None:
    cells = [vertex(f"n{i}", parent=f"n{(i + 1) % 3000}") for i in range(3000)]
    assert text_of(*cells, vertex("a", "In it", "n5"))[-1] == "- In it"


def test_folders_look_at_them() -> None:
    assert {".drawio", ".mmd", ".puml", ".plantuml"} <= READABLE_SUFFIXES
