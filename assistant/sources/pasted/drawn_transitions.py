"""State and flow diagrams in Mermaid and PlantUML whose arrows lead between short names.

``CPL --> DEP : répondre`` hides what users see where a diagram says ``state "Complément demandé" as
CPL`` or ``A[Text]``: such a diagram becomes a table of its arrows with the words of both ends.
What its lines say besides (notes, descriptions) stands below; a line that is not understood stays
as code. A diagram whose names are its words is left as it is, and so are sequences, classes and
PlantUML's activities, which need no names.

Sources of the formats: Mermaid, "Flowcharts - Basic Syntax" and "State diagrams"; PlantUML,
"Language Reference Guide", State Diagram.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from assistant.sources.markdown_tables import code_block, markdown_table

_FENCE = re.compile(
    r"(?P<pad>[ \t]*)(?P<mark>`{3,}|~{3,}|:{3,})[ \t]*"
    r"\{?(?P<language>mermaid|plantuml|puml|uml)?\b.*",
    re.IGNORECASE,
)
_MAX_LINE = 500
"""Characters of a line that is read; nobody draws an arrow of more."""
_MAX_ARROWS = 2_000
"""Arrows of a diagram that is read; nobody sees more on one."""
_TAG = re.compile(r"<br\s*/?>|\\n", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_SKIPPED = re.compile(
    r"(?:classDef|class|style|linkStyle|click|direction|skinparam|hide|show|scale|accTitle|accDescr"
    r"|left to right direction|top to bottom direction|@(?:start|end)uml|!theme|autonumber)\b.*"
    r"|%%.*|'.*|/'.*'/|--|\|\||",
    re.IGNORECASE,
)
_ID = r"[^\W\d](?:\w|-(?=\w)|\.(?=\w))*|\d\w*"
_END = rf"\[\*\]|\[H\*?\]|(?:{_ID})(?:\[H\*?\])?"
_STATE_ARROW = re.compile(
    rf"(?P<source>{_END})\s*(?:<<\w+>>\s*)?(?P<arrow>-[^\s<>]{{0,30}}>|<-[^\s<>]{{0,30}}-)\s*"
    rf"(?P<target>{_END})(?::::?\w+)?\s*(?::\s*(?P<words>.*))?"
)
_STATE = re.compile(
    rf"state\s+(?:\"(?P<words>[^\"]*)\"\s+as\s+(?P<id>{_ID})"
    rf"|(?P<id2>{_ID})\s+as\s+\"(?P<words2>[^\"]*)\"|(?P<id3>{_ID})|\"(?P<only>[^\"]*)\")"
    r"\s*(?P<kind><<\w+>>)?\s*(?:#\S+)?\s*(?::\s*(?P<said>[^{]*))?(?P<opens>\{)?\s*"
)
_DESCRIPTION = re.compile(rf"(?P<id>{_ID})\s*:\s*(?P<words>.+)")
_NOTE = re.compile(
    rf"note\s+(?:(?:left|right|top|bottom|over)\s+)?(?:of\s+)?(?P<id>{_ID})?\s*(?::\s*(?P<words>.+))?",
    re.IGNORECASE,
)
_SHAPES = (
    ("([", "])"), ("[[", "]]"), ("[(", ")]"), ("(((", ")))"), ("((", "))"), ("{{", "}}"),
    ("[/", "/]"), ("[/", "\\]"), ("[\\", "\\]"), ("[\\", "/]"), ("[", "]"), ("(", ")"),
    ("{", "}"), (">", "]"),
)  # fmt: skip
_NODE_ID = re.compile(r"(?:\w|-(?![-.>ox])|\.(?![->.]))+")
_LINK = re.compile(
    r"\s*[<xo]?(?:--+(?:-|>|[xo](?=[\s|&\w\[({]|$))|==+(?:=|>|[xo](?=[\s|&\w\[({]|$))"
    r"|-\.+-(?:>|[xo](?=[\s|&\w\[({]|$))?)(?:\s*\|(?P<piped>[^|]*)\|)?\s*"
)
_WORDED_LINK = re.compile(
    r"\s*[<xo]?(?:(?P<thin>--)|(?P<thick>==)|-\.)(?:\s+|(?=[^\s\-=.>|xo]))"
    r"(?P<words>\"[^\"]*\"|[^|\n]*?\S)\s*"
    r"(?(thin)--+[->xo]|(?(thick)==+[=>xo]|\.+-[>xo]?))(?=[\s&\w\[({]|$)\s*"
)
"""A link ends with strokes of the kind that it begins with: "-- status == PAID -->" is one."""
_SUBGRAPH = re.compile(rf"subgraph\s+(?:(?P<id>{_ID})\s*\[(?P<words>[^\]]*)\]|(?P<only>.+))")


def with_transitions(text: str) -> str:
    """Markdown with the fenced diagrams whose arrows lead between short names as tables."""
    folded = text.casefold()
    if "mermaid" not in folded and "uml" not in folded:
        return text
    out, lines = list[str](), text.split("\n")
    at = 0
    while at < len(lines):
        opened = _FENCE.fullmatch(lines[at])
        if opened is None:
            out.append(lines[at])
            at += 1
            continue
        end = at + 1
        while end < len(lines) and not _closes(lines[end], opened["mark"]):
            end += 1
        block = lines[at : end + 1]
        language = (opened["language"] or "").casefold()
        if language and end < len(lines):
            drawn = _Drawn.of(block[1:-1], language)
            if drawn is not None and drawn.is_read and drawn.names_hide_words:
                pad = opened["pad"]
                block = [f"{pad}{line}".rstrip() for line in drawn.markdown().split("\n")]
        out += block
        at = end + 1
    return "\n".join(out)


def _closes(line: str, mark: str) -> bool:
    bare = line.strip()
    return bare.startswith(mark) and not bare.strip(mark[0])


@dataclass
class _Drawn:
    """What the lines of a diagram say."""

    is_mermaid: bool
    words: dict[str, str] = field(default_factory=dict)
    """What is shown for a name."""
    lanes: dict[str, str] = field(default_factory=dict)
    arrows: list[tuple[str, str, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    """Notes and descriptions, each with the name that it stands at."""
    left: list[str] = field(default_factory=list)
    title: str = ""
    _inside: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lines: list[str], language: str) -> _Drawn | None:
        """The diagram, or ``None`` for another kind."""
        drawn = cls(language == "mermaid")
        body = list(drawn._without_head(lines))
        first = next((line for line in body if line and not _SKIPPED.fullmatch(line)), "")
        if drawn.is_mermaid:
            inside = body[body.index(first) + 1 :] if first else []
            if re.match(r"(?:flowchart|graph)\b", first):
                behind = first.partition(";")[2]  # "graph LR; A --> B"
                drawn._flowchart(_statements([behind, *inside]))
            elif first.startswith("stateDiagram"):
                drawn._states(inside)
            else:
                return None
        elif any(_STATE.fullmatch(line) or line.startswith("[*]") for line in body):
            drawn._states(body)
        else:
            return None
        return drawn

    def _without_head(self, lines: list[str]) -> Iterator[str]:
        """Lines without white space, without the settings that stand before a diagram."""
        stripped = [line.strip() for line in lines]
        start = 0
        if stripped and stripped[0] == "---" and "---" in stripped[1:]:
            start = stripped.index("---", 1) + 1
        for at, line in enumerate(stripped):
            title = re.fullmatch(r"title:?\s+(.+)", line)
            if title and not self.title:
                self.title = _plain(title[1])
            elif at >= start:
                yield line

    # --- State diagrams -------------------------------------------------------------------------

    def _states(self, lines: list[str]) -> None:
        open_note: tuple[str, list[str]] | None = None
        for line in lines:
            if len(self.arrows) > _MAX_ARROWS:
                return
            if open_note is not None:
                if re.fullmatch(r"end ?note", line, re.IGNORECASE):
                    self.said.append((open_note[0], "\n  ".join(open_note[1])))
                    open_note = None
                elif line:
                    open_note[1].append(_plain(line))
            elif len(line) > _MAX_LINE:
                self.left.append(line)
            elif (note := _NOTE.fullmatch(line)) and line[:4].casefold() == "note":
                if note["words"]:
                    self.said.append((note["id"] or "", _plain(note["words"])))
                else:
                    open_note = (note["id"] or "", [])
            elif arrow := _STATE_ARROW.fullmatch(line):
                ends = (arrow["source"], arrow["target"])
                ends = ends[::-1] if arrow["arrow"].startswith("<") else ends
                self._arrow(*ends, arrow["words"] or "")
            elif state := _STATE.fullmatch(line):
                self._state(state)
            elif line == "}":
                if self._inside:
                    self._inside.pop()
            elif not _SKIPPED.fullmatch(line):
                if found := _DESCRIPTION.fullmatch(line):
                    self._describe(found["id"], found["words"])
                else:
                    self.left.append(line)
        if open_note is not None:
            self.left += open_note[1]

    def _state(self, state: re.Match[str]) -> None:
        name = state["id"] or state["id2"] or state["id3"] or state["only"]
        words = state["words"] or state["words2"] or ""
        if words:
            self.words[name] = _plain(words)
        if state["said"]:
            self._describe(name, state["said"])
        self._placed(name)
        if state["opens"]:
            self._inside.append(name)

    def _describe(self, name: str, words: str) -> None:
        """``s2 : words`` is what Mermaid shows for a name without words; else it is said of it."""
        if name in self.words or not self.is_mermaid:
            self.said.append((name, _plain(words)))
        else:
            self.words[name] = _plain(words)
        self._placed(name)

    def _placed(self, name: str) -> None:
        if self._inside and name not in self.lanes:
            self.lanes[name] = self._inside[-1]

    def _arrow(self, source: str, target: str, said: str) -> None:
        for name in (source, target):
            if not name.startswith("["):
                self._placed(name)
        self.arrows.append((source, target, _plain(said)))

    # --- Flowcharts -----------------------------------------------------------------------------

    def _flowchart(self, lines: Iterator[str]) -> None:
        for line in lines:
            if len(self.arrows) > _MAX_ARROWS:
                return
            if found := _SUBGRAPH.fullmatch(line):
                name = found["id"] or _unquoted(found["only"])
                if found["words"]:
                    self.words[name] = _plain(_unquoted(found["words"]))
                self._inside.append(name)
            elif line == "end":
                if self._inside:
                    self._inside.pop()
            elif len(line) > _MAX_LINE or not (self._chain(line) or _SKIPPED.fullmatch(line)):
                self.left.append(line)

    def _chain(self, line: str) -> bool:
        """Read ``A[Text] --> B & C -->|words| D``; whether all of it was understood."""
        nodes, at = self._nodes(line, 0)
        named = list(nodes)
        arrows = list[tuple[str, str, str]]()
        while nodes and at < len(line):
            link = _WORDED_LINK.match(line, at) or _LINK.match(line, at)
            if link is None or not link[0].strip():
                return False
            words = link.groupdict().get("piped") or link.groupdict().get("words") or ""
            following, at = self._nodes(line, link.end())
            backwards = link[0].strip().startswith("<") and not re.search(
                r"[>ox]\s*(?:\||$)", link[0]
            )
            for source in nodes:
                for target in following:
                    ends = (target, source) if backwards else (source, target)
                    arrows.append((*ends, _unquoted(words)))
            nodes = following
            named += nodes
        if nodes:
            for name in named:
                self._placed(name)
            for source, target, said in arrows:
                self._arrow(source, target, said)
        return bool(nodes)

    def _nodes(self, line: str, at: int) -> tuple[list[str], int]:
        """The nodes that stand at a place, joined by "&", and where they end; none where it is
        none."""
        found = list[str]()
        while True:
            name = _NODE_ID.match(line, at)
            if name is None:
                return [], at
            at = name.end()
            opened = next((pair for pair in _SHAPES if line.startswith(pair[0], at)), None)
            if opened is not None:
                read = _shape(line, at)
                if read is None:
                    return [], at
                self.words[name[0]], at = read
            elif label := re.compile(r"@\{[^{}]*?label:\s*\"([^\"]*)\"[^{}]*\}").match(line, at):
                self.words[name[0]], at = _plain(label[1]), label.end()
            if styled := re.compile(r":::\w+").match(line, at):
                at = styled.end()
            found.append(name[0])
            joined = re.compile(r"\s*&\s*").match(line, at)
            if joined is None:
                blank = re.compile(r"\s*").match(line, at)
                return found, blank.end() if blank else at
            at = joined.end()

    # --- The table ------------------------------------------------------------------------------

    @property
    def is_read(self) -> bool:
        """Whether it has arrows, and not more than are read."""
        return 0 < len(self.arrows) <= _MAX_ARROWS

    @property
    def names_hide_words(self) -> bool:
        """Whether an end of an arrow is shown in other words than its name."""
        ends = {name for source, target, _ in self.arrows for name in (source, target)}
        return any(self.words.get(name, name) != name for name in ends)

    def _shown(self, name: str) -> str:
        return self.words.get(name, name)

    def markdown(self) -> str:
        lanes = [self._shown(self.lanes.get(source, "")) for source, _, _ in self.arrows]
        header = ["From", "To", "Transition", *(["Within"] if any(lanes) else [])]
        rows = [
            [self._shown(source), self._shown(target), said, *([lane] if any(lanes) else [])]
            for (source, target, said), lane in zip(self.arrows, lanes, strict=True)
        ]
        parts = [self.title] if self.title else []
        parts.append(markdown_table([header, *rows]))
        drawn = {name for source, target, _ in self.arrows for name in (source, target)}
        inside = {*self.lanes.values()}
        items = [f"- {words}" for name, words in self.words.items() if name not in drawn | inside]
        items += [
            f"- {self._shown(name)}: {said}" if name else f"- {said}" for name, said in self.said
        ]
        parts += ["\n".join(items)] if items else []
        if self.left:
            parts.append(code_block("\n".join(self.left), "").rstrip("\n"))
        return "\n\n".join(parts)


def _statements(lines: list[str]) -> Iterator[str]:
    """The statements of a flowchart: lines, or what semicolons part outside of quotation marks."""
    for line in lines:
        for one in re.findall(r"(?:\"[^\"]*\"|&\w+;|[^;\"])+", line) if ";" in line else [line]:
            yield one.strip()


def _shape(line: str, at: int) -> tuple[str, int] | None:
    """The words in the brackets that open at a place, and where they end."""
    for opening, closing in _SHAPES:
        if not line.startswith(opening, at):
            continue
        start = at + len(opening)
        if line[start : start + 1] == '"':
            end = line.find('"', start + 1)
            if end > 0 and line.startswith(closing, end + 1):
                return _plain(line[start + 1 : end]), end + 1 + len(closing)
        elif (end := line.find(closing, start)) > 0:
            return _plain(line[start:end]), end + len(closing)
    return None


def _unquoted(words: str) -> str:
    return words.strip().strip('"').strip()


def _plain(words: str) -> str:
    """Words as they are shown, on one line."""
    words = re.sub(r"#(\w+);", r"&\1;", words)
    return " ".join(unescape(_MARKUP.sub("", _TAG.sub(" ", words))).strip("`").split())
