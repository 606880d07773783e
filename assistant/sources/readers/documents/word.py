"""Word documents (DOCX) by mammoth to HTML and on to Markdown; python-docx is not used.

mammoth keeps text boxes, footnotes and endnotes, which other readers drop. What it leaves out
(headers, footers, charts, pictures) is counted from the archive and reported.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape

from assistant.sources.readers.documents.html import to_markdown
from assistant.sources.readers.refusals import refuse_declarations_in

_TEXT = re.compile(rb"<w:t(?:\s[^>]*)?>([^<]*)</w:t>")
_PICTURE = re.compile(r"<img[^>]*>")
_NOTE = r'<a href="#(?:footnote|endnote|comment)-'
_CONTENTS = re.compile(r'<p class="contents">(.*?)</p>', re.DOTALL)
"""A line of the table of contents, which says again what stands below it as a heading."""
_COMMENT = re.compile(r'<sup><a href="#comment-[^"]*"[^>]*>(\[[^<]*\])</a></sup>')
_COMMENTED = re.compile(r"(?:<dt[^>]*>)?Comment (\[[^<]*?\])")
_BLOCK = re.compile(r"<(?:p|td|th|li|h\d)\b[^>]*>")
_TAG = re.compile(r"<s>.*?</s>|<[^>]*>", re.DOTALL)
COMMENTED_CHARACTERS = 160
"""Of the words that a comment stands behind."""
_BACK_LINK = re.compile(rf'\s*{_NOTE}ref-[^"]*">↑</a>')
_NOTE_MARK = re.compile(rf'{_NOTE}[^"]*"[^>]*>(\[[^<]*\])</a>')
"""Links between a note and its mark: in a text they only stand in the way."""

_LEFT_OUT = (
    ("word/header", "page headers"), ("word/footer", "page footers"),
    ("word/charts/", "charts"), ("word/diagrams/", "diagrams"), ("word/embeddings/", "embedded "
     "files"), ("word/media/", "pictures"),
)  # fmt: skip


_STYLES = """comment-reference => sup
p[style-name^='toc '] => p.contents:fresh
p[style-name^='TOC '] => p.contents:fresh
p[style-name='Title'] => p.title:fresh"""
_TITLE = re.compile(r'<p class="title">(.*?)</p>', re.DOTALL)


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """The document in ``data`` as one part, and what was left out of it."""
    import mammoth

    refuse_declarations_in(data)
    result = mammoth.convert_to_html(
        io.BytesIO(data),
        convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        external_file_access=False,
        style_map=_STYLES,
    )
    contents = " ".join(_CONTENTS.findall(result.value))
    html = _with_comments(_CONTENTS.sub("", result.value))
    html = _NOTE_MARK.sub(r"\1", _BACK_LINK.sub("", _PICTURE.sub("", html)))
    text = to_markdown(html)
    written, unread, about = _second_look(data)
    if not re.search(r"\w", text) and (around := _around(data)):
        text = around
        unread = [part for part in unread if not part.startswith("page ")]
        yield {"note": "All words of the document stand in its page headers and footers."}
    yield {"part": "", "text": text}
    got = len(re.findall(r"\w", text)) + len(re.findall(r"\w", _TAG.sub("", contents)))
    disagreements = []
    if written - got > max(20, written // 20):
        disagreements.append(
            f"The document's XML holds {written:,} letters, but {got:,} were read; compare the "
            "preview with the document."
        )
    shown = " ".join(_TAG.sub("", one) for one in _TITLE.findall(html)[:1])
    if re.search(r"\w", shown):
        about["title"] = unescape(shown)  # the property is often that of a template
    yield about
    yield {"report": {"reader": "mammoth", "parts": 1, "unread_parts": unread,
                      "disagreements": disagreements}}  # fmt: skip


def _with_comments(html: str) -> str:
    """``html`` with the words that each comment stands behind at the comment, and no mark among
    those: "is refused.[TK2]" is no text of a requirement."""
    marks = list(_COMMENT.finditer(html))
    about = dict[str, str]()
    for mark in marks:
        start = max((one.end() for one in _BLOCK.finditer(html, 0, mark.start())), default=0)
        words = " ".join(_TAG.sub("", html[start : mark.start()]).split())
        cut = words[-COMMENTED_CHARACTERS:]
        about[mark[1]] = cut if cut == words else f"…{cut.partition(' ')[2]}"

    def named(match: re.Match[str]) -> str:
        words = about.get(match[1], "")
        return f"{match[0]} on “{words}”" if words else match[0]

    return _COMMENTED.sub(named, _COMMENT.sub("", html))


def _second_look(data: bytes) -> tuple[int, list[str], dict[str, str]]:
    """Letters in the main part by a second count, the parts left out, title and author."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        main = next((n for n in names if n.casefold() == "word/document.xml"), "")
        written = len(re.findall(r"\w", _words(archive.read(main)))) if main else 0
        unread = []
        for prefix, what in _LEFT_OUT:
            parts = [n for n in names if n.startswith(prefix) and not n.endswith((".rels", "/"))]
            if what.startswith("page "):
                parts = [n for n in parts if _words(archive.read(n)).strip()]
            if parts:
                unread.append(f"{len(parts)} {what}" if "/" in prefix[5:] else what)
        core = archive.read("docProps/core.xml") if "docProps/core.xml" in names else b""
    return written, unread, {"title": _property(core, b"dc:title"),
                             "author": _property(core, b"dc:creator")}  # fmt: skip


def _around(data: bytes) -> str:
    """The paragraphs of the page headers and footers, each once."""
    found = list[str]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.match(r"word/(?:header|footer)\d*\.xml$", name):
                parts = archive.read(name).split(b"</w:p>")
                found += [_words(part, b"").strip() for part in parts]
    return "\n\n".join(dict.fromkeys(filter(None, found)))


def _words(xml: bytes, joint: bytes = b" ") -> str:
    return unescape(joint.join(_TEXT.findall(xml)).decode("utf-8", "replace"))


def _property(core: bytes, name: bytes) -> str:
    match = re.search(rb"<%s[^>]*>([^<]*)</%s>" % (name, name), core)
    return unescape(match.group(1).decode("utf-8", "replace")).strip() if match else ""
