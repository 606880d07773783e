"""Jira wiki text to Markdown, line by line, so that the time grows with the length only.

Covers what epics are written in: headings, lists (mixed and nested), tables, panels, quotes and
preformatted blocks; and within a line (``inline``) escapes, links, mentions, pictures and effects.
Confluence before 4.0 shares the notation and differs in brackets: around words alone they link a
page there, while in Jira they are mostly just brackets ("[optional]"). Sources: Jira's "Text
Formatting Notation Help", Confluence's "Notation Guide". (The library jira2markdown takes minutes
for a megabyte, and nests a table or panel into the list above it.)
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
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


_HEADING = re.compile(r"^\s*h([1-6])\.\s*(.*)$")
_LIST = re.compile(r"^\s*([*#-]+)\s+(?=\S)(.*)$")
_TAG = re.compile(
    r"(?<!\\)\{(panel|quote|noformat|code|info|note|tip|warning|expand|section|column"
    r"|comment)(?::([^}\n]{0,500}))?\}"
)
_QUOTE_IN_LINE = re.compile(r"(?<=\S)([^\S\n]?)\{quote\}[^\S\n]*(\S[^\n]*?)[^\S\n]*\{quote\}")
"""A message within a sentence; on lines of its own it is a block."""

_MACRO = re.compile(rf"\s*{_TAG.pattern}")
_NUMBERED = re.compile(r"^# ", re.MULTILINE)
_REST = re.compile(r"\s*$")
_PREFORMATTED = frozenset(["noformat", "code"])
_HIDDEN = "comment"
_ROW = re.compile(r"\s*\|[^|]*\|")
_LINKED = re.compile(r"\[[^\[\]\n]{0,2000}\]|![^\s!|]{1,200}\.\w{2,5}\|[^!|\n]{0,200}!")
_TITLE = re.compile(r"(?:^|\|)title=([^|}]*)")
_STRONG_SIGNS = (
    re.compile(r"^[^\S\n]*h[1-6]\.\s+\S", re.MULTILINE),
    re.compile(r"^[^\S\n]*\|\|[^|\n]{1,200}\|\|", re.MULTILINE),
    re.compile(r"\{(?:panel|noformat|quote|code|color|info|note|expand)(?::[^}\n]{0,200})?\}"),
)
_MEDIUM_SIGNS = (
    re.compile(r"^[^\S\n]*(?:\*\*|\*#|#\*) \S", re.MULTILINE),
    re.compile(r"\[[^\[\]|\n]{1,200}\|(?:https?://|mailto:)[^\]\n]{1,500}\]"),
    re.compile(r"^[^\S\n]*\*[^*\s][^*\n]*\*:?[^\S\n]*$", re.MULTILINE),
    re.compile(r"^# \S.*\n# \S", re.MULTILINE),
    re.compile(r"^bq\. ", re.MULTILINE),
)
_MARKDOWN_SIGNS = (
    re.compile(r"^#{2,6} \S", re.MULTILINE),
    re.compile(r"\*\*[^*\s][^*\n]{0,200}\*\*"),
    re.compile(r"^[^\S\n]*```", re.MULTILINE),
    re.compile(r"\]\(https?://"),
    re.compile(r"^[^\S\n]*\|(?:[^\S\n]*:?-+:?[^\S\n]*\|)+[^\S\n]*$", re.MULTILINE),
)


def is_jira_wiki(text: str) -> bool:
    """Whether ``text`` is plainly Jira wiki text and not Markdown."""
    head = text[:200_000]
    score = sum(2 for sign in _STRONG_SIGNS if sign.search(head))
    score += sum(1 for sign in _MEDIUM_SIGNS if sign.search(head))
    score -= sum(2 for sign in _MARKDOWN_SIGNS if sign.search(head))
    return score - 2 * _has_title(head) >= 2


def _has_title(head: str) -> bool:
    """Whether ``head`` begins with a title in Markdown: nobody numbers a list of one item."""
    title, _, below = head.lstrip().partition("\n")
    apart = not below.partition("\n")[0].strip()
    return title.startswith("# ") and apart and not _NUMBERED.search(below)


def jira_to_markdown(text: str, *, confluence: bool = False) -> str:
    """``text`` as Markdown; every word that is shown is kept.

    With ``confluence`` it is the body of a page of Confluence before 4.0: see ``wiki_inline``.
    """
    text = _QUOTE_IN_LINE.sub(r"\1“\2”", text)
    return "\n".join(_Converter(text.split("\n"), confluence).lines())


class _Converter:
    def __init__(self, lines: list[str], confluence: bool) -> None:
        self.source = lines
        self.confluence = confluence
        self.at = 0
        self.counts: list[int] = []
        self.marks = ""
        self.quoted = False
        self.open: set[str] = set()
        self.last_line: dict[str, int] = {}
        self.last_place: dict[str, int] = {}

    def lines(self) -> Iterator[str]:
        while self.at < len(self.source):
            line = self.source[self.at]
            self.at += 1
            if line.strip():
                yield from self._pieces(line)
            else:
                yield line

    def _pieces(self, line: str) -> Iterator[str]:
        """The lines that a line becomes: the texts between its macros, and the macros."""
        self.last_place = {}
        at = 0
        while tag := self._tag(line, at):
            before = line[at : tag.start()].rstrip()
            if before:
                yield from self._text(before)
            if tag[1] == _HIDDEN:
                line, at = self._block(tag, line, [])
            elif tag[1] in _PREFORMATTED:
                line, at = yield from self._preformatted(tag, line)
            else:
                yield from self._frame(tag)
                at = tag.end()
        if at == 0:
            yield from self._text(line)
        elif after := line[at:].lstrip():
            yield from self._text(after)

    def _tag(self, line: str, at: int) -> re.Match[str] | None:
        """The next mark of a macro from ``at``; braces in the middle of a text may be none."""
        if _ROW.match(line, at):
            return None
        first = True
        for tag in _TAG.finditer(line, at):
            first = first and not line[at : tag.start()].strip()
            if (first and tag[1] != _HIDDEN) or self._is_macro(tag, line):
                return tag
            first = False
        return None

    def _is_macro(self, tag: re.Match[str], line: str) -> bool:
        name = tag[1]
        if name == _HIDDEN:  # Jira has none
            return self.confluence and (self._ends_here(tag, line) or self._ends_later(name))
        if name not in _PREFORMATTED:
            return name in self.open
        if line[tag.start() - 1] not in " \t:}":  # "/orders/{code}"
            return False
        opens = bool(_REST.match(line, tag.end())) and self._ends_later(name)
        return opens or self._ends_here(tag, line)

    # Where the last mark is, is looked up once: there can be very many of them.

    def _ends_here(self, tag: re.Match[str], line: str) -> bool:
        if tag[1] not in self.last_place:
            self.last_place[tag[1]] = line.rfind(f"{{{tag[1]}}}")
        return self.last_place[tag[1]] >= tag.end()

    def _ends_later(self, name: str) -> bool:
        if name not in self.last_line:
            places = (at for at, each in enumerate(self.source) if f"{{{name}}}" in each)
            self.last_line[name] = max(places, default=-1)
        return self.last_line[name] >= self.at

    def _frame(self, tag: re.Match[str]) -> Iterator[str]:
        self.counts = []
        self.open ^= {tag[1]}
        if tag[1] == "quote":
            self.quoted = not self.quoted
        yield ""
        title = _TITLE.search(tag[2] or "")
        if title and title.group(1).strip():
            yield f"**{title.group(1).strip()}**"

    def _preformatted(self, tag: re.Match[str], line: str) -> Generator[str, None, tuple[str, int]]:
        """The block that ``tag`` opens; returns the line that it ends in, and where."""
        self.counts = []
        options = tag[2] or ""
        title = _TITLE.search(options)
        language = options.split("|")[0] if options and "=" not in options.split("|")[0] else ""
        if title:
            yield f"**{title.group(1).strip()}**"
        content = list[str]()
        left = self._block(tag, line, content)
        yield from (f"```{language}", *content, "```")
        return left

    def _block(self, tag: re.Match[str], line: str, content: list[str]) -> tuple[str, int]:
        """Adds the lines of a block to ``content``; the line that it ends in, and where."""
        close, at = f"{{{tag[1]}}}", tag.end()
        while True:
            end = line.find(close, at)
            part = line[at:end] if end >= 0 else line[at:]
            if part.strip() or (end < 0 and at == 0):
                content.append(part if at == 0 else part.lstrip())
            if end >= 0 or self.at >= len(self.source):
                break
            line, at = self.source[self.at], 0
            self.at += 1
        self.last_place = {}
        return line, end + len(close) if end >= 0 else len(line)

    def _text(self, text: str) -> Iterator[str]:
        if _ROW.match(text):
            yield from self._table(text)
        elif "{" in text and not LAYOUT.sub("", text).strip():
            yield ""
        else:
            converted = self._line(hold(text))
            yield f"> {converted}" if self.quoted and converted.strip() else converted

    def _inline(self, text: str) -> str:
        return inline(text, confluence=self.confluence)

    def _line(self, line: str) -> str:
        if match := _HEADING.match(line):
            self.counts = []
            return f"{'#' * int(match.group(1))} {self._inline(match.group(2))}"
        if re.fullmatch(r"\s*-{4,}\s*", line):
            return "---"
        if line.startswith("bq. "):
            return f"> {self._inline(line[4:])}"
        match = _LIST.match(line)
        if not match or (set(match.group(1)) == {"-"} and len(match.group(1)) > 1):
            if line.strip():
                self.counts = [] if not line.startswith((" ", "\t")) else self.counts
            return self._inline(line)
        marks = match.group(1)
        depth = len(marks)
        self.counts = self.counts[:depth] + [0] * (depth - len(self.counts))
        if self.marks[depth - 1 : depth] not in {"", marks[-1]}:
            self.counts[depth - 1] = 0
        self.marks = marks
        self.counts[depth - 1] += 1
        mark = f"{self.counts[depth - 1]}." if marks[-1] == "#" else "-"
        return f"{'   ' * (depth - 1)}{mark} {self._inline(match.group(2))}"

    def _table(self, first: str) -> Iterator[str]:
        self.counts = []
        rows = [[hold(first)]]
        while self.at < len(self.source):
            line = hold(self.source[self.at])
            opened = not rows[-1][-1].rstrip().endswith("|")
            if line.lstrip().startswith("|"):
                rows.append([line])
            elif opened and line.strip() and not (_MACRO.match(line) or _HEADING.match(line)):
                rows[-1].append(line.strip())
            else:
                break
            self.at += 1
        yield ""
        for number, lines in enumerate(rows):
            row = "<br>".join(lines)
            cells = [self._inline(cell).replace("|", "\\|") for cell in _cells(row)]
            yield "| " + " | ".join(cells) + " |"
            if number == 0 and row.lstrip().startswith("||"):
                yield "|" + " --- |" * len(cells)


def _cells(row: str) -> list[str]:
    """The cells of a table row; a ``|`` inside a link or a picture is no border."""
    text = _LINKED.sub(lambda m: m[0].replace("|", "\x00"), row.strip())
    text = re.sub(r"^\|{1,2}|\|{1,2}$", "", text)
    return [cell.strip().replace("\x00", "|") for cell in re.split(r"\|{1,2}", text)]


def tracker_text(text: str) -> str:
    """A text field of Jira as Markdown: wiki text, unless it is plainly written as Markdown."""
    head = text[:200_000]
    if not text.strip() or any(sign.search(head) for sign in _MARKDOWN_SIGNS):
        return text
    return jira_to_markdown(text.replace("\r\n", "\n"))
