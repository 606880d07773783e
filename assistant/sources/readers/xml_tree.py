"""XML parsed without document types and entities, and small questions asked of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from assistant.sources.readers.refusals import Refused, place_of

MAX_DEPTH = 200
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_BYTES = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]"
)
"""The same in UTF-8; of a text in one byte a sign only the first kind can occur."""
_REFERENCE = re.compile(rb"&#(?:(\d{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def parse_xml(data: bytes) -> Element:
    """The root of ``data``, without signs that XML forbids and programs write all the same.

    Raises ``Refused`` where it declares entities or is not well formed.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(sound(data)[0], forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused(
            "dangerous", "it declares a document type or entities, which can read other files"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Refused("damaged", f"it is not well-formed XML{place_of(error)}") from error
    assert isinstance(root, Element)
    _check_depth(root)
    return root


def sound(data: bytes) -> tuple[bytes, int]:
    """``data`` without the signs that XML 1.0 forbids, as they are or as references; how many."""
    if data[:2] in _WIDE:
        found, count = sound(data.decode("utf-16", "replace").encode("utf-8", "replace"))
        return (found.decode("utf-8").encode("utf-16") if count else data), count
    found, count = _FORBIDDEN_BYTES.subn(b"", data)
    references = 0

    def kept(match: re.Match[bytes]) -> bytes:
        nonlocal references
        code = int(match[1]) if match[1] else int(match[2], 16)
        forbidden = bool(_FORBIDDEN.match(chr(code))) if code < 0x110000 else True
        references += forbidden
        return b"" if forbidden else match[0]

    if b"&#" in found:
        found = _REFERENCE.sub(kept, found)
    return found, count + references


def sound_note(count: int) -> str:
    """What is said of signs that were taken out."""
    return f"Took out {count} control characters that XML forbids."


def _check_depth(root: Element) -> None:
    stack = [(root, 0)]
    while stack:
        element, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise Refused("damaged", "its elements lie in each other too deeply")
        stack.extend((child, depth + 1) for child in element)


def tag_of(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The direct children with one of these tags, namespaces aside; none where no element is."""
    return (child for child in (element if element is not None else ()) if tag_of(child) in names)


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child with this tag."""
    return next(children(element, name), None)


def inside(element: Element | None, name: str) -> list[Element]:
    """What the first direct child with this tag holds."""
    found = child(element, name)
    return list(found) if found is not None else []


def text_of(element: Element | None, *path: str) -> str:
    """The text below ``path``, trimmed; empty where there is none."""
    for name in path:
        element = child(element, name)
    return "".join(element.itertext()).strip() if element is not None else ""


def one_line(text: str) -> str:
    """``text`` on one line."""
    return " ".join(text.split())
