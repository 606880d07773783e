"""XML parsed without document types and entities, and small questions asked of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from assistant.sources.readers.refusals import Refused

MAX_DEPTH = 200


def parse_xml(data: bytes) -> Element:
    """The root of ``data``; raises ``Refused`` where it declares entities or is not well formed."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused(
            "dangerous", "it declares a document type or entities, which can read other files"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Refused("damaged", f"it is not well-formed XML: {error}") from error
    assert isinstance(root, Element)
    _check_depth(root)
    return root


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


def children(element: Element, *names: str) -> Iterator[Element]:
    """The direct children with one of these tags, namespaces aside."""
    return (child for child in element if tag_of(child) in names)


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child with this tag."""
    return next(children(element, name), None) if element is not None else None


def text_of(element: Element | None, *path: str) -> str:
    """The text below ``path``, trimmed; empty where there is none."""
    for name in path:
        element = child(element, name)
    return "".join(element.itertext()).strip() if element is not None else ""


def one_line(text: str) -> str:
    """``text`` on one line."""
    return re.sub(r"\s+", " ", text).strip()
