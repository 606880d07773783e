"""Fragments of HTML, as rich-text fields of trackers export them, to Markdown, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from assistant.sources.readers.documents.html import to_markdown

_TAGS = (
    "a|abbr|address|article|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|"
    "dd|del|details|div|dl|dt|em|figure|font|footer|h[1-6]|head|header|hr|html|i|img|input|ins|kbd|"
    "label|li|link|main|mark|meta|nav|o:p|ol|p|pre|q|s|samp|script|section|small|span|strike|strong|"
    "style|sub|summary|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|video"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_TAGS})(?:\s[^<>]*)?/?>|!--)", re.IGNORECASE)
_WHOLE = re.compile(r"\s*<(?:html|body|table|ul|ol)\b", re.IGNORECASE)
_LINE_END = re.compile(r"(?<=[^>\s])[ \t]*\n(?=[^\n]*[^<\s])|(?<=>)[ \t]*\n(?=[ \t]*[^<\s])")


def read(data: bytes, options: Mapping[str, object]) -> Iterator[object]:
    """For each text of the JSON list in ``data``, in order, ``{"fragment": Markdown}``."""
    for fragment in json.loads(data):
        yield {"fragment": fragment_to_markdown(str(fragment))}


def fragment_to_markdown(text: str) -> str:
    """A field that may hold HTML as Markdown, trimmed.

    A word in angle brackets that is no element ("Enter <user name>") stays a word. Line ends of a
    text with some HTML in it are kept; those between the elements of a whole page are layout.
    """
    if not (_TAG.search(text) or _ENTITY.search(text)):
        return text.strip()
    text = without_stray_tags(text)
    if not _WHOLE.match(text):
        text = _LINE_END.sub("<br>", text)
    return to_markdown(text).strip()


def without_stray_tags(text: str) -> str:
    """``text`` with each "<" that begins no element of HTML as a sign."""
    return _NO_TAG.sub("&lt;", text)
