"""Confluence storage format: ``ac:`` and ``ri:`` elements replaced by plain HTML, in place.

Macros become what a reader of the page sees: panels a bold title and their body, code a
preformatted block with its language, Jira macros their key, tasks a list with [ ] and [x], links
their text, user and page references their name; a user of whom there is only a key is "@user".
Navigation (toc, children) disappears.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.sources.pasted.jira_wiki import NAVIGATION, mention

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_QUOTED = frozenset(["info", "note", "warning", "tip", "decision"])


def plain_storage(soup: BeautifulSoup, users: Mapping[str, str]) -> None:
    """Replace all elements of the namespaces ``ac`` and ``ri`` in ``soup``.

    ``users`` holds the names of users by their key or account id, where they are known.
    """
    if not soup.find(_is_own):
        return
    for element in soup.find_all("ri:user"):
        key = _attribute(element, "ri:userkey") or _attribute(element, "ri:account-id")
        if name := users.get(key):
            element["ri:username"] = name
    for element in soup.find_all("ac:task-list"):
        _tasks(soup, element)
    for element in reversed(soup.find_all(["ac:structured-macro", "ac:macro"])):
        _macro(soup, element)
    for element in soup.find_all("ac:link"):
        _link(element)
    for element in soup.find_all(["ac:image", "ac:emoticon"]):
        name = _attribute(element, "ac:alt") or _resource(element)
        element.replace_with(f"[picture: {name}]" if element.name == "ac:image" and name else "")
    for element in soup.find_all("time"):
        element.replace_with(_attribute(element, "datetime") or element.get_text())
    for element in soup.find_all("ac:placeholder"):
        element.decompose()
    for element in soup.find_all(_is_own):
        if element.name.startswith("ri:"):
            element.replace_with(_name(element))
        else:
            element.unwrap()


def _is_own(element: Tag) -> bool:
    return element.name.startswith(("ac:", "ri:"))


def _attribute(element: Tag, name: str) -> str:
    value = element.get(name)
    return value if isinstance(value, str) else ""


def _tasks(soup: BeautifulSoup, element: Tag) -> None:
    listed = soup.new_tag("ul")
    for task in element.find_all("ac:task", recursive=False):
        body = task.find("ac:task-body")
        done = task.find("ac:task-status")
        item = soup.new_tag("li")
        complete = done is not None and done.get_text(strip=True) == "complete"
        item.append("[x] " if complete else "[ ] ")
        if body is not None:
            for child in list(body.contents):
                item.append(child.extract())
        listed.append(item)
    element.replace_with(listed)


def _macro(soup: BeautifulSoup, element: Tag) -> None:
    name = _attribute(element, "ac:name")
    parameters = {
        _attribute(p, "ac:name"): p.get_text(" ", strip=True) or _resource(p)
        for p in element.find_all("ac:parameter", recursive=False)
    }
    for parameter in element.find_all("ac:parameter", recursive=False):
        parameter.decompose()
    rich = element.find("ac:rich-text-body", recursive=False)
    plain = element.find("ac:plain-text-body", recursive=False)
    if name in NAVIGATION:
        element.decompose()
    elif name == "status":
        element.replace_with(parameters.get("title", ""))
    elif name == "jira":
        query = parameters.get("jqlQuery", "")
        element.replace_with(parameters.get("key", "") or (f"(Jira: {query})" if query else ""))
    elif plain is not None:
        _preformatted(soup, element, plain.get_text(), parameters)
    elif rich is not None:
        if title := parameters.get("title", ""):
            heading = soup.new_tag("p")
            strong = soup.new_tag("strong")
            strong.string = title
            heading.append(strong)
            element.insert_before(heading)
        element.replace_with(rich)
        rich.name = "blockquote" if name in _QUOTED else "div"
    else:
        shown = ", ".join(value for value in parameters.values() if value)
        element.replace_with(f"[{name}: {shown}]" if shown else "")


def _preformatted(soup: BeautifulSoup, element: Tag, text: str, parameters: dict[str, str]) -> None:
    if title := parameters.get("title", ""):
        heading = soup.new_tag("p")
        heading.string = title
        element.insert_before(heading)
    block = soup.new_tag("pre")
    if language := parameters.get("language", ""):
        block["data-language"] = language
    block.string = text.strip("\n")
    element.replace_with(block)


def _link(element: Tag) -> None:
    body = element.find(["ac:link-body", "ac:plain-text-link-body"])
    words = body.get_text(" ", strip=True) if body is not None else ""
    element.replace_with(words or _resource(element) or _attribute(element, "ac:anchor"))


def _resource(element: Tag) -> str:
    found = element.find(lambda tag: tag.name.startswith("ri:"))
    return _name(found) if found is not None else ""


def _name(element: Tag) -> str:
    for attribute in ("ri:content-title", "ri:filename", "ri:value", "ri:space-key"):
        if value := _attribute(element, attribute):
            return value
    if element.name != "ri:user":
        return ""
    user = _attribute(element, "ri:username") or _attribute(element, "ri:account-id")
    return mention(user) if user else "@user"
