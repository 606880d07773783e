"""Wiki text within a line to Markdown: escapes, links, mentions, pictures and effects.

Jira and Confluence before 4.0 share this notation and differ in brackets: around words alone they
link a page in Confluence, while in Jira they are mostly just brackets ("[optional]"). Sources:
Jira's "Text Formatting Notation Help", Confluence's "Notation Guide".
"""

from __future__ import annotations

import re
from html import unescape

NAVIGATION = (
    "toc", "children", "pagetree", "anchor", "recently-updated", "livesearch", "contributors",
    "attachments", "gallery", "navmap", "space-attachments", "blog-posts", "popular-labels",
    "profile",
)  # fmt: skip
"""Macros that show nothing of a page's own text."""

_FRAMES = ("section", "column", "div", "span", "color", "excerpt", "align", "center")
"""Macros that only place or colour what stands between their two marks."""

_OPTIONS = r"(?::[^}\n]{0,300})?"
LAYOUT = re.compile(rf"(?<!\\)\{{(?:{'|'.join((*NAVIGATION, *_FRAMES))}){_OPTIONS}\}}")
_COLOUR = re.compile(r"\{color(?::[^}\n]{0,60})?\}|\{anchor:[^}\n]{0,100}\}")

_HELD = "*_{}[]#+|!~^-`"
_HOLD = {ord(mark): 0xF0000 + ord(mark) for mark in _HELD}
_RELEASE = {held: mark for mark, held in _HOLD.items()}
"""Marks that are no markup are other characters until all patterns have run; these stand in a
private plane that no font of icons uses."""

_ESCAPE = re.compile(rf"\\\\\s*|\\([{re.escape(_HELD)}])")
_MONO = re.compile(r"\{\{([^{}\n]{1,300})\}\}")
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,2000})\]")
_PICTURE = re.compile(r"(?<!\w)!([^\s!|]{1,200}\.\w{2,5})(?:\|[^!\n]{0,200})?!")
_BRACED = re.compile(r"\{([*_+~^-])\}([^{}\n]{1,300})\{\1\}")
_MARKS = {"*": "**", "_": "_", "-": "~~", "^": "^"}
_EFFECTS = (
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{0,300}(?<!\s))\*(?![\w*])"), r"**\1**"),
    (re.compile(r"(?<![\w+])\+(?=\S)([^+\n]{0,300}(?<!\s))\+(?![\w+])"), r"\1"),
    (re.compile(r"(?<![\w-])-(?=[^\s-])([^-\n]{0,300}(?<!\s))-(?![\w-])"), r"~~\1~~"),
    (re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]{0,300}(?<!\s))~(?![\w~])"), r"\1"),
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.]{1,15}://|mailto:|www\.)\S", re.IGNORECASE)
_ATTACHMENT = re.compile(r"\^([^\[\]|^]{1,200}\.\w{1,8})")
_ANCHOR = re.compile(r"#([A-Za-z][\w.-]{0,200})")
_SPACE_KEY = re.compile(r"~?[A-Za-z][A-Za-z0-9]{0,254}")
_OPAQUE = re.compile(r"(?:[0-9a-z]{1,10}:)?[0-9a-f-]{24,36}(?::[0-9a-f-]{24,36})?", re.IGNORECASE)


def hold(text: str) -> str:
    """``text`` in which escaped marks are no markup any more, and line breaks are two blanks."""
    return _ESCAPE.sub(lambda m: _kept(m[1]) if m[1] else "  ", text)


def inline(text: str, *, confluence: bool) -> str:
    """A line of wiki text, or a part of one, as Markdown.

    With ``confluence`` it is of a page of Confluence: brackets alone link a page, macros of layout
    are left out, and entities ("&nbsp;") are the characters that they stand for.
    """
    text = (LAYOUT if confluence else _COLOUR).sub("", hold(text))
    text = _MONO.sub(lambda m: f"`{_kept(_BRACKETS.sub(_jira_link, m[1]))}`", text)
    text = _BRACKETS.sub(_confluence_link if confluence else _jira_link, text)
    text = _PICTURE.sub(lambda m: f"![{_kept(m[1])}]({_kept(m[1])})", text)
    text = _BRACED.sub(_braced, text)
    for pattern, replacement in _EFFECTS:
        text = pattern.sub(replacement, text)
    if confluence:
        text = _ENTITY.sub(lambda m: unescape(m[0]), text).replace("\xa0", " ")
    return text.translate(_RELEASE)


def _braced(match: re.Match[str]) -> str:
    """An effect with its marks in braces, as Jira's editor writes it beside other characters."""
    words, mark = match[2].strip(), _kept(_MARKS.get(match[1], ""))
    if not words:
        return match[2]
    before, _, after = match[2].partition(words)
    return f"{before}{mark}{words}{mark}{after}"


def is_opaque(user: str) -> bool:
    """Whether a user is named by a key (an account id) that tells nobody anything."""
    return bool(_OPAQUE.fullmatch(user))


def mention(user: str) -> str:
    """How a text names a user: by the name in it, and "@user" where it only has a key."""
    return "@user" if is_opaque(user) else f"@{user}"


def _kept(text: str) -> str:
    return text.translate(_HOLD)


def _jira_link(match: re.Match[str]) -> str:
    """What is a link by its form alone; other brackets stay, and so does every word in them."""
    label, *rest = (part.strip() for part in match[1].split("|"))
    if found := _sure_link(label, rest):
        return found
    if not rest:
        named = _ATTACHMENT.fullmatch(label) or _ANCHOR.fullmatch(label)
        return named[1] if named else match[0]
    # "[Yes|No]" may be a link or a choice.
    others = ", ".join(part.lstrip("#^") for part in rest if part)
    return f"{label} ({others})" if label and others else label or others


def _confluence_link(match: re.Match[str]) -> str:
    label, *rest = (part.strip() for part in match[1].split("|"))
    if found := _sure_link(label, rest):
        return found
    if rest and label:
        return label
    if rest:
        return _page_title(rest[0])
    before = match.string[match.start() - 1 : match.start()]
    is_text = label in {"", "x", "X"} or before.isalnum()  # a box to tick; "names[0]"
    return match[0] if is_text else _page_title(label)


def _sure_link(label: str, rest: list[str]) -> str:
    """A link to an address, or the name of a user; empty for other brackets."""
    target = rest[0] if rest else label
    if target.startswith("~"):
        return label if rest and label else mention(target[1:].removeprefix("accountid:"))
    if not _ADDRESS.match(target) and not (rest and target.startswith("/")):
        return ""
    spaced = re.search(r"\s", target)
    if label in {"", target}:
        address = target.removeprefix("mailto:")
        whole = not spaced and (address != target or "://" in target)
        return _kept(f"<{address}>" if whole else address)
    return f"[{label}]({_kept(f'<{target}>' if spaced else target)})"


def _page_title(link: str) -> str:
    """What a link to a page, a blog post, an attachment or a place on the page shows."""
    space, colon, title = link.partition(":")
    if colon and _SPACE_KEY.fullmatch(space) and title[:1].strip():
        link = title
    if link.startswith("/"):  # /2011/05/12/Title of a blog post
        link = link.rpartition("/")[2] or link
    if "^" in link:
        link = link.rpartition("^")[2] or link
    page, mark, anchor = link.partition("#")
    if mark and anchor[:1].strip():
        link = page.strip() or anchor
    return link
