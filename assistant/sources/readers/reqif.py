"""ReqIF (``.reqif``, ``.reqifz``) of DOORS, Polarion, Codebeamer, Jama: specifications in order.

One document: chapters are headings, a requirement is an item under its id, with its title and its
other attributes ("Status: Released") beside the id and its text below. Names of attributes are
theirs, as the tools give them; what a requirement says is the field that ReqIF, or else a table of
requirements, calls its text. A requirement whose status says that it is withdrawn is left out, as
what a text strikes through is, and named in a note.

Source of the format: OMG, "Requirements Interchange Format (ReqIF) 1.2", and prostep ivip's
"ReqIF Implementation Guide" for the names of attributes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import indent
from xml.etree.ElementTree import Element, tostring

from assistant.language.validity import is_withdrawn
from assistant.sources.grids.header_words import HEADERS
from assistant.sources.grids.headers import normalised
from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.refusals import Refused
from assistant.sources.readers.xml_tree import (
    child,
    inside,
    one_line,
    parse_xml,
    sound,
    sound_note,
    tag_of,
    text_of,
)

_STANDARD = {"foreignid": "key", "chaptername": "chapter", "name": "title", "text": "text"}
"""Roles of the attributes that ReqIF's guide names, after "ReqIF."."""

_OF_DOORS = {
    "object identifier": "key", "object heading": "chapter", "object short text": "title",
    "object text": "text",
}  # fmt: skip
_OF_TABLES = {
    normalised(name): role
    for column, role in (("key", "key"), ("title", "title"), ("narrative", "text"))
    for name in HEADERS["requirements"][column]
}
_BOOKKEEPING = frozenset({
    "foreignid", "foreigncreatedby", "foreigncreatedon", "foreigncreatedthru",
    "foreignmodifiedby", "foreignmodifiedon", "foreignmodifiedthru", "foreignrevision", "prefix",
    "project", "revision", "associatedfiles",
})  # fmt: skip
"""What ReqIF's own attributes say about the tool that wrote them, not about the requirement."""

_STATUS = frozenset({
    "foreignstate", *HEADERS["tracker"]["status"], *HEADERS["jira"]["status"]
})  # fmt: skip
_SHORT = 100
"""Characters of an attribute that stands beside the id; a longer one is a paragraph."""

_LONGEST_TITLE = 200
_NAMED_IN_NOTE = 20
_HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
_PARAGRAPH = re.compile(r"[^\W_]|[\"'“„«(]")


def is_reqif(root: Element) -> bool:
    """Whether a document is one of ReqIF."""
    return tag_of(root) == "REQ-IF"


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The records of all ReqIF files in the archive ``data``; raises as ``read_parts`` does."""
    roots, beside, forbidden = list[Element](), 0, 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.flag_bits & 1:
                raise Refused("password", "")
            if not entry.filename.casefold().endswith(".reqif"):
                beside += not entry.is_dir()
                continue
            xml = archive.read(entry)
            forbidden += sound(xml)[1]
            roots.append(parse_xml(xml))
    if forbidden:
        yield {"note": sound_note(forbidden)}
    yield from read_parts(roots, beside)


def read_parts(roots: Iterable[Element], beside: int = 0) -> Iterator[object]:
    """The records of ReqIF documents: one document of all their specifications.

    ``beside`` files lie next to them and are not read. Raises ``Refused`` where no requirement
    with text is in force.
    """
    modules = [_Module(root) for root in roots]
    written = [module.markdown() for module in modules]
    count = sum(len(module.done) - len(module.withdrawn) for module in modules)
    if not any(module.has_text for module in modules):
        raise Refused(
            "damaged", "there is no requirement with text in it that is in force; export the "
            "module again with its objects and their attributes"
        )  # fmt: skip
    withdrawn = [name for module in modules for name in module.withdrawn]
    if withdrawn:
        yield {"note": _withdrawn_note(withdrawn)}
    title = modules[0].title if len(modules) == 1 else ""
    yield {"document": {"id": "", "title": title, "text": "\n\n".join(written)}}
    pictures = sum(module.pictures for module in modules)
    links = sum(module.links for module in modules)
    unread = [f"{number} {what}" for number, what in (
        (pictures, "pictures and embedded objects"), (links, "links between requirements"),
        (beside, "files beside it"),
    ) if number]  # fmt: skip
    yield {"report": {"reader": "ReqIF", "parts": count, "unread_parts": unread}}


def _withdrawn_note(names: list[str]) -> str:
    more = len(names) - _NAMED_IN_NOTE
    shown = ", ".join(names[:_NAMED_IN_NOTE]) + (f" and {more} more" if more > 0 else "")
    several = "requirements that are" if len(names) > 1 else "requirement that is"
    return f"Left out {len(names)} {several} no longer in force by the status given: {shown}."


@dataclass(slots=True)
class _Requirement:
    """A specification object: the fields that have a role, and its other attributes by name."""

    key: str = ""
    chapter: str = ""
    number: str = ""
    title: str = ""
    text: str = ""
    withdrawn: str = ""
    """The status that says so."""

    attributes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def head(self) -> str:
        """Its id, title and short attributes on one line."""
        short = "; ".join(f"{name}: {words}" for name, words in self._short())
        key = f"**{self.key}**" if self.key else ""
        return " ".join(filter(None, (key, self.title, f"({short})" if short else "")))

    @property
    def body(self) -> str:
        """Its text and its long attributes."""
        beside = set(self._short())
        long = (f"{name}: {words}" for name, words in self.attributes
                if (name, words) not in beside)  # fmt: skip
        return "\n\n".join(filter(None, (self.text, *long)))

    def _short(self) -> list[tuple[str, str]]:
        return [(n, w) for n, w in self.attributes if len(w) <= _SHORT and "\n" not in w]

    def item(self) -> str:
        """As a Markdown item, or as paragraphs where nothing names it."""
        head, body = self.head, self.body
        if not head:
            return body
        inner = indent(body, "  ").strip()
        if not body:
            return f"- {head}"
        alone = head == f"**{self.key}**" and _PARAGRAPH.match(body)
        return f"- {head} {inner}" if alone else f"- {head}\n\n  {inner}"


class _Module:
    """The content of one ReqIF document, written out once."""

    def __init__(self, root: Element) -> None:
        content = child(child(root, "CORE-CONTENT"), "REQ-IF-CONTENT")
        self._specifications = inside(content, "SPECIFICATIONS")
        self._objects = {_id(one): one for one in inside(content, "SPEC-OBJECTS")}
        kinds = inside(content, "SPEC-TYPES")
        self._names = {
            _id(one): one.get("LONG-NAME", "")
            for kind in kinds
            for one in inside(kind, "SPEC-ATTRIBUTES")
        }
        self._choices = {
            _id(one): one.get("LONG-NAME", "")
            for datatype in inside(content, "DATATYPES")
            for one in inside(datatype, "SPECIFIED-VALUES")
        }
        header = child(child(root, "THE-HEADER"), "REQ-IF-HEADER")
        named = [one.get("LONG-NAME", "") for one in self._specifications]
        self.title = one_line(text_of(header, "TITLE") or (named[0] if len(named) == 1 else ""))
        self.links = len(inside(content, "SPEC-RELATIONS"))
        formatted = [
            found
            for one in self._objects.values()
            for value in inside(one, "VALUES")
            if (found := child(value, "THE-VALUE")) is not None
        ]
        self.pictures = sum(map(_pictures, formatted))
        self._formatted = dict(zip(formatted, _markdown(formatted), strict=True))
        self.done: set[str] = set()
        self.withdrawn: list[str] = []
        self.has_text = False
        self._heading = ""

    def markdown(self) -> str:
        """All specifications in their order, then the objects that stand in none."""
        blocks = [f"# {self.title}"] if self.title else []
        several = len(self._specifications) > 1
        for one in self._specifications:
            if several:
                blocks.append(f"## {one_line(one.get('LONG-NAME', '')) or 'Specification'}")
            above = self._heading = blocks[-1] if several or self.title else ""
            for inner in inside(one, "CHILDREN"):
                blocks += self._branch(inner, 3 if several else 2, above)
        placed, left = bool(self.done), [key for key in self._objects if key not in self.done]
        beside = [words for key in left for words in self._written(key, 3, parent=False)]
        if beside:
            blocks += [*(["## In no specification"] if placed else []), *beside]
        return "\n\n".join(blocks)

    def _branch(self, node: Element, level: int, above: str) -> Iterator[str]:
        """An object and all below it; its heading is at ``level``, or it stands below ``above``.

        After a chapter inside that one, the heading is repeated: else it would end with it.
        """
        key = text_of(node, "OBJECT", "SPEC-OBJECT-REF")
        below = inside(node, "CHILDREN")
        for words in self._written(key, level, parent=bool(below)):
            if _HEADING.match(words):
                above = self._heading = words.split("\n", 1)[0]
                level += 1
            elif above != self._heading:
                self._heading = above
                yield above
            yield words
        for inner in below:
            yield from self._branch(inner, level, above)

    def _written(self, key: str, level: int, *, parent: bool) -> Iterator[str]:
        """The blocks of an object, the first time that it stands somewhere."""
        if key in self.done or key not in self._objects:
            return
        self.done.add(key)
        found = self._requirement(self._objects[key])
        mark = "#" * min(level, 6)
        if found.chapter:
            status = f"(Status: {found.withdrawn})" if found.withdrawn else ""
            number = found.number if not found.chapter.startswith(found.number) else ""
            yield " ".join(filter(None, (mark, number, found.chapter, status)))
            if not found.text:
                return
        elif parent and found.title and not found.text:
            # Without its heading, what stands below would belong to the chapter before.
            yield "\n\n".join(filter(None, (f"{mark} {found.head}", found.body)))
            self.has_text = True
            return
        if found.withdrawn:
            name = found.key or found.title or one_line(found.text)[:60]
            self.withdrawn.append(f"{name} ({found.withdrawn})")
        elif found.title or found.text or found.attributes:
            self.has_text = True
            yield found.item()

    def _requirement(self, element: Element) -> _Requirement:
        values = [(name, words) for name, words in self._values(element) if words.strip()]
        chosen = dict[str, tuple[bool, int, int]]()
        for at, (name, words) in enumerate(values):
            role, rank = _role(name)
            if role and (role != "key" or not re.search(r"\s", words)):
                bare = role == "key" and words.isdigit()  # DOORS has "57" and "SRS-57"
                chosen[role] = min(chosen.get(role, (bare, rank, at)), (bare, rank, at))
        found = _Requirement()
        used = {at: role for role, (_, _, at) in chosen.items()}
        for at, (name, words) in enumerate(values):
            plain = _plain(name)
            if plain == "chapternumber" and name.startswith(_PREFIX):
                found.number = one_line(words)
            elif at in used:
                setattr(found, used[at], words if used[at] == "text" else one_line(words))
            elif not (name.startswith(_PREFIX) and plain in _BOOKKEEPING):
                found.attributes.append((one_line(name.removeprefix(_PREFIX)), words))
                if plain in _STATUS and all(map(is_withdrawn, words.split(", "))):
                    found.withdrawn = words
        if len(found.title) > _LONGEST_TITLE and not found.text:
            found.title, found.text = "", found.title
        found.attributes.sort(key=lambda one: _plain(one[0]) not in _STATUS)
        return found

    def _values(self, element: Element) -> Iterator[tuple[str, str]]:
        for value in inside(element, "VALUES"):
            definition = child(value, "DEFINITION")
            reference = text_of(definition[0]) if definition is not None and len(definition) else ""
            name = self._names.get(reference, "") or "Value"
            kind = tag_of(value).removeprefix("ATTRIBUTE-VALUE-")
            if kind == "ENUMERATION":
                chosen = (text_of(one) for one in inside(value, "VALUES"))
                yield name, ", ".join(self._choices.get(one, one) for one in chosen)
            elif kind == "XHTML":
                found = child(value, "THE-VALUE")
                yield name, self._formatted[found] if found is not None else ""
            elif kind == "STRING":
                yield name, _flat(fragment_to_markdown(value.get("THE-VALUE", "")))
            else:
                yield name, value.get("THE-VALUE", "")


_PREFIX = "ReqIF."


@cache
def _plain(name: str) -> str:
    return normalised(name.removeprefix(_PREFIX))


@cache
def _role(name: str) -> tuple[str, int]:
    """What an attribute holds, and how sure that is (0 most): ReqIF's own names come first."""
    plain = _plain(name)
    own = _STANDARD.get(plain, "") if name.startswith(_PREFIX) else ""
    found = (own, _OF_DOORS.get(plain, ""), _OF_TABLES.get(plain, ""))
    return next(((role, rank) for rank, role in enumerate(found) if role), ("", 0))


def _pictures(value: Element) -> int:
    """How many pictures and objects stand in XHTML; one inside another stands in for it."""
    outside = (element for element in value.iter() if tag_of(element) != "object")
    return sum(tag_of(one) in {"object", "img"} for element in outside for one in element)


_NEXT = "\ue002"
"""Stands between values that are converted together."""


def _markdown(values: Sequence[Element]) -> list[str]:
    """XHTML as Markdown: plain paragraphs as they are, all else by the reader of pages.

    All at once: a page costs more to begin than to read on, and a file has thousands of values.
    """
    texts, pages = dict[int, str](), dict[int, str]()
    for at, value in enumerate(values):
        for element in value.iter():
            element.tag = tag_of(element)
        if all(element.tag in _PLAIN for element in value.iter()):
            texts[at] = "\n\n".join(_paragraphs(value))
        else:
            pages[at] = tostring(value, encoding="unicode", method="html").replace(_NEXT, "")
    parts = to_markdown(f"<p>{_NEXT}</p>".join(pages.values())).split(_NEXT) if pages else []
    if len(parts) != len(pages):  # one of them holds what a page's main part is told by
        parts = [to_markdown(page) for page in pages.values()]
    texts.update(zip(pages, parts, strict=True))
    return [_flat(texts[at].strip()) for at in range(len(values))]


_PLAIN = frozenset({"THE-VALUE", "div", "p"})


def _paragraphs(value: Element) -> Iterator[str]:
    """The texts between the beginnings and ends of plain paragraphs."""
    if words := one_line(value.text or ""):
        yield words
    for inner in value:
        yield from _paragraphs(inner)
        if words := one_line(inner.tail or ""):
            yield words


def _flat(text: str) -> str:
    """``text`` without headings of its own: they would end the requirement."""
    return _HEADING.sub(r"**\1**", text)


def _id(element: Element) -> str:
    return element.get("IDENTIFIER", "")
