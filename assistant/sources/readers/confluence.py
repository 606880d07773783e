"""Confluence space exports (XML): the current pages and blog posts of ``entities.xml``.

Source of the format: Confluence's XML space export (Hibernate entities): ``Page`` and ``BlogPost``
hold titles and references, ``BodyContent`` the storage format, ``Labelling`` and ``Label`` labels.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from assistant.sources.readers.html import to_markdown
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import children, text_of

_KEPT = frozenset(
    ["Page", "BlogPost", "BodyContent", "Space", "Label", "Labelling", "ConfluenceUserImpl"]
)
Entity = dict[str, str]
"""Properties by name; a reference holds the id of what it points to; "id" is the own one."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The pages of the space export in ``data``; old versions, drafts and the bin are left out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist() if n.casefold() == "entities.xml")
        attachments = sum(n.startswith("attachments/") and not n.endswith("/")
                          for n in archive.namelist())  # fmt: skip
        entities = _entities(archive.read(name))
    bodies = {body.get("content", ""): body.get("body", "") for body in
              entities.get("BodyContent", {}).values()}  # fmt: skip
    labels = _labels(entities)
    count = old = 0
    for kind in ("Page", "BlogPost"):
        for page in entities.get(kind, {}).values():
            current = page.get("contentStatus", "current") == "current"
            if not current or page.get("originalVersion"):
                old += 1
                continue
            count += 1
            yield {"document": _page(page, kind, entities, bodies, labels)}
    unread = [f"{attachments} attached files"] if attachments else []
    if old:
        unread.append(f"{old} old versions, drafts or deleted pages")
    yield {"report": {"reader": "Confluence XML", "parts": count, "unread_parts": unread}}


def _entities(xml: bytes) -> dict[str, dict[str, Entity]]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    found: dict[str, dict[str, Entity]] = {}
    try:
        for _, element in iterparse(io.BytesIO(xml), forbid_dtd=True):
            if element.tag == "object":
                kind = element.get("class", "")
                if kind in _KEPT:
                    entity = _entity(element)
                    found.setdefault(kind, {})[entity["id"]] = entity
                element.clear()
    except DefusedXmlException as error:
        raise Refused("dangerous", "entities.xml declares a document type or entities") from error
    except (ParseError, ValueError) as error:
        raise Refused("damaged", f"entities.xml is not well-formed: {error}") from error
    return found


def _entity(element: Element) -> Entity:
    entity = {"id": text_of(element, "id")}
    for each in children(element, "property"):
        inner = text_of(each, "id") if each.get("class") else "".join(each.itertext())
        entity[each.get("name", "")] = inner.strip()
    return entity


def _labels(entities: Mapping[str, Mapping[str, Entity]]) -> dict[str, list[str]]:
    names = {key: label.get("name", "") for key, label in entities.get("Label", {}).items()}
    found = dict[str, list[str]]()
    for labelling in entities.get("Labelling", {}).values():
        name = names.get(labelling.get("label", ""), "")
        if name:
            found.setdefault(labelling.get("content", ""), []).append(name)
    return found


def _page(
    page: Entity,
    kind: str,
    entities: Mapping[str, Mapping[str, Entity]],
    bodies: Mapping[str, str],
    labels: Mapping[str, list[str]],
) -> dict[str, object]:
    title = page.get("title", "")
    space = entities.get("Space", {}).get(page.get("space", ""), {}).get("key", "")
    users = entities.get("ConfluenceUserImpl", {})
    author = users.get(page.get("creator", ""), {}).get("name", "")
    # CDATA cannot hold its own end mark; the export writes "]] >" for it.
    body = bodies.get(page["id"], "").replace("]] >", "]]>")
    return {
        "id": f"confluence:{page['id']}", "title": title,
        "text": f"# {title}\n\n{to_markdown(body)}", "project": space, "author": author,
        "labels": labels.get(page["id"], []), "status": page.get("contentStatus", ""),
        "type": kind, "parent": page.get("parent", ""),
    }  # fmt: skip
