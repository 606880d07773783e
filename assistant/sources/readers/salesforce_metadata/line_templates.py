"""Lines of text from XML elements, by the templates that ``salesforce_metadata.toml`` explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from assistant.sources.readers.fragments import fragment_to_markdown
from assistant.sources.readers.salesforce_metadata.salesforce_details import (
    details,
    joined,
    table,
    words_of,
)
from assistant.sources.readers.xml_tree import one_line, text_of

_TOKEN = re.compile(r"\{(?P<field>[^{}]*)\}|\\(?P<escaped>.)|(?P<mark>[\[\]|])")
_FIELD = re.compile(
    r"(?P<test>\??)(?P<paths>[^*:=!>?]+)(?P<all>\*?)(?P<forms>(?::\w+)*)"
    r"(?:(?P<relation>!?=|>)(?P<value>.*)|(?P<optional>\??))"
)

Form = Callable[[Element], str]
"""What an element is called, made of it by code."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: where its text is from, and in what form it is put."""

    paths: tuple[str, ...]
    forms: tuple[str, ...]
    all: bool = False
    optional: bool = False
    test: bool = False
    relation: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An optional piece: the first of its templates that stands."""

    templates: tuple[Template, ...]


Template = tuple[str | Field | Choice, ...]


def template(text: str) -> Template:
    """The pieces of a template. Raises ``ValueError`` where it cannot be read."""
    levels: list[list[list[str | Field | Choice]]] = [[[]]]
    at = 0
    for token in _TOKEN.finditer(text):
        levels[-1][-1].append(text[at : token.start()])
        at = token.end()
        if token["field"] is not None:
            levels[-1][-1].append(_field(token["field"]))
        elif token["mark"] == "[":
            levels.append([[]])
        elif token["mark"] == "|" and len(levels) > 1:
            levels[-1].append([])
        elif token["mark"] == "]":
            choice = Choice(tuple(map(tuple, levels.pop())))
            levels[-1][-1].append(choice)
        else:
            levels[-1][-1].append(token["escaped"] or token["mark"])
    levels[-1][-1].append(text[at:])
    if len(levels) > 1:
        raise ValueError(f"a bracket is not closed in {text!r}")
    return tuple(piece for piece in levels[0][0] if piece != "")


def _field(text: str) -> Field:
    match = _FIELD.fullmatch(text)
    if match is None:
        raise ValueError(f"{{{text}}} is no field")
    return Field(
        tuple(match["paths"].split("|")),
        tuple(match["forms"].split(":")[1:]),
        bool(match["all"]),
        bool(match["optional"]),
        bool(match["test"]),
        match["relation"] or "",
        match["value"] or "",
    )


LINE_FORMS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "words": lambda text: words_of(text).lower(),
    "stopped": lambda text: text if text.endswith((".", "!", "?")) else f"{text}.",
    "unstopped": lambda text: text.rstrip("."),
    "unquoted": unquote,
    "page_field": lambda text: text.removeprefix("Record."),
    "reference": lambda text: text.removeprefix("{!").removesuffix("}"),
}
"""Forms of a text on one line."""

TEXT_FORMS: Mapping[str, Callable[[str], str]] = {
    "text": str.strip,
    "page": fragment_to_markdown,
    "html": lambda text: one_line(fragment_to_markdown(text)),
}
"""Forms of a text as it stands, line ends included."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes the lines of elements, whose tags are without their namespace.

    ``blocks``, ``parts`` and ``words`` are those of the file; ``forms`` the code's; ``names`` words
    of values that are known for one document only; ``values`` what fields like ``{@name}`` give.
    """

    blocks: Mapping[str, Sequence[Any]]
    parts: Mapping[str, Any]
    words: Mapping[str, Mapping[str, str]]
    forms: Mapping[str, Form]
    names: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    around: Element | None = None
    templates: dict[str, Template] = field(default_factory=dict)
    """Templates that were read before, by their texts."""

    def given(self, **values: str) -> Lines:
        """The same with these values besides."""
        return replace(self, values={**self.values, **values})

    # --- Lines ---

    def block(self, name: str, element: Element) -> Iterator[str]:
        """The lines of a block for ``element``."""
        return self.lines(self.blocks[name], element)

    def lines(self, entries: Sequence[Any], element: Element) -> Iterator[str]:
        """The lines of templates and tables (``salesforce_metadata.toml``) for ``element``."""
        for entry in entries:
            if isinstance(entry, str):
                text = self.text(entry, element)
                yield from text.split("\n") if text is not None else ()
            elif self._wanted(entry, element):
                found = list(self._of_each(entry, element))
                if pad := entry.get("pad"):
                    found = [f"{pad}{line}".rstrip() for line in found]
                if found:
                    yield from (*entry.get("first", ()), *found, *entry.get("last", ()))

    def _wanted(self, entry: Mapping[str, Any], element: Element) -> bool:
        only, barred = entry.get("only", "").split(), entry.get("except", "").split()
        return (not only or element.tag in only) and element.tag not in barred

    def _of_each(self, entry: Mapping[str, Any], element: Element) -> Iterator[str]:
        """What a table of a block writes of each element that it names."""
        found = [element] if "each" not in entry else self._elements(entry, element)
        if "cells" in entry:
            rows = [[self.text(cell, each) or "" for cell in entry["cells"]] for each in found]
            yield from table([entry["header"], *rows]) if rows else ()
            return
        for number, each in enumerate(found, 1):
            inner = self
            if "each" in entry:
                values = {**self.values, "number": str(number)}
                inner = replace(self, around=element, values=values)
            if "use" in entry:
                yield from inner.block(entry["use"], each)
            elif "rest" in entry:
                yield from details(each, entry["rest"])
            else:
                yield from inner.lines(entry["lines"], each)

    def _elements(self, entry: Mapping[str, Any], element: Element) -> list[Element]:
        for kinds in entry["each"].split("|"):
            if kinds == ".":
                return [element]
            if kinds == "*":
                return [each for each in element if len(each)]
            among = element.iter() if entry.get("deep") else element
            wanted = set(kinds.split())
            if found := [each for each in among if each.tag in wanted]:
                return found
        return []

    # --- Texts ---

    def text(self, source: str, element: Element) -> str | None:
        """A template filled with what ``element`` holds; ``None`` where it does not stand."""
        if source not in self.templates:
            self.templates[source] = template(source)
        return self._fill(self.templates[source], element)

    def _fill(self, pieces: Template, element: Element) -> str | None:
        texts = list[str]()
        choices = stood = fields = 0
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece)
            elif isinstance(piece, Choice):
                filled = (self._fill(each, element) for each in piece.templates)
                text = next((each for each in filled if each is not None), None)
                choices, stood = choices + 1, stood + (text is not None)
                texts.append(text or "")
            elif piece.test:
                fields += 1
                if not self._holds(piece, element):
                    return None
            else:
                fields += 1
                text = self._value(piece, element)
                if not text and not piece.optional:
                    return None
                texts.append(text)
        return None if choices and not (stood or fields) else "".join(texts)

    def _found(self, path: str, element: Element) -> Sequence[Element | str]:
        """The elements under a path, or the value that the code gives."""
        if path.startswith("@"):
            return [self.values[path[1:]]] if self.values.get(path[1:]) else []
        if path.startswith("^"):
            assert self.around is not None
            element, path = self.around, path[1:]
        return [element] if path == "." else element.findall(path)

    def _holds(self, test: Field, element: Element) -> bool:
        if test.forms:
            return bool(self._value(test, element))
        found = self._found(test.paths[0], element)
        if test.relation == ">":
            return len(found) > int(test.value)
        if not test.relation:
            return bool(found)
        text = self._put(found[0], ()) if found else ""
        return (text == test.value) == (test.relation == "=")

    def _value(self, wanted: Field, element: Element) -> str:
        for path in wanted.paths:
            texts = (self._put(each, wanted.forms) for each in self._found(path, element))
            filled = (text for text in texts if text)
            if text := ", ".join(filled) if wanted.all else next(filled, ""):
                return text
        return ""

    def _put(self, found: Element | str, forms: Sequence[str]) -> str:
        """What was found, in its forms one after the other."""
        for form in forms:
            if isinstance(found, Element) and (form in self.forms or form in self.parts):
                found = self.form(form, found)
            elif whole := found if isinstance(found, str) else text_of(found):
                found = (
                    TEXT_FORMS[form](whole)
                    if form in TEXT_FORMS
                    else self._said(form, one_line(whole))
                )
            else:
                return ""
        return found if isinstance(found, str) else one_line(text_of(found))

    def _said(self, form: str, text: str) -> str:
        """A text on one line in a form: one of the code's, a name's words, or those of a table."""
        if put := LINE_FORMS.get(form) or self.names.get(form):
            return put(text)
        words = self.words[form]
        found = words.get(text, words.get(text.casefold()))
        return words.get("*", "{}").replace("{}", text) if found is None else found

    def form(self, name: str, element: Element) -> str:
        """An element in a form of the code, or as a part of the file."""
        if name in self.forms:
            return self.forms[name](element)
        part = self.parts[name]
        if isinstance(part, str):
            return (self.text(part, element) or "").strip()
        if isinstance(part, Mapping) and "items" in part:
            items = element.findall(part["items"])
            logic = text_of(element, part["logic"]) if part["logic"] else "and"
            return joined([self.text(part["text"], each) or "" for each in items], logic)
        texts, join = (part["texts"], part["join"]) if isinstance(part, Mapping) else (part, ", ")
        return str(join).join(text for each in texts if (text := self.text(each, element)))
