"""Confluence space exports (XML): the current pages and blog posts of ``entities.xml``.

Source of the format: Confluence's XML space export (Hibernate entities): ``Page`` and ``BlogPost``
hold titles and references, ``BodyContent`` the storage format or, before Confluence 4.0, wiki
markup, ``Labelling`` and ``Label`` labels, ``ConfluenceUserImpl`` and ``InternalUser`` users.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from assistant.sources.pasted.jira_wiki import is_jira_wiki, is_opaque, jira_to_markdown
from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.refusals import Refused, place_of
from assistant.sources.readers.xml_tree import children, sound, sound_note, text_of

_KEPT = frozenset({
    "Page", "BlogPost", "BodyContent", "Space", "Label", "Labelling", "ConfluenceUserImpl",
    "InternalUser",
})  # fmt: skip
_ELEMENT = re.compile(r"</?[a-z][\w:-]*(?:\s[^<>]*)?/?>")
_END_MARK = re.compile("\\]\\][ \u200b-\u200d\u2060\ufeff]+>")
_WIKI_BODY = "0"
"""How an export names a body in wiki markup; one before Confluence 4.0 does not name any."""

Entity = dict[str, str]
"""Properties by name; a reference holds the id of what it points to; "id" is the own one."""


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The pages of the space export in ``data``, its archive or its ``entities.xml`` alone.

    Old versions, drafts and the bin are left out. Raises ``Refused`` where the XML declares
    entities or is not well formed.
    """
    xml, attachments = _unpacked(data)
    xml, forbidden = sound(xml)
    if forbidden:
        yield {"note": sound_note(forbidden)}
    entities = _entities(xml)
    bodies = {body.get("content", ""): body for body in entities.get("BodyContent", {}).values()}
    labels, users = _labels(entities), _users(entities)
    count = old = wiki = 0
    for kind in ("Page", "BlogPost"):
        for page in entities.get(kind, {}).values():
            current = page.get("contentStatus", "current") == "current"
            if not current or page.get("originalVersion") or page.get("originalVersionId"):
                old += 1
                continue
            count += 1
            body = bodies.get(page["id"], {})
            space = entities.get("Space", {}).get(page.get("space", ""), {}).get("key", "")
            wiki += _is_wiki(body)
            yield {
                "document": {
                    "id": f"confluence:{page['id']}", "title": page.get("title", ""),
                    "text": f"# {page.get('title', '')}\n\n{_markdown(body, users)}",
                    "project": space,
                    "author": users.get(page.get("creator", ""), page.get("creatorName", "")),
                    "labels": labels.get(page["id"], []),
                }
            }  # fmt: skip
    if wiki:
        yield {"note": "Read as Confluence wiki markup and converted to Markdown."}
    unread = [f"{attachments} attached files"] if attachments else []
    if old:
        unread.append(f"{old} old versions, drafts or deleted pages")
    yield {"report": {"reader": "Confluence XML", "parts": count, "unread_parts": unread}}


def _unpacked(data: bytes) -> tuple[bytes, int]:
    """``entities.xml``, and the number of attached files beside it."""
    if not data.startswith(b"PK"):
        return data, 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        name = next(each for each in names if each.casefold() == "entities.xml")
        attached = [n for n in names if n.startswith("attachments/") and not n.endswith("/")]
        return archive.read(name), len(attached)


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
        raise Refused("damaged", f"entities.xml is not well-formed{place_of(error)}") from error
    return found


def _entity(element: Element) -> Entity:
    entity = {"id": text_of(element, "id")}
    for each in children(element, "property"):
        inner = text_of(each, "id") if each.get("class") else "".join(each.itertext())
        entity[each.get("name", "")] = inner.strip()
    return entity


def _labels(entities: Mapping[str, Mapping[str, Entity]]) -> dict[str, list[str]]:
    names = {
        key: label.get("name", "")
        for key, label in entities.get("Label", {}).items()
        if label.get("namespace") != "my"  # favourites of single users
    }
    found = dict[str, list[str]]()
    for labelling in entities.get("Labelling", {}).values():
        name = names.get(labelling.get("label", ""), "")
        if name:
            found.setdefault(labelling.get("content", ""), []).append(name)
    return found


def _users(entities: Mapping[str, Mapping[str, Entity]]) -> dict[str, str]:
    """Names of users by their key, as people read them where the export holds them."""
    shown = {
        user.get("lowerName", ""): user.get("displayName", "")
        for user in entities.get("InternalUser", {}).values()
    }
    found = dict[str, str]()
    for key, user in entities.get("ConfluenceUserImpl", {}).items():
        login = user.get("lowerName") or user.get("name", "").casefold()
        name = shown.get(login) or user.get("name") or login
        if name and not is_opaque(name):
            found[key] = name
    return found


def _is_wiki(body: Entity) -> bool:
    """Whether a body is wiki markup and no storage format, as it says or as it looks."""
    if kind := body.get("bodyType", ""):
        return kind == _WIKI_BODY
    text = body.get("body", "")
    if not _ELEMENT.search(text):
        return bool(text)
    return not text.lstrip().startswith("<") and is_jira_wiki(text)  # elements in {code}, {html}


def _markdown(body: Entity, users: Mapping[str, str]) -> str:
    # CDATA cannot hold its own end mark; exports put a space or a joint of no width into it.
    text = _END_MARK.sub("]]>", body.get("body", ""))
    if _is_wiki(body):
        return jira_to_markdown(text.replace("\r\n", "\n"), confluence=True)
    return to_markdown(text, users)
