"""Drawings of Visio, written here as packages."""

from __future__ import annotations

import time

import pytest
from file_writers import archive

from assistant.errors import UnreadableFile, UnsupportedFile
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.reading import Reading

_MAIN = "xmlns='http://schemas.microsoft.com/office/visio/2012/main'"
_LINKS = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
_BOX = ("PinX", "PinY", "LocPinX", "LocPinY", "Width", "Height")


def shape(number: int, text: str = "", *inside: str, says: str = "", **cells: object) -> str:
    """A shape with these cells and further attributes."""
    told = "".join(f"<Cell N='{name}' V='{value}'/>" for name, value in cells.items())
    words = f"<Text><cp IX='0'/>{text}\n</Text>" if text else ""
    below = f"<Shapes>{''.join(inside)}</Shapes>" if inside else ""
    return f"<Shape ID='{number}' {says}>{told}{words}{below}</Shape>"


def at(x: float, y: float, width: float = 1, height: float = 1) -> dict[str, object]:
    """Where a shape lies, by its middle."""
    return dict(zip(_BOX, (x, y, width / 2, height / 2, width, height), strict=True))


def arrow(
    number: int, source: int, target: int, text: str = "", **cells: object
) -> tuple[str, str]:
    """A connector and what it is tied to."""
    ends = {"BeginX": source, "EndX": target}
    return (
        shape(number, text, says="Master='9'", **{"BeginX": 1, "EndX": 2, **cells}),
        "".join(f"<Connect FromSheet='{number}' FromCell='{cell}' ToSheet='{to}' ToCell='PinX'/>"
                for cell, to in ends.items() if to),
    )  # fmt: skip


def page(*parts: str | tuple[str, str]) -> str:
    """The XML of a page of shapes and connectors."""
    shapes = "".join(part if isinstance(part, str) else part[0] for part in parts)
    ties = "".join(part[1] for part in parts if isinstance(part, tuple))
    return (f"<PageContents {_MAIN}><Shapes>{shapes}</Shapes>"
            f"<Connects>{ties}</Connects></PageContents>")  # fmt: skip


MASTERS = {
    "2": ("Decision", "Entscheidung", ""), "3": ("Swimlane (vertical)", "Bahn", ""),
    "4": ("Database", "Datenbank", ""), "9": ("Dynamic connector", "Verbinder", ""),
    "5": ("Note", "Notiz", "Draft"),
}  # fmt: skip


def package(pages: dict[str, str], layers: str = "", **extra: str) -> bytes:
    """A drawing with these pages and the ``MASTERS``."""
    parts = {
        "[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>",
        "visio/document.xml": f"<VisioDocument {_MAIN}/>",
        "docProps/app.xml": "<Properties><Application>Visio</Application></Properties>",
    }  # fmt: skip
    for kind, names in (("page", [(one, one, "") for one in pages]),
                        ("master", [*MASTERS.values()])):  # fmt: skip
        ids = MASTERS if kind == "master" else range(len(pages))
        tag = kind.capitalize()
        listed = "".join(
            f"<{tag} ID='{number}' NameU='{english}' Name='{name}'>{layers}"
            f"<Rel r:id='r{number}'/></{tag}>"
            for number, (english, name, _) in zip(ids, names, strict=True)
        )
        links = "".join(f"<Relationship Id='r{number}' Target='{kind}{number}.xml'/>"
                        for number in ids)  # fmt: skip
        folder = f"visio/{kind}s"
        parts[f"{folder}/{kind}s.xml"] = f"<{tag}s {_MAIN} {_LINKS}>{listed}</{tag}s>"
        parts[f"{folder}/_rels/{kind}s.xml.rels"] = f"<Relationships>{links}</Relationships>"
    for number, content in enumerate(pages.values()):
        parts[f"visio/pages/page{number}.xml"] = content
    for number, (*_, text) in MASTERS.items():
        parts[f"visio/masters/master{number}.xml"] = (
            f"<MasterContents {_MAIN}><Shapes>{shape(7, text)}</Shapes></MasterContents>"
        )
    return archive({**parts, **extra})


def reading(*parts: str | tuple[str, str], layers: str = "") -> Reading:
    """A drawing of one page."""
    return read_file("boats.vsdx", package({"Page-1": page(*parts)}, layers))


def test_a_drawing_is_a_list_of_its_shapes_and_a_table_of_its_arrows() -> None:
    outcomes = list(read_files("boats.vsdx", package({
        "Rent": page(
            shape(1, "Ask for<cp IX='1'/> a boat"), shape(2, "Free?", says="Master='2'"),
            shape(3, "Hand it out"), shape(4, "v2, by Ann"),
            arrow(10, 1, 2), arrow(11, 2, 3, "yes"), arrow(12, 2, 1, "no"),
        ),
        "Return": page(shape(1, "Take it back"), shape(2, says="Master='4'"), arrow(3, 1, 2)),
    })))  # fmt: skip
    assert len(outcomes) == 1
    assert outcomes[0].reading
    document = outcomes[0].reading.document
    assert document.title == "boats"
    assert document.text.splitlines() == [
        "## Rent", "", "- Ask for a boat", "- Free? (decision)", "- Hand it out", "- v2, by Ann",
        "", "| From | To | Transition |", "| --- | --- | --- |", "| Ask for a boat | Free? |  |",
        "| Free? | Hand it out | yes |", "| Free? | Ask for a boat | no |", "", "## Return", "",
        "- Take it back", "- Datenbank", "", "| From | To | Transition |", "| --- | --- | --- |",
        "| Take it back | Datenbank |  |",
    ]  # fmt: skip


def test_what_lies_in_a_swimlane_says_who() -> None:
    text = reading(
        shape(1, "", shape(2, "Staff", **at(0.2, 5)), says="Master='3'", **at(2, 5, 4, 10)),
        shape(3, "Guest", says="Master='3'", **at(6, 5, 4, 10)),
        shape(4, "Hand it out", **at(2, 5)), shape(5, "Sail", **at(6, 5)), arrow(6, 4, 5),
    ).document.text  # fmt: skip
    assert "- Hand it out (Staff)\n- Sail (Guest)" in text
    assert "| Hand it out | Sail |  | Staff |" in text


def test_many_shapes_in_many_lanes_are_placed_quickly() -> None:
    lanes = [shape(n, f"L{n}", says="Master='3'", **at(n, 5, 1, 9)) for n in range(300)]
    begun = time.perf_counter()
    text = reading(*lanes, *(shape(1000 + n, f"S{n}", **at(n % 300, 5)) for n in range(2000)))
    assert "- S301 (L1)" in text.document.text
    assert time.perf_counter() - begun < 4


def test_words_in_groups_and_of_masters_are_read() -> None:
    text = reading(
        shape(1, "", shape(2, "Boat"), shape(3, "Fee"), says="Type='Group'"),
        shape(4, says="Master='5'"), shape(5, says="Master='4'"),
        shape(6, "", shape(7, "Pier"), says="Type='Group' Master='4'"), shape(8, "Sea"),
        arrow(9, 6, 8),
    ).document.text  # fmt: skip
    assert text.startswith("- Boat\n- Fee\n- Draft\n- Pier\n- Sea\n")
    assert "| Pier | Sea |  |" in text


def test_an_arrow_points_where_its_head_is_and_loose_ones_are_told() -> None:
    found = reading(
        shape(1, "Sea"), shape(2, "Pier"), arrow(3, 1, 2, BeginArrow=4, EndArrow=0),
        arrow(4, 1, 0, "sinks"), arrow(5, 0, 0), shape(6, "Beside it", BeginX=1, EndX=2),
    )  # fmt: skip
    assert "| Pier | Sea |  |" in found.document.text
    assert "Beside it" not in found.document.text
    [note] = [note for note in found.notes if "3 arrows are tied to no element" in note]
    assert "“Sea” → (sinks); →; → (Beside it)" in note


def test_a_hidden_layer_is_left_out() -> None:
    layers = ("<PageSheet><Section N='Layer'><Row IX='0'><Cell N='Visible' V='0'/></Row>"
              "<Row IX='1'><Cell N='Visible' V='1'/></Row></Section></PageSheet>")  # fmt: skip
    found = reading(
        shape(1, "Old fee", LayerMember="0"), shape(2, "Fee", LayerMember="0;1"), layers=layers
    )
    assert found.document.text == "- Fee\n"
    assert "Left out as hidden: 1 elements." in found.notes


@pytest.mark.parametrize(
    "part",
    [
        "<PageContents><Shapes>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><PageContents>&a;</PageContents>",
        "<a>" * 300 + "</a>" * 300,
        f"<PageContents {_MAIN}/>",
    ],
)
def test_a_broken_drawing_is_refused_by_name(part: str) -> None:
    with pytest.raises(UnreadableFile, match=r"boats\.vsdx"):
        read_file("boats.vsdx", package({"Page-1": part}))


def test_a_drawing_without_its_pages_is_refused_by_name() -> None:
    data = package({"Page-1": page(shape(1, "Sea"))}, **{"visio/pages/pages.xml": "<Pages/>"})
    with pytest.raises(UnreadableFile, match=r"boats\.vsdx"):
        read_file("boats.vsdx", data)


def test_an_old_drawing_says_what_to_do() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "VisioDocument".encode("utf-16-le")
    with pytest.raises(UnsupportedFile, match="Save it as VSDX"):
        read_file("boats.vsd", data)
