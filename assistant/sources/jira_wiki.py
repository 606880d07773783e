"""Jira wiki text to Markdown, line by line, so that the time grows with the length only.

Covers what epics are written in: headings, lists (mixed and nested), tables, panels, quotes,
preformatted blocks, links and text effects. Source of the notation: Jira's "Text Formatting
Notation Help". (The library jira2markdown takes minutes for a megabyte, and nests a table or
panel into the list above it.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADING = re.compile(r"^\s*h([1-6])\.\s*(.*)$")
_LIST = re.compile(r"^\s*([*#-]+)\s+(?=\S)(.*)$")
_MACRO = re.compile(
    r"^\s*\{(panel|quote|noformat|code|info|note|tip|warning|expand|section"
    r"|column)(?::([^}]*))?\}\s*(.*)$"
)
_TITLE = re.compile(r"(?:^|\|)title=([^|}]*)")
_STRONG_SIGNS = (
    re.compile(r"^\s*h[1-6]\.\s+\S", re.MULTILINE),
    re.compile(r"^\s*\|\|[^|\n]{1,200}\|\|", re.MULTILINE),
    re.compile(r"\{(?:panel|noformat|quote|code|color|info|note|expand)(?::[^}\n]{0,200})?\}"),
)
_MEDIUM_SIGNS = (
    re.compile(r"^\s*(?:\*\*|\*#|#\*) \S", re.MULTILINE),
    re.compile(r"\[[^\[\]|\n]{1,200}\|(?:https?://|mailto:)[^\]\n]{1,500}\]"),
    re.compile(r"^\s*\*[^*\s][^*\n]*\*:?\s*$", re.MULTILINE),
    re.compile(r"^# \S.*\n# \S", re.MULTILINE),
    re.compile(r"^bq\. ", re.MULTILINE),
)
_MARKDOWN_SIGNS = (
    re.compile(r"^#{2,6} \S", re.MULTILINE),
    re.compile(r"\*\*[^*\s][^*\n]{0,200}\*\*"),
    re.compile(r"^\s*```", re.MULTILINE),
    re.compile(r"\]\(https?://"),
    re.compile(r"^\s*\|(?:\s*:?-+:?\s*\|)+\s*$", re.MULTILINE),
)
_INLINE = (
    (re.compile(r"\{color(?::[^}\n]{0,60})?\}|\{anchor:[^}\n]{0,100}\}"), ""),
    (re.compile(r"\{\{([^{}\n]{1,300})\}\}"), r"`\1`"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{0,300}(?<!\s))\*(?![\w*])"), r"**\1**"),
    (re.compile(r"(?<![\w+])\+(?=\S)([^+\n]{0,300}(?<!\s))\+(?![\w+])"), r"\1"),
    (re.compile(r"(?<![\w-])-(?=[^\s-])([^-\n]{0,300}(?<!\s))-(?![\w-])"), r"~~\1~~"),
    (
        re.compile(r"\[([^\[\]|\n]{1,300})\|([^\[\]|\s]{1,1000})(?:\|[^\[\]\n]{0,200})?\]"),
        r"[\1](\2)",
    ),
    (re.compile(r"\[((?:https?|mailto|ftp)://?[^\[\]|\s]{1,1000})\]"), r"<\1>"),
    (re.compile(r"\[~(?:accountid:)?([^\[\]\n]{1,100})\]"), r"@\1"),
    (re.compile(r"(?<!\w)!([^\s!|]{1,200}\.\w{2,5})(?:\|[^!\n]{0,200})?!"), r"![\1](\1)"),
    (re.compile(r"\\\\\s*"), "  "),
    (re.compile(r"\\([*_{}\[\]#+|!-])"), r"\1"),
)


def is_jira_wiki(text: str) -> bool:
    """Whether ``text`` is plainly Jira wiki text and not Markdown."""
    head = text[:200_000]
    score = sum(2 for sign in _STRONG_SIGNS if sign.search(head))
    score += sum(1 for sign in _MEDIUM_SIGNS if sign.search(head))
    score -= sum(2 for sign in _MARKDOWN_SIGNS if sign.search(head))
    return score >= 2


def jira_to_markdown(text: str) -> str:
    """``text`` as Markdown; every word of it is kept."""
    return "\n".join(_Converter(text.split("\n")).lines())


class _Converter:
    def __init__(self, lines: list[str]) -> None:
        self.source = lines
        self.at = 0
        self.counts: list[int] = []
        self.marks = ""
        self.quoted = False

    def lines(self) -> Iterator[str]:
        while self.at < len(self.source):
            line = self.source[self.at]
            self.at += 1
            macro = _MACRO.match(line)
            if macro:
                yield from self._macro(*macro.groups())
                continue
            if line.lstrip().startswith("||") or (
                line.lstrip().startswith("|") and line.count("|") > 1
            ):
                yield from self._table(line)
                continue
            converted = self._line(line)
            yield f"> {converted}" if self.quoted and converted.strip() else converted

    def _macro(self, name: str, options: str | None, rest: str) -> Iterator[str]:
        self.counts = []
        if name in {"noformat", "code"}:
            yield from self._preformatted(name, options or "", rest)
            return
        title = _TITLE.search(options or "")
        if name == "quote":
            self.quoted = not self.quoted
        if title and title.group(1).strip():
            yield ""
            yield f"**{title.group(1).strip()}**"
        else:
            yield ""
        if rest.strip():
            self.source.insert(self.at, rest)

    def _preformatted(self, name: str, options: str, rest: str) -> Iterator[str]:
        close = f"{{{name}}}"
        title = _TITLE.search(options)
        language = options.split("|")[0] if options and "=" not in options.split("|")[0] else ""
        if title:
            yield f"**{title.group(1).strip()}**"
        yield f"```{language}"
        content, inside = rest, True
        while True:
            before, found, after = content.partition(close)
            if (before.strip() or not found) and (before or content is not rest):
                yield before
            if found:
                inside = False
                rest_of_line = after
                break
            if self.at >= len(self.source):
                rest_of_line = ""
                break
            content = self.source[self.at]
            self.at += 1
        del inside
        yield "```"
        if rest_of_line.strip():
            self.source.insert(self.at, rest_of_line)

    def _line(self, line: str) -> str:
        if match := _HEADING.match(line):
            self.counts = []
            return f"{'#' * int(match.group(1))} {_inline(match.group(2))}"
        if re.fullmatch(r"\s*-{4,}\s*", line):
            return "---"
        if line.startswith("bq. "):
            return f"> {_inline(line[4:])}"
        match = _LIST.match(line)
        if not match or (set(match.group(1)) == {"-"} and len(match.group(1)) > 1):
            if line.strip():
                self.counts = [] if not line.startswith((" ", "\t")) else self.counts
            return _inline(line)
        marks = match.group(1)
        depth = len(marks)
        self.counts = self.counts[:depth] + [0] * (depth - len(self.counts))
        if self.marks[depth - 1 : depth] not in {"", marks[-1]}:
            self.counts[depth - 1] = 0
        self.marks = marks
        self.counts[depth - 1] += 1
        mark = f"{self.counts[depth - 1]}." if marks[-1] == "#" else "-"
        return f"{'   ' * (depth - 1)}{mark} {_inline(match.group(2))}"

    def _table(self, first: str) -> Iterator[str]:
        self.counts = []
        rows = [first]
        while self.at < len(self.source):
            line = self.source[self.at]
            opened = not rows[-1].rstrip().endswith("|")
            if line.lstrip().startswith("|"):
                rows.append(line)
            elif opened and line.strip() and not _MACRO.match(line) and not _HEADING.match(line):
                rows[-1] += "<br>" + line.strip()
            else:
                break
            self.at += 1
        yield ""
        for number, row in enumerate(rows):
            cells = _cells(row)
            yield "| " + " | ".join(_inline(cell) for cell in cells) + " |"
            if number == 0 and row.lstrip().startswith("||"):
                yield "|" + " --- |" * len(cells)


def _cells(row: str) -> list[str]:
    """The cells of a table row; a ``|`` inside a link is no border."""
    text = re.sub(
        r"\[([^\[\]|\n]{0,300})\|([^\[\]\n]{0,1000})\]",
        lambda m: f"[{m[1]}\x00{m[2]}]",
        row.strip(),
    )
    text = re.sub(r"^\|{1,2}|\|{1,2}$", "", text)
    return [cell.strip().replace("\x00", "|") for cell in re.split(r"\|{1,2}", text)]


def _inline(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def tracker_text(text: str) -> str:
    """A text field of Jira as Markdown: wiki text, unless it is plainly written as Markdown."""
    head = text[:200_000]
    if not text.strip() or any(sign.search(head) for sign in _MARKDOWN_SIGNS):
        return text
    return jira_to_markdown(text.replace("\r\n", "\n"))
