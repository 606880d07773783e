"""reStructuredText to Markdown, by docutils, with the words of Sphinx that docutils does not know.

docutils reads the text alone: it inserts no files, passes no raw HTML through, and its messages
are no part of the page. Source of Sphinx's directives and roles: its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.sources.readers.markups.markup_page import page_markdown
from assistant.sources.readers.refusals import Refused

if TYPE_CHECKING:
    from docutils import nodes

_DIRECTIVE = re.compile(
    r"^[ \t]*(?:[*+-][ \t]+)?\.\.[ \t]+(?:\|[^|\n]{1,200}\|[ \t]+)?([\w][\w.:+-]{0,80})::(?=\s|$)",
    re.M,
)
_ROLE = re.compile(
    r"(?<![\w:]):([A-Za-z][\w.:+-]{0,60}):(?=`)|(?<=`):([A-Za-z][\w.:+-]{0,60}):(?!\w)"
)
_ADMONITION_TITLE = re.compile(r'<p class="admonition-title">([^<]{0,300}?)[:.]?</p>\s{0,9}(<p>)?')
_FOOTNOTE = re.compile(r'<span class="label">([^<]{0,100})</span>\s{0,9}(?:<p>)?')
_PRE = re.compile(r'<span class="pre">([^<]{0,5000})</span>')
_LITERAL = re.compile(r'<span class="docutils literal">([^<]{0,5000})</span>')
_NAMES = {"seealso": "See also"}
_LAYOUT = frozenset({"tab-set", "hlist", "rst-class"})
"""Directives that set text apart and say nothing by themselves."""

_TABLE_FILE = re.compile(r"^[ \t]*:(?:file|url):[ \t]*(\S.*)$", re.MULTILINE)
_TARGET = re.compile(r"(?P<words>.*?)\s*<(?P<target>[^<>]+)>", re.DOTALL)

_NO_TEXT = frozenset({
    "toctree", "index", "tabularcolumns", "highlight", "currentmodule", "module", "default-domain",
    "sectionauthor", "codeauthor", "meta", "contents", "sectnum", "header", "footer",
})  # fmt: skip
"""Directives that say how a book is put together."""

_ELSEWHERE = frozenset({
    "include", "literalinclude", "raw", "automodule", "autoclass", "autofunction", "automethod",
    "autosummary", "mermaid", "graphviz", "digraph", "uml", "plantuml",
})  # fmt: skip
"""Directives whose text lies in another file or is no text, named in a note."""

_CHANGES = {"versionadded": "Added in version", "versionchanged": "Changed in version",
            "deprecated": "Deprecated since version",
            "versionremoved": "Removed in version"}  # fmt: skip
_CODE = frozenset({"code-block", "sourcecode", "prompt"})
_LITERAL_ROLES = frozenset({"file", "samp", "func", "meth", "class", "mod", "attr", "envvar",
                            "option", "program", "command", "code"})  # fmt: skip
MAX_CHARACTERS_OF_A_LINE = 20_000

_SETTINGS: dict[str, object] = {
    "file_insertion_enabled": False, "raw_enabled": False, "_disable_config": True,
    "report_level": 5, "halt_level": 5, "warning_stream": False, "embed_stylesheet": False,
    "stylesheet_path": "", "docinfo_xform": False, "sectsubtitle_xform": False,
    "toc_backlinks": False, "footnote_backlinks": False, "footnote_references": "brackets",
    "math_output": "LaTeX", "syntax_highlight": "none", "smart_quotes": False,
    "doctitle_xform": True, "tab_width": 4, "strip_comments": True,
    "line_length_limit": MAX_CHARACTERS_OF_A_LINE, "cloak_email_addresses": False,
    "datestamp": None, "generator": None, "source_link": None, "auto_id_prefix": "id",
}  # fmt: skip


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The document in ``data`` (UTF-8) as one part; "name" of the options is for one that has no
    title. Raises ``Refused`` for a line that is too long to be a text."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if any(len(line) > MAX_CHARACTERS_OF_A_LINE for line in text.split("\n")):
        raise Refused("size", f"it has a line of more than {MAX_CHARACTERS_OF_A_LINE:,} characters")
    from docutils import nodes
    from docutils.core import publish_doctree, publish_from_doctree

    left_out = _know_sphinx(text)
    document = publish_doctree(text, settings_overrides=_SETTINGS)
    broken, files = _without_messages(document)
    _name_references(document)
    title = document.get("title", "")
    unknown = [node.astext() for node in document.findall(nodes.problematic)]
    pictures = len(list(document.findall(nodes.image)))
    html = publish_from_doctree(document, writer="html5", settings_overrides=_SETTINGS)
    body = html.decode("utf-8").partition("<body")[2].partition(">")[2].rpartition("</body>")[0]
    yield {"title": title or str(options.get("name", ""))}
    yield {"part": "", "text": page_markdown(_plain_labels(body))}
    if left_out:
        yield {"note": f"Not read: {', '.join(left_out)} (text of other files, or no text)."}
    if files:
        names = ", ".join(files[:12])
        yield {
            "note": f"Tables whose rows lie in other files ({names}) stand as written. Import "
            "these files too."
        }
    if missing := list(dict.fromkeys(word for word in unknown if word.startswith("|"))):
        yield {"note": f"No value is known for {', '.join(missing[:12])}, which stay as written."}
    if broken:
        yield {"note": f"{broken} places that break the rules of the markup stand as written."}
    unread = [f"{pictures} pictures"] if pictures else []
    yield {"report": {"reader": "docutils", "parts": 1, "unread_parts": unread}}


def _plain_labels(html: str) -> str:
    """HTML of docutils without its elements of layout: labels of admonitions, fields, footnotes
    stand in the text that they are of."""
    html = html.replace('<span class="colon">:</span>', ":")
    html = _LITERAL.sub(r"<code>\1</code>", _PRE.sub(r"\1", html))
    for bracket in "[]":
        html = html.replace(f'<span class="fn-bracket">{bracket}</span>', bracket)
    html = _FOOTNOTE.sub(r"<p>\1 ", html)
    return _ADMONITION_TITLE.sub(
        lambda m: f"<p><strong>{m[1]}:</strong>{' ' if m[2] else '</p>'}", html
    )


def _without_messages(document: nodes.document) -> tuple[int, list[str]]:
    """Take out what docutils says; what it could not read of the text stays, and is counted; of
    tables in other files, which it does not open, the files are named."""
    from docutils import nodes

    count, files = 0, list[str]()
    parents = {id(each.parent): each.parent for each in document.findall(nodes.system_message)}
    for parent in parents.values():
        kept = list[nodes.Node]()
        for each in parent.children:
            said = isinstance(each, nodes.system_message)
            found = [n for n in each.children if isinstance(n, nodes.literal_block)] if said else []
            tables = [n.astext() for n in found if n.astext().startswith(".. csv-table::")]
            names = [match[1] for text in tables for match in _TABLE_FILE.finditer(text)]
            files += names
            count += bool(found) and not names
            kept += found if said else [each]
        parent.children = []
        parent.extend(kept)
    return count, files


def _name_references(document: nodes.document) -> None:
    """Give references of Sphinx without words the title of the section that they point to."""
    from docutils import nodes

    for reference in document.findall(nodes.inline):
        target = reference.get("label", "")
        place = document.nameids.get(nodes.fully_normalize_name(target)) if target else None
        node = document.ids.get(place) if place else None
        title = node.next_node(nodes.title) if isinstance(node, nodes.section) else None
        if title is not None:
            reference.children = []
            reference += nodes.Text(title.astext())


def _know_sphinx(text: str) -> list[str]:
    """Register what ``text`` uses and docutils does not know; the names of what is not read."""
    from docutils.parsers.rst import directives, roles
    from docutils.parsers.rst.languages import en

    elsewhere = dict[str, None]()
    for name in dict.fromkeys(match[1].casefold() for match in _DIRECTIVE.finditer(text)):
        if name in _ELSEWHERE:
            elsewhere.setdefault(name)
        if name in _NO_TEXT or name in _ELSEWHERE or name not in en.directives:
            directives.register_directive(name, _directive(name))
    for name in dict.fromkeys((m[1] or m[2]).casefold() for m in _ROLE.finditer(text)):
        if name == "raw" or name not in en.roles:
            roles.register_local_role(name, _role)
    return list(elsewhere)[:12]


def _directive(name: str) -> type[Any]:
    """The directive ``name`` of Sphinx, or of one of its extensions, as text."""
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class _AnyOption(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return lambda value: (value or "").strip()

    class Sphinx(Directive):  # type: ignore[misc]
        optional_arguments = 1
        final_argument_whitespace = True
        has_content = True
        option_spec = _AnyOption({"id": lambda value: (value or "").strip()})

        def run(self) -> list[nodes.Node]:
            words = " ".join(self.arguments[0].split()) if self.arguments else ""
            if name in _NO_TEXT or name in _ELSEWHERE:
                return []
            if name in _CODE:
                code = "\n".join(self.content) or (self.arguments[0] if self.arguments else "")
                return [nodes.literal_block(code, code)]
            inside = nodes.container()
            self.state.nested_parse(self.content, self.content_offset, inside)
            return [*self._head(words), *inside.children, *self._options()]

        def _head(self, words: str) -> list[nodes.Node]:
            if name in _CHANGES:
                version, _, rest = words.partition(" ")
                lead, words = f"{_CHANGES[name]} {version}:", rest
            elif identity := str(self.options.get("id", "")):
                lead = f"{identity}:"
            elif name in {"glossary", "only", "rst-class", "centered", "hlist", "tab-set"}:
                lead = "" if name != "only" else f"{name}: {words}"
                words = "" if name != "centered" else words
            else:
                lead = f"{_NAMES.get(name, name.rpartition(':')[2].capitalize())}:"
            head = nodes.paragraph()
            if lead:
                head += nodes.strong(lead, lead)
            if words:
                found, _ = self.state.inline_text(words, self.lineno)
                head += [nodes.Text(" "), *found] if lead else found
            return [head] if head.children else []

        def _options(self) -> list[nodes.Node]:
            shown = [(key, value) for key, value in self.options.items() if key != "id" and value]
            if name in _LAYOUT or not (shown and "id" in self.options):
                return []
            items = nodes.bullet_list()
            for key, value in shown:
                items += nodes.list_item("", nodes.paragraph("", f"{key}: {value}"))
            return [items]

    return Sphinx


def _role(
    name: str, rawtext: str, text: str, lineno: int, inliner: object,
    options: Mapping[str, object] | None = None, content: object = (),
) -> tuple[list[nodes.Node], list[nodes.system_message]]:  # fmt: skip
    """A role of Sphinx as its words; a reference without words keeps what it points to."""
    from docutils import nodes
    from docutils.utils import unescape

    said = unescape(text).lstrip("!")
    match = _TARGET.fullmatch(said)
    if match and match["words"]:
        return [nodes.inline(rawtext, match["words"])], []
    if name.rpartition(":")[2] in _LITERAL_ROLES:
        said = said.rpartition(".")[2] if said.startswith("~") else said
        return [nodes.literal(rawtext, said)], []
    if name == "menuselection":
        said = said.replace("-->", ">")
    node = nodes.inline(rawtext, said)
    if name.rpartition(":")[2] in {"ref", "numref"}:
        node["label"] = said
    return [node], []
