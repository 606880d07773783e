"""Messages of a program in XML, as tables of keys and texts: XLIFF, .NET and Android resources.

Sources of the formats: OASIS, "XLIFF Version 1.2" and "XLIFF Version 2.1"; Microsoft, "Resource
files in .resx format"; Android Developers, "String resources".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from assistant.sources.markdown_tables import markdown_table
from assistant.sources.readers.xml_tree import child, children, inside, one_line, tag_of, text_of

Row = tuple[str, str, str, str]
"""Key, text, translation, note."""

_PLACES = ("equiv-text", "equiv", "disp")
"""How an inline element says what stands in its place, the best first."""

_MARKUP = frozenset({"bpt", "ept", "bx", "ex", "sc", "ec", "it", "mrk", "pc", "g"})
"""Inline elements that are no place for a value: bold begins, ends."""

_ESCAPED = re.compile(r"\\(?:(?P<sign>['\"@?\\])|(?P<break>n)|u(?P<code>[0-9a-fA-F]{4}))")
"""What Android writes with a backslash in a string."""


def read_messages(root: Element) -> list[dict[str, object]] | None:
    """The records of a catalogue of messages; ``None`` for other XML."""
    language = ("", "")
    if tag_of(root) == "xliff":
        rows = list(_xliff(root))
        language = _languages(root)
    elif tag_of(root) == "root" and child(root, "resheader") is not None:
        rows = [(one.get("name", ""), text_of(one, "value"), "", text_of(one, "comment"))
                for one in children(root, "data")
                if not (one.get("type") or one.get("mimetype"))]  # fmt: skip
    elif tag_of(root) == "resources" and any(child(root, name) is not None for name in _TEXTS):
        rows = list(_android(root))
    else:
        return None
    source, target = (f" ({name})" if name else "" for name in language)
    titles = ("Key", f"Text{source}", f"Translation{target}", "Note")
    filled = [n for n in range(4) if n < 2 or any(row[n] for row in rows)]
    table = [titles, *(row for row in rows if row[1] or row[2])]
    text = markdown_table([[one_line(row[n]) for n in filled] for row in table])
    return [
        {"document": {"id": "", "title": "", "text": text}},
        {"report": {"reader": "messages", "parts": len(rows)}},
    ]


_TEXTS = ("string", "plurals", "string-array")


def _languages(root: Element) -> tuple[str, str]:
    """Of source and target, in both versions of XLIFF."""
    file = child(root, "file")
    file = root if file is None else file
    return (
        root.get("srcLang", "") or file.get("source-language", ""),
        root.get("trgLang", "") or file.get("target-language", ""),
    )


def _xliff(root: Element) -> Iterator[Row]:
    for unit in root.iter():
        if tag_of(unit) == "trans-unit":
            yield (unit.get("resname", "") or unit.get("id", ""), _inline(child(unit, "source")),
                   _inline(child(unit, "target")), _joined(children(unit, "note")))  # fmt: skip
        elif tag_of(unit) == "unit":
            segments = list(children(unit, "segment"))
            data = {one.get("id", ""): text_of(one) for one in inside(unit, "originalData")}
            yield (
                unit.get("name", "") or unit.get("id", ""),
                " ".join(_inline(child(one, "source"), data) for one in segments),
                " ".join(_inline(child(one, "target"), data) for one in segments).strip(),
                _joined(children(child(unit, "notes"), "note")),
            )


def _inline(element: Element | None, data: Mapping[str, str] = MappingProxyType({})) -> str:
    """The words of an element, with what its inline elements stand for in their places: what they
    say themselves, the original data, or their id in braces. ``data`` are the original data."""
    return "" if element is None else " ".join(_parts(element, data).split())


def _parts(element: Element, data: Mapping[str, str]) -> str:
    parts = [element.text or ""]
    for inner in element:
        told = _parts(inner, data)
        if tag_of(inner) not in _MARKUP and not told.strip():
            named = (inner.get(name, "") for name in _PLACES)
            told = next(filter(None, (*named, data.get(inner.get("dataRef", ""), ""))), "")
            told = told or f"{{{inner.get('id', '')}}}"
        elif tag_of(inner) in {"bpt", "ept", "it"}:
            told = ""  # the markup of another form
        parts += [told, inner.tail or ""]
    return "".join(parts)


def _joined(notes: Iterator[Element]) -> str:
    return "; ".join(filter(None, map(text_of, notes)))


def _android(root: Element) -> Iterator[Row]:
    for one in root:
        name = one.get("name", "")
        if tag_of(one) == "string":
            yield name, _unescaped("".join(one.itertext())), "", ""
        elif tag_of(one) in {"plurals", "string-array"}:
            for number, item in enumerate(children(one, "item")):
                yield (
                    f"{name}.{item.get('quantity') or number}",
                    _unescaped("".join(item.itertext())),
                    "",
                    "",
                )


def _unescaped(words: str) -> str:
    def sign(match: re.Match[str]) -> str:
        return match["sign"] or (" " if match["break"] else chr(int(match["code"], 16)))

    return _ESCAPED.sub(sign, words)
